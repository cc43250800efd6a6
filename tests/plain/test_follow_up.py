"""``:whatif`` and ``:ask`` in the line mode."""

from __future__ import annotations

from dataclasses import replace

from chatbot.core.topics import AskKind, Asks, Topic
from tests.plain.kit import PROTOCOL, ROUTINE, answered, say, start
from tests.plain.test_plain import play

KINDS = {AskKind.WHY: ("why",), AskKind.WHY_NOT: ("why no",), AskKind.WHAT_IF: ("what would change",)}
ASKS = Asks(dict.fromkeys(AskKind, say("Short")), KINDS, frozenset({"the"}), {"lid": "cover"})
RULE = next(iter(PROTOCOL.rules))
TOPICS = {
    "opening": Topic("opening", say("Opening the case"), ("open", "cover"), rules=(RULE,), related=("noise",)),
    "noise": Topic("noise", say("The noise"), ("noise",), questions=("noise",)),
}
WITH_TOPICS = replace(PROTOCOL, topics=TOPICS, asks=ASKS)


def test_what_would_change_the_plan_is_told_at_any_question() -> None:
    script, interview = play([":whatif", "q"], start())
    assert "What would change this plan" in script.text and "Open questions that decide" in script.text
    assert not any(event.type.startswith("plan") for event in interview.events)


def test_a_question_is_answered_once_it_was_confirmed() -> None:
    script, _ = play([":ask why no lid?", "1", "q"], answered(start(WITH_TOPICS), ROUTINE))
    assert "Is this what is asked?" in script.text
    assert "Opening the case: Short" in script.text and PROTOCOL.rules[RULE].title.clinician in script.text
    assert "You may also ask about" in script.text and "The noise" in script.text


def test_a_question_without_its_words_is_prompted_for() -> None:
    script, _ = play([":ask", "why open", "1", "q"], answered(start(WITH_TOPICS), ROUTINE))
    assert "Opening the case: Short" in script.text


def test_what_is_not_clear_is_chosen_by_number() -> None:
    script, _ = play([":ask nosie", "1", "q"], answered(start(WITH_TOPICS), ROUTINE))
    assert "Did you mean:" in script.text and "The noise: Short" in script.text
    script, _ = play([":ask bananas", "", "q"], answered(start(WITH_TOPICS), ROUTINE))
    assert "No topic fits" in script.text and "Short" not in script.text


def test_content_without_topics_says_so() -> None:
    script, _ = play([":ask why", "q"], start())
    assert "has no topics" in script.text


def test_what_is_said_is_kept_and_a_question_it_concerns_is_gone_to_by_number() -> None:
    script, interview = play([":says the pressure falls", "1", "2", "q"], start())
    assert "nothing is answered yet" in script.text and "What is the pressure? (open)" in script.text
    assert interview.case.notes == ((None, "the pressure falls"),) and set(interview.case.answers) == {"pressure"}


def test_words_that_fit_no_question_are_kept_all_the_same() -> None:
    script, interview = play(["/", "zebra", "q"], start())
    assert "no question was found" in script.text and interview.case.notes == ((None, "zebra"),)
