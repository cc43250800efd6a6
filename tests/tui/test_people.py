"""Whose case it is stands everywhere; the right one is opened; whoever takes over reads first what was done."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.core.commands import Acknowledge, AddNote, ChangeActor, GiveAnswer, Postpone
from chatbot.errors import LockedByAnother, StorageError, UsageError
from chatbot.interview import Interview
from chatbot.record.event_list import EventLine
from chatbot.tui.screens.fault import Fault, Unsaved
from tests.tui import kit
from tests.tui.kit import House, Summary, screen_text

SIZES = [(40, 15), (80, 24), (120, 32)]

THREE = Summary(path="three", case="K7M20AXQ", label="AB bed 3", subject="2222-3333-4XYZ")
EIGHT = Summary(path="eight", case="K7M20AXR", label="AB bed 8", subject="5555-6666-7QRS")


def words(app: Any) -> str:
    return " ".join(screen_text(app).split())


# --- the right person ---


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("typed", ["xyz", "y", "yes", "rs", "qrs7"])
async def test_the_wrong_one_of_two_cases_is_not_opened(size: tuple[int, int], typed: str) -> None:
    """The patient is the one of bed 3; bed 8 was chosen by mistake."""
    house = House(cases=[THREE, EIGHT])
    app = kit.application(house=house)
    async with app.run_test(size=size) as pilot:
        await pilot.press("down", "enter")
        assert "AB bed [8]" in words(app)
        await pilot.press(*typed, "enter")
        assert "Nothing was opened." in words(app)
        await pilot.press("escape")
        assert "n new interview" in words(app).casefold() and house.resumed == []


async def test_the_right_one_is_opened_by_the_end_of_its_code() -> None:
    house = House(cases=[THREE, EIGHT])
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        shown = screen_text(app)
        assert "AB bed [8]" in shown and "AB bed [3]" in shown, "what differs is marked by more than colour"
        assert "5555-6666-7···" in shown and "QRS" not in shown, "the code is read off paper, not off the screen"
        assert "K7M20AXQ" in shown and "History" in shown and "12 Nov 2025" in shown and "suspended" in shown
        await pilot.press("y", "enter")
        assert house.resumed == []
        await pilot.press("escape", "enter")
        await pilot.press(*"qrx", "backspace", "s", "enter")
        assert house.resumed == ["eight"] and "Has passing water stopped?" in screen_text(app)


async def test_without_a_look_alike_one_key_confirms() -> None:
    house = House(cases=[THREE, Summary(path="other", case="K7M20AXS", label="window")])
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert "2222-3333-4XYZ" in screen_text(app)
        await pilot.press("enter", "x")
        assert house.resumed == []
        await pilot.press("y")
        assert house.resumed == ["three"]


async def test_a_case_named_on_the_command_line_is_confirmed_on_the_screen_too() -> None:
    from chatbot.tui.application import Backstory
    from chatbot.tui.services import Start

    for keys, resumed in ((("escape",), []), (("x", "enter", "escape"), []), ((*"qrs", "enter", "q"), ["eight"])):
        house = House(cases=[THREE, EIGHT])
        app = Backstory(house.services(), Start(resume="eight"))
        async with app.run_test(size=(80, 24)) as pilot:
            assert "AB bed [8]" in screen_text(app)
            await pilot.press(*keys)
        assert house.resumed == resumed and app.return_code == 0


@pytest.mark.parametrize("error", [UsageError("this case is signed", code="T009"), LockedByAnother("x", code="L001")])
async def test_a_case_that_cannot_be_looked_at_says_why(error: Any) -> None:
    house = House(cases=[THREE], refuse=error)
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        assert error.code in screen_text(app) and house.resumed == []


# --- a new case ---


async def test_a_record_number_becomes_a_code_and_is_shown_nowhere() -> None:
    house = House(key=b"k" * 32)
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"AB bed 3", "enter")
        assert "Record number" in screen_text(app)
        await pilot.press(*"H2024-4711", "enter", "1")
        ((kind, label, code, _),) = house.started
        assert (kind, label) == ("clinical", "AB bed 3") and len(code) == 14
        assert code in screen_text(app) and "4711" not in screen_text(app)


async def test_a_label_that_holds_the_record_number_is_not_taken() -> None:
    house = House(key=b"k" * 32)
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"AB 44711", "enter", *"H2024-4711", "enter")
        assert "the label holds the record number" in screen_text(app)
        await pilot.press("escape")
        assert house.started == []


async def test_a_number_in_a_label_is_refused_and_a_name_only_with_a_key_of_its_own() -> None:
    house = House()
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"1234567", "enter")
        assert "6 digits or more" in screen_text(app)
        await pilot.press("escape", "n", *"Green Room", "enter")
        assert "reads like a person's name" in screen_text(app)
        await pilot.press("enter", "escape")
        assert "Never a name" in screen_text(app), "the label is asked for again"
        await pilot.press("enter", "y", "enter", "1")
        assert house.started == [("clinical", "Green Room", "", None)] and house.confirmed == [True]


async def test_who_interviews_is_asked_once_and_remembered() -> None:
    house = House(settings={"role": "clinician"})
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", *"bed 7", "enter", "enter", "1")
        assert "Who interviews?" in screen_text(app) and house.started == []
        await pilot.press(*"CD", "enter")
        assert "What is the role of CD?" in screen_text(app)
        await pilot.press("enter")
        assert house.settings["actor"] == "CD" and house.settings["actor_role"] == "clinician"
        assert len(house.started) == 1


async def test_who_interviews_may_be_left_to_the_account() -> None:
    house = House(settings={"role": "clinician"}, cases=[THREE])
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "y", "enter")
        assert house.resumed == ["three"] and "actor" not in house.settings
        await pilot.press("q", "enter", "y")
        assert house.resumed == ["three", "three"], "it is not asked twice"


async def test_who_interviews_can_be_said_at_home() -> None:
    house = House(settings={"role": "clinician"})
    app = kit.application(house=house)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f4", *"EF", "enter", *"nurse", "enter")
        assert (house.settings["actor"], house.settings["actor_role"]) == ("EF", "nurse")
        assert "At the keyboard: EF" in screen_text(app)


# --- hand-over ---


def worked_on(**header: Any) -> Interview:
    case = kit.interview(**header)
    case.opened_by = "os:anna"
    for command in (
        ChangeActor("AB", "nurse"),
        GiveAnswer("water", "yes"),
        Acknowledge(),
        GiveAnswer("feeling", status="unknown"),
        Postpone("heat"),
        AddNote("asks for her daughter"),
        GiveAnswer("signs", ["tingling"]),
    ):
        assert case.send(command) is None
    return case


@pytest.mark.parametrize("size", SIZES)
async def test_whoever_takes_over_reads_before_the_next_answer(size: tuple[int, int]) -> None:
    case = worked_on()
    house = House()
    app = kit.application(case, house)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f4", *"CD", "enter")
        await pilot.press(*"registrar", "enter")
        assert case.case.actor == "CD" and case.case.recap_due
        seen = ""
        for _ in range(8):
            seen += screen_text(app)
            if not case.case.recap_due:
                break
            await pilot.press("1", "u", "enter")
        seen = " ".join(seen.split())
        for said in (
            "For CD, registrar, who takes over",
            "blocked bladder, read by AB",
            "feeling when wiping: does not know",
            "temperature",
            "asks for her daughter",
            "AB 3",
            "tingling",
        ):
            assert said in seen, said
        assert [event.type for event in case.events][-1] == "recap.read"
        assert len(case.case.answers) == 3, "no key reached a question before"
        assert house.settings["actor"] == "CD"


async def test_the_recap_is_one_page_of_the_usual_screen() -> None:
    case = worked_on()
    case.send(ChangeActor("CD", "registrar"))
    app = kit.application(case)
    async with app.run_test(size=(80, 24)):
        shown = screen_text(app)
        assert "I have read this" in shown and "more below" not in shown
        for title in ("Because", "Emergencies read", "Safety, open", "Put off", "Notes", "Last answers"):
            assert f"\n {title}" in shown, title
        assert "bed 4 · S-19" in shown and "emergency" in shown


async def test_a_case_resumed_by_somebody_else_begins_with_the_recap() -> None:
    first = worked_on()
    case = Interview.resume(first.protocol, kit.Records(), first.events, "2025-11-12T11:00")
    case.send(ChangeActor("CD", "registrar"))
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "For CD, registrar, who takes over" in screen_text(app)
        await pilot.press("q")
    assert case.case.phase.value == "suspended" and app.return_code == 0


async def test_an_emergency_comes_before_the_recap() -> None:
    case = kit.interview()
    case.send(GiveAnswer("water", "yes"))
    case.send(ChangeActor("CD", "registrar"))
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        assert "EMERGENCY" in screen_text(app)
        await pilot.press("enter")
        assert "For CD, registrar, who takes over" in screen_text(app)


async def test_a_hand_over_that_cannot_be_saved_is_tried_again() -> None:
    case = worked_on()
    assert isinstance(case.recorder, kit.Records)
    app = kit.application(case)
    async with app.run_test(size=(80, 24)) as pilot:
        case.recorder.fail = StorageError("the disk is full", code="F006")
        await pilot.press("f4", *"CD", "enter", "enter")
        assert "NOT SAVED" in screen_text(app) and case.case.actor == "AB"
        case.recorder.fail = None
        await pilot.press("enter")
        assert case.case.actor == "CD" and "who takes over" in screen_text(app)


async def test_who_answered_what_is_behind_a_key() -> None:
    lines = [
        EventLine(3, "answer.given", "2025-11-12T10:40", "2025-11-12T10:41:00.000Z", "AB", "nurse", "answered 'x': no"),
        EventLine(9, "answer.given", "2025-11-12T10:40", "2025-11-12T10:59:00.000Z", "CD", "", "answered 'y': yes"),
    ]
    app = kit.application(worked_on(), House(events=lines))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f10")
        shown = screen_text(app)
        assert shown.index("AB, nurse") < shown.index("answered 'x': no") < shown.index("CD") < shown.index("'y': yes")
    app = kit.application(house=House(events=lines, cases=[THREE]))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f10")
        assert "AB bed 3 · 2222-3333-4XYZ" in screen_text(app) and "answered 'x': no" in screen_text(app)


# --- kinds, and whose case it is, on every screen ---


async def test_kinds_are_listed_apart_clinical_first() -> None:
    cases = [
        Summary(path="1", case="A", label="one", kind="practice"),
        Summary(path="2", case="B", label="two"),
        Summary(path="3", case="", label="", subject="", kind="", state="damaged"),
        Summary(path="4", case="C", label="four", kind="test", state="misplaced"),
        Summary(path="5", case="D", label="five"),
    ]
    app = kit.application(house=House(cases=cases))
    async with app.run_test(size=(100, 40)) as pilot:
        shown = screen_text(app)
        order = ["IN PROGRESS", "two", "five", "PRACTICE CASES", "one", "TEST CASES", "four", "CANNOT BE READ"]
        places = [shown.index(each) for each in order]
        assert places == sorted(places) and "! misplaced" in shown
        await pilot.press("down", "down", "enter")
        assert "kind   practice" in screen_text(app)


SCREENS: dict[str, tuple[str, ...]] = {
    "question": (),
    "help": ("f1",),
    "about": ("f3",),
    "why": ("w",),
    "note": ("t",),
    "jump": ("j",),
    "handover": ("h",),
    "plan": ("f5",),
    "plan as text": ("f5", "x"),
    "reason": ("f5", "down", "enter", "c"),
    "comment": ("f5", "down", "enter", "c", "1"),
    "stop": ("ctrl+c",),
    "alarm": ("1",),
    "alarm why": ("1", "w"),
    "alarm handover": ("1", "h"),
    "alarm choose": ("1", "c"),
    "alarm correct": ("1", "c", "1"),
    "who takes over": ("f4",),
    "role": ("f4", "X", "enter"),
    "events": ("f10",),
}


@pytest.mark.parametrize(("size", "kind"), [((40, 15), "practice"), ((80, 24), "clinical"), ((120, 32), "practice")])
@pytest.mark.parametrize("name", SCREENS)
async def test_every_screen_says_whose_case_it_is(name: str, kind: str, size: tuple[int, int]) -> None:
    app = kit.application(kit.interview(kind=kind, subject="2222-3333-4XYZ"))
    async with app.run_test(size=size) as pilot:
        await pilot.press(*SCREENS[name])
        shown = words(app)
        assert "bed 4 · 2222-3333-4XYZ" in shown
        assert ("PRACTICE" in shown) is (kind == "practice")


@pytest.mark.parametrize("size", [(40, 15), (80, 24)])
async def test_the_recap_and_a_fault_say_whose_case_it_is(size: tuple[int, int]) -> None:
    case = worked_on(kind="demonstration", label="AB bed 3, at the window of the ward", subject="2222-3333-4XYZ")
    case.send(ChangeActor("CD", "registrar"))
    app = kit.application(case)
    async with app.run_test(size=size) as pilot:
        for _ in range(2):
            assert "AB bed 3, at the window of the ward · 2222-3333-4XYZ" in words(app) and "DEMONSTRATION" in words(
                app
            )
            app.push_screen(Fault(StorageError("x"), Unsaved(app.session.interview, (), "clinician")))
            await pilot.pause()
