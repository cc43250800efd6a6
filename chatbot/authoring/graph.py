"""``backstory graph``: which diagram is asked for, the case that is laid over it, and where it is written."""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.core.answers import answer_text
from chatbot.core.case import Case, evolve
from chatbot.core.events import AnswerCorrected, AnswerGiven, Event
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.errors import CorruptTranscript, StorageError, UsageError
from chatbot.export.diagram import (
    ANSWERED,
    NOT_ASKED,
    NOT_REACHED,
    REACHED,
    Diagram,
    Step,
    overview,
    path_of,
    section_graph,
)
from chatbot.export.diagram import Path as CasePath
from chatbot.export.diagram_machine import case_machine, urgency_machine

if TYPE_CHECKING:
    from chatbot.authoring.commands import Console


PRIVATE = "(private)"
"""What a drawing, which is made to be shown, says instead of an answer to a private question."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A case that is laid over a diagram."""

    protocol: Protocol
    case: Case
    events: tuple[Event, ...]


def drawn(options: argparse.Namespace, console: Console) -> str:
    """Return the diagram that the command line asks for, as text.

    Raises: UsageError, ContentError, and for a transcript what verifying it raises.
    """
    if options.case and (options.section or options.protocol):
        raise UsageError("--case draws the same for every protocol", hint="leave the protocol and --section out")
    laid = None if options.path is None else _laid(options, console)
    if options.case:
        return _machines(options, None if laid is None else _phases(laid))
    protocol = laid.protocol if laid is not None else console.protocol(options, None, None)
    section = options.section
    if section is not None and section not in protocol.sections:
        hint = near_miss(section, protocol.sections) or f"there are: {', '.join(protocol.sections)}"
        raise UsageError(f"no section is called {section!r}", hint=hint)
    path = None if laid is None else _questions(laid)
    if options.to == "tree":
        from chatbot.export.diagram_tree import protocol_tree, tree_text

        return tree_text([protocol_tree(protocol, section=section, path=path)], *_terminal(options))
    diagram = overview(protocol, path) if section is None else section_graph(protocol, section, path)
    return _written(options.to, [diagram])


def _machines(options: argparse.Namespace, path: CasePath | None) -> str:
    diagrams = [case_machine(path), urgency_machine()]
    if options.to == "tree":
        from chatbot.export.diagram_tree import machine_tree, tree_text

        return tree_text(machine_tree(diagrams), *_terminal(options))
    return _written(options.to, diagrams)


def _written(to: str, diagrams: list[Diagram]) -> str:
    if to == "mermaid":
        from chatbot.export.diagram_mermaid import diagram_mermaid

        return diagram_mermaid(diagrams)
    from chatbot.export.diagram_svg import diagram_svg

    return diagram_svg(diagrams)


def _terminal(options: argparse.Namespace) -> tuple[int, str]:
    """Return width and encoding: a file is UTF-8, a terminal as wide as it is, anything else 100 columns."""
    if options.out is not None:
        return 100, "utf-8"
    width = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
    return max(40, width), sys.stdout.encoding or "ascii"


# --- the case laid over it ------------------------------------------------------------------------


def _laid(options: argparse.Namespace, console: Console) -> Laid:
    """Read a transcript, verified and under its own content, or an answers file."""
    if options.path.suffix in {".yaml", ".yml", ".json"}:
        from chatbot.content.answers_file import open_case, read_answers

        file = read_answers(options.path)
        if file.as_of is None:
            raise UsageError("the answers do not say for which day they hold", place=file.path, hint="add 'as_of'")
        protocol = console.protocol(options, file.protocol, file.home)
        case, events = open_case(protocol, file, file.as_of)
        return Laid(protocol, case, events)
    if options.protocol:
        raise UsageError("a transcript brings its own content", hint="leave the protocol out")
    from chatbot.content.library import load_bundle
    from chatbot.record.read import read_transcript
    from chatbot.record.replay import replay, verify
    from chatbot.record.running import check_over

    report = verify(options.path, load_bundle)
    if report.torn:
        console.complain("\n".join(report.problems))
    transcript = read_transcript(options.path)
    check_over(transcript)
    case, _ = replay(transcript, report.protocol)
    if transcript.case != report.case:  # pragma: no cover - the file changed between two readings
        raise CorruptTranscript("the transcript changed while it was read", code="T013", hint="try again")
    return Laid(report.protocol, case, tuple(transcript.events))


def _questions(laid: Laid) -> CasePath:
    labels, questions = laid.protocol.labels, laid.protocol.questions
    said = {
        key: PRIVATE if questions[key].private else answer_text(labels, questions[key], one, "clinician")
        for key, one in laid.case.answers.items()
    }
    asked = [each.question for each in laid.events if isinstance(each, AnswerGiven | AnswerCorrected)]
    return path_of(laid.protocol, laid.case, asked, said)


def _phases(laid: Laid) -> CasePath:
    """Return the phases a case went through, numbered in the order it came to each first."""
    seen: dict[str, Step] = {}
    for phase in _each_phase(laid.protocol, laid.events):
        seen.setdefault(phase, Step(ANSWERED, len(seen) + 1, named=REACHED))
    from chatbot.core.phases import Phase

    return {phase.value: seen.get(phase.value, Step(NOT_ASKED, named=NOT_REACHED)) for phase in Phase}


def _each_phase(protocol: Protocol, events: Iterable[Event]) -> Iterable[str]:
    case: Case | None = None
    for event in events:
        case = evolve(protocol, case, event)
        yield case.phase.value


# --- writing --------------------------------------------------------------------------------------

_CODES = {errno.ENOENT: "F002", errno.EACCES: "F003", errno.EPERM: "F003", errno.EROFS: "F003", errno.ENOSPC: "F005"}


def write_out(path: Path, text: str) -> None:
    """Write a drawing to a file, whole or not at all.

    Raises: StorageError.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        code = _CODES.get(error.errno or 0, "F012")
        reason = error.strerror or "cannot be written"
        raise StorageError(f"cannot write {str(path)!r}: {reason}", code=code, hint="choose another --out") from error
