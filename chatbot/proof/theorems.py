"""What holds of any protocol that is sound: everything can happen, and everything asked makes a difference.

Each theorem is a question to the solver about one thing of the content, answered by an interview (or two) that shows
it, or by the proof that there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chatbot.core.condition import Condition
from chatbot.core.findings import FlagState
from chatbot.core.protocol import Protocol, Question, QuestionType, RuleKind
from chatbot.core.tree import REGION
from chatbot.proof.answers import Given
from chatbot.proof.interviews import Interview, Search, Unsettled, interview_of, is_true
from chatbot.proof.model import Model
from chatbot.proof.second import Change, SecondModel
from chatbot.proof.truths import Formula, both, every, no, same, some


@dataclass(frozen=True, slots=True)
class Verdict:
    """One theorem about one thing."""

    theorem: str
    """reachable, live, total, consistent, needed or distinguished."""
    kind: str
    """question, option, finding, guard, flag, rule, rules or protocol."""
    name: str
    holds: bool | None
    """None: not decided."""
    shown_by: tuple[Interview, ...] = ()
    """The interview that shows it, or two that differ in one answer; of *total* and *consistent*, that refutes it.
    What holds is shown only where that is asked for."""
    note: str = ""
    """What comes out otherwise between the two, which way is never taken, which action is spoken of."""
    excuse: str = ""
    """Why it need not hold: people read it, or it is not about a first interview."""


def theorems(model: Model, search: Search, *, shown: bool = False) -> Iterator[Verdict]:
    """Yield the verdict of every theorem; the model must have been built whole.

    With *shown*, what holds comes with the interviews that show it, which takes about ten times as long.
    """
    yield from reachable(model, search, shown=shown)
    yield from live(model, search, shown=shown)
    yield from total(model, search)
    yield from consistent(model, search)
    yield from needed(model, search, shown=shown)


def _possible(search: Search, formula: Formula, shown: bool) -> tuple[bool | None, tuple[Interview, ...]]:
    """Return whether some interview comes out so, and with *shown* one that does."""
    found = search.find(formula) if shown else search.example(formula)
    if isinstance(found, Unsettled):
        return (False if found is Unsettled.NONE else None), ()
    return True, (found,) if isinstance(found, Interview) else ()


def reachable(model: Model, search: Search, *, shown: bool = False) -> Iterator[Verdict]:
    """Every question applies in some interview."""
    for key in model.protocol.questions:
        yield Verdict("reachable", "question", key, *_possible(search, model.applies(key).true, shown))


def live(model: Model, search: Search, *, shown: bool = False, part: slice = slice(None)) -> Iterator[Verdict]:
    """Every finding and guard comes out true and comes out false; every flag is raised and clear; every rule stands.

    *part*: which of all these ways (``count_of_ways``) to look at.
    """
    for kind, name, way in _ways(model.protocol)[part]:
        holds, by = _possible(search, _formula_of(model, kind, name, way), shown)
        hangs = holds is False and _reads_earlier_visits(model.protocol, kind, name)
        note, excuse = "" if holds else f"never {way}", "hangs on an earlier visit" if hangs else ""
        yield Verdict("live", kind, name, holds, by, note, excuse)


def count_of_ways(protocol: Protocol) -> int:
    """Return how many verdicts *live* has."""
    return len(_ways(protocol))


def _ways(protocol: Protocol) -> list[tuple[str, str, str]]:
    truths = [("finding", name) for name in protocol.findings if name not in protocol.numbers]
    truths += [("guard", name) for name in protocol.guards]
    found = [(kind, name, way) for kind, name in truths for way in ("true", "false")]
    states = (FlagState.PRESENT.value, FlagState.CLEAR.value)
    found += [("flag", name, way) for name in protocol.red_flags for way in states]
    return [*found, *(("rule", name, "recommended") for name in protocol.rules)]


def _formula_of(model: Model, kind: str, name: str, way: str) -> Formula:
    if kind == "flag":
        return model.flag(name, FlagState(way))
    if kind == "rule":
        return model.status(name, way)
    truth = model.finding(name) if kind == "finding" else model.guard(name)
    return truth.true if way == "true" else truth.false


def _reads_earlier_visits(protocol: Protocol, kind: str, name: str) -> bool:
    """Whether it hangs on what an earlier visit said, of which the formulas do not speak."""
    parts: Mapping[str, Mapping[str, Any]] = {
        "finding": protocol.findings,
        "guard": protocol.guards,
        "flag": protocol.red_flags,
        "rule": protocol.rules,
    }
    when: Condition | None = parts[kind][name].when
    return when is not None and reads_earlier_visits(protocol, when)


def reads_earlier_visits(protocol: Protocol, condition: Condition) -> bool:
    """Whether a condition hangs on what an earlier visit said, of which the formulas do not speak."""
    behind = (protocol.findings[name].when for name in protocol.findings_behind(condition))
    return any(each != REGION for one in (condition, *behind) for each in one.outside)


def total(model: Model, search: Search) -> Iterator[Verdict]:
    """Every truth is one of three: nothing is true and false at once."""
    truths = [
        *(model.finding(name) for name in model.protocol.findings if name not in model.protocol.numbers),
        *(model.guard(name) for name in model.protocol.guards),
        *(model.applies(key) for key in model.protocol.questions),
    ]
    found = search.find(some(every((truth.true, truth.false)) for truth in truths))
    yield Verdict("total", "protocol", model.protocol.id, *refuted(found))


def refuted(found: Any) -> tuple[bool | None, tuple[Interview, ...]]:
    """Return whether a search for what must not be ended with nothing, and the interview it ended with."""
    return (None if found is Unsettled.UNDECIDED else found is Unsettled.NONE), (
        (found,) if isinstance(found, Interview) else ()
    )


def consistent(model: Model, search: Search) -> Iterator[Verdict]:
    """No two rules say the opposite of one action on one interview, unless a conflict of the content says so."""
    protocol = model.protocol
    spoken = [frozenset(conflict.rules) for conflict in protocol.conflicts.values()]
    rules = protocol.rules.values()
    for one in (rule for rule in rules if rule.kind is RuleKind.DO):
        for other in (rule for rule in rules if rule.kind is RuleKind.AVOID):
            shared = set(one.actions) & set(other.actions)
            if shared and not any({one.id, other.id} <= together for together in spoken):
                found = search.find(model.status(one.id, "recommended"), model.status(other.id, "recommended"))
                name, note = f"{one.id} and {other.id}", ", ".join(sorted(shared))
                yield Verdict("consistent", "rules", name, *refuted(found), note)


# --- what an answer changes -----------------------------------------------------------------------


def needed(model: Model, search: Search, keys: Sequence[str] = (), *, shown: bool = False) -> Iterator[Verdict]:
    """Every question changes a decision, or what else is asked; every option is told from another by one.

    Shown by two interviews that differ in that one answer. What only the handover prints, or tells who may read what,
    is excused. *keys*: the questions to look at, all where none is named.
    """
    for key in keys or tuple(model.protocol.questions):
        excuse = _read_by_people(model.protocol, key)
        for verdict in _needed(model, search, key, shown):
            yield replace(verdict, excuse=excuse) if verdict.holds is False else verdict


def _needed(model: Model, search: Search, key: str, shown: bool) -> Iterator[Verdict]:
    question = model.protocol.questions[key]
    second = SecondModel(model, [key])
    changes = [*second.decisions(), *second.guarded(), *second.asked()]
    number = next((name for name in model.protocol.numbers if second.is_affected("number", name)), None)
    if not changes:
        note = "no decision and no question hangs on it" if number is None else f"number {number}"
        yield Verdict("needed", "question", key, number is not None, (), note)
        return
    plain = [each for each in changes if not second.products_of(each[2])]
    tried = [plain, changes] if len(plain) < len(changes) else [plain]
    with search.beside(second):
        verdict = _told_apart(search, second, tried, shown)
        yield Verdict("needed", "question", key, *verdict)
        for name, other in _otherwise(question, model.given(key), second.given(key)) if verdict[0] else ():
            found = _told_apart(search, second, tried, shown, other)
            if found[0] is False and question.type is QuestionType.INSTRUMENT and number is not None:
                found = True, (), f"number {number}"  # part of a score that the plan prints
            yield Verdict("distinguished", "option", f"{key} is {name}", *found)


def _read_by_people(protocol: Protocol, key: str) -> str:
    """Return who reads an answer besides conditions; empty for nobody."""
    question = protocol.questions[key]
    printed = {name for part in protocol.handover for name in part.questions}
    if {key, question.group} & printed:
        return "printed in the handover"
    allowing = (audience.may_know for audience in protocol.audiences.values())
    if any(condition is not None and key in condition.questions for condition in allowing):
        return "says who may read private answers"
    return ""


def _otherwise(question: Question, ours: Given, theirs: Given) -> Iterator[tuple[str, Formula]]:
    """Yield each option with when the second interview has another one instead, and nothing else that differs.

    Of a table an option stands in one cell, any of them; of an instrument every item is looked at as a whole.
    """
    for option, here in ours.options.items():
        rest = _same_otherwise(question, option, ours.options, theirs.options)
        yield option, every((here, theirs.known, no(theirs.options[option]), rest))
    if question.type is QuestionType.GRID:
        for option in dict.fromkeys(name for cell in ours.cells.values() for name in cell):
            cells = [cell for cell in ours.cells if option in ours.cells[cell]]
            yield option, some(both(ours.cells[cell][option], _moved(ours, theirs, cell, option)) for cell in cells)
    elif question.type is QuestionType.INSTRUMENT:
        for cell, options in ours.cells.items():
            yield cell, some(both(here, _moved(ours, theirs, cell, option)) for option, here in options.items())


def _moved(ours: Given, theirs: Given, cell: str, option: str) -> Formula:
    """Return whether the second interview has another option in one cell, and the same in all others."""
    others = (formula for name, formula in theirs.cells[cell].items() if name != option)
    rest = (
        same(formula, theirs.cells[name][key])
        for name, options in ours.cells.items()
        if name != cell
        for key, formula in options.items()
    )
    return every((theirs.known, some(others), *rest))


def _same_otherwise(question: Question, option: str, ours: Any, theirs: Any) -> Formula:
    """Return whether the rest of several choices is the same, where an option may stand beside others."""
    exclusive = {each.id for each in question.options if each.exclusive}
    if question.type is not QuestionType.SEVERAL or option in exclusive:
        return True
    return every(same(ours[name], theirs[name]) for name in ours if name != option and name not in exclusive)


def _told_apart(
    search: Search, second: SecondModel, tried: Sequence[Sequence[Change]], shown: bool, *wanted: Formula
) -> tuple[bool | None, tuple[Interview, ...], str]:
    """Return whether two interviews show one of the changes, tried one list after the other."""
    example: Any = Unsettled.NONE
    for parts in tried:
        example = search.example(some(formula for _, _, formula in parts), *wanted, neat=shown)
        if not isinstance(example, Unsettled):
            came = (f"{kind} {name}".strip() for kind, name, formula in parts if is_true(example, formula))
            by = (interview_of(second.first, example), interview_of(second, example)) if shown else ()
            return True, by, next(came, "")
    return (False if example is Unsettled.NONE else None), (), ""
