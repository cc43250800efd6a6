"""When a change to an answer needs a coded reason, and declining a whole section. Proposes events; changes nothing.

A correction replaces or takes back an answer that stands. It needs a reason in two cases: it takes back a value and
lowers the urgency, or the case was finished once (``Case.reviewed``). A finished case is a record that somebody has
read, so every change to what stands in it says why, a status as much as a value. Answering a question that is open
(never asked, postponed, taken back, past its shelf life) changes nothing that stands and needs no reason, ever.
"""

from __future__ import annotations

from chatbot.core import events as ev
from chatbot.core.case import Case, evolve, is_open
from chatbot.core.commands import CORRECTION_REASONS, Refusal
from chatbot.core.findings import network
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.urgency import plan_urgency
from chatbot.core.values import Answer, Status, moment_text

Correction = ev.AnswerCorrected | ev.AnswerWithdrawn

NOT_NEEDED = "not_needed"
"""What a correction says of its reason where none was asked for."""


def stands(case: Case, question: str) -> bool:
    """Whether a question has an answer that counts: to change it is a correction."""
    return question in case.answers and question not in case.assessment.expired


def needs_reason(protocol: Protocol, case: Case, before: Answer, event: Correction) -> str | None:
    """Say why a correction needs a coded reason; None when it needs none.

    *before* is the answer that stands. Whether a reason was given does not matter here.
    """
    if case.reviewed:
        return "this case was finished: what stands in it is changed only with a reason"
    if before.value is None:
        return None
    return "this correction lowers the urgency" if _falls(protocol, case, evolve(protocol, case, event)) else None


def _falls(protocol: Protocol, before: Case, after: Case) -> bool:
    """Whether the urgency of the open case or of its plan is lower after than before."""
    pairs = (
        (before.urgency, after.urgency),
        (plan_urgency(protocol, before.assessment), plan_urgency(protocol, after.assessment)),
    )
    return any(now.rank < was.rank for was, now in pairs)


def without_reason(
    protocol: Protocol, case: Case, before: Answer, event: Correction, because: str | None
) -> Refusal | None:
    """Refuse a correction whose reason is missing where one is needed, or is no reason."""
    if because is not None:
        if because in CORRECTION_REASONS:
            return None
        return Refusal(
            "bad_value", f"{because!r} is not a reason for a correction", near_miss(because, CORRECTION_REASONS)
        )
    needed = needs_reason(protocol, case, before, event)
    return None if needed is None else Refusal("needs_reason", needed, "say why")


def decline_section(protocol: Protocol, case: Case, section: str) -> tuple[ev.AnswerGiven, ...] | Refusal:
    """Decline every question of a section that is to be asked and has no answer, also those that declining opens.

    Refused where that would lower the urgency, as content can bring about whose conditions ask how a question was
    answered: a person who says nothing says nothing reassuring.
    """
    if section not in protocol.sections:
        return Refusal("unknown_section", f"no section is called {section!r}", near_miss(section, protocol.sections))
    keys = frozenset(protocol.sections[section].questions)
    order = [key for key in network(protocol).ask_order if key in keys]
    declined: list[ev.AnswerGiven] = []
    after = case
    while (key := next((key for key in order if is_open(protocol, after, key)), None)) is not None:
        event = ev.AnswerGiven(
            question=key,
            value=None,
            status=Status.DECLINED.value,
            source=protocol.questions[key].source.value,
            via="block",
            on=moment_text(case.as_of),
        )
        declined.append(event)
        after = evolve(protocol, after, event)
    if not declined:
        return Refusal("nothing_open", "no question of this section is open")
    if _falls(protocol, case, after):
        return Refusal(
            "lowers_urgency", "declining this section would lower the urgency", "answer its questions singly"
        )
    return tuple(declined)
