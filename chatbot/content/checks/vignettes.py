"""Vignettes as checks: their answers fit the protocol, apply, and come out as expected."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.answers_file import AnswersError, answers_in, open_case
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.schema import ExpectModel, VignetteModel
from chatbot.content.source import at
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss

Path = tuple[str | int, ...]


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield every vignette that does not fit or does not come out as it says."""
    for file in package.vignettes:
        yield from _check(protocol, file)


def _check(protocol: Protocol, file: File[VignetteModel]) -> Iterator[Diagnostic]:
    try:
        case, _ = open_case(protocol, answers_in(file.root, file.path, file.model.vignette), file.model.as_of)
    except AnswersError as error:
        first = error.message.split("error ", 1)[-1].split("\n", 1)[0]
        yield at(file.root, ("answers",), key=True).diagnostic("P410", f"the answers do not fit: {first}")
        return
    plan = build_plan(protocol, case)
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
