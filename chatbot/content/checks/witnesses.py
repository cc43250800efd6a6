"""Whether every question can be asked and every option be chosen: by simulated patients, else by a generated witness.

A witness is a handful of answers under which a question is asked. It has no story and no reason, so it shows nothing
but that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chatbot.core.case import Case
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.values import Value, parse_moment
from chatbot.core.ways import way_to

CHOSEN_FROM = frozenset({QuestionType.YES_NO, QuestionType.CHOICE, QuestionType.SEVERAL, QuestionType.GRID})


@dataclass(frozen=True, slots=True)
class Reached:
    """How questions are asked and options chosen. A field of a group counts once."""

    by_hand: tuple[str, ...]
    """``question`` or ``question: option`` that vignettes and cases reach."""
    by_witness: tuple[str, ...]
    """Those that only a generated witness reaches."""
    never: tuple[str, ...]
    """Those to which no way was found."""

    def lines(self) -> list[str]:
        """Return the counts as text."""
        found = []
        for what, option in (("questions", False), ("options", True)):
            hand, witness, never = (
                [each for each in group if (": " in each) is option]
                for group in (self.by_hand, self.by_witness, self.never)
            )
            there = len(hand) + len(witness) + len(never)
            found.append(
                f"  {what:<12} {'reached':<18} {there - len(never):>4} of {there}, {len(hand)} by vignettes and cases,"
                f" {len(witness)} by generated witnesses"
            )
            if never:
                found.append(f"  not reached, {what}: {', '.join(never)}")
        return found

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "by_hand": len(self.by_hand),
            "by_generated_witness": list(self.by_witness),
            "never": list(self.never),
        }


def reached(protocol: Protocol, cases: Sequence[Case]) -> Reached:
    """Return what the cases reach, and what a generated witness reaches besides."""
    by_hand: dict[str, None] = {}
    for case in cases:
        for key, answer in case.answers.items():
            if case.assessment.applies[key] is True:
                question = protocol.questions[key]
                by_hand[_name(question)] = None
                if answer.value is not None:
                    by_hand.update(dict.fromkeys(_options(question, answer.value)))
    day = parse_moment(protocol.last_updated)
    by_witness: list[str] = []
    never: list[str] = []
    for question in protocol.questions.values():
        if question.row is not None and question.row > 1:
            continue
        missing = [each for each in _all(question) if each not in by_hand]
        if not missing:
            continue
        # A question is chosen from freely once it is asked, so one witness stands for all its options.
        found = way_to(protocol, question.id, {}, day) is not None
        (by_witness if found else never).extend(missing)
    return Reached(tuple(by_hand), tuple(by_witness), tuple(never))


def _name(question: Question) -> str:
    """Return a question's id; a field as ``group.field``."""
    return question.id if question.group is None else f"{question.group}.{question.id.rsplit('.', 1)[1]}"


def _all(question: Question) -> Iterator[str]:
    yield _name(question)
    if question.type in CHOSEN_FROM:
        for option in question.options:
            yield f"{_name(question)}: {option.id}"


def _options(question: Question, value: Value) -> Iterator[str]:
    chosen: tuple[str, ...] = ()
    if question.type in CHOSEN_FROM:
        if isinstance(value, str):
            chosen = (value,)
        elif isinstance(value, Mapping):
            chosen = tuple(value.values())
        elif isinstance(value, tuple):
            chosen = value
    for option in dict.fromkeys(chosen):
        yield f"{_name(question)}: {option}"
