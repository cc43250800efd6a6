"""The player on the screen: every moment as it was, its own time by a clock that tests drive, read only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatbot.desk import Desk
from chatbot.record.access import read_access
from chatbot.record.host import FixedHost
from chatbot.tui.application import Backstory
from chatbot.tui.lines import plain, width_of
from chatbot.tui.screens import player
from chatbot.tui.services import Start
from chatbot.tui.start import services_of
from chatbot.tui.themes import COLOURS
from tests import recorded
from tests.tui.gallery import SIZES
from tests.tui.kit import House, Summary, application, screen_text

BIG = (120, 40)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One case for all tests that only read it."""
    return recorded.recording(tmp_path_factory.mktemp("cases"))


def playing(recording: Any, at: int = 0, **settings: str) -> Any:
    house = House()
    house.settings.update(settings)
    return Backstory(house.services(), Start(replay=replace(recording), at=at))


def words(app: Any) -> str:
    """Return the screen as running text, without the line between its halves."""
    return " ".join(screen_text(app).replace("▏", " ").replace("▌", " ").split())


def left(app: Any) -> str:
    """Return the whole body, also what is out of sight."""
    return " ".join(plain(app.screen.lines(60)).replace("▌", " ").split())


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_whose_case_the_verdict_and_where_one_is_at_every_size(kept: Any, size: tuple[int, int]) -> None:
    app = playing(kept, 3)
    async with app.run_test(size=size):
        shown = words(app)
        for said in ("bed 4", "REPLAY", "read only", "VALID-CLOSED", "emergency", "3/33"):
            assert said in shown, said
        assert ("34-L6J6" in shown) is (size[0] >= 80)
        assert "secure" not in shown and "Draft, pending clinical review" in shown
        assert "Has passing water stopped?" in left(app) and "red flag appears" in left(app)


@pytest.mark.parametrize("size", SIZES)
async def test_no_line_of_any_moment_is_wider_than_the_screen(kept: Any, size: tuple[int, int]) -> None:
    app = playing(kept)
    async with app.run_test(size=size):
        screen, width = app.screen, size[0] - 2
        for index in range(len(screen.playback)):
            screen.index = index
            drawn = [*screen.lines(width), *screen._timeline(width), *screen._status(width), *screen.header(width)]
            assert max(map(width_of, drawn)) <= width, index


async def test_what_a_record_changed_is_said_with_signs_and_words(kept: Any) -> None:
    app = playing(kept, 3)
    async with app.run_test(size=BIG) as pilot:
        told = left(app)
        for said in (
            "urgency: ██ emergency (was undetermined)",
            "! blocked bladder: present (was open)",
            "+ recommended: Send to the emergency department",
            "8 questions without an answer (were 9)",
        ):
            assert said in told, said
        await pilot.press("c")
        told = left(app)
        assert "yes → no" in told and "no longer in the plan: Send to the emergency department" in told
        assert "[x] no" in told and "correction · urgency changes" in told
        await pilot.press("u")
        assert "+ holds now: numb" in left(app)


JUMPS = [
    ("f f", 9),
    ("f f F", 3),
    ("c", 7),
    ("end C", 7),
    ("u u u", 9),
    ("u u u U U", 3),
    ("m", 4),
    ("m m m m", 33),
    ("end M M", 12),
    ("end home right right left", 1),
    ("g 1 2 enter", 12),
]


async def test_a_key_leads_to_a_moment(kept: Any) -> None:
    app = playing(kept)
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, number in JUMPS:
            app.screen.go(0)
            await pilot.press(*keys.split())
            assert app.screen.moment_shown.number == number, keys
            assert f"record {number} of 33" in words(app), keys


async def test_where_nothing_more_of_a_kind_comes_it_says_so_and_stays(kept: Any) -> None:
    app = playing(kept, 20)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f")
        assert app.screen.moment_shown.number == 20 and "No later record: red flag appears." in words(app)
        await pilot.press("right")
        assert "No later record" not in words(app)


async def test_a_number_that_is_none_is_refused_with_those_there_are(kept: Any) -> None:
    app = playing(kept)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g", "9", "9", "enter")
        assert "There is no record '99'" in words(app) and "0 to 33" in words(app)
        await pilot.press("escape")
        assert app.screen.moment_shown.number == 0


# --- its own time ---


def by_hand(screen: Any) -> list[float]:
    """Keep the player from waiting; return where it notes how long it would have."""
    waited: list[float] = []
    screen.wait = lambda: waited.append(screen.pause_seconds())
    return waited


async def test_it_plays_with_real_pauses_cut_short_and_stops_at_the_end(kept: Any) -> None:
    app = playing(kept, 10)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        waited = by_hand(screen)
        await pilot.press("space")
        assert screen.playing and "▶ 1×" in words(app) and "pause" in words(app)
        screen.tick()
        screen.tick()
        # Two seconds to the end of the sitting; an hour between sittings takes three seconds.
        assert waited[:2] == [2.0, player.LONGEST_PAUSE] and screen.index == 12
        while screen.playing:
            screen.tick()
        await pilot.pause()
        assert screen.index == 33 and "‖ 1×" in words(app) and "End of the recording." in left(app)
        screen.tick()
        assert screen.index == 33 and not screen.can("play")


async def test_the_speed_is_changed(kept: Any) -> None:
    app = playing(kept, 10)
    async with app.run_test(size=(80, 24)) as pilot:
        by_hand(app.screen)
        await pilot.press("space")
        for keys, seconds in [("minus", 2.0), ("plus", 1.0), ("equals_sign", 0.4), ("plus plus", 0.1), ("minus", 0.4)]:
            await pilot.press(*keys.split())
            assert app.screen.pause_seconds() == seconds and app.screen.playing, keys


async def test_whatever_is_done_while_it_plays_pauses_it(kept: Any) -> None:
    app = playing(kept)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        by_hand(screen)
        for keys in ("space", "right", "left", "f", "u u u u", "p", "w", "g", "e", "f1", "ctrl+l"):
            screen.go(1)
            await pilot.press("space", *keys.split())
            before = screen.index
            screen.tick()
            assert not screen.playing and screen.index == before, keys
            while app.screen is not screen:
                await pilot.press("enter" if type(app.screen).__name__ == "Away" else "escape")


async def test_a_timer_of_the_screen_carries_it_on(kept: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[tuple[float, Callable[[], None]]] = []
    app = playing(kept, 10)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        monkeypatch.setattr(screen, "set_timer", lambda seconds, callback: waited.append((seconds, callback)))
        await pilot.press("space")
        ((seconds, callback),) = waited
        assert seconds == 2.0
        callback()
        assert screen.index == 11


# --- pages ---


async def test_the_plan_is_that_of_the_moment(kept: Any) -> None:
    app = playing(kept, 3)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("p")
        assert "The plan as it was at record 3" in words(app) and "urgency: ██ emergency" in words(app)
        await pilot.press("p", "end", "p")
        assert "The plan as it was at record 33" in words(app) and "urgency: ◆ same day" in words(app)


async def test_why_names_the_answers_behind_what_stood(kept: Any) -> None:
    app = playing(kept, 3)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("w")
        assert "Why it stood so at record 3" in words(app) and "passing water stopped: yes" in words(app)


async def test_the_other_wording_changes_words_alone(kept: Any) -> None:
    app = playing(kept, 3)
    async with app.run_test(size=BIG) as pilot:
        assert "In plain words" not in left(app)
        await pilot.press("r")
        assert "In plain words: Has passing water stopped?" in left(app) and app.screen.index == 3


@pytest.mark.parametrize("at", [27, 33])
async def test_private_answers_are_covered_until_f9(kept: Any, at: int) -> None:
    app = playing(kept, at)
    async with app.run_test(size=BIG) as pilot:
        assert recorded.SECRET not in left(app) and recorded.SECRET not in words(app)
        await pilot.press("e")
        assert recorded.SECRET not in words(app)
        await pilot.press("escape", "f9")
        assert recorded.SECRET in left(app)
        await pilot.press("f9")
        assert recorded.SECRET not in left(app)


async def test_the_verdict_is_explained_and_never_more_than_was_shown(kept: Any) -> None:
    app = playing(kept)
    async with app.run_test(size=BIG) as pilot:
        await pilot.press("v")
        assert "VALID-CLOSED" in words(app) and "Whoever can write the folder can write a whole file anew" in words(app)


@pytest.mark.parametrize("theme", COLOURS)
async def test_every_theme_can_be_played_in(kept: Any, theme: str) -> None:
    app = playing(kept, 3, theme=theme)
    async with app.run_test(size=(80, 24)):
        assert app.theme == f"backstory-{theme}" and "emergency" in words(app)


async def test_too_small_a_window_says_so_and_goes_on_by_itself(kept: Any) -> None:
    app = playing(kept, 3)
    async with app.run_test(size=(39, 15)) as pilot:
        assert "Enlarge the window" in words(app)
        await pilot.resize_terminal(40, 15)
        assert "record 3" in words(app)


# --- what can be wrong ---


@pytest.mark.parametrize(("damage", "verdict"), [("torn", "TORN"), ("corrupt", "CORRUPT")])
async def test_a_damaged_case_is_played_up_to_the_damage_which_is_named(
    tmp_path: Path, damage: str, verdict: str
) -> None:
    path = recorded.keep(tmp_path)
    # The register would know of the record that is gone, and a crash leaves no such file.
    (path.parents[1] / "register.jsonl").unlink()
    data = path.read_bytes()
    path.write_bytes(data[:-30] if damage == "torn" else data.replace(b"both_sides", b"one_side_x", 1))
    app = playing(recorded.open_recording(path, recorded.load))
    async with app.run_test(size=BIG) as pilot:
        assert verdict in words(app)
        await pilot.press("end")
        line = 34 if damage == "torn" else 10
        assert "The recording ends here, because of damage" in left(app)
        assert f".jsonl:{line}" in plain(app.screen.lines(200)) and app.screen.index == line - 2


async def test_a_case_that_cannot_be_played_says_why_and_what_to_do() -> None:
    app = application(house=House(cases=[Summary()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        assert "the protocol of the case is not kept above it" in words(app) and "put protocols/ beside it" in words(
            app
        )


async def test_another_kind_than_clinical_is_marked(tmp_path: Path) -> None:
    app = playing(recorded.recording(tmp_path, kind="practice"))
    async with app.run_test(size=(40, 15)):
        assert "PRACTICE" in words(app)


async def test_a_long_recording_is_verified_and_searched_while_keys_are_taken(
    kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "AT_ONCE", 0)
    monkeypatch.setattr(player, "CHUNK", 5)
    app = playing(kept)
    async with app.run_test(size=BIG) as pilot:
        screen = app.screen
        await app.workers.wait_for_complete()
        while not screen.playback.whole or not screen.verified:
            await pilot.pause()
        await pilot.pause()
        assert (
            "VALID-CLOSED" in words(app)
            and "2 red flags (f)" in words(app)
            and "3 changes of urgency (u)" in words(app)
        )


# --- read only ---


async def test_from_home_a_case_is_played_and_nothing_but_the_log_of_openings_is_written(tmp_path: Path) -> None:
    path = recorded.keep(tmp_path)
    before = {each: (each.stat().st_mtime_ns, each.read_bytes()) for each in tmp_path.rglob("*") if each.is_file()}
    with recorded.content():
        at = Desk(tmp_path, lambda: recorded.CONTENT, FixedHost(seed=7), actor="EF", role="auditor")
        services = replace(
            services_of(at, recorded.CONTENT, None), get_setting=lambda name: "auditor" if name == "role" else ""
        )
        app = Backstory(services, Start())
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("r", "f", "p", "escape", "w", "escape", "space", "space", "end")
            assert app.screen.moment_shown.number == 33
            await pilot.press("q", "f10", "escape", "v", "escape", "enter", "escape", "V", "escape")
    after = {each: (each.stat().st_mtime_ns, each.read_bytes()) for each in tmp_path.rglob("*") if each.is_file()}
    log = tmp_path / "access.jsonl"
    assert after.keys() - before.keys() == {log} and all(after[each] == before[each] for each in before)
    entries = read_access(log).entries
    assert [each.what for each in entries] == ["replay", "events", "verify", "plan", "verify"]
    assert {each.actor for each in entries} == {"EF"} and {each.file for each in entries} == {path.name, tmp_path.name}


async def test_while_somebody_writes_the_case_it_can_be_played(tmp_path: Path) -> None:
    from chatbot.record.store import TranscriptWriter

    path = recorded.keep(tmp_path, sign=False)
    writer, _ = TranscriptWriter.resume(path, FixedHost(seed=3))
    try:
        app = playing(recorded.open_recording(path, recorded.load))
        async with app.run_test(size=(80, 24)):
            assert "REPLAY" in words(app)
    finally:
        writer.close()


async def test_that_an_opening_could_not_be_noted_is_said_and_the_case_is_played_all_the_same(kept: Any) -> None:
    house = House(cases=[Summary()], recording=lambda path: kept, unnoted="that this was opened is not noted: full")
    app = application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        assert "! That this was opened is not noted: full" in words(app) and house.noted == [("replay", "one", 1)]
        await pilot.press("right")
        assert app.screen.index == 1


async def test_from_the_command_line_leaving_the_player_ends_the_program(kept: Any) -> None:
    app = playing(kept, 7)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.screen.moment_shown.number == 7
        await pilot.press("q")
    assert app.return_code == 0 and app.fault == ""
