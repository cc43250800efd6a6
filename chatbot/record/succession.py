"""Which case may be followed up or amended, and what a case and those before it say together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from chatbot.core.beginnings import pinned
from chatbot.core.case import Case, fold
from chatbot.core.changes import Changes, Story, changes, reasons_of, snapshot
from chatbot.core.events import Event, Pinned
from chatbot.core.lineage import Place, is_finished
from chatbot.core.phases import Phase
from chatbot.core.protocol import Protocol
from chatbot.core.values import moment_text, parse_moment
from chatbot.errors import BackstoryError, LockedByAnother, UsageError
from chatbot.record import locks
from chatbot.record.bonds import Bond, bonds
from chatbot.record.lineage import files_of, folder_of, lineage_of, place_of
from chatbot.record.read import Transcript, read_transcript
from chatbot.record.replay import LoadBundle, load_protocol, replay


@dataclass(frozen=True, slots=True)
class Kept:
    """A case read from its file, under the content it was made with."""

    path: Path
    transcript: Transcript
    protocol: Protocol
    case: Case


def kept(path: Path, load_bundle: LoadBundle) -> Kept:
    """Read and verify a case another one is to come from.

    Raises: CorruptTranscript, VersionUnsupported, StorageError; TornTranscript for one that must be resumed first;
    LockedByAnother while somebody works on it.
    """
    transcript = read_transcript(path, allow_torn=False)
    if locks.is_locked(path):
        raise LockedByAnother(
            "this case is being worked on", code="L001", place=str(path), hint="finish it there first"
        )
    protocol = load_protocol(transcript, load_bundle)
    case, _ = replay(transcript, protocol)
    return Kept(path, transcript, protocol, case)


def check_follow_up(earlier: Kept, protocol: Protocol, as_of: str) -> None:
    """Check that a case may be followed up today, under *protocol*.

    Raises: UsageError saying why not and what to do instead.
    """
    case = earlier.case
    if case.phase is Phase.ABANDONED:
        raise UsageError(f"{case.case} was abandoned: there is no plan to follow up", hint="begin a new case")
    if not is_finished(case):
        raise UsageError(
            f"{case.case} is not finished: it is gone on with, not followed up",
            hint=f"backstory interview --resume {case.case}",
        )
    if protocol.id != earlier.protocol.id:
        raise UsageError(
            f"{case.case} was made with the protocol {earlier.protocol.id}, not {protocol.id}",
            hint=f"name it: backstory interview {earlier.protocol.id} --follow-up {case.case}",
        )
    if parse_moment(as_of) < case.as_of:
        raise UsageError(
            f"{as_of} lies before the visit that is followed up ({moment_text(case.as_of)})", hint="check the date"
        )
    newer = _relatives(earlier, "amends")
    if newer:
        raise UsageError(f"{case.case} was amended: {newer[-1]} is its newest version", hint=f"follow up {newer[-1]}")
    later = _relatives(earlier, "follows")
    if later:
        raise UsageError(
            f"{case.case} was followed up already: {later[-1]}", hint=f"go on with {later[-1]}, or follow that one up"
        )


def check_amendment(earlier: Kept) -> None:
    """Check that a case may be amended.

    Raises: UsageError saying why not and what to do instead.
    """
    case = earlier.case
    if case.phase is not Phase.SIGNED:
        what = "was abandoned" if case.phase is Phase.ABANDONED else "is not signed"
        hint = "begin a new case" if case.phase is Phase.ABANDONED else f"correct it: --resume {case.case}"
        raise UsageError(f"{case.case} {what}: only a signed case is amended", hint=hint)
    newer = _relatives(earlier, "amends")
    if newer:
        raise UsageError(
            f"{case.case} was amended already: {newer[-1]}", hint=f"amend that one, or go on with it: {newer[-1]}"
        )


def _relatives(earlier: Kept, how: str) -> list[str]:
    """Return the codes of the cases that amend or follow this one, abandoned ones left out, oldest first."""
    lineage = lineage_of(earlier.path)
    members = () if lineage is None else lineage.members
    return [each.case for each in members if getattr(each, how) == earlier.case.case and each.phase != "abandoned"]


def first_visit(earlier: Kept, protocol: Protocol, load_bundle: LoadBundle) -> Pinned | None:
    """Return what the first visit contributes under the content of today, from its own file where that is as it was.

    None: its file is not there any more, or is another; what the earlier case took from it stands instead.
    """
    known = earlier.case.first
    if known is None:
        return None
    for path in files_of(known["case"], folder_of(earlier.path)):
        try:
            transcript = read_transcript(path)
            if known["head"] not in {record.hash for record in transcript.entries}:
                continue
            own = load_protocol(transcript, load_bundle)
            return pinned(protocol, own, fold(own, transcript.events), transcript.head)
        except BackstoryError:
            continue
    return None


# --- a case with those before it ------------------------------------------------------------------


def story_of(path: Path, protocol: Protocol, events: tuple[Event, ...], load_bundle: LoadBundle) -> Story:
    """Return where a case stands, and what differs from its version before and from the visit before.

    *events*: as far as the case has come; its file may be further. Raises: StorageError.
    """
    transcript = read_transcript(path)
    case = fold(protocol, events)
    now = snapshot(protocol, case)
    parts: list[tuple[int, Changes]] = []
    problems: list[str] = []
    for bond in bonds(transcript):
        before = _before(bond, load_bundle)
        if isinstance(before, str):
            problems.append(before)
            continue
        if bond.said:
            problems.append(bond.said)
        own, then = before
        amends = bond.how == "amends"
        found = changes(
            snapshot(own, then),
            now,
            amends=amends,
            reasons=reasons_of(events) if amends else None,
            outcomes=None if amends else case.outcomes,
        )
        parts.append((len(case.versions) if amends else 0, found))
    return Story(_placed(case, place_of(path)), tuple(parts), tuple(problems))


def _placed(case: Case, place: Place) -> Place:
    """Count the visits and versions a case itself names, where their files are not there."""
    visit, version = max(place.visit, len(case.visits) + 1), max(place.version, len(case.versions) + 1)
    visits, of = max(place.visits, visit), max(place.of, version)
    return replace(place, visit=visit, visits=visits, version=version, of=of)


def _before(bond: Bond, load_bundle: LoadBundle) -> tuple[Protocol, Case] | str:
    if bond.path is None or bond.broken:
        return bond.said
    try:
        transcript = read_transcript(bond.path)
        own = load_protocol(transcript, load_bundle)
        return own, fold(own, transcript.events)
    except (BackstoryError, ValueError, LookupError) as error:
        return f"{bond.case} could not be compared: {error}"
