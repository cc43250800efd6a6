"""The perfect script played through the shells, as somebody would type it: line by line, and by keys on the screen."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from chatbot import plain_practice
from chatbot.core import events as ev
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.debrief import Debrief
from chatbot.core.practice.debrief_text import lines as debrief_lines
from chatbot.core.practice.expert import script
from chatbot.core.practice.marking import mark
from chatbot.core.practice.station import Station
from chatbot.core.protocol import Protocol
from chatbot.plain_practice import worded
from chatbot.practising import Practising
from chatbot.tui.practice import Ended
from tests.plain.practice_kit import Clock, begun
from tests.tui import practice_kit
from tests.tui.kit import screen_text

Typed = str | Callable[[], str]
"""A line, or what works it out when it is read."""

WIDTH = 2_000
"""Wide enough that nothing offered is folded."""


class Typist:
    """Types what an expert does at a station, and reads the numbers off what is offered."""

    def __init__(self, practising: Practising) -> None:
        self.practising = practising
        self.lines: list[str] = []
        self.waiting: deque[Typed] = deque()
        self.commands: Iterator[cmd.PracticeCommand] = script(practising.protocol, practising.station)

    def read(self, _: str) -> str | None:
        """Return the next line; None at the end."""
        while not self.waiting:
            command = next(self.commands, None)
            if command is None:
                return None
            self.waiting.extend(self.typed(command))
        line = self.waiting.popleft()
        return line if isinstance(line, str) else line()

    def number(self, text: str) -> str:
        """Return the number a text stands behind in what was offered last."""
        for line in reversed(self.lines):
            found = re.fullmatch(r"\s+(\d+)  (.+)", line)
            if found and found[2] == text:
                return found[1]
        raise AssertionError(f"{text!r} is not offered")

    def numbers(self, texts: list[str]) -> str:
        """Return the numbers of several, parted by spaces."""
        return " ".join(self.number(each) for each in texts)

    def typed(self, command: cmd.PracticeCommand) -> list[Typed]:
        """Return the lines a command takes."""
        station, protocol = self.practising.station, self.practising.protocol
        match command:
            case cmd.Make(move, _):
                label = next(each.label for each in station.moves if each.id == move)
                return [":moves", lambda: self.number(label)]
            case cmd.Fetch(document, _):
                title = next(each.title for each in station.documents if each.id == document)
                return [":records", lambda: self.number(title)]
            case cmd.Ask(question, _):
                asked = protocol.questions[question]
                at = list(protocol.sections).index(asked.section) + 1
                said = worded(self, asked)  # type: ignore[arg-type]  # it reads the protocol alone
                return [f":topic {at}", lambda: self.number(said)]
            case cmd.Commit():
                return self.committed(station, protocol, command)
            case cmd.End():
                return [":end", "yes"]
        raise AssertionError(command)

    @property
    def protocol(self) -> Protocol:
        """What ``worded`` reads."""
        return self.practising.protocol

    def committed(self, station: Station, protocol: Protocol, made: cmd.Commit) -> list[Typed]:
        """Return the lines of a commitment."""
        urgency = protocol.labels[f"urgency.{made.urgency}"].clinician
        within = next(each.title for each in station.scoring.limits if each.id == made.within)
        titles = {
            name: each.title.clinician for name, each in (*protocol.hypotheses.items(), *protocol.red_flags.items())
        }
        items = {each.id: each.title for each in station.scoring.items}
        return [
            ":commit",
            lambda: self.number(urgency),
            lambda: self.number(within),
            lambda: self.numbers([titles[name] for name in made.likely]),
            lambda: self.numbers([titles[name] for name in made.not_to_miss]),
            lambda: self.numbers([items[name] for name in made.items]),
            *made.handover.split("\n"),
            ".",
            "yes",
        ]


def line_by_line(protocol: Protocol, station: Station) -> tuple[Debrief, list[str]]:
    """Play the perfect script in the line mode; return the debrief, and every line that was put out."""
    practising, clock = begun(station, protocol=protocol)
    typist = Typist(practising)

    def debrief(width: int) -> str:
        return "\n".join(debrief_lines(mark(protocol, station, clock.placed), width))

    _run(practising, typist, clock, debrief)
    return mark(protocol, station, clock.placed), typist.lines


def _run(practising: Practising, typist: Typist, clock: Clock, debrief: Callable[[int], str]) -> None:
    given: dict[str, Any] = {"debrief": debrief, "width": WIDTH}
    plain_practice.run(practising, read=typist.read, write=typist.lines.append, spent=clock.spent, **given)


def ended(practising: Practising) -> bool:
    """Whether an attempt was brought to its end."""
    return any(isinstance(each, ev.PracticeEnded) for each in practising.events)


def problems_line_by_line(protocol: Protocol, station: Station) -> list[str]:
    """Return what keeps a patient from being played to the debrief line by line, with full marks."""
    found, said = line_by_line(protocol, station)
    problems = [] if found.points == found.of > 0 else [f"{station.name}: {found.points} of {found.of}"]
    if not any(station.title in line for line in said):
        problems.append(f"{station.name}: no debrief was read")
    return problems


class _RealMarks(practice_kit.Practices):
    """A desk in memory whose debriefs are those of the marking."""

    clock: Clock = Clock()

    def ended(self, path: Any) -> Ended:
        assert self.practising is not None
        station, protocol = self.practising.station, self.practising.protocol
        found = mark(protocol, station, self.clock.placed)
        limits = {each.id: each.title for each in station.scoring.limits}
        return Ended(found, protocol, station.who, station.opening, limits, (), lambda: "", "practice 1")


async def problems_on_screen(protocol: Protocol, stations: Iterable[Station], size: tuple[int, int]) -> list[str]:
    """Return what keeps patients from being played to the debrief by keys: one question, a commitment, the end."""
    desk = _RealMarks()
    app = practice_kit.application(desk)
    problems: list[str] = []
    async with app.run_test(size=size) as pilot:
        for station in stations:
            desk.practising, desk.clock = begun(station, protocol=protocol)
            await practice_kit.meet(app, pilot, desk.practising)
            await pilot.press(*"pain", "enter", "enter", "f8", "1", "1", "2", "1", "f8", "1")
            await pilot.pause()
            shown = " ".join(screen_text(app).split())
            wanted = " ".join(station.title.split())[:25]
            problems += [] if ended(desk.practising) else [f"{station.name}: the attempt did not end"]
            problems += [] if desk.practising.attempt.turns else [f"{station.name}: nothing was asked"]
            problems += [] if wanted in shown and "SIMULATED" in shown else [f"{station.name}: no debrief is shown"]
            await pilot.press("escape")
            await pilot.pause()
    return problems


def folder_of(name: str) -> Path:
    """Return the folder of a shipped protocol."""
    from chatbot.content.library import find_protocol, protocols_folder

    return find_protocol(name, protocols_folder())
