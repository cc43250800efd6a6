"""The page that compares Backstory with pyxform and ODK Validate is true."""

from __future__ import annotations

import pytest

from campaigns.compare_pyxform import PAGE, backstory_says, faults, pyxform_says, row

PAGE_TEXT = PAGE.read_text("utf-8")
DOSE = [fault for fault in faults() if "xlsform" in fault][:8]
"""Eight of the faults; the campaign runs all of them."""


def test_the_page_has_a_row_for_every_fault() -> None:
    for fault in faults():
        assert f"| {fault['fault']}" in PAGE_TEXT and backstory_says(fault) in PAGE_TEXT


@pytest.mark.component("java")
@pytest.mark.parametrize("fault", DOSE, ids=lambda fault: fault["fault"])
def test_pyxform_says_what_the_page_says(fault: dict[str, str]) -> None:
    assert row(fault, backstory_says(fault), pyxform_says(fault)) in PAGE_TEXT
