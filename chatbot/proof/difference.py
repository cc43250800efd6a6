"""How one interview differs from another in its answers, small enough to be kept and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.core import commands as cmd
from chatbot.core.batch import NotAccepted
from chatbot.core.case import Case, answer_in, assessed
from chatbot.core.findings import reassess
from chatbot.core.navigation import checked_answer
from chatbot.core.protocol import Protocol
from chatbot.core.site import REGION_FACT, region_of
from chatbot.core.values import Answer, Status, Stored, to_stored


@dataclass(frozen=True, slots=True)
class Difference:
    """Answers given otherwise, answers not given, and another region."""

    given: Mapping[str, cmd.GiveAnswer] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    """Of a table answered in both: the cells that differ; None is left empty."""
    without: frozenset[str] = frozenset()
    region: str | None = None
    """Empty: not known; None: as it was."""

    def then(self, later: Difference) -> Difference:
        """Return this difference and another one on top of it; neither speaks of cells."""
        given = {key: each for key, each in self.given.items() if key not in later.without}
        region = self.region if later.region is None else later.region
        without = (self.without - later.given.keys()) | later.without
        return Difference({**given, **later.given}, {}, without, region)

    def beside(self, protocol: Protocol, case: Case) -> Difference:
        """Leave out what a case says already, of tables too."""
        given, cells = dict(self.given), dict(self.cells)
        for key, command in self.given.items():
            before = case.answers.get(key)
            if says(before, command):
                del given[key]
            elif before is not None and isinstance(before.value, Mapping) and isinstance(command.value, dict):
                both = {**before.value, **command.value}
                after = {cell: command.value.get(cell) for cell in both}
                cells[key] = {cell: after[cell] for cell in both if before.value.get(cell) != after[cell]}
                del given[key]
        region = None if self.region == region_of(protocol, case.site) else self.region
        return Difference(given, cells, self.without & case.answers.keys(), region)

    def applied(self, protocol: Protocol, case: Case) -> Case:
        """Return the case that differs so, assessed; nothing is decided about what is asked next.

        Raises: KeyError for a question the protocol does not know, NotAccepted for an answer that does not fit.
        """
        if self == Difference():
            return case
        answers = {key: answer for key, answer in case.answers.items() if key not in self.without}
        commands = {**self.given, **{key: self._table(case, key) for key in self.cells}}
        for key, command in commands.items():
            event = checked_answer(protocol.questions[key], case, command)
            if isinstance(event, cmd.Refusal):
                raise NotAccepted(command, event)
            answers[key] = answer_in(protocol, case, event)
        case = replace(case, answers=answers)
        if self.region is not None:
            case = replace(case, site={**case.site, REGION_FACT: self.region})
            return replace(case, assessment=assessed(protocol, case))
        return replace(case, assessment=reassess(protocol, case.assessment, answers, (*commands, *self.without)))

    def _table(self, case: Case, key: str) -> cmd.GiveAnswer:
        before = case.answers[key].value
        cells = {**(before if isinstance(before, Mapping) else {}), **self.cells[key]}
        return _given(key, {cell: option for cell, option in cells.items() if option is not None})

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data; members that say nothing are left out."""
        values = {key: each.value for key, each in self.given.items() if each.value is not None}
        states = {key: _state(each) for key, each in self.given.items() if each.value is None}
        found = {"answers": values, "cells": self.cells, "states": states, "without": sorted(self.without)}
        region = {} if self.region is None else {"region": self.region}
        return {**{name: each for name, each in found.items() if each}, **region}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Difference:
        """Return what ``to_json`` gave."""
        given = {key: _given(key, value) for key, value in data.get("answers", {}).items()}
        for key, state in data.get("states", {}).items():
            status, _, reason = state.partition(": ")
            given[key] = cmd.GiveAnswer(key, status=status, via="file", reason=reason or None)
        return Difference(given, data.get("cells", {}), frozenset(data.get("without", ())), data.get("region"))


def says(answer: Answer | None, command: cmd.GiveAnswer) -> bool:
    """Whether an answer says what a command would."""
    if answer is None:
        return False
    if answer.status is not None:
        return (answer.status.value, answer.reason) == (command.status, command.reason)
    return answer.value is not None and to_stored(answer.value) == command.value


def _given(key: str, value: Stored) -> cmd.GiveAnswer:
    return cmd.GiveAnswer(key, value=value, via="file", confirmed=True)


def _state(command: cmd.GiveAnswer) -> str:
    return f"{Status.CANNOT_APPLY.value}: {command.reason}" if command.reason else command.status or ""
