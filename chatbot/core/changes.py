"""What changed between two states of one person's story: an amended case and its version before, a visit and the last.

A snapshot holds all that is compared, with its words, so that the two sides may come from different content.
``chatbot.core.telling`` says the result in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chatbot.core.answers import answer_text
from chatbot.core.case import Case, RuleOutcome
from chatbot.core.findings import FlagState, network
from chatbot.core.instruments import answer_number
from chatbot.core.lineage import Place
from chatbot.core.outcome import SHOWN_STATUSES
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol, Question, QuestionType, Wording
from chatbot.core.values import Answer, moment_text, to_stored

# --- two states -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """One answer with its words."""

    name: Wording
    text: Wording
    stored: Any
    """The stored value, or the status."""
    number: Decimal | None
    """The value of a number or a scale."""
    scale: bool
    """It is a score: always compared, also where it stayed the same."""
    private: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """One rule as a plan shows it."""

    title: Wording
    status: str
    within: str
    text: Wording


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of a case that is compared."""

    case: str
    as_of: str
    urgency: str
    answers: Mapping[str, Said]
    """Those that apply, in the order of asking."""
    flags: Mapping[str, tuple[Wording, FlagState]]
    rules: Mapping[str, Advice]


def snapshot(protocol: Protocol, case: Case) -> Snapshot:
    """Return the state of a case as its plan has it."""
    plan = build_plan(protocol, case)
    return Snapshot(
        case=case.case,
        as_of=moment_text(case.as_of),
        urgency=plan["urgency"],
        answers={
            key: _said(protocol, protocol.questions[key], case.answers[key])
            for key in network(protocol).ask_order
            if key in case.answers and case.assessment.applies[key] is not False and key not in case.assessment.expired
        },
        flags={
            flag["id"]: (protocol.red_flags[flag["id"]].title, FlagState(flag["state"])) for flag in plan["red_flags"]
        },
        rules={
            each["id"]: Advice(
                protocol.rules[each["id"]].title,
                each["status"],
                each["within"],
                Wording(each["text"]["clinician"], each["text"]["patient"]),
            )
            for each in plan["recommendations"]
        },
    )


def _said(protocol: Protocol, question: Question, answer: Answer) -> Said:
    texts = [answer_text(protocol.labels, question, answer, register) for register in ("clinician", "patient")]
    return Said(
        name=question.named,
        text=Wording(*texts),
        stored=[answer.status, answer.reason] if answer.value is None else to_stored(answer.value),
        number=answer_number(protocol, question, answer),
        scale=question.type is QuestionType.SCALE or question.instrument is not None,
        private=question.private,
    )


# --- the difference -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnswerChange:
    question: str
    name: Wording
    before: Wording | None
    """None: there was no answer."""
    after: Wording | None
    """None: it was taken back."""
    because: str | None
    """The coded reason of a correction."""
    private: bool


@dataclass(frozen=True, slots=True)
class ScoreChange:
    question: str
    name: Wording
    before: Decimal
    after: Decimal
    private: bool


@dataclass(frozen=True, slots=True)
class RuleChange:
    rule: str
    title: Wording
    before: str
    """The status before; ``not_applicable`` also for a rule that content did not have."""
    after: str
    within: tuple[str, str]
    """ISO 8601 durations, before and after."""


@dataclass(frozen=True, slots=True)
class OutcomeSaid:
    """What became of something the plan before asked for."""

    rule: str
    title: Wording
    made: RuleOutcome


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two states. Everything is in content order."""

    since: str
    """The clinical moment of the state before."""
    urgency: tuple[str, str] | None
    """Before and after; None: the same."""
    scores: tuple[ScoreChange, ...]
    """Numbers that differ; of a follow-up also scales that stayed the same."""
    answers: tuple[AnswerChange, ...]
    raised: tuple[Wording, ...]
    doubtful: tuple[Wording, ...]
    """Flags that were clear and cannot be excluded now."""
    cleared: tuple[Wording, ...]
    added: tuple[RuleChange, ...]
    withdrawn: tuple[RuleChange, ...]
    changed: tuple[RuleChange, ...]
    outcomes: tuple[OutcomeSaid, ...]

    @property
    def nothing(self) -> bool:
        """Whether all is as before."""
        same = all(each.before == each.after for each in self.scores)
        lists = (self.answers, self.raised, self.doubtful, self.cleared, self.added, self.withdrawn, self.changed)
        return same and self.urgency is None and not any(lists) and not self.outcomes


def changes(
    before: Snapshot,
    after: Snapshot,
    *,
    amends: bool,
    reasons: Mapping[str, str] | None = None,
    outcomes: Mapping[str, RuleOutcome] | None = None,
) -> Changes:
    """Compare two states. Of a follow-up (not *amends*) what was not asked again counts as no change.

    *reasons*: question to the coded reason of its correction. *outcomes*: what became of rules of the state before.
    """
    both = [key for key in after.answers if key in before.answers]
    scores = [
        ScoreChange(key, now.name, then.number, now.number, then.private or now.private)
        for key in both
        if (then := before.answers[key]).number is not None
        and (now := after.answers[key]).number is not None
        and (then.number != now.number or (now.scale and not amends))
    ]
    told_as_scores = {each.question for each in scores}
    differ = [key for key in both if before.answers[key].stored != after.answers[key].stored]
    new = [key for key in after.answers if key not in before.answers]
    gone = [key for key in before.answers if key not in after.answers] if amends else []
    answers = [
        _answer_change(key, before.answers.get(key), after.answers.get(key), reasons or {})
        for key in (*differ, *new, *gone)
        if key not in told_as_scores
    ]
    raised, doubtful, cleared = _flags(before, after)
    rules = [_rule_change(name, before.rules.get(name), after.rules.get(name)) for name in _names(before, after)]
    shown = [(each.before in SHOWN_STATUSES, each.after in SHOWN_STATUSES, each) for each in rules]
    return Changes(
        since=before.as_of,
        urgency=None if before.urgency == after.urgency else (before.urgency, after.urgency),
        scores=tuple(scores),
        answers=tuple(answers),
        raised=tuple(raised),
        doubtful=tuple(doubtful),
        cleared=tuple(cleared),
        added=tuple(each for was, is_, each in shown if is_ and not was),
        withdrawn=tuple(each for was, is_, each in shown if was and not is_),
        changed=tuple(
            each
            for was, is_, each in shown
            if was
            and is_
            and (each.before != each.after or each.within[0] != each.within[1] or _reworded(each.rule, before, after))
        ),
        outcomes=tuple(
            OutcomeSaid(rule, known.title if (known := before.rules.get(rule)) else Wording(rule, rule), made)
            for rule, made in (outcomes or {}).items()
        ),
    )


def _answer_change(key: str, then: Said | None, now: Said | None, reasons: Mapping[str, str]) -> AnswerChange:
    known = now or then
    assert known is not None
    return AnswerChange(
        question=key,
        name=known.name,
        before=None if then is None else then.text,
        after=None if now is None else now.text,
        because=reasons.get(key),
        private=any(each is not None and each.private for each in (then, now)),
    )


def _names(before: Snapshot, after: Snapshot) -> list[str]:
    return [*after.rules, *(name for name in before.rules if name not in after.rules)]


def _rule_change(name: str, then: Advice | None, now: Advice | None) -> RuleChange:
    known = now or then
    assert known is not None
    return RuleChange(
        name,
        known.title,
        "not_applicable" if then is None else then.status,
        "not_applicable" if now is None else now.status,
        ((then or known).within, (now or known).within),
    )


def _reworded(name: str, before: Snapshot, after: Snapshot) -> bool:
    then, now = before.rules.get(name), after.rules.get(name)
    return then is not None and now is not None and then.text != now.text


def _flags(before: Snapshot, after: Snapshot) -> tuple[list[Wording], list[Wording], list[Wording]]:
    raised, doubtful, cleared = [], [], []
    for name, (title, state) in after.flags.items():
        then = before.flags.get(name, (title, FlagState.CLEAR))[1]
        if state is FlagState.PRESENT and then is not FlagState.PRESENT:
            raised.append(title)
        elif state is FlagState.CANNOT_EXCLUDE and then is FlagState.CLEAR:
            doubtful.append(title)
        elif then is FlagState.PRESENT and state is not FlagState.PRESENT:
            # One that cannot be excluded now is not gone; the plan itself names it.
            cleared += [title] if state is FlagState.CLEAR else []
            doubtful += [] if state is FlagState.CLEAR else [title]
    gone = [title for name, (title, state) in before.flags.items() if name not in after.flags]
    return raised, doubtful, [*cleared, *gone] if gone else cleared


def reasons_of(events: Iterable[Any]) -> dict[str, str]:
    """Return the coded reason of the last change of each question, from a case's events."""
    found: dict[str, str] = {}
    for event in events:
        if event.type in {"answer.corrected", "answer.withdrawn"} and event.because != "not_needed":
            found[event.question] = event.because
    return found


@dataclass(frozen=True, slots=True)
class Story:
    """Where a case stands among its relatives, and what differs from those before it."""

    place: Place
    parts: tuple[tuple[int, Changes], ...] = ()
    """(number of the version compared with, or 0 for the visit before; what differs)."""
    problems: tuple[str, ...] = ()
    """What could not be compared, and why."""
