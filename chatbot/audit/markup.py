"""Markup of a report: every text is escaped at one place, and tables and drawings look the same throughout."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatbot.audit.plots import Drawing
from chatbot.audit.standards_shown import HIDDEN
from chatbot.audit.tally import Times
from chatbot.core.protocol import Protocol
from chatbot.core.text import visible


class Safe(str):
    """Text that is markup already. Everything else is escaped where it is put in."""

    __slots__ = ()


def put(content: object) -> Safe:
    """Return content as markup: the one place where text becomes part of the page."""
    return content if isinstance(content, Safe) else Safe(html.escape(visible(str(content)), quote=True))


def el(tag: str, *content: object, **attributes: str) -> Safe:
    """Return an element; ``class_`` is the class."""
    written = "".join(f' {name.rstrip("_")}="{put(value)}"' for name, value in attributes.items())
    return Safe(f"<{tag}{written}>{''.join(put(each) for each in content)}</{tag}>")


def joined(parts: Iterable[Safe]) -> Safe:
    """Return parts one after the other."""
    return Safe("\n".join(parts))


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]], *, texts: int = 1) -> Safe:
    """Return a table; the first *texts* columns are text, the others numbers."""

    def kind(at: int) -> dict[str, str]:
        return {} if at < texts else {"class_": "n"}

    head = el("tr", *(el("th", name, scope="col", **kind(at)) for at, name in enumerate(heads)))
    body = [
        el(
            "tr",
            *(el("th", cell, scope="row") if at == 0 else el("td", cell, **kind(at)) for at, cell in enumerate(row)),
        )
        for row in rows
    ]
    return el(
        "div",
        el("table", el("caption", caption), el("thead", head) if any(heads) else "", el("tbody", *body)),
        class_="wide",
    )


def plot(name: str, title: str, about: str, draw: Any, *data: Any) -> Safe:
    return Safe(draw(Drawing(f"plot-{name}", title, about), *data))


def more(summary: str, *content: Safe) -> Safe:
    """Return numbers that stand open for whoever prints and closed for nobody: a browser may fold them."""
    return Safe(f"<details open>{el('summary', summary)}{''.join(content)}</details>")


def share(number: int, of: int) -> str:
    return f"{100 * number / of:.1f} %" if of else ""


def cell(number: float | None) -> str:
    return HIDDEN if number is None else f"{number:.1f}"


def centiles(times: Times) -> str:
    ends: Mapping[int, int | None] = {each: times.quantile(each) for each in (10, 50, 90)}
    said = ", ".join(f"{each}th {end / 60:.1f}" for each, end in ends.items() if end is not None)
    return f"Centiles in minutes: {said} (n = {len(times)})."


class Words:
    """What questions, rules, sections and levels are called."""

    def __init__(self, protocols: Sequence[Protocol]) -> None:
        self.protocols = protocols

    def question(self, key: str) -> str:
        for protocol in self.protocols:
            if key in protocol.questions:
                return protocol.questions[key].named.clinician
        return key

    def sections(self) -> dict[str, str]:
        """Return the sections in the order of the interview, with what they are called; what is in none comes last."""
        found = {
            question.section: question.section.replace("_", " ")
            for protocol in self.protocols
            for question in protocol.questions.values()
        }
        return {**found, "": "review, plan, alarms"}

    def rule(self, name: str) -> str:
        for protocol in self.protocols:
            if name in protocol.rules:
                return protocol.rules[name].title.clinician
        return name

    def label(self, key: str, default: str) -> str:
        for protocol in self.protocols:
            if key in protocol.labels:
                return protocol.labels[key].clinician
        return default

    def urgency(self, level: str) -> str:
        return self.label(f"urgency.{level}", level.replace("_", " "))

    def reason(self, code: str) -> str:
        plain = code.replace("_", " ") or "no reason"
        return self.label(f"decision_reason.{code}", self.label(f"reason.{code}", plain))
