"""A person marks an attempt besides the program: what they may give, and how it is appended to the transcript."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.core.commands import Refusal
from chatbot.core.practice.attempt import decide, of_events
from chatbot.core.practice.commands import Mark
from chatbot.core.practice.debrief import Debrief, Line
from chatbot.errors import BackstoryError, ExitCode, UsageError
from chatbot.record.attempts import Kept, read_attempt
from chatbot.record.host import Host
from chatbot.record.read import read_transcript
from chatbot.record.replay import LoadBundle
from chatbot.record.running import placed_of
from chatbot.record.store import TranscriptWriter
from chatbot.teaching.marked import Marker


@dataclass(frozen=True, slots=True)
class Changed:
    """One item that was set aside."""

    item: str
    text: str
    before: int
    """What the program gave."""
    after: int
    of: int
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """What a marker gave, and what it makes of the score."""

    case: str
    marker: str
    overall: int
    changed: tuple[Changed, ...]
    before: int
    """Points of the program."""
    after: int
    of: int
    percent_before: int
    percent_after: int
    notices: tuple[str, ...]
    """What the writer has to tell about the file."""


def limits(line: Line) -> tuple[int, int]:
    """Return the least and the most points a person may give for an item.

    No more than it can bring; below nought only where the program took points off, and no more of them than it did.
    """
    return min(0, line.points), max(0, line.of)


def check_marks(debrief: Debrief, marks: Mapping[str, int], reasons: Mapping[str, str]) -> tuple[Changed, ...]:
    """Return what marks would change.

    Raises: UsageError for an item the debrief does not have, points it cannot give, a mark without a reason or a
    reason without a mark.
    """
    lines = {each.id: each for each in debrief.lines}
    changed = []
    for item, points in marks.items():
        line = lines.get(item)
        if line is None:
            near = difflib.get_close_matches(item, sorted(lines), n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else "backstory practice mark CASE --items lists them"
            raise UsageError(f"the debrief has no item {item!r}", hint=hint)
        least, most = limits(line)
        if not least <= points <= most:
            raise UsageError(f"{item} can be given {least} to {most} points, not {points}", hint=f"it is: {line.text}")
        if not reasons.get(item, "").strip():
            hint = f"--reason {item}='why the program is wrong here'"
            raise UsageError(f"{item} is given other points without a reason", hint=hint)
        changed.append(Changed(item, line.text, line.points, points, line.of, reasons[item].strip()))
    stray = sorted(reasons.keys() - marks.keys())
    if stray:
        raise UsageError(f"a reason is given for {stray[0]}, and no points", hint=f"--set {stray[0]}=POINTS")
    return tuple(changed)


def markable(path: Path, load_bundle: LoadBundle) -> Kept:
    """Return an attempt that is over and holds; a torn end is no hindrance, it is set aside when it is written to.

    Raises: UsageError for one that is not over; what is wrong with the file otherwise.
    """
    kept = read_attempt(path, load_bundle)
    if kept.verdict in {"VALID", "TORN"} and kept.station is not None:
        return kept
    if kept.verdict in {"UNFINISHED", "TORN"}:
        raise UsageError("the attempt is not over", place=str(path), hint="mark it when it has ended")
    if kept.verdict == "NO-ATTEMPT":
        raise UsageError("this is no attempt at a station", place=str(path), hint="backstory cases --kind practice")
    raise Refused(kept)


class Refused(BackstoryError):
    """An attempt that cannot be marked because its file does not hold; the message says why, with its own place."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("\n".join(kept.problems))
        self.exit_code = ExitCode(kept.exit_code)

    def render(self) -> str:
        """Return what was said of the file, as it was."""
        return self.message


def give(
    kept: Kept,
    mark: Marker,
    host: Host,
    *,
    marker: str,
    overall: int = 0,
    marks: Mapping[str, int] | None = None,
    reasons: Mapping[str, str] | None = None,
    comment: str = "",
    signing: Path | None = None,
    fallback: Path | None = None,
) -> Given:
    """Append a person's marks to an attempt, durably, and return what they change.

    *kept*: from ``markable``. Raises: UsageError for what may not be given; LockedByAnother, StorageError and what
    else opening and writing raise. Then nothing was given.
    """
    assert kept.protocol is not None and kept.station is not None
    before = mark(kept.protocol, kept.station, kept.placed)
    changed = check_marks(before, marks or {}, reasons or {})
    if not overall and not changed and not comment.strip():
        raise UsageError("nothing is given", hint="--overall N, --set ITEM=POINTS with --reason, or --comment TEXT")
    command = Mark(marker, overall, {each.item: each.after for each in changed}, dict(reasons or {}), comment)
    writer, transcript = TranscriptWriter.resume(
        kept.path, host, actor=marker.strip(), signing=signing, fallback=fallback
    )
    with writer:
        # Decided on what is there now: it may have been marked by somebody else since it was read.
        attempt = of_events(kept.protocol, kept.station, transcript.events)
        decided = decide(attempt, command)
        if isinstance(decided, Refusal):
            raise UsageError(decided.message, hint=decided.hint)
        writer.append(decided)
    after = mark(kept.protocol, kept.station, placed_of(read_transcript(writer.path).entries))
    last = after.second[-1]
    return Given(
        case=kept.case,
        marker=last.marker,
        overall=last.overall,
        changed=changed,
        before=before.points,
        after=last.points,
        of=after.of,
        percent_before=before.percent,
        percent_after=last.points * 100 // after.of if after.of else 0,
        notices=tuple(writer.notices),
    )


def pairs_of(texts: Sequence[str], option: str) -> dict[str, str]:
    """Return ``ITEM=VALUE`` texts as a mapping. Raises: UsageError."""
    found: dict[str, str] = {}
    for text in texts:
        item, equals, value = text.partition("=")
        if not equals or not item.strip() or not value.strip():
            raise UsageError(f"{option} {text!r} is not ITEM=VALUE", hint=f"{option} ITEM=VALUE")
        if item.strip() in found:
            raise UsageError(f"{option} names {item.strip()} twice")
        found[item.strip()] = value.strip()
    return found


def points_of(texts: Sequence[str]) -> dict[str, int]:
    """Return ``ITEM=POINTS`` texts as whole points. Raises: UsageError."""
    found = {}
    for item, value in pairs_of(texts, "--set").items():
        try:
            found[item] = int(value)
        except ValueError:
            raise UsageError(f"{value!r} is not a whole number of points", hint=f"--set {item}=2") from None
    return found
