"""The plan as text: what it says, in which order, and what it never says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.case import Decision
from chatbot.core.plan import plan_digest
from chatbot.core.protocol import Wording
from chatbot.core.text import columns
from chatbot.export.text import encodable, plan_text, safe
from tests.plain.kit import PROTOCOL, ROUTINE, answered, say, start

LABELS = PROTOCOL.labels
EMERGENCY = {"in_house": "yes", "smoke": "yes", "smell": "?declined", "noise": 6}


def text_of(answers: dict[str, Any], kind: str = "clinical", **more: Any) -> str:
    return plan_text(answered(start(kind=kind), answers).plan(), LABELS, **more)


def between(text: str, heading: str, following: str) -> str:
    """Return what stands between two headings."""
    return text.partition(f"\n{heading}\n")[2].partition(f"\n{following}\n")[0]


def headings(text: str) -> list[str]:
    lines = text.splitlines()
    return [line for line, under in pairwise(lines) if under and set(under) <= {"=", "-"}]


def test_the_plan_begins_with_title_case_urgency_and_what_it_is_for() -> None:
    lines = text_of(ROUTINE, case="7F3K · bed 4").splitlines()
    assert lines[:8] == [
        "Boiler check",
        "============",
        "7F3K · bed 4 · 2025-11-12 09:30 · planned",
        "urgency: ○ routine",
        "this is routine, 0 open",
        "draft, pending review · 2025-11-01",
        "intended use: For practice with boilers.",
        "disclaimer: Not a device.",
    ]


@pytest.mark.parametrize("kind", ["practice", "demonstration", "test"])
def test_a_case_that_is_not_clinical_says_so(kind: str) -> None:
    text = text_of(ROUTINE, kind, case="7F3K · bed 4")
    assert f"7F3K · bed 4 · {kind} · 2025-11-12 09:30" in text
    assert text.splitlines()[-1] == f"{kind} · 7F3K · bed 4"


def test_a_clinical_plan_is_not_marked() -> None:
    assert "clinical" not in text_of(ROUTINE, "clinical").splitlines()[-1]


def test_the_parts_stand_in_the_order_of_reading() -> None:
    assert headings(text_of(ROUTINE)) == [
        "Boiler check",
        "reassurance",
        "plan",
        "held back",
        "conflicts",
        "hypotheses",
        "timeline",
        "safety net",
        "handover",
        "references",
    ]
    assert headings(text_of(EMERGENCY)) == [
        "Boiler check",
        "red flags",
        "cannot exclude",
        "plan",
        "after emergency",
        "conflicts",
        "hypotheses",
        "timeline",
        "safety net",
        "open questions",
        "handover",
        "references",
    ]


def test_a_flag_that_cannot_be_excluded_names_the_questions_that_would_settle_it() -> None:
    said = between(text_of(EMERGENCY), "cannot exclude", "plan")
    assert "- gas flag: same day\n    open questions: What do you smell?" in said


def test_what_is_due_now_comes_first_and_what_to_leave_undone_is_marked() -> None:
    said = between(text_of(EMERGENCY), "now", "Today")
    assert said.splitlines()[0] == "- leave title"
    assert "    done now · safety" in said
    assert "- do not: no_flame title\n    no_flame text. [2]\n    safety" in said


def test_in_an_emergency_everything_else_stands_under_its_own_heading_only() -> None:
    text = text_of(EMERGENCY)
    before, _, after = text.partition("\nafter emergency\n")
    for title in ("open_case title", "oil title", "log_book title"):
        assert title not in before
        assert after.count(title) == 1
    assert "oil title" not in between(text, "timeline", "safety net")


def test_lines_held_back_say_what_holds_them() -> None:
    said = between(text_of({**ROUTINE, "installed": "?unknown", "noise": "?unknown"}), "held back", "conflicts")
    assert (
        said.index("check first: open_case title") < said.index("withheld: tighten title") < said.index("pending: oil")
    )
    assert "    check first: When was it installed?" in said
    assert "    withheld: Pump worn" in said
    assert "    open questions: How loud is it?" in said


def test_reassurance_is_said_only_when_the_plan_carries_it() -> None:
    assert "Nothing alarming was found." in text_of(ROUTINE)
    for answers in (EMERGENCY, {}, {**ROUTINE, "smell": "?unknown"}, {**ROUTINE, "in_house": "no"}):
        assert "Nothing alarming was found." not in text_of(answers)


def test_outside_the_scope_only_safety_is_advised() -> None:
    text = text_of({**ROUTINE, "in_house": "no", "smell": "strong"})
    assert "\noutside scope\n-------------\nout\n" in text
    assert "call_gas title" in text
    for title in ("oil title", "open_case title", "hypotheses"):
        assert title not in text


def test_rules_that_do_not_apply_are_listed_only_when_asked_for() -> None:
    assert "leave title" not in text_of(ROUTINE)
    said = between(text_of(ROUTINE, all_rules=True), "considered", "references")
    assert "- not applicable: leave title" in said
    assert "    not applicable: smoke: No" in said


def test_references_are_numbered_and_say_what_was_verified() -> None:
    said = text_of(ROUTINE).partition("\nreferences\n")[2]
    assert "[1] Author SEEN. A title. J Boil. 2020;1:1-2. doi:10.1/x\n    guideline · UK\n    Text seen.\n" in said
    assert "    superseded: Replaced in 2024." in said
    assert "    guideline · UK · unverified\n    Nothing could be looked up." in said


def test_every_number_cited_is_in_the_list_and_the_other_way_round() -> None:
    text, _, listed = text_of({**ROUTINE, "noise": 2}).partition("\nreferences\n")
    for number in ("1", "2", "3"):
        assert (f"[{number}]" in text or f"[{number}," in text) == (f"\n[{number}] " in listed)


def test_the_plan_ends_with_the_versions_and_digests_that_made_it() -> None:
    plan = answered(start(kind="clinical"), ROUTINE).plan()
    text = plan_text(plan, LABELS, width=200)
    assert text.splitlines()[-2].endswith(f"backstory.plan/1 · sha256 {plan_digest(plan)}")
    assert text.splitlines()[-1] == f"boiler_check 2025.1 · sha256 {'d' * 64}"


def test_decisions_are_printed_with_their_line() -> None:
    text = text_of(ROUTINE, decisions={"oil": Decision("decline", "already_done", "last week")})
    assert "    decline: already done: last week" in text


def test_the_other_register_changes_the_words() -> None:
    text = text_of(ROUTINE, register="patient")
    assert "- oil title (plainly)\n    oil text. (plainly) [2]\n    request plainly within 24 hours\n" in text
    assert "because" not in text


def test_answers_that_do_not_apply_are_named() -> None:
    interview = answered(answered(start(), ROUTINE), {"repair_count": "0"})
    assert "\nnot applicable: repairs[1].part\n" in plan_text(interview.plan(), LABELS)


@given(st.integers(30, 120))
def test_no_line_is_wider_than_asked(width: int) -> None:
    for line in text_of(EMERGENCY, width=width, all_rules=True).splitlines():
        assert columns(line) <= width


def test_hostile_words_come_out_spelled() -> None:
    hostile = "\x1b]52;c;eA==\x07 \u202eabc\u200b [red]<b>"
    interview = answered(start(), {**ROUTINE, "remark": "abc\u202edef"})
    labels = {**LABELS, "heading.handover": Wording(hostile, hostile)}
    text = plan_text(interview.plan(), labels, case=hostile)
    assert "\\x1b]52;c;eA==\\x07 <U+202E>abc<U+200B> [red]<b>" in text
    assert "Anything else? abc<U+202E>def" in text
    assert not any(character < " " and character != "\n" for character in text)
    assert not {"\u202e", "\u200b", "\x9b"} & set(text)


def test_a_label_that_old_content_lacks_does_not_stop_the_plan() -> None:
    assert "\nheld back\n" in plan_text(answered(start(), ROUTINE).plan(), {})


def test_a_count_in_a_label_is_filled_in() -> None:
    labels = {**LABELS, "urgency_text.same_day": say("{open} questions hang")}
    plan = answered(start(), {**ROUTINE, "smell": "?unknown"}).plan()
    assert "\n1 questions hang\n" in plan_text(plan, labels)


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("≥ 5 °C — “x” …", "utf-8", "≥ 5 °C — “x” …"),
        ("≥ 5 °C — “x” …", "ascii", '>= 5  deg C - "x" ...'),
        ("naïve Ärger", "ascii", "naive Arger"),
        ("naïve ≥", "latin-1", "naïve >="),
        ("漢", "latin-1", "<U+6F22>"),
        ("e\u0301", "ascii", "e"),
        ("≥", "no-such-encoding", ">="),
    ],
)
def test_what_an_encoding_cannot_carry_is_said_otherwise(text: str, encoding: str, shown: str) -> None:
    assert encodable(text, encoding) == shown


@given(st.text(st.characters()), st.sampled_from(["ascii", "latin-1", "cp437", "utf-8", "cp1252"]))
def test_safe_text_can_always_be_written(text: str, encoding: str) -> None:
    shown = safe(text, encoding)
    shown.encode(encoding)
    assert safe(shown, encoding) == shown


def test_plans_of_content_without_a_timeline_keep_their_lines() -> None:
    interview = answered(start(replace(PROTOCOL, timeline=())), ROUTINE)
    assert "oil title" in plan_text(interview.plan(), LABELS)
