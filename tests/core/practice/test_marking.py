"""Marks: the perfect script earns all of them, each fault loses what the weights say, and the reason is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core import events as ev
from chatbot.core.practice.commands import (
    Ask,
    Commit,
    End,
    Fetch,
    Make,
    Mark,
    PracticeCommand,
    SayUnclear,
)
from chatbot.core.practice.debrief import KINDS, Placed, to_data
from chatbot.core.practice.expert import Fault, script
from chatbot.core.practice.marking import mark
from chatbot.core.practice.marking_talk import reproaching
from chatbot.core.practice.station import Document, Station, Told
from tests.core.practice.kit import (
    CALM,
    FIRE,
    LETTER,
    MOVES,
    SMOULDER,
    STATION,
    TINY,
    WEIGHT,
    WORST,
    attempted,
    committed,
    done,
    line,
    lost,
    marked,
    opened,
    placed,
    played,
    station_of,
)

PERFECT = tuple(script(TINY, STATION))
FULL = marked().points
PLAIN = station_of(needs={})
HANDED = Document("handover", "Handover", "It smokes a lot.", (Told("smoke", "thick"), Told("pain", 1)))


@pytest.mark.parametrize("answers", [FIRE, SMOULDER, CALM, {**FIRE, "smoke": "thick"}])
def test_a_perfect_script_earns_full_marks(answers: dict[str, object]) -> None:
    station = station_of(answers)
    found = marked(station)
    assert lost(found) == {}
    assert found.points == found.of > 0
    assert [each.points for each in found.domains] == [each.of for each in found.domains]
    assert sum(each.of for each in found.domains) == found.of


def test_full_marks_are_possible_though_the_handover_and_the_record_are_wrong() -> None:
    found = marked(station_of(handover=HANDED))
    assert lost(found) == {}


W = WEIGHT
FAULTS = [
    ("urgency three too low", Fault(urgency="routine"), {"urgency": W["urgency.right"] + W["urgency.low_3"]}),
    ("urgency two too low", Fault(urgency="urgent"), {"urgency": W["urgency.right"] + W["urgency.low_2"]}),
    ("urgency one too low", Fault(urgency="same_day"), {"urgency": W["urgency.right"] + W["urgency.low_1"]}),
    ("contraindicated tablet", Fault(add=("tablet",)), {"harmful:tablet": W["item.harmful"]}),
    ("twenty needless questions", Fault(again=20), {"needless": W["needless.most"]}),
    ("five needless questions", Fault(again=5), {"needless": 3 * W["needless.each"]}),
    ("as many as are free", Fault(again=2), {}),
    ("a word of reproach", Fault(word="You fire-raiser!"), {"stigma:31:1": W["stigma.each"]}),
    ("safety asked last", Fault(safety_last=True), {"late:burning": W["late.each"], "order": W["order.most"]}),
    # Without the start of the smoke nobody knows that it is new; the safety screen never ends, and six of seven
    # questions of comfort cost.
    (
        "missed alarm",
        Fault(skip=("smoke_since",)),
        {"flag:burning": W["flag.emergency"], "order": W["order.most"]},
    ),
]


@pytest.mark.parametrize(("name", "fault", "costs"), FAULTS, ids=[each[0] for each in FAULTS])
def test_one_fault_loses_exactly_what_the_weights_say(name: str, fault: Fault, costs: dict[str, int]) -> None:
    perfect, found = marked(), marked(STATION, fault)
    assert lost(found) == costs
    assert found.of == perfect.of
    assert found.points == max(0, perfect.points - sum(costs.values()))


@pytest.mark.parametrize(
    ("said", "weight"), [("urgent", "urgency.high_1"), ("same_day", "urgency.high_2"), ("emergency", "urgency.high_3")]
)
def test_an_urgency_that_is_too_high_costs_less(said: str, weight: str) -> None:
    found = marked(station_of(CALM), Fault(urgency=said))
    assert lost(found) == {"urgency": W["urgency.right"] + W[weight]}
    assert "too high" in line(found, "urgency").text


def test_without_permission_what_needs_it_is_not_told_and_the_move_brings_nothing() -> None:
    found = marked(STATION, Fault(leave=("may_i",)))
    assert lost(found) == {"move:may_i": 2, "unresolved:kidney": W["unresolved.each"]}
    assert line(found, "unresolved:kidney").why == "It changes the tablet."
    assert "permission" in line(found, "unresolved:kidney").text


def test_permission_counts_only_before_what_it_is_for() -> None:
    asked, rest = Ask("kidney", "Kidneys?"), [each for each in PERFECT if each != Make("may_i", "Ask permission")]
    late = done(PLAIN, [asked, Make("may_i", "Ask permission"), *rest])
    assert line(late, "move:may_i").points == 0
    assert "too late" in line(late, "move:may_i").text
    assert line(late, "move:may_i").at is not None


def test_a_missed_alarm_says_what_was_not_asked_and_why_it_is_asked() -> None:
    missed = line(marked(STATION, Fault(skip=("smoke", "smoke_since"))), "flag:burning")
    assert (missed.points, missed.of, missed.at) == (0, W["flag.emergency"], None)
    assert missed.text == "There, and not recognised: Fire. Not asked: smoke; start of the smoke."
    assert missed.why == "Smoke means fire."


def test_who_commits_to_nothing_counts_as_having_sent_nobody() -> None:
    found = done(STATION, [each for each in PERFECT if not isinstance(each, Commit)])
    assert line(found, "urgency").points == -W["urgency.low_3"]
    assert found.urgency == found.within == ""
    assert all(each.points <= 0 for each in found.lines if each.kind in {"within", "likely", "item", "handover"})
    calm = done(station_of(CALM), [End()])
    assert line(calm, "urgency").points == 0


def test_the_last_commitment_before_the_end_counts() -> None:
    first = committed(urgency="routine", items=("tablet",))
    again = [*PERFECT[:-2], first, *PERFECT[-2:]]
    assert lost(done(STATION, again)) == {}


def test_a_time_limit_is_right_where_it_is_the_longest_that_is_soon_enough() -> None:
    smoulder = station_of(SMOULDER)  # due within two weeks; a week is the longest limit that is offered
    found = done(smoulder, [*list(script(TINY, smoulder))[:-2], committed(smoulder, within="none"), End()])
    assert lost(found) == {"within": W["within.right"]}
    assert line(found, "within").text == "Time limit: you said no time limit. It is: within a week."


def test_where_nothing_can_be_due_because_nothing_is_known_no_time_limit_is_marked() -> None:
    unknown = station_of({key: value for key, value in FIRE.items() if not key.startswith(("smoke", "alone"))})
    assert unknown.expected.urgency == "same_day"
    assert "within" not in {each.kind for each in marked(unknown).lines}


def test_a_wrong_guess_cancels_a_right_one_and_never_more() -> None:
    calm = station_of(CALM)
    found = done(calm, [*list(script(TINY, calm))[:-2], committed(calm, likely=("stove",)), End()])
    assert lost(found) == {}  # there was nothing right to cancel
    named = replace(STATION, expected=replace(STATION.expected, likely=("stove",), not_to_miss=()))
    assert lost(marked(named)) == {}


def test_unsupported_items_cost_up_to_the_most() -> None:
    odd = replace(
        STATION,
        expected=replace(
            STATION.expected,
            items=tuple(
                replace(each, verdict="unsupported", rule=None, guards=()) if each.item != "ambulance" else each
                for each in STATION.expected.items
            ),
        ),
    )
    found = done(odd, [*list(script(TINY, odd))[:-2], committed(odd, items=("ambulance", "rest", "tablet")), End()])
    assert lost(found) == {"unsupported:rest": 7, "unsupported:tablet": 3}


def test_a_question_asked_again_because_it_was_not_answered_is_not_needless() -> None:
    asks: list[PracticeCommand] = [Ask("pain", "Pain?")] * 2
    assert lost(done(STATION, asks)).get("needless") is None
    many: list[PracticeCommand] = [Ask("pain", "Pain?")] * 6
    found = done(STATION, many)
    assert line(found, "needless").points == -2 * W["needless.each"]  # the third of them is the first needless one
    assert [each.needless for each in found.yours] == [False, False, True, True, True, True]


def test_what_does_not_fit_this_patient_is_needless() -> None:
    calm = station_of(CALM)
    asks: list[PracticeCommand] = [Ask("smoke", "Haze?"), *([Ask("alone", "Who is in?")] * 3)]
    assert line(done(calm, asks), "needless").points == -W["needless.each"]


def test_asking_the_person_what_only_a_record_says_is_never_needless() -> None:
    asks: list[PracticeCommand] = [Fetch("letter", "A letter"), *[Ask("alone", "Anybody inside?")] * 3]
    found = done(STATION, asks)
    assert [each.needless for each in found.yours] == [False, True, True]


def test_what_a_record_says_wrongly_and_nobody_asks_about_stays_unresolved() -> None:
    skipped = marked(STATION, Fault(skip=("alone",)))
    assert lost(skipped) == {"unresolved:alone": W["unresolved.each"]}
    text = line(skipped, "unresolved:alone").text
    assert text == "Taken from what was written, and not so: people inside. It says: no. It is: yes."


def test_what_is_left_unanswered_costs_up_to_the_most() -> None:
    hard = ("smoke", "pain", "kidney", "power", "weight")
    found = done(STATION, [Ask(key, "What about a fume?") for key in hard])
    costs = [lost(found)[f"unresolved:{key}"] for key in hard if f"unresolved:{key}" in lost(found)]
    assert costs == [13, 13, 13, 1]
    assert sum(costs) == W["unresolved.most"]
    assert line(found, "unresolved:smoke").text.endswith("It was not asked in plain words. Not plain: fume.")


STIGMA = [
    ("You fire raiser.", ("fire raiser",)),
    ("You FIRE-RAISER, fire raiser", ("fire raiser", "fire raiser")),
    ('He was called a "fire raiser" before.', ()),
    ("He was called a “fire raiser” before.", ()),
    ("The letter's 'fire raiser' isn't one", ("fire raiser",)),
    ("A campfire raiser", ()),
    ("noncompliant", ()),
    ("Non compliant.", ("non-compliant",)),
    ("", ()),
]


@pytest.mark.parametrize(("text", "found"), STIGMA)
def test_words_of_reproach_are_found_whole_and_not_where_they_are_quoted(text: str, found: tuple[str, ...]) -> None:
    assert reproaching(text, ("fire raiser", "non-compliant")) == found


def test_words_of_reproach_count_in_the_handover_too_and_say_what_to_say_instead() -> None:
    wrong = committed(handover=committed().handover + " A non-compliant fire raiser, a fire raiser.")
    found = done(STATION, [*PERFECT[:-2], wrong, End()])
    assert [value for key, value in lost(found).items() if key.startswith("stigma")] == [19, 11]
    assert line(found, next(key for key in lost(found) if key.startswith("stigma"))).text == (
        "You said “non-compliant”, which judges the person. Say instead: has reasons."
    )


def test_nobody_is_marked_for_the_wording_the_program_offers() -> None:
    words = tuple(replace(each, word="how bad") for each in STATION.scoring.stigmatising[:1])
    station = replace(STATION, scoring=replace(STATION.scoring, stigmatising=words))
    offered = TINY.questions["pain"].ask.patient
    assert lost(done(station, [Ask("pain", offered)])).keys().isdisjoint({"stigma:4:1"})
    assert any(each.kind == "stigma" for each in done(station, [Ask("pain", f"{offered} Tell me")]).lines)


HANDOVERS = [
    ("Fire, at once please the brigade", ()),
    ("A person. At once. The brigade.", ("situation",)),
    ("A fire. The brigade.", ("urgency",)),
    ("A fire. At once.", ("request",)),
    ("", ("situation", "urgency", "request")),
]


@pytest.mark.parametrize(("text", "missing"), HANDOVERS)
def test_a_handover_says_what_was_found_how_soon_and_what_is_asked_for(text: str, missing: tuple[str, ...]) -> None:
    found = done(STATION, [*PERFECT[:-2], committed(handover=text), End()])
    assert lost(found) == {f"handover:{name}": W[f"handover.{name}"] for name in missing}


# --- what holds of every debrief ------------------------------------------------------------------


def test_lines_come_in_the_order_they_are_told_and_have_ids_of_their_own() -> None:
    worst = marked(STATION, WORST)
    kinds = [KINDS.index(each.kind) for each in worst.lines]
    assert kinds == sorted(kinds)
    assert len({each.id for each in worst.lines}) == len(worst.lines)
    assert {number for each in worst.lines for number in each.references} == {each.n for each in worst.references}


def test_every_line_that_happened_names_its_record_and_its_moment() -> None:
    events = played(STATION, Fault(again=9, word="fire raiser"))
    found = mark(TINY, STATION, placed(events))
    for each in found.lines:
        if each.at is not None:
            assert isinstance(
                events[each.at], ev.PracticeAsked | ev.PracticeCommitted | ev.AnswerGiven | ev.AnswerCorrected
            )
            assert each.after == each.at - 1  # a record a second, and the interview begins with the second record


def test_pauses_and_what_comes_after_the_last_thing_done_take_no_time() -> None:
    events: list[ev.Event] = [opened(), *played()[1:3], ev.PracticeTime("paused"), ev.PracticeTime("went_on")]
    events += [ev.PracticeAsked("ask", "pain", "Pain?", "5", "no"), ev.PracticeEnded()]
    times = (0, 1_000, 2_000, 5_000, 65_000, 70_000, 500_000)
    records = [Placed(seq, ms, event) for (seq, event), ms in zip(enumerate(events), times, strict=True)]
    assert mark(TINY, STATION, records).seconds == 9


def test_a_second_mark_stands_beside_the_engines_and_changes_nothing_of_it() -> None:
    fault = Fault(skip=("smoke_since",))
    first = marked(STATION, fault)
    given = Mark("KL", 4, {"flag:burning": 600, "needless": 5, "nothing": 9}, dict.fromkeys(("flag:burning",), "seen"))
    events = [*played(STATION, fault), ev.PracticeMarked(given.marker, given.overall, given.marks, given.reasons)]
    found = mark(TINY, STATION, placed(events))
    (second,) = found.second
    assert replace(found, second=()) == first
    assert (second.marker, second.overall, second.points) == ("KL", 4, first.points + 600)


def test_nothing_after_the_end_changes_the_score() -> None:
    events = [*played(), ev.PracticeAsked("ask", "pain", "fire raiser", "5", "no")]
    assert mark(TINY, STATION, placed(events)) == marked()


def test_records_of_something_else_are_refused() -> None:
    with pytest.raises(ValueError, match="not the records of an attempt"):
        mark(TINY, STATION, placed([opened()]))
    with pytest.raises(ValueError, match="other content"):
        mark(TINY, replace(STATION, protocol={**STATION.protocol, "digest": "0" * 64}), placed(played()))


def steps(station: Station) -> st.SearchStrategy[list[PracticeCommand]]:
    asks = st.builds(Ask, st.sampled_from(sorted(TINY.questions)), st.sampled_from(["Well?", "A fume?", "fire raiser"]))
    moves = st.builds(Make, st.sampled_from([each.id for each in MOVES]), st.just("So."))
    commits = st.builds(
        Commit,
        st.sampled_from(["routine", "urgent", "same_day", "emergency"]),
        st.sampled_from(["PT0S", "P7D", "none"]),
        st.sampled_from([(), ("stove",)]),
        st.sampled_from([(), ("stove",)]),
        st.lists(st.sampled_from(["ambulance", "rest", "tablet"]), unique=True).map(tuple),
        st.sampled_from(["", "Fire, at once, the brigade", "A fire raiser"]),
    )
    others = st.sampled_from([Fetch(LETTER.id, "Letter"), SayUnclear("Hm")])
    return st.lists(st.one_of(asks, asks, asks, moves, commits, others), max_size=25)


@settings(max_examples=40)
@given(data=st.data(), answers=st.sampled_from([FIRE, SMOULDER, CALM]))
def test_any_attempt_gets_one_score_and_never_more_than_there_is(
    data: st.DataObject, answers: dict[str, object]
) -> None:
    station = station_of(answers)
    events = attempted(station, data.draw(steps(station)))
    found = mark(TINY, station, placed(events))
    assert found == mark(TINY, station, placed(events))
    assert 0 <= found.points <= found.of == sum(each.of for each in done(station, []).lines)
    assert all(each.points <= each.of for each in found.lines)
    assert all(0 <= each.points <= each.of for each in found.domains)


@settings(max_examples=25)
@given(order=st.permutations(range(len(PERFECT) - 1)))
def test_no_order_of_a_perfect_script_earns_more_than_the_expert(order: list[int]) -> None:
    found = done(STATION, [*(PERFECT[at] for at in order), PERFECT[-1]])
    assert found.points <= FULL


def test_the_score_is_the_same_whatever_seeds_the_hashes() -> None:
    """Another process, with hashes seeded otherwise than here."""
    program = (
        "import json\n"
        "from chatbot.core.practice.debrief import to_data\n"
        "from tests.core.practice.kit import STATION, WORST, marked\n"
        "print(json.dumps(to_data(marked(STATION, WORST)), sort_keys=True))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "4"},
        cwd=Path(__file__).resolve().parents[3],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    here = to_data(marked(STATION, WORST))
    assert here["points"] < here["of"]
    assert json.loads(said) == json.loads(json.dumps(here))
