"""What the command does about exports beside writing them: redacted ones, and the note that something left.

``chatbot.cli`` loads this only for ``export``.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from chatbot.cli_common import complain, saved_transcript, show
from chatbot.cli_replay import note_access
from chatbot.core.events import KINDS
from chatbot.errors import BackstoryError, ExitCode, UsageError
from chatbot.keeping.redaction import as_text, redacted, write_redacted
from chatbot.record.journal import note
from chatbot.record.lineage import folder_of, peek


def export_redacted(options: argparse.Namespace) -> int:
    """Carry out ``export --redact`` and ``--teaching``."""
    if options.audience is not None:
        raise UsageError("a redacted case is written for nobody in particular", hint="leave --audience out")
    path = saved_transcript(options)
    kept_here = path.absolute().parent.name in KINDS
    if kept_here and options.out is not None and options.out.resolve().is_relative_to(folder_of(path).resolve()):
        hint = "choose another folder"
        raise UsageError(
            "an export does not stand among the transcripts", code="R007", place=str(options.out), hint=hint
        )
    note_access(options, "export", path)
    made = redacted(path, teaching=options.teaching, seed=options.seed)
    if options.out is None:
        show(as_text(made, options.to, options.register))
        return ExitCode.FINE
    kept = write_redacted(made, options.to, options.out, options.register)
    # Neither name nor hash: they would lead from what was handed on back to the case.
    note_export(path, {"format": f"{'teaching' if options.teaching else 'redacted'} {options.to}"})
    show(f"{options.out}: redacted{f'; its questions are in {kept}' if kept else ''}")
    return ExitCode.FINE


def note_export(path: Path, what: dict[str, str]) -> None:
    """Note in the journal that something of a kept case was written out; a journal that cannot be written is said."""
    header = peek(path)
    if header is None or path.absolute().parent.name not in KINDS:
        return
    try:
        note(folder_of(path), "exported", {**what, "cases": [header["case"]]})
    except BackstoryError as error:
        complain(f"that this was exported is not noted\n{error.render()}")


def note_written(options: argparse.Namespace, path: Path, text: str) -> None:
    """Note an export that was written to a file: its format, for whom, and how to know it again."""
    what = {"format": options.to, "name": options.out.name, "sha256": hashlib.sha256(text.encode()).hexdigest()}
    note_export(path, {**what, **({"audience": options.audience} if options.audience else {})})
