"""Labels that say too much, labels that are easily mistaken, and what confirms a case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.identity import (
    CaseIdentity,
    Confirmation,
    DoubtKind,
    alike,
    confirmation,
    distance,
    label_doubt,
    marked,
    masked_code,
)

GOOD = (
    "AB bed 3|bed 4|Bed Four|Ward North|AB CD|A.B. bed 3|AB Bed 3|M. K. window|Room 12 Window|JS 4711|ABC Ward|"
    "bed 3, 1234|AB|K-7 corridor|x|"
).split("|")


@pytest.mark.parametrize("label", GOOD)
def test_what_staff_recognise_passes(label: str) -> None:
    assert label_doubt(label) is None


NAMES = "Anna Smith|SMITH Anna|Smith, A|Mrs Smith|Dr. Ng|O'Neil Mary|AB Smith|Anna West|bed 3 Anna Smith|Lee-Ann Ho"


@pytest.mark.parametrize("label", NAMES.split("|"))
def test_what_reads_like_a_name_may_only_be_confirmed(label: str) -> None:
    doubt = label_doubt(label)
    assert doubt is not None and doubt.kind is DoubtKind.NAME and doubt.may_be_confirmed
    assert label not in doubt.message + doubt.hint


NUMBERS = "123456|AB 12-34-56|12.3.1956|1956/03/12|0 1 2 3 4 5|AB bed 1234567|٣٤٥٦٧٨"


@pytest.mark.parametrize("label", NUMBERS.split("|"))
def test_a_number_long_enough_for_a_person_is_never_accepted(label: str) -> None:
    doubt = label_doubt(label)
    assert doubt is not None and doubt.kind is DoubtKind.NUMBER and not doubt.may_be_confirmed


@pytest.mark.parametrize(
    ("label", "number", "held"),
    [
        ("AB 4711", "H-2024-4711", False),
        ("AB 44711", "H-2024-4711", True),
        ("ab h2024", "H-2024-4711", True),
        ("bed 12", "12", True),
        ("bed 3", "12", False),
        ("bed 3", "", False),
    ],
)
def test_a_label_may_hold_at_most_four_characters_in_a_row_of_the_record_number(
    label: str, number: str, held: bool
) -> None:
    doubt = label_doubt(label, number)
    assert (doubt is not None) is held
    assert doubt is None or (doubt.kind is DoubtKind.RECORD and not doubt.may_be_confirmed)


ALIKE = [
    ("AB bed 3", "AB bed 8", "the same letters, other numbers"),
    ("AB bed 3", "ab-bed3", "the same label"),
    ("AB bed 3", "AB bed 13", "the same letters, other numbers"),
    ("AB", "AB bed 3", "one holds the other"),
    ("AB window", "AB widnow", "nearly the same"),
    ("MK bed 3", "MN bed 3", "nearly the same"),
    ("", "", "no label"),
    ("AB bed 3", "CD bed 3", ""),
    ("AB bed 3", "", ""),
    ("AB", "CD", ""),
    ("AB window", "CD corridor", ""),
]


@pytest.mark.parametrize(("one", "other", "why"), ALIKE)
def test_labels_that_are_easily_mistaken_are_known(one: str, other: str, why: str) -> None:
    assert alike(one, other) == alike(other, one) == why


texts = st.text(st.sampled_from("ABab 3489-.é"), max_size=8)


@given(texts, texts)
def test_being_alike_does_not_depend_on_the_order(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert distance(one, other) == distance(other, one) >= abs(len(one) - len(other))


@given(texts, texts)
def test_marking_changes_no_character_and_marks_something_exactly_where_labels_differ(one: str, other: str) -> None:
    pieces = marked(one, other)
    assert "".join(piece for piece, _ in pieces) == one
    if one.lower() == other.lower():
        assert not any(differs for _, differs in pieces)


def test_what_differs_is_marked() -> None:
    assert marked("AB bed 3", "AB bed 8") == (("AB bed ", False), ("3", True))


def case(code: str, label: str, subject: str = "") -> CaseIdentity:
    return CaseIdentity(code, label, subject, "clinical", "2026-03-02T09:00", "suspended")


def asked(chosen: CaseIdentity, *others: CaseIdentity) -> Confirmation:
    return confirmation(chosen, others)


THREE = case("K7M20AXQ", "AB bed 3", "2222-3333-4XYZ")
EIGHT = case("K7M20AXR", "AB bed 8", "5555-6666-7QRS")


def test_with_a_look_alike_a_yes_is_not_enough() -> None:
    shown = asked(EIGHT, THREE)
    assert shown.asks_for_code and shown.code_name == "subject" and shown.asked == 3
    assert [typed for typed in ("y", "yes", "", "XYZ", "RS", "QRS0") if shown.accepts(typed)] == []
    assert all(shown.accepts(typed) for typed in ("QRS", "qrs", " q r s ", "5555-6666-7qrs"))


def test_without_one_it_is() -> None:
    assert not asked(EIGHT, case("K7M20AXS", "CD window")).asks_for_code
    assert not asked(EIGHT, case("K7M20AXR", "AB bed 8")).asks_for_code, "a copy of the same case is no look-alike"


def test_without_a_code_of_the_person_that_of_the_case_is_asked_for() -> None:
    shown = asked(case("K7M20AXR", "AB bed 8"), case("K7M20AXQ", "AB bed 3"))
    assert shown.code_name == "case" and shown.accepts("axr") and not shown.accepts("axq")


def test_two_cases_of_one_person_are_told_apart_by_the_code_of_the_case() -> None:
    again = case("K7M20AXQ", "AB bed 8", EIGHT.subject)
    shown = asked(EIGHT, again)
    assert shown.code_name == "case" and shown.accepts("AXR") and not shown.accepts("QRS")


def test_more_characters_are_asked_for_where_the_last_three_are_the_same() -> None:
    shown = asked(EIGHT, case("K7M20AXQ", "AB bed 3", "5555-6666-8QRS"))
    assert shown.asked == 4 and shown.accepts("7QRS") and not shown.accepts("QRS") and not shown.accepts("8QRS")


def test_letters_read_as_digits_are_taken_for_them() -> None:
    shown = asked(case("1", "AB bed 8", "2222-3333-4101"), case("2", "AB bed 3"))
    assert shown.accepts("iol") and shown.accepts("1O1")


def test_what_is_to_be_read_off_paper_is_not_shown() -> None:
    assert masked_code("5555-6666-7QRS", 3) == "5555-6666-7···"
    assert masked_code("A-B", 3) == "·-·"
    assert masked_code("", 3) == ""
