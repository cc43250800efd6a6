"""What the engine says of an interview with and without a mistake, and the least change of a patient that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from chatbot.core.case import Case
from chatbot.core.domains import atoms_by_question, representatives
from chatbot.core.findings import Assessment, FlagState, assess, reassess
from chatbot.core.numbers import Reading, read_number
from chatbot.core.outcome import SHOWN_STATUSES, conflicts_shown, hypothesis_state, outcome
from chatbot.core.protocol import SAFETY_CATEGORY, Protocol
from chatbot.core.urgency import contribution, safety_resolved
from chatbot.core.values import Answer, Source, Status, Value, decimal_text
from chatbot.proof.mutant_patients import WrittenCase, assessed_with, otherwise
from chatbot.proof.mutants import Mutant

Readings = Mapping[str, str]
"""What comes out, by what it is."""

MOST_QUESTIONS, PATIENTS_OF_A_WAY = 30, 3
"""How many questions, and how many patients of each way the element comes out, are tried with another answer."""

MOST_PATIENTS = 12
"""Among how many patients that come out otherwise the one with the fewest differences is sought."""


def readings(protocol: Protocol, assessment: Assessment) -> Readings:
    """Return everything by which somebody could notice a mistake, but for texts and the order of asking."""
    return dict(_readings(protocol, assessment))


def _readings(protocol: Protocol, assessment: Assessment) -> Iterator[tuple[str, str]]:
    came, facts = outcome(protocol, assessment), assessment.facts
    yield "urgency", came.urgency.value
    yield "scope", came.scope.value
    yield "safety_resolved", _word(safety_resolved(protocol, assessment))
    for name, state in came.flags.items():
        level = contribution(protocol.red_flags[name], state)
        yield f"flag {name}", state.value if state is FlagState.CLEAR else f"{state.value} ({level or 'no urgency'})"
    for name, rule in protocol.rules.items():
        status = came.statuses[name]
        yield f"rule {name}", status
        if status in SHOWN_STATUSES:
            yield f"rule {name} is due", rule.within
            if rule.category == SAFETY_CATEGORY:
                guards = [(each.guard, came.guards[each.guard]) for each in rule.guards]
                held = ", ".join(f"{guard} {_word(state)}" for guard, state in guards if state is not False)
                yield f"guards of {name}", held or "none"
    for name, hypothesis in protocol.hypotheses.items():
        yield f"hypothesis {name}", hypothesis_state(hypothesis, facts)
    shown = conflicts_shown(protocol, came.statuses)
    for name in protocol.conflicts:
        yield f"conflict {name}", "shown" if name in shown else "not shown"
    for key, applies in assessment.applies.items():
        yield f"question {key} applies", _word(applies)
    for name in protocol.numbers:
        yield f"number {name}", _number(read_number(protocol, facts, name))


def _word(value: object) -> str:
    return {True: "true", False: "false", None: "unknown"}[value]  # type: ignore[index]


def _number(read: Reading) -> str:
    if read.value is not None:
        return decimal_text(read.value)
    return f"at least {decimal_text(read.at_least)}" if read.at_least is not None else _applies(read)


def _applies(read: Reading) -> str:
    return "unknown" if read.applies else "does not apply"


def differing(ours: Readings, theirs: Readings) -> list[str]:
    """Return what comes out otherwise, in words, decisions before what follows from them."""
    found = []
    for name in {**ours, **theirs}:
        one, other = ours.get(name, "nothing"), theirs.get(name, "nothing")
        if one != other:
            found.append(f"{name}: {one}, with the mistake {other}")
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """An interview that tells a mutant from the original, as a patient written by hand with other answers."""

    patient: str
    answers: Mapping[str, Answer]
    """Answers that are other than the patient's."""
    without: tuple[str, ...]
    """Questions the patient answered, and nobody is asked here."""
    region: str | None
    """Another region than the patient's; empty: none known."""
    differs: tuple[str, ...]
    """What comes out otherwise."""


class Tellers:
    """The patients of a protocol with their readings, to show mistakes on."""

    def __init__(self, protocol: Protocol, written: Sequence[WrittenCase]) -> None:
        self.protocol, self.written = protocol, written
        self._readings: dict[str, Readings] = {}

    def readings(self, each: WrittenCase) -> Readings:
        """Return the readings of a patient without a mistake."""
        if each.name not in self._readings:
            self._readings[each.name] = readings(self.protocol, each.case.assessment)
        return self._readings[each.name]

    def unnoticed(self, mutant: Mutant) -> Shown | None:
        """Return a patient that comes out otherwise, whether anything expected of it says so or not."""
        best: Shown | None = None
        tried = 0
        for each, after in otherwise(mutant, self.written):
            found = differing(self.readings(each), readings(mutant.protocol, after.assessment))
            if found:
                tried += 1
                if best is None or len(found) < len(best.differs):
                    best = Shown(each.name, {}, (), None, tuple(found))
                if tried == MOST_PATIENTS:
                    break
        return best

    def one_answer(self, mutant: Mutant) -> Shown | None:
        """Return a patient who would come out otherwise if one answer were another, tried on a few of them."""
        behind = questions_behind(self.protocol, mutant)[:MOST_QUESTIONS]
        for each in self._unlike(mutant):
            for key in behind:
                if each.case.assessment.applies[key] is False:
                    continue
                for answer in _other_answers(self.protocol, key, each.case):
                    shown = self._with_one(mutant, each, key, answer)
                    if shown is not None:
                        return shown
        return None

    def _unlike(self, mutant: Mutant) -> list[WrittenCase]:
        """Return the patients to try: a few of each way in which the element comes out."""
        ways: dict[object, list[WrittenCase]] = {}
        for each in self.written:
            if not each.case.assessment.aged and each.case.earlier is None:
                facts = each.case.assessment.facts
                way = [element.when.evaluate(facts) for element, _ in mutant.pairs() if getattr(element, "when", None)]
                ways.setdefault(tuple(way), []).append(each)
        return [each for found in ways.values() for each in found[:PATIENTS_OF_A_WAY]]

    def _with_one(self, mutant: Mutant, each: WrittenCase, key: str, answer: Answer) -> Shown | None:
        before, answers = each.case.assessment, {**each.case.answers, key: answer}
        changed = reassess(self.protocol, before, answers, (key,))
        case = replace(each.case, answers=answers, assessment=changed)
        if assessed_with(mutant, case) is None:
            return None
        without = tuple(other for other in answers if changed.applies[other] is False and other in answers)
        if without:
            answers = {other: given for other, given in answers.items() if other not in without}
            case = replace(case, answers=answers, assessment=reassess(self.protocol, before, answers, (key, *without)))
        after = assessed_with(mutant, case)
        if after is None:
            return None
        ours = readings(self.protocol, case.assessment)
        found = differing(ours, readings(mutant.protocol, after))
        left_out = tuple(other for other in without if other in each.case.answers)
        return Shown(each.name, {key: answer}, left_out, None, tuple(found)) if found else None

    def near(self, mutant: Mutant, assessment: Assessment, answers: Mapping[str, Answer]) -> Shown | None:
        """Return what a patient would have to answer otherwise to come out otherwise, from an interview that does.

        None where the engine sees no difference on that interview.
        """
        behind = questions_behind(self.protocol, mutant)
        alike = [each for each in self.written if each.case.as_of == assessment.as_of and not each.case.assessment.aged]

        def distance(each: WrittenCase) -> int:
            return sum(1 for key in behind if _value(each.case.answers, key) != _value(answers, key))

        found: Shown | None = None
        for each in sorted(alike, key=distance)[:3]:
            shown = _Reducing(mutant, assessment, each).shown(answers, behind)
            if shown is not None and (found is None or _size(shown) < _size(found)):
                found = shown
        return found


def _size(shown: Shown) -> int:
    return len(shown.answers) + len(shown.without) + (shown.region is not None)


def _value(answers: Mapping[str, Answer], key: str) -> object:
    answer = answers.get(key)
    return None if answer is None else (answer.value, answer.status, answer.reason)


def questions_behind(protocol: Protocol, mutant: Mutant) -> list[str]:
    """Return the questions that the element with the mistake reads, with and without it, and when they apply."""
    seen: set[str] = set(mutant.changed) if mutant.kind == "question" else set()
    waiting: list[str] = []
    for pair in mutant.pairs():
        for element in pair:
            clues = (*element.for_, *element.against) if mutant.kind == "hypothesis" else (element,)
            for clue in clues:
                for condition in (getattr(clue, "when", None), getattr(clue, "unless", None)):
                    if condition is not None:
                        waiting += protocol.questions_behind(condition)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            when = protocol.questions[key].when
            waiting += [] if when is None else protocol.questions_behind(when)
    return [key for key in protocol.questions if key in seen]


def _other_answers(protocol: Protocol, key: str, case: Case) -> Iterator[Answer]:
    """Yield an answer of each class that conditions tell apart, and that it is not known."""
    for value in _values(protocol, key, case.as_of):
        if key not in case.answers or case.answers[key].value != value:
            yield Answer(value, None, Source.PATIENT, case.as_of)
    yield Answer(None, Status.UNKNOWN, Source.PATIENT, case.as_of)


@lru_cache(maxsize=4_096)
def _values(protocol: Protocol, key: str, as_of: datetime) -> tuple[Value, ...]:
    return tuple(representatives(protocol.questions[key], atoms_by_question(protocol).get(key, ()), as_of))


class _Reducing:
    """Takes answers of an interview back to those of a patient while the mistake still shows."""

    def __init__(self, mutant: Mutant, assessment: Assessment, each: WrittenCase) -> None:
        self.mutant, self.each, self.as_of = mutant, each, assessment.as_of
        self.region = assessment.region

    def differs(self, answers: Mapping[str, Answer], region: str) -> list[str]:
        sides = []
        for protocol in (self.mutant.original, self.mutant.protocol):
            sides.append(readings(protocol, assess(protocol, answers, self.as_of, region=region)))
        return differing(*sides)

    def shown(self, answers: Mapping[str, Answer], behind: Sequence[str]) -> Shown | None:
        theirs, region = self.each.case.answers, self.region
        if not self.differs(answers, region):
            return None
        keys = [key for key in self.mutant.original.questions if _value(answers, key) != _value(theirs, key)]
        others = [key for key in keys if key not in set(behind)]
        answers = self.reverted(answers, others, region)
        for key in keys:
            if _value(answers, key) != _value(theirs, key):
                answers = self.reverted(answers, [key], region)
        home = self.each.case.assessment.region
        if region != home and self.differs(answers, home):
            region = home
        applies = assess(self.mutant.original, answers, self.as_of, region=region).applies
        asked = {key: answer for key, answer in answers.items() if applies[key] is not False}
        if found := self.differs(asked, region):
            answers = asked
        else:
            found = self.differs(answers, region)
        changed = {key: answer for key, answer in answers.items() if _value(theirs, key) != _value(answers, key)}
        without = tuple(key for key in theirs if key not in answers)
        return Shown(self.each.name, changed, without, None if region == home else region, tuple(found))

    def reverted(self, answers: Mapping[str, Answer], keys: Sequence[str], region: str) -> Mapping[str, Answer]:
        """Return the answers with some as the patient gave them, as far as the mistake still shows."""
        if not keys:
            return answers
        theirs = self.each.case.answers
        kept = {key: answer for key, answer in answers.items() if key not in set(keys)}
        tried = kept | {key: theirs[key] for key in keys if key in theirs}
        if self.differs(tried, region):
            return tried
        if len(keys) == 1:
            return answers
        half = len(keys) // 2
        return self.reverted(self.reverted(answers, keys[:half], region), keys[half:], region)
