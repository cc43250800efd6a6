"""Does any interview tell a protocol with a mistake from the one without? What nobody could notice is no mistake.

Told apart by: the urgency of the plan, red flags, statuses of rules, what a safety rule says to do instead, when a
rule is due, hypotheses, conflicts, scope, whether the safety screen is settled, what is asked, and numbers. Texts and
the order of asking are not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chatbot.proof.interviews import Interview, Search, Unsettled, interview_of, is_true
from chatbot.proof.mutants import Mutant
from chatbot.proof.second import Change
from chatbot.proof.truths import some
from chatbot.proof.variant import VariantModel


@dataclass(frozen=True, slots=True)
class Apart:
    """An interview on which somebody would notice a mistake."""

    interview: Interview
    what: tuple[str, ...]
    """What comes out otherwise."""


def told_apart(search: Search, mutant: Mutant) -> Apart | Unsettled:
    """Return an interview that tells a mutant from the original; ``Unsettled.NONE``: there is none.

    The model of *search* is that of the original, built whole.
    """
    variant = VariantModel(search.model, mutant)
    place = list(variant.at_the_place()) if _all_hangs_on_the_place(mutant) else None
    if place == []:
        return Unsettled.NONE
    changes = [*variant.apart(), *variant.levels_apart()]
    variant.settle()
    with search.beside(variant):
        if place is not None:
            # What is asked is noticed by itself; of everything else more must come of it.
            noticed = mutant.kind == "question"
            example = search.example(some(each[2] for each in place), neat=noticed)
            if example is Unsettled.NONE:
                return Unsettled.NONE
            if noticed and not isinstance(example, Unsettled):
                return _apart(variant, changes, example)
        return _shown(search, variant, changes)


def _all_hangs_on_the_place(mutant: Mutant) -> bool:
    """Whether a mistake can be noticed only where the truth of its element is another."""
    if mutant.kind == "rule":
        return all(one.guards == other.guards and one.within == other.within for one, other in mutant.pairs())
    return mutant.kind in {"question", "finding", "guard"}


def _shown(search: Search, variant: VariantModel, changes: list[Change]) -> Apart | Unsettled:
    """Search for an interview, without products of unknowns first."""
    plain = [each for each in changes if not variant.products_of(each[2])]
    settled = Unsettled.NONE
    for parts in (plain, changes) if len(plain) < len(changes) else (plain,):
        example = search.example(some(formula for _, _, formula in parts), neat=True)
        if not isinstance(example, Unsettled):
            return _apart(variant, changes, example)
        settled = example
    return settled


def _apart(variant: VariantModel, changes: list[Change], example: Any) -> Apart:
    came = (f"{kind} {name}".strip() for kind, name, formula in changes if is_true(example, formula))
    return Apart(interview_of(variant.first, example), tuple(dict.fromkeys(came)))
