"""The canonical JSON of a plan that was just built, put together from what was spelled before.

A plan is 350 kB, nearly all of it texts of the content. A line of it is the same from case to case but for what
stands, and for four members that name answers and numbers. So each line is spelled once for each way it can stand,
with a gap for each of those members, and a plan fills in the gaps. What a plan says is decided by ``build_plan``
alone: what is remembered here is cut out of what it built.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from chatbot.core.canonical import spell
from chatbot.core.protocol import Protocol

MOST = 20_000
"""How many pieces of one protocol are kept; then it begins anew."""


def spelled_plan(protocol: Protocol, plan: Mapping[str, Any]) -> str:
    """Return ``canonical_json(plan)`` of a plan that ``build_plan`` gave for *protocol*, its local facts pinned."""
    known = _known(protocol)
    reasons: dict[str, str] = {}
    members = dict.fromkeys(plan, "")
    for name, value in plan.items():
        if name == "recommendations":
            members[name] = _listed([known.recommendation(each, reasons) for each in value])
        elif name == "red_flags":
            members[name] = _listed([known.flag(each, reasons) for each in value])
        elif name == "references":
            members[name] = _listed([known.whole(("reference", each["id"], each["n"]), each) for each in value])
        else:
            members[name] = spell(value)
    return "{" + ",".join([f"{spell(name)}:{members[name]}" for name in sorted(members)]) + "}"


@lru_cache(maxsize=8)
def _known(protocol: Protocol) -> _Known:
    return _Known()


class _Known:
    """What was spelled of the plans of one protocol. The protocol is the one whose texts the plan says."""

    def __init__(self) -> None:
        self._pieces: dict[tuple[Any, ...], tuple[str, ...]] = {}
        self._cited: dict[tuple[str, str | None, int], str] = {}

    def recommendation(self, each: Mapping[str, Any], reasons: dict[str, str]) -> str:
        """Spell one recommendation. *reasons*: the answers of this plan spelled so far."""
        if "refusal" in each:
            return spell(each)  # rare, and says what was typed
        stands = (each["id"], each["status"], each["after_emergency"], *[guard["state"] for guard in each["guards"]])
        pieces = self._pieces.get(stands)
        if pieces is None:
            pieces = self._cut(stands, each, {"because": [], "pending_on": [], "references": [], "why_not": None})
        start, because, pending, references, end = pieces
        waits, why_not = each["pending_on"], each["why_not"]
        return (
            f"{start}{self._because(each['because'], reasons)}{because}{spell(waits) if waits else '[]'}{pending}"
            f"{self._references(each['references'])}{references}{'null' if why_not is None else spell(why_not)}{end}"
        )

    def flag(self, each: Mapping[str, Any], reasons: dict[str, str]) -> str:
        """Spell one red flag."""
        stands = ("flag", each["id"], each["state"])
        start, end = self._pieces.get(stands) or self._cut(stands, each, {"because": []})
        return f"{start}{self._because(each['because'], reasons)}{end}"

    def whole(self, stands: tuple[Any, ...], each: Mapping[str, Any]) -> str:
        """Spell what is the same whenever it *stands* so."""
        return (self._pieces.get(stands) or self._cut(stands, each, {}))[0]

    def _cut(self, stands: tuple[Any, ...], each: Mapping[str, Any], gaps: Mapping[str, Any]) -> tuple[str, ...]:
        """Spell a line with gaps in it, and return the pieces between them."""
        if len(self._pieces) >= MOST:
            self._pieces.clear()
        rest = spell({**each, **gaps})
        pieces = []
        for name in sorted(gaps):
            # No text can hold this: a quotation mark inside a text is escaped.
            before, mark, rest = rest.partition(f'"{name}":')
            empty = spell(gaps[name])
            assert mark and rest.startswith(empty) and mark + empty not in rest, name
            pieces.append(before + mark)
            rest = rest[len(empty) :]
        pieces.append(rest)
        self._pieces[stands] = tuple(pieces)
        return self._pieces[stands]

    def _because(self, because: list[dict[str, str]], reasons: dict[str, str]) -> str:
        if not because:
            return "[]"
        for each in because:
            if each["question"] not in reasons:
                reasons[each["question"]] = spell(each)
        return _listed([reasons[each["question"]] for each in because])

    def _references(self, references: list[dict[str, Any]]) -> str:
        if len(self._cited) >= MOST:
            self._cited.clear()
        said = []
        for each in references:
            key = (each["id"], each["locator"], each["n"])
            if key not in self._cited:
                self._cited[key] = spell(each)
            said.append(self._cited[key])
        return _listed(said)


def _listed(items: list[str]) -> str:
    return "[" + ",".join(items) + "]"
