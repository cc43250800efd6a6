"""What the command does about who stands behind the content: ``review`` and ``diff``.

``chatbot.cli`` takes the parsers from here; what the handlers need is imported only when they run.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import common_options, day, show, show_json
from chatbot.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from datetime import date

    from chatbot.content.review import Item, Standing

WIDTH = 100


def add_parsers(commands: Any) -> None:
    """Add ``review`` and ``diff`` to the command line."""
    review = commands.add_parser("review", help="who approved what, and what changed since", allow_abbrev=False)
    review.add_argument("protocol", nargs="?", help="the protocol; without it the one that settings or content name")
    review.add_argument("--state", choices=("draft", "submitted", "under_review", "approved"), help="list only these")
    act = review.add_mutually_exclusive_group()
    for option, what in (
        ("--submit", "hand items in for review"),
        ("--under-review", "say that items are being read"),
        ("--approve", "approve items exactly as they now stand"),
    ):
        act.add_argument(option, nargs="+", metavar="ITEM", help=f"{what}: kind:id, or with * for several")
    review.add_argument("--by", metavar="NAME", help="who says so")
    review.add_argument("--role", help="their role")
    review.add_argument("--note", default="", help="what they have to say about it")
    review.add_argument("--as-of", metavar="DATE", help="the day; without it today")
    review.add_argument("--json", action="store_true", help="print JSON")
    common_options(review, again=True)
    review.set_defaults(handler=_review)
    diff = commands.add_parser("diff", help="what changed between two versions of content", allow_abbrev=False)
    diff.add_argument("old", help="a protocol, its folder, a kept bundle, or a digest of one")
    diff.add_argument("new", nargs="?", help="the same; without it the protocol as it now stands")
    diff.add_argument("--json", action="store_true", help="print JSON")
    common_options(diff, again=True)
    diff.set_defaults(handler=_diff)


# --- review ---------------------------------------------------------------------------------------


def _review(options: argparse.Namespace) -> int:
    from chatbot.content.library import find_protocol, protocols_folder
    from chatbot.content.review import ACTS, say, standing
    from chatbot.settings import read_settings

    name = options.protocol or read_settings(options.settings).protocol
    folder = find_protocol(name, protocols_folder(options.protocols))
    today = day(options.as_of)
    found = standing(folder)
    for act, state in ACTS.items():
        if patterns := getattr(options, act):
            by, role = _who(options)
            said = say(found, found.chosen(patterns), state, by, role, today.isoformat(), options.note)
            for item in said:
                show(f"{item.item}: {state.replace('_', ' ')}, {by}, {role}, {today}")
            if not said:
                show("nothing to add: it was said already")
            return ExitCode.FINE
    if options.by or options.role or options.note:
        raise UsageError("--by, --role and --note belong to --submit, --under-review or --approve", hint="name an item")
    if options.json:
        show_json(_review_json(found, today, options.state))
    else:
        show("\n".join(_review_lines(found, today, options.state)))
    return ExitCode.FINE


def _who(options: argparse.Namespace) -> tuple[str, str]:
    by, role = (" ".join((text or "").split()) for text in (options.by, options.role))
    if not by or not role:
        raise UsageError(
            "who says so?", hint="give --by NAME and --role ROLE: an entry without a person counts for nothing"
        )
    return by, role


def _review_json(found: Standing, today: date, state: str | None) -> dict[str, Any]:
    return {
        "schema": "backstory.review/1",
        "protocol": found.protocol.identity,
        "content_status": found.content_status,
        "counts": found.counts(),
        "overdue": list(found.overdue(today)),
        "items": [each.to_json() for each in found.items if state in (None, each.state)],
    }


def _review_lines(found: Standing, today: date, chosen: str | None) -> list[str]:
    from chatbot.core.overdue import next_due, overdue_text
    from chatbot.core.text import visible, wrap

    protocol = found.protocol
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in found.counts().items())
    late = overdue_text(protocol, today)
    lines = [
        f"{protocol.id} {protocol.version}: {visible(found.content_status)}",
        f"  {len(found.items)} items: {counts}",
        f"  {f'next review due on {next_due(protocol)}' if late is None else late.clinician}",
    ]
    for state in ("under_review", "submitted", "approved", "draft"):
        those = [each for each in found.items if each.state == state]
        if not those or chosen not in (None, state):
            continue
        lines += ["", f"{state.replace('_', ' ').capitalize()} ({len(those)})"]
        if state in {"under_review", "submitted"} or chosen == state:
            lines += [line for each in those for line in _item_lines(each)]
        else:
            lines += wrap(_by_kind(those), WIDTH, "  ")
            lines.append(f"  --state {state} lists them")
    return lines


def _by_kind(items: list[Item]) -> str:
    from collections import Counter

    from chatbot.core.items import kind_and_id

    kinds = Counter(kind_and_id(each.item)[0].replace("_", " ") for each in items)
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())


def _item_lines(item: Item) -> list[str]:
    from chatbot.core.text import wrap

    lines = wrap(f"{item.item}  {item.title}", WIDTH, "    ", "  ")
    said = item.said
    if said is not None:
        what = f"{said.state.replace('_', ' ')} by {said.name}, {said.role}, on {said.on}"
        other = "" if said.digest == item.digest else "; changed since"
        lines += wrap(f"{what}{other}{f': {said.note}' if said.note else ''}", WIDTH, "      ", "    ")
    for change in item.changes or ():
        lines += wrap(change.text, WIDTH, "      ", "    - ")
    return lines


# --- diff -----------------------------------------------------------------------------------------


def _diff(options: argparse.Namespace) -> int:
    from chatbot.content.versions import version_at
    from chatbot.core.content_diff import GROUPS, content_diff
    from chatbot.core.text import wrap
    from chatbot.record.cases import transcripts_folder

    def kept() -> Path:
        return transcripts_folder(options.transcripts, os.environ)

    old = version_at(options.old, options.protocols, kept)
    new = version_at(options.new or old.data["id"], options.protocols, kept)
    if old.data["id"] != new.data["id"]:
        raise UsageError(
            f"{old.data['id']} and {new.data['id']} are two protocols", hint="compare two versions of the same one"
        )
    screens = None
    if old.protocol is not None and new.protocol is not None:
        screens = (old.protocol.safety_questions, new.protocol.safety_questions)
    changes = content_diff(old.data, new.data, screens)
    if options.json:
        data = {"schema": "backstory.diff/1", "old": old.to_json(), "new": new.to_json()}
        show_json({**data, "changes": [each.to_json() for each in changes]})
        return ExitCode.FINE
    lines = [f"{old.named} → {new.named}"]
    for group, title in GROUPS.items():
        those = [each for each in changes if each.group == group]
        if those:
            lines += ["", f"{title} ({len(those)})"]
            lines += [line for each in those for line in wrap(each.text, WIDTH, "    ", "  - ")]
    show("\n".join(lines if changes else [*lines, "", "Nothing changed."]))
    return ExitCode.FINE
