"""Declining recommendations: the statements an informed refusal asks for one after the other, then the comment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from chatbot.core.commands import DECLINED_BY_PERSON, DecideRule, Refusal
from chatbot.core.protocol import Statement
from chatbot.core.refusal import consequence, statement_problem, statements_for
from chatbot.core.view import AlarmView
from chatbot.tui.screens.base import Sheet
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.prompt import Prompt

ALL = "*"
"""Chooses every action of an emergency; no rule is called so."""


class Declining:
    """One or more recommendations being declined for one reason. Escape anywhere records nothing."""

    def __init__(self, sheet: Sheet[Any], rules: Sequence[str], code: str, done: Callable[[], None]) -> None:
        self.sheet, self.rules, self.code, self.done = sheet, list(rules), code, done
        asked = {
            each.id: each for rule in rules for each in statements_for(sheet.interview.protocol, rule, "decline", code)
        }
        self.asked: list[Statement] = list(asked.values())
        self.statements: dict[str, str] = {}

    def begin(self) -> None:
        """Ask the first thing."""
        self._ask("")

    def _ask(self, told: str) -> None:
        """Ask the next statement, or the comment after the last; *told* is what followed from the one before."""
        words = self.sheet.words
        if len(self.statements) == len(self.asked):
            self._comment(told)
            return
        statement = self.asked[len(self.statements)]
        place = f"{len(self.statements) + 1} of {len(self.asked)}, before an emergency action is declined"
        told = "\n".join(filter(None, [told, place]))
        if statement.type == "yes_no":
            choices = [(each, words.label(f"option.{each}")) for each in ("yes", "no")]
            self.sheet.app.push_screen(
                Choose(words.say(statement.ask), choices, told), lambda said: self._said(statement, said)
            )
            return

        def send(text: str, prompt: Prompt) -> None:
            prompt.settled(statement_problem(statement, text))

        self.sheet.app.push_screen(
            Prompt(words.say(statement.ask), told, send), lambda said: self._said(statement, said)
        )

    def _said(self, statement: Statement, said: str | None) -> None:
        if said is None:
            self.done()
            return
        words = self.sheet.words
        follows = consequence(statement, said)
        problem = statement_problem(statement, said)
        if problem is not None:
            from chatbot.tui.screens.page import told_page

            text = problem.message if follows is None else words.say(follows)
            self.sheet.app.push_screen(told_page("Nothing is recorded", [text], ""), lambda _: self.done())
            return
        self.statements[statement.id] = said
        self._ask("" if follows is None else words.say(follows))

    def _comment(self, told: str) -> None:
        def send(text: str, prompt: Prompt) -> None:
            self._record(0, text.strip() or None, prompt)

        needed = "A comment, in words. Enter alone leaves it out; an emergency action needs one."
        told = "\n".join(filter(None, [told, needed]))
        self.sheet.app.push_screen(Prompt("Comment", told, send), lambda _: self.done())

    def _record(self, index: int, comment: str | None, prompt: Prompt) -> None:
        """Send one decision after the other; each is saved with its statements."""

        def sent(refusal: Refusal | None) -> None:
            if refusal is not None or index + 1 == len(self.rules):
                prompt.settled(refusal)
            else:
                self._record(index + 1, comment, prompt)

        command = DecideRule(self.rules[index], "decline", self.code, comment, dict(self.statements) or None)
        self.sheet.attempt(command, sent)


def decline_help(sheet: Sheet[Any], alarm: AlarmView, done: Callable[[], None]) -> None:
    """Let the person decline what an emergency asks for: one action, or all of them."""
    actions = [each for each in alarm.actions if each.kind == "do" and not each.declined]
    choices = [(each.rule, each.title) for each in actions]
    if len(choices) > 1:
        choices.append((ALL, "all of these"))

    def chosen(rule: str | None) -> None:
        if rule is not None:
            rules = [each.rule for each in actions] if rule == ALL else [rule]
            Declining(sheet, rules, DECLINED_BY_PERSON, done).begin()

    told = "The emergency stays, and so does its line; both say that help was declined."
    sheet.app.push_screen(Choose("What does the person decline?", choices, told), chosen)
