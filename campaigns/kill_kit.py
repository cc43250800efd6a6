"""What the campaigns that kill writers share: the answers they give, the five checks, the tally.

The five checks: every acknowledged answer is in the file; the file is sound or torn, never corrupt; it can be
resumed; it is private and nothing stray lies beside it; no answer stands there twice, and none that nobody gave.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chatbot.core import events as ev
from chatbot.errors import BackstoryError
from chatbot.record.host import Host
from chatbot.record.read import read_transcript
from chatbot.record.store import TranscriptWriter
from tests.record import kit


@dataclass
class Tally:
    """What a campaign saw."""

    runs: int = 0
    acknowledged: int = 0
    torn: int = 0
    missed: int = 0
    """Injections that hit another call than the one aimed at."""
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        missed = f", {self.missed} injections missed" if self.missed else ""
        return (
            f"{self.runs} runs, {self.acknowledged} answers acknowledged, {self.torn} torn ends, "
            f"{len(self.failures)} failures{missed}"
        )


def note(number: int) -> tuple[ev.Event, ...]:
    """One answer as an interview appends it, recognisable by its number."""
    return (kit.answer("remark", f"answer {number}"), kit.shown("last"))


def check(folder: Path, acknowledged: Sequence[int], tally: Tally, what: str) -> None:
    """Apply the five checks to the only case in *folder*, resuming it."""
    tally.runs += 1
    tally.acknowledged += len(acknowledged)
    try:
        tally.torn += judge_case(folder, acknowledged)[0]
    except (AssertionError, BackstoryError, OSError) as error:
        tally.failures.append(f"{what}: {said_of(error)}")


def said_of(error: BaseException) -> str:
    """Return an error as a list of failures shows it."""
    return error.render() if isinstance(error, BackstoryError) else repr(error)


def judge_case(folder: Path, acknowledged: Sequence[int]) -> tuple[int, tuple[ev.Event, ...]]:
    """Return how many torn ends the only case in *folder* had, and its events as they stood before it was resumed.

    Raises: AssertionError or BackstoryError for what must not be.
    """
    paths = sorted((folder / "test").glob("*.jsonl"))
    if not paths:
        assert not acknowledged, "the case is gone"
        return 0, ()
    assert len(paths) == 1, f"{len(paths)} files for one case"
    before = read_transcript(paths[0])
    writer, _ = TranscriptWriter.resume(paths[0], Host())
    with writer:
        writer.append([ev.NoteAdded("checked")])
    found = read_transcript(paths[0], allow_torn=False)
    values = [str(event.value) for event in found.events if isinstance(event, ev.AnswerGiven)]
    numbers = [int(value.removeprefix("answer ")) for value in values]
    assert set(acknowledged) <= set(numbers), f"lost {sorted(set(acknowledged) - set(numbers))}"
    assert numbers == sorted(set(numbers)), "an answer stands twice or out of order"
    # Saved but not acknowledged when its writer was killed: at most one a sitting.
    slack = 1 + sum(isinstance(event, ev.NoteAdded) for event in found.events)
    assert len(numbers) <= len(acknowledged) + slack, "an answer nobody gave"
    assert stat.S_IMODE(paths[0].stat().st_mode) == 0o600, "not private"
    stray = [each.name for each in paths[0].parent.iterdir() if each != paths[0] and ".torn-" not in each.name]
    assert not stray, f"left behind: {stray}"
    return int(before.torn), before.events
