"""``backstory practice progress``, ``group`` and ``mark``: what many attempts come to, and what a person adds to one.

The parser is part of that of ``practice``; each handler imports what it needs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import CommandParser, common_options, complain, show, show_json
from chatbot.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from chatbot.core.practice.debrief import Debrief
    from chatbot.teaching.group import Group
    from chatbot.teaching.marked import Bad
    from chatbot.teaching.second import Given

GROUP_FORMATS = ("text", "csv", "html", "json")

GROUP_PARTS = ("attempts", "stations", "domains", "items", "flags", "triage", "markers", "pairs", "not_counted")


def add_words(parser: CommandParser) -> None:
    """Add the words ``progress``, ``group`` and ``mark`` to ``practice``."""
    _progress_word(parser)
    _group_word(parser)
    _mark_word(parser)


def _progress_word(parser: CommandParser) -> None:
    word = parser.add_word("progress", help="how a trainee comes on, and the next patient")
    word.add_argument("--actor", metavar="WHO", default="", help="the trainee; without it you")
    word.add_argument("--protocol", metavar="NAME", help="the protocol; else the one settings or content name")
    word.add_argument("--as-of", metavar="DATE", help="the day it is looked at; without it today (UTC)")
    word.add_argument("--json", action="store_true", help="print JSON")
    common_options(word, again=True)
    word.set_defaults(handler=progress_command)


def _group_word(parser: CommandParser) -> None:
    word = parser.add_word("group", help="verify and mark the attempts of a group; statistics for its teacher")
    word.add_argument("folder", type=Path, metavar="FOLDER", help="attempts, in folders of any depth, or one file")
    word.add_argument("--format", choices=GROUP_FORMATS, default="text")
    word.add_argument("--part", choices=GROUP_PARTS, help="one table, of text and csv; csv without it: attempts")
    word.add_argument("--out", type=Path, metavar="FILE", help="where to write it; without it to standard output")
    word.add_argument("--first", action="store_true", help="only each trainee's first meeting with a patient counts")
    word.add_argument("--anonymous", action="store_true", help="codes in place of the names of trainees and markers")
    common_options(word, again=True)
    word.set_defaults(handler=group_command)


def _mark_word(parser: CommandParser) -> None:
    word = parser.add_word("mark", help="mark an attempt that is over, besides the program")
    word.add_argument("transcript", type=Path, metavar="CASE", help="an attempt: its code or its file")
    word.add_argument(
        "--items", action="store_true", help="list the items with what each can be given, and give nothing"
    )
    word.add_argument("--marker", default="", metavar="NAME", help="who marks: name or initials")
    word.add_argument("--overall", type=int, default=0, metavar="N", help="a global mark, 1 to 5")
    word.add_argument("--set", action="append", default=[], metavar="ITEM=POINTS", help="other points for an item")
    word.add_argument("--reason", action="append", default=[], metavar="ITEM=TEXT", help="why, for each item set")
    word.add_argument("--comment", default="", metavar="TEXT", help="what else there is to say")
    word.add_argument("--json", action="store_true", help="print JSON")
    common_options(word, again=True)
    word.set_defaults(handler=mark_command)


# --- progress -------------------------------------------------------------------------------------


def progress_command(options: argparse.Namespace) -> int:
    """Carry out ``practice progress``."""
    from chatbot.content.library import find_protocol, load_protocol, protocols_folder
    from chatbot.core.practice.marking import mark
    from chatbot.desk import Desk, cached_bundle
    from chatbot.teaching.candidates import attempts_in, progress_in
    from chatbot.teaching.progress import actors, to_data
    from chatbot.teaching.progress_text import progress_lines

    desk = Desk.from_options(options)
    name = options.protocol or _settings_protocol(options)
    protocol = load_protocol(name, folder=options.protocols)
    folder = find_protocol(name, protocols_folder(options.protocols))
    today = _day(options.as_of) if options.as_of else desk.host.wall().date()
    found = attempts_in(desk.transcripts, cached_bundle, mark)
    who = desk.actor or f"os:{desk.host.user()}"
    made = progress_in(who, found, folder, protocol, mark, today)
    if options.json:
        show_json(to_data(made))
    else:
        show("\n".join(progress_lines(made)))
        others = [each for each in actors(found) if each]
        if not made.attempts and others:
            complain(f"there are attempts of: {', '.join(others)}; --actor NAME shows theirs")
    return _worst(made.bad)


def _settings_protocol(options: argparse.Namespace) -> str | None:
    from chatbot.settings import read_settings

    return read_settings(options.settings).protocol


def _day(text: str) -> Any:
    from chatbot.cli_common import day

    return day(text)


def _worst(bad: Iterable[Bad]) -> int:
    """Return what the command ends with: the worst that a file gave."""
    from chatbot.audit.bulk import worst

    return int(worst(each.exit_code for each in bad))


# --- group ----------------------------------------------------------------------------------------


def group_command(options: argparse.Namespace) -> int:
    """Carry out ``practice group``."""
    from chatbot.cli_replay import note_access
    from chatbot.core.practice.marking import mark
    from chatbot.core.text import visible
    from chatbot.desk import cached_bundle
    from chatbot.teaching.group import group_of
    from chatbot.teaching.marked import LeftOut, group_files, walk

    if options.part and options.format not in {"text", "csv"}:
        raise UsageError("--part is for text and csv", hint=f"{options.format} holds all of them")
    left_out = LeftOut()
    files = list(group_files(options.folder, left_out))
    group = group_of(
        walk(files, cached_bundle, mark),
        other_kinds=left_out.other_kinds,
        first_only=options.first,
        anonymous=options.anonymous,
    )
    note_access(options, "group", options.folder, len(files) if options.folder.is_dir() else None)
    text = _group_text(group, options)
    if options.out is None:
        show(text)
    else:
        from chatbot.audit.output import write_report

        write_report(options.out, text)
        show(f"{visible(str(options.out))}: {len(group.rows)} attempts of {group.trainees} trainees")
    if options.format == "html" and _undrawn():
        complain(_undrawn())
    for each in group.bad:
        complain(visible(f"not counted ({each.verdict}): {each.said or each.path}"))
    return _worst(group.bad)


def _undrawn() -> str:
    from chatbot.teaching.group_page import undrawn

    return undrawn()


def _group_text(group: Group, options: argparse.Namespace) -> str:
    import json

    from chatbot.teaching import group_tables as tables

    match options.format:
        case "json":
            return json.dumps(tables.to_data(group), indent=2, ensure_ascii=False)
        case "csv":
            return "\n".join(tables.csv_lines(tables.PARTS[options.part or "attempts"](group)))
        case "html":
            from chatbot.teaching.group_page import page

            return page(group)
    parts = [options.part] if options.part else [part for part in GROUP_PARTS if part not in {"attempts", "items"}]
    head = f"SIMULATED patients, practice: {len(group.rows)} attempts of {group.trainees} trainees"
    return "\n".join([head, "", *tables.text_lines(group, parts)])


# --- mark -----------------------------------------------------------------------------------------


def mark_command(options: argparse.Namespace) -> int:
    """Carry out ``practice mark``."""
    from chatbot.cli_common import fallback_folder, saved_transcript
    from chatbot.core.practice.marking import mark
    from chatbot.desk import Desk, cached_bundle
    from chatbot.record.subject import check_text
    from chatbot.teaching.second import give, markable, pairs_of, points_of

    path = saved_transcript(options)
    kept = markable(path, cached_bundle)
    assert kept.protocol is not None and kept.station is not None
    if options.items:
        _print_items(mark(kept.protocol, kept.station, kept.placed), options.json)
        return ExitCode.FINE
    marker = check_text(options.marker, "--marker")
    if not marker:
        raise UsageError("nobody says who marks", hint="--marker NAME")
    desk = Desk.from_options(options)
    given = give(
        kept,
        mark,
        desk.host,
        marker=marker,
        overall=options.overall,
        marks=points_of(options.set),
        reasons=pairs_of(options.reason, "--reason"),
        comment=options.comment,
        signing=desk.signing,
        fallback=fallback_folder(options),
    )
    for told in given.notices:
        complain(f"note: {told}")
    _print_given(given, options.json)
    return ExitCode.FINE


def _print_items(debrief: Debrief, as_json: bool) -> None:
    from chatbot.core.text import visible
    from chatbot.teaching.second import limits

    if as_json:
        show_json(
            [
                {
                    "item": each.id,
                    "points": each.points,
                    "least": limits(each)[0],
                    "most": limits(each)[1],
                    "text": each.text,
                }
                for each in debrief.lines
            ]
        )
        return
    width = max((len(each.id) for each in debrief.lines), default=0)
    rows = ["SIMULATED patient, practice", f"{'item':<{width}}  given  can be  for"]
    for each in debrief.lines:
        least, most = limits(each)
        rows.append(visible(f"{each.id:<{width}}  {each.points:>5}  {f'{least}..{most}':>6}  {each.text}"))
    show("\n".join(rows))


def _print_given(given: Given, as_json: bool) -> None:
    from dataclasses import asdict

    from chatbot.core.text import visible

    if as_json:
        show_json({"kind": "practice", "simulated": True, **asdict(given)})
        return
    rows = [f"{given.case} (practice, SIMULATED): marked by {given.marker}, saved"]
    if given.overall:
        rows.append(f"  global mark {given.overall} of 5")
    for each in given.changed:
        rows.append(f"  {each.item}: {each.before} -> {each.after} points ({each.text})")
        rows.append(f"    because: {each.reason}")
    score = f"{given.before} of {given.of} ({given.percent_before} %)"
    after = f"{given.after} of {given.of} ({given.percent_after} %)"
    rows.append(f"  score {score}, unchanged" if score == after else f"  score {score} -> {after}")
    show(visible("\n".join(rows)))
