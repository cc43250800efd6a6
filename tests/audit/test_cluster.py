"""A cluster finds what this machine finds, also when it loses a worker in the middle."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot.audit import cluster
from chatbot.audit.find import find_cases
from chatbot.audit.row import Row
from chatbot.audit.work import Wanted
from tests.audit.kit import audit, few_cases, rows

pytestmark = [pytest.mark.component(), pytest.mark.filterwarnings("default")]
"""Needs no other program, but half a minute and six processes."""


@pytest.fixture(scope="module")
def scheduler() -> Iterator[Any]:
    """Two workers, each in a process of its own."""
    distributed = pytest.importorskip("distributed")
    import dask

    quiet = {"distributed.admin.log-format": "", "distributed.comm.retry.count": 2}
    with (
        dask.config.set(quiet),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL", memory_limit=0
        ) as made,
    ):
        yield made


def found(address: str, wanted: Wanted | None = None) -> list[Row]:
    client = cluster.connect(address)
    try:
        done = cluster.run(client, find_cases(few_cases(), ("clinical",)), wanted or Wanted())
        return [each.row for each in done]
    finally:
        client.close()


def test_a_cluster_finds_what_this_machine_finds(scheduler: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CHUNK", 3)
    assert found(scheduler.scheduler_address) == rows(few_cases())


def test_a_worker_killed_in_the_middle_changes_nothing(
    scheduler: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CHUNK", 2)
    client = cluster.connect(scheduler.scheduler_address)
    try:
        pids = client.run(os.getpid)
        results = cluster.run(client, find_cases(few_cases(), ("clinical",)), Wanted())
        seen = [next(results).row]
        os.kill(next(iter(pids.values())), signal.SIGKILL)
        seen += [done.row for done in results]
    finally:
        client.close()
    assert seen == rows(few_cases())


def test_the_command_prints_what_it_prints_without_a_cluster(scheduler: Any) -> None:
    code, out, _ = audit(few_cases(), "--cluster", scheduler.scheduler_address)
    assert (code, out) == audit(few_cases())[:2]


def test_a_scheduler_that_does_not_answer_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", "1s")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        code, _, err = audit(few_cases(), "--cluster", f"tcp://127.0.0.1:{taken.getsockname()[1]}")
    assert code == 2 and "no scheduler answers" in err
    assert audit(few_cases(), "--cluster", "tcp://x:1", "--state", "s")[0] == 2


def test_workers_of_a_cluster_open_encrypted_cases_while_the_audit_runs_and_no_longer(
    scheduler: Any, tmp_path: Path
) -> None:
    from chatbot.content.library import load_protocol
    from chatbot.record.identities import Keyring, keyring, new_identity, using
    from chatbot.record.read import read_transcript
    from chatbot.record.store import TranscriptWriter
    from tests.audit.kit import PROTOCOL, files
    from tests.record.kit import FixedHost

    identity = new_identity(tmp_path / "case.key")
    for path in files(few_cases())[:3]:
        opened, *rest = (entry.event for entry in read_transcript(path).entries)
        with TranscriptWriter.create(
            *(tmp_path / "cases", opened, load_protocol(PROTOCOL), FixedHost()),  # type: ignore[arg-type]
            recipients=[identity.recipient],
        ) as writer:
            for event in rest:
                writer.append([event])
    with using(Keyring()):
        for keys, verdicts in (((identity,), False), ((), True)):
            client = cluster.connect(scheduler.scheduler_address)
            try:
                done = list(cluster.run(client, find_cases(tmp_path / "cases", ("clinical",)), Wanted(), keys))
                assert {each.row.verdict == "NO-KEY" for each in done} == {verdicts}
                held = client.run(lambda: len(keyring().identities()))
                assert set(held.values()) == {0}
            finally:
                client.close()
