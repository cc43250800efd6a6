"""The search for answers says nothing about what only an earlier case could settle."""

from __future__ import annotations

from pathlib import Path

from chatbot.content.checks import check_all
from chatbot.content.diagnostics import errors
from chatbot.content.package import read_package

NUMBERS = Path(__file__).parents[1] / "data" / "protocols" / "numbers"


def test_a_comparison_with_an_earlier_case_is_checked_without_a_verdict() -> None:
    assert not errors(check_all(read_package(NUMBERS, "numbers")))
