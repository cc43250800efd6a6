"""Which mutants the properties notice: those of which an interview exists on which one is not so.

All properties hold without the mistake, so only those that it reaches need be searched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from chatbot.core.case import Case
from chatbot.core.findings import assess
from chatbot.core.property_tree import Implies, IndependentOf, MoreFlags, Property, RaisesOnly
from chatbot.proof.claims import Refutation, lighter, refute, truth
from chatbot.proof.interviews import Search, Unsettled, interview_of
from chatbot.proof.mutant_readings import questions_behind
from chatbot.proof.mutants import Mutant
from chatbot.proof.situation import Situation, broken
from chatbot.proof.truths import Formula, both, no, same_formula, some
from chatbot.proof.variant import VariantModel


@dataclass(frozen=True, slots=True)
class Caught:
    """A property that is not so with a mistake."""

    property: str
    """Its id."""
    interviews: Refutation
    """One interview, or two of a property about two; none where it is that of a patient."""


def broken_on(mutant: Mutant, cases: Iterable[Case], properties: Sequence[Property]) -> str | None:
    """Return a property that is not so on one of some cases assessed with the mistake; None where all hold."""
    for case in cases:
        situation = Situation(mutant.protocol, case.answers, case.assessment, case)
        for each in properties:
            if broken(each, situation, pairs=isinstance(each.claim, MoreFlags)):
                return each.id
    return None


def caught(search: Search, mutant: Mutant, properties: Sequence[Property]) -> Caught | Unsettled:
    """Return a property that a mutant breaks; ``Unsettled.NONE``: all are proved of it as of the original.

    The model of *search* is that of the original, built whole; all properties hold of it.
    """
    variant = VariantModel(search.model, mutant)
    variant.build()
    wanted = [(each, list(_ways_to_fail(variant, each))) for each in properties]
    wanted = [(each, ways) for each, ways in wanted if ways]
    pairs = [each for each in properties if _speaks_of_two(variant, each)]
    variant.settle()
    with search.beside(variant):
        settled = Unsettled.NONE
        if wanted:
            example = search.example(some(way for _, ways in wanted for way in ways), neat=True)
            if isinstance(example, Unsettled):
                settled = example
            else:
                interview = interview_of(search.model, example)
                case = _seen_with(mutant, interview.case(search.model))
                name = broken_on(mutant, [case], [each for each, _ in wanted])
                if name is None:
                    raise RuntimeError(f"{mutant.id}: the engine does not confirm what the formulas say")
                return Caught(name, (interview,))
        for each in pairs:
            found = refute(variant, search, each)
            if not isinstance(found, Unsettled):
                return Caught(each.id, found)
            if found is Unsettled.UNDECIDED:
                settled = found
    return settled


def _seen_with(mutant: Mutant, case: Case) -> Case:
    region = case.assessment.region
    return replace(case, assessment=assess(mutant.protocol, case.answers, case.as_of, region=region))


def _ways_to_fail(variant: VariantModel, each: Property) -> Iterator[Formula]:
    """Yield when a property about one interview is not so, as far as the mistake reaches it."""
    first = variant.first
    if isinstance(each.claim, Implies):
        premise, conclusion = each.claim.premise, each.claim.conclusion
        met = True if premise is None else truth(variant, premise).true
        holds = truth(variant, conclusion).true
        before = True if premise is None else truth(first, premise).true
        if not (same_formula(met, before) and same_formula(holds, truth(first, conclusion).true)):
            yield both(met, no(holds))
    elif isinstance(each.claim, MoreFlags) and variant.is_affected("urgency", ""):
        yield from lighter(variant, each.claim.flags)


def _speaks_of_two(variant: VariantModel, each: Property) -> bool:
    """Whether a property about two interviews is one that the mistake reaches."""
    if isinstance(each.claim, RaisesOnly):
        return variant.is_affected("urgency", "")
    if not isinstance(each.claim, IndependentOf):
        return False
    first = variant.first
    if not set(each.claim.questions) & set(questions_behind(first.protocol, variant.mutant)):
        # Then it comes out alike in both interviews, with the mistake as without.
        return False
    return any(not same_formula(truth(variant, node).true, truth(first, node).true) for node in each.claim.outcomes)
