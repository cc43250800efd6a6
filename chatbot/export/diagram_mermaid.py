"""A diagram as Mermaid text, for pages that draw it themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot.core.text import visible
from chatbot.export.diagram import ANSWERED, MARKS, NOT_APPLICABLE, NOT_ASKED, WITHOUT_VALUE, Box, Diagram, Row, Step

_SHAPES = {
    "finding": ("([", "])"),
    "flag": ("{{", "}}"),
    "guard": ("[/", "/]"),
    "neighbour": ("[", "]"),
    "phase": ("(", ")"),
    "urgency": ("(", ")"),
    "any": ("([", "])"),
}
"""Brackets that give a box its outline; others are rectangles."""

_CLASSES = {
    ANSWERED: ("answered", "stroke-width:4px"),
    WITHOUT_VALUE: ("withoutvalue", "stroke-width:4px,stroke-dasharray:9 5"),
    NOT_ASKED: ("notasked", "stroke-dasharray:2 4"),
    NOT_APPLICABLE: ("doesnotapply", "stroke-dasharray:2 4"),
}


def diagram_mermaid(diagrams: Sequence[Diagram]) -> str:
    """Return diagrams as one Mermaid flow chart, each in a frame of its own where there are several."""
    lines = ["flowchart LR"]
    for number, diagram in enumerate(diagrams, 1):
        prefix = f"d{number}" if len(diagrams) > 1 else ""
        inner = _diagram(diagram, prefix)
        if prefix:
            inner = [f"subgraph {prefix} [{_quoted(diagram.title)}]", *(f"  {line}" for line in inner), "end"]
        else:
            lines.insert(0, f"---\ntitle: {_plain(diagram.title)}\n---")
        lines += [f"  {line}" for line in inner]
        lines += [f"  %% {_plain(note)}" for note in diagram.notes]
    steps = [step for diagram in diagrams for step in _steps(diagram)]
    lines += [f"  classDef {name} {style}" for state, (name, style) in _CLASSES.items() if state in steps]
    return "\n".join(lines) + "\n"


def _steps(diagram: Diagram) -> set[str]:
    found = {box.step.state for box in diagram.boxes if box.step is not None}
    return found | {row.step.state for box in diagram.boxes for row in box.rows if row.step is not None}


def _diagram(diagram: Diagram, prefix: str) -> list[str]:
    names = {box.id: f"{prefix}n{number}" for number, box in enumerate(diagram.boxes)}
    lines: list[str] = []
    for box in diagram.boxes:
        lines += _group(box, names[box.id]) if len(box.rows) > 1 else [_node(box, names[box.id])]
    for arrow in diagram.arrows:
        label = f"|{_quoted(arrow.label)}|" if arrow.label else ""
        lines.append(f"{names[arrow.source]} -->{label} {names[arrow.target]}")
    return lines


def _node(box: Box, name: str) -> str:
    said = [box.head, *([] if box.step is None else [_said(box.step)]), box.title]
    said += [row.text for row in box.rows if row.text and row.text != box.title]
    return f"{name}{_shaped(said, box.kind)}{_class(box.step)}"


def _group(box: Box, name: str) -> list[str]:
    """Several things in one box are a frame with one node for each."""
    lines = [f"subgraph {name} [{_quoted(f'{box.title} ({box.head})')}]", "  direction TB"]
    for number, row in enumerate(box.rows):
        kind = "question" if box.kind == "section" else box.kind
        lines.append(f"  {name}r{number}{_shaped(_row(row), kind)}{_class(row.step)}")
    return [*lines, "end"]


def _row(row: Row) -> list[str]:
    return [each for each in (row.text, row.detail, "" if row.step is None else _said(row.step)) if each]


def _said(step: Step) -> str:
    number = f"{step.number} " if step.number else ""
    answer = f": {step.said}" if step.said else ""
    return f"{number}{MARKS[step.state]} {step.word}{answer}"


def _shaped(said: Sequence[str], kind: str) -> str:
    left, right = _SHAPES.get(kind, ("[", "]"))
    return f"{left}{_quoted(chr(10).join(said))}{right}"


def _class(step: Step | None) -> str:
    return "" if step is None else f":::{_CLASSES[step.state][0]}"


def _quoted(text: str) -> str:
    """Return a label: nothing in it is syntax of Mermaid or HTML."""
    escaped = "".join(_ENTITIES.get(character, character) for character in visible(text))
    return f'"{escaped}"'.replace("\n", "<br/>").replace("\t", " ")


_ENTITIES = {character: f"#{ord(character)};" for character in '"#&<>`;|{}[]()\\*_~'} | {"_": "_"}


def _plain(text: str) -> str:
    """Return a text for a place without quotes."""
    return re.sub(r"[^\w ,.:–-]+", " ", visible(text)).replace(": ", " – ").strip()
