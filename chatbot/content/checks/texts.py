"""Every text of a package that a person reads, with its place and its register."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from chatbot.content.diagnostics import ERROR, Diagnostic
from chatbot.content.fields import WordsModel
from chatbot.content.package import File, Package
from chatbot.content.source import Mark, at

Path = tuple[str | int, ...]

BESIDE = frozenset({"words", "ids", "approvals"})
"""Single files that hold no text for anybody to read; ``alarm_tables`` has reasons, and is read."""

NOT_SPOKEN = frozenset({"alarm_tables"})
"""Single files whose texts no patient hears or reads."""

QUOTED = frozenset({"title", "attribution", "period", "stem", "options", "items"})
"""Keys of an instrument whose words are its owner's: nobody may reword them."""

SYMBOLS = ("labels", "symbol")
"""Labels that are marks to look at and no words."""

PROSE = frozenset(
    "content_status strength certainty review_status says changed verified_note superseded "
    "title story persona reason".split()
)
"""Keys whose plain text is printed. Citations are not among them: a source is called what it is called."""


@dataclass(frozen=True, slots=True)
class Said:
    """One text and where it stands."""

    text: str
    file: File[Any]
    path: Path
    register: str
    """clinician or patient; empty for a text without registers."""

    def mark(self, start: int = 0, end: int = 0) -> Mark:
        """Return the place of a stretch of the text, or of the whole of it."""
        whole = at(self.file.root, self.path)
        return whole.within(self.text, start, end) if end else whole

    def diagnostic(self, code: str, message: str, start: int, end: int, hint: str, severity: str = ERROR) -> Diagnostic:
        """Return a diagnostic about a stretch of the text."""
        return self.mark(start, end).diagnostic(code, message, hint, severity)


def files_of(package: Package) -> Iterator[File[Any]]:
    """Yield every file that holds texts, in a fixed order."""
    if package.manifest is not None:
        yield package.manifest
    yield from package.sections
    yield from (file for stem, file in package.single.items() if stem not in BESIDE)
    yield from package.instruments.values()
    yield from package.rules
    yield from package.vignettes
    yield from package.cases


def texts_of(package: Package) -> Iterator[Said]:
    """Yield every text; one that is written once for both registers is yielded once, as the patient's."""
    for file in files_of(package):
        yield from _below(file, file.model, ())


def spoken_texts(package: Package) -> Iterator[Said]:
    """Yield every text a patient might hear or read and an author may reword."""
    instruments = list(package.instruments.values())
    for file in files_of(package):
        if file in package.vignettes or file in (package.single.get(stem) for stem in NOT_SPOKEN):
            continue
        for said in _below(file, file.model, ()):
            quoted = file in instruments and said.path[0] in QUOTED
            if said.register == "patient" and not quoted and said.path[:2] != SYMBOLS:
                yield said


def _below(file: File[Any], value: Any, path: Path) -> Iterator[Said]:
    if isinstance(value, WordsModel):
        if value.clinician != value.patient:
            yield Said(value.clinician, file, (*path, "clinician"), "clinician")
        yield Said(value.patient, file, (*path, "patient"), "patient")
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            inner = getattr(value, name)
            if not isinstance(inner, str):
                yield from _below(file, inner, (*path, info.alias or name))
            elif name in PROSE:
                yield Said(inner, file, (*path, name), "")
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _below(file, inner, (*path, key))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _below(file, inner, (*path, index))


def pairs_of(package: Package) -> Iterator[tuple[File[Any], Path, WordsModel]]:
    """Yield (file, path, text) for every text with two registers."""
    for file in files_of(package):
        yield from _pairs(file, file.model, ())


def _pairs(file: File[Any], value: Any, path: Path) -> Iterator[tuple[File[Any], Path, WordsModel]]:
    if isinstance(value, WordsModel):
        yield file, path, value
    elif isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from _pairs(file, getattr(value, name), (*path, info.alias or name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _pairs(file, inner, (*path, key))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _pairs(file, inner, (*path, index))
