"""A station about a boiler, with a canary in the words of each fact, and the line mode on it.

The protocol is that of ``tests.plain.kit``; no sentence here can be taken for content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from chatbot import plain_practice
from chatbot.core import events as ev
from chatbot.core.practice.clock import MINUTE, Spent, spent
from chatbot.core.practice.debrief import Placed
from chatbot.core.practice.station import (
    WEIGHTS,
    Choice,
    Document,
    Domain,
    Expected,
    Fact,
    FlagExpected,
    ItemExpected,
    Move,
    Scoring,
    Station,
    Told,
)
from chatbot.core.protocol import Protocol
from chatbot.practising import Practising
from tests.plain.kit import AS_OF, PROTOCOL, Memory

CANARIES = {
    "smoke": "QUAX-SMOKE",
    "smell": "QUAX-SMELL",
    "detector": "QUAX-DETECTOR",
    "pressure": "QUAX-PRESSURE",
    "noise": "QUAX-NOISE",
    "parts": "QUAX-PARTS",
    "repairs[1].part": "QUAX-REPAIR",
    "bolts": "QUAX-BOLTS",
}
"""Question to what stands in the words of its fact and nowhere else."""

TRUTH = "QUAX-TRUTH"
"""Stands in all that is told at the end only: name, title, reason."""


def fact(question: str, value: Any, **more: Any) -> Fact:
    says = f"It is {CANARIES[question]}."
    given = {"status": None, "source": "patient", "way": "ask", "says": says, **more}
    return Fact(question, value, **given)


def scoring() -> Scoring:
    limits = (Choice("PT0S", "at once"), Choice("P1D", "within a day"), Choice("none", "no time limit"))
    return Scoring(
        weights=dict.fromkeys(WEIGHTS, 1),
        domains=(Domain("all", "Everything"),),
        of_section=dict.fromkeys(PROTOCOL.sections, "all"),
        of_part=dict.fromkeys(("urgency", "hypotheses", "plan", "handover", "communication"), "all"),
        limits=limits,
        items=(Choice("leave", "Leave the house", "safety"), Choice("oil", "Oil it", "non_drug")),
        urgency_words={"emergency": ("at once",)},
        item_words={"leave": ("leave",)},
        jargon=("combustion",),
        stigmatising=(),
        comfort=("history",),
    )


def expected() -> Expected:
    return Expected(
        urgency="emergency",
        within="PT0S",
        path=("smoke", "smell", "pressure"),
        safety=("smoke", "smell"),
        flags=(FlagExpected("fire", "present", "emergency", 6, ("smoke",), 1),),
        likely=("wear",),
        not_to_miss=(),
        items=(
            ItemExpected("leave", "required", "leave", points=3),
            ItemExpected("oil", "harmful", "oil", ("worn_out",)),
        ),
    )


def station(**changes: Any) -> Station:
    facts = (
        fact("smoke", "yes", needs="plain", holds_back="Combustion? What is that?"),
        fact("smell", "faint", needs="again", holds_back="Hard to say."),
        fact("detector", "no", way="examine", source="examination"),
        fact("pressure", "2.5"),
        fact("noise", 6, needs="trust", holds_back="Why would you ask that?"),
        fact("parts", None, status="declined", needs="never", holds_back="I won't say."),
        fact("repairs[1].part", "pump"),
        fact("bolts", {"door.right": "b0", "door.left": "b5", "base.right": "b5", "base.left": "b5"}, way="examine"),
    )
    letter = Document("letter", "Letter of the fitter", "It was new in 2015.", (Told("installed", "2015"),))
    made = Station(
        format="backstory.station/1",
        protocol=dict(PROTOCOL.identity),
        name=f"leaky_{TRUTH}",
        title=f"A boiler on fire {TRUTH}",
        seed=0,
        difficulty=2,
        as_of=AS_OF,
        region="",
        who="A boiler of twelve",
        persona="plain",
        task="Find out what matters, and hand over.",
        minutes=5,
        preparation=1,
        opening="It hums so.",
        volunteered=("noise",) if changes.pop("tells_noise", False) else (),
        facts=facts,
        moves=(
            Move("introduce", "introduce", "Say your name", ("my name is",), "Pleased to meet you.", 1),
            Move("permission", "permission", "Ask permission", ("may i ask",), "Go on then.", 2, (), ("noise",)),
        ),
        documents=(letter,),
        handover=None,
        no_fact=("I couldn't tell you.",),
        not_applicable=("That does not fit me.",),
        not_understood=("Sorry, what?",),
        expected=expected(),
        scoring=scoring(),
        reason=f"Because of {TRUTH}.",
        hints={"safety": "Think of what cannot wait."},
    )
    return replace(made, **changes)


@dataclass
class Clock:
    """Time that moves when it is told to; the attempt's events with their places."""

    ms: int = 0
    placed: list[Placed] = field(default_factory=list)

    def spent(self) -> Spent:
        return spent(self.placed, self.ms)

    def minutes(self, number: int) -> None:
        self.ms += number * MINUTE


class Timed(Memory):
    """Keeps events in memory, each with its moment."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock

    def append(self, events: Any) -> None:
        super().append(events)
        for each in events:
            self.clock.placed.append(Placed(len(self.clock.placed), self.clock.ms, each))


Typed = str | Callable[[Clock], None]
"""A line, or something that happens before the next line is read."""


@dataclass
class Talked:
    """What came of a conversation."""

    practising: Practising
    lines: list[str]
    prompts: list[str]
    clock: Clock

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def asked(self) -> list[ev.PracticeAsked]:
        return [each for each in self.practising.events if isinstance(each, ev.PracticeAsked)]


def begun(
    made: Station | None = None, mode: str = "practice", *, timed: bool = False, protocol: Protocol = PROTOCOL
) -> tuple[Practising, Clock]:
    clock = Clock()
    recorder = Timed(clock)
    as_of = AS_OF if made is None else made.as_of
    opened = ev.CaseOpened("7F3K", "practice", as_of, "practice 1", "", protocol.identity)
    recorder.append([opened])
    return Practising.start(protocol, made or station(), recorder, opened, mode, timed=timed), clock


def talk(
    *typed: Typed,
    of: tuple[Practising, Clock] | None = None,
    mode: str = "practice",
    timed: bool = False,
    watch: Callable[[str], None] = lambda line: None,
    **more: Any,
) -> Talked:
    """Type lines at a station until they are used up, which is the end of input."""
    practising, clock = begun(mode=mode, timed=timed) if of is None else of
    waiting: Iterable[Typed] = iter(typed)
    lines: list[str] = []
    prompts: list[str] = []

    def read(prompt: str) -> str | None:
        prompts.append(prompt)
        watch(prompt)
        for each in waiting:
            if isinstance(each, str):
                return each
            each(clock)
        return None

    def write(line: str) -> None:
        lines.append(line)
        watch(line)

    given = {"debrief": lambda width: f"DEBRIEF {TRUTH}", "width": 200, **more}
    plain_practice.run(practising, read=read, write=write, spent=clock.spent, **given)
    return Talked(practising, lines, prompts, clock)
