"""Theorems about what stands beside questions and rules: references, tables of alarm symptoms, and the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chatbot.core.findings import FlagState
from chatbot.core.protocol import Citation, Protocol
from chatbot.core.tree import Node
from chatbot.proof.interviews import Search
from chatbot.proof.model import Model
from chatbot.proof.theorems import Verdict, refuted
from chatbot.proof.truths import both, every, no


@dataclass(frozen=True, slots=True)
class AlarmTable:
    """A table of an alarm symptom: who has the symptom raises one of its red flags."""

    name: str
    symptom: Node
    flags: tuple[str, ...]
    allowed: tuple[Node, ...]
    """When none of them need be raised."""


def caught(model: Model, search: Search, tables: Sequence[AlarmTable]) -> Iterator[Verdict]:
    """Everybody with the symptom of an alarm table raises one of its flags, but for its exceptions."""
    for table in tables:
        clear = every(model.flag(name, FlagState.CLEAR) for name in table.flags)
        allowed = every(no(model.node(node).true) for node in table.allowed)
        found = search.find(model.node(table.symptom).true, clear, allowed)
        yield Verdict("alarm_tables", "table", table.name, *refuted(found))


def ends(model: Model, search: Search) -> Iterator[Verdict]:
    """No dead end: an interview can be finished, and a question that cannot apply has others that can be asked."""
    protocol = model.protocol
    finished = search.example(model.complete, model.safety_resolved())
    holds, _ = refuted(finished)
    yield Verdict("ends", "protocol", protocol.id, None if holds is None else not holds, (), "can never be finished")
    for key, question in protocol.questions.items():
        for reason in question.cannot_apply:
            for other in reason.substitute:
                chosen = both(no(model.applies(key).false), model.given(key).reasons[reason.id])
                found = search.find(chosen, model.applies(other).false)
                name = f"{key} cannot apply: {reason.id}"
                yield Verdict("ends", "answer", name, *refuted(found), f"{other} stands in for it and is not asked")


def cited(protocol: Protocol, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Every reference stands behind something that can happen; *verdicts* are those of *reachable* and *live*."""
    dead = {(each.kind, each.name) for each in verdicts if each.holds is False and not each.excuse}
    behind: dict[str, list[tuple[str, str]]] = {name: [] for name in protocol.references}
    for kind, name, cites in _citing(protocol):
        for each in cites:
            behind[each.reference].append((kind, name))
    for reference, citing in behind.items():
        holds = any(each not in dead for each in citing)
        note = "" if holds else f"only {', '.join(' '.join(each) for each in citing) or 'nothing'} cites it"
        yield Verdict("cited", "reference", reference, holds, (), note)


def _citing(protocol: Protocol) -> Iterator[tuple[str, str, Sequence[Citation]]]:
    for key, question in protocol.questions.items():
        yield "question", key, question.cites
    for name, finding in protocol.findings.items():
        yield "finding", name, finding.cites
    for name, flag in protocol.red_flags.items():
        yield "flag", name, flag.cites
    for name, rule in protocol.rules.items():
        yield "rule", name, (*rule.cites, *(() if rule.neutral is None else rule.neutral.cites))
    for name, hypothesis in protocol.hypotheses.items():
        yield "hypothesis", name, hypothesis.cites
    for name, instrument in protocol.instruments.items():
        yield "instrument", name, instrument.cites
        for band in instrument.bands:
            yield "instrument", name, band.cites
    for name, conflict in protocol.conflicts.items():
        for side in conflict.sides:
            yield "conflict", name, side.cites
    for tier in protocol.safety_net:
        yield "safety net", "", tier.cites
