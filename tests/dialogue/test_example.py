"""The shipped example transcript verifies, tells the article's patient, and is made the same way every time."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.example import EXAMPLES, write
from chatbot.core.events import AnswerGiven, PlanIssued
from chatbot.record.read import read_transcript
from chatbot.record.replay import verify
from tests.dialogue.visits import load_bundle

SHIPPED = sorted(EXAMPLES.glob("*/*.jsonl"))


def test_an_example_is_shipped() -> None:
    assert SHIPPED and (EXAMPLES / "protocols").is_dir()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_example_verifies_against_the_protocol_beside_it(path: Path) -> None:
    report = verify(path, load_bundle)
    assert report.exit_code == 0 and report.kind == "demonstration"
    assert report.plan_digests_checked >= 1 and not report.problems
    events = read_transcript(path).events
    assert sum(isinstance(event, AnswerGiven) for event in events) >= 90
    assert any(isinstance(event, PlanIssued) for event in events)


def test_the_example_is_the_same_bytes_every_time(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert first.name == second.name and first.read_bytes() == second.read_bytes()
    assert verify(first, load_bundle).exit_code == 0
