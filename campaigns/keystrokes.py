"""Play vignettes on the screen by keys alone and count them: keys a question, by type, at three sizes.

    python -m campaigns.keystrokes [--vignette NAME ...]

What is counted is what a person presses: the keys of an answer, of a typed field every letter, of a table the arrows to
what is not normal, the keys that read on where a screen is small, those that confirm, read back and acknowledge. The
letters of free text, which are the person's own words, are counted in and also said apart. Nothing may be recorded
as *no*, *normal* or *none of these* before all of it was on screen. After the routine vignette the shortest routine
interview is played that ``campaigns.length`` finds from it: tables normal, nothing more than has to be asked. Ends with
1 when that did not hold, when this one takes more than 1.6 keys a question at 80 × 24, or either more than twelve
minutes to a first safe plan by the model of words and keys.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from campaigns.keyfuzz import Sitting, sent_for
from campaigns.length import MOST_KEYS_PER_QUESTION, MOST_MINUTES, VIGNETTE, Length, measured, shortest, vignette_case
from campaigns.seen import Seen
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.core.answers import quick_span
from chatbot.core.commands import GiveAnswer
from chatbot.core.effort import minutes
from chatbot.core.protocol import Protocol, QuestionType
from chatbot.core.values import Answer, parse_span, to_stored
from chatbot.interview import Interview
from chatbot.record.store import MemoryRecorder
from tests.dialogue.typing import keys_for
from tests.dialogue.vignettes import answers_of, opened
from tests.tui.kit import application, screen_text

SIZES = ((120, 40), (80, 24), (40, 15))
JUDGED = (80, 24)

READ_BACK, BLOCK, OTHER = "read-back", "list of yes/no", "emergency and pages"
"""What takes keys and is no single question."""

MOST_PRESSES = 40
"""A key that has to be pressed more often than this leads nowhere."""


@dataclass
class Tally:
    """The keys of one interview."""

    size: tuple[int, int]
    asked: Counter[str] = field(default_factory=Counter)
    keys: Counter[str] = field(default_factory=Counter)
    dearest: list[tuple[int, str]] = field(default_factory=list)
    letters: int = 0
    """Letters of free text among the keys."""
    until_safe: int = 0
    """Keys until the safety screen was settled and read back."""
    problems: list[str] = field(default_factory=list)

    @property
    def a_question(self) -> float:
        """Return keys a question, everything counted."""
        return self.keys.total() / max(1, self.asked.total())

    def lines(self) -> list[str]:
        """Return the figures as text."""
        found = [f"  {self.size[0]}x{self.size[1]}: {self.keys.total()} keys, {self.asked.total()} questions, "
                 f"{self.a_question:.2f} a question; without {self.letters} letters of free text "
                 f"{(self.keys.total() - self.letters) / max(1, self.asked.total()):.2f}; "
                 f"{self.until_safe} keys until the safety screen was read back"]  # fmt: skip
        for name, count in sorted(self.keys.items(), key=lambda each: -each[1]):
            many = self.asked[name]
            mean = f"{count / many:.2f} a question" if many else ""
            found.append(f"    {name:<20} {many:>3} asked {count:>4} keys  {mean}")
        dear = ", ".join(f"{name} {count}" for count, name in sorted(self.dearest, reverse=True)[:6])
        return [*found, f"    most keys: {dear}", *(f"    {each}" for each in self.problems)]


class Player:
    """Plays one interview."""

    def __init__(
        self, protocol: Protocol, name: str, size: tuple[int, int], answers: dict[str, GiveAnswer] | None = None
    ) -> None:
        self.answers = answers or answers_of(protocol, name)
        self.interview = Interview.start(protocol, MemoryRecorder(), opened(protocol, name))
        self.tally = Tally(size)
        self.app = application(self.interview)
        self.seen = Seen(protocol)
        self.sitting = Sitting(self.app, self.seen)

    async def press(self, kind: str, *keys: str) -> None:
        """Press keys one after the other, as a person does who looks at the screen."""
        for key in keys:
            self.app.pressed.clear()  # a second goes by: it is not the last key, held down
            await self.sitting.feed([sent_for(key)])
            self.tally.keys[kind] += 1
            self.tally.problems += self.seen.unseen(self.interview.events)

    async def play(self) -> Tally:
        """Play until nothing is left to ask."""
        async with self.app.run_test(size=self.tally.size):
            await self.sitting.rest()
            while self.interview.case.next is not None or self.interview.case.alarms:
                before = (len(self.interview.events), screen_text(self.app))
                await self._step()
                if self.tally.problems or before == (len(self.interview.events), screen_text(self.app)):
                    self.tally.problems.append(f"stands still at {self.interview.case.shown}:\n{before[1]}")
                    break
                if not self.tally.until_safe and self._is_safe():
                    self.tally.until_safe = self.tally.keys.total()
        return self.tally

    def _is_safe(self) -> bool:
        from chatbot.tui.screens.read_back import ReadBackScreen

        return self.interview.view().safety_asked and not isinstance(self.app.screen, ReadBackScreen)

    async def _step(self) -> None:
        from chatbot.tui.screens.block import BlockScreen
        from chatbot.tui.screens.interview import InterviewScreen
        from chatbot.tui.screens.read_back import ReadBackScreen

        screen = self.app.screen
        if isinstance(screen, BlockScreen):
            await self._block(screen)
        elif isinstance(screen, ReadBackScreen):
            await self.press(READ_BACK, "enter")
        elif isinstance(screen, InterviewScreen) and screen.form is not None:
            await self._question(screen)
        else:
            await self.press(OTHER, "enter")

    async def _block(self, screen: Any) -> None:
        """Mark what is yes; the rest at once."""
        asked = [line.question for line in screen.shown.lines]
        marks = [key for key, question in screen.keys.items() if self.answers[question].value == "yes"]
        if not screen.marks:
            await self.press(BLOCK, *marks)
            self.tally.asked[BLOCK] += len(asked)
        await self.press(BLOCK, "enter")

    async def _question(self, screen: Any) -> None:
        form, case = screen.form, self.interview.case
        kind, command = form.type.value, self.answers[form.view.id]
        keys = list(keys_to(form, command))
        before = self.tally.keys.total()
        await self.press(kind, *keys)
        shown = ""
        while self.interview.case is case and screen_text(self.app) != shown and form.pending is None:
            shown = screen_text(self.app)
            await self.press(kind, keys[-1])  # not all was on screen: the key reads on
        if self.interview.case is case:
            await self.press(kind, "y")  # an unusual value is confirmed
        self.tally.asked[kind] += 1
        self.tally.dearest.append((self.tally.keys.total() - before, form.view.id))
        if form.type is QuestionType.TEXT and command.value is not None:
            self.tally.letters += len(str(command.value))


def keys_to(form: Any, command: GiveAnswer) -> Iterator[str]:
    """Yield the fewest keys that give an answer: a listed date where one says as much, arrows to what is not normal."""
    question, value = form.question, command.value
    if question.type is QuestionType.GRID and isinstance(value, dict) and question.normal in value.values():
        yield from _to_what_is_not_normal(form, value)
    elif question.type is QuestionType.DATE and value is not None and (key := _quick(form, str(value))):
        yield key
    else:
        yield from keys_for(form, command)


def _quick(form: Any, value: str) -> str | None:
    """Return the key of the listed date that covers a date, as *some years ago* does."""
    span = parse_span(value)
    for key, quick in zip(form.keys, form.question.quick, strict=False):
        listed = parse_span(quick_span(quick, form.as_of))
        if listed.first <= span.first and span.last <= listed.last:
            return str(key)
    return None


def _to_what_is_not_normal(form: Any, value: dict[str, str]) -> Iterator[str]:
    rows, columns = form.question.rows, form.question.columns
    at = (0, 0)
    for row, axis in enumerate(rows):
        for column, head in enumerate(columns):
            wanted = value.get(f"{axis.id}.{head.id}")
            if wanted is None or wanted == form.question.normal:
                continue
            yield from ["down" if row > at[0] else "up"] * abs(row - at[0])
            yield from ["right" if column > at[1] else "left"] * abs(column - at[1])
            yield next(key for key, each in form.choices(column) if each.id == wanted)
            at = (row, column + 1) if column + 1 < len(columns) else (min(row + 1, len(rows) - 1), 0)
    yield "n"


def main(arguments: list[str] | None = None) -> int:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vignette", nargs="*", default=[VIGNETTE, "kidney_disease", "cauda_equina", "all_unknown"])
    options = parser.parse_args(arguments)
    protocol = load_protocol()
    folder = find_protocol(None, protocols_folder())
    holds = True
    for name in options.vignette:
        print(name)
        tallies = played(protocol, name)
        holds = holds and not any(each.problems for each in tallies)
        if name == VIGNETTE:
            case = vignette_case(protocol, folder, name)
            holds = in_time(tallies, measured(protocol, case)) and holds
            print("the shortest routine interview found from it")
            short = shortest(protocol, case)
            tallies = played(protocol, name, {key: told(key, answer) for key, answer in short.answers.items()})
            holds = in_time(tallies, measured(protocol, short)) and holds
            holds = holds and judged(tallies).a_question <= MOST_KEYS_PER_QUESTION
    return 0 if holds else 1


def played(protocol: Protocol, name: str, answers: dict[str, GiveAnswer] | None = None) -> list[Tally]:
    """Play an interview at every size; print what it took."""
    tallies = []
    for size in SIZES:
        tallies.append(asyncio.run(Player(protocol, name, size, answers).play()))
        print("\n".join(tallies[-1].lines()), flush=True)
    return tallies


def judged(tallies: list[Tally]) -> Tally:
    """Return the interview at the size that limits are for."""
    return next(each for each in tallies if each.size == JUDGED)


def in_time(tallies: list[Tally], model: Length) -> bool:
    """Print how long the first safe plan takes by the model, with the keys really pressed; whether that is soon."""
    took = minutes(model.words_until_safe, judged(tallies).until_safe, model.until_safe)
    print(f"  first safe plan after {took:.1f} minutes (limit {MOST_MINUTES:.0f})")
    return took <= MOST_MINUTES


def told(key: str, answer: Answer) -> GiveAnswer:
    """Return the command that gives an answer."""
    value = None if answer.value is None else to_stored(answer.value)
    status = None if answer.status is None else answer.status.value
    return GiveAnswer(key, value=value, status=status, source=answer.source.value, reason=answer.reason)


if __name__ == "__main__":
    sys.exit(main())
