"""A station in the line mode: nothing is asked that was not chosen, and nothing is told before its time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.content.library import find_protocol, protocols_folder
from chatbot.content.practice import station_of, stations
from chatbot.core import events as ev
from chatbot.core.practice.station import MODES
from chatbot.errors import StorageError
from tests.plain.practice_kit import CANARIES, TRUTH, Clock, begun, station, talk
from tests.shipped import shipped_protocol

SMOKE = "is there smoke"


# --- what is asked --------------------------------------------------------------------------------


def test_it_says_that_the_patient_is_simulated_and_who_it_is() -> None:
    done = talk()
    assert done.lines[0].startswith("SIMULATED · practice: the patient is not real. practice 1 · 7F3K")
    for said in ("draft, pending review", "A boiler of twelve", "Find out what matters", "Patient: It hums so."):
        assert said in done.text
    assert all(each.startswith("SIMULATED · practice>") for each in done.prompts)


@pytest.mark.parametrize("answer", ["", "0", "99", "7", ":topics", "١", "-1"])
def test_nothing_is_asked_unless_a_number_that_is_offered_is_typed(answer: str) -> None:
    done = talk(SMOKE, answer, "", ":leave")
    assert done.asked == []


def test_even_the_one_thing_a_line_can_mean_is_asked_only_once_it_was_chosen() -> None:
    done = talk("Is there smoke?")
    assert done.asked == [] and "  1  Is there smoke? (plainly)" in done.lines


def test_what_is_chosen_is_asked_in_the_words_that_were_typed() -> None:
    done = talk(SMOKE, "1")
    assert [(each.act, each.of, each.said, each.told) for each in done.asked] == [("ask", "smoke", SMOKE, "yes")]
    assert f"Patient: It is {CANARIES['smoke']}." in done.lines


def test_other_words_are_looked_up_in_place_of_the_first() -> None:
    done = talk("combustion smoke", "the pressure", "1")
    assert [(each.of, each.said) for each in done.asked] == [("pressure", "the pressure")]


def test_at_most_three_meanings_are_offered() -> None:
    done = talk("is what the how", "")
    assert sum(line.lstrip().startswith(("1  ", "2  ", "3  ", "4  ")) for line in done.lines) <= 3


def test_words_nobody_knows_may_stand_as_they_were_said() -> None:
    done = talk("xyzzy", ":unclear", ":unclear plugh", ":unclear")
    assert [(each.act, each.said, each.reply) for each in done.asked] == [
        ("unclear", "xyzzy", "Sorry, what?"),
        ("unclear", "plugh", "Sorry, what?"),
    ]


def test_a_fact_is_held_back_until_what_it_needs_is_met() -> None:
    done = talk("combustion smoke", "1", SMOKE, "1", "how loud is it", "1", "may i ask", "1", "how loud is it", "1")
    told = [(each.of, each.told) for each in done.asked]
    assert told == [("smoke", "no"), ("smoke", "yes"), ("noise", "no"), ("permission", "yes"), ("noise", "yes")]


def test_a_question_is_found_by_its_topic() -> None:
    done = talk(":topics", ":topic 2", "1", ":topic 9", ":topic")
    assert "  2  safety section" in done.lines
    assert [(each.of, each.said) for each in done.asked] == [("smoke", "Is there smoke? (plainly)")]
    assert done.text.count("say which: :topic") == 2


def test_of_what_repeats_a_row_more_than_was_asked_about_is_listed() -> None:
    done = talk(":topic 3", "", ":topic 3", "6", ":topic 3", "")
    first, second, third = done.text.split("history section")[1:4]
    assert "repair 1" in first and "repair 2" not in first
    assert done.asked[0].of == "repairs[1].part" and "repair 2" not in second and "repair 2" in third


def test_moves_and_records_are_chosen_from_lists() -> None:
    done = talk(":moves", "1", ":records", "1", ":moves", "")
    assert [(each.act, each.of) for each in done.asked] == [("move", "introduce"), ("document", "letter")]
    assert "Record: Letter of the fitter" in done.lines and "  It was new in 2015." in done.lines


def test_what_is_found_is_not_said_by_the_patient() -> None:
    done = talk("detector", "1")
    assert f"Found: It is {CANARIES['detector']}." in done.lines


def test_what_was_learned_and_said_is_told_without_a_word_on_it() -> None:
    done = talk(SMOKE, "1", "worn parts", "1", ":learned", ":said")
    assert "  Is there smoke? (plainly) Yes (patient)" in done.lines
    assert "  Which parts are worn? (plainly) declined (patient)" in done.lines
    assert [line for line in done.lines if line.startswith("You: ")] == [f"You: {SMOKE}", "You: worn parts"]
    assert not any(word in done.text for word in ("emergency", "fire", "urgent"))


# --- modes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_hints_and_reasons_are_given_in_guided_mode_only(mode: str) -> None:
    done = talk(":why", SMOKE, "1", ":hint", ":why", ":help", mode=mode)
    guided = mode == "guided"
    assert ("offered in guided mode only" in done.text) is not guided
    assert ("Why it is asked: Why: Is there smoke?" in done.text) is guided
    assert any(line.lstrip().startswith(":hint") for line in done.lines) is guided


def test_a_hint_goes_by_what_was_learned_and_not_by_what_is_true() -> None:
    true, other = station(), station()
    other = replace(
        other, facts=tuple(replace(each, value="no") if each.question == "smoke" else each for each in true.facts)
    )
    hints = [talk(":hint", of=begun(each, "guided")).lines for each in (true, other)]
    assert hints[0] == hints[1]


def test_an_examination_begins_with_the_time_to_prepare() -> None:
    done = talk(SMOKE, ":topic 2", ":commit", ":time", ":begin", SMOKE, "1", mode="examination", timed=True)
    assert done.text.count("This is the time to prepare") == 4 and "1 min 00 s left to prepare." in done.lines
    before, _, after = done.text.partition("The interview begins.")
    assert "It hums so" not in before and "Patient: It hums so." in after
    assert [each.of for each in done.asked] == ["smoke"]


def test_the_interview_begins_by_itself_when_the_time_to_prepare_is_over() -> None:
    done = talk(lambda clock: clock.minutes(1), ":time", mode="examination", timed=True)
    assert "! The time to prepare is over." in done.lines and "Patient: It hums so." in done.lines


def test_when_the_time_is_up_only_the_commitment_is_left() -> None:
    late = lambda clock: clock.minutes(6)  # noqa: E731  # a step of a table
    done = talk(":begin", late, SMOKE, SMOKE, ":topic 2", ":commit", "", ":time", mode="examination", timed=True)
    assert done.asked == [] and "This was not asked any more." in done.lines
    assert done.practising.attempt.up and "How soon must somebody else see this person?" in done.lines
    assert "The time of the interview is up." in done.lines


def test_a_question_chosen_too_late_is_not_asked() -> None:
    done = talk(":begin", SMOKE, lambda clock: clock.minutes(6), "1", mode="examination", timed=True)
    assert done.asked == [] and done.practising.attempt.up


def test_pauses_do_not_count_and_extra_time_does() -> None:
    def three(clock: Clock) -> None:
        clock.minutes(3)

    done = talk(
        *(":begin", three, ":pause", SMOKE, three, ":time", ":go", ":extra 4 the door was shut", ":extra x", ":time"),
        mode="examination",
        timed=True,
    )
    assert "2 min 00 s left of 5 minutes; the clock stands still." in done.lines
    assert "6 min 00 s left of 9 minutes." in done.lines and "The attempt is paused: :go lets it go on." in done.lines
    assert ev.PracticeTime("extra", 4, "the door was shut") in done.practising.events


def test_the_time_left_is_told_by_itself_once_for_each_mark() -> None:
    minute = lambda clock: clock.minutes(1)  # noqa: E731
    made = replace(station(), minutes=7)
    lines = talk(":begin", *[minute, ":time"] * 6, ":time", of=begun(made, "examination", timed=True)).lines
    assert [line for line in lines if line.startswith("! ") and line.endswith("left.")] == [
        "! 5 min 00 s left.",
        "! 1 min 00 s left.",
    ]


def test_with_two_persons_the_reply_is_what_the_card_says() -> None:
    done = talk(SMOKE, "1", mode="two_person")
    assert f"The card says: It is {CANARIES['smoke']}." in done.lines and "Patient:" not in done.text


# --- the commitment and the end -------------------------------------------------------------------

COMMIT = (":commit", "1", "1", "1", "", "1 2", "There is a fire.", "Leave at once.", ".", "yes")


def test_a_commitment_is_taken_by_numbers_read_back_and_recorded() -> None:
    done = talk(*COMMIT)
    (made,) = [each for each in done.practising.events if isinstance(each, ev.PracticeCommitted)]
    assert (made.urgency, made.within, made.likely, made.not_to_miss) == ("emergency", "PT0S", ["wear"], [])
    assert (made.items, made.handover) == (["leave", "oil"], "There is a fire.\nLeave at once.")
    assert "  to be done: Leave the house; Oil it" in done.lines


@pytest.mark.parametrize(
    "typed",
    [
        (":commit", ""),
        (":commit", "1", ""),
        (*COMMIT[:-1], ""),
        (*COMMIT[:-1], "no"),
        (*COMMIT[:5],),
        (*COMMIT[:-2],),
    ],
)
def test_a_commitment_that_is_not_agreed_to_is_not_recorded(typed: tuple[str, ...]) -> None:
    assert talk(*typed).practising.attempt.commitment is None


def test_numbers_that_are_none_are_asked_for_again() -> None:
    done = talk(":commit", "x", "5", "1", "1", "9", "1", "", "", ".", "yes")
    assert done.practising.attempt.commitment is not None and "type numbers from 1 to 1" in done.text


def test_the_end_is_asked_for_and_then_told_what_came_of_it() -> None:
    done = talk(":end", "", ":end", "yes", SMOKE, ":topic 1", ":debrief", ":said", ":leave")
    before, _, after = done.text.partition("The attempt is over.")
    assert "You have not committed yourself" in before and TRUTH not in before
    assert after.count(f"DEBRIEF {TRUTH}") == 2 and done.practising.attempt.ended and done.asked == []
    assert done.practising.events[-1] == ev.PracticeEnded()


def test_the_debrief_is_not_read_when_it_is_not_wanted() -> None:
    done = talk(":end", "yes", reads_debrief=False)
    assert TRUTH not in done.text and done.practising.attempt.ended


@pytest.mark.parametrize("left", [(), (":leave",), (SMOKE,), (":commit", "1"), (":end",), (":topic 2",)])
def test_leaving_and_the_end_of_input_suspend_an_attempt_that_can_be_gone_on_with(left: tuple[str, ...]) -> None:
    done = talk(*left)
    assert done.practising.events[-1] == ev.CaseSuspended() and not done.practising.attempt.ended
    assert "--resume 7F3K goes on with it." in done.lines[-1]


def test_a_resumed_attempt_stands_where_it_was_left() -> None:
    first = talk(SMOKE, "1", *COMMIT)
    practising = first.practising
    again = type(practising).resume(practising.protocol, practising.station, practising.recorder, practising.events)
    assert (again.attempt.turns, again.attempt.commitment) == (practising.attempt.turns, practising.attempt.commitment)
    done = talk(":said", of=(again, first.clock))
    assert "You go on with it; 1 thing was said before. :said reads them." in done.lines


def test_what_cannot_be_said_in_an_encoding_is_said_in_other_characters() -> None:
    done = talk(SMOKE, "1", ":help", encoding="ascii", width=40)
    assert done.text.isascii() and max(map(len, done.lines)) <= 40


def test_what_was_not_saved_counts_for_nothing_and_may_be_tried_again() -> None:
    practising, clock = begun()
    keep, failed = practising.recorder.append, []

    def append(events: Any) -> None:
        if len(failed) < 2 and any(isinstance(each, ev.PracticeAsked) for each in events):
            failed.append(events)
            raise StorageError("the disk is full", code="F005")
        keep(events)

    practising.recorder.append = append  # type: ignore[method-assign]
    done = talk(SMOKE, "1", "", "", of=(practising, clock))
    assert "! NOT SAVED F005 the disk is full" in done.lines and [each.of for each in done.asked] == ["smoke"]


# --- nothing before its time ----------------------------------------------------------------------

WALK = (
    *(":help", ":topics", ":moves", "", ":records", "", ":learned", ":said", ":hint", ":why", ":time", ":debrief"),
    *(":topic 1", "", ":topic 2", "", ":topic 3", "", ":topic 4", "", ":pause", ":go", ":extra 1 because"),
    *(":commit", "1", "1", "1", "1", "1", "words", ".", "yes", ":nonsense", ":unclear x", ":begin", ":end", ""),
)
"""Every command, and nothing asked by any of them."""

JUDGED = ("score", "points", "missed", "mark", "correct", "wrong", "well done", TRUTH)
"""Words that only the end may say."""


@pytest.mark.parametrize("mode", MODES)
def test_no_command_shows_a_fact_or_a_judgement(mode: str) -> None:
    done = talk(":begin", *WALK, mode=mode, timed=mode == "examination")
    shown = "\n".join([*done.lines, *done.prompts])
    assert [each for each in CANARIES.values() if each in shown] == []
    # "must not be missed" is what is asked at the commitment; it judges nothing.
    said = shown.replace("must not be missed", "").replace("must not be missed?", "").replace("What must not be", "")
    assert [each for each in JUDGED if each in said] == []
    assert {each.split()[0] for each in WALK if each.startswith(":")} >= {
        f":{action}" for action in names() if action not in {"leave"}
    }


def names() -> list[str]:
    from chatbot.plain_practice import ACTIONS

    return [each.name for each in ACTIONS]


LINES = st.sampled_from(
    [
        *("smoke", "the pressure", "detector", "what do you smell", "noise", "parts", "bolts", "may i ask", "letter"),
        *("1", "2", "3", "", "0", ":unclear", *WALK[:12], ":topic 2", ":topic 3", ":moves", ":records"),
    ]
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, max_size=25))
def test_whatever_is_typed_a_fact_is_shown_only_once_it_was_asked_about_and_told(typed: list[str]) -> None:
    pair = begun(mode="examination")
    practising = pair[0]

    def watch(line: str) -> None:
        told = {turn.of for turn in practising.attempt.turns if turn.told}
        assert [key for key, canary in CANARIES.items() if canary in line and key not in told] == []
        assert TRUTH not in line

    talk(*typed, of=pair, watch=watch)


@pytest.mark.parametrize("mode", ["examination", "guided"])
def test_no_command_shows_a_fact_of_a_shipped_patient(mode: str) -> None:
    protocol = shipped_protocol("ottawa_ankle")
    folder = find_protocol("ottawa_ankle", protocols_folder())
    for listed in stations(folder):
        made = station_of(protocol, folder, listed.id)
        facts = tuple(replace(each, says=f"QUAX-{at}.") for at, each in enumerate(made.facts))
        made = replace(made, facts=facts, title=TRUTH, name=TRUTH, reason=TRUTH)
        pair = begun(made, mode, protocol=protocol)
        known = {turn.reply for turn in pair[0].attempt.turns}
        done = talk(":begin", *WALK, ":topic 2", "1", ":said", of=pair)
        told = {turn.reply for turn in pair[0].attempt.turns if turn.told} - known
        shown = done.text + "".join(done.prompts)
        for each in told:
            shown = shown.replace(each, "")
        assert "QUAX" not in shown and len(told) <= 1, listed.id
