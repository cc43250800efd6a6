"""What is read beside the conversation with a simulated patient: what was learned, hints, the card; and extra time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chatbot.core.answers import answer_text
from chatbot.core.commands import Refusal
from chatbot.core.practice.attempt import Attempt
from chatbot.core.practice.commands import ExtraTime
from chatbot.core.protocol import Protocol, Question
from chatbot.core.values import Source
from chatbot.errors import BackstoryError
from chatbot.tui.lines import BLANK, Line, hang, wrapped
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.page import Page
from chatbot.tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from chatbot.tui.screens.attempt import AttemptSheet
    from chatbot.tui.words import Words

NOTHING_YET = "Nothing was learned yet."

FROM = {Source.RECORD: " (from a record)", Source.EXAMINATION: " (examined)"}
"""Where an answer comes from, where that is not the person."""


def learned_page(attempt: Attempt, words: Words) -> Page:
    """Everything that was learned so far, by topic, in words. A record need not be right."""

    def draw(width: int) -> list[Line]:
        protocol, section = attempt.protocol, ""
        rows: list[Line] = []
        for key, question in protocol.questions.items():
            answer = attempt.case.answers.get(key)
            if answer is None:
                continue
            if question.section != section:
                section = question.section
                title = words.say(protocol.sections[section].title)
                rows += [*([BLANK] if rows else []), *wrapped(title, width, "strong")]
            said = answer_text(protocol.labels, question, answer, words.register)
            rows += hang("· ", f"{words.say(question.named)}: {said}{FROM.get(answer.source, '')}", width)
        return rows or wrapped(NOTHING_YET, width)

    return Page("What you have learned", draw, closed_by="learned")


def last_asked(attempt: Attempt) -> str | None:
    """Return the question that was asked last."""
    return next((turn.of for turn in reversed(attempt.turns) if turn.act == "ask"), None)


def hint_page(attempt: Attempt, words: Words) -> Page:
    """What to think of here, and in the first topic of which nothing was asked: the words of the content alone."""
    protocol, hints = attempt.protocol, attempt.station.hints
    last = last_asked(attempt)
    touched = {protocol.questions[turn.of].section for turn in attempt.turns if turn.act == "ask"}
    fresh = next((each for each in protocol.sections if each in hints and each not in touched), None)
    here = None if last is None else protocol.questions[last].section

    def draw(width: int) -> list[Line]:
        rows: list[Line] = []
        for title, section in (("Here", here), ("Not spoken of yet", fresh)):
            if section is not None and section in hints:
                named = f"{title}: {words.say(protocol.sections[section].title)}"
                rows += [*([BLANK] if rows else []), *wrapped(named, width, "strong"), *wrapped(hints[section], width)]
        return rows or wrapped("There is no hint for this.", width)

    return Page("A hint", draw, closed_by="hint")


def why_asked_page(attempt: Attempt, words: Words) -> Page:
    """Why the question that was asked last is asked, with its sources."""
    last = last_asked(attempt)
    question = None if last is None else attempt.protocol.questions[last]

    def draw(width: int) -> list[Line]:
        if question is None:
            return wrapped("Nothing was asked yet. Once something was, this says why it is asked.", width)
        return reasons(attempt.protocol, question, words, width)

    return Page("Why we ask", draw, closed_by="why_asked")


def reasons(protocol: Protocol, question: Question, words: Words, width: int) -> list[Line]:
    """Draw why a question is asked, and the sources of that."""
    rows = [*wrapped(words.say(question.ask), width, "strong"), BLANK, *wrapped(words.say(question.why), width)]
    for cited in question.cites:
        place = f", {cited.locator}" if cited.locator else ""
        rows += [BLANK, *hang("• ", f"{protocol.references[cited.reference].citation}{place}", width, "quiet")]
    return rows


def show_card(sheet: AttemptSheet[Any]) -> None:
    """Show the card of whoever plays the patient, once it was said that the one who asks must not see it."""
    desk = sheet.session.services.practice
    told = "It tells everything about this patient. The one who asks must not see it."

    def answered(yes: bool | None) -> None:
        if not yes or desk is None or desk.card is None:
            return
        try:
            text = desk.card(sheet.practising)
        except BackstoryError as error:
            sheet.app.push_screen(Fault(error))
        else:
            sheet.app.push_screen(Page("The patient's card", lambda width: wrapped(text, width), closed_by="card"))

    page = Page(
        "For the one who plays the patient alone",
        lambda width: wrapped(told, width),
        accept="y",
        accept_label="show the card",
    )
    sheet.app.push_screen(page, answered)


def ask_extra_time(sheet: AttemptSheet[Any], done: Callable[[Refusal | None], None]) -> None:
    """Ask how many minutes more, and why; *done* is told what became of it."""
    minutes: list[int] = []

    def take_minutes(text: str, prompt: Prompt) -> None:
        said = text.strip()
        if said.isdecimal() and 1 <= int(said) <= 60:
            minutes[:] = [int(said)]
            prompt.settled(None)
        else:
            prompt.say("extra time is 1 to 60 minutes", "type a whole number")

    def take_reason(text: str, prompt: Prompt) -> None:
        if not text.strip():
            prompt.say("extra time needs a reason", "it is kept with the attempt")
            return
        sheet.send(ExtraTime(minutes[0], text), prompt.settled)

    def timed(said: str | None) -> None:
        if said is None:
            done(None)
        else:
            told = "Why? The reason is kept with the attempt."
            sheet.app.push_screen(Prompt("Extra time", told, take_reason, rows=1), lambda _: done(None))

    sheet.app.push_screen(Prompt("Extra time", "How many minutes more?", take_minutes, rows=1), timed)
