"""The patients that can be met, what each offers to whom, and how well counts as well: from the content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from chatbot.content.practice import needed, station_of, stations
from chatbot.core.events import CaseOpened
from chatbot.core.practice.attempt import beginning
from chatbot.core.practice.debrief import Placed
from chatbot.core.protocol import Protocol
from chatbot.errors import UsageError
from chatbot.record.replay import LoadBundle
from chatbot.teaching.marked import Bad, Marked, Marker, practice_files, walk
from chatbot.teaching.progress import Candidate, Offers, Progress, progress_of


def candidates_of(folder: Path) -> tuple[Candidate, ...]:
    """Return the patients of a protocol's folder. Raises: ContentError."""
    return tuple(Candidate(each.id, each.number, each.who, each.difficulty) for each in stations(folder))


def thresholds_of(folder: Path, protocol: Protocol) -> Mapping[str, int]:
    """Return from how many per cent on an attempt has which rating.

    Raises: ContentError; UsageError where the content does not say.
    """
    rating = needed(folder, protocol).practice.rating
    if rating is None:
        raise UsageError(
            "practice.yaml does not say how well counts as well",
            place=str(folder / "practice.yaml"),
            hint="rating: {again: 0, hard: 50, good: 70, easy: 90}",
        )
    return rating.model_dump()


def offers_of(folder: Path, protocol: Protocol, mark: Marker) -> Offers:
    """Return what tells how many points can be won at a patient in which domain; each patient is worked out once."""

    @cache
    def offers(name: str) -> Mapping[str, int]:
        station = station_of(protocol, folder, name)
        # An attempt at which nothing was done could still have won everything.
        opened = CaseOpened("X", "practice", station.as_of, "", "", protocol.identity, "en")
        events = (opened, *beginning(protocol, station, opened, "practice", timed=False))
        placed = [Placed(seq, 0, event) for seq, event in enumerate(events)]
        return {each.id: each.of for each in mark(protocol, station, placed).domains}

    return offers


def attempts_in(transcripts: Path, load_bundle: LoadBundle, mark: Marker) -> tuple[Marked | Bad, ...]:
    """Return every attempt of a folder of transcripts, marked, or why it is not. Raises: StorageError."""
    return tuple(walk(practice_files(transcripts), load_bundle, mark))


def progress_in(
    actor: str, found: Iterable[Marked | Bad], folder: Path, protocol: Protocol, mark: Marker, today: date
) -> Progress:
    """Return the progress of one trainee with the patients of a protocol's *folder*. *found*: of ``attempts_in``.

    Attempts under another protocol have other domains, and are left out. Raises: ContentError, UsageError.
    """
    found = [each for each in found if isinstance(each, Bad) or each.protocol == protocol.id]
    candidates, thresholds = candidates_of(folder), thresholds_of(folder, protocol)
    return progress_of(actor, found, candidates, thresholds, today, offers_of(folder, protocol, mark))
