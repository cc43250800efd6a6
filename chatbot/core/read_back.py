"""The read-back at the end of the safety screen: what was understood is read to the person, who says that it is right.

Due once every question of the safety screen that applies has an answer, and again when one of them is changed later.
A function of (protocol, case, register). Private answers stay covered until somebody asks to see them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import astuple
from typing import TYPE_CHECKING

from chatbot.core.answers import answer_text
from chatbot.core.findings import Assessment, network
from chatbot.core.protocol import Protocol
from chatbot.core.taint import taint
from chatbot.core.urgency import is_asked, safety_asked
from chatbot.core.values import Answer, Status, Value
from chatbot.core.view import COVERED, ReadBackLine, ReadBackView

if TYPE_CHECKING:
    from chatbot.core.case import Case

Said = tuple[Value | None, Status | None, str | None]
"""What an answer says of the person; when, by whom and how it was given is not read back."""


def said(answer: Answer) -> Said:
    """Return what of an answer is read back."""
    return answer.value, answer.status, answer.reason


def safety_said(protocol: Protocol, answers: Mapping[str, Answer], assessment: Assessment) -> dict[str, Said]:
    """Return what stands as the answer of each safety question that applies, in the order of asking."""
    return {
        key: said(answers[key])
        for key in network(protocol).safety_order
        if key in answers and key not in assessment.expired and is_asked(protocol, assessment, key)
    }


def unread(protocol: Protocol, case: Case) -> tuple[str, ...]:
    """Return the safety answers that wait to be read back; empty while the screen has open questions, or an alarm."""
    if case.closed or case.alarms or not safety_asked(protocol, case.assessment):
        return ()
    return tuple(
        key
        for key, now in safety_said(protocol, case.answers, case.assessment).items()
        if case.read_back.get(key) != now
    )


def read_back_view(
    protocol: Protocol, case: Case, register: str = "patient", *, private: bool = False
) -> ReadBackView | None:
    """Return the page to read, by default in the words a patient hears; None while nothing is due.

    *private*: private answers are shown.
    """
    waiting = unread(protocol, case)
    if not waiting:
        return None
    again = bool(case.read_back)
    lines = []
    for key in safety_said(protocol, case.answers, case.assessment):
        question, answer = protocol.questions[key], case.answers[key]
        tells = key in taint(protocol).questions
        lines.append(
            ReadBackLine(
                question=key,
                text=question.named.in_register(register),
                answer=COVERED if tells and not private else answer_text(protocol.labels, question, answer, register),
                settled=answer.value is not None,
                changed=again and key in waiting,
                private=tells,
            )
        )
    return ReadBackView(tuple(lines), again)


def read_back_digest(shown: ReadBackView) -> str:
    """SHA-256 in hex over everything the page says."""
    return hashlib.sha256(repr(astuple(shown)).encode()).hexdigest()
