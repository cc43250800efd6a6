"""The line mode: one question after another, for screen readers, braille, pipes and dumb terminals.

It only ever writes whole lines: no colour, no cursor movement, nothing that is drawn again. Reading and
writing are given to ``run``; ``read_line`` and ``write_line`` are those of a process.
One loop and its commands, which all share what is on screen, so it stays one module past 400 lines.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from chatbot import plain_people
from chatbot.core import commands as cmd
from chatbot.core.carrying import carried_to_confirm
from chatbot.core.changes import Story
from chatbot.core.counterfactual import what_if
from chatbot.core.entry import NOT_RECORDED, EntryProblem, entry_hint, option_keys, read_entry, read_item, read_row
from chatbot.core.events import OUTCOMES
from chatbot.core.navigation import DECISIONS
from chatbot.core.phases import Phase
from chatbot.core.present import present
from chatbot.core.preview import Consequences, consequences, declined_text
from chatbot.core.protocol import QuestionType, other_register
from chatbot.core.refusal import consequence, statement_problem, statements_for
from chatbot.core.telling import outcome_text, word
from chatbot.core.text import wrap
from chatbot.core.values import Source, Stored
from chatbot.core.view import COVERED, AlarmView, QuestionView, RecheckView, View
from chatbot.errors import ExitCode
from chatbot.export.document import Block, spell
from chatbot.export.lines import (
    Row,
    alarm_rows,
    carried_rows,
    choice_rows,
    flag_rows,
    head_rows,
    normal_name,
    preview_rows,
    question_rows,
    recheck_rows,
    story_rows,
    urgency_row,
)
from chatbot.export.people import identity_text
from chatbot.export.reply import FollowUp
from chatbot.export.text import blocks_text, encodable, plan_text, safe
from chatbot.export.whatif import WhatIfWords
from chatbot.interview import Interview
from chatbot.patience import WHAT_IF_MS, for_ms
from chatbot.record.event_list import EventLine

READ_WORD = "read"
"""What acknowledges an alarm. Enter alone never does: a key held down must not answer for a person."""

STILL_SO = "="

NOT_KEPT = "This was a trial; nothing of it is kept."
ALL = "*"
"""Chooses every action of an emergency; no rule is called so."""


def run(
    interview: Interview,
    *,
    register: str = "clinician",
    read: Callable[[str], str | None],
    write: Callable[[str], None],
    width: int = 80,
    encoding: str = "utf-8",
    notices: Callable[[], Sequence[str]] = tuple,
    events: Callable[[str], Sequence[EventLine]] = lambda register: (),
    named: Callable[[str, str], None] = lambda name, role: None,
    story: Callable[[Interview], Story | None] = lambda _: None,
    reload: Callable[[], Interview | None] = lambda: None,
    kept: bool = True,
) -> int:
    """Work on a case until it is left or closed, and return the exit code.

    ``read`` shows a prompt and returns one line, or None when there is no more input: the case is then suspended.
    ``write`` puts out one line and adds its end. Characters that *encoding* cannot carry are said in others.
    ``notices`` returns what is to be told about the file since it was last asked. ``events`` returns who did what,
    in a register; ``named`` is told who has taken over; ``story`` returns where the case stands among its relatives and
    what differs from those before it, or None. A resumed case was confirmed before it was opened.
    ``reload`` returns the interview to go on with, or None to go on with this one. Not *kept*: a trial, of which
    nothing remains.

    Raises: BackstoryError from the recorder.
    """
    shell = _Shell(interview, register, read, write, width, encoding)
    shell.notices, shell.events, shell.named = notices, events, named
    shell.story = story
    shell.reload, shell.kept = reload, kept
    return shell.run()


def read_line(prompt: str) -> str | None:
    """Show a prompt on standard output and read a line of standard input; None at its end.

    Bytes that are no text become replacement characters, which no answer may hold. What comes from a pipe
    is repeated, so that the output can be read by itself.
    """
    if isinstance(sys.stdin, io.TextIOWrapper) and sys.stdin.errors == "strict":
        with contextlib.suppress(io.UnsupportedOperation):  # something was read from it already
            sys.stdin.reconfigure(errors="replace")
    sys.stdout.write(safe(prompt, sys.stdout.encoding or "ascii"))
    sys.stdout.flush()
    line = sys.stdin.readline()
    if not line or not sys.stdin.isatty():
        write_line(line.rstrip("\r\n"))
    return line.rstrip("\r\n") if line else None


def write_line(line: str) -> None:
    """Write a line to standard output, in characters it can carry."""
    sys.stdout.write(safe(line, sys.stdout.encoding or "ascii") + "\n")
    sys.stdout.flush()


class _Ended(Exception):
    """There is no more input, or the person leaves."""


class _Shell:
    def __init__(
        self,
        interview: Interview,
        register: str,
        read: Callable[[str], str | None],
        write: Callable[[str], None],
        width: int,
        encoding: str,
    ) -> None:
        self.interview, self.register = interview, register
        self.labels = interview.protocol.labels
        self._read, self._write, self.width, self.encoding = read, write, width, encoding
        self.source: tuple[str, str] | None = None
        """The question on screen and the source its answer is to be recorded with."""
        self.said: tuple[str, str] | None = None
        """The urgency and the note on scope that were read out last."""
        self.read_back = False
        """Whether the end of the safety screen was announced."""
        self.notices: Callable[[], Sequence[str]] = tuple
        self.events: Callable[[str], Sequence[EventLine]] = lambda register: ()
        self.named: Callable[[str, str], None] = lambda name, role: None
        self.story: Callable[[Interview], Story | None] = lambda _: None
        self.offered = False
        """Whether the carried answers were put all at once."""
        self.put_lists: set[str] = set()
        """Lists to confirm that were read out in this sitting."""
        self.reload: Callable[[], Interview | None] = lambda: None
        self.kept = True

    # --- reading and writing ---

    def put(self, text: str, first: str = "") -> None:
        for line in wrap(safe(text, self.encoding), self.width, " " * len(first), first):
            self._write(line)

    def rows(self, rows: Iterable[Row]) -> None:
        for first, text in rows:
            self.put(text, first)

    def ask(self, prompt: str) -> str:
        line = self._read(safe(prompt, self.encoding) + " ")
        if line is None:
            raise _Ended
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

    @property
    def mark(self) -> str:
        """What stands on every question and alarm of a case that is not a clinical one."""
        kind = self.interview.case.kind
        return "" if kind == "clinical" else self.say(f"kind.{kind}")

    # --- the loop ---

    def view(self) -> View:
        return self.interview.view(self.register)

    def run(self) -> int:
        try:
            self.greet()
            while not self.view().closed:
                self.go_on_with(self.reload())
                self.notify()
                self.step()
            self.notify()
            saved = "It is saved." if self.kept else NOT_KEPT
            self.put(f"This case is {self.say(f'phase.{self.interview.case.phase.value}')}. {saved}")
        except _Ended:
            self.leave()
        return int(ExitCode.FINE)

    def go_on_with(self, fresh: Interview | None) -> None:
        """Take up an interview under content that was read again."""
        if fresh is not None and fresh is not self.interview:
            self.interview, self.labels, self.source, self.said = fresh, fresh.protocol.labels, None, None

    def greet(self) -> None:
        view = self.view()
        intended_use = self.interview.protocol.intended_use.in_register(self.register)
        self.rows(head_rows(view, intended_use, self.labels, self.register))
        self.put("Type ? for help.")
        if (view.visit > 1 or view.case_version > 1) and not view.closed and self.just_begun:
            if not self.agreed("Is this the person in front of you?"):
                # Nothing was entered yet: a visit of another person must not stand in this one's story.
                self.interview.send(cmd.Abandon("another person"))
                self.put("Nothing was entered; this case is closed again.")
                raise _Ended

    @property
    def just_begun(self) -> bool:
        """No sitting came before this one: a resumed case was confirmed before it was opened."""
        return not any(event.type == "case.resumed" for event in self.interview.events)

    @property
    def whose(self) -> str:
        """Kind, label and codes of the case on one line: stands with everything that may be read by itself."""
        case = self.interview.case
        return identity_text(case.kind, case.label, case.subject, case.case, self.labels, self.register)

    def notify(self) -> None:
        for notice in self.notices():
            self.put(notice, "! ")

    def step(self) -> None:
        view = self.view()
        if view.alarm is not None:
            self.alarm(view.alarm)
            return
        if self.interview.case.recap_due:
            self.recap()
            return
        self.announce(view)
        if view.carried and not self.offered:
            self.offered = True
            self.carried(None, "")
            return
        if view.recheck is not None and view.recheck.id not in self.put_lists:
            self.put_lists.add(view.recheck.id)
            self.recheck(view.recheck)
            return
        if view.question is None:
            self.review(view)
        else:
            self.question(view.question)

    def recheck(self, view: RecheckView) -> None:
        """Read a list of what was said before; what has not changed is confirmed at once."""
        self.rows(recheck_rows(view))
        while True:
            typed = self.ask(f"{STILL_SO} when all is as before, the numbers of what changed, or Enter for one by one:")
            if not typed:
                return
            numbers = [] if typed == STILL_SO else typed.replace(",", " ").split()
            if all(each.isascii() and each.isdecimal() and 0 < int(each) <= len(view.lines) for each in numbers):
                changed = tuple(view.lines[place - 1].question for place in sorted(set(map(int, numbers))))
                self.send(cmd.ConfirmBlock(view.id, changed))
                return
            self.put(f"type {STILL_SO}, or numbers from 1 to {len(view.lines)}")

    def announce(self, view: View) -> None:
        """Say aloud what changed: urgency, scope, and the safety screen once it is complete."""
        if self.said is None or self.said != (view.urgency, view.scope_text):
            if self.said is None or self.said[0] != view.urgency:
                self.rows([urgency_row(view, self.labels, self.register)])
            if view.scope_text:
                self.put(view.scope_text)
            self.said = (view.urgency, view.scope_text)
        if view.safety_asked and not self.read_back:
            self.rows(flag_rows(view, self.labels, self.register))
        self.read_back = view.safety_asked

    def recap(self) -> None:
        """Nothing is answered by somebody who takes over before they know what was done."""
        said = plain_people.read_recap(self.interview, self.register, self.ask, lambda row: self.put(row[1], row[0]))
        if said == "quit":
            raise _Ended
        if said == "register":
            self.register = other_register(self.register)

    def leave(self) -> None:
        """Suspend the case; what was answered is on disk already."""
        case = self.interview.case
        if not case.closed and case.phase is not Phase.SUSPENDED:
            self.interview.send(cmd.Suspend())
        self.notify()
        if not self.kept:
            self.put(NOT_KEPT)
            return
        self.put(f"The case {case.case} is saved: {len(case.answers)} answers. It can be resumed at any time.")

    # --- the question ---

    def question(self, asked: QuestionView) -> None:
        """Put one question and read lines until something has moved."""
        if self.source is not None and self.source[0] != asked.id:
            self.source = None
        self.rows(question_rows(asked, self.labels, self.register, self.mark))
        if asked.type == QuestionType.GRID.value:
            normal = normal_name(asked)
            every = f"Enter = everything {normal}; " if normal and not asked.answer else ""
            self.put(f"{every}rows = one row after the other", "  ")
        if asked.type == QuestionType.INSTRUMENT.value and not asked.answer:
            self.put("Enter = one item after the other", "  ")
        while not self.take(asked, self.ask(">")):
            pass

    def take(self, asked: QuestionView, typed: str) -> bool:
        """Do what a line says. True: something moved, put the question that is up now."""
        found = self.action(asked, typed)
        if found is not None:
            action, rest = found
            return action.run(self, asked, rest)
        status = self.status(asked, typed)
        if status is not None:
            return self.give(asked, cmd.GiveAnswer(asked.id, status=status))
        if typed.startswith(":"):
            self.put(f"there is no command {typed.split()[0]}; ? lists them")
            return False
        return self.answer(asked, typed)

    def action(self, asked: QuestionView | None, typed: str) -> tuple[_Action, str] | None:
        """Return the command a line is, with what follows it. A word needs its colon; a key does not, but in a text."""
        word, _, rest = typed.removeprefix(":").partition(" ")
        word = word.casefold()
        if not word:
            return None
        if typed.startswith(":"):
            return next(((each, rest.strip()) for each in ACTIONS if word in {each.name, each.key}), None)
        is_text = asked is not None and asked.type == QuestionType.TEXT.value
        if rest or (is_text and typed != "?") or (asked is not None and word in option_keys(asked)):
            return None
        keys = {"name", "key"} if asked is None else {"key"}
        return next(((each, "") for each in ACTIONS if word in {getattr(each, part) for part in keys}), None)

    def status(self, asked: QuestionView, typed: str) -> str | None:
        """Return the status a line stands for: its key, or ``:key`` and ``:name``, which is the only way in a text."""
        word = typed.removeprefix(":").casefold()
        bare = not typed.startswith(":")
        if bare and (asked.type == QuestionType.TEXT.value or word in option_keys(asked)):
            return None
        for each in asked.statuses:
            if word == each.key or (word == each.status and not bare):
                return each.status
        return None

    def answer(self, asked: QuestionView, typed: str) -> bool:
        if not typed:
            return self.enter(asked)
        if asked.type == QuestionType.GRID.value and typed.casefold() == "rows":
            return self.row_by_row(asked)
        if asked.type == QuestionType.INSTRUMENT.value and typed.casefold() == "items":
            return self.item_by_item(asked)
        found = read_entry(asked, typed, self.interview.case.as_of)
        if isinstance(found, EntryProblem):
            self.problem(found.message, found.hint)
            return False
        return self.give(asked, cmd.GiveAnswer(asked.id, value=found.value))

    def enter(self, asked: QuestionView) -> bool:
        """Enter alone: an answer that stands is kept, an untouched grid is all normal; otherwise it says nothing."""
        if asked.expired or asked.carried:
            self.put(f"type {STILL_SO} when this is still so: {asked.answer}. Otherwise answer again.")
        elif asked.answer:
            return self.send(cmd.Forward())
        elif asked.type == QuestionType.INSTRUMENT.value:
            return self.item_by_item(asked)
        elif asked.type == QuestionType.GRID.value and asked.normal is not None:
            cells: Stored = {f"{row.id}.{column.id}": asked.normal for row in asked.rows for column in asked.columns}
            return self.give(asked, cmd.GiveAnswer(asked.id, value=cells, via="block"))
        else:
            self.put(entry_hint(asked))
        return False

    def row_by_row(self, asked: QuestionView) -> bool:
        columns = ", ".join(column.label for column in asked.columns)
        enter = f"Enter = {normal_name(asked)}, " if asked.normal is not None else ""
        self.put(f"{enter}{NOT_RECORDED} = not recorded, :stop = leave the table. Columns: {columns}")
        cells: dict[str, str] = {}
        for row in asked.rows:
            while True:
                typed = self.ask(f"{row.label}:")
                if typed == ":stop":
                    self.put("nothing is recorded")
                    return False
                if not typed and asked.normal is not None:
                    typed = "normal"
                found = read_row(asked, row.id, typed, self.interview.case.as_of)
                if not isinstance(found, EntryProblem):
                    break
                self.problem(found.message, found.hint)
            assert isinstance(found.value, dict)
            cells.update(found.value)
        if not cells:
            self.put("nothing is recorded")
            return False
        return self.give(asked, cmd.GiveAnswer(asked.id, value=cells))

    def item_by_item(self, asked: QuestionView) -> bool:
        """Put the items of an instrument one after the other."""
        self.put(f"{NOT_RECORDED} = no answer, :stop = leave the questionnaire")
        items: dict[str, str] = {}
        for place, item in enumerate(asked.rows, 1):
            self.rows([(f"{place}. ", item.label), *choice_rows(item)])
            while True:
                typed = self.ask(">")
                if typed == ":stop":
                    self.put("nothing is recorded")
                    return False
                found = read_item(asked, item.id, typed, self.interview.case.as_of)
                if not isinstance(found, EntryProblem):
                    break
                self.problem(found.message, found.hint)
            assert isinstance(found.value, dict)
            items.update(found.value)
        if not items:
            self.put("nothing is recorded")
            return False
        return self.give(asked, cmd.GiveAnswer(asked.id, value=items))

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

    def problem(self, message: str, hint: str) -> None:
        self.put(f"{message}; {hint}" if hint else message, "! ")

    # --- the alarm ---

    def alarm(self, alarm: AlarmView) -> None:
        """Read an emergency out in full; nothing else is asked until it is acknowledged or an answer corrected."""
        self.rows(alarm_rows(alarm, self.labels, self.register, self.whose))
        while True:
            typed = self.ask(
                f"Type {READ_WORD} when you have read this, c to correct an answer, d if help is declined, q to leave:"
            )
            match typed.removeprefix(":").casefold():
                case "read":
                    if self.send(cmd.Acknowledge()):
                        return
                case "c" | "correct":
                    if self.correct(alarm):
                        return
                case "d" | "decline":
                    if self.decline_help(alarm):
                        return
                case "q" | "quit":
                    raise _Ended
                case "r" | "register":
                    self.register = other_register(self.register)
                    return
                case "h" | "handover":
                    self.rows(("  ", sentence) for sentence in alarm.handover)
                case _:
                    self.put(f"Nothing else is asked before this emergency has been read. Type {READ_WORD}.", "! ")

    def correct(self, alarm: AlarmView) -> bool:
        """Answer one of the questions behind an alarm again."""
        key = self.pick([(cause.question, f"{cause.text}: {cause.answer}") for cause in alarm.causes])
        if key is None:
            return False
        case = replace(self.interview.case, shown=key, alarms=())
        asked = present(self.interview.protocol, case, self.register).question
        assert asked is not None
        self.rows(question_rows(asked, self.labels, self.register, self.mark))
        typed = self.ask(">")
        status = self.status(asked, typed)
        if status is not None:
            return self.give(asked, cmd.GiveAnswer(asked.id, status=status))
        return bool(typed) and self.answer(asked, typed)

    def decline_help(self, alarm: AlarmView) -> bool:
        """Record that the person declines what the emergency asks for: one action, or all of them."""
        actions = [each for each in alarm.actions if each.kind == "do" and not each.declined]
        choices = [(each.rule, each.title) for each in actions]
        chosen = self.pick(choices if len(choices) < 2 else [*choices, (ALL, "all of these")])
        if chosen is None:
            return False
        rules = [each.rule for each in actions] if chosen == ALL else [chosen]
        return self.decline(rules, cmd.DECLINED_BY_PERSON)

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

    # --- the review ---

    def review(self, view: View) -> None:
        """Nothing is left to ask but what was put off."""
        waiting = [
            (key, self.interview.protocol.questions[key].ask.in_register(self.register)) for key in view.postponed
        ]
        self.rows([("", ""), ("", f"{self.whose} · {self.say('phase.review')}")])
        if waiting:
            self.put(f"{len(waiting)} {self.say('status.postponed')}:")
        for place, (_, text) in enumerate(waiting, 1):
            self.put(text, f"  {place}  ")
        if view.carried:
            told = word(self.labels, "to_confirm", self.register, n=len(view.carried))
            self.put(f"{told}. Type carried to confirm them.")
        number = "a number to answer a question, " if waiting else ""
        self.put(f"Type {number}plan, jump, decide, sign, ? for help, or q to leave.")
        while True:
            typed = self.ask(">")
            if typed.isdecimal() and typed.isascii() and 0 < int(typed) <= len(waiting):
                self.send(cmd.Show(waiting[int(typed) - 1][0]))
                return
            found = self.action(None, typed)
            if found is None:
                self.put("type plan, or ? for help")
            elif found[0].run(self, None, found[1]):
                return

    # --- commands; each returns whether something moved ---

    def help(self, asked: QuestionView | None, _: str) -> bool:
        if asked is not None:
            self.put(entry_hint(asked))
            self.put(", ".join(f":{each.key} {each.label}" for each in asked.statuses))
        for each in ACTIONS:
            self.put(each.help, f"  {each.key or ' '}  :{each.name:<10}")
        self.put("In a question that is answered with text, only the forms with a colon are commands.")
        return False

    def again(self, _: QuestionView | None, __: str) -> bool:
        return True

    def later(self, asked: QuestionView | None, _: str) -> bool:
        return asked is not None and self.send(cmd.Postpone(asked.id))

    def back(self, _: QuestionView | None, __: str) -> bool:
        return self.send(cmd.Back())

    def still(self, asked: QuestionView | None, _: str) -> bool:
        return asked is not None and self.send(cmd.ConfirmStill(asked.id))

    def carried(self, _: QuestionView | None, rest: str) -> bool:
        """Read the carried answers through, all or those of one section, and confirm them at once."""
        waiting = carried_to_confirm(self.interview.protocol, self.interview.case, rest or None)
        if not waiting:
            return self.send(cmd.ConfirmCarried(rest or None))
        keys = [each.question for each in waiting]
        self.rows(carried_rows(self.view(), keys, self.labels, self.register))
        if not self.agreed("Is all of this still so?"):
            self.put("Each is confirmed by itself then: = at its question, or :carried again.")
            return True
        return self.send(cmd.ConfirmCarried(rest or None))

    def changes(self, _: QuestionView | None, __: str) -> bool:
        story = self.story(self.interview)
        if story is None:
            self.put("this case comes from no other")
        else:
            self.rows(story_rows(story, self.labels, self.register))
        return False

    def outcome(self, _: QuestionView | None, __: str) -> bool:
        """Say what became of something the plan of the visit before asked for."""
        case, rules = self.interview.case, self.interview.protocol.rules
        asked = () if case.previous is None else tuple(case.previous["rules"])
        if not asked:
            self.put("no earlier plan asked for anything")
            return False
        titles = [rules[each].title.in_register(self.register) if each in rules else each for each in asked]
        rule = self.pick(list(zip(asked, titles, strict=True)))
        words = [(each, word(self.labels, f"outcome_{each}", self.register)) for each in OUTCOMES]
        made = None if rule is None else self.pick(words)
        if rule is None or made is None:
            return False
        on = self.ask("on which day, such as 2026-03, or Enter:") or None
        text = self.ask("in words, or Enter:") or None
        if self.send(cmd.RecordOutcome(rule, made, text, on)):
            self.put(outcome_text(self.labels, self.interview.case.outcomes[rule], self.register), "= ")
        return False

    def withdraw(self, asked: QuestionView | None, _: str) -> bool:
        return asked is not None and self.send(cmd.Withdraw(asked.id))

    def why(self, asked: QuestionView | None, _: str) -> bool:
        if asked is not None:
            self.put(asked.why)
            for each in asked.cites:
                self.put(" · ".join(filter(None, [each.citation, each.locator, each.type])), "  ")
        return False

    def change_register(self, _: QuestionView | None, rest: str) -> bool:
        self.register = rest if rest in {"clinician", "patient"} else other_register(self.register)
        return True

    def change_source(self, asked: QuestionView | None, rest: str) -> bool:
        sources = [(source.value, self.say(f"source.{source.value}")) for source in Source]
        chosen = rest if rest in dict(sources) else self.pick(sources)
        if asked is not None and chosen is not None:
            self.source = (asked.id, chosen)
            self.put(dict(sources)[chosen], "= ")
        return False

    def note(self, asked: QuestionView | None, rest: str) -> bool:
        text = rest or self.ask("note:")
        if text and self.send(cmd.AddNote(text, None if asked is None else asked.id)):
            self.put(text, "= ")
        return False

    def jump(self, _: QuestionView | None, rest: str) -> bool:
        if rest:
            return self.send(cmd.Show(rest))
        view = self.view()
        texts = {key: self.interview.protocol.questions[key].ask.in_register(self.register) for key in view.postponed}
        mark = f" ({word(self.labels, 'carried', self.register)})"
        answered = [each for each in view.answered if each.applies]
        choices = [
            (each.id, f"{each.text} {COVERED if each.private else each.answer}{mark if each.carried else ''}")
            for each in answered
        ]
        chosen = self.pick([*choices, *texts.items()])
        return chosen is not None and self.send(cmd.Show(chosen))

    def handover(self, _: QuestionView | None, __: str) -> bool:
        self.put(self.whose)
        for part in self.interview.plan()["handover"]:
            self.put(part["title"][self.register])
            self.rows(("  ", line[self.register]) for line in part["lines"])
        return False

    def take_over(self, _: QuestionView | None, rest: str) -> bool:
        command = plain_people.take_over(self.interview, self.ask, rest)
        if command is None or not self.send(command):
            return False
        self.named(command.name, command.role)
        self.put(f"{command.name}, {command.role}", "= ")
        return True

    def who_did_what(self, _: QuestionView | None, __: str) -> bool:
        self.put(self.whose)
        for each in self.events(self.register):
            self.put(each.said, f"  {each.number}  ")
        return False

    def who(self, _: QuestionView | None, __: str) -> bool:
        self.put(self.whose)
        role = self.interview.case.role
        self.put(f"at the keyboard: {self.interview.actor}{f', {role}' if role else ''}")
        return False

    def plan(self, _: QuestionView | None, rest: str) -> bool:
        """Record that the plan was produced, then print what was recorded."""
        plan, view = self.interview.plan(), self.view()
        if self.send(cmd.IssuePlan()):
            text = plan_text(
                plan,
                self.labels,
                width=self.width,
                register=self.register,
                all_rules=rest == "all",
                case=" · ".join(filter(None, [view.case, view.label, view.subject])),
                decisions=self.interview.case.decisions,
                story=self.story(self.interview),
            )
            for line in text.splitlines():
                self._write(encodable(line, self.encoding))
        return False

    def what_if(self, _: QuestionView | None, rest: str) -> bool:
        """Say which other answers would change the plan."""
        protocol, case = self.interview.protocol, self.interview.case
        words = WhatIfWords(protocol, case, self.register, ms=WHAT_IF_MS)
        self.blocks(words.blocks(what_if(protocol, case, for_ms()), all_rules=rest == "all"))
        return False

    def follow_up(self, _: QuestionView | None, rest: str) -> bool:
        """Answer a question about the plan; where the topic is not clear it is chosen by number."""
        ours = FollowUp(self.interview.protocol, self.interview.case, self.register, keep_going=for_ms, ms=WHAT_IF_MS)
        question = rest or self.ask("your question:")
        if not question:
            return False
        asked = ours.recognise(question)
        topic = asked.topic
        if topic is None:
            said, near = ours.unsure(asked)
            self.put(said)
            topic = self.pick(near) if near else None
        if topic is not None:
            self.blocks(ours.answer(topic, asked.kind).blocks)
        return False

    def blocks(self, blocks: Iterable[Block]) -> None:
        for line in blocks_text(blocks, width=self.width).splitlines():
            self._write(encodable(line, self.encoding))

    def decide(self, _: QuestionView | None, __: str) -> bool:
        """Accept, modify or decline one recommendation."""
        shown = [each for each in self.interview.plan()["recommendations"] if each["status"] != "not_applicable"]
        rule = self.pick([(each["id"], each["title"][self.register]) for each in shown])
        made = None if rule is None else self.pick([(each, self.say(f"decision.{each}")) for each in DECISIONS])
        if rule is None or made is None:
            return False
        code = comment = None
        if made != "accept":
            code = self.pick([(each, self.say(f"decision_reason.{each}")) for each in cmd.DECISION_REASONS])
            if made == "decline" and code is not None:
                self.decline([rule], code)
                return False
            comment = self.ask("in words, or Enter:") or None
        if self.send(cmd.DecideRule(rule, made, code, comment)):
            self.put(self.say(f"decision.{made}"), "= ")
        return False

    def stop(self, _: QuestionView | None, __: str) -> bool:
        """Issue the plan of what is there, and say that the interview can go on."""
        self.plan(None, "")
        self.put("The interview can go on now, or be resumed later.")
        return False

    def decline_section(self, asked: QuestionView | None, _: str) -> bool:
        if asked is None:
            return False
        before = len(self.interview.events)
        section = self.interview.protocol.questions[asked.id].section
        if not self.send(cmd.DeclineSection(section)):
            return False
        self.put(declined_text(self.interview.events[before:]), "= ")
        return True

    def sign(self, _: QuestionView | None, __: str) -> bool:
        return self.agreed("A signed case is closed for good. Sign it?") and self.send(cmd.Sign())

    def quit(self, _: QuestionView | None, __: str) -> bool:
        raise _Ended


_ASKED_FOR = frozenset({"confirm_value", "needs_reason", "needs_cannot_apply_reason"})


@dataclass(frozen=True, slots=True)
class _Action:
    """A command of the line mode."""

    name: str
    key: str
    """One character that is enough where it is not an option; empty when there is none."""
    help: str
    run: Callable[[_Shell, QuestionView | None, str], bool]


ACTIONS = (
    _Action("later", "l", "leave this question for the review", _Shell.later),
    _Action("back", "b", "the question before", _Shell.back),
    _Action("still", STILL_SO, "an answer past its shelf life, or a carried one, is still so", _Shell.still),
    _Action("carried", "", "confirm what was carried from an earlier visit; :carried SECTION", _Shell.carried),
    _Action("changes", "", "what changed since the visit or version before", _Shell.changes),
    _Action("outcome", "", "what became of what the earlier plan asked for", _Shell.outcome),
    _Action("decline-section", "", "the person declines this whole section", _Shell.decline_section),
    _Action("withdraw", "", "take the answer to this question back", _Shell.withdraw),
    _Action("why", "w", "why this is asked, and what it cites", _Shell.why),
    _Action("register", "r", "the other wording: clinician or patient", _Shell.change_register),
    _Action("source", "s", "who or what the next answer comes from", _Shell.change_source),
    _Action("note", "t", "add a note; :note followed by the text", _Shell.note),
    _Action("jump", "j", "go to a question; :jump followed by its id", _Shell.jump),
    _Action("handover", "h", "the handover, to read aloud", _Shell.handover),
    _Action("takeover", "", "somebody else takes over; :takeover followed by name or initials", _Shell.take_over),
    _Action("events", "", "who answered what, from the beginning", _Shell.who_did_what),
    _Action("who", "", "whose case this is, and who is at the keyboard", _Shell.who),
    _Action("plan", "", "issue the plan and print it; :plan all with every rule", _Shell.plan),
    _Action("whatif", "", "which other answers would change the plan; :whatif all with every rule", _Shell.what_if),
    _Action("ask", "", "a question about the plan; :ask followed by the question", _Shell.follow_up),
    _Action("stop", "", "stop here: issue the plan of what is there, marked incomplete", _Shell.stop),
    _Action("decide", "", "accept, modify or decline a recommendation", _Shell.decide),
    _Action("sign", "", "close the case for good", _Shell.sign),
    _Action("again", ".", "put this question again", _Shell.again),
    _Action("help", "?", "this list", _Shell.help),
    _Action("quit", "q", "suspend the case and leave", _Shell.quit),
)
"""Every command with its key. A key that is also an option of the question on screen is the option."""
