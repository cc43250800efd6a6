"""What came out of a simulated patient, held against what was expected of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from chatbot.content.vignette_schema import ExpectModel
from chatbot.core.findings import Assessment, FlagState
from chatbot.core.numbers import finding_json
from chatbot.core.outcome import Outcome, conflicts_shown, hypothesis_state
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.urgency import contribution, safety_resolved
from chatbot.core.values import Urgency, decimal_or_none

ASKED_FOR = frozenset({"recommended", "precaution", "check_first"})
"""Statuses of a rule that ``must_not`` rules out: under each of them its line asks for something."""

APPLIES = {True: "asked", False: "not asked", None: "not known to apply"}
"""Whether a question applies with the answers given, in words."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One expectation that is not met, or that names nothing."""

    path: tuple[str | int, ...]
    """Where it stands below ``expect``."""
    message: str
    hint: str = ""
    code: str = "P409"


def differences(protocol: Protocol, assessment: Assessment, came: Outcome, expect: ExpectModel) -> Iterator[Difference]:
    """Yield every expectation that an outcome does not meet."""
    resolved = safety_resolved(protocol, assessment)
    single = (("urgency", came.urgency.value), ("safety_resolved", resolved), ("scope", came.scope.value))
    for name, found in single:
        wanted = getattr(expect, name)
        if wanted is not None and found != wanted:
            said = f"{name} comes out as {_word(found)}, expected {_word(wanted)}"
            yield Difference((name,), said, _why(protocol, assessment))
    states = {name: state.value for name, state in assessment.flags.items()}
    for state in ("present", "cannot_exclude", "clear"):
        for index, name in enumerate(getattr(expect, state)):
            yield from _each((state, index), "red flag", name, states, state)
    standing = sorted(name for name, state in states.items() if state != "clear")
    if expect.clear_all and standing:
        yield Difference(("clear_all",), f"not clear: {', '.join(standing)}")
    levels = {name: _level(protocol, name, state) for name, state in assessment.flags.items()}
    for name, urgency in expect.urgency_of.items():
        yield from _each(("urgency_of", name), "red flag", name, levels, urgency)
    yield from _of_rules(came.statuses, expect)
    guards = {name: _word(state) for name, state in came.guards.items()}
    for name, truth in expect.guards.items():
        yield from _each(("guards", name), "guard", name, guards, _word(truth))
    hypotheses = {
        name: hypothesis_state(hypothesis, assessment.facts) for name, hypothesis in protocol.hypotheses.items()
    }
    for name, wanted in expect.hypotheses.items():
        yield from _each(("hypotheses", name), "hypothesis", name, hypotheses, wanted)
    shown = conflicts_shown(protocol, came.statuses)
    conflicts = {name: "shown" if name in shown else "not shown" for name in protocol.conflicts}
    for index, name in enumerate(expect.conflicts):
        yield from _each(("conflicts", index), "conflict", name, conflicts, "shown")
    yield from _of_findings(protocol, assessment, expect)
    asked = {key: APPLIES[applies] for key, applies in assessment.applies.items()}
    for index, name in enumerate(expect.asked):
        yield from _each(("asked", index), "question", name, asked, APPLIES[True])
    for index, name in enumerate(expect.not_asked):
        yield from _each(("not_asked", index), "question", name, asked, APPLIES[False])


def _level(protocol: Protocol, name: str, state: FlagState) -> str:
    return (contribution(protocol.red_flags[name], state) or Urgency.ROUTINE).value


def _of_rules(statuses: Mapping[str, str], expect: ExpectModel) -> Iterator[Difference]:
    for name, wanted in expect.rules.items():
        yield from _each(("rules", name), "rule", name, statuses, wanted)
    for index, name in enumerate(expect.must):
        yield from _each(("must", index), "rule", name, statuses, "recommended")
    for index, name in enumerate(expect.must_not):
        if name not in statuses:
            yield _nothing(("must_not", index), "rule", name, statuses)
        elif statuses[name] in ASKED_FOR:
            yield Difference(("must_not", index), f"{name} comes out as {statuses[name]}, and must not")


def _of_findings(protocol: Protocol, assessment: Assessment, expect: ExpectModel) -> Iterator[Difference]:
    for name, wanted in expect.findings.items():
        if name not in protocol.findings:
            yield _nothing(("findings", name), "finding", name, protocol.findings)
            continue
        found = _word(finding_json(protocol, assessment.facts, name))
        if found != wanted and (decimal_or_none(wanted) is None or decimal_or_none(found) != decimal_or_none(wanted)):
            yield Difference(("findings", name), f"{name} comes out as {found}, expected {wanted}")


def _each(
    path: tuple[str | int, ...], kind: str, name: str, states: Mapping[str, str], wanted: str
) -> Iterator[Difference]:
    if name not in states:
        yield _nothing(path, kind, name, states)
    elif states[name] != wanted:
        yield Difference(path, f"{name} comes out as {states[name]}, expected {wanted}")


def _nothing(path: tuple[str | int, ...], kind: str, name: str, known: Iterable[str]) -> Difference:
    return Difference(path, f"no {kind} is called {name!r}", near_miss(name, known) or "correct the id", "P473")


def _word(value: object) -> str:
    words = {True: "true", False: "false", None: "unknown"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _why(protocol: Protocol, assessment: Assessment) -> str:
    standing = [
        f"{name} ({state.value})"
        for name, state in assessment.flags.items()
        if contribution(protocol.red_flags[name], state)
    ]
    return f"standing: {', '.join(standing) or 'nothing'}"
