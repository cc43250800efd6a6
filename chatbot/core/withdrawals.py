"""Withdrawals: content that must no longer be used, and what that stops.

Nothing that was recorded changes: a case made under withdrawn content is read, replayed and exported as before, and
says so. It is not gone on with and not signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.core.case import Case
from chatbot.core.commands import Refusal
from chatbot.core.outcome import SHOWN_STATUSES, outcome
from chatbot.core.protocol import Protocol, Wording

STEP = "begin a case under the content of today; this one can still be read, replayed and exported"
"""What to do about a case that may not be gone on with."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """One entry: a version of a protocol, or one of its rules, that must no longer be used."""

    protocol: str
    """Id of the protocol."""
    on: str
    """The day it was withdrawn, ``YYYY-MM-DD``. It holds as soon as it is written."""
    reason: Wording
    version: str | None = None
    digest: str | None = None
    """The beginning of the digest of exactly one state of the content."""
    rule: str | None = None
    """None: the whole version."""
    replaced_by: str | None = None
    """A version, or for a rule the rule that took its place."""

    def concerns(self, protocol: Protocol) -> bool:
        """Whether it is about this content. Without version and digest a rule is withdrawn from every version."""
        return (
            self.protocol == protocol.id
            and self.version in (None, protocol.version)
            and (self.digest is None or protocol.digest.startswith(self.digest))
            and (self.rule is None or self.rule in protocol.rules)
        )

    def said(self, protocol: Protocol) -> Wording:
        """Say what was withdrawn, when and why."""
        title = protocol.title if self.rule is None else protocol.rules[self.rule].title
        version = f"version {protocol.version} of " if self.rule is None else ""
        instead = "" if self.replaced_by is None else f" Replaced by {self._instead(protocol)}."
        return Wording(
            f"Withdrawn on {self.on}: {version}“{title.clinician}”. {self.reason.clinician}{instead}",
            f"Do not rely on “{title.patient}” any more. {self.reason.patient}",
        )

    def _instead(self, protocol: Protocol) -> str:
        if self.rule is None:
            return f"version {self.replaced_by}"
        rule = protocol.rules.get(str(self.replaced_by))
        return f"{self.replaced_by}" if rule is None else f"“{rule.title.clinician}”"


def concerning(withdrawals: Iterable[Withdrawal], protocol: Protocol) -> tuple[Withdrawal, ...]:
    """Return the withdrawals that are about this content, whole versions first."""
    return tuple(sorted((each for each in withdrawals if each.concerns(protocol)), key=lambda each: each.rule or ""))


def stopping(withdrawals: Sequence[Withdrawal], protocol: Protocol, case: Case) -> tuple[Withdrawal, ...]:
    """Return the withdrawals that keep a case from being gone on with or signed.

    A withdrawn version does; a withdrawn rule does while it asks for something in the plan that nobody has declined.
    """
    found = concerning(withdrawals, protocol)
    if not found:
        return ()
    statuses = outcome(protocol, case.assessment).statuses
    declined = {rule for rule, made in case.decisions.items() if made.decision == "decline"}
    return tuple(
        each
        for each in found
        if each.rule is None or (statuses[each.rule] in SHOWN_STATUSES and each.rule not in declined)
    )


def refusal(stops: Sequence[Withdrawal], protocol: Protocol) -> Refusal | None:
    """Return why a case may not be signed; None when nothing stops it."""
    if not stops:
        return None
    step = STEP if any(each.rule is None for each in stops) else f"decline the withdrawn advice; or {STEP}"
    return Refusal("withdrawn", " ".join(each.said(protocol).clinician for each in stops), step)


def told(plan: dict[str, Any], withdrawals: Iterable[Withdrawal], protocol: Protocol) -> dict[str, Any]:
    """Return a plan that says what of its content was withdrawn; the same plan where nothing was."""
    found = withdrawn_json(withdrawals, protocol)
    return {**plan, "withdrawn": found} if found else plan


def withdrawn_json(withdrawals: Iterable[Withdrawal], protocol: Protocol) -> list[dict[str, Any]]:
    """Return the member ``withdrawn`` of a plan: every withdrawal that is about its content."""
    return [
        {
            "rule": each.rule,
            "on": each.on,
            "reason": {"clinician": each.reason.clinician, "patient": each.reason.patient},
            "replaced_by": each.replaced_by,
            "text": {"clinician": each.said(protocol).clinician, "patient": each.said(protocol).patient},
        }
        for each in concerning(withdrawals, protocol)
    ]
