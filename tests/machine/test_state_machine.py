"""Any commands, on any small protocol: what was stored gives the case back, and the laws of a case hold.

After each step: decoding what was encoded folds to the same case; any prefix of the events folds to what stood
then; following changes agrees with evaluating everything; urgency falls only where it may; and until the case is
closed some command is possible.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chatbot.core import commands as cmd
from chatbot.core.canonical import canonical_json
from chatbot.core.case import Case, evolve, fold
from chatbot.core.events import CaseOpened, Event
from chatbot.core.findings import assess, raising_answers
from chatbot.core.navigation import decide, opening
from chatbot.core.phases import Phase
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.read_back import unread
from chatbot.core.urgency import plan_urgency
from chatbot.core.values import Status, moment_text, to_stored
from chatbot.record.host import FixedHost
from chatbot.record.pen import Pen, Place
from chatbot.record.recovery import examine
from tests.machine.protocols import drawn_protocol
from tests.random_answers import random_answer
from tests.signing import signing

OPENED = "2026-03-15T10:30"
chance = st.randoms(use_true_random=False)


class Interviewing(RuleBasedStateMachine):
    """Drives one case of one protocol."""

    protocol: Protocol
    case: Case

    @initialize(random=chance)
    def open(self, random: Random) -> None:
        self.protocol = drawn_protocol(random)
        header = CaseOpened(
            case="2B7K9QXM",
            kind="test",
            as_of=OPENED,
            label="drawn",
            subject="",
            protocol={**self.protocol.identity, "digest": "0" * 64},
        )
        self.pen, self.place, self.bytes = Pen(FixedHost()), Place(actor="someone"), b""
        self.events: list[Event] = []
        self.stood: list[Case] = []
        self.keep((header, *opening(self.protocol, header)))

    def keep(self, events: tuple[Event, ...]) -> None:
        """Record events as a transcript would, and apply them."""
        if not events:
            return
        draft = self.pen.draft(events, self.place)
        self.pen.written(draft)
        self.place, self.bytes = draft.place, self.bytes + draft.data
        for event in draft.events:
            self.case = evolve(self.protocol, self.stood[-1] if self.stood else None, event)
            self.events.append(event)
            self.stood.append(self.case)

    def send(self, command: cmd.Command) -> bool:
        """Carry a command out; True when it was not refused."""
        decided = decide(self.protocol, self.case, command)
        if isinstance(decided, cmd.Refusal):
            assert decided.code and decided.message, command
            return False
        before = self.case
        self.keep(decided)
        self.judge(before, command)
        return True

    def judge(self, before: Case, command: cmd.Command) -> None:
        """Urgency of the plan falls only by an answer that says more, or by a correction with its reason."""
        was, now = (plan_urgency(self.protocol, case.assessment).rank for case in (before, self.case))
        if now >= was:
            return
        assert isinstance(command, cmd.GiveAnswer | cmd.Withdraw | cmd.ConfirmStill), command
        answer = before.answers.get(command.question)
        expired = command.question in before.assessment.expired
        if answer is not None and answer.value is not None and not expired:
            assert not isinstance(command, cmd.ConfirmStill) and command.because is not None, command

    # --- what a person may do ---

    def question(self, random: Random) -> str:
        return random.choice(list(self.protocol.questions))

    @rule(random=chance)
    def answer_the_question_on_screen(self, random: Random) -> None:
        key = self.case.shown or self.case.next
        if key is not None:
            self.send(replace(random_answer(self.protocol.questions[key], random), because="mis_keyed"))

    @rule(random=chance)
    def go_on_for_a_while(self, random: Random) -> None:
        for _ in range(random.randint(1, 6)):
            if self.case.alarms:
                self.send(cmd.Acknowledge())
            elif self.case.next is not None:
                self.send(random_answer(self.protocol.questions[self.case.next], random))

    @rule(random=chance, because=st.sampled_from((None, *cmd.CORRECTION_REASONS, "because")))
    def answer_any_question(self, random: Random, because: str | None) -> None:
        self.send(replace(random_answer(self.protocol.questions[self.question(random)], random), because=because))

    @rule(random=chance, because=st.sampled_from((None, "misunderstood")))
    def take_an_answer_back(self, random: Random, because: str | None) -> None:
        self.send(cmd.Withdraw(self.question(random), because))

    @rule(random=chance)
    def put_a_question_off(self, random: Random) -> None:
        self.send(cmd.Postpone(self.question(random)))

    @rule(random=chance)
    def confirm_an_old_answer(self, random: Random) -> None:
        expired = sorted(self.case.assessment.expired)
        self.send(cmd.ConfirmStill(random.choice(expired) if expired else self.question(random)))

    @rule(random=chance)
    def look_about(self, random: Random) -> None:
        self.send(random.choice((cmd.Back(), cmd.Forward(), cmd.Show(self.question(random)))))

    @rule()
    def read_the_alarm(self) -> None:
        waited = bool(self.case.alarms)
        assert self.send(cmd.Acknowledge()) is (
            waited and not self.case.closed and self.case.phase is not Phase.SUSPENDED
        )

    @rule()
    def read_the_safety_answers_back(self) -> None:
        waited = bool(unread(self.protocol, self.case))
        assert not waited or not self.case.alarms
        if self.send(cmd.ReadBack()):
            assert waited and not unread(self.protocol, self.case)

    @rule(random=chance)
    def note_or_hand_over(self, random: Random) -> None:
        self.send(random.choice((cmd.AddNote("a note"), cmd.ChangeActor("B. Second", "clinician"))))

    @rule(random=chance, made=st.sampled_from(("accept", "modify", "decline", "burn")))
    def decide_on_a_rule(self, random: Random, made: str) -> None:
        name = random.choice(list(self.protocol.rules))
        self.send(cmd.DecideRule(name, made, random.choice((None, *cmd.DECISION_REASONS)), "in words"))

    @rule(random=chance)
    def decline_a_section(self, random: Random) -> None:
        self.send(cmd.DeclineSection(random.choice(list(self.protocol.sections))))

    @rule()
    def issue_the_plan(self) -> None:
        self.send(cmd.IssuePlan())

    @rule()
    def leave(self) -> None:
        self.send(cmd.Suspend())

    @rule(hours=st.sampled_from((-1, 0, 1, 13, 24 * 31)))
    def come_back(self, hours: int) -> None:
        self.send(cmd.Resume(moment_text(self.case.as_of + timedelta(hours=hours))))

    @precondition(lambda self: len(self.events) > 25)
    @rule(last=st.sampled_from((cmd.Sign(), cmd.Abandon("moved away"), cmd.Abandon(" "))))
    def close(self, last: cmd.Command) -> None:
        self.send(signing(self.protocol, self.case) if isinstance(last, cmd.Sign) else last)

    @rule(random=chance)
    def change_an_answer_there_and_back(self, random: Random) -> None:
        """Correcting back restores the plan, byte for byte."""
        standing = [key for key in self.case.answers if key not in self.case.assessment.expired]
        if not standing or self.case.closed or self.case.phase is Phase.SUSPENDED:
            return
        key = random.choice(sorted(standing))
        answer, before = self.case.answers[key], canonical_json(build_plan(self.protocol, self.case))
        other = replace(random_answer(self.protocol.questions[key], random), because="mis_keyed")
        if not self.send(other):
            return
        back = cmd.GiveAnswer(
            key,
            value=None if answer.value is None else to_stored(answer.value),
            status=None if answer.status is None else answer.status.value,
            source=answer.source.value,
            reason=answer.reason,
            on=moment_text(answer.given),
            note=answer.note,
            because="mis_keyed",
            confirmed=True,
        )
        if self.send(back):
            assert canonical_json(build_plan(self.protocol, self.case)) == before

    # --- what always holds ---

    @invariant()
    def what_was_stored_gives_the_case_back(self) -> None:
        examined = examine(self.bytes)
        assert examined.damage is None
        assert fold(self.protocol, [record.event for record in examined.records]) == self.case

    @invariant()
    def any_prefix_gives_what_stood_then(self) -> None:
        place = len(self.bytes) % len(self.events)
        assert fold(self.protocol, self.events[: place + 1]) == self.stood[place]

    @invariant()
    def following_changes_agrees_with_evaluating_everything(self) -> None:
        followed = self.case.assessment
        assert assess(self.protocol, self.case.answers, self.case.as_of, followed.held) == followed

    @invariant()
    def losing_an_answer_that_raises_nothing_never_lowers_the_urgency(self) -> None:
        case = self.case
        known = [key for key, answer in case.answers.items() if answer.value is not None]
        raising = raising_answers(self.protocol, case.answers, case.as_of, known)
        before = plan_urgency(self.protocol, case.assessment).rank
        for key in known:
            if key not in raising:
                lost = {**case.answers, key: replace(case.answers[key], value=None, status=Status.UNKNOWN)}
                assert (
                    plan_urgency(self.protocol, assess(self.protocol, lost, case.as_of, case.assessment.held)).rank
                    >= before
                ), key

    @invariant()
    def something_can_always_be_done(self) -> None:
        case = self.case
        tries: list[cmd.Command] = [cmd.Acknowledge(), cmd.Resume(moment_text(case.as_of)), cmd.IssuePlan()]
        if case.next is not None:
            tries.append(cmd.GiveAnswer(case.next, status="unknown"))
        possible = [each for each in tries if not isinstance(decide(self.protocol, case, each), cmd.Refusal)]
        assert bool(possible) is not case.closed

    @invariant()
    def an_emergency_is_on_screen_or_was_read(self) -> None:
        case = self.case
        standing = {
            name
            for name, state in case.assessment.open_flags.items()
            if state.value == "present" and self.protocol.red_flags[name].urgency.value == "emergency"
        }
        assert standing <= {*case.alarms, *case.acknowledged}


Interviewing.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
test_any_commands_on_any_small_protocol = Interviewing.TestCase
