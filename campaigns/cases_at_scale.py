"""Write many synthetic cases into a folder of transcripts, for audits at scale. The same seed writes the same bytes.

    python -m campaigns.cases_at_scale FOLDER --cases 2000 --seed 7
    python -m campaigns.cases_at_scale FOLDER --cases 20000 --answers 60

Some hundred interviews are drawn by the shares of ``prevalence.yaml`` and led through the real engine, with what goes
wrong in real ones: answers that are not known or declined, corrections, alarms left unread for a while, pauses, plans
whose lines are declined, safety questions left open. Each is then written many times under other case codes, hours and
actors, and every file has a chain of its own. The folder must be new: nothing is ever written among real cases.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from chatbot import __version__
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.content.population import Population
from chatbot.core import commands as cmd
from chatbot.core import events as ev
from chatbot.core.case import Case
from chatbot.core.explain import Known, contributors
from chatbot.core.facts import Facts
from chatbot.core.findings import FlagState
from chatbot.core.outcome import SHOWN_STATUSES, outcome
from chatbot.core.protocol import Protocol
from chatbot.core.read_back import unread
from chatbot.core.values import Answer, Status, moment_text, to_stored
from chatbot.interview import Interview
from chatbot.record import bundle, chain
from chatbot.record.codec import canonical
from chatbot.record.disk import Disk
from chatbot.record.envelope import header_data
from chatbot.record.host import case_code
from chatbot.record.pen import stamp_text
from tests.random_answers import random_answer
from tests.signing import signing

DAYS = 360
"""Over how many days the interviews are spread."""

ACTORS = (("A. Nurse", "nurse"), ("B. Doctor", "doctor"), ("C. Physio", "physiotherapist"))


@dataclass(frozen=True, slots=True)
class Step:
    """One append: what was recorded together, and how long after the one before."""

    events: tuple[ev.Event, ...]
    seconds: float
    new_sitting: bool = False


@dataclass
class Played:
    """An interview as it was led, ready to be written again and again."""

    opened: ev.CaseOpened
    as_of: datetime
    steps: list[Step] = field(default_factory=list)
    body: list[tuple[bytes, bytes, bool, int, float]] = field(default_factory=list)
    """Of every record but the first: its data and its type as bytes, whether a sitting begins, its step, its pause."""

    def append(self, events: Sequence[ev.Event]) -> None:
        """Take events as a recorder does; the pause is set by whoever leads."""
        self.steps.append(Step(tuple(events), 0.0))


class Lead:
    """Leads interviews through the engine, by chance from a seed."""

    def __init__(self, protocol: Protocol, population: Population | None, seed: int, answers: int) -> None:
        """*population*: who is drawn; None: any answer is as likely. *answers*: stop after so many; 0: never."""
        self.protocol, self.population = protocol, population
        self.first = datetime(2026, 3, 15, 10, 30) if population is None else population.as_of
        self.seed, self.answers = seed, answers

    def play(self, number: int) -> Played:
        """Lead one interview."""
        chance = Random(f"{self.seed} interview {number}")
        as_of = self.first + timedelta(days=chance.randrange(DAYS), minutes=chance.randrange(8 * 60))
        drawn: Mapping[str, Answer] = {}
        if self.population is not None:
            self.population.as_of = as_of
            drawn = self.population.patient(number, f"{self.seed} {number}").case.answers
        opened = ev.CaseOpened("TEMPLATE", "clinical", moment_text(as_of), "", "", self.protocol.identity)
        played = Played(opened, as_of)
        self._chance, self._played, self._drawn = chance, played, drawn
        self._interview = Interview.start(self.protocol, played, opened)
        name, role = chance.choice(ACTORS)
        self._send(cmd.ChangeActor(name, role), 2)
        if chance.random() < 0.06 and (early := self._early()) is not None:
            self._send(cmd.GiveAnswer(early, status="unknown"), 20)
        self._answer()
        self._correct()
        if self.answers and self._given() >= self.answers:
            self._send(cmd.IssuePlan(), 10)
            self._send(cmd.Suspend(), 5)
        else:
            self._close()
        return played

    # --- steps ---

    @property
    def _case(self) -> Case:
        return self._interview.case

    def _send(self, command: cmd.Command, around: float, *, new_sitting: bool = False) -> bool:
        before = len(self._played.steps)
        refused = self._interview.send(command) is not None
        for index in range(before, len(self._played.steps)):
            pause = around * self._chance.lognormvariate(0, 0.5) if index == before else 0.0
            self._played.steps[index] = Step(self._played.steps[index].events, pause, new_sitting and index == before)
        return not refused

    def _given(self) -> int:
        return sum(isinstance(e, ev.AnswerGiven) for step in self._played.steps for e in step.events)

    def _early(self) -> str | None:
        """Return a question of the history that somebody may ask before its time."""
        open_ = [key for key, q in self.protocol.questions.items() if q.section == list(self.protocol.sections)[-1]]
        asked = [key for key in open_ if self._case.assessment.applies[key]]
        return self._chance.choice(asked) if asked else None

    def _answer(self) -> None:
        paused = False
        while True:
            if self._case.alarms:
                around = 25 if self._chance.random() < 0.85 else 600
                self._send(cmd.Acknowledge(), around)
            elif self._case.next is None:
                if self._case.acknowledged - self._case.widened and self._send(cmd.AskEverything(), 5):
                    continue
                return
            elif self.answers and self._given() >= self.answers:
                return
            elif not paused and self._chance.random() < 0.002:
                paused = True
                self._send(cmd.Suspend(), 3)
                self._send(cmd.Resume(moment_text(self._case.as_of + timedelta(minutes=40))), 2_400, new_sitting=True)
            else:
                self._one(self._case.next)

    def _one(self, key: str) -> None:
        question = self.protocol.questions[key]
        safety = key in self.protocol.safety_questions
        around = 6.0 if safety else 9.0
        if self._chance.random() < (0.02 if safety else 0.04):
            status = self._chance.choices(("unknown", "declined", "not_assessed"), (6, 2, 3))[0]
            done = self._send(cmd.GiveAnswer(key, status=status), around * 2)
        else:
            done = self._send(self._said(key), around)
        if not done and not self._send(cmd.GiveAnswer(key, status="unknown"), around):
            raise AssertionError(f"{key} ({question.type}) takes no answer")

    def _said(self, key: str) -> cmd.GiveAnswer:
        answer: Answer | None = self._drawn.get(key)
        if answer is None or answer.status is Status.CANNOT_APPLY:
            return random_answer(self.protocol.questions[key], self._chance)
        if answer.value is None:
            return cmd.GiveAnswer(key, status=str(answer.status))
        given = command_of(key, answer)
        return given if given is not None else random_answer(self.protocol.questions[key], self._chance)

    def _correct(self) -> None:
        """Correct now and then, in both directions, and sometimes back again."""
        keys = [key for key in self._case.answers if key in self.protocol.questions]
        for _ in range(self._chance.choices((0, 1, 2, 3), (50, 30, 15, 5))[0]):
            raising = self._raising()
            key = self._chance.choice(raising if raising and self._chance.random() < 0.4 else keys)
            before = self._case.answers[key]
            because = self._chance.choice(cmd.CORRECTION_REASONS)
            new = random_answer(self.protocol.questions[key], self._chance)
            given = cmd.GiveAnswer(key, new.value, new.status, reason=new.reason, because=because, confirmed=True)
            if self._send(given, 12) and before.value is not None and self._chance.random() < 0.2:
                self._acknowledged()
                back = command_of(key, before)
                if back is not None:
                    self._send(cmd.GiveAnswer(key, back.value, because="mis_keyed", confirmed=True), 30)
            self._acknowledged()
        self._answer()

    def _raising(self) -> list[str]:
        """Return the answers that a red flag hangs on now."""
        facts: Facts = self._case.assessment.facts
        known: Known = {}
        raised = [name for name, state in self._case.assessment.flags.items() if state is not FlagState.CLEAR]
        found = [contributors(self.protocol, self.protocol.red_flags[name].when, facts, known) for name in raised]
        return sorted({key for keys in found for key in keys if key in self._case.answers})

    def _acknowledged(self) -> None:
        if self._case.alarms:
            self._send(cmd.Acknowledge(), 20)

    def _close(self) -> None:
        if self._chance.random() < 0.04:
            self._send(cmd.Abandon("the person had to leave"), 5)
            return
        if unread(self.protocol, self._case):
            self._send(cmd.ReadBack(), 40)
        self._send(cmd.IssuePlan(), 10)
        statuses = outcome(self.protocol, self._case.assessment).statuses
        for rule, status in statuses.items():
            if status not in SHOWN_STATUSES or self._chance.random() < 0.5:
                continue
            decision = self._chance.choices(("accept", "modify", "decline"), (80, 6, 14))[0]
            code = None if decision == "accept" else self._chance.choice(cmd.DECISION_REASONS)
            comment = "said in words" if code == "other" else None
            self._send(cmd.DecideRule(rule, decision, code, comment), 4)
        if self._chance.random() < 0.12:
            return
        if self._case.plan_digest is None:
            self._send(cmd.IssuePlan(), 5)
        waiting = signing(self.protocol, self._case).reasons
        reasons = {key: cmd.OpenReason(self._chance.choice(cmd.SIGN_REASONS[:-1])) for key in waiting}
        self._send(cmd.Sign(reasons), 15)


def command_of(name: str, answer: Answer) -> cmd.GiveAnswer | None:
    """Return the command that gives an answer which has a value; None where it has none."""
    return None if answer.value is None else cmd.GiveAnswer(name, value=to_stored(answer.value), confirmed=True)


def population_of(protocol: Protocol) -> Population | None:
    """Return the patients that a shipped protocol describes; None where it describes none."""
    folder = find_protocol(protocol.id, protocols_folder())
    return Population(protocol, folder) if (folder / "prevalence.yaml").exists() else None


class Writer:
    """Writes played interviews as transcripts."""

    def __init__(self, folder: Path, protocol: Protocol, seed: int) -> None:
        self.folder = folder / "clinical"
        self.folder.mkdir(mode=0o700, parents=True)
        bundle.keep(Disk(), folder, protocol)
        self.seed = seed

    def write(self, number: int, played: Played) -> Path:
        """Write one case: its own code, person, hour and pace."""
        chance = Random(f"{self.seed} file {number}")
        code = case_code(int(hashlib.sha256(f"{self.seed} case {number}".encode()).hexdigest()[:10], 16))
        start = played.as_of.replace(tzinfo=UTC) + timedelta(seconds=chance.randrange(900))
        pace = chance.uniform(0.7, 1.5)
        subject = "-".join("".join(chance.choice("ABCDEFGHJKMNPQRSTVWXYZ23456789") for _ in range(4)) for _ in range(3))
        opened = ev.CaseOpened(
            code,
            "clinical",
            played.opened.as_of,
            f"bed {chance.randrange(1, 40)}",
            subject,
            played.opened.protocol,
        )
        header = canonical(header_data(opened, f"backstory {__version__}"))
        lines, head = [], chain.GENESIS
        wall, mono, actor, step = start, 0, b'"os:campaign"', 0
        first = (header, b'"case.opened"', False, 0, 0.0)
        for seq, (data, type_, begins, at, pause) in enumerate([first, *(played.body or _bodies(played))]):
            if at != step:
                step = at
                gap = timedelta(milliseconds=round(pause * pace * 1000))
                wall += gap
                mono = 0 if begins else mono + gap // timedelta(microseconds=1) * 1000
            id_ = chance.getrandbits(128)
            body = b'{"actor":%s,"data":%s,"id":"%032x","mono_ns":%d,"prev":"%s","seq":%d,"t":"%s","type":%s,"v":1}' % (
                *(actor, data, id_, mono, head.encode(), seq, stamp_text(wall).encode(), type_),
            )
            line, head = chain.seal(body)
            lines.append(line)
            if type_ == b'"actor.changed"':
                actor = _actor_of(data)
        path = self.folder / f"{start:%Y%m%dT%H%M%SZ}-{chance.getrandbits(128):032x}.jsonl"
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(b"\n".join(lines) + b"\n")
        return path


def _bodies(played: Played) -> list[tuple[bytes, bytes, bool, int, float]]:
    """Spell the records of an interview once; what differs from file to file is added when one is written."""
    for at, step in enumerate(played.steps, 1):
        for event in step.events:
            data = canonical(ev.to_data(event))
            played.body.append((data, canonical(event.type), step.new_sitting, at, step.seconds))
    return played.body


def _actor_of(data: bytes) -> bytes:
    at = data.index(b'"name":') + len(b'"name":')
    return data[at : data.index(b'"', at + 1) + 1]


def write_cases(
    folder: Path, cases: int, seed: int, *, answers: int = 0, drawn: int = 120, protocol: Protocol | None = None
) -> Iterator[Path]:
    """Write *cases* transcripts into a new folder, from *drawn* interviews, and yield each file.

    Raises: FileExistsError when the folder has cases already.
    """
    chosen = protocol or load_protocol()
    lead = Lead(chosen, population_of(chosen), seed, answers)
    interviews = [lead.play(number) for number in range(1, min(drawn, cases) + 1)]
    writer = Writer(folder, chosen, seed)
    for number in range(1, cases + 1):
        yield writer.write(number, interviews[(number - 1) % len(interviews)])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, help="a new folder; 'clinical' and 'protocols' are made in it")
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--answers", type=int, default=0, help="stop each interview after so many; 0: finish it")
    parser.add_argument("--drawn", type=int, default=120, help="how many interviews are led")
    parser.add_argument("--protocol", help="without it the default one")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    began, size, count = time.perf_counter(), 0, 0
    try:
        protocol, answers, drawn = load_protocol(options.protocol), options.answers, options.drawn
        for path in write_cases(
            options.folder, options.cases, options.seed, answers=answers, drawn=drawn, protocol=protocol
        ):
            size += path.stat().st_size
            count += 1
    except FileExistsError as error:
        print(f"{error.filename} is there already: name a new folder", file=sys.stderr)
        return 1
    took = time.perf_counter() - began
    print(f"seed {options.seed}: {count} cases, {size / 1e6:.0f} MB, {took:.0f} s, in {options.folder}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
