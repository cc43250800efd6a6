"""One marked attempt as progress and statistics need it, and the walks over folders of attempts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chatbot import __version__
from chatbot.core.events import PracticeEnded, PracticeMarked
from chatbot.core.practice.debrief import Debrief, DomainMark, Line, Placed, SecondMark
from chatbot.core.practice.station import Station
from chatbot.core.protocol import Protocol
from chatbot.core.values import Urgency
from chatbot.errors import ExitCode
from chatbot.record.attempts import KIND, Kept, attempt_files, read_attempt
from chatbot.record.cases import transcript_files
from chatbot.record.lineage import peek
from chatbot.record.replay import KeptProtocols, LoadBundle

Marker = Callable[[Protocol, Station, Sequence[Placed]], Debrief]
"""``chatbot.core.practice.marking.mark``."""

RIGHT, LOW, HIGH, NONE = "right", "low", "high", "none"
"""How the urgency a trainee chose stands to the true one; none: they chose none."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One line of a debrief, with what it is about in words that are the same in every attempt."""

    id: str
    kind: str
    domain: str
    points: int
    of: int
    title: str

    @property
    def item(self) -> str:
        """What it is counted as over many attempts. A word of reproach is one wherever it was said."""
        return self.kind if self.kind == "stigma" else self.id

    @property
    def missed(self) -> bool:
        """Whether anything was lost by it."""
        return self.points < self.of


@dataclass(frozen=True, slots=True)
class Marked:
    """One attempt that holds, and its marks."""

    path: Path
    case: str
    trainee: str
    when: str
    """UTC to the millisecond."""
    mode: str
    name: str
    """Of the station: the vignette, or ``generated``. It may give the answer away."""
    title: str
    who: str
    seed: int
    difficulty: int
    protocol: str
    """Its id."""
    points: int
    of: int
    percent: int
    domains: tuple[DomainMark, ...]
    urgency: str
    true_urgency: str
    flags: tuple[tuple[str, str], ...]
    """Red flags that truly are present or cannot be excluded, with what they are called."""
    questions: int
    seconds: int
    lines: tuple[Scored, ...]
    second: tuple[SecondMark, ...]
    """Of several by the same marker the last."""

    @property
    def day(self) -> str:
        """The day it was begun, in UTC."""
        return self.when[:10]

    @property
    def triage(self) -> str:
        """right, low, high or none."""
        return triage(self.urgency, self.true_urgency)


@dataclass(frozen=True, slots=True)
class Bad:
    """A file that is not counted, and why."""

    path: Path
    verdict: str
    """One of ``chatbot.record.attempts.VERDICTS``."""
    said: str
    case: str = ""
    exit_code: int = 0


def triage(said: str, true: str) -> str:
    """Return how an urgency that was chosen stands to the true one."""
    if not said:
        return NONE
    chosen, truly = Urgency(said).rank, Urgency(true).rank
    return RIGHT if chosen == truly else LOW if chosen < truly else HIGH


def marked(kept: Kept, mark: Marker) -> Marked | Bad:
    """Mark one attempt; what cannot be marked is returned as such."""
    if not kept.sound or kept.protocol is None or kept.station is None:
        return Bad(kept.path, kept.verdict, "\n".join(kept.problems), kept.case, kept.exit_code)
    try:
        debrief = mark(kept.protocol, kept.station, kept.placed)
    except Exception as error:
        said = f"{kept.path}: error: a fault in backstory {__version__}: {type(error).__name__}; please report this"
        return Bad(kept.path, "FAULT", said, kept.case, int(ExitCode.INTERNAL))
    protocol, station = kept.protocol, kept.station
    return Marked(
        path=kept.path,
        case=kept.case,
        trainee=kept.actor,
        when=kept.when,
        mode=kept.mode,
        name=station.name,
        title=station.title,
        who=station.who,
        seed=station.seed,
        difficulty=station.difficulty,
        protocol=protocol.id,
        points=debrief.points,
        of=debrief.of,
        percent=debrief.percent,
        domains=debrief.domains,
        urgency=debrief.urgency,
        true_urgency=debrief.true_urgency,
        flags=tuple(
            (each.flag, title_of(protocol, station, each.flag))
            for each in station.expected.flags
            if each.state != "clear"
        ),
        questions=debrief.questions,
        seconds=debrief.seconds,
        lines=tuple(
            Scored(each.id, each.kind, each.domain, each.points, each.of, line_title(protocol, station, each))
            for each in debrief.lines
        ),
        second=tuple({each.marker: each for each in debrief.second}.values()),
    )


def line_title(protocol: Protocol, station: Station, line: Line) -> str:
    """Return what a line is about, whatever came of it."""
    of = "" if line.kind == "stigma" else line.id.partition(":")[2]
    return title_of(protocol, station, of) if of else line.kind.replace("_", " ")


def title_of(protocol: Protocol, station: Station, id_: str) -> str:
    """Return what the content calls a red flag, cause, question, plan item or move; the id where it has no name."""
    if id_ in protocol.red_flags:
        return protocol.red_flags[id_].title.clinician
    if id_ in protocol.hypotheses:
        return protocol.hypotheses[id_].title.clinician
    choice = next((each for each in station.scoring.items if each.id == id_), None)
    if choice is not None:
        return choice.title
    move = station.move(id_)
    if move is not None:
        return move.label
    if id_ in protocol.questions:
        return protocol.questions[id_].named.clinician
    return id_.replace("_", " ")


# --- walks ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class LeftOut:
    """What a walk did not look into, counted."""

    other_kinds: int = 0
    """Cases that are no practice."""


def practice_files(folder: Path) -> Iterator[Path]:
    """Yield the attempts of a folder of transcripts by their headers; what has none counts where practice is kept."""
    for path in transcript_files(folder):
        header = peek(path)
        kind = path.parent.name if header is None else header["kind"]
        if kind == KIND:
            yield path


def group_files(folder: Path, left_out: LeftOut) -> Iterator[Path]:
    """Yield the attempts below a folder, sorted; cases of other kinds are counted and not opened.

    Raises: StorageError.
    """
    for path in attempt_files(folder):
        header = peek(path)
        if header is not None and header["kind"] != KIND:
            left_out.other_kinds += 1
            continue
        yield path


def walk(files: Iterable[Path], load_bundle: LoadBundle, mark: Marker) -> Iterator[Marked | Bad]:
    """Read, verify and mark attempts one after the other, each case once.

    Of several files of one attempt the one that goes furthest counts, with the marks that only the others hold.
    """
    paths = list(files)
    doubles = _doubles(paths)
    protocols = KeptProtocols(load_bundle)
    waiting: dict[str, list[Kept]] = defaultdict(list)
    for path in paths:
        kept = read_attempt(path, load_bundle, kept=protocols)
        case = doubles.get(path)
        if case is None:
            yield marked(kept, mark)
            continue
        waiting[case].append(kept)
        if len(waiting[case]) == sum(each == case for each in doubles.values()):
            for each in _chosen(waiting.pop(case)):
                yield marked(each, mark)


def _doubles(paths: Sequence[Path]) -> dict[Path, str]:
    """Return the files whose case code another file has too, with that code."""
    codes: dict[str, list[Path]] = defaultdict(list)
    for path in paths:
        header = peek(path)
        if header is not None:
            codes[header["case"]].append(path)
    return {path: case for case, files in codes.items() if len(files) > 1 for path in files}


def _chosen(files: Sequence[Kept]) -> Iterator[Kept]:
    """Yield the files of one case code, each attempt once: the file that goes furthest, with the marks of the others.

    Two files of one attempt that differ in the interview itself are both set aside: neither can be preferred.
    """
    attempts: dict[str, list[Kept]] = defaultdict(list)
    for kept in sorted(files, key=lambda each: (-each.records, str(each.path))):
        if kept.sound:
            attempts[kept.hashes[0]].append(kept)
        else:
            yield kept
    for same in attempts.values():
        first, *others = same
        differ = [each for each in others if not _one_interview(first, each)]
        if differ:
            for each in same:
                said = f"{each.path}: another file holds the same attempt and tells it otherwise; look at both"
                yield replace(each, verdict="CORRUPT", problems=(said,), exit_code=int(ExitCode.CORRUPT))
            continue
        for each in others:
            said = f"{each.path}: the same attempt as {first.path}; marks that only it holds are counted there"
            yield replace(each, verdict="COPY", problems=(said,))
        yield replace(first, placed=(*first.placed, *_further_marks(first, others)))


def _one_interview(one: Kept, other: Kept) -> bool:
    """Whether two files hold the same records up to the end of the attempt."""
    over = next(at for at, each in enumerate(one.placed) if isinstance(each.event, PracticeEnded))
    return one.hashes[: over + 1] == other.hashes[: over + 1]


def _further_marks(first: Kept, others: Sequence[Kept]) -> Iterator[Placed]:
    """Yield the marks that stand in other files of an attempt alone, as if they had been given after those it has."""
    known, last = set(first.hashes), first.placed[-1]
    seq = last.seq
    for each in others:
        for hash_, placed in zip(each.hashes, each.placed, strict=True):
            if hash_ not in known and isinstance(placed.event, PracticeMarked):
                known.add(hash_)
                seq += 1
                yield Placed(seq, last.ms, placed.event)
