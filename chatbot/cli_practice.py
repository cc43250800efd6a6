"""``backstory practice``: simulated patients, the attempts of trainees at them, and sealed stations.

``chatbot.cli`` loads this for the parser; each handler imports what it needs.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import CommandParser, common_options, complain, show, show_json
from chatbot.cli_teaching import add_words
from chatbot.core.practice.station import MODES
from chatbot.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from chatbot.core.practice.station import Station
    from chatbot.practice_desk import Over, PracticeDesk
    from chatbot.practising import Practising
    from chatbot.record.stations import AskCode

WORDS = ("seal", "debrief", "mark", "progress", "group")
"""What may come first in place of a patient."""


def add_parser(commands: Any) -> None:
    """Add the command ``practice`` and the words below it."""
    parser: CommandParser = commands.add_parser("practice", help="interview simulated patients", allow_abbrev=False)
    parser.add_argument("vignette", nargs="?", help="a patient, by number or id; without one they are listed")
    parser.add_argument("--mode", choices=MODES, help="practice, unless told; examination for a sealed station")
    _patient_options(parser)
    parser.add_argument("--station", type=Path, metavar="FILE", help="a sealed station; opened with its code")
    parser.add_argument("--code", help="the code of a sealed station; without it it is asked for, unseen")
    timed = "by the clock of the station; an examination is, other modes are not, unless told"
    parser.add_argument("--timed", action=argparse.BooleanOptionalAction, help=timed)
    parser.add_argument("--resume", metavar="CASE", help="go on with an attempt that was left: its code or its file")
    parser.add_argument("--plain", action="store_true", help="line by line, without a screen")
    parser.add_argument("--no-debrief", action="store_true", help="line by line: end without reading the debrief")
    parser.add_argument("--list", action="store_true", help="print the patients and begin nothing")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--card", action="store_true", help="print the card for whoever plays the patient")
    what.add_argument("--checklist", action="store_true", help="print the checklist for whoever examines")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where card or checklist go; else standard output")
    parser.add_argument("--json", action="store_true", help="with --list, --card or --checklist: print JSON")
    parser.add_argument("--actor", default="", help="who practises: name or initials")
    parser.add_argument("--role", default="", help="their role")
    parser.add_argument("--encrypt-to", metavar="KEYS", help="recipients (age1…) a new case is encrypted to; off: none")
    parser.add_argument("--recipients-only", action="store_true", help="although none of their keys is here")
    common_options(parser, again=True)
    parser.set_defaults(handler=practice_command)
    _seal_word(parser)
    _debrief_word(parser)
    add_words(parser)


def _patient_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which patient."""
    parser.add_argument("--protocol", metavar="NAME", help="the protocol; else the one settings or content name")
    parser.add_argument("--seed", type=int, metavar="N", help="the same number gives the same patient again")
    parser.add_argument("--persona", metavar="ID", help="how the patient speaks; without it as the vignette says")
    parser.add_argument("--generated", action="store_true", help="a patient nobody has met, drawn from the protocol")
    parser.add_argument("--difficulty", type=int, metavar="N", help="with --generated: 1 (easy) to 5")


def _seal_word(parser: CommandParser) -> None:
    word = parser.add_word("seal", help="write a station to a file that only its code opens")
    word.add_argument("vignette", nargs="?", help="a patient, by number or id")
    _patient_options(word)
    word.add_argument("--minutes", type=int, metavar="M", help="time of the interview; else as the content says")
    word.add_argument("--preparation", type=int, metavar="M", help="time to read the task before it")
    word.add_argument("--out", type=Path, metavar="FILE", required=True, help="the sealed file; never written over")
    word.add_argument("--code", help="a code of your own; without it one is made, and printed this once")
    word.add_argument("--json", action="store_true", help="print JSON")
    common_options(word, again=True)
    word.set_defaults(handler=seal_command)


def _debrief_word(parser: CommandParser) -> None:
    word = parser.add_word("debrief", help="what came of an attempt that has ended")
    word.add_argument("transcript", type=Path, metavar="CASE", help="an attempt: its code or its file")
    word.add_argument("--format", choices=("text", "json"), default="text")
    word.add_argument("--json", action="store_true", help="the same as --format json")
    word.add_argument("--out", type=Path, metavar="FILE", help="where to write it; without it to standard output")
    common_options(word, again=True)
    word.set_defaults(handler=debrief_command)


# --- choosing -------------------------------------------------------------------------------------


def practice_command(options: argparse.Namespace) -> int:
    """Carry out ``practice``: list patients, print a paper, or begin or go on with an attempt."""
    from chatbot.desk import Desk
    from chatbot.practice_desk import PracticeDesk

    if options.vignette in WORDS:
        raise UsageError(
            f"{options.vignette} is a word that comes first", hint=f"write: backstory practice {options.vignette} …"
        )
    _check_together(options)
    desk = Desk.from_options(options)
    practice = PracticeDesk.from_options(options, desk)
    try:
        if options.card or options.checklist:
            return _paper(options, practice)
        if options.list or (options.plain and not _is_chosen(options)):
            return _list(options, practice)
        if options.json:
            raise UsageError("an attempt is made line by line", hint="--json goes with --list, --card or --checklist")
        return _attempt(options, practice)
    finally:
        practice.leave()


def _is_chosen(options: argparse.Namespace) -> bool:
    return bool(options.vignette or options.generated or options.station or options.resume)


def _check_together(options: argparse.Namespace) -> None:
    """Raises: UsageError for options that say two things at once."""
    whence = [name for name in ("vignette", "generated", "station", "resume") if getattr(options, name, None)]
    if len(whence) > 1:
        raise UsageError("one patient at a time", hint="give a patient, --generated, --station or --resume")
    if options.difficulty is not None and not options.generated:
        raise UsageError("--difficulty is of a patient that is drawn", hint="add --generated")
    if options.persona and not options.vignette:
        raise UsageError("--persona is of a patient of the list", hint="name one")
    if options.seed is not None and not (options.vignette or options.generated):
        raise UsageError("--seed is of a patient of the list, or with --generated", hint="name one")
    if options.code and not (options.station or options.resume):
        raise UsageError("--code opens a sealed station", hint="name its file: --station FILE")
    if options.resume and (options.mode or options.timed is not None):
        raise UsageError("an attempt goes on as it was begun", hint="leave --mode and --timed out")
    if options.out and not (options.card or options.checklist):
        raise UsageError("--out is where a card or a checklist goes", hint="add --card or --checklist")


def _list(options: argparse.Namespace, practice: PracticeDesk) -> int:
    """Print the patients that can be met: nothing of what is the matter with them."""
    from dataclasses import asdict

    from chatbot.core.text import visible, wrap
    from chatbot.export.practice_cards import MARK

    found = practice.patients()
    if options.json:
        # Neither id nor tags: both may give the answer away.
        show_json([{k: v for k, v in asdict(each).items() if k not in {"id", "station", "kind"}} for each in found])
        return ExitCode.FINE
    lines = [f"{MARK}: {len(found)} patients. Nobody real is meant."]
    for each in found:
        head = f"{each.number:>3}  {each.who} · {each.persona.replace('_', ' ')} · difficulty {each.difficulty} of 5"
        lines += [visible(head), *wrap(f"“{each.opening}”", 100, "     ")]
    show(
        "\n".join([*lines, "backstory practice NUMBER meets one of them; --generated draws a patient nobody has met."])
    )
    return ExitCode.FINE


def _chosen_station(options: argparse.Namespace, practice: PracticeDesk) -> Station:
    """Return the station that the options name. Raises: UsageError."""
    if options.generated:
        station = practice.generated(seed=options.seed, difficulty=options.difficulty or 3)
    elif options.vignette:
        station = practice.station(options.vignette, seed=options.seed or 0, persona=options.persona)
    else:
        raise UsageError("which patient?", hint="give a number of the list: backstory practice --list")
    return station


def _code(options: argparse.Namespace) -> AskCode:
    """Return what asks for the code of a sealed station: the one that was given, else at the keyboard, unseen."""

    def ask(path: Path) -> str:
        from chatbot.errors import KeyProblem
        from chatbot.plain_people import hidden_line

        if options.code:
            return str(options.code)
        try:
            return hidden_line(f"Code of the sealed station {path.name} (it is not shown): ")
        except UsageError as error:
            raise KeyProblem(
                "the code of the sealed station was not given", code="K040", place=str(path), hint="type it, or --code"
            ) from error

    return ask


# --- papers ---------------------------------------------------------------------------------------


def _paper(options: argparse.Namespace, practice: PracticeDesk) -> int:
    """Print the card of who plays the patient, or the checklist of who examines."""
    import json

    from chatbot.core.text import wrap
    from chatbot.export import practice_cards as cards

    protocol = practice.desk.protocol
    if options.station:
        practice.check_sealed(options.station)
        opened = practice.unsealed(options.station, _code(options)(options.station))
        station, protocol = opened.station, opened.protocol
    else:
        station = _chosen_station(options, practice)
    if options.json:
        data = cards.card_json(station, protocol) if options.card else cards.checklist_json(station, protocol)
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    else:
        rows = cards.card_lines(station, protocol) if options.card else cards.checklist_lines(station, protocol)
        lines = [line for first, row in rows for line in wrap(row, 100, " " * len(first), first)]
        text = "\n".join(lines) + "\n"
    _write(text, options.out, practice.desk.transcripts)
    if options.generated:
        complain(f"note: this patient again: --generated --seed {station.seed} --difficulty {station.difficulty}")
    return ExitCode.FINE


def _write(text: str, out: Path | None, transcripts: Path) -> None:
    """Write a page to a file that is not there yet, else to standard output. Raises: UsageError, StorageError."""
    if out is None:
        show(text)
        return
    from chatbot.record.pages import write_page

    show(f"{write_page(text, str(out), transcripts)}: written, for you alone")


# --- an attempt -----------------------------------------------------------------------------------


def _attempt(options: argparse.Namespace, practice: PracticeDesk) -> int:
    if not options.plain:
        # Before anything is begun: an attempt must not be left behind for want of a screen.
        _needs_terminal()
    if not options.plain and not _is_chosen(options):
        return _screen(options, practice, None)
    if options.plain:
        from chatbot.cli_people import ask_who

        ask_who(options, practice.desk)
    found = _resumed(options, practice) if options.resume else _begun(options, practice)
    return _lines(options, practice, found) if options.plain else _screen(options, practice, found)


def _needs_terminal() -> None:
    import sys

    from chatbot.errors import EnvironmentProblem

    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise EnvironmentProblem(
            "the screen needs a terminal", code="U001", hint="add --plain for the line mode, or --list"
        )


def _screen(options: argparse.Namespace, practice: PracticeDesk, found: Practising | None) -> int:
    """Run the screen on an attempt, or on the list of patients."""
    from chatbot.encryption import unlock
    from chatbot.tui.start import run_practice

    if problem := unlock():
        complain(problem)
    return run_practice(practice, found, options.settings)


def _begun(options: argparse.Namespace, practice: PracticeDesk) -> Practising:
    if options.station:
        practice.check_sealed(options.station)
        opened = practice.unsealed(options.station, _code(options)(options.station))
        mode = options.mode or "examination"
        return practice.begin(opened.station, mode, timed=options.timed, sealed=opened)
    station = _chosen_station(options, practice)
    found = practice.begin(station, options.mode or "practice", timed=options.timed)
    if options.generated:
        complain(f"note: this patient again: --generated --seed {station.seed} --difficulty {station.difficulty}")
    return found


def _resumed(options: argparse.Namespace, practice: PracticeDesk) -> Practising:
    from chatbot.record.cases import find_case

    second = practice.desk.fallback
    path = find_case(practice.desk.transcripts, options.resume, second if second and second.is_dir() else None)
    return practice.resume(path, _code(options))


def _lines(options: argparse.Namespace, practice: PracticeDesk, found: Practising) -> int:
    import shutil
    import sys

    from chatbot import plain, plain_practice

    try:
        return plain_practice.run(
            found,
            read=plain.read_line,
            write=plain.write_line,
            width=max(40, min(100, shutil.get_terminal_size().columns)),
            encoding=sys.stdout.encoding or "ascii",
            spent=practice.spent,
            notices=practice.desk.notices,
            debrief=lambda width: debrief_page(practice.over(), "text", width),
            reads_debrief=not options.no_debrief,
        )
    except KeyboardInterrupt:
        found.leave()
        raise


# --- words ----------------------------------------------------------------------------------------


def seal_command(options: argparse.Namespace) -> int:
    """Carry out ``practice seal``: a station in a file that only its code opens. The code is printed this once."""
    import secrets

    from chatbot.desk import Desk
    from chatbot.practice_desk import LARGEST_SEED, PracticeDesk, with_times
    from chatbot.record.sealed_stations import check_code, new_code, seal
    from chatbot.record.stations import write_sealed

    if options.vignette and options.generated:
        raise UsageError("one patient at a time", hint="give a patient, or --generated")
    practice = PracticeDesk.from_options(options, Desk.from_options(options))
    code = new_code() if options.code is None else check_code(options.code)
    if options.seed is None:
        # Nobody who has the content can make the same station and compare digests.
        options.seed = secrets.randbelow(LARGEST_SEED)
    station = with_times(_chosen_station(options, practice), options.minutes, options.preparation)
    write_sealed(options.out, seal(station, code))
    if options.json:
        times = {"minutes": station.minutes, "preparation": station.preparation}
        show_json({"path": str(options.out), "code": code, "seed": station.seed, **times})
        return ExitCode.FINE
    show(
        f"{options.out}: a sealed station, {station.minutes} minutes, seed {station.seed}\n"
        f"  code {code}\n"
        "  The code is kept nowhere: without it nobody opens the file. It is needed to begin, and to go on later.\n"
        f"  backstory practice --station {options.out}"
    )
    return ExitCode.FINE


def debrief_command(options: argparse.Namespace) -> int:
    """Carry out ``practice debrief``: what came of an attempt that has ended, once its file was verified."""
    from chatbot.cli_common import saved_transcript
    from chatbot.cli_replay import note_access
    from chatbot.practice_desk import over
    from chatbot.record.cases import transcripts_folder

    path = saved_transcript(options)
    found = over(path)
    note_access(options, "debrief", path)
    text = debrief_page(found, "json" if options.json else options.format)
    _write(text, options.out, transcripts_folder(options.transcripts, os.environ))
    for problem in found.report.problems:
        complain(problem)
    return int(found.report.exit_code)


def debrief_page(found: Over, format: str, width: int = 100) -> str:
    """Return the debrief of an attempt as a page: text or json."""
    import json

    from chatbot.core.practice.debrief import to_data
    from chatbot.core.practice.debrief_text import lines

    debrief = found.debrief()
    if format == "json":
        case = {"case": found.transcript.case, "label": found.transcript.header["label"]}
        data = {**to_data(debrief), **case, "head_code": found.transcript.head_code}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return "\n".join(lines(debrief, width)) + "\n"
