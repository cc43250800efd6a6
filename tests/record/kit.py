"""What the transcript tests share: a small protocol by hand, a case to write, a disk that fails when told to."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from chatbot.core import commands as cmd
from chatbot.core import events as ev
from chatbot.core.condition import Condition
from chatbot.core.protocol import (
    Citation,
    Finding,
    Option,
    Period,
    Protocol,
    Question,
    QuestionType,
    RedFlag,
    Reference,
    Rule,
    RuleKind,
    Scope,
    Section,
    Stage,
    Wording,
)
from chatbot.core.resolve import Shape, Symbols, condition
from chatbot.core.values import Urgency
from chatbot.interview import Interview
from chatbot.record.disk import Disk
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter

CANONICAL = '{"id":"small","note":"Größe 37°","version":"1.0"}'
DIGEST = hashlib.sha256(CANONICAL.encode()).hexdigest()

YES_NO = ("first", "second", "third", "last")


def both(text: str) -> Wording:
    return Wording(text, text)


def _when(text: str) -> Condition:
    shapes = {name: Shape("yes_no", options=("yes", "no")) for name in YES_NO}
    return condition(text, Symbols({**shapes, "remark": Shape("text")}, frozenset({"alarming"}), {}))


def _question(name: str, section: str) -> Question:
    options = (Option("yes", both("Yes")), Option("no", both("No")))
    return Question(name, section, QuestionType.YES_NO, both(f"{name.title()}?"), both("why"), options=options)


class _Labels(dict[str, Wording]):
    """Every label says its own name."""

    def __missing__(self, key: str) -> Wording:
        return both(key)


def small_protocol() -> Protocol:
    """Four yes/no questions and a text, one red flag on the first, one rule on the second."""
    remark = Question("remark", "history", QuestionType.TEXT, both("Anything else?"), both("why"))
    rule = Rule(
        id="look_again",
        kind=RuleKind.DO,
        category="follow_up",
        when=_when("second is yes"),
        guards=(),
        answers=None,
        within="P14D",
        verb="done",
        actions=(),
        title=both("Look again"),
        text=both("Look again in two weeks."),
        strength="strong",
        certainty="low",
        cites=(Citation("SOURCE", "p 1"),),
        applicability="direct",
        jurisdiction="any",
        topic="follow_up",
        review_status="draft",
        reviewed=None,
        review_due="2027-01-01",
        origin="test",
        verification="judgement",
    )
    return Protocol(
        id="small",
        version="1.0",
        digest=DIGEST,
        title=both("Small"),
        intended_use=both("tests"),
        disclaimer=both("none"),
        content_status="draft",
        last_updated="2026-01-01",
        editorial_policy=both("none"),
        scope=Scope(_when("last is known or last is unknown"), both("in"), both("out"), both("unsettled")),
        sections={
            "start": Section("start", both("Start"), Stage.SAFETY, ("first", "second")),
            "history": Section("history", both("History"), Stage.HISTORY, ("third", "last", "remark")),
        },
        questions={
            **{name: _question(name, "start" if name in {"first", "second"} else "history") for name in YES_NO},
            "remark": remark,
        },
        groups={},
        findings={"alarming": Finding("alarming", both("Alarming"), _when("first is yes"))},
        red_flags={
            "danger": RedFlag(
                "danger", both("Danger"), Urgency.EMERGENCY, _when("alarming"), None, Urgency.SAME_DAY, ()
            )
        },
        guards={},
        rules={"look_again": rule},
        hypotheses={},
        conflicts={},
        references={
            "SOURCE": Reference(
                "SOURCE", "Source. 2026.", "guideline", "any", 2026, "direct", ("follow_up",), "", "seen", ""
            )
        },
        timeline=(Period("soon", both("Soon"), 0, 30),),
        safety_net=(),
        reassurance=(),
        handover=(),
        labels=_Labels(),
        canonical=CANONICAL,
    )


PROTOCOL = small_protocol()


def load_bundle(data: bytes) -> Protocol:
    """Stand in for the content loader: knows one protocol."""
    assert data == CANONICAL.encode()
    return PROTOCOL


def opened(kind: str = "test", case: str = "TESTCASE", **more: Any) -> ev.CaseOpened:
    protocol = {"id": "small", "version": "1.0", "digest": DIGEST}
    return ev.CaseOpened(case, kind, "2026-03-02T09:00", "bed 4", "", protocol, **more)


def answer(question: str, value: str = "no", note: str | None = None) -> ev.AnswerGiven:
    return ev.AnswerGiven(question, value, None, "patient", "key", "2026-03-02T09:00", note=note)


def shown(question: str) -> ev.QuestionShown:
    return ev.QuestionShown(question, hashlib.sha256(question.encode()).hexdigest())


STEPS: tuple[tuple[ev.Event, ...], ...] = (
    (shown("first"),),
    (answer("first"), shown("second")),
    (answer("second", "yes", note="seit März – „ja“ 😀"), shown("third")),
    (ev.NoteAdded("line\u2028separator and \x7f"),),
    (answer("third"), shown("last")),
)
"""A short case as an interview appends it, after its opening."""


def create(
    folder: Path, kind: str = "test", *, disk: Disk | None = None, seed: int = 0, **more: Any
) -> TranscriptWriter:
    """Open a case with a host that is the same every run."""
    host = FixedHost(seed=seed, software="backstory 1")
    return TranscriptWriter.create(folder, opened(kind), PROTOCOL, host, disk=disk, **more)


def written(folder: Path, steps: Sequence[Sequence[ev.Event]] = STEPS, *, kind: str = "test", seed: int = 0) -> Path:
    """Write a short case and close it."""
    with create(folder, kind, seed=seed) as writer:
        for events in steps:
            writer.append(events)
        return writer.path


def interviewed(folder: Path, *, sign: bool = True) -> Path:
    """Write a case through a real interview, with a plan, signed or not."""
    with create(folder) as writer:
        interview = Interview.start(PROTOCOL, writer, opened())
        for question in YES_NO:
            assert interview.send(cmd.GiveAnswer(question, "no")) is None
        assert interview.send(cmd.GiveAnswer("remark", "nothing")) is None
        assert interview.send(cmd.ReadBack()) is None
        assert interview.send(cmd.IssuePlan()) is None
        if sign:
            assert interview.send(cmd.Sign()) is None
        return writer.path


def told(events: Iterable[ev.Event]) -> list[ev.Event]:
    """Return what a shell asked to be recorded, without what the writer adds by itself."""
    return [event for event in events if not event.type.startswith(("storage.", "clock."))]


class FaultyDisk(Disk):
    """Counts every call and fails one of them, or that one and all after it."""

    def __init__(self, at: int = -1, fault: Callable[[str], None] | None = None, *, ever_after: bool = False) -> None:
        self.calls: list[str] = []
        self.at = at
        self.fault = fault
        self.ever_after = ever_after

    def __getattribute__(self, name: str) -> Any:
        method = super().__getattribute__(name)
        if name.startswith("_") or name not in CALLS:
            return method

        def called(*args: Any, **more: Any) -> Any:
            number = len(self.calls)
            self.calls.append(name)
            if self.fault is not None and (number == self.at or (self.ever_after and number >= self.at >= 0)):
                self.fault(name)
            return method(*args, **more)

        return called


CALLS = frozenset(name for name in vars(Disk) if not name.startswith("_"))


def failing(number: int) -> Callable[[str], None]:
    """Return a fault that fails every call but close with this error number."""

    def fault(name: str) -> None:
        if name != "close":
            raise OSError(number, os.strerror(number))

    return fault


EIO, ENOSPC = failing(errno.EIO), failing(errno.ENOSPC)


class Killed(BaseException):
    """Stands for the end of the process: no handler of ours may catch it."""


class QuickDisk(Disk):
    """Leaves the syncs out, for tests that are not about durability."""

    def sync(self, fd: int) -> None:
        pass

    def sync_data(self, fd: int) -> None:
        pass


class MortalDisk(FaultyDisk):
    """A disk whose process can end: descriptors it opened are closed then, and nothing more is carried out."""

    def __init__(self, at: int = -1, fault: Callable[[str], None] | None = None, *, ever_after: bool = False) -> None:
        self._open: set[int] = set()
        super().__init__(at, fault, ever_after=ever_after)

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        fd = super().open(path, flags, mode)
        self._open.add(fd)
        return fd

    def close(self, fd: int) -> None:
        self._open.discard(fd)
        super().close(fd)

    def end(self) -> None:
        """Close what the process left open, as the kernel does."""
        for fd in self._open:
            os.close(fd)
        self._open.clear()


def killing(_: str) -> None:
    raise Killed
