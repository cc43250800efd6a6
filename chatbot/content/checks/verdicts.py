"""Searches for answers, remembered from one check to the next under everything that can change what they find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chatbot.core.protocol import Protocol, Question
from chatbot.core.satisfy import MOST_STEPS, Goal, Reading, Verdict, find
from chatbot.core.tree import Node, findings_of, questions_of, walk

Found = Mapping[str, Reading] | Verdict


class Verdicts:
    """What searches found. Of one folder: a search is done again when a condition behind it has changed."""

    def __init__(self) -> None:
        self._found: dict[object, Found] = {}
        self._protocol: Protocol | None = None
        self._definitions: dict[str, object] = {}

    def find(self, protocol: Protocol, goals: Sequence[Goal], day: datetime, most: int = MOST_STEPS) -> Found:
        """Return what ``satisfy.find`` returns."""
        key = (tuple(goals), day, most, self._behind(protocol, [goal.node for goal in goals]))
        if key not in self._found:
            self._found[key] = find(protocol, goals, day, most=most)
        return self._found[key]

    def _behind(self, protocol: Protocol, nodes: list[Node]) -> frozenset[tuple[str, object]]:
        """Return the definition of every question and finding that nodes hang on."""
        if protocol is not self._protocol:
            self._protocol, self._definitions = protocol, {}
        seen: dict[str, object] = {}
        waiting = list(nodes)
        while waiting:
            for node in walk(waiting.pop()):
                for name in findings_of(node):
                    if name not in seen and name in protocol.findings:
                        finding = protocol.findings[name].when
                        seen[name] = finding.text
                        waiting.append(finding.tree)
                for key in questions_of(node):
                    if key not in seen and key in protocol.questions:
                        question = protocol.questions[key]
                        seen[key] = self._definition(question)
                        waiting += [] if question.when is None else [question.when.tree]
        return frozenset(seen.items())

    def _definition(self, question: Question) -> object:
        if question.id not in self._definitions:
            self._definitions[question.id] = (
                question.type,
                tuple((option.id, option.exclusive, option.grade) for option in question.options),
                tuple((axis.id, axis.options) for axis in (*question.rows, *question.columns)),
                (question.minimum, question.maximum, question.group, question.row),
                "" if question.when is None else question.when.text,
                tuple((reason.id, reason.substitute) for reason in question.cannot_apply),
            )
        return self._definitions[question.id]
