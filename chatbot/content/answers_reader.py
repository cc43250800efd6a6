"""One answer of an answers file read against its question: a value, a status word, details, rows of a group, a grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chatbot.content.build import question_key
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.source import Mapping, Mark, Node, Scalar, Sequence, plain
from chatbot.core.answers import accept
from chatbot.core.cells import rest_normal, row_normal
from chatbot.core.commands import GiveAnswer
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.resolve import near_miss
from chatbot.core.values import Source, Status, Stored, ValueProblem, parse_moment

STATUS_WORDS = frozenset(Status)

DETAILS = ("value", "status", "source", "on", "note", "reason")
"""What an answer written as a mapping may say."""


class Reader:
    """Reads answers against a protocol; what does not fit stands in ``found``."""

    def __init__(self, protocol: Protocol, as_of: str) -> None:
        self.protocol = protocol
        self.as_of = parse_moment(as_of)
        self.found: list[Diagnostic] = []

    def problem(self, mark: Mark, code: str, message: str, hint: str = "") -> None:
        self.found.append(mark.diagnostic(code, message, hint))

    def entry(self, key: Scalar, node: Node) -> Iterator[GiveAnswer]:
        if key.text in self.protocol.groups:
            yield from self.group(key, node)
        elif (question := self.protocol.questions.get(key.text)) is not None:
            command = self.answer(question, node)
            if command is not None:
                yield command
        else:
            known = [*self.protocol.groups, *(name for name in self.protocol.questions if "[" not in name)]
            self.problem(key.mark, "P210", f"no question is called {key.text!r}", near_miss(key.text, known))

    def group(self, key: Scalar, node: Node) -> Iterator[GiveAnswer]:
        group = self.protocol.groups[key.text]
        if not isinstance(node, Sequence):
            self.problem(node.mark, "P112", f"{key.text!r} is a list with one mapping for each row")
            return
        if len(node.items) > group.most:
            self.problem(node.mark, "P301", f"{len(node.items)} rows; {group.most} is the most")
            return
        yield GiveAnswer(group.count, value=str(len(node.items)), via="file", confirmed=True)
        for row, item in enumerate(node.items, start=1):
            if not isinstance(item, Mapping):
                self.problem(item.mark, "P112", "a row is a mapping of fields to answers")
                continue
            for name, value in item.entries:
                if name.text not in group.fields:
                    hint = near_miss(name.text, group.fields) or f"the fields are {', '.join(group.fields)}"
                    self.problem(name.mark, "P210", f"{key.text!r} has no field {name.text!r}", hint)
                    continue
                command = self.answer(self.protocol.questions[question_key(key.text, row, name.text)], value)
                if command is not None:
                    yield command

    def answer(self, question: Question, node: Node) -> GiveAnswer | None:
        detailed = isinstance(node, Mapping) and (
            not question.is_table or any(key.text in {"value", "status"} for key, _ in node.entries)
        )
        if detailed:
            assert isinstance(node, Mapping)
            return self.detailed(question, node)
        if isinstance(node, Scalar) and node.text in STATUS_WORDS:
            return GiveAnswer(question.id, status=node.text, via="file")
        return self.value(question, node)

    def detailed(self, question: Question, node: Mapping) -> GiveAnswer | None:
        details: dict[str, Any] = {}
        for key, value in node.entries:
            if key.text not in DETAILS:
                hint = near_miss(key.text, DETAILS) or f"one of {', '.join(DETAILS)}"
                self.problem(key.mark, "P110", f"{key.text!r} is not a key of an answer", hint)
            elif key.text != "value" and not isinstance(value, Scalar):
                self.problem(value.mark, "P112", f"{key.text!r} is one text")
            else:
                details[key.text] = value
        if ("value" in details) == ("status" in details):
            self.problem(node.mark, "P111", f"{question.id}: either 'value' or 'status' is needed")
            return None
        if "status" in details:
            command: GiveAnswer | None = self.status(question, details["status"])
        else:
            command = self.value(question, details["value"])
        if command is None:
            return None
        texts: dict[str, str] = {
            name: plain(details[name]) for name in ("source", "on", "note", "reason") if name in details
        }
        return self.with_details(command, texts, details)

    def with_details(self, command: GiveAnswer, texts: dict[str, str], nodes: dict[str, Any]) -> GiveAnswer | None:
        if "source" in texts and texts["source"] not in list(Source):
            hint = near_miss(texts["source"], Source) or f"one of {', '.join(Source)}"
            self.problem(nodes["source"].mark, "P301", f"{texts['source']!r} is not a source", hint)
            return None
        if "on" in texts:
            try:
                if parse_moment(texts["on"]) > self.as_of:
                    raise ValueProblem(f"{texts['on']} lies after as_of")
            except ValueProblem as error:
                self.problem(nodes["on"].mark, "P301", str(error))
                return None
        return replace(command, **texts)  # type: ignore[arg-type]

    def status(self, question: Question, node: Scalar) -> GiveAnswer | None:
        if node.text not in STATUS_WORDS:
            hint = near_miss(node.text, STATUS_WORDS) or f"one of {', '.join(Status)}"
            self.problem(node.mark, "P301", f"{node.text!r} is not a status", hint)
            return None
        return GiveAnswer(question.id, status=node.text, via="file")

    def value(self, question: Question, node: Node) -> GiveAnswer | None:
        try:
            stored = stored_value(question, node)
            accept(question, stored, self.as_of)
        except ValueProblem as error:
            hint = ""
            if isinstance(node, Scalar) and question.options:
                hint = near_miss(node.text, [*(option.id for option in question.options), *Status])
            self.problem(node.mark, "P301", f"{question.id}: {error}", hint)
            return None
        return GiveAnswer(question.id, value=stored, via="file", confirmed=True)


def stored_value(question: Question, node: Node) -> Stored:
    """Return the stored form of a value written in YAML.

    Raises: ValueProblem when its shape does not fit the question.
    """
    if question.type is QuestionType.SEVERAL:
        if isinstance(node, Scalar):
            return [node.text]
        if isinstance(node, Sequence) and all(isinstance(item, Scalar) for item in node.items):
            order = [option.id for option in question.options]
            given = [item.text for item in node.items if isinstance(item, Scalar)]
            return sorted(given, key=lambda each: order.index(each) if each in order else len(order))
        raise ValueProblem("a list of options is expected")
    if question.type is QuestionType.GRID:
        return _grid(question, node)
    if question.type is QuestionType.INSTRUMENT:
        return _items(question, node)
    if not isinstance(node, Scalar):
        raise ValueProblem("one value is expected")
    if question.type is QuestionType.SCALE:
        try:
            return int(node.text)
        except ValueError as error:
            raise ValueProblem(f"{node.text!r} is not a whole number") from error
    return node.text


def _items(question: Question, node: Node) -> dict[str, str]:
    """Read items with their options, or the options alone in the order of all items."""
    if isinstance(node, Sequence) and len(node.items) == len(question.rows):
        pairs = list(zip((item.id for item in question.rows), node.items, strict=True))
    elif isinstance(node, Mapping):
        pairs = [(key.text, value) for key, value in node.entries]
    else:
        raise ValueProblem(f"a mapping of items to options is expected, or the options of all {len(question.rows)}")
    if not all(isinstance(value, Scalar) for _, value in pairs):
        raise ValueProblem("an item has one option")
    # What stands later counts: an item of one's own stands behind what is taken over.
    return {name: value.text for name, value in pairs if isinstance(value, Scalar)}


OTHERWISE = "otherwise"
"""In a table: what stands in every cell that is not written, or of a table of records in every row."""


def _grid(question: Question, node: Node) -> dict[str, str]:
    if not isinstance(node, Mapping):
        raise ValueProblem("a mapping of row.column to a grade is expected")
    cells: dict[str, str] = {}
    otherwise = False
    for key, value in node.entries:
        if key.text == OTHERWISE:
            if not isinstance(value, Scalar) or value.text != question.normal:
                raise ValueProblem(f"'{OTHERWISE}' is {question.normal or 'left out'}: it names the normal option")
            otherwise = True
        elif isinstance(value, Scalar) and value.text == question.normal and "." not in key.text:
            cells |= row_normal(question, key.text)
        elif isinstance(value, Scalar):
            cells[key.text] = value.text
        elif isinstance(value, Mapping) and all(isinstance(inner, Scalar) for _, inner in value.entries):
            cells |= {f"{key.text}.{column.text}": plain(inner) for column, inner in value.entries}
        else:
            raise ValueProblem(f"{key.text!r} holds neither a grade nor columns with grades")
    return rest_normal(question, cells) if otherwise and cells.keys() <= question.cells.keys() else cells
