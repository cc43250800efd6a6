"""Corrections, whole sections, stopping early and informed refusal in the line mode."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.core.events import RefusalInformed
from chatbot.core.protocol import Statement
from tests.plain.kit import PROTOCOL, say, start
from tests.plain.test_plain import WHOLE, Script, play, recorded, types, values


def flowing(script: Script) -> str:
    """Everything written, without the breaks that the width makes."""
    return " ".join(" ".join(script.out).split())


REFUSING = replace(
    PROTOCOL,
    refusal=(
        Statement("understands", say("Is it understood?"), "yes_no", say("Then it does not stand."), True),
        Statement("told", say("What was said?"), "text", None, False),
        Statement("engineer", say("Does an engineer know?"), "yes_no", say("Tell one now."), False),
    ),
)


# --- previews -------------------------------------------------------------------------------------


def test_a_correction_with_consequences_is_told_by_count_and_by_name_before_it_is_applied() -> None:
    script, interview = play(["y", "n", "1", "2.5", "6", "2015", "1 2", "1", "1", ":jump repair_count", "0", "y"])
    at = script.out.index("! This correction takes 1 answer out of the plan.")
    assert script.out[at + 1 : at + 4] == [
        "Answers that leave the plan; they stay in the record:",
        "  - part",
        "Apply it? Type yes, or Enter for no: ",
    ]
    assert values(interview)["repair_count"] == "0" and interview.plan()["ignored"] == ["repairs[1].part"]


@pytest.mark.parametrize("typed", ["", "n", "1"])
def test_a_correction_that_is_not_agreed_to_leaves_everything_as_it_was(typed: str) -> None:
    script, interview = play(["y", "n", "b", "b", "n", typed])
    assert values(interview)["in_house"] == "yes" and "answer.corrected" not in types(interview)
    assert "Everything is left as it was." in script.out


def test_a_correction_that_changes_nothing_else_costs_no_line() -> None:
    script, interview = play([*WHOLE[:4], ":jump pressure", "2.6", ""])
    assert values(interview)["pressure"] == "2.6"
    assert not any("Apply it?" in line for line in script.out)


def test_a_correction_that_raises_an_emergency_is_never_held_back() -> None:
    script, interview = play(["y", "n", "b", "y"])
    assert values(interview)["smoke"] == "yes" and interview.case.alarms == ("fire",)
    assert not any("Apply it?" in line for line in script.out)


def test_the_preview_of_a_correction_to_an_emergency_asks_for_the_reason_in_the_same_step() -> None:
    script, interview = play(["y", "y", "c", "1", "n", ""])
    assert values(interview)["smoke"] == "yes" and "Everything is left as it was." in script.out
    assert "clears 1 red flag; urgency becomes undetermined, from emergency." in flowing(script)
    _, interview = play(["y", "y", "c", "1", "n", "1"])
    assert [event.because for event in recorded(interview) if event.type == "answer.corrected"] == ["mis_keyed"]


def test_a_finished_case_asks_for_a_reason_even_where_nothing_else_changes() -> None:
    script, interview = play([*WHOLE, "jump pressure", ":jump pressure", "2.6", "3"])
    assert "! this case was finished: what stands in it is changed only with a reason" in script.out
    assert [event.because for event in recorded(interview) if event.type == "answer.corrected"] == ["new_information"]


# --- a whole section, and stopping ----------------------------------------------------------------


def test_a_whole_section_is_declined_with_one_command() -> None:
    script, interview = play(["y", "n", "1", "2.5", ":decline-section", "b"])
    assert "= Declines this whole section: 5 questions; each can still be answered later." in flowing(script)
    assert {values(interview)[key] for key in ("noise", "installed", "parts", "repair_count", "remark")} == {
        "?declined"
    }
    assert values(interview)["pressure"] == "2.5"
    assert interview.case.shown == "remark"


def test_stopping_issues_a_plan_that_says_it_is_incomplete_and_the_interview_goes_on() -> None:
    script, interview = play(["y", ":stop", "n"])
    assert "plan.issued" in types(interview) and values(interview)["smoke"] == "no"
    assert "INCOMPLETE: Questions not asked: 9, safety questions among them: 2. They count" in script.out
    assert "The interview can go on now, or be resumed later." in script.out


def test_a_finished_plan_is_not_called_incomplete_and_an_early_one_is_not_signed() -> None:
    script, _ = play([*WHOLE, "plan"])
    assert "INCOMPLETE" not in script.text
    script, _ = play(["y", ":stop", ":sign", "y"])
    assert "! 9 questions are still open: an incomplete plan cannot be signed; finish" in flowing(script)


# --- informed refusal -----------------------------------------------------------------------------


def test_help_is_declined_from_the_emergency_with_every_statement_and_the_line_stays() -> None:
    lines = ["y", "y", "d", "1", "1", "smoke kills", "2", "wants to stay", "read"]
    script, interview = play(lines, start(REFUSING))
    refused = [event for event in recorded(interview) if isinstance(event, RefusalInformed)]
    said = {"understands": "yes", "told": "smoke kills", "engineer": "no"}
    assert refused == [RefusalInformed("leave", said, "wants to stay")]
    assert types(interview)[types(interview).index("refusal.informed") + 1] == "plan.decided"
    assert "→ Tell one now." in script.out
    shown = script.out.index("     ! declined, informed refusal recorded at 2025-11-12 09:30")
    assert script.out[shown - 1] == "  1  now: leave text. [1]"
    assert interview.case.urgency.value == "emergency"


def test_a_no_that_blocks_is_told_with_its_consequence_and_nothing_is_recorded() -> None:
    script, interview = play(["y", "y", "d", "1", "2"], start(REFUSING))
    assert "! Then it does not stand." in script.out and "Nothing is recorded." in script.out
    assert not {"refusal.informed", "plan.decided"} & set(types(interview))


@pytest.mark.parametrize("lines", [["1", "1", ""], ["1", ""], ["1", "1", "said", "1", ""], [""]])
def test_help_is_not_declined_with_a_statement_or_the_comment_missing(lines: list[str]) -> None:
    script, interview = play(["y", "y", "d", *lines], start(REFUSING))
    assert "plan.decided" not in types(interview)
    assert len(lines) == 1 or "an emergency action is not removed without" in script.text


def test_a_refusal_is_recorded_from_the_plan_and_stands_in_it_and_in_the_handover() -> None:
    lines = ["y", "y", "read", *WHOLE[2:], "plan", "decide", "1", "3", "2", "1", "said", "1", "no", "plan", "h"]
    script, interview = play(lines, start(REFUSING))
    assert types(interview).count("refusal.informed") == 1
    assert "    declined, informed refusal recorded at 2025-11-12 09:30" in script.out
    assert "  leave title: declined, informed refusal recorded at 2025-11-12 09:30" in script.out
    # The plan that was issued did not say it, so it was issued again with the refusal.
    at = types(interview).index("refusal.informed")
    assert types(interview)[at : at + 3] == ["refusal.informed", "plan.decided", "plan.issued"]
