"""What handing an append to a thread costs beside doing it within the key: an append alone, and a key to its frame.

    python -m benchmarks.saving

The two take turns key by key in one application, so that both see the same machine and the same disk. Aim: the key of
an answer to the frame with the next question at most 1.1 × as long, by medians. Ends with 1 when it is missed.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.kit import row
from benchmarks.screen import Frames
from chatbot.core.events import Event
from chatbot.desk import Desk
from chatbot.interview import Recorder
from chatbot.record.host import Host
from chatbot.saving import WriterThread
from chatbot.tui.application import Backstory
from chatbot.tui.keeping import Settled
from chatbot.tui.services import Start
from chatbot.tui.start import services_of

KEYS = 120
"""Answers timed in each of the two ways."""

MOST = 1.1


def at_once(recorder: Recorder, events: Sequence[Event], settled: Settled) -> None:
    """Record within the key, as a screen without a thread does."""
    recorder.append(events)
    settled(None)


async def keys(app: Any) -> tuple[list[float], list[float]]:
    """Answer one question anew by its key, in both ways by turns; return the seconds to the frame of each."""
    from chatbot.core.commands import Show, Withdraw

    interview, frames = app.session.interview, Frames(app)
    handed, direct = app.keeping.keep, at_once
    took: dict[Any, list[float]] = {handed: [], direct: []}
    async with app.run_test(size=(120, 40)) as pilot:
        for turn in range(-4, 2 * KEYS):
            interview.send(Withdraw("sex"))
            interview.send(Show("sex"))
            app.screen.sync()
            await pilot.pause()
            app.keeping.keep = way = (handed, direct)[turn % 2]
            seconds = await frames.after("2", answers=True)
            if turn >= 0:
                took[way].append(seconds)
    return took[direct], took[handed]


def appends() -> tuple[list[float], list[float]]:
    """Do nothing, directly and in the thread of the writer; return the seconds of each."""
    thread = WriterThread()
    direct, handed = [], []
    for _ in range(2_000):
        start = perf_counter()
        (lambda: None)()
        middle = perf_counter()
        thread.submit(lambda: None).wait()
        handed.append(perf_counter() - middle)
        direct.append(middle - start)
    thread.end()
    return direct, handed


def main() -> int:
    from chatbot.content.library import load_protocol
    from chatbot.core.commands import GiveAnswer

    protocol = load_protocol()
    _, handed = appends()
    print(row("handing over and waiting, nothing written", handed, statistics.median(handed)))
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), lambda: protocol, Host(), as_of="2026-03-15T10:30")
        interview = desk.start("test", "bench", "")
        for question, value in (("age", "50"), ("sex", "male")):
            interview.send(GiveAnswer(question, value=value))
        direct, thread = asyncio.run(keys(Backstory(services_of(desk, protocol, None), Start(interview))))
        desk.close()
    beside = statistics.median(direct)
    print(row("key to the next question, recorded within the key", direct, beside))
    print(row("key to the next question, recorded in the thread", thread, beside))
    ratio = statistics.median(thread) / beside
    print(f"at most {MOST} times as long: {'yes' if ratio <= MOST else 'NO'}")
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
