"""What the screens of an attempt share: its words, and commands that count once they are durable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from chatbot.core.commands import Refusal
from chatbot.core.events import Event, PracticeAsked
from chatbot.core.practice.attempt import Attempt, decide
from chatbot.core.practice.commands import PracticeCommand
from chatbot.errors import BackstoryError
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.words import Words

if TYPE_CHECKING:
    from chatbot.practising import Practising

T = TypeVar("T")


@dataclass(frozen=True)
class UnsavedTurn:
    """What was to be recorded of an attempt and was not."""

    attempt: Attempt
    events: Sequence[Event]

    @property
    def saved(self) -> int:
        """How much was said before."""
        return len(self.attempt.turns)

    def lines(self) -> list[str]:
        """Return it in words. The reply is not among them: it was not given."""
        return [each.said for each in self.events if isinstance(each, PracticeAsked)]

    def earlier(self) -> list[str]:
        """Return what was said before."""
        return [f"{each.said} – {each.reply}" for each in self.attempt.turns]


class AttemptSheet(ScrollSheet[T]):
    """A screen of an attempt. Nothing on it tells how well it goes."""

    @property
    def practising(self) -> Practising:
        found = self.session.practising
        assert found is not None
        return found

    @property
    def attempt_now(self) -> Attempt:
        """The attempt as it stands."""
        return self.practising.attempt

    @property
    def words(self) -> Words:
        return Words(self.practising.protocol, self.session.register, self.ours.keymap)

    def send(self, command: PracticeCommand, done: Callable[[Refusal | None], None]) -> None:
        """Carry a command out; *done* is called once it is durable, or refused. Until then no reply is shown."""
        if self.ours.keeping.pending is not None:
            return
        practising = self.practising
        events = decide(practising.attempt, command)
        if isinstance(events, Refusal):
            done(events)
            return

        def settled(error: BaseException | None) -> None:
            if error is None:
                practising.recorded(events)
                done(None)
            elif isinstance(error, BackstoryError):
                unsaved = UnsavedTurn(practising.attempt, events)
                fault = Fault(error, unsaved)
                self.app.push_screen(fault, lambda retry: self.send(command, done) if retry else None)
            else:
                raise error

        self.ours.keeping.keep(practising.recorder, events, settled)
