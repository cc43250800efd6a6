"""The one service every shell uses: command, decide, append durably, evolve, view.

It holds no file and no clock. What it is given to record with must have made the events durable
before ``append`` returns; only then does the case move on.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatbot.core import commands as cmd
from chatbot.core.case import Case, evolve, fold
from chatbot.core.commands import Command, Refusal
from chatbot.core.events import CaseOpened, Event, QuestionShown
from chatbot.core.navigation import decide, opening, shown
from chatbot.core.plan import build_plan
from chatbot.core.present import present
from chatbot.core.protocol import Protocol
from chatbot.core.recap import Recap, recap
from chatbot.core.review import Review
from chatbot.core.view import View
from chatbot.core.withdrawals import Withdrawal, refusal, stopping, told
from chatbot.errors import UsageError
from chatbot.export.document import with_head


class Recorder(typing.Protocol):
    """Where events are kept."""

    def append(self, events: Sequence[Event]) -> None:
        """Make events durable.

        Raises: BackstoryError when that cannot be done; then none of them counts as recorded.
        """


class MemoryRecorder:
    """Keeps events in memory alone, for trials; they are gone when the program ends."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, events: Sequence[Event]) -> None:
        """Keep events."""
        self.events += events


class Interview:
    """One case being worked on."""

    def __init__(
        self, protocol: Protocol, recorder: Recorder, events: Sequence[Event], words: Protocol | None = None
    ) -> None:
        """*words*: the same protocol in the language its texts are shown in; None: its own."""
        self.opened_by = ""
        """Who opened the case, as its first record says; stands for every actor before the first that was named."""
        self.content = protocol
        """The protocol in its own language: what is decided, digested and kept is decided by it."""
        self.protocol = words or protocol
        """The protocol in the words that screens show."""
        self.withdrawals: Sequence[Withdrawal] = ()
        """Content that must no longer be used, as far as it is known when this sitting begins."""
        self.recorder = recorder
        self.events = list(events)
        self.case: Case = fold(protocol, self.events)

    @classmethod
    def start(
        cls,
        protocol: Protocol,
        recorder: Recorder,
        opened: CaseOpened,
        site: Mapping[str, str] | None = None,
        words: Protocol | None = None,
    ) -> Interview:
        """Begin a case whose opening is already recorded: pins the local facts *site*, shows the first question."""
        interview = cls(protocol, recorder, [opened], words)
        interview._record(opening(protocol, opened, site))
        return interview

    @classmethod
    def resume(
        cls,
        protocol: Protocol,
        recorder: Recorder,
        events: Sequence[Event],
        as_of: str,
        site: Mapping[str, str] | None = None,
        words: Protocol | None = None,
        review: Review | None = None,
    ) -> Interview:
        """Begin a new sitting of a recorded case. Local facts *site* and where the *review* of its content stands are
        pinned when they changed; None: they stay.

        Raises: UsageError when the case is closed or *as_of* lies before its last sitting.
        """
        interview = cls(protocol, recorder, events, words)
        refusal = interview.send(cmd.Resume(as_of))
        if refusal is not None:
            raise UsageError(refusal.message, hint=refusal.hint)
        if site is not None:
            interview.send(cmd.PinSite(site))
        if review is not None:
            interview.send(cmd.PinReview(review))
        return interview

    def send(self, command: Command) -> Refusal | None:
        """Carry a command out. None: done and durable. A refusal: nothing has changed.

        Raises: BackstoryError from the recorder; the case then stands as before the command.
        """
        decided = self.decided(command)
        if isinstance(decided, Refusal):
            return decided
        if decided:
            self.recorder.append(decided)
        self.recorded(decided)
        return None

    def decided(self, command: Command) -> Refusal | tuple[Event, ...]:
        """Return the events of a command, still to be recorded, or why it is refused. Nothing has changed.

        For a shell that records in a thread of its own: what it has made durable it hands to ``recorded``. Until then
        nothing else is decided.
        """
        withdrawn = self.withdrawn() if isinstance(command, cmd.Sign) else None
        if withdrawn is not None:
            return withdrawn
        decided = decide(self.content, self.case, command)
        return decided if isinstance(decided, Refusal) else self._as_recorded(decided)

    def withdrawn(self) -> Refusal | None:
        """Return why the case may not be signed under its content; None when nothing of it was withdrawn."""
        return refusal(stopping(self.withdrawals, self.protocol, self.case), self.protocol)

    def view(self, register: str = "clinician") -> View:
        """Return what a screen shows now."""
        return present(self.protocol, self.case, register)

    def plan(self) -> dict[str, Any]:
        """Return the plan of the present answers, in the words that screens show."""
        return told(build_plan(self.protocol, self.case), self.withdrawals, self.protocol)

    @property
    def head_code(self) -> str | None:
        """Where the transcript stands: its records and the beginning of its head; None where none is kept."""
        return getattr(self.recorder, "head_code", None)

    def printed_plan(self) -> dict[str, Any]:
        """Return the plan as it leaves the screen: it says where the transcript stood, if one is kept."""
        code = self.head_code
        return self.plan() if code is None else with_head(self.plan(), code, int(code.partition("-")[0]))

    @property
    def actor(self) -> str:
        """Who is at the keyboard, as the records say it."""
        return self.case.actor or self.opened_by

    def recap(self, register: str = "clinician") -> Recap:
        """Return what somebody who takes over reads."""
        return recap(self.protocol, self.case, register, self.opened_by)

    def recorded(self, events: Iterable[Event]) -> None:
        """Let durable events count."""
        for event in events:
            self.case = evolve(self.content, self.case, event)
            self.events.append(event)

    def _record(self, events: tuple[Event, ...]) -> None:
        events = self._as_recorded(events)
        if events:
            self.recorder.append(events)
        self.recorded(events)

    def _as_recorded(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        return events if self.protocol is self.content else as_shown(events, self.protocol)


def as_shown(events: Iterable[Event], protocol: Protocol) -> tuple[Event, ...]:
    """Return events with the digests of the wordings that were on screen, which those of *protocol* are."""
    return tuple(
        shown(protocol, event.question) if isinstance(event, QuestionShown) and event.question else event
        for event in events
    )
