"""Who opened which case to read it, as lines for people, from the access log of a folder of cases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chatbot.record.access import AccessLog, read_access
from chatbot.record.host import Host


def accesses(folder: Path, environ: Mapping[str, str]) -> list[tuple[str, str]] | None:
    """Return the case and a line for every access to a single case; None when there is no log.

    What is wrong with the log itself stands as a line of no case, at the end. Raises: StorageError.
    """
    place = AccessLog(Host(), environ).place(folder)
    if not place.exists():
        return None
    found = read_access(place)
    lines = []
    for each in (entry for entry in found.entries if entry.case):
        actor = f" ({each.actor})" if each.actor else ""
        lines.append((each.case, f"{each.t[:19]}  {each.account}{actor}: {each.what}, {each.file}"))
    return lines + [("", f"The log is damaged: {problem}") for problem in found.problems]
