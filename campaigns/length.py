"""How long a routine interview is: questions, keys, and minutes by a model of words read aloud and keys.

    python -m campaigns.length [--protocol NAME] [--vignette NAME]

The shortest path is looked for from a vignette: other answers to one question, then to two, are taken whenever the
person stays in scope and routine with every red flag clear and fewer questions are asked. A grid, an instrument and a
field of a repeated group are a question each. Words are those a patient hears: what is asked, the options to choose
from, the introduction of a section. A list of yes/no questions
is read whole and takes one key besides its marks. The safety screen ends with its read-back: every answer read aloud,
a page turned, one key. The first safe plan is the one that may be shown after that.
Ends with 1 when a limit is passed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from chatbot.content.answers_file import assessed_case, read_answers
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.core.answers import answer_text, quick_span
from chatbot.core.case import Case
from chatbot.core.domains import atoms_by_question, representatives
from chatbot.core.effort import minutes, words_of, words_of_intro
from chatbot.core.findings import Assessment, FlagState, assess, network, reassess
from chatbot.core.protocol import Protocol, Question, QuestionBlock, QuestionType
from chatbot.core.read_back import safety_said
from chatbot.core.recheck import FEWEST
from chatbot.core.urgency import ScopeState, is_asked, plan_urgency, safety_asked, scope
from chatbot.core.values import Answer, Span, Urgency, Value, parse_span, to_stored

VIGNETTE = "routine_complete"

KEYS_OF_READ_BACK = 2
"""At 80 × 24 the answers of the safety screen take two pages."""

MOST_QUESTIONS, MOST_UNTIL_SAFE = 80, 32
MOST_KEYS_PER_QUESTION = 1.6
MOST_MINUTES = 12.0


@dataclass(frozen=True, slots=True)
class Length:
    """One interview, measured."""

    asked: tuple[str, ...]
    """Questions in the order of asking."""
    until_safe: int
    """How many of them until the safety screen is settled."""
    keys: int
    words: int
    words_until_safe: int
    keys_until_safe: int

    @property
    def keys_per_question(self) -> float:
        """Return the mean."""
        return self.keys / len(self.asked)

    @property
    def minutes(self) -> float:
        """Return how long the whole interview takes by the model."""
        return minutes(self.words, self.keys, len(self.asked))

    @property
    def minutes_until_safe(self) -> float:
        """Return how long it takes until a first safe plan."""
        return minutes(self.words_until_safe, self.keys_until_safe, self.until_safe)

    @property
    def holds(self) -> bool:
        """Whether every limit is met."""
        return (
            len(self.asked) <= MOST_QUESTIONS
            and self.until_safe <= MOST_UNTIL_SAFE
            and self.keys_per_question <= MOST_KEYS_PER_QUESTION
            and self.minutes_until_safe <= MOST_MINUTES
        )

    def lines(self) -> list[str]:
        """Return the measures as text."""
        return [
            f"  questions {len(self.asked)} (limit {MOST_QUESTIONS}), until the safety screen settles {self.until_safe}"
            f" (limit {MOST_UNTIL_SAFE})",
            f"  keys {self.keys}, {self.keys_per_question:.2f} a question (limit {MOST_KEYS_PER_QUESTION})",
            f"  words {self.words}; minutes {self.minutes:.1f}, until a first safe plan {self.minutes_until_safe:.1f}"
            f" (limit {MOST_MINUTES:.0f})",
        ]


def measured(protocol: Protocol, case: Case) -> Length:
    """Return the length of the interview in which these answers are given, each when it is asked."""
    answers: dict[str, Answer] = {}
    asked: list[str] = []
    keys = words = 0
    listed: frozenset[str] = frozenset()
    until: tuple[int, int, int] | None = None
    heard: set[str] = set()
    assessment = assess(protocol, answers, case.as_of)
    while (key := _next(protocol, assessment, answers)) is not None:
        answers[key] = case.answers[key]
        asked.append(key)
        question = protocol.questions[key]
        if key not in listed and (block := _list_at(protocol, assessment, answers, key)) is not None:
            listed, keys = frozenset(block.questions), keys + 1
            words += len(block.ask.patient.split())
        keys += case.answers[key].value != "no" if key in listed else keys_of(question, case.answers[key], protocol)
        words += heard_words(protocol, question, heard)
        assessment = reassess(protocol, assessment, answers, (key,))
        if until is None and safety_asked(protocol, assessment):
            words += _words_read_back(protocol, answers, assessment)
            keys += KEYS_OF_READ_BACK
            until = (len(asked), words, keys)
    settled = until or (len(asked), words, keys)
    return Length(tuple(asked), settled[0], keys, words, settled[1], settled[2])


def _list_at(
    protocol: Protocol, assessment: Assessment, answers: Mapping[str, Answer], key: str
) -> QuestionBlock | None:
    """Return the list that a question begins; None where it is asked by itself."""
    section = protocol.sections[protocol.questions[key].section]
    block = next((each for each in section.blocks if key in each.questions), None)
    if block is None:
        return None
    lines = [each for each in block.questions if assessment.applies[each] is True and each not in {*answers} - {key}]
    return block if len(lines) >= FEWEST else None


def _words_read_back(protocol: Protocol, answers: Mapping[str, Answer], assessment: Assessment) -> int:
    """Return how many words are read aloud when the answers of the safety screen are read back."""
    words = 0
    for key in safety_said(protocol, answers, assessment):
        question = protocol.questions[key]
        words += len(question.named.patient.split())
        words += len(answer_text(protocol.labels, question, answers[key], "patient").split())
    return words


def _next(protocol: Protocol, assessment: Assessment, answers: Mapping[str, Answer]) -> str | None:
    for key in network(protocol).ask_order:
        if key not in answers and is_asked(protocol, assessment, key):
            return key
    return None


def heard_words(protocol: Protocol, question: Question, heard: set[str]) -> int:
    """Return how many words are read aloud. *heard* are sections whose introduction was read."""
    first = question.section not in heard
    heard.add(question.section)
    return words_of(question) + (words_of_intro(protocol, question.section) if first else 0)


def keys_of(question: Question, answer: Answer, protocol: Protocol) -> int:
    """Return how many keys give an answer on the full screen."""
    value = answer.value
    if value is None:
        return 1
    if question.type is QuestionType.INSTRUMENT:
        assert isinstance(value, Mapping)
        return len(value)  # one key an item; the last one gives the whole
    if isinstance(value, Mapping):
        marked = sum(option != question.normal for option in value.values())
        return 1 if not marked else 2 * marked + 1
    if question.type is QuestionType.SEVERAL:
        exclusive = {option.id for option in question.options if option.exclusive}
        assert isinstance(value, tuple)
        return 1 if set(value) <= exclusive else len(value) + 1
    if question.type in {QuestionType.NUMBER, QuestionType.DATE, QuestionType.TEXT}:
        return 1 if _has_a_key(question, value, answer.given) else len(str(to_stored(value))) + 1
    return 1


def _has_a_key(question: Question, value: Value, as_of: datetime) -> bool:
    """Whether a quick date stands for a date: some time ago, as people say it."""
    if not isinstance(value, Span):
        return False
    spans = [parse_span(quick_span(quick, as_of)) for quick in question.quick]
    return any(span.first <= value.first and value.last <= span.last for span in spans)


# --- the shortest path ----------------------------------------------------------------------------


def shortest(protocol: Protocol, case: Case) -> Case:
    """Return the case with other answers under which fewer questions are asked and the person stays routine.

    A question that has no answer because it is not asked of *case* is given one that raises nothing. The search is
    local: what it finds may not be the shortest there is, and can only make the count too high.
    """
    best = case
    length = _count(protocol, best)
    improved = True
    while improved:
        improved = False
        for key in list(best.answers):
            for value in _others(protocol, best, key):
                other = _with(protocol, best, key, value)
                if other is not None and (asked := _count(protocol, other)) < length:
                    best, length, improved = other, asked, True
    return _tables_left_normal(protocol, best)


def _tables_left_normal(protocol: Protocol, case: Case) -> Case:
    """Leave tables normal where that says the same of the person: no finding changes."""
    for key in case.answers:
        question = protocol.questions[key]
        if question.type is QuestionType.GRID and question.normal is not None:
            value = {f"{row.id}.{column.id}": question.normal for row in question.rows for column in question.columns}
            other = _with(protocol, case, key, value)
            if other is not None and other.assessment.facts.findings == case.assessment.facts.findings:
                case = other
    return case


def _others(protocol: Protocol, case: Case, key: str) -> tuple[Value, ...]:
    question = protocol.questions[key]
    if question.type in {QuestionType.TEXT, QuestionType.GRID}:
        return ()
    return representatives(question, atoms_by_question(protocol).get(key, ()), case.as_of)


def _with(protocol: Protocol, case: Case, key: str, value: Value) -> Case | None:
    """Return a case with another answer; None where it is not routine any more or asks what has no answer."""
    answers = {**case.answers, key: replace(case.answers[key], value=value, status=None)}
    assessment = reassess(protocol, case.assessment, answers, (key,))
    other = replace(case, answers=answers, assessment=assessment)
    return other if _is_routine(protocol, other) and _answered(protocol, other) else None


def _is_routine(protocol: Protocol, case: Case) -> bool:
    clear = all(state is FlagState.CLEAR for state in case.assessment.flags.values())
    routine = plan_urgency(protocol, case.assessment) is Urgency.ROUTINE
    return clear and routine and scope(protocol, case.assessment) is ScopeState.IN


def _answered(protocol: Protocol, case: Case) -> bool:
    return all(key in case.answers for key in protocol.questions if is_asked(protocol, case.assessment, key))


def _count(protocol: Protocol, case: Case) -> int:
    return sum(is_asked(protocol, case.assessment, key) for key in protocol.questions)


def vignette_case(protocol: Protocol, folder: Path, name: str = VIGNETTE) -> Case:
    """Return the case of a vignette."""
    file = read_answers(folder / "vignettes" / f"{name}.yaml")
    assert file.as_of is not None
    return assessed_case(protocol, file, file.as_of)


def main(arguments: list[str] | None = None) -> int:
    """Measure the vignette and the shortest path found from it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--protocol")
    parser.add_argument("--vignette", default=VIGNETTE)
    options = parser.parse_args(arguments)
    protocol = load_protocol(options.protocol)
    case = vignette_case(protocol, find_protocol(options.protocol, protocols_folder()), options.vignette)
    found = measured(protocol, case)
    short = shortest(protocol, case)
    best = measured(protocol, short)
    changed = [key for key in best.asked if short.answers[key].value != case.answers[key].value]
    print("\n".join([options.vignette, *found.lines(), "the shortest path found", *best.lines()]))
    print(f"  other answers: {', '.join(changed) or 'none'}")
    print(f"  not asked any more: {', '.join(key for key in found.asked if key not in best.asked) or 'none'}")
    return 0 if best.holds else 1


if __name__ == "__main__":
    sys.exit(main())
