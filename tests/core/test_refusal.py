"""An emergency action is declined only with every statement that content asks for, and nothing hides that it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chatbot.core import commands as cmd
from chatbot.core.events import CaseOpened, PlanIssued, RefusalInformed
from chatbot.core.plan import build_plan, plan_digest
from chatbot.core.protocol import Protocol, Statement, Wording
from chatbot.core.summary import incomplete_text
from chatbot.export.markdown import plan_markdown
from chatbot.export.text import plan_text
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from tests.shipped import shipped_protocol, small_protocol

ROOT = Path(__file__).resolve().parents[2]
TINY = small_protocol()
SHIPPED = shipped_protocol()


def both(text: str) -> Wording:
    return Wording(text, f"{text} (plainly)")


ASKING = replace(
    TINY,
    refusal=(
        Statement("understands", both("Is it understood?"), "yes_no", both("Then it does not stand."), True),
        Statement("told", both("What was said?"), "text", None, False),
        Statement("chief", both("Does the chief know?"), "yes_no", both("Tell the chief."), False),
    ),
)
SAID = {"understands": "yes", "told": "it burns", "chief": "no"}
DECLINE = cmd.DecideRule("call", "decline", "patient_declines", "wants to stay", SAID)


def burning(protocol: Protocol = ASKING) -> Interview:
    header = CaseOpened("T", "test", "2026-03-15T10:30", "t", "", protocol.identity)
    interview = Interview.start(protocol, MemoryRecorder(), header)
    for key, value in (("grown_up", "yes"), ("smoke", "thick")):
        assert interview.send(cmd.GiveAnswer(key, value=value)) is None
    assert interview.case.alarms == ("burning",)
    return interview


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("no statement", {"statements": None}, "needs_statements"),
    ("one missing", {"statements": {"understands": "yes", "told": "it burns"}}, "needs_statements"),
    ("a blank one", {"statements": {**SAID, "told": "  "}}, "needs_statements"),
    ("an unknown one", {"statements": {**SAID, "weather": "fine"}}, "bad_value"),
    ("neither yes nor no", {"statements": {**SAID, "chief": "perhaps"}}, "bad_value"),
    ("a hostile text", {"statements": {**SAID, "told": "a\x1bb"}}, "bad_value"),
    ("a no that blocks", {"statements": {**SAID, "understands": "no"}}, "refusal_blocked"),
    ("no comment", {"comment": " "}, "needs_reason"),
    ("statements to another decision", {"decision": "accept", "code": None}, "bad_value"),
    ("statements to another reason", {"code": "already_done"}, "bad_value"),
]


@pytest.mark.parametrize(("changes", "code"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
def test_what_does_not_make_an_informed_refusal_is_refused_and_records_nothing(
    changes: dict[str, Any], code: str
) -> None:
    interview = burning()
    before = list(interview.events)
    refused = interview.send(replace(DECLINE, **changes))
    assert refused is not None and refused.code == code and refused.message
    assert interview.events == before


def test_a_refusal_names_every_statement_that_is_missing_and_a_blocking_no_says_what_to_do() -> None:
    refused = burning().send(replace(DECLINE, statements={"told": "it burns"}))
    assert refused is not None and "Is it understood?; Does the chief know?" in refused.message
    blocked = burning().send(replace(DECLINE, statements={**SAID, "understands": "no"}))
    assert blocked is not None and blocked.message == "Then it does not stand."


def test_a_refusal_during_the_alarm_is_one_append_and_changes_neither_urgency_nor_line() -> None:
    interview = burning()
    before = interview.case
    statuses = [each["status"] for each in interview.plan()["recommendations"]]
    assert interview.send(DECLINE) is None
    assert [each.type for each in interview.events[-2:]] == ["refusal.informed", "plan.decided"]
    assert interview.events[-2] == RefusalInformed("call", SAID, "wants to stay")
    after = interview.case
    assert after.urgency is before.urgency and after.alarms == before.alarms
    assert [each["status"] for each in interview.plan()["recommendations"]] == statuses
    alarm = interview.view().alarm
    assert alarm is not None
    assert [each.declined for each in alarm.actions] == ["declined, informed refusal recorded at 2026-03-15 10:30"]


def test_only_what_the_emergency_asks_for_is_decided_during_the_alarm() -> None:
    refused = burning().send(cmd.DecideRule("rest", "accept"))
    assert refused is not None and refused.code == "alarm_waiting"


def test_the_plan_its_texts_and_the_handover_say_what_was_refused_and_the_schema_knows_it() -> None:
    interview = burning()
    assert interview.send(DECLINE) is None and interview.send(cmd.Acknowledge()) is None
    plan = interview.plan()
    schema = json.loads((ROOT / "docs" / "plan.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(plan)
    (refused,) = [each for each in plan["recommendations"] if "refusal" in each]
    assert refused["id"] == "call" and refused["refusal"]["comment"] == "wants to stay"
    decisions = interview.case.decisions
    for written in (
        plan_text(plan, ASKING.labels, decisions=decisions),
        plan_markdown(plan, ASKING.labels, decisions=decisions),
    ):
        assert "declined, informed refusal recorded at 2026" in written
        assert "Does the chief know? no" in written and "Tell the chief." in written
    last = plan["handover"][-1]["lines"][-1]
    assert last["clinician"] == "Call for help: declined, informed refusal recorded at 2026-03-15 10:30"


def test_a_plan_issued_before_is_issued_again_with_the_refusal_and_once_more_without_it() -> None:
    interview = burning()
    assert interview.send(cmd.Acknowledge()) is None and interview.send(cmd.IssuePlan()) is None
    first = interview.case.plan_digest
    assert interview.send(DECLINE) is None
    assert isinstance(interview.events[-1], PlanIssued)
    assert interview.case.plan_digest == plan_digest(build_plan(ASKING, interview.case)) != first
    assert interview.send(cmd.DecideRule("call", "accept")) is None
    assert not interview.case.refusals and interview.case.plan_digest == first


def test_a_protocol_without_statements_asks_for_the_comment_alone() -> None:
    interview = burning(TINY)
    refused = interview.send(cmd.DecideRule("call", "decline", "patient_declines"))
    assert refused is not None and "without a comment" in refused.message
    assert interview.send(cmd.DecideRule("call", "decline", "patient_declines", "wants to stay")) is None
    assert not interview.case.refusals and all("refusal" not in each for each in interview.plan()["recommendations"])


def test_the_shipped_content_asks_what_the_evidence_names() -> None:
    assert len(SHIPPED.refusal) == 5
    blocking = [each for each in SHIPPED.refusal if each.blocks]
    assert len(blocking) == 1 and all(each.consequence is not None for each in blocking)
    for each in SHIPPED.refusal:
        assert each.ask.clinician and each.ask.patient
        assert (each.type == "text") is (each.consequence is None)


# --- incomplete plans -----------------------------------------------------------------------------


@pytest.mark.parametrize("register", ["clinician", "patient"])
@pytest.mark.parametrize("protocol", [TINY, SHIPPED], ids=["no label", "shipped"])
def test_an_unfinished_plan_says_so_in_every_written_form(protocol: Protocol, register: str) -> None:
    header = CaseOpened("T", "test", "2026-03-15T10:30", "t", "", protocol.identity)
    interview = Interview.start(protocol, MemoryRecorder(), header)
    plan = interview.plan()
    said = incomplete_text(plan, protocol.labels, register)
    left = [each for each in plan["unresolved"] if each["status"] == "not_asked"]
    counts = [len(left), sum(1 for each in left if each["flags"])]
    assert [int(word.strip(".,:;")) for word in said.split() if word.strip(".,:;").isdigit()] == counts
    for written in (
        plan_text(plan, protocol.labels, register=register, width=400),
        plan_markdown(plan, protocol.labels, register=register),
    ):
        mark = {"clinician": "INCOMPLETE", "patient": "NOT FINISHED" if protocol is SHIPPED else "INCOMPLETE"}[register]
        assert f"{mark}: " in written and said[:40] in written
