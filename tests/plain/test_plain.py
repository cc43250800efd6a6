"""The line mode, driven by scripts of typed lines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.commands import GiveAnswer, Postpone
from chatbot.core.events import CaseOpened, Event
from chatbot.core.plan import plan_digest
from chatbot.core.values import to_stored
from chatbot.errors import StorageError
from chatbot.interview import Interview
from chatbot.plain import read_line, run, write_line
from chatbot.plain_commands import ACTIONS
from tests.plain.kit import AS_OF, PROTOCOL, ROUTINE, Memory, answered, say, start

FIRST = ["y"]
"""Up to the safety screen."""

WHOLE = ["y", "n", "1", "2.5", "6", "2015", "1 2", "1", "pump", "hums", ""]
"""A whole routine interview; the last line leaves the grid normal."""


class Script:
    """Lines to be typed, and everything that was written or prompted.

    *confirms*: what is read back is confirmed without a line of its own.
    """

    def __init__(self, lines: Sequence[str], *, confirms: bool = True) -> None:
        self.lines, self.confirms = list(lines), confirms
        self.out: list[str] = []

    def read(self, prompt: str) -> str | None:
        self.out.append(prompt)
        if self.confirms and "when all of it is right" in prompt:
            return "="
        return self.lines.pop(0) if self.lines else None

    @property
    def text(self) -> str:
        return "\n".join(self.out)


def play(
    lines: Sequence[str], interview: Interview | None = None, *, confirms: bool = True, **more: Any
) -> tuple[Script, Interview]:
    interview = start() if interview is None else interview
    script = Script(lines, confirms=confirms)
    assert run(interview, read=script.read, write=script.out.append, **more) == 0
    return script, interview


def values(interview: Interview) -> dict[str, Any]:
    return {
        key: f"?{answer.status.value}" if answer.value is None and answer.status else to_stored(answer.value)
        for key, answer in interview.case.answers.items()
        if answer.value is not None or answer.status
    }


def recorded(interview: Interview) -> list[Event]:
    assert isinstance(interview.recorder, Memory)
    return interview.recorder.events


def types(interview: Interview) -> list[str]:
    return [event.type for event in recorded(interview)]


def resumed(interview: Interview, as_of: str) -> Interview:
    return Interview.resume(interview.protocol, Memory(), interview.events, as_of)


# --- a whole interview ----------------------------------------------------------------------------


def test_a_whole_interview_is_answered_line_by_line_and_ends_with_the_plan() -> None:
    script, interview = play([*WHOLE, "plan", "q"])
    assert values(interview) == ROUTINE
    assert types(interview)[-2:] == ["plan.issued", "case.suspended"]
    assert "Nothing alarming was found." in script.text
    assert "\n- oil title\n" in script.text
    assert script.out[-1] == "The case 7F3K is saved: 11 answers. It can be resumed at any time."


def test_the_plan_that_is_printed_is_the_plan_that_was_recorded() -> None:
    script, interview = play([*WHOLE, ":plan"])
    issued = next(event for event in recorded(interview) if event.type == "plan.issued")
    assert issued.digest in script.text
    assert issued.digest == plan_digest(answered(start(), ROUTINE).plan())


def test_a_question_is_put_with_its_options_statuses_and_place() -> None:
    script, _ = play(["y", "n"])
    start_ = script.out.index("test · safety section, 2 of 2")
    assert script.out[start_ - 1 : start_ + 7] == [
        "",
        "test · safety section, 2 of 2",
        "What do you smell?",
        "  1  Nothing odd",
        "  2  Something faint",
        "  3  A strong smell",
        "  u unknown, d declined, x not assessed, c cannot apply",
        "> ",
    ]


def test_a_sitting_begins_with_what_this_is_and_whose_case_it_is() -> None:
    script, _ = play([], start(label="bed 4"))
    assert script.out[:6] == [
        "Boiler check 2025.1",
        "draft, pending review",
        "For practice with boilers.",
        "Not a device.",
        "test · 7F3K · bed 4 · 2025-11-12 09:30",
        "answered: 0 of 10",
    ]


def test_an_intro_is_read_once() -> None:
    script, _ = play(["y", "n"])
    assert script.out.count("Have the key ready.") == 1


def test_the_end_of_the_safety_screen_is_read_back() -> None:
    script, _ = play(["y", "n", "1"])
    begin = script.out.index("red flags")
    assert script.out[begin + 1 : begin + 3] == ["  fire flag: clear", "  gas flag: clear"]
    assert "urgency: ○ routine. this is routine, 0 open" in script.out


def test_rows_of_a_group_are_asked_as_questions_of_their_own() -> None:
    script, interview = play([*WHOLE[:7], "2", "1", "2"])
    assert "Which part was repaired in repair 2?" in script.out
    assert values(interview)["repairs[2].part"] == "valve"


# --- statuses, entries and refusals ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "status"), [("u", "?unknown"), ("D", "?declined"), ("x", "?not_assessed"), (":u", "?unknown")]
)
def test_a_status_is_one_key(key: str, status: str) -> None:
    assert values(play([key])[1]) == {"in_house": status}


def test_a_text_takes_letters_as_text_and_statuses_with_a_colon() -> None:
    assert values(play([*WHOLE[:9], "u"])[1])["remark"] == "u"
    assert values(play([*WHOLE[:9], ":declined"])[1])["remark"] == "?declined"


def test_what_cannot_be_read_is_said_and_asked_again() -> None:
    script, interview = play(["perhaps", ":nonsense", "", "y"])
    assert "! no option is 'perhaps'; type y or n" in script.out
    assert "there is no command :nonsense; ? lists them" in script.out
    assert "type y or n" in script.out
    assert script.out.count("Does it stand in a house?") == 1
    assert values(interview) == {"in_house": "yes"}


def test_a_value_outside_the_hard_range_is_refused() -> None:
    script, interview = play([*WHOLE[:3], "11 bar"])
    assert "! 11 is outside 0 to 10 bar" in script.text
    assert "pressure" not in values(interview)


def test_an_unusual_value_is_recorded_only_after_yes() -> None:
    script, interview = play([*WHOLE[:3], "4.5", "", "4.5", "yes"])
    assert script.text.count("! 4.5 bar is higher than usual (above 3)") == 2
    assert values(interview)["pressure"] == "4.5"
    assert types(interview).count("answer.given") == 4


def test_cannot_apply_asks_for_its_coded_reason_and_then_for_the_substitute() -> None:
    script, interview = play(["y", "n", "c", "9", "2"])
    assert "  1  Nose blocked" in script.out
    assert "'9' is not a number from 1 to 2" in script.out
    assert interview.case.answers["smell"].reason == "outdoors"
    assert "Does the detector sound?" in script.out


def test_a_choice_of_reason_can_be_left() -> None:
    _, interview = play(["y", "n", "c", "", "1"])
    assert values(interview)["smell"] == "nothing_odd"


def test_a_correction_that_lowers_the_urgency_asks_for_a_coded_reason() -> None:
    script, interview = play(["y", "n", "3", ":jump smell", "1", "", "1", "1"])
    assert "! this correction lowers the urgency; a reason applies it" in script.out
    assert "  1  mis keyed" in script.out
    corrected = [event for event in recorded(interview) if event.type == "answer.corrected"]
    assert [event.because for event in corrected] == ["mis_keyed"]
    assert "urgency: ! same day. this is same_day, 0 open" in script.out
    assert script.out.count("urgency: ○ routine. this is routine, 0 open") == 1


def test_a_grid_can_be_entered_row_by_row() -> None:
    script, interview = play([*WHOLE[:10], "rows", "9 9", "- 4", ""])
    assert any(line.startswith("! no option is '9'") for line in script.out)
    assert values(interview)["bolts"] == {"door.left": "b4", "base.right": "b5", "base.left": "b5"}


def test_a_grid_left_half_way_records_nothing() -> None:
    _, interview = play([*WHOLE[:10], "rows", "4 4", ":stop"])
    assert "bolts" not in values(interview)


def test_a_grid_takes_exceptions_in_one_line() -> None:
    _, interview = play([*WHOLE[:10], "door left 0; rest normal"])
    assert values(interview)["bolts"] == {**ROUTINE["bolts"], "door.left": "b0"}


# --- the alarm ------------------------------------------------------------------------------------


def test_an_emergency_is_read_out_in_full_before_anything_else() -> None:
    script, _ = play(["y", "y"])
    begin = script.out.index("‼ emergency: fire flag")
    assert script.out[begin:] == [
        "‼ emergency: fire flag",
        "because:",
        "  1  smoke: Yes (patient, 2025-11-12 09:30)",
        "now:",
        "  1  now: leave text. [1]",
        "do not:",
        "  -  no_flame text. [2]",
        "tell them:",
        *script.out[begin + 8 : -5],
        "references:",
        "  [1] Author SEEN. A title. J Boil. 2020;1:1-2.",
        "  [2] Author MEMORY. A title. J Boil. 2020;1:1-2.",
        "Type read when you have read this, c to correct an answer, d if help is declined, q to leave: ",
        "The case 7F3K is saved: 2 answers. It can be resumed at any time.",
    ]
    assert "  There is a fire." in script.out[begin + 8 : -5]


def test_nothing_but_the_word_acknowledges_an_emergency() -> None:
    script, interview = play(["y", "y", "", "1", "yes", ":plan", "READ", "1"])
    assert script.text.count("Nothing else is asked before this emergency has been read. Type read.") == 4
    assert types(interview).count("alarm.acknowledged") == 1
    assert values(interview)["smell"] == "nothing_odd"


def test_an_answer_behind_an_emergency_can_be_corrected_at_once() -> None:
    script, interview = play(["y", "y", "c", "1", "2", "4"])
    assert values(interview)["smoke"] == "no"
    assert "alarm.acknowledged" not in types(interview)
    assert script.out.count("What do you smell?") == 1


def test_an_emergency_can_be_read_in_the_other_words() -> None:
    script, _ = play(["y", "y", "r"])
    assert any("fire flag (plainly)" in line for line in script.out)


def test_an_input_that_ends_during_an_emergency_suspends_the_case_unacknowledged() -> None:
    _, interview = play(["y", "y"])
    assert types(interview)[-1] == "case.suspended"
    script, _ = play([], resumed(interview, "2025-11-12T10:00"))
    assert any("emergency: fire flag" in line for line in script.out)


# --- moving about ---------------------------------------------------------------------------------


def test_the_end_of_input_suspends_the_case_and_says_it_is_saved() -> None:
    script, interview = play(FIRST)
    assert types(interview)[-1] == "case.suspended"
    assert "is saved: 1 answers" in script.out[-1]


def test_later_leaves_a_question_for_the_review_where_a_number_brings_it_back() -> None:
    lines = [*WHOLE[:3], "l", *WHOLE[4:], "1", "2.5"]
    script, interview = play(lines)
    assert "1 postponed:" in script.out
    assert "  1  What is the pressure?" in script.out
    assert values(interview) == ROUTINE


def test_back_shows_the_answer_that_stands_and_enter_keeps_it() -> None:
    script, interview = play(["y", "n", "b", "", "1"])
    assert "  recorded: No" in script.out
    assert values(interview) == {"in_house": "yes", "smoke": "no", "smell": "nothing_odd"}
    assert "answer.corrected" not in types(interview)


def test_jump_without_a_name_lets_one_be_chosen() -> None:
    _, interview = play(["y", "n", "j", "1", "n", "y"])
    assert values(interview)["in_house"] == "no"


def test_a_jump_to_nowhere_is_said() -> None:
    assert "! no question is called 'smok'; did you mean 'smoke'?" in play([":jump smok"])[0].out


def test_an_answer_can_be_taken_back() -> None:
    _, interview = play(["y", "b", ":withdraw", "y"])
    assert values(interview) == {}


def test_the_register_changes_the_words_and_nothing_else() -> None:
    script, interview = play(["r"])
    assert "Does it stand in a house? (plainly)" in script.out
    assert [event for event in types(interview) if event != "question.shown"] == ["case.suspended"]


def test_why_is_told_with_its_sources() -> None:
    script, _ = play(["y", "w"])
    assert "Why: Is there smoke?" in script.out
    assert "  Author SEEN. A title. J Boil. 2020;1:1-2. · guideline" in script.out


def test_a_source_holds_for_one_answer() -> None:
    _, interview = play(["s", "2", "y", ":source observer", "n", "1"])
    sources = [interview.case.answers[key].source.value for key in ("in_house", "smoke", "smell")]
    assert sources == ["record", "observer", "patient"]


def test_notes_are_kept_with_their_question() -> None:
    _, interview = play([":note asked twice", "t", "second"])
    assert interview.case.notes == (("in_house", "asked twice"), ("in_house", "second"))


def test_the_handover_can_be_read_at_any_time() -> None:
    script, _ = play(["y", "n", "h"])
    assert "Situation" in script.out
    assert "  smoke: No" in script.out


def test_anything_is_found_by_its_words_and_gone_to_or_read_out() -> None:
    question = PROTOCOL.questions["smoke"].ask.clinician
    script, interview = play(["y", f":find {question}", "1"])
    assert interview.case.shown == "smoke"
    reference = next(iter(PROTOCOL.references.values()))
    rule = next(iter(PROTOCOL.rules.values()))
    script, _ = play(["y", f":find {reference.id}", "1", f":find {rule.title.clinician}", "1", ":find handover", "1"])
    assert reference.citation in script.text and "Verification: " in script.text
    assert rule.text.clinician in script.text and "Situation" in script.out
    script, interview = play(["y", ":find xqxqxq", ":find"])
    assert "nothing has these words" in script.text


def test_what_the_program_is_for_and_private_answers_are_read_on_demand() -> None:
    script, _ = play([":about", ":reveal"])
    assert PROTOCOL.editorial_policy.clinician in script.text and "there is no private answer" in script.text


def test_where_the_case_stands_is_read_line_by_line_and_a_number_says_why() -> None:
    script, _ = play([":standing", "1", ""])
    assert "  1  … " in script.text and "of about" in script.text
    assert "No red flag has raised it." in script.text


def test_help_names_every_command() -> None:
    script, _ = play(["?"])
    for action in ACTIONS:
        assert f":{action.name}" in script.text


def test_no_key_of_a_command_is_a_key_of_a_status_or_of_another_command() -> None:
    keys = [action.key for action in ACTIONS if action.key]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set("udxc")


# --- ageing, decisions, signing -------------------------------------------------------------------


def test_an_answer_past_its_shelf_life_needs_one_key_to_stand() -> None:
    later = resumed(answered(start(), ROUTINE), "2025-11-14T09:00")
    script, interview = play(["", "=", "2"], later)
    assert "  recorded: No; type = when it is still so" in script.out
    assert "type = when this is still so: No. Otherwise answer again." in script.out
    assert values(interview) == {**ROUTINE, "smell": "faint"}
    assert interview.case.answers["smoke"].given.isoformat() == "2025-11-14T09:00:00"


def test_recommendations_are_decided_with_a_coded_reason() -> None:
    script, interview = play([*WHOLE, "decide", "3", "3", "1", "last week", "plan"])
    decided = [event for event in recorded(interview) if event.type == "plan.decided"]
    assert [(event.rule, event.decision, event.code) for event in decided] == [("oil", "decline", "already_done")]
    assert "    decline: already done: last week" in script.out


def test_signing_needs_a_plan_and_a_yes_and_ends_the_sitting() -> None:
    script, interview = play([*WHOLE, "sign", "yes", "plan", "sign", "", "sign", "yes"])
    assert "! there is no plan of the present answers to sign; issue the plan first" in script.text
    assert types(interview)[-1] == "case.signed"
    assert script.out[-1] == "This case is signed. It is saved."


def test_a_closed_case_asks_nothing() -> None:
    _, interview = play([*WHOLE, "plan", "sign", "yes"])
    script, _ = play([], interview)
    assert script.out[-1] == "This case is signed. It is saved."


# --- what must not get through --------------------------------------------------------------------

HOSTILE = "\x1b]52;c;eA==\x07 \u202eabc [red]<b>"


def test_hostile_content_and_labels_are_spelled_out() -> None:
    questions = dict(PROTOCOL.questions)
    questions["in_house"] = replace(questions["in_house"], ask=say(HOSTILE))
    protocol = replace(PROTOCOL, questions=questions, title=say(HOSTILE))
    script, _ = play([HOSTILE, *WHOLE], start(protocol, label=HOSTILE))
    assert "\\x1b]52;c;eA==\\x07 <U+202E>abc [red]<b>" in script.text
    assert not any(character < " " and character != "\n" for character in script.text)
    assert "\u202e" not in script.text


def test_hostile_answers_are_refused_or_spelled_out() -> None:
    script, interview = play([*WHOLE[:9], "a\x1b[31m", "b\u202ec", "", "plan"])
    assert "! the text has a control character in it; type a line of text" in script.out
    assert values(interview)["remark"] == "b\u202ec"
    assert "= b<U+202E>c (patient)" in script.out
    assert "- Anything else? b<U+202E>c" in script.out


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "no-such-encoding"])
def test_every_line_can_be_written_in_the_encoding_of_the_output(encoding: str) -> None:
    script, _ = play([*WHOLE, "plan"], encoding=encoding)
    script.text.encode("ascii" if encoding == "no-such-encoding" else encoding)


def test_no_line_is_wider_than_the_terminal() -> None:
    script, _ = play(["y", "y", "read", "?"], width=40)
    prompts = ("Type read", "> ")
    assert [line for line in script.out if len(line) > 40 and not line.startswith(prompts)] == []


def test_what_is_to_be_told_about_the_file_is_told_at_once_and_once() -> None:
    waiting = [["the disk is nearly full"], [], ["written anew elsewhere"]]
    script, _ = play(["y", "n"], notices=lambda: waiting.pop(0) if waiting else [])
    assert script.out.count("! the disk is nearly full") == 1
    assert script.out.index("! written anew elsewhere") < script.out.index("What do you smell?")


def stdio(monkeypatch: pytest.MonkeyPatch, typed: bytes, encoding: str = "utf-8") -> io.BytesIO:
    """Replace standard input and output by streams over bytes."""
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8"))
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(out, encoding=encoding))
    return out


def test_standard_input_is_read_and_repeated_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    out = stdio(monkeypatch, b"one\r\ntwo")
    assert [read_line("> "), read_line("> "), read_line("> ")] == ["one", "two", None]
    assert out.getvalue() == b"> one\n> two\n> \n"


def test_input_that_is_no_text_does_not_end_the_interview(monkeypatch: pytest.MonkeyPatch) -> None:
    stdio(monkeypatch, b"\xff\xfe\n")
    assert read_line("") == "\ufffd\ufffd"
    script, interview = play([*WHOLE[:9], "\ufffd\ufffd"])
    assert "! the text has a character that could not be read; type a line of text" in script.out
    assert "remark" not in values(interview)


def test_standard_output_gets_only_what_it_can_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    out = stdio(monkeypatch, b"", encoding="ascii")
    write_line("≥ 5 \x1b[31m")
    assert out.getvalue() == b">= 5 \\x1b[31m\n"


def test_what_the_recorder_cannot_keep_is_raised_to_the_caller() -> None:
    class Full(Memory):
        def append(self, events: Sequence[Event]) -> None:
            if any(event.type == "answer.given" for event in events):
                raise StorageError("no space left")
            super().append(events)

    identity = {"id": "boiler_check", "version": "1", "digest": "d"}
    interview = Interview.start(PROTOCOL, Full(), CaseOpened("7F3K", "test", AS_OF, "", "", identity))
    with pytest.raises(StorageError):
        play(["y"], interview)
    assert values(interview) == {}


TYPED = st.lists(
    st.sampled_from("1 2 3 y n u d x c l b w r s t j h q . ? = 5 0 normal rows read plan sign decide yes".split())
    | st.sampled_from(["", ":later", ":withdraw", ":jump smoke", ":", ": x", "2015", "1 2", "\x1b", "text"]),
    max_size=60,
)


@given(TYPED)
def test_whatever_is_typed_the_shell_goes_on_and_the_case_folds_to_the_same(lines: list[str]) -> None:
    script, interview = play(lines)
    assert interview.case == Interview(PROTOCOL, Memory(), interview.events).case
    assert not any(character < " " and character != "\n" for character in script.text)


def test_a_question_put_off_before_the_sitting_is_listed_in_the_review() -> None:
    interview = start()
    assert interview.send(GiveAnswer("in_house", "yes")) is None
    assert interview.send(Postpone("smoke")) is None
    script, _ = play(WHOLE[2:], interview)
    assert "  1  Is there smoke?" in script.out


def test_a_way_to_answer_without_a_value_may_be_said_in_its_words() -> None:
    _, interview = play(["yes", "no", "not assessed", "unknown", "q"], start())
    given = {key: each.status for key, each in interview.case.answers.items() if each.status}
    assert [each.value for each in given.values()] == ["not_assessed", "unknown"]
