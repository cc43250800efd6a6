"""Who did what: every event in words, with who was at the keyboard, before and after a hand-over."""

from __future__ import annotations

import hashlib
from pathlib import Path

from chatbot.core.commands import (
    Acknowledge,
    AddNote,
    ChangeActor,
    DecideRule,
    GiveAnswer,
    IssuePlan,
    Postpone,
    ReadRecap,
    Suspend,
    Withdraw,
)
from chatbot.core.events import EVENT_TYPES
from chatbot.interview import Interview
from chatbot.record.event_list import MASKED, EventLine, event_lines
from chatbot.record.host import FixedHost
from chatbot.record.read import read_transcript
from chatbot.record.store import TranscriptWriter
from tests.record import golden
from tests.record import kit as record_kit
from tests.tui import kit

PROTOCOL = kit.protocol(canonical="{}", digest=hashlib.sha256(b"{}").hexdigest())


def told(folder: Path, *commands: object, show_private: bool = False, register: str = "clinician") -> list[EventLine]:
    """Record commands as a desk does and return their events in words."""
    opened = kit.opened(protocol=PROTOCOL.identity)
    with TranscriptWriter.create(folder, opened, PROTOCOL, FixedHost()) as writer:
        case = Interview.start(PROTOCOL, writer, opened)
        for command in commands:
            assert case.send(command) is None, command  # type: ignore[arg-type]
    entries = read_transcript(writer.path).entries
    return event_lines(PROTOCOL, entries, show_private=show_private, register=register)


def said(lines: list[EventLine]) -> list[tuple[str, str]]:
    return [(line.who, line.text) for line in lines]


def test_it_says_who_answered_what_before_and_after_a_hand_over(folder: Path) -> None:
    lines = told(
        folder,
        GiveAnswer("water", "no"),
        ChangeActor("AB", "nurse"),
        ReadRecap(),
        GiveAnswer("feeling", "one_side"),
        ChangeActor("CD", "registrar"),
        ReadRecap(),
        GiveAnswer("feeling", "normal", because="misunderstood"),
        GiveAnswer("heat", status="not_assessed"),
    )
    answers = [(who, text) for who, text in said(lines) if text.startswith(("answered", "corrected"))]
    assert answers == [
        ("os:example", "answered 'Has passing water stopped?': no (patient)"),
        ("AB, nurse", "answered 'How does the skin feel when wiping?': one side (patient)"),
        (
            "CD, registrar",
            "corrected 'How does the skin feel when wiping?': one side → normal (patient); misunderstood",
        ),
        ("CD, registrar", "answered 'What is the temperature?': not assessed (examination)"),
    ]
    assert ("AB, nurse", "CD, registrar, is at the keyboard from here on (typed)") in said(lines)
    assert ("CD, registrar", "read the recap of what was done before") in said(lines)
    assert [line.number for line in lines] == list(range(len(lines)))
    assert all(line.on == kit.AS_OF and line.wall.startswith("2026-03-02T09:00") for line in lines)


def test_it_tells_everything_else_in_words(folder: Path) -> None:
    lines = told(
        folder,
        GiveAnswer("water", "yes"),
        Acknowledge(),
        Postpone("feeling"),
        AddNote("asks for\nher daughter"),
        AddNote("warm hands", "heat"),
        GiveAnswer("heat", "37.5"),
        Withdraw("heat"),
        IssuePlan(),
        DecideRule("walk", "decline", "other", "cannot walk"),
        Suspend(),
    )
    texts = [line.text for line in lines]
    for expected in (
        "opened a clinical case (bed 4 · S-19 · 7F3K-0001) with Pain after surgery 2026.1",
        "was shown 'Has passing water stopped?'",
        "EMERGENCY: blocked bladder",
        "read the emergency: blocked bladder",
        "put off 'How does the skin feel when wiping?'",
        "noted: asks for her daughter",
        "noted on 'What is the temperature?': warm hands",
        "answered 'What is the temperature?': 37.5 C (examination)",
        "took back the answer to 'What is the temperature?': 37.5 C",
        "decline: 'Keep walking' (other): cannot walk",
        "left the case",
    ):
        assert expected in texts
    assert any(text.startswith("issued the plan ") for text in texts)


def test_private_answers_and_notes_are_masked_unless_they_are_asked_for(folder: Path) -> None:
    commands = (
        GiveAnswer("story", "a secret", note="a secret too"),
        GiveAnswer("story", "another secret"),
        AddNote("a secret note", "story"),
        Withdraw("story"),
    )
    lines = told(folder / "one", *commands)
    assert "secret" not in repr(lines) and sum(MASKED in line.text for line in lines) == 4
    shown = repr(told(folder / "two", *commands, show_private=True))
    assert MASKED not in shown
    for secret in ("a secret", "a secret too", "another secret", "a secret note"):
        assert secret in shown


def test_it_speaks_in_the_chosen_register(folder: Path) -> None:
    lines = told(folder, GiveAnswer("water", "no"), register="patient")
    assert "answered 'In plain words: Has passing water stopped?': no (patient)" in [line.text for line in lines]


def test_every_event_that_can_be_written_has_words() -> None:
    seen = set()
    for path in sorted(golden.FOLDER.glob("*.jsonl")):
        for line in event_lines(record_kit.PROTOCOL, read_transcript(path).entries):
            assert line.text and line.actor and "\n" not in line.text
            seen.add(line.type)
    assert seen == set(EVENT_TYPES)


def test_the_hand_over_of_a_golden_transcript_is_told_the_same_for_ever() -> None:
    lines = event_lines(record_kit.PROTOCOL, read_transcript(golden.FOLDER / "hand-over.jsonl").entries)
    assert [line.who for line in lines if line.type == "answer.given"] == ["AB, nurse", "CD, registrar"]
