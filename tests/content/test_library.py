"""Protocols are found, digested and cached; the digest is over what the content means."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from chatbot.content.library import find_protocol, load_bundle, load_checked, load_protocol, protocols_folder
from chatbot.errors import ContentError, CorruptTranscript, UsageError
from tests.small_protocols import TINY, edit


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "protocols" / "tiny"))


def digest_after(folder: Path, name: str, before: str, after: str) -> str:
    edit(folder, name, before, after)
    return load_checked(folder).digest


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("guards.yaml", "guards:", "# a comment\nguards:"),
        ("guards.yaml", "{title: weak kidney, when: kidney is yes}", "{when: kidney is yes, title: weak kidney}"),
        ("guards.yaml", "{title: weak kidney, when", "{title: weak\n    kidney, when"),
        ("guards.yaml", "kidney is yes", "kidney   is yes"),
        ("vignettes/calm.yaml", "A quiet house.", "Another house."),
        ("origin.yaml", "Sell the house.", "Buy a house."),
        ("guards.yaml", "{title: weak kidney,", "{was: [feeble_kidney], title: weak kidney,"),
        ("sections/alarm.yaml", "thin: A little", "thin: {label: A little, recorded_only: yes, was: [faint]}"),
        ("sections/who.yaml", "    type: yes_no\n", "    type: yes_no\n    recorded_only: yes\n"),
        ("sections/who.yaml", "    type: yes_no\n", "    type: yes_no\n    recorded_only: for the letter alone\n"),
        ("sections/who.yaml", "patient: Are you 18 or older?}", "patient: Are you 18 or older?, differs: a test}"),
        ("protocol.yaml", "actions: [ambulance, rest, tablet]", "actions: [tablet, rest, ambulance]"),
    ],
)
def test_what_means_the_same_has_the_same_digest(copy: Path, name: str, before: str, after: str) -> None:
    assert digest_after(copy, name, before, after) == load_checked(TINY).digest


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("sections/alarm.yaml", "Is there smoke?", "Is there any smoke?"),
        ("sections/alarm.yaml", "valid_for: PT12H", "valid_for: PT6H"),
        ("sections/alarm.yaml", "none: No smoke\n      thin: A little", "thin: A little\n      none: No smoke"),
        ("guards.yaml", "kidney is yes", "kidney is no"),
        ("rules/drug.yaml", "within: P14D", "within: P7D"),
        ("references.yaml", "verified: seen", "verified: partly_seen"),
        ("red_flags.yaml", "urgency: emergency", "urgency: same_day"),
    ],
)
def test_what_changes_what_is_asked_or_said_changes_the_digest(copy: Path, name: str, before: str, after: str) -> None:
    assert digest_after(copy, name, before, after) != load_checked(TINY).digest


def test_the_bundle_alone_gives_the_same_protocol() -> None:
    protocol = load_checked(TINY)
    again = load_bundle(protocol.canonical.encode())
    assert (again.digest, again.canonical) == (protocol.digest, protocol.canonical)
    assert list(again.questions) == list(protocol.questions) and list(again.rules) == list(protocol.rules)
    assert again.safety_questions == protocol.safety_questions


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"sections": 3}'])
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    with pytest.raises(CorruptTranscript):
        load_bundle(data)


def test_a_cached_protocol_is_the_same_and_a_changed_file_is_seen(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = load_protocol("tiny", folder=copy.parent)
    assert list((tmp_path / "cache" / "backstory").glob("*.json"))
    again = load_protocol("tiny", folder=copy.parent)
    assert (again.digest, again.origin) == (first.digest, first.origin)
    path = copy / "guards.yaml"
    path.write_text(path.read_text().replace("weak kidney", "tired kidney"))
    assert load_protocol("tiny", folder=copy.parent).digest != first.digest


def test_a_damaged_cache_is_passed_over(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    digest = load_protocol("tiny", folder=copy.parent).digest
    (file,) = (tmp_path / "cache" / "backstory").glob("*.json")
    for damaged in (b"", b"{}", b"[1]", file.read_bytes().replace(b"smoke", b"smoko", 1), b"\xff"):
        file.write_bytes(damaged)
        assert load_protocol("tiny", folder=copy.parent).digest == digest


def test_a_cache_that_cannot_be_written_is_no_problem(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert load_protocol("tiny", folder=copy.parent).id == "tiny"


def test_content_with_an_error_is_not_loaded(copy: Path) -> None:
    path = copy / "guards.yaml"
    path.write_text(path.read_text().replace("kidney is yes", "kidny is yes"))
    with pytest.raises(ContentError) as refused:
        load_checked(copy)
    assert re.search(r"guards.yaml:\d+:\d+: error P201", refused.value.render()) and refused.value.exit_code == 3


def test_a_protocol_is_found_by_name_by_path_or_as_the_default(copy: Path) -> None:
    assert find_protocol("tiny", copy.parent) == find_protocol(None, copy.parent) == copy
    assert find_protocol(str(copy), Path("/")) == copy
    with pytest.raises(UsageError) as refused:
        find_protocol("tinny", copy.parent)
    assert "did you mean 'tiny'?" in refused.value.render()


def test_a_folder_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        protocols_folder(tmp_path / "nothing")
    with pytest.raises(UsageError):
        protocols_folder(None, {"BACKSTORY_PROTOCOLS": str(tmp_path / "nothing")})
