"""The transcripts in ``tests/data/transcripts``: one of each shape that was ever written.

``python -m tests.record.golden`` writes those that are missing. One that exists is never written again: it
must be read for ever as it stands.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from chatbot.core import events as ev
from chatbot.record.host import FixedHost
from chatbot.record.identities import Identity, Keyring, new_identity
from chatbot.record.store import TranscriptWriter
from tests.record import kit

FOLDER = Path(__file__).resolve().parents[1] / "data" / "transcripts" / "v1"

DIGEST = "5d" * 32

EVERY_EVENT: tuple[tuple[ev.Event, ...], ...] = (
    (ev.ActorChanged("rn:4711", "nurse", "typed"),),
    (ev.QuestionShown("first", DIGEST),),
    (kit.answer("first", "yes"), ev.AlarmRaised(["danger"])),
    (ev.AlarmAcknowledged(["danger"]), ev.QuestionShown("second", DIGEST)),
    (
        ev.AnswerCorrected(
            "first", None, "unknown", "patient", "key", "2026-03-02T09:00", "mis_keyed", note="„weiß nicht“ 😀"
        ),
    ),
    (ev.AnswerGiven("second", ["a", "b"], None, "record", "file", "2026-03-01"),),
    (ev.AnswerGiven("second", {"hip.left": "4", "foot.right": "5"}, None, "examination", "block", "2026-03-02T09:00"),),
    (ev.AnswerGiven("third", 7, None, "observer", "key", "2026-03-02T09:00"),),
    (ev.AnswerGiven("third", None, "cannot_apply", "patient", "key", "2026-03-02T09:00", reason="catheter"),),
    (ev.AnswerWithdrawn("third", "not_needed"), ev.QuestionPostponed("third")),
    (ev.NoteAdded("tab\tand line\nand \u2028"), ev.NoteAdded("about it", "first")),
    (ev.CaseSuspended(),),
    (ev.CaseResumed("2026-03-02T11:30"), ev.QuestionShown("", "")),
    (ev.ClockJumped(-3_600_000, 5_000),),
    (ev.StorageRecovered(17, DIGEST), ev.StorageRelocated("write_failed", DIGEST)),
    (ev.PlanIssued(DIGEST),),
    (ev.PlanDecided("look_again", "decline", "other", "later"), ev.PlanDecided("look_again", "accept", None, None)),
    (ev.CaseSigned(DIGEST),),
)


REFUSED: tuple[tuple[ev.Event, ...], ...] = (
    (kit.answer("first", "yes"), ev.AlarmRaised(["danger"])),
    (
        ev.RefusalInformed("look_again", {"understands": "yes", "told": "the „daughter“"}, "wants to go home"),
        ev.PlanDecided("look_again", "decline", "patient_declines", "wants to go home"),
    ),
    (ev.AlarmAcknowledged(["danger"]), ev.QuestionShown("", "")),
)


SIGNED_OPEN: tuple[tuple[ev.Event, ...], ...] = (
    (kit.answer("first", "yes"), ev.AlarmRaised(["danger"])),
    (ev.AlarmAcknowledged(["danger"]), ev.QuestionShown("second", DIGEST)),
    (ev.InterviewWidened(["danger"]),),
    (kit.answer("second", "no"), ev.QuestionShown("", "")),
    (ev.PlanIssued(DIGEST),),
    (ev.SafetyLeftOpen("third", "other", "„später“ ☎"), ev.SafetyLeftOpen("last", "handed_on"), ev.CaseSigned(DIGEST)),
)
"""Gone on with in spite of an emergency, and signed with two safety questions left open."""


PRACTICE: tuple[tuple[ev.Event, ...], ...] = (
    (ev.PracticeBegun("57" * 32, "examination", 12, 1),),
    (ev.PracticeTime("started"),),
    (ev.PracticeAsked("ask", "first", "„Schmerzen“ ☎?", "No, none.", "yes"), kit.answer("first", "no")),
    (ev.PracticeAsked("unclear", "", "well", "What do you mean?", "no"),),
    (ev.PracticeTime("paused"), ev.PracticeTime("went_on"), ev.PracticeTime("extra", 5, "interpreter came late")),
    (ev.PracticeCommitted("emergency", "PT0S", ["cause"], [], ["mri"], "Needs to be seen now."),),
    (ev.PracticeTime("up"),),
    (ev.PracticeLaid(1, 2, '{"facts":[],"form'), ev.PracticeLaid(2, 2, 'at":"„x“"}'), ev.PracticeEnded()),
    (
        ev.PracticeMarked("EF", 4, {"urgency": 3}, {"urgency": "said so aloud"}),
        ev.PracticeMarked("GH", 0, {}, {}, "kind"),
    ),
)
"""An attempt at a station, to its end and two markers."""


def _practice(folder: Path) -> Path:
    host = FixedHost(seed=5, software="backstory 1")
    with TranscriptWriter.create(folder, kit.opened("practice", "K7M20AXT"), kit.PROTOCOL, host) as writer:
        for events in PRACTICE:
            writer.append(events)
    return writer.path


def _open(folder: Path) -> Path:
    return kit.written(folder)


def _every_event(folder: Path) -> Path:
    host = FixedHost(seed=1, software="backstory 1")
    opened = kit.opened("clinical", "K7M20AXQ", amends="K7M20AXP", follows=None)
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, host) as writer:
        for events in EVERY_EVENT:
            writer.append(events)
    return writer.path


def _site(folder: Path) -> Path:
    """Local facts pinned at the opening, and again at a later sitting where one of them had gone."""
    facts = {"spinal_team": "0123 456, day and night", "ward": "„Nord“ ☎"}
    sitting = (ev.CaseResumed("2026-03-02T11:30"), ev.SitePinned({"ward": "„Süd“"}))
    return kit.written(folder, [(ev.SitePinned(facts), *kit.STEPS[0]), (ev.CaseSuspended(),), sitting])


def _approvals(folder: Path) -> Path:
    """Where the review stood at the opening, and at a later sitting, when most of it was approved."""
    sitting = (ev.CaseResumed("2026-03-02T11:30"), ev.ApprovalsPinned("approved", {"rule:look_again": "under_review"}))
    return kit.written(folder, [(ev.ApprovalsPinned("draft", {}), *kit.STEPS[0]), (ev.CaseSuspended(),), sitting])


def _abandoned(folder: Path) -> Path:
    return kit.written(folder, [*kit.STEPS, (ev.CaseAbandoned("left"),)])


def _refused(folder: Path) -> Path:
    return kit.written(folder, REFUSED)


def _signed_open(folder: Path) -> Path:
    return kit.written(folder, SIGNED_OPEN)


def _read_back(folder: Path) -> Path:
    return kit.written(folder, [*kit.STEPS, (ev.SafetyReadBack(DIGEST),)])


def _torn(folder: Path) -> Path:
    path = kit.written(folder)
    path.write_bytes(path.read_bytes()[:-33])
    return path


def _recovered(folder: Path) -> Path:
    path = _torn(folder)
    writer, _ = TranscriptWriter.resume(path, FixedHost(seed=2))
    with writer:
        writer.append([kit.answer("last")])
    return path


def _relocated(folder: Path) -> Path:
    with kit.create(folder) as writer:
        writer.path.unlink()
        writer.append([kit.answer("first")])
    return writer.path


HAND_OVER: tuple[tuple[ev.Event, ...], ...] = (
    (ev.ActorChanged("AB", "nurse", "remembered"), ev.QuestionShown("first", DIGEST)),
    (kit.answer("first", "yes"), ev.QuestionShown("second", DIGEST)),
    (ev.ActorChanged("CD", "registrar", "typed"),),
    (ev.RecapRead(DIGEST),),
    (kit.answer("second", "no"), ev.QuestionShown("", "")),
)
"""One interviewer after the other, as written since a recap is read at a hand-over."""


def _hand_over(folder: Path) -> Path:
    host = FixedHost(seed=3, software="backstory 1")
    opened = replace(kit.opened("practice", "K7M20AXR"), subject="K7M2-0AXQ-9ZZZ")
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, host) as writer:
        for events in HAND_OVER:
            writer.append(events)
    return writer.path


def _pinned(case: str, head: str) -> ev.Pinned:
    return {
        "case": case,
        "as_of": "2026-03-02T09:00",
        "head": head,
        "answers": {"first": "no", "score": 7, "several": ["a", "b"], "table": {"hip.left": "4"}},
        "findings": {"alarming": "false", "other": "unknown", "dose": "12.5"},
        "urgency": "routine",
        "rules": {"look_again": "open"},
    }


FOLLOW_UP: tuple[ev.Event, ...] = (
    ev.PreviousPinned(_pinned("K7M20AXP", DIGEST), _pinned("K7M20AXN", "6e" * 32), ["K7M20AXN", "K7M20AXP"]),
    ev.AnswerCarried(
        "second", "yes", None, "record", "key", "2026-02-01T09:00", "K7M20AXP", "to_confirm", note="„ja“ 😀"
    ),
    ev.QuestionShown("first", DIGEST),
)

AMENDMENT: tuple[ev.Event, ...] = (
    ev.AnswerCarried("first", "no", None, "patient", "block", "2026-03-02T09:00", "K7M20AXP", "stands"),
    ev.AnswerCarried(
        "third", None, "cannot_apply", "patient", "key", "2026-03-02T09:00", "K7M20AXP", "stands", reason="catheter"
    ),
    ev.AmendedPinned("K7M20AXP", DIGEST, ["K7M20AXN", "K7M20AXP"], {"danger": "present"}),
    ev.QuestionShown("", ""),
)


def _follow_up(folder: Path) -> Path:
    host = FixedHost(seed=3, software="backstory 1")
    opened = kit.opened("clinical", "K7M20AXR", follows="K7M20AXP")
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, host, first=FOLLOW_UP) as writer:
        writer.append([ev.OutcomeRecorded("look_again", "done", "nothing new", "2026-02")])
        writer.append([ev.OutcomeRecorded("look_again", "waiting")])
    return writer.path


def _amendment(folder: Path) -> Path:
    host = FixedHost(seed=4, software="backstory 1")
    opened = kit.opened("clinical", "K7M20AXS", amends="K7M20AXP")
    with TranscriptWriter.create(folder, opened, kit.PROTOCOL, host, first=AMENDMENT) as writer:
        writer.append([ev.AnswerCorrected("first", "yes", None, "patient", "key", "2026-03-02T09:00", "mis_keyed")])
    return writer.path


GOLDEN: dict[str, Callable[[Path], Path]] = {
    "open": _open,
    "every-event": _every_event,
    "abandoned": _abandoned,
    "site": _site,
    "torn": _torn,
    "recovered": _recovered,
    "relocated": _relocated,
    "hand-over": _hand_over,
    "follow-up": _follow_up,
    "amendment": _amendment,
    "refused": _refused,
    "approvals": _approvals,
    "signed-open": _signed_open,
    "read-back": _read_back,
    "practice": _practice,
}


SEALED_FOLDER = FOLDER.parent / "v2"
"""Encrypted cases. Their keys and nonces are random, so they are read for ever but never written the same again."""

IDENTITY = SEALED_FOLDER / "test-identity.txt"
"""The key that opens them: made for these files, used for nothing else, and no secret."""

SEALED: dict[str, tuple[tuple[ev.Event, ...], ...]] = {
    "every-event": EVERY_EVENT,
    "signed-open": SIGNED_OPEN,
    "open": kit.STEPS,
    "torn": kit.STEPS,
}
"""What stands in them after their opening; the last record of the torn one is cut."""

SEALED_FIRST: dict[str, tuple[ev.Event, ...]] = {"follow-up": FOLLOW_UP, "amendment": AMENDMENT}


def sealed_ring() -> Keyring:
    """Return the keyring that opens them. A file that was checked out has the mode that git gives it."""
    lines = IDENTITY.read_text("ascii").splitlines()
    return Keyring(identities=[Identity(lines[2], lines[1].removeprefix("# public key: "))])


def _write_sealed() -> None:
    """Write those that are missing, and the identity first of all."""
    SEALED_FOLDER.mkdir(exist_ok=True)
    if not IDENTITY.exists():
        new_identity(IDENTITY)
    to = [sealed_ring().identities()[0].recipient]
    host = FixedHost(seed=9, software="backstory 1")
    for number, name in enumerate((*SEALED, *SEALED_FIRST)):
        path = SEALED_FOLDER / f"{name}.jsonl"
        if path.exists():
            continue
        opened = replace(kit.opened("clinical", f"K7M20AZ{number}"), subject="K7M2-0AXQ-9ZZZ")
        with tempfile.TemporaryDirectory() as folder:
            first = SEALED_FIRST.get(name, ())
            writer = TranscriptWriter.create(Path(folder), opened, kit.PROTOCOL, host, first=first, recipients=to)
            with writer:
                for events in SEALED.get(name, ()):
                    writer.append(events)
            data = writer.path.read_bytes()
        path.write_bytes(data[:-33] if name == "torn" else data)
        print(f"added {path}")
    kept = SEALED_FOLDER / "protocols" / f"{kit.DIGEST}.json"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(kit.CANONICAL.encode())


def written(name: str) -> bytes:
    """Write one of them now."""
    with tempfile.TemporaryDirectory() as folder:
        return GOLDEN[name](Path(folder)).read_bytes()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in GOLDEN:
        path = FOLDER / f"{name}.jsonl"
        if not path.exists():
            path.write_bytes(written(name))
            print(f"added {path}")
    _write_sealed()
    kept = FOLDER / "protocols" / f"{kit.DIGEST}.json"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(kit.CANONICAL.encode())


if __name__ == "__main__":
    main()
