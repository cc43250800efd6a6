"""What the command does about people: keys, whose case is opened, who interviews, who answered what.

``chatbot.cli`` reads the arguments and loads this only for the commands that need it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from chatbot.cli_common import complain, show, show_json
from chatbot.core.text import visible, wrap
from chatbot.desk import Desk, cached_bundle
from chatbot.encryption import OFFERED, turn_off, turn_on
from chatbot.errors import ExitCode, UsageError
from chatbot.interview import Interview
from chatbot.record.cases import find_case
from chatbot.record.event_list import event_lines
from chatbot.record.identities import NAME, Keyring, check_passphrase, new_identity
from chatbot.record.identities import keyring as current
from chatbot.record.keys import keys_file, new_key
from chatbot.record.read import read_transcript
from chatbot.record.replay import load_protocol
from chatbot.settings import read_settings, settings_file, write_settings


def make_key(options: argparse.Namespace) -> int:
    """Carry out ``keys new``."""
    path = options.out or keys_file(options.keys, os.environ, read_settings(options.settings).keys)
    if options.passphrase or options.use:
        raise UsageError("--passphrase and --use are for a key for cases", hint="backstory keys new --case")
    key = new_key(path)
    show(
        f"{key.path}: a new site key, fingerprint {key.fingerprint}\n"
        "  Keep a copy where nobody finds it beside the cases: without it no earlier code can be made again,\n"
        "  and whoever has it can test record numbers against codes."
    )
    return ExitCode.FINE


def make_case_key(options: argparse.Namespace) -> int:
    """Carry out ``keys new --case``."""
    beside = settings_file(options.settings)
    path: Path | None = options.out or (None if beside is None else beside.with_name(NAME))
    if path is None or path.exists():
        # Refused before a passphrase is thought of for nothing.
        new_identity(path)
        return ExitCode.KEY
    made = new_identity(path, _new_passphrase() if options.passphrase else None)
    if options.use:
        kept = read_settings(options.settings)
        write_settings(replace(kept, encrypt_to=made.recipient, identity=str(path.absolute())), options.settings)
    use = f"encrypt to it: --encrypt-to {made.recipient}, or encrypt_to in the settings; open with --identity {path}"
    show(
        f"{path}: a new key for cases, key id {made.id}\n"
        f"  recipient {made.recipient}\n"
        f"  {'New cases are encrypted to it from now on.' if options.use else use}\n"
        "  Keep a copy of the file in another place, not beside the cases, and the passphrase if it has one.\n"
        "  There is no other way in: without it no case that is encrypted to it alone can be opened by anybody."
    )
    return ExitCode.FINE


def _new_passphrase() -> str:
    """Ask twice for a new passphrase. Raises: UsageError when the two differ; KeyProblem for one that is too short."""
    from chatbot.plain_people import hidden_line

    first = hidden_line("Passphrase (several words that do not belong together; it is not shown): ")
    check_passphrase(first)
    if hidden_line("The same again: ") != first:
        raise UsageError("the two passphrases differ", hint="no key was made; begin again")
    return first


def show_recipient(options: argparse.Namespace) -> int:
    """Carry out ``keys recipient``."""
    ring = Keyring(options.file, current().ask)
    for each in ring.identities():
        show(each.recipient)
    return ExitCode.FINE


# --- the interview --------------------------------------------------------------------------------


def open_new(options: argparse.Namespace, desk: Desk) -> Interview:
    """Open the case that the options of ``interview`` describe; at a terminal ask for what they leave out."""
    ask_who(options, desk)
    _offer_encryption(options)
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


def ask_who(options: argparse.Namespace, desk: Desk) -> None:
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


def _offer_encryption(options: argparse.Namespace) -> None:
    """Ask once in the line mode whether new cases are encrypted, where nobody has decided. A pipe is not asked."""
    if not options.plain or options.encrypt_to or not sys.stdin.isatty() or settings_file(options.settings) is None:
        return
    if read_settings(options.settings).encrypt_to is not None:
        return
    from chatbot.plain import read_line, write_line

    width = max(40, min(100, shutil.get_terminal_size().columns))
    for line in wrap(OFFERED, width, ""):
        write_line(line)
    typed = (read_line("Encrypt new cases? Type yes, or Enter to leave them as they are: ") or "").strip().casefold()
    if typed in {"y", "yes"}:
        for line in wrap(turn_on(options.settings).said, width, ""):
            write_line(line)
    else:
        turn_off(options.settings)
        write_line("Not encrypted by this program. encrypt_to in the settings changes it.")


def open_again(options: argparse.Namespace, desk: Desk) -> tuple[Path, Interview | None]:
    """Find the case to go on with. In the line mode it is confirmed and opened; a screen confirms it by itself.

    Returns its path, and the interview; None where it was not opened.
    """
    path = find_case(
        desk.transcripts, options.resume, desk.fallback if desk.fallback and desk.fallback.is_dir() else None
    )
    asked = desk.look(path, options.kind)
    if not options.plain:
        return path, None
    from chatbot import plain
    from chatbot.plain_people import confirm

    width = max(40, min(100, shutil.get_terminal_size().columns))
    encoding = sys.stdout.encoding or "ascii"
    if not confirm(asked, read=plain.read_line, write=plain.write_line, width=width, encoding=encoding):
        return path, None
    ask_who(options, desk)
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
