"""``backstory eval``: a condition given on the command line, with the value of every part."""

from __future__ import annotations

import json
from typing import Any

from chatbot.content.build import symbols_of
from chatbot.content.checks.conditions import CODE_OF_KIND
from chatbot.content.diagnostics import Diagnostic
from chatbot.core.case import Case
from chatbot.core.parts import Part, Reading, parts
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import Symbols, resolve
from chatbot.core.syntax import ConditionSyntaxError, parse
from chatbot.core.text import visible
from chatbot.core.tree import Node
from chatbot.core.values import Truth, moment_text
from chatbot.errors import UsageError

SHOWN = "<condition>"
"""How diagnostics name the text of the command line."""

VALUES: dict[Truth, str] = {True: "true", False: "false", None: "unknown"}


class ConditionError(UsageError):
    """A condition on the command line that cannot be read; the message holds every rendered diagnostic."""

    def render(self) -> str:
        """Return the diagnostics as they are."""
        return self.message


def evaluated(protocol: Protocol, case: Case, text: str, *, deep: bool = False) -> Part:
    """Return a condition with the value of each part as it stands in the plan of a case.

    Raises: ConditionError with every problem of the text, each underlined.
    """
    symbols = symbols_of(json.loads(protocol.canonical))
    return parts(protocol, case, symbols, _tree(protocol, symbols, text), deep=deep)


def _tree(protocol: Protocol, symbols: Symbols, text: str) -> Node:
    try:
        tree = parse(text)
    except ConditionSyntaxError as error:
        raise ConditionError(_diagnostic(text, "P120", error.message, error.start, error.end, error.hint)) from error
    node, problems = resolve(tree, symbols)
    if node is None:
        raise ConditionError(
            "\n".join(
                _diagnostic(text, CODE_OF_KIND[each.kind], each.message, each.start, each.end, _hint(protocol, each))
                for each in sorted(problems, key=lambda each: each.start)
            )
        )
    return node


def _hint(protocol: Protocol, problem: Any) -> str:
    """Return the hint of a problem; a name that belongs to something with a condition says so."""
    word = problem.message.split("'")[1] if "'" in problem.message else ""
    for kind, owners in (("red flag", protocol.red_flags), ("guard", protocol.guards), ("rule", protocol.rules)):
        if problem.kind == "unknown_name" and word in owners:
            when = owners[word].when
            return f"it is a {kind}" + ("" if when is None else f"; its condition is: {when.text}")
    return str(problem.hint)


def _diagnostic(text: str, code: str, message: str, start: int, end: int, hint: str) -> str:
    line = text.count("\n", 0, start) + 1
    first = text.rfind("\n", 0, start) + 1
    shown = text[first:].split("\n", 1)[0]
    return Diagnostic(code, message, SHOWN, line, start - first + 1, max(1, end - start), shown, hint).render()


def eval_json(protocol: Protocol, case: Case, text: str, part: Part) -> dict[str, Any]:
    """Return what ``eval --json`` prints."""
    return {
        "condition": text,
        "protocol": protocol.identity,
        "as_of": moment_text(case.as_of),
        "value": "unknown" if part.value is None else part.value,
        "tree": part.to_json(),
    }


def eval_text(part: Part) -> str:
    """Return a condition as indented lines: value, text, and in brackets the answer each comparison read."""
    return "\n".join(_lines(part, 0)) + "\n"


def _lines(part: Part, depth: int) -> list[str]:
    indent = "  " * depth
    place = f"{part.place}: " if part.place else ""
    named = len(part.reads) > 1 or part.kind in {"any", "all", "count", "number"}
    read = f"  [{'; '.join(_reading(each, named=named) for each in part.reads)}]" if part.reads else ""
    lines = [visible(f"{indent}{part.number or VALUES[part.value]:<8} {place}{part.text}{read}")]
    for each in part.parts:
        lines += _lines(each, depth + 1)
    if part.left_out:
        rows = "one more does not" if part.left_out == 1 else f"{part.left_out} more do not"
        lines.append(f"{indent}  ({rows} decide it)")
    return lines


def _reading(reading: Reading, *, named: bool) -> str:
    state = reading.state.replace("_", " ")
    match reading.state:
        case "known":
            said = f"{reading.answer}, from {reading.source}"
        case "not_applicable":
            said = "does not apply" + (f"; {reading.answer} is kept aside" if reading.answer else "")
        case "expired":
            said = f"expired: {reading.answer}, given {reading.given.replace('T', ' ')}"
        case "not_asked":
            said = state
        case _:
            said = reading.answer or state
    return f"{reading.question}: {said}" if named else said
