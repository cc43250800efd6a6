"""In the pseudo-language every text of the content changes on every screen: what stays plain was never looked up."""

from __future__ import annotations

import json
import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import pytest

from chatbot import plain
from chatbot.content.languages import PSEUDO, pseudo, stretched, texts_of
from chatbot.core.events import PlanIssued
from chatbot.core.navigation import wording_digest
from chatbot.core.plan import build_plan, plan_digest
from chatbot.core.present import present
from chatbot.core.protocol import Protocol, Wording
from chatbot.export.markdown import plan_markdown
from chatbot.export.text import plan_text
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from tests.dialogue.test_line_mode import Person
from tests.dialogue.vignettes import answers_of, case_of, opened, plan_of
from tests.shipped import shipped_protocol
from tests.tui.kit import application, screen_text

PROTOCOL = shipped_protocol()
FEWEST, MOST = 4, 6
"""A text of fewer words may stand for something else on a screen; the first words of a longer one tell it."""


@cache
def shown() -> Protocol:
    return pseudo(PROTOCOL)


def words(text: str) -> str:
    return " " + " ".join(re.findall(r"\w+", text.lower())) + " "


@cache
def beginnings() -> frozenset[str]:
    """Return how the texts of the content begin, in its own language, in words."""
    found = set()
    for text in texts_of(json.loads(PROTOCOL.canonical)).values():
        for said in (text.clinician, text.patient):
            some = words(said.split("{")[0]).split()
            if len(some) >= FEWEST:
                found.add(f" {' '.join(some[:MOST])} ")
    return frozenset(found)


def leaks(text: str) -> list[str]:
    heard = words(text)
    return [each for each in sorted(beginnings()) if each in heard]


def wordings(value: Any) -> list[Wording]:
    """Return every wording below a value of the core."""
    if isinstance(value, Wording):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [each for inner in value for each in wordings(inner)]
    if is_dataclass(value):
        return [each for field in fields(value) for each in wordings(getattr(value, field.name))]
    return []


def test_the_search_for_what_stayed_plain_finds_it() -> None:
    assert len(beginnings()) > 1000
    assert leaks(plan_text(plan_of(PROTOCOL, "article_patient"), PROTOCOL.labels))
    assert not leaks(stretched("Pain after spine surgery"))


def test_no_wording_of_the_protocol_bypasses_the_language() -> None:
    symbols = {text for key, text in PROTOCOL.labels.items() if key.startswith("symbol.")}
    for text in wordings(shown()):
        # A row of a group adds its number behind the text, a score stands before it or alone.
        said = [each.lstrip("0123456789 ") for each in (text.clinician, text.patient)]
        assert text in symbols or all(each.startswith("⟦") or not each for each in said), text


def test_the_language_changes_strings_only() -> None:
    assert shown().identity == PROTOCOL.identity and shown().canonical == PROTOCOL.canonical
    assert list(shown().questions) == list(PROTOCOL.questions)
    for name in ("article_patient", "cauda_equina", "all_unknown"):
        own, other = plan_of(PROTOCOL, name), build_plan(shown(), case_of(PROTOCOL, name))
        assert alike(own, other)


def alike(own: Any, other: Any) -> bool:
    """Whether two values differ in nothing but that the other's texts are translated."""
    if isinstance(own, dict):
        return own.keys() == other.keys() and all(alike(own[key], other[key]) for key in own)
    if isinstance(own, list):
        return len(own) == len(other) and all(map(alike, own, other))
    return own == other or "⟦" in other


def of_sources(plan: Any) -> list[str]:
    """Return what a plan says in the words of its sources, which no language changes."""
    stated = [each[key] for each in plan["recommendations"] for key in ("strength", "certainty", "jurisdiction")]
    return sorted({*stated, *(each["citation"] for each in plan["references"])}, key=len, reverse=True)


def without(text: str, quoted: list[str]) -> str:
    text = " ".join(text.split())
    for each in quoted:
        text = text.replace(" ".join(each.split()), " … ")
    return text


@pytest.mark.parametrize("register", ["clinician", "patient"])
@pytest.mark.parametrize("name", ["cauda_equina", "all_unknown"])
def test_no_text_of_a_plan_bypasses_the_language(name: str, register: str) -> None:
    plan = build_plan(shown(), case_of(PROTOCOL, name))
    said = plan_text(plan, shown().labels, register=register, all_rules=True)
    assert not leaks(without(said, of_sources(plan)))
    assert "⟦" in plan_markdown(plan, shown().labels, register=register)


@pytest.mark.parametrize("register", ["clinician", "patient"])
def test_no_text_of_a_view_bypasses_the_language(register: str) -> None:
    interview = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, "cauda_equina"), words=shown())
    given = answers_of(PROTOCOL, "cauda_equina")
    seen = []
    while interview.case.shown is not None and len(seen) < 40:
        view = interview.view(register)
        assert view.question is not None
        seen.append(
            repr(replace(view.question, cites=())) + view.urgency_text + view.title + view.disclaimer + view.scope_text
        )
        assert interview.send(given[interview.case.shown]) is None
        if interview.case.alarms:
            break
    alarm = interview.view(register).alarm
    assert alarm is not None
    assert not leaks(" ".join(seen))
    assert not leaks(repr((alarm.titles, alarm.causes, alarm.actions, alarm.handover)))
    assert not leaks(repr(interview.view(register).answered))


def test_an_interview_in_the_line_mode_keeps_its_plan_and_shows_no_text_of_its_own() -> None:
    name = "article_patient"
    interview = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, name), words=shown())
    person = Person(interview, name)
    assert plain.run(interview, read=person.read, write=person.write, encoding="utf-8") == 0
    issued = [event.digest for event in interview.events if isinstance(event, PlanIssued)]
    assert issued == [plan_digest(plan_of(PROTOCOL, name))]
    text = "\n".join(person.written)
    assert "⟦" in text and not leaks(without(text, of_sources(interview.plan())))


async def test_a_screen_shows_no_text_of_its_own() -> None:
    interview = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, "cauda_equina"), words=shown())
    given = answers_of(PROTOCOL, "cauda_equina")
    app = application(interview)
    async with app.run_test(size=(100, 40)) as pilot:
        for key in ("w", "escape", "r"):
            await pilot.press(key)
            assert not leaks(screen_text(app)), screen_text(app)
        for _ in range(4):
            assert interview.case.shown is not None
            assert interview.send(given[interview.case.shown]) is None
            await pilot.press("r")
            assert "⟦" in screen_text(app) and not leaks(screen_text(app)), screen_text(app)


def test_what_was_on_screen_is_recorded_in_the_words_it_was_shown_in() -> None:
    recorder = MemoryRecorder()
    interview = Interview.start(PROTOCOL, recorder, opened(PROTOCOL, "cauda_equina"), words=shown())
    last = interview.events[-1]
    assert last.wording == wording_digest(shown().questions[last.question])  # type: ignore[union-attr]
    assert last.wording != wording_digest(PROTOCOL.questions[last.question])  # type: ignore[union-attr]


def test_the_pseudo_language_is_longer_and_keeps_blanks() -> None:
    assert stretched("Call {site.clinic} now") == "⟦Çàll {site.clinic} ñöw ~ ~ ~⟧"
    assert PSEUDO == "en-XA" and present(shown(), case_of(PROTOCOL, "all_unknown")).title.startswith("⟦")
