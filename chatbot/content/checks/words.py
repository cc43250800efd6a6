"""Words that hurt and sentences that reassure too early, by the lists in ``words.yaml`` of the protocol."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chatbot.content.checks.practice_texts import practice_texts
from chatbot.content.checks.texts import Said, texts_of
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield stigmatising words anywhere, and reassuring phrases outside ``reassurance``."""
    lists = list(package.entries("words").values())
    stigmatising = {plain_phrase(term): instead for each in lists for term, instead in each.stigmatising.items()}
    hurting = phrases(stigmatising)
    calming = phrases(phrase for each in lists for phrase in each.reassuring)
    for said in texts_of(package):
        if hurting is not None:
            yield from _stigmatising(said, hurting, stigmatising)
        if calming is not None and _is_said_by_the_program(said):
            yield from _reassuring(said, calming)
    if hurting is not None:
        # What simulated patients say reassures nobody; that it hurts nobody holds for them too.
        for said in practice_texts(package):
            yield from _stigmatising(said, hurting, stigmatising)


def phrases(terms: Iterable[str]) -> re.Pattern[str] | None:
    """Return one pattern for whole words and phrases, longest first; None without terms.

    Case does not matter; a space in a term stands for spaces or hyphens.
    """
    spelled = [r"[\s\-]+".join(re.escape(part) for part in term.split()) for term in sorted(terms, key=len)[::-1]]
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)", re.IGNORECASE) if spelled else None


def plain_phrase(text: str) -> str:
    """Return a matched phrase as lists spell it: small letters, one space between words."""
    return " ".join(text.lower().replace("-", " ").split())


def _stigmatising(said: Said, pattern: re.Pattern[str], instead: dict[str, str]) -> Iterator[Diagnostic]:
    for match in pattern.finditer(said.text):
        if is_quoted(said.text, *match.span()):
            continue
        message = f"{match.group()!r} judges the person"
        hint = f"write {instead[plain_phrase(match.group())]!r}"
        yield said.diagnostic("P414", message, *match.span(), hint)


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether a phrase stands in quotation marks of its own: the text speaks about the word and does not use it."""
    return text[start - 1 : start] + text[end : end + 1] in {'""', "''", "“”", "‘’"}


def _is_said_by_the_program(said: Said) -> bool:
    """Whether the program says it: stories of vignettes, what the article says and reasons of authors it does not."""
    first = said.path[0] if said.path else ""
    return bool(said.register) and first != "reassurance"


def _reassuring(said: Said, pattern: re.Pattern[str]) -> Iterator[Diagnostic]:
    for match in pattern.finditer(said.text):
        message = f"{match.group()!r} reassures, and stands where nobody knows whether every red flag is clear"
        hint = "move it under 'reassurance' in protocol.yaml, or say what was found instead"
        yield said.diagnostic("P415", message, *match.span(), hint)
