"""Nothing a patient holds is on any screen before it was asked: read off every screen of a running attempt.

Each shipped station is met, and every screen that can be opened from there is read. None may show what a fact says
unless it was told, what the vignette is called, or a word of marks.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chatbot.content.library import find_protocol, protocols_folder
from chatbot.content.practice import station_of, stations
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.attempt import Attempt
from chatbot.core.practice.station import Station
from chatbot.practising import Practising
from tests.shipped import shipped_protocol
from tests.tui import kit
from tests.tui import practice_kit as practice
from tests.tui.kit import screen_text

NAME = "post_surgical_back_pain"
FOLDER: Path = find_protocol(NAME, protocols_folder())
LISTED = stations(FOLDER)

MARKS = re.compile(r"\b(\d+ points|\d+ of \d+|your (?:score|mark|profile)|needless|expert|harmful)\b|✗", re.I)
"""Words and signs of marks."""

LEAST = 12
"""Characters of a reply that is looked for: a shorter one says nothing by itself."""

WALK = ("", "f4", "f5", "f6", "tab", "f7", "ctrl+t", "f8", "f1", "escape", "ctrl+n")
"""Keys to every screen that can be opened from the conversation; each is left by Escape."""


def kept_back(attempt: Attempt) -> list[str]:
    """Return what must not be read anywhere yet, in words long enough to tell something."""
    told = {turn.reply for turn in attempt.turns}
    said = [fact.says for fact in attempt.station.facts if fact.says not in told]
    said += [document.text for document in attempt.station.documents if document.text not in told]
    shown = attempt.station.opening + " ".join(told)
    return [each for each in said if len(each) >= LEAST and each not in shown]


def plain(text: str) -> str:
    """Return a text as one row of words, as it is looked for on screen."""
    return " ".join(text.split())


def leaks(attempt: Attempt, shown: str) -> list[str]:
    """Return what a screen tells that it must not."""
    rows = plain(shown)
    station = attempt.station
    # What is asked, and what can be chosen, is the same at every station and tells nothing of this one.
    found = [each for each in kept_back(attempt) if plain(each) in rows and plain(each) not in common(attempt)]
    found += [each for each in (station.title, station.name, station.reason) if each and plain(each) in rows]
    return [*found, *MARKS.findall(rows)]


def common(attempt: Attempt) -> str:
    """Return every wording of the protocol."""
    asks = (f"{each.ask.patient} {each.ask.clinician}" for each in attempt.protocol.questions.values())
    return plain(" ".join((*asks, *(each.title for each in attempt.station.scoring.items))))


async def screens(app: Any, pilot: Any) -> AsyncIterator[str]:
    """Yield the text of every screen that can be opened from the conversation."""
    for key in WALK:
        if key:
            await pilot.press(key)
        yield screen_text(app)
        for _ in range(3):
            if getattr(app.screen, "overflows", False):
                await pilot.press("pagedown")
                yield screen_text(app)
        if type(app.screen).__name__ != "StationScreen":
            await pilot.press("escape")


def meet(station: Station, mode: str = "practice") -> Practising:
    opened = kit.opened(kind="practice", label="practice 1", subject="", as_of=station.as_of)
    return Practising.start(shipped_protocol(NAME), station, kit.Records(), opened, mode)


@pytest.mark.parametrize(("size", "every"), [((80, 24), 50), ((40, 15), 84)], ids=["80x24", "40x15"])
async def test_no_screen_of_a_running_attempt_tells_what_was_not_asked(size: tuple[int, int], every: int) -> None:
    assert await told_too_early(size, LISTED[::every]) == []


async def told_too_early(size: tuple[int, int], listed: Sequence[Any]) -> list[str]:
    """Return what the screens of attempts at some stations tell that they must not."""
    app = practice.application()
    protocol = shipped_protocol(NAME)
    found: list[str] = []
    async with app.run_test(size=size) as pilot:
        for each in listed:
            practising = meet(station_of(protocol, FOLDER, each.id))
            await practice.meet(app, pilot, practising)
            async for shown in screens(app, pilot):
                told = leaks(practising.attempt, shown)
                told += [] if "SIMULATED" in shown else ["not said to be simulated"]
                found += [f"{each.id}: {one}" for one in told]
            await pilot.press("escape", "2")
            assert app.session.simulated == ""
    return found


@pytest.mark.parametrize("listed", LISTED[::3], ids=lambda each: str(each.number))
def test_no_conversation_draws_what_was_not_told(listed: Any) -> None:
    from chatbot.tui.drawing.practice import conversation, task
    from chatbot.tui.lines import plain as drawn

    station = station_of(shipped_protocol(NAME), FOLDER, listed.id)
    practising = meet(station)
    for fact in station.facts[:3]:
        practising.send(cmd.Ask(fact.question, "what the list says"))
    rows = [*conversation(practising.attempt, 78), *task(practising.attempt, 78)]
    assert leaks(practising.attempt, drawn(rows)) == []


def test_what_is_looked_for_is_found_where_it_is_told() -> None:
    """The search itself works: the same texts are found once they were asked for."""
    station = station_of(shipped_protocol(NAME), FOLDER, LISTED[0].id)
    practising = meet(station)
    fact = next(each for each in station.facts if not each.needs and len(each.says) >= LEAST)
    hidden = kept_back(practising.attempt)
    assert fact.says in hidden and leaks(practising.attempt, f"you … {fact.says}") != []
    assert leaks(practising.attempt, station.title) != [] and leaks(practising.attempt, "12 of 30 points") != []
    practising.send(cmd.Ask(fact.question, "tell me"))
    assert fact.says not in kept_back(practising.attempt)
