"""What standards may say of a record, worked out from a replayed case and its row: every name of ``MEASURES``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from chatbot.audit.row import Row
from chatbot.core.case import Case, is_refusal
from chatbot.core.outcome import SHOWN_STATUSES
from chatbot.core.protocol import Protocol, QuestionType
from chatbot.core.read_back import safety_said
from chatbot.core.refusal import answers_emergency
from chatbot.core.standards import Measured
from chatbot.core.urgency import is_asked


def measures_of(protocol: Protocol, case: Case, row: Row) -> Mapping[str, Measured]:
    """Return every measure of one case. *row*: what was seen while it was replayed."""
    waits = [alarm.seconds for alarm in row.alarms]
    read = [seconds for seconds in waits if seconds is not None]
    all_read = len(read) == len(waits)
    changed = [made for made in row.decisions.values() if made.decision != "accept"]
    refused = [
        rule
        for rule, made in case.decisions.items()
        if is_refusal(made) and rule in protocol.rules and answers_emergency(protocol, rule)
    ]
    return {
        "signed": row.signed,
        "abandoned": row.phase == "abandoned",
        "amendment": case.amends is not None,
        "plan_issued": row.plans > 0,
        "safety_asked": row.safety_asked,
        "safety_first": _safety_first(protocol, row),
        "read_back": _read_back(protocol, case, row),
        "alarm_raised": bool(waits),
        "alarm_read": all_read if waits else None,
        "alarm_minutes": _minutes(max(read)) if read and all_read else None,
        "minutes_to_safety_asked": _minutes(row.safety_seconds),
        "minutes_to_safety_settled": _minutes(row.settled_seconds),
        "minutes": _minutes(row.seconds),
        "sittings": row.sittings,
        "people": row.actors,
        "corrections": len(row.corrections),
        "left_open": len(row.left_open),
        "safety_unsettled": _unsettled(protocol, case),
        "without_value": sum(state != "known" for state in row.states.values()),
        "decisions": len(row.decisions),
        "decisions_open": sum(
            status in SHOWN_STATUSES and rule not in row.decisions for rule, status in row.statuses.items()
        ),
        "declined_with_reason": all(made.code for made in changed) if changed else None,
        "emergency_declined": bool(refused),
        "refusal_informed": all(rule in case.refusals for rule in refused) if refused else None,
    }


def _minutes(seconds: int | None) -> Decimal | None:
    return None if seconds is None else Decimal(seconds) / 60


def _safety_first(protocol: Protocol, row: Row) -> bool | None:
    def is_instrument(key: str) -> bool:
        return protocol.questions[key].type is QuestionType.INSTRUMENT

    if any(is_instrument(key) for key in row.early):
        return False
    return True if row.safety_asked or any(is_instrument(key) for key in row.states) else None


def _read_back(protocol: Protocol, case: Case, row: Row) -> bool:
    """Whether all that was said stands as it was read. An amendment takes over what was read before."""
    said = safety_said(protocol, case.answers, case.assessment)
    same = all(case.read_back.get(key) == now for key, now in said.items())
    return same and (row.read_back or case.amends is not None) and row.safety_asked


def _unsettled(protocol: Protocol, case: Case) -> int:
    return sum(
        is_asked(protocol, case.assessment, key) and (key not in case.answers or case.answers[key].value is None)
        for key in protocol.safety_questions
    )
