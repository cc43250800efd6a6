"""The line mode and a disk that is slow or refuses: said in words, tried again, nothing counts before it is saved."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import pytest

from chatbot.core.events import CaseOpened, Event
from chatbot.errors import BackstoryError, NotSaved, StorageError
from chatbot.interview import Interview
from chatbot.plain import run
from chatbot.saving import PatientRecorder, WriterThread
from tests.plain.kit import AS_OF, PROTOCOL, Memory

IDENTITY = {"id": "boiler_check", "version": "1", "digest": "d"}


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    """Whatever was waited for, no writer idles on when the line mode, or a test, is over."""
    yield
    for each in threading.enumerate():
        if each.name == "writer":
            each.join(60)
            assert not each.is_alive()


class Refusing(Memory):
    """Refuses answers as long as it holds an error."""

    def __init__(self) -> None:
        super().__init__()
        self.fail: list[BackstoryError] = []

    def append(self, events: Sequence[Event]) -> None:
        if self.fail and any(event.type == "answer.given" for event in events):
            raise self.fail.pop()
        super().append(events)


def played(lines: Sequence[str], recorder: Refusing) -> tuple[Interview, list[str], BackstoryError | None]:
    """Type lines; return the case, what was put out, and what it ended with."""
    case = Interview.start(PROTOCOL, recorder, CaseOpened("7F3K", "test", AS_OF, "", "", IDENTITY))
    typed, out = iter(lines), []

    def read(prompt: str) -> str | None:
        out.append(prompt)
        return next(typed, None)

    try:
        run(case, register="clinician", read=read, write=out.append, width=300, encoding="utf-8")
    except BackstoryError as error:
        return case, out, error
    return case, out, None


def full(**more: bool) -> NotSaved:
    return NotSaved("the last entry is NOT SAVED: the disk is full", code="F006", hint="make room", **more)  # type: ignore[arg-type]


def test_what_is_not_saved_is_said_and_tried_again() -> None:
    recorder = Refusing()
    recorder.fail = [full(), full()]
    case, out, error = played(["y", "", ""], recorder)
    assert error is None and len(case.case.answers) == 1
    assert out.count("! NOT SAVED F006 the last entry is NOT SAVED: the disk is full") == 2
    assert any(line.startswith("Enter tries again; copy shows it") for line in out)


def test_what_is_not_saved_can_be_copied_by_hand_before_the_program_is_left() -> None:
    recorder = Refusing()
    recorder.fail = [full(earlier_safe=False)]
    case, out, error = played(["y", "copy", "stop"], recorder)
    assert isinstance(error, NotSaved) and error.exit_code == 8 and case.case.answers == {}
    told = "\n".join(out)
    assert "Not saved:\n· " in told and "In memory alone, not saved either:" in told
    assert "! Earlier answers are in the memory of this program alone" in told


def test_without_anybody_to_ask_it_ends_with_the_error() -> None:
    recorder = Refusing()
    recorder.fail = [full()]
    _, _, error = played(["y"], recorder)
    assert isinstance(error, NotSaved)


class Held(Memory):
    """An append that takes until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.latch = threading.Event()

    def append(self, events: Sequence[Event]) -> None:
        self.latch.wait()
        super().append(events)


def patient(recorder: Memory, late: Callable[[], None], seconds: float) -> PatientRecorder:
    return PatientRecorder(recorder, late=late, again=lambda error, events: False, seconds=seconds)


def test_a_slow_disk_is_told_of_once_and_waited_for() -> None:
    held, told = Held(), []

    def late() -> None:
        told.append(list(held.events))
        held.latch.set()

    with closing(patient(held, late, 0.0)) as recorder:
        recorder.append([CaseOpened("7F3K", "test", AS_OF, "", "", IDENTITY)])
    assert told == [[]] and held.types() == ["case.opened"]


def test_a_quick_disk_says_nothing() -> None:
    memory, told = Memory(), []
    with closing(patient(memory, lambda: told.append(1), 60.0)) as recorder:
        recorder.append([CaseOpened("7F3K", "test", AS_OF, "", "", IDENTITY)])
    assert told == [] and memory.types() == ["case.opened"]


def test_an_interruption_waits_for_the_outcome() -> None:
    """What is on disk counts: the program may go on, or end, but knows it."""
    held = Held()

    def late() -> None:
        held.latch.set()
        raise KeyboardInterrupt

    with closing(patient(held, late, 0.0)) as recorder:
        recorder.append([CaseOpened("7F3K", "test", AS_OF, "", "", IDENTITY)])
    assert held.types() == ["case.opened"]


def test_appends_are_done_one_by_one_in_the_order_they_were_handed_in_and_errors_come_back() -> None:
    done: list[int] = []
    thread = WriterThread()

    def fail() -> None:
        raise StorageError("full")

    savings = [thread.submit(lambda n=n: done.append(n)) for n in range(50)]  # type: ignore[misc]
    failed = thread.submit(fail)
    assert failed.wait() and isinstance(failed.error, StorageError)
    assert done == list(range(50)) and all(each.settled and each.error is None for each in savings)
    thread.end()


@pytest.mark.parametrize("first", ["watched", "settled"])
def test_one_that_is_watched_is_told_of_or_settled_already(first: str) -> None:
    latch, told = threading.Event(), threading.Event()
    thread = WriterThread()
    saving = thread.submit(latch.wait)
    if first == "settled":
        latch.set()
        saving.wait()
        assert saving.watch(lambda _: told.set())
    else:
        assert not saving.watch(lambda _: told.set())
        latch.set()
        assert told.wait(60)
    thread.end()


def test_a_plan_that_leaves_says_where_the_transcript_stood_also_where_saving_is_waited_for() -> None:
    class Headed(Memory):
        head_code = "7-ABCD-EFGH-IJKL-MNOP-QRST"

    case = Interview.start(PROTOCOL, Headed(), CaseOpened("7F3K", "test", AS_OF, "", "", IDENTITY))
    case.recorder = PatientRecorder(case.recorder, late=lambda: None, again=lambda *_: False)
    assert case.printed_plan()["produced_by"]["transcript"] == {"head_code": Headed.head_code, "records": 7}
