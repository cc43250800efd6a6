"""``backstory export``: a kept case verified, planned, and written out for somebody.

Nothing leaves an unverified transcript. What an audience may not know is taken out before any format is written
(``chatbot.core.audience``), so that no exporter has to think of it.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chatbot.content.library import load_bundle
from chatbot.core.audience import for_audience, public_protocol
from chatbot.core.case import Case, Decision
from chatbot.core.changes import Story
from chatbot.core.phases import CLOSED_PHASES
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.withdrawals import Withdrawal, told
from chatbot.errors import StorageError, UsageError
from chatbot.export.document import Block, plan_blocks, spell, with_head
from chatbot.export.markdown import markdown_lines
from chatbot.export.text import text_lines
from chatbot.record.disk import Disk
from chatbot.record.publish import publish, reason
from chatbot.record.read import Transcript, read_transcript
from chatbot.record.replay import load_protocol, replay
from chatbot.record.succession import story_of

EXPORT_SCHEMA = "backstory.export/1"

OWN_RECORD = "Full record, for the treating clinician's own use: it holds private answers, do not pass it on"
"""What an export without an audience says of itself where the content has no words for it."""

CODES = {
    "X001": "no audience of that name",
    "X002": "the protocol of the case declares no audiences",
    "X003": "the export cannot be written",
    "X004": "the export would take the place of the transcript",
    "X005": "a page does not stand among the transcripts",
    "X006": "a file of that name is there already",
}
"""Every code of this command with what it stands for."""


@dataclass(frozen=True, slots=True)
class Export:
    """One case ready to be written."""

    transcript: Transcript
    protocol: Protocol
    case: Case
    audience: str | None
    """None: the treating clinician's own record, with everything in it."""
    register: str
    plan: dict[str, Any]
    """As the audience may read it."""
    story: Story
    """Where the case stands among its relatives and what differs from those before it."""

    @property
    def withheld(self) -> bool:
        """Whether private answers are left out."""
        return "neutral" in self.plan


def load_export(
    path: Path,
    audience: str | None = None,
    register: str | None = None,
    withdrawals: Sequence[Withdrawal] = (),
) -> Export:
    """Read and verify a transcript and build its plan for an audience. It says what was withdrawn since.

    Raises: CorruptTranscript, VersionUnsupported, StorageError; UsageError (X001, X002) for an audience the
    protocol of the case does not have.
    """
    transcript = read_transcript(path)
    protocol = load_protocol(transcript, load_bundle)
    case, _ = replay(transcript, protocol)
    plan = build_plan(protocol, case)
    if audience is not None:
        _known(protocol, audience)
        plan = for_audience(protocol, case, plan, audience)
        register = register or protocol.audiences[audience].register
    if plan.get("neutral") is None:
        plan = told(plan, withdrawals, protocol)
    else:
        # Of rules that hang on private answers it is not even told that they are there.
        plan = told(plan, withdrawals, public_protocol(protocol))
    plan = with_head(plan, transcript.head_code, transcript.records)
    story = story_of(path, protocol, transcript.events, load_bundle)
    return Export(transcript, protocol, case, audience, register or "clinician", plan, story)


def _known(protocol: Protocol, audience: str) -> None:
    if audience in protocol.audiences:
        return
    if not protocol.audiences:
        raise UsageError(
            f"the protocol of this case, {protocol.id} {protocol.version}, declares no audiences, so nothing says "
            "who may know private answers",
            code="X002",
            hint="without --audience the export is for the treating clinician's own record",
        )
    known = ", ".join(protocol.audiences)
    raise UsageError(
        f"no audience is called {audience!r}",
        code="X001",
        hint=near_miss(audience, protocol.audiences) or f"the audiences are {known}",
    )


def head_lines(export: Export) -> list[str]:
    """Return what stands at the head of every written form: kind of case, for whom, and what is missing.

    Nothing here depends on a private answer.
    """
    labels, register, plan = export.protocol.labels, export.register, export.plan
    lines = [spell(labels, f"kind.{plan['kind']}", register)]
    if incomplete := incomplete_because(export):
        lines.append(f"INCOMPLETE: {incomplete}")
    if export.audience is None:
        own = labels.get("audience.own_record")
        lines.append(OWN_RECORD if own is None else own.in_register(register))
    else:
        title = plan["audience"]["title"][register]
        told = "knows" if plan["audience"]["knows"] else "knows_not"
        lines.append(
            f"{spell(labels, 'audience.for', register)}: {title}. {spell(labels, f'audience.{told}', register)}"
        )
    return lines


def incomplete_because(export: Export) -> str:
    """Return why an export is not the whole case; empty when it is."""
    if export.transcript.torn:
        return "the last entry of the transcript was not completely saved"
    return "" if export.case.phase in CLOSED_PHASES else "the case is still open, nobody has signed it"


def decisions(export: Export) -> dict[str, Decision]:
    """Return what was made of the recommendations the audience reads; free comments only with the full record."""
    if not export.withheld:
        return dict(export.case.decisions)
    shown = {each["id"] for each in export.plan["recommendations"]}
    return {rule: replace(made, comment=None) for rule, made in export.case.decisions.items() if rule in shown}


def blocks(export: Export, *, all_rules: bool = False) -> list[Block]:
    """Return the document in reading order; what a private answer may change is marked neutral."""
    named = " · ".join(filter(None, [export.case.label, export.case.subject, export.case.case]))
    return plan_blocks(
        export.plan,
        export.protocol.labels,
        register=export.register,
        all_rules=all_rules,
        case=named,
        decisions=decisions(export),
        head=head_lines(export),
        story=export.story,
        left_open={} if export.withheld else export.case.left_open,
    )


def export_text(export: Export) -> str:
    """Return the export as plain text."""
    return "\n".join(line for line, _ in text_lines(blocks(export))).strip("\n") + "\n"


def export_markdown(export: Export) -> str:
    """Return the export as Markdown."""
    return "\n".join(line for line, _ in markdown_lines(blocks(export))) + "\n"


def export_json(export: Export) -> str:
    """Return the export as JSON: the head, and the plan as its schema has it."""
    head: dict[str, Any] = {
        "schema": EXPORT_SCHEMA,
        "case": export.case.case,
        "label": export.case.label,
        "subject": export.case.subject,
        "kind": export.case.kind,
        "audience": export.audience,
        "incomplete": incomplete_because(export) or None,
        "head": head_lines(export),
        "decisions": {
            rule: {"decision": made.decision, "code": made.code, "comment": made.comment}
            for rule, made in decisions(export).items()
        },
        "plan": export.plan,
    }
    if not export.withheld and export.case.left_open:
        head["left_open"] = {
            key: {"code": reason.code, "comment": reason.comment} for key, reason in export.case.left_open.items()
        }
    head["head_code"] = export.plan["produced_by"]["transcript"]["head_code"]
    return json.dumps(head, indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[Export], str]] = {"text": export_text, "md": export_markdown, "json": export_json}
"""What ``--to`` may name."""


def write_export(text: str, out: Path, transcript: Path) -> None:
    """Write an export durably under its name: whole or not at all, in place of what stood there.

    Raises: UsageError (X004) when that is the transcript itself; StorageError (X003).
    """
    if out.exists() and out.resolve() == transcript.resolve():
        raise UsageError(
            "the export would take the place of the transcript", code="X004", place=str(out), hint="choose another name"
        )
    try:
        if out.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(out))
        publish(Disk(), out.absolute(), text.encode("utf-8"), replace=True)
    except OSError as error:
        raise StorageError(
            f"cannot write the export: {reason(error)}",
            code="X003",
            place=str(out),
            hint="choose another place with --out; nothing was left half written",
        ) from error
