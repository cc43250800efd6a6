"""Copy what stands before the damage of a transcript to a new file. The damaged one is never touched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from chatbot.core.events import NoteAdded, StorageRecovered
from chatbot.errors import StorageError, UsageError
from chatbot.record import publish
from chatbot.record.disk import Disk, real
from chatbot.record.host import Host
from chatbot.record.pen import Pen, Place
from chatbot.record.read import examine_file


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What became of a damaged transcript."""

    path: Path
    """The new file."""
    records: int
    """How many records were copied."""
    line: int
    """The line of the old file from which on nothing was copied."""
    lost_bytes: int
    reason: str
    noted: bool
    """The loss stands in the new file; not so when the case had ended, since nothing may follow its end, nor when it
    is encrypted and no key opens it."""
    shut: bool = False
    """It is encrypted, and no key that is here opens it."""


def salvage(path: Path, out: Path, *, host: Host | None = None, actor: str = "") -> Salvaged:
    """Copy every record before the damage, byte for byte, and note what was lost.

    The copy is a transcript of the same case and can be resumed. Raises: UsageError when nothing is damaged;
    CorruptTranscript when not even the header stands; VersionUnsupported; StorageError.
    """
    data, examined = examine_file(path)
    damage = examined.damage
    if damage is None:
        raise UsageError("this transcript is not damaged", place=str(path), hint="use it as it is, or copy it")
    if not examined.records or damage.code in {"T010", "T011"}:
        raise damage.error(path)
    good, lost = data[: examined.good], data[examined.good :]
    good += b"" if good.endswith(b"\n") else b"\n"
    noted = not examined.closed and examined.shut is None
    if noted:
        host = host or Host()
        whole = hashlib.sha256(data).hexdigest()
        note = (
            f"Salvaged from {path.name} (SHA-256 {whole}): {len(examined.records)} records were copied; "
            f"{len(lost)} bytes from line {damage.line} on were lost ({damage.message})."
        )
        place = Place(len(examined.records), examined.head, actor or f"os:{host.user()}")
        events = (StorageRecovered(len(lost), hashlib.sha256(lost).hexdigest()), NoteAdded(note))
        good += Pen(host, examined.records[-1].t, examined.sealer).draft(events, place).data
    try:
        publish.publish(Disk(), real(out.absolute().parent) / out.name, good)
    except FileExistsError as error:
        raise StorageError(
            "the target exists already", code="F009", place=str(out), hint="choose another name; nothing was written"
        ) from error
    except OSError as error:
        raise publish.storage_error(error, out, "write the copy") from error
    return Salvaged(
        out, len(examined.records), damage.line, len(lost), damage.message, noted=noted, shut=examined.shut is not None
    )
