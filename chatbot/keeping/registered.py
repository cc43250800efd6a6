"""The register of cases is told of a disposal: from then on a file that is gone is *disposed*, not missing."""

from __future__ import annotations

from pathlib import Path

from chatbot.errors import BackstoryError
from chatbot.record.anchoring import check_folder
from chatbot.record.disk import Disk
from chatbot.record.publish import storage_error
from chatbot.record.read import examine_file
from chatbot.record.register import NAME, read_register
from chatbot.record.registrar import Registrar, entry_data
from chatbot.record.tombstones import Tombstone


def register_disposal(root: Path, path: Path, stone: Tombstone, disk: Disk | None = None) -> None:
    """Register that the case in a file was disposed of; once, however often it is told.

    Raises: CorruptTranscript for a register that does not end in a line of its own; StorageError.
    """
    data, examined = examine_file(path)
    lines = data[: examined.good].split(b"\n")[: len(examined.records)]
    if not lines:
        return  # Nothing of it can be read: the register has never known this file.
    entry = entry_data(path, lines, root)
    place = root / NAME
    book = read_register(place)
    known = () if book is None else book.of(entry["case"])
    if any(each.what == "disposed" and (each.first, each.file) == (entry["first"], entry["file"]) for each in known):
        return
    said = {"authority": stone.authority, "reason": stone.reason, "by": stone.by}
    try:
        Registrar(root, disk).append("disposed", stone.when, {**entry, **said})
    except OSError as error:
        raise storage_error(error, place, "register the disposal") from error


def register_problems(root: Path) -> list[str]:
    """Return what is wrong between the files of a folder and its register; nothing where there is none."""
    if not (root / NAME).exists():
        return []
    try:
        return list(check_folder(root).problems)
    except BackstoryError as error:
        return [error.render()]
