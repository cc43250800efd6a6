"""The same work on other machines: chunks of cases as tasks of a Dask cluster, given back in the order they were found.

Every worker reads the transcripts and the protocols beside them by the same paths, so they lie on storage that all of
them see. What a worker does is what a process of this machine does, so the result is the same. Dask hands the chunks of
a worker that is lost to another one; a chunk that costs several their lives is named, and the audit goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from chatbot.audit.find import Cases, Found
from chatbot.audit.row import Row
from chatbot.audit.work import Done, Wanted, examine
from chatbot.errors import EnvironmentProblem, ExitCode, UsageError
from chatbot.record.identities import Identity, Keyring, use

CHUNK = 16
"""Cases of one task."""

AHEAD = 4
"""Tasks that wait or are worked on, for each thread of the cluster."""

PATIENCE = "10s"
"""How long to wait for the scheduler to answer."""


KEYS = "backstory-keys"

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})

Client = Any
"""A client of Dask, which says little about its types."""


def connect(address: str) -> Client:
    """Return a client of a scheduler such as ``tcp://host:8786``; it is to be closed.

    Raises: EnvironmentProblem where Dask is not installed; UsageError where nothing answers.
    """
    try:
        import distributed
    except ImportError as error:
        hint = "pip install 'backstory[cluster]'"
        raise EnvironmentProblem("this needs Dask, which is not installed", code="U003", hint=hint) from error
    try:
        client: Client = distributed.Client
        return client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no scheduler answers at {address}", hint="such as tcp://host:8786") from error


def run(
    client: Client, cases: Cases, wanted: Wanted, identities: tuple[Identity, ...] = ()
) -> Generator[Done, None, None]:
    """Yield what came of each case, in order; a bounded number of tasks is on its way at a time.

    *identities*: what opens encrypted cases. Every worker holds them in memory while this runs, also one that comes
    later. Raises: UsageError where they would go over a network in the clear.
    """
    if identities:
        _check_private(client)
        client.register_plugin(_keys_plugin(identities), name=KEYS)
    try:
        yield from _run(client, cases, wanted)
    finally:
        if identities:
            client.unregister_worker_plugin(KEYS)


def _check_private(client: Client) -> None:
    """Raises: UsageError unless what goes to the workers is encrypted, or stays on this machine."""
    from distributed.comm.addressing import get_address_host

    places = [client.scheduler.address, *client.nthreads()]
    if not all(each.startswith(("tls://", "inproc://")) or get_address_host(each) in _HERE for each in places):
        hint = "use a cluster with TLS (tls://), or audit encrypted cases on the machine that has the key"
        raise UsageError("keys are not sent over a network in the clear", hint=hint)


def _keys_plugin(identities: tuple[Identity, ...]) -> Any:
    from distributed import WorkerPlugin

    class Keys(WorkerPlugin):  # type: ignore[misc, unused-ignore]
        """Lets a worker open encrypted cases for a while; never part of what a worker may write to its disk."""

        def setup(self, worker: Any) -> None:
            use(Keyring(identities=identities))

        def teardown(self, worker: Any) -> None:
            use(Keyring())

    return Keys()


def _run(client: Client, cases: Cases, wanted: Wanted) -> Generator[Done, None, None]:
    threads = max(1, sum(client.nthreads().values()))
    chunks = _chunks(cases)
    # Sent once to each worker, not once with each task.
    given = client.scatter((wanted, dict(cases.earlier)), broadcast=True)
    waiting: deque[tuple[tuple[Found, ...], Any]] = deque()
    try:
        for chunk in islice(chunks, AHEAD * threads):
            waiting.append((chunk, client.submit(task, chunk, given, pure=False)))
        while waiting:
            chunk, future = waiting.popleft()
            yield from _result(chunk, future)
            for more in islice(chunks, 1):
                waiting.append((more, client.submit(task, more, given, pure=False)))
    finally:
        client.cancel([future for _, future in waiting])


def task(chunk: tuple[Found, ...], given: tuple[Wanted, Mapping[str, list[Path]]]) -> list[Done]:
    """Do some cases, on whatever machine this runs."""
    wanted, earlier = given
    return [examine(each, wanted, earlier) for each in chunk]


def _result(chunk: tuple[Found, ...], future: Any) -> list[Done]:
    from distributed import KilledWorker

    try:
        done: list[Done] = future.result()
        return done
    except KilledWorker:
        said = "error: several workers of the cluster were lost while this case and those beside it were verified"
        return [Done(Row(str(each.path), "FAULT", int(ExitCode.INTERNAL), (f"{each.path}: {said}",))) for each in chunk]


def _chunks(cases: Cases) -> Iterator[tuple[Found, ...]]:
    rest = iter(cases)
    while chunk := tuple(islice(rest, CHUNK)):
        yield chunk
