"""What the screens of practice are given: simulated patients, attempts at them and what came of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatbot.errors import UsageError

if TYPE_CHECKING:
    from chatbot.core.practice.attempt import Turn
    from chatbot.core.practice.debrief import Debrief
    from chatbot.core.protocol import Protocol
    from chatbot.practising import Practising


@dataclass(frozen=True, slots=True)
class Patient:
    """A simulated patient that can be met. Nothing here tells what they have."""

    id: str
    """Never shown: it may give the answer away."""
    number: int
    who: str
    opening: str
    """What they say first."""
    persona: str
    """How they talk, in words; empty: it is not said."""
    difficulty: int
    """1 to 5."""
    done: str = ""
    """What came of earlier attempts, in words; empty: there are none."""
    due: bool = False
    """It is the one to be met next."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An attempt that can be gone on with."""

    path: Any
    """Handed back to ``resume`` as it is."""
    label: str
    last: str
    """When it was last worked on."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of a conversation that is over, with its place in the transcript."""

    turn: Turn
    record: int
    """The number of its record."""
    seconds: int
    """Since the interview began, pauses left out."""


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt that is over."""

    debrief: Debrief
    protocol: Protocol
    who: str
    opening: str
    limits: Mapping[str, str]
    """Time limits of the station in words."""
    said: Sequence[Said]
    text: Callable[[], str]
    """All of the debrief, as it is written to a file."""
    label: str = ""
    """Of the attempt."""


@dataclass(frozen=True, slots=True)
class DomainCourse:
    """One domain of the profile over all attempts."""

    title: str
    percents: tuple[int, ...]
    """What each attempt brought, the oldest first."""


@dataclass(frozen=True, slots=True)
class Course:
    """How somebody comes on."""

    days: tuple[str, ...]
    """Of each attempt, the oldest first."""
    percents: tuple[int, ...]
    """What each brought in all."""
    domains: tuple[DomainCourse, ...]
    weakest: tuple[str, ...]
    """Titles of domains, the weakest first."""
    next_up: tuple[str, ...]
    """Which patients are due, in words."""


def _missing(*_: object) -> Any:
    raise UsageError("this is not offered here")


@dataclass(frozen=True, slots=True)
class PracticeDesk:
    """Everything the screens of practice may ask for. Each function raises BackstoryError when it cannot."""

    patients: Callable[[], Sequence[Patient]]
    unfinished: Callable[[], Sequence[Unfinished]]
    begin: Callable[[str, str], Practising]
    """Id of a patient and mode: opens an attempt."""
    generate: Callable[[int, int | None, str], Practising]
    """Difficulty, seed (None: any) and mode: opens an attempt at a patient that is drawn."""
    resume: Callable[[Any, str], Practising]
    """Takes ``Unfinished.path`` and the code of a sealed station; empty: nobody has typed one yet."""
    leave: Callable[[Practising], None]
    """Lets go of the attempt being made; where it is not over it can be gone on with."""
    seconds: Callable[[Practising], int]
    """How long the time to prepare, or the interview, has been running; pauses left out."""
    ended: Callable[[Any], Ended]
    """Path of an attempt that is over (None: the one being made): what came of it."""
    unseal: Callable[[str, str], Practising] | None = None
    """A sealed station file as typed, and its code: opens the attempt it is for. None: it is not offered."""
    card: Callable[[Practising], str] | None = None
    """With two persons: what the one who plays the patient reads. None: it is not offered."""
    write: Callable[[str, str, bool], str] = _missing
    """Text, name of the file as typed, whether it may take the place of one: returns the whole path."""
    place: Callable[[Ended], str] = lambda _: ""
    """The file a debrief is offered to be written to."""
    course: Callable[[], Course | None] = lambda: None
    """How the person comes on; None: nothing was finished yet."""
