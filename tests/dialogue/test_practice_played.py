"""Patients played to the debrief through both shells; ``python -m campaigns.practice_played`` plays all of them."""

from __future__ import annotations

import pytest

from chatbot.content.practice import station_of, stations
from tests.practice_played import folder_of, problems_line_by_line, problems_on_screen
from tests.shipped import shipped_protocol

SPINE = "post_surgical_back_pain"
FEW = ("cauda_equina", "daughter_interprets", "officer_in_the_room")


@pytest.mark.parametrize("name", ["ottawa_ankle", SPINE])
def test_every_vignette_can_be_met(name: str) -> None:
    folder = folder_of(name)
    assert {each.id for each in stations(folder)} == {path.stem for path in (folder / "vignettes").glob("*.yaml")}


@pytest.mark.parametrize("vignette", FEW)
def test_the_perfect_script_typed_line_by_line_earns_full_marks(vignette: str) -> None:
    protocol = shipped_protocol(SPINE)
    assert problems_line_by_line(protocol, station_of(protocol, folder_of(SPINE), vignette)) == []


@pytest.mark.parametrize("size", [(80, 24), (40, 15)], ids=["80x24", "40x15"])
async def test_a_patient_is_played_to_the_debrief_by_keys(size: tuple[int, int]) -> None:
    protocol = shipped_protocol(SPINE)
    made = [station_of(protocol, folder_of(SPINE), each) for each in FEW[:2]]
    assert await problems_on_screen(protocol, made, size) == []
