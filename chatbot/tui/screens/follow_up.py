"""Ask a follow-up question, confirm which topic is meant, and read the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatbot.core.topics import AskKind
from chatbot.export.document import Item
from chatbot.export.reply import FollowUp
from chatbot.patience import WHAT_IF_MS, for_ms
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.page import blocks_page
from chatbot.tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from chatbot.tui.screens.base import Sheet

TOLD = "A question about this plan, in your own words, such as: why, why not, how sure, what do the sources say."


def ask(screen: Sheet[Any]) -> None:
    """Open the prompt over a screen of a case."""

    def given(text: str | None) -> None:
        if text and text.strip():
            _answer(screen, text.strip())

    screen.app.push_screen(Prompt("Ask about the plan", TOLD, place="ask"), given)


def _answer(screen: Sheet[Any], text: str) -> None:
    interview = screen.interview
    ours = FollowUp(interview.protocol, interview.case, screen.session.register, keep_going=for_ms, ms=WHAT_IF_MS)
    asked = ours.recognise(text)
    said, near = ours.offered(asked)

    def chosen(topic: str | None) -> None:
        if topic is not None:
            _show(screen, ours, topic, asked.kind)

    if asked.near:
        screen.app.push_screen(Choose(said, near, f"“{text}”", at=0 if asked.topic is not None else -1), chosen)
    else:
        screen.app.push_screen(blocks_page(said, [Item(title) for _, title in near]))


def _show(screen: Sheet[Any], ours: FollowUp, topic: str, kind: AskKind) -> None:
    answered = ours.answer(topic, kind)
    title, *rest = answered.blocks
    screen.app.push_screen(blocks_page(getattr(title, "text", ""), rest))
