"""Whether what a patient hears can be read aloud, and uses no word that is barred from their register."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.content.beside import SpokenModel
from chatbot.content.checks.texts import Said, spoken_texts
from chatbot.content.checks.words import is_quoted, phrases, plain_phrase
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import Package

CAPITALS = re.compile(r"(?<![\w{])(?:[A-Z]{2,}[A-Za-z]*\d*|[A-Z]+\d+)(?![\w}])")
"""What is spelled in capitals and so read letter by letter."""

RANGE = re.compile(r"(?<![\w.])\d+(?:\.\d+)?\s?[-–]\s?\d+(?:\.\d+)?(?![\w.])")
LONG_NUMBER = re.compile(r"(?<![\w.,])\d{5,}(?![\w.,])")


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield barred words of the patient's register, and what cannot be read aloud."""
    lists = list(package.entries("words").values())
    barred = {plain_phrase(term): instead for each in lists for term, instead in each.barred.items()}
    pattern = phrases(barred)
    for said in spoken_texts(package):
        if pattern is not None:
            yield from _barred(said, pattern, barred)
        for each in lists:
            if each.spoken is not None:
                yield from _unspeakable(said, each.spoken)


def _barred(said: Said, pattern: re.Pattern[str], instead: dict[str, str]) -> Iterator[Diagnostic]:
    for match in pattern.finditer(said.text):
        if is_quoted(said.text, *match.span()):
            continue
        message = f"{match.group()!r} is barred from the patient's words"
        hint = f"write {instead[plain_phrase(match.group())]!r}"
        yield said.diagnostic("P483", message, *match.span(), hint, WARNING)


def _unspeakable(said: Said, spoken: SpokenModel) -> Iterator[Diagnostic]:
    # A blank is no text: what stands for it is checked where it is written.
    text = re.sub(r"\{[^{}]*\}", lambda match: " " * len(match.group()), said.text)
    for mark, instead in spoken.marks.items():
        for match in re.finditer(_whole(mark), text, re.IGNORECASE):
            yield said.diagnostic(
                "P484", f"{mark!r} cannot be read aloud", *match.span(), f"write {instead!r}", WARNING
            )
    for match in CAPITALS.finditer(text):
        if match.group() not in spoken.abbreviations:
            message = f"{match.group()!r} is read letter by letter"
            hint = "say what it means, or add it to 'abbreviations' in words.yaml if everybody says it so"
            yield said.diagnostic("P484", message, *match.span(), hint, WARNING)
    for pattern, what, hint in (
        (RANGE, "a range with a dash cannot be read aloud", "write 'to' between the numbers"),
        (LONG_NUMBER, "a number this long cannot be read aloud", "write it in words, or in groups as it is said"),
    ):
        for match in pattern.finditer(text):
            yield said.diagnostic("P484", what, *match.span(), hint, WARNING)


def _whole(mark: str) -> str:
    """Return a pattern for a mark; one of letters stands as a word of its own."""
    escaped = re.escape(mark)
    before = r"(?<!\w)" if mark[0].isalnum() else ""
    after = r"(?!\w)" if mark[-1].isalnum() else ""
    return f"{before}{escaped}{after}"
