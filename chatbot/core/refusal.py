"""Informed refusal: what a person must be told and asked before an emergency action is recorded as declined.

The statements are content (``refusal:`` in ``protocol.yaml``). A refusal changes no urgency and removes no line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from chatbot.core.answers import checked_text
from chatbot.core.commands import DECLINED_BY_PERSON, DecideRule, Refusal
from chatbot.core.protocol import Protocol, Statement, Wording
from chatbot.core.values import Urgency, ValueProblem, moment_text

if TYPE_CHECKING:
    from chatbot.core.case import InformedRefusal

_RECORDED = Wording("declined, informed refusal recorded at {at}", "you said no to this; recorded at {at}")
"""How a refused action is marked where the content has no label for it."""


def answers_emergency(protocol: Protocol, rule: str) -> bool:
    """Whether a rule answers a red flag of emergency urgency."""
    answers = protocol.rules[rule].answers
    return answers is not None and protocol.red_flags[answers].urgency is Urgency.EMERGENCY


def statements_for(protocol: Protocol, rule: str, decision: str, code: str | None) -> tuple[Statement, ...]:
    """Return the statements a decision asks for; none unless the person declines an emergency action."""
    informed = decision == "decline" and code == DECLINED_BY_PERSON and answers_emergency(protocol, rule)
    return protocol.refusal if informed else ()


def refusal_problem(protocol: Protocol, command: DecideRule) -> Refusal | None:
    """Say what is missing or wrong in the statements of a decision about a known rule."""
    asked = statements_for(protocol, command.rule, command.decision, command.code)
    given = command.statements or {}
    unknown = sorted(given.keys() - {each.id for each in asked})
    if unknown:
        return Refusal("bad_value", f"no statement is called {unknown[0]!r} here")
    missing = [each for each in asked if not given.get(each.id, "").strip()]
    if missing:
        return Refusal(
            "needs_statements",
            f"an emergency action is not removed without: {'; '.join(each.ask.clinician for each in missing)}",
            "answer each of them",
        )
    for each in asked:
        problem = statement_problem(each, given[each.id])
        if problem is not None:
            return problem
    return None


def statement_problem(statement: Statement, answer: str) -> Refusal | None:
    """Say why an answer to one statement does not stand; a *no* to a blocking one is refused with its consequence."""
    if not answer.strip():
        return Refusal("needs_statements", "an emergency action is not removed without an answer to this", "answer it")
    if statement.type == "yes_no" and answer not in {"yes", "no"}:
        return Refusal("bad_value", f"{answer!r} is neither yes nor no", "answer yes or no")
    if statement.blocks and answer == "no":
        said = statement.consequence
        return Refusal("refusal_blocked", "" if said is None else said.clinician)
    try:
        checked_text(answer)
    except ValueProblem as error:
        return Refusal("bad_value", str(error))
    return None


def consequence(statement: Statement, answer: str) -> Wording | None:
    """Return what follows from the answer to a statement, where something does."""
    return statement.consequence if answer == "no" else None


def recorded(protocol: Protocol, refusal: InformedRefusal) -> dict[str, Any]:
    """Return a refusal as a member of its line in the plan."""
    statements = []
    for each in protocol.refusal:
        if each.id in refusal.statements:
            answer = refusal.statements[each.id]
            follows = consequence(each, answer)
            statements.append(
                {
                    "id": each.id,
                    "ask": _both(each.ask),
                    "answer": answer,
                    "consequence": None if follows is None else _both(follows),
                }
            )
    return {"at": moment_text(refusal.at), "statements": statements, "comment": refusal.comment}


def refused_text(labels: Mapping[str, Wording], refusal: Mapping[str, Any], register: str) -> str:
    """Say that an action of a plan was refused, and when."""
    wording = labels.get("refusal.recorded", _RECORDED)
    return wording.in_register(register).replace("{at}", refusal["at"].replace("T", " "))


def refusal_details(labels: Mapping[str, Wording], refusal: Mapping[str, Any], register: str) -> list[str]:
    """Return everything recorded about a refused action, one sentence each."""
    said = [refused_text(labels, refusal, register)]
    for each in refusal["statements"]:
        said.append(f"{each['ask'][register]} {_answer(labels, each['answer'], register)}")
        if each["consequence"] is not None:
            said.append(f"→ {each['consequence'][register]}")
    return said


def refused_lines(labels: Mapping[str, Wording], recommendations: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return one line of the handover for each refused action, in both registers."""
    return [
        {
            register: f"{each['title'][register]}: {refused_text(labels, each['refusal'], register)}"
            for register in ("clinician", "patient")
        }
        for each in recommendations
        if "refusal" in each
    ]


def _answer(labels: Mapping[str, Wording], answer: str, register: str) -> str:
    wording = labels.get(f"option.{answer}")
    return answer if wording is None else wording.in_register(register)


def _both(wording: Wording) -> dict[str, str]:
    return {"clinician": wording.clinician, "patient": wording.patient}
