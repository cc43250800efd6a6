"""Appends in a thread of their own, so that a slow disk freezes no screen, and what a person is told meanwhile.

One thread and one queue: events are written in the order they were handed in. An answer counts when its append has
ended well, and not before; whoever hands one in waits for that, or is told when it is settled.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from chatbot.core.case import evolve
from chatbot.core.events import AnswerCorrected, AnswerGiven, Event, QuestionShown
from chatbot.core.present import present
from chatbot.errors import BackstoryError
from chatbot.interview import Interview, Recorder
from chatbot.record.event_list import event_text

SHOWN_AFTER = 0.25
"""Seconds after which a person is told that something is being saved."""

LATE_AFTER = 2.0
"""Seconds after which a person is told that it is not saved yet."""

NOT_YET = "NOT SAVED YET"

NOTHING_ELSE = "Nothing more is recorded until the disk takes it."


class Saving:
    """One append under way, or settled."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._told: Callable[[Saving], None] | None = None
        self._settled = threading.Event()
        self.error: BaseException | None = None
        """Why nothing was recorded; only once it is settled."""

    def run(self) -> None:
        """Do it, in the thread of the writer."""
        try:
            self._work()
        except BaseException as error:
            self.error = error
        self._settled.set()
        if self._told is not None:
            self._told(self)

    def watch(self, told: Callable[[Saving], None]) -> bool:
        """Whether it is settled already; if not, *told* is called in the thread of the writer once it is."""
        # In this order: one that is settled in between is both returned and told of, and never neither.
        self._told = told
        return self.settled

    @property
    def settled(self) -> bool:
        """It has ended, well or not."""
        return self._settled.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is settled, or for so many seconds; whether it is."""
        return self._settled.wait(seconds)


class WriterThread:
    """Does one append after the other. The thread begins with the first, and never keeps the program from ending."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Saving | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[], None]) -> Saving:
        """Hand an append in."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
            self._thread.start()
        saving = Saving(work)
        self._queue.put(saving)
        return saving

    def end(self) -> None:
        """Let the thread end when everything handed in is settled. What is handed in later begins another."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread = None

    def _run(self) -> None:
        while (saving := self._queue.get()) is not None:
            saving.run()


class PatientRecorder:
    """A recorder for a shell that waits: says when saving takes long, and lets the person try again."""

    def __init__(
        self,
        recorder: Recorder,
        *,
        late: Callable[[], None],
        again: Callable[[BackstoryError, Sequence[Event]], bool],
        thread: WriterThread | None = None,
        seconds: float = LATE_AFTER,
    ) -> None:
        """*late* tells that it is not saved yet. *again* tells why it was not saved; True: try again."""
        self.recorder = recorder
        self._late, self._again = late, again
        self._thread, self._seconds = thread or WriterThread(), seconds

    @property
    def head_code(self) -> str | None:
        """Where the transcript stands; None where none is kept."""
        return getattr(self.recorder, "head_code", None)

    def close(self) -> None:
        """Let the thread of the writer end once everything handed in is settled; nobody waits for that."""
        self._thread.end()

    def append(self, events: Sequence[Event]) -> None:
        """Make events durable, however long it takes.

        Raises: BackstoryError when that cannot be done and the person has given up.
        """
        while True:
            error = self._once(events)
            if error is None:
                return
            if not isinstance(error, BackstoryError) or not self._again(error, events):
                raise error

    def _once(self, events: Sequence[Event]) -> BaseException | None:
        saving = self._thread.submit(lambda: self.recorder.append(events))
        try:
            if not saving.wait(self._seconds):
                self._late()
                saving.wait()
        except KeyboardInterrupt:
            # Whoever ends the program is told what became of the answer; a second interruption is heard at once.
            saving.wait()
            if saving.error is None:
                return None
            raise
        return saving.error


def unsaved_lines(interview: Interview, events: Sequence[Event], register: str) -> list[str]:
    """Return events that were not saved in words, to be copied by hand. They show private answers too."""
    case = interview.case
    for event in events:
        case = evolve(interview.content, case, event)
    answered = {each.id: f"{each.text}: {each.answer}" for each in present(interview.protocol, case, register).answered}
    told = [
        answered[event.question]
        if isinstance(event, AnswerGiven | AnswerCorrected) and event.question in answered
        else event_text(interview.protocol, event, register, show_private=True)
        for event in events
        if not isinstance(event, QuestionShown)
    ]
    return list(dict.fromkeys(told))


def answered_lines(interview: Interview, register: str) -> list[str]:
    """Return every answer that counts, in words, to be copied by hand. They show private answers too."""
    return [f"{each.text}: {each.answer}" for each in interview.view(register).answered]
