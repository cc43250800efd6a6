"""Conditions and values of content in plain words, read from its canonical JSON.

Nothing is evaluated and nothing needs to be whole: content that is long gone, or that today's program would refuse, is
still put into words. A name nothing defines is said as it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatbot.core import syntax as s
from chatbot.core.present import within_text
from chatbot.core.tree import STATES
from chatbot.core.values import ValueProblem

Json = Mapping[str, Any]

REGISTER = "clinician"

_COMPARED = {
    "<=": "at most",
    "<": "less than",
    ">=": "at least",
    ">": "more than",
    "==": "exactly",
    "!=": "other than",
}
_EARLIER = {"previous": " at the visit before", "first": " at the first visit"}
_VISITS = {"previous": "the visit before", "first": "the first visit"}
_STATES = {
    "not_assessed": "not assessed",
    "cannot_apply": "marked as cannot apply",
    "not_asked": "not asked",
}
_OWN = frozenset({"cell", "grade", "row", "column"})
"""Names that speak of the cell of a grid one is in."""


def wording(value: Any) -> str:
    """Return a text of the canonical JSON in the clinician's words, without the number of a line; empty for none."""
    said = value.get(REGISTER, "") if isinstance(value, Mapping) else value
    return said.replace(" {n}", "") if isinstance(said, str) else ""


def listed(words: Sequence[str], last: str = "or") -> str:
    """Return ``A, B or C``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def quoted(text: str) -> str:
    """Put a text between quotation marks."""
    return f"“{text}”"


class Words:
    """What the names of content stand for."""

    def __init__(self, *contents: Json) -> None:
        """*contents*: canonical JSON as data; where one lacks a name the next is asked."""
        self.names: dict[str, str] = {}
        self.parts: dict[str, dict[str, str]] = {}
        """Question to its options, rows and columns; a group to its fields; an instrument's question to its parts."""
        self.fields: dict[str, dict[str, Json]] = {}
        for content in reversed(contents):
            self._learn(content)

    def also(self, item: str, content: Json) -> Words:
        """Return these words as they were when one item had other content."""
        kind, _, name = item.partition(":")
        found = Words()
        found.names, found.fields = dict(self.names), dict(self.fields)
        found.parts = {key: dict(parts) for key, parts in self.parts.items()}
        if kind == "question":
            found._question(name, {**content, "id": name}, {})
        elif kind in {"finding", "guard", "table", "instrument"}:
            found._learn({f"{kind}s": {name: content}})
        return found

    def _learn(self, content: Json) -> None:
        for part in ("findings", "guards", "tables", "instruments"):
            for name, entry in content.get(part, {}).items():
                self.names[name] = wording(entry.get("title")) or name
        for part in ("red_flags", "hypotheses", "rules", "conflicts"):
            for entry in content.get(part, ()):
                said = wording(entry.get("title")) or wording(entry.get("question"))
                self.names.setdefault(entry["id"], said or entry["id"])
        instruments = content.get("instruments", {})
        for section in content.get("sections", ()):
            for question in section["questions"]:
                self._question(question["id"], question, instruments)

    def _question(self, key: str, question: Json, instruments: Json) -> None:
        said = wording(question.get("report")) or wording(question.get("ask")) or wording(question.get("title"))
        self.names[key] = said.rstrip("?") or key
        parts = self.parts.setdefault(key, {})
        for part in ("options", "rows", "columns", "cannot_apply"):
            parts.update((each["id"], wording(each.get("label")) or each["id"]) for each in question.get(part, ()))
        if question.get("type") == "yes_no":
            parts.update(yes="yes", no="no")
        instrument = instruments.get(str(question.get("instrument")), {})
        for part in ("items", "bands", "options"):
            for each in instrument.get(part, ()):
                said = wording(each.get("title")) or wording(each.get("text")) or wording(each.get("label"))
                parts[each["id"]] = said or each["id"]
        for field in question.get("fields", ()):
            self.fields.setdefault(key, {})[field["id"]] = field
            self._question(f"{key}.{field['id']}", field, instruments)

    # --- conditions ---

    def condition(self, text: str) -> str:
        """Say a condition; one that cannot be read is said as it stands."""
        try:
            return self.said(s.parse(text))
        except s.ConditionSyntaxError:
            return text

    def said(self, tree: s.Tree) -> str:
        """Say a condition that was read."""
        return _Sayer(self).tree(tree)

    def calculation(self, text: str) -> str:
        """Say the arithmetic of a number."""
        try:
            return _Sayer(self).term(s.parse_term(text))
        except s.ConditionSyntaxError:
            return text

    def name(self, key: str) -> str:
        """Return what a name stands for, between quotation marks."""
        return quoted(self.names.get(key, key))


IDS = Words()
"""Says everything by its id, so that two conditions are said alike only when they are the same."""


class _Sayer:
    """Says one condition; *within* are the groups and grids whose row one is in."""

    def __init__(self, words: Words, within: tuple[str, ...] = ()) -> None:
        self.words, self.within = words, within

    def tree(self, tree: s.Tree) -> str:
        match tree:
            case s.Joined(word, parts):
                return f" {word} ".join(self.part(each) for each in parts)
            case s.Negated(part):
                return f"it is not so that {self.part(part)}"
            case s.Named(name):
                return self.finding(name.text)
            case s.IsTest(name, word, negated):
                return f"{self.name(name.text)} is {'not ' if negated else ''}{self.option(name.text, word.text)}"
            case s.InTest(name, options, negated):
                which = "none of" if negated else "one of"
                return f"{self.name(name.text)} is {self.several(which, name.text, options)}"
            case s.IncludesTest(name, options, every):
                which = "all of" if every else "one of"
                return f"{self.name(name.text)} includes {self.several(which, name.text, options)}"
            case s.Comparison(left, op, right):
                return f"{self.term(left)} is {_COMPARED[op.text]} {self.term(right)}"
            case s.Quantified(kind, over, body):
                inner = _Sayer(self.words, (*self.within, over.text))
                which = "at least one line of" if kind == "any" else "every line of"
                return f"{which} {self.words.name(over.text)} has {inner.part(body)}"

    def part(self, tree: s.Tree) -> str:
        return f"({self.tree(tree)})" if isinstance(tree, s.Joined) else self.tree(tree)

    # --- names ---

    def split(self, name: str) -> tuple[str, str, str]:
        """Split a name into what it is read of, the name itself, and the part of an instrument."""
        of, _, rest = name.partition(".")
        if of not in _EARLIER or not rest:
            of, rest = "", name
        whole, _, part = rest.partition(".")
        return of, whole, part

    def key(self, name: str) -> str:
        """Return the key by which the names of content are known: a field in the row of its group."""
        for group in reversed(self.within):
            if name in self.words.fields.get(group, {}):
                return f"{group}.{name}"
        return name

    def name(self, name: str) -> str:
        if name in _OWN and self.within:
            return "its grade" if name == "grade" else f"its {name}" if name != "cell" else "it"
        if name in _VISITS:
            return _VISITS[name]
        of, whole, part = self.split(name)
        key = self.key(whole)
        said = self.words.name(key)
        if part:
            inner = self.words.parts.get(key, {}).get(part, part)
            said = f"the score of {said}" if part == "score" else f"{said}, {inner},"
        return f"{said}{_EARLIER.get(of, '')}"

    def finding(self, name: str) -> str:
        of, whole, part = self.split(name)
        if part:
            band = self.words.parts.get(whole, {}).get(part, part)
            return f"{self.words.name(whole)}{_EARLIER.get(of, '')} falls in the band {quoted(band)}"
        return f"{self.words.name(self.key(whole))}{_EARLIER.get(of, '')} holds"

    def several(self, which: str, name: str, options: Sequence[s.Word]) -> str:
        said = [self.option(name, each.text) for each in options]
        if len(said) == 1:
            return f"not {said[0]}" if which == "none of" else said[0]
        return f"{which} {', '.join(said)}"

    def option(self, name: str, option: str) -> str:
        if option in STATES:
            return _STATES.get(option, option.replace("_", " "))
        _, whole, _ = self.split(name)
        key = self.within[-1] if name in _OWN and self.within else self.key(whole)
        said = self.words.parts.get(key, {}).get(option)
        return option if said in (None, option) else quoted(said)

    # --- terms ---

    def term(self, term: s.Term) -> str:
        match term:
            case s.Word(text):
                return self.name(text)
            case s.Literal(number, unit):
                return number.text if unit is None else f"{number.text} {unit.text}"
            case s.SinceTerm(unit, name):
                return f"the number of {unit} since {self.name(name.text)}"
            case s.CountTerm(over, body):
                inner = _Sayer(self.words, (*self.within, over.text))
                more = "" if body is None else f" with {inner.part(body)}"
                return f"the number of lines of {self.words.name(over.text)}{more}"
            case s.Chain(_, parts):
                first, *rest = parts
                signs = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
                said = [self.term(first[1]), *(f"{signs[sign.text]} {self.inner(part)}" for sign, part in rest)]
                return " ".join(said)
            case s.Negative(part):
                return f"minus {self.inner(part)}"
            case s.ExtremeTerm(call, parts):
                which = "smallest" if call.text == "min" else "largest"
                return f"the {which} of {listed([self.term(each) for each in parts], 'and')}"
            case s.SumTerm(_, over, body):
                inner = _Sayer(self.words, (*self.within, over.text))
                return f"the sum over {self.words.name(over.text)} of {inner.inner(body)}"
            case s.LookupTerm(_, table, item):
                return f"what {self.words.name(table.text)} says of {self.term(item)}"
            case s.ChoiceTerm(then, condition, otherwise):
                return f"{self.term(then)} if {self.part(condition)}, otherwise {self.term(otherwise)}"

    def inner(self, term: s.Term) -> str:
        return f"({self.term(term)})" if isinstance(term, s.Chain | s.ChoiceTerm) else self.term(term)


# --- values ---------------------------------------------------------------------------------------


def duration(text: str) -> str:
    """Say an ISO 8601 duration as a time limit: ``now``, ``within 2 weeks``."""
    try:
        return within_text(text)
    except ValueProblem:
        return text


def span(text: str) -> str:
    """Say an ISO 8601 duration as a length of time: ``12 hours``."""
    return duration(text).removeprefix("within ")


def citations(cites: Iterable[Json]) -> list[str]:
    """Say each citation: reference, and the place in it where one is given."""
    return [f"{each['reference']}, {each['locator']}" if each.get("locator") else each["reference"] for each in cites]
