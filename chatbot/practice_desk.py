"""The desk of practice: attempts at stations on disk, as the shells use them. One attempt at a time.

Stations come from content, from a generator, or from a sealed file; the attempt is a transcript like any other, and
the station lies beside it until the attempt is over.
"""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.core.events import Event, PracticeEnded
from chatbot.core.practice.attempt import beginning
from chatbot.core.practice.clock import Spent, spent
from chatbot.core.practice.debrief import Debrief, Placed
from chatbot.core.practice.station import MODES, Station, digest
from chatbot.core.protocol import Protocol
from chatbot.desk import Desk, cached_bundle
from chatbot.errors import BackstoryError, CorruptTranscript, StorageError, UsageError
from chatbot.interview import Recorder
from chatbot.practising import Practising
from chatbot.record import bundle, stations
from chatbot.record.attempts import read_attempt
from chatbot.record.cases import CaseSummary
from chatbot.record.disk import Disk
from chatbot.record.host import Host
from chatbot.record.read import Transcript, read_transcript
from chatbot.record.replay import VerifyReport, load_protocol, verify
from chatbot.record.running import ENDED, RUNNING, attempt_of, check_over, placed_of, station_of
from chatbot.record.sealed_stations import head_of, unseal
from chatbot.record.stations import AskCode, Kept
from chatbot.record.store import TranscriptWriter

if TYPE_CHECKING:
    from chatbot.content.practice import Listed

KIND = "practice"

LARGEST_SEED = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed station that was opened."""

    station: Station
    protocol: Protocol
    data: bytes
    """Of the file, as it is kept beside the attempt."""


@dataclass(frozen=True, slots=True)
class Over:
    """An attempt that is over, verified."""

    transcript: Transcript
    protocol: Protocol
    station: Station
    placed: tuple[Placed, ...]
    report: VerifyReport

    def debrief(self) -> Debrief:
        """Return what came of it. The same file gives the same, on any day and machine."""
        from chatbot.core.practice.marking import mark

        return mark(self.protocol, self.station, self.placed)


class Timekeeper:
    """Records for an attempt, and knows how long it has taken: by the records, and by the host's clock since then."""

    def __init__(self, recorder: Recorder, host: Host, placed: Sequence[Placed], ended: Callable[[], None]) -> None:
        """*placed*: what is recorded already; *ended* is called once the attempt is over."""
        self.recorder, self._host, self._ended = recorder, host, ended
        self._placed = list(placed)
        self._last = placed[-1].ms if placed else 0
        self._since = host.monotonic_ns()

    def append(self, events: Sequence[Event]) -> None:
        """Make events durable. Raises: BackstoryError; then none of them counts."""
        self.recorder.append(events)
        now = self.now()
        self._placed += [Placed(len(self._placed) + at, now, event) for at, event in enumerate(events)]
        if any(isinstance(each, PracticeEnded) for each in events):
            self._ended()

    def now(self) -> int:
        """Return the milliseconds since the first record; those between sittings are left out."""
        return self._last + (self._host.monotonic_ns() - self._since) // 1_000_000

    def spent(self) -> Spent:
        """Return how long the attempt has taken."""
        return spent(self._placed, self.now())


class PracticeDesk:
    """Where attempts are taken from and put back."""

    def __init__(self, desk: Desk, content: Callable[[], Path]) -> None:
        """*content*: the folder of the protocol that new attempts are made under."""
        self.desk = desk
        self._content = content
        self._clock: Timekeeper | None = None
        self._writer: TranscriptWriter | None = None
        """Of the attempt being made, or of the last one."""

    @classmethod
    def from_options(cls, options: argparse.Namespace, desk: Desk) -> PracticeDesk:
        """Return the desk that command line, environment and settings ask for."""

        def content() -> Path:
            from chatbot.content.library import find_protocol, protocols_folder
            from chatbot.settings import read_settings

            name = getattr(options, "protocol", None) or read_settings(options.settings).protocol
            return find_protocol(name, protocols_folder(options.protocols))

        return cls(desk, content)

    @property
    def folder(self) -> Path:
        """The folder of the protocol that new attempts are made under. Raises: UsageError."""
        return self._content()

    # --- patients ---

    def patients(self) -> tuple[Listed, ...]:
        """Return the patients that can be met, as a trainee may choose them.

        Raises: ContentError, UsageError.
        """
        from chatbot.content.practice import stations as listed

        return listed(self._content())

    def chosen(self, text: str) -> str:
        """Return the id of the patient a trainee means: by its number in the list, or by its id.

        Raises: UsageError where there is no such number.
        """
        if not (text.isascii() and text.isdecimal()):
            return text
        found = next((each.id for each in self.patients() if each.number == int(text)), None)
        if found is None:
            raise UsageError(f"there is no patient {text}", hint="backstory practice --list shows them")
        return found

    def station(self, patient: str, *, seed: int = 0, persona: str | None = None) -> Station:
        """Return the station of a patient, by number or id. Raises: ContentError, UsageError."""
        from chatbot.content.practice import station_of as made

        _check_seed(seed)
        return made(self.desk.protocol, self._content(), self.chosen(patient), seed=seed, persona=persona)

    def generated(self, *, seed: int | None, difficulty: int = 3) -> Station:
        """Return the station of a patient that is drawn; *seed* None: any. Raises: ContentError, UsageError."""
        from chatbot.content.practice import generated_station

        number = secrets.randbelow(1_000_000_000) if seed is None else seed
        _check_seed(number)
        if not 1 <= difficulty <= 5:
            raise UsageError("a difficulty is 1 to 5", hint="1 is easy")
        return generated_station(self.desk.protocol, self._content(), seed=number, difficulty=difficulty)

    def unsealed(self, path: Path, code: str) -> Sealed:
        """Open a sealed station file.

        Raises: StorageError; CorruptTranscript (T024); KeyProblem (K040); UsageError when its content is not here.
        """
        data = stations.read_file(path)
        station = unseal(data, code, str(path))
        return Sealed(station, self._protocol_of(station, path), data)

    def check_sealed(self, path: Path) -> None:
        """Check what can be checked of a sealed file before its code is asked for. Raises: as ``unsealed`` does."""
        head_of(stations.read_file(path), str(path))

    def _protocol_of(self, station: Station, place: Path) -> Protocol:
        """Return the content a station was made under: today's, or what is kept beside the transcripts."""
        wanted = dict(station.protocol)
        try:
            today = self.desk.protocol
        except BackstoryError:
            today = None
        if today is not None and dict(today.identity) == wanted:
            return today
        try:
            data = bundle.load(place, wanted["digest"], self.desk.transcripts / bundle.FOLDER)
            kept = cached_bundle(data)
        except StorageError as error:
            raise UsageError(
                f"this station was made under other content: {wanted['id']} {wanted['version']}",
                place=str(place),
                hint="have it sealed again under the content of today, or install the content it was made under",
            ) from error
        if dict(kept.identity) != wanted:
            raise UsageError("this station was not made under the content it names", place=str(place))
        return kept

    # --- attempts ---

    def begin(
        self, station: Station, mode: str, *, timed: bool | None = None, sealed: Sealed | None = None
    ) -> Practising:
        """Begin an attempt. *timed* None: an examination is. *sealed*: the station is kept only so.

        Raises: UsageError; WithdrawnContent; StorageError, KeyProblem when it cannot be kept. Then there is none.
        """
        from chatbot.content.in_use import refuse_withdrawn

        if mode not in MODES:
            raise UsageError(f"no mode is called {mode!r}", hint=f"the modes are {', '.join(MODES)}")
        protocol = self.desk.protocol if sealed is None else sealed.protocol
        refuse_withdrawn(self.desk.withdrawals, protocol)
        self.leave()
        known, disk, folder = digest(station), Disk(), self.desk.transcripts

        def keep() -> Kept:
            if sealed is None:
                return stations.keep(disk, folder, station)
            return stations.keep_sealed(disk, folder, known, sealed.data)

        opened = self.desk.opening(protocol, KIND, self.next_label(), station.as_of)
        first = beginning(protocol, station, opened, mode, timed=mode == "examination" if timed is None else timed)
        # The station first: an attempt must never stand there without its patient.
        kept = keep()
        try:
            writer, events = self.desk.write(opened, protocol, first)
        except BaseException:
            stations.remove(disk, kept, known, self._running())
            raise
        if not kept.path.exists():
            # Another attempt at the same station ended in between, and took it for its own.
            kept = keep()
        self._begun(writer, [Placed(at, 0, each) for at, each in enumerate(events)], known, kept)
        return Practising(protocol, station, self._timekeeper, events)

    def resume(self, path: Path, ask: AskCode) -> Practising:
        """Go on with an attempt that is not over; *ask* is asked for the code of a sealed station.

        Raises: UsageError (T025) for what is none, or is over; KeyProblem; CorruptTranscript; StorageError;
        LockedByAnother; VersionUnsupported; WithdrawnContent.
        """
        from chatbot.content.in_use import refuse_withdrawn

        self.leave()
        before = read_transcript(path)
        _check_running(before)
        known = station_of(before)
        kept = stations.find(path, known, self.desk.transcripts)
        protocol = load_protocol(before, cached_bundle, running=True)
        refuse_withdrawn(self.desk.withdrawals, protocol)
        station = stations.load(kept, known, ask)
        writer, transcript = self.desk.write_on(path)
        try:
            _check_running(transcript)
            self._begun(writer, placed_of(transcript.entries), known, kept)
            return Practising.resume(protocol, station, self._timekeeper, transcript.events)
        except BaseException:
            self.desk.close()
            raise

    def _begun(self, writer: TranscriptWriter, placed: Sequence[Placed], known: str, kept: Kept) -> None:
        def ended() -> None:
            # Where it had to be written anew its path is another one by now.
            stations.remove(Disk(), kept, known, [each for each in self._running() if each != writer.path])

        self._writer = writer
        self._clock = Timekeeper(writer, self.desk.host, placed, ended)

    @property
    def _timekeeper(self) -> Timekeeper:
        assert self._clock is not None
        return self._clock

    def leave(self, practising: Practising | None = None) -> None:
        """Let go of the attempt being made; it can be gone on with. May be called when there is none."""
        try:
            if practising is not None:
                practising.leave()
        finally:
            self.desk.close()
            self._clock = None

    def spent(self) -> Spent:
        """Return how long the attempt being made has taken."""
        return Spent() if self._clock is None else self._clock.spent()

    def unfinished(self) -> list[CaseSummary]:
        """Return the attempts that can be gone on with, the last written first."""
        return [each for each in self.desk.cases() if each.attempt == RUNNING]

    def finished(self) -> list[CaseSummary]:
        """Return the attempts that are over, the last written first."""
        return [each for each in self.desk.cases() if each.attempt == ENDED]

    def next_label(self) -> str:
        """Return the label of a new attempt: the next free number."""
        known = {each.label for each in self.desk.cases()}
        return next(label for number in count(1) if (label := f"practice {number}") not in known)

    def _running(self) -> list[Path]:
        return [each.path for each in self.unfinished()]

    # --- what came of one ---

    def over(self, path: Path | None = None) -> Over:
        """Verify an attempt that is over and return all that marking needs. None: the one made last. Reads only.

        Raises: UsageError (T025) when it is not over, or none; CorruptTranscript; what reading a transcript raises.
        """
        if path is None:
            if self._writer is None:
                raise UsageError("no attempt was made", hint="name one: backstory cases --kind practice")
            path = self._writer.path
        return over(path)


def over(path: Path) -> Over:
    """Verify an attempt that is over and return all that marking needs. Reads only; as ``PracticeDesk.over``."""
    transcript = read_transcript(path)
    check_over(transcript)
    if attempt_of(transcript) != ENDED:
        raise UsageError(
            "no attempt at a station was made here", place=str(path), hint="backstory cases --kind practice lists them"
        )
    report = verify(path, cached_bundle)
    found = read_attempt(path, cached_bundle)
    if found.protocol is None or found.station is None:
        raise CorruptTranscript(
            "the chain holds, but these are not the records of an attempt: do not rely on it",
            code="T013",
            place=str(path),
            hint="; ".join(found.problems),
        )
    return Over(transcript, found.protocol, found.station, found.placed, report)


def with_times(station: Station, minutes: int | None, preparation: int | None) -> Station:
    """Return a station with other times. Raises: UsageError for times that are none."""
    for name, value, least, most in (("minutes", minutes, 1, 180), ("preparation", preparation, 0, 60)):
        if value is not None and not least <= value <= most:
            raise UsageError(f"--{name} is {least} to {most}")
    return replace(
        station,
        minutes=station.minutes if minutes is None else minutes,
        preparation=station.preparation if preparation is None else preparation,
    )


def _check_seed(seed: int) -> None:
    if not 0 <= seed <= LARGEST_SEED:
        raise UsageError(f"the seed {seed} cannot be used", hint=f"a whole number from 0 to {LARGEST_SEED}")


def _check_running(transcript: Transcript) -> None:
    """Raises: UsageError for a case that is no attempt, or one that is over."""
    stands = attempt_of(transcript)
    if stands != RUNNING:
        said = "this attempt is over" if stands else "no attempt at a station was begun here"
        hint = f"backstory practice debrief {transcript.case} says what came of it" if stands else "backstory cases"
        raise UsageError(said, place=str(transcript.path), hint=hint)
