"""Real processes, really killed: a small dose of the campaigns that kill."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from campaigns import kill, kill_limits
from chatbot.errors import LockedByAnother
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter


def test_kill_9_in_the_middle_of_writing_keeps_every_acknowledged_answer() -> None:
    tally = kill.kills(3, seed=1, sittings=2)
    assert tally.failures == []
    assert tally.runs == 6 and tally.acknowledged > 50


def test_writers_that_race_for_one_case_lose_and_mix_up_nothing_and_are_told_who_holds_it() -> None:
    tally = kill.races(2, seed=1, processes=4, tries=8)
    assert tally.failures == []
    assert tally.acknowledged > 0


@pytest.mark.component("strace")
def test_faults_and_kills_at_real_system_calls_lose_nothing(tmp_path: Path) -> None:
    """A share of every scenario, in a process of its own: this one has threads, which no fork takes along."""
    command = [sys.executable, "-m", "campaigns.kill_faults", "--every", "67", "--progress", str(tmp_path / "done")]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [row[0] for row in told] == ["new", "torn", "sealed", "sealed-torn", "sign", "export", "all"]
    # A call that touches the case in one run touches it in the next, or next to all.
    assert all(int(row[3]) >= int(row[1]) * 3 // 4 > 0 for row in told), done.stdout
    again = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert again.stdout.splitlines()[0].split()[0] == again.stdout.splitlines()[0].split()[2], "nothing is done twice"
    assert again.stdout.splitlines()[1:] == done.stdout.splitlines()[1:]


def test_another_process_that_writes_a_case_keeps_us_out_until_it_is_killed(folder: Path) -> None:
    victim = kill.start(folder, 0, 100_000)
    assert victim.stdout is not None
    try:
        assert victim.stdout.readline() == b"0\n"
        path = next((folder / "test").glob("*.jsonl"))
        with pytest.raises(LockedByAnother) as raised:
            TranscriptWriter.resume(path, FixedHost())
        if Path("/proc/locks").read_text():
            assert f"pid {victim.pid}" in raised.value.message
    finally:
        victim.kill()
        victim.communicate()
    writer, _ = TranscriptWriter.resume(path, FixedHost())
    writer.close()


def test_a_real_limit_on_the_size_of_files_cuts_writes_short_and_loses_nothing() -> None:
    tally = kill_limits.shorts(every=211)
    assert tally.failures == []
    assert tally.runs > 30 and tally.torn > 5 and tally.acknowledged > tally.runs


def test_names_swapped_for_links_and_pipes_under_a_writer_lead_nowhere() -> None:
    tally = kill_limits.links(60, seed=3)
    assert tally.failures == []
    assert 0 < tally.acknowledged < tally.runs


def test_a_folder_without_permission_opens_no_case(tmp_path: Path) -> None:
    """With real permissions; as root, through a process without its privileges."""
    place = Path("/tmp") / f"backstory-readonly-{os.getpid()}"
    place.mkdir()
    (place / "cases").mkdir(mode=0o755)
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import os\n"
        "from pathlib import Path\n"
        "from chatbot.errors import StorageError\n"
        "from tests.record import kit\n"
        "os.setuid(65534) if os.geteuid() == 0 else os.chmod(sys.argv[2], 0o555)\n"
        "try:\n"
        "    kit.create(Path(sys.argv[2]))\n"
        "except StorageError as error:\n"
        "    print(error.code, int(error.exit_code))\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    try:
        done = subprocess.run(
            [sys.executable, "-c", script, root, str(place / "cases")], capture_output=True, text=True, check=False
        )
        assert done.stdout.split() == ["F003", "8"], done.stderr
        assert list((place / "cases").iterdir()) == []
    finally:
        (place / "cases").chmod(0o755)
        (place / "cases").rmdir()
        place.rmdir()


def test_errors_of_a_full_quota_or_too_large_a_file_are_named(folder: Path) -> None:
    from chatbot.record.publish import reason

    assert reason(OSError(errno.EFBIG, "x")) == "the file may not grow any further"
    assert reason(OSError(errno.EDQUOT, "x")) == "the disk quota is used up"
