"""Hand-over in the core: nothing is answered before the recap is read, and every answer keeps who gave it."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.core.commands import (
    Acknowledge,
    AddNote,
    ChangeActor,
    ConfirmStill,
    DecideRule,
    GiveAnswer,
    IssuePlan,
    Postpone,
    ReadBack,
    ReadRecap,
    Refusal,
    Show,
    Sign,
    Suspend,
    Withdraw,
)
from chatbot.core.events import ActorChanged, AnswerGiven, RecapRead
from chatbot.core.recap import MOST, Recap, recap, recap_digest
from chatbot.interview import Interview
from tests.tui import kit


def worked_on() -> Interview:
    case = kit.interview()
    case.opened_by = "os:anna"
    sent(case, ChangeActor("AB", "nurse"), GiveAnswer("feeling", "normal"))
    return case


def sent(case: Interview, *commands: Any) -> None:
    for command in commands:
        assert case.send(command) is None, command


def parts(shown: Recap) -> dict[str, tuple[str, ...]]:
    return {part.title: part.items for part in shown.parts}


WAITING = [
    GiveAnswer("heat", "37"),
    GiveAnswer("feeling", "none"),
    ConfirmStill("feeling"),
    Withdraw("feeling"),
    Postpone("heat"),
    DecideRule("walk", "accept"),
    ReadBack(),
    Sign(),
]


@pytest.mark.parametrize("command", WAITING, ids=lambda each: type(each).__name__)
def test_nothing_is_answered_or_decided_before_the_recap_is_read(command: Any) -> None:
    case = worked_on()
    sent(case, ChangeActor("CD", "registrar"))
    before = list(case.events)
    refusal = case.send(command)
    assert isinstance(refusal, Refusal) and refusal.code == "recap_waiting" and case.events == before
    sent(case, ReadRecap())
    after = case.send(command)
    assert after is None or after.code != "recap_waiting"


def test_looking_noting_and_leaving_need_no_recap() -> None:
    case = worked_on()
    sent(case, ChangeActor("CD", "registrar"), Show("feeling"), AddNote("x"), IssuePlan(), Suspend())


def test_reading_is_recorded_with_the_digest_of_what_was_shown() -> None:
    case = worked_on()
    sent(case, ChangeActor("CD", "registrar"))
    shown = recap(case.protocol, case.case)
    sent(case, ReadRecap())
    assert case.events[-1] == RecapRead(recap_digest(shown))
    refusal = case.send(ReadRecap())
    assert refusal is not None and "no recap waits" in refusal.message


def test_naming_oneself_at_the_start_or_again_is_no_hand_over() -> None:
    case = kit.interview()
    sent(case, ChangeActor("AB", "nurse"))
    assert not case.case.recap_due
    sent(case, GiveAnswer("feeling", "normal"), ChangeActor("AB", "charge nurse"))
    assert not case.case.recap_due


def test_a_second_hand_over_does_not_lift_the_first() -> None:
    case = worked_on()
    sent(case, ChangeActor("CD", "registrar"), ChangeActor("AB", "nurse"))
    assert case.case.recap_due


def test_an_older_transcript_goes_on_without_a_recap() -> None:
    case = worked_on()
    given = AnswerGiven("heat", "37", None, "examination", "key", kit.AS_OF)
    again = Interview(case.protocol, kit.Records(), [*case.events, ActorChanged("CD", "registrar", "typed"), given])
    assert not again.case.recap_due and again.case.answers["heat"].by == "CD"


def test_every_answer_keeps_who_gave_it() -> None:
    case = kit.interview()
    sent(case, GiveAnswer("feeling", "normal"), ChangeActor("AB", "nurse"), ReadRecap(), GiveAnswer("heat", "37"))
    sent(case, GiveAnswer("signs", ["tingling"]), ChangeActor("CD", "registrar"), ReadRecap())
    sent(case, GiveAnswer("heat", "38", because="mis_keyed"))
    assert {key: answer.by for key, answer in case.case.answers.items()} == {"feeling": "", "heat": "CD", "signs": "AB"}
    case.opened_by = "os:anna"
    assert set(parts(case.recap())["Answered so far"]) == {"os:anna 1", "AB 1", "CD 1"}


def test_the_recap_says_what_matters() -> None:
    case = worked_on()
    sent(case, GiveAnswer("water", "yes"), Acknowledge(), GiveAnswer("heat", status="not_assessed"))
    sent(case, GiveAnswer("signs", ["tingling", "cramps"]), Postpone("pain"), GiveAnswer("began", "2025-11"))
    sent(case, GiveAnswer("story", "a secret"), AddNote("another secret", "story"), AddNote("asks for her daughter"))
    sent(case, ChangeActor("CD", "registrar"))
    shown = case.recap()
    assert (shown.label, shown.subject, shown.kind, shown.actor, shown.role) == (
        "bed 4",
        "S-19",
        "clinical",
        "CD",
        "registrar",
    )
    assert shown.level == "emergency"
    said = parts(shown)
    assert said["Because"][0] == "blocked bladder present (passing water stopped: yes)"
    assert said["Emergencies read"] == ("blocked bladder, read by AB",)
    assert said["Safety, unclear"] == ("temperature: not assessed",)
    assert said["Put off"] == ("How strong is the pain?",)
    assert said["Notes"] == ("asks for her daughter", "What else should we know?: a note, private")
    assert said["Last answers"][-1] == "What else should we know?: answered, private"
    assert "secret" not in repr(shown)


def test_what_does_not_fit_is_counted() -> None:
    case = worked_on()
    for number in range(MOST + 4):
        sent(case, AddNote(f"note {number}"))
    sent(case, AddNote("long " * 100))
    (notes,) = (part for part in case.recap().parts if part.title == "Notes")
    assert len(notes.items) == MOST and notes.left_out == 5 and notes.items[0].endswith("…")


def test_an_answer_taken_back_is_not_among_the_last() -> None:
    case = worked_on()
    sent(case, GiveAnswer("heat", "37"), Withdraw("heat"))
    assert case.case.recent == ("feeling",)
