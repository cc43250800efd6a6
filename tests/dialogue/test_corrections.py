"""Corrections on random interviews, with the shipped content and a tiny one: no answer is lost, no preview is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from shutil import copytree
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.content.bundle import protocol_of
from chatbot.content.package import read_package
from chatbot.core import commands as cmd
from chatbot.core.canonical import canonical_json
from chatbot.core.case import Case, evolve, fold, for_team, is_open
from chatbot.core.events import EVENT_VERSION, AnswerGiven, CaseOpened, Event, from_data, to_data
from chatbot.core.navigation import decide
from chatbot.core.plan import build_plan
from chatbot.core.preview import Change, Consequences, consequences
from chatbot.core.protocol import Protocol
from chatbot.core.summary import is_incomplete
from chatbot.core.values import Status, moment_text, to_stored
from tests.dialogue.vignettes import REPRESENTATIVE, answers_of, opened
from tests.random_answers import random_answer as answer
from tests.shipped import shipped_protocol, small_protocol
from tests.signing import signing
from tests.small_protocols import SMALL

REASON = "new_information"


@lru_cache
def protocol_called(name: str) -> Protocol:
    return small_protocol() if name == "tiny" else shipped_protocol()


seeds = st.integers(0, 2**32)
names = st.sampled_from(["tiny", "shipped"])


def header(protocol: Protocol) -> CaseOpened:
    if protocol.id == "tiny":
        return CaseOpened("walk", "test", "2026-03-15T10:30", "walk", "", protocol.identity)
    return opened(protocol, "routine_complete")


class Walk:
    """A case with everything that happened to it."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.happened: list[Event] = [header(protocol)]
        self.case: Case = fold(protocol, self.happened)

    def send(self, command: cmd.Command) -> tuple[Event, ...]:
        decided = decide(self.protocol, self.case, command)
        assert isinstance(decided, tuple), (command, decided)
        for event in decided:
            self.case = evolve(self.protocol, self.case, event)
        self.happened += decided
        return decided

    def calm(self) -> None:
        """Acknowledge what waits."""
        if self.case.alarms:
            self.send(cmd.Acknowledge())
        if for_team(self.protocol, self.case) is not None:
            self.send(cmd.AskEverything())

    def go(self, random: Random, steps: int) -> None:
        """Answer the next questions, as a vignette does as often as by chance."""
        usual = answers_of(self.protocol, random.choice(REPRESENTATIVE)) if self.protocol.id != "tiny" else {}
        plain = random.random()
        for _ in range(steps):
            self.calm()
            key = self.case.next
            if key is None:
                break
            known = usual.get(key)
            given = (
                known if known is not None and random.random() < plain else answer(self.protocol.questions[key], random)
            )
            self.send(replace(given, via="key"))
        self.calm()

    def correctable(self) -> list[str]:
        return [key for key in sorted(self.case.answers) if self.case.assessment.applies[key] is not False]

    def plan(self) -> dict[str, Any]:
        return build_plan(self.protocol, self.case)


def walked(protocol: Protocol, random: Random) -> Walk:
    walk = Walk(protocol)
    walk.go(random, random.randint(1, 120))
    return walk


def again(case: Case, key: str) -> cmd.GiveAnswer:
    """Return the command that gives the answer that stands once more."""
    stands = case.answers[key]
    return cmd.GiveAnswer(
        key,
        value=None if stands.value is None else to_stored(stands.value),
        status=None if stands.status is None else stands.status.value,
        source=stands.source.value,
        via=stands.via,
        reason=stands.reason,
        note=stands.note,
        on=moment_text(stands.given),
        because=REASON,
        confirmed=True,
    )


def any_change(walk: Walk, random: Random) -> Change:
    """Return some command that changes answers, with a reason."""
    key = random.choice(walk.correctable())
    return random.choice(
        [
            replace(answer(walk.protocol.questions[key], random), because=REASON),
            cmd.Withdraw(key, REASON),
            cmd.DeclineSection(random.choice(list(walk.protocol.sections))),
        ]
    )


# --- a preview is what happens --------------------------------------------------------------------


def second_opinion(before: Walk, plan: dict[str, Any], after: Walk) -> dict[str, Any]:
    """Say what changed, read off both plans."""
    now = after.plan()
    touched = {key for key in before.protocol.questions if before.case.answers.get(key) != after.case.answers.get(key)}

    def by_id(made: dict[str, Any], part: str, member: str) -> dict[str, str]:
        return {each["id"]: each[member] for each in made[part]}

    def waiting(made: dict[str, Any]) -> set[str]:
        return {each["question"] for each in made["unresolved"] if each["status"] in {"not_asked", "postponed"}}

    def counting(walk: Walk, made: dict[str, Any]) -> set[str]:
        return set(walk.case.answers) - set(made["ignored"]) - walk.case.assessment.expired

    statuses = [by_id(made, "recommendations", "status") for made in (plan, now)]
    states = [by_id(made, "red_flags", "state") for made in (plan, now)]
    return {
        "reopens": waiting(now) - waiting(plan) - touched,
        "leaves": counting(before, plan) - counting(after, now) - touched,
        "returns": counting(after, now) - counting(before, plan) - touched,
        "rules": {(rule, was, statuses[1][rule]) for rule, was in statuses[0].items() if was != statuses[1][rule]},
        "flags": {(flag, was, states[1][flag]) for flag, was in states[0].items() if was != states[1][flag]},
        "urgency": (before.case.urgency, after.case.urgency),
        "plan_urgency": (plan["urgency"], now["urgency"]),
        "scope": (plan["scope"], now["scope"]),
        "alarms": set(after.case.alarms) - set(before.case.alarms),
    }


def said(found: Consequences) -> dict[str, Any]:
    return {
        "reopens": set(found.reopens),
        "leaves": set(found.leaves),
        "returns": set(found.returns),
        "rules": {(each.rule, each.before, each.after) for each in found.rules},
        "flags": {(each.flag, each.before.value, each.after.value) for each in found.flags},
        "urgency": found.urgency,
        "plan_urgency": tuple(level.value for level in found.plan_urgency),
        "scope": tuple(state.value for state in found.scope),
        "alarms": set(found.alarms),
    }


@given(names, seeds)
@settings(max_examples=80)
def test_making_a_change_gives_exactly_what_its_preview_said(name: str, seed: int) -> None:
    protocol = protocol_called(name)
    random = Random(seed)
    walk = walked(protocol, random)
    before, plan = Walk(protocol), walk.plan()
    before.case = walk.case
    command = any_change(walk, random)
    found = consequences(protocol, walk.case, command)
    if isinstance(found, cmd.Refusal):
        assert found == decide(protocol, walk.case, command)
        return
    walk.send(command)
    expected = second_opinion(before, plan, walk)
    assert said(found) == expected
    pairs = ("urgency", "plan_urgency", "scope")
    changed = any(expected[name][0] != expected[name][1] for name in pairs)
    assert found.empty is not (changed or any(value for name, value in expected.items() if name not in pairs))


@given(names, seeds)
@settings(max_examples=40)
def test_a_preview_asks_for_a_reason_exactly_when_the_change_does(name: str, seed: int) -> None:
    protocol = protocol_called(name)
    random = Random(seed)
    walk = walked(protocol, random)
    command = any_change(walk, random)
    if isinstance(command, cmd.DeclineSection):
        return
    bare = replace(command, because=None)
    found, decided = consequences(protocol, walk.case, bare), decide(protocol, walk.case, bare)
    if isinstance(found, cmd.Refusal):
        assert found == decided
    else:
        needed = isinstance(decided, cmd.Refusal) and decided.code == "needs_reason"
        assert (found.needs_reason is not None) is needed
        assert replace(found, needs_reason=None) == consequences(protocol, walk.case, command)


@given(names, seeds)
@settings(max_examples=20)
def test_saying_the_same_again_has_no_consequences(name: str, seed: int) -> None:
    protocol = protocol_called(name)
    walk = walked(protocol, Random(seed))
    for key in walk.correctable()[:20]:
        if not is_open(protocol, walk.case, key):
            found = consequences(protocol, walk.case, again(walk.case, key))
            assert isinstance(found, Consequences) and found.empty and not found.shown_first


# --- nothing is lost ------------------------------------------------------------------------------


@given(names, seeds)
@settings(max_examples=60)
def test_correcting_an_answer_and_correcting_it_back_restores_the_plan_byte_for_byte(name: str, seed: int) -> None:
    protocol = protocol_called(name)
    random = Random(seed)
    walk = walked(protocol, random)
    key = random.choice(walk.correctable())
    original, before = walk.case, canonical_json(walk.plan())
    other = replace(answer(protocol.questions[key], random), because=REASON, via=walk.case.answers[key].via)
    away = walk.send(random.choice([other, cmd.Withdraw(key, REASON)]))
    if not any(event.type.startswith("answer.") for event in away):  # by chance the same answer
        return
    walk.calm()
    walk.send(again(original, key))
    walk.calm()
    assert walk.case.answers == original.answers
    assert canonical_json(walk.plan()) == before
    assert walk.case.urgency is original.urgency and walk.case.next == original.next
    # The log keeps all three states: what was said, what it was changed to, and what it was changed back to.
    answers = [each for each in walk.happened if each.type.startswith("answer.")]
    assert [each.question for each in answers].count(key) == 3  # type: ignore[union-attr]
    stored = [from_data(event.type, EVENT_VERSION, to_data(event)) for event in walk.happened]
    assert fold(protocol, stored) == walk.case


def test_a_first_answer_turned_to_no_and_back_returns_every_later_answer() -> None:
    protocol = protocol_called("shipped")
    walk = Walk(protocol)
    usual = answers_of(protocol, "article_patient")
    while walk.case.next is not None:
        walk.calm()
        walk.send(usual.get(walk.case.next) or cmd.GiveAnswer(walk.case.next, status="unknown"))
    walk.calm()
    before, original = canonical_json(walk.plan()), walk.case
    found = consequences(protocol, walk.case, cmd.GiveAnswer("had_spine_operation", value="no"))
    assert isinstance(found, Consequences)
    assert found.shown_first and found.needs_reason and len(found.leaves) >= 5 and len(found.withdrawn) >= 20
    walk.send(cmd.GiveAnswer("had_spine_operation", value="no", because="misunderstood"))
    assert set(found.leaves) <= set(walk.plan()["ignored"])
    walk.calm()
    walk.send(replace(again(original, "had_spine_operation"), because="mis_keyed"))
    assert canonical_json(walk.plan()) == before


def test_an_answer_that_left_and_aged_meanwhile_is_asked_again_when_it_returns() -> None:
    protocol = protocol_called("shipped")
    walk = Walk(protocol)
    usual = answers_of(protocol, "routine_complete")
    while "wound" not in walk.case.answers:
        assert walk.case.next is not None
        walk.send(usual[walk.case.next])
    walk.send(cmd.GiveAnswer("fever", value="last_two_weeks"))
    walk.send(cmd.GiveAnswer("sepsis_signs", value="no"))
    left = consequences(protocol, walk.case, cmd.GiveAnswer("fever", value="no"))
    assert isinstance(left, Consequences) and left.leaves == ("sepsis_signs",)
    walk.send(cmd.GiveAnswer("fever", value="no", because=REASON))
    walk.send(cmd.Suspend())
    walk.send(cmd.Resume(moment_text(walk.case.as_of + timedelta(days=5))))
    for key in ("fever", "wound"):
        walk.send(cmd.ConfirmStill(key))
    command = cmd.GiveAnswer("fever", value="last_two_weeks")
    found = consequences(protocol, walk.case, command)
    assert isinstance(found, Consequences)
    assert "sepsis_signs" in found.reopens and "sepsis_signs" not in found.returns and found.correction
    walk.send(command)
    assert is_open(protocol, walk.case, "sepsis_signs") and "sepsis_signs" in walk.case.answers


# --- a finished case ------------------------------------------------------------------------------


def finished(protocol: Protocol, random: Random, how: str) -> Walk:
    """Return a case that was finished once."""
    walk = Walk(protocol)
    if how == "a plan was issued early":
        walk.go(random, random.randint(3, 30))
        walk.send(cmd.IssuePlan())
    else:
        walk.go(random, 10 * len(protocol.questions))
        assert walk.case.next is None
    if how == "suspended and resumed":
        walk.send(cmd.Suspend())
        walk.send(cmd.Resume(moment_text(walk.case.as_of)))
    if how == "taken back with a reason":
        walk.send(cmd.Withdraw(random.choice(walk.correctable()), REASON))
        walk.calm()
    return walk


HOWS = ("nothing was left to ask", "a plan was issued early", "suspended and resumed", "taken back with a reason")


@pytest.mark.parametrize("how", HOWS)
@given(name=names, seed=seeds)
@settings(max_examples=8)
def test_what_stands_in_a_finished_case_is_not_changed_without_a_reason(how: str, name: str, seed: int) -> None:
    protocol = protocol_called(name)
    random = Random(seed)
    walk = finished(protocol, random, how)
    assert walk.case.reviewed
    for key in random.sample(walk.correctable(), min(12, len(walk.correctable()))):
        stands = walk.case.answers[key]
        # A changed note is a change too; so is a status that replaces a status.
        other = replace(again(walk.case, key), because=None, note="" if stands.note else "seen again")
        lost = cmd.GiveAnswer(key, status="declined" if stands.status is Status.UNKNOWN else "unknown")
        for command in (other, lost, cmd.Withdraw(key)):
            refused = decide(protocol, walk.case, command)
            assert isinstance(refused, cmd.Refusal) and refused.code == "needs_reason", (key, command)
            assert isinstance(decide(protocol, walk.case, replace(command, because=REASON)), tuple)
            nonsense = decide(protocol, walk.case, replace(command, because="because"))
            assert isinstance(nonsense, cmd.Refusal)


@given(names, seeds)
@settings(max_examples=15)
def test_an_open_question_of_a_finished_case_is_answered_without_a_reason(name: str, seed: int) -> None:
    protocol = protocol_called(name)
    random = Random(seed)
    walk = finished(protocol, random, "taken back with a reason")
    key = next((key for key in protocol.questions if is_open(protocol, walk.case, key)), None)
    if key is not None:
        walk.send(answer(protocol.questions[key], random))
        assert walk.case.reviewed


def test_a_case_that_amends_a_signed_one_is_finished_from_the_start() -> None:
    protocol = protocol_called("tiny")
    opening = replace(header(protocol), amends="OLD")
    case = fold(protocol, [opening, AnswerGiven("grown_up", "yes", None, "patient", "key", "2026-03-15T10:30")])
    refused = decide(protocol, case, cmd.GiveAnswer("grown_up", value="no"))
    assert isinstance(refused, cmd.Refusal) and refused.code == "needs_reason"


def test_before_the_review_an_unknown_becomes_a_value_without_a_reason() -> None:
    protocol = protocol_called("tiny")
    walk = Walk(protocol)
    walk.send(cmd.GiveAnswer("grown_up", status="unknown"))
    walk.send(cmd.GiveAnswer("grown_up", value="yes"))
    assert not walk.case.reviewed


# --- declining a section --------------------------------------------------------------------------


@given(names, seeds)
@settings(max_examples=60)
def test_declining_a_section_leaves_none_of_it_open_and_never_lowers_the_urgency(name: str, seed: int) -> None:
    protocol = protocol_called(name)
    random = Random(seed)
    walk = walked(protocol, random)
    section = random.choice(list(protocol.sections))
    keys = protocol.sections[section].questions
    before, plan, answered = walk.case, walk.plan(), set(walk.case.answers)
    waiting = [key for key in keys if is_open(protocol, walk.case, key)]
    decided = decide(protocol, walk.case, cmd.DeclineSection(section))
    if not waiting:
        assert isinstance(decided, cmd.Refusal) and decided.code == "nothing_open"
        return
    events = walk.send(cmd.DeclineSection(section))
    given_ = [event for event in events if isinstance(event, AnswerGiven)]
    assert all(event.status == "declined" and event.via == "block" and event.question in keys for event in given_)
    assert {event.question for event in given_}.isdisjoint(answered - before.assessment.expired)
    assert [event.type for event in events[len(given_) :]] in (["question.shown"], ["alarm.raised"])
    assert not any(is_open(protocol, walk.case, key) for key in keys)
    assert walk.case.urgency.rank >= before.urgency.rank
    level = {name: rank for rank, name in enumerate(["routine", "urgent", "same_day", "emergency"])}
    assert level[walk.plan()["urgency"]] >= level[plan["urgency"]]
    walk.calm()
    walk.send(cmd.GiveAnswer(given_[0].question, status="unknown", because=REASON))


def test_a_flag_whose_section_was_declined_cannot_be_excluded() -> None:
    protocol = protocol_called("tiny")
    walk = Walk(protocol)
    walk.send(cmd.GiveAnswer("grown_up", value="yes"))
    walk.send(cmd.DeclineSection("alarm"))
    flags = {each["id"]: each["state"] for each in walk.plan()["red_flags"]}
    assert flags["burning"] == "cannot_exclude" and not walk.plan()["safety_resolved"]
    assert walk.case.urgency.value == "same_day"


def test_an_unknown_section_is_refused_with_the_nearest_name() -> None:
    protocol = protocol_called("tiny")
    refused = decide(protocol, Walk(protocol).case, cmd.DeclineSection("alarms"))
    assert isinstance(refused, cmd.Refusal) and "alarm" in refused.hint


# --- stopping here --------------------------------------------------------------------------------


@given(names, seeds)
@settings(max_examples=40)
def test_a_plan_can_be_issued_anywhere_and_is_signed_only_when_it_is_complete(name: str, seed: int) -> None:
    protocol = protocol_called(name)
    random = Random(seed)
    walk = walked(protocol, random)
    walk.send(cmd.IssuePlan())
    plan = walk.plan()
    assert plan["safety_resolved"] or plan["urgency"] != "routine"
    signed = decide(protocol, walk.case, signing(protocol, walk.case))
    if is_incomplete(plan):
        assert isinstance(signed, cmd.Refusal) and signed.code == "incomplete"
        if walk.case.next is not None:
            assert "an incomplete plan cannot be signed" in signed.message
            walk.send(answer(protocol.questions[walk.case.next], random))
    else:
        assert isinstance(signed, tuple) or signed.code == "read_back_waiting"


TRIES: dict[str, Callable[[Walk], cmd.Command]] = {
    "later": lambda walk: cmd.Postpone(str(walk.case.next)),
    "nothing": lambda walk: cmd.Forward(),
}


@pytest.mark.parametrize("name", TRIES)
def test_a_plan_with_a_question_left_for_later_is_incomplete(name: str) -> None:
    protocol = protocol_called("tiny")
    walk = Walk(protocol)
    assert is_incomplete(walk.plan())
    walk.send(TRIES[name](walk))
    walk.go(Random(4), 200)
    assert is_incomplete(walk.plan()) is (name == "later")


def test_declining_a_section_is_refused_where_content_would_make_it_lower_the_urgency(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    copytree(SMALL / "tiny", folder)
    alarm = folder / "sections" / "alarm.yaml"
    # A question that is asked only while another one has not been: declining the first takes the second away.
    text = alarm.read_text("utf-8").replace("    when: smoke in {thin, thick}\n    quick:", "    quick:")
    alarm.write_text(text.replace("    when: smoke in {thin, thick}", "    when: smoke is not_asked"), "utf-8")
    flags = folder / "red_flags.yaml"
    flags.write_text(flags.read_text("utf-8").replace("    when: fire\n", "    when: alone is yes\n"), "utf-8")
    # Checks refuse such content today (P431); what was saved before them is built without them.
    protocol = protocol_of(read_package(folder, str(folder), vignettes=False))
    case = fold(protocol, [replace(header(protocol), protocol=protocol.identity)])
    refused = decide(protocol, case, cmd.DeclineSection("alarm"))
    assert isinstance(refused, cmd.Refusal) and refused.code == "lowers_urgency"
