"""Verify a transcript against the protocol kept beside it: every step folded again, every plan built again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.core.approvals import with_review
from chatbot.core.case import Case
from chatbot.core.events import CaseSigned, PlanIssued
from chatbot.core.plan import build_plan, digest_of_plan, plan_digest
from chatbot.core.protocol import Protocol
from chatbot.core.refolding import Refolding
from chatbot.core.values import Urgency
from chatbot.errors import CorruptTranscript, ExitCode
from chatbot.record import bundle
from chatbot.record.anchoring import Anchoring, compare_transcript
from chatbot.record.bonds import Bond, FilesOf, bonds, problems_of
from chatbot.record.checkpoint import Signatures, Trusted, check
from chatbot.record.envelope import Record
from chatbot.record.lineage import files_of
from chatbot.record.read import Transcript, read_transcript
from chatbot.record.running import RUNNING, attempt_of, check_over

LoadBundle = Callable[[bytes], Protocol]
"""From the canonical JSON of a protocol to the protocol. May remember what it has loaded."""


NOT_COMPARED = Anchoring("UNANCHORED", "it was not compared with a register of cases")
NOT_LOOKED_FOR = Signatures("UNSIGNED", "no signature was looked for")

Watch = Callable[[Protocol, Record, Case | None, Case], None]
"""Told of every step of a replay: the protocol, the record, and the case before and after it."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What verifying one transcript gave. That it exists means: the chain holds and every plan came out the same."""

    path: Path
    case: str
    kind: str
    label: str
    subject: str
    records: int
    head: str
    head_code: str
    """What reports print; compare it with the report to show that this is the same transcript."""
    phase: str
    urgency: str
    plan_digests_checked: int
    torn: bool
    protocol: Protocol
    """The protocol it was verified under, with where its review stood for this case."""
    problems: tuple[str, ...]
    """What is not as it should be: a torn end, an earlier case that is missing or is not the one it was."""
    bonds: tuple[Bond, ...] = ()
    """How it stands to the cases it comes from."""
    anchoring: Anchoring = NOT_COMPARED
    """How it stands to the register of cases."""
    signatures: Signatures = NOT_LOOKED_FOR
    """What the signed checkpoints beside it show."""
    running: bool = False
    """An attempt at a station that is not over: phase and urgency are not told."""

    @property
    def exit_code(self) -> ExitCode:
        """What a command that verifies ends with."""
        signed = self.signatures.exit_code
        if any(each.broken for each in self.bonds) or self.anchoring.problems or signed is ExitCode.CORRUPT:
            return ExitCode.CORRUPT
        if signed is not ExitCode.FINE:
            return signed
        return ExitCode.TORN if self.torn else ExitCode.FINE

    @property
    def verdict(self) -> str:
        """In one word, and never more than was shown: VALID-CLOSED, VALID-OPEN, TORN, or CORRUPT where register or
        signatures say that this is not the file that was written."""
        if self.anchoring.problems or self.signatures.exit_code is ExitCode.CORRUPT:
            return "CORRUPT"
        if self.torn:
            return "TORN"
        return "VALID-CLOSED" if self.phase in {"signed", "abandoned"} else "VALID-OPEN"

    @property
    def whose(self) -> str:
        """The case as staff know it: code, kind, label and subject code."""
        return " · ".join(filter(None, [f"{self.case} ({self.kind})", self.label, self.subject]))

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "path": str(self.path),
            "verdict": self.verdict,
            "case": self.case,
            "kind": self.kind,
            "label": self.label,
            "subject": self.subject,
            "records": self.records,
            "head": self.head,
            "head_code": self.head_code,
            "phase": self.phase,
            "urgency": self.urgency,
            "plan_digests_checked": self.plan_digests_checked,
            "torn": self.torn,
            **({"running": True} if self.running else {}),
            "problems": list(self.problems),
            "anchoring": {"state": self.anchoring.state, "said": self.anchoring.said, "records": self.anchoring.upto},
            "signatures": {
                "state": self.signatures.state,
                "said": self.signatures.said,
                "records": self.signatures.upto,
            },
            "comes_from": [
                {"how": each.how, "case": each.case, "state": each.state, "path": str(each.path) if each.path else None}
                for each in self.bonds
            ],
        }


def verify(
    path: Path,
    load_bundle: LoadBundle,
    protocols_folder: Path | None = None,
    *,
    register: Path | None = None,
    trusted: Sequence[Trusted] = (),
    watch: Watch | None = None,
    find: FilesOf = files_of,
    kept: KeptProtocols | None = None,
) -> VerifyReport:
    """Check the chain, load the kept protocol, fold every event, build every recorded plan again, and hold the file
    against the register of cases and the signed checkpoints beside it.

    *protocols_folder*: where to look for the protocol instead of above the transcript. *register*: the register to
    compare with instead of the one of its folder. *trusted*: whose signatures count; without any none is asked for.
    *watch* is told of every step; *find* finds the files of the cases this one comes from; *kept* gives the protocol
    where many cases are verified.
    A torn end is reported, not raised, and so is what register and signatures show.
    Raises: CorruptTranscript naming the line; VersionUnsupported; StorageError; what *load_bundle* raises.
    """
    transcript = read_transcript(path)
    protocol = (
        load_protocol(transcript, load_bundle, protocols_folder, running=True)
        if kept is None
        else kept(transcript, running=True)
    )
    case, checked = replay(transcript, protocol, watch)
    running = attempt_of(transcript) == RUNNING
    damage = transcript.damage
    found = bonds(transcript, find=find)
    anchored = compare_transcript(transcript, register)
    entries = transcript.entries
    signed = check(path, [entry.hash for entry in entries], [entry.t for entry in entries], anchored.entries, trusted)
    return VerifyReport(
        path=path,
        case=transcript.case,
        kind=transcript.kind,
        label=str(transcript.header["label"]),
        subject=str(transcript.header["subject"]),
        records=transcript.records,
        head=transcript.head,
        head_code=transcript.head_code,
        phase="station" if running else case.phase.value,
        urgency=Urgency.UNDETERMINED.value if running else case.urgency.value,
        plan_digests_checked=checked,
        torn=transcript.torn,
        protocol=with_review(protocol, case.review),
        problems=(
            *(() if damage is None else (damage.error(path).render(),)),
            *problems_of(found),
            *anchored.problems,
            *signed.problems,
        ),
        bonds=found,
        anchoring=anchored,
        signatures=signed,
        running=running,
    )


def load_protocol(
    transcript: Transcript, load_bundle: LoadBundle, folder: Path | None = None, *, running: bool = False
) -> Protocol:
    """Return the protocol a transcript was made with, from the copy kept beside it.

    *running*: also for an attempt at a station that is not over; whoever says so tells nothing of where it stands.
    Raises: StorageError when it is not there; CorruptTranscript when it is not what its digest says; UsageError (T025).
    """
    if not running:
        check_over(transcript)
    return _named(transcript, load_bundle(bundle.load(transcript.path, transcript.digest, folder)))


class KeptProtocols:
    """The protocols of many transcripts: each kept file is read and held against its digest once.

    For one run over many cases, not for a program that stays open: a file damaged later is not noticed.
    """

    def __init__(self, load_bundle: LoadBundle) -> None:
        self._load = load_bundle
        self._known: dict[Path, Protocol] = {}

    def __call__(self, transcript: Transcript, *, running: bool = False) -> Protocol:
        """Return the protocol of a transcript. Raises as ``load_protocol`` does."""
        if not running:
            check_over(transcript)
        path = bundle.find(transcript.path, transcript.digest)
        if path not in self._known:
            self._known[path] = load_protocol(transcript, self._load, running=running)
        return _named(transcript, self._known[path])


def _named(transcript: Transcript, protocol: Protocol) -> Protocol:
    """Return the protocol when it is the one the header names."""
    named = transcript.header["protocol"]
    if (protocol.id, protocol.version, protocol.digest) != (named["id"], named["version"], named["digest"]):
        raise CorruptTranscript(
            f"the header names protocol {named['id']} {named['version']}, but what its digest leads to is "
            f"{protocol.id} {protocol.version}",
            code="T013",
            place=f"{transcript.path}:1",
            hint="do not rely on this transcript; ask where it comes from",
        )
    return protocol


def replay(transcript: Transcript, protocol: Protocol, watch: Watch | None = None) -> tuple[Case, int]:
    """Fold all events in order; return the case and how many plan digests were checked.

    *watch* is told of each, with the case before and after it worked out: several times the work.
    Raises: CorruptTranscript naming the line of the first event that does not fit or whose plan differs.
    """
    if watch is None:
        try:
            return _replayed(transcript, Refolding(protocol), digest_of_plan)
        except CorruptTranscript:
            pass
    # Event by event; without a watch once more, so that what does not fit is named by the line it stands on.
    # And with every plan spelled as a whole: what is remembered of others has no say in that.
    return _replayed(transcript, Refolding(protocol, one_by_one=True), _spelled_whole, watch)


def _spelled_whole(protocol: Protocol, case: Case) -> str:
    return plan_digest(build_plan(protocol, case))


def _replayed(
    transcript: Transcript, folding: Refolding, digest: Callable[[Protocol, Case], str], watch: Watch | None = None
) -> tuple[Case, int]:
    protocol = folding.protocol
    before: Case | None = None
    checked = 0
    for entry in transcript.entries:
        try:
            if isinstance(entry.event, PlanIssued):
                _compare(transcript, entry, entry.event.digest, digest(protocol, folding.case))
                checked += 1
            elif isinstance(entry.event, CaseSigned):
                _compare(transcript, entry, entry.event.digest, folding.case.plan_digest)
                checked += 1
            folding.add(entry.event)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise CorruptTranscript(
                f"{entry.type} does not fit protocol {protocol.id} {protocol.version}: {_said(entry, error)}",
                code="T013",
                place=f"{transcript.path}:{entry.line}",
                hint="do not rely on this transcript: what it says cannot have been recorded under its protocol",
            ) from error
        if watch is not None:
            after = folding.case
            watch(protocol, entry, before, after)
            before = after
    return folding.case, checked


def _said(entry: Record, error: Exception) -> str:
    """Say what went wrong without repeating an answer."""
    question = entry.data.get("question")
    if question:
        return f"question {question!r} does not exist or does not take this answer"
    return str(error) if isinstance(error, ValueError) else type(error).__name__


def _compare(transcript: Transcript, entry: Record, recorded: str, again: str | None) -> None:
    if recorded == again:
        return
    now = "no plan of these answers was issued" if again is None else f"replay gives {again[:12]}"
    raise CorruptTranscript(
        f"the plan recorded here is {recorded[:12]}, but {now}",
        code="T012",
        place=f"{transcript.path}:{entry.line}",
        hint="the events or the digest were altered, or this version plans differently from the one that wrote it",
    )
