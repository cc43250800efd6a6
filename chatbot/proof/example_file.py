"""A counter-example as an answers file: written for people to read, and read again to be replayed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chatbot.content.answers_file import NOT_ASKED, AnswersFile, commands_of, instead_of
from chatbot.core.commands import GiveAnswer
from chatbot.core.property_tree import Property
from chatbot.core.protocol import Protocol
from chatbot.core.text import wrap
from chatbot.core.values import moment_text, parse_moment
from chatbot.proof.counterexamples import CounterExample

if TYPE_CHECKING:
    from chatbot.proof.interviews import Interview

WIDTH = 110

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def written(protocol: Protocol, example: CounterExample, told: Iterable[str], replay: str, plan: str) -> str:
    """Return the file. *told* explains it; *replay* and *plan* are the commands that show it again."""
    lines = [
        f"Not so on every interview: {example.property.title.clinician} ({example.property.id})",
        "",
        *told,
        "",
    ]
    # Commands are not wrapped: they are there to be copied.
    found = [row for line in lines for row in _comment(line)]
    found += [f"# Replay it:  {replay}", f"# Its plan:   {plan}"]
    found += _head(protocol, example.as_of, example.region)
    found += [f"refutes: {json.dumps(example.property.id)}", *_answers(example.answers)]
    if example.instead is not None:
        found += ["instead:", *_entries(example.instead)]
    return "\n".join(found) + "\n"


def plainly_written(protocol: Protocol, name: str, note: str, interview: Interview, plan: str) -> str:
    """Return an interview that refutes a theorem as an answers file."""
    lines = [f"Not so on every interview: {name}", *([note] if note else []), ""]
    comments = [*(row for line in lines for row in _comment(line)), f"# Its plan:   {plan}"]
    ordered = {key: interview.answers[key] for key in protocol.questions if key in interview.answers}
    return "\n".join([*comments, *_head(protocol, interview.as_of, interview.region), *_answers(ordered)]) + "\n"


def _head(protocol: Protocol, as_of: datetime, region: str) -> list[str]:
    found = [f"protocol: {protocol.id}", f'as_of: "{moment_text(as_of)}"']
    return [*found, f"region: {region}"] if region else found


def _answers(answers: Mapping[str, GiveAnswer]) -> list[str]:
    return ["answers:", *_entries(answers)] if answers else ["answers: {}"]


def _comment(line: str) -> Iterator[str]:
    """Yield a line as comments; an item of a list hangs."""
    if not line:
        yield "#"
        return
    hanging = "#     " if line.startswith("- ") else "# "
    first = "#   " if line.startswith("- ") else "# "
    yield from wrap(line, WIDTH, hanging, first)


def _entries(answers: Mapping[str, GiveAnswer | None]) -> Iterator[str]:
    for key, given in answers.items():
        yield f"  {key}: {_said(given)}"


def _said(given: GiveAnswer | None) -> str:
    if given is None:
        return NOT_ASKED
    if given.value is not None:
        return _flow(given.value)
    if given.reason is None:
        return str(given.status)
    return f"{{status: {given.status}, reason: {given.reason}}}"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(each) for each in value) + "]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
    return str(value)


def read_example(protocol: Protocol, file: AnswersFile, refuted: Property) -> CounterExample:
    """Return the counter-example an answers file holds.

    Raises: AnswersError with everything that does not fit the protocol.
    """
    assert file.as_of is not None
    as_of = parse_moment(file.as_of)
    answers = {each.question: each for each in commands_of(protocol, file, file.as_of)}
    instead = None if file.instead is None else instead_of(protocol, file, file.as_of)
    region = "" if file.region is None else file.region.text
    return CounterExample(refuted, answers, as_of, region, instead)
