"""What no file shows by itself: cases that the register of the folder knows and that are gone, or were disposed of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from chatbot.audit.find import Cases
from chatbot.core.events import KINDS
from chatbot.errors import CorruptTranscript, ExitCode
from chatbot.record.anchoring import disposed_words
from chatbot.record.register import NAME, read_register


def root_of(cases: Cases) -> Path:
    """Return the folder of transcripts: that of one kind stands in it."""
    return cases.folder.parent if cases.folder.name in KINDS else cases.folder


def registered(cases: Cases, kinds: Collection[str]) -> Iterator[tuple[str, ExitCode | None]]:
    """Yield what the register says of cases of *kinds* that are not in the folder, and what is wrong with it.

    The exit code is None for a case that was disposed of, which is as it should be. Nothing where there is no
    register: every case is then unanchored. Raises: StorageError.
    """
    book = read_register(root_of(cases) / NAME)
    if book is None or cases.one:
        return
    if book.fault is not None:
        yield book.fault.error(book.path).render(), ExitCode.TORN if book.fault.torn else ExitCode.CORRUPT
    for entries in book.cases():
        last = entries[-1]
        if last.kind not in kinds or cases.holds(last.case):
            continue
        gone = next((entry for entry in entries if entry.what == "disposed"), None)
        if gone is not None:
            yield disposed_words(gone), None
            continue
        error = CorruptTranscript(
            f"case {last.case} ({last.what} {last.t}, head {last.head_code}) is registered, and its file is missing",
            code="T008",
            place=str(root_of(cases) / last.file),
            hint="ask who touched the folder; look for the file in a copy",
        )
        yield error.render(), ExitCode.CORRUPT
