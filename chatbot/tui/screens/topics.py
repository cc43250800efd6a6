"""Everything that can be asked, done or looked up at a station, by topic: the same list at every station's protocol.

What is listed hangs on the protocol and on what was asked already, and on nothing that is true of the patient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from chatbot.core.protocol import Question, other_register
from chatbot.core.values import Source
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, rule, wrapped
from chatbot.tui.screens.attempt import AttemptSheet
from chatbot.tui.screens.scroll import FilteredList

SCOPES = {"ask": "ask", "examine": "examine", "records": "records", "talk": "talk"}
"""Part of the list to what it is called."""


@dataclass(frozen=True, slots=True)
class Done:
    """Something chosen to be said or done."""

    act: str
    """ask, move or document."""
    of: str
    said: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of the list."""

    act: str
    of: str
    text: str
    section: str
    searched: str


class Topics(AttemptSheet[Done], FilteredList[Done]):
    """Closes with what was chosen, or None. Letters filter."""

    PLACES: ClassVar[tuple[str, ...]] = ("topics",)
    HERE: ClassVar[str] = "the list of questions"

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope
        self.register = "patient"
        """Which wording is shown, and said."""

    @cached_property
    def topics(self) -> dict[str, list[Topic]]:
        """Part of the list to its lines."""
        protocol, station = self.practising.protocol, self.attempt_now.station
        found: dict[str, list[Topic]] = {each: [] for each in SCOPES}
        for each in station.documents:
            found["records"].append(
                Topic("document", each.id, each.title, "Documents", " ".join((each.title, *each.phrases)).casefold())
            )
        for key, question in self._questions():
            part = {Source.EXAMINATION: "examine", Source.RECORD: "records"}.get(question.source, "ask")
            say = question.ask.in_register(self.register)
            section = protocol.sections[question.section].title.in_register(self.register)
            named = (question.ask.clinician, question.ask.patient, question.named.clinician, section, *question.words)
            both = " ".join(named).casefold()
            found[part].append(Topic("ask", key, say, section, both))
        for move in station.moves:
            found["talk"].append(
                Topic("move", move.id, move.label, "", " ".join((move.label, *move.phrases)).casefold())
            )
        return found

    def _questions(self) -> Iterator[tuple[str, Question]]:
        """Yield the questions; of a further row of a group only once the row before was asked about."""
        asked = {turn.of.partition(".")[0] for turn in self.attempt_now.turns if turn.act == "ask"}
        for key, question in self.practising.protocol.questions.items():
            name, bracket, rest = key.partition("[")
            number = int(rest.partition("]")[0]) if bracket else 1
            if number == 1 or f"{name}[{number - 1}]" in asked:
                yield key, question

    @property
    def listed(self) -> list[Topic]:
        """The lines that pass the filter."""
        wanted = self.filter.casefold().split()
        return [each for each in self.topics[self.scope] if all(word in each.searched for word in wanted)]

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        parts = [
            line(Seg(f"[{name}]" if scope == self.scope else f" {name} ", "strong" if scope == self.scope else "quiet"))
            for scope, name in SCOPES.items()
        ]
        typed = line(Seg(f"filter: {self.filter}▏" if self.filter else "type to filter", "key"))
        wording = line(Seg(f"worded for {self.register}s", "quiet"))
        rows = [*packed(parts, width, " "), *packed([typed, wording], width)]
        return rows if self.tight else [*rows, rule(width)]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        section, listed = "", self.listed
        asked = {turn.of for turn in self.attempt_now.turns}
        self.caret = max(0, min(self.caret, len(listed) - 1))
        for index, each in enumerate(listed):
            first = len(rows)
            if each.section != section:
                rows += [*([BLANK] if rows and not self.tight else []), *wrapped(each.section, width, "strong")]
                section = each.section
            at = index == self.caret
            mark = line(Seg("▸ " if at else "  ", "key"), Seg("✓ " if each.of in asked else "  ", "quiet"))
            said = f"{each.text} (before)" if at and each.of in asked else each.text
            rows += hang(mark, said, width, "strong" if at else "")
            if at and self.focus_rows is not None:
                self.focus_rows = (first, len(rows) - 1)
        return rows or wrapped(self._nothing(), width)

    def _nothing(self) -> str:
        return "Nothing passes the filter." if self.filter else "There is nothing of this kind here."

    # --- keys ---

    def can(self, action: str) -> bool:
        return action != "choose" or bool(self.listed)

    @property
    def positions(self) -> int:
        return len(self.listed)

    def act_scope(self) -> None:
        names = list(SCOPES)
        self.scope = names[(names.index(self.scope) + 1) % len(names)]
        self.filter_by("")

    def act_register(self) -> None:
        """Go to the other wording; what is chosen is said in it."""
        self.register = other_register(self.register)
        self.__dict__.pop("topics", None)
        self.redraw()

    def act_choose(self) -> None:
        each = self.listed[self.caret]
        self.dismiss(Done(each.act, each.of, each.text))

    def act_dismiss(self) -> None:
        """Give the filter up first."""
        if self.filter:
            self.filter_by("")
        else:
            self.dismiss(None)
