"""Pairs of interviews kept as regressions: what they are, how they are written down, and whether they still hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chatbot.content.build import symbols_of
from chatbot.content.checks.vignettes import logic_of
from chatbot.core.batch import NotAccepted
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from chatbot.core.spell import spell
from chatbot.core.tree import Node
from chatbot.proof.difference import Difference
from chatbot.proof.mcdc import Side, Watched, watched
from chatbot.proof.mcdc_pairs import Pair, Why


class Goal(NamedTuple):
    """One atom of one condition, in words."""

    place: str
    """As ``Place`` is said: ``guard no_nsaid when``."""
    atom: str
    """As the language of conditions says it."""


@dataclass(frozen=True, slots=True)
class Record:
    """What was made for the atoms nobody shows."""

    protocol: str
    logic: str
    """Digest of everything but wordings of the protocol the record was made with."""
    pairs: Mapping[Goal, Pair]
    unshown: Mapping[Goal, Why]

    def text(self) -> str:
        """Return it as JSON, one line for each atom."""
        pairs = [
            {
                **goal._asdict(),
                "like": pair.like,
                "true": pair.true.to_json(),
                "false": pair.false.to_json(),
                "comes_to": [pair.side.condition, pair.side.other.condition],
            }
            for goal, pair in self.pairs.items()
        ]
        unshown = [{**goal._asdict(), "why": why.value} for goal, why in self.unshown.items()]
        head = {"protocol": self.protocol, "logic": self.logic}
        lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
        lines += [f'"{name}": {_lines(rows)}' for name, rows in (("pairs", pairs), ("unshown", unshown))]
        return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(rows: list[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"


def record_from(text: str) -> Record:
    """Return the record that a text says."""
    data = json.loads(text)
    pairs = {
        Goal(row["place"], row["atom"]): Pair(
            row["like"],
            Difference.from_json(row["true"]),
            Difference.from_json(row["false"]),
            Side(True, row["comes_to"][0]),
        )
        for row in data["pairs"]
    }
    unshown = {Goal(row["place"], row["atom"]): Why(row["why"]) for row in data["unshown"]}
    return Record(data["protocol"], data["logic"], pairs, unshown)


class Goals:
    """Every atom of a protocol by its words."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        bundle = json.loads(protocol.canonical)
        self.logic = logic_of(bundle).hex()
        symbols = symbols_of(bundle)
        self.atoms: dict[Goal, tuple[Watched, Node]] = {}
        for condition in watched(protocol):
            for atom in condition.atoms:
                self.atoms[Goal(str(condition.place), spell(atom, symbols))] = (condition, atom)

    def __iter__(self) -> Iterator[Goal]:
        return iter(self.atoms)

    def problem(self, goal: Goal, pair: Pair, patients: Mapping[str, Case]) -> str | None:
        """Say why a pair no longer shows its atom; None where it does."""
        if goal not in self.atoms:
            return "there is no such condition, or no such atom in it"
        if pair.like not in patients:
            return f"there is no patient called {pair.like!r}"
        condition, atom = self.atoms[goal]
        for difference, side in ((pair.true, pair.side), (pair.false, pair.side.other)):
            try:
                facts = difference.applied(self.protocol, patients[pair.like]).assessment.facts
            except KeyError as error:
                return f"there is no question called {error}"
            except NotAccepted as error:
                return f"{error.command.question}: {error}"
            truths = condition.truths(facts)
            came = condition.side(truths, atom)
            if came != side:
                now = "nothing hangs on the atom" if came is None else f"it is {_said(*came)}"
                return f"it was {_said(*side)}; {now}"
        return None

    def proved(self, record: Record, goal: Goal) -> Why | None:
        """Return the proof that an atom cannot be shown, where it was made with what the content says now."""
        why = record.unshown.get(goal)
        return why if record.logic == self.logic and why is not Why.UNDECIDED else None


def _said(atom: bool, condition: bool) -> str:
    return f"{str(atom).lower()} and the condition {str(condition).lower()}"
