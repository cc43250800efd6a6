"""A plan spelled from remembered pieces says exactly what it says spelled as a whole."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core import plan_spelling
from chatbot.core.canonical import canonical_json
from chatbot.core.case import Case, Decision, InformedRefusal
from chatbot.core.plan import as_pinned, build_plan, digest_of_plan, plan_digest
from chatbot.core.plan_spelling import spelled_plan
from chatbot.core.protocol import Protocol
from chatbot.core.review import Review
from tests.dialogue.vignettes import NAMES, case_of
from tests.machine.test_sequences import Walk
from tests.random_answers import random_interview
from tests.shipped import shipped_protocol

seeds = st.integers(0, 2**32)
PROTOCOL = shipped_protocol()


def same(protocol: Protocol, case: Case) -> None:
    """Hold the remembered spelling against the whole one, and the digests with it."""
    plan = build_plan(protocol, case)
    assert spelled_plan(as_pinned(protocol, case), plan) == canonical_json(plan)
    assert digest_of_plan(protocol, case) == plan_digest(plan)


def variants(case: Case, random: Random) -> list[Case]:
    """Return the case with local facts, reviews, decisions and refusals, as none of them changes an answer."""
    rules = random.sample(list(PROTOCOL.rules), 6)
    refusal = InformedRefusal({each.id: "yes" for each in PROTOCOL.refusal}, 'said "no", \\ "because":[]', case.as_of)
    return [
        case,
        replace(case, site={key: f'"{key}" \\ é \u2028' for key in PROTOCOL.site}),
        replace(case, review=Review("approved", ((f"rule:{rules[0]}", "draft"),))),
        replace(case, decisions={rule: Decision("decline", "declined_by_person", "no") for rule in rules}),
        replace(case, refusals=dict.fromkeys(rules, refusal)),
        replace(case, postponed=frozenset(random.sample(list(PROTOCOL.questions), 20))),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_vignette_is_spelled_the_same(name: str) -> None:
    case, place = case_of(PROTOCOL, name), NAMES.index(name)
    same(PROTOCOL, case)
    if place % 3 == 0:
        same(PROTOCOL, variants(case, Random(name))[1 + place // 3 % 5])


@given(seeds)
@settings(max_examples=5, deadline=None)
def test_answers_by_chance_are_spelled_the_same(seed: int) -> None:
    random = Random(seed)
    whole = random_interview(PROTOCOL, case_of(PROTOCOL, NAMES[0]).as_of, random)
    same(PROTOCOL, random.choice(variants(whole, random)))


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_made_up_protocols_are_spelled_the_same(seed: int) -> None:
    walk = Walk(Random(seed))
    for _ in range(30):
        walk.carry_on(1)
        walk.come_back()
    same(walk.protocol, walk.case)


def test_what_is_remembered_is_bounded_and_nothing_hangs_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_spelling, "MOST", 50)
    same(PROTOCOL, case_of(PROTOCOL, NAMES[1]))
    same(PROTOCOL, case_of(PROTOCOL, NAMES[2]))


HOSTILE = ('"because":[]', '","because":[],"', '\\"because\\":[]', '"references":[],"why_not":null', "\ud800", "\u2028")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_taken_for_a_gap(text: str) -> None:
    plan: dict[str, Any] = build_plan(PROTOCOL, case_of(PROTOCOL, NAMES[0]))
    for line in plan["recommendations"]:
        line.update(title={"clinician": text, "patient": text}, why_not=text, pending_on=[text])
        line["because"] = [{"question": "one", "answer": text, "source": text, "wording": text}]
    for flag in plan["red_flags"]:
        flag["title"] = {"clinician": text, "patient": text}
    # Another protocol than any that was spelled before, as its texts are others.
    assert spelled_plan(replace(PROTOCOL), plan | {"references": []}) == canonical_json(plan | {"references": []})


def test_a_changed_answer_gives_another_digest() -> None:
    digests = {digest_of_plan(PROTOCOL, case_of(PROTOCOL, name)) for name in NAMES[:6]}
    assert len(digests) == len(NAMES[:6])
