"""``--against`` and ``--recall``: what saved cases come to under other content. ``docs/impact.md`` says how to read it.

``chatbot.cli`` takes the options from here; what the handler needs is imported only when it runs.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.cli_common import complain, show, show_json
from chatbot.errors import BackstoryError, ExitCode, UsageError

if TYPE_CHECKING:
    from chatbot.audit.accepted import Accepted
    from chatbot.audit.impact import Impact
    from chatbot.audit.row import Row
    from chatbot.content.versions import Version
    from chatbot.core.protocol import Protocol
    from chatbot.record.read import Transcript
    from chatbot.record.replay import KeptProtocols

Note = Callable[[argparse.Namespace, str, Path, int | None], None]
"""Notes that a case was opened to be read, or so many of a folder."""

WIDTH = 100
SCHEMA = "backstory.impact/1"
AGAINST = "against"
"""Where a row of an audit carries what its case comes to."""


class _OtherProtocol(UsageError):
    """A case that was recorded under another protocol altogether."""


def against_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--against", metavar="PROTOCOL", help="what a case, or every case of a folder, comes to under other content"
    )
    parser.add_argument("--accept", type=Path, metavar="FILE", help="with --against: lowered urgency that is accepted")
    parser.add_argument("--recall", action="store_true", help="with --against: only cases that would be stricter now")


def print_against(options: argparse.Namespace, path: Path, note: Note) -> int:
    """Print what one transcript, or every transcript of a folder, comes to under the content that was named.

    *note* is told that it was read.
    Exit code 1 when an urgency falls and nobody accepted it, or an acceptance was not needed; else that of the first
    case that could not be verified.
    """
    from chatbot.audit.accepted import Accepted
    from chatbot.content.acceptance_file import read_acceptances
    from chatbot.content.library import load_bundle
    from chatbot.record.read import read_transcript
    from chatbot.record.replay import KeptProtocols

    if options.against is None:
        raise UsageError("under which content?", hint="give --against PROTOCOL")
    accepted = Accepted(() if options.accept is None else read_acceptances(options.accept))
    new, protocol = _content(options)
    kept = KeptProtocols(load_bundle)
    impacts: list[Impact] = []
    kind = getattr(options, "kind", "all")
    problem, others = ExitCode.FINE, 0
    for each in _files(path):
        try:
            transcript = read_transcript(each)
            if kind not in {"all", transcript.kind}:
                continue
            impacts.append(_impact(transcript, kept, protocol))
        except _OtherProtocol:
            if each == path:
                raise
            others += 1
        except BackstoryError as error:
            if each == path:
                raise
            complain(error.render())
            problem = problem or error.exit_code
        else:
            for said, code in _doubts(transcript):
                complain(said)
                problem = problem or code
    note(options, "audit", path, len(impacts) if path.is_dir() else None)
    return _say(options, new, accepted, impacts, others, problem)


class Comparing:
    """Compares the cases of an audit, which come and go: of a case that stays the same only that is kept."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Raises: UsageError for content or acceptances that cannot be used."""
        from chatbot.audit.accepted import Accepted
        from chatbot.audit.against import Against
        from chatbot.content.acceptance_file import read_acceptances

        if options.against is None:
            raise UsageError("under which content?", hint="give --against PROTOCOL")
        self._options = options
        self._accepted = Accepted(() if options.accept is None else read_acceptances(options.accept))
        self._new, protocol = _content(options)
        self.measure = Against(protocol.canonical.encode())
        self._impacts: list[Impact] = []
        self._same = self._others = 0

    def add(self, row: Row) -> None:
        """Take what came of a case in; what is wrong with it is said at once."""
        from chatbot.audit.impact import SAME

        for said in row.problems:
            complain(said)
        if not row.sound:
            return
        found = row.extra[AGAINST]
        if found is None:
            self._others += 1
        elif found.verdicts[0] == SAME and self._options.format != "json":
            self._same += 1
        else:
            self._impacts.append(found)

    def say(self, problem: ExitCode) -> int:
        """Print what the cases come to; return the exit code. *problem*: that of verifying them."""
        return _say(self._options, self._new, self._accepted, self._impacts, self._others, problem, self._same)


def _say(
    options: argparse.Namespace,
    new: Version,
    accepted: Accepted,
    impacts: list[Impact],
    others: int,
    problem: ExitCode,
    same: int = 0,
) -> int:
    """Print what cases come to. *others*: cases of another protocol; *same*: so many more stay the same."""
    from chatbot.audit.impact import VERDICTS, recalled

    if others:
        complain(f"{others} case{'' if others == 1 else 's'} of another protocol not compared")
    impacts.sort(key=lambda each: (VERDICTS.index(each.verdicts[0]), each.case))
    refused = [each for each in impacts if each.lowered and not accepted.accepts(each)]
    shown = recalled(impacts) if options.recall else impacts
    if getattr(options, "json", False) or getattr(options, "format", "") == "json":
        cases = [{**each.to_json(), "accepted": each.lowered and each not in refused} for each in shown]
        unused = [{"item": each.item, "place": each.place} for each in accepted.unused]
        show_json({"schema": SCHEMA, "against": new.to_json(), "cases": cases, "unused_acceptances": unused})
    else:
        show("\n".join(_lines(new, shown, refused, len(impacts) + same, same, recall=options.recall)))
    for entry in accepted.unused:
        complain(f"{entry.place}: error: {entry.item} is accepted here, but no urgency falls with it: remove the entry")
    return ExitCode.DOES_NOT_HOLD if refused or accepted.unused else problem


def _content(options: argparse.Namespace) -> tuple[Version, Protocol]:
    from chatbot.content.versions import version_at
    from chatbot.record.cases import transcripts_folder

    new = version_at(options.against, options.protocols, lambda: transcripts_folder(options.transcripts, os.environ))
    if new.protocol is None:
        raise UsageError(f"{new.named} cannot be run by this version", hint="name content that it can run")
    return new, new.protocol


def _files(path: Path) -> Iterator[Path]:
    """Yield a transcript, or those of a folder: of all kinds, or of the one whose folder it is."""
    from chatbot.record.cases import transcript_files

    if path.is_dir():
        yield from transcript_files(path)
    else:
        yield path


def _doubts(transcript: Transcript) -> Iterator[tuple[str, ExitCode]]:
    """Yield what speaks against a transcript that was read: what the register says of it, a torn end."""
    from chatbot.record.anchoring import compare_transcript

    yield from ((said, ExitCode.CORRUPT) for said in compare_transcript(transcript, None).problems)
    if transcript.damage is not None:
        yield transcript.damage.error(transcript.path).render(), ExitCode.TORN


def _impact(transcript: Transcript, kept: KeptProtocols, new: Protocol) -> Impact:
    """Replay a case, every plan compared, and return what it comes to."""
    from chatbot.audit.impact import impact_of
    from chatbot.core.text import visible
    from chatbot.record.replay import replay

    old = kept(transcript)
    if old.id != new.id:
        raise _OtherProtocol(
            f"{visible(transcript.case)} was recorded under {old.id}, not under {new.id}",
            place=str(transcript.path),
            hint="compare with another version of the same protocol",
        )
    return impact_of(replay(transcript, old)[0], old, new)


def _lines(
    new: Version, shown: Sequence[Impact], refused: Sequence[Impact], examined: int, same: int, *, recall: bool
) -> Iterator[str]:
    from chatbot.audit.impact import SAME, VERDICTS

    yield f"under {new.named}"
    for each in shown:
        if each.verdicts[0] == SAME and examined > 1:
            continue  # counted below
        yield ""
        yield from _case(each, "" if not each.lowered else "not accepted" if each in refused else "accepted", recall)
    yield ""
    if recall:
        yield f"{len(shown)} of {examined} cases would now be treated more strictly"
        return
    counts = {verdict: sum(each.verdicts[0] == verdict for each in shown) for verdict in VERDICTS}
    counts[SAME] += same
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    yield f"{examined} case{'' if examined == 1 else 's'}: {said or 'none'}"


def _case(impact: Impact, accepted: str, recall: bool) -> Iterator[str]:
    """Yield what one case comes to: its verdicts, and each line that differs with what changed and its references."""
    from chatbot.core.text import visible, wrap

    whose = " · ".join(filter(None, (f"{impact.case} ({impact.kind})", impact.label, impact.subject)))
    yield visible(f"{whose}: {', '.join(impact.verdicts)}{f' ({accepted})' if accepted else ''}")
    if impact.urgency[0] != impact.urgency[1]:
        yield f"  urgency: {' → '.join(map(_word, impact.urgency))}"
    for item in impact.items:
        if recall and not item.stricter:
            continue
        asks = "" if item.urgency is None or item.urgency[0] == item.urgency[1] else _asks(item.urgency)
        yield visible(f"  {item.item} “{item.title}”: {_word(item.before)} → {_word(item.after)}{asks}")
        for text in (*item.changed, *item.references):
            yield from wrap(visible(text), WIDTH, "      ", "    - ")
    if impact.asked and not recall:
        yield from wrap(f"would now be asked: {', '.join(impact.asked)}", WIDTH, "    ", "  ")
    for key, why in impact.not_taken_over:
        yield f"  not taken over: {key} ({why})"


def _asks(urgency: tuple[str | None, str | None]) -> str:
    was, now = ("nothing" if each is None else _word(each) for each in urgency)
    return f", asks for {now} (before: {was})"


def _word(state: str) -> str:
    return state.replace("_", " ")
