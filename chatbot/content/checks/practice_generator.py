"""The generator of practice: its names exist, its shares add up, its conditions can be read, its answers fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chatbot.content.answers_reader import Reader
from chatbot.content.checks import conditions
from chatbot.content.checks.conditions import Site
from chatbot.content.checks.practice import PRACTICE_KEY, unknown
from chatbot.content.checks.prevalence import draw_problems, unknown_name
from chatbot.content.checks.texts import Path
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.practice_schema import GeneratorModel, PracticeModel, TemplateModel
from chatbot.content.source import Mapping, at, node_at
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss

TOP: Path = (PRACTICE_KEY, "generator")

A_DAY = "2030-01-01"
"""Later than any day that answers which go together may name."""


def check(package: Package, bundle: dict[str, Any], protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield what is wrong with the generator of a sound protocol."""
    file = package.practice
    if file is None or file.model.practice.generator is None:
        return
    practice: PracticeModel = file.model.practice
    model = file.model.practice.generator
    if "prevalence" not in package.single:
        mark = at(file.root, TOP, key=True)
        yield mark.diagnostic("P474", "nothing says how often answers are given", "write prevalence.yaml")
        return
    yield from conditions.check(package, bundle, list(_sites(file, model)), None)
    yield from _draws(file, model, protocol, package.single["prevalence"].model.pictures)
    yield from _together(file, model, protocol)
    yield from _names(file, model, practice, protocol)


def _sites(file: File[Any], model: GeneratorModel) -> Iterator[Site]:
    for part, entries in (("together", model.together), ("apart", model.apart)):
        for name, entry in entries.items():
            yield Site("generator", name, "when", entry.when, file, (*TOP, part, name, "when"))
    for path, templates in _templates(model):
        for index, each in enumerate(templates):
            if each.when is not None:
                yield Site("generator", str(path[-1]), "when", each.when, file, (*path, index, "when"))


def _templates(model: GeneratorModel) -> Iterator[tuple[Path, Iterable[TemplateModel]]]:
    yield (*TOP, "who"), model.who
    yield (*TOP, "openings"), model.openings
    for name, templates in model.moves.items():
        yield (*TOP, "moves", name), templates


def _draws(file: File[Any], model: GeneratorModel, protocol: Protocol, pictures: Iterable[str]) -> Iterator[Diagnostic]:
    places = [((*TOP, "answers"), model.answers)]
    places += [((*TOP, "herrings", name), answers) for name, answers in model.herrings.items()]
    places += [((*TOP, "pictures", name, "answers"), each.answers) for name, each in model.pictures.items()]
    for path, answers in places:
        for name, draw in answers.items():
            yield from draw_problems(file, protocol, (*path, name), name, draw)
    for name, each in model.pictures.items():
        if each.of is not None and each.of not in pictures:
            yield unknown_name(file, (*TOP, "pictures", name, "of"), "picture", each.of, pictures)


def _together(file: File[Any], model: GeneratorModel, protocol: Protocol) -> Iterator[Diagnostic]:
    reader = Reader(protocol, A_DAY)
    for name in model.together:
        node = node_at(file.root, (*TOP, "together", name, "answers"))
        for key, value in node.entries if isinstance(node, Mapping) else ():
            list(reader.entry(key, value))
    yield from reader.found


def _names(file: File[Any], model: GeneratorModel, practice: PracticeModel, protocol: Protocol) -> Iterator[Diagnostic]:
    for name in model.moves:
        if name not in practice.moves:
            yield unknown(file, (*TOP, "moves", name), "P543", "move", name, practice.moves)
    for level, rule in model.difficulties.items():
        for index, name in enumerate(rule.personas):
            if name not in practice.personas:
                place = (*TOP, "difficulties", str(level), "personas", index)
                yield unknown(file, place, "P543", "persona", name, practice.personas)
    for path, templates in _templates(model):
        for index, each in enumerate(templates):
            for number, name in enumerate(each.tells):
                if name not in protocol.questions:
                    mark = at(file.root, (*path, index, "tells", number))
                    hint = near_miss(name, protocol.questions) or "name a question of the protocol"
                    yield mark.diagnostic("P210", f"no question is called {name!r}", hint)
    for name, words in model.words.items():
        question = protocol.questions.get(name)
        if question is None:
            mark = at(file.root, (*TOP, "words", name), key=True)
            hint = near_miss(name, protocol.questions) or "name a question of the protocol"
            yield mark.diagnostic("P210", f"no question is called {name!r}", hint)
            continue
        options = [option.id for option in question.options]
        for option in words:
            if option not in options:
                mark = at(file.root, (*TOP, "words", name, option), key=True)
                hint = near_miss(option, options) or f"one of {', '.join(options)}"
                yield mark.diagnostic("P202", f"{name} has no option {option!r}", hint)
