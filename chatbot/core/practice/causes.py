"""What may be named at the commitment: causes that are likely, and what must not be missed, emergencies first."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.core.practice.station import Expected
from chatbot.core.protocol import Protocol, Wording
from chatbot.core.values import Urgency


def likely_causes(protocol: Protocol) -> Mapping[str, Wording]:
    """Return the hypotheses by id."""
    return {name: each.title for name, each in protocol.hypotheses.items()}


def grave_causes(protocol: Protocol) -> Mapping[str, Wording]:
    """Return what may be named as not to be missed: red flags that are an emergency, then the hypotheses, by id."""
    flags = protocol.red_flags.items()
    emergencies = {name: each.title for name, each in flags if each.urgency is Urgency.EMERGENCY}
    return {**emergencies, **likely_causes(protocol)}


def emergencies_there(expected: Expected) -> tuple[str, ...]:
    """Return the emergencies that stand, in content order."""
    urgent = Urgency.EMERGENCY.value
    return tuple(each.flag for each in expected.flags if each.state == "present" and each.urgency == urgent)
