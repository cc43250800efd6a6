"""The same answers give the same case, plan and transcript: a small dose of ``campaigns/determinism.py``."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.determinism import BARE_C, CONTROLS, Runner, Setting, differences, missed_controls, plain
from chatbot.content import library
from tests.shipped import shipped_protocol

NAMES = ("post_surgical_back_pain", "ottawa_ankle")


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the content as it was checked: the campaign reads and checks the YAML itself."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in NAMES:
        path = library.find_protocol(name, library.protocols_folder())
        library._remember(library._content_key(path), shipped_protocol(name))
    return tmp_path


def test_seed_zone_language_and_clock_of_the_machine_change_nothing(checked: Path) -> None:
    runner = Runner(checked, NAMES, ["--only=2", "--without-cases"])
    expected = runner.run(Setting("as it comes"))
    assert len(expected) == len(NAMES) * 3
    assert all(
        {"state", "plan", "text", "transcript", "replayed"} <= found.keys() for found in list(expected.values())[1:3]
    )
    elsewhere = {"PYTHONHASHSEED": "random", "TZ": "Pacific/Kiritimati", **BARE_C}
    assert differences(expected, runner.run(Setting("elsewhere", elsewhere, clock="2099-12-31T23:30:00"))) == []
    summer = {"PYTHONHASHSEED": "7", "TZ": "Europe/Berlin"}
    assert differences(expected, runner.run(Setting("a missing hour", summer, clock="2026-03-29T01:30:00"))) == []


def test_a_plan_that_let_in_the_clock_or_the_hash_seed_would_be_noticed(checked: Path) -> None:
    assert missed_controls(Runner(checked, NAMES[1:], ["--only=1", "--without-cases"]), ("clock", "hash")) == []


def test_a_control_that_is_not_noticed_is_told(checked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONTROLS, "zone", Setting("the same zone"))
    (missed,) = missed_controls(Runner(checked, NAMES[1:], ["--only=1", "--without-cases"]), ("zone",))
    assert missed == "zone: no difference"


def test_every_difference_is_named_and_order_counts() -> None:
    one = {"a": {"plan": "1", "state": "2"}, "b": {"plan": "1"}}
    assert differences(one, {"a": {"plan": "1", "state": "3"}, "c": {}}) == [
        "a: state",
        "b: only in one of the two",
        "c: only in one of the two",
    ]
    assert plain({"x": 1, "y": 2}) != plain({"y": 2, "x": 1}) and plain({"b", "a"}) == ["a", "b"]
    with pytest.raises(TypeError, match="object"):
        plain(object())
