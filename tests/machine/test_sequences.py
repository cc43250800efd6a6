"""What docs/sequences.md says of interviews as sequences, on any small protocol: each ends, each alarm is next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core import commands as cmd
from chatbot.core import events as ev
from chatbot.core.case import Case, evolve, is_open
from chatbot.core.navigation import decide
from chatbot.core.present import present
from chatbot.core.protocol import Protocol
from chatbot.core.read_back import unread
from chatbot.core.urgency import emergencies
from chatbot.core.values import moment_text
from tests.machine.protocols import drawn_protocol
from tests.machine.test_order import opened
from tests.random_answers import random_answer
from tests.signing import signing

seeds = st.integers(0, 2**32)
"""Not a steered source: a walk is long, and shrinking one would take minutes."""


class Walk:
    """One case of one protocol, carried on command by command; every event and every case in between is kept."""

    def __init__(self, random: Random) -> None:
        self.random, self.protocol = random, drawn_protocol(random)
        self.case: Case = evolve(self.protocol, None, opened(self.protocol))
        self.happened: list[tuple[ev.Event, Case]] = []

    def send(self, command: cmd.Command) -> cmd.Refusal | None:
        """Carry a command out, and return why not where it was refused."""
        decided = decide(self.protocol, self.case, command)
        if isinstance(decided, cmd.Refusal):
            return decided
        for event in decided:
            self.case = evolve(self.protocol, self.case, event)
            self.happened.append((event, self.case))
        return None

    def sent(self, command: cmd.Command) -> None:
        """Carry out a command that must not be refused."""
        refused = self.send(command)
        assert refused is None, (command, refused)

    def answer(self, key: str) -> cmd.GiveAnswer:
        """Return an answer by chance, with a reason in case it corrects."""
        return replace(random_answer(self.protocol.questions[key], self.random), because="mis_keyed")

    def anything(self) -> cmd.Command:
        """Return a command by chance, possible or not."""
        random, questions = self.random, list(self.protocol.questions)
        key = random.choice(questions)
        usual = self.case.next or key
        choices: tuple[cmd.Command, ...] = (
            *(self.answer(usual) for _ in range(6)),
            self.answer(key),
            cmd.Withdraw(key, "mis_keyed"),
            cmd.Postpone(usual),
            cmd.DeclineSection(random.choice(list(self.protocol.sections))),
            cmd.ConfirmStill(key),
            cmd.Show(key),
            cmd.Back(),
            cmd.Forward(),
            cmd.Acknowledge(),
            cmd.IssuePlan(),
            cmd.ChangeActor(random.choice(("A. First", "B. Second")), "clinician"),
            cmd.ReadRecap(),
            cmd.ReadBack(),
            cmd.Suspend(),
            cmd.Resume(moment_text(self.case.as_of + timedelta(hours=random.choice((0, 13, 24 * 31))))),
        )
        return random.choice(choices)

    def carry_on(self, times: int) -> None:
        """Send commands by chance; some are refused."""
        for _ in range(times):
            self.send(self.anything())

    def come_back(self) -> None:
        """Clear away what stands before the next question: a break, a hand-over, an alarm."""
        if self.case.phase.value == "suspended":
            self.sent(cmd.Resume(moment_text(self.case.as_of)))
        if self.case.recap_due:
            self.sent(cmd.ReadRecap())
        if self.case.alarms:
            self.sent(cmd.Acknowledge())


def left(protocol: Protocol, case: Case) -> int:
    """The measure of termination: two for each question without an answer, one if put off; one for an aged answer."""
    unanswered = [key for key in protocol.questions if key not in case.answers]
    return sum(1 if key in case.postponed else 2 for key in unanswered) + len(case.assessment.aged)


@given(seeds)
@settings(max_examples=120)
def test_from_any_state_every_answer_brings_the_end_nearer_and_the_end_can_be_signed(seed: int) -> None:
    random = Random(seed)
    walk = Walk(random)
    walk.carry_on(random.randint(0, 20))
    walk.come_back()
    before = left(walk.protocol, walk.case)
    while walk.case.next is not None:
        key = walk.case.next
        if random.random() < 0.2 and walk.send(cmd.Postpone(key)) is None:
            pass
        elif random.random() < 0.1:
            walk.sent(cmd.DeclineSection(walk.protocol.questions[key].section))
        else:
            walk.sent(walk.answer(key))
        now = left(walk.protocol, walk.case)
        assert now < before
        before = now
        walk.come_back()
    while waiting := [key for key in walk.protocol.questions if is_open(walk.protocol, walk.case, key)]:
        walk.sent(walk.answer(random.choice(waiting)))
        now = left(walk.protocol, walk.case)
        assert now < before
        before = now
        walk.come_back()
    if unread(walk.protocol, walk.case):
        walk.sent(cmd.ReadBack())
    walk.sent(cmd.IssuePlan())
    walk.sent(signing(walk.protocol, walk.case))
    assert walk.case.closed


def waits_for_its_alarm(protocol: Protocol, case: Case) -> bool:
    return bool(set(emergencies(protocol, case.assessment)) - case.acknowledged)


@given(seeds)
@settings(max_examples=120)
def test_nothing_is_asked_between_an_emergency_and_its_alarm(seed: int) -> None:
    random = Random(seed)
    walk = Walk(random)
    for _ in range(25):
        walk.send(walk.anything())
        if not waits_for_its_alarm(walk.protocol, walk.case) or walk.case.phase.value == "suspended":
            continue
        view = present(walk.protocol, walk.case)
        assert view.alarm is not None and view.question is None
        unanswered = [key for key in walk.protocol.questions if key not in walk.case.answers]
        asking: list[cmd.Command] = [
            cmd.Forward(),
            cmd.Back(),
            *map(cmd.Show, walk.protocol.questions),
            *map(walk.answer, unanswered),
        ]
        for command in (*asking, *map(cmd.Postpone, unanswered)):
            refused = decide(walk.protocol, walk.case, command)
            assert isinstance(refused, cmd.Refusal), command
    assert not list(asked_too_early(walk))


def asked_too_early(walk: Walk) -> Iterator[ev.Event]:
    """Yield every question shown while an emergency waited for its alarm."""
    for event, case in walk.happened:
        assert set(case.alarms) == set(emergencies(walk.protocol, case.assessment)) - case.acknowledged
        if isinstance(event, ev.QuestionShown) and case.alarms:
            yield event


@given(seeds)
@settings(max_examples=60)
def test_going_back_and_forth_and_leaving_loses_nothing(seed: int) -> None:
    random = Random(seed)
    walk = Walk(random)
    walk.carry_on(random.randint(5, 20))
    walk.come_back()
    before, questions = walk.case, list(walk.protocol.questions)
    for _ in range(12):
        walk.send(random.choice((cmd.Back(), cmd.Forward(), cmd.Show(random.choice(questions)))))
    assert replace(walk.case, shown=before.shown) == before
    walk.sent(cmd.Suspend())
    walk.sent(cmd.Resume(moment_text(before.as_of)))
    after = walk.case
    assert (after.answers, after.postponed, after.next, after.urgency) == (
        before.answers,
        before.postponed,
        before.next,
        before.urgency,
    )
    assert (after.acknowledged, after.notes, after.decisions, after.assessment.flags) == (
        before.acknowledged,
        before.notes,
        before.decisions,
        before.assessment.flags,
    )
