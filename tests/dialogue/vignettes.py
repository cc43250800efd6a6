"""The shipped vignettes as cases: their opening, and their answers as commands.

``check`` holds every vignette and case against what is expected of it. Tests that interview, draw or search take
``REPRESENTATIVE``, so that more vignettes do not make them slower.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from chatbot.content.answers_file import AnswersFile, commands_of, read_answers
from chatbot.content.library import find_protocol, protocols_folder
from chatbot.core.batch import give_all
from chatbot.core.case import Case, for_team
from chatbot.core.commands import Acknowledge, AskEverything, GiveAnswer
from chatbot.core.events import CaseOpened
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import is_asked
from chatbot.interview import Interview

FOLDER = find_protocol(None, protocols_folder()) / "vignettes"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
"""Every shipped vignette."""

REPRESENTATIVE = (
    "all_unknown",
    "article_patient",
    "cauda_equina",
    "creatinine_unknown",
    "infection_after_injection",
    "kidney_disease",
    "old_documented_foot_drop",
    "out_of_scope",
    "overdose_risk",
    "pacemaker_mri_unsafe",
    "progressive_foot_drop",
    "routine_complete",
)
"""One vignette for each way an interview goes; a fixed list."""

FEW = ("all_unknown", "cauda_equina", "kidney_disease", "overdose_risk")
"""Those for what takes many seconds each."""


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.yaml"


@lru_cache
def file_of(name: str) -> AnswersFile:
    return read_answers(path_of(name))


def as_of(name: str) -> str:
    found = file_of(name).as_of
    assert found is not None
    return found


def opened(protocol: Protocol, name: str) -> CaseOpened:
    """Return the opening of a vignette's case."""
    return CaseOpened(
        case=name,
        kind=file_of(name).kind,
        as_of=as_of(name),
        label=name,
        subject="",
        protocol=protocol.identity,
    )


def answers_of(protocol: Protocol, name: str) -> dict[str, GiveAnswer]:
    """Return a vignette's answers by question key."""
    return {command.question: command for command in commands_of(protocol, file_of(name), as_of(name))}


def read_alarm(interview: Interview) -> None:
    """Acknowledge the emergency, and go on with everything where only what the receiving team needs is asked."""
    assert interview.send(Acknowledge()) is None
    if for_team(interview.content, interview.case) is not None:
        assert interview.send(AskEverything()) is None


@lru_cache
def case_of(protocol: Protocol, name: str) -> Case:
    """Return the case of a vignette with every answer that an interview asks for."""
    commands = list(answers_of(protocol, name).values())
    while True:
        case, _ = give_all(protocol, opened(protocol, name), commands)
        asked = [each for each in commands if is_asked(protocol, case.assessment, each.question)]
        if len(asked) == len(commands):
            return case
        commands = asked


@lru_cache
def plan_of(protocol: Protocol, name: str) -> dict[str, Any]:
    """Return the plan of a vignette. Do not change it."""
    return build_plan(protocol, case_of(protocol, name))
