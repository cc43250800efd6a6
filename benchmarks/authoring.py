"""A full check of the shipped protocol, and the cycles of ``check --watch`` after one save.

    python -m benchmarks.authoring

Prints milliseconds and, for each cycle, how many times faster it is than the full check timed just before it.
Aim: every cycle under a second.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from benchmarks.kit import timings, yardstick
from chatbot.authoring.watch import Watched
from chatbot.content.checks.report import check_protocol
from chatbot.content.library import find_protocol, protocols_folder
from chatbot.core.protocol import Protocol

TIMES = 5


def saves(folder: Path, protocol: Protocol) -> dict[str, tuple[Path, str, str]]:
    """Return one save of each kind: the file, a text in it, and the text that takes its place."""
    section = next(iter(protocol.sections.values()))
    words = section.title.clinician
    path = folder / "sections" / f"{section.id}.yaml"
    finding = next(each for each in protocol.findings.values() if " or " not in each.when.text and "(" not in each.id)
    flag = next(each for each in protocol.red_flags.values() if "\n" not in each.when.text)
    option = next(each for each in protocol.questions.values() if len(each.options) > 3 and each.group is None)
    first = option.options[0].id
    return {
        "a comment": (path, "section:", "# a comment\nsection:"),
        "a wording": (path, words, f"{words} "),
        "the condition of a finding": (folder / "findings.yaml", f"  {finding.id}:", f"  {finding.id}_:"),
        "the condition of a red flag": (folder / "red_flags.yaml", flag.when.text, f"not_there or {flag.when.text}"),
        "an option": (folder / "sections" / f"{option.section}.yaml", f"      {first}:", f"      {first}_:"),
        "a half-saved file": (path, "section:", "section: ["),
    }


def main() -> None:
    source = find_protocol(None, protocols_folder())
    protocol = check_protocol(source).protocol
    assert protocol is not None
    print(f"yardstick {yardstick() * 1e3:.2f} ms; {len(protocol.questions)} questions, medians of {TIMES}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, source.name)
        shutil.copytree(source, folder)
        vignette = sorted((folder / "vignettes").glob("*.yaml"))[0]
        cases = {**saves(folder, protocol), "a vignette": (vignette, "title:", "title: x")}
        for what, (path, find, put) in cases.items():
            whole = statistics.median(timings(lambda: Watched(folder).check(), 3))
            before = path.read_text("utf-8")
            assert find in before, (what, path)
            watched = Watched(folder)
            watched.check()
            found = []
            for _ in range(TIMES):
                path.write_text(before.replace(find, put, 1), "utf-8")
                found += timings(watched.check, 1)
                path.write_text(before, "utf-8")
                watched.check()
            cycle = statistics.median(found)
            print(
                f"save {what:30} full check {whole * 1e3:7.0f} ms  cycle {cycle * 1e3:6.0f} ms  {whole / cycle:6.1f} ×"
            )


if __name__ == "__main__":
    main()
