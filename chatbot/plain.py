"""The line mode: one question after another, for screen readers, braille, pipes and dumb terminals.

It only ever writes whole lines: no colour, no cursor movement, nothing that is drawn again. Reading and
writing are given to ``run``; ``read_line`` and ``write_line`` are those of a process.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Sequence

from chatbot import plain_people
from chatbot.core import commands as cmd
from chatbot.core.changes import Story
from chatbot.core.entry import option_keys
from chatbot.core.phases import Phase
from chatbot.core.protocol import QuestionType, other_register
from chatbot.core.telling import word
from chatbot.core.view import AlarmView, QuestionView, View
from chatbot.errors import ExitCode
from chatbot.export.lines import (
    alarm_rows,
    flag_rows,
    handover_rows,
    head_rows,
    normal_name,
    question_rows,
    team_rows,
    urgency_row,
)
from chatbot.export.text import safe
from chatbot.interview import Interview
from chatbot.plain_answers import Answering
from chatbot.plain_commands import ACTIONS, Action, carried
from chatbot.plain_lists import block, read_back, recheck
from chatbot.plain_people import READ_WORD
from chatbot.plain_saving import saving_patiently
from chatbot.plain_shell import Choices, Ended, Terminal
from chatbot.record.event_list import EventLine

NOT_KEPT = "This was a trial; nothing of it is kept."
FOR_TEAM = "Only what the receiving team needs is asked now. Type :everything to go on with all questions."
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
    choices: Choices | None = None,
    page_place: Callable[[Interview, str], str] | None = None,
    write_page: Callable[[str, str, bool], str] | None = None,
) -> int:
    """Work on a case until it is left or closed, and return the exit code.

    ``read`` shows a prompt and returns one line, or None when there is no more input: the case is then suspended.
    ``write`` puts out one line and adds its end. Characters that *encoding* cannot carry are said in others.
    ``notices`` returns what is to be told about the file since it was last asked. ``events`` returns who did what,
    in a register; ``named`` is told who has taken over; ``story`` returns where the case stands among its relatives and
    what differs from those before it, or None. A resumed case was confirmed before it was opened.
    ``reload`` returns the interview to go on with, or None to go on with this one. Not *kept*: a trial, of which
    nothing remains. *choices* are the settings; None: there are none. ``page_place`` says which file a page is offered
    to be written to, ``write_page`` writes it (text, name as typed, whether it may take the place of a file) and
    returns the whole path; None: it is not offered.

    Raises: BackstoryError from the recorder.
    """
    shell = _Loop(interview, register, Terminal(read, write, width, encoding))
    shell.notices, shell.events, shell.named = notices, events, named
    shell.story = story
    shell.reload, shell.kept, shell.choices = reload, kept, choices
    shell.page_place, shell.write_page = page_place, write_page
    with saving_patiently(shell):
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


class _Loop(Answering):
    """One question after another, until the case is left or closed."""

    def __init__(self, interview: Interview, register: str, terminal: Terminal) -> None:
        super().__init__(interview, register, terminal)
        self.said: tuple[str, str] | None = None
        """The urgency and the note on scope that were read out last."""
        self.announced = False
        """Whether the end of the safety screen was announced."""
        self.reads_back = True
        """Whether the safety answers are read back as soon as that is due; not once it was put off in this sitting."""
        self.offered = False
        """Whether the carried answers were put all at once."""
        self.put_lists: set[str] = set()
        """Lists that were read out in this sitting."""
        self.notices: Callable[[], Sequence[str]] = tuple
        self.reload: Callable[[], Interview | None] = lambda: None
        self.kept = True

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
        except Ended:
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
                raise Ended

    @property
    def just_begun(self) -> bool:
        """No sitting came before this one: a resumed case was confirmed before it was opened."""
        return not any(event.type == "case.resumed" for event in self.interview.events)

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
            carried(self, None, "")
            return
        here = self.interview.case.shown == self.interview.case.next and not view.for_team
        if view.read_back is not None and self.reads_back and here:
            self.reads_back = read_back(self)
            return
        if view.recheck is not None and view.recheck.id not in self.put_lists:
            self.put_lists.add(view.recheck.id)
            recheck(self, view.recheck)
            return
        if view.block is not None and f"block:{view.block.id}" not in self.put_lists:
            self.put_lists.add(f"block:{view.block.id}")
            block(self, view.block)
            return
        if view.question is None:
            self.review(view)
        else:
            self.question(view.question)

    def announce(self, view: View) -> None:
        """Say aloud what changed: urgency, scope, and the safety screen once it is complete."""
        if self.said is None or self.said != (view.urgency, view.scope_text):
            if self.said is None or self.said[0] != view.urgency:
                self.rows([urgency_row(view, self.labels, self.register)])
            if view.scope_text:
                self.put(view.scope_text)
            self.said = (view.urgency, view.scope_text)
        if view.safety_asked and not self.announced:
            self.rows(flag_rows(view, self.labels, self.register))
        self.announced = view.safety_asked

    def recap(self) -> None:
        """Nothing is answered by somebody who takes over before they know what was done."""
        said = plain_people.read_recap(self.interview, self.register, self.ask, lambda row: self.put(row[1], row[0]))
        if said == "quit":
            raise Ended
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
        self.rows(team_rows(self.view(), self.labels, self.register))
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

    def action(self, asked: QuestionView | None, typed: str) -> tuple[Action, str] | None:
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
                        if self.view().for_team:
                            self.put(FOR_TEAM)
                        return
                case "c" | "correct":
                    if self.correct(alarm):
                        return
                case "d" | "decline":
                    if self.decline_help(alarm):
                        return
                case "q" | "quit":
                    raise Ended
                case "r" | "register":
                    self.register = other_register(self.register)
                    return
                case "h" | "handover":
                    self.rows(handover_rows(alarm))
                case _:
                    self.put(f"Nothing else is asked before this emergency has been read. Type {READ_WORD}.", "! ")

    def correct(self, alarm: AlarmView) -> bool:
        """Answer one of the questions behind an alarm again."""
        key = self.pick([(cause.question, f"{cause.text}: {cause.answer}") for cause in alarm.causes])
        return key is not None and self.answer_again(key)

    def decline_help(self, alarm: AlarmView) -> bool:
        """Record that the person declines what the emergency asks for: one action, or all of them."""
        actions = [each for each in alarm.actions if each.kind == "do" and not each.declined]
        choices = [(each.rule, each.title) for each in actions]
        chosen = self.pick(choices if len(choices) < 2 else [*choices, (ALL, "all of these")])
        if chosen is None:
            return False
        rules = [each.rule for each in actions] if chosen == ALL else [chosen]
        return self.decline(rules, cmd.DECLINED_BY_PERSON)

    # --- the review ---

    def review(self, view: View) -> None:
        """Nothing is left to ask but what was put off."""
        waiting = [
            (key, self.interview.protocol.questions[key].ask.in_register(self.register)) for key in view.postponed
        ]
        self.rows([("", ""), ("", f"{self.whose} · {self.say('phase.review')}")])
        self.rows(team_rows(view, self.labels, self.register))
        if view.for_team:
            self.put("Nothing more is asked for the receiving team. Type everything to go on with all questions.")
        if waiting:
            self.put(f"{len(waiting)} {self.say('status.postponed')}:")
        for place, (_, text) in enumerate(waiting, 1):
            self.put(text, f"  {place}  ")
        if view.carried:
            told = word(self.labels, "to_confirm", self.register, n=len(view.carried))
            self.put(f"{told}. Type carried to confirm them.")
        if view.read_back is not None:
            self.put("The safety answers have not been read back to the person. Type readback to read them.")
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
