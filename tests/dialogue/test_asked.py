"""Follow-up questions with the shipped topics: what is understood, what is offered, and that nothing is guessed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.phrasings import a_station, phrasings, trainee_phrasings
from chatbot.core.asking import LEAST_COVERED, MOST_NEAR, misspelt, recognise, slips, telling, words
from chatbot.core.case import Case
from chatbot.core.counterfactual import KeepGoing, WhatIf, no_pairs, what_if
from chatbot.core.protocol import CATEGORIES, Protocol
from chatbot.core.reply import answer
from chatbot.core.topics import AskKind, rules_of
from chatbot.export import reply
from chatbot.export.reply import FollowUp
from chatbot.export.text import blocks_text
from tests.dialogue.vignettes import REPRESENTATIVE, case_of, plan_of
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "asked.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["ask"])
def test_a_question_is_understood(case: dict[str, Any]) -> None:
    asked = recognise(PROTOCOL, case["ask"])
    assert (asked.topic, asked.kind.value) == (case["topic"], case["kind"])


def test_questions_written_before_the_matcher_was_tuned_find_their_topic() -> None:
    found = phrasings(PROTOCOL)
    assert found.count >= 80 and found.first >= 0.75 and found.among_three >= 0.9, found.told


def test_what_trainees_type_finds_its_question() -> None:
    station = a_station(PROTOCOL)
    found = trainee_phrasings(PROTOCOL, station)
    assert found.count >= 300 and found.first >= 0.8 and found.among_three >= 0.9, found.told


@pytest.mark.parametrize("topic", PROTOCOL.topics)
def test_every_phrasing_of_a_topic_leads_to_it(topic: str) -> None:
    for phrase in PROTOCOL.topics[topic].phrasings:
        assert recognise(PROTOCOL, phrase).topic == topic, phrase
        assert recognise(PROTOCOL, phrase.upper() + "?").topic == topic, phrase


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("opiod", "opioids"),
        ("why no opiod?", "opioids"),
        ("gabapentine", "gabapentinoids"),
        ("cauda equnia", "cauda_equina"),
        ("physiotherpy", "exercise"),
        ("duloxetin", "antidepressants"),
        ("nalaxone", "overdose"),
        ("injction", "injections"),
        ("opioid or mri", "imaging"),
    ],
)
def test_a_misspelt_word_or_a_tie_is_offered_and_not_answered(typed: str, meant: str) -> None:
    asked = recognise(PROTOCOL, typed)
    assert asked.topic is None and meant in asked.near and len(asked.near) <= MOST_NEAR


@pytest.mark.parametrize(
    "typed", ["", "?", "why", "zzz qqq", "the weather in Paris", "🙂🙂", "a" * 5_000, "\x00\u202e"]
)
def test_what_is_near_to_nothing_is_not_answered(typed: str) -> None:
    assert recognise(PROTOCOL, typed).topic is None


VOCABULARY = [
    *sorted({word for topic in PROTOCOL.topics.values() for phrase in topic.phrasings for word in phrase.split()}),
    *"banana yesterday weather purple seven ¿qué naïve why not of the".split(),
]


@given(st.integers(0, 2**32))
@settings(max_examples=120)
def test_word_soup_is_never_answered_by_a_weak_match(seed: int) -> None:
    random = Random(seed)
    soup = " ".join(random.choices(VOCABULARY, k=random.randint(1, 12)))
    asked = recognise(PROTOCOL, soup)
    assert asked == recognise(PROTOCOL, soup) and PROTOCOL.asks is not None
    if asked.topic is None:
        return
    said = telling(PROTOCOL.asks, words(PROTOCOL.asks, soup))
    phrases = [telling(PROTOCOL.asks, words(PROTOCOL.asks, each)) for each in PROTOCOL.topics[asked.topic].phrasings]
    whole = [phrase for phrase in phrases if set(phrase) <= {*said, *words(PROTOCOL.asks, soup)}]
    spoken = sum(len(words(PROTOCOL.asks, phrase)) for kind in PROTOCOL.asks.kinds.values() for phrase in kind[:1])
    assert whole and max(map(len, whole)) >= LEAST_COVERED * (len(said) - spoken)


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_it(text: str) -> None:
    asked = recognise(PROTOCOL, text)
    assert asked.topic is None or asked.topic in PROTOCOL.topics


@pytest.mark.parametrize(
    ("one", "other", "count"), [("opioid", "opiod", 1), ("scan", "sacn", 1), ("a", "a", 0), ("", "abc", 3)]
)
def test_slips_are_counted(one: str, other: str, count: int) -> None:
    assert slips(one, other) == slips(other, one) == count


def test_short_words_are_never_taken_for_misspelt_ones() -> None:
    assert not misspelt("mri", "mra") and not misspelt("ct", "cs") and misspelt("opiod", "opioid")


def test_every_category_and_every_conflict_can_be_asked_about() -> None:
    reached = {rule for topic in PROTOCOL.topics.values() for rule in rules_of(PROTOCOL, topic)}
    assert reached == set(PROTOCOL.rules)
    assert {PROTOCOL.rules[rule].category for rule in reached} == set(CATEGORIES)
    assert {name for topic in PROTOCOL.topics.values() for name in topic.conflicts} == set(PROTOCOL.conflicts)


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPRESENTATIVE)
def test_an_answer_says_of_each_rule_what_the_plan_says(name: str) -> None:
    planned = {each["id"]: each for each in plan_of(PROTOCOL, name)["recommendations"]}
    for topic in list(PROTOCOL.topics.values())[::15]:
        data = answer(PROTOCOL, case_of(PROTOCOL, name), topic, AskKind.WHY)
        assert {each["id"] for each in data["rules"]} == set(rules_of(PROTOCOL, topic))
        for each in data["rules"]:
            for member in ("status", "because", "why_not", "pending_on", "strength", "certainty", "verification"):
                assert each[member] == planned[each["id"]][member]
        numbers = [each["n"] for each in data["references"]]
        assert numbers == list(range(1, len(numbers) + 1))


@lru_cache
def searched(name: str, targets: tuple[str, ...]) -> WhatIf:
    """Return what would change a plan, without pairs: the same whatever is asked, and to whomever."""
    return what_if(PROTOCOL, case_of(PROTOCOL, name), no_pairs, targets=list(targets))


@pytest.mark.parametrize("kind", AskKind)
@pytest.mark.parametrize("register", ["clinician", "patient"])
def test_every_kind_of_answer_cites_numbered_references_and_suggests_more(
    kind: AskKind, register: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(protocol: Protocol, case: Case, keep_going: KeepGoing, *, targets: list[str]) -> WhatIf:
        assert protocol is PROTOCOL and case is case_of(PROTOCOL, "article_patient") and keep_going is no_pairs
        return searched("article_patient", tuple(targets))

    monkeypatch.setattr(reply, "what_if", once)
    ours = FollowUp(PROTOCOL, case_of(PROTOCOL, "article_patient"), register)
    for topic in ("opioids", "cauda_equina", "urgency", "causes"):
        text = " ".join(blocks_text(ours.answer(topic, kind).blocks).split())
        assert "pending clinical review" in text and "You may also ask about" in text
        assert topic != "opioids" or "[1]" in text


def test_why_and_why_not_tell_the_same_truth() -> None:
    ours = FollowUp(PROTOCOL, case_of(PROTOCOL, "routine_complete"), "clinician")
    why, why_not = (ours.answer("opioids", kind).data for kind in (AskKind.WHY, AskKind.WHY_NOT))
    assert why["rules"] == why_not["rules"]


def test_an_emergency_stands_above_every_answer() -> None:
    ours = FollowUp(PROTOCOL, case_of(PROTOCOL, "cauda_equina"), "clinician")
    text = blocks_text(ours.answer("work", AskKind.WHAT).blocks)
    assert text.index("Emergency") < text.index("Early plan for work")
    assert "cauda equina" in text.lower().split("early plan for work")[0]


def test_a_reader_who_may_not_know_private_answers_gets_none() -> None:
    private = {key for key, question in PROTOCOL.questions.items() if question.private}
    named = {PROTOCOL.questions[key].named.clinician for key in private}
    for name in ("overdose_risk", "article_patient"):
        ours = FollowUp(PROTOCOL, case_of(PROTOCOL, name), "clinician", may_tell=lambda key: key not in private)
        for topic in ("overdose", "addiction_treatment", "opioids", "sedatives"):
            data = ours.answer(topic, AskKind.WHAT_IF).data
            assert not [why for each in data["rules"] for why in each["because"] if why["question"] in private]
            changes = [change for each in data["would_change"].values() for change in each["changes"]]
            assert not [each for change in changes for each in change["changes"] if each["question"] in private]
            said = " ".join(each["why_not"] or "" for each in data["rules"])
            assert not [title for title in named if f"{title}: " in said]
