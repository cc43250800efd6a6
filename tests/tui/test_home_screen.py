"""Home: who you are, what it is for, a new case, and going on with one only after it was recognised."""

from __future__ import annotations

import pytest

from chatbot.errors import LockedByAnother, StorageError
from chatbot.record.event_list import EventLine
from chatbot.record.standing import Standing, Verdict
from tests.tui import kit
from tests.tui.kit import House, Summary, both, screen_text
from tests.tui.test_interview_screen import SIZES


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_start_asks_who_you_are_and_says_what_it_is_for(size: tuple[int, int]) -> None:
    house = House(settings={})
    app = kit.application(house=house)
    async with app.run_test(size=size) as pilot:
        assert "Which describes you?" in screen_text(app)
        await pilot.press("escape")
        assert "Which describes you?" in screen_text(app), "there is no way past it"
        told = screen_text(app)
        while "more below" in screen_text(app):
            await pilot.press("pagedown")
            told += screen_text(app)
        assert "For trying the screens." in told and "not a medical device" in told and "/srv/cases" in told
        await pilot.press("2")
        assert house.settings["role"] == "trainee"
        assert "▌ p  Practise" in screen_text(app), "home begins with what this person does"


async def test_later_starts_begin_at_home_and_the_role_can_be_changed() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        assert "New interview" in screen_text(app)
        await pilot.press("w", "3")
        assert house.settings["role"] == "auditor"
        assert "▌ V  Verify all" not in screen_text(app), "there is nothing to verify yet"
        assert "guided tour" in screen_text(app).lower()


async def test_a_case_is_listed_with_its_state_in_words() -> None:
    house = House(cases=[Summary(), Summary(path="two", label="bed 9", kind="practice", state="torn", locked=True)])
    app = kit.application(house=house)
    async with app.run_test(size=(120, 40)):
        shown = screen_text(app)
        assert "bed 4 · S-19" in shown and "suspended" in shown and "12 records" in shown
        assert "PRACTICE CASES, IN PROGRESS" in shown and "! torn" in shown and "! open in another window" in shown


def many_cases() -> list[Summary]:
    return [
        Summary(path="old", case="OLD", label="corner 1", subject="S-1", phase="signed"),
        Summary(path="played", case="PLAYED", label="practice 1", subject="", kind="practice"),
        Summary(path="now", case="NOW", label="bed 4", subject="S-4"),
        Summary(path="bad", case="", kind="", label="", subject="", phase="open", state="damaged"),
    ]


@pytest.mark.parametrize(
    ("role", "order"),
    [
        (
            "clinician",
            ["IN PROGRESS", "bed 4", "FINISHED", "corner 1", "PRACTICE CASES, IN PROGRESS", "CANNOT BE READ"],
        ),
        ("trainee", ["PRACTICE CASES, IN PROGRESS", "practice 1", "IN PROGRESS", "bed 4", "FINISHED", "corner 1"]),
        ("auditor", ["▌ V  Verify all", "v verify", "r replay", "IN PROGRESS", "bed 4", "FINISHED"]),
        ("author", ["▌ g  Guided tour", "bed 4", "backstory check", "backstory try FILE:QUESTION"]),
    ],
)
async def test_the_role_sets_what_home_puts_first(role: str, order: list[str]) -> None:
    app = kit.application(house=House(cases=many_cases(), settings={"role": role}))
    async with app.run_test(size=(80, 40)):
        shown = screen_text(app)
        # From where the one before was found: a heading may be part of a later one.
        place = 0
        for each in order:
            place = shown.find(each, place) + 1
            assert place, (each, shown)


@pytest.mark.parametrize("size", SIZES)
async def test_cases_in_sight_say_how_urgent_they_are_and_no_others_are_read(size: tuple[int, int]) -> None:
    level = Standing("same_day", both("◆"), both("same day"))
    cases = [Summary(path=number, case=f"C{number}", label=f"bed {number}", subject="") for number in range(500)]
    house = House(cases=cases, standings=dict.fromkeys(range(500), level))
    app = kit.application(house=house)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "◆ same day" in screen_text(app)
        assert 0 < len(house.looked_at) < size[1] and len(set(house.looked_at)) == len(house.looked_at)
        house.looked_at.clear()
        await pilot.press("pagedown")
        await pilot.pause()
        assert 0 < len(house.looked_at) < size[1]
        marked = [row for row in screen_text(app).splitlines() if "▸" in row]
        assert marked and "bed 0 " not in marked[0], "the mark is never out of sight"


async def test_damage_found_when_a_case_is_read_is_said_beside_it() -> None:
    house = House(cases=[Summary()], standings={"one": Standing(problem="the hash does not match")})
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "! the hash does not match" in screen_text(app)


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("s-", ["bed 4", "corner 1"]),
        ("s-1", ["corner 1"]),
        ("PLAYED", ["practice 1"]),
        ("signed", ["corner 1"]),
        ("zz", []),
    ],
)
async def test_a_search_narrows_the_list_as_it_is_typed_and_escape_clears_it(typed: str, left: list[str]) -> None:
    app = kit.application(house=House(cases=many_cases()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *typed)
        shown = screen_text(app)
        assert [label for label in ("bed 4", "corner 1", "practice 1") if f"{label} ·" in shown] == left
        assert f"search: {typed}▏" in shown and ("No case passes" in shown) is not left
        await pilot.press("escape")
        assert all(label in screen_text(app) for label in ("bed 4", "corner 1", "practice 1"))


async def test_a_case_found_is_opened_and_letters_are_keys_again_after_tab() -> None:
    house = House(cases=many_cases())
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"s-x", "backspace", "down", "tab", "v")
        assert "Verify · corner 1" in screen_text(app)
        await pilot.press("v", "slash", *"4", "enter", "y")
        assert house.resumed == ["now"]


async def test_practice_begins_with_the_list_of_simulated_patients() -> None:
    house = House(cases=many_cases())
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        assert "Simulated patients" in screen_text(app) and house.started == []


@pytest.mark.parametrize(("attempt", "shown"), [("running", "patient"), ("ended", "Debrief")])
async def test_an_attempt_is_gone_on_with_or_its_debrief_is_read(attempt: str, shown: str) -> None:
    house = House(cases=[Summary(kind="practice", label="practice 1", subject="", attempt=attempt)])
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert "SIMULATED" in screen_text(app) and shown in screen_text(app) and house.resumed == []
        await pilot.press("escape", *("2" if attempt == "running" else ""))
        assert type(app.screen).__name__ == "Home" and app.session.simulated == ""


@pytest.mark.parametrize("size", SIZES)
async def test_a_home_without_cases_teaches(size: tuple[int, int]) -> None:
    app = kit.application(house=House())
    async with app.run_test(size=size) as pilot:
        told = screen_text(app)
        while "more below" in screen_text(app):
            await pilot.press("pagedown")
            told += screen_text(app)
        told = " ".join(told.split())
        for part in ("No cases yet.", "begins a case", "simulated", "/srv/cases", "F1"):
            assert part in told


async def test_a_kept_case_is_read_step_by_step_with_where_its_urgency_became_another() -> None:
    lines = [
        EventLine(0, "case.opened", "2025-11-12T10:40", "", "AB", "", "opened a clinical case"),
        EventLine(1, "answer.given", "2025-11-12T10:41", "", "AB", "", "answered the first question"),
    ]
    turn = Standing("same_day", both("◆"), both("same day"))
    house = House(cases=[Summary()], events=lines, turns={1: turn})
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f10")
        rows = screen_text(app).splitlines()
        answered = next(at for at, row in enumerate(rows) if "answered the first question" in row)
        assert "◆ same day" in rows[answered + 1]


async def test_a_case_is_verified_by_one_key_with_a_verdict_and_what_it_rests_on() -> None:
    app = kit.application(house=House(cases=[Summary()]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("v")
        shown = screen_text(app)
        assert "VALID-CLOSED" in shown and "12-ABCD" in shown and "1 plan built again" in shown
        assert "secure" not in shown


async def test_all_cases_listed_are_verified_and_the_verdicts_counted() -> None:
    house = House(cases=many_cases(), verdicts={"played": Verdict("CORRUPT", ("T005: line 4",))})
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("V")
        await pilot.pause()
        shown = screen_text(app)
        assert "4 of 4 cases verified." in shown and "1 CORRUPT · 3 VALID-CLOSED" in shown
        assert "! CORRUPT  practice 1" in shown and "T005: line 4" in shown
        await pilot.press("escape", "slash", *"s-", "tab", "V")
        await pilot.pause()
        assert "2 of 2 cases verified." in screen_text(app) and "Nothing is wrong" in screen_text(app)


async def test_a_case_is_resumed_after_label_and_code_were_confirmed() -> None:
    house = House(cases=[Summary(), Summary(path="two", label="bed 9", subject="S-77")])
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        shown = screen_text(app)
        assert "Is this the right person?" in shown and "bed 9" in shown and "S-77" in shown
        await pilot.press("enter", "escape")
        assert house.resumed == []
        await pilot.press("enter", "y")
        assert house.resumed == ["two"]
        assert "Has passing water stopped?" in screen_text(app)


async def test_a_case_that_cannot_be_resumed_says_why() -> None:
    house = House(cases=[Summary()], refuse=LockedByAnother("in use since 14:02", code="L001", hint="close it there"))
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "y")
        shown = screen_text(app)
        assert "L001: in use since 14:02" in shown and "close it there" in shown
        await pilot.press("escape")
        assert "New interview" in screen_text(app)


async def test_a_new_case_takes_a_label_an_optional_code_and_a_kind() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test(size=(40, 15)) as pilot:
        await pilot.press("n")
        assert "Never a name" in screen_text(app)
        await pilot.press(*"bed 7", "enter", "enter", "2")
        assert house.started == [("practice", "bed 7", "", None)]
        shown = screen_text(app)
        assert "PRACTICE" in shown and "bed 7" in shown


async def test_a_case_without_a_label_is_not_begun() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("n", "enter")
        assert "a label is needed" in screen_text(app)
        await pilot.press("escape")
        assert house.started == []


async def test_a_case_that_cannot_be_begun_says_why() -> None:
    house = House(refuse=StorageError("the folder is readable by others", code="F001"))
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("n", "x", "enter", "enter", "1")
        assert "F001: the folder is readable by others" in screen_text(app)


async def test_leaving_an_interview_returns_home_and_lets_the_case_go() -> None:
    house = House(cases=[Summary()])
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("enter", "y", "2", "q")
        assert "New interview" in screen_text(app)
        assert house.closed == 1
        await pilot.press("q")
    assert app.return_code == 0


async def test_colours_change_by_key_and_are_remembered() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test() as pilot:
        await pilot.press("f2")
        assert house.settings["theme"] == "light" and app.theme == "backstory-light"


async def test_without_colour_the_black_and_white_theme_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = kit.application(house=House(settings={"role": "author", "theme": "dark"}))
    async with app.run_test():
        assert app.theme == "backstory-mono"
        assert "new interview" in screen_text(app)
