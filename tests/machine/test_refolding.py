"""A case folded from a record, where little is worked out in between, against the same case event by event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core import events as ev
from chatbot.core.case import Case, evolve, unanswered
from chatbot.core.findings import assess
from chatbot.core.plan import build_plan, plan_digest
from chatbot.core.protocol import Protocol
from chatbot.core.refolding import Refolding
from tests.machine.protocols import drawn_protocol
from tests.machine.test_order import opened
from tests.machine.test_sequences import Walk
from tests.random_answers import random_answer
from tests.record.kit import PROTOCOL as SMALL
from tests.shipped import shipped_protocol

seeds = st.integers(0, 2**32)


def same(lazily: Case, eagerly: Case, protocol: Protocol) -> None:
    """Hold one case against the other in every member, and in the order of those that have one."""
    assert lazily == eagerly
    for member in ("answers", "read_back", "acknowledged_by", "decisions", "refusals", "left_open", "outcomes"):
        assert list(getattr(lazily, member)) == list(getattr(eagerly, member)), member
    assert plan_digest(build_plan(protocol, lazily)) == plan_digest(build_plan(protocol, eagerly))


def folded(protocol: Protocol, happened: list[tuple[ev.Event, Case]], looks: Callable[[int], bool]) -> None:
    folding = Refolding(protocol)
    folding.add(opened(protocol))
    for place, (event, case) in enumerate(happened):
        folding.add(event)
        if looks(place):
            same(folding.case, case, protocol)


def walked(random: Random, steps: int) -> Walk:
    walk = Walk(random)
    for _ in range(steps):
        walk.carry_on(1)
        if random.random() < 0.4:
            walk.come_back()
    return walk


@given(seeds)
@settings(max_examples=25)
def test_a_case_looked_at_anywhere_is_the_one_that_was_on_screen_then(seed: int) -> None:
    random = Random(seed)
    walk = walked(random, 60)
    folded(walk.protocol, walk.happened, lambda place: random.random() < 0.1)
    for end in random.sample(range(len(walk.happened)), min(6, len(walk.happened))):
        folded(walk.protocol, walk.happened[: end + 1], lambda place, end=end: place == end)


@given(seeds)
@settings(max_examples=40)
def test_any_events_in_any_order_come_to_the_same_or_are_refused_by_both(seed: int) -> None:
    """No interview gives these: flags read that never stood, answers carried and taken back, sittings out of order."""
    random = Random(seed)
    protocol = drawn_protocol(random)
    folding, case = Refolding(protocol), evolve(protocol, None, opened(protocol))
    folding.add(opened(protocol))
    for _ in range(50):
        event = any_event(protocol, random, case)
        try:
            case = evolve(protocol, case, event)
        except (ValueError, LookupError):
            with pytest.raises((ValueError, LookupError)):
                folding.add(event)
            return
        folding.add(event)
        if random.random() < 0.1:
            same(folding.case, case, protocol)
    same(folding.case, case, protocol)


def any_event(protocol: Protocol, random: Random, case: Case) -> ev.Event:
    key = random.choice(list(protocol.questions))
    said = random_answer(protocol.questions[key], random)
    on = (case.as_of - timedelta(days=random.choice((0, 0, 0, 2, 60)))).strftime("%Y-%m-%dT%H:%M")
    later = (case.as_of + timedelta(hours=random.choice((0, 1, 13)))).strftime("%Y-%m-%dT%H:%M")
    flags = random.sample(list(protocol.red_flags), random.randint(0, len(protocol.red_flags)))
    given_ = ev.AnswerGiven(key, said.value, said.status, "patient", "key", on, said.reason)
    choices: list[ev.Event] = [given_] * 8 + [ev.QuestionShown(key, ""), ev.AlarmAcknowledged(flags)] * 2
    choices += [
        ev.AlarmRaised(flags),
        ev.InterviewWidened(flags),
        ev.AnswerWithdrawn(key, "mis_keyed"),
        ev.QuestionPostponed(key),
        ev.NoteAdded("something", key),
        ev.ActorChanged(random.choice(("one", "other")), "nurse", "typed"),
        ev.RecapRead(""),
        ev.SafetyReadBack(""),
        ev.CaseResumed(later),
        ev.PlanIssued("f" * 64),
        ev.ClockJumped(1, 1),
    ]
    if said.value is not None:
        standing = random.choice(("stands", "to_confirm"))
        choices += [ev.AnswerCarried(key, said.value, None, "patient", "record", on, "EARLIER", standing)] * 2
    if random.random() < 0.02:
        return random.choice((ev.CaseSuspended(), ev.CaseAbandoned("gone"), ev.AnswerWithdrawn("nobody", "mis_keyed")))
    return random.choice(choices)


def test_an_interview_must_begin_with_its_opening() -> None:
    with pytest.raises(ValueError, match="begins with"):
        _ = Refolding(SMALL).case
    with pytest.raises(ValueError, match="begins with"):
        Refolding(SMALL).add(ev.QuestionShown("", ""))


@pytest.mark.parametrize("day", ["1900-01-01", "2024-02-29", "2031-12-31"])
def test_a_case_without_answers_means_the_same_at_every_moment(day: str) -> None:
    protocol, moment = shipped_protocol(), datetime.fromisoformat(day)
    assert unanswered(protocol, moment) == assess(protocol, {}, moment)


@given(seeds)
@settings(max_examples=40)
def test_a_made_up_case_without_answers_means_the_same_at_every_moment(seed: int) -> None:
    random = Random(seed)
    protocol = drawn_protocol(random)
    moment = datetime(random.randint(1900, 2100), 2, 28, 13, 7)
    assert unanswered(protocol, moment) == assess(protocol, {}, moment)
