"""Answers given all at once, without a screen: what ``plan --answers`` and vignettes do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from chatbot.core import commands as cmd
from chatbot.core.case import Case, answer_in, assessed, evolve
from chatbot.core.events import CaseOpened, Event
from chatbot.core.findings import network
from chatbot.core.navigation import checked_answer, decide
from chatbot.core.protocol import Protocol
from chatbot.core.site import REGION_FACT


class NotAccepted(ValueError):
    """An answer the case refuses; carries the command and the refusal."""

    def __init__(self, command: cmd.GiveAnswer, refusal: cmd.Refusal) -> None:
        super().__init__(refusal.message)
        self.command, self.refusal = command, refusal


def give_all(
    protocol: Protocol, opened: CaseOpened, answers: Iterable[cmd.GiveAnswer]
) -> tuple[Case, tuple[Event, ...]]:
    """Open a case and give it answers in the order of asking; alarms are acknowledged as they come.

    Returns the case and everything that happened.
    Raises: NotAccepted for the first answer that is refused.
    """
    case = evolve(protocol, None, opened)
    happened: list[Event] = [opened]
    order = {key: index for index, key in enumerate(network(protocol).ask_order)}
    for command in sorted(answers, key=lambda each: order.get(each.question, -1)):
        commands: list[cmd.Command] = [cmd.Acknowledge()] if case.alarms else []
        for each in (*commands, command):
            decided = decide(protocol, case, each)
            if isinstance(decided, cmd.Refusal):
                raise NotAccepted(command, decided)
            for event in decided:
                case = evolve(protocol, case, event)
                happened.append(event)
    return case, tuple(happened)


@lru_cache(maxsize=4)
def _just_opened(protocol: Protocol, as_of: str) -> Case:
    """Return a case without answers; many are begun at the same moment."""
    return evolve(protocol, None, CaseOpened("", "test", as_of, "", "", protocol.identity))


def with_answers(protocol: Protocol, opened: CaseOpened, answers: Iterable[cmd.GiveAnswer], region: str = "") -> Case:
    """Return a case with answers that were never asked for one by one, assessed once: a tenth of the work.

    What comes out (findings, flags, urgency, statuses) is what ``give_all`` comes to; phase, next question and
    alarms stay as at the opening. Of two answers to one question the later stands.
    Raises: NotAccepted for the first answer that does not fit.
    """
    begun = _just_opened(protocol, opened.as_of)
    case = replace(begun, case=opened.case, kind=opened.kind, label=opened.label, subject=opened.subject)
    given = {}
    for command in answers:
        event = checked_answer(protocol.questions[command.question], case, command)
        if isinstance(event, cmd.Refusal):
            raise NotAccepted(command, event)
        given[command.question] = answer_in(protocol, case, event)
    site = {REGION_FACT: region} if region else {}
    case = replace(case, site=site, answers=given)
    return replace(case, assessment=assessed(protocol, case))
