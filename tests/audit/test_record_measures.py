"""What standards may say of a record, held against the events in its file read independently."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from chatbot.audit.record_measures import measures_of
from chatbot.audit.row import Row
from chatbot.audit.work import Wanted
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from chatbot.core.standards import MEASURES, Measured
from chatbot.record.envelope import Record
from chatbot.record.read import read_transcript
from tests.audit.kit import all_cases, rows


def all_measures(protocol: Protocol, case: Case, entries: tuple[Record, ...], row: Row) -> dict[str, Any]:
    return dict(measures_of(protocol, case, row))


def measured() -> list[tuple[Row, dict[str, Measured]]]:
    return [(row, dict(row.extra["all"])) for row in rows(all_cases(), Wanted(measures={"all": all_measures}))]


def test_every_measure_has_a_value_of_its_kind() -> None:
    for _, found in measured():
        assert list(found) == list(MEASURES)
        for name, value in found.items():
            kind = (int, Decimal) if MEASURES[name].number else (bool,)
            assert value is None or (isinstance(value, kind) and isinstance(value, bool) is not MEASURES[name].number)


def test_measures_are_what_the_events_say() -> None:
    seen: Counter[str] = Counter()
    for row, found in measured():
        events = [each.type for each in read_transcript(Path(row.file)).entries]
        count = Counter(events)
        assert found["signed"] is (count["case.signed"] > 0)
        assert found["abandoned"] is (count["case.abandoned"] > 0)
        assert found["plan_issued"] is (count["plan.issued"] > 0)
        assert found["sittings"] == 1 + count["case.resumed"]
        assert found["corrections"] == count["answer.corrected"] + count["answer.withdrawn"]
        assert found["alarm_raised"] is (count["alarm.raised"] > 0)
        assert found["left_open"] == count["safety.left_open"]
        assert (found["alarm_read"] is None) is (count["alarm.raised"] == 0)
        if found["read_back"]:
            assert count["safety.read_back"]
        if found["minutes_to_safety_settled"] is not None:
            assert Decimal(found["minutes_to_safety_settled"]) <= Decimal(found["minutes"] or 0)
        seen.update(name for name, value in found.items() if value)
    # The cases are varied enough for this to say something.
    assert {"signed", "read_back", "corrections", "alarm_raised", "decisions", "minutes_to_safety_settled"} <= set(seen)


def test_a_screen_that_was_never_finished_gives_no_time() -> None:
    for row, found in measured():
        assert found["minutes_to_safety_asked"] == (
            None if row.safety_seconds is None else Decimal(row.safety_seconds) / 60
        )
        if not row.safety_resolved and row.settled_seconds is None:
            assert found["minutes_to_safety_settled"] is None
