"""Every shipped standard on hand-made cases: one that meets it, one that does not, one for each exception."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.audit.standards import seen_of
from chatbot.content.answers_file import commands_of
from chatbot.content.library import find_protocol, load_checked, protocols_folder
from chatbot.content.source import Mapping, parse
from chatbot.content.standards_file import read_standards
from chatbot.core.batch import with_answers
from chatbot.core.case import Case, Decision
from chatbot.core.commands import GiveAnswer
from chatbot.core.standards import MEASURES, Measured, Result, Standard, judge
from tests.dialogue.vignettes import answers_of, as_of, file_of, opened
from tests.shipped import shipped_protocol
from tests.small_protocols import SMALL

HERE = Path(__file__).parent
TABLE: dict[str, list[dict[str, Any]]] = yaml.load((HERE / "standards.yaml").read_text("utf-8"), yaml.BaseLoader)
ROWS = [(name, row) for name, rows in TABLE.items() for row in rows]

GOOD: dict[str, Measured] = {
    **{name: 3 if measure.number else True for name, measure in MEASURES.items()},
    **dict.fromkeys(("abandoned", "amendment", "alarm_raised", "emergency_declined"), False),
    **dict.fromkeys(("alarm_read", "alarm_minutes", "refusal_informed"), None),
    "left_open": 0,
}
"""What is measured of a record with which nothing is wrong."""

_MEASURED: dict[str, Measured] = {"yes": True, "no": False, "unknown": None}


@cache
def standards() -> dict[str, Standard]:
    file = read_standards(find_protocol(None, protocols_folder()))
    assert file is not None
    return dict(file.bound(shipped_protocol()))


def case_of(row: dict[str, Any]) -> Case:
    """Return the case a row describes: its vignette with other answers, decided as it says."""
    protocol, like = shipped_protocol(), row.get("like", "routine_complete")
    changed: dict[str, Any] = row.get("answers", {})
    gone = {key for key, answer in changed.items() if answer == "not asked"}
    kept = {key: each for key, each in answers_of(protocol, like).items() if key.partition("[")[0] not in changed}
    given = {key: answer for key, answer in changed.items() if key not in gone}
    commands = list(kept.values()) + list(_commands(given, like))
    case = with_answers(protocol, opened(protocol, like), commands, row.get("region", ""))
    return replace(case, decisions={rule: _decision(word) for rule, word in row.get("decided", {}).items()})


def _commands(answers: dict[str, Any], like: str) -> list[GiveAnswer]:
    protocol = shipped_protocol()
    values = {key: answer for key, answer in answers.items() if answer != "cannot_apply"}
    found = [
        GiveAnswer(key, status="cannot_apply", reason=protocol.questions[key].cannot_apply[0].id)
        for key in answers.keys() - values.keys()
    ]
    if values:
        root, wrong = parse(yaml.safe_dump(values).encode(), "standards.yaml")
        assert isinstance(root, Mapping) and not wrong
        found += commands_of(protocol, replace(file_of(like), answers=root, taken_over=frozenset()), as_of(like))
    return found


def _decision(word: str) -> Decision:
    decision, _, code = word.partition(" ")
    return Decision(decision, code or None, None)


def measured(row: dict[str, Any]) -> dict[str, Measured]:
    said = {name: _MEASURED.get(each, each) for name, each in row.get("record", {}).items()}
    return GOOD | {name: Decimal(each) if isinstance(each, str) else each for name, each in said.items()}


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[f"{name}-{row['is']}-{at}" for at, (name, row) in enumerate(ROWS)])
def test_a_case_stands_where_the_table_says(name: str, row: dict[str, Any]) -> None:
    case = case_of(row)
    judged = judge(standards()[name], seen_of(shipped_protocol(), case, measured(row)))
    assert " ".join(filter(None, [judged.result.value, judged.excuse])) == row["is"]


def test_the_table_has_every_standard_and_no_other() -> None:
    assert list(TABLE) == list(standards())
    assert len(TABLE) >= 18


@pytest.mark.parametrize("name", list(TABLE))
def test_each_standard_can_be_met_can_fail_and_can_be_excused_in_every_way_it_names(name: str) -> None:
    said = {row["is"].partition(" ")[0] for row in TABLE[name]}
    assert Result.MET in said
    assert said & {Result.NOT_MET, Result.NOT_DOCUMENTED}
    excuses = {row["is"].partition(" ")[2] for row in TABLE[name]} - {""}
    assert excuses == {each.id for each in standards()[name].exceptions}


def test_standards_are_outside_the_digest_of_the_content(tmp_path: Path) -> None:
    before = load_checked(SMALL / "tiny").digest
    folder = tmp_path / "tiny"
    shutil.copytree(SMALL / "tiny", folder)
    text = (HERE / "ankle_standards.yaml").read_text("utf-8").split("  ankle_radiograph_accepted:")[0]
    (folder / "standards.yaml").write_text(text, "utf-8")
    assert load_checked(folder).digest == before
    assert read_standards(folder) is not None
