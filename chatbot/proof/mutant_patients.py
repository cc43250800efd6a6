"""Which mutants the patients written by hand notice: those whose expectations are not met, or whose answers do not fit.

What is expected of a patient is what its file says and nothing else. Only patients for whom the element with the
mistake comes out otherwise are assessed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chatbot.content.checks.vignettes import Patient, Run, came_out, patients, run
from chatbot.content.package import Package
from chatbot.core.case import Case, assessed
from chatbot.core.findings import Assessment, flag_state, reassess
from chatbot.core.outcome import hypothesis_state, rule_truth
from chatbot.core.protocol import Protocol
from chatbot.proof.mutants import Mutant


@dataclass(frozen=True, eq=False)
class WrittenCase:
    """A patient written by hand, as it comes out without a mistake."""

    patient: Patient
    case: Case

    @property
    def name(self) -> str:
        """The id of the vignette or case."""
        return self.patient.name


def written_cases(package: Package, protocol: Protocol) -> tuple[WrittenCase, ...]:
    """Return the patients of a package with the cases their answers make, vignettes first.

    Raises: ValueError when one of them does not come out as expected.
    """
    found = []
    for patient in patients(package, []):
        came: Run = run(protocol, patient, patient.answers())
        if came.found or came.case is None:
            raise ValueError(f"{patient.name} does not come out as expected; mend that first")
        found.append(WrittenCase(patient, came.case))
    return tuple(found)


def noticed_by(mutant: Mutant, written: Sequence[WrittenCase]) -> str | None:
    """Return the first patient that notices a mistake, None where nobody does."""
    for each, after in otherwise(mutant, written):
        if came_out(mutant.protocol, each.patient, after).found:
            return each.name
    return None


def otherwise(mutant: Mutant, written: Sequence[WrittenCase]) -> Iterator[tuple[WrittenCase, Case]]:
    """Yield the patients whose case comes out otherwise where the mistake is, with the case as it is then."""
    for each in written:
        after = assessed_with(mutant, each.case)
        if after is not None:
            yield each, replace(each.case, assessment=after)


def assessed_with(mutant: Mutant, case: Case) -> Assessment | None:
    """Return what the answers of a case mean with the mistake; None where its element comes out as before."""
    before = case.assessment
    if mutant.kind == "flag" and not before.aged:
        # Nothing reads a red flag but what a case comes to.
        states = {name: _state(flag, before) for name, flag in mutant.changed.items()}
        same = all(
            before.flags[name] is states[name] and _levels(mutant.before(name)) == _levels(flag)
            for name, flag in mutant.changed.items()
        )
        return None if same else replace(before, flags={**before.flags, **states})
    # What aged answers come to hangs on everything that could raise something.
    if not before.aged and all(_alike(mutant.kind, one, other, before) for one, other in mutant.pairs()):
        return None
    if before.aged or case.earlier is not None:
        return assessed(mutant.protocol, case)
    if mutant.kind == "question":
        return reassess(mutant.protocol, before, case.answers, mutant.changed)
    if mutant.kind == "finding":
        return reassess(mutant.protocol, before, case.answers, (), redefined=mutant.changed)
    return before


def _state(flag: Any, assessment: Assessment) -> Any:
    unless = None if flag.unless is None else flag.unless.evaluate(assessment.facts)
    return flag_state(flag.when.evaluate(assessment.facts), unless)


def _levels(flag: Any) -> tuple[Any, ...]:
    return flag.urgency, flag.if_unknown


def _alike(kind: str, one: Any, other: Any, assessment: Assessment) -> bool:
    """Whether an element comes out alike with and without the mistake."""
    facts = assessment.facts
    match kind:
        case "rule":
            same = rule_truth(one, assessment) is rule_truth(other, assessment)
            return same and one.guards == other.guards and one.within == other.within
        case "hypothesis":
            return hypothesis_state(one, facts) == hypothesis_state(other, facts)
        case "conflict":
            return False
        case "finding" if one.number is not None:
            return bool(one.number.evaluate(facts) == other.number.evaluate(facts))
    return one.when.evaluate(facts) is other.when.evaluate(facts)
