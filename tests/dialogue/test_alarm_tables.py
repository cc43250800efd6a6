"""The tables of alarm symptoms: the page is true, and the hole they once had is closed."""

from __future__ import annotations

from datetime import datetime

from campaigns.alarm_tables import PAGE, page
from chatbot.core.findings import FlagState, assess
from chatbot.core.values import Answer, Source, Value, parse_decimal, parse_span
from tests.shipped import shipped_protocol

AS_OF = datetime(2026, 1, 31, 12)


ONSETS = {"up_to_12_weeks"}
"""Rows compared here; ``python -m campaigns.alarm_tables --check`` compares all, which takes long."""


def with_onsets(text: str) -> str:
    """Return the page without the rows of other onsets."""
    kept = []
    in_grid = False
    for line in text.split("\n"):
        if in_grid and line.startswith("| ") and line.split("|")[1].strip().replace("\\_", "_") not in ONSETS:
            continue
        in_grid = line.startswith("|")
        kept.append(line)
    return "\n".join(kept)


def test_the_page_of_the_alarm_tables_is_what_the_content_says() -> None:
    true = with_onsets(PAGE.read_text("utf-8")) == page(ONSETS)  # too long to be compared line by line
    assert true, "run python -m campaigns.alarm_tables"


def test_a_new_bladder_change_is_an_emergency_whatever_else_may_explain_it() -> None:
    said: dict[str, Value] = {
        "bladder_retention": "no",
        "bladder_feeling": "no",
        "bladder_stream": "no",
        "bladder_leak": "new_or_worse",
        "saddle_sensation": "normal",
        "bowel_feeling": "no",
        "bowel_control": "no",
        "ces_onset": parse_span("2026-01-31"),
        "ces_trend": "fluctuating",
        "ces_imaged": "yes",
        "ces_assessed": "in_record",
        "ces_other_cause": "documented",
        "perianal_sensation": "normal",
        "post_void_residual": parse_decimal("200"),
        "both_legs": "no",
        "leg_weakness": "no",
    }
    answers = {key: Answer(value, None, Source.PATIENT, AS_OF) for key, value in said.items()}
    assert assess(shipped_protocol(), answers, AS_OF).flags["cauda_equina"] is FlagState.PRESENT
