"""A small simulated patient on the kit's protocol, attempts at it in memory, and a desk of practice that gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.core.events import PracticeAsked
from chatbot.core.practice import commands as cmd
from chatbot.core.practice import station as st
from chatbot.core.practice.debrief import (
    Cited,
    Debrief,
    DomainMark,
    Line,
    PathStep,
    Recognised,
    SecondMark,
)
from chatbot.errors import FILE_TAKEN, BackstoryError, KeyProblem, UsageError
from chatbot.practising import Practising
from chatbot.tui.practice import Course, DomainCourse, Ended, Patient, PracticeDesk, Said, Unfinished
from chatbot.tui.services import Start
from tests.tui import kit

SECRET_TITLE = "The man whose bladder stopped"

FACTS = (
    st.Fact("water", "yes", None, "patient", "ask", "Not a drop since last night, and it is getting sore."),
    st.Fact("feeling", "both_sides", None, "patient", "ask", "It feels like wiping somebody else.", "plain",
            "What do you mean?"),
    st.Fact("heat", "37", None, "examination", "examine", "On examination: 37 degrees."),
    st.Fact("pain", 7, None, "patient", "ask", "A good seven, I would say."),
    st.Fact("story", "afraid of surgeons", None, "patient", "ask", "Hospitals scare the life out of me.", "trust",
            "I would rather not go into that."),
)  # fmt: skip

MOVES = (
    st.Move("introduce", "introduce", "Introduce yourself", ("my name is",), "Nice to meet you.", 1),
    st.Move("permission", "permission", "Ask permission for personal questions", ("may i ask",), "Go ahead.", 2),
    st.Move("open", "open", "Ask openly", ("tell me more",), "My leg went first.", 1, ("pain",)),
)

LETTER = st.Document("letter", "Letter of the family doctor", "He passes water as ever.", (st.Told("water", "no"),))

WEIGHTS = dict.fromkeys(st.WEIGHTS, 1)


def station(**changes: Any) -> st.Station:
    """Make the patient; *changes* replace parts of it."""
    expected = st.Expected("emergency", "PT0S", ("water", "feeling", "heat", "pain"), ("water", "feeling", "heat"), (),
                           ("scar",), (), ())  # fmt: skip
    scoring = st.Scoring(
        WEIGHTS,
        (st.Domain("safety", "Safety first"), st.Domain("talk", "How you talk")),
        {"safety": "safety", "history": "talk", "examination": "safety"},
        dict.fromkeys(("urgency", "hypotheses", "plan", "handover", "communication"), "talk"),
        (st.Choice("PT0S", "at once"), st.Choice("P1D", "within a day"), st.Choice("none", "no time limit")),
        (st.Choice("scan", "Scan of the spine", "imaging"), st.Choice("tablet", "A tablet", "drug")),
        {},
        {},
        ("saddle",),
        (),
        ("history",),
    )
    base = st.Station(
        st.FORMAT, {"id": "kit", "version": "2026.1", "digest": "0" * 64}, "bladder_stopped", SECRET_TITLE, 0, 2,
        kit.AS_OF, "", "A man of 51", "plain", "Find out what matters, say how soon, and hand over.", 12, 1,
        "It's my back again, doctor. And this leg.", (), FACTS, MOVES, (LETTER,), None, ("I could not tell you.",),
        ("That is nothing to do with me.",), ("Sorry, what do you mean?",), expected, scoring,
        "The bladder has stopped: nothing is more urgent.",
        {"safety": "Think of the bladder before anything else.", "history": "Let him tell it in his own words."},
    )  # fmt: skip
    return replace(base, **changes)


def attempt(mode: str = "practice", *, timed: bool = False, **changes: Any) -> Practising:
    """Begin an attempt at the patient, in memory."""
    opened = kit.opened(kind="practice", label="practice 1", subject="")
    return Practising.start(kit.protocol(), station(**changes), kit.Records(), opened, mode, timed=timed)


def debrief(**changes: Any) -> Debrief:
    """Return a debrief with a line of every sort."""
    lines = (
        Line("flag:blocked", "flag", "safety", 6, 6, "You asked about passing water.",
             "Cannot pass water: needs surgeons now.", "send", (1,), 3),
        Line("order", "order", "safety", -2, 0, "You asked two questions of comfort before the safety screen.",
             "This order costs time.", None, (), 4),
        Line("flag:saddle", "flag", "safety", 0, 4, "You did not ask about feeling when wiping.",
             "It goes with the bladder.", "saddle", (1, 2)),
        Line("item:tablet", "harmful", "talk", -3, 0, "You planned a tablet.", "There is fever.", "tablet", (2,), 5),
        Line("handover", "handover", "talk", 1, 2, "Your handover says how urgent it is, not what you ask for."),
        Line("needless", "needless", "talk", 0, 0, "You asked nothing needlessly."),
    )  # fmt: skip
    base = Debrief(
        "0" * 64, "bladder_stopped", SECRET_TITLE, "practice", 7, 14, "same_day", "emergency", "P1D", "PT0S",
        (DomainMark("safety", "Safety first", 4, 10), DomainMark("talk", "How you talk", 3, 4)),
        lines,
        (Recognised("blocked", "blocked bladder", "emergency", 3, 1, 3),
         Recognised("saddle", "saddle", "same_day", None, 2)),
        (PathStep("pain", "How strong is the pain?", False, 3, needless=True),
         PathStep("water", "Has passing water stopped?", True, 4)),
        (PathStep("water", "Has passing water stopped?", True),
         PathStep("feeling", "How does the skin feel when wiping?", True)),
        (Cited(1, "ALPHA", "Alpha A. On water. J Alpha 2020;1:1-2.", "table 1"),
         Cited(2, "BETA", "Beta B. On tablets. J Beta 2021;2:3-4.", "")),
        2,
        430,
        "The bladder has stopped: nothing is more urgent.",
        (SecondMark("CD", 3, 8, {"handover": 2}, {"handover": "he asked for a scan aloud"}, "Kind and clear."),),
    )  # fmt: skip
    return replace(base, **changes)


def ended(practising: Practising) -> Ended:
    """Return what came of an attempt, with the records numbered as its events."""
    said = [Said(turn, turn.at, 20 * number) for number, turn in enumerate(practising.attempt.turns, 1)]
    found = practising.station
    limits = {each.id: each.title for each in found.scoring.limits}
    return Ended(debrief(), practising.protocol, found.who, found.opening, limits, said, lambda: "THE DEBRIEF AS TEXT")


@dataclass
class Practices:
    """A desk of practice in memory, with what was asked of it."""

    patients: list[Patient] = field(default_factory=lambda: [
        Patient("bladder_stopped", 1, "A man of 51", "It's my back again, doctor. And this leg.", "Plain-spoken", 2),
        Patient("old_scar", 2, "A woman of 44", "I can't sit through a film any more.", "Anxious", 3,
                "best 62 %, last on 12 Nov 2025", due=True),
    ])  # fmt: skip
    begun: list[Unfinished] = field(default_factory=list)
    opened: list[tuple[Any, ...]] = field(default_factory=list)
    left: int = 0
    gone: int = 0
    """Seconds on the clock of the station."""
    refuse: BackstoryError | None = None
    practising: Practising | None = None
    make: Callable[[str], Practising] = lambda mode: attempt(mode, timed=mode == "examination")
    files: dict[str, str] = field(default_factory=dict)
    course: Course | None = None

    def open(self, mode: str, *told: Any) -> Practising:
        if self.refuse is not None:
            raise self.refuse
        self.opened.append(told)
        self.practising = self.make(mode)
        return self.practising

    def resume(self, path: Any, code: str) -> Practising:
        if path == "sealed" and code != "1234":
            raise KeyProblem("the code does not open the station", code="K040")
        return self.open("practice", path)

    def leave(self, practising: Practising) -> None:
        self.left += 1

    def ended(self, path: Any) -> Ended:
        if self.refuse is not None:
            raise self.refuse
        return ended(self.practising or attempt())

    def write(self, text: str, typed: str, replacing: bool) -> str:
        if typed in self.files and not replacing:
            raise UsageError("a file of that name is there already", code=FILE_TAKEN)
        self.files[typed] = text
        return typed


COURSE = Course(
    ("2025-11-10", "2025-11-11", "2025-11-12"),
    (40, 55, 85),
    (DomainCourse("Safety first", (20, 40, 90)), DomainCourse("How you talk", (60, 70, 80))),
    ("How you talk: 80 %",),
    ("2, a woman of 44",),
)


def desk(now: Callable[[], Practices]) -> PracticeDesk:
    """Return a desk that gives what is had *now*."""
    return PracticeDesk(
        patients=lambda: now().patients,
        unfinished=lambda: now().begun,
        begin=lambda id_, mode: now().open(mode, id_, mode),
        generate=lambda level, seed, mode: now().open(mode, level, seed, mode),
        resume=lambda path, code: now().resume(path, code),
        leave=lambda practising: now().leave(practising),
        seconds=lambda practising: now().gone,
        ended=lambda path: now().ended(path),
        unseal=lambda file, code: now().open("examination", file, code),
        card=lambda practising: "THE CARD: not a drop since last night",
        write=lambda text, typed, replacing: now().write(text, typed, replacing),
        place=lambda found: "/home/ab/debrief.txt",
        course=lambda: now().course,
    )


def application(practices: Practices | None = None, start: Start | None = None) -> Any:
    """Make the application at home, with simulated patients."""
    from chatbot.tui.application import Backstory

    house = kit.House(practices=practices or Practices())
    return Backstory(house.services(), start or Start())


async def meet(app: Any, pilot: Any, practising: Practising, clock: Callable[[], int] | None = None) -> None:
    """Put an attempt on screen."""
    from chatbot.tui.screens.patients import open_attempt

    open_attempt(app, lambda: practising)
    await pilot.pause()


def said(practising: Practising, *commands: cmd.PracticeCommand) -> Practising:
    """Carry commands out."""
    for each in commands:
        assert practising.send(each) is None
    return practising


def asked(practising: Practising) -> list[str]:
    """Return what was asked or done, in order."""
    return [each.of for each in practising.events if isinstance(each, PracticeAsked)]
