"""The line mode and ``plan --answers`` give the same plan, to the byte, for every representative vignette."""

from __future__ import annotations

import pytest

from chatbot import plain
from chatbot.core.case import for_team
from chatbot.core.events import PlanIssued
from chatbot.core.plan import plan_digest
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from tests.dialogue.typing import lines_for
from tests.dialogue.vignettes import FEW, answers_of, opened, plan_of
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()


class Person:
    """Types the answers of a vignette, whatever is asked, and then asks for the plan and leaves."""

    def __init__(self, interview: Interview, name: str) -> None:
        self.interview = interview
        self.answers = answers_of(PROTOCOL, name)
        self.waiting: list[str] = []
        self.written: list[str] = []

    def read(self, prompt: str) -> str | None:
        if "Is it right?" in prompt:
            return "yes"
        if "when all of it is right" in prompt:
            return "="
        if self.waiting:
            return self.waiting.pop(0)
        case = self.interview.case
        if case.alarms:
            return "read"
        if for_team(PROTOCOL, case) is not None:
            return ":everything"
        if case.shown is not None:
            self.waiting = lines_for(PROTOCOL.questions[case.shown], self.answers[case.shown])
            return self.waiting.pop(0)
        return ":plan" if case.plan_digest is None else None

    def write(self, line: str) -> None:
        self.written.append(line)


@pytest.mark.parametrize("name", FEW)
def test_the_line_mode_gives_the_same_plan_as_an_answers_file(name: str) -> None:
    interview = Interview.start(PROTOCOL, MemoryRecorder(), opened(PROTOCOL, name))
    person = Person(interview, name)
    assert plain.run(interview, read=person.read, write=person.write, encoding="ascii") == 0
    issued = [event.digest for event in interview.events if isinstance(event, PlanIssued)]
    assert issued == [plan_digest(plan_of(PROTOCOL, name))]
    text = "\n".join(person.written)
    assert text.isascii() and "\x1b" not in text
    assert PROTOCOL.content_status in text and "Not a medical device" in " ".join(text.split())
