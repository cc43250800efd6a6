"""Where a kept case stands: its urgency, and whether its file is sound. Reads only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chatbot.core.case import Case, evolve, fold
from chatbot.core.protocol import Protocol, Wording
from chatbot.core.then import urgency_of
from chatbot.errors import BackstoryError, ExitCode, KeyProblem, VersionUnsupported
from chatbot.record.anchoring import compare_shut, disposal, disposed_words, missing
from chatbot.record.read import Transcript, read_transcript
from chatbot.record.replay import LoadBundle, verify
from chatbot.record.running import RUNNING, attempt_of

NOT_OVER = Wording("attempt not over", "attempt not over")
"""Stands for the urgency of an attempt at a station that runs."""

Load = Callable[[Transcript], Protocol]
"""From a transcript to the protocol it was made with; raises what loading raises."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The urgency of a kept case as its last sitting left it, in the words of its own content."""

    level: str = ""
    """A stored urgency; empty where it cannot be told."""
    symbol: Wording | None = None
    word: Wording | None = None
    problem: str = ""
    """What is wrong with the file, in one line."""

    def said(self, register: str) -> str:
        """Return symbol and word."""
        both = [each.in_register(register) for each in (self.symbol, self.word) if each is not None]
        return " ".join(both) or self.level.replace("_", " ")


def standing(path: Path, load: Load) -> Standing:
    """Read a kept case from its first event to its last and return where it stands. Never raises for a bad file."""
    try:
        transcript = read_transcript(path)
        if attempt_of(transcript) == RUNNING:
            return Standing(word=NOT_OVER)
        protocol = load(transcript)
        case = fold(protocol, transcript.events)
    except BackstoryError as error:
        return Standing(problem=error.message)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        return Standing(problem="what it says does not fit its protocol")
    damage = transcript.damage
    return _standing(protocol, case, "" if damage is None else damage.message)


def _standing(protocol: Protocol, case: Case, problem: str = "") -> Standing:
    level = urgency_of(protocol, case)
    return Standing(
        level.value,
        protocol.labels.get(f"symbol.{level.value}"),
        protocol.labels.get(f"urgency.{level.value}"),
        problem,
    )


def turns(transcript: Transcript, protocol: Protocol) -> dict[int, Standing]:
    """Return where the urgency of a case became another: number of the record to what it came to."""
    found: dict[int, Standing] = {}
    case: Case | None = None
    last = Standing()
    for entry in transcript.entries:
        case = evolve(protocol, case, entry.event)
        now = _standing(protocol, case)
        if now.level != last.level:
            found[entry.seq] = last = now
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying one file gave, in one word; ``problems`` say what is wrong."""

    word: str
    """VALID-CLOSED, VALID-OPEN, TORN, CORRUPT, UNKNOWN-VERSION, NO-KEY, UNREADABLE or DISPOSED; never more than was
    shown."""
    problems: tuple[str, ...] = ()
    records: int = 0
    plans: int = 0
    """How many plans were built again and came out the same."""
    head_code: str = ""
    anchored: str = ""
    """ANCHORED or UNANCHORED, and what that means for this file."""

    @property
    def holds(self) -> bool:
        """Nothing is wrong."""
        return (self.word.startswith("VALID") or self.word == "DISPOSED") and not self.problems


def verdict(path: Path, load_bundle: LoadBundle) -> Verdict:
    """Verify one file: chain, every event folded again, every plan built again, its relatives, the register."""
    try:
        if (gone := disposal(path)) is not None:
            return Verdict("DISPOSED", head_code=gone.head_code, anchored=disposed_words(gone))
        if (lost := missing(path)) is not None:
            raise lost
        report = verify(path, load_bundle)
    except VersionUnsupported as error:
        return Verdict("UNKNOWN-VERSION", (error.render(),))
    except KeyProblem as error:
        return _shut(path, error)
    except BackstoryError as error:
        corrupt = error.exit_code is ExitCode.CORRUPT
        return Verdict("CORRUPT" if corrupt else "UNREADABLE", (error.render(),))
    word = "CORRUPT" if report.exit_code is ExitCode.CORRUPT else report.verdict
    anchored = f"{report.anchoring.state}: {report.anchoring.said}"
    return Verdict(word, report.problems, report.records, report.plan_digests_checked, report.head_code, anchored)


def _shut(path: Path, error: KeyProblem) -> Verdict:
    """Return what can be shown of a case whose key is not here: its chain holds, or this would not be reached."""
    try:
        found = compare_shut(path)
    except BackstoryError as other:
        return Verdict("NO-KEY", (error.render(), other.render()))
    word = "CORRUPT" if found.problems else "NO-KEY"
    return Verdict(word, (*found.problems, error.render()), anchored=f"{found.state}: {found.said}")
