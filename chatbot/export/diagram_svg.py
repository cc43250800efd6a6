"""A diagram as SVG: texts measured and wrapped, both colour schemes, nothing said by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from chatbot.core.text import columns, visible, wrap
from chatbot.export.diagram import (
    ANSWERED,
    MARKS,
    NOT_APPLICABLE,
    NOT_ASKED,
    WITHOUT_VALUE,
    Box,
    Diagram,
    Step,
    path_note,
)
from chatbot.export.diagram_layout import Layout, Point, laid_out

EM = 0.602
"""Width of a character of a monospaced font, in its size: all letters take the same, so that texts can be measured."""

LINE = 1.32
"""Height of a line, in the size of its letters."""

HEAD, TITLE, TEXT, DETAIL = 11.0, 14.0, 13.0, 11.0
"""Sizes of letters."""

PAD, MARGIN = 12.0, 24.0
WIDEST = 36
"""Characters in a line of a box."""

LONGEST_ANSWER = 120

_NAMES = ("paper", "ink", "quiet", "line", "fill", "strong")
LIGHT = dict(zip(_NAMES, ("#ffffff", "#1a1a1a", "#595959", "#6b6b6b", "#f4f4f2", "#00507a"), strict=True))
DARK = dict(zip(_NAMES, ("#16181b", "#ececec", "#a9adb3", "#8f959c", "#24282d", "#7cc4ee"), strict=True))
"""Colours by what they draw, one set for each colour scheme of the reader."""

CORNERS = {"finding": 16.0, "phase": 16.0, "urgency": 16.0, "any": 16.0}
"""Round corners by kind; others are square."""

DASHES = {"guard": "7 4", "neighbour": "2 4", "any": "7 4"}
"""Dashed outlines by kind."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One line of text in a box."""

    text: str
    size: float
    ink: str
    bold: bool = False
    indent: float = 0.0

    @property
    def width(self) -> float:
        return self.indent + columns(self.text) * self.size * EM

    @property
    def height(self) -> float:
        return self.size * LINE


def diagram_svg(diagrams: Sequence[Diagram]) -> str:
    """Return diagrams one below the other as an SVG document.

    Raises: UsageError when the library that lays them out is not installed.
    """
    parts: list[str] = []
    y, width = MARGIN, 0.0
    for diagram in diagrams:
        texts = [_lines(box) for box in diagram.boxes]
        sizes = [_size(lines) for lines in texts]
        longest = max((columns(line) for arrow in diagram.arrows for line in _label_lines(arrow.label)), default=0)
        layout = laid_out(diagram, sizes, 70.0 + longest * DETAIL * EM * 1.6)
        title = _Said(visible(diagram.title), 18.0, "ink", bold=True)
        parts.append(_text(title, MARGIN, y + 18.0))
        y += 40.0
        parts.append(f'<g transform="translate({MARGIN:.1f} {y:.1f})">')
        parts += [_arrow(route) for route in layout.routes]
        parts += _boxes(diagram, layout, texts, sizes)
        parts += _labels(diagram, layout, sizes)
        parts.append("</g>")
        y += layout.height + 18.0
        width = max(width, layout.width, title.width)
        for note in (*diagram.notes, *_legend(diagram)):
            for line in wrap(note, 110):
                said = _Said(line, TEXT, "quiet")
                y += said.height
                parts.append(_text(said, MARGIN, y))
                width = max(width, said.width)
        y += 40.0
    return _document("\n".join(parts), width + 2 * MARGIN, y, diagrams[0].title if diagrams else "")


def _document(body: str, width: float, height: float, title: str) -> str:
    light = "".join(_rule(name, colour) for name, colour in LIGHT.items())
    dark = "".join(_rule(name, colour) for name, colour in DARK.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        "font-family=\"'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace\">\n"
        f"<title>{escape(visible(title))}</title>\n"
        f"<style>{light}@media (prefers-color-scheme: dark) {{{dark}}}</style>\n"
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" class="f-line"/></marker></defs>\n'
        f'<rect width="100%" height="100%" class="f-paper"/>\n{body}\n</svg>\n'
    )


def _rule(name: str, colour: str) -> str:
    return f".f-{name}{{fill:{colour}}}.s-{name}{{stroke:{colour}}}"


# --- boxes ----------------------------------------------------------------------------------------


def _lines(box: Box) -> list[_Said]:
    lines = [_Said(box.head, HEAD, "quiet")]
    if box.step is not None:
        lines += [_Said(each, TEXT, "strong", bold=True) for each in _wrapped(_stepped(box.step), TEXT)]
    lines += [_Said(each, TITLE, "ink", bold=True) for each in _wrapped(box.title, TITLE)]
    for row in box.rows:
        text = row.text if row.step is None else f"{_sign(row.step)} {row.text}"
        bold = row.step is not None and bool(row.step.number)
        if text:
            lines += [_Said(each, TEXT, "strong" if bold else "ink", bold) for each in _wrapped(text, TEXT)]
        if row.step is not None and row.step.said:
            answer = _wrapped(f"= {_short(row.step.said)}", DETAIL)
            lines += [_Said(each, DETAIL, "ink", indent=14.0) for each in answer]
        if row.detail:
            lines += [_Said(each, DETAIL, "quiet", indent=14.0) for each in _wrapped(row.detail, DETAIL)]
    return lines


def _wrapped(text: str, size: float) -> list[str]:
    return wrap(" ".join(text.split()), int(WIDEST * TEXT / size))


def _stepped(step: Step) -> str:
    said = f": {_short(step.said)}" if step.said else ""
    return f"{_sign(step)} {step.word}{said}"


def _sign(step: Step) -> str:
    return f"{step.number}{MARKS[step.state]}" if step.number else MARKS[step.state]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_ANSWER else f"{text[: LONGEST_ANSWER - 1]}…"


def _size(lines: Sequence[_Said]) -> tuple[float, float]:
    return max(line.width for line in lines) + 2 * PAD, sum(line.height for line in lines) + 2 * PAD


def _boxes(
    diagram: Diagram, layout: Layout, texts: Sequence[Sequence[_Said]], sizes: Sequence[tuple[float, float]]
) -> list[str]:
    parts = []
    for box, (x, y), lines, (width, height) in zip(diagram.boxes, layout.corners, texts, sizes, strict=True):
        parts.append(f"<g><title>{escape(visible(box.title))}</title>")
        parts.append(_outline(box, x, y, width, height))
        at = y + PAD
        for line in lines:
            at += line.height
            parts.append(_text(line, x + PAD, at - line.height * 0.24))
        parts.append("</g>")
    return parts


def _outline(box: Box, x: float, y: float, width: float, height: float) -> str:
    corner = CORNERS.get(box.kind, 2.0)
    dashes = DASHES.get(box.kind, "")
    thick, stroke = 1.3, "line"
    if box.step is not None:
        thick, stroke = {ANSWERED: (3.2, "strong"), WITHOUT_VALUE: (3.2, "strong")}.get(box.step.state, (1.0, "line"))
        dashes = {WITHOUT_VALUE: "9 5", NOT_ASKED: "2 4", NOT_APPLICABLE: "2 4"}.get(box.step.state, dashes)
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    shape = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{corner}" '
        f'class="f-fill s-{stroke}" stroke-width="{thick}"{dash}/>'
    )
    if box.kind == "flag":  # a second line inside: the double outline of an alarm
        shape += (
            f'<rect x="{x + 3:.1f}" y="{y + 3:.1f}" width="{width - 6:.1f}" height="{height - 6:.1f}" '
            'fill="none" class="s-line" stroke-width="1"/>'
        )
    if box.kind == "rule":  # a bar at the left, as of something to be ticked off
        shape += f'<rect x="{x:.1f}" y="{y:.1f}" width="4" height="{height:.1f}" class="f-line"/>'
    return shape


def _text(said: _Said, x: float, y: float) -> str:
    weight = ' font-weight="bold"' if said.bold else ""
    return (
        f'<text x="{x + said.indent:.1f}" y="{y:.1f}" font-size="{said.size:g}" class="f-{said.ink}"{weight} '
        f'textLength="{max(1.0, columns(said.text) * said.size * EM):.1f}" lengthAdjust="spacingAndGlyphs" '
        f'xml:space="preserve">{escape(visible(said.text))}</text>'
    )


# --- arrows ---------------------------------------------------------------------------------------


def _arrow(route: Sequence[Point]) -> str:
    path = [f"M{route[0][0]:.1f} {route[0][1]:.1f}"]
    for (x, y), (to_x, to_y) in pairwise(route):
        if y == to_y:
            path.append(f"L{to_x:.1f} {to_y:.1f}")
            continue
        bend = (to_x - x) / 2 if to_x != x else 40.0
        back = to_x - bend if to_x != x else x + bend
        path.append(f"C{x + bend:.1f} {y:.1f} {back:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
    return f'<path d="{" ".join(path)}" fill="none" class="s-line" stroke-width="1.2" marker-end="url(#tip)"/>'


_Rect = tuple[float, float, float, float]


def _labels(diagram: Diagram, layout: Layout, sizes: Sequence[tuple[float, float]]) -> list[str]:
    """Draw the words on arrows, each where it covers no box and no other words, as far as there is room."""
    corners = zip(layout.corners, sizes, strict=True)
    taken: list[_Rect] = [(x, y, x + width, y + height) for (x, y), (width, height) in corners]
    parts = []
    for route, arrow in zip(layout.routes, diagram.arrows, strict=True):
        if not arrow.label:
            continue
        lines = _label_lines(arrow.label)
        width, height = max(map(columns, lines)) * DETAIL * EM + 6, len(lines) * DETAIL * LINE
        places = [_on_curve(route, share) for share in (0.62, 0.56, 0.5, 0.7, 0.44, 0.78, 0.36, 0.28)]
        rects = [(x - width / 2, y - height / 2, x + width / 2, y + height / 2) for x, y in places]
        free = [rect for rect in rects if not any(_meet(rect, other) for other in taken)]
        taken.append(free[0] if free else rects[0])
        parts.append(_label(lines, taken[-1]))
    return parts


def _on_curve(route: Sequence[Point], share: float) -> Point:
    """Return a point of the last stretch of an arrow, a *share* of the way along."""
    (x, y), (to_x, to_y) = route[-2], route[-1]
    rest = 1 - share
    across = 1.5 * share * rest**2 + 1.5 * share**2 * rest + share**3
    return x + (to_x - x) * across, y + (to_y - y) * (3 * share**2 - 2 * share**3)


def _meet(one: _Rect, other: _Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _label_lines(label: str) -> list[str]:
    return wrap(label, 20)


def _label(lines: Sequence[str], rect: _Rect) -> str:
    left, top, right, bottom = rect
    parts = [
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" '
        'rx="3" class="f-paper" opacity="0.92"/>'
    ]
    for place, line in enumerate(lines, 1):
        said = _Said(line, DETAIL, "quiet")
        parts.append(_text(said, (left + right - said.width) / 2, top + place * said.height - said.height * 0.24))
    return "".join(parts)


# --- legend ---------------------------------------------------------------------------------------

_KINDS = {
    "section": "square: a section with its questions",
    "question": "square: a question",
    "neighbour": "dotted: a question of another section",
    "finding": "round: a finding",
    "flag": "double line: red flags",
    "guard": "dashed: a guard",
    "rule": "bar at the left: rules",
    "any": "dashed: every open phase at once",
}


def _legend(diagram: Diagram) -> list[str]:
    kinds = {box.kind for box in diagram.boxes}
    said = [words for kind, words in _KINDS.items() if kind in kinds]
    notes = [f"{'; '.join(said)}."] if said else []
    steps = [box.step for box in diagram.boxes] + [row.step for box in diagram.boxes for row in box.rows]
    if any(step is not None for step in steps):
        notes.append(path_note(diagram))
    return notes
