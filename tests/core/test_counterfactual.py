"""The search for what would change a plan: complete against trying everything, true, smallest, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.content.answers_file import open_case, read_answers
from chatbot.core.counterfactual import WhatIf, no_pairs, shown, what_if
from chatbot.core.protocol import Protocol
from chatbot.core.reach import URGENCY, reach
from tests.core.small import (
    TINY,
    answered,
    brute_pairs,
    brute_singles,
    can_be_given,
    case_of,
    protocol_of,
    sent,
    targets,
)
from tests.small_protocols import SMALL

seeds = st.integers(0, 2**32)
later = st.booleans()


def to_the_end() -> bool:
    return True


def for_a_while(rounds: int) -> Callable[[], bool]:
    """Return a ``keep_going`` that allows a number of rounds, so that nothing depends on a clock."""
    left = iter(range(rounds))
    return lambda: next(left, None) is not None


def singles_of(found: WhatIf) -> set[tuple[str, str, str]]:
    return {
        (each.changes[0].question, target, each.after)
        for target, counterfactuals in found.found.items()
        for each in counterfactuals
        if len(each.changes) == 1
    }


def all_targets(protocol: Protocol) -> list[str]:
    return [URGENCY, *protocol.rules]


@given(seeds, seeds, later)
@settings(max_examples=15)
def test_single_changes_are_those_that_trying_everything_finds(a: int, b: int, at_a_second_sitting: bool) -> None:
    protocol = protocol_of(a)
    case = case_of(protocol, b, later=at_a_second_sitting)
    assert singles_of(what_if(protocol, case)) == brute_singles(protocol, case)[0]


@given(seeds, seeds)
@settings(max_examples=10)
def test_pairs_are_those_that_trying_everything_finds(a: int, b: int) -> None:
    protocol = protocol_of(a)
    case = case_of(protocol, b)
    found = what_if(protocol, case, to_the_end, targets=all_targets(protocol))
    assert all(each.complete for each in found.searched.values())
    pairs = {
        (frozenset(change.question for change in each.changes), target, each.after)
        for target, counterfactuals in found.found.items()
        for each in counterfactuals
        if len(each.changes) == 2
    }
    assert pairs == brute_pairs(protocol, case)


@given(seeds, seeds)
@settings(max_examples=15)
def test_what_is_found_is_true_when_it_is_given_and_no_part_of_it_is_enough(a: int, b: int) -> None:
    protocol = protocol_of(a)
    case = case_of(protocol, b)
    before = targets(protocol, case)
    found = what_if(protocol, case, for_a_while(60), targets=all_targets(protocol))
    for target, counterfactuals in found.found.items():
        for each in counterfactuals:
            assert each.before == before[target] != each.after
            after = case
            for change in each.changes:
                after = sent(protocol, after, change.command(because="new_information"))
            assert targets(protocol, after)[target] == each.after
            if len(each.changes) > 1:
                for change in each.changes:
                    if can_be_given(protocol, case, change.question):
                        alone = answered(protocol, case, {change.question: change.answer})
                        assert targets(protocol, alone)[target] == before[target]


@given(seeds, seeds)
@settings(max_examples=15)
def test_one_target_alone_is_answered_as_within_all(a: int, b: int) -> None:
    protocol = protocol_of(a)
    case = case_of(protocol, b)
    whole = what_if(protocol, case)
    for target in all_targets(protocol):
        alone = what_if(protocol, case, no_pairs, targets=[target])
        assert alone.found[target] == whole.found[target]
        assert alone.searched[target].singles == whole.searched[target].singles


@given(seeds, seeds)
@settings(max_examples=10)
def test_open_questions_are_decisive_or_change_nothing(a: int, b: int) -> None:
    protocol = protocol_of(a)
    case = case_of(protocol, b)
    found = what_if(protocol, case)
    moved = {(key, target) for key, target, _ in brute_singles(protocol, case)[0]}
    for each in found.decisive:
        assert bool(each.levels) <= ((each.question, URGENCY) in moved)
        assert {(each.question, rule) for rule in each.rules} <= moved
    ranks = [(not each.levels, -max((level.rank for level in each.levels), default=0)) for each in found.decisive]
    assert ranks == sorted(ranks)
    named = {each.question for each in found.decisive}
    assert not named & {*found.together, *found.neither} and not set(found.together) & set(found.neither)


def test_the_tiny_protocol_is_searched_completely() -> None:
    path = SMALL / "tiny" / "vignettes" / "calm.yaml"
    file = read_answers(path)
    assert file.as_of is not None
    case, _ = open_case(TINY, file, file.as_of)
    found = what_if(TINY, case)
    assert singles_of(found) == brute_singles(TINY, case)[0]
    assert {each.changes[0].question for each in found.found["tablet"]} == {"pain", "kidney", "grown_up"}
    nearest = found.found["tablet"]
    assert next(each.changes[0].answer.value for each in nearest if each.changes[0].question == "pain") == 3
    assert not found.decisive and found.neither == ()


def test_the_search_stops_when_it_is_told_to_and_says_how_far_it_came() -> None:
    protocol = next(p for p in map(protocol_of, range(200)) if len(reach(p).behind[URGENCY]) == 5)
    case = case_of(protocol, 1)
    asked = 0

    def three_times() -> bool:
        nonlocal asked
        asked += 1
        return asked <= 3

    searched = what_if(protocol, case, three_times, targets=[URGENCY]).searched[URGENCY]
    assert not searched.complete and 0 < searched.tried < searched.pairs
    whole = what_if(protocol, case, to_the_end, targets=[URGENCY]).searched[URGENCY]
    assert whole.complete and whole.tried == whole.pairs == searched.pairs


def test_of_changes_to_the_same_end_one_is_shown_and_the_rest_is_counted() -> None:
    protocol = protocol_of(7)
    for seed in range(40):
        found = what_if(protocol, case_of(protocol, seed))
        for counterfactuals in found.found.values():
            listed, rest = shown(counterfactuals, 2)
            everything, none = shown(counterfactuals, 1_000)
            assert len(listed) <= 2 and none == 0 and len(listed) + rest == len(everything)
            assert list(listed) == [each for each in counterfactuals if each in listed]


@pytest.mark.parametrize("seed", range(20))
def test_the_order_is_the_same_every_time(seed: int) -> None:
    protocol = protocol_of(seed)
    case = case_of(protocol, seed)
    assert what_if(protocol, case, to_the_end) == what_if(protocol, case, to_the_end)
