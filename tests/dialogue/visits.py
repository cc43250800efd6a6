"""The article's patient at a first visit and at visits after it, through the desk, on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from chatbot.content import library
from chatbot.core import commands as cmd
from chatbot.core.read_back import unread
from chatbot.core.recheck import recheck
from chatbot.core.values import moment_text, parse_moment
from chatbot.desk import Desk
from chatbot.interview import Interview
from chatbot.record.host import FixedHost
from tests.dialogue.vignettes import answers_of, as_of, read_alarm
from tests.shipped import shipped_protocol
from tests.signing import signing

PROTOCOL = shipped_protocol()
load_bundle = lru_cache(library.load_bundle)
"""The bundles of visits are the same few, and take long to build."""
NAME = "article_patient"
ANSWERS = answers_of(PROTOCOL, NAME)
START = as_of(NAME)

Changed = dict[str, cmd.GiveAnswer]


def desk(folder: Path, seed: int = 0) -> Desk:
    return Desk(folder, lambda: PROTOCOL, FixedHost(seed=seed))


def weeks_later(weeks: int) -> str:
    return moment_text(parse_moment(START) + timedelta(weeks=weeks))


def answer_all(interview: Interview, changed: Changed | None = None) -> list[str]:
    """Answer as the vignette does, but for what changed, until nothing is left; return what was asked."""
    asked: list[str] = []
    while interview.case.next is not None or interview.case.alarms:
        key = interview.case.next
        if interview.case.alarms or key is None:
            read_alarm(interview)
            continue
        found = recheck(PROTOCOL, interview.case)
        if found is not None:
            otherwise = tuple(key for key, _ in found.before if key in (changed or {}))
            if len(otherwise) < len(found.before):
                assert interview.send(cmd.ConfirmBlock(found.block.id, otherwise)) is None
                asked.append(f"list:{found.block.id}")
                continue
        known = (changed or {}).get(key) or ANSWERS.get(key) or cmd.GiveAnswer(key, status="unknown")
        assert interview.send(replace(known, on=None)) is None, key
        asked.append(key)
    return asked


def close(interview: Interview) -> None:
    if unread(PROTOCOL, interview.case):
        assert interview.send(cmd.ReadBack()) is None
    assert interview.send(cmd.IssuePlan()) is None
    assert interview.send(signing(interview.content, interview.case)) is None


def worked(folder: Path, open_: Callable[[Desk], Interview], changed: Changed | None = None) -> tuple[Path, list[str]]:
    """Open a case, confirm what is carried, answer the rest, sign; return its file and what was asked."""
    at = desk(folder, seed=len(list(folder.glob("*/*.jsonl"))))
    interview = open_(at)
    while interview.case.alarms:
        read_alarm(interview)
    if interview.view().carried:
        assert interview.send(cmd.ConfirmCarried()) is None
    asked = answer_all(interview, changed)
    if interview.view().carried:
        assert interview.send(cmd.ConfirmCarried()) is None
    close(interview)
    assert at._writer is not None
    path = at._writer.path
    at.close()
    return path, asked


def first_visit(folder: Path) -> Path:
    return worked(folder, lambda at: at.start("clinical", "bed 4", "S-1", START))[0]


def next_visit(folder: Path, earlier: Path, weeks: int, changed: Changed | None = None) -> tuple[Path, list[str]]:
    return worked(folder, lambda at: at.follow_up(earlier, as_of=weeks_later(weeks)), changed)
