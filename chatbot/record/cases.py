"""The folder of cases: where it is, what is in it, which file a case code means."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.core.events import KINDS
from chatbot.errors import BackstoryError, StorageError, UsageError
from chatbot.record import locks, register
from chatbot.record.disk import real
from chatbot.record.host import plain_code
from chatbot.record.publish import storage_error
from chatbot.record.read import examine_file
from chatbot.record.recovery import Examined
from chatbot.record.running import RUNNING, attempt_in

NOT_CASES = frozenset({"access.jsonl", register.NAME})
"""Files in a folder of cases that are none."""

_NETWORK = frozenset("nfs nfs4 cifs smb3 smbfs ncpfs afs 9p fuse.sshfs fuse.glusterfs ceph fuse.rclone".split())
_MOUNTS = Path("/proc/self/mounts")


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One transcript as a list of cases shows it. Derived without its protocol."""

    path: Path
    case: str
    """Empty, as all that follows, when the header cannot be read."""
    kind: str
    label: str
    subject: str
    as_of: str
    """Clinical moment of the last sitting."""
    phase: str
    """open, suspended, planned, signed or abandoned; of an attempt at a station: station, suspended or ended."""
    last: str
    """When the last record was written, by the wall clock."""
    records: int
    state: str
    """ok, misplaced (in the folder of another kind), encrypted (no key here opens it), torn or damaged."""
    locked: bool
    """Someone is writing it now."""
    problem: str = ""
    """What is wrong, rendered; empty when the state is ok."""
    relocated: bool = False
    """It was written anew and takes the place of an earlier file of the same case."""
    amends: str = ""
    """The case it is a new version of; empty when it is none."""
    follows: str = ""
    """The visit before it; empty at a first visit."""
    began: str = ""
    """Clinical moment of the first sitting."""
    opened: str = ""
    """When the first record was written, by the wall clock."""
    encrypted: bool = False
    """It is encrypted, opened here or not."""
    shut: bool = False
    """It is encrypted and no key here opens it: there is no label, and ``as_of`` is that of its first sitting."""
    attempt: str = ""
    """running or ended, of an attempt at a station; empty for any other case."""

    @property
    def name(self) -> str:
        """What staff recognise it by, where there is anything."""
        return self.label or ("encrypted" if self.shut else "no label")


def transcripts_folder(option: Path | None, environ: Mapping[str, str]) -> Path:
    """Return where cases are kept: as asked for, else the checkout's ``transcripts``, else the user's data folder."""
    if option is not None:
        return option
    if named := environ.get("BACKSTORY_TRANSCRIPTS"):
        return Path(named).expanduser()
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "dialogue").is_dir():
        return checkout / "transcripts"
    home = Path(environ.get("HOME") or Path.home())
    data = Path(environ.get("XDG_DATA_HOME") or "")
    # A relative XDG path is to be ignored, says its specification.
    return (data if data.is_absolute() else home / ".local" / "share") / "backstory" / "transcripts"


def list_cases(folder: Path) -> list[CaseSummary]:
    """Return every transcript in *folder* and its folders by kind, the last written first, damaged ones included."""
    kinds = {folder / kind: kind for kind in KINDS}
    found = [summarise(path, kinds.get(path.parent, "")) for path in transcript_files(folder)]
    return sorted(found, key=lambda each: (each.last, each.path.name), reverse=True)


def transcript_files(folder: Path) -> Iterator[Path]:
    """Yield the files that claim to be transcripts, without following symbolic links.

    Raises: StorageError for a folder that is there and cannot be read: it is not an empty one.
    """
    for place in (folder, *(folder / kind for kind in KINDS)):
        try:
            with os.scandir(place) as entries:
                names = [
                    entry.name
                    for entry in entries
                    if entry.name.endswith(".jsonl")
                    and entry.name not in NOT_CASES
                    and entry.is_file(follow_symlinks=False)
                ]
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise storage_error(error, place, "list the cases") from error
        yield from (place / name for name in sorted(names))


def summarise(path: Path, folder_kind: str = "") -> CaseSummary:
    """Return one transcript as a list shows it; whatever is wrong with it becomes its state.

    *folder_kind*: the kind whose folder it stands in; empty when that is not known.
    """
    try:
        _, examined = examine_file(path)
    except BackstoryError as error:
        return CaseSummary(path, "", "", "", "", "", "open", "", 0, "damaged", False, error.render())
    damage = examined.damage
    types = [record.type for record in examined.records]
    header: dict[str, Any] = examined.records[0].data if examined.records else {}
    state, problem = "ok", ""
    if damage is not None:
        state, problem = "torn" if damage.torn else "damaged", damage.error(path).render()
    elif examined.shut is not None:
        state = "encrypted"
        problem = examined.shut.error(path, f"its chain of {len(examined.records)} records holds").render()
    elif misplaced := misplaced_problem(path, header["kind"], folder_kind):
        state, problem = "misplaced", misplaced
    return CaseSummary(
        path=path,
        case=header.get("case", ""),
        kind=header.get("kind", ""),
        label=header.get("label", ""),
        subject=header.get("subject", ""),
        as_of=_as_of(examined),
        phase=phase_of(types),
        last=examined.records[-1].t if examined.records else "",
        records=len(examined.records),
        state=state,
        locked=locks.is_locked(path),
        problem=problem,
        relocated="storage.relocated" in types,
        amends=header.get("amends") or "",
        follows=header.get("follows") or "",
        began=header.get("as_of", ""),
        opened=examined.records[0].t if examined.records else "",
        encrypted=bool(header.get("enc")),
        shut=examined.shut is not None,
        attempt=attempt_in(types),
    )


def misplaced_problem(path: Path, kind: str, folder_kind: str) -> str:
    """Return what is wrong when a case stands in the folder of another kind; empty when it does not."""
    if not folder_kind or folder_kind == kind:
        return ""
    return StorageError(
        f"this is a {kind} case in the folder for {folder_kind} cases; its header counts",
        code="F013",
        place=str(path),
        hint=f"move the file to the folder {kind}; kinds never mix",
    ).render()


def _as_of(examined: Examined) -> str:
    sittings = (record.data["as_of"] for record in reversed(examined.records) if "as_of" in record.data)
    return next(sittings, "")


PHASES = {
    "case.signed": "signed",
    "case.abandoned": "abandoned",
    "case.suspended": "suspended",
    "case.resumed": "open",
    "plan.issued": "planned",
    "outcome.recorded": "open",
    "answer.given": "open",
    "answer.corrected": "open",
    "answer.withdrawn": "open",
    "case.opened": "open",
}
"""The last event of one of these types says where a case stands, unless it is an attempt at a station."""


def phase_of(types: Sequence[str]) -> str:
    """Return where a case stands after records of these types. An attempt: station, suspended or ended."""
    found = next((PHASES[each] for each in reversed(types) if each in PHASES), "open")
    attempt = attempt_in(types)
    if attempt == RUNNING:
        return found if found == "suspended" else "station"
    return attempt or found


def find_case(folder: Path, text: str, also: Path | None = None) -> Path:
    """Return the transcript meant by a path, a file name, a case code, or the beginning of one.

    *also*: the second folder, where cases go on when the first cannot be written. A path is returned as it is, there or
    not: reading it says what is wrong. Raises: UsageError with near misses, or with the candidates when several cases
    are meant.
    """
    given = Path(text).expanduser()
    if text.endswith(".jsonl") or os.sep in text:
        named = (
            []
            if os.sep in text or given.exists()
            else [p for place in (folder, also) if place is not None for p in transcript_files(place) if p.name == text]
        )
        return named[0] if len(named) == 1 else given
    wanted = plain_code(text)
    if not wanted:
        raise UsageError("no case is named", hint="backstory cases lists them")
    cases = [each for each in (*list_cases(folder), *(list_cases(also) if also else ())) if each.case]
    meant = [each for each in cases if plain_code(each.case) == wanted]
    meant = meant or [each for each in cases if plain_code(each.case).startswith(wanted)]
    if not meant:
        if given.is_file():
            return given
        known = {each.case for each in cases}
        near = difflib.get_close_matches(wanted, sorted(known), n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"the cases are in {folder}: backstory cases"
        raise UsageError(f"no case is called {text!r}", hint=hint)
    chosen = _one_of(meant)
    if chosen is None:
        codes = sorted({each.case for each in meant})
        what = "several cases begin" if len(codes) > 1 else "several files hold the case that begins"
        names = ", ".join(codes[:5]) if len(codes) > 1 else ", ".join(str(each.path) for each in meant[:5])
        raise UsageError(f"{what} with {text!r}", hint=f"name one: {names}")
    return chosen.path


def cases_in_both(folder: Path, also: Path | None) -> list[CaseSummary]:
    """Return the cases of a folder and of the second one. Of a case that goes on there, what it left is not listed."""
    found = list_cases(folder)
    if also is None:
        return list(found)
    moved = list_cases(also)
    went_on = {each.case for each in moved if each.case and each.relocated}
    return [*(each for each in found if each.case not in went_on), *moved]


def _one_of(meant: list[CaseSummary]) -> CaseSummary | None:
    """Return the one file meant. Of several of one case: the one not damaged, the one written anew."""
    if len(meant) > 1 and len({each.case for each in meant}) == 1:
        meant = [each for each in meant if each.state != "damaged"] or meant
        if len(meant) > 1:
            meant = [each for each in meant if each.relocated] or meant
    return meant[0] if len(meant) == 1 else None


def storage_warning(folder: Path) -> str:
    """Return a warning when cases would be kept on a network file system; empty when they are not, as far as known."""
    try:
        lines = _MOUNTS.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    place = real(folder.absolute())
    best = ("", "")
    for line in lines:
        words = line.split()
        if len(words) < 3:
            continue
        mounted = Path(words[1].replace("\\040", " "))
        if (place == mounted or mounted in place.parents) and len(str(mounted)) >= len(best[0]):
            best = (str(mounted), words[2])
    if best[1] not in _NETWORK:
        return ""
    return (
        f"{folder} is on a network file system ({best[1]}): whether a saved answer survives a loss of power, and "
        "whether two writers are kept apart, depends on the server; keep cases on a local disk"
    )
