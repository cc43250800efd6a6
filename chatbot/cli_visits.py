"""What the command does about visits and versions: beginning a case that comes from another, and the list of cases.

``chatbot.cli`` reads the arguments and loads this only for the commands that need it.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from chatbot.cli_common import complain, fallback_folder, show, show_json
from chatbot.core.events import KINDS
from chatbot.core.text import visible
from chatbot.desk import Desk
from chatbot.errors import ExitCode, UsageError
from chatbot.interview import Interview
from chatbot.record.cases import CaseSummary, cases_in_both, find_case, summarise, transcripts_folder
from chatbot.record.lineage import Lineage, days_of_disposal, lineages
from chatbot.record.listing import case_json, case_line, lineage_line


def open_from_another(options: argparse.Namespace, desk: Desk) -> Interview | None:
    """Open the follow-up or the amendment that the options of ``interview`` ask for; None when they ask for neither."""
    if options.follow_up:
        subject = options.subject
        if options.record_number not in {None, "-"}:
            subject = desk.subject(options.record_number)
        earlier = find_case(desk.transcripts, options.follow_up)
        _confirm(options, earlier)
        return desk.follow_up(earlier, label=options.label, subject=subject, kind=options.kind)
    if options.amend:
        if options.label or options.subject or options.record_number or options.as_of:
            raise UsageError(
                "an amendment is about the same person and the same moment",
                hint="leave --label, --subject, --record-number and --as-of out",
            )
        signed = find_case(desk.transcripts, options.amend)
        _confirm(options, signed)
        return desk.amend(signed, kind=options.kind)
    return None


def _confirm(options: argparse.Namespace, path: Path) -> None:
    """Ask whose case it is before the full screen opens another from it; the line mode asks for itself.

    Raises: SystemExit when it is the wrong person. Nothing was opened then.
    """
    if options.plain:
        return
    from chatbot import plain

    case = summarise(path)
    whose = [case.label or "no label", case.subject or case.case, case.kind, case.as_of[:10]]
    plain.write_line(visible(" · ".join(whose)))
    typed = plain.read_line("Is this the person in front of you? Type yes, or Enter for no: ")
    if (typed or "").strip().casefold() not in {"y", "yes"}:
        plain.write_line("Nothing was opened.")
        raise SystemExit(ExitCode.FINE)


def print_cases(options: argparse.Namespace) -> int:
    """Carry out ``cases``: a line for each lineage, or for each member of the one that is named."""
    folder = transcripts_folder(options.transcripts, os.environ)
    second = fallback_folder(options)
    found = lineages(cases_in_both(folder, second), days_of_disposal(folder))
    if options.kind:
        found = tuple(each for each in found if each.latest.kind == options.kind)
    if options.case:
        path = find_case(folder, options.case, second)
        found = tuple(each for each in found if any(member.path == path for member in each.members))
        if not found:
            raise UsageError(f"{path} is not among these cases", hint="name its folder with --transcripts")
    if options.json:
        rows = [case_json(lineage, each) for lineage in found for each in lineage.members]
        rows.sort(key=lambda row: (row["last"], row["path"]), reverse=True)
        show_json(rows)
        return ExitCode.FINE
    if not found:
        where = " or ".join(str(each) for each in (folder, second) if each is not None)
        show(f"no {f'{options.kind} ' if options.kind else ''}cases in {where}")
    for lineage in sorted(found, key=_place):
        lines = [lineage_line(lineage)]
        if options.case:
            lines = [case_line(lineage, each) for each in lineage.members]
        for line in (*lines, *(f"  ! {problem}" for problem in lineage.problems)):
            show(visible(line))
        for each in lineage.members:
            if each.state == "misplaced":
                complain(each.problem)
    return ExitCode.FINE


def _place(lineage: Lineage[CaseSummary]) -> int:
    """Clinical cases first, what cannot be read last; the order inside a kind stays."""
    kind = lineage.latest.kind
    return KINDS.index(kind) if kind in KINDS else len(KINDS)
