"""Write the register of cases. Many processes may; one line is appended at a time, and no interview waits for it long.

How lines are added, and what becomes of an unfinished one or of a file that an error was met on, is in ``sealed_log``.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatbot.errors import BackstoryError
from chatbot.record import anchoring, chain, checkpoint, notes, publish
from chatbot.record.disk import Disk
from chatbot.record.lineage import folder_of
from chatbot.record.register import BEGUN, FORMAT, FORMAT_VERSION, KIND, NAME, RECOVERED, read_register
from chatbot.record.sealed_log import Members, SealedLog


class Registrar:
    """Appends to the register of one folder of cases."""

    def __init__(self, root: Path, disk: Disk | None = None) -> None:
        self.path = root / NAME
        self._disk = disk or Disk()

    def append(self, what: str, t: str, data: dict[str, Any]) -> None:
        """Make one line durable; the register is begun when there is none.

        Raises: OSError; StorageError when the end of the register is none of ours.
        """
        about = {"format": FORMAT, "format_version": FORMAT_VERSION, "min_reader": 1, "register": secrets.token_hex(16)}

        def mended(fragment: bytes) -> Members:
            noted = {"length": len(fragment), "sha256": hashlib.sha256(fragment).hexdigest()}
            return _members(RECOVERED, t, noted)

        log = SealedLog(KIND, self.path, self._disk, begins=_members(BEGUN, t, about), mended=mended)
        log.append(_members(what, t, data))


def _members(what: str, t: str, data: dict[str, Any]) -> Members:
    return lambda seq, prev: {"data": data, "prev": prev, "seq": seq, "t": t, "type": what, "v": 1}


class Anchor:
    """Tells the register, and the signer, where one transcript stands.

    Trouble with either never stops an interview: it is returned in words, for the person to read.
    """

    def __init__(self, root: Path, disk: Disk, signing: Path | None = None) -> None:
        """*signing*: the file of the key that signs at sign-off; None: nothing is signed."""
        self.root, self._disk, self._signing = root, disk, signing
        self._told = 0
        """How many records the register has heard of in this sitting."""

    @classmethod
    def of(cls, path: Path, disk: Disk, signing: Path | None = None) -> Anchor | None:
        """Return the anchor of a transcript that is there already; None where no cases are kept, as in a stray copy."""
        root = folder_of(path)
        kept = any(_may_be_there(disk, root / name) for name in (NAME, "protocols"))
        return cls(root, disk, signing) if kept else None

    def opened_again(self, path: Path, lines: Sequence[bytes], *, recovered: bool) -> list[str]:
        """Compare a transcript with the register before it is gone on with."""
        try:
            said = list(anchoring.compare_lines(path, lines, self.root).problems)
        except BackstoryError as error:
            said = [error.render()]
        return [*said, *(self.tell("recovered", path, lines) if recovered else ())]

    def tell(self, what: str, path: Path, lines: Sequence[bytes]) -> list[str]:
        """Register where a transcript stands; at sign-off sign it too. Return what the person must be told."""
        if what == "sitting" and self._told == len(lines):
            return []
        entry = entry_data(path, lines, self.root)
        last = json.loads(lines[-1])
        try:
            Registrar(self.root, self._disk).append(what, last["t"], entry)
        except (OSError, BackstoryError) as error:
            why = publish.reason(error) if isinstance(error, OSError) else error.message
            return [
                f"The register of cases could not be written: {why}. Every answer is saved; "
                f"keep the head code of this case: {chain.head_code(entry['head'], entry['count'])}"
            ]
        self._told = len(lines)
        if what == "closed" and last["type"] == "case.signed" and self._signing is not None:
            return self._sign(path, lines)
        return []

    def _sign(self, path: Path, lines: Sequence[bytes]) -> list[str]:
        assert self._signing is not None
        try:
            sign_case(path, lines, notes.read_signer(self._signing), self.root, self._disk)
        except BackstoryError as error:
            return [f"The case is signed off and saved, but no checkpoint was signed: {error.render()}"]
        return []


def sign_case(path: Path, lines: Sequence[bytes], signer: notes.Signer, root: Path, disk: Disk) -> Path:
    """Sign where a transcript stands, beside it, and register that this was done; return the file of the checkpoint.

    Raises: StorageError, KeyProblem.
    """
    entry = entry_data(path, lines, root)
    point = checkpoint.Checkpoint(entry["first"], entry["count"], entry["head"])
    side = checkpoint.write(path, point, signer, disk)
    named = {**entry, "signer": signer.key.name_and_id, "note": side.name}
    try:
        book = read_register(root / NAME)
        known = () if book is None else book.of(entry["case"])
        if any(
            e.what == "checkpoint" and e.head == entry["head"] and e.more.get("signer") == named["signer"]
            for e in known
        ):
            return side
        Registrar(root, disk).append("checkpoint", str(json.loads(lines[-1])["t"]), named)
    except OSError as error:
        raise publish.storage_error(error, root / NAME, "register the checkpoint") from error
    return side


def entry_data(path: Path, lines: Sequence[bytes], root: Path) -> dict[str, Any]:
    """Return what the register says of a transcript: nothing of it but code, kind, hashes and name."""
    header = json.loads(lines[0])
    real, base = path.absolute(), root.absolute()
    inside = real.is_relative_to(base)
    return {
        "case": header["data"]["case"],
        "kind": header["data"]["kind"],
        "first": header["~h"],
        "count": len(lines),
        "head": json.loads(lines[-1])["~h"],
        "file": str(real.relative_to(base) if inside else real),
    }


def _may_be_there(disk: Disk, path: Path) -> bool:
    """Whether something is there; where that cannot be told, the attempt to register will say why."""
    try:
        disk.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
