"""The site key: random, private, never written over; subject codes made with it; what may stand in a header."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.errors import BackstoryError, ExitCode, KeyProblem, UsageError
from chatbot.record.host import CROCKFORD
from chatbot.record.keys import keys_file, new_key, read_key
from chatbot.record.subject import check_identity, normalised, subject_code

KEY = bytes(range(32))


def code_of(call: object, *arguments: object, **more: object) -> str:
    with pytest.raises(BackstoryError) as raised:
        call(*arguments, **more)  # type: ignore[operator]
    return raised.value.code


def test_a_new_key_is_private_random_and_reads_back(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        one = new_key(tmp_path / "deep" / "er" / "one.key")
    finally:
        os.umask(old)
    other = new_key(tmp_path / "other.key")
    assert stat.S_IMODE(one.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(one.path.parent.stat().st_mode) == 0o700
    assert read_key(one.path) == one and one.secret != other.secret and len(one.secret) == 32
    assert [path.name for path in one.path.parent.iterdir()] == ["one.key"]
    assert one.secret.hex() not in repr(one)


def test_a_key_that_exists_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "site.key"
    before = new_key(path).path.read_bytes()
    assert code_of(new_key, path) == "K002" and path.read_bytes() == before
    (tmp_path / "link.key").symlink_to(tmp_path / "nowhere")
    assert code_of(new_key, tmp_path / "link.key") == "K002" and not (tmp_path / "nowhere").exists()


def test_a_folder_of_others_is_not_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    new_key(tmp_path / "site.key")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_open_to_others_is_not_used(tmp_path: Path, mode: int) -> None:
    path = new_key(tmp_path / "site.key").path
    path.chmod(mode)
    assert code_of(read_key, path) == "K003"


def test_without_a_key_it_says_what_to_do(tmp_path: Path) -> None:
    for path in (None, tmp_path / "none.key"):
        with pytest.raises(KeyProblem) as raised:
            read_key(path)
        assert raised.value.code == "K001" and "backstory keys new" in raised.value.hint
        assert raised.value.exit_code is ExitCode.KEY


DAMAGED = [b"", b"x", b"[]", b"{}", b"[" * 3000, b'{"format": "backstory-site-key", "version": 1, "key": 7}']


@pytest.mark.parametrize("data", DAMAGED)
def test_what_is_no_key_is_not_used(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "site.key"
    path.write_bytes(data)
    path.chmod(0o600)
    assert code_of(read_key, path) == "K004"


def test_a_mistyped_copy_of_a_key_is_found(tmp_path: Path) -> None:
    path = new_key(tmp_path / "site.key").path
    members = json.loads(path.read_text())
    for place in range(64):
        typed = members["key"][:place] + ("0" if members["key"][place] != "0" else "1") + members["key"][place + 1 :]
        path.write_text(json.dumps({**members, "key": typed}))
        assert code_of(read_key, path) == "K004"


def test_a_folder_or_a_pipe_is_no_key(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert code_of(read_key, tmp_path / "pipe") == "K004"
    assert code_of(read_key, tmp_path) in {"K004", "K005"}


def test_a_key_is_looked_for_where_it_was_said_to_be() -> None:
    environ = {"BACKSTORY_KEYS": "/env/key", "HOME": "/home/x"}
    assert keys_file(Path("/option"), environ, "/set") == Path("/option")
    assert keys_file(None, environ, "/set") == Path("/env/key")
    assert keys_file(None, {"HOME": "/home/x"}, "/set") == Path("/set")
    assert keys_file(None, {"HOME": "/home/x"}) == Path("/home/x/.config/backstory/site.key")
    assert keys_file(None, {"HOME": "/home/x", "XDG_CONFIG_HOME": "/c"}) == Path("/c/backstory/site.key")
    assert keys_file(None, {}) is None


# --- codes ---


def test_a_code_is_what_the_documentation_says() -> None:
    digest = hmac.digest(KEY, b"backstory/subject/v1\nH2024/4711", "sha256")
    bits = bin(int.from_bytes(digest, "big"))[2:].zfill(256)[:60]
    spelled = "".join(CROCKFORD[int(bits[at : at + 5], 2)] for at in range(0, 60, 5))
    assert subject_code(KEY, " h-2024/47 11 ") == "-".join(spelled[at : at + 4] for at in (0, 4, 8))


@pytest.mark.parametrize(
    "spelling", ["NHS 943 476 5919", "nhs943-476-5919", " nhs\u2013943\u00a04765919 ", "ＮＨＳ9434765919"]
)
def test_case_spaces_and_dashes_do_not_matter(spelling: str) -> None:
    assert subject_code(KEY, spelling) == subject_code(KEY, "NHS9434765919")


@given(st.sets(st.integers(0, 10**9), min_size=2, max_size=50))
def test_numbers_and_keys_give_codes_of_their_own(numbers: set[int]) -> None:
    codes = {subject_code(KEY, str(number)) for number in numbers}
    assert len(codes) == len(numbers)
    assert not codes & {subject_code(hashlib.sha256(KEY).digest(), str(number)) for number in numbers}
    assert all(len(code) == 14 and set(code) <= {*CROCKFORD, "-"} for code in codes)


@pytest.mark.parametrize("number", ["", "  ", "- –", "\x1b[31m", "12\x0034", "1" * 65, "...", "12\ufffd4", "1\u200b2"])
def test_a_number_that_cannot_be_used_is_refused_without_being_repeated(number: str) -> None:
    with pytest.raises(UsageError) as raised:
        normalised(number)
    assert raised.value.code == "K006"
    assert number.strip(" -–.") == "" or number not in raised.value.render()


# --- what may stand in a header ---


@pytest.mark.parametrize(
    ("label", "subject", "number", "code"),
    [
        ("Anna Smith", "", "", "K007"),
        ("AB", "Anna Smith", "", "K007"),
        ("1234567", "", "", "K008"),
        ("AB 44711", "", "H2024-4711", "K008"),
        ("AB", "943 476 5919", "", "K008"),
        ("x" * 41, "", "", ""),
        ("bed\x1b[31m4", "", "", ""),
    ],
)
def test_a_header_that_says_too_much_is_refused(label: str, subject: str, number: str, code: str) -> None:
    with pytest.raises(UsageError) as raised:
        check_identity(label, subject, record_number=number)
    assert raised.value.code == code
    assert not any(each and each in raised.value.render() for each in (label, subject, number) if len(each) > 3)


def test_only_what_is_no_name_can_be_confirmed() -> None:
    check_identity("Anna Smith", "", confirmed=True)
    for label, number in (("1234567", ""), ("AB 44711", "H2024-4711")):
        with pytest.raises(UsageError):
            check_identity(label, "", record_number=number, confirmed=True)
