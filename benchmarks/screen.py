"""Time to the first question against an empty Textual application, and from a key to the next question.

    python -m benchmarks.screen

Fresh processes take turns, so that both see the same machine. Aims: 1.5 × an empty application with a warm
cache, 3 × when YAML must be loaded; a key to the next frame under 50 ms at the 95th percentile, and the median
around the 500th answer at most 1.2 × that around the 5th.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.kit import row

ROOT = Path(__file__).resolve().parents[1]
RUNS = 9

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


async def answers() -> None:
    """Print the time from a key event to the frame with the next question, early and late in a long interview."""
    from chatbot.content.library import load_protocol
    from chatbot.core.commands import ChangeActor, GiveAnswer
    from chatbot.core.events import CaseOpened
    from chatbot.desk import Desk
    from chatbot.interview import Interview
    from chatbot.record.host import Host
    from chatbot.record.store import MemoryRecorder
    from chatbot.tui.application import Backstory
    from chatbot.tui.services import Start
    from chatbot.tui.start import services_of

    protocol = load_protocol()
    opened = CaseOpened(
        case="BENCHMRK",
        kind="test",
        as_of="2026-03-15T10:30",
        label="bench",
        subject="",
        protocol=protocol.identity,
    )
    interview = Interview.start(protocol, MemoryRecorder(), opened)
    interview.send(GiveAnswer("age", value="50"))
    interview.send(GiveAnswer("sex", value="male"))
    desk = Desk(Path(tempfile.gettempdir()), lambda: protocol, Host())
    app = Backstory(services_of(desk, protocol, None), Start(interview))
    async with app.run_test(size=(120, 40)) as pilot:
        early = [await one_answer(app, pilot, turn) for turn in range(5, 55)]
        for turn in range(450):
            interview.send(ChangeActor(f"actor {turn}", "clinician"))
            interview.send(GiveAnswer("sex", value=("female", "male")[turn % 2], because="mis_keyed"))
        late = [await one_answer(app, pilot, turn) for turn in range(500, 550)]
    beside = statistics.median(early)
    print(row("key to next question, around the 5th answer", early, beside))
    print(row("key to next question, around the 500th answer", late, beside))


async def one_answer(app: Any, pilot: Any, turn: int) -> float:
    """Press back and an answer; return the seconds from the second key to the frame that follows it."""
    await pilot.press("b")
    start = perf_counter()
    app.simulate_key(str(1 + turn % 2))
    shown = app.session.interview.case
    while app.session.interview.case is shown:
        await asyncio.sleep(0)
    await pilot._wait_for_screen()
    return perf_counter() - start


def main() -> None:
    first_question()
    asyncio.run(answers())


if __name__ == "__main__":
    main()
