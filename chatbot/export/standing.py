"""Where a case stands, line by line, and why each line stands so: texts for the case panel and the line mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from chatbot.core.case import Case
from chatbot.core.flag_why import Behind, Settles, flag_why
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Citation, Protocol
from chatbot.core.taint import taint
from chatbot.core.view import COVERED, View
from chatbot.export.document import Block, Heading, Item, Paragraph, spell

STANDING = ("present", "cannot_exclude")
"""States of a red flag that stands."""

FLAG_MARK = {"present": "!", "cannot_exclude": "?", "open": "·", "clear": "✓"}

GUARD_STATE = {True: "holds", False: "no", "unknown": "not known"}


def ahead(view: View) -> str:
    """Say how many questions are left, about how long they take, and whether more may come."""
    left = sum(each.questions for each in view.left)
    if not left:
        return "nothing left to ask"
    later = sum(each.later for each in view.left)
    parts = [f"{left} left, about {minutes(sum(each.minutes for each in view.left))}"]
    parts += [f"{later} of them put off"] if later else []
    parts += ["more may come"] if view.may_come else []
    return "; ".join(parts)


def minutes(estimate: float) -> str:
    """Say an estimate in whole minutes, never none."""
    return _many(max(1, round(estimate)), "minute")


def progress(view: View) -> str:
    """Say how many of the questions known to apply have been answered."""
    return (
        f"{view.done} of {view.expected}, receiving team" if view.for_team else f"{view.done} of about {view.expected}"
    )


def _many(count: int, one: str) -> str:
    return f"{count} {one if count == 1 else one + 's'}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


class Standing:
    """The case as it stands, in one register."""

    def __init__(self, protocol: Protocol, case: Case, view: View, *, register: str, revealed: bool = False) -> None:
        """*revealed*: private answers are shown."""
        self.protocol, self.case, self.view = protocol, case, view
        self.register, self.revealed = register, revealed

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The plan of the answers as they stand."""
        return build_plan(self.protocol, self.case)

    def label(self, key: str) -> str:
        """Return a label of the content."""
        return spell(self.protocol.labels, key, self.register)

    # --- line by line, for shells that draw no panel ---

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield what can be explained, with what it says at a glance."""
        view = self.view
        yield "urgency", f"{view.urgency_symbol} {view.urgency_label}. {_sentence(view.urgency_text)}"
        for each in view.flags:
            if each.state in STANDING:
                yield f"flag:{each.id}", f"{FLAG_MARK[each.state]} {each.title}: {self.label(f'flag.{each.state}')}"
        for state in ("open", "clear"):
            count = sum(each.state == state for each in view.flags)
            if count:
                yield f"flags:{state}", f"{FLAG_MARK[state]} {count} {self.label(f'flag.{state}')}"
        yield "progress", f"{progress(view)}; {ahead(view)}"
        for line in view.first:
            tail = "" if line.status == "recommended" else f" ({self.label(f'rule.{line.status}')})"
            yield f"rule:{line.rule}", f"{line.title}, {line.within}{tail}"

    # --- why ---

    def why(self, line: str) -> list[Block]:
        """Return why a line stands as it does; a title alone for a line that is none."""
        kind, _, name = line.partition(":")
        match kind:
            case "urgency":
                return list(self._urgency())
            case "flag":
                return list(self._flag(name))
            case "flags":
                return list(self._flags(name))
            case "progress":
                return list(self._progress())
            case "rule":
                return list(self._rule(name))
            case "plan":
                return list(self._plan())
        return [Paragraph(self.view.scope_text)]

    def _urgency(self) -> Iterator[Block]:
        view = self.view
        yield Heading(1, f"{view.urgency_symbol} {view.urgency_label}")
        yield Paragraph(_sentence(view.urgency_text))
        for state in STANDING:
            said = []
            for flag in view.flags:
                level = (
                    flag_why(self.protocol, self.case, flag.id, self.register).urgency if flag.state == state else None
                )
                if level is not None:
                    said.append(f"{flag.title}: {self.label(f'urgency.{level.value}')}")
            yield from _part(f"{FLAG_MARK[state]} {self.label(f'flag.{state}')}", said)
        if not any(flag.state in STANDING for flag in view.flags):
            yield Paragraph("No red flag has raised it.")

    def _flags(self, state: str) -> Iterator[Block]:
        named = [each.title for each in self.view.flags if each.state == state]
        yield Heading(1, f"{FLAG_MARK.get(state, '·')} {len(named)} {self.label(f'flag.{state}')}")
        yield from map(Item, named)

    def _flag(self, name: str) -> Iterator[Block]:
        why = flag_why(self.protocol, self.case, name, self.register)
        flag = self.protocol.red_flags[name]
        state = next(each.state for each in self.view.flags if each.id == name)
        level = "" if why.urgency is None else f": {self.label(f'urgency.{why.urgency.value}')}"
        yield Heading(1, _sentence(flag.title.in_register(self.register)))
        yield Paragraph(f"{FLAG_MARK.get(state, '·')} {self.label(f'flag.{state}')}{level}", strong=True)
        if not why.behind and not why.settles:
            yield Paragraph("The questions it hangs on do not apply here.")
        yield from _part("from these answers", map(self._behind, why.behind))
        yield from _part("these would settle it", map(self._settles, why.settles))
        yield from _part("raised when", [why.condition])
        yield from _part("cleared when", [why.unless])
        unknown = "nothing" if why.if_unknown is None else self.label(f"urgency.{why.if_unknown.value}")
        present = f"{self.label('flag.present')}: {self.label(f'urgency.{why.present.value}')}"
        yield from _part("what it asks for", [f"{present}; {self.label('flag.cannot_exclude')}: {unknown}"])
        yield from _part(self.label("heading.references"), map(self._cited, flag.cites))

    def _behind(self, each: Behind) -> str:
        said = COVERED if each.private and not self.revealed else each.answer
        return f"{each.text}: {said}  ({self.label(f'source.{each.source}')}, {each.given.replace('T', ' ')})"

    def _settles(self, each: Settles) -> str:
        return f"{each.text}: {each.answer}" if each.answer else each.text

    def _cited(self, each: Citation) -> str:
        reference = self.protocol.references[each.reference]
        seen = f"{reference.type.replace('_', ' ')}; {reference.verified.replace('_', ' ')}"
        return f"{', '.join(filter(None, (reference.citation, each.locator)))} ({seen})"

    def _progress(self) -> Iterator[Block]:
        view = self.view
        yield Heading(1, f"{progress(view)} answered; {ahead(view)}")
        left = []
        for each in view.left:
            later = f", {each.later} put off" if each.later else ""
            left.append(f"{each.section}: {_many(each.questions, 'question')}{later}, about {minutes(each.minutes)}")
        yield from _part("left to ask", left)
        if view.may_come:
            more = f"{_many(view.may_come, 'question')} may come, depending on answers; all of them would take about"
            yield from _part("not known yet", [f"{more} {minutes(view.may_take)}."])
        yield Paragraph(
            "Minutes are counted by the words read aloud and the keys pressed; a person who explains takes longer."
        )

    def _plan(self) -> Iterator[Block]:
        yield Heading(1, _sentence(self.label("heading.plan")))
        yield from _part("first", [f"{each.title}, {each.within}" for each in self.view.first])

    def _rule(self, name: str) -> Iterator[Block]:
        rule = next(each for each in self.plan["recommendations"] if each["id"] == name)
        private = taint(self.protocol).questions
        yield Heading(1, _sentence(rule["title"][self.register]))
        yield Paragraph(rule["text"][self.register])
        hidden = frozenset() if self.revealed else private
        because = [COVERED if each["question"] in hidden else each["wording"] for each in rule["because"]]
        yield from _part(self.label("heading.because"), dict.fromkeys(because))
        guards = self.protocol.guards
        named = [(guards[each["id"]].title.in_register(self.register), each["state"]) for each in rule["guards"]]
        yield from _part("unless", [f"{title}: {GUARD_STATE[state]}" for title, state in named])
        yield from _part("waits for", map(self._named, rule["pending_on"]))
        citations = {each["id"]: each["citation"] for each in self.plan["references"]}
        cited = [", ".join(filter(None, (citations[each["id"]], each["locator"]))) for each in rule["references"]]
        yield from _part(self.label("heading.references"), cited)
        yield Paragraph(f"{rule['strength']}; certainty: {rule['certainty']}")

    def _named(self, key: str) -> str:
        return self.protocol.questions[key].named.in_register(self.register)


def _part(heading: str, texts: Iterable[str]) -> Sequence[Block]:
    """Return a heading and what stands under it; nothing where nothing does."""
    said = [Item(text) for text in texts if text]
    return [Heading(2, _sentence(heading)), *said] if said else []
