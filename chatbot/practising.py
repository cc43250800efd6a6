"""The one service that shells practise with: command, decide, append durably, evolve, view; and at the end the debrief.

It holds no file and no clock, as ``chatbot.interview`` does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.core.commands import Refusal
from chatbot.core.events import CaseOpened, CaseResumed, CaseSuspended, Event
from chatbot.core.phases import Trigger, next_phase
from chatbot.core.practice.attempt import Attempt, beginning, decide, evolved, of_events
from chatbot.core.practice.commands import PracticeCommand
from chatbot.core.practice.station import Station
from chatbot.core.practice.suggest import Suggestion, suggest
from chatbot.core.protocol import Protocol
from chatbot.errors import UsageError
from chatbot.interview import Recorder


class Practising:
    """One attempt being made."""

    def __init__(self, protocol: Protocol, station: Station, recorder: Recorder, events: Sequence[Event]) -> None:
        """*events* are those recorded already, the beginning of the attempt among them.

        Raises: UsageError when they are not those of an attempt at this station.
        """
        self.protocol, self.station, self.recorder = protocol, station, recorder
        self.events = list(events)
        try:
            self.attempt: Attempt = of_events(protocol, station, self.events)
        except ValueError as error:
            raise UsageError(str(error), hint="begin another attempt") from error

    @classmethod
    def start(
        cls,
        protocol: Protocol,
        station: Station,
        recorder: Recorder,
        opened: CaseOpened,
        mode: str,
        *,
        timed: bool = False,
    ) -> Practising:
        """Begin an attempt in a case of kind practice whose opening is already recorded."""
        begun = beginning(protocol, station, opened, mode, timed=timed)
        recorder.append(begun)
        return cls(protocol, station, recorder, [opened, *begun])

    @classmethod
    def resume(cls, protocol: Protocol, station: Station, recorder: Recorder, events: Sequence[Event]) -> Practising:
        """Begin another sitting of an attempt. The patient's day stays that of the station, whatever day it is.

        Raises: UsageError when the events are not those of an attempt at this station, or it is over.
        """
        found = cls(protocol, station, recorder, events)
        if found.attempt.ended:
            raise UsageError("the attempt is over", hint="backstory practice debrief CASE says what came of it")
        found._record((CaseResumed(station.as_of),))
        return found

    def leave(self) -> None:
        """End the sitting; the attempt can be gone on with. Once it is over, or left already, nothing is recorded."""
        if not self.attempt.ended and next_phase(self.attempt.case.phase, Trigger.SUSPEND) is not None:
            self._record((CaseSuspended(),))

    def _record(self, events: Sequence[Event]) -> None:
        self.recorder.append(events)
        self.recorded(events)

    def send(self, command: PracticeCommand) -> Refusal | None:
        """Carry a command out. None: done and durable. A refusal: nothing has changed.

        Raises: BackstoryError from the recorder; the attempt then stands as before the command.
        """
        decided = decide(self.attempt, command)
        if isinstance(decided, Refusal):
            return decided
        self._record(decided)
        return None

    def recorded(self, events: Sequence[Event]) -> None:
        """Let durable events count."""
        self.attempt = evolved(self.attempt, events)
        self.events += events

    def suggest(self, text: str) -> tuple[Suggestion, ...]:
        """Return what a line may mean; nothing is asked by it."""
        return suggest(self.protocol, self.station, text)
