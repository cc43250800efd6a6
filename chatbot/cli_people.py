"""What the command does about people: keys, whose case is opened, who interviews, who answered what.

``chatbot.cli`` reads the arguments and loads this only for the commands that need it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from chatbot.cli_common import complain, show, show_json
from chatbot.core.text import visible, wrap
from chatbot.desk import Desk, cached_bundle
from chatbot.errors import ExitCode, UsageError
from chatbot.interview import Interview
from chatbot.record.cases import find_case
from chatbot.record.event_list import event_lines
from chatbot.record.keys import keys_file, new_key
from chatbot.record.read import read_transcript
from chatbot.record.replay import load_protocol
from chatbot.settings import read_settings


def make_key(options: argparse.Namespace) -> int:
    """Carry out ``keys new``."""
    path = options.out or keys_file(options.keys, os.environ, read_settings(options.settings).keys)
    key = new_key(path)
    show(
        f"{key.path}: a new site key, fingerprint {key.fingerprint}\n"
        "  Keep a copy where nobody finds it beside the cases: without it no earlier code can be made again,\n"
        "  and whoever has it can test record numbers against codes."
    )
    return ExitCode.FINE


# --- the interview --------------------------------------------------------------------------------


def open_new(options: argparse.Namespace, desk: Desk) -> Interview:
    """Open the case that the options of ``interview`` describe; at a terminal ask for what they leave out."""
    _ask_who(options, desk)
    number = _record_number(options, desk)
    if number and options.subject:
        raise UsageError("give either --record-number or --subject", hint="the code is made from the number")
    return desk.start(
        options.kind or "clinical",
        options.label,
        options.subject,
        record_number=number,
        confirmed=options.label_is_no_name,
    )


def _record_number(options: argparse.Namespace, desk: Desk) -> str:
    """Return the record number given, or asked for in the line mode where there is a key; empty for none."""
    from chatbot.plain_people import hidden_line

    if options.record_number == "-":
        return hidden_line("Record number (it is not shown and not kept): ")
    if options.record_number is not None:
        if not options.record_number.strip():
            raise UsageError("--record-number is empty", hint="give the number, or - to be asked for it")
        return str(options.record_number)
    if options.plain and not options.subject and desk.has_key and sys.stdin.isatty():
        return hidden_line("Record number (it is not shown and not kept), or Enter for none: ")
    return ""


def _ask_who(options: argparse.Namespace, desk: Desk) -> None:
    """Ask in the line mode who interviews where nobody said so, and remember it. A pipe is not asked."""
    if desk.actor or not options.plain or not sys.stdin.isatty():
        return
    from chatbot.desk import remember_actor
    from chatbot.plain import read_line
    from chatbot.record.subject import check_text

    name = check_text(read_line("Who interviews? Name or initials, or Enter to leave it out: ") or "", "name")
    if not name:
        return
    role = check_text(read_line(f"Role of {name}{f' (Enter = {desk.role})' if desk.role else ''}: ") or "", "role")
    desk.named(name, role or desk.role)
    remember_actor(options.settings, name, role)


def open_again(options: argparse.Namespace, desk: Desk) -> tuple[Path, Interview | None]:
    """Find the case to go on with. In the line mode it is confirmed and opened; a screen confirms it by itself.

    Returns its path, and the interview; None where it was not opened.
    """
    path = find_case(desk.transcripts, options.resume)
    asked = desk.look(path, options.kind)
    if not options.plain:
        return path, None
    from chatbot import plain
    from chatbot.plain_people import confirm

    width = max(40, min(100, shutil.get_terminal_size().columns))
    encoding = sys.stdout.encoding or "ascii"
    if not confirm(asked, read=plain.read_line, write=plain.write_line, width=width, encoding=encoding):
        return path, None
    _ask_who(options, desk)
    return path, desk.resume(path)


# --- lists ----------------------------------------------------------------------------------------


def print_events(options: argparse.Namespace, path: Path) -> int:
    """Carry out ``replay --events``: every event in words. The chain is checked; plans are not built again."""
    transcript = read_transcript(path)
    protocol = load_protocol(transcript, cached_bundle)
    lines = event_lines(
        protocol, transcript.entries, register=options.register or "clinician", show_private=options.show_private
    )
    header = {name: transcript.header[name] for name in ("case", "kind", "label", "subject")}
    if options.json:
        data = {**header, "torn": transcript.torn, "events": [each.to_json() for each in lines]}
        show_json(data)
    else:
        whose = " · ".join(str(header[name]) for name in ("kind", "label", "subject", "case") if header[name])
        rows = [visible(whose)]
        for each in lines:
            rows += wrap(f"{each.wall[:19]}  {each.said}", 100, "      ", f"{each.number:>4}  ")
        if header["kind"] != "clinical":
            rows.append(visible(whose))
        show("\n".join(rows))
    if transcript.damage is not None:
        complain(transcript.damage.error(path).render())
    return ExitCode.TORN if transcript.torn else ExitCode.FINE
