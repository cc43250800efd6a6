"""Topics of follow-up questions: links that lead nowhere, phrasings that fail to tell topics apart, gaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.source import at
from chatbot.core.asking import LEAST_SPOKEN, Words, telling, words
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.topics import AskKind, Asks, rules_of

REGISTERS = ("clinician", "patient")

Path = tuple[str | int, ...]


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield what is wrong with ``topics.yaml``; a protocol without it has nothing to be wrong."""
    file = package.single.get("topics")
    if file is None or protocol.asks is None:
        return
    yield from _links(package, file, protocol)
    yield from _kinds(file, protocol.asks)
    yield from _registers(file)
    yield from _single_words(file)
    yield from _empty(file, protocol.asks)
    yield from _twice(file, protocol.asks)
    if not package.broken:
        yield from _unreached(package, protocol)


def _links(package: Package, file: File[Any], protocol: Protocol) -> Iterator[Diagnostic]:
    plain = [key for key in protocol.questions if "[" not in key]
    known: dict[str, tuple[str, list[str]]] = {
        "rules": ("rule", list(protocol.rules)),
        "actions": ("action", sorted(protocol.actions)),
        "conflicts": ("conflict", list(protocol.conflicts)),
        "references": ("reference", list(protocol.references)),
        "hypotheses": ("hypothesis", list(protocol.hypotheses)),
        "questions": ("question or group", [*plain, *protocol.groups]),
        "related": ("topic", list(protocol.topics)),
    }
    for name, topic in file.model.topics.items():
        for part, (what, names) in known.items():
            for index, each in enumerate(getattr(topic, part)):
                if each not in names and each not in package.broken:
                    mark = at(file.root, ("topics", name, part, index))
                    yield mark.diagnostic("P460", f"no {what} is called {each!r}", near_miss(each, names))


def _kinds(file: File[Any], asks: Asks) -> Iterator[Diagnostic]:
    missing = [kind.value for kind in AskKind if not asks.kinds.get(kind)]
    if missing:
        mark = at(file.root, ("asks", "kinds"), key=True)
        yield mark.diagnostic("P464", f"nobody can ask {', '.join(missing)}", "add the kind with its phrasings")


def _entries(file: File[Any]) -> Iterator[tuple[Path, Any]]:
    for name, topic in file.model.topics.items():
        yield ("topics", name), topic
    for name, kind in file.model.asks.kinds.items():
        yield ("asks", "kinds", name), kind


def _registers(file: File[Any]) -> Iterator[Diagnostic]:
    for path, entry in _entries(file):
        for register in REGISTERS:
            if not getattr(entry.phrasings, register):
                mark = at(file.root, (*path, "phrasings"), key=True)
                message = f"{path[-1]!r} has no phrasing in the words of the {register}"
                yield mark.diagnostic("P462", message, "add how they would ask")


def _single_words(file: File[Any]) -> Iterator[Diagnostic]:
    """Synonyms and stop words stand for single words; a word has one meaning."""
    bare = Asks({}, {}, frozenset(), {})
    meaning: dict[str, str] = {}
    synonyms = file.model.asks.synonyms
    for word, others in synonyms.items():
        for index, other in enumerate(others):
            mark = at(file.root, ("asks", "synonyms", word, index))
            if words(bare, other) != (other,):
                yield mark.diagnostic("P466", f"{other!r} is not one plain word in small letters", "write one word")
            elif other in synonyms or meaning.setdefault(other, word) != word:
                yield mark.diagnostic("P466", f"{other!r} already has a meaning of its own", "leave it out here")


def _empty(file: File[Any], asks: Asks) -> Iterator[Diagnostic]:
    for path, register, index, phrase in _phrasings(file):
        said = words(asks, phrase)
        if not (telling(asks, said) or len(said) >= LEAST_SPOKEN if path[0] == "topics" else said):
            mark = at(file.root, (*path, "phrasings", register, index))
            yield mark.diagnostic("P465", f"{phrase!r} has only words that say nothing", "name the topic in it")


def _phrasings(file: File[Any]) -> Iterator[tuple[Path, str, int, str]]:
    for path, entry in _entries(file):
        for register in REGISTERS:
            for index, phrase in enumerate(getattr(entry.phrasings, register)):
                yield path, register, index, phrase


def _twice(file: File[Any], asks: Asks) -> Iterator[Diagnostic]:
    """Yield phrasings that come to the same words under two topics, or two kinds."""
    first: dict[tuple[str, Words], Path] = {}
    for path, register, index, phrase in _phrasings(file):
        is_topic = path[0] == "topics"
        said = words(asks, phrase)
        said = telling(asks, said) if is_topic else said
        owner = first.setdefault((str(path[0]), said), path)
        if said and owner != path:
            mark = at(file.root, (*path, "phrasings", register, index))
            message = f"{phrase!r} also stands under {owner[-1]!r}"
            yield mark.diagnostic("P461", message, "keep it under one of them")


def _unreached(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    reached = {rule for topic in protocol.topics.values() for rule in rules_of(protocol, topic)}
    for file, name, _ in package.all_rules():
        if name not in reached:
            mark = at(file.root, ("rules", name), key=True)
            message = f"no topic reaches the rule {name!r}: nobody can ask about it"
            yield mark.diagnostic("P463", message, "name it, or one of its actions, in topics.yaml", severity=WARNING)
    told = {name for topic in protocol.topics.values() for name in topic.conflicts}
    for name in protocol.conflicts:
        if name not in told:
            mark = at(package.single["conflicts"].root, ("conflicts", name), key=True)
            message = f"no topic names the conflict {name!r}"
            yield mark.diagnostic("P467", message, "name it in topics.yaml", severity=WARNING)
