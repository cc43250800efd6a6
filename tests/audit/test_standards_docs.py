"""The page about standards lists every measure and every shipped standard as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chatbot.content.library import find_protocol, protocols_folder
from chatbot.content.standard_schema import StandardsModel
from chatbot.content.standards_file import read_standards
from chatbot.core.standards import MEASURES

PAGE = Path(__file__).parents[2] / "docs" / "standards.md"


def measures() -> list[str]:
    """Return the table of measures."""
    rows = [
        f"| `{name}` | {'number' if each.number else 'yes or no'} | {each.means} |" for name, each in MEASURES.items()
    ]
    return ["| measure | kind | what it is |", "| --- | --- | --- |", *rows]


def shipped() -> list[str]:
    """Return the table of standards."""
    file = read_standards(find_protocol(None, protocols_folder()))
    assert file is not None
    model: StandardsModel = file.file.model
    rows = []
    for name, each in model.standards.items():
        cites = "; ".join(f"{cited.reference} {cited.locator}".strip() for cited in each.cites)
        rows.append(f"| `{name}` | {each.title.clinician} | {each.target.percent} % | {cites} | {each.verification} |")
    return ["| id | standard | target | sources | verification |", "| --- | --- | --- | --- | --- |", *rows]


@pytest.mark.parametrize(("part", "table"), [("measures", measures()), ("shipped", shipped())])
def test_the_page_tells_what_there_is(part: str, table: list[str]) -> None:
    found = re.search(rf"<!-- {part} -->\n(.*?)\n<!-- /{part} -->", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert found[1].split("\n") == table


def test_no_shipped_target_is_said_to_come_from_a_source() -> None:
    file = read_standards(find_protocol(None, protocols_folder()))
    assert file is not None
    assert {each.target.from_ for each in file.file.model.standards.values()} == {"judgement"}
