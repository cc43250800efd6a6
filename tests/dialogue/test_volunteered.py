"""A line of speech finds the questions it may concern, in the shipped protocol."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.core.protocol import Protocol
from chatbot.core.question_finder import find_questions, kinship, spread_questions
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "volunteered.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", [each for each in CASES if "facts" not in each], ids=lambda case: case["says"])
def test_a_question_is_among_the_first_three_found(case: dict[str, Any]) -> None:
    found = [each.question for each in find_questions(PROTOCOL, case["says"])[:3]]
    assert set(found) & set(case["means"])


@pytest.mark.parametrize("case", [each for each in CASES if "facts" in each], ids=lambda case: case["says"])
def test_every_fact_of_a_line_is_among_the_first_five(case: dict[str, Any]) -> None:
    found = [each.question for each in spread_questions(PROTOCOL, case["says"])[:5]]
    assert set(case["facts"]) <= set(found)


def test_the_first_question_found_is_mostly_the_one_that_is_meant() -> None:
    single = [each for each in CASES if "means" in each]
    first = [find_questions(PROTOCOL, each["says"])[0].question in each["means"] for each in single]
    assert len(single) >= 60 and sum(first) >= 0.85 * len(first)


@pytest.mark.parametrize("said", ["", "?", "zzz qqq", "🙂🙂", "\x00\u202e", "a" * 5_000])
def test_nothing_is_found_where_no_word_is_known(said: str) -> None:
    assert find_questions(PROTOCOL, said) == spread_questions(PROTOCOL, said) == ()


def test_a_misspelt_word_finds_what_the_word_finds() -> None:
    assert find_questions(PROTOCOL, "warfrin")[0].question == find_questions(PROTOCOL, "warfarin")[0].question


@pytest.mark.parametrize(
    ("word", "other", "related"),
    [
        ("leak", "leaking", True),
        ("leg", "legs", True),
        ("can", "cancer", False),
        ("operated", "operation", True),
        ("contrast", "control", False),
        ("numb", "numbness", True),
        ("at", "ate", False),
    ],
)
def test_forms_of_a_word_are_kin(word: str, other: str, related: bool) -> None:
    assert bool(kinship(word, other)) is bool(kinship(other, word)) is related


def test_of_questions_that_fit_alike_the_safety_question_comes_first_then_the_order_of_the_protocol() -> None:
    def alike(protocol: Protocol, *keys: str) -> Protocol:
        made = {key: replace(each, words=()) for key, each in protocol.questions.items()}
        for key in keys:
            made[key] = replace(made[key], words=("xylophone",))
        return replace(protocol, questions=made)

    keys = ("weight", "height", "fever")
    found = [each.question for each in find_questions(alike(PROTOCOL, *keys), "a xylophone")]
    assert found == ["fever", "weight", "height"]
