"""How cases hang together: where a case stands among its relatives, and what its header and plan say about that.

Pure: which files these are is the business of ``chatbot.record.lineage``. What a case that comes from another
begins with is in ``chatbot.core.beginnings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chatbot.core import events as ev
from chatbot.core.case import Case, unconfirmed
from chatbot.core.phases import Phase
from chatbot.core.protocol import Protocol, Wording
from chatbot.core.values import moment_text


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands among the cases of the same person's story."""

    version: int = 1
    """1 for what was first signed, then its amendments."""
    of: int = 1
    """How many versions there are."""
    visit: int = 1
    visits: int = 1
    superseded_by: str = ""
    """The latest signed version, when this one is older; a case code."""
    in_progress: str = ""
    """A newer version that is not signed yet; a case code."""
    problems: tuple[str, ...] = ()
    """What does not fit together, in words."""


def is_finished(case: Case) -> bool:
    """Whether a case may be followed up: signed, or its plan issued with nothing left to ask."""
    return case.phase is Phase.SIGNED or (case.plan_digest is not None and case.next is None)


# --- the plan -------------------------------------------------------------------------------------


def plan_member(protocol: Protocol, case: Case) -> dict[str, Any] | None:
    """Return what a plan says about where its case comes from; None for a case that comes from no other."""
    if case.previous is None and case.amends is None:
        return None
    previous, first = case.previous, case.first
    return {
        "amends": case.amends,
        "version": len(case.versions) + 1,
        "follows": None if previous is None else previous["case"],
        "visit": len(case.visits) + 1,
        "previous_as_of": None if previous is None else previous["as_of"],
        "first_as_of": None if first is None else first["as_of"],
        "outcomes": [
            {
                "rule": rule,
                "title": None if (known := protocol.rules.get(rule)) is None else _both(known.title),
                "outcome": made.outcome,
                "text": made.text,
                "on": made.on,
            }
            for rule, made in case.outcomes.items()
        ],
        "to_confirm": list(unconfirmed(protocol, case)),
    }


def _both(wording: Wording) -> Mapping[str, str]:
    return {"clinician": wording.clinician, "patient": wording.patient}


def header_of(earlier: Case, opened: ev.CaseOpened, *, amends: bool) -> ev.CaseOpened:
    """Return the header of a case that comes from *earlier*: the same kind and subject, and the link to it.

    An amendment is about the same clinical moment. A label or a code given anew replaces the earlier one.
    """
    label, subject = opened.label or earlier.label, opened.subject or earlier.subject
    opened = replace(opened, kind=earlier.kind, label=label, subject=subject)
    if amends:
        return replace(opened, amends=earlier.case, as_of=moment_text(earlier.as_of))
    return replace(opened, follows=earlier.case)
