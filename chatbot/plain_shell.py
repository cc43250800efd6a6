"""What every part of the line mode shares: lines in and out, the case on screen, and sending what was said.

It only ever writes whole lines: no colour, no cursor movement, nothing that is drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chatbot.core import commands as cmd
from chatbot.core.changes import Story
from chatbot.core.preview import Consequences, consequences
from chatbot.core.refusal import consequence, statement_problem, statements_for
from chatbot.core.text import wrap
from chatbot.core.view import QuestionView, View
from chatbot.export.document import Block, spell
from chatbot.export.lines import Row, preview_rows
from chatbot.export.people import identity_text
from chatbot.export.text import blocks_text, encodable, safe
from chatbot.interview import Interview
from chatbot.record.event_list import EventLine
from chatbot.settings import Settings

STILL_SO = "="
"""Confirms an answer that stands, or a list of them."""


class Ended(Exception):
    """There is no more input, or the person leaves."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where lines come from and go to."""

    read: Callable[[str], str | None]
    """Shows a prompt and returns one line; None when there is no more input."""
    write: Callable[[str], None]
    """Puts out one line and adds its end."""
    width: int
    encoding: str


class Choices(Protocol):
    """The settings, as the line mode reads and changes them."""

    place: str
    """The file they are kept in."""

    def now(self) -> Settings:
        """Return what is chosen."""

    def choose(self, name: str, value: str) -> None:
        """Keep a field, written as people write it. Raises: BackstoryError naming the field."""


class Shell:
    """One case being worked on, line by line."""

    def __init__(self, interview: Interview, register: str, terminal: Terminal) -> None:
        self.interview, self.register = interview, register
        self.labels = interview.protocol.labels
        self._read, self._write = terminal.read, terminal.write
        self.width, self.encoding = terminal.width, terminal.encoding
        self.source: tuple[str, str] | None = None
        """The question on screen and the source its answer is to be recorded with."""
        self.events: Callable[[str], Sequence[EventLine]] = lambda register: ()
        self.named: Callable[[str, str], None] = lambda name, role: None
        self.story: Callable[[Interview], Story | None] = lambda _: None
        self.choices: Choices | None = None
        self.page_place: Callable[[Interview, str], str] | None = None
        self.write_page: Callable[[str, str, bool], str] | None = None

    # --- reading and writing ---

    def put(self, text: str, first: str = "") -> None:
        for line in wrap(safe(text, self.encoding), self.width, " " * len(first), first):
            self._write(line)

    def rows(self, rows: Iterable[Row]) -> None:
        for first, text in rows:
            self.put(text, first)

    def text(self, text: str) -> None:
        """Put text that has its lines already."""
        for line in text.splitlines():
            self._write(encodable(line, self.encoding))

    def blocks(self, blocks: Iterable[Block]) -> None:
        self.text(blocks_text(blocks, width=self.width))

    def ask(self, prompt: str) -> str:
        line = self._read(safe(prompt, self.encoding) + " ")
        if line is None:
            raise Ended
        return line.strip()

    def say(self, key: str) -> str:
        return spell(self.labels, key, self.register)

    def pick(self, choices: Sequence[tuple[str, str]]) -> str | None:
        """Let one of several (value, label) be chosen by number; None when nothing is typed."""
        for place, (_, label) in enumerate(choices, 1):
            self.put(label, f"  {place}  ")
        while typed := self.ask("number, or Enter for none:"):
            if typed.isdecimal() and typed.isascii() and 0 < int(typed) <= len(choices):
                return choices[int(typed) - 1][0]
            self.put(f"{typed!r} is not a number from 1 to {len(choices)}")
        return None

    def agreed(self, prompt: str) -> bool:
        return self.ask(f"{prompt} Type yes, or Enter for no:").casefold() in {"y", "yes"}

    def problem(self, message: str, hint: str) -> None:
        self.put(f"{message}; {hint}" if hint else message, "! ")

    # --- the case ---

    @property
    def mark(self) -> str:
        """What stands on every question and alarm of a case that is not a clinical one."""
        kind = self.interview.case.kind
        return "" if kind == "clinical" else self.say(f"kind.{kind}")

    def view(self) -> View:
        return self.interview.view(self.register)

    @property
    def whose(self) -> str:
        """Kind, label and codes of the case on one line: stands with everything that may be read by itself."""
        case = self.interview.case
        return identity_text(case.kind, case.label, case.subject, case.case, self.labels, self.register)

    # --- sending ---

    def give(self, asked: QuestionView, command: cmd.GiveAnswer) -> bool:
        """Record an answer, asking for whatever the case wants to know first; say what was recorded."""
        if self.source is not None:
            command = replace(command, source=self.source[1])
        if not self.send(command, asked):
            return False
        self.source = None
        recorded = {each.id: each for each in self.view().answered}.get(asked.id)
        if recorded is not None:
            self.put(f"{recorded.answer} ({self.say(f'source.{recorded.source}')})", "= ")
        return True

    def send(self, command: cmd.Command, asked: QuestionView | None = None) -> bool:
        """Carry a command out; where it is refused for want of a word, ask for that word.

        A correction that brings something with it is told first, and left undone unless it is agreed to.
        """
        weighed = False
        while True:
            if not weighed and isinstance(command, cmd.GiveAnswer | cmd.Withdraw):
                found = consequences(self.interview.protocol, self.interview.case, command)
                weighed = isinstance(found, Consequences)
                if isinstance(found, Consequences) and found.shown_first:
                    agreed = self.weigh(command, found)
                    if agreed is None:
                        return False
                    command = agreed
            refusal = self.interview.send(command)
            if refusal is None:
                return True
            self.problem(refusal.message, "" if refusal.code in _ASKED_FOR else refusal.hint)
            if refusal.code == "confirm_value" and isinstance(command, cmd.GiveAnswer):
                if not self.agreed("Is it right?"):
                    return False
                command = replace(command, confirmed=True)
            elif refusal.code == "needs_reason" and isinstance(command, cmd.GiveAnswer | cmd.Withdraw):
                because = self.correction_reason()
                if because is None:
                    return False
                command = replace(command, because=because)
            elif refusal.code == "needs_cannot_apply_reason" and isinstance(command, cmd.GiveAnswer) and asked:
                reason = self.pick([(each.id, each.label) for each in asked.cannot_apply])
                if reason is None:
                    return False
                command = replace(command, reason=reason)
            else:
                return False

    def correction_reason(self) -> str | None:
        return self.pick([(reason, self.say(f"reason.{reason}")) for reason in cmd.CORRECTION_REASONS])

    def weigh(
        self, command: cmd.GiveAnswer | cmd.Withdraw, found: Consequences
    ) -> cmd.GiveAnswer | cmd.Withdraw | None:
        """Tell what a correction brings with it; return it with its reason when it is agreed to, None to leave it."""
        self.rows(preview_rows(self.interview.protocol, found, self.register))
        if found.needs_reason is None:
            if self.agreed("Apply it?"):
                return command
        else:
            self.put(f"{found.needs_reason}; a reason applies it", "! ")
            because = self.correction_reason()
            if because is not None:
                return replace(command, because=because)
        self.put("Everything is left as it was.")
        return None

    def decline(self, rules: Sequence[str], code: str) -> bool:
        """Decline recommendations for one coded reason, with the statements that an informed refusal asks for."""
        asked = {
            each.id: each for rule in rules for each in statements_for(self.interview.protocol, rule, "decline", code)
        }
        statements: dict[str, str] = {}
        for each in asked.values():
            self.put(each.ask.in_register(self.register), "? ")
            yes_no = each.type == "yes_no"
            options = [(value, self.say(f"option.{value}")) for value in ("yes", "no")]
            said = (self.pick(options) if yes_no else self.ask("in words, or Enter to leave it:")) or ""
            problem = statement_problem(each, said)
            if problem is not None:
                blocked = each.consequence if problem.code == "refusal_blocked" else None
                self.problem(problem.message if blocked is None else blocked.in_register(self.register), problem.hint)
                self.put("Nothing is recorded.")
                return False
            if (follows := consequence(each, said)) is not None:
                self.put(follows.in_register(self.register), "→ ")
            statements[each.id] = said
        comment = self.ask("in words, or Enter:") or None
        for rule in rules:
            if not self.send(cmd.DecideRule(rule, "decline", code, comment, statements or None)):
                return False
        self.put(self.say("decision.decline"), "= ")
        return True


_ASKED_FOR = frozenset({"confirm_value", "needs_reason", "needs_cannot_apply_reason"})
