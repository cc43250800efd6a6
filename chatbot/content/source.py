"""YAML text to values with positions. Every scalar stays the string its author wrote.

The stream of events is guarded before anything is built from it: size, depth and number of events are
bounded, and anchors, aliases, tags, merge keys and further documents are refused. What YAML 1.1 would make of
``no``, ``1:30``, ``010`` or a date never comes up, because nothing here resolves a type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from chatbot.content.diagnostics import Diagnostic

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 40
MOST_EVENTS = 50_000

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: ten times faster, and the guard below keeps it from deep nesting."""

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file as its author wrote it."""

    path: str
    """As the author names it."""
    text: str
    lines: tuple[str, ...] = field(repr=False)

    def diagnostic(
        self, code: str, message: str, line: int, column: int, width: int = 1, hint: str = "", severity: str = "error"
    ) -> Diagnostic:
        """Return a diagnostic about a stretch of this file; line and column count from 1."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Diagnostic(code, message, self.path, line, column, width, text, hint, severity)


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a file: from its first character up to before its last."""

    source: Source
    line: int
    column: int
    """From 1."""
    start: int
    end: int
    """Offsets into the text of the file."""

    def diagnostic(self, code: str, message: str, hint: str = "", severity: str = "error") -> Diagnostic:
        """Return a diagnostic about this stretch."""
        first = self.source.text[self.start : self.end].split("\n", 1)[0]
        return self.source.diagnostic(code, message, self.line, self.column, max(1, len(first)), hint, severity)

    def within(self, value: str, start: int, end: int) -> Mark:
        """Return the place of ``value[start:end]`` in the file, whatever the style the scalar is written in."""
        word = value[start:end] or value[start : start + 1]
        if not word.strip():
            return self
        raw = self.source.text[self.start : self.end]
        index = -1
        for _ in range(_occurrences(value, word, start) + 1):
            index = raw.find(word, index + 1)
            if index < 0:
                return self
        at = self.start + index
        line = self.source.text.count("\n", 0, at)
        column = at - (self.source.text.rfind("\n", 0, at) + 1)
        return Mark(self.source, line + 1, column + 1, at, at + len(word))


def _occurrences(value: str, word: str, before: int) -> int:
    count, index = 0, value.find(word)
    while 0 <= index < before:
        count, index = count + 1, value.find(word, index + 1)
    return count


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[tuple[Scalar, Node], ...]
    mark: Mark

    def key(self, name: str) -> Scalar | None:
        """Return the key of an entry."""
        return next((key for key, _ in self.entries if key.text == name), None)

    def value(self, name: str) -> Node | None:
        """Return the value of an entry."""
        return next((value for key, value in self.entries if key.text == name), None)


Node = Scalar | Sequence | Mapping


class _Refused(Exception):
    """Raised inside one file when reading on makes no sense; the diagnostic is noted."""


def read(path: Path, shown: str) -> tuple[Node | None, list[Diagnostic]]:
    """Read a YAML file. Returns its root, or None with what is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "cannot be read"
        return None, [Diagnostic("P113", f"cannot read the file: {reason}", shown, 0, 1, hint="check name and rights")]
    return parse(data, shown)


def parse(data: bytes, shown: str) -> tuple[Node | None, list[Diagnostic]]:
    """Parse the bytes of a YAML file. Returns its root, or None with what is wrong."""
    if len(data) > MOST_BYTES:
        message = f"the file has {len(data)} bytes; {MOST_BYTES} is the most"
        return None, [Diagnostic("P103", message, shown, 0, 1, hint="split it")]
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"byte {data[error.start]:#04x} is not UTF-8"
        return None, [Diagnostic("P101", message, shown, line, column, hint="save the file as UTF-8")]
    source = Source(shown, text, tuple(text.split("\n")))
    found = list(_forbidden_characters(source))
    if found:
        return None, found
    builder = _Builder(source)
    try:
        root = builder.document()
    except _Refused:
        return None, builder.found
    except yaml.YAMLError as error:
        return None, [_syntax_error(source, error)]
    return (None if builder.found else root), builder.found


def _forbidden_characters(source: Source) -> Iterator[Diagnostic]:
    for match in _FORBIDDEN.finditer(source.text):
        line = source.text.count("\n", 0, match.start()) + 1
        column = match.start() - (source.text.rfind("\n", 0, match.start()) + 1) + 1
        yield source.diagnostic("P108", _hidden(match), line, column, hint="delete it")


def _hidden(match: re.Match[str]) -> str:
    return f"the character U+{ord(match.group()):04X} does not show and may change what is shown"


def _syntax_error(source: Source, error: yaml.YAMLError) -> Diagnostic:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).split("\n", 1)[0]
    context = getattr(error, "context", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    message = f"not YAML: {problem}" + (f", {context}" if context else "")
    hint = (
        "indent with spaces"
        if "'\\t'" in message
        else "quote a text that holds ': ' or begins with a special character"
    )
    return source.diagnostic("P102", message, line, column, hint=hint)


class _Builder:
    """Builds nodes straight from guarded events; notes what is wrong and reads on where it can."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.events = self.guarded()

    def mark(self, first: Any, last: Any) -> Mark:
        start, end = first.start_mark, last.end_mark
        return Mark(self.source, start.line + 1, start.column + 1, start.index, end.index)

    def stop(self, code: str, message: str, event: Any, hint: str = "") -> _Refused:
        self.found.append(self.mark(event, event).diagnostic(code, message, hint))
        return _Refused()

    def guarded(self) -> Iterator[Any]:
        depth = documents = 0
        for count, event in enumerate(yaml.parse(self.source.text, Loader=LOADER), start=1):
            if count > MOST_EVENTS:
                raise self.stop("P103", f"the file has more than {MOST_EVENTS} parts", event, "split it")
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1 or event.version or event.tags:
                    raise self.stop("P106", "one document without directives is expected", event, "use one file each")
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MOST_DEPTH:
                    raise self.stop("P103", f"nested deeper than {MOST_DEPTH} levels", event, "make it flatter")
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self.stop("P104", "anchors and aliases are not read", event, "write it out")
            if tag := getattr(event, "tag", None):
                raise self.stop("P105", f"tags such as {tag!r} are not read", event, "delete the tag")
            yield event

    def document(self) -> Node | None:
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                root = self.node(next(self.events))
                for _ in self.events:
                    """Read on: a second document is refused by the guard."""
                return root
        self.found.append(self.source.diagnostic("P109", "the file is empty", 1, 1, hint="write its content"))
        return None

    def node(self, event: Any) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            scalar = Scalar(event.value, self.mark(event, event))
            if (hidden := _FORBIDDEN.search(event.value)) is not None:
                # An escape such as "\u202e" is harmless in the file and not in the text it makes.
                self.found.append(scalar.mark.diagnostic("P108", _hidden(hidden), "delete the escape"))
            if event.value == "" and not event.style:
                self.found.append(scalar.mark.diagnostic("P109", "there is no value", "write one, or delete the key"))
            return scalar
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(last := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(last))
            return Sequence(tuple(items), self.mark(event, last))
        return self.mapping(event)

    def mapping(self, first: Any) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(last := next(self.events), yaml.MappingEndEvent):
            key = self.node(last)
            if not isinstance(key, Scalar):
                raise self.stop("P112", "a key is a word", last, "write a simple key")
            if key.text == "<<":
                raise self.stop("P104", "merge keys are not read", last, "write it out")
            value = self.node(next(self.events))
            if key.text in entries:
                other = entries[key.text][0].mark.line
                hint = f"it stands in line {other} already; rename or delete one"
                self.found.append(key.mark.diagnostic("P107", f"the key {key.text!r} stands twice", hint))
            entries.setdefault(key.text, (key, value))
        return Mapping(tuple(entries.values()), self.mark(first, last))


def plain(node: Node) -> Any:
    """Return a node as strings, lists and dicts."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


def _along(root: Node, path: tuple[str | int, ...]) -> Iterator[tuple[Mark, Node]]:
    """Yield the root and every node on a path, each with the place of its key; parts that do not exist are skipped."""
    node = root
    yield root.mark, node
    for part in path:
        if isinstance(node, Mapping) and isinstance(part, str):
            value, name = node.value(part), node.key(part)
            if value is not None and name is not None:
                node = value
                yield name.mark, node
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            yield node.mark, node


def at(root: Node, path: tuple[str | int, ...], *, key: bool = False) -> Mark:
    """Return the place of a value, or with *key* of its key; parts of the path that do not exist are skipped."""
    *_, (name, node) = _along(root, path)
    return name if key else node.mark


def node_at(root: Node, path: tuple[str | int, ...]) -> Node:
    """Return the node at a path, as ``at`` finds its place."""
    *_, (_, node) = _along(root, path)
    return node
