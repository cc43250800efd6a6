"""The command that signs a case, with a reason for each safety question that is not settled."""

from __future__ import annotations

from chatbot.core.case import Case
from chatbot.core.commands import OpenReason, Sign
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.signing import unsettled


def signing(protocol: Protocol, case: Case) -> Sign:
    return Sign({each["question"]: OpenReason("cannot_be_known") for each in unsettled(build_plan(protocol, case))})
