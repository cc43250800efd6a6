"""Cases whose private answers can be swapped, and what an export says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from chatbot.core.answers import accept, limits
from chatbot.core.audience import for_audience, public_part
from chatbot.core.canonical import canonical_json
from chatbot.core.case import Case
from chatbot.core.findings import assess
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.values import Answer, Source, Status, Stored, decimal_text
from chatbot.export.document import plan_blocks
from chatbot.export.markdown import markdown_lines
from chatbot.export.text import text_lines
from tests.shipped import small_protocol


def small() -> Protocol:
    """Return the protocol made for these tests."""
    return small_protocol("private")


def public_forms(protocol: Protocol, plan: dict[str, Any]) -> dict[str, str]:
    """Return what is left of every written form of a plan when the lines marked neutral are taken out."""
    return _public_forms(protocol, canonical_json(plan))


@lru_cache(maxsize=64)
def _public_forms(protocol: Protocol, spelled: str) -> dict[str, str]:
    """Most swaps give the very same plan, which need not be written out again."""
    plan = json.loads(spelled)
    found = {"json": canonical_json(public_part(plan))}
    for register in ("clinician", "patient"):
        blocks = plan_blocks(plan, protocol.labels, register=register, all_rules=True, case="bed 4", head=["Test"])
        written = [("text", text_lines(blocks))]
        if register == "clinician":
            written.append(("md", markdown_lines(blocks)))
        for name, lines in written:
            found[f"{name} {register}"] = "\n".join(line for line, neutral in lines if not neutral)
    return found


def exported(protocol: Protocol, case: Case, audience: str) -> dict[str, Any]:
    return for_audience(protocol, case, build_plan(protocol, case), audience)


def told(protocol: Protocol, case: Case, audience: str) -> dict[str, str]:
    """Return what an audience reads that no private answer may change."""
    return public_forms(protocol, exported(protocol, case, audience))


def with_answers(protocol: Protocol, case: Case, answers: Mapping[str, Answer]) -> Case:
    """Return a case with other answers, everything derived from them brought up to date."""
    return replace(case, answers=answers, assessment=assess(protocol, answers, case.as_of))


def swapped(protocol: Protocol, case: Case, key: str, answer: Answer | None) -> Case:
    """Return a case in which one question has another answer, or none."""
    answers = {name: each for name, each in case.answers.items() if name != key}
    return with_answers(protocol, case, answers if answer is None else {**answers, key: answer})


def every_answer(question: Question, case: Case) -> Iterator[Answer | None]:
    """Yield every answer a question can have: each option, some numbers and dates, each status, and none."""
    for stored in stored_values(question):
        yield Answer(accept(question, stored, case.as_of), None, Source.PATIENT, case.as_of)
    for status in Status:
        if status is not Status.CANNOT_APPLY:
            yield Answer(None, status, Source.PATIENT, case.as_of)
    for reason in question.cannot_apply:
        yield Answer(None, Status.CANNOT_APPLY, Source.PATIENT, case.as_of, reason=reason.id)
    yield None


def stored_values(question: Question) -> list[Stored]:
    match question.type:
        case QuestionType.YES_NO | QuestionType.CHOICE:
            return [option.id for option in question.options]
        case QuestionType.SEVERAL:
            open_to_all = [option.id for option in question.options if not option.exclusive]
            return [[option.id] for option in question.options] + [open_to_all]  # type: ignore[return-value]
        case QuestionType.NUMBER:
            low, high = limits(question)
            return [decimal_text(each) for each in (low or Decimal(0), high or Decimal(50))]
        case QuestionType.SCALE:
            low, high = limits(question)
            return [int(low or 0), int(10 if high is None else high)]
        case QuestionType.DATE:
            return ["2015", "2025-03"]
        case QuestionType.TEXT:
            return ["something else"]
        case QuestionType.INSTRUMENT | QuestionType.GRID:
            most = max(map(len, question.cells.values()))
            return [
                {cell: options[min(place, len(options) - 1)].id for cell, options in question.cells.items()}
                for place in range(most)
            ]
