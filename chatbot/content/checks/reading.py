"""Reading ease: whether what a patient hears or reads is written for them, measured by the limits in ``words.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from chatbot.content import reading
from chatbot.content.beside import ReadingModel
from chatbot.content.checks.practice_texts import SPOKEN, practice_texts
from chatbot.content.checks.texts import Path, Said, spoken_texts
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at

HARDEST = 3
"""How many of the longest words are named."""

SHOWN_ALONE = frozenset({"labels", "report"})
"""Keys of words that stand by themselves or elsewhere: the short ones are part of no passage."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What a patient hears or reads at one time: a long text alone, or the short ones of one entry together."""

    parts: tuple[Said, ...]
    text: str
    grade: float

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Measured:
    """The reading ease of a protocol."""

    limits: ReadingModel | None
    """None: the content states no limits."""
    passages: tuple[Passage, ...]
    short: int
    """Texts too short to be measured, also together with what stands beside them."""

    def above(self, limit: float) -> list[Passage]:
        """Return the passages above a grade, hardest first."""
        return sorted((each for each in self.passages if each.grade > limit), key=lambda each: -each.grade)

    def line(self) -> str:
        """Return the result in one line; empty without limits."""
        if self.limits is None:
            return ""
        if not reading.can_measure():
            return f"not measured: {reading.INSTALL}"
        target, limit = self.limits.target, self.limits.limit
        return (
            f"{len(self.passages)} patient texts, {len(self.above(float(target)))} above grade {target} (the target), "
            f"{len(self.above(float(limit)))} above grade {limit} (the limit); {self.short} too short to measure"
        )


def measure(package: Package) -> Measured:
    """Measure every patient text of a package; nothing without limits in ``words.yaml`` or without the library."""
    return _measured(package, spoken_texts(package))


def measure_speech(package: Package) -> Measured:
    """Measure what simulated patients say, likewise."""
    return _measured(package, (said for said in practice_texts(package) if said.register == SPOKEN))


def _measured(package: Package, texts: Iterable[Said]) -> Measured:
    limits = next((each.reading for each in package.entries("words").values() if each.reading is not None), None)
    if limits is None or not reading.can_measure():
        return Measured(limits, (), 0)
    passages: list[Passage] = []
    short = 0
    for parts in _entries(texts):
        few = [said for said in parts if len(said.text.split()) < limits.fewest_words]
        passages += [_passage(limits, (said,)) for said in parts if said not in few]
        heard = tuple(said for said in few if SHOWN_ALONE.isdisjoint(said.path))
        if sum(len(said.text.split()) for said in heard) >= limits.fewest_words:
            passages.append(_passage(limits, heard))
            short += len(few) - len(heard)
        else:
            short += len(few)
    return Measured(limits, tuple(passages), short)


def _passage(limits: ReadingModel, parts: tuple[Said, ...]) -> Passage:
    text = parts[0].text if len(parts) == 1 else reading.joined([said.text for said in parts], limits.fewest_words)
    return Passage(parts, text, reading.grade(text, limits.formulas, limits.names))


def _entries(texts: Iterable[Said]) -> Iterator[list[Said]]:
    """Yield the patient's texts by entry: a question with its options, a rule, and so on."""
    last: tuple[Any, ...] = ()
    parts: list[Said] = []
    for said in texts:
        entry = (said.file.path, *_entry(said.path))
        if parts and entry != last:
            yield parts
            parts = []
        last = entry
        parts.append(said)
    if parts:
        yield parts


def _entry(path: Path) -> Path:
    return path[:4] if len(path) > 4 and path[2] == "fields" else path[:2]


def check(package: Package, *, listed: bool = False, release: bool = False) -> Iterator[Diagnostic]:
    """Yield texts above the limit; *listed*: also those above the target; of a *release* that nothing was measured."""
    measured = measure(package)
    limits = measured.limits
    if limits is None:
        return
    if release and not reading.can_measure():
        mark = at(package.single["words"].root, ("words",), key=True)
        yield mark.diagnostic(
            "P482", "the reading ease of the patient's texts was not measured", reading.INSTALL, WARNING
        )
    for found in (measured, measure_speech(package)):
        for each in found.above(float(limits.limit)):
            yield _diagnostic("P480", each, f"the limit is {limits.limit}")
        if listed:
            for each in found.above(float(limits.target)):
                if each.grade <= limits.limit:
                    yield _diagnostic("P481", each, f"the target is {limits.target}")


def _diagnostic(code: str, passage: Passage, limit: str) -> Diagnostic:
    first = passage.parts[0]
    what = (
        "this text" if len(passage.parts) == 1 else f"this text with {len(passage.parts) - 1} short ones of its entry"
    )
    longest = sorted(set(re.findall(r"[^\W\d_][\w'-]*", passage.text)), key=lambda word: (-len(word), word))[:HARDEST]
    message = f"{what} reads at grade {passage.grade:.1f} in {passage.words} words; {limit}"
    hint = f"shorter sentences, everyday words; the longest are {', '.join(map(repr, longest))}"
    return first.mark().diagnostic(code, message, hint, WARNING)
