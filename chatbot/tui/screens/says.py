"""What the person says, in one line: kept as a note, then the questions it may concern to go to. It answers none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatbot.core import commands as cmd
from chatbot.core.volunteered import Concerned, Standing, concerned
from chatbot.tui.drawing.history import veiled
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from chatbot.tui.screens.interview import InterviewScreen

TITLE = "What they say"
TOLD = "In their own words, on one line. It is kept as a note and answers nothing; the questions it may concern follow."
FIRST = f"Before the first question: what do they say first? {TOLD} Enter alone leaves it out."
CONCERNS = "It may concern these; the open ones come first. Nothing is answered yet; closed, it goes on where you were."
NONE_FOUND = "Kept as a note. No question was found in these words."


def ask_for_it(screen: InterviewScreen, *, first: bool = False) -> None:
    """Ask for the line over the interview. *first*: nothing was put yet, and it is put afterwards."""

    def send(text: str, prompt: Prompt) -> None:
        if text.strip():
            screen.attempt(cmd.AddNote(text.strip()), prompt.settled)
        else:
            prompt.dismiss(None)

    def closed(text: str | None) -> None:
        said = "" if text is None else text.strip()
        found = concerned(screen.interview.protocol, screen.interview.case, said) if said else ()
        if found:
            told = Choose(f"“{said}”", _choices(screen, found), CONCERNS, at=0)
            screen.app.push_screen(told, chosen)
        else:
            go_on(NONE_FOUND if said else "")

    def chosen(question: str | None) -> None:
        if question is None:
            go_on("")
        else:
            screen.go_to(question)

    def go_on(told: str) -> None:
        if first:
            screen.sync()
        screen.say(told)

    def keep(text: str) -> None:
        screen.keep_as_note(text, None)

    screen.app.push_screen(Prompt(TITLE, FIRST if first else TOLD, send, keep=keep, place="says"), closed)


def _choices(screen: InterviewScreen, found: Sequence[Concerned]) -> list[tuple[str, str]]:
    """Return each question with its words, and how it stands; private answers stay covered."""
    answers = {each.id: each.answer for each in veiled(screen.case_view().answered)}
    marks = {Standing.OPEN: "", Standing.LATER: " · later"}
    questions = screen.interview.protocol.questions
    return [
        (
            each.question,
            screen.words.say(questions[each.question].ask)
            + marks.get(each.standing, f" · answered: {answers.get(each.question, '')}"),
        )
        for each in found
    ]
