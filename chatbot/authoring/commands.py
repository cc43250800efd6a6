"""Arguments and handlers of the author's commands: try, eval, new, graph, and ``check --watch``.

Each handler imports what it needs. What all commands share is handed in by the command line.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from typing import Protocol as Shape

from chatbot.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from chatbot.core.protocol import Protocol


class Common(Shape):
    """Adds the options every command has."""

    def __call__(self, parser: argparse.ArgumentParser, *, again: bool = False) -> None: ...


@dataclass(frozen=True, slots=True)
class Console:
    """What the command line does for every command."""

    common: Common
    protocol: Callable[[argparse.Namespace, str | None, Path | None], Protocol]
    """Options and the name a file gives to a loaded protocol."""
    moment: Callable[[str | None], str | None]
    """``--as-of`` to a moment."""
    out: Callable[[str], None]
    """Writes a result."""
    complain: Callable[[str], None]
    """Says something to the person."""
    needs_terminal: Callable[[str], None]
    """Raises where there is no terminal; takes the way round it."""


def add_parsers(commands: Any, console: Console) -> None:
    """Add the author's commands to the command line."""
    _try_parser(commands, console)
    _eval_parser(commands, console)
    _new_parser(commands, console)
    _graph_parser(commands, console)


# --- check --watch --------------------------------------------------------------------------------


def watch_command(folders: Sequence[Path], as_json: bool, console: Console) -> int:
    """Check protocols again on every save until interrupted; return the exit code."""
    from chatbot.authoring.watch import Cycle, saves, watch

    def write(cycle: Cycle) -> None:
        console.out(json.dumps(cycle.to_json(), ensure_ascii=False) if as_json else cycle.render() + "\n")

    console.complain(f"watching {', '.join(map(str, folders))}; Ctrl+C ends")
    try:
        watch(folders, saves(folders, console.complain), write, console.complain)
    except KeyboardInterrupt:
        console.complain("no longer watching")
    return ExitCode.INTERRUPTED


# --- try ------------------------------------------------------------------------------------------


def _try_parser(commands: Any, console: Console) -> None:
    parser = commands.add_parser("try", help="try a question while it is being written", allow_abbrev=False)
    parser.add_argument("spot", metavar="FILE[:QUESTION]", help="a content file or protocol, and a question in it")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="start from an answers file or vignette")
    parser.add_argument("--as-of", metavar="DATE", help="the day of the trial; without it that of the answers, or now")
    parser.add_argument("--plain", action="store_true", help="line by line, without a screen")
    parser.add_argument("--register", choices=("clinician", "patient"), help="wording of the questions")
    console.common(parser, again=True)
    parser.set_defaults(handler=lambda options: _try(options, console))


def _try(options: argparse.Namespace, console: Console) -> int:
    from datetime import datetime

    from chatbot.authoring.trial import NOWHERE, Trial, spot
    from chatbot.core.values import moment_text

    if not options.plain:
        console.needs_terminal("add --plain for the line mode")
    trial = Trial(
        spot(options.spot, options.protocols),
        answers=options.answers,
        as_of=console.moment(options.as_of),
        now=moment_text(datetime.now()),
    )
    if not options.plain:
        from chatbot.tui.start import run_trial

        return run_trial(trial.interview, trial.reload, trial.notices, NOWHERE, options.register, options.settings)
    import shutil
    import sys

    from chatbot import plain
    from chatbot.settings import Kept

    choices = Kept(options.settings)
    return plain.run(
        trial.interview,
        register=options.register or choices.now().register or "clinician",
        choices=choices,
        read=plain.read_line,
        write=plain.write_line,
        width=max(40, min(100, shutil.get_terminal_size().columns)),
        encoding=sys.stdout.encoding or "ascii",
        notices=trial.notices,
        reload=trial.reload,
        kept=False,
    )


# --- eval -----------------------------------------------------------------------------------------


def _eval_parser(commands: Any, console: Console) -> None:
    parser = commands.add_parser("eval", help="evaluate a condition on answers", allow_abbrev=False)
    parser.add_argument("condition", help="a condition, in quotes")
    parser.add_argument("protocol", nargs="?", help="the protocol; overrides the file")
    parser.add_argument("--answers", type=Path, metavar="FILE", required=True, help="answers file or vignette")
    parser.add_argument("--as-of", metavar="DATE", help="the day the answers hold for; overrides the file")
    parser.add_argument("--deep", action="store_true", help="follow findings all the way down")
    parser.add_argument("--json", action="store_true", help="print JSON")
    console.common(parser, again=True)
    parser.set_defaults(handler=lambda options: _eval(options, console))


def _eval(options: argparse.Namespace, console: Console) -> int:
    from chatbot.authoring.evaluate import eval_json, eval_text, evaluated
    from chatbot.content.answers_file import open_case, read_answers

    file = read_answers(options.answers)
    as_of = console.moment(options.as_of) or file.as_of
    if as_of is None:
        hint = "add 'as_of: 2026-01-31' to it, or give --as-of"
        raise UsageError("the answers do not say for which day they hold", place=file.path, hint=hint)
    protocol = console.protocol(options, file.protocol, file.home)
    case, _ = open_case(protocol, file, as_of)
    part = evaluated(protocol, case, options.condition, deep=options.deep)
    if options.json:
        console.out(json.dumps(eval_json(protocol, case, options.condition, part), indent=2, ensure_ascii=False))
    else:
        console.out(eval_text(part))
    return ExitCode.FINE


# --- new ------------------------------------------------------------------------------------------


def _new_parser(commands: Any, console: Console) -> None:
    parser = commands.add_parser("new", help="begin a protocol that passes check", allow_abbrev=False)
    parser.add_argument("name", help="its id: small letters, digits and _")
    parser.add_argument(
        "--in", dest="into", type=Path, metavar="DIR", help="the folder it is put in; without it where protocols are"
    )
    console.common(parser, again=True)
    parser.set_defaults(handler=lambda options: _new(options, console))


def _new(options: argparse.Namespace, console: Console) -> int:
    from datetime import date

    from chatbot.content.library import PACKAGE, protocols_folder, shown_path
    from chatbot.content.scaffold import write_scaffold

    folder = options.into or protocols_folder(options.protocols)
    if folder.is_relative_to(PACKAGE):
        raise UsageError("the protocols of this installation are not a place to write in", hint="give --in DIR")
    written = shown_path(write_scaffold(options.name, folder, date.today()).resolve())
    console.out(written)
    console.complain(f"next: backstory check {written} --watch")
    return ExitCode.FINE


# --- graph ----------------------------------------------------------------------------------------


def _graph_parser(commands: Any, console: Console) -> None:
    parser = commands.add_parser("graph", help="draw the question graph or the case machine", allow_abbrev=False)
    parser.add_argument("protocol", nargs="?", help="the protocol; without it the one that settings or content name")
    parser.add_argument("--to", choices=("tree", "mermaid", "svg"), default="tree", help="how it is drawn")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where it is written; without it standard output")
    parser.add_argument("--section", metavar="ID", help="one section with what it reads and what reads it")
    parser.add_argument("--case", action="store_true", help="the phases and the urgency of a case instead")
    parser.add_argument("--path", type=Path, metavar="FILE", help="lay a case over it: a transcript or an answers file")
    console.common(parser, again=True)
    parser.set_defaults(handler=lambda options: _graph(options, console))


def _graph(options: argparse.Namespace, console: Console) -> int:
    from chatbot.authoring.graph import drawn, write_out

    text = drawn(options, console)
    if options.out is None:
        console.out(text)
    else:
        write_out(options.out, text)
    return ExitCode.FINE
