"""Signing: a plan whose safety questions are not all settled is signed only with a reason for each that is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chatbot.core.answers import checked_text
from chatbot.core.commands import OTHER_REASON, SIGN_REASONS, OpenReason, Refusal, Sign
from chatbot.core.events import SafetyLeftOpen
from chatbot.core.protocol import Wording
from chatbot.core.values import ValueProblem

if TYPE_CHECKING:
    from chatbot.core.case import LeftOpen

WORDS: Mapping[str, Wording] = {
    "cannot_be_known": Wording("Cannot be found out now", "We cannot find out now"),
    "person_declines": Wording("The person does not wish to say, or to be examined", "I prefer not to say"),
    "not_possible_here": Wording("Cannot be asked or examined here", "It cannot be checked here"),
    "handed_on": Wording("Handed on, to be settled by whoever goes on", "The next team will ask"),
    "judgement": Wording("Judged not to matter for this plan", "My clinician thinks it does not change the plan"),
    OTHER_REASON: Wording("Another reason, in words", "Another reason"),
}
"""What is said of a reason where content has no label ``open_reason.CODE``."""


def reason_word(labels: Mapping[str, Wording], code: str, register: str) -> str:
    """Return a reason in words."""
    return labels.get(f"open_reason.{code}", WORDS.get(code, Wording(code, code))).in_register(register)


def reason_text(labels: Mapping[str, Wording], reason: LeftOpen | OpenReason, register: str) -> str:
    """Return a reason with its comment."""
    if reason.code == OTHER_REASON and reason.comment:
        return reason.comment
    said = reason_word(labels, reason.code, register)
    return f"{said}: {reason.comment}" if reason.comment else said


def unsettled(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the open questions of a plan that a red flag hangs on, as the plan has them."""
    return [each for each in plan["unresolved"] if each["flags"]]


def signed_with(plan: Mapping[str, Any], command: Sign) -> tuple[SafetyLeftOpen, ...] | Refusal:
    """Return a reason for each safety question that a plan leaves open, or what is missing or wrong in them."""
    waiting = [each["question"] for each in unsettled(plan)]
    given = command.reasons
    if unknown := sorted(given.keys() - set(waiting)):
        return Refusal("bad_value", f"{unknown[0]!r} is no safety question that is left open")
    if missing := [key for key in waiting if key not in given]:
        count = "1 safety question is" if len(missing) == 1 else f"{len(missing)} safety questions are"
        return Refusal("needs_reasons", f"{count} not settled", "say for each why it is left open, or answer it")
    for reason in given.values():
        problem = reason_problem(reason)
        if problem is not None:
            return problem
    return tuple(SafetyLeftOpen(key, given[key].code, (given[key].comment or "").strip() or None) for key in waiting)


def reason_problem(reason: OpenReason) -> Refusal | None:
    """Say why a reason does not stand."""
    if reason.code not in SIGN_REASONS:
        return Refusal("bad_value", f"{reason.code!r} is no reason", f"one of {', '.join(SIGN_REASONS)}")
    if reason.code == OTHER_REASON and not (reason.comment or "").strip():
        return Refusal("needs_reason", "another reason is said in words", "write it")
    try:
        checked_text(reason.comment or "-")
    except ValueProblem as error:
        return Refusal("bad_value", str(error))
    return None
