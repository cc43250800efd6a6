"""The two registers of a text say the same: no negation, number or unit in one of them only, no clinician's text alone.

Options are one list with two labels, so their order cannot differ; what can differ is which way a question or a
label points, and how much it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chatbot.content.checks.texts import Path, pairs_of
from chatbot.content.checks.words import phrases
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.fields import WordsModel
from chatbot.content.package import File, Package
from chatbot.content.source import Scalar, at, node_at

LONGEST_ONCE = 4
"""Words a text may have when it stands for both registers; a longer one was most often written for clinicians alone."""

SPOKEN = frozenset({"ask", "label"})
"""Keys of questions whose two registers must ask and offer the same."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the word lists of a protocol say about plain language."""

    negations: re.Pattern[str] | None
    affirmations: re.Pattern[str] | None
    amounts: dict[str, str]
    """Phrases that mean a quantity without a number, with the quantity."""
    quantities: re.Pattern[str] | None
    numbers: dict[str, Decimal]
    units: dict[str, tuple[str, Decimal]]
    """Spelling to (quantity, factor)."""

    def negated(self, text: str) -> bool:
        """Whether a text holds a negation."""
        return self.negations is not None and self.negations.search(text) is not None

    def affirmed(self, text: str) -> bool:
        """Whether a label begins with a yes."""
        return self.affirmations is not None and self.affirmations.match(text) is not None

    def measures(self, text: str) -> dict[tuple[str, Decimal], str]:
        """Return every number with a unit as (quantity, amount in its base unit), with how it is written."""
        found: dict[tuple[str, Decimal], str] = {}
        for phrase, quantity in self.amounts.items():
            text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", quantity, text, flags=re.IGNORECASE)
        for match in self.quantities.finditer(text) if self.quantities is not None else ():
            quantity, factor = self.units[match["unit"].lower()]
            written = match["number"].lower()
            number = self.numbers[written] if written in self.numbers else Decimal(written)
            found[quantity, (number * factor).normalize()] = match.group()
        return found


def lexicon(package: Package) -> Lexicon:
    """Return the plain words of a protocol; empty where it has no ``words.yaml``."""
    lists = list(package.entries("words").values())
    numbers = {word.lower(): number for each in lists for word, number in each.numbers.items()}
    units = {
        spelling.lower(): (quantity, factor)
        for each in lists
        for quantity, spellings in each.units.items()
        for spelling, factor in spellings.items()
    }
    return Lexicon(
        negations=phrases(word for each in lists for word in each.negations),
        affirmations=phrases(word for each in lists for word in each.affirmations),
        amounts={phrase: quantity for each in lists for phrase, quantity in each.amounts.items()},
        quantities=_quantity(numbers, units),
        numbers=numbers,
        units=units,
    )


def _quantity(numbers: dict[str, Decimal], units: dict[str, tuple[str, Decimal]]) -> re.Pattern[str] | None:
    if not units:
        return None
    number = "|".join([r"\d+(?:\.\d+)?", *(re.escape(word) for word in sorted(numbers, key=len)[::-1])])
    unit = "|".join(re.escape(spelling) for spelling in sorted(units, key=len)[::-1])
    return re.compile(rf"(?<![\w.])(?P<number>{number})[\s\-]+(?:an?\s+)?(?P<unit>{unit})(?!\w)", re.IGNORECASE)


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield texts whose registers do not say the same, and long ones that stand for both."""
    words = lexicon(package)
    published = list(package.instruments.values())
    for file, path, text in pairs_of(package):
        if file in published:
            continue  # said in both registers as it was published
        if text.clinician == text.patient:
            yield from () if path[0] == "labels" else _once(file, path, text)
        elif file in package.sections and path[-1] in SPOKEN and text.differs is None:
            yield from _polarity(words, file, path, text)
            yield from _measures(words, file, path, text)


def _once(file: File[Any], path: Path, text: WordsModel) -> Iterator[Diagnostic]:
    if len(text.patient.split()) > LONGEST_ONCE and isinstance(node_at(file.root, path), Scalar):
        message = f"{len(text.patient.split())} words stand for both registers"
        hint = "write clinician: … and patient: …; they may be equal"
        yield at(file.root, path).diagnostic("P418", message, hint, WARNING)


def _polarity(words: Lexicon, file: File[Any], path: Path, text: WordsModel) -> Iterator[Diagnostic]:
    if words.negated(text.clinician) is words.negated(text.patient):
        return
    negated, other = ("clinician", "patient") if words.negated(text.clinician) else ("patient", "clinician")
    no, yes = getattr(text, negated), getattr(text, other)
    if path[-1] == "ask":
        question = file.model.questions[path[1]]
        turned = (question.fields[path[3]] if "fields" in path else question).type == "yes_no"
    else:
        # "No feeling" beside "Absent" is the same thing; "Not normal" beside "Normal" is the opposite.
        turned = words.affirmed(yes) or not _content_words(no).isdisjoint(_content_words(yes))
    if turned and words.negations is not None:
        match = words.negations.search(no)
        assert match is not None
        mark = at(file.root, (*path, negated)).within(no, *match.span())
        message = f"only the {negated}'s wording is negated, so one may say yes where the other says no"
        yield mark.diagnostic("P416", message, "ask and offer the same way in both, or write 'differs' with the reason")


def _content_words(text: str) -> set[str]:
    """Return the longer words of a text, which carry its meaning."""
    return {word for word in re.findall(r"[^\W\d]+", text.lower()) if len(word) > 3}


def _measures(words: Lexicon, file: File[Any], path: Path, text: WordsModel) -> Iterator[Diagnostic]:
    said = {register: words.measures(getattr(text, register)) for register in ("clinician", "patient")}
    for register, other in (("clinician", "patient"), ("patient", "clinician")):
        for amount, written in said[register].items():
            if amount not in said[other]:
                whole = getattr(text, register)
                start = max(whole.find(written), 0)
                mark = at(file.root, (*path, register)).within(whole, start, start + len(written))
                message = f"{written!r} stands in the {register}'s wording only"
                yield mark.diagnostic("P417", message, "say it in both, or write 'differs' with the reason")
                return
