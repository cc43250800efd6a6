"""The command ``backstory``: arguments, exit codes, and one clear message for whatever goes wrong.

Each handler imports what it needs, so that ``--help`` and ``check`` never wait for a screen. That makes it a little
longer than 400 lines.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot import __version__
from chatbot.cli_common import (
    FORMATS,
    REGISTERS,
    CommandParser,
    about,
    chosen_protocol,
    common_options,
    complain,
    day,
    moment,
    place_options,
    saved_transcript,
    show,
    show_json,
)
from chatbot.errors import BackstoryError, ExitCode, UsageError
from chatbot.hardening import keep_memory_private

if TYPE_CHECKING:
    from chatbot.authoring.commands import Console
    from chatbot.desk import Desk
    from chatbot.interview import Interview


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        options = _parser().parse_args(arguments)
        keep_memory_private()
        _use_identity(options)
        handler: Callable[[argparse.Namespace], int] = options.handler
        code = handler(options)
        sys.stdout.flush()
        return code
    except BackstoryError as error:
        complain(error.render())
        return int(error.exit_code)
    except KeyboardInterrupt:
        complain("interrupted; every acknowledged answer is saved")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; keep the interpreter from complaining when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FINE
    except OSError as error:
        # The system refused what nobody expected it to refuse: a failing disk is no fault of the program.
        from chatbot.record.publish import storage_error

        refused = storage_error(error, Path(str(error.filename or "the file system")), "go on")
        complain(refused.render())
        return int(refused.exit_code)
    except Exception as error:
        complain(_fault(error))
        return ExitCode.INTERNAL


def _fault(error: Exception) -> str:
    """Say where a fault of ours happened without any of the values that were being worked on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
    return (
        f"error: a fault in backstory {__version__}: {type(error).__name__} at {place}\n"
        "  Every acknowledged answer is saved. Please report this line."
    )


def _use_identity(options: argparse.Namespace) -> None:
    """Say with which key encrypted cases are opened; it is read when one is, and its passphrase asked for then."""
    from chatbot.encryption import use_identity

    def ask(path: Path, number: int) -> str:
        import getpass

        again = "" if number == 1 else "That did not unlock it. "
        return getpass.getpass(f"{again}Passphrase of {path} (unseen; Enter: go without): ")

    use_identity(options, ask if sys.stdin.isatty() else None)


# --- arguments ------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    from chatbot.cli_integrity import add_checkpoint_parser, check_options
    from chatbot.core.events import KINDS

    parser = CommandParser(
        prog="backstory", description="Structured history-taking after spine surgery.", allow_abbrev=False
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print version, intended use and status")
    common_options(parser)
    parser.set_defaults(handler=_home)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _interview_parser(commands)
    _practice_parser(commands)
    _plan_parsers(commands)
    _check_parser(commands)
    _replay_parser(commands)
    _export_parser(commands)
    _authoring_parsers(commands)
    _governance_parsers(commands)
    _records_parsers(commands)
    cases = commands.add_parser("cases", help="list saved cases", allow_abbrev=False)
    cases.add_argument("case", nargs="?", help="one case: lists its visits and versions")
    cases.add_argument("--json", action="store_true", help="print JSON")
    cases.add_argument("--kind", choices=KINDS, help="only cases of this kind")
    check_options(cases)
    cases.add_argument("--access", action="store_true", help="who opened cases, or this one, to read them")
    common_options(cases, again=True)
    cases.set_defaults(handler=_cases)
    _keys_parser(commands)
    add_checkpoint_parser(commands)
    return parser


def _interview_parser(commands: Any) -> None:
    from chatbot.core.events import KINDS

    parser = commands.add_parser("interview", help="interview a patient", allow_abbrev=False)
    parser.add_argument("protocol", nargs="?", help="the protocol; without it the one that settings or content name")
    parser.add_argument("--plain", action="store_true", help="line by line, without a screen")
    parser.add_argument("--register", choices=REGISTERS, help="wording of the questions")
    parser.add_argument("--language", metavar="TAG", help="language of the texts; without it that of case or content")
    parser.add_argument("--as-of", metavar="DATE", help="the day of the interview; without it now")
    whence = parser.add_mutually_exclusive_group()
    whence.add_argument("--resume", metavar="CASE", help="go on with a saved case: its code or its file")
    whence.add_argument("--follow-up", metavar="CASE", help="the next visit of a finished case")
    whence.add_argument("--amend", metavar="CASE", help="a new version of a signed case")
    parser.add_argument("--kind", choices=KINDS, help="kind of a new case (clinical), or of the one to go on with")
    parser.add_argument("--label", default="", help="what staff recognise: initials, bed; never a name")
    parser.add_argument("--label-is-no-name", action="store_true", help="the label reads like a name and is none")
    parser.add_argument("--subject", default="", help="a code of the person that was made elsewhere")
    parser.add_argument("--record-number", metavar="N", help="gives the code, is not kept; - asks for it unseen")
    parser.add_argument("--encrypt-to", metavar="KEYS", help="recipients (age1…) a new case is encrypted to; off: none")
    parser.add_argument("--recipients-only", action="store_true", help="although none of their keys is here")
    parser.add_argument("--actor", default="", help="who interviews: name or initials")
    parser.add_argument("--role", default="", help="their role")
    place_options(parser)
    common_options(parser, again=True)
    parser.set_defaults(handler=_interview)


def _keys_parser(commands: Any) -> None:
    from chatbot.cli_integrity import signing_options

    told = "the site key, from which codes of people are made, and keys that open encrypted cases"
    keys = commands.add_parser("keys", help=told, allow_abbrev=False)
    what = keys.add_subparsers(title="keys", metavar="WHAT", required=True)
    new = what.add_parser("new", help="make a site key, or a key for cases", allow_abbrev=False)
    new.add_argument("--out", type=Path, metavar="FILE", help="where to keep it; never written over")
    signing_options(new)
    new.add_argument("--case", action="store_true", help="a key that cases are encrypted to and opened with")
    new.add_argument("--passphrase", action="store_true", help="with --case: lock the file with a passphrase")
    new.add_argument("--use", action="store_true", help="with --case: encrypt new cases to it from now on")
    recipient = what.add_parser("recipient", help="what cases are encrypted to, of a key for cases", allow_abbrev=False)
    recipient.add_argument("file", type=Path, metavar="FILE", help="the key")
    for each in (keys, new, recipient):
        common_options(each, again=True)
    new.set_defaults(handler=_keys_new)
    recipient.set_defaults(handler=_keys_recipient)


def _check_parser(commands: Any) -> None:
    parser = commands.add_parser("check", help="check protocols", allow_abbrev=False)
    parser.add_argument("protocol", nargs="?", help="one protocol; without it all of them")
    parser.add_argument("--watch", action="store_true", help="check again on every save; name what came out anew")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--as-of", metavar="DATE", help="the day review dates are held against; without it today")
    parser.add_argument("--release", action="store_true", help="as a release: no warning, approved, every id kept")
    parser.add_argument("--reading", action="store_true", help="name each patient's text that reads above the target")
    parser.add_argument("--coverage", action="store_true", help="what vignettes and cases show; exit 1 on a gap")
    parser.add_argument("--write-ids", action="store_true", help="add new ids to the ledger of released ids")
    parser.add_argument("--write-language", metavar="TAG", help="add every text that a language lacks to its file")
    common_options(parser, again=True)
    parser.set_defaults(handler=_check)


def _replay_parser(commands: Any) -> None:
    from chatbot.cli_replay import add_parser

    add_parser(commands)


def _export_parser(commands: Any) -> None:
    parser = commands.add_parser("export", help="write a saved case out for somebody", allow_abbrev=False)
    parser.add_argument("transcript", type=Path, help="a saved case: its code or its file")
    parser.add_argument("--to", choices=(*FORMATS, "transcript"), default="text", help="the format")
    parser.add_argument("--audience", metavar="WHO", help="who will read it; without it the full record, for yourself")
    parser.add_argument("--register", choices=REGISTERS, help="wording of text and md")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write it; without it to standard output")
    parser.add_argument("--redact", action="store_true", help="without what tells whose it is; days are moved")
    parser.add_argument("--teaching", action="store_true", help="redacted, and without private answers")
    parser.add_argument("--seed", type=int, metavar="N", help="with --redact: moves the days the same each time")
    common_options(parser, again=True)
    parser.set_defaults(handler=_export)


def _authoring_parsers(commands: Any) -> None:
    from chatbot.authoring.commands import add_parsers

    add_parsers(commands, _console())


def _practice_parser(commands: Any) -> None:
    from chatbot.cli_practice import add_parser

    add_parser(commands)


def _plan_parsers(commands: Any) -> None:
    from chatbot.cli_plan import add_parsers

    add_parsers(commands)


def _governance_parsers(commands: Any) -> None:
    from chatbot import cli_audit
    from chatbot.cli_governance import add_parsers
    from chatbot.cli_prove import add_parser

    add_parsers(commands)
    add_parser(commands)
    cli_audit.add_parser(commands)


def _records_parsers(commands: Any) -> None:
    from chatbot.cli_records import add_parsers

    add_parsers(commands)


def _console() -> Console:
    from chatbot.authoring.commands import Console

    return Console(common_options, chosen_protocol, moment, show, complain, _needs_terminal)


class _Version(argparse.Action):
    """Print version, intended use, status and disclaimer, and end."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"backstory {__version__}")
        try:
            protocol = chosen_protocol(argparse.Namespace(protocol=None, protocols=None, settings=None))
        except BackstoryError as error:
            complain(error.render())
            parser.exit(int(error.exit_code))
        for line in about(protocol):
            print(line)
        parser.exit(0)


# --- check ----------------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    from chatbot.content.checks.report import add_ids, check_protocol
    from chatbot.content.library import find_protocol, protocol_names, protocols_folder, shown_path

    folder = protocols_folder(options.protocols)
    names = [options.protocol] if options.protocol else protocol_names(folder)
    if not names:
        raise UsageError(f"there is no protocol in {folder}", hint="a protocol is a folder with a protocol.yaml")
    paths = [find_protocol(name, folder) for name in names]
    if options.watch:
        from chatbot.authoring.commands import watch_command

        return watch_command(paths, options.json, _console())
    if options.write_ids:
        for path in paths:
            for line in add_ids(path) or ["no new id"]:
                show(f"{shown_path(path)}: {line}")
        return ExitCode.FINE
    if options.write_language:
        from chatbot.content.language_file import write_language

        for path in paths:
            show(f"{shown_path(path)}: {write_language(path, options.write_language)} texts to translate")
        return ExitCode.FINE
    today = day(options.as_of)
    wanted = {"release": options.release, "listed": options.reading, "covered": options.coverage}
    reports = [check_protocol(path, today=today, **wanted) for path in paths]
    if options.json:
        show_json([report.to_json() for report in reports])
    else:
        show("\n".join(report.render() for report in reports))
    if any(report.failed for report in reports):
        return ExitCode.CONTENT
    return ExitCode.DOES_NOT_HOLD if any(not report.holds for report in reports) else ExitCode.FINE


# --- cases ----------------------------------------------------------------------------------------


def _home(options: argparse.Namespace) -> int:
    from chatbot.desk import Desk

    _needs_terminal("backstory plan --answers FILE needs none")
    return _screen(options, Desk.from_options(options), None)


def _interview(options: argparse.Namespace) -> int:
    from chatbot.cli_people import open_again, open_new
    from chatbot.cli_visits import open_from_another
    from chatbot.core.commands import Suspend
    from chatbot.desk import Desk

    if not options.plain:
        _needs_terminal("add --plain for the line mode")
    desk = Desk.from_options(options, as_of=moment(options.as_of))
    interview: Interview | None = None
    path: Path | None = None
    try:
        if options.resume:
            path, interview = open_again(options, desk)
        else:
            interview = open_from_another(options, desk) or open_new(options, desk)
        if not options.plain:
            return _screen(options, desk, interview, options.register, resume=path)
        return ExitCode.FINE if interview is None else _lines(options, desk, interview)
    except KeyboardInterrupt:
        if interview is not None:
            interview.send(Suspend())
        raise
    finally:
        desk.close()


def _needs_terminal(hint: str) -> None:
    from chatbot.errors import EnvironmentProblem

    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise EnvironmentProblem("the screen needs a terminal", code="U001", hint=hint)


def _lines(options: argparse.Namespace, desk: Desk, interview: Interview) -> int:
    import shutil

    from chatbot import plain
    from chatbot.export.pages import page_name
    from chatbot.record.pages import default_page, write_page
    from chatbot.settings import Kept

    choices = Kept(options.settings)
    return plain.run(
        interview,
        register=options.register or choices.now().register or "clinician",
        choices=choices,
        read=plain.read_line,
        write=plain.write_line,
        width=max(40, min(100, shutil.get_terminal_size().columns)),
        encoding=sys.stdout.encoding or "ascii",
        notices=desk.notices,
        events=lambda register: desk.event_lines(register=register),
        named=desk.named,
        story=desk.story,
        page_place=lambda of, page: str(default_page(page_name(of.case, page), desk.transcripts)),
        write_page=lambda text, typed, replacing: str(write_page(text, typed, desk.transcripts, replace=replacing)),
    )


def _screen(
    options: argparse.Namespace,
    desk: Desk,
    interview: Interview | None,
    register: str | None = None,
    resume: Path | None = None,
) -> int:
    from chatbot.encryption import unlock
    from chatbot.practice_desk import PracticeDesk
    from chatbot.tui.start import run_screen

    if problem := unlock():
        complain(problem)
    practice = PracticeDesk.from_options(options, desk) if interview is None and resume is None else None
    return run_screen(desk, interview, register, options.settings, resume=resume, practice=practice)


def _export(options: argparse.Namespace) -> int:
    from chatbot.cli_integrity import sign_export
    from chatbot.cli_replay import note_access
    from chatbot.content.in_use import withdrawn_as_far_as_known
    from chatbot.export_command import FORMATS as WRITERS
    from chatbot.export_command import load_export, write_export

    if options.redact or options.teaching:
        from chatbot.cli_exports import export_redacted

        return export_redacted(options)
    if options.to == "transcript" or options.seed is not None:
        raise UsageError("a whole transcript leaves only redacted", hint="add --redact, or use backstory backup")
    path = saved_transcript(options)
    withdrawals = withdrawn_as_far_as_known(options.protocols, complain)
    export = load_export(path, options.audience, options.register, withdrawals)
    note_access(options, "export", path)
    text = WRITERS[options.to](export)
    if options.out is None:
        show(text)
    else:
        from chatbot.cli_exports import note_written

        write_export(text, options.out, path)
        note_written(options, path, text)
    sign_export(options, path)
    return ExitCode.FINE


def _cases(options: argparse.Namespace) -> int:
    if options.check or options.anchor or options.against_register:
        from chatbot.cli_integrity import check_cases

        return check_cases(options)
    from chatbot.cli_replay import print_access
    from chatbot.cli_visits import print_cases

    return print_access(options) if options.access else print_cases(options)


def _keys_new(options: argparse.Namespace) -> int:
    if options.signing or options.name:
        from chatbot.cli_integrity import make_signing_key

        return make_signing_key(options)
    from chatbot.cli_people import make_case_key, make_key

    return make_case_key(options) if options.case else make_key(options)


def _keys_recipient(options: argparse.Namespace) -> int:
    from chatbot.cli_people import show_recipient

    return show_recipient(options)
