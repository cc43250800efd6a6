"""Practice as a whole: what counts is complete, every name exists, and voices fit the questions they speak of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from chatbot.content.checks.texts import Path
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import PRACTICE, File, Package
from chatbot.content.practice_schema import NO_LIMIT, PARTS, STATUS_KEYS, PracticeModel, VoiceModel
from chatbot.content.practice_speech import COMPOSITE, voice_key
from chatbot.content.source import at
from chatbot.core.practice.station import WEIGHTS
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol, Question, QuestionType, RuleKind
from chatbot.core.resolve import near_miss

BLANK = re.compile(r"\{([^{}]*)\}")

FILLED = frozenset({QuestionType.NUMBER, QuestionType.SCALE, QuestionType.DATE, QuestionType.TEXT})
"""Types whose line has a blank for the value."""


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield what is wrong with ``practice.yaml`` and ``voices.yaml`` of a sound protocol."""
    if package.practice is not None:
        file, model = package.practice, package.practice.model.practice
        yield from _weights(file, model)
        yield from _domains(file, model, protocol)
        yield from _items(file, model, protocol)
        yield from _limits(file, model, protocol)
        for key in ("comfort", "hints"):
            yield from _sections(file, (PRACTICE_KEY, key), getattr(model, key), protocol)
    if package.voices is not None:
        by_key = {voice_key(question): question for question in protocol.questions.values()}
        for name, voice in package.voices.model.voices.items():
            yield from _voice(package.voices, name, voice, protocol, by_key)


PRACTICE_KEY = "practice"


def unknown(file: File[Any], path: Path, code: str, what: str, name: str, known: Iterable[str]) -> Diagnostic:
    """Return the diagnostic of a name that nothing defines; the path leads to it, or to its key."""
    hint = near_miss(name, known) or f"correct it; {what}s stand in {PRACTICE}"
    return at(file.root, path, key=True).diagnostic(code, f"no {what} is called {name!r}", hint)


def _weights(file: File[Any], model: PracticeModel) -> Iterator[Diagnostic]:
    missing = [name for name in WEIGHTS if name not in model.weights]
    if missing:
        mark = at(file.root, (PRACTICE_KEY, "weights"), key=True)
        yield mark.diagnostic("P540", f"weights are missing: {', '.join(missing)}", "give each as whole points")


def _domains(file: File[Any], model: PracticeModel, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield sections and parts that count in no domain, or in two."""
    of_section: Counter[str] = Counter()
    of_part: Counter[str] = Counter()
    for name, domain in model.domains.items():
        path = (PRACTICE_KEY, "domains", name)
        yield from _sections(file, (*path, "sections"), domain.sections, protocol)
        for key, counted, entries in (("sections", of_section, domain.sections), ("parts", of_part, domain.parts)):
            for index, each in enumerate(entries):
                counted[each] += 1
                if counted[each] == 2:
                    mark = at(file.root, (*path, key, index))
                    yield mark.diagnostic("P541", f"{each!r} counts in two domains", "leave it in one of them")
    left = [each for each in protocol.sections if not of_section[each]] + [each for each in PARTS if not of_part[each]]
    if left:
        mark = at(file.root, (PRACTICE_KEY, "domains"), key=True)
        yield mark.diagnostic("P541", f"they count in no domain: {', '.join(left)}", "add each to one domain")


def _sections(file: File[Any], path: Path, names: Iterable[str], protocol: Protocol) -> Iterator[Diagnostic]:
    for index, name in enumerate(names):
        if name not in protocol.sections:
            place = (*path, name) if path[-1] == "hints" else (*path, index)
            hint = near_miss(name, protocol.sections) or "name a section of protocol.yaml"
            yield at(file.root, place, key=True).diagnostic("P543", f"no section is called {name!r}", hint)


def _items(file: File[Any], model: PracticeModel, protocol: Protocol) -> Iterator[Diagnostic]:
    for name in model.items:
        if name not in protocol.actions:
            mark = at(file.root, (PRACTICE_KEY, "items", name), key=True)
            hint = near_miss(name, protocol.actions) or "name an action of protocol.yaml"
            yield mark.diagnostic("P212", f"no action is called {name!r}", hint)
    asked_for = {action for rule in protocol.rules.values() for action in rule.actions}
    missing = sorted(asked_for - model.items.keys())
    if missing:
        mark = at(file.root, (PRACTICE_KEY, "items"), key=True)
        message = f"no plan item stands for these actions: {', '.join(missing)}"
        yield mark.diagnostic("P542", message, "give each a title and the words a handover asks for it with")


def _limits(file: File[Any], model: PracticeModel, protocol: Protocol) -> Iterator[Diagnostic]:
    due = {
        rule.within for rule in protocol.rules.values() if rule.category == SAFETY_CATEGORY and rule.kind is RuleKind.DO
    }
    missing = sorted(({*due, NO_LIMIT}) - model.limits.keys())
    if missing:
        mark = at(file.root, (PRACTICE_KEY, "limits"), key=True)
        yield mark.diagnostic(
            "P544", f"time limits that cannot be chosen: {', '.join(missing)}", "a trainee could not be right: add them"
        )


# --- voices ---------------------------------------------------------------------------------------


def _voice(
    file: File[Any], name: str, voice: VoiceModel, protocol: Protocol, by_key: dict[str, Question]
) -> Iterator[Diagnostic]:
    path: Path = ("voices", name)
    question = by_key.get(name) or protocol.questions.get(name)
    if question is None:
        mark = at(file.root, path, key=True)
        hint = near_miss(name, by_key) or "of a group write group.field"
        yield mark.diagnostic("P210", f"no question is called {name!r}", hint)
        return
    several, filled = question.type is QuestionType.SEVERAL, question.type in FILLED
    options = [each.id for each in question.options]
    for key, fits in (("value", filled), ("each", several), ("lead", several or question.type in COMPOSITE)):
        if getattr(voice, key) and not fits:
            mark = at(file.root, (*path, key), key=True)
            message = f"{key!r} is never said of {name}, which is a {question.type.value}"
            yield mark.diagnostic("P545", message, "write its options, or delete it")
    known = {*STATUS_KEYS, *options, *(("none",) if several else ())}
    for key in voice.said:
        if key not in known and not (filled and re.fullmatch(r"-?\d+(\.\d+)?", key)):
            yield _no_option(file, (*path, key), name, key, known)
    for key in voice.each:
        if key not in options:
            yield _no_option(file, (*path, "each", key), name, key, options)
    for index, line in enumerate(voice.value or ()):
        for blank in BLANK.findall(line):
            if blank not in {"value", "unit"}:
                mark = at(file.root, (*path, "value", index))
                yield mark.diagnostic("P545", f"nothing fills in {{{blank}}}", "write {value}, or {unit}")


def _no_option(file: File[Any], path: Path, question: str, name: str, known: Iterable[str]) -> Diagnostic:
    hint = near_miss(name, known) or f"one of {', '.join(sorted(known))}"
    return at(file.root, path, key=True).diagnostic("P202", f"{question} has no option {name!r}", hint)
