"""JSON Schemas and the description of the content files are made from the models, and fit the content."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from campaigns.schemas import FILES, FOLDER, keys_of, meanings, outputs, schema_for
from chatbot.content.models import models
from chatbot.content.source import parse, plain

ROOT = Path(__file__).resolve().parents[2]
PROTOCOLS = [
    *(ROOT / "dialogue").glob("*/protocol.yaml"),
    *(ROOT / "tests" / "data" / "protocols").glob("*/protocol.yaml"),
]
CONTENT = sorted(path for protocol in PROTOCOLS for path in protocol.parent.rglob("*.yaml"))
VALIDATORS = {
    name: Draft202012Validator(json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8"))) for name in FILES
}


def read(text: str) -> Any:
    root, found = parse(text.encode("utf-8"), "a file")
    assert root is not None, found
    return plain(root)


def as_an_editor_sees_it(value: Any) -> Any:
    """Return data with the types the YAML 1.2 core schema gives to plain scalars."""
    if isinstance(value, dict):
        return {key: as_an_editor_sees_it(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_an_editor_sees_it(inner) for inner in value]
    if re.fullmatch(r"-?\d+", value):
        return int(value)
    if re.fullmatch(r"-?\d+\.\d+", value):
        return float(value)
    return {"true": True, "false": False}.get(value, value)


@pytest.mark.parametrize(("path", "text"), list(outputs()), ids=lambda each: getattr(each, "name", ""))
def test_what_is_generated_is_what_stands_there(path: Path, text: str) -> None:
    assert path.read_text("utf-8") == text, "run python -m campaigns.schemas"


def test_every_key_of_every_model_is_described_and_none_besides() -> None:
    described = {name: set(entry) - {"about"} for name, entry in meanings().items()}
    assert described == {name: set(keys_of(model)) for name, model in models().items()}
    for name, entry in meanings().items():
        for key, value in entry.items():
            assert key == "about" or (len(value) == 2 and all(value)), f"{name}.{key} needs a meaning and an example"


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: "/".join(path.parts[-3:]))
@pytest.mark.parametrize("seen", [lambda data: data, as_an_editor_sees_it], ids=["as texts", "as typed"])
def test_every_shipped_file_fits_its_schema(path: Path, seen: Any) -> None:
    problems = [
        f"{list(each.absolute_path)}: {each.message[:200]}"
        for each in VALIDATORS[schema_for(path)].iter_errors(seen(read(path.read_text("utf-8"))))
    ]
    assert not problems


FAULTS = [
    ("rules/drug.yaml", "    verb: request\n", "    verb: request\n    verbs: request\n"),
    ("rules/drug.yaml", "    verb: request\n", ""),
    ("rules/drug.yaml", "verb: request", "verb: requests"),
    ("rules/drug.yaml", "within: P14D\n    verb: request", "within: 14 days\n    verb: request"),
    ("rules/drug.yaml", "cites: [LEAFLET]", "cites: [leaflet]"),
    ("rules/drug.yaml", "text: {clinician: Advise rest., patient: Have a rest.}", "text: Rest."),
    ("guards.yaml", "title: weak kidney", "title: [weak, kidney]"),
    ("guards.yaml", "  weak_kidney:", "  unknown:"),
    ("guards.yaml", "  weak_kidney:", "  WeakKidney:"),
    ("sections/story.yaml", "max: 300", "max: 1:30"),
    ("sections/story.yaml", "type: scale", "type: scales"),
    ("protocol.yaml", "2026-01-01", "January 2026"),
    ("protocol.yaml", "default: yes", "default: perhaps"),
    ("vignettes/calm.yaml", "urgency: routine", "urgency: relaxed"),
]


@pytest.mark.parametrize(("name", "before", "after"), FAULTS)
def test_a_fault_a_schema_can_express_is_refused(name: str, before: str, after: str) -> None:
    path = ROOT / "tests" / "data" / "protocols" / "tiny" / name
    text = path.read_text("utf-8")
    assert before in text
    assert not VALIDATORS[schema_for(path)].is_valid(read(text.replace(before, after, 1)))
