"""A page written to a file for somebody's own record: private to the user, durable, and never over what stands there.

What must not live here: what the page says.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from chatbot.errors import FILE_TAKEN, StorageError, UsageError
from chatbot.record.disk import Disk
from chatbot.record.publish import publish, reason


def default_page(name: str, transcripts: Path, *, here: Path | None = None, home: Path | None = None) -> Path:
    """Return where a page is offered to be written: the present folder, or the user's own where that holds transcripts.

    *name* without folder or ending.
    """
    here = Path.cwd() if here is None else here
    folder = here if not _inside(here, transcripts) and os.access(here, os.W_OK) else (home or Path.home())
    return folder / f"{name}.txt"


def write_page(text: str, typed: str, transcripts: Path, *, replace: bool = False) -> Path:
    """Write a page under a name as people type it, readable for the user alone; return the whole path.

    Raises: UsageError for no name, for one inside the folder of transcripts (X005), and unless *replace* for one that
    is taken (X006); StorageError (X003) when it cannot be written. Then nothing was written.
    """
    if not typed.strip():
        raise UsageError("a file needs a name", code="X003", hint="type one")
    path = Path(typed.strip()).expanduser()
    path = path if path.is_absolute() else Path.cwd() / path
    if _inside(path, transcripts):
        raise UsageError(
            "a page does not stand among the transcripts", code="X005", place=str(path), hint="choose another folder"
        )
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        publish(Disk(), path, text.encode("utf-8"), replace=replace)
    except FileExistsError as error:
        raise UsageError("a file of that name is there already", code=FILE_TAKEN, place=str(path)) from error
    except OSError as error:
        raise StorageError(
            f"cannot write the page: {reason(error)}", code="X003", place=str(path), hint="choose another place"
        ) from error
    return path


def _inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
