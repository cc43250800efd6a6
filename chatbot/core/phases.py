"""The case state machine: two regions, phase and urgency, each one table.

The tables are what runs and what ``backstory graph --case`` draws.
"""

from __future__ import annotations

from enum import StrEnum

from chatbot.core.values import Urgency


class Phase(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    CONTEXT = "context"
    SAFETY = "safety"
    HISTORY = "history"
    EXAMINATION = "examination"
    REVIEW = "review"
    PLANNED = "planned"
    SIGNED = "signed"
    SUSPENDED = "suspended"
    ABANDONED = "abandoned"


class Trigger(StrEnum):
    """What moves a case from phase to phase."""

    ASK_CONTEXT = "ask context"
    ASK_SAFETY = "ask safety screen"
    ASK_HISTORY = "ask history"
    ASK_EXAMINATION = "ask examination"
    NOTHING_TO_ASK = "nothing left to ask"
    PLAN = "issue plan"
    SIGN = "sign"
    SUSPEND = "suspend"
    RESUME = "resume"
    ABANDON = "abandon"


ASKING = {
    Trigger.ASK_CONTEXT: Phase.CONTEXT,
    Trigger.ASK_SAFETY: Phase.SAFETY,
    Trigger.ASK_HISTORY: Phase.HISTORY,
    Trigger.ASK_EXAMINATION: Phase.EXAMINATION,
    Trigger.NOTHING_TO_ASK: Phase.REVIEW,
}
"""The phase in which each kind of question is asked."""

OPEN_PHASES = (
    Phase.OPENED,
    Phase.CONTEXT,
    Phase.SAFETY,
    Phase.HISTORY,
    Phase.EXAMINATION,
    Phase.REVIEW,
    Phase.PLANNED,
)
"""Phases in which a case can be worked on."""

CLOSED_PHASES = (Phase.SIGNED, Phase.ABANDONED)


def _transitions() -> dict[tuple[Phase, Trigger], Phase]:
    table: dict[tuple[Phase, Trigger], Phase] = {}
    for phase in OPEN_PHASES:
        for trigger, target in ASKING.items():
            table[phase, trigger] = target
        table[phase, Trigger.PLAN] = phase
        table[phase, Trigger.SUSPEND] = Phase.SUSPENDED
        table[phase, Trigger.ABANDON] = Phase.ABANDONED
        # A process that was killed leaves an open phase behind; a new sitting begins all the same.
        table[phase, Trigger.RESUME] = Phase.OPENED
    table[Phase.REVIEW, Trigger.PLAN] = Phase.PLANNED
    table[Phase.PLANNED, Trigger.SIGN] = Phase.SIGNED
    table[Phase.SUSPENDED, Trigger.RESUME] = Phase.OPENED
    table[Phase.SUSPENDED, Trigger.ABANDON] = Phase.ABANDONED
    return table


TRANSITIONS = _transitions()
"""(phase, trigger) to the next phase. A pair that is missing is a refusal, never silence."""


def next_phase(phase: Phase, trigger: Trigger) -> Phase | None:
    """Return the phase a trigger leads to, or None when it is forbidden here."""
    return TRANSITIONS.get((phase, trigger))


class UrgencyTrigger(StrEnum):
    """What may change the urgency of an open case."""

    ANSWER = "an answer, a correction or a withdrawal"
    """May raise it, or lower it by settling a flag; a correction that lowers it needs a coded reason."""
    SITTING = "a new sitting"
    """Reassuring answers may have aged: urgency rises, stays, or is no longer settled."""


def _urgency_moves() -> dict[tuple[Urgency, UrgencyTrigger], frozenset[Urgency]]:
    table: dict[tuple[Urgency, UrgencyTrigger], frozenset[Urgency]] = {}
    for level in Urgency:
        table[level, UrgencyTrigger.ANSWER] = frozenset(Urgency)
        table[level, UrgencyTrigger.SITTING] = frozenset(other for other in Urgency if other.rank >= level.rank)
    table[Urgency.ROUTINE, UrgencyTrigger.SITTING] |= {Urgency.UNDETERMINED}
    return table


URGENCY_MOVES = _urgency_moves()
"""(urgency, trigger) to the levels it may move to."""
