"""Practice as a protocol's folder holds it: ``practice.yaml``, ``voices.yaml``, and the vignettes that can be met.

It is read here, and stations are made of it: ``chatbot.content.practice_station`` says how. All of it stands outside
the protocol digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from chatbot.content.beside import WordListsModel
from chatbot.content.diagnostics import refuse
from chatbot.content.inherit import Vignettes
from chatbot.content.library import shown_path
from chatbot.content.package import PRACTICE, VOICES, File, read_beside
from chatbot.content.practice_schema import PracticeFileModel, PracticeModel, VoiceModel, VoicesModel
from chatbot.content.vignette_schema import VignetteModel
from chatbot.core.practice.station import Station
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.errors import ContentError, UsageError

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Listed:
    """A station as a trainee may choose it: nothing of what is the matter."""

    id: str
    """The vignette. It may give the answer away and is not shown."""
    number: int
    """From 1, in an order that says nothing of the case."""
    who: str
    opening: str
    persona: str
    difficulty: int
    station: tuple[str, ...]
    """What it is about besides its case, such as ``language_barrier``."""
    kind: str
    """Of the vignette: practice, demonstration or test."""


@dataclass(frozen=True, slots=True)
class PracticeContent:
    """What a protocol's folder says of practice, before anything is made of it."""

    practice: PracticeModel
    voices: Mapping[str, VoiceModel]
    stigmatising: Mapping[str, str]
    """Words of reproach and what to say instead."""


def practice_of(folder: Path, protocol: Protocol) -> PracticeContent | None:
    """Return what a protocol's folder says of practice; None where nothing can be practised.

    Raises: ContentError with everything that is wrong with the shape of its files.
    """
    file = _read(folder / PRACTICE, PracticeFileModel)
    if file is None:
        return None
    voices = _read(folder / VOICES, VoicesModel)
    words = _read(folder / "words.yaml", WordListsModel)
    lists = () if words is None else words.model.words.values()
    return PracticeContent(
        practice=file.model.practice,
        voices={} if voices is None else voices.model.voices,
        stigmatising={word: instead for each in lists for word, instead in each.stigmatising.items()},
    )


def stations(folder: Path) -> tuple[Listed, ...]:
    """Return the stations that stand in a protocol's folder.

    Raises: ContentError with everything that is wrong with the shape of a vignette.
    """
    found = []
    for name in _practisable(folder):
        file = _read(folder / "vignettes" / f"{name}.yaml", VignetteModel)
        if file is not None and file.model.practice is not None:
            found.append((name, file.model))
    # By digest: in the order of their names a number would hint at the case.
    found.sort(key=lambda each: hashlib.sha256(each[0].encode()).hexdigest())
    return tuple(_listed(number, name, model) for number, (name, model) in enumerate(found, start=1))


def _listed(number: int, name: str, model: VignetteModel) -> Listed:
    block = model.practice
    assert block is not None
    return Listed(name, number, block.who, block.opening, block.persona, block.difficulty, block.station, model.kind)


def _practisable(folder: Path) -> list[str]:
    """Return the vignettes that may have a block: those whose text has its key at all."""
    found = []
    for path in sorted((folder / "vignettes").glob("*.yaml")):
        try:
            if b"\npractice:" in path.read_bytes():
                found.append(path.stem)
        except OSError:
            continue
    return found


def station_of(
    protocol: Protocol, folder: Path, vignette_id: str, *, seed: int = 0, persona: str | None = None
) -> Station:
    """Return the station of one vignette.

    Raises: ContentError for content that cannot be read; UsageError for a vignette, or a persona, that does not exist
    or cannot be practised.
    """
    from chatbot.content.practice_station import made

    content = needed(folder, protocol)
    names = _practisable(folder)
    file = _read(folder / "vignettes" / f"{vignette_id}.yaml", VignetteModel) if vignette_id in names else None
    if file is None or file.model.practice is None:
        hint = near_miss(vignette_id, names) or "choose a patient of the list"
        raise UsageError(f"no patient to practise with is called {vignette_id!r}", hint=hint)
    if persona is not None and persona not in content.practice.personas:
        known = content.practice.personas
        hint = near_miss(persona, known) or f"one of {', '.join(known)}"
        raise UsageError(f"no persona is called {persona!r}", hint=hint)
    return made(protocol, content, file, Vignettes.of_folder(folder / "vignettes"), seed, persona)


def generated_station(protocol: Protocol, folder: Path, *, seed: int, difficulty: int) -> Station:
    """Return a station drawn for a seed.

    Raises: ContentError where the protocol's practice cannot draw any; UsageError for a difficulty that does not exist.
    """
    from chatbot.content.practice_generator import generator

    return generator(protocol, folder).station(seed, difficulty)


def practice_file(folder: Path) -> File[PracticeFileModel]:
    """Return ``practice.yaml`` of a folder that has one. Raises: ContentError."""
    file = _read(folder / PRACTICE, PracticeFileModel)
    assert file is not None
    return file


def needed(folder: Path, protocol: Protocol) -> PracticeContent:
    """Return what a protocol's folder says of practice. Raises: ContentError where it says nothing."""
    content = practice_of(folder, protocol)
    if content is None:
        raise ContentError(
            f"nothing can be practised with {protocol.id}: it has no {PRACTICE}", hint="docs/practice-authoring.md"
        )
    return content


def _read(path: Path, model: type[Model]) -> File[Model] | None:
    """Return a file that is as it was read last, or is read now; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return _read_once(path, (status.st_size, status.st_mtime_ns), model)


@lru_cache(maxsize=256)
def _read_once(path: Path, stamp: tuple[int, int], model: type[Model]) -> File[Model] | None:
    file, found = read_beside(path, shown_path(path), model)
    refuse(found)
    return file
