"""Content says which questions and options are asked for the record alone, and why."""

from __future__ import annotations

import shutil
from pathlib import Path

from chatbot.content.library import find_protocol, protocols_folder
from chatbot.content.record_only import record_only
from tests.shipped import shipped_protocol
from tests.small_protocols import TINY, edit

NAME = "post_surgical_back_pain"


def test_a_reason_is_read_where_there_is_one(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TINY, tmp_path / "tiny"))
    assert record_only(folder).questions["things"] == ""
    edit(folder, "sections/story.yaml", "    recorded_only: yes\n", "    recorded_only: for the letter alone\n")
    assert record_only(folder).questions["things"] == "for the letter alone"


def test_a_declared_question_covers_its_options_and_every_row_stands_by_itself() -> None:
    found = record_only(find_protocol(NAME, protocols_folder()))
    questions = shipped_protocol(NAME).questions
    assert set(found.questions) <= set(questions) and {key for key, _ in found.options} <= set(questions)
    assert {"goals[1].goal", "goals[3].goal"} <= set(found.questions)
    assert found.covers("claim") and found.covers("claim", "open")
    assert found.covers("other_drugs", "cannabis") and not found.covers("other_drugs", "street_opioids")
    assert not found.covers("bladder_retention")
