"""Time to the first question against an empty Textual application, and from a key to the next question.

    python -m benchmarks.screen

Fresh processes take turns, so that both see the same machine. Aims: 1.5 × an empty application with a warm
cache, 3 × when YAML must be loaded; a key to the next frame under 50 ms at the 95th percentile. Then answering,
appending and typing, on disk, around the 5th and around the 500th answer: medians at most 1.2 × apart, a typed key on
screen within 16 ms at the 95th percentile, at most 100 widgets mounted. Ends with 1 when one of these is missed.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from textual.events import Key

from benchmarks.kit import row
from chatbot.desk import Desk
from chatbot.record.host import Host
from chatbot.tui.application import Backstory
from chatbot.tui.services import Start
from chatbot.tui.start import services_of

ROOT = Path(__file__).resolve().parents[1]
RUNS = 9

ROUNDS, TURNS = 6, 12
"""Cases at each point of an interview, and the keys timed in each after two that are not."""

MOST_SLOWER, TYPING_MS, MOST_MOUNTED = 1.2, 16.0, 100

EMPTY = """
import sys, time
begin = time.perf_counter()
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("empty")
    def on_mount(self):
        self.call_after_refresh(self.exit)
app = Empty()
import asyncio
async def main():
    async with app.run_test(size=(120, 40)) as pilot:
        sys.stdout.write(str(time.perf_counter() - begin)); sys.stdout.flush()
        import os; os._exit(0)
asyncio.run(main())
"""

FIRST_QUESTION = """
import sys, time
begin = time.perf_counter()
import argparse
from pathlib import Path
from chatbot.desk import Desk
options = argparse.Namespace(settings=None, transcripts=Path(sys.argv[1]), protocols=None, protocol=None, actor="")
desk = Desk.from_options(options, as_of="2026-03-15T10:30")
interview = desk.start("test", "bench", "")
from chatbot.tui.application import Backstory
from chatbot.tui.start import services_of
from chatbot.tui.services import Start
app = Backstory(services_of(desk, interview.protocol, None), Start(interview))
import asyncio
async def main():
    async with app.run_test(size=(120, 40)) as pilot:
        sys.stdout.write(str(time.perf_counter() - begin)); sys.stdout.flush()
        import os; os._exit(0)
asyncio.run(main())
"""


def fresh(program: str, folder: Path, cache: Path) -> float:
    """Run a program in a process of its own; return the seconds it says it took."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache), "HOME": str(folder)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder / "cases")], capture_output=True, text=True, env=environ, check=True
    )
    return float(done.stdout)


def first_question() -> None:
    """Print the time to the first question beside that of an empty application."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        warm = folder / "warm"
        fresh(FIRST_QUESTION, folder, warm)
        empty, cached, loaded = [], [], []
        for run in range(RUNS):
            empty.append(fresh(EMPTY, folder, warm))
            cached.append(fresh(FIRST_QUESTION, folder, warm))
            loaded.append(fresh(FIRST_QUESTION, folder, folder / f"cold{run}"))
        beside = statistics.median(empty)
        print(row("empty Textual application: first frame", empty, beside))
        print(row("first question, protocol from the cache", cached, beside))
        print(row("first question, protocol from YAML", loaded, beside))


class Frames:
    """Looks at every frame the application draws: when it came, and of which state of the case."""

    def __init__(self, app: Any) -> None:
        self.app, self.count, self.at, self.case = app, 0, 0.0, None
        draw = app._display

        def display(screen: Any, renderable: Any) -> None:
            draw(screen, renderable)
            if renderable is not None:
                self.count, self.at, self.case = self.count + 1, perf_counter(), app.session.interview.case

        app._display = display

    async def after(self, key: str, *, answers: bool = False) -> float:
        """Press a key; return the seconds to the next frame, or to the first one that shows what it *answers*."""
        count, case = self.count, self.app.session.interview.case
        start = perf_counter()
        self.app._driver.process_message(Key(key, key if len(key) == 1 else None))
        while self.case is case if answers else self.count == count:
            await asyncio.sleep(0)
        return self.at - start


@dataclass
class Stage:
    """What takes how long at one point of an interview, in seconds."""

    answering: list[float] = field(default_factory=list)
    """From the key of an answer to the frame with the next question, on disk before that."""
    appending: list[float] = field(default_factory=list)
    """The append alone."""
    typing: list[float] = field(default_factory=list)
    """From a key in a typed field to the frame that shows it."""


async def stays_flat() -> bool:
    """Print what takes how long around the 5th and the 500th answer; whether all of it stays flat.

    Young and old cases take turns, so that both see the same machine.
    """
    from chatbot.content.library import load_protocol
    from chatbot.core.commands import AddNote, GiveAnswer

    protocol = load_protocol()
    early, late = Stage(), Stage()
    widgets = 0
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS):
            for stage, answers in ((early, 0), (late, 500)):
                desk = Desk(Path(folder, f"{turn}-{answers}"), lambda: protocol, Host(), as_of="2026-03-15T10:30")
                interview = desk.start("test", "bench", "")
                interview.send(GiveAnswer("age", value="50"))
                interview.send(GiveAnswer("sex", value="male"))
                for number in range(answers):
                    interview.send(AddNote(f"note {number}"))
                    interview.send(GiveAnswer("age", value=("51", "50")[number % 2], because="mis_keyed"))
                app: Any = Backstory(services_of(desk, protocol, None), Start(interview))
                async with app.run_test(size=(120, 40)) as pilot:
                    await one_stage(app, pilot, Frames(app), stage)
                    widgets = max(widgets, sum(1 for _ in app.screen.walk_children(with_self=True)))
                desk.close()
    flat = True
    for what in Stage.__dataclass_fields__:
        first, last = getattr(early, what), getattr(late, what)
        beside = statistics.median(first)
        flat = flat and statistics.median(last) / beside <= MOST_SLOWER
        print(row(f"{what}, around the 5th answer", first, beside))
        print(row(f"{what}, around the 500th answer", last, beside))
    slow = sorted(late.typing)[int(len(late.typing) * 0.95) - 1] * 1e3
    print(
        f"medians around the 500th answer at most {MOST_SLOWER} times those around the 5th: {'yes' if flat else 'NO'}"
    )
    print(f"typing within {TYPING_MS} ms at the 95th percentile: {slow:.1f} ms, {'yes' if slow <= TYPING_MS else 'NO'}")
    print(f"widgets mounted: {widgets} (limit {MOST_MOUNTED})")
    return flat and slow <= TYPING_MS and widgets <= MOST_MOUNTED


async def one_stage(app: Any, pilot: Any, frames: Frames, stage: Stage) -> None:
    """Answer a question anew by its key, with the time the append takes; then type."""
    from chatbot.core.commands import Show, Withdraw

    interview = app.session.interview
    append = interview.recorder.append

    def timed(events: Any) -> None:
        start = perf_counter()
        append(events)
        stage.appending.append(perf_counter() - start)

    async def shows(question: str) -> None:
        interview.send(Show(question))
        app.screen.sync()
        await pilot.pause()

    for turn in range(-2, TURNS):
        interview.send(Withdraw("sex"))
        await shows("sex")
        interview.recorder.append = timed if turn >= 0 else append
        took = await frames.after("2", answers=True)
        interview.recorder.append = append
        if turn >= 0:
            stage.answering.append(took)
    await shows("age")
    for turn in range(-2, TURNS):
        took = await frames.after(("4", "backspace")[turn % 2])
        await pilot.pause()
        if turn >= 0:
            stage.typing.append(took)


def main() -> int:
    first_question()
    return 0 if asyncio.run(stays_flat()) else 1


if __name__ == "__main__":
    sys.exit(main())
