"""Cases and lineages as lines and as JSON, for lists of cases."""

from __future__ import annotations

from typing import Any

from chatbot.core.values import ValueProblem, parse_moment
from chatbot.record.cases import CaseSummary
from chatbot.record.lineage import Lineage, Listed

_MEMBERS = (
    "case",
    "kind",
    "label",
    "subject",
    "as_of",
    "phase",
    "last",
    "records",
    "state",
    "locked",
    "encrypted",
    "shut",
    "attempt",
)


def case_json(lineage: Lineage[CaseSummary], case: CaseSummary) -> dict[str, Any]:
    """Return one case as ``cases --json`` has it: the file, then where it stands in its lineage."""
    place = lineage.place(case)
    return {
        "path": str(case.path),
        **{name: getattr(case, name) for name in _MEMBERS},
        "amends": case.amends or None,
        "follows": case.follows or None,
        "lineage": lineage.root,
        "visit": place.visit,
        "visits": place.visits,
        "version": place.version,
        "versions": place.of,
        "superseded_by": place.superseded_by or None,
        "problems": list(lineage.problems),
    }


def lineage_line(lineage: Lineage[CaseSummary]) -> str:
    """Return one line for a whole lineage: its latest case, and how long it goes on."""
    said = extent(lineage)
    return _line(lineage.latest, f"  {said}" if said else "")


def case_line(lineage: Lineage[CaseSummary], case: CaseSummary) -> str:
    """Return one line for a member of a lineage."""
    place = lineage.place(case)
    said = f"  visit {place.visit} of {place.visits}, version {place.version} of {place.of}"
    return _line(case, said + (f": superseded by {place.superseded_by}" if place.superseded_by else ""))


def _line(case: CaseSummary, more: str) -> str:
    state = "" if case.state == "ok" else f"  {case.state.upper()}"
    open_elsewhere = "  open in another program" if case.locked else ""
    who = " · ".join(filter(None, [case.name, case.subject]))
    row = f"{case.case:8}  {case.kind:13}  {case.phase:9}  {case.as_of:16}  {who}"
    return f"{row}{more}{state}{open_elsewhere}"


def extent(lineage: Lineage[Any]) -> str:
    """Say how far a lineage reaches: ``3 visits, 12 weeks, version 2 of 2``; empty for a case that stands alone."""
    place = lineage.place(lineage.latest)
    said = []
    if place.visits > 1:
        said.append(f"{place.visits} visits")
        weeks = weeks_between(lineage.visits[0].versions[0], lineage.latest)
        if weeks is not None:
            said.append(f"{weeks} week{'' if weeks == 1 else 's'}")
    if place.of > 1:
        said.append(f"version {place.version} of {place.of}")
    return ", ".join(said)


def weeks_between(first: Listed, latest: Any) -> int | None:
    """Count whole weeks from the first sitting of a case to the last sitting of another; None where unknown."""
    try:
        return (parse_moment(latest.as_of) - parse_moment(first.began)).days // 7
    except ValueProblem:
        return None
