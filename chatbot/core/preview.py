"""What a change to the answers brings with it, worked out before it is made.

``consequences`` runs ``decide`` and ``evolve`` on the side and compares the two cases, so it cannot disagree with what
happens when the command is sent. Nothing here changes a case or judges whether a change is wise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chatbot.core import commands as cmd
from chatbot.core.case import Case, evolve, is_open
from chatbot.core.commands import CORRECTION_REASONS, Refusal
from chatbot.core.corrections import stands
from chatbot.core.events import AnswerGiven, Event
from chatbot.core.findings import FlagState, network
from chatbot.core.navigation import decide
from chatbot.core.outcome import SHOWN_STATUSES, outcome
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import ScopeState
from chatbot.core.values import Urgency

Change = cmd.GiveAnswer | cmd.Withdraw | cmd.DeclineSection
"""A command that changes answers."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A recommendation whose status changes. Both are among ``outcome.STATUSES``."""

    rule: str
    before: str
    after: str

    @property
    def withdrawn(self) -> bool:
        return self.before in SHOWN_STATUSES and self.after not in SHOWN_STATUSES

    @property
    def added(self) -> bool:
        return self.before not in SHOWN_STATUSES and self.after in SHOWN_STATUSES


@dataclass(frozen=True, slots=True)
class FlagChange:
    """A red flag that changes its state, as a plan reads it: questions not asked count as unknown."""

    flag: str
    before: FlagState
    after: FlagState


@dataclass(frozen=True, slots=True)
class Consequences:
    """Everything a change brings with it besides the change itself. Names stand in content order."""

    correction: bool
    """An answer that stands is replaced or taken back."""
    needs_reason: str | None
    """Why a coded reason has to be given with it; None when none is needed."""
    reopens: tuple[str, ...]
    """Questions that become open and must be asked; not the changed question itself."""
    leaves: tuple[str, ...]
    """Questions whose answer no longer applies: it stays in the log and leaves the plan."""
    returns: tuple[str, ...]
    """Questions whose earlier answer counts again."""
    rules: tuple[RuleChange, ...]
    flags: tuple[FlagChange, ...]
    urgency: tuple[Urgency, Urgency]
    """Of the open case, before and after."""
    plan_urgency: tuple[Urgency, Urgency]
    """In a plan, before and after."""
    scope: tuple[ScopeState, ScopeState]
    alarms: tuple[str, ...]
    """Emergency flags whose alarm comes up at once."""

    @property
    def empty(self) -> bool:
        """Nothing but the answer changes."""
        pairs = (self.urgency, self.plan_urgency, self.scope)
        listed = (self.reopens, self.leaves, self.returns, self.rules, self.flags, self.alarms)
        return not any(listed) and all(before == after for before, after in pairs)

    @property
    def shown_first(self) -> bool:
        """Whether a shell shows this before the change is made.

        A change that raises an emergency is never held back: its alarm says more than a preview, and at once.
        """
        return self.correction and not self.empty and not self.alarms

    @property
    def withdrawn(self) -> tuple[RuleChange, ...]:
        return tuple(each for each in self.rules if each.withdrawn)

    @property
    def added(self) -> tuple[RuleChange, ...]:
        return tuple(each for each in self.rules if each.added)

    @property
    def restated(self) -> tuple[RuleChange, ...]:
        """Recommendations that change their status and are neither added nor withdrawn."""
        return tuple(each for each in self.rules if not each.added and not each.withdrawn)

    @property
    def raised(self) -> tuple[str, ...]:
        return tuple(each.flag for each in self.flags if each.after is FlagState.PRESENT)

    @property
    def cleared(self) -> tuple[str, ...]:
        return tuple(each.flag for each in self.flags if each.after is FlagState.CLEAR)

    @property
    def doubted(self) -> tuple[str, ...]:
        """Red flags that were clear or present and can no longer be excluded."""
        return tuple(each.flag for each in self.flags if each.after is FlagState.CANNOT_EXCLUDE)


def consequences(protocol: Protocol, case: Case, command: Change) -> Consequences | Refusal:
    """Work out what a command would change, or return why it is refused.

    A missing coded reason is no refusal here: it is said in ``needs_reason``, and the rest is worked out all the same.
    """
    needed: str | None = None
    decided = decide(protocol, case, command)
    if isinstance(decided, Refusal) and decided.code == "needs_reason" and not isinstance(command, cmd.DeclineSection):
        needed = decided.message
        decided = decide(protocol, case, replace(command, because=CORRECTION_REASONS[0]))
    if isinstance(decided, Refusal):
        return decided
    after = case
    for event in decided:
        after = evolve(protocol, after, event)
    corrects = not isinstance(command, cmd.DeclineSection) and stands(case, command.question)
    changes = any(event.type in {"answer.corrected", "answer.withdrawn"} for event in decided)
    return compare(protocol, case, after, correction=corrects and changes, needs_reason=needed)


def compare(
    protocol: Protocol, before: Case, after: Case, *, correction: bool = False, needs_reason: str | None = None
) -> Consequences:
    """Compare two states of one case at the same moment."""
    was, now = outcome(protocol, before.assessment), outcome(protocol, after.assessment)
    order = network(protocol).ask_order
    changed = {key for key in order if before.answers.get(key) != after.answers.get(key)}
    return Consequences(
        correction=correction,
        needs_reason=needs_reason,
        reopens=tuple(
            key
            for key in order
            if key not in changed and is_open(protocol, after, key) and not is_open(protocol, before, key)
        ),
        leaves=tuple(key for key in order if key not in changed and _counts(before, key) and not _counts(after, key)),
        returns=tuple(key for key in order if key not in changed and _counts(after, key) and not _counts(before, key)),
        rules=tuple(
            RuleChange(rule, status, now.statuses[rule])
            for rule, status in was.statuses.items()
            if status != now.statuses[rule]
        ),
        flags=tuple(
            FlagChange(flag, was.flags[flag], now.flags[flag])
            for flag in protocol.red_flags
            if was.flags[flag] is not now.flags[flag]
        ),
        urgency=(before.urgency, after.urgency),
        plan_urgency=(was.urgency, now.urgency),
        scope=(was.scope, now.scope),
        alarms=tuple(flag for flag in after.alarms if flag not in before.alarms),
    )


def _counts(case: Case, key: str) -> bool:
    """Whether an answer is part of the plan: it applies, and is not past its shelf life."""
    return stands(case, key) and case.assessment.applies[key] is not False


# --- words ----------------------------------------------------------------------------------------


def consequence_text(protocol: Protocol, found: Consequences, register: str = "clinician") -> str:
    """Say what a change brings: "reopens 3 questions and withdraws 2 recommendations; urgency falls from … to …"."""
    counted = (
        ("reopens", len(found.reopens), "question"),
        ("takes", len(found.leaves), "answer", " out of the plan"),
        ("brings back", len(found.returns), "answer"),
        ("withdraws", len(found.withdrawn), "recommendation"),
        ("adds", len(found.added), "recommendation"),
        ("changes", len(found.restated), "recommendation"),
        ("raises", len(found.raised), "red flag"),
        ("clears", len(found.cleared), "red flag"),
        ("leaves", len(found.doubted), "red flag", " in doubt"),
    )
    parts = [
        f"{verb} {count} {noun}{'' if count == 1 else 's'}{''.join(more)}"
        for verb, count, noun, *more in counted
        if count
    ]
    said = " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
    return "; ".join(
        filter(None, [said, _urgency_text(protocol, found, register), _scope_text(protocol, found, register)])
    )


def declined_text(events: Iterable[Event]) -> str:
    """Say what declining a whole section did, from the events it led to."""
    count = sum(1 for event in events if isinstance(event, AnswerGiven))
    questions = "1 question" if count == 1 else f"{count} questions"
    return f"Declines this whole section: {questions}; each can still be answered later."


def _urgency_text(protocol: Protocol, found: Consequences, register: str) -> str:
    """Say how the urgency moves: that of the open case, else that of the plan."""

    def moved(name: str, pair: tuple[Urgency, Urgency]) -> str:
        before, after = (protocol.labels[f"urgency.{level.value}"].in_register(register) for level in pair)
        start, end = _lower(before), _lower(after)
        if Urgency.UNDETERMINED in pair:
            return f"{name} becomes {end}, from {start}"
        if pair[1].rank > pair[0].rank:
            return f"{name} rises from {start} to {end}"
        return f"{name} falls from {start} to {end}"

    if found.urgency[0] is not found.urgency[1]:
        return moved("urgency", found.urgency)
    if found.plan_urgency[0] is not found.plan_urgency[1]:
        return moved("urgency in the plan", found.plan_urgency)
    return ""


def _scope_text(protocol: Protocol, found: Consequences, register: str) -> str:
    if found.scope[0] is found.scope[1]:
        return ""
    wording = protocol.labels.get(f"scope.{found.scope[1].value}")
    said = f"scope: {found.scope[1].value}" if wording is None else wording.in_register(register)
    return _lower(said)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def consequence_details(
    protocol: Protocol, found: Consequences, register: str = "clinician"
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what the counts of the text stand for: (heading, names), in the same order, without empty parts."""

    def questions(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(protocol.questions[key].named.in_register(register) for key in keys)

    def flags(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(protocol.red_flags[name].title.in_register(register) for name in names)

    def rules(changes: tuple[RuleChange, ...]) -> tuple[str, ...]:
        return tuple(protocol.rules[each.rule].title.in_register(register) for each in changes)

    def restated(each: RuleChange) -> str:
        words = []
        for status in (each.before, each.after):
            wording = protocol.labels.get(f"rule.{status}")
            words.append(status.replace("_", " ") if wording is None else _lower(wording.in_register(register)))
        return f"{protocol.rules[each.rule].title.in_register(register)}: {words[0]} → {words[1]}"

    parts = (
        ("Questions to ask again or now", questions(found.reopens)),
        ("Answers that leave the plan; they stay in the record", questions(found.leaves)),
        ("Earlier answers that count again", questions(found.returns)),
        ("Recommendations withdrawn", rules(found.withdrawn)),
        ("Recommendations added", rules(found.added)),
        ("Recommendations changed", tuple(map(restated, found.restated))),
        ("Red flags raised", flags(found.raised)),
        ("Red flags cleared", flags(found.cleared)),
        ("Red flags that cannot be excluded", flags(found.doubted)),
    )
    return tuple((heading, names) for heading, names in parts if names)
