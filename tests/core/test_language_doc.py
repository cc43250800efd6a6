"""The language reference tells the truth: its grammar is the parser's, its examples come out as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.core import syntax
from chatbot.core.resolve import condition
from chatbot.core.tree import EARLIER
from chatbot.core.values import RESERVED_WORDS, Truth
from tests.core.test_terms import VOCABULARY, facts

TEXT = (Path(__file__).parents[2] / "docs" / "language.md").read_text("utf-8")
RESULTS: dict[str, Truth] = {"true": True, "false": False, "unknown": None}
EXAMPLES = re.findall(r"^\| `([^`]+)` \| `(\{.*\})` \| (true|false|unknown) \|$", TEXT, re.MULTILINE)


def test_the_grammar_is_the_one_the_parser_states() -> None:
    block = TEXT.split("```text\n", 1)[1].split("```", 1)[0]
    stated = [line[4:] for line in (syntax.__doc__ or "").split("\n") if line.startswith("    ")]
    assert block.strip("\n").split("\n") == stated


def test_every_reserved_word_is_listed() -> None:
    listed = TEXT.split("**Reserved words**", 1)[1].split("(options", 1)[0]
    assert set(re.findall(r"`(\w+)`", listed)) == RESERVED_WORDS | set(EARLIER)


def test_the_limits_are_those_of_the_parser() -> None:
    assert f"{syntax.MOST_TOKENS:,} tokens, {syntax.MOST_DEPTH} levels" in TEXT


@pytest.mark.parametrize(("text", "answers", "result"), EXAMPLES, ids=lambda each: str(each))
def test_an_example_comes_out_as_it_says(text: str, answers: str, result: str) -> None:
    given: dict[str, Any] = yaml.load(answers, yaml.BaseLoader)
    found = condition(text, VOCABULARY)
    assert found.evaluate(facts(given, found)) is RESULTS[result]


def test_every_table_of_examples_is_read() -> None:
    rows = TEXT.count("| Condition | Answers | Result |")
    assert rows >= 8 and len(EXAMPLES) >= 30
