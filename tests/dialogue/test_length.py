"""A routine interview is short: few questions, few keys, and a first safe plan within twelve minutes."""

from __future__ import annotations

from functools import lru_cache

from campaigns.length import Length, heard_words, keys_of, measured, shortest, vignette_case
from chatbot.core.case import Case, next_question
from chatbot.core.values import Urgency
from tests.dialogue.vignettes import FOLDER
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()


@lru_cache
def routine() -> Case:
    return vignette_case(PROTOCOL, FOLDER.parent)


@lru_cache
def short() -> Case:
    return shortest(PROTOCOL, routine())


@lru_cache
def length() -> Length:
    return measured(PROTOCOL, short())


def test_the_shortest_routine_interview_keeps_every_limit() -> None:
    assert length().holds, "\n".join(length().lines())


def test_the_shortest_path_is_a_whole_routine_interview() -> None:
    assert next_question(PROTOCOL, short()) is None
    assert set(length().asked) <= set(short().answers) and len(length().asked) == len(set(length().asked))
    assert len(length().asked) <= len(measured(PROTOCOL, routine()).asked)
    from chatbot.core.urgency import plan_urgency, safety_resolved

    assert plan_urgency(PROTOCOL, short().assessment) is Urgency.ROUTINE
    assert safety_resolved(PROTOCOL, short().assessment)


def test_the_safety_screen_comes_before_everything_long() -> None:
    until = set(length().asked[: length().until_safe])
    assert PROTOCOL.safety_questions & set(length().asked) <= until


def test_a_choice_is_one_key_and_a_list_its_options_and_enter() -> None:
    answers = routine().answers
    keys = {key: keys_of(PROTOCOL.questions[key], answers[key], PROTOCOL) for key in ("fever", "wound", "pain_quality")}
    assert keys == {"fever": 1, "wound": 1, "pain_quality": 1 + len(answers["pain_quality"].value)}  # type: ignore[arg-type]
    assert keys_of(PROTOCOL.questions["strength"], answers["strength"], PROTOCOL) == 1, "all normal"


def test_an_introduction_is_read_once() -> None:
    heard: set[str] = set()
    with_intro = next(section for section in PROTOCOL.sections.values() if section.intro is not None)
    question = PROTOCOL.questions[with_intro.questions[0]]
    assert heard_words(PROTOCOL, question, heard) > heard_words(PROTOCOL, question, heard) > 0
