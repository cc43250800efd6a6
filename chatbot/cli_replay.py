"""``backstory replay`` and what else reads a kept case: the player, verifying, the events, and who looked.

``chatbot.cli`` loads this for the parser; each handler imports what it needs.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import REGISTERS, about, common_options, complain, show, show_json
from chatbot.errors import ExitCode, KeyProblem, UsageError

if TYPE_CHECKING:
    from chatbot.record.recording import Recording
    from chatbot.record.standing import Verdict


def add_parser(commands: Any) -> None:
    """Add the command ``replay``."""
    from chatbot.cli_against import against_options
    from chatbot.cli_integrity import verify_options

    parser = commands.add_parser("replay", help="play or verify a saved case", allow_abbrev=False)
    parser.add_argument("transcript", type=Path, help="a saved case: its code or its file")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--verify", action="store_true", help="check chain, state and plan digests")
    what.add_argument("--events", action="store_true", help="who did what: every event in words")
    what.add_argument("--moments", action="store_true", help="with --json: every record with the state after it")
    what.add_argument("--salvage", type=Path, metavar="OUT", help="copy what can be read of a damaged transcript")
    parser.add_argument("--plain", action="store_true", help="play it line by line, without a screen")
    parser.add_argument("--at", type=int, metavar="N", help="begin at record N; with --moments that record alone")
    parser.add_argument("--show-private", action="store_true", help="private answers too")
    parser.add_argument("--register", choices=REGISTERS, help="wording of the questions")
    parser.add_argument("--json", action="store_true", help="print JSON; alone what verifying gave")
    verify_options(parser)
    against_options(parser)
    common_options(parser, again=True)
    parser.set_defaults(handler=replay_command)


def replay_command(options: argparse.Namespace) -> int:
    """Carry out ``replay``: play, unless something else is asked for."""
    from chatbot.cli_integrity import named_transcript, print_disposed

    path = named_transcript(options)
    if options.moments and not options.json:
        raise UsageError("--moments needs --json", hint="backstory replay CASE --plain plays it in words")
    if options.at is not None and (options.verify or options.events or options.salvage or options.at < 0):
        raise UsageError("--at is the number of a record, for the player and --moments")
    if options.salvage is not None:
        return _salvage(options, path)
    if print_disposed(path, options.json):
        return ExitCode.FINE
    if options.against is not None or options.recall or options.accept is not None:
        from chatbot.cli_against import print_against

        return print_against(options, path, note_access)
    if options.events:
        from chatbot.cli_people import print_events

        code = print_events(options, path)
        note_access(options, "events", path)
        return code
    if options.moments:
        return _print_moments(options, path)
    if options.verify or options.json or options.trust or options.head or options.against_register:
        return _verify(options, path)
    return _play(options, path)


def _salvage(options: argparse.Namespace, path: Path) -> int:
    from chatbot.record.salvage import salvage

    saved = salvage(path, options.salvage)
    note_access(options, "salvage", path)
    show(f"{saved.path}: {saved.records} records copied; {saved.lost_bytes} bytes from line {saved.line} on were lost")
    if saved.shut:
        complain("note: the copy says nothing of the loss: the case is encrypted, and none of your keys opens it")
    return ExitCode.FINE


# --- verifying ------------------------------------------------------------------------------------


def _verify(options: argparse.Namespace, path: Path) -> int:
    from chatbot.cli_integrity import anchor_lines, compared_head, verified
    from chatbot.content.in_use import withdrawn_as_far_as_known
    from chatbot.core.text import visible
    from chatbot.core.withdrawals import withdrawn_json
    from chatbot.desk import cached_bundle
    from chatbot.record.checkpoint import read_trust

    read_trust(options.trust)
    try:
        report = verified(options, path, cached_bundle)
    except KeyProblem as error:
        note_access(options, "verify", path)
        return _shut(options, path, error)
    compared = compared_head(options, report)
    note_access(options, "verify", path)
    withdrawn = withdrawn_json(withdrawn_as_far_as_known(options.protocols, complain), report.protocol)
    if options.json:
        show_json({**report.to_json(), **({"withdrawn": withdrawn} if withdrawn else {})})
    else:
        show(
            f"{path}: {report.verdict}\n"
            f"  case {visible(report.whose)}, {report.records} records, phase {report.phase}, "
            f"{'an attempt that is not over' if report.running else f'urgency {report.urgency}'}, "
            f"{report.plan_digests_checked} plan digests checked\n"
            f"  head {report.head_code}"
        )
        for line in (*anchor_lines(report), *([compared] if compared else [])):
            show(f"  {line}")
        for line in (*about(report.protocol), *(each["text"]["clinician"] for each in withdrawn)):
            show(f"  {line}")
        for problem in report.problems:
            complain(problem)
    return int(report.exit_code)


def _shut(options: argparse.Namespace, path: Path, error: KeyProblem) -> int:
    """Say what can be shown without the key of an encrypted case: that its chain holds, and what the register says."""
    from chatbot.core.text import visible
    from chatbot.record.anchoring import compare_shut

    found = compare_shut(path, options.against_register)
    word = "CORRUPT" if found.problems else "NO-KEY"
    problems = [*found.problems, error.render()]
    if options.json:
        anchoring = {"state": found.state, "said": found.said, "records": found.upto}
        show_json({"path": str(path), "verdict": word, "problems": problems, "anchoring": anchoring})
    else:
        show(visible(f"{path}: {word}") + "\n" + visible(f"  {found.state}: {found.said}"))
    for problem in problems:
        complain(problem)
    return _CODES[word]


# --- playing --------------------------------------------------------------------------------------


def _play(options: argparse.Namespace, path: Path) -> int:
    """Play a case: on the screen where there is one, else line by line. Ends with what verifying it would."""
    from chatbot.desk import Desk

    desk = Desk.from_options(options)
    recording = _open(desk, path)
    told = desk.noted("replay", path)
    at = options.at or 0
    if options.plain or not _has_screen():
        _play_lines(options, recording, told, at)
    else:
        from chatbot.tui.start import run_replay

        code = run_replay(desk, recording, at, options.register, options.settings, told)
        if code:
            return code
    return _code(recording.verdict)


def _open(desk: Any, path: Path) -> Recording:
    from chatbot.record.recording import playable

    recording: Recording = desk.recording(path)
    playable(recording, 0)
    return recording


def _has_screen() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _play_lines(options: argparse.Namespace, recording: Recording, told: str, at: int) -> None:
    import shutil

    from chatbot import plain, plain_player
    from chatbot.content.in_use import withdrawn_as_far_as_known
    from chatbot.core.withdrawals import withdrawn_json
    from chatbot.settings import read_settings

    found = recording.verdict
    head = (
        [f"{recording.whose}: {found.word}", f"head {found.head_code}"]
        if found.head_code
        else [f"{recording.whose}: {found.word}"]
    )
    head += about(recording.protocol)
    withdrawn = withdrawn_json(withdrawn_as_far_as_known(options.protocols, complain), recording.protocol)
    head += [each["text"]["clinician"] for each in withdrawn]
    head += ["Read only. help lists what can be typed."]
    for problem in found.problems:
        complain(problem)
    if told:
        complain(f"note: {told}")
    plain_player.run(
        recording,
        read=plain.read_line,
        write=plain.write_line,
        register=options.register or read_settings(options.settings).register or "clinician",
        at=at,
        private=options.show_private,
        width=max(40, min(100, shutil.get_terminal_size().columns)),
        encoding=sys.stdout.encoding or "ascii",
        head=head,
    )


def _print_moments(options: argparse.Namespace, path: Path) -> int:
    """Carry out ``replay --json --moments``: a JSON document, one moment to a line; with ``--at`` one moment."""
    import json

    from chatbot.desk import Desk

    desk = Desk.from_options(options)
    recording = _open(desk, path)
    _notice(desk.noted("moments", path))
    register, private = options.register or "clinician", options.show_private
    head = recording.head_json()
    if options.at is not None:
        index = recording.playback.index_of(options.at)
        if recording.records[index].seq != options.at:
            raise UsageError(f"there is no record {options.at}", hint=f"the last one is {recording.records[index].seq}")
        show_json({**head, "moments": [recording.moment_json(index, register, private=private)]})
        return _code(recording.verdict)
    # Written as it is made: a long case never stands in memory whole.
    show(json.dumps(head, ensure_ascii=False)[:-1] + ', "moments": [')
    before = ""
    for moment in recording.moments_json(register, private=private):
        if before:
            show(before + ",")
        before = json.dumps(moment, ensure_ascii=False)
    show(before + "]}")
    return _code(recording.verdict)


def _code(found: Verdict) -> int:
    """Return what a command ends with that played a case."""
    return int(_CODES.get(found.word, ExitCode.FINE))


_CODES = {
    "TORN": ExitCode.TORN,
    "CORRUPT": ExitCode.CORRUPT,
    "UNKNOWN-VERSION": ExitCode.VERSION,
    "NO-KEY": ExitCode.KEY,
    "UNREADABLE": ExitCode.STORAGE,
}


# --- who looked -----------------------------------------------------------------------------------


def note_access(options: argparse.Namespace, what: str, path: Path, cases: int | None = None) -> None:
    """Note that a case, or so many *cases* of a folder, were opened to be read; where that fails, say so and go on."""
    from chatbot.record.access import AccessLog
    from chatbot.record.host import Host
    from chatbot.settings import read_settings

    actor = read_settings(getattr(options, "settings", None)).actor or ""
    log = AccessLog(Host(), os.environ)
    _notice(log.note(what, path, actor=actor) if cases is None else log.note_run(what, path, cases, actor=actor))


def _notice(told: str) -> None:
    if told:
        complain(f"note: {told}")


def print_access(options: argparse.Namespace) -> int:
    """Carry out ``cases --access``: who opened which case to read it, the latest last."""
    from chatbot.core.text import visible
    from chatbot.record.access import AccessLog, read_access
    from chatbot.record.cases import find_case, transcripts_folder
    from chatbot.record.host import Host

    folder = transcripts_folder(options.transcripts, os.environ)
    path = find_case(folder, options.case) if options.case else folder
    log = AccessLog(Host(), os.environ)
    place = log.place(path)
    found = read_access(place)
    entries = found.entries
    if options.case:
        from chatbot.record.access import case_code_of

        code = case_code_of(path)
        entries = tuple(each for each in entries if each.file == path.name or (code and each.case == code))
    if options.json:
        rows = [each.to_json() for each in entries]
        show_json({"log": str(place), "problems": list(found.problems), "fragments": found.fragments, "accesses": rows})
    else:
        for each in entries:
            who = f"{each.actor} ({each.account})" if each.actor else each.account
            of = each.case or each.file if each.cases == 1 else f"{each.cases} cases"
            show(visible(f"{each.t[:19].replace('T', ' ')}  {each.what:<8} {of}  {who}"))
        if not entries:
            show(f"nobody is noted in {place}")
    for text in found.problems:
        complain(f"{place}: {text}")
    if found.fragments and not found.problems:
        complain(f"{place}: {found.fragments} lines were not completely saved; nothing else is missing")
    return ExitCode.CORRUPT if found.problems else ExitCode.FINE
