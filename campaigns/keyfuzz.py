"""Feed random bytes to the terminal parser over random vignettes: nothing may end the program, nothing may be lost.

    python -m campaigns.keyfuzz [--events 20000] [--seed N]     the seed of every case is printed
    python -m campaigns.keyfuzz --case SEED                     one case again

A case is a vignette of a shipped protocol, kept on disk, on a screen of a random size. What arrives are bytes in
pieces: the keys of its answers, the keys that work just then, any other key, pastes, bytes that are not UTF-8, escape
sequences that never end, reports no key makes, new sizes. Somewhere in the middle the screen is left and the case
resumed. After every sitting:

- nothing inside went wrong, and an emergency nobody has read was in sight all the time;
- the transcript verifies, every plan in it comes out again, and no record is missing;
- the case that is resumed is the one that was left, and so is the screen;
- nothing was recorded as *no*, as normal, or as none of these before all of it had been on screen.

Ends with 1 when one of these did not hold. A small dose runs in ``tests/tui/test_key_fuzz.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any

from campaigns.seen import Seen
from chatbot.content.answers_file import commands_of, read_answers
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.core.commands import GiveAnswer
from chatbot.core.present import present
from chatbot.core.protocol import Protocol
from chatbot.desk import Desk, cached_bundle
from chatbot.errors import BackstoryError
from chatbot.record.host import Host
from chatbot.record.read import read_transcript
from chatbot.record.replay import verify
from tests.dialogue.typing import keys_for
from tests.tui.kit import screen_text

SIZES = ((120, 40), (80, 24), (40, 15), (250, 80), (60, 20), (41, 50), (39, 15), (20, 5))
EVENTS_OF_A_CASE = 400
MOST_AT_ONCE = (8, 30, 60)
"""Pieces that arrive before the screen comes to rest; of a case always the same."""

STEPS_OF_REST = 4
"""So many times in a row nothing waited to be handled: a message may go from one queue to the next in between."""

MOST_MOUNTED = 100
"""Widgets on one screen."""

BACK = ("escape", "escape", "enter", "y")
"""Keys that lead from most screens back to the question."""

OF_THE_SITTING = frozenset({"phase"})
"""What a view says of the sitting, not of the case."""

NAMED = {
    "enter": b"\r",
    "tab": b"\t",
    "escape": b"\x1b",
    "backspace": b"\x7f",
    "space": b" ",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "delete": b"\x1b[3~",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "shift+tab": b"\x1b[Z",
    **dict(zip(("f1", "f2", "f3", "f4"), (b"\x1bOP", b"\x1bOQ", b"\x1bOR", b"\x1bOS"), strict=True)),
    **{
        f"f{number}": b"\x1b[%d~" % code
        for number, code in zip(range(5, 13), (15, 17, 18, 19, 20, 21, 23, 24), strict=True)
    },
    **{f"ctrl+{letter}": bytes([ord(letter) - 96]) for letter in "abcdefghjklnopqrstuvwxyz"},
}
"""What a terminal sends for the keys that are no characters."""

SENT_BY_TERMINALS = (
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[12;40R",
    b"\x1b[?2026;2$y",
    b"\x1b[?2048;0$y",
    b"\x1b[<0;5;5M\x1b[<0;5;5m",
    b"\x1b[<64;3;3M",
    b"\x1b[<35;1;1M",
    b"\x1b[?1;2c",
    b"\x1bP>|xterm(1)\x1b\\",
    b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b[1;5A",
    b"\x1b[97;5u",
    b"\x1b[57399u",
    b"\x1bx",
)
"""Reports, the mouse, keys with modifiers, and the answers to what other programs ask."""

PASTED = (
    "three weeks ago",
    "15",
    "Wörter, 痛い, \U0001f9b4",
    "two\nlines",
    "a\x1b[31mred",
    "\u202eback",
    "",
    "x" * 3000,
    "no",
    "\x00\x07",
)


@lru_cache
def _names() -> dict[str, bytes]:
    from textual.keys import _character_to_key

    return {**{_character_to_key(chr(code)): bytes([code]) for code in range(33, 127)}, **NAMED}


def sent_for(key: str) -> bytes:
    """Return what a terminal sends for a key: a character, or a name Textual gives; nothing where that is unknown."""
    return _names().get(key) or (key.encode() if len(key) == 1 else b"")


# --- what is fed ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resized:
    """The window has another size."""

    size: tuple[int, int]


Piece = bytes | Resized


class Fingers:
    """Chooses what arrives next. It knows the screen, so that it gets far, and does not care for it."""

    def __init__(self, chosen: random.Random, answers: dict[str, GiveAnswer]) -> None:
        self.chosen, self.answers = chosen, answers
        self.at_once = chosen.choice(MOST_AT_ONCE)

    def pieces(self, app: Any) -> list[Piece]:
        """Return what arrives before the screen comes to rest again."""
        if self.chosen.random() < 0.4:
            return [self._answer(app)]
        return [self._piece(app) for _ in range(self.chosen.randint(1, self.at_once))]

    def _piece(self, app: Any) -> Piece:
        kinds: tuple[tuple[Callable[[Any], Piece], int], ...] = (
            (self._answer, 20),
            (self._working, 30),
            (self._character, 20),
            (self._any_key, 12),
            (self._pasted, 4),
            (self._not_utf8, 4),
            (self._cut, 4),
            (self._storm, 1),
            (self._report, 3),
            (self._size, 2),
        )
        (make,) = self.chosen.choices([each for each, _ in kinds], [weight for _, weight in kinds])
        return make(app)

    def _answer(self, app: Any) -> Piece:
        """The keys of the vignette's answer; of what is no question, those that go on."""
        from chatbot.tui.form import Mode

        form = getattr(app.screen, "form", None)
        if form is None and self.chosen.random() < 0.5:
            return sent_for(self.chosen.choice(BACK))
        if form is None or form.view.id not in self.answers:
            return self._working(app)
        if form.mode is Mode.REASONS:
            return sent_for(self.chosen.choice(form.reasons).key)
        try:
            keys = keys_for(form, self.answers[form.view.id])
        except (StopIteration, RuntimeError, AssertionError, KeyError):
            return self._working(app)
        return b"".join(sent_for(key) for key in keys)

    def _working(self, app: Any) -> Piece:
        """A key that does something here. Keys that end the program come up rarely, or little else would happen."""
        actions = [each for each in app.screen.working() if each.id not in {"stop", "leave", "quit", "sign"}]
        if not actions or self.chosen.random() < 0.01:
            actions = app.screen.working()
        return sent_for(self.chosen.choice(self.chosen.choice(actions).keys))

    def _character(self, app: Any) -> Piece:
        return bytes([self.chosen.randint(32, 126)])

    def _any_key(self, app: Any) -> Piece:
        return self.chosen.choice(list(_names().values()))

    def _pasted(self, app: Any) -> Piece:
        end = b"\x1b[201~" if self.chosen.random() < 0.9 else b""
        return b"\x1b[200~" + self.chosen.choice(PASTED).encode() + end

    def _not_utf8(self, app: Any) -> Piece:
        return self.chosen.randbytes(self.chosen.randint(1, 6))

    def _cut(self, app: Any) -> Piece:
        whole = self.chosen.choice([*NAMED.values(), *SENT_BY_TERMINALS, "é痛\U0001f9b4".encode()])
        return whole[: self.chosen.randint(1, len(whole))]

    def _storm(self, app: Any) -> Piece:
        return self.chosen.choice((b"\x1b", b"\r", b"\x1b[", b"\x7f", b"\x10")) * self.chosen.randint(5, 40)

    def _report(self, app: Any) -> Piece:
        return self.chosen.choice(SENT_BY_TERMINALS)

    def _size(self, app: Any) -> Piece:
        return Resized(self.chosen.choice(SIZES))


# --- one sitting ----------------------------------------------------------------------------------


class Sitting:
    """The application on a case, fed through the parser of its driver."""

    def __init__(self, app: Any, seen: Seen) -> None:
        from chatbot.tui.driver import Keyboard

        self.app, self.seen = app, seen
        self.keyboard = Keyboard()
        self.events = 0
        self.screens: Counter[str] = Counter()
        self.problems: list[str] = []
        self.mounted = 0
        seen.watch(app)

    @property
    def over(self) -> bool:
        """The program has ended, or something inside went wrong."""
        return bool(self.app._exit or not self.app._running or self.app._exception is not None)

    async def feed(self, pieces: Sequence[Piece]) -> None:
        """Let pieces arrive at once, then wait until the screen has come to rest."""
        for piece in pieces:
            if isinstance(piece, Resized):
                await self.resize(piece.size)
            else:
                for event in self.keyboard.feed(piece):
                    self._pass_on(event)
        if self.keyboard._parser._timeout_time is not None:
            self.keyboard._parser._timeout_time = 0.0  # a lone Escape was one all along: as if the time had passed
        for event in self.keyboard.tick():
            self._pass_on(event)
        await self.rest()
        self._look()

    def _pass_on(self, event: Any) -> None:
        self.events += 1
        self.app._driver.process_message(event)

    async def resize(self, size: tuple[int, int]) -> None:
        """Make the window another size."""
        from textual.events import Resize
        from textual.geometry import Size

        self.events += 1
        self.app._driver._size = size
        self.app.post_message(Resize(Size(*size), Size(*size)))

    async def rest(self) -> None:
        """Wait until nothing is left to handle or to draw. It is the queues that say so, never a clock."""
        quiet = 0
        while quiet < STEPS_OF_REST and not self.over:
            await asyncio.sleep(0)
            waiting = any(not pump._message_queue.empty() or pump._next_callbacks for pump in self._pumps())
            quiet = 0 if waiting else quiet + 1
            if quiet == STEPS_OF_REST - 1:
                self.app.screen._on_timer_update()  # draws now what would be drawn at the next tick

    def _pumps(self) -> list[Any]:
        return [self.app, *self.app._registry]

    def _look(self) -> None:
        from chatbot.tui.screens.alarm import AlarmScreen

        if self.over:
            return
        stack = self.app.screen_stack
        self.screens[type(stack[-1]).__name__] += 1
        case = None if self.app.session.interview is None else self.app.session.interview.case
        if case is not None and case.alarms and not any(isinstance(each, AlarmScreen) for each in stack):
            names = ", ".join(type(each).__name__ for each in stack[1:])
            self.problems.append(f"an emergency that nobody has read is not in sight: {case.alarms} under {names}")
        mounted = sum(1 for _ in stack[-1].walk_children(with_self=True))
        if mounted > MOST_MOUNTED:
            self.problems.append(f"{mounted} widgets are mounted on {type(stack[-1]).__name__}")
        self.mounted = max(self.mounted, mounted)

    async def bare(self) -> str:
        """Return the screen of the interview alone: what lies over it is closed, nothing is half entered.

        Without its footer: which keys work hangs on what was read in this sitting.
        """
        from chatbot.tui.screens.interview import InterviewScreen

        for again in (True, False):
            while not isinstance(self.app.screen, InterviewScreen):
                self.app.pop_screen()
            if again:
                screen = self.app.screen
                screen.revealed, screen.done, screen.form = False, "", None
                self.app.session.drafts = type(self.app.session.drafts)()
                screen.sync()
            await self.rest()
        rows = screen_text(self.app).split("\n")
        return "\n".join(rows[: len(rows) - self.app.screen.footer_pane.size.height])


# --- a case ---------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What became of one case."""

    seed: int
    what: str = ""
    events: int = 0
    answers: int = 0
    sittings: int = 0
    mounted: int = 0
    closed: bool = False
    """The case was signed or given up before all events had arrived."""
    screens: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"seed {self.seed:<10} {self.what}: {self.events} events, {self.answers} answers, {self.sittings} sittings"
            f"{''.join(f'{chr(10)}  {each}' for each in self.problems)}"
        )


class Case:
    """A case on disk that is worked on in several sittings."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chosen = random.Random(seed)
        self.folder = folder
        names = sorted(path.parent.name for path in protocols_folder().glob("*/protocol.yaml"))
        name = self.chosen.choice(names)
        self.protocol = loaded(name)
        vignettes = sorted((find_protocol(name, protocols_folder()) / "vignettes").glob("*.yaml"))
        path = self.chosen.choice(vignettes)
        file = answers_file(path)
        assert file.as_of is not None
        self.answers = {each.question: each for each in commands_of(self.protocol, file, file.as_of)}
        self.register = self.chosen.choice(("clinician", "patient"))
        self.size = self.chosen.choice(SIZES[:6])
        self.desk = Desk(folder, lambda: self.protocol, Host(), as_of=file.as_of, actor="AB", role="clinician")
        self.interview = self.desk.start("practice", "bed 4", "")
        self.outcome = Outcome(seed, f"{name} {path.stem}, {self.size[0]}x{self.size[1]}, {self.register}")

    def begin(self) -> None:
        """Answer the first questions of the vignette, so that cases begin anywhere between first question and plan."""
        for _ in range(self.chosen.randint(0, len(self.answers) + 10)):
            case = self.interview.case
            if case.alarms or case.shown is None or case.shown not in self.answers:
                return
            self.interview.send(self.answers[case.shown])

    async def play(self, events: int) -> None:
        """Work on the case until it is closed, or so many events have arrived."""
        self.begin()
        left = ""
        while self.outcome.events < events and not self.interview.case.closed and not self.outcome.problems:
            remaining = events - self.outcome.events
            left = await self.sitting(remaining if self.outcome.sittings else max(1, remaining // 2), left)
            self.resume()
        self.desk.close()

    async def sitting(self, events: int, left: str) -> str:
        """Work on the case for so many events at most; return its bare screen, or nothing if the program ended."""
        from chatbot.tui.application import Backstory
        from chatbot.tui.services import Start
        from chatbot.tui.start import services_of

        settings = self.folder / "settings.json"
        settings.write_text('{"role": "clinician"}', "utf-8")
        services = services_of(self.desk, self.interview.protocol, settings)
        app: Any = Backstory(services, Start(self.interview, register=self.register))
        seen = Seen(self.interview.protocol)
        seen.skip(self.interview.events)
        sitting = Sitting(app, seen)
        fingers = Fingers(self.chosen, self.answers)
        outcome, problems = self.outcome, self.outcome.problems
        bare = ""
        try:
            async with app.run_test(size=self.size):
                await sitting.rest()
                if left and (now := await sitting.bare()) != left:
                    problems.append(f"the screen that came back is not the one that was left:\n{left}\n{now}")
                if left and not sitting.over:
                    app.screen.sync()  # what has to lie over the question comes back
                    await sitting.rest()
                while not sitting.over and sitting.events < events and not problems:
                    pieces, on = fingers.pieces(app), type(app.screen).__name__
                    await sitting.feed(pieces)
                    problems += [*sitting.problems, *seen.unseen(self.interview.events)]
                    if problems or app.fault:
                        problems.append(f"what arrived last, on {on}: {pieces}")
                if not sitting.over:
                    self.size, self.register = (app.size.width, app.size.height), app.session.register
                    bare = await sitting.bare()
        except Exception as error:
            problems.append("".join(traceback.format_exception(error)))
        if app.fault:
            problems.append(f"internal fault: {app.fault}")
        outcome.sittings += 1
        outcome.events += sitting.events
        outcome.answers = len(self.interview.case.answers)
        outcome.mounted = max(outcome.mounted, sitting.mounted)
        outcome.screens += sitting.screens
        return bare

    def resume(self) -> None:
        """Let go of the case as a killed program does, verify it, and open it again."""
        left, problems = self.interview, self.outcome.problems
        self.desk.close()
        (path,) = (self.folder / "practice").glob("*.jsonl")
        try:
            verify(path, cached_bundle)
            kept = read_transcript(path).events
            if list(kept) != left.events:
                problems.append(f"{len(left.events)} events were acknowledged, {len(kept)} are kept")
            self.outcome.closed = left.case.closed
            if left.case.closed:
                return
            self.interview = self.desk.resume(path)
        except BackstoryError as error:
            problems.append(error.render())
            return
        was, now = (present(each.protocol, each.case, self.register) for each in (left, self.interview))
        for name in was.__dataclass_fields__:
            if getattr(was, name) != getattr(now, name) and name not in OF_THE_SITTING:
                problems.append(f"resumed with another {name}: {getattr(was, name)!r}, now {getattr(now, name)!r}")


@lru_cache
def loaded(name: str) -> Protocol:
    """Return a shipped protocol."""
    return load_protocol(name)


answers_file = lru_cache(read_answers)


def play(seed: int, events: int = EVENTS_OF_A_CASE) -> Outcome:
    """Play the case of a seed."""
    with tempfile.TemporaryDirectory(prefix="keys-", dir=_memory()) as folder:
        played = Case(seed, Path(folder))
        asyncio.run(played.play(events))
        return played.outcome


def _memory() -> str | None:
    """Return a folder in memory where there is one: what is tried here is not the disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def main(arguments: list[str] | None = None) -> int:
    """Feed cases until so many events have arrived; print what became of each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first case; the others follow")
    parser.add_argument("--case", type=int, metavar="SEED", help="play one case alone")
    options = parser.parse_args(arguments)
    if options.case is not None:
        outcome = play(options.case)
        print(outcome)
        return 1 if outcome.problems else 0
    events = failures = mounted = cases = 0
    screens: Counter[str] = Counter()
    begun = perf_counter()
    while events < options.events:
        outcome = play(options.seed + cases)
        print(outcome, flush=True)
        cases += 1
        events += outcome.events
        failures += bool(outcome.problems)
        mounted = max(mounted, outcome.mounted)
        screens += outcome.screens
    took = perf_counter() - begun
    print(f"{events} events in {cases} cases, {failures} failures; {events / took:.0f} events a second")
    print(f"at most {mounted} widgets on a screen (limit {MOST_MOUNTED})")
    print("came to rest on: " + ", ".join(f"{name} {count}" for name, count in screens.most_common()))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
