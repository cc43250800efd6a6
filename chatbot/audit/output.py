"""A report written into a file: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from chatbot.record.publish import storage_error


def write_report(path: Path, text: str) -> None:
    """Write a report beside its place, and put it there when it is whole.

    Raises: StorageError.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text if text.endswith("\n") else text + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise storage_error(error, path, "write the report") from error
