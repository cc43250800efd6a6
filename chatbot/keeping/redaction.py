"""A redacted case: folded anew, so that it verifies and comes to the same, and written as a transcript or as days.

All days are moved by one number of days that is kept nowhere. Partial dates do not move exactly, so a number is drawn
again until the case comes to the same urgency, red flags and rules as it did; where none is found, it is refused.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chatbot.content.library import load_bundle
from chatbot.core import events as ev
from chatbot.core.case import Case, evolve
from chatbot.core.outcome import outcome
from chatbot.core.phases import CLOSED_PHASES, Trigger, next_phase
from chatbot.core.plan import build_plan, plan_digest
from chatbot.core.protocol import Protocol, QuestionType
from chatbot.core.values import parse_moment
from chatbot.errors import FILE_TAKEN, StorageError, UsageError
from chatbot.export.document import plan_blocks, spell
from chatbot.export.markdown import markdown_lines
from chatbot.export.redact import LABEL, Redactor, day_text, same_outcome
from chatbot.export.text import text_lines
from chatbot.record import bundle, chain
from chatbot.record.codec import canonical
from chatbot.record.disk import Disk
from chatbot.record.envelope import Record, header_data, members
from chatbot.record.host import case_code
from chatbot.record.pen import stamp_text
from chatbot.record.publish import publish, reason
from chatbot.record.read import Transcript, read_transcript, transcript_of
from chatbot.record.recovery import examine
from chatbot.record.replay import load_protocol, replay

SCHEMA = "backstory.redacted/1"

TRIES = 60
"""How many numbers of days are drawn."""

NEAREST, FARTHEST = 180, 3650
"""Days are moved back by at least and at most so many."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted case as it may be handed on."""

    protocol: Protocol
    case: Case
    transcript: Transcript
    data: bytes
    """The transcript as it is written."""
    teaching: bool

    @property
    def head(self) -> list[str]:
        """What stands at the head of every written form."""
        lines = [
            "REDACTED from a case that is not named here. It counts as practice, never as anybody's record.",
            "Names, labels, codes, free text and local facts are removed; all days are moved by one number.",
        ]
        if self.teaching:
            lines.append("Private answers are removed too: what it comes to here is not what the case came to.")
            if self.case.phase not in CLOSED_PHASES:
                lines.append("Without them it may not be settled, and is shown as not signed.")
        return lines


def redacted(path: Path, *, teaching: bool = False, seed: int | None = None) -> Redacted:
    """Return a case without what tells whose it is.

    *seed*: draws the same numbers each time, for tests and teachers; without it nobody can draw them again.

    Raises: what reading and replaying a transcript raises; UsageError R008 when the case would come to something else.
    """
    transcript = read_transcript(path)
    protocol = load_protocol(transcript, load_bundle)
    draw: random.Random = secrets.SystemRandom() if seed is None else random.Random(seed)
    before, _ = replay(transcript, protocol)
    if teaching:
        try:
            before, _ = _folded(protocol, transcript.entries, draw, 0, teaching=True)
        except (ValueError, LookupError, ArithmeticError) as error:
            raise UsageError(
                "without its private answers this case does not hold together",
                code="R008",
                hint="nothing was written; export it with --redact alone, for those who may know them",
            ) from error
    for _ in range(TRIES):
        days = -draw.randint(NEAREST, FARTHEST)
        try:
            case, entries = _folded(protocol, transcript.entries, draw, days, teaching=teaching)
        except (ValueError, LookupError, ArithmeticError):
            continue
        if same_outcome(protocol, before, case):
            data = _written(entries, transcript.entries, days, draw, str(transcript.header["software"]))
            read = transcript_of(Path("redacted.jsonl"), len(data), examine(data))
            return Redacted(protocol, case, read, data, teaching)
    raise UsageError(
        "this case comes to something else whenever its days are moved: it hangs on the calendar",
        code="R008",
        hint="nothing was written; such a case cannot be handed on in this form",
    )


Spoken = tuple[str, ev.Event]
"""Who was at the keyboard, and what happened."""


def _folded(
    protocol: Protocol, records: Sequence[Record], draw: random.Random, days: int, *, teaching: bool
) -> tuple[Case, list[tuple[Record, Spoken]]]:
    """Fold a case without what tells whose it is; return it with its events, the digests of plans among them.

    Raises: ValueError, LookupError where it does not fold.
    """
    redactor = Redactor(protocol, lambda: case_code(draw.getrandbits(40)), days, teaching)
    case: Case | None = None
    entries: list[tuple[Record, Spoken]] = []
    for record in records:
        event = redactor.event(record.event)
        actor = redactor.person(record.actor)
        if event is None:
            continue
        if case is not None and isinstance(event, ev.PlanIssued):
            event = ev.PlanIssued(plan_digest(build_plan(protocol, case)))
        elif case is not None and isinstance(event, ev.CaseSigned):
            if teaching and next_phase(case.phase, Trigger.SIGN) is None:
                # Without its private answers the safety screen is not settled: the case stays open.
                continue
            if case.plan_digest is None:
                raise ValueError("there is no plan to sign")
            event = ev.CaseSigned(case.plan_digest)
        case = evolve(protocol, case, event)
        entries.append((record, (actor, event)))
    if case is None:
        raise ValueError("a case begins with case.opened")
    return case, entries


def _written(
    entries: Sequence[tuple[Record, Spoken]], records: Sequence[Record], days: int, draw: random.Random, software: str
) -> bytes:
    """Return the lines of a transcript: numbered, sealed and chained anew, times moved and without milliseconds."""
    lines = []
    prev = chain.GENESIS
    for seq, (record, (actor, event)) in enumerate(entries):
        data = header_data(event, software) if isinstance(event, ev.CaseOpened) else ev.to_data(event)
        wall = datetime.fromisoformat(record.t).astimezone(UTC).replace(microsecond=0) + timedelta(days=days)
        made = members(
            event,
            data,
            actor=actor,
            id=f"{draw.getrandbits(128):032x}",
            mono_ns=record.mono_ns // 1_000_000_000 * 1_000_000_000,
            prev=prev,
            seq=seq,
            t=stamp_text(wall),
        )
        line, prev = chain.seal(canonical(made))
        lines.append(line + b"\n")
    return b"".join(lines)


# --- written out ----------------------------------------------------------------------------------


def as_text(made: Redacted, format_: str, register: str | None = None) -> str:
    """Return a redacted case as transcript, text, md or json; in JSON days stand as distances from the opening."""
    if format_ == "transcript":
        return made.data.decode()
    if format_ == "json":
        return _json(made)
    labels = made.protocol.labels
    head = [spell(labels, f"kind.{made.case.kind}", register or "clinician"), *made.head]
    blocks = plan_blocks(
        build_plan(made.protocol, made.case),
        labels,
        register=register or "clinician",
        all_rules=False,
        case=LABEL,
        decisions=made.case.decisions,
        head=head,
        left_open=made.case.left_open,
    )
    lines = text_lines(blocks) if format_ == "text" else markdown_lines(blocks)
    return "\n".join(line for line, _ in lines).strip("\n") + "\n"


def _json(made: Redacted) -> str:
    opened = parse_moment(str(made.transcript.header["as_of"]))
    began = datetime.fromisoformat(made.transcript.entries[0].t)
    found = outcome(made.protocol, made.case.assessment)
    data = {
        "schema": SCHEMA,
        "redacted": True,
        "kind": made.case.kind,
        "teaching": made.teaching,
        "head": made.head,
        "protocol": made.protocol.identity,
        "urgency": found.urgency.value,
        "red_flags": {name: state.value for name, state in found.flags.items()},
        "rules": dict(found.statuses),
        "events": [
            {
                "number": entry.seq,
                "after_seconds": round((datetime.fromisoformat(entry.t) - began).total_seconds()),
                "actor": entry.actor,
                "type": entry.type,
                "data": _days(made.protocol, _told(entry.event), opened),
            }
            for entry in made.transcript.entries
        ],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


_UNTOLD = frozenset({"case", "label", "subject", "protocol", "digest", "wording", "head", "sha256"})
"""Members of events that say nothing once they were replaced."""


def _told(event: ev.Event) -> dict[str, Any]:
    return {name: value for name, value in ev.to_data(event).items() if name not in _UNTOLD}


def _days(protocol: Protocol, data: dict[str, Any], opened: datetime) -> dict[str, Any]:
    """Return the members of an event, or of what a case took from an earlier one, with days as distances."""
    told = dict(data)
    for name in ("as_of", "on"):
        if told.get(name):
            told[name] = day_text(told[name], opened)
    if told.get("value") is not None and _is_date(protocol, told["question"]):
        told["value"] = day_text(told["value"], opened)
    for name in ("previous", "first"):
        if name in told:
            told[name] = _days(protocol, {k: v for k, v in told[name].items() if k not in _UNTOLD}, opened)
    if isinstance(told.get("answers"), dict):
        answers = told["answers"]
        told["answers"] = {k: day_text(v, opened) if _is_date(protocol, k) else v for k, v in answers.items()}
    return told


def _is_date(protocol: Protocol, key: str) -> bool:
    return protocol.questions[key].type is QuestionType.DATE


def write_redacted(made: Redacted, format_: str, out: Path, register: str | None = None) -> Path | None:
    """Write a redacted case to a file; return where its protocol is, without which a transcript is not replayed.

    Raises: UsageError X006 for a name that is taken; StorageError X003.
    """
    disk = Disk()
    kept = bundle.keep(disk, out.absolute().parent, made.protocol) if format_ == "transcript" else None
    try:
        publish(disk, out.absolute(), as_text(made, format_, register).encode())
    except FileExistsError as error:
        raise UsageError(
            "a file of that name is there already", code=FILE_TAKEN, place=str(out), hint="choose another name"
        ) from error
    except OSError as error:
        raise StorageError(
            f"cannot write the export: {reason(error)}", code="X003", place=str(out), hint="choose another place"
        ) from error
    return kept
