"""A walk through the screens: cases that never change, and the keys that lead from them to each screen.

The words are those of the shipped example's own bundle, which is kept for ever, so that new content changes nothing
here; what that content does not use is shown with the small protocol of the kit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from textual.events import Key
from textual.keys import _character_to_key

from chatbot import patience
from chatbot.content.library import load_bundle
from chatbot.core import commands as cmd
from chatbot.core.events import AnswerGiven, CaseOpened
from chatbot.core.protocol import Citation, Emergency, Protocol
from chatbot.errors import StorageError
from chatbot.interview import Interview
from chatbot.record.event_list import EventLine
from chatbot.record.read import read_transcript
from chatbot.record.recording import open_recording
from chatbot.record.replay import load_protocol
from chatbot.record.standing import Standing, Verdict
from chatbot.tui.drafts import Drafts
from chatbot.tui.practice import Unfinished
from chatbot.tui.widgets.entry import Entry
from tests.core.test_blocks import before_the_block, content
from tests.tui import kit, practice_kit

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = next((ROOT / "transcripts" / "examples" / "demonstration").glob("*-ecbe93f9c7fbf3c6a01b3bff4b6ecdd8.jsonl"))

SNAPSHOTS = Path(__file__).parent / "snapshots"

SIZES = ((120, 40), (80, 24), (40, 15))


def size_name(size: tuple[int, int]) -> str:
    """Write a size as people do."""
    return f"{size[0]}x{size[1]}"


def path_of(name: str, size: tuple[int, int]) -> Path:
    """Return where the snapshot of a screen stands."""
    return SNAPSHOTS / f"{name}.{size_name(size)}.txt"


def read(name: str, size: tuple[int, int]) -> str:
    """Return the snapshot of a screen; empty when there is none."""
    path = path_of(name, size)
    return path.read_text("utf-8").removesuffix("\n") if path.exists() else ""


@dataclass(frozen=True)
class Scene:
    """One screen: where the walk begins and which keys lead there."""

    name: str
    begin: Callable[[], Interview | None]
    """The case on screen; None for the home screen."""
    keys: Sequence[str] = ()
    prepare: Callable[[kit.House], None] = lambda house: None


@lru_cache(1)
def _example() -> tuple[Protocol, dict[str, AnswerGiven], CaseOpened]:
    transcript = read_transcript(EXAMPLE)
    events = transcript.events
    given = {each.question: each for each in events if isinstance(each, AnswerGiven)}
    opening = next(each for each in events if isinstance(each, CaseOpened))
    return load_protocol(transcript, load_bundle), given, opening


def example(at: str = "", *, read: bool = True, **changes: str) -> Interview:
    """Interview the shipped example's person until a question is on screen, or an emergency, or nothing is left to ask.

    *read*: the safety answers were read back. *changes* are other answers than the person gave.
    """
    fresh = copy(_interviewed(at, tuple(changes.items())))
    fresh.events = list(fresh.events)
    fresh.opened_by = "AB"
    if read:
        fresh.send(cmd.ReadBack())  # refused while it is not due
    return fresh


@lru_cache
def _interviewed(at: str, answers: tuple[tuple[str, str], ...]) -> Interview:
    changes = dict(answers)
    protocol, given, opening = _example()
    interview = Interview.start(
        protocol, kit.Records(), replace(opening, label="bed 4", subject="S-19", case="7F3K-0001")
    )
    while (key := interview.case.shown) not in {None, at} and not interview.case.alarms:
        said = given.get(key)
        value = changes.get(key, None if said is None else said.value)
        status = None if value is not None else "not_assessed" if said is None else said.status
        refusal = interview.send(cmd.GiveAnswer(key, value=value, status=status))
        assert refusal is None, (key, refusal)
    return interview


def finished() -> Interview:
    """Return the example with nothing left to ask and its plan issued."""
    interview = example()
    refusal = interview.send(cmd.IssuePlan())
    assert refusal is None, refusal
    return interview


def emergency() -> Interview:
    """Return the example with an emergency not yet acknowledged."""
    return example(bladder_retention="cannot_pass", bladder_feeling="new_or_worse")


def acknowledged() -> Interview:
    """Return the example with an emergency that was read; the interview goes on for the receiving team."""
    interview = emergency()
    assert interview.send(cmd.Acknowledge()) is None
    return interview


AT_HAND = Emergency(
    call=(kit.both("surgeon on call: 0123 456, day and night"), kit.both("Ambulance: 999, 112 or 911")),
    ready=(kit.both("The list of medicines with the last doses."), kit.both("The time of the last meal.")),
    explain=(kit.both("Why it cannot wait, and where the journey goes."),),
    then_ask=("pain", "heat"),
    cites=(Citation("BETA"),),
)


def wanted() -> Interview:
    """Return a case with an emergency whose content says what is wanted at hand."""
    interview = kit.interview(kit.protocol(emergency=AT_HAND))
    assert interview.send(cmd.GiveAnswer("water", value="yes")) is None
    return interview


def read_then(interview: Interview, **given: Any) -> Interview:
    """Acknowledge the emergency, and answer what the receiving team needs."""
    assert interview.send(cmd.Acknowledge()) is None
    for key, value in given.items():
        assert interview.send(cmd.GiveAnswer(key, value=value)) is None
    return interview


def unsettled() -> Interview:
    """Return a planned case with two safety questions that are not settled."""
    interview = small(power={"hip.left": "g5"})
    for key in ("feeling", "heat"):
        assert interview.send(cmd.GiveAnswer(key, status="unknown", because="new_information")) is None
    kit.read_back(interview)
    return interview


def small(at: str = "", **given: Any) -> Interview:
    """Interview with the small protocol until a question is on screen."""
    interview = kit.interview()
    values = {"water": "no", "feeling": "normal", "heat": "37", "signs": ["none"], "pain": 4, "began": "2015",
              "operated": "2015-03", "story": "fell off a horse", **given}  # fmt: skip
    while interview.case.shown not in {None, at} and not interview.case.alarms:
        key = str(interview.case.shown)
        refusal = interview.send(cmd.GiveAnswer(key, value=values[key]))
        assert refusal is None, refusal
    interview.send(cmd.ReadBack())  # refused while it is not due
    return interview


def show(interview: Interview, key: str) -> None:
    """Go back to a question that was asked."""
    assert interview.send(cmd.Show(key)) is None


CASES = [
    kit.Summary("one", "7F3K-0001", "clinical", "bed 4", "S-19", phase="history", records=61),
    kit.Summary("two", "9QRT-0002", "clinical", "bed 11", "S-20", phase="planned", records=118),
    kit.Summary("three", "2LMN-0003", "clinical", "bed 4 left", "S-31", phase="safety", records=9, locked=True),
    kit.Summary("four", "5ABC-0004", "practice", "JW 42", "", phase="signed", records=97),
    kit.Summary("five", "8DEF-0005", "demonstration", "article", "", phase="suspended", records=40, state="torn"),
]


def _with_cases(house: kit.House) -> None:
    house.cases = list(CASES)
    levels = {"one": ("same_day", "◆"), "two": ("routine", "●"), "three": ("emergency", "██"), "four": ("urgent", "▲")}
    house.standings = {
        path: Standing(level, kit.both(sign), kit.both(level.replace("_", " ")))
        for path, (level, sign) in levels.items()
    }
    house.verdicts = {"five": Verdict("TORN", ("the last record was not completely saved",))}


def _first_start(house: kit.House) -> None:
    house.settings = {}


def _fails(house: kit.House) -> None:
    house.cases = list(CASES)
    house.refuse = StorageError("the disk is full", place="/srv/cases", hint="make room, then try again", code="F011")


def _with_events(house: kit.House) -> None:
    house.events = [
        EventLine(3, "answer.given", kit.AS_OF, f"{kit.AS_OF}:12.000Z", "AB", "nurse", "answered 'Age in years?': 50"),
        EventLine(9, "answer.given", kit.AS_OF, f"{kit.AS_OF}:59.000Z", "CD", "", "took back 'Fever?': no"),
    ]


def _played(house: kit.House) -> None:
    house.cases = [kit.Summary("five", "8DEF-0005", "demonstration", "article", "", records=211)]
    house.recording = lambda path: open_recording(EXAMPLE, lru_cache(load_bundle))
    house.unnoted = "that this was opened is not noted in /srv/cases/access.jsonl: the file system is read-only"


def _taken_over() -> Interview:
    interview = example("fever")
    assert interview.send(cmd.ChangeActor("CD", "doctor")) is None
    return interview


def _came_on(house: kit.House) -> None:
    house.practices.course = practice_kit.COURSE


def _begun(house: kit.House) -> None:
    house.practices.begun = [Unfinished("one", "practice 1", kit.AS_OF)]


MEET = ("p", "down", "enter", "2")
"""Keys to a simulated patient, in practice."""

COMMITTED = (*MEET, "f8", "enter", "2", "enter", "2", "5", "space", "enter", "6", "typed:Nothing urgent.", "enter")

DEBRIEF = (*COMMITTED, "f8", "1")


def nobody() -> None:
    return None


SCENES = (
    Scene("first_start", nobody, (), _first_start),
    Scene("home_empty", nobody),
    Scene("home", nobody, ("down",), _with_cases),
    Scene("home_new", nobody, ("n",)),
    Scene("home_search", nobody, ("slash", "typed:bed"), _with_cases),
    Scene("verify", nobody, ("v",), _with_cases),
    Scene("verify_all", nobody, ("V",), _with_cases),
    Scene("player", nobody, ("r", "u"), _played),
    Scene("player_question", nobody, ("r", "f", "left"), _played),
    Scene("player_end", nobody, ("r", "end"), _played),
    Scene("player_why", nobody, ("r", "f", "w"), _played),
    Scene("settings", nobody, ("ctrl+o", "down", "down", "down")),
    Scene("tour", nobody, ("g",)),
    Scene("tour_why", nobody, ("g", "enter", "enter")),
    Scene("confirm_case", nobody, ("enter",), _with_cases),
    Scene("fault", nobody, ("down", "enter", "y"), _fails),
    Scene("question_first", lambda: example("age")),
    Scene("question_choice", lambda: example("saddle_sensation"), ("down",)),
    Scene("question_several", lambda: example("chest_symptoms"), ("2", "3")),
    Scene("question_number", lambda: example("egfr"), ("typed:3800", "enter")),
    Scene("question_doubt", lambda: small("heat"), ("typed:42", "enter")),
    Scene("question_date", lambda: example("pain_since"), ("down",)),
    Scene("question_text", lambda: small("story"), ("typed:fell off",)),
    Scene("question_scale", lambda: example("pain_leg"), ("right",)),
    Scene("question_table", lambda: example("strength"), ("5", "4")),
    Scene("why", lambda: example("saddle_sensation"), ("w",)),
    Scene("note", lambda: example("saddle_sensation"), ("t",)),
    Scene("jump", lambda: example("fever"), ("j",)),
    Scene("preview", lambda: small("pain", heat="39"), ("j", "typed:temp", "enter", "typed:37", "enter")),
    Scene("read_back", lambda: example("pain_since", read=False), ("down",)),
    Scene("turned", lambda: example("saddle_sensation"), ("ctrl+t",)),
    Scene("away", lambda: example("saddle_sensation"), ("ctrl+l",)),
    Scene("back_again", lambda: example("saddle_sensation"), ("ctrl+l", "enter")),
    Scene("panel", lambda: example("egfr"), ("ctrl+n", "down")),
    Scene("panel_why", lambda: example("egfr"), ("ctrl+n", "down", "down", "enter")),
    Scene("events", lambda: example("fever"), ("f10",), _with_events),
    Scene("take_over", lambda: example("fever"), ("f4",)),
    Scene("recap", _taken_over),
    Scene("handover", lambda: example("fever"), ("h",)),
    Scene("block", lambda: before_the_block(content(12)), ("2", "down", "u")),
    Scene("review", example),
    Scene("alarm", emergency),
    Scene("alarm_wrong", emergency, ("c",)),
    Scene("alarm_declined", emergency, ("d",)),
    Scene("after_alarm", acknowledged),
    Scene("alarm_again", acknowledged, ("ctrl+e",)),
    Scene("alarm_handover", emergency, ("h",)),
    Scene("alarm_at_hand", wanted),
    Scene("alarm_read", lambda: read_then(wanted())),
    Scene("alarm_done", lambda: read_then(wanted(), pain=4, heat="37")),
    Scene("plan", finished, ("f5",)),
    Scene("plan_line", finished, ("f5", "down", "enter")),
    Scene("plan_text", finished, ("f5", "x")),
    Scene("plan_page", finished, ("f5", "p")),
    Scene("plan_write", finished, ("f5", "f", "1")),
    Scene("sign_off", unsettled, ("f5", "f8", "1")),
    Scene("plan_changes", finished, ("f5", "w")),
    Scene("plan_decline", finished, ("f5", "down", "c")),
    Scene("ask", finished, ("f5", "question_mark")),
    Scene("says", lambda: example("saddle_sensation"), ("slash", "typed:wet, and a dead foot", "enter")),
    Scene("question_named", lambda: example("saddle_sensation"), ("tab", "typed:num")),
    Scene("keys", lambda: example("saddle_sensation"), ("f1",)),
    Scene("keymap", lambda: example("saddle_sensation"), ("f1", "k", "down")),
    Scene("palette", lambda: example("saddle_sensation"), ("ctrl+p",)),
    Scene("palette_found", lambda: example("saddle_sensation"), ("ctrl+p", "typed:fever")),
    Scene("reference", lambda: example("saddle_sensation"), ("ctrl+p", "typed:asra", "enter")),
    Scene("about", nobody, ("f3",)),
    Scene("patients", nobody, ("p",), _begun),
    Scene("patients_search", nobody, ("p", "typed:back")),
    Scene("patients_mode", nobody, MEET[:-1]),
    Scene("station", nobody, (*MEET, "typed:passing water", "enter", "enter")),
    Scene("station_offered", nobody, (*MEET, "typed:skin when wiping", "enter")),
    Scene("station_topics", nobody, (*MEET, "tab")),
    Scene("station_talk", nobody, (*MEET, "f4")),
    Scene("station_learned", nobody, (*MEET, "typed:passing water", "enter", "enter", "f7")),
    Scene("station_hint", nobody, (*MEET[:-1], "1", "f9")),
    Scene("station_prepare", nobody, (*MEET[:-1], "3")),
    Scene("station_leave", nobody, (*MEET, "escape")),
    Scene("commit", nobody, COMMITTED),
    Scene("commit_items", nobody, (*MEET, "f8", "5", "space")),
    Scene("debrief", nobody, DEBRIEF),
    Scene("debrief_line", nobody, (*DEBRIEF, "down", "down", "down", "enter")),
    Scene("debrief_expert", nobody, (*DEBRIEF, "x")),
    Scene("progress", nobody, ("p", "f7"), _came_on),
    Scene("panel_flag", lambda: small("heat"), ("ctrl+n", "down", "down", "down", "enter")),
    Scene("stop", lambda: example("fever"), ("ctrl+c",)),
)
"""Every screen once; a new screen gets a line here."""


TYPED = "typed:"
"""Before characters that are typed one after the other without waiting."""


async def _rest(app: Any, pilot: Any) -> None:
    """Wait until what is to be seen has been drawn, and a field that is shown has its focus."""
    await pilot.pause()
    while getattr(app.screen, "painted_at", 0) is None or any(
        field.display and field.can_focus and not field.has_focus for field in app.screen.query(Entry)
    ):
        await pilot.pause()


class _NoTime:
    """A clock on which every search has used up its time at once, so that what it finds hangs on no machine."""

    def __init__(self) -> None:
        self.moment = 0.0

    def monotonic(self) -> float:
        self.moment += 60
        return self.moment


async def walk(app: Any, pilot: Any, house: kit.House, scenes: Sequence[Scene] = SCENES) -> AsyncIterator[Scene]:
    """Lead one application from screen to screen; yields each scene when it is on screen."""
    with patch.object(patience, "time", _NoTime()):
        async for scene in _walk(app, pilot, house, scenes):
            yield scene


async def _walk(app: Any, pilot: Any, house: kit.House, scenes: Sequence[Scene]) -> AsyncIterator[Scene]:
    for scene in scenes:
        if app.session.tour is not None:
            app.session.tour.end("")
        while len(app.screen_stack) > 1:
            app.pop_screen()
        house.__init__()  # type: ignore[misc]
        scene.prepare(house)
        app.session.interview, app.session.asked_who = scene.begin(), False
        app.session.drafts = Drafts()
        app.session.practising = app.session.station_clock = app.session.commitment = None
        app.session.simulated = ""
        app.session.from_home = app.session.interview is None
        if app.session.interview is None:
            app.go_home()
        else:
            app.open_interview()
        await _rest(app, pilot)
        for key in scene.keys:
            for each in key.removeprefix(TYPED) if key.startswith(TYPED) else (key,):
                character = each if len(each) == 1 else None
                app._driver.send_message(Key(_character_to_key(each) if character else each, character))
            await _rest(app, pilot)
        yield scene


def application(house: kit.House, case: Interview | None = None) -> Any:
    """Make the application for a walk."""
    return kit.application(case, house)
