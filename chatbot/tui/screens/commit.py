"""What the trainee makes of it: urgency, causes, what is to be done, and the handover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

from chatbot.core.commands import Refusal
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.attempt import LONGEST_HANDOVER
from chatbot.core.practice.causes import grave_causes, likely_causes
from chatbot.core.practice.station import Choice
from chatbot.core.values import Urgency
from chatbot.tui.lines import BLANK, Line, Seg, fit, hang, line, rule, wrapped
from chatbot.tui.screens.attempt import AttemptSheet
from chatbot.tui.screens.choose import Choose
from chatbot.tui.screens.marks import Marks
from chatbot.tui.screens.prompt import Prompt
from chatbot.tui.screens.scroll import Marked
from chatbot.tui.words import many

EMPTY = cmd.Commit("", "", (), (), (), "")

HANDOVER_ROWS = 8

PARTS = ("urgency", "within", "likely", "not_to_miss", "items", "handover")
"""What a commitment is made of, in the order of the screen."""

ASKS = {
    "urgency": "How soon must somebody else see this person?",
    "within": "Within what time?",
    "likely": "What is likely?",
    "not_to_miss": "What must not be missed?",
    "items": "What is to be done?",
    "handover": "Your handover",
}

TOLD = {
    "likely": "Causes you hold to be likely.",
    "not_to_miss": "What must be excluded or acted on, whether likely or not; emergencies stand first.",
    "items": "What you would do or ask for.",
    "handover": "What you found, how urgent it is, and what you ask for. It is handed over as you write it.",
}


class CommitScreen(AttemptSheet[bool], Marked[bool]):
    """Closes with True when the attempt is to end, once the commitment was handed in."""

    PLACES: ClassVar[tuple[str, ...]] = ("commitment",)
    HERE: ClassVar[str] = "what you make of it"

    def __init__(self) -> None:
        super().__init__()
        self.caret = 0
        self.said = ""
        self._spans: list[tuple[int, int]] = []

    @property
    def draft(self) -> cmd.Commit:
        """What was chosen so far: it stays until the attempt is over, handed in or not."""
        return self.session.commitment or self.attempt_now.commitment or EMPTY

    def _keep(self, draft: cmd.Commit) -> None:
        self.session.commitment, self.said = draft, ""
        self.fresh()
        self.redraw()

    # --- what can be chosen ---

    def urgencies(self) -> list[tuple[str, str]]:
        found = (each.value for each in reversed(Urgency) if each is not Urgency.UNDETERMINED)
        return [(each, self.words.label(f"urgency.{each}")) for each in found]

    def limits(self) -> list[tuple[str, str]]:
        return [(each.id, each.title) for each in self.attempt_now.station.scoring.limits]

    def causes(self) -> list[Choice]:
        return [Choice(key, self.words.say(title)) for key, title in likely_causes(self.practising.protocol).items()]

    def grave(self) -> list[Choice]:
        """What may be named as not to be missed, emergencies first."""
        return [Choice(key, self.words.say(title)) for key, title in grave_causes(self.practising.protocol).items()]

    def items(self) -> list[Choice]:
        """The catalogue, each item under the name of its category."""
        found = self.attempt_now.station.scoring.items
        labels = self.practising.protocol.labels
        named = {each.group: f"category.{each.group}" for each in found}
        return [
            replace(each, group=self.words.label(key) if (key := named[each.group]) in labels else each.group)
            for each in found
        ]

    # --- drawing ---

    def header(self, width: int) -> list[Line]:
        rows = wrapped("What do you make of it?", width, "strong")
        if self.said:
            rows += wrapped(f"! {self.said}", width, "warn")
        return rows if self.tight else [*rows, rule(width)]

    def lines(self, width: int) -> list[Line]:
        rows: list[Line] = []
        self._spans = []
        for index, part in enumerate(PARTS):
            first = len(rows)
            at = index == self.caret
            mark = line(Seg("▸ " if at else "  ", "key"), Seg(f"{index + 1}  ", "key"))
            rows += hang(mark, ASKS[part], width, "strong" if at else "")
            rows += [row for said in self._chosen(part) for row in hang("     ", said, width, "quiet")]
            rows += [] if self.tight else [BLANK]
            self._spans.append((first, len(rows) - 1))
        if self.focus_rows is not None:
            self.focus_rows = self._spans[self.caret]
        if self.attempt_now.commitment is not None and self.session.commitment is None:
            rows += wrapped("This was handed in.", width, "quiet")
        return rows

    def _chosen(self, part: str) -> Sequence[str]:
        draft = self.draft
        match part:
            case "urgency":
                return [dict(self.urgencies()).get(draft.urgency, "–")]
            case "within":
                return [dict(self.limits()).get(draft.within, "–")]
            case "likely":
                return _titles(self.causes(), draft.likely)
            case "not_to_miss":
                return _titles(self.grave(), draft.not_to_miss)
            case "items":
                return _titles(self.items(), draft.items)
        return [draft.handover or "–"]

    # --- keys ---

    @property
    def positions(self) -> int:
        return len(PARTS)

    def rows_of_mark(self) -> tuple[int, int]:
        return (0, 0)

    def plain_key(self, key: str) -> bool:
        if key.isdecimal() and len(key) == 1 and 1 <= int(key) <= len(PARTS):
            self.caret = int(key) - 1
            self.act_open_part()
            return True
        return False

    def act_open_part(self) -> None:
        """Choose, mark or write the part the mark stands on."""
        draft, part = self.draft, PARTS[self.caret]
        match part:
            case "urgency":
                self._choose(part, self.urgencies(), lambda given: replace(draft, urgency=given))
            case "within":
                self._choose(part, self.limits(), lambda given: replace(draft, within=given))
            case "likely":
                self._mark(part, self.causes(), draft.likely, lambda given: replace(draft, likely=given))
            case "not_to_miss":
                self._mark(part, self.grave(), draft.not_to_miss, lambda given: replace(draft, not_to_miss=given))
            case "items":
                self._mark(part, self.items(), draft.items, lambda given: replace(draft, items=given))
            case _:
                self._write(draft)

    def _choose(self, part: str, choices: list[tuple[str, str]], made: Callable[[str], cmd.Commit]) -> None:
        now = getattr(self.draft, part)
        at = next((index for index, (id_, _) in enumerate(choices) if id_ == now), -1)
        self.app.push_screen(
            Choose(ASKS[part], choices, at=at), lambda given: None if given is None else self._next(made(given))
        )

    def _mark(
        self, part: str, choices: list[Choice], now: Sequence[str], made: Callable[[tuple[str, ...]], cmd.Commit]
    ) -> None:
        def marked(given: tuple[str, ...] | None) -> None:
            if given is not None:
                self._next(made(given))

        self.app.push_screen(Marks(ASKS[part], TOLD[part], choices, now), marked)

    def _write(self, draft: cmd.Commit) -> None:
        def take(text: str, prompt: Prompt) -> None:
            if len(text) > LONGEST_HANDOVER:
                prompt.say(f"a handover has at most {LONGEST_HANDOVER} characters", "say the essentials")
            else:
                prompt.settled(None)

        rows = HANDOVER_ROWS if self.size.height >= 22 else 4
        prompt = Prompt(ASKS["handover"], TOLD["handover"], take, rows=rows, begun=draft.handover, place="handover")
        self.app.push_screen(
            prompt, lambda text: None if text is None else self._next(replace(draft, handover=text.strip()))
        )

    def _next(self, draft: cmd.Commit) -> None:
        """Keep what was chosen; the mark goes to the part after it."""
        self.caret = min(self.caret + 1, len(PARTS) - 1)
        self.focus_rows = (0, 0)
        self._keep(draft)

    def act_hand_in(self) -> None:
        """Hand it in as it stands."""
        self.send(self.draft, self._handed_in)

    def _handed_in(self, refusal: Refusal | None) -> None:
        if refusal is not None:
            self.said = ". ".join(part for part in (refusal.message.capitalize(), refusal.hint) if part)
            self.redraw()
            return
        self.session.commitment = None
        self.said = ""
        ways = [("end", "end the attempt, and read the debrief")]
        ways += [("back", "go back to the patient")] if not self.attempt_now.up else []
        ways += [("change", "change something of it")]

        def chosen(way: str | None) -> None:
            if way == "end":
                self.dismiss(True)
            elif way == "back":
                self.dismiss(False)
            else:
                self.fresh()
                self.redraw()

        draft = self.draft
        told = f"Handed in: {many(len(draft.items), 'thing')} to do, {len(draft.handover.split())} words of handover."
        self.app.push_screen(Choose("What now?", ways, told), chosen)

    def act_dismiss(self) -> None:
        """Back to the patient; what was chosen stays."""
        self.dismiss(False)


def _titles(choices: Sequence[Choice], chosen: Sequence[str]) -> list[str]:
    """Return what was chosen, in the order of the list; a dash for nothing."""
    return [fit(each.title, 200) for each in choices if each.id in chosen] or ["–"]
