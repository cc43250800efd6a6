"""Events as they are stored: every one comes back as it went, and nothing else is accepted."""

from __future__ import annotations

import dataclasses
import json
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core import events as ev
from chatbot.core.events import EVENT_TYPES, EVENT_VERSION, Event, UnknownEvent, from_data, to_data

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=12)
stored = st.one_of(texts, st.integers(0, 10), st.lists(texts, max_size=3), st.dictionaries(texts, texts, max_size=3))

pinned = st.fixed_dictionaries(
    {
        **dict.fromkeys(("case", "as_of", "head", "urgency"), texts),
        "answers": st.dictionaries(texts, stored, max_size=3),
        **dict.fromkeys(("findings", "rules"), st.dictionaries(texts, texts, max_size=3)),
    }
)

MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "str": texts,
    "str | None": st.none() | texts,
    "int": st.integers(0, 10**12),
    "list[str]": st.lists(texts, max_size=3),
    "dict[str, str]": st.dictionaries(texts, texts, max_size=3),
    "Stored | None": st.none() | stored,
    "Pinned": pinned,
    "Points": st.dictionaries(texts, st.integers(-99, 99), max_size=3),
}
"""How a member of each declared type is made; a type that is not here fails the test on purpose."""


@st.composite
def events(draw: st.DrawFn) -> Event:
    cls = draw(st.sampled_from(sorted(EVENT_TYPES.values(), key=lambda each: each.__name__)))
    members = {member.name: draw(MEMBERS[str(member.type)]) for member in dataclasses.fields(cls)}
    return typing.cast(Event, cls(**members))


@given(events())
def test_an_event_comes_back_from_its_data(event: Event) -> None:
    assert from_data(event.type, EVENT_VERSION, to_data(event)) == event


@given(events())
def test_the_data_of_an_event_survives_json(event: Event) -> None:
    data = json.loads(json.dumps(to_data(event)))
    assert from_data(event.type, EVENT_VERSION, data) == event


def test_the_stored_names_are_the_contract() -> None:
    assert sorted(EVENT_TYPES) == [
        "actor.changed",
        "alarm.acknowledged",
        "alarm.raised",
        "amended.pinned",
        "answer.carried",
        "answer.corrected",
        "answer.given",
        "answer.withdrawn",
        "approvals.pinned",
        "case.abandoned",
        "case.opened",
        "case.resumed",
        "case.signed",
        "case.suspended",
        "clock.jumped",
        "interview.widened",
        "note.added",
        "outcome.recorded",
        "plan.decided",
        "plan.issued",
        "practice.asked",
        "practice.begun",
        "practice.committed",
        "practice.ended",
        "practice.laid",
        "practice.marked",
        "practice.time",
        "previous.pinned",
        "question.postponed",
        "question.shown",
        "recap.read",
        "refusal.informed",
        "safety.left_open",
        "safety.read_back",
        "site.pinned",
        "storage.recovered",
        "storage.relocated",
    ]


@pytest.mark.parametrize("type_", [*EVENT_TYPES, "answer.invented", "", "__class__"])
def test_another_version_is_not_guessed_at(type_: str) -> None:
    with pytest.raises(UnknownEvent):
        from_data(type_, EVENT_VERSION + 1, {})


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownEvent, match=r"'answer\.invented'"):
        from_data("answer.invented", EVENT_VERSION, {})


def test_an_unknown_member_is_refused() -> None:
    with pytest.raises(UnknownEvent, match="mood"):
        from_data("note.added", EVENT_VERSION, {"text": "x", "mood": "y"})


def test_the_header_may_carry_more_than_the_event() -> None:
    data = {**to_data(OPENED), "format": "backstory-transcript", "software": {"name": "backstory"}}
    assert from_data("case.opened", EVENT_VERSION, data) == OPENED


@pytest.mark.parametrize("cls", EVENT_TYPES.values(), ids=lambda cls: cls.type)
def test_a_missing_member_is_refused_by_name(cls: type[Any]) -> None:
    required = [
        member.name
        for member in dataclasses.fields(cls)
        if member.default is dataclasses.MISSING and "None" not in str(member.type)
    ]
    for name in required:
        given = {other: "x" for other in required if other != name}
        with pytest.raises(UnknownEvent, match=name):
            from_data(cls.type, EVENT_VERSION, given)


OPENED = ev.CaseOpened(
    case="c1",
    kind="test",
    as_of="2026-03-15T10:30",
    label="bed 4",
    subject="",
    protocol={"id": "tiny", "version": "1", "digest": "00"},
)
