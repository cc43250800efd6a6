"""What was on screen, row by row, and which answers say more than that: *no* to something that was never shown.

``Seen`` looks at every frame the application draws. A text was on screen once each of its rows was, however the
rows were spread over frames; what lies under the edge of a pane was not. An answer that says *no*, *normal* or *none
of these* must not come before everything it speaks of was on screen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from chatbot.core.events import AnswerCorrected, AnswerGiven, Event
from chatbot.core.protocol import Protocol, Question, QuestionType

ELLIPSIS = "…"
SHORTEST_CUT = 6
"""Letters of a name that are still the name when a narrow column cuts the rest."""


class Seen:
    """The rows that were on screen in one sitting, apart for each question."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.rows: dict[str, set[str]] = defaultdict(set)
        """By the question that was asked; under no name those of all other screens."""
        self.texts: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
        """By question: what was asked, in each wording in which it was on screen."""
        self.frames = 0
        self._judged = 0

    def watch(self, app: Any) -> None:
        """Look at every frame from now on."""
        draw = app._display

        def display(screen: Any, renderable: Any) -> None:
            draw(screen, renderable)
            if renderable is not None and screen is app.screen:
                self.frame(screen)

        app._display = display

    def frame(self, screen: Any) -> None:
        """Note what is on screen now."""
        self.frames += 1
        form = getattr(screen, "form", None)
        key = "" if form is None else form.view.id
        self.rows[key].update(_shown(screen))
        if form is not None:
            self.texts[key][form.view.text] = (form.view.text,)

    def unseen(self, events: Sequence[Event]) -> Iterator[str]:
        """Yield what the answers among *events* say no to although it was not on screen. Looks at each event once."""
        new, self._judged = events[self._judged :], max(self._judged, len(events))
        for event in new:
            if isinstance(event, AnswerGiven | AnswerCorrected):
                missing = [text for text in self._denied(event) if not self._was_shown(event.question, text)]
                if missing:
                    yield f"{event.question} = {event.value}: not on screen before: {missing}"

    def skip(self, events: Sequence[Event]) -> None:
        """Leave events out of the judgement: nobody gave them on this screen."""
        self._judged = len(events)

    def _denied(self, event: AnswerGiven | AnswerCorrected) -> list[tuple[str, ...]]:
        """Return everything an answer says no to, each in the wordings that will do."""
        question = self.protocol.questions[event.question]
        asked = (*self.texts[event.question], *_wordings(question))
        match question.type, event.value:
            case QuestionType.YES_NO, "no":
                return [asked]
            case QuestionType.SEVERAL, [*_]:
                return [asked, *((each.label.clinician, each.label.patient) for each in question.options)]
            case QuestionType.GRID, {**cells} if question.normal is not None:
                normal = {name.split(".")[0] for name, option in cells.items() if option == question.normal}
                rows = [each for each in question.rows if each.id in normal]
                return [asked, *((each.label.clinician, each.label.patient) for each in rows)]
        return []

    def _was_shown(self, key: str, wordings: tuple[str, ...]) -> bool:
        rows = self.rows[key] | self.rows[""]
        return any(covered(text, rows) for text in wordings)


def _wordings(question: Question) -> tuple[str, ...]:
    """Return every wording under which a question may stand on a screen."""
    report = question.report
    return (
        question.ask.clinician,
        question.ask.patient,
        *(() if report is None else (report.clinician, report.patient)),
    )


def _shown(screen: Any) -> Iterator[str]:
    """Yield the rows of every pane that are not cut off."""
    from chatbot.tui.widgets.pane import Pane

    for widget, place in screen._compositor.full_map.items():
        if isinstance(widget, Pane) and widget.display:
            sight = place.visible_region
            for number, row in enumerate(widget.drawn):
                if sight.y <= widget.content_region.y + number < sight.bottom:
                    yield plain("".join(each.text for each in row))


def plain(text: str) -> str:
    """Return a text or a row without bar and marks, its words one space apart."""
    return " ".join(re.sub(r"[▌▸◂✓]|\[[x ]\]", " ", text).split())


def covered(text: str, rows: Iterable[str]) -> bool:
    """Whether rows hold a whole text between them, each of its parts at the beginning or the end of a row."""
    words = plain(text).split()
    known = list(rows)
    done = 0
    while done < len(words):
        for stop in range(len(words), done, -1):
            part = " ".join(words[done:stop])
            if any(row == part or row.endswith(f" {part}") or row.startswith(f"{part} ") for row in known):
                done = stop
                break
        else:
            return _cut_short(" ".join(words), known)
    return True


def _cut_short(text: str, rows: Sequence[str]) -> bool:
    """Whether a narrow column shows the beginning of a name."""
    for row in rows:
        beginning, cut, _ = row.partition(ELLIPSIS)
        if cut and len(beginning) >= SHORTEST_CUT and text.startswith(beginning):
            return True
    return False
