"""What the command does for whoever manages the records: holds, retention, disposal, backup, what is here, whose it is.

``chatbot.cli`` loads this for the arguments; each handler imports what it needs.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import common_options, complain, day, show, show_json
from chatbot.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from chatbot.keeping.disposal import Disposed, Ready


def add_parsers(commands: Any) -> None:
    """Add the commands of the records manager."""
    _subject_parser(commands)
    _dispose_parser(commands)
    _hold_parser(commands)
    _retention_parser(commands)
    _inventory_parser(commands)
    _backup_parsers(commands)


def _subject_parser(commands: Any) -> None:
    parser = commands.add_parser("subject", help="everything about one person in one package", allow_abbrev=False)
    parser.add_argument("code", nargs="?", help="the person's code, or the code of one of their cases")
    parser.add_argument("--record-number", metavar="N", help="gives the code, is not kept; - asks for it unseen")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="a new folder, or a new file.zip")
    parser.add_argument("--by", default="", metavar="NAME", help="who asks for it; without it the account")
    parser.add_argument("--json", action="store_true", help="print JSON")
    common_options(parser, again=True)
    parser.set_defaults(handler=_subject)


def _dispose_parser(commands: Any) -> None:
    parser = commands.add_parser("dispose", help="remove a case for good and leave a tombstone", allow_abbrev=False)
    parser.add_argument("case", help="the case: its code or its file")
    parser.add_argument("--authority", required=True, metavar="TEXT", help="on what authority: a policy, an order")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why")
    parser.add_argument("--by", default="", metavar="NAME", help="who does it; without it the account")
    parser.add_argument("--yes", metavar="CODE", help="the code of the case, typed beforehand: for scripts")
    parser.add_argument("--before-retention", default="", metavar="REASON", help="why it goes before it is due")
    parser.add_argument("--damaged", action="store_true", help="also a case that does not verify")
    parser.add_argument("--json", action="store_true", help="print JSON")
    common_options(parser, again=True)
    parser.set_defaults(handler=_dispose)


def _hold_parser(commands: Any) -> None:
    parser = commands.add_parser(
        "hold", help="keep cases from disposal; without a case lists holds", allow_abbrev=False
    )
    parser.add_argument("case", nargs="?", help="a case; its person's other visits are held with it")
    parser.add_argument("--subject", metavar="CODE", help="everything of a person, also what is still to come")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why it is held, or is no longer")
    parser.add_argument("--by", default="", metavar="NAME", help="who says so; without it the account")
    parser.add_argument("--lift", action="store_true", help="end the holds on it")
    parser.add_argument("--json", action="store_true", help="print JSON")
    common_options(parser, again=True)
    parser.set_defaults(handler=_hold)


def _retention_parser(commands: Any) -> None:
    parser = commands.add_parser("retention", help="which cases are due, held, disposed of", allow_abbrev=False)
    parser.add_argument("--years", type=int, metavar="N", help="the period; without it that of the settings")
    parser.add_argument("--as-of", metavar="DATE", help="the day to look at; without it today")
    parser.add_argument("--json", action="store_true", help="print JSON")
    common_options(parser, again=True)
    parser.set_defaults(handler=_retention)


def _inventory_parser(commands: Any) -> None:
    parser = commands.add_parser("inventory", help="what is on this machine, and what to see to", allow_abbrev=False)
    parser.add_argument("--json", action="store_true", help="print JSON")
    common_options(parser, again=True)
    parser.set_defaults(handler=_inventory)


def _backup_parsers(commands: Any) -> None:
    backup = commands.add_parser("backup", help="copy all cases into one file and check it", allow_abbrev=False)
    backup.add_argument("target", type=Path, help="a new file, or a folder to put one into")
    backup.add_argument("--with-keys", action="store_true", help="the site key too: then keep it as private as that")
    restore = commands.add_parser("restore", help="bring a backup back and verify every case", allow_abbrev=False)
    restore.add_argument("file", type=Path, help="the backup")
    restore.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="a folder that is not there yet")
    for parser, handler in ((backup, _backup), (restore, _restore)):
        parser.add_argument("--by", default="", metavar="NAME", help="who does it; without it the account")
        parser.add_argument("--json", action="store_true", help="print JSON")
        common_options(parser, again=True)
        parser.set_defaults(handler=handler)


def _folder(options: argparse.Namespace) -> Path:
    from chatbot.record.cases import transcripts_folder

    return transcripts_folder(options.transcripts, os.environ)


def _years(options: argparse.Namespace) -> int:
    from chatbot.settings import read_settings

    given = getattr(options, "years", None)
    if given is not None and not 0 <= given <= 130:
        raise UsageError("--years is a number from 0 to 130", hint="0: no period")
    return read_settings(options.settings).retention_years if given is None else int(given)


# --- everything about one person ------------------------------------------------------------------


def _subject(options: argparse.Namespace) -> int:
    from chatbot.cli_replay import note_access
    from chatbot.content.in_use import withdrawn_as_far_as_known
    from chatbot.core.text import visible
    from chatbot.keeping.accesses import accesses
    from chatbot.keeping.subject_package import write_package

    package = write_package(
        _folder(options),
        _person(options),
        options.out,
        withdrawals=withdrawn_as_far_as_known(options.protocols, complain),
        access=accesses(_folder(options), os.environ),
        by=options.by,
    )
    for each, _ in package.cases:
        note_access(options, "export", each.path)
    rows = [
        {"case": each.case, "kind": each.kind, "verdict": made.verdict, "head_code": made.head_code, "said": made.said}
        for each, made in package.cases
    ]
    if options.json:
        unread = [str(each) for each in package.unread]
        counts = {"path": str(package.path), "files": package.files, "sha256": package.manifest}
        show_json({**counts, "whole": package.whole, "cases": rows, "unread": unread})
    else:
        lines = [f"{package.path}: {_cases(len(rows))}, {package.files} files; begin with README.txt"]
        lines += [f"  {row['case']} ({row['kind']}): {row['verdict']} {row['head_code']}" for row in rows]
        lines.append(f"  SHA-256 of its SHA256SUMS: {package.manifest}")
        show("\n".join(map(visible, lines)))
    for row in rows:
        for said in row["said"]:
            complain(visible(f"{row['case']}: {said}"))
    for path in package.unread:
        complain(visible(f"{path}: it cannot be told whose this file is; it is not in the package"))
    return ExitCode.FINE if package.whole else ExitCode.DOES_NOT_HOLD


def _person(options: argparse.Namespace) -> str:
    """Return the code of the person asked for. Raises: UsageError; KeyProblem for a record number without a key."""
    if (options.code is None) == (options.record_number is None):
        raise UsageError("name one person", hint="by a code, or with --record-number -")
    if options.code is not None:
        return str(options.code)
    from chatbot.record.keys import keys_file, read_key
    from chatbot.record.subject import subject_code
    from chatbot.settings import read_settings

    number = options.record_number
    if number == "-":
        from chatbot.plain_people import hidden_line

        number = hidden_line("Record number (it is not shown and not kept): ")
    key = read_key(keys_file(options.keys, os.environ, read_settings(options.settings).keys))
    return subject_code(key.secret, number)


# --- disposal -------------------------------------------------------------------------------------


def _dispose(options: argparse.Namespace) -> int:
    from chatbot.desk import cached_bundle
    from chatbot.keeping.disposal import dispose, prepare

    ready = prepare(
        _folder(options),
        options.case,
        cached_bundle,
        years=_years(options),
        before_retention=options.before_retention,
        damaged=options.damaged,
    )
    _confirm(options, ready)
    done = dispose(
        ready,
        authority=options.authority,
        reason=options.reason,
        before_retention=options.before_retention,
        by=options.by,
    )
    _say_disposed(options, done)
    return ExitCode.FINE


def _confirm(options: argparse.Namespace, ready: Ready) -> None:
    """Have the code of the case typed. Raises: UsageError R004 when it is another."""
    from chatbot.core.text import visible
    from chatbot.record.host import plain_code

    wanted = ready.summary.case or ready.summary.path.name
    typed = options.yes
    if typed is None:
        if not sys.stdin.isatty():
            raise UsageError("the disposal was not confirmed", code="R004", hint=f"type its code: --yes {wanted}")
        whose = " · ".join(filter(None, [wanted, ready.summary.kind, ready.summary.label, ready.summary.as_of[:10]]))
        print(visible(f"{whose}: {ready.count} records, {len(ready.files)} file(s). It cannot be brought back."))
        typed = input("Type the code of the case to dispose of it, or Enter to leave it: ")
    if typed.strip() not in {wanted} and plain_code(typed) != plain_code(wanted):
        raise UsageError("that is not the code of the case: nothing was removed", code="R004", hint="type it as shown")


def _say_disposed(options: argparse.Namespace, done: Disposed) -> None:
    from chatbot.core.text import visible, wrap
    from chatbot.keeping.disposal import REMAINS

    backups = [{"when": str(each.t), "file": each.data.get("file", "")} for each in done.backups]
    exports = [
        {"when": str(each.t), "format": each.data.get("format", ""), "name": each.data.get("name", "")}
        for each in done.exports
    ]
    if options.json:
        removed = [str(each) for each in done.removed]
        show_json({**done.tombstone.to_json(), "removed": removed, "backups": backups, "exports": exports})
        return
    lines = [("finished: " if done.finished else "") + done.tombstone.said]
    lines += [f"  removed {each}" for each in done.removed]
    lines += [f"  may still be in the backup of {each['when'][:10]}: {each['file']}" for each in backups]
    lines += [f"  an export of {each['when'][:10]} left: {each['format']}, {each['name']}" for each in exports]
    show("\n".join((*map(visible, lines), *wrap(REMAINS, 100, "  "))))


# --- holds and retention --------------------------------------------------------------------------


def _hold(options: argparse.Namespace) -> int:
    from chatbot.core.text import visible
    from chatbot.keeping.hold import hold, holds, lift
    from chatbot.record.cases import find_case, summarise

    folder = _folder(options)
    if options.case is None and options.subject is None:
        if options.lift or options.reason:
            raise UsageError("no case is named", hint="name a case, or a person: --subject CODE")
        standing = holds(folder)
        if options.json:
            show_json([each.to_json() for each in standing])
        else:
            show("\n".join(visible(each.said) for each in standing) or "no holds")
        return ExitCode.FINE
    if options.case is not None and options.subject is not None:
        raise UsageError("give either a case or --subject", hint="a hold on a case holds its person's other visits too")
    scope, code = ("case", options.case) if options.subject is None else ("subject", options.subject.strip())
    if scope == "case" and not (options.lift and not Path(code).exists()):
        summary = summarise(find_case(folder, code))
        if not summary.case:
            raise UsageError("the header of this case cannot be read", hint="hold its person: --subject CODE")
        code = summary.case
    if not code:
        raise UsageError("--subject is empty", hint="give the code of the person")
    if options.lift:
        said = [f"lifted: {each.said}" for each in lift(folder, scope, code, options.reason, options.by)]
    else:
        entry = hold(folder, scope, code, options.reason, options.by)
        said = [f"{scope} {code} is held since {entry.t[:10]} by {entry.by}: {options.reason}"]
    if options.json:
        show_json([each.to_json() for each in holds(folder)])
    else:
        show("\n".join(map(visible, said)))
    return ExitCode.FINE


def _retention(options: argparse.Namespace) -> int:
    from chatbot.core.text import visible
    from chatbot.keeping.disposal import unfinished
    from chatbot.keeping.retention import report

    folder = _folder(options)
    found = report(folder, _years(options), day(options.as_of))
    half = unfinished(folder)
    if options.json:
        show_json(
            {
                "years": found.years or None,
                "as_of": found.day.isoformat(),
                "cases": [each.to_json() for each in found.rows],
                "disposed": [each.to_json() for each in found.disposed],
                "unfinished": [{"case": stone.case, "path": str(path)} for stone, path in half],
            }
        )
        return ExitCode.FINE
    period = f"{found.years} years after a person's last record" if found.years else "no period is set: all are kept"
    counts = ", ".join(f"{found.count(state)} {state}" for state in ("due", "held", "kept", "damaged"))
    lines = [f"{found.day.isoformat()}, {period}: {counts}, {len(found.disposed)} disposed of"]
    order = {"due": 0, "held": 1, "damaged": 2, "kept": 3}
    for row in sorted(found.rows, key=lambda each: (order[each.state], each.due, each.last)):
        until = f"due {row.due}" if row.due else "no period"
        name = row.case.case or row.case.path.name
        lines.append(f"{row.state:7}  {name:8}  {row.case.kind:13}  {row.case.phase:9}  last {row.last:10}  {until}")
        lines += [f"         {each.said}" for each in row.holds]
    lines += [f"disposed {each.said}" for each in found.disposed]
    show("\n".join(map(visible, lines)))
    for stone, path in half:
        complain(f"{path}: {stone.case} was disposed of on {stone.when[:10]} and is here; dispose of it again")
    return ExitCode.FINE


# --- inventory ------------------------------------------------------------------------------------


def _inventory(options: argparse.Namespace) -> int:
    from chatbot.core.text import visible
    from chatbot.keeping.inventory import inventory, inventory_lines
    from chatbot.record.identities import identity_file
    from chatbot.record.keys import keys_file
    from chatbot.settings import read_settings, settings_file

    chosen, place = read_settings(options.settings), settings_file(options.settings)
    found = inventory(
        _folder(options),
        os.environ,
        keys=keys_file(options.keys, os.environ, chosen.keys),
        other_keys={
            "key for cases": identity_file(options.identity, os.environ, chosen.identity, place),
            "signing key": Path(chosen.signing_key).expanduser() if chosen.signing_key else None,
        },
        settings=place,
    )
    if options.json:
        show_json(found.to_json())
    else:
        show("\n".join(map(visible, inventory_lines(found))))
    return ExitCode.FINE


# --- backup and restore ---------------------------------------------------------------------------


def _backup(options: argparse.Namespace) -> int:
    from chatbot.cli_replay import note_access
    from chatbot.core.text import visible
    from chatbot.keeping.backup import back_up

    keys = None
    if options.with_keys:
        from chatbot.record.keys import keys_file, read_key
        from chatbot.settings import read_settings

        keys = read_key(keys_file(options.keys, os.environ, read_settings(options.settings).keys)).path
    done = back_up(_folder(options), options.target, keys=keys, by=options.by)
    note_access(options, "backup", _folder(options), done.cases)
    if options.json:
        facts = {"path": str(done.path), "files": done.files, "cases": done.cases, "bytes": done.bytes}
        show_json({**facts, "sha256": done.sha256, "damaged": list(done.damaged), "left_out": list(done.left_out)})
    else:
        lines = [f"{done.path}: {_cases(done.cases)}, {done.files} files, {done.bytes} bytes, read back and the same"]
        lines += [f"  SHA-256 {done.sha256}", *(f"  left out: {each}" for each in done.left_out)]
        lines.append(
            "  The site key is in it: keep it as private." if keys else "  Keys are not in it: keep copies of them."
        )
        show("\n".join(map(visible, lines)))
    for name in done.damaged:
        complain(visible(f"{name}: it is damaged already; it is in the backup as it is"))
    return ExitCode.DOES_NOT_HOLD if done.damaged else ExitCode.FINE


def _restore(options: argparse.Namespace) -> int:
    from collections import Counter

    from chatbot.core.text import visible
    from chatbot.desk import cached_bundle
    from chatbot.keeping.restoring import restore

    done = restore(options.file, options.into, cached_bundle, by=options.by)
    if options.json:
        cases = [{"path": str(path), "verdict": verdict, "said": said} for path, verdict, said in done.verdicts]
        facts = {"path": str(done.folder), "files": done.files, "keys": [str(each) for each in done.keys]}
        show_json({**facts, "cases": cases, "problems": list(done.problems)})
    else:
        counts = Counter(verdict for _, verdict, _ in done.verdicts)
        said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())) or "no cases"
        lines = [f"{done.folder}: {done.files} files, as the backup has them; {said}"]
        lines += [f"  a key was brought back: {each}; move it to where keys are kept" for each in done.keys]
        show("\n".join(map(visible, lines)))
    for path, verdict, said in done.verdicts:
        if said:
            complain(visible(f"{path}: {verdict}") + f"\n{said}")
    for problem in done.problems:
        complain(problem)
    return int(done.exit_code)


def _cases(count: int) -> str:
    return "1 case" if count == 1 else f"{count} cases"
