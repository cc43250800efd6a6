"""The JSON of a plan keeps its contract: every plan fits the schema, and the schema names nothing a plan lacks."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chatbot.content.answers_file import open_case, read_answers
from chatbot.content.library import find_protocol, load_protocol, protocol_names, protocols_folder
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from tests.dialogue.vignettes import FOLDER as SHIPPED
from tests.dialogue.vignettes import REPRESENTATIVE
from tests.shipped import shipped_protocol

ROOT = Path(__file__).resolve().parents[1]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "plan.schema.json").read_text("utf-8"))
FOLDERS = [protocols_folder(), ROOT / "tests" / "data" / "protocols"]
VIGNETTES = [
    (folder, name, path)
    for folder in FOLDERS
    for name in protocol_names(folder)
    for path in sorted((find_protocol(name, folder) / "vignettes").glob("*.yaml"))
    if name != SHIPPED.parent.name or path.stem in REPRESENTATIVE
]


@cache
def loaded(folder: Path, name: str) -> Protocol:
    return load_protocol(name, folder=folder)


def plan_of(folder: Path, name: str, path: Path) -> dict[str, Any]:
    protocol = loaded(folder, name)
    file = read_answers(path)
    assert file.as_of is not None
    case, _ = open_case(protocol, file, file.as_of)
    return build_plan(protocol, case)


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("folder", "name", "path"), VIGNETTES, ids=[path.stem for *_, path in VIGNETTES])
def test_every_plan_fits_the_schema(folder: Path, name: str, path: Path) -> None:
    Draft202012Validator(SCHEMA).validate(plan_of(folder, name, path))


def test_the_plan_of_a_follow_up_fits_the_schema_too() -> None:
    from chatbot.core.beginnings import begin_follow_up
    from chatbot.core.case import fold
    from chatbot.core.events import CaseOpened, OutcomeRecorded
    from chatbot.core.lineage import header_of

    protocol = shipped_protocol()
    file = read_answers(find_protocol(None, protocols_folder()) / "vignettes" / "routine_complete.yaml")
    assert file.as_of is not None
    earlier, _ = open_case(protocol, file, file.as_of)
    opened = header_of(earlier, CaseOpened("LATER", "", "2027-01-01T09:00", "", "", protocol.identity), amends=False)
    begun = begin_follow_up(protocol, opened, protocol, earlier, "0" * 64).events
    outcomes = (OutcomeRecorded(next(iter(protocol.rules)), "done"), OutcomeRecorded("x", "waiting"))
    plan = build_plan(protocol, fold(protocol, [opened, *begun, *outcomes]))
    Draft202012Validator(SCHEMA).validate(plan)
    assert plan["lineage"]["to_confirm"] and len(plan["lineage"]["outcomes"]) == 2


def test_a_plan_with_another_name_or_without_one_does_not_fit() -> None:
    plan = plan_of(*VIGNETTES[-1])
    validator = Draft202012Validator(SCHEMA)
    assert "lineage" not in plan, "a first visit says nothing about others"
    for name in list(plan):
        assert list(validator.iter_errors({key: value for key, value in plan.items() if key != name})), name
    assert list(validator.iter_errors({**plan, "score": "1"}))


def test_the_names_of_the_contract_are_all_there() -> None:
    """Spelled out a second time, so that schema and program cannot drift together."""
    assert set(SCHEMA["properties"]) >= set(
        "schema protocol intended_use content_status last_updated kind as_of scope phase urgency safety_asked "
        "safety_resolved red_flags findings hypotheses recommendations conflicts unresolved timeline references "
        "ignored produced_by".split()
    )
    assert set(SCHEMA["$defs"]["recommendation"]["properties"]) >= set(
        "id kind status category actions within title text because guards pending_on conflicts references strength "
        "certainty applicability jurisdiction review_status after_emergency".split()
    )
