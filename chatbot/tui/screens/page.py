"""A page to read: help, sources, handover, what the program is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from chatbot.core.changes import Story
from chatbot.core.telling import place_line, story_told, word
from chatbot.core.view import QuestionView, View
from chatbot.export.document import Block, Heading, Item, Paragraph, Source
from chatbot.tui.action import Action
from chatbot.tui.lines import BLANK, Line, Seg, hang, rule, wrapped
from chatbot.tui.screens.scroll import ScrollSheet
from chatbot.tui.services import Session
from chatbot.tui.words import Words, day_words, many, sentence

Draw = Callable[[int], list[Line]]


class Page(ScrollSheet[bool]):
    """Something to read; Escape closes it. With *accept* a key says yes, and the page tells so."""

    PLACES: ClassVar[tuple[str, ...]] = ("page",)

    def __init__(
        self,
        title: str,
        draw: Draw,
        *,
        accept: str = "",
        accept_label: str = "",
        closed_by: str = "",
        whole: bool = False,
    ) -> None:
        """*whole*: it can be accepted only once its last line was in sight. *closed_by*: the action that opened it."""
        super().__init__()
        self.whole, self.may_be_left = whole, not accept
        self.title_text, self.draw = title, draw
        self.accept, self.accept_label, self.closed_by = accept, accept_label, closed_by

    def header(self, width: int) -> list[Line]:
        return [*wrapped(self.title_text, width, "strong"), rule(width)]

    def lines(self, width: int) -> list[Line]:
        return self.draw(width)

    def extra_keys(self) -> list[tuple[str, str]]:
        return [(self.key_for("page_down"), "more")] if self.accept and not self.at_end else []

    def can(self, action: str) -> bool:
        match action:
            case "agree":
                return bool(self.accept) and (self.at_end or not self.whole)
            case "disagree":
                return bool(self.accept)
            case "read_on":
                return not self.accept
        return True

    def worth_showing(self, action: str) -> bool:
        return action != "read_on" or not self.at_end

    def named(self, action: Action) -> str:
        return self.accept_label if action.id == "agree" else super().named(action)

    def press(self, key: str) -> bool:
        if self.closed_by and key in self.ours.keymap.keys(self.closed_by):
            self.dismiss(False)
            return True
        return super().press(key)

    def act_agree(self) -> None:
        self.dismiss(True)

    def act_disagree(self) -> None:
        self.dismiss(False)

    def act_read_on(self) -> None:
        """Go on reading; a page that was read to its end is closed."""
        if self.at_end:
            self.dismiss(False)
        else:
            self.act_page_down()

    def act_dismiss(self) -> None:
        self.dismiss(False)

    def act_help(self) -> None:
        """Help on a page to read would only cover it."""
        self.dismiss(False)


def paragraphs(parts: Iterable[tuple[str, str]], width: int) -> list[Line]:
    """Draw headed paragraphs."""
    rows: list[Line] = []
    for title, text in parts:
        if not text:
            continue
        rows += [BLANK] if rows else []
        rows += wrapped(title, width, "strong") if title else []
        rows += wrapped(text, width)
    return rows


def about_page(session: Session, *, accept: str = "", accept_label: str = "") -> Page:
    """Say what the program is for, and what its content is."""
    about = session.services.protocol_about

    def draw(width: int) -> list[Line]:
        say = session.register
        due = f"the next review is due on {about.next_due}" if about.next_due else ""
        parts = [
            (
                f"{about.title.in_register(say)} {about.version}",
                f"{about.content_status}; {about.last_updated}",
            ),
            *(("", f"! {each.in_register(say)}") for each in about.warnings),
            ("Where its review stands", "; ".join(filter(None, [about.states, due]))),
            ("Intended use", about.intended_use.in_register(say)),
            ("Disclaimer", about.disclaimer.in_register(say)),
            ("Not a medical device", ""),
            ("Editorial policy", about.editorial_policy.in_register(say)),
            ("Where answers are saved", session.services.transcripts),
            ("", session.services.encryption()),
        ]
        rows = paragraphs(parts, width)
        return [*rows, BLANK, *wrapped("This program is not a medical device.", width, "warn")]

    return Page("About Backstory", draw, accept=accept, accept_label=accept_label)


def why_page(question: QuestionView) -> Page:
    """Say why a question is asked, with its sources."""

    def draw(width: int) -> list[Line]:
        rows = [*wrapped(question.text, width, "strong"), BLANK, *wrapped(question.why, width)]
        for cited in question.cites:
            place = f", {cited.locator}" if cited.locator else ""
            rows += [BLANK, *hang("• ", f"{cited.citation}{place}", width)]
            rows += [(Seg("  "), *each) for each in wrapped(_seen(cited.type, cited.verified), width - 2, "quiet")]
        rows += [BLANK, *wrapped("In the other wording", width, "quiet"), *wrapped(question.other_register, width)]
        return rows

    return Page("Why we ask", draw, closed_by="why")


def _seen(kind: str, verified: str) -> str:
    return f"{kind.replace('_', ' ')}; {verified.replace('_', ' ')}"


def stop_page(session: Session) -> Page:
    """Ask before the program is left."""
    saved = len(session.interview.case.answers) if session.interview is not None else 0

    def draw(width: int) -> list[Line]:
        if session.practising is not None:
            rows = wrapped("Stop? Everything said so far is saved.", width, "strong")
            return [*rows, *wrapped("The attempt can be gone on with; its time stands still.", width)]
        if not session.services.kept:
            return wrapped("Stop? This is a trial; nothing of it is kept.", width, "strong")
        rows = wrapped(f"Stop? {many(saved, 'answer')} saved.", width, "strong")
        rows += wrapped("What is being typed is not saved. The case can be resumed.", width)
        return [*rows, BLANK, *wrapped(session.services.transcripts, width, "quiet")]

    return Page("Leave the program", draw, accept="y", accept_label="leave")


def handover_page(plan: dict[str, Any], words: Words) -> Page:
    """The handover in its four parts, to read aloud."""

    def draw(width: int) -> list[Line]:
        rows = wrapped(plan["content_status"], width, "warn")
        for part in plan["handover"]:
            rows += [BLANK, *wrapped(words.pick(part["title"]), width, "strong")]
            rows += [each for said in part["lines"] for each in hang("· ", words.pick(said), width)]
        return rows

    return Page(sentence(words.heading("handover")), draw, closed_by="handover")


def carried_page(view: View, keys: Sequence[str], words: Words) -> Page:
    """Carried answers to be read through; a key confirms them all."""
    known = {each.id: each for each in view.answered}

    def draw(width: int) -> list[Line]:
        found = [known[key] for key in keys if key in known]
        days = ", ".join(map(day_words, sorted({each.given[:10] for each in found})))
        told = f"Read these to the person, as said on {days}. What is no longer so is answered again at its question."
        rows = [*wrapped(told, width), BLANK]
        for each in found:
            named = words.say(words.protocol.questions[each.id].named)
            rows += hang("· ", f"{named}: {each.answer}", width, "strong")
        return rows

    title = word(words.protocol.labels, "to_confirm", words.register, n=len(keys))
    return Page(sentence(title), draw, accept="y", accept_label="all still so", whole=True)


def story_page(story: Story, words: Words) -> Page:
    """Where a case stands and what differs from those before it; private answers in full."""
    labels = words.protocol.labels

    def draw(width: int) -> list[Line]:
        rows = wrapped(place_line(story.place, labels, words.register), width, "strong")
        for part in story_told(story, labels, words.register, private=True):
            rows += [BLANK, *wrapped(sentence(part.heading), width, "strong")]
            rows += [each for said in part.lines for each in hang("· ", said, width)]
        for problem in (*story.problems, *story.place.problems):
            rows += [BLANK, *wrapped(f"! {sentence(problem)}", width, "warn")]
        return rows

    return Page("What changed", draw, closed_by="changes")


def blocks_page(title: str, blocks: Sequence[Block], *, closed_by: str = "") -> Page:
    """Blocks of an export under one title."""

    def draw(width: int) -> list[Line]:
        rows: list[Line] = []
        for block in blocks:
            match block:
                case Heading(_, text):
                    rows += [BLANK, *wrapped(text, width, "strong")]
                case Paragraph(text):
                    rows += wrapped(text, width, "quiet")
                case Item(text, details):
                    rows += hang("· ", text, width)
                    rows += [row for detail in details for row in hang("    ", detail, width)]
                case Source(n, citation, identifier, details):
                    rows += hang(f"[{n}] ", f"{citation} {identifier}".strip(), width)
                    rows += [row for detail in details for row in hang("    ", detail, width, "quiet")]
        return rows

    return Page(title, draw, closed_by=closed_by)


def told_page(title: str, said: Sequence[str], closed_by: str) -> Page:
    """Sentences under one title."""

    def draw(width: int) -> list[Line]:
        return [each for one in said for each in [*hang("· ", one, width), BLANK]]

    return Page(title, draw, closed_by=closed_by)
