"""People in the line mode: the right case, who takes over, who answered what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatbot.core.identity import CaseIdentity, Confirmation, confirmation
from chatbot.errors import UsageError
from chatbot.interview import Interview
from chatbot.plain import run
from chatbot.plain_people import confirm
from chatbot.record.event_list import EventLine
from tests.plain.kit import ROUTINE, answered, start

THREE = CaseIdentity("K7M20AXQ", "AB bed 3", "2222-3333-4XYZ", "clinical", "2026-03-02T09:00", "suspended", "Alarm")
EIGHT = CaseIdentity("K7M20AXR", "AB bed 8", "5555-6666-7QRS", "clinical", "2026-03-02T09:00", "suspended", "Story")


def reader(lines: list[str]) -> Callable[[str], str | None]:
    left = iter(lines)
    return lambda prompt: next(left, None)


def asked(shown: Confirmation, *lines: str) -> tuple[bool, str]:
    out: list[str] = []
    agreed = confirm(shown, read=reader(list(lines)), write=out.append, encoding="ascii")
    return agreed, " ".join(" ".join(out).split())


def test_with_a_look_alike_only_the_end_of_the_right_code_confirms() -> None:
    both = confirmation(EIGHT, [THREE])
    agreed, text = asked(both, "qrs")
    assert agreed
    for expected in ("label AB bed [8]", "label AB bed [3]", "code 5555-6666-7", "last in Story", "last in Alarm"):
        assert expected in text
    assert "QRS" not in text and "XYZ" not in text
    for wrong in ("y", "yes", "xyz", "K7M20AXR"):
        with pytest.raises(UsageError, match="nothing was opened"):
            asked(both, wrong)
    for nothing in ((), ("",), ("no",), ("N",)):
        agreed, text = asked(both, *nothing)
        assert not agreed and text.endswith("Nothing was opened.")


def test_without_one_a_yes_confirms() -> None:
    alone = confirmation(EIGHT, [])
    assert asked(alone, "yes")[0] and asked(alone, "Y")[0]
    for nothing in ((), ("",), ("no",), ("qrs",)):
        assert not asked(alone, *nothing)[0]
    assert "5555-6666-7QRS" in asked(alone)[1]


def test_a_notice_about_the_file_is_read_out() -> None:
    assert "error F013: x" in asked(Confirmation(EIGHT, (), "error F013: x"))[1]


# --- hand-over ---


def play(lines: list[str], interview: Interview, events: list[EventLine] | None = None) -> tuple[str, list[str]]:
    out: list[str] = []
    named: list[str] = []
    code = run(
        interview,
        read=reader(lines),
        write=out.append,
        events=lambda register: events or [],
        named=lambda name, role: named.append(f"{name}, {role}"),
    )
    assert code == 0
    return "\n".join(out), named


def test_whoever_takes_over_reads_the_recap_before_the_next_answer() -> None:
    case = answered(start(), {"in_house": "yes", "smoke": "no"})
    case.opened_by = "os:anna"
    text, named = play([":takeover CD", "fitter", "1", "r", "read", "2"], case)
    assert named == ["CD, fitter"]
    assert text.count("For CD, who takes over") == 2, "the other wording is read out again"
    assert "Nothing is answered before this has been read." in text and "Answered so far: os:anna 2" in text
    given = [(answer.by, key) for key, answer in case.case.answers.items()]
    assert given == [("", "in_house"), ("", "smoke"), ("CD", "smell")]
    types = [event.type for event in case.events]
    assert types.index("actor.changed") < types.index("recap.read") < len(types) - 1


def test_whoever_takes_over_may_leave_instead_and_finds_the_recap_again() -> None:
    case = answered(start(), {"in_house": "yes"})
    text, _ = play([":takeover CD", "fitter", "q"], case)
    assert "For CD, who takes over" in text and case.case.phase.value == "suspended" and case.case.recap_due


def test_a_hand_over_to_nobody_changes_nothing() -> None:
    case = answered(start(), {"in_house": "yes"})
    _, named = play([":takeover", ""], case)
    assert named == [] and "actor.changed" not in [event.type for event in case.events]


def test_who_and_events_say_whose_case_it_is() -> None:
    line = EventLine(
        4, "answer.given", "2025-11-12T09:30", "2025-11-12T09:31:00.000Z", "AB", "nurse", "answered 'x': no"
    )
    text, _ = play([":who", ":events"], answered(start(), {"in_house": "yes"}), [line])
    assert text.count("test · bed 4 · 7F3K") >= 2
    assert "at the keyboard:" in text and "AB, nurse: answered 'x': no" in text


def test_an_emergency_a_review_and_a_handover_say_whose_case_it_is() -> None:
    text, _ = play(["y", "y", "read", ":handover"], start())
    lines = text.splitlines()
    emergency = next(place for place, each in enumerate(lines) if "emergency: fire flag" in each)
    assert lines[emergency - 1] == "test · bed 4 · 7F3K"
    assert text.count("test · bed 4 · 7F3K") >= 2
    review, _ = play(["=", "q"], answered(start(), ROUTINE))
    assert "test · bed 4 · 7F3K · review" in review
