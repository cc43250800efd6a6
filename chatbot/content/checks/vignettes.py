"""Vignettes as checks: their answers fit the protocol, apply, and come out as expected."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.content.answers_file import AnswersError, answers_in, open_case
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.schema import ExpectModel, VignetteModel
from chatbot.content.source import at
from chatbot.core.answers import accept
from chatbot.core.case import Case
from chatbot.core.findings import assess
from chatbot.core.outcome import Outcome, outcome
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.urgency import safety_resolved
from chatbot.core.values import ValueProblem, to_stored

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one vignette."""

    name: str
    found: tuple[Diagnostic, ...]
    outcome: Outcome | None
    """None where its answers do not fit."""
    resolved: bool
    """Whether no red flag on which an urgency hangs was left open."""
    case: Case | None = None
    """The case its answers make."""


@dataclass
class Runs:
    """The vignettes of one folder as they came out last, so that only what changed is run again."""

    by_name: dict[str, Run] = field(default_factory=dict)
    """By the name of the vignette."""
    protocol: Protocol | None = None
    """What they were run with; None while the content around them has an error."""
    logic: bytes = b""
    """``logic_of`` the protocol."""
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name of a vignette to the path and text it was run from."""


def logic_of(bundle: dict[str, Any]) -> bytes:
    """Return a digest of what conditions and answers of a bundle can tell apart: everything but wordings."""
    return hashlib.sha256(json.dumps(_without_words(bundle), sort_keys=True).encode()).digest()


def run_all(package: Package, protocol: Protocol, runs: Runs, logic: bytes) -> list[Diagnostic]:
    """Run the vignettes of a package and bring *runs* up to date; return what is wrong with them.

    *logic* is ``logic_of`` the protocol.

    A vignette keeps its outcome while neither its file nor anything but wordings has changed. Where its answers still
    fit they are evaluated again without being given one by one.
    """
    by_name: dict[str, Run] = {}
    files: dict[str, tuple[str, str]] = {}
    for file in package.vignettes:
        name = file.model.vignette
        files[name] = (file.path, file.root.mark.source.text)
        before = runs.by_name.get(name) if runs.files.get(name) == files[name] else None
        if before is not None and logic == runs.logic:
            by_name[name] = before
        else:
            case = None if before is None or before.case is None else _fitted(protocol, before.case)
            by_name[name] = run(protocol, file) if case is None else _came_out(protocol, file, case)
    runs.by_name, runs.protocol, runs.files, runs.logic = by_name, protocol, files, logic
    return [each for one in by_name.values() for each in one.found]


def run(protocol: Protocol, file: File[VignetteModel]) -> Run:
    """Interview the simulated patient of a vignette, and compare what comes out with what it expects."""
    name = file.model.vignette
    try:
        case, _ = open_case(protocol, answers_in(file.root, file.path, name), file.model.as_of)
    except AnswersError as error:
        first = error.message.split("error ", 1)[-1].split("\n", 1)[0]
        mark = at(file.root, ("answers",), key=True)
        return Run(name, (mark.diagnostic("P410", f"the answers do not fit: {first}"),), None, False)
    return _came_out(protocol, file, case)


def _fitted(protocol: Protocol, case: Case) -> Case | None:
    """Return a case with its answers evaluated under other content; None where one of them no longer fits."""
    answers = {}
    for key, answer in case.answers.items():
        question = protocol.questions.get(key)
        if question is None:
            return None
        if answer.value is not None:
            try:
                value = accept(question, to_stored(answer.value), max(answer.given, case.as_of))
            except ValueProblem:
                return None
            answer = replace(answer, value=value)
        elif answer.reason is not None and answer.reason not in {each.id for each in question.cannot_apply}:
            return None
        answers[key] = answer
    return replace(case, answers=answers, assessment=assess(protocol, answers, case.as_of))


def _came_out(protocol: Protocol, file: File[VignetteModel], case: Case) -> Run:
    found = tuple(_problems(protocol, file, build_plan(protocol, case)))
    name, resolved = file.model.vignette, safety_resolved(protocol, case.assessment)
    return Run(name, found, outcome(protocol, case.assessment), resolved, case)


def _without_words(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    return (
        None if value.keys() == {"clinician", "patient"} else {key: _without_words(each) for key, each in value.items()}
    )


def _problems(protocol: Protocol, file: File[VignetteModel], plan: dict[str, Any]) -> Iterator[Diagnostic]:
    if plan["ignored"]:
        names = ", ".join(plan["ignored"])
        yield at(file.root, ("answers",), key=True).diagnostic(
            "P410", f"answers to questions that do not apply: {names}"
        )
    for name in file.model.invented:
        if name.split("[", 1)[0] not in file.model.answers:
            mark = at(file.root, ("invented",))
            yield mark.diagnostic("P410", f"{name!r} is marked as invented but not answered")
    for where, message, hint in _differences(protocol, plan, file.model.expect):
        yield at(file.root, ("expect", *where)).diagnostic("P409", message, hint)


def _differences(protocol: Protocol, plan: dict[str, object], expect: ExpectModel) -> Iterator[tuple[Path, str, str]]:
    for name in ("urgency", "safety_resolved", "scope"):
        wanted = getattr(expect, name)
        if plan[name] != wanted:
            yield (name,), f"{name} comes out as {plan[name]!r}, expected {wanted!r}", _why(plan)
    states = {flag["id"]: flag["state"] for flag in plan["red_flags"]}  # type: ignore[attr-defined]
    for state in ("present", "cannot_exclude"):
        for name in getattr(expect, "present" if state == "present" else "cannot_exclude"):
            if name not in states:
                yield (state,), f"no red flag is called {name!r}", near_miss(name, states)
            elif states[name] != state:
                yield (state,), f"{name} comes out as {states[name]}, expected {state}", ""
    standing = sorted(name for name, state in states.items() if state != "clear")
    if expect.clear_all and standing:
        yield ("clear_all",), f"not clear: {', '.join(standing)}", ""
    statuses = {each["id"]: each["status"] for each in plan["recommendations"]}  # type: ignore[attr-defined]
    for name, wanted in expect.rules.items():
        if name not in statuses:
            yield ("rules", name), f"no rule is called {name!r}", near_miss(name, statuses)
        elif statuses[name] != wanted:
            yield ("rules", name), f"{name} comes out as {statuses[name]}, expected {wanted}", ""


def _why(plan: dict[str, object]) -> str:
    standing = [f"{flag['id']} ({flag['state']})" for flag in plan["red_flags"] if flag["urgency"]]  # type: ignore[attr-defined]
    return f"standing: {', '.join(standing) or 'nothing'}"
