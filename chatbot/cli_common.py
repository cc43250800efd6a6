"""What the commands share: options, the content that was chosen, days, and what is written where."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from chatbot.core.protocol import Protocol

FORMATS = ("text", "md", "json")
REGISTERS = ("clinician", "patient")


class CommandParser(argparse.ArgumentParser):
    """A command that may have words of its own below it beside what it takes itself: ``practice seal``.

    The word comes first; anything else there is an argument of the command.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.words: dict[str, CommandParser] = {}

    def add_word(self, name: str, *, help: str) -> CommandParser:
        """Add a word and return its parser."""
        parser = CommandParser(prog=f"{self.prog} {name}", description=help, allow_abbrev=False)
        self.words[name] = parser
        width = max(map(len, self.words))
        rows = (f"  {word:{width}}  {each.description}" for word, each in self.words.items())
        self.epilog = "\n".join(["words that may come first:", *rows, f"  {self.prog} WORD --help says more of one"])
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse; a word that comes first hands the rest on."""
        if args and args[0] in self.words:
            return self.words[args[0]].parse_known_args(args[1:], namespace)
        return super().parse_known_args(args, namespace)


def common_options(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    """Add the options every command has; *again*: to a command below another, whose values stand unless given."""
    default: Any = argparse.SUPPRESS if again else None
    parser.add_argument("--transcripts", type=Path, metavar="DIR", default=default, help="where cases are kept")
    parser.add_argument("--protocols", type=Path, metavar="DIR", default=default, help="where protocols are")
    parser.add_argument("--settings", type=Path, metavar="FILE", default=default, help="your settings")
    parser.add_argument("--keys", type=Path, metavar="FILE", default=default, help="the site key")
    identity = "the key that opens encrypted cases"
    parser.add_argument("--identity", type=Path, metavar="FILE", default=default, help=identity)


def place_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where one works."""
    parser.add_argument("--site", type=Path, metavar="FILE", help="local facts: whom to call, numbers, hours")
    parser.add_argument("--region", metavar="REGION", help="where you work, such as UK; overrides the local facts")


def chosen_protocol(options: argparse.Namespace, name: str | None = None, home: Path | None = None) -> Protocol:
    """Return the protocol that was named, or the one that settings or content name."""
    from chatbot.content.library import load_protocol
    from chatbot.settings import read_settings

    chosen = getattr(options, "protocol", None) or name
    if chosen is None and home is None:
        chosen = read_settings(options.settings).protocol
    return load_protocol(chosen, folder=options.protocols, home=home)


def about(protocol: Protocol) -> list[str]:
    """Return what every output says about a protocol: title, status, intended use, disclaimer."""
    from chatbot.core.approvals import with_review
    from chatbot.core.text import visible

    protocol = with_review(protocol, protocol.review)
    lines = [
        f"{protocol.title.clinician} {protocol.version}, {protocol.last_updated}",
        protocol.content_status,
        protocol.intended_use.clinician,
        protocol.disclaimer.clinician,
    ]
    return [visible(line) for line in lines]


def saved_transcript(options: argparse.Namespace) -> Path:
    """Return the file of a saved case that was named by its file or its code."""
    from chatbot.record.cases import find_case, transcripts_folder

    path: Path = options.transcript
    if path.exists() or os.sep in str(path):
        return path
    return find_case(transcripts_folder(options.transcripts, os.environ), str(path), fallback_folder(options))


def fallback_folder(options: argparse.Namespace) -> Path | None:
    """Return the second folder of the settings, where cases go on when the first cannot be written, or None.

    Raises: UsageError.
    """
    from chatbot.settings import read_settings

    named = read_settings(getattr(options, "settings", None)).fallback
    place = None if named is None else Path(named).expanduser()
    return place if place is not None and place.is_dir() else None


def moment(text: str | None) -> str | None:
    """Return the moment that was asked for, as it is stored. Raises: UsageError."""
    from chatbot.core.values import ValueProblem, moment_text, parse_moment

    if text is None:
        return None
    try:
        return moment_text(parse_moment(text))
    except ValueProblem as error:
        raise UsageError(f"--as-of: {error}") from error


def day(text: str | None) -> date:
    """Return the day that was asked for, else the host's."""
    from chatbot.core.values import parse_moment
    from chatbot.record.host import Host

    said = moment(text)
    return Host().wall().astimezone().date() if said is None else parse_moment(said).date()


def complain(message: str) -> None:
    """Say on standard error what is wrong."""
    print(message, file=sys.stderr)


def show(text: str) -> None:
    """Write text as UTF-8 whatever the locale says: the same bytes everywhere."""
    sys.stdout.flush()
    data = text if text.endswith("\n") else text + "\n"
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(data.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(data)


def show_json(data: Any) -> None:
    """Write JSON as people read it."""
    import json

    show(json.dumps(data, indent=2, ensure_ascii=False))
