"""The drawings of an audit, as SVG that stands inside a page: the same numbers always give the same bytes.

Text stays text. Colours are names of the page's style, so that a drawing follows light, dark and print. Nothing is
fetched. Every drawing has a title and a description; the page has a table of the same numbers beside each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import StringIO
from textwrap import wrap
from typing import Any

from chatbot.core.text import visible
from chatbot.errors import EnvironmentProblem

INK, SOFT, SERIES = "#010203", "#040506", ("#111213", "#212223", "#313233", "#414243")
_STYLE = {INK: "var(--ink)", SOFT: "var(--soft)", **{each: f"var(--s{at})" for at, each in enumerate(SERIES, 1)}}
"""What matplotlib is told to what the page is told."""

WIDTH = 7.4
"""Inches, at 72 to an inch: what fits a printed page."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """What every drawing says of itself."""

    name: str
    """Unique in the page."""
    title: str
    about: str
    """What is to be seen, for whoever does not see it."""


@contextmanager
def _canvas(drawing: Drawing, height: float) -> Iterator[tuple[Any, StringIO]]:
    """Give axes to draw on; the SVG stands in the text when the context ends."""
    try:
        import matplotlib
    except ModuleNotFoundError as error:
        raise EnvironmentProblem(
            "the report in HTML draws with matplotlib, which is not installed",
            code="U003",
            hint="pip install 'backstory[audit]'",
        ) from error
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    settings: dict[str, Any] = {
        "svg.hashsalt": f"backstory/{drawing.name}",
        "svg.fonttype": "none",
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "text.color": INK,
        "axes.edgecolor": SOFT,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": INK,
        "ytick.color": INK,
    }
    out = StringIO()
    with matplotlib.rc_context(settings):  # type: ignore[arg-type]
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        yield axes, out
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})


def _inline(svg: str, drawing: Drawing) -> str:
    """Return the SVG element alone, with title and description, its ids its own and its colours the page's."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"\s*<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    used = set(re.findall(r"(?:url\(#|href=\"#)([\w-]+)", body))

    def own(match: re.Match[str]) -> str:
        return f' id="{drawing.name}-{match[1]}"' if match[1] in used else ""

    body = re.sub(r' id="([^"]*)"', own, body)
    body = re.sub(r"(url\(#|href=\"#)", rf"\g<1>{drawing.name}-", body)
    for colour, name in _STYLE.items():
        body = body.replace(colour, name)
    body = body.replace("'DejaVu Sans'", "system-ui, sans-serif")
    head = (
        f'<svg role="img" aria-labelledby="{drawing.name}-title {drawing.name}-desc" class="plot" id="{drawing.name}" '
    )
    said = (
        f'<title id="{drawing.name}-title">{escape(visible(drawing.title))}</title>'
        f'<desc id="{drawing.name}-desc">{escape(visible(drawing.about))}</desc>'
    )
    body = body.replace("<svg ", head, 1)
    at = body.index(">") + 1
    # The size in the page is that of the page; the box keeps the shape.
    start = re.sub(r' (?:width|height)="[^"]*pt"', "", body[:at])
    return start + said + body[at:].strip()


def _drawn(drawing: Drawing, height: float, draw: Callable[[Any], None]) -> str:
    with _canvas(drawing, height) as (axes, out):
        draw(axes)
    return _inline(out.getvalue(), drawing)


def histogram(drawing: Drawing, minutes: Mapping[int, int], middle: float, label: str) -> str:
    """Draw how many cases took how many whole minutes, with a line at the median."""

    def draw(axes: Any) -> None:
        axes.bar(
            [each + 0.5 for each in minutes],
            list(minutes.values()),
            width=0.92,
            color=SERIES[2],
            edgecolor=INK,
            linewidth=0.4,
        )
        axes.axvline(middle, color=INK, linewidth=1.5, linestyle="--")
        axes.annotate(
            f"median {middle:.1f} min", (middle, 1), xycoords=("data", "axes fraction"), xytext=(5, -3),
            textcoords="offset points", va="top",
        )  # fmt: skip
        axes.set_xlim(0, max(minutes) + 1.5)
        axes.set_ylim(0, max(minutes.values()) * 1.18)
        axes.set_xlabel(label)
        axes.set_ylabel("cases")

    return _drawn(drawing, 2.8, draw)


def bars(drawing: Drawing, rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], label: str) -> str:
    """Draw a bar for each row, its parts side by side; the sum stands at its end."""

    def draw(axes: Any) -> None:
        places = range(len(rows))
        left = [0.0] * len(rows)
        for at, name in enumerate(names):
            values = [row[1][at] for row in rows]
            # A part of nothing would still draw its edge.
            edges = [0.4 if value else 0.0 for value in values]
            axes.barh(
                places, values, left=left, height=0.72, color=SERIES[at], label=name, edgecolor=INK, linewidth=edges
            )
            left = [before + value for before, value in zip(left, values, strict=True)]
        top = max(left, default=0) or 1
        for place, total in zip(places, left, strict=True):
            axes.annotate(f"{total:g}", (total, place), xytext=(4, 0), textcoords="offset points", va="center")
        axes.set_xlim(0, top * 1.12)
        _named(axes, [row[0] for row in rows])
        axes.set_xlabel(label)
        if len(names) > 1:
            axes.legend(
                loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(names), frameon=False, borderaxespad=0.2
            )

    return _drawn(drawing, 0.9 + 0.25 * len(rows) + (0.25 if len(names) > 1 else 0), draw)


def spreads(drawing: Drawing, rows: Sequence[tuple[str, Sequence[float]]], label: str) -> str:
    """Draw for each row (name, 10th, 25th, 50th, 75th, 90th centile): a line, a box on it, and a mark at the middle."""

    def draw(axes: Any) -> None:
        for place, (_, (low, first, middle, third, high)) in enumerate(rows):
            axes.plot([low, high], [place, place], color=SERIES[0], linewidth=1.5, solid_capstyle="butt")
            axes.barh([place], [third - first], left=[first], height=0.6, color=SERIES[2], edgecolor=INK, linewidth=0.4)
            axes.plot([middle, middle], [place - 0.38, place + 0.38], color=INK, linewidth=2.2)
        _named(axes, [row[0] for row in rows])
        axes.set_xlim(left=0)
        axes.set_xlabel(label)

    return _drawn(drawing, 0.9 + 0.25 * len(rows), draw)


def dots(drawing: Drawing, rows: Sequence[tuple[str, float]], label: str) -> str:
    """Draw a dot for each row."""

    def draw(axes: Any) -> None:
        axes.scatter([value for _, value in rows], range(len(rows)), s=26, color=SERIES[0], zorder=3)
        axes.grid(axis="y", color=SOFT, linewidth=0.4)
        _named(axes, [name for name, _ in rows])
        axes.set_xlim(left=0)
        axes.set_xlabel(label)

    return _drawn(drawing, 0.9 + 0.22 * len(rows), draw)


def forest(drawing: Drawing, rows: Sequence[tuple[str, float, tuple[float, float], float]]) -> str:
    """Draw for each row (name, percentage, interval, target) a dot with its interval, and a mark at the target."""

    def draw(axes: Any) -> None:
        for place, (_, percent, (low, high), target) in enumerate(rows):
            axes.plot([low, high], [place, place], color=SERIES[0], linewidth=2)
            axes.plot([target, target], [place - 0.38, place + 0.38], color=INK, linewidth=1.2, linestyle=":")
            axes.scatter([percent], [place], s=30, color=SERIES[0], zorder=3)
        _named(axes, [row[0] for row in rows], lines=2)
        axes.set_xlim(-2, 102)
        axes.set_xlabel("per cent, with 95 % interval; the dotted mark is the target")

    return _drawn(drawing, 0.9 + 0.35 * len(rows), draw)


def run_chart(drawing: Drawing, months: Sequence[tuple[str, float | None]], middle: float, target: float) -> str:
    """Draw monthly percentages about their median; a month without a number leaves a gap."""

    def draw(axes: Any) -> None:
        values = [float("nan") if percent is None else percent for _, percent in months]
        axes.plot(range(len(months)), values, color=SERIES[0], linewidth=1.4, marker="o", markersize=4)
        axes.axhline(middle, color=INK, linewidth=1.2, linestyle="--")
        axes.axhline(target, color=INK, linewidth=1.2, linestyle=":")
        close = abs(middle - target) <= 9
        for level, other, word in ((middle, target, "median"), (target, middle, "target")):
            side = "top" if (level, word) < (other, "n") else "bottom"
            axes.annotate(
                word,
                (1, level),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                va=side if close else "center",
            )
        step = -(-len(months) // 12)
        axes.set_xticks(range(0, len(months), step), [month for month, _ in months][::step], rotation=35, ha="right")
        axes.set_ylim(-4, 104)
        axes.set_ylabel("per cent")

    return _drawn(drawing, 2.3, draw)


def _named(axes: Any, names: Sequence[str], lines: int = 1) -> None:
    """Write what each row is, the first at the top, in so many lines at most."""
    axes.set_yticks(range(len(names)), [_plain(name, lines) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _plain(text: str, lines: int) -> str:
    """Return text that is drawn as it stands, cut where it is too long: a dollar would begin a formula."""
    wrapped = wrap(visible(text), 46, max_lines=lines, placeholder="…")
    return "\n".join(wrapped).replace("$", r"\$")
