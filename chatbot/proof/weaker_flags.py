"""Red flags that do less than they should, one at a time: left out, narrowed, lowered, or cleared by more.

They are those mutants of a flag that never make it weigh more and sometimes less; clearing it wherever a comparison
of its condition is so, or is not so, is added to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from chatbot.core.condition import Condition, without_constants
from chatbot.core.findings import PLAN_STATES
from chatbot.core.protocol import Protocol, RedFlag
from chatbot.core.resolve import Symbols, resolve
from chatbot.core.syntax import Joined, parse
from chatbot.core.values import Urgency
from chatbot.proof.claims import Refutation
from chatbot.proof.interviews import Search, Unsettled, interview_of
from chatbot.proof.model import Model
from chatbot.proof.mutant_conditions import comparisons, negated
from chatbot.proof.mutants import Mutant, mutants
from chatbot.proof.second import Change
from chatbot.proof.truths import Formula, both, some
from chatbot.proof.variant import VariantModel

WAYS = ("removed", "narrowed", "lowered", "if unknown", "unless")
"""Ways in which a flag may do less."""

SEVERE = (Urgency.EMERGENCY, Urgency.SAME_DAY)


def candidates(protocol: Protocol, symbols: Symbols, urgencies: Collection[Urgency] = SEVERE) -> Iterator[Mutant]:
    """Yield the mutants of flags of some urgencies that may make them do less, in content order."""
    by_flag: dict[str, list[Mutant]] = {}
    for each in mutants(protocol, symbols, ("flag",)):
        by_flag.setdefault(each.name, []).append(each)
    for name, flag in protocol.red_flags.items():
        if flag.urgency in urgencies:
            yield from sorted(
                (*by_flag[name], *_cleared(protocol, symbols, flag)), key=lambda each: WAYS.index(way(each))
            )


def way(mutant: Mutant) -> str:
    """Return in which way a flag with a mistake does less."""
    said = mutant.id.removeprefix(f"flag {mutant.name}")
    if said.startswith(" when: "):
        return "narrowed"
    if mutant.operator == "unless" or said.startswith(" unless: "):
        return "unless"
    return {"remove": "removed", "urgency": "lowered", "if_unknown": "if unknown"}[mutant.operator]


def variant_of(mutant: Mutant) -> str:
    """Return the id by which a declared backup names a weaker flag: ``flag: what is other``."""
    return mutant.id.removeprefix("flag ")


def _cleared(protocol: Protocol, symbols: Symbols, flag: RedFlag) -> Iterator[Mutant]:
    """Yield the flag cleared also where a comparison of its condition is so, and where it is not."""
    seen = set()
    unless = None if flag.unless is None else parse(flag.unless.text)
    for said, tree in comparisons(parse(flag.when.text), flag.when.text):
        for text, clears in ((said, tree), (f"not {said}", negated(tree))):
            node, _ = resolve(clears if unless is None else Joined("or", (unless, clears)), symbols)
            if node is not None and (plain := without_constants(node)) not in seen:
                seen.add(plain)
                words = f"flag {flag.id} unless: also '{text}'"
                other = replace(flag, unless=Condition(text, node))
                yield Mutant(protocol, words, "unless", "flag", flag.id, {flag.id: other})


# --- what becomes of it ---------------------------------------------------------------------------


def is_weaker(search: Search, mutant: Mutant) -> bool:
    """Whether a flag with a mistake never weighs more than without, and on some interview less."""
    if way(mutant) in {"lowered", "if unknown"}:
        return True
    variant = VariantModel(search.model, mutant)
    name = mutant.name
    heavier, lighter = some(_heavier(variant, search.model, name)), some(_heavier(search.model, variant, name))
    variant.settle()
    with search.beside(variant):
        return search.never(heavier) and not search.never(lighter)


def _heavier(one: Model, other: Model, name: str) -> Iterator[Formula]:
    """Yield when a flag weighs more in one model than in the other."""
    for place, state in enumerate(PLAN_STATES):
        yield both(one.flag(name, state), some(other.flag(name, lighter) for lighter in PLAN_STATES[:place]))


def told_by_plan(search: Search, mutant: Mutant) -> Refutation | Unsettled:
    """Return an interview on which the plan is another: its urgency, what is called for, or within what time.

    ``Unsettled.NONE``: there is none, so that other flags stand in for this one. The model of *search* is that of the
    original, built whole.
    """
    variant = VariantModel(search.model, mutant)
    changes: list[Change] = [*variant.urgency_apart()]
    changes += [each for each in variant.decisions() if each[0] == "rule"]
    changes += variant.done_apart()
    variant.settle()
    with search.beside(variant):
        example = search.example(some(formula for _, _, formula in changes), neat=True)
        return example if isinstance(example, Unsettled) else (interview_of(search.model, example),)
