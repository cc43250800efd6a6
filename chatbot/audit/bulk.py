"""Many cases on all cores: handed out in small chunks, given back in the order they were found, a few at a time.

What waits is bounded, so memory does not grow with the number of cases. A worker that is killed is replaced, its cases
are done again one by one, and one that kills its worker twice is named as such.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from chatbot.audit.find import Cases, Found
from chatbot.audit.row import Row
from chatbot.audit.state import State
from chatbot.audit.work import Done, Wanted, examine, start_worker, work
from chatbot.errors import ExitCode
from chatbot.record.identities import Identity

CHUNK = 8
"""Cases handed out at once."""

AHEAD = 4
"""Chunks that wait or are worked on, for each worker."""

WORST = (
    ExitCode.INTERNAL,
    ExitCode.CORRUPT,
    ExitCode.KEY,
    ExitCode.VERSION,
    ExitCode.TORN,
    ExitCode.STORAGE,
    ExitCode.DOES_NOT_HOLD,
    ExitCode.FINE,
)
"""Exit codes of cases, the worst first: the audit ends with the worst."""


def worst(codes: Iterable[int]) -> ExitCode:
    """Return what an audit ends with."""
    found = set(codes)
    return next((code for code in WORST if code in found), ExitCode.FINE)


def all_cores() -> int:
    """Return how many processes can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Engine:
    """Runs one audit."""

    wanted: Wanted = field(default_factory=Wanted)
    jobs: int = 1
    state: State | None = None
    """Where finished rows are kept, and found again."""
    identities: tuple[Identity, ...] = ()
    """What opens encrypted cases, for the workers: a process of its own begins with no key."""
    reused: int = 0
    """Rows taken from the state."""
    worker_kib: int = 0
    """The most memory one worker has held."""

    def run(self, cases: Cases) -> Generator[Done, None, None]:
        """Yield what came of each case, in order. Closing the iterator, or Ctrl+C, ends the workers."""
        if self.jobs == 1:
            yield from self._alone(cases)
            return
        pool = _Pool(self.wanted, cases.earlier, self.identities, self.jobs)
        try:
            waiting: deque[tuple[list[Found | Done], Future[Any] | None]] = deque()
            chunks = self._chunks(cases)
            for chunk in islice(chunks, AHEAD * self.jobs):
                waiting.append((chunk, pool.submit(_to_do(chunk))))
            while waiting:
                chunk, future = waiting.popleft()
                done = iter(() if future is None else self._result(pool, future, _to_do(chunk)))
                if pool.lost:
                    pool.lost = False
                    waiting = deque((each, pool.again(future, _to_do(each))) for each, future in waiting)
                for each in chunk:
                    yield self._keep(next(done)) if isinstance(each, Found) else each
                for more in islice(chunks, 1):
                    waiting.append((more, pool.submit(_to_do(more))))
        finally:
            pool.close()

    def _alone(self, cases: Cases) -> Iterator[Done]:
        for found in cases:
            known = self._known(found)
            yield self._keep(examine(found, self.wanted, cases.earlier)) if known is None else known

    def _chunks(self, cases: Iterable[Found]) -> Iterator[list[Found | Done]]:
        rest = iter(cases)
        while chunk := [self._known(found) or found for found in islice(rest, CHUNK)]:
            yield chunk

    def _known(self, found: Found) -> Done | None:
        row = None if self.state is None else self.state.row_of(found.path)
        if row is None:
            return None
        self.reused += 1
        return Done(row)

    def _keep(self, done: Done) -> Done:
        if self.state is not None:
            self.state.keep(done.row, done.recipients)
        return done

    def _result(self, pool: _Pool, future: Future[Any], chunk: tuple[Found, ...]) -> list[Done]:
        try:
            done, kib = future.result()
        except BrokenProcessPool:
            pool.mend()
            return pool.singly(chunk)
        self.worker_kib = max(self.worker_kib, kib)
        return list(done)


def _to_do(chunk: list[Found | Done]) -> tuple[Found, ...]:
    return tuple(each for each in chunk if isinstance(each, Found))


class _Pool:
    """Processes that can be lost."""

    def __init__(
        self, wanted: Wanted, earlier: Mapping[str, list[Path]], identities: tuple[Identity, ...], jobs: int
    ) -> None:
        self._given, self._jobs = (wanted, earlier, identities), jobs
        self.lost = False
        """Processes were lost, and with them what they had in hand."""
        self._pool = self._started(jobs)

    def _started(self, jobs: int) -> ProcessPoolExecutor:
        import multiprocessing

        methods = multiprocessing.get_all_start_methods()
        # Not fork: threads of the caller would be copied in whatever state they are.
        context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if context.get_start_method() == "forkserver":
            context.set_forkserver_preload(["chatbot.audit.work"])
        return ProcessPoolExecutor(jobs, mp_context=context, initializer=start_worker, initargs=self._given)

    def submit(self, chunk: tuple[Found, ...]) -> Future[Any] | None:
        """Hand cases out; None where there is nothing to do."""
        if not chunk:
            return None
        try:
            return self._pool.submit(work, chunk)
        except BrokenProcessPool as error:
            lost: Future[Any] = Future()
            lost.set_exception(error)
            return lost

    def mend(self) -> None:
        """Start new processes in place of those that were lost."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = self._started(self._jobs)
        self.lost = True

    def again(self, future: Future[Any] | None, chunk: tuple[Found, ...]) -> Future[Any] | None:
        """Hand cases out again unless they are done."""
        finished = future is not None and future.done() and not future.cancelled() and future.exception() is None
        return future if finished else self.submit(chunk)

    def singly(self, chunk: tuple[Found, ...]) -> list[Done]:
        """Do cases one after the other in a process beside the others; one that ends it twice is named."""
        done: list[Done] = []
        alone = self._started(1)
        try:
            for found in chunk:
                for _ in range(2):
                    try:
                        done += alone.submit(work, (found,)).result()[0]
                        break
                    except BrokenProcessPool:
                        alone.shutdown(wait=True)
                        alone = self._started(1)
                else:
                    said = f"{found.path}: error: its process was ended twice; is there enough memory?"
                    done.append(Done(Row(str(found.path), "FAULT", int(ExitCode.INTERNAL), (said,))))
        finally:
            alone.shutdown(wait=True)
        return done

    def close(self) -> None:
        """End the processes; what they have begun is finished and thrown away."""
        self._pool.shutdown(wait=True, cancel_futures=True)
