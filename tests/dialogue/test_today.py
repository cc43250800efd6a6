"""What to do today is seen at a glance, and nothing is asked for twice."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

import pytest

from chatbot.content.answers_file import assessed_case
from chatbot.core.batch import give_all
from chatbot.core.commands import Acknowledge, IssuePlan
from chatbot.core.outcome import SHOWN_STATUSES
from chatbot.core.plan import build_plan
from chatbot.export.document import Heading, Item, plan_blocks
from chatbot.export.merged import merged
from chatbot.interview import Interview, MemoryRecorder
from chatbot.tui.drawing.plan import draw, groups, terms, top
from chatbot.tui.words import Words
from tests.dialogue.vignettes import NAMES, answers_of, as_of, file_of, opened
from tests.shipped import shipped_protocol
from tests.tui.kit import application, screen_text

PROTOCOL = shipped_protocol()
WIDTH, HEIGHT = 80, 24
AROUND = 5
"""Rows of the screen beside the plan: whose case it is (two), that more follows, and two of keys."""


@lru_cache
def plans() -> dict[str, dict[str, Any]]:
    return {name: build_plan(PROTOCOL, assessed_case(PROTOCOL, file_of(name), as_of(name))) for name in NAMES}


def today(plan: dict[str, Any], words: Words) -> list[dict[str, Any]]:
    """Return what is to be done today, but for precautions that stand as a number and are named below."""
    first = words.pick(plan["timeline"][0]["label"])
    return [
        item
        for group in groups(plan, words, False)
        if group.title == first
        for item in group.items
        if item["kind"] == "do"
    ]


@pytest.mark.parametrize("register", ["clinician", "patient"])
def test_what_to_do_today_fits_the_screen_of_every_vignette(register: str) -> None:
    words = Words(PROTOCOL, register)
    too_long = []
    for name, plan in plans().items():
        above = len(top(plan, words, WIDTH)) + len(terms(plan, words, WIDTH, issued=True))
        drawn = draw(plan, words, WIDTH, caret="", opened=frozenset(), decisions={}, all_rules=False)
        last = max((drawn.spans[item["id"]][1] + 1 for item in today(plan, words)), default=0)
        if AROUND + above + last > HEIGHT:
            too_long.append((name, AROUND + above + last))
    assert not too_long


def test_every_vignette_but_the_one_outside_the_scope_has_something_to_do_today() -> None:
    words = Words(PROTOCOL, "clinician")
    idle = {name for name, plan in plans().items() if plan["scope"] != "out" and not today(plan, words)}
    assert not idle


@pytest.mark.parametrize("name", ["infection_after_injection", "all_unknown"])
async def test_on_the_screen_it_is_seen_without_scrolling(name: str) -> None:
    _, events = give_all(PROTOCOL, opened(PROTOCOL, name), answers_of(PROTOCOL, name).values())
    recorder = MemoryRecorder()
    recorder.append(events)
    interview = Interview(PROTOCOL, recorder, events)
    for command in (*([Acknowledge()] if interview.case.alarms else []), IssuePlan()):
        assert interview.send(command) is None
    words = Words(PROTOCOL, "clinician")
    app = application(interview)
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.press("f5")
        shown = " ".join(screen_text(app).split())
        for item in today(interview.plan(), words):
            assert words.pick(item["title"])[:40] in shown, item["id"]


@pytest.mark.parametrize("register", ["clinician", "patient"])
def test_no_line_of_a_plan_asks_for_what_another_asks_for(register: str) -> None:
    for name, plan in plans().items():
        titles = Counter(
            each["title"][register]
            for each in merged(plan["recommendations"], register)
            if each["status"] in SHOWN_STATUSES
        )
        assert not [title for title, count in titles.items() if count > 1], name


@pytest.mark.parametrize("register", ["clinician", "patient"])
def test_a_written_plan_says_each_line_once_before_its_timeline(register: str) -> None:
    """The timeline is an index by date, and the handover is for saying aloud: both name lines again on purpose."""
    heading = PROTOCOL.labels["heading.timeline"].in_register(register)
    for name, plan in plans().items():
        blocks = plan_blocks(plan, PROTOCOL.labels, register=register)
        until = next((n for n, each in enumerate(blocks) if each == Heading(2, heading)), len(blocks))
        said = Counter(each.text for each in blocks[:until] if isinstance(each, Item))
        assert not [text for text, count in said.items() if count > 1], name


def test_rules_that_read_the_same_are_one_line_with_the_reasons_of_all() -> None:
    rules = {each["id"]: each for each in plans()["all_unknown"]["recommendations"]}
    alike = [each for each in merged(rules.values(), "patient") if each["status"] == "precaution"]
    apart = [each for each in rules.values() if each["status"] == "precaution"]
    assert len(alike) < len(apart)
    assert {part["id"] for each in alike for part in each["references"]} == {
        part["id"] for each in apart for part in each["references"]
    }
    assert {key for each in alike for key in each["pending_on"]} == {
        key for each in apart for key in each["pending_on"]
    }
    assert merged(rules.values(), "patient", decided=set(rules)) == list(rules.values()), "a decision is on one rule"
