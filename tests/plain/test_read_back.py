"""The read-back in the line mode: read out, corrected by number, confirmed with one character, due before signing."""

from __future__ import annotations

from chatbot.core.events import SafetyReadBack
from chatbot.interview import Interview
from tests.plain.test_plain import WHOLE, play, recorded, values

SAFETY = WHOLE[:3]
"""Up to the end of the safety screen."""


def read(interview: Interview) -> int:
    return sum(isinstance(event, SafetyReadBack) for event in recorded(interview))


def test_it_is_read_out_after_the_safety_screen_and_confirmed() -> None:
    script, interview = play([*SAFETY, "nonsense", "=", ":quit"], confirms=False)
    assert read(interview) == 1 and "Read this back to the person" in script.text
    assert "type =, or a number from 1 to" in script.text


def test_a_number_corrects_that_line_and_what_stands_then_is_read() -> None:
    script, interview = play([*SAFETY, "2", "2", "=", ":quit"], confirms=False)
    assert read(interview) == 1 and script.text.count("Read this back to the person") == 2
    assert values(interview)["smell"] != "nothing_odd"


def test_enter_puts_it_off_and_signing_asks_again() -> None:
    script, interview = play([*SAFETY, "", *WHOLE[3:], "plan", "sign", "=", "yes"], confirms=False)
    assert "Type readback to read them" in " ".join(script.text.split())
    assert interview.case.closed and read(interview) == 1


def test_the_command_brings_it_back() -> None:
    script, interview = play([*SAFETY, "", ":readback", "=", ":readback", "q"], confirms=False)
    assert read(interview) == 1 and "no answer of the safety screen waits" in script.text
