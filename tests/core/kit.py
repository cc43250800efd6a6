"""What the condition tests share: a small vocabulary, values from plain spellings, the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from chatbot.core.condition import NOT_APPLICABLE, Condition, Facts
from chatbot.core.protocol import Question
from chatbot.core.resolve import GroupShape, Shape, Symbols, condition
from chatbot.core.values import Truth, parse_moment, parse_span

TABLES = Path(__file__).parent / "tables"

AS_OF = datetime(2026, 3, 15, 10, 30)

GRADES = tuple((str(grade), Decimal(grade)) for grade in range(6))
SCORES = tuple((str(score), Decimal(score)) for score in range(4))
KIND = Shape("choice", options=("fusion", "discectomy"))

SYMBOLS = Symbols(
    questions={
        "p": Shape("yes_no", options=("yes", "no")),
        "q": Shape("yes_no", options=("yes", "no")),
        "r": Shape("yes_no", options=("yes", "no")),
        "colour": Shape("choice", options=("red", "green", "blue", "unknown_shade")),
        "tags": Shape("several", options=("a", "b", "c", "none")),
        "heat": Shape("number", unit="C", minimum=Decimal(30), maximum=Decimal(45)),
        "chill": Shape("number", unit="C", minimum=Decimal(30), maximum=Decimal(45)),
        "mass": Shape("number", unit="kg"),
        "score": Shape("scale", minimum=Decimal(0), maximum=Decimal(10)),
        "met": Shape("date"),
        "left": Shape("date"),
        "remark": Shape("text"),
        "power": Shape(
            "grid",
            options=("0", "1", "2", "3", "4", "5", "untestable"),
            rows=("hip", "foot"),
            columns=("here", "there"),
            grades=GRADES,
        ),
        "worry": Shape("instrument", items=(("calm", SCORES), ("sleep", SCORES))),
        "visits_count": Shape("number", minimum=Decimal(0), maximum=Decimal(3)),
        "visits[1].kind": KIND,
        "visits[2].kind": KIND,
        "visits[3].kind": KIND,
        "visits[1].day": Shape("date"),
        "visits[2].day": Shape("date"),
        "visits[3].day": Shape("date"),
    },
    findings=frozenset({"odd", "even"}),
    groups={"visits": GroupShape("visits_count", 3, ("kind", "day"))},
)
"""One question of every type, a group of three rows, two findings."""


def shapes_of(questions: Iterable[Question]) -> dict[str, Shape]:
    """Return what a condition may ask of questions that were made without content."""
    return {
        each.id: Shape(
            each.type.value,
            tuple(option.id for option in each.options),
            each.unit,
            each.minimum,
            each.maximum,
            tuple(row.id for row in each.rows),
            tuple(column.id for column in each.columns),
            tuple((option.id, option.grade) for option in each.options if option.grade is not None),
        )
        for each in questions
    }


TRUTHS: dict[str, Truth] = {"T": True, "F": False, "U": None}
"""How tables spell Kleene's values."""

STATUS_WORDS = ("unknown", "declined", "not_assessed", "cannot_apply", "not_asked", "not_applicable")


def rows(name: str) -> list[dict[str, Any]]:
    """Return the rows of a table, every scalar as text except lists and mappings."""
    return list(yaml.load((TABLES / f"{name}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader))


def value_of(shape: Shape, spelled: Any) -> Any:
    """Turn a plain spelling into the value a condition reads."""
    match shape.type:
        case "number" | "scale":
            return Decimal(spelled)
        case "date":
            return parse_span(spelled)
        case "several":
            return tuple(spelled)
        case _:
            return spelled


def facts(given: Mapping[str, Any], *, as_of: datetime = AS_OF) -> Facts:
    """Return facts with everything not given not asked. A status word stands for a status.

    Findings may be given by name as T, F or U.
    """
    values: dict[str, Any] = dict.fromkeys(SYMBOLS.questions)
    states = dict.fromkeys(SYMBOLS.questions, "not_asked")
    findings: dict[str, Truth] = dict.fromkeys(SYMBOLS.findings)
    for name, spelled in given.items():
        if name in findings:
            findings[name] = TRUTHS[spelled]
        elif isinstance(spelled, str) and spelled in STATUS_WORDS:
            states[name] = spelled
            values[name] = NOT_APPLICABLE if spelled == "not_applicable" else None
        else:
            states[name] = "known"
            values[name] = value_of(SYMBOLS.questions[name], spelled)
    return Facts(values, states, findings, as_of)


def compiled(text: str) -> Condition:
    return condition(text, SYMBOLS)


def truth(text: str, given: Mapping[str, Any], as_of: str | None = None) -> Truth:
    """Evaluate a condition against plainly spelled answers."""
    return compiled(text).evaluate(facts(given, as_of=AS_OF if as_of is None else parse_moment(as_of)))
