"""A station by hand, on the small protocol: thin smoke for hours, a weak kidney, and every way of holding back.

Its weights are such that sums tell which of them were lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from chatbot.core import commands as cmd
from chatbot.core import events as ev
from chatbot.core.batch import with_answers
from chatbot.core.case import Case
from chatbot.core.practice import commands as practice
from chatbot.core.practice.attempt import beginning, decide, evolved, of_events
from chatbot.core.practice.debrief import Debrief, Placed
from chatbot.core.practice.expected import expected_of
from chatbot.core.practice.expert import NONE, Fault, play, script
from chatbot.core.practice.marking import mark
from chatbot.core.practice.station import (
    FORMAT,
    WEIGHTS,
    Choice,
    Document,
    Domain,
    Expected,
    Fact,
    Instead,
    Move,
    Scoring,
    Station,
    Told,
)
from tests.shipped import small_protocol

TINY = small_protocol()
AS_OF = "2026-03-15T10:30"

FIRE: dict[str, Any] = {
    "grown_up": "yes",
    "smoke": "thin",
    "smoke_since": "2026-03-15T08:00",
    "alone": "yes",
    "kidney": "yes",
    "things": ["head"],
    "weight": "70",
    "pain": 5,
    "visits_count": "1",
    "visits[1].place": "here",
    "power": {"foot.left": "5", "foot.right": "5", "hip.left": "5", "hip.right": "5"},
    "remark": "none",
}
"""A fire: the present alarm, an emergency. The tablet is contraindicated."""

CALM: dict[str, Any] = {**FIRE, "smoke": "none", "kidney": "no"}
"""Nothing burns, and nothing stands against the tablet."""

SMOULDER: dict[str, Any] = {**FIRE, "smoke_since": "2026-03-01"}
"""Smoke for some time: urgent."""

NEEDS = {
    "smoke": ("plain", "Smoke? I only see a haze."),
    "pain": ("again", "Hard to say."),
    "kidney": ("trust", "That is rather personal."),
    "power": ("reason", "What for?"),
    "weight": ("interpreter", "(says something)"),
}
"""What some facts of the station need."""

WEIGHT: dict[str, int] = {
    "flag.emergency": 1_000,
    "flag.same_day": 700,
    "flag.urgent": 500,
    "flag.clear": 300,
    "urgency.right": 300,
    "urgency.low_1": 2_000,
    "urgency.low_2": 4_000,
    "urgency.low_3": 8_000,
    "urgency.high_1": 100,
    "urgency.high_2": 110,
    "urgency.high_3": 120,
    "within.right": 61,
    "likely.each": 53,
    "not_to_miss.each": 59,
    "item.safety": 47,
    "item.other": 43,
    "item.harmful": 900,
    "item.unsupported": 7,
    "item.unsupported.most": 10,
    "late.times": 2,
    "late.each": 31,
    "late.most": 40,
    "order.free": 1,
    "order.each": 5,
    "order.most": 17,
    "needless.free": 2,
    "needless.each": 3,
    "needless.most": 23,
    "unresolved.each": 13,
    "unresolved.most": 40,
    "stigma.each": 19,
    "stigma.most": 30,
    "handover.situation": 11,
    "handover.urgency": 9,
    "handover.request": 8,
}
assert WEIGHT.keys() == set(WEIGHTS)

SCORING = Scoring(
    weights=WEIGHT,
    domains=(Domain("safe", "Safety"), Domain("story", "The story"), Domain("plan", "Plan"), Domain("talk", "Talk")),
    of_section={"who": "story", "alarm": "safe", "story": "story"},
    of_part={
        "urgency": "safe",
        "hypotheses": "plan",
        "plan": "plan",
        "handover": "talk",
        "communication": "talk",
    },
    limits=(Choice("PT0S", "at once"), Choice("P7D", "within a week"), Choice("none", "no time limit")),
    items=(
        Choice("ambulance", "The brigade", "safety"),
        Choice("rest", "Rest", "drug"),
        Choice("tablet", "A tablet", "drug"),
    ),
    urgency_words={"emergency": ("at once",), "urgent": ("this week",), "routine": ("no hurry",)},
    item_words={"ambulance": ("brigade",), "rest": ("rest",), "tablet": ("tablet",)},
    jargon=("fume",),
    stigmatising=(Instead("fire raiser", "person who had a fire"), Instead("non-compliant", "has reasons")),
    comfort=("story",),
)

MOVES = (
    Move("hello", "introduce", "Say your name", (), "Hello.", 1),
    Move("may_i", "permission", "Ask permission", (), "Of course.", 2, before=("kidney",)),
    Move("because", "reason", "Say what it is for", (), "All right.", 0),
    Move("translate", "interpreter", "Fetch an interpreter", (), "Good.", 3),
    Move("tell_me", "open", "Tell me", (), "It hurts in my head.", 4, tells=("things",)),
    Move("sum_up", "summary", "Sum up", (), "Yes.", 5),
)

LETTER = Document("letter", "A letter", "No smoke was seen.", (Told("alone", "no"), Told("visits_count", "2")))


def case_of(answers: dict[str, Any]) -> Case:
    """Return a case with answers as they are stored."""
    given = [cmd.GiveAnswer(key, value) for key, value in answers.items()]
    opened = ev.CaseOpened("c", "practice", AS_OF, "", "", TINY.identity)
    return with_answers(TINY, opened, given)


def expected(answers: dict[str, Any], told: Sequence[str] = ()) -> Expected:
    return expected_of(TINY, case_of(answers), told=told, weights=WEIGHT)


def station_of(
    answers: dict[str, Any] = FIRE,
    *,
    told: Sequence[str] = ("remark",),
    needs: dict[str, tuple[str, str]] = NEEDS,
    documents: tuple[Document, ...] = (LETTER,),
    handover: Document | None = None,
) -> Station:
    """Return the station of a patient with these answers."""
    case = case_of(answers)
    facts = tuple(
        Fact(
            question=key,
            value=answers[key],
            status=None,
            source=TINY.questions[key].source.value,
            way="ask",
            says=f"about {key}",
            needs=needs.get(key, ("", ""))[0],
            holds_back=needs.get(key, ("", ""))[1],
        )
        for key in TINY.questions
        if key in answers and case.assessment.applies[key] is not False
    )
    return Station(
        format=FORMAT,
        protocol=TINY.identity,
        name="fire",
        title="A fire",
        seed=0,
        difficulty=1,
        as_of=AS_OF,
        region="",
        who="Somebody",
        persona="plain",
        task="Find out.",
        minutes=10,
        preparation=1,
        opening="Hello.",
        volunteered=tuple(told),
        facts=facts,
        moves=MOVES,
        documents=documents,
        handover=handover,
        no_fact=("I could not say.",),
        not_applicable=("That does not fit.",),
        not_understood=("What?",),
        expected=expected(answers, told),
        scoring=SCORING,
        reason="It burns.",
    )


STATION = station_of()

WORST = Fault(skip=("smoke",), urgency="urgent", add=("tablet",), again=9, word="fire raiser", leave=("may_i",))
"""Several faults at once."""


def opened(protocol_identity: Any = TINY.identity, as_of: str = AS_OF) -> ev.CaseOpened:
    return ev.CaseOpened("c", "practice", as_of, "", "", protocol_identity)


def placed(events: Iterable[ev.Event], step: int = 1_000) -> tuple[Placed, ...]:
    """Return events as records, a second apart."""
    return tuple(Placed(seq, seq * step, event) for seq, event in enumerate(events))


def played(station: Station = STATION, fault: Fault = NONE) -> tuple[ev.Event, ...]:
    return play(TINY, station, opened(), commands=script(TINY, station, fault))


def marked(station: Station = STATION, fault: Fault = NONE) -> Debrief:
    return mark(TINY, station, placed(played(station, fault)))


def done(station: Station, commands: Iterable[practice.PracticeCommand]) -> Debrief:
    """Mark what was done at a station; what is refused is left out."""
    return mark(TINY, station, placed(attempted(station, commands)))


def attempted(station: Station, commands: Iterable[practice.PracticeCommand]) -> list[ev.Event]:
    """Return the events of what was done at a station; what is refused is left out."""
    events: list[ev.Event] = [opened(), *beginning(TINY, station, opened(), "practice", timed=False)]
    attempt = of_events(TINY, station, events)
    for command in commands:
        decided = decide(attempt, command)
        if isinstance(decided, tuple):
            attempt = evolved(attempt, decided)
            events += decided
    return events


def lost(debrief: Debrief) -> dict[str, int]:
    """Return what each line lost, by its id."""
    return {each.id: each.of - each.points for each in debrief.lines if not each.good}


def line(debrief: Debrief, id_: str) -> Any:
    return next(each for each in debrief.lines if each.id == id_)


def committed(station: Station = STATION, **changes: Any) -> practice.Commit:
    """Return what an expert commits to, with changes."""
    from chatbot.core.practice.expert import commitment

    return replace(commitment(TINY, station), **changes)
