"""A kept case opened to be played: its records up to any damage, its content, and every moment in words and as JSON.

Reads only: no lock is taken and nothing is written. Private answers are covered unless they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from chatbot.core.answers import answer_text
from chatbot.core.playback import Playback
from chatbot.core.protocol import Protocol
from chatbot.core.taint import taint
from chatbot.core.then import Changed, State, Turn
from chatbot.core.values import Answer, moment_text, to_stored
from chatbot.errors import CorruptTranscript
from chatbot.record.envelope import Record
from chatbot.record.event_list import MASKED, EventLine, event_lines
from chatbot.record.read import examine_file, transcript_of
from chatbot.record.recovery import Damage
from chatbot.record.replay import LoadBundle, load_protocol
from chatbot.record.standing import Verdict, verdict

MOMENTS_SCHEMA = "backstory.moments/1"


@dataclass(frozen=True)
class Recording:
    """One case as it can be played."""

    path: Path
    header: dict[str, Any]
    """Data of the first record."""
    records: tuple[Record, ...]
    """All that stand before the damage, if there is any."""
    protocol: Protocol
    damage: Damage | None
    load_bundle: LoadBundle

    @cached_property
    def playback(self) -> Playback:
        """The states, what changed, and the marks."""
        return Playback(self.protocol, self.records)

    @cached_property
    def verdict(self) -> Verdict:
        """What verifying the file gives. Takes as long as playing all of it."""
        return verdict(self.path, self.load_bundle)

    @property
    def case(self) -> str:
        """The case code."""
        return str(self.header["case"])

    @property
    def whose(self) -> str:
        """The case as staff know it: kind, label, code of the person, code of the case."""
        return " · ".join(filter(None, (str(self.header[name]) for name in ("kind", "label", "subject", "case"))))

    @property
    def problem(self) -> str:
        """Why it ends before the case does; empty while nothing is wrong."""
        return self.playback.problem if self.damage is None else self.damage.error(self.path).render()

    def lines(self, register: str = "clinician", *, private: bool = False) -> list[EventLine]:
        """Return what happened at each moment, in words. It may end before the records do, where one does not fit."""
        covered = frozenset() if private else taint(self.protocol).questions
        try:
            return event_lines(self.protocol, self._played, register=register, covered=covered)
        except LookupError:
            self.playback.scan()
            return event_lines(self.protocol, self._played, register=register, covered=covered)

    @property
    def _played(self) -> tuple[Record, ...]:
        return self.records[: len(self.playback)]

    # --- as JSON ---

    def head_json(self) -> dict[str, Any]:
        """Return what is said of the whole recording."""
        found = self.verdict
        return {
            "schema": MOMENTS_SCHEMA,
            "path": str(self.path),
            **{name: self.header[name] for name in ("case", "kind", "label", "subject")},
            "protocol": self.protocol.identity,
            "content_status": self.protocol.content_status,
            "verdict": found.word,
            "head_code": found.head_code,
            "problems": list(found.problems),
            "damage": self.problem or None,
            "records": len(self.records),
        }

    def moments_json(self, register: str = "clinician", *, private: bool = False) -> Iterator[dict[str, Any]]:
        """Yield every moment that can be played, with its state and what it changed."""
        lines = self.lines(register, private=private)
        self.playback.scan()
        for index in range(len(self.playback)):
            yield self._moment_json(index, lines[index], private)

    def moment_json(self, index: int, register: str = "clinician", *, private: bool = False) -> dict[str, Any]:
        """Return one moment with all answers and the plan as they were. Raises: Stopped.

        The plan is left out unless private answers are asked for, where the content has any.
        """
        found = self._moment_json(index, self.lines(register, private=private)[index], private)
        state = self.playback.state(index)
        found["state"]["answers"] = {
            key: self._answer_json(key, answer, private) for key, answer in state.case.answers.items()
        }
        found["state"]["plan"] = state.plan() if private or not taint(self.protocol).questions else None
        return found

    def _moment_json(self, index: int, said: EventLine, private: bool) -> dict[str, Any]:
        moment = self.playback.moment(index)
        return {
            **said.to_json(),
            "elapsed_ms": moment.elapsed_ms,
            "pause_ms": moment.pause_ms,
            "marks": list(moment.marks),
            "changes": self._changes_json(self.playback.changed(index), private),
            "state": self._state_json(self.playback.state(index), private),
        }

    def _changes_json(self, changed: Changed, private: bool) -> dict[str, Any]:
        hidden = frozenset() if private else taint(self.protocol).findings
        return {
            "urgency": _turn_json(changed.urgency),
            "phase": _turn_json(changed.phase),
            "question": _turn_json(changed.question),
            "red_flags": [_named(each) for each in changed.flags],
            "findings": [_named(each) for each in changed.findings if each.id not in hidden],
            "recommendations": [_named(each) for each in changed.rules],
            "unresolved": None if changed.unresolved is None else list(changed.unresolved),
            "answers": [
                {
                    "question": each.question,
                    "before": self._answer_json(each.question, each.before, private),
                    "after": self._answer_json(each.question, each.after, private),
                }
                for each in changed.answers
            ],
        }

    def _answer_json(self, key: str, answer: Answer | None, private: bool) -> dict[str, Any] | None:
        if answer is None:
            return None
        question = self.protocol.questions[key]
        found: dict[str, Any] = {"source": answer.source.value, "on": moment_text(answer.given), "by": answer.by}
        if not private and key in taint(self.protocol).questions:
            return {"value": MASKED, "status": None, "text": MASKED, **found}
        return {
            "value": None if answer.value is None else to_stored(answer.value),
            "status": None if answer.status is None else answer.status.value,
            "text": answer_text(self.protocol.labels, question, answer, "clinician"),
            **found,
        }

    def _state_json(self, state: State, private: bool) -> dict[str, Any]:
        case = state.case
        by_status: dict[str, list[str]] = {}
        for name, status in state.rules.items():
            if status not in {"pending", "not_applicable"}:
                by_status.setdefault(status, []).append(name)
        hidden = frozenset() if private else taint(self.protocol).findings
        flags = [state.flag(name) for name in self.protocol.red_flags]
        return {
            "phase": case.phase.value,
            "urgency": state.urgency.value,
            "safety_asked": state.safety_asked,
            "safety_resolved": state.safety_resolved,
            "question": case.shown,
            "alarms": list(case.alarms),
            "red_flags": [{"id": each.id, "state": each.state.value, "because": list(each.because)} for each in flags],
            "findings": [name for name, value in state.findings.items() if value is True and name not in hidden],
            "recommendations": by_status,
            "answered": len(case.answers),
            "unresolved": len(state.unresolved),
        }


def _turn_json(turn: Turn | None) -> dict[str, str | None] | None:
    return None if turn is None else {"before": turn.before or None, "after": turn.after or None}


def _named(turn: Turn) -> dict[str, str | None]:
    return {"id": turn.id, "before": turn.before or None, "after": turn.after or None}


def open_recording(path: Path, load_bundle: LoadBundle, folder: Path | None = None) -> Recording:
    """Open a kept case to be played, as far as it can be read. *folder*: where to look for its protocol.

    Raises: CorruptTranscript where not even its first record can be read; VersionUnsupported; StorageError for a file
    or a protocol that is not there; KeyProblem for an encrypted case that stays shut; what *load_bundle* raises.
    """
    data, examined = examine_file(path)
    damage = examined.damage
    if not examined.records or (damage is not None and damage.code in _NOT_OURS):
        transcript_of(path, len(data), examined)  # raises what is wrong
    sound = replace(examined, damage=None)
    transcript = transcript_of(path, examined.good, sound)
    protocol = load_protocol(transcript, load_bundle, folder)
    return Recording(path, transcript.header, transcript.entries, protocol, damage, load_bundle)


_NOT_OURS = frozenset({"T001", "T010"})
"""Not a transcript, or one whose format is not known here: nothing of it is played."""


def playable(recording: Recording, index: int) -> int:
    """Return the index nearest to *index* that can be played. Raises: CorruptTranscript where none can."""
    found = recording.playback.seek(index)
    if found < 0:
        raise CorruptTranscript(
            f"nothing of it can be played: {recording.playback.problem}",
            code="T013",
            place=f"{recording.path}:1",
            hint="do not rely on this transcript: what it says cannot have been recorded under its protocol",
        )
    return found
