"""Every way to make a condition true: sets of answers, found from its tree."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from chatbot.core import tree as t
from chatbot.core.answers import limits, score_of
from chatbot.core.condition import cut_off
from chatbot.core.domains import totals
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.values import Stored, decimal_text

Term = dict[str, Stored]
"""Question key to a stored value."""

MOST_TERMS = 400
"""Terms kept for one node: the first ones, in the order of the condition."""


def triggers(protocol: Protocol, node: t.Node, as_of: datetime) -> list[Term]:
    """Return sets of answers that make *node* true, each with what makes its questions apply."""
    found: dict[str, Term] = {}
    for term in terms(protocol, node, True, as_of):
        for whole in _with_applicability(protocol, term, as_of):
            found.setdefault(repr(sorted(whole.items(), key=lambda item: item[0])), whole)
            break
    return list(found.values())


def _with_applicability(protocol: Protocol, term: Term, as_of: datetime) -> Iterator[Term]:
    waiting = [key for key in term if protocol.questions[key].when is not None]
    if not waiting:
        yield term
        return
    choices = []
    for key in waiting:
        when = protocol.questions[key].when
        assert when is not None
        choices.append(terms(protocol, when.tree, True, as_of))
    for combination in itertools.islice(itertools.product(*choices), MOST_TERMS):
        whole = dict(term)
        if all(_merge(whole, more) for more in combination):
            if whole.keys() == term.keys():
                yield whole
            else:
                fresh = {key: value for key, value in whole.items() if key not in term}
                for deeper in _with_applicability(protocol, fresh, as_of):
                    merged = dict(whole)
                    if _merge(merged, deeper):
                        yield merged


def _merge(into: Term, more: Term) -> bool:
    for key, value in more.items():
        if key in into and into[key] != value:
            if isinstance(into[key], dict) and isinstance(value, dict):
                into[key] = {**into[key], **value}  # type: ignore[dict-item]
                continue
            if isinstance(into[key], list) and isinstance(value, list):
                into[key] = [*into[key], *(each for each in value if each not in into[key])]  # type: ignore[misc,operator]
                continue
            return False
        into[key] = value
    return True


def terms(protocol: Protocol, node: t.Node, want: bool, as_of: datetime) -> list[Term]:
    """Return sets of answers that give *node* the wanted truth, without regard to applicability."""
    match node:
        case t.Constant(value):
            return [{}] if value is want else []
        case t.Not(item):
            return terms(protocol, item, not want, as_of)
        case t.FindingIs(finding):
            return terms(protocol, protocol.findings[finding].when.tree, want, as_of)
        case t.And(items) | t.Or(items):
            parts = [terms(protocol, item, want, as_of) for item in items]
            return _all(parts) if isinstance(node, t.And) is want else _any(parts)
        case t.AtLeast(least, items):
            parts = [terms(protocol, item, want, as_of) for item in items]
            size = least if want else len(items) - least + 1
            return _any([_all(list(chosen)) for chosen in itertools.combinations(parts, size)])
        case t.InState():
            return []
        case _:
            return [{key: value} for key, value in _values(protocol, node, want, as_of)]


def _any(parts: list[list[Term]]) -> list[Term]:
    return [term for part in parts for term in part][:MOST_TERMS]


def _all(parts: list[list[Term]]) -> list[Term]:
    found: list[Term] = []
    for combination in itertools.islice(itertools.product(*parts), MOST_TERMS):
        whole: Term = {}
        if all(_merge(whole, term) for term in combination):
            found.append(whole)
    return found


def _values(protocol: Protocol, node: t.Atom, want: bool, as_of: datetime) -> Iterator[tuple[str, Stored]]:
    match node:
        case t.OneOf(key, options):
            for option in protocol.questions[key].options:
                if (option.id in options) is want:
                    yield key, option.id
        case t.Includes(key, options, every):
            yield from _several(protocol.questions[key], options, every, want)
        case t.Number(key, op, limit):
            yield from _numbers(protocol.questions[key], op, limit, want)
        case t.Since(key, unit, op, limit):
            for shift in (0, -1, 1):
                age = max(limit + shift, 0)
                moment = as_of - timedelta(hours=age) if unit == "hours" else None
                day = None if moment else cut_off(as_of.date(), unit, age)
                if t.OPERATORS[op](age, limit) is want:
                    yield key, f"{moment:%Y-%m-%dT%H:%M}" if moment else f"{day:%Y-%m-%d}"
                    return
        case t.Cell(key, cell, options):
            for option in protocol.questions[key].options:
                if (option.id in options) is want:
                    yield key, {cell: option.id}
        case t.Compare(t.NumberOf(finding), op, t.Fixed(limit)) if finding.endswith(f".{t.SCORE}"):
            yield from _scored(protocol.questions[finding.rpartition(".")[0]], op, limit, want)
        case t.CellGrade(key, cell, op, limit, grades):
            for option_id, grade in grades:
                if t.OPERATORS[op](grade, limit) is want:
                    yield key, {cell: option_id}


def _scored(question: Question, op: str, limit: Decimal, want: bool) -> Iterator[tuple[str, Stored]]:
    """Yield the first filling of an instrument whose sum compares as wanted."""
    least = {item.id: item.options[0].id for item in question.rows}
    for filled in totals(question, least):
        total = sum(score or 0 for score in score_of(question, filled))
        if t.OPERATORS[op](total, limit) is want:
            yield question.id, dict(filled)
            return


def _several(question: Question, options: frozenset[str], every: bool, want: bool) -> Iterator[tuple[str, Stored]]:
    ids = [option.id for option in question.options]
    if want:
        chosen = [[each for each in ids if each in options]] if every else [[each] for each in ids if each in options]
    else:
        chosen = [[each] for each in ids if each not in options]
    for each in chosen:
        yield question.id, each


def _numbers(question: Question, op: str, limit: Decimal, want: bool) -> Iterator[tuple[str, Stored]]:
    low, high = limits(question)
    for number in (limit, limit + 1, limit - 1):
        inside = (low is None or number >= low) and (high is None or number <= high)
        if inside and t.OPERATORS[op](number, limit) is want:
            yield question.id, int(number) if question.type is QuestionType.SCALE else decimal_text(number)
            return
