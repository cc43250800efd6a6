"""Visits and versions on the full screen: one line each at home, carried answers on one page, changes by one key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chatbot.core import commands as cmd
from chatbot.core.phases import Phase
from chatbot.desk import Desk
from chatbot.interview import Interview
from chatbot.record.host import FixedHost
from chatbot.tui.application import Backstory
from chatbot.tui.services import Start
from chatbot.tui.start import services_of
from tests.tui import kit
from tests.tui.kit import House, Summary, screen_text

CONTENT = replace(kit.protocol(), canonical="{}", digest=hashlib.sha256(b"{}").hexdigest())


@dataclass
class Offers(House):
    """A house that also follows up, amends and shows."""

    begun: list[tuple[str, Any]] = field(default_factory=list)

    def services(self):  # type: ignore[no-untyped-def]
        def begin(how: str) -> Any:
            def opens(path: Any) -> Interview:
                if self.refuse is not None:
                    raise self.refuse
                self.begun.append((how, path))
                return kit.interview()

            return opens

        return replace(
            super().services(),
            follow_up=begin("follow-up"),
            amend=begin("amend"),
            read_plan=lambda path, register: f"THE SIGNED PLAN of {path}",
        )


def story() -> list[Summary]:
    first = Summary(path="one", case="AAAA0001", phase="signed", as_of="2025-11-12T10:40")
    second = Summary(path="two", case="AAAA0002", phase="signed", amends="AAAA0001", opened="2025-11-13T10:40")
    third = Summary(
        path="three", case="AAAA0003", phase="signed", follows="AAAA0002", as_of="2025-12-24T10:40",
        began="2025-12-24T10:40", opened="2025-12-24T10:40",
    )  # fmt: skip
    return [third, second, first]


async def test_home_shows_one_line_for_a_lineage_that_opens_to_its_members() -> None:
    app = kit.application(house=Offers(cases=story()))
    async with app.run_test(size=(100, 30)) as pilot:
        shown = screen_text(app)
        assert shown.count("bed 4") == 1 and "2 visits, 6 weeks" in shown and "AAAA0001" not in shown
        await pilot.press("o")
        shown = screen_text(app)
        assert "AAAA0001 · visit 1, version 1" in shown and "superseded by AAAA0002" in shown
        await pilot.press("down", "enter")
        assert "THE SIGNED PLAN of one" in screen_text(app)
        await pilot.press("escape", "o")
        assert "AAAA0001" not in screen_text(app)


async def test_a_finished_case_is_followed_up_amended_and_looked_at() -> None:
    house = Offers(cases=story())
    app = kit.application(house=house)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("enter")
        assert "THE SIGNED PLAN of three" in screen_text(app)
        await pilot.press("escape", "f")
        assert "A new visit" in screen_text(app) and "S-19" in screen_text(app)
        await pilot.press("escape")
        assert house.begun == []
        await pilot.press("f", "y")
        assert house.begun == [("follow-up", "three")]
        assert "Has passing water stopped?" in screen_text(app)
        await pilot.press("q", "a", "y")
        assert house.begun[1:] == [("amend", "three")]


async def test_a_case_that_is_not_signed_offers_no_amendment() -> None:
    house = Offers(cases=[Summary(phase="open")])
    app = kit.application(house=house)
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("a", "f")
        assert house.begun == [] and "New interview" in screen_text(app)


async def test_what_does_not_fit_in_a_lineage_is_said() -> None:
    app = kit.application(house=Offers(cases=[Summary(follows="GONE")]))
    async with app.run_test(size=(100, 30)):
        assert "GONE, which is not in this folder" in screen_text(app)


# --- on disk --------------------------------------------------------------------------------------


def desk(folder: Path, seed: int) -> Desk:
    return Desk(folder, lambda: CONTENT, FixedHost(seed=seed))


def answered(interview: Interview, **changed: Any) -> None:
    values = {
        "water": "no", "feeling": "normal", "heat": "37", "signs": ["none"], "pain": 4, "began": "2025-10",
        "operated": "2015", "story": "nothing",
        "power": {f"{row}.{side}": "g5" for row in ("hip", "knee", "foot") for side in ("left", "right")}, **changed,
    }  # fmt: skip
    while interview.case.next is not None:
        key = interview.case.next
        assert interview.send(cmd.GiveAnswer(key, value=values[key], confirmed=True)) is None
    kit.read_back(interview)


def signed(folder: Path) -> Path:
    at = desk(folder, 0)
    interview = at.start("clinical", "bed 4", "S-19", kit.AS_OF)
    answered(interview)
    assert interview.send(cmd.IssuePlan()) is None and interview.send(cmd.Sign()) is None
    assert at._writer is not None
    path = at._writer.path
    at.close()
    return path


async def test_carried_answers_are_confirmed_on_one_page_and_changes_shown_by_one_key(
    tmp_path: Path, monkeypatch: Any
) -> None:
    from chatbot import desk as desks

    monkeypatch.setattr(desks, "cached_bundle", lambda data: CONTENT)
    path = signed(tmp_path)
    at = desk(tmp_path, 1)
    interview = at.follow_up(path, as_of="2025-11-26T10:40")
    services = replace(services_of(at, CONTENT, None), get_setting=lambda name: "clinician" if name == "role" else "")
    app = Backstory(services, Start(interview))
    async with app.run_test(size=(100, 40)) as pilot:
        shown = screen_text(app)
        assert "Carried answers to be confirmed:" in shown and "12 Nov 2025" in shown
        await pilot.press("y")
        assert not interview.view().carried
        answered(interview, pain=7)
        assert interview.case.phase is Phase.REVIEW
        app.screen.sync()
        await pilot.pause()
        await pilot.press("f5")
        await pilot.press("d")
        shown = screen_text(app)
        assert "What changed" in shown and "4 → 7" in shown and "visit 2 of 2" in shown, shown
        await pilot.press("d", "o", "1", "1")
        await pilot.press(*"seen", "enter")
        assert interview.case.outcomes and interview.case.plan_digest is not None
        await pilot.press("f8", "y")
        assert interview.case.phase is Phase.SIGNED
    at.close()


async def test_a_carried_answer_says_so_and_one_key_confirms_it(tmp_path: Path, monkeypatch: Any) -> None:
    from chatbot import desk as desks

    monkeypatch.setattr(desks, "cached_bundle", lambda data: CONTENT)
    at = desk(tmp_path, 1)
    interview = at.follow_up(signed(tmp_path), as_of="2025-11-26T10:40")
    before = len(interview.view().carried)
    app = kit.application(interview)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("n", "j")
        await pilot.press("escape")
        assert interview.send(cmd.Show("operated")) is None
        app.screen.sync()
        await pilot.pause()
        assert "2015; carried, to be confirmed" in screen_text(app)
        await pilot.press("escape", "equals_sign")
        assert len(interview.view().carried) == before - 1
    at.close()
