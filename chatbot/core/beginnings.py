"""What a follow-up and an amendment begin with: events, recorded together with the opening of the case.

A follow-up is a new visit under the content of today: stable history is carried and confirmed, everything else is
asked again. An amendment is the same visit once more: all that was signed stands, at its own moments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.core import events as ev
from chatbot.core.answers import accept
from chatbot.core.case import Case, evolve
from chatbot.core.findings import network
from chatbot.core.navigation import pinned_review, shown
from chatbot.core.outcome import SHOWN_STATUSES, outcome
from chatbot.core.protocol import Protocol, QuestionType, RuleKind, Wording
from chatbot.core.quantity import Quantity
from chatbot.core.values import BARE_STATUSES, Answer, ValueProblem, decimal_text, moment_text, to_stored


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a case that comes from another begins with."""

    events: tuple[ev.Event, ...]
    """Everything after ``case.opened``, to be recorded with it."""
    left_behind: tuple[Wording, ...]
    """Questions whose answer could not be carried, because today's content no longer takes it; in both registers."""


# --- follow-up ------------------------------------------------------------------------------------


def pinned(protocol: Protocol, earlier_protocol: Protocol, earlier: Case, head: str) -> ev.Pinned:
    """Return what a follow-up under *protocol* takes from a case made under *earlier_protocol*.

    Only what is asked for: scales and instruments, what is carried, and what a condition reads of earlier cases.
    Free text stays where it is.
    """
    read = {name.partition(".")[2] for name in network(protocol).outside}
    scales = {
        key
        for key, question in protocol.questions.items()
        if question.type is QuestionType.SCALE or question.instrument is not None
    }
    rechecked = {key for block in protocol.recheck for key in block.questions}
    wanted = protocol.carried_questions | read | scales | rechecked
    facts = earlier.assessment.facts
    answers = {
        key: to_stored(answer.value)
        for key, answer in earlier.answers.items()
        if answer.value is not None
        and key in protocol.questions
        and key in wanted
        and protocol.questions[key].type is not QuestionType.TEXT
        and earlier.assessment.applies[key] is not False
    }
    statuses = {
        key: answer.status.value
        for key, answer in earlier.answers.items()
        if answer.status in BARE_STATUSES  # *cannot apply* is asked afresh, with its reason
        and key in rechecked
        and key in protocol.questions
        and earlier.assessment.applies[key] is not False
    }
    came_to = outcome(earlier_protocol, earlier.assessment)
    asked = [
        name
        for name, status in came_to.statuses.items()
        if status in SHOWN_STATUSES and earlier_protocol.rules[name].kind is RuleKind.DO
    ]
    decided = {name: "open" if (made := earlier.decisions.get(name)) is None else made.decision for name in asked}
    return {
        "case": earlier.case,
        "as_of": moment_text(earlier.as_of),
        "head": head,
        "answers": answers,
        "findings": {
            name: _finding_text(facts.findings[name])
            for name in earlier_protocol.findings
            if name in protocol.findings and (name in read or name in protocol.numbers)
        },
        "urgency": came_to.urgency.value,
        "rules": decided,
        **({"statuses": statuses} if statuses else {}),
    }


def _finding_text(found: Any) -> str:
    if isinstance(found, Quantity):
        return "unknown" if found.exact is None else decimal_text(found.exact)
    return {True: "true", False: "false"}.get(found, "unknown") if isinstance(found, bool) else "unknown"


def begin_follow_up(
    protocol: Protocol,
    opened: ev.CaseOpened,
    earlier_protocol: Protocol,
    earlier: Case,
    head: str,
    first: ev.Pinned | None = None,
    site: Mapping[str, str] | None = None,
) -> Beginning:
    """Return what a follow-up of *earlier* begins with, under the content of today.

    *head*: hash of the last record of the earlier case. *first*: what the first visit contributes; None: what the
    earlier case itself took from it, or the earlier case where that is the first one. *site*: the local facts that
    are pinned before it: what is asked first may hang on the region.
    """
    previous = pinned(protocol, earlier_protocol, earlier, head)
    first = first or earlier.first or previous
    events: list[ev.Event] = [ev.PreviousPinned(previous, first, [*earlier.visits, earlier.case])]
    left_behind: list[Wording] = []
    for key, answer in _carried(protocol, earlier_protocol, earlier):
        known = protocol.questions.get(key)
        assert answer.value is not None
        try:
            if known is None:
                raise ValueProblem("the question is gone")
            accept(known, to_stored(answer.value), earlier.as_of)
        except ValueProblem:
            left_behind.append(earlier_protocol.questions[key].named)
            continue
        events.append(_carry(key, answer, earlier.case, "to_confirm"))
    where = [ev.SitePinned(dict(site))] if site else []
    return Beginning(_shown(protocol, opened, events, where), tuple(left_behind))


def _carried(protocol: Protocol, earlier_protocol: Protocol, earlier: Case) -> list[tuple[str, Answer]]:
    """Return the answers to be carried, in the order of asking; those of questions that are gone last."""
    order = [key for key in network(protocol).ask_order if key in protocol.carried_questions]
    gone = [key for key in earlier_protocol.carried_questions if key not in protocol.questions]
    return [
        (key, earlier.answers[key])
        for key in (*order, *sorted(gone))
        if key in earlier.answers
        and earlier.answers[key].value is not None
        and earlier.assessment.applies[key] is not False
    ]


def _carry(key: str, answer: Answer, case: str, standing: str) -> ev.AnswerCarried:
    return ev.AnswerCarried(
        question=key,
        value=None if answer.value is None else to_stored(answer.value),
        status=None if answer.status is None else answer.status.value,
        source=answer.source.value,
        via=answer.via,
        on=moment_text(answer.given),
        case=case,
        standing=standing,
        reason=answer.reason,
        note=answer.note,
        by=answer.by or None,
    )


def _shown(
    protocol: Protocol, opened: ev.CaseOpened, events: Sequence[ev.Event], before: Sequence[ev.Event] = ()
) -> tuple[ev.Event, ...]:
    """Add what stands on screen first: the alarm, when what was carried raises one; otherwise the first question."""
    case = evolve(protocol, None, opened)
    for event in (*before, *events):
        case = evolve(protocol, case, event)
    if case.alarms:
        return (*events, ev.AlarmRaised(list(case.alarms)))
    return (*events, shown(protocol, case.next))


# --- amendment ------------------------------------------------------------------------------------


def begin_amendment(
    protocol: Protocol, opened: ev.CaseOpened, signed: Case, head: str, recorded: Sequence[ev.Event]
) -> Beginning:
    """Return what an amendment of *signed* begins with: all that was signed, at its own moments.

    *head*: hash of the last record of the signed case; *recorded*: its events.
    """
    events: list[ev.Event] = [event for event in recorded if isinstance(event, ev.PreviousPinned)]
    if signed.site:
        events.append(ev.SitePinned(dict(signed.site)))
    events += pinned_review(signed.review)
    for key in network(protocol).ask_order:
        if key in signed.answers:
            answer = signed.answers[key]
            events.append(_carry(key, answer, signed.case, "to_confirm" if answer.carried else "stands"))
    # After the answers: what only time would have lowered stands until one of them is given again.
    held = {name: state.value for name, state in signed.assessment.held.items()}
    events.append(ev.AmendedPinned(signed.case, head, [*signed.versions, signed.case], held))
    events += [event for event in recorded if isinstance(event, ev.OutcomeRecorded | ev.NoteAdded)]
    events += [ev.PlanDecided(rule, made.decision, made.code, made.comment) for rule, made in signed.decisions.items()]
    return Beginning(_shown(protocol, opened, events), ())
