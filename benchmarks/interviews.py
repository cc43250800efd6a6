"""Long interviews for benchmarks, recorded as a sitting records them: vignettes, corrected again and again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from chatbot.content.answers_file import commands_of, read_answers
from chatbot.core import commands as cmd
from chatbot.core.events import CaseOpened
from chatbot.core.findings import network
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.signing import unsettled
from chatbot.core.values import Answer, to_stored
from chatbot.interview import Interview
from chatbot.record.disk import Disk
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter

DECIDED = 5
"""Recommendations that are decided on before signing."""


class QuickDisk(Disk):
    """Leaves the syncs out: what is measured is reading."""

    def sync(self, fd: int) -> None:
        pass

    def sync_data(self, fd: int) -> None:
        pass


class Vignettes:
    """The answers of a protocol's vignettes, in the order of asking."""

    def __init__(self, protocol: Protocol, folder: Path) -> None:
        self.protocol = protocol
        self.as_of = ""
        self.answers: list[list[cmd.GiveAnswer]] = []
        self.said: dict[str, list[cmd.GiveAnswer]] = {}
        order = {key: place for place, key in enumerate(network(protocol).ask_order)}
        for path in sorted((folder / "vignettes").glob("*.yaml")):
            file = read_answers(path)
            if file.as_of is None or file.earlier is not None:
                continue
            self.as_of = max(self.as_of, file.as_of)
            given = commands_of(protocol, file, file.as_of)
            self.answers.append(sorted(given, key=lambda each: order[each.question]))
            for each in given:
                self.said.setdefault(each.question, []).append(each)

    def write(self, folder: Path, answers: int, count: int, seed: int = 0) -> Iterator[Path]:
        """Write *count* signed test cases of *answers* answers and yield their paths."""
        for number in range(count):
            yield self._one(folder, answers, number, Random(f"{seed} {number}"))

    def _one(self, folder: Path, answers: int, number: int, source: Random) -> Path:
        case = f"B{number:07d}"
        opened = CaseOpened(case, "test", self.as_of, f"bed {number % 40}", f"S{number // 3}", self.protocol.identity)
        host = FixedHost(seed=number, software="backstory benchmark")
        with TranscriptWriter.create(folder, opened, self.protocol, host, disk=QuickDisk()) as writer:
            interview = Interview.start(self.protocol, writer, opened)
            left = answers
            for command in source.choice(self.answers)[:answers]:
                left -= self._give(interview, command)
            while left:
                question = source.choice(list(interview.case.answers))
                again = source.choice(self.said[question])
                if not _stands(interview.case.answers[question], again):
                    left -= self._give(interview, again, because="new_information")
            self._sign(interview)
            return writer.path

    @staticmethod
    def _give(interview: Interview, command: cmd.GiveAnswer, because: str | None = None) -> int:
        """Return how many answers were recorded: 1, or 0 where it does not apply or says nothing new."""
        before = len(interview.events)
        interview.send(
            cmd.GiveAnswer(
                command.question,
                command.value,
                command.status,
                command.source,
                reason=command.reason,
                note=command.note,
                confirmed=True,
                because=because,
            )
        )
        if interview.case.alarms:
            interview.send(cmd.Acknowledge())
        return sum(each.type.startswith("answer.") for each in interview.events[before:])

    def _sign(self, interview: Interview) -> None:
        if interview.case.acknowledged:
            interview.send(cmd.AskEverything())
        while interview.case.next is not None:
            if interview.send(cmd.GiveAnswer(interview.case.next, status="not_assessed")) is not None:
                break
            if interview.case.alarms:
                interview.send(cmd.Acknowledge())
        interview.send(cmd.ReadBack())
        interview.send(cmd.IssuePlan())
        plan = build_plan(self.protocol, interview.case)
        asked = [each["id"] for each in plan["recommendations"] if each["status"] == "recommended"]
        for rule in asked[:DECIDED]:
            interview.send(cmd.DecideRule(rule, "accept"))
        reasons = {each["question"]: cmd.OpenReason("not_possible_here") for each in unsettled(plan)}
        refusal = interview.send(cmd.Sign(reasons))
        assert refusal is None, refusal


def _stands(answer: Answer, command: cmd.GiveAnswer) -> bool:
    """Whether an answer says already what a command would."""
    return command.value == (None if answer.value is None else to_stored(answer.value)) and command.status == (
        None if answer.status is None else answer.status.value
    )
