"""A new protocol folder from the template beside this module: small, complete, and without anything wrong."""

from __future__ import annotations

import errno
import re
from datetime import date
from pathlib import Path

from chatbot.errors import StorageError, UsageError

TEMPLATE = Path(__file__).with_name("scaffold")

_CODES = dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "F003") | dict.fromkeys(
    (errno.ENOSPC, errno.EDQUOT), "F005"
)

NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


def write_scaffold(name: str, folder: Path, today: date) -> Path:
    """Write a new protocol into *folder* and return where it stands.

    Raises: UsageError for a name that is no id, and where something of that name stands already; StorageError when
    it cannot be written, and then nothing is left of it.
    """
    if NAME.fullmatch(name) is None:
        known = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        hint = f"for example {known!r}" if NAME.fullmatch(known) else "begin with a letter, two characters at least"
        raise UsageError(f"{name!r} is no name for a protocol: small letters, digits and _ only", hint=hint)
    target = folder / name
    if target.exists():
        raise UsageError(f"{str(target)!r} exists already", hint="choose another name; nothing is overwritten")
    # Written beside and renamed: whoever watches the folder never sees half a protocol.
    fresh = folder / f".{name}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh.mkdir()
        for path in sorted(TEMPLATE.rglob("*.yaml")):
            copy = fresh / path.relative_to(TEMPLATE)
            copy.parent.mkdir(exist_ok=True)
            copy.write_text(_filled(path.read_text("utf-8"), name, today), "utf-8")
        fresh.rename(target)
    except OSError as error:
        _remove(fresh)
        reason = error.strerror or "cannot be written"
        code = _CODES.get(error.errno or 0, "F012")
        raise StorageError(
            f"cannot write {str(target)!r}: {reason}", code=code, hint="choose another folder with --in DIR"
        ) from error
    return target


def _filled(text: str, name: str, today: date) -> str:
    due = date.fromordinal(today.toordinal() + 365)
    words = {
        "__NAME__": name,
        "__TITLE__": name.replace("_", " ").capitalize(),
        "__TODAY__": today.isoformat(),
        "__NEXT_YEAR__": due.isoformat(),
        "__YEAR__": str(today.year),
    }
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
    if folder.is_dir():
        folder.rmdir()
