"""One attempt at a station: the state folded from its events, and what may be done next.

The clock is told by events alone (``practice.time``); which moment they stand at the records say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from chatbot.core import events as ev
from chatbot.core.case import Case, evolve, fold
from chatbot.core.commands import Refusal
from chatbot.core.practice import commands as cmd
from chatbot.core.practice import patient
from chatbot.core.practice.causes import grave_causes, likely_causes
from chatbot.core.practice.laid import laid_open
from chatbot.core.practice.station import MODES, Station, digest
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import is_asked
from chatbot.core.values import Urgency, moment_text, to_stored

LONGEST = 400
"""Characters of one thing said."""

LONGEST_HANDOVER = 2_000
"""Characters of the handover."""

OVERALL = (1, 5)
"""The least and the most of a global mark."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing the trainee said or did."""

    act: str
    """ask, move, document or unclear."""
    of: str
    said: str
    reply: str
    told: bool
    at: int
    """Index of its event."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as it stands after its events."""

    station: Station
    protocol: Protocol
    case: Case
    """What was learned, as a case."""
    mode: str
    minutes: int
    """Time of the station with what was added; 0: it is not timed."""
    preparation: int
    turns: tuple[Turn, ...] = ()
    commitment: cmd.Commit | None = None
    started: bool = False
    """The time to prepare is over."""
    paused: bool = False
    up: bool = False
    """The time has run out."""
    ended: bool = False
    events: int = 0
    """How many there were."""

    @property
    def moves(self) -> frozenset[str]:
        """Kinds of the moves that were made."""
        kinds = {each.id: each.kind for each in self.station.moves}
        return frozenset(kinds[turn.of] for turn in self.turns if turn.act == "move")

    @property
    def before(self) -> patient.Before:
        """What the next reply hangs on."""
        asked = tuple(turn.of for turn in self.turns if turn.act == "ask")
        return patient.Before(asked, self.moves, len(self.turns))


def of_events(protocol: Protocol, station: Station, events: Sequence[ev.Event]) -> Attempt:
    """Fold the events of an attempt, from ``case.opened`` on.

    Raises: ValueError when they are not those of an attempt at this station.
    """
    begun = next((each for each in events if isinstance(each, ev.PracticeBegun)), None)
    if begun is None:
        raise ValueError("no attempt at a station was begun here")
    if begun.station != digest(station):
        raise ValueError("the attempt was begun at another station")
    at = events.index(begun)
    case = fold(protocol, events[: at + 1])
    first = Attempt(station, protocol, case, begun.mode, begun.minutes, begun.preparation, events=at + 1)
    first = replace(first, started=not begun.preparation)
    return evolved(first, events[at + 1 :])


def evolved(attempt: Attempt, events: Iterable[ev.Event]) -> Attempt:
    """Apply events."""
    for event in events:
        attempt = _evolve(attempt, event)
    return attempt


def _evolve(attempt: Attempt, event: ev.Event) -> Attempt:
    at = attempt.events
    attempt = replace(attempt, case=evolve(attempt.protocol, attempt.case, event), events=at + 1)
    match event:
        case ev.PracticeAsked(act, of, said, reply, told):
            return replace(attempt, turns=(*attempt.turns, Turn(act, of, said, reply, told == "yes", at)))
        case ev.PracticeCommitted():
            made = cmd.Commit(
                event.urgency,
                event.within,
                tuple(event.likely),
                tuple(event.not_to_miss),
                tuple(event.items),
                event.handover,
            )
            return replace(attempt, commitment=made)
        case ev.PracticeTime(what, minutes):
            return _timed(attempt, what, minutes)
        case ev.PracticeEnded():
            return replace(attempt, ended=True, paused=False)
    return attempt


def _timed(attempt: Attempt, what: str, minutes: int) -> Attempt:
    match what:
        case "started":
            return replace(attempt, started=True)
        case "paused":
            return replace(attempt, paused=True)
        case "went_on":
            return replace(attempt, paused=False)
        case "extra":
            return replace(attempt, minutes=attempt.minutes + minutes, up=False)
    return replace(attempt, up=True)


def beginning(
    protocol: Protocol, station: Station, opened: ev.CaseOpened, mode: str, *, timed: bool
) -> tuple[ev.Event, ...]:
    """Return the events that follow ``case.opened``: the station, and what is known before anything is asked."""
    assert mode in MODES
    minutes, preparation = (station.minutes, station.preparation) if timed else (0, 0)
    begun = ev.PracticeBegun(digest(station), mode, minutes, preparation)
    case = fold(protocol, [opened])
    return (begun, *_learned(case, patient.at_the_start(station)))


def decide(attempt: Attempt, command: cmd.PracticeCommand) -> Refusal | tuple[ev.Event, ...]:
    """Return the events of a command, or why it is refused."""
    if isinstance(command, cmd.Mark):
        return _marked(attempt, command)
    if attempt.ended:
        return Refusal("ended", "the attempt is over", "begin another one")
    match command:
        case cmd.BeginInterview():
            return Refusal("begun", "the interview has begun") if attempt.started else (ev.PracticeTime("started"),)
        case cmd.GoOn():
            return (ev.PracticeTime("went_on"),) if attempt.paused else Refusal("runs", "the clock is running")
        case cmd.ExtraTime(minutes, reason):
            return _extra(attempt, minutes, reason)
        case cmd.End():
            return (*laid_open(attempt.station), ev.PracticeEnded())
        case cmd.Commit():
            return _committed(attempt, command)
        case cmd.TimeUp():
            return Refusal("untimed", "this attempt is not timed") if not attempt.minutes else _up(attempt)
    if not attempt.started:
        return Refusal("preparing", "this is the time to read the task", "begin the interview first")
    if attempt.paused:
        return Refusal("paused", "the attempt is paused", "let it go on first")
    if isinstance(command, cmd.Pause):
        return (ev.PracticeTime("paused"),)
    if attempt.up:
        return Refusal("time_up", "the time of the interview is up", "commit yourself, and hand over")
    if not command.said.strip():
        return Refusal("nothing_said", "nothing was said", "type a question, or choose one")
    if len(command.said) > LONGEST:
        return Refusal("too_long", f"more than {LONGEST} characters were said at once", "ask one thing at a time")
    return _said(attempt, command)


def _said(attempt: Attempt, command: cmd.Ask | cmd.Make | cmd.Fetch | cmd.SayUnclear) -> Refusal | tuple[ev.Event, ...]:
    station, before = attempt.station, attempt.before
    match command:
        case cmd.Ask(question, said):
            if question not in attempt.protocol.questions:
                return Refusal("no_such", "there is no such question", "choose one that is offered")
            act, of = "ask", question
            applies = question in station.expected.path or is_asked(attempt.protocol, attempt.case.assessment, question)
            reply = patient.answer(station, before, question, said, applies=applies)
        case cmd.Make(of, said):
            move = station.move(of)
            if move is None:
                return Refusal("no_such", "that cannot be done here", "choose something that is offered")
            act, reply = "move", patient.respond(station, before, move)
        case cmd.Fetch(of, said):
            document = station.document(of)
            if document is None:
                return Refusal("no_such", "there is no such record here", "choose one that is offered")
            act, reply = "document", patient.read_out(document)
        case cmd.SayUnclear(said):
            act, of, reply = "unclear", "", patient.not_understood(station, before)
    asked = ev.PracticeAsked(act, of, said.strip(), reply.text, "yes" if reply.told else "no")
    return (asked, *_learned(attempt.case, reply.heard))


def _learned(case: Case, heard: Iterable[patient.Heard]) -> tuple[ev.Event, ...]:
    """Return what was learned as answers. What is known already is not written again."""
    made: list[ev.Event] = []
    on = moment_text(case.as_of)
    for each in heard:
        known = case.answers.get(each.question)
        given = ev.AnswerGiven(
            each.question,
            each.value,
            each.status,
            each.source,
            each.via,
            on,
            each.reason,
        )
        if known is None:
            made.append(given)
        elif not _same(case, given):
            made.append(
                ev.AnswerCorrected(
                    given.question,
                    given.value,
                    given.status,
                    given.source,
                    given.via,
                    on,
                    "new_information",
                    given.reason,
                )
            )
    return tuple(made)


def _same(case: Case, given: ev.AnswerGiven) -> bool:
    """Whether an answer stands already. A record does not stand against what the person said themselves."""
    known = case.answers[given.question]
    if given.via == "record" and known.via != "record":
        return True
    value = None if known.value is None else to_stored(known.value)
    status = None if known.status is None else known.status.value
    return value == given.value and status == given.status and known.source.value == given.source


def _committed(attempt: Attempt, command: cmd.Commit) -> Refusal | tuple[ev.Event, ...]:
    scoring = attempt.station.scoring
    if not attempt.started:
        return Refusal("preparing", "this is the time to read the task", "begin the interview first")
    if command.urgency not in {each.value for each in Urgency if each is not Urgency.UNDETERMINED}:
        return Refusal("urgency", "no urgency was chosen", "say how soon somebody else must see this person")
    if command.within not in {each.id for each in scoring.limits}:
        return Refusal("within", "no time limit was chosen", "say within what time")
    protocol = attempt.protocol
    if not (
        likely_causes(protocol).keys() >= set(command.likely)
        and grave_causes(protocol).keys() >= set(command.not_to_miss)
    ):
        return Refusal("no_such", "there is no such cause", "choose those that are offered")
    if not set(command.items) <= {each.id for each in scoring.items}:
        return Refusal("no_such", "there is no such plan item", "choose those that are offered")
    if len(command.handover) > LONGEST_HANDOVER:
        return Refusal("too_long", f"a handover has at most {LONGEST_HANDOVER} characters", "say the essentials")
    made = ev.PracticeCommitted(
        command.urgency,
        command.within,
        list(command.likely),
        list(command.not_to_miss),
        list(command.items),
        command.handover.strip(),
    )
    return (made,)


def _extra(attempt: Attempt, minutes: int, reason: str) -> Refusal | tuple[ev.Event, ...]:
    if not attempt.minutes:
        return Refusal("untimed", "this attempt is not timed")
    if not 1 <= minutes <= 60:
        return Refusal("minutes", "extra time is 1 to 60 minutes")
    if not reason.strip():
        return Refusal("needs_reason", "extra time needs a reason")
    return (ev.PracticeTime("extra", minutes, reason.strip()),)


def _up(attempt: Attempt) -> Refusal | tuple[ev.Event, ...]:
    return Refusal("up", "the time is up already") if attempt.up else (ev.PracticeTime("up"),)


def _marked(attempt: Attempt, command: cmd.Mark) -> Refusal | tuple[ev.Event, ...]:
    if not attempt.ended:
        return Refusal("not_ended", "the attempt is not over", "mark it afterwards")
    if not command.marker.strip():
        return Refusal("marker", "nobody says who marks", "give a name or initials")
    least, most = OVERALL
    if command.overall and not least <= command.overall <= most:
        return Refusal("overall", f"a global mark is {least} to {most}")
    if any(not command.reasons.get(item, "").strip() for item in command.marks):
        return Refusal("needs_reason", "a mark that is set aside needs a reason", "say why for each item")
    made = ev.PracticeMarked(
        command.marker.strip(),
        command.overall,
        dict(command.marks),
        {item: command.reasons[item].strip() for item in command.marks},
        command.comment.strip() or None,
    )
    return (made,)
