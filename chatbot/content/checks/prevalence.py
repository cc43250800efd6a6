"""Whether ``prevalence.yaml`` draws answers that exist, in shares that add up."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.prevalence_schema import DrawModel, PrevalenceModel, WantedModel
from chatbot.content.source import Mark, at
from chatbot.core.answers import limits
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.resolve import near_miss
from chatbot.core.values import Status

Path = tuple[str | int, ...]

TYPES = {
    "each": {QuestionType.SEVERAL},
    "always": {QuestionType.SEVERAL},
    "ranges": {QuestionType.NUMBER, QuestionType.SCALE},
    "between": {QuestionType.NUMBER, QuestionType.SCALE},
    "days_ago": {QuestionType.DATE},
}
"""Way of drawing to the types of question it can answer; ``shares`` answers any."""


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield what names nothing (P474) and shares that do not add up (P475)."""
    file = package.single.get("prevalence")
    if file is None:
        return
    model: PrevalenceModel = file.model
    vignettes = [each.stem for each in (package.folder / "vignettes").glob("*.yaml")]
    if model.like not in vignettes:
        yield unknown_name(file, ("like",), "vignette", model.like, vignettes)
    references = package.entries("references")
    for part, entries in (("answers", model.answers), ("pictures", model.pictures), ("facts", model.facts)):
        for name, entry in entries.items():
            for index, cited in enumerate(entry.cites):
                if cited.reference not in references:
                    where = (part, name, "cites", index)
                    yield unknown_name(file, where, "reference", cited.reference, references)
    for name, draw in model.answers.items():
        yield from draw_problems(file, protocol, ("answers", name), name, draw)
    for picture, entry in model.pictures.items():
        for name, one in entry.answers.items():
            yield from draw_problems(file, protocol, ("pictures", picture, "answers", name), name, one)
    for fact, wanted in model.facts.items():
        for part, each in (("all", wanted.all_), ("any", wanted.any_)):
            for name, counts in each.items():
                yield from _wanted(file, protocol, ("facts", fact, part, name), name, counts)


def unknown_name(file: File[Any], path: Path, what: str, name: str, known: Any) -> Diagnostic:
    """Return the diagnostic of a name of ``prevalence.yaml`` that nothing defines."""
    hint = near_miss(name, known) or "correct its spelling"
    return at(file.root, path).diagnostic("P474", f"no {what} is called {name!r}", hint)


def _question(file: File[Any], protocol: Protocol, path: Path, name: str) -> Diagnostic | Question:
    question = protocol.questions.get(name)
    if question is not None:
        return question
    hint = near_miss(name, protocol.questions) or "correct its spelling"
    return at(file.root, path, key=True).diagnostic("P474", f"no question is called {name!r}", hint)


def draw_problems(file: File[Any], protocol: Protocol, path: Path, name: str, draw: DrawModel) -> Iterator[Diagnostic]:
    """Yield what is wrong with the way one answer is drawn."""
    question = _question(file, protocol, path, name)
    if isinstance(question, Diagnostic):
        yield question
        return
    for way in ("each", "always", "ranges", "days_ago", "shares"):
        written = getattr(draw, way)
        if not written:
            continue
        mark = at(file.root, (*path, way))
        if question.type not in TYPES.get(way, set(QuestionType)):
            yield mark.diagnostic("P474", f"{way!r} cannot answer {name}, which is a {question.type}", "see its type")
            return
        for value in written:
            yield from _value(at(file.root, (*path, way, value), key=True), question, way, value)
        if way in {"shares", "ranges", "days_ago"} and sum(written.values()) != 100:
            message = f"the shares of {name} add up to {sum(written.values())}, not 100"
            yield mark.diagnostic("P475", message, "let them add up to 100")
        if way == "each" and any(share > 100 for share in written.values()):
            yield mark.diagnostic("P475", "a share is more than 100", "write per cent")


def _wanted(file: File[Any], protocol: Protocol, path: Path, name: str, one: WantedModel) -> Iterator[Diagnostic]:
    question = _question(file, protocol, path, name)
    if isinstance(question, Diagnostic):
        yield question
        return
    for index, value in enumerate(one.values):
        yield from _value(at(file.root, (*path, index)), question, "values", value)
    for way in ("days_ago", "between"):
        text = getattr(one, way)
        if text is not None:
            if question.type not in TYPES[way]:
                mark = at(file.root, path)
                yield mark.diagnostic("P474", f"{way!r} cannot be asked of {name}, a {question.type}", "see its type")
            yield from _value(at(file.root, (*path, way)), question, "ranges" if way == "between" else way, text)


def _value(mark: Mark, question: Question, way: str, value: str) -> Iterator[Diagnostic]:
    if way in {"ranges", "days_ago"}:
        ends = span(value)
        low, high = limits(question) if way == "ranges" else (Decimal(0), None)
        if ends is None or (low is not None and ends[0] < low) or (high is not None and ends[1] > high):
            yield mark.diagnostic("P474", f"{value!r} is no range of {question.id}", "write it like 0..14")
    elif question.options and value not in [*(each.id for each in question.options), *Status]:
        hint = near_miss(value, [each.id for each in question.options]) or "see its options"
        yield mark.diagnostic("P474", f"{value!r} is no option of {question.id}", hint)


def span(text: str) -> tuple[Decimal, Decimal] | None:
    """Read ``low..high``; None when it is not one."""
    low, dots, high = text.partition("..")
    try:
        ends = Decimal(low), Decimal(high)
    except ArithmeticError:
        return None
    return ends if dots and ends[0] <= ends[1] else None
