"""Hold the properties of a protocol against interviews drawn by chance, and print each that is false with an example.

An interview begins as a patient written by hand; some answers come from another patient, some from the values that
conditions can tell apart, so that limits are met often. What did not apply is left out, as nobody would have been
asked. Proof covers all interviews; this finds in minutes what is plainly wrong, without a solver.

    python -m campaigns.properties [PROTOCOL] [--interviews N] [--seed N]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from random import Random

from chatbot.content.checks.vignettes import patients, run
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.content.package import read_package
from chatbot.core.answers import accept
from chatbot.core.case import Case
from chatbot.core.domains import atoms_by_question, representatives
from chatbot.core.findings import assess
from chatbot.core.property_tree import Implies
from chatbot.core.protocol import Protocol
from chatbot.core.values import BARE_STATUSES, Answer, Source, ValueProblem, to_stored
from chatbot.proof.properties import load_properties
from chatbot.proof.situation import Situation, broken, situation_of


def cases_of(name: str, protocol: Protocol) -> list[Case]:
    """Return the patients of a protocol; those that come back after an earlier visit are left out."""
    folder = find_protocol(name, protocols_folder())
    package = read_package(folder, str(folder))
    found = [run(protocol, patient, patient.answers()).case for patient in patients(package, [])]
    return [case for case in found if case is not None and case.earlier is None]


def drawn(protocol: Protocol, cases: Sequence[Case], random: Random) -> Iterator[tuple[Case, Situation]]:
    """Yield interviews without end, each with the patient it began as."""
    while True:
        begun, other = random.choice(cases), random.choice(cases)
        answers = dict(begun.answers)
        share = random.choice((0.02, 0.1, 0.4))
        for key in protocol.questions:
            if random.random() < share and key in other.answers:
                answers[key] = _today(other.answers[key], begun)
            elif random.random() < share / 2:
                answers[key] = _by_chance(protocol, key, begun, random)
        assessment = assess(protocol, answers, begun.as_of)
        answers = {key: answer for key, answer in answers.items() if assessment.applies[key] is not False}
        asked = replace(begun, answers=answers, assessment=assess(protocol, answers, begun.as_of))
        yield begun, situation_of(protocol, asked)


def _today(answer: Answer, case: Case) -> Answer:
    return Answer(answer.value, answer.status, answer.source, case.as_of, reason=answer.reason)


def _by_chance(protocol: Protocol, key: str, case: Case, random: Random) -> Answer:
    question = protocol.questions[key]
    values = list(representatives(question, atoms_by_question(protocol).get(key, ()), case.as_of))
    if values and random.random() < 0.85:
        value = random.choice(values)
        try:
            return Answer(accept(question, to_stored(value), case.as_of), None, Source.PATIENT, case.as_of)
        except ValueProblem:
            pass  # a class that only a day still to come would be in
    return Answer(None, random.choice(BARE_STATUSES), Source.PATIENT, case.as_of)


def spelled(situation: Situation, begun: Case) -> str:
    """Say how an interview differs from the patient it began as."""
    before, after = begun.answers, situation.answers
    return ", ".join(
        f"{key} = {_said(after.get(key))}" for key in {**before, **after} if before.get(key) != after.get(key)
    )


def _said(answer: Answer | None) -> str:
    if answer is None:
        return "not asked"
    return str(to_stored(answer.value)) if answer.value is not None else str(answer.status)


def main() -> int:
    """Run from the command line. Returns 1 when a property is false."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("protocol", nargs="?", default="post_surgical_back_pain")
    parser.add_argument("--interviews", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    protocol = load_protocol(options.protocol)
    properties = load_properties(find_protocol(options.protocol, protocols_folder()), protocol)
    false: dict[str, str] = {}
    times: Counter[str] = Counter()
    source = drawn(protocol, cases_of(options.protocol, protocol), Random(options.seed))
    for begun, situation in islice(source, options.interviews):
        for each in properties:
            if isinstance(each.claim, Implies) and broken(each, situation):
                times[each.id] += 1
                example = spelled(situation, begun)
                false[each.id] = min(false.get(each.id, example), example, key=len)
    for name, example in false.items():
        print(f"{name}: false on {times[name]} of {options.interviews}, as with {example}")
    print(f"{len(properties)} properties, {len(false)} false on {options.interviews} interviews")
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
