"""The end of the questions as lines: what is still to be done, and the keys that do it."""

from __future__ import annotations

from chatbot.core.telling import word
from chatbot.core.view import View
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, prefixed, wrapped
from chatbot.tui.words import Words, many

BAR = Seg("▌ ", "key")


def nothing_left(view: View, words: Words, problem: tuple[str, str] | None, width: int) -> list[Line]:
    """Say that nothing is left to ask, and what waits all the same."""
    room = width - 2
    rows = wrapped(_title(view, words), room, "strong")
    for told in _waiting(view, words):
        rows += [BLANK, *wrapped(told, room, "warn")]
    questions = words.protocol.questions
    rows += [each for key in view.postponed for each in hang("· ", words.say(questions[key].ask), room)]
    if problem is not None:
        rows += [BLANK, *wrapped("! " + ". ".join(part for part in problem if part), room, "warn")]
    named = {"plan": "the plan", "handover": "handover", "leave": "leave"}
    named |= {} if view.closed else {"jump": "look through the answers"}
    keys = [(words.key_for(each, "review"), label) for each, label in named.items()]
    rows += [BLANK, *packed([line(Seg(key, "key"), Seg(f" {label}")) for key, label in keys], room)]
    return prefixed(rows, BAR)


def _title(view: View, words: Words) -> str:
    if view.closed:
        return f"The case is {view.phase}; nothing can be changed."
    if view.for_team:
        key = words.key_for("everything")
        return f"Nothing more is asked for the receiving team. {key} goes on with everything else."
    return "Nothing is left to ask."


def _waiting(view: View, words: Words) -> list[str]:
    told = []
    if view.carried:
        named = word(words.protocol.labels, "to_confirm", words.register, n=len(view.carried))
        told.append(f"{named}. {words.key_for('carried')} confirms them.")
    if view.read_back is not None:
        key = words.key_for("read_back")
        told.append(f"The safety answers have not been read back to the person. {key} reads them.")
    return [*told, *([f"{many(len(view.postponed), 'question')} postponed:"] if view.postponed else [])]
