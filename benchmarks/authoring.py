"""A full check of the shipped protocol, and the cycles of ``check --watch`` after one save.

    python -m benchmarks.authoring

Prints milliseconds and, for each cycle, how many times faster it is than the full check timed just before it.
Aim: every cycle under a second.
"""

from __future__ import annotations

import re
import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks.kit import timings, yardstick
from chatbot.authoring.watch import Watched
from chatbot.content.checks.report import check_protocol
from chatbot.content.library import find_protocol, protocols_folder

TIMES = 5


def saves(folder: Path) -> dict[str, tuple[Path, str, str]]:
    """Return one save of each kind: the file, a pattern in it, and what takes the place of its first match."""
    sections = sorted((folder / "sections").glob("*.yaml"))
    vignette = sorted((folder / "vignettes").glob("*.yaml"))[0]
    with_options = next(path for path in sections if "    options:\n" in path.read_text("utf-8"))
    again = r"    when: (\1) or \1"
    return {
        "a comment": (sections[0], r"section:", "# a comment\nsection:"),
        "a wording": (sections[0], r"clinician: (?=[A-Z])", "clinician: Now then. "),
        "the condition of a finding": (folder / "findings.yaml", r"(?m)^    when: ([a-z].*)$", again),
        "the condition of a red flag": (folder / "red_flags.yaml", r"(?m)^    when: ([a-z].*)$", again),
        "a new option": (with_options, r"    options:\n", "    options:\n      brand_new: {label: A new one}\n"),
        "a vignette": (vignette, r"title: ", "title: Now "),
        "a half-saved file": (sections[0], r"section:", "section: ["),
    }


def main() -> None:
    source = find_protocol(None, protocols_folder())
    protocol = check_protocol(source).protocol
    assert protocol is not None
    print(f"yardstick {yardstick() * 1e3:.2f} ms; {len(protocol.questions)} questions, medians of {TIMES}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, source.name)
        shutil.copytree(source, folder)
        for what, (path, find, put) in saves(folder).items():
            whole = statistics.median(timings(lambda: Watched(folder).check(), 3))
            before = path.read_text("utf-8")
            after, count = re.subn(find, put, before, count=1)
            assert count == 1, (what, path)
            path.write_text(after, "utf-8")
            assert Watched(folder).check().report.failed == (what == "a half-saved file"), what
            path.write_text(before, "utf-8")
            watched = Watched(folder)
            watched.check()
            found = []
            for _ in range(TIMES):
                path.write_text(after, "utf-8")
                found += timings(watched.check, 1)
                path.write_text(before, "utf-8")
                watched.check()
            cycle = statistics.median(found)
            print(
                f"save {what:30} full check {whole * 1e3:7.0f} ms  cycle {cycle * 1e3:6.0f} ms  {whole / cycle:6.1f} ×"
            )


if __name__ == "__main__":
    main()
