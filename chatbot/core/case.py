"""The case: the state folded from events. Nothing here decides whether a command is allowed.

One state and one fold, so it stays one module a little past 400 lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, reduce
from typing import Any

from chatbot.core import events as ev
from chatbot.core.answers import accept
from chatbot.core.commands import DECLINED_BY_PERSON
from chatbot.core.earlier import EarlierCases
from chatbot.core.emergency import receiving_questions
from chatbot.core.findings import Assessment, FlagState, assess, hold, network, reassess
from chatbot.core.phases import CLOSED_PHASES, URGENCY_MOVES, Phase, Trigger, UrgencyTrigger, next_phase
from chatbot.core.protocol import Protocol, Stage
from chatbot.core.read_back import Said, safety_said, said
from chatbot.core.review import Review
from chatbot.core.site import region_of
from chatbot.core.urgency import case_urgency, emergencies, is_asked
from chatbot.core.values import Answer, Source, Status, Urgency, parse_moment


@dataclass(frozen=True, slots=True)
class Decision:
    """What the clinician made of one recommendation."""

    decision: str
    code: str | None
    comment: str | None


def is_refusal(decision: Decision) -> bool:
    """Whether it was the person who declined."""
    return decision.decision == "decline" and decision.code == DECLINED_BY_PERSON


@dataclass(frozen=True, slots=True)
class InformedRefusal:
    """What was recorded when the person declined an emergency action."""

    statements: Mapping[str, str]
    comment: str
    at: datetime
    """The clinical moment of the sitting."""


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """Why the plan was signed although a safety question is not settled."""

    code: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What became of something an earlier plan asked for."""

    outcome: str
    text: str | None
    on: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands after its events."""

    case: str
    kind: str
    label: str
    subject: str
    as_of: datetime
    """The clinical moment of the present sitting."""
    phase: Phase
    answers: Mapping[str, Answer]
    """The latest answer of each question, whether it applies or not."""
    assessment: Assessment
    next: str | None
    """The question the interview asks next; None when nothing is left but what was postponed."""
    shown: str | None = None
    """The question on screen; None: the review, or an alarm."""
    postponed: frozenset[str] = frozenset()
    acknowledged: frozenset[str] = frozenset()
    """Emergency flags whose alarm was read; a flag that clears and comes back alarms again."""
    alarms: tuple[str, ...] = ()
    """Emergency flags whose alarm waits to be read."""
    urgency: Urgency = Urgency.UNDETERMINED
    actor: str = ""
    role: str = ""
    recap_due: bool = False
    """Somebody else has taken over and has not read the recap yet: nothing is answered before that."""
    read_back: Mapping[str, Said] = field(default_factory=dict)
    """What was read to the person at the end of the safety screen, and stands as they said it."""
    recent: tuple[str, ...] = ()
    """The questions answered last, the latest at the end; at most ``RECENT``."""
    widened: frozenset[str] = frozenset()
    """Emergency flags under which everything is asked all the same: somebody said so."""
    acknowledged_by: Mapping[str, str] = field(default_factory=dict)
    """Who read the alarm of an acknowledged flag, as ``actor`` spells it."""
    notes: tuple[tuple[str | None, str], ...] = ()
    """(question or None, text) in order."""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    site: Mapping[str, str] = field(default_factory=dict)
    """Local facts pinned for this case: what texts say of whom to call."""
    review: Review | None = None
    """Where the review of its content stood; None: a case from before approvals, which says what its content says."""
    plan_digest: str | None = None
    """Digest of the last plan issued, while nothing it says has changed since."""
    earlier: EarlierCases | None = None
    """What earlier cases of the same person said; None: there is none."""
    reviewed: bool = False
    """It has been finished once: nothing was left to ask, or a plan was issued, or it amends a signed case.
    From then on every change to an answer that stands needs a coded reason. Never unset."""
    refusals: Mapping[str, InformedRefusal] = field(default_factory=dict)
    """Rule to the informed refusal that stands."""
    left_open: Mapping[str, LeftOpen] = field(default_factory=dict)
    """Safety question to the reason it was signed with although it is not settled."""

    amends: str | None = None
    """The case this one is a new version of."""
    follows: str | None = None
    """The visit before this one."""
    versions: tuple[str, ...] = ()
    """Of an amendment: the versions before it, the first one first."""
    visits: tuple[str, ...] = ()
    """Of a follow-up: the visits before it, the first one first."""
    previous: ev.Pinned | None = None
    """What the visit before contributes; None at a first visit."""
    first: ev.Pinned | None = None
    """What the first visit contributes."""
    outcomes: Mapping[str, RuleOutcome] = field(default_factory=dict)
    """What became of the rules of ``previous``, in the order it was said."""

    @property
    def closed(self) -> bool:
        """Signed or abandoned: nothing can be changed."""
        return self.phase in CLOSED_PHASES


RECENT = 3
"""How many questions answered last a case remembers, for whoever takes over."""

_TRIGGERS = {
    Stage.CONTEXT: Trigger.ASK_CONTEXT,
    Stage.SAFETY: Trigger.ASK_SAFETY,
    Stage.HISTORY: Trigger.ASK_HISTORY,
    Stage.EXAMINATION: Trigger.ASK_EXAMINATION,
}


def fold(protocol: Protocol, events: Iterable[ev.Event]) -> Case:
    """Fold events into a case.

    Raises: ValueError when the first is not ``case.opened``; ValueProblem when an answer does not fit
    (a transcript made under other content).
    """
    case: Case | None = reduce(lambda case, event: evolve(protocol, case, event), events, None)
    if case is None:
        raise ValueError("a case begins with case.opened")
    return case


def evolve(protocol: Protocol, case: Case | None, event: ev.Event) -> Case:
    """Apply one event."""
    if isinstance(event, ev.CaseOpened):
        return _opened(protocol, event)
    if case is None:
        raise ValueError("a case begins with case.opened")
    match event:
        case ev.AnswerGiven() | ev.AnswerCorrected() | ev.AnswerCarried():
            return _answered(protocol, case, event)
        case ev.AnswerWithdrawn(question):
            answers = {key: answer for key, answer in case.answers.items() if key != question}
            recent = tuple(key for key in case.recent if key != question)
            return _follow(protocol, case, question, answers, recent=recent)
        case ev.QuestionPostponed(question):
            shown = None if case.shown == question else case.shown
            return advance(protocol, replace(case, postponed=case.postponed | {question}, shown=shown))
        case ev.QuestionShown(question):
            return replace(case, shown=question or None)
        case ev.AlarmRaised():
            return case
        case ev.AlarmAcknowledged(flags):
            read_by = {**case.acknowledged_by, **dict.fromkeys(flags, case.actor)}
            read = replace(case, acknowledged=case.acknowledged | set(flags), alarms=(), acknowledged_by=read_by)
            return replace(read, next=_upcoming(protocol, read, next_question(protocol, read)))
        case ev.InterviewWidened(flags):
            wide = replace(case, widened=case.widened | set(flags))
            return replace(wide, next=_upcoming(protocol, wide, next_question(protocol, wide)))
        case ev.NoteAdded(text, question):
            return replace(case, notes=(*case.notes, (question, text)))
        case ev.ActorChanged(name, role):
            return replace(case, actor=name, role=role, recap_due=_takes_over(case, name))
        case ev.RecapRead():
            return replace(case, recap_due=False)
        case ev.SafetyReadBack():
            heard = safety_said(protocol, case.answers, case.assessment)
            return replace(case, read_back={**case.read_back, **heard})
        case ev.SitePinned(facts):
            return _pinned(protocol, case, facts)
        case ev.ApprovalsPinned(state, items):
            return replace(case, review=Review(state, tuple(sorted(items.items()))), plan_digest=None)
        case ev.PlanIssued(digest):
            return replace(case, phase=_moved(case, Trigger.PLAN), plan_digest=digest, reviewed=True)
        case ev.PlanDecided(rule, decision, code, comment):
            decisions = {**case.decisions, rule: Decision(decision, code, comment)}
            return _with_refusals(replace(case, decisions=decisions), case.refusals)
        case ev.RefusalInformed(rule, statements, comment):
            # The decision it belongs to is the next event; until then the refusal stands by itself.
            refusal = InformedRefusal(statements, comment, case.as_of)
            return replace(case, refusals={**case.refusals, rule: refusal}, plan_digest=None)
        case ev.SafetyLeftOpen(question, code, comment):
            return replace(case, left_open={**case.left_open, question: LeftOpen(code, comment)})
        case ev.PreviousPinned(previous, first, chain):
            case = replace(case, previous=previous, first=first, visits=tuple(chain))
            return with_earlier(protocol, case, earlier_cases(protocol, previous, first))
        case ev.AmendedPinned(_, _, chain, held):
            states = {name: FlagState(state) for name, state in held.items() if name in protocol.red_flags}
            assessment = case.assessment
            if states:
                assessment = assessed(protocol, case, states)
            return advance(protocol, replace(case, versions=tuple(chain), assessment=assessment))
        case ev.OutcomeRecorded(rule, outcome, text, on):
            outcomes = {**case.outcomes, rule: RuleOutcome(outcome, text, on)}
            return advance(protocol, replace(case, outcomes=outcomes, plan_digest=None))
        case ev.CaseSuspended():
            return replace(case, phase=_moved(case, Trigger.SUSPEND))
        case ev.CaseResumed(as_of):
            return _resumed(protocol, case, parse_moment(as_of))
        case ev.CaseAbandoned():
            return replace(case, phase=_moved(case, Trigger.ABANDON))
        case ev.CaseSigned():
            return replace(case, phase=_moved(case, Trigger.SIGN))
        case ev.StorageRelocated() | ev.StorageRecovered() | ev.ClockJumped():
            return case
        case ev.PracticeBegun() | ev.PracticeAsked() | ev.PracticeCommitted() | ev.PracticeTime():
            return case  # what a trainee does is folded by itself; the case is what the answers come to
        case ev.PracticeLaid() | ev.PracticeEnded() | ev.PracticeMarked():
            return case


def _takes_over(case: Case, name: str) -> bool:
    """Whether a new actor finds something that others did. Naming oneself at the start is no hand-over."""
    return case.recap_due or (name != case.actor and bool(case.answers or case.postponed or case.notes))


def _moved(case: Case, trigger: Trigger) -> Phase:
    phase = next_phase(case.phase, trigger)
    if phase is None:
        raise ValueError(f"a case that is {case.phase.value} cannot {trigger.value}")
    return phase


def _with_refusals(case: Case, refusals: Mapping[str, InformedRefusal]) -> Case:
    """Keep the refusals whose action is still declined; the plan says which, so a change makes it another plan."""
    made = case.decisions
    kept = {rule: each for rule, each in refusals.items() if rule not in made or is_refusal(made[rule])}
    return case if kept.keys() == refusals.keys() else replace(case, refusals=kept, plan_digest=None)


def _opened(protocol: Protocol, event: ev.CaseOpened) -> Case:
    as_of = parse_moment(event.as_of)
    case = Case(
        case=event.case,
        kind=event.kind,
        label=event.label,
        subject=event.subject,
        as_of=as_of,
        phase=Phase.OPENED,
        answers={},
        assessment=unanswered(protocol, as_of),
        next=None,
        amends=event.amends,
        follows=event.follows,
        reviewed=event.amends is not None,
    )
    return advance(protocol, case)


def unanswered(protocol: Protocol, as_of: datetime) -> Assessment:
    """Return the assessment of a case without answers; without a date among them it is the same at every moment."""
    blank = _unanswered(protocol)
    facts = replace(blank.facts, as_of=as_of)
    return replace(blank, as_of=as_of, facts=facts, open_facts=replace(blank.open_facts, as_of=as_of, plan=facts))


@lru_cache(maxsize=8)
def _unanswered(protocol: Protocol) -> Assessment:
    return assess(protocol, {}, datetime(2000, 1, 1))


def _answered(protocol: Protocol, case: Case, event: ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried) -> Case:
    answers = dict(case.answers)
    answers[event.question] = answer = answer_in(protocol, case, event)
    if isinstance(event, ev.AnswerCarried) and event.standing == "stands":
        # It was signed as it stands: an amendment reads back what it changes.
        case = replace(case, read_back={**case.read_back, event.question: said(answer)})
    shown = None if case.shown == event.question else case.shown
    recent = (*(key for key in case.recent if key != event.question), event.question)[-RECENT:]
    # An answer of an older transcript may follow a hand-over at once; whoever gave it has gone on without a recap.
    return _follow(protocol, case, event.question, answers, shown=shown, recent=recent, recap_due=False)


def answer_in(protocol: Protocol, case: Case, event: ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried) -> Answer:
    """Return the answer an event gives in a case.

    Raises: ValueProblem when it does not fit its question.
    """
    given = _moment(event.on)
    question = protocol.questions[event.question]
    return Answer(
        value=None if event.value is None else accept(question, event.value, max(given, case.as_of)),
        status=None if event.status is None else Status(event.status),
        source=Source(event.source),
        given=given,
        reason=event.reason,
        note=event.note,
        via=event.via,
        by=(event.by or "") if isinstance(event, ev.AnswerCarried) else case.actor,
        carried=isinstance(event, ev.AnswerCarried) and event.standing == "to_confirm",
    )


_moment = lru_cache(maxsize=256)(parse_moment)
"""Most answers of a sitting were given at the same moment."""


def _follow(protocol: Protocol, case: Case, changed: str, answers: Mapping[str, Answer], **more: Any) -> Case:
    """Bring everything derived from the answers up to date after one of them changed; *more* changes besides."""
    assessment = reassess(protocol, case.assessment, answers, (changed,))
    postponed = case.postponed - {changed}
    after = replace(case, answers=answers, assessment=assessment, postponed=postponed, plan_digest=None, **more)
    return advance(protocol, after)


def earlier_cases(protocol: Protocol, previous: ev.Pinned, first: ev.Pinned) -> EarlierCases:
    """Return what pinned earlier cases say, as far as a protocol knows it."""
    said = {"true": True, "false": False}

    def data(pinned: ev.Pinned) -> dict[str, object]:
        findings = {name: said.get(each, each) for name, each in pinned["findings"].items()}
        return {"as_of": pinned["as_of"], "values": pinned["answers"], "findings": findings}

    return EarlierCases.from_data(protocol, {"previous": data(previous), "first": data(first)})


def with_earlier(protocol: Protocol, case: Case, earlier: EarlierCases) -> Case:
    """Return the case with what earlier cases of the same person said, and everything that follows from it."""
    return _reassessed(protocol, replace(case, earlier=earlier, plan_digest=None))


def _pinned(protocol: Protocol, case: Case, facts: Mapping[str, str]) -> Case:
    """Pin local facts. What texts say changes nothing else; the region is an input of conditions."""
    case = replace(case, site=dict(facts), plan_digest=None)
    return case if region_of(protocol, facts) == case.assessment.region else _reassessed(protocol, case)


def _reassessed(protocol: Protocol, case: Case) -> Case:
    return advance(protocol, replace(case, assessment=assessed(protocol, case, case.assessment.held)))


def assessed(protocol: Protocol, case: Case, held: Mapping[str, FlagState] | None = None) -> Assessment:
    """Evaluate from nothing what a case holds: answers, moment, earlier cases and the region among its local facts."""
    region = region_of(protocol, case.site)
    return assess(protocol, case.answers, case.as_of, held, earlier=case.earlier, region=region)


def _resumed(protocol: Protocol, case: Case, as_of: datetime) -> Case:
    phase = _moved(case, Trigger.RESUME)
    case = replace(case, as_of=as_of)
    assessment = assessed(protocol, case)
    held = hold(protocol, case.assessment, assessment)
    if held:
        assessment = assessed(protocol, case, held)
    after = advance(protocol, replace(case, phase=phase, assessment=assessment, plan_digest=None))
    if after.urgency not in URGENCY_MOVES[case.urgency, UrgencyTrigger.SITTING]:
        raise ValueError(f"a new sitting cannot move urgency from {case.urgency.value} to {after.urgency.value}")
    return after


def advance(protocol: Protocol, case: Case) -> Case:
    """Find the next question and move phase, urgency and alarms accordingly."""
    left = next_question(protocol, case)
    trigger = Trigger.NOTHING_TO_ASK if left is None else _TRIGGERS[network(protocol).stages[left]]
    current = emergencies(protocol, case.assessment)
    acknowledged = case.acknowledged & set(current)
    case = replace(case, acknowledged=acknowledged, widened=case.widened & set(current))
    return replace(
        case,
        next=_upcoming(protocol, case, left),
        reviewed=case.reviewed or left is None,
        phase=_moved(case, trigger),
        alarms=tuple(flag for flag in current if flag not in acknowledged),
        urgency=case_urgency(protocol, case.assessment),
    )


def next_question(protocol: Protocol, case: Case) -> str | None:
    """Return what is asked next if everything is: expired answers first, then context, safety, history, examination.

    A carried answer of the safety screen is asked where its question stands, to be confirmed.
    Postponed questions wait for the review; None when nothing else is left.
    """
    order, assessment = network(protocol).ask_order, case.assessment
    answers, postponed, again = case.answers, case.postponed, assessment.expired | assessment.doubted
    if assessment.expired:
        for key in order:
            if key in assessment.expired and not answers[key].carried and is_asked(protocol, assessment, key):
                return key
    for key in order:
        waits = (key not in answers and key not in postponed) or key in again
        if waits and is_asked(protocol, assessment, key):
            return key
    return None


def for_team(protocol: Protocol, case: Case) -> tuple[str, ...] | None:
    """Return the only questions that are asked now, those the receiving team of an emergency needs; None: all are.

    That is so once an emergency was read, where content names such questions, until somebody goes on with everything.
    """
    read = case.acknowledged - case.widened
    return receiving_questions(protocol, [name for name in protocol.red_flags if name in read]) or None


def _upcoming(protocol: Protocol, case: Case, left: str | None) -> str | None:
    """Return the question to ask next. *left*: the next one if everything is asked."""
    team = for_team(protocol, case)
    if team is None or left is None:
        return left
    waiting = (key for key in team if key not in case.postponed and is_open(protocol, case, key))
    return next(waiting, None)


def unconfirmed(protocol: Protocol, case: Case) -> tuple[str, ...]:
    """Return the questions that apply and whose answer is carried and not confirmed, in the order of asking."""
    carried = {key for key, answer in case.answers.items() if answer.carried}
    if not carried:
        return ()
    order = network(protocol).ask_order
    return tuple(key for key in order if key in carried and is_asked(protocol, case.assessment, key))


def is_open(protocol: Protocol, case: Case, key: str) -> bool:
    """Whether a question is to be put and has no answer that still counts."""
    answered = key in case.answers and key not in case.assessment.expired | case.assessment.doubted
    return not answered and is_asked(protocol, case.assessment, key)
