"""Everything about one person in one package that people can read and check without this program."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.core.text import visible
from chatbot.core.withdrawals import Withdrawal
from chatbot.errors import BackstoryError, StorageError, UsageError
from chatbot.keeping.hold import Hold, holds, holds_on
from chatbot.keeping.readable import Readable, readable
from chatbot.keeping.relatives import families_of, is_shut
from chatbot.record import bundle
from chatbot.record.cases import CaseSummary
from chatbot.record.disk import Disk, make_private_folder, sync_folder
from chatbot.record.host import plain_code
from chatbot.record.journal import Entry, note, read_journal
from chatbot.record.publish import UNFINISHED, publish, storage_error
from chatbot.record.read import read_bytes
from chatbot.record.tombstones import Tombstone

MANIFEST = "SHA256SUMS"
INDEX = "README.txt"

_WHAT = (
    ("record.txt", "the record and the plan, as clinicians read it"),
    ("record-plain-words.txt", "the same in plain words"),
    ("record.md", "the record with headings, for a word processor (Markdown)"),
    ("record.json", "the record for another program"),
    ("events.txt", "everything that was done in this case, by whom and when, in order"),
    ("answers.csv", "every answer ever given, also those corrected later: source, day, who; for a spreadsheet"),
)

_ABOVE = (
    ("transcripts/", "the saved files themselves, and the questions they were made with (protocols)"),
    ("journal.txt", "what was done with whole cases: holds, exports, disposals"),
    ("access.txt", "who opened these cases to read them"),
    (MANIFEST, "the SHA-256 of every file here; check with: sha256sum -c SHA256SUMS"),
)


@dataclass(frozen=True, slots=True)
class Package:
    """What was written."""

    path: Path
    cases: tuple[tuple[CaseSummary, Readable], ...]
    files: int
    manifest: str
    """SHA-256 of the manifest, in hex."""
    unread: tuple[Path, ...]
    """Files that tell nobody whose they are."""

    @property
    def whole(self) -> bool:
        """Whether every case of the person verifies and could be put in words."""
        return all(made.whole for _, made in self.cases)


def write_package(
    folder: Path,
    code: str,
    out: Path,
    *,
    withdrawals: Sequence[Withdrawal] = (),
    access: Sequence[tuple[str, str]] | None = None,
    by: str = "",
) -> Package:
    """Gather every case of a person, every kind, visit and version, and write the package; note that it was exported.

    *code*: the subject code, or the code of one of the cases. *out*: a new folder, or a new file that ends in
    ``.zip``. *access*: case and line of every access that is known; None: no such log was kept.

    Raises: UsageError R011 when there is no such case, R007 for a target that exists or stands among the transcripts;
    CorruptTranscript R001; StorageError.
    """
    out = out.expanduser().absolute()
    _check_target(out, folder)
    families = families_of(folder)
    cases = families.named(subjects=[code]) or families.named(codes=[code])
    if not cases:
        raise UsageError("no case of this person is here", code="R011", hint="backstory cases lists codes")
    cases.sort(key=lambda each: (each.began, each.opened, each.case))
    made = [(each, readable(each, withdrawals)) for each in cases]
    codes = {each.case for each in cases}
    disposed = families.disposed(cases)
    known = codes | {each.case for each in disposed}
    journal = [each for each in read_journal(folder).entries if _about(each, known, cases)]
    held = {hold for each in cases for hold in holds_on(each, families, holds(folder))}
    unread = tuple(each.path for each in families.cases if not each.case or (is_shut(each) and each.case not in codes))
    files: dict[str, bytes] = {}
    for place, (summary, case) in enumerate(made, 1):
        name = case_folder(place, summary)
        files |= {f"{name}/{file}": text.encode() for file, text in case.files.items()}
        files |= _originals(summary, case)
    files["journal.txt"] = _lines(_journal_line(each) for each in journal)
    if access is not None:
        files["access.txt"] = _lines(line for case_, line in access if case_ in codes or not case_)
    index = _index(made, disposed, sorted(held, key=lambda each: each.since), unread, access is not None)
    files[INDEX] = index.encode()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files[MANIFEST] = sums.encode()
    try:
        if out.suffix == ".zip":
            publish(Disk(), out, _zipped(files))
        else:
            _write_folder(out, files)
    except OSError as error:
        raise storage_error(error, out, "write the package") from error
    manifest = hashlib.sha256(sums.encode()).hexdigest()
    exported = {"format": "subject package", "name": out.name, "sha256": manifest, "cases": sorted(codes)}
    note(folder, "exported", exported, by=by)
    return Package(out, tuple(made), len(files), manifest, unread)


def _check_target(out: Path, folder: Path) -> None:
    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            "a package does not stand among the transcripts", code="R007", place=str(out), hint="choose another folder"
        )
    if out.exists() or out.is_symlink():
        raise UsageError("the target exists already", code="R007", place=str(out), hint="choose another name")


def case_folder(place: int, summary: CaseSummary) -> str:
    """Return the name of a case's folder: its place in time, kind, day and code."""
    return f"{place:02}-{summary.kind}-{summary.began[:10]}-{summary.case}"


def _about(entry: Entry, codes: set[str], cases: Sequence[CaseSummary]) -> bool:
    data = entry.data
    if entry.what in {"held", "lifted"}:
        subjects = {plain_code(each.subject) for each in cases if each.subject}
        wanted = {"case": {plain_code(each) for each in codes}, "subject": subjects}
        return plain_code(str(data.get("code", ""))) in wanted.get(str(data.get("scope")), set())
    return bool(codes & {str(data.get("case", "")), *map(str, data.get("cases", ()))})


def _journal_line(entry: Entry) -> str:
    said = "; ".join(f"{name}: {value}" for name, value in entry.data.items() if isinstance(value, str))
    return f"{entry.t[:19]}  {entry.by}  {entry.what}: {said}"


def _lines(lines: Iterable[str]) -> bytes:
    return ("\n".join(map(visible, lines)) + "\n").encode()


def _originals(summary: CaseSummary, case: Readable) -> dict[str, bytes]:
    """Return the files of a case byte for byte, fragments included, and its protocol."""
    path = summary.path
    found: dict[str, bytes] = {}
    for each in sorted(path.parent.iterdir()):
        if (each.name == path.name or each.name.startswith(f"{path.name}.")) and each.is_file():
            found[f"transcripts/{summary.kind}/{each.name}"] = read_bytes(each)
    if case.digest:
        try:
            found[f"transcripts/{bundle.FOLDER}/{case.digest}.json"] = bundle.load(path, case.digest)
        except BackstoryError as error:
            case.whole = False
            case.said.append(f"The questions it was made with are missing: {error.message}.")
    return found


def _index(
    made: Sequence[tuple[CaseSummary, Readable]],
    disposed: Sequence[Tombstone],
    held: Sequence[Hold],
    unread: Sequence[Path],
    with_access: bool,
) -> str:
    labels = sorted({each.label for each, _ in made if each.label})
    subjects = sorted({each.subject for each, _ in made if each.subject})
    rows = [
        "EVERYTHING KEPT HERE ABOUT ONE PERSON",
        "",
        f"Person: code {', '.join(subjects) or 'none'}; labels {', '.join(labels) or 'none'}.",
        f"Cases: {len(made)}, in order of time. A practice, demonstration or test case says nothing about the person's",
        "health; it is here because it carries their code.",
        "",
        "Private answers are included. Before this is handed over, a clinician reads it through: it may name other",
        "people, or hold what would harm somebody to know.",
        "",
    ]
    for place, (summary, case) in enumerate(made, 1):
        comes = [f"follows {summary.follows}"] if summary.follows else []
        comes += [f"amends {summary.amends}"] if summary.amends else []
        about = ", ".join([summary.kind, summary.phase, f"{summary.records} records", *comes])
        rows += [
            f"{case_folder(place, summary)}/",
            f"  {summary.case}, {summary.began.replace('T', ' ')}: {about}",
            f"  verified: {case.verdict}{f', head code {case.head_code}' if case.head_code else ''}",
            *(f"  NOTE: {said}" for said in case.said),
            *(f"    {name:24}{what}" for name, what in _WHAT if name in case.files),
            f"    ../transcripts/{summary.kind}/{summary.path.name}",
            "",
        ]
    rows += [f"{name:16}{what}" for name, what in _ABOVE if name != "access.txt" or with_access]
    rows += ["", "What a verdict means: VALID-CLOSED, complete and unaltered as far as its own chain of hashes shows;"]
    rows += ["VALID-OPEN, the same, and nobody has signed it; TORN, the last entry was not completely saved; CORRUPT,"]
    rows += ["damaged or altered. A head code printed on an earlier report must be the same for the same case."]
    rows += ["", "WHAT IS NOT IN HERE", ""]
    rows += [f"- {each.said}." for each in disposed]
    rows += ["- Copies of these cases in backups, and exports and prints that were handed on."]
    rows += ["- Cases on other machines and in other folders, and cases without this person's code that name no other."]
    if not with_access:
        rows += ["- Who only looked at these cases: no log of that is kept here."]
    if unread:
        rows += [f"- {len(unread)} file(s) in the same folder that tell nobody whose they are: they are damaged, or"]
        rows += ["  encrypted to a key that is not here."]
    rows += [f"- Note: {each.said}." for each in held]
    return "\n".join(map(visible, rows)) + "\n"


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip that is the same for the same files: in order of name, without times."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o100600 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return out.getvalue()


def _write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Write a tree under another name first, so that it appears whole or not at all."""
    disk = Disk()
    fresh = out.with_name(f"{out.name}{UNFINISHED}{os.getpid()}")
    if fresh.exists():
        raise StorageError("a package was left unfinished", code="R007", place=str(fresh), hint="remove it")
    try:
        for name, data in files.items():
            target = fresh / name
            make_private_folder(disk, target.parent)
            publish(disk, target, data)
        os.rename(fresh, out)
        sync_folder(disk, out.parent)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
