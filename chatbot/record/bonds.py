"""What binds a case to the one it comes from: the head of that file then, compared with the file as it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from chatbot.core.events import AmendedPinned, PreviousPinned
from chatbot.errors import BackstoryError
from chatbot.record.lineage import files_of, folder_of
from chatbot.record.read import Transcript, examine_file, transcript_of
from chatbot.record.tombstones import Tombstone, tombstone_of


@dataclass(frozen=True, slots=True)
class Bond:
    """How a case stands to the one it comes from, as its file is now."""

    how: str
    """amends or follows."""
    case: str
    state: str
    """same; grown: it went on after this case was begun; disposed; missing; differs; unreadable; unpinned: this
    transcript lacks what it took from it."""
    path: Path | None = None
    said: str = ""
    """What is to be told; empty when all is well."""

    @property
    def broken(self) -> bool:
        """Whether the earlier file is not the one this case was begun from."""
        return self.state in {"differs", "unreadable"}


FilesOf = Callable[[str, Path], list[Path]]
"""From a case code and a folder of cases to the files of that case; one that knows many cases need not look again."""


def bonds(transcript: Transcript, folder: Path | None = None, find: FilesOf = files_of) -> tuple[Bond, ...]:
    """Check the cases a transcript names against their files in its folder, which *find* finds."""
    place = folder or folder_of(transcript.path)
    pinned = {
        "amends": next(((e.case, e.head) for e in transcript.events if isinstance(e, AmendedPinned)), None),
        "follows": next(
            ((e.previous["case"], e.previous["head"]) for e in transcript.events if isinstance(e, PreviousPinned)), None
        ),
    }
    named = {how: transcript.header[how] for how in pinned}
    if named["amends"] is not None and pinned["follows"] is not None:
        # An amended follow-up still is that visit, and keeps what it took from the one before.
        named["follows"] = pinned["follows"][0]
    return tuple(
        _bond(how, code, pinned[how], transcript.kind, place, find) for how, code in named.items() if code is not None
    )


def _bond(how: str, code: str, pinned: tuple[str, str] | None, kind: str, folder: Path, find: FilesOf) -> Bond:
    if pinned is None or pinned[0] != code:
        said = f"this case {how} {code}, but what it takes from there was not recorded: its beginning is incomplete"
        return Bond(how, code, "unpinned", said=said)
    paths = find(code, folder)
    if not paths and (stone := _tombstone(folder, code)) is not None:
        return _gone(how, code, head=pinned[1], stone=stone)
    if not paths:
        return Bond(how, code, "missing", said=f"this case {how} {code}, which is not in {folder}: it was not compared")
    found = [_compared(how, code, pinned[1], kind, path) for path in paths]
    order = ("same", "grown", "differs", "unreadable")
    return min(found, key=lambda each: order.index(each.state))


def _tombstone(folder: Path, code: str) -> Tombstone | None:
    try:
        return tombstone_of(folder, code)
    except BackstoryError:
        # A damaged journal is told of by whatever lists disposals; what was disposed of then counts as missing.
        return None


def _gone(how: str, code: str, head: str, stone: Tombstone) -> Bond:
    """A case that was disposed of; that it was the right one shows where it did not go on after this one was begun."""
    known = " It ended where this case began." if stone.head == head else ""
    return Bond(how, code, "disposed", said=f"{stone.said}.{known} This case {how} it.")


def _compared(how: str, code: str, head: str, kind: str, path: Path) -> Bond:
    try:
        data, earlier = examine_file(path)
        if earlier.shut is None or (earlier.damage is not None and not earlier.damage.torn):
            transcript_of(path, len(data), earlier)
    except BackstoryError as error:
        return Bond(how, code, "unreadable", path, f"{code}, which this case {how}, cannot be read: {error.message}")
    # The chain alone is compared: an earlier case that is encrypted need not be opened for it.
    found = str(earlier.records[0].data["kind"])
    if found != kind:
        said = f"{code} is a {found} case and this one a {kind} case: kinds never mix"
        return Bond(how, code, "differs", path, said)
    if earlier.head == head:
        return Bond(how, code, "same", path)
    hashes = [record.hash for record in earlier.records]
    if head in hashes:
        more = len(hashes) - 1 - hashes.index(head)
        said = f"{code} went on by {more} record{'' if more == 1 else 's'} after this case was begun"
        return Bond(how, code, "grown", path, said)
    said = f"{code} is not the file this case {how}: its head is another, so it was replaced or altered"
    return Bond(how, code, "differs", path, said)


def problems_of(found: Iterable[Bond]) -> tuple[str, ...]:
    """Return what is to be told about the cases a transcript comes from."""
    return tuple(each.said for each in found if each.said)
