"""What the application is given: everything that touches files, clocks or settings, as plain functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, Any, Protocol

from chatbot.core.protocol import other_register
from chatbot.errors import UsageError
from chatbot.settings import CHOICES, Settings, with_text
from chatbot.tui.drafts import Drafts

if TYPE_CHECKING:
    from chatbot.core.changes import Story
    from chatbot.core.identity import Confirmation
    from chatbot.core.practice.commands import Commit
    from chatbot.core.protocol import Wording
    from chatbot.interview import Interview
    from chatbot.practising import Practising
    from chatbot.record.event_list import EventLine
    from chatbot.record.recording import Recording
    from chatbot.record.standing import Standing, Verdict
    from chatbot.tui.practice import PracticeDesk
    from chatbot.tui.station_clock import StationClock
    from chatbot.tui.tour import Tour


class CaseSummary(Protocol):
    """One case as the home screen lists it."""

    @property
    def path(self) -> Any:
        """Handed back to ``resume_case`` as it is."""

    @property
    def case(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def as_of(self) -> str: ...

    @property
    def phase(self) -> str: ...

    @property
    def last(self) -> str:
        """When it was last worked on."""

    @property
    def records(self) -> int: ...

    @property
    def state(self) -> str:
        """Empty or ``ok`` when the file is sound; otherwise a word such as ``torn``."""

    @property
    def locked(self) -> bool:
        """Open in another process."""

    @property
    def amends(self) -> str:
        """The case it is a new version of; empty when it is none."""

    @property
    def follows(self) -> str:
        """The visit before it; empty at a first visit."""

    @property
    def began(self) -> str:
        """Clinical moment of the first sitting."""

    @property
    def opened(self) -> str:
        """When the first record was written."""

    @property
    def attempt(self) -> str:
        """``running`` or ``ended`` for an attempt at a simulated patient; empty for any other case."""


@dataclass(frozen=True, slots=True)
class About:
    """What the content says of itself."""

    title: Wording
    version: str
    intended_use: Wording
    disclaimer: Wording
    content_status: str
    last_updated: str
    editorial_policy: Wording
    states: str = ""
    """How many items of the content stand where in their review."""
    next_due: str = ""
    """The day the first review is due; empty when not known."""
    warnings: tuple[Wording, ...] = ()
    """That reviews are past their date, and what was withdrawn."""


def _missing(*_: object) -> Any:
    raise UsageError("this is not offered here")


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the screens may ask for. Each function raises BackstoryError when it cannot."""

    list_cases: Callable[[], Sequence[CaseSummary]]
    start_case: Callable[..., Interview]
    """kind, label, subject code (may be empty), as_of (None: now); ``confirmed``: the label is said to be no name."""
    look: Callable[[Any], Confirmation]
    """Takes ``CaseSummary.path``: what is to be confirmed before the case is resumed. Opens nothing."""
    resume_case: Callable[[Any], Interview]
    """Takes ``CaseSummary.path``, once it was confirmed."""
    close: Callable[[], None]
    """Lets go of the case being worked on. May be called when there is none."""
    plan_text: Callable[[Interview, str], str]
    """The whole plan as text, in a register."""
    now: Callable[[], str]
    """``YYYY-MM-DDTHH:MM``."""
    transcripts: str
    """Where answers are saved, for people to read."""
    protocol_about: About
    get_setting: Callable[[str], str]
    """A field of the settings as people write it; empty when never set."""
    set_setting: Callable[[str, str], None]
    """Keeps a field of the settings, written as people write it; empty: not chosen."""
    who: Callable[[], tuple[str, str]]
    """Name and role of who is at the keyboard; an empty name when nobody said so."""
    set_who: Callable[[str, str], None]
    """Says who is at the keyboard, and remembers it."""
    has_key: Callable[[], bool]
    """There is a site key: record numbers may be typed."""
    subject_code: Callable[[str], str]
    """Makes the code of a record number, which is kept nowhere."""
    event_lines: Callable[[Any, str], Sequence[EventLine]]
    """Path of a case (None: the one being worked on) and register: who did what."""
    notices: Callable[[], Sequence[str]] = tuple
    """What the person must be told about the file of the case, once: recovered, written anew, on a network disk."""
    follow_up: Callable[[Any], Interview] = _missing
    """The next visit of a finished case. Takes ``CaseSummary.path``."""
    amend: Callable[[Any], Interview] = _missing
    """A new version of a signed case. Takes ``CaseSummary.path``."""
    read_plan: Callable[[Any, str], str] = _missing
    """The plan of a kept case as text, in a register, read only. Takes ``CaseSummary.path``."""
    story: Callable[[Interview], Story | None] = lambda _: None
    """Where the case stands and what differs from those before it; None for one that stands alone."""
    clock: Callable[[], int] = lambda: int(time() // 60)
    """Minutes on the machine's own clock, whatever day the case is of: for saying how long ago something was."""
    page_text: Callable[[Interview, str, str], str] = _missing
    """Which of ``chatbot.export.pages.PAGES``, and the register: the page as text."""
    page_place: Callable[[Interview, str], str] = _missing
    """The file that a page is offered to be written to."""
    write_page: Callable[[str, str, bool], str] = _missing
    """Text, name of the file as typed, whether it may take the place of one: returns the whole path."""
    notices_title: str = "About the file of this case"
    reload: Callable[[], Interview | None] | None = None
    """For trials, asked again and again: the interview to go on with, or None when no content was saved."""
    standing: Callable[[Any], Standing | None] = lambda _: None
    """Takes ``CaseSummary.path``: how urgent a kept case is and whether its file is sound; None: it is not said."""
    turns: Callable[[Any], Mapping[int, Standing]] = lambda _: {}
    """Takes ``CaseSummary.path``: where its urgency became another, by the number of the event."""
    verdict: Callable[[Any], Verdict] = _missing
    """Takes ``CaseSummary.path``: verifies a kept case."""
    recording: Callable[[Any], Recording] = _missing
    """Takes ``CaseSummary.path``: opens a kept case to be played. Nothing is locked or written."""
    noted: Callable[[str, Any, int], str] = lambda what, path, cases: ""
    """What for, the path (None: many cases) and how many: notes that it was opened to be read. Returns what must be
    said about that, empty when all is well."""
    demonstration: Callable[[], Interview] = _missing
    """Begins a made-up case in memory, of which nothing remains."""
    read_keys: Callable[[], Mapping[str, Any]] = dict
    """Keys of one's own: action to key or keys, unchecked."""
    write_keys: Callable[[Mapping[str, Any]], None] = lambda _: None
    """Keeps them."""
    keys_place: str = ""
    """The file of them, for people to read; empty: they cannot be kept."""
    kept: bool = True
    """False for a trial, of which nothing remains."""
    settings_place: str = ""
    """The file of the settings, for people to read; empty: they cannot be kept."""
    protocol_names: Callable[[], Sequence[str]] = tuple
    """The protocols there are to choose from."""
    encrypt: Callable[[bool], str] | None = None
    """Encrypts new cases from now on, or does not; returns what must be told. None: it is not offered here."""
    encryption: Callable[[], str] = str
    """Says whether new cases are encrypted, in one sentence; empty: it is not said here."""
    practice: PracticeDesk | None = None
    """Simulated patients; None: there are none here."""

    def settings(self) -> Settings:
        """Return what is chosen now, field by field."""
        chosen = Settings()
        for each in CHOICES:
            chosen = with_text(chosen, each.name, self.get_setting(each.name))
        return chosen


@dataclass(frozen=True, slots=True)
class Start:
    """Where the application begins."""

    interview: Interview | None = None
    """Begin with this case, and end when it is left. None: the home screen, unless ``resume`` is set."""
    resume: Any = None
    """Begin by confirming and going on with the case at this path, and end when it is left."""
    register: str = "clinician"
    replay: Recording | None = None
    """Begin by playing this case, and end when the player is left."""
    at: int = 0
    """The number of the record it begins at."""
    told: str = ""
    """What is said at the top of the player."""
    practising: Practising | None = None
    """Begin with this attempt at a simulated patient, and end when it is left."""
    patients: bool = False
    """Begin with the list of simulated patients, and end when it is left."""


@dataclass(slots=True)
class Session:
    """What the screens share while the application runs."""

    services: Services
    register: str
    interview: Interview | None = None
    from_home: bool = True
    """Leaving an interview returns to the home screen."""
    tour: Tour | None = None
    """The guided tour, while one is being taken."""
    asked_who: bool = False
    """Who interviews was asked for once; nobody is asked again."""
    drafts: Drafts = field(default_factory=Drafts)
    """What was begun in this run of the application and not given yet."""
    practising: Practising | None = None
    """The attempt at a simulated patient that is on screen."""
    simulated: str = ""
    """Who is simulated, while anything of an attempt is on screen: every screen then says so."""
    station_clock: StationClock | None = None
    """The time of the attempt, where it is timed."""
    commitment: Commit | None = None
    """What the trainee has chosen so far and not handed in."""

    def switch_register(self) -> None:
        """Go to the other wording; only words change."""
        self.register = other_register(self.register)
