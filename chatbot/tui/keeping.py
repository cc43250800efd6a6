"""The one entry being saved: handed to the writer's thread, waited for, and said aloud when the disk takes its time.

A quick disk is waited for within the key that gave the answer, so that nothing on screen changes in between. From there
on no key means anything until it is known what became of the entry; only leaving is kept in mind, and done then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatbot.core.events import Event
from chatbot.saving import LATE_AFTER, NOT_YET, NOTHING_ELSE, SHOWN_AFTER, Saving, WriterThread
from chatbot.tui.lines import Line, Seg, line, wrapped

if TYPE_CHECKING:
    from chatbot.interview import Recorder
    from chatbot.tui.application import Backstory

AT_ONCE = 0.03
"""Seconds a disk may take before the screen goes on without waiting: two frames, which nobody notices."""

LEAVING = frozenset({"ctrl+c", "ctrl+q"})

Settled = Callable[[BaseException | None], None]
"""What is done once it is known what became of an entry; None: it is durable."""


@dataclass
class Pending:
    """An entry whose outcome is not known yet."""

    saving: Saving
    settled: Settled
    since: float
    """When it was handed in, on the clock that stamps key events."""
    ends_with: int | None = None
    """The exit code the program ends with once it is settled."""
    asked_to_stop: bool = False
    """Somebody wishes to stop: they are asked once it is settled."""


class Keeping:
    """Hands entries over, one at a time."""

    def __init__(self, app: Backstory) -> None:
        self._app = app
        self.thread = WriterThread()
        self.at_once = AT_ONCE
        self.pending: Pending | None = None

    def keep(self, recorder: Recorder, events: Sequence[Event], settled: Settled) -> None:
        """Have events recorded. While an entry is pending this does nothing: no entry is given twice."""
        if self.pending is not None:
            return
        saving = self.thread.submit(lambda: recorder.append(events))
        if saving.wait(self.at_once) or saving.watch(self._told):
            settled(saving.error)
            return
        self.pending = Pending(saving, settled, self._app.moment())
        for seconds in (SHOWN_AFTER, LATE_AFTER):
            self._app.set_timer(seconds, self.show)

    def _told(self, saving: Saving) -> None:
        """Bring the news from the thread of the writer to that of the screen."""
        self._app.call_later(self._settle, saving)

    def _settle(self, saving: Saving) -> None:
        done = self.pending
        if done is None or done.saving is not saving:
            return
        self.pending = None
        done.settled(saving.error)
        self._app.freshen()
        if done.ends_with is not None:
            self._app.ended(done.ends_with)
        elif done.asked_to_stop:
            self._app.ask_to_stop()

    # --- what is said meanwhile ---

    @property
    def waited(self) -> float:
        """How many seconds the pending entry has been waited for; 0 without one."""
        return 0.0 if self.pending is None else self._app.moment() - self.pending.since

    @property
    def late(self) -> bool:
        """It takes so long that it must be said that nothing is saved yet."""
        return self.waited >= LATE_AFTER

    def show(self) -> None:
        """Draw what is to be said by now."""
        if self.pending is not None:
            self._app.freshen()

    def footer(self, width: int, rows: int) -> list[Line] | None:
        """Return what stands in place of the keys while none means anything; None: the keys stay as they are."""
        if self.pending is None or self.waited < SHOWN_AFTER:
            return None
        if self.pending.ends_with is not None:
            said = "… it ends once this is settled; ended again, it ends without knowing"
        elif self.pending.asked_to_stop:
            said = "… asks to stop when settled; asked again, it ends without knowing"
        else:
            said = "… still saving; no key does anything" if self.late else "… saving"
        return (wrapped(said, width, "strong") + [line(Seg(""))] * rows)[: max(rows, 2 if self.late else rows)]

    def banner(self, width: int) -> list[Line]:
        """Return what stands on top of a screen once it is late."""
        if not self.late:
            return []
        told = f"The disk has not taken the last entry. It is kept here. {NOTHING_ELSE}"
        return [line(Seg(f" ! {NOT_YET} ", "banner")), *wrapped(told, width, "warn")]

    # --- leaving ---

    def key(self, key: str) -> None:
        """Take a key that came while an entry is pending: it means nothing, but that somebody wishes to leave."""
        if self.pending is None or key not in LEAVING:
            return
        if self.pending.asked_to_stop:
            self._app.ended(130, waiting=False)
        self.pending.asked_to_stop = True
        self.show()

    def puts_off(self, code: int) -> bool:
        """Whether the end has to wait for the outcome of an entry. Asked for again, it does not."""
        if self.pending is None or self.pending.ends_with is not None:
            return False
        self.pending.ends_with = code
        self.show()
        return True
