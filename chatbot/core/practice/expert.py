"""The perfect script for a station, and scripts with one fault each to hold the marking against.

The expert knows what is true. They are no model of talk, but what full marks ask for can be done by somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chatbot.core import events as ev
from chatbot.core.case import answer_in, fold
from chatbot.core.commands import Refusal
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.attempt import (
    LONGEST,
    LONGEST_HANDOVER,
    Attempt,
    beginning,
    decide,
    evolved,
    of_events,
)
from chatbot.core.practice.causes import emergencies_there
from chatbot.core.practice.handover import findings
from chatbot.core.practice.marking_safety import NO_LIMIT, limit_of
from chatbot.core.practice.marking_talk import reproaching
from chatbot.core.practice.patient import Before, is_plain, respond
from chatbot.core.practice.station import MODES, Station
from chatbot.core.protocol import Protocol
from chatbot.core.values import Urgency

FIRST = ("introduce", "interpreter", "permission", "reason", "open", "ideas", "concerns", "expectations", "chat")
"""Kinds of moves made before anything is asked."""

LAST = ("summary", "safety_net")
"""Kinds of moves made when everything was asked."""

PLAIN = "Please tell me about that in your own words."
"""What is said where the wording for patients has a word that is not plain, or one of reproach."""

CLOSING = "Thank you."
"""How the request of a handover ends where content names nothing to ask for."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a script does wrong; by default nothing."""

    skip: tuple[str, ...] = ()
    """Questions that are never asked."""
    urgency: str | None = None
    """Said instead of the true one."""
    add: tuple[str, ...] = ()
    """Plan items chosen besides the right ones."""
    safety_last: bool = False
    """Everything else is asked before the safety screen."""
    again: int = 0
    """So many questions are asked once more although they were answered."""
    word: str = ""
    """Said with the last question."""
    leave: tuple[str, ...] = ()
    """Moves that are not made."""
    unfetched: bool = False
    """No record is asked for."""
    stop: bool = False
    """In an emergency nothing is asked once one is plain. That is no fault, and costs nothing."""


NONE = Fault()


def script(protocol: Protocol, station: Station, fault: Fault = NONE) -> Iterator[cmd.PracticeCommand]:
    """Yield what an expert does at a station, from the first word to the end.

    The preparation of a timed station is over by then. With a *fault* everything else stays as it is.
    """
    yield from _moves(station, FIRST, fault)
    if not fault.unfetched:
        yield from (cmd.Fetch(each.id, each.title) for each in station.documents)
    asks = list(_asks(protocol, station, fault))
    if fault.word and asks:
        asks[-1] = replace(asks[-1], said=f"{asks[-1].said} {fault.word}"[-LONGEST:])
    yield from asks
    answered = list(dict.fromkeys(each.question for each in asks if station.fact(each.question) is not None))
    for number in range(fault.again):
        question = answered[number % len(answered)]
        yield cmd.Ask(question, spoken(protocol, station, question))
    yield from _moves(station, LAST, fault)
    yield commitment(protocol, station, fault)
    yield cmd.End()


def play(
    protocol: Protocol,
    station: Station,
    opened: ev.CaseOpened,
    mode: str = "practice",
    *,
    commands: Iterable[cmd.PracticeCommand] | None = None,
) -> tuple[ev.Event, ...]:
    """Play a script, the perfect one unless another is given, in an attempt that is not timed. Returns its events.

    Raises: ValueError when a command is refused.
    """
    assert mode in MODES
    events: list[ev.Event] = [opened, *beginning(protocol, station, opened, mode, timed=False)]
    attempt = _begun(protocol, station, opened, events[1:])
    on_path = frozenset(station.expected.path)
    for command in script(protocol, station) if commands is None else commands:
        if isinstance(command, cmd.Ask) and command.question not in on_path:
            attempt = of_events(protocol, station, events)  # whether it fits hangs on everything that was learned
        decided = decide(attempt, command)
        if isinstance(decided, Refusal):
            raise ValueError(f"{command} is refused: {decided.message}")
        attempt = _followed(protocol, attempt, decided)
        events += decided
    return tuple(events)


def _begun(protocol: Protocol, station: Station, opened: ev.CaseOpened, events: Sequence[ev.Event]) -> Attempt:
    """Return the attempt after its beginning: what ``of_events`` comes to, but for the assessment of the case."""
    begun = events[0]
    assert isinstance(begun, ev.PracticeBegun)
    attempt = Attempt(station, protocol, fold(protocol, [opened]), begun.mode, 0, 0, started=True, events=2)
    return _followed(protocol, attempt, events[1:])


def _followed(protocol: Protocol, attempt: Attempt, events: Iterable[ev.Event]) -> Attempt:
    """Apply events without assessing the case anew: what questions on the path hang on does not need it."""
    for event in events:
        if isinstance(event, ev.AnswerGiven | ev.AnswerCorrected):
            answers = {**attempt.case.answers, event.question: answer_in(protocol, attempt.case, event)}
            attempt = replace(attempt, case=replace(attempt.case, answers=answers), events=attempt.events + 1)
        else:
            attempt = evolved(attempt, (event,))
    return attempt


# --- asking ---------------------------------------------------------------------------------------


def _moves(station: Station, kinds: Sequence[str], fault: Fault) -> Iterator[cmd.Make]:
    """Yield the moves that count, and those without which something is not told."""
    needed = {each.needs for each in station.facts}
    needed |= {"permission"} if "trust" in needed else set()
    for kind in kinds:
        of_kind = [each for each in station.moves if each.kind == kind]
        counting = [each for each in of_kind if each.points]
        for move in counting or (of_kind[:1] if kind in needed else []):
            if move.id not in fault.leave:
                yield cmd.Make(move.id, _clean(station, move.label))


def _asks(protocol: Protocol, station: Station, fault: Fault) -> Iterator[cmd.Ask]:
    """Yield the questions in order; safety first, so that nothing of comfort comes before it."""
    comfort, safety = frozenset(station.scoring.comfort), frozenset(station.expected.safety)
    path = [*station.expected.path, *_contradicted(station)]

    def rank(key: str) -> int:
        if fault.safety_last:
            return 1 if key in safety else 0
        return 0 if key in safety else 1 if protocol.questions[key].section not in comfort else 2

    last_safety = max((at for at, key in enumerate(path) if key in safety), default=-1)
    early = any(protocol.questions[key].section in comfort for key in path[: last_safety + 1] if key not in safety)
    if early or fault.safety_last:
        path.sort(key=rank)
    told = _told_openly(station, fault)
    enough = frozenset(path) if not fault.stop else _enough(station)
    for key in path:
        if key in told or key in fault.skip or key not in enough:
            continue
        said = spoken(protocol, station, key)
        fact = station.fact(key)
        if fact is not None and fact.needs == "again":
            yield cmd.Ask(key, said)
        yield cmd.Ask(key, said)


def _enough(station: Station) -> frozenset[str]:
    """Return what an expert asks until an emergency is plain, and what is written and not so; all without one."""
    path = station.expected.path
    emergencies = [each.after for each in station.expected.flags if each.urgency == Urgency.EMERGENCY.value]
    after = [each for each in emergencies if each is not None]
    return frozenset((*(path[: min(after)] if after else path), *_miswritten(station)))


def _contradicted(station: Station) -> list[str]:
    """Return the questions off the path of which something is written that is not so."""
    on_path = {*station.expected.path, *station.volunteered}
    return [each for each in _miswritten(station) if each not in on_path]


def _miswritten(station: Station) -> list[str]:
    """Return the questions of which something is written that is not so."""
    documents = [*station.documents, *([] if station.handover is None else [station.handover])]
    found = {
        told.question: None
        for each in documents
        for told in each.told
        if (fact := station.fact(told.question)) is not None and (fact.value, fact.status) != (told.value, told.status)
    }
    return list(found)


def _told_openly(station: Station, fault: Fault) -> frozenset[str]:
    """Return the questions whose facts the moves give away before anything is asked."""
    found: set[str] = set()
    kinds: frozenset[str] = frozenset()
    for made in _moves(station, FIRST, fault):
        move = station.move(made.move)
        if move is not None:
            reply = respond(station, Before((), kinds, 0), move)
            found.update(each.question for each in reply.heard)
            kinds |= {move.kind}
    return frozenset(found)


def spoken(protocol: Protocol, station: Station, question: str) -> str:
    """Return how an expert asks a question: in the wording for patients, where it is plain."""
    said = protocol.questions[question].ask.patient
    return _clean(station, said) if is_plain(station, said) else PLAIN


def _clean(station: Station, said: str) -> str:
    words = tuple(each.word for each in station.scoring.stigmatising)
    return PLAIN if reproaching(said, words) or not said.strip() else said.strip()[:LONGEST]


# --- committing -----------------------------------------------------------------------------------


def commitment(protocol: Protocol, station: Station, fault: Fault = NONE) -> cmd.Commit:
    """Return what an expert commits to: what is true."""
    expected = station.expected
    required = tuple(each.item for each in expected.items if each.verdict == "required")
    limits = [each.id for each in station.scoring.limits]
    within = limit_of(station)
    if within is None:
        within = NO_LIMIT if NO_LIMIT in limits else limits[0]
    return cmd.Commit(
        urgency=fault.urgency or expected.urgency,
        within=within,
        likely=expected.likely,
        not_to_miss=(*emergencies_there(expected), *expected.not_to_miss),
        items=(*required, *fault.add),
        handover=handover(protocol, station),
    )


def handover(protocol: Protocol, station: Station) -> str:
    """Return a handover in the words of the content: what was found, how soon, what is asked for."""
    scoring, expected = station.scoring, station.expected
    words = tuple(each.word for each in scoring.stigmatising)
    named = [called for called, _ in findings(protocol, station) if not reproaching(called, words)]
    soon = [each for each in scoring.urgency_words.get(expected.urgency, ()) if not reproaching(each, words)]
    required = sorted((each for each in expected.items if each.verdict == "required"), key=lambda each: -each.points)
    asked = [spelled[0] for each in required if (spelled := scoring.item_words.get(each.item, ()))]
    parts = [*named[:2], *soon[:1], "; ".join(asked[:3]) or CLOSING]
    return ". ".join(part for part in parts if part)[:LONGEST_HANDOVER]
