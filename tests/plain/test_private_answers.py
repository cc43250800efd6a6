"""The line mode reads no private answer aloud in a list."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot import plain
from chatbot.core.commands import GiveAnswer
from chatbot.core.events import CaseOpened, Event
from chatbot.interview import Interview
from tests.shipped import small_protocol


class Memory:
    """Keeps nothing."""

    def append(self, events: Sequence[Event]) -> None:
        """Accept events."""


def test_a_list_of_answers_says_only_that_there_is_a_private_one() -> None:
    protocol = small_protocol("private")
    opened = CaseOpened("c1", "test", "2026-03-15T10:30", "bed 4", "", protocol.identity)
    interview = Interview.start(protocol, Memory(), opened)
    for key, value in (("grown_up", "yes"), ("smoke", "none"), ("secret", "mild"), ("secret_detail", "fresh")):
        assert interview.send(GiveAnswer(key, value=value)) is None
    lines = iter(["=", ":jump", "", ":quit"])
    out: list[str] = []
    plain.run(interview, read=lambda _: next(lines, None), write=out.append)
    listed = [line for line in out if "private answer" in line]
    assert len(listed) == 3 and "secret" in listed[0], "read back, then listed"
    assert "Secret?" in listed[1] and "Detail of it?" in listed[2]
    assert not any("a little of it" in line or "fresh" in line for line in out)
