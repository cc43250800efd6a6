"""Attempts by hand: a station of the small protocol, trainees who play it, and marks that are easily worked out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from chatbot.core import events as ev
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.debrief import Debrief, DomainMark, Line, Placed, SecondMark
from chatbot.core.practice.station import (
    FORMAT,
    WEIGHTS,
    Choice,
    Domain,
    Expected,
    Fact,
    FlagExpected,
    ItemExpected,
    Move,
    Scoring,
    Station,
    digest,
)
from chatbot.core.protocol import Protocol
from chatbot.practising import Practising
from chatbot.record.attempts import attempt_files
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter
from chatbot.teaching import group_tables
from chatbot.teaching.group import group_of
from chatbot.teaching.marked import walk
from chatbot.teaching.progress import Candidate, progress_of, to_data
from tests.record.kit import PROTOCOL, QuickDisk, load_bundle

__all__ = ["PROTOCOL", "load_bundle"]

NAMES = {"fire": "emergency", "smoke": "same_day", "candle": "routine"}
"""Stations and their true urgencies."""


def station(name: str = "fire", seed: int = 0) -> Station:
    """Return a station; in all but the candle the first question tells of danger."""
    urgency = NAMES[name]
    danger = urgency != "routine"
    return Station(
        format=FORMAT,
        protocol=PROTOCOL.identity,
        name=name,
        title=f"Title of {name}",
        seed=seed,
        difficulty=2,
        as_of="2026-03-02T09:00",
        region="",
        who=f"A woman of {40 + len(name)}",
        persona="plain",
        task="Find out.",
        minutes=8,
        preparation=1,
        opening="Good morning.",
        volunteered=(),
        facts=(
            Fact("first", "yes" if danger else "no", None, "patient", "ask", "Yes, at night." if danger else "No."),
            Fact("second", "no", None, "patient", "ask", "No."),
        ),
        moves=(Move("hello", "introduce", "Introduce yourself", ("hello",), "Hello.", 1),),
        documents=(),
        handover=None,
        no_fact=("I cannot say.",),
        not_applicable=("That is not for me.",),
        not_understood=("Pardon?",),
        expected=Expected(
            urgency=urgency,
            within="PT0S" if danger else "",
            path=("first", "second"),
            safety=("first",),
            flags=(FlagExpected("danger", "present" if danger else "clear", urgency, 6, ("first",), 1),),
            likely=(),
            not_to_miss=(),
            items=(ItemExpected("look", "required", "look_again", (), 3),),
        ),
        scoring=Scoring(
            weights=dict.fromkeys(WEIGHTS, 1),
            domains=(Domain("safety", "Safety first"), Domain("plan", "The plan")),
            of_section={"start": "safety", "history": "safety"},
            of_part={"urgency": "safety", "plan": "plan"},
            limits=(Choice("PT0S", "at once"), Choice("none", "no limit")),
            items=(Choice("look", "Look again"), Choice("pill", "A pill")),
            urgency_words={},
            item_words={},
            jargon=(),
            stigmatising=(),
            comfort=(),
        ),
    )


def play(
    folder: Path,
    trainee: str = "AB",
    *,
    of: Station | None = None,
    day: str = "2026-03-02",
    asked: Sequence[str] = ("first",),
    urgency: str | None = "emergency",
    items: Sequence[str] = ("look",),
    end: bool = True,
    mode: str = "practice",
    label: str = "",
) -> Path:
    """Write an attempt and return its file."""
    of = of or station()
    seed = sum(map(ord, f"{trainee}/{day}/{of.name}/{asked}/{urgency}"))
    host = FixedHost(datetime.fromisoformat(day).replace(hour=10, tzinfo=UTC), seed=seed, software="backstory 1")
    opened = ev.CaseOpened(host.new_case(), "practice", of.as_of, label, "", PROTOCOL.identity)
    with TranscriptWriter.create(folder, opened, PROTOCOL, host, actor=trainee, disk=QuickDisk()) as writer:
        attempt = Practising.start(PROTOCOL, of, writer, opened, mode)
        commands: list[cmd.PracticeCommand] = [cmd.Ask(question, f"{question}?") for question in asked]
        if urgency is not None:
            commands.append(cmd.Commit(urgency, "PT0S", (), (), tuple(items), "Please look."))
        commands += [cmd.End()] if end else []
        for command in commands:
            refusal = attempt.send(command)
            assert refusal is None, refusal
        return writer.path


def mark(protocol: Protocol, of: Station, placed: Sequence[Placed]) -> Debrief:
    """Six points for the red flag, four for the urgency, three for the plan item; five off for the pill."""
    events = [each.event for each in placed]
    asked = {each.of for each in events if isinstance(each, ev.PracticeAsked)}
    made = next((each for each in reversed(events) if isinstance(each, ev.PracticeCommitted)), None)
    urgency, items = ("", []) if made is None else (made.urgency, made.items)
    lines = [
        Line(
            "flag:danger",
            "flag",
            "safety",
            6 if "first" in asked else 0,
            6,
            "asked" if "first" in asked else "not asked",
        ),
        Line("urgency", "urgency", "safety", 4 if urgency == of.expected.urgency else 0, 4, f"said {urgency}"),
        Line("item:look", "item", "plan", 3 if "look" in items else 0, 3, "planned"),
    ]
    if "pill" in items:
        lines.append(Line("harmful:pill", "harmful", "plan", -5, 0, "a pill that harms"))
    second = [_second(lines, each) for each in events if isinstance(each, ev.PracticeMarked)]
    return Debrief(
        station=digest(of),
        name=of.name,
        title=of.title,
        mode=next((each.mode for each in events if isinstance(each, ev.PracticeBegun)), ""),
        points=_sum(lines),
        of=13,
        urgency=urgency,
        true_urgency=of.expected.urgency,
        within="",
        true_within="",
        domains=(
            DomainMark("safety", "Safety first", _sum([each for each in lines if each.domain == "safety"]), 10),
            DomainMark("plan", "The plan", _sum([each for each in lines if each.domain == "plan"]), 3),
        ),
        lines=tuple(lines),
        recognised=(),
        yours=(),
        expert=(),
        references=(),
        questions=len(asked),
        seconds=placed[-1].ms // 1_000,
        second=tuple(second),
    )


def _sum(lines: Sequence[Line], instead: Mapping[str, int] | None = None) -> int:
    return max(0, sum((instead or {}).get(each.id, each.points) for each in lines))


def _second(lines: Sequence[Line], given: ev.PracticeMarked) -> SecondMark:
    points = _sum(lines, given.marks)
    return SecondMark(given.marker, given.overall, points, given.marks, given.reasons, given.comment or "")


def generated(seed: int) -> Station:
    """Return a station that was drawn."""
    return replace(station(seed=seed), name="generated")


def altered(path: Path, before: str, after: str) -> None:
    """Change bytes of a file as somebody would who does not know the chain."""
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")


LIMITS = {"again": 0, "hard": 50, "good": 70, "easy": 90}
TODAY = date(2026, 4, 1)
PATIENTS = (
    Candidate("fire", 1, "A woman of 44", 2),
    Candidate("smoke", 2, "A woman of 45", 2),
    Candidate("candle", 3, "A woman of 46", 1),
    Candidate("hard_one", 4, "A man of 70", 5),
)


def everything(folder: str) -> str:
    """Return all that is told of the attempts in a folder, as text."""
    found = list(walk(attempt_files(Path(folder)), load_bundle, mark))
    own = progress_of("AB", found, PATIENTS, LIMITS, TODAY, lambda name: {"plan": len(name)})
    made = group_of(found, anonymous=True)
    return json.dumps([to_data(own), group_tables.to_data(made), *group_tables.csv_lines(group_tables.items(made))])
