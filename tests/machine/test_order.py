"""Order does not matter: the same answers, in any order a person may give them in, come to the same plan."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core import commands as cmd
from chatbot.core.batch import give_all
from chatbot.core.case import Case, evolve, is_open
from chatbot.core.events import CaseOpened
from chatbot.core.navigation import decide
from chatbot.core.plan import build_plan, plan_digest
from chatbot.core.protocol import Protocol
from tests.dialogue.vignettes import REPRESENTATIVE, answers_of
from tests.machine.protocols import drawn_protocol
from tests.random_answers import random_answer
from tests.shipped import shipped_protocol

SHIPPED = shipped_protocol()


def opened(protocol: Protocol) -> CaseOpened:
    return CaseOpened("2B7K9QXM", "test", "2026-03-15T10:30", "drawn", "", protocol.identity)


def wandered(protocol: Protocol, answers: dict[str, cmd.GiveAnswer], random: Random) -> Case:
    """Give the answers of every question that is open, each time one of them by chance, until none is left."""
    case = evolve(protocol, None, opened(protocol))
    while True:
        may_be_asked = [key for key in answers if is_open(protocol, case, key)]
        if case.alarms:
            command: cmd.Command = cmd.Acknowledge()
        elif may_be_asked:
            command = answers[random.choice(may_be_asked)]
        else:
            return case
        decided = decide(protocol, case, command)
        assert not isinstance(decided, cmd.Refusal), (command, decided)
        for event in decided:
            case = evolve(protocol, case, event)


def given_at_once(protocol: Protocol, case: Case, answers: dict[str, cmd.GiveAnswer]) -> Case:
    """Give what a case holds all at once, as an answers file does."""
    again, _ = give_all(protocol, opened(protocol), [replace(answers[key], via="file") for key in case.answers])
    return again


@given(st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_any_permitted_order_gives_the_same_plan_on_any_small_protocol(random: Random) -> None:
    protocol = drawn_protocol(random)
    answers = {key: random_answer(question, random) for key, question in protocol.questions.items()}
    first, second = wandered(protocol, answers, random), wandered(protocol, answers, random)
    for case in (first, second):
        assert digest(protocol, case) == digest(protocol, given_at_once(protocol, case, answers))
    if first.answers.keys() == second.answers.keys():
        assert digest(protocol, first) == digest(protocol, second)


@given(st.sampled_from(REPRESENTATIVE), st.integers(0, 2**32))
@settings(max_examples=10)
def test_any_permitted_order_gives_a_vignette_the_same_plan(name: str, seed: int) -> None:
    answers = {key: replace(each, on=None) for key, each in answers_of(SHIPPED, name).items()}
    case = wandered(SHIPPED, answers, Random(seed))
    assert digest(SHIPPED, case) == digest(SHIPPED, given_at_once(SHIPPED, case, answers))


def digest(protocol: Protocol, case: Case) -> str:
    return plan_digest(build_plan(protocol, case))
