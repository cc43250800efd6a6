"""Interviews for the tests of properties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chatbot.core.answers import accept
from chatbot.core.findings import assess
from chatbot.core.protocol import Protocol
from chatbot.core.values import Answer, Source, Status, Stored
from chatbot.proof.situation import Situation

AS_OF = datetime(2026, 3, 15, 10, 30)


def interview(protocol: Protocol, answers: Mapping[str, Stored | None]) -> Situation:
    """Return the interview with these stored values; None is unknown."""
    given = {
        key: Answer(None, Status.UNKNOWN, Source.PATIENT, AS_OF)
        if value is None
        else Answer(accept(protocol.questions[key], value, AS_OF), None, Source.PATIENT, AS_OF)
        for key, value in answers.items()
    }
    return Situation(protocol, given, assess(protocol, given, AS_OF))
