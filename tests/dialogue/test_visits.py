"""Follow-up and amendment of the article's patient over the shipped content, through the desk, on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.core import commands as cmd
from chatbot.core import events as ev
from chatbot.core.case import evolve, fold, unconfirmed
from chatbot.core.events import EVENT_VERSION, from_data, to_data
from chatbot.core.plan import build_plan
from chatbot.core.telling import story_told
from chatbot.desk import Desk
from chatbot.errors import CorruptTranscript, UsageError
from chatbot.record.codec import canonical, parse
from chatbot.record.host import FixedHost
from chatbot.record.lineage import lineage_of, lineages, place_of
from chatbot.record.read import read_transcript
from chatbot.record.replay import replay, verify
from tests.dialogue import visits
from tests.dialogue.visits import PROTOCOL, desk, first_visit, load_bundle, next_visit, weeks_later

WEEKS = (2, 6, 12)


def peg(pain: int) -> dict[str, str]:
    return dict.fromkeys(("pain", "enjoyment", "activity"), str(pain))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A first visit and three more at 2, 6 and 12 weeks, each signed. Do not change these files."""
    folder = tmp_path_factory.mktemp("story")
    paths = [first_visit(folder)]
    for weeks in WEEKS:
        changed = {
            "peg_items": cmd.GiveAnswer("peg_items", value=peg(max(0, 6 - weeks // 4))),
            "fever": cmd.GiveAnswer("fever", value="no"),
        }
        path, asked = next_visit(folder, paths[-1], weeks, changed)
        print(f"{weeks} weeks: {len(asked)} questions asked")
        paths.append(path)
    return paths


def test_each_visit_verifies_and_is_bound_to_the_one_before(story: list[Path]) -> None:
    for index, path in enumerate(story):
        report = verify(path, load_bundle)
        assert report.exit_code == 0 and report.verdict == "VALID-CLOSED" and not report.problems
        assert [(bond.how, bond.state) for bond in report.bonds] == ([("follows", "same")] if index else [])


def test_every_prefix_of_every_visit_replays_to_the_same_case(story: list[Path]) -> None:
    for path in story[1:2]:
        events = read_transcript(path).events
        case = None
        for count, event in enumerate(events, 1):
            case = evolve(PROTOCOL, case, event)
            if count % 25 == 0 or count == len(events):
                stored = [parse(canonical(to_data(each))) for each in events[:count]]
                again = [from_data(each.type, EVENT_VERSION, data) for each, data in zip(events, stored, strict=False)]
                assert fold(PROTOCOL, again) == case


def test_stable_history_is_carried_and_what_ages_is_asked_again(story: list[Path]) -> None:
    events = read_transcript(story[1]).events
    carried = {event.question for event in events if isinstance(event, ev.AnswerCarried)}
    asked = {event.question for event in events if isinstance(event, ev.AnswerGiven) and event.via != "block"}
    assert carried and all(PROTOCOL.questions[key].valid_for is None for key in carried)
    volatile = {key for key in asked | carried if PROTOCOL.questions[key].valid_for is not None}
    assert volatile <= asked - carried


def test_a_follow_up_remembers_the_first_visit(story: list[Path]) -> None:
    case = replay(read_transcript(story[3]), PROTOCOL)[0]
    codes = [read_transcript(path).case for path in story]
    assert case.visits == tuple(codes[:3])
    assert case.first is not None and case.previous is not None
    assert (case.first["case"], case.previous["case"]) == (codes[0], codes[2])
    first = {"pain": "6", "enjoyment": "6", "activity": "7"}
    assert case.first["answers"]["peg_items"] == first and case.previous["answers"]["peg_items"] == peg(5)
    assert (case.first["findings"]["peg"], case.previous["findings"]["peg"]) == ("6.3", "5")
    assert case.earlier is not None, "conditions read what was pinned"
    assert (case.earlier.first.values["peg_items"], case.earlier.previous.values["peg_items"]) == (first, peg(5))
    assert case.earlier.first.as_of < case.earlier.previous.as_of < case.as_of
    assert case.plan_digest is not None


def test_the_text_says_what_changed_since_the_visit_before(story: list[Path]) -> None:
    text = desk(story[0].parents[1]).read_plan(story[2])
    assert "visit 3 of 4" in text and "Changes since" in text and "PEG: pain, enjoyment, activity: 6 → 5" in text


def test_the_visits_are_one_lineage(story: list[Path]) -> None:
    at = desk(story[0].parents[1])
    (lineage,) = lineages(at.cases())
    assert [visit.latest.path for visit in lineage.visits] == story and lineage.latest.path == story[-1]
    assert not lineage.problems
    place = place_of(story[1])
    assert (place.visit, place.visits, place.version, place.of, place.superseded_by) == (2, 4, 1, 1, "")


def test_signing_is_refused_while_a_carried_answer_is_unconfirmed(tmp_path: Path) -> None:
    at = desk(tmp_path, seed=9)
    interview = at.follow_up(first_visit(tmp_path), as_of=weeks_later(2))
    visits.answer_all(interview)
    waiting = unconfirmed(PROTOCOL, interview.case)
    assert waiting and set(waiting) == set(interview.view().carried)
    assert interview.send(cmd.IssuePlan()) is None
    refused = interview.send(cmd.Sign())
    assert isinstance(refused, cmd.Refusal) and f"{len(waiting)} carried answers are not confirmed" in refused.message
    assert interview.plan()["lineage"]["to_confirm"] == list(waiting)
    assert interview.send(cmd.ConfirmStill(waiting[0])) is None
    assert len(interview.view().carried) == len(waiting) - 1
    section = PROTOCOL.questions[waiting[1]].section
    assert interview.send(cmd.ConfirmCarried(section)) is None
    assert not [key for key in interview.view().carried if PROTOCOL.questions[key].section == section]
    if interview.view().carried:
        assert interview.send(cmd.ConfirmCarried()) is None
    visits.close(interview)


def test_a_carried_answer_of_the_safety_screen_clears_nothing_until_it_is_confirmed(tmp_path: Path) -> None:
    interview = desk(tmp_path, seed=9).follow_up(first_visit(tmp_path), as_of=weeks_later(2))
    case = interview.case
    reassuring = {key for key in case.assessment.expired if case.answers[key].carried}
    assert reassuring and reassuring <= PROTOCOL.safety_questions
    assert all(case.assessment.facts.states[key] == "not_asked" for key in reassuring)
    assert not interview.view().safety_asked and interview.view().urgency == "undetermined"
    plan = interview.plan()
    assert plan["urgency"] != "routine" and not plan["reassurance"]


# --- what may be followed up ----------------------------------------------------------------------


def test_a_case_left_half_way_is_gone_on_with_and_not_followed_up(tmp_path: Path) -> None:
    at = desk(tmp_path)
    interview = at.start("test", "bed 4", "", visits.START)
    assert interview.send(cmd.Suspend()) is None
    path = at._writer.path  # type: ignore[union-attr]
    at.close()
    with pytest.raises(UsageError, match="not finished") as caught:
        at.follow_up(path)
    assert "--resume" in caught.value.hint
    with pytest.raises(UsageError, match="not signed"):
        at.amend(path)


def test_a_case_is_followed_up_once_and_in_its_newest_version(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    second, _ = visits.worked(tmp_path, lambda at: at.amend(first))
    code = read_transcript(second).case
    with pytest.raises(UsageError, match=f"{code} is its newest version"):
        desk(tmp_path, 7).follow_up(first)
    with pytest.raises(UsageError, match=code):
        desk(tmp_path, 7).amend(first)
    third, _ = next_visit(tmp_path, second, 2)
    with pytest.raises(UsageError, match=read_transcript(third).case):
        desk(tmp_path, 7).follow_up(second, as_of=weeks_later(3))


def test_kinds_and_people_never_mix(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    with pytest.raises(UsageError, match="kinds never mix"):
        desk(tmp_path, 7).follow_up(first, kind="practice", as_of=weeks_later(2))
    with pytest.raises(UsageError, match="has the code 'S-1'"):
        desk(tmp_path, 7).follow_up(first, subject="S-2", as_of=weeks_later(2))
    with pytest.raises(UsageError, match="lies before the visit"):
        desk(tmp_path, 7).follow_up(first, as_of=weeks_later(-1))
    assert len(list(tmp_path.glob("*/*.jsonl"))) == 1, "nothing was begun"


def test_a_damaged_case_is_not_followed_up(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    lines = first.read_bytes().split(b"\n")
    lines[9] = lines[9].replace(b"a", b"b", 1)
    first.write_bytes(b"\n".join(lines))
    with pytest.raises(CorruptTranscript):
        desk(tmp_path, 7).follow_up(first, as_of=weeks_later(2))


# --- amendment ------------------------------------------------------------------------------------


def test_an_amendment_begins_with_all_that_was_signed_and_needs_a_reason_for_each_change(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    before = first.read_bytes()
    signed = replay(read_transcript(first), PROTOCOL)[0]
    at = desk(tmp_path, 7)
    interview = at.amend(first)
    case = interview.case
    assert case.answers == signed.answers and case.as_of == signed.as_of and not interview.view().carried
    plan, then = interview.plan(), build_plan(PROTOCOL, signed)
    assert all(plan[name] == then[name] for name in ("urgency", "recommendations", "red_flags", "findings"))
    change = cmd.GiveAnswer("pain_site", value="back_only")
    refused = interview.send(change)
    assert isinstance(refused, cmd.Refusal) and refused.code == "needs_reason"
    assert interview.send(cmd.GiveAnswer("pain_site", value="back_only", because="mis_keyed")) is None
    refused = interview.send(cmd.Withdraw("pain_since"))
    assert isinstance(refused, cmd.Refusal) and refused.code == "needs_reason"
    visits.answer_all(interview)
    visits.close(interview)
    second = at._writer.path  # type: ignore[union-attr]
    at.close()
    assert first.read_bytes() == before, "the signed file is not touched"
    assert verify(second, load_bundle).exit_code == 0
    text = at.read_plan(second)
    assert "version 2 of 2" in text and "Changes against version 1" in text and "(reason: " in text
    assert f"version 1 of 2: superseded by {case.case}" in at.read_plan(first)
    assert place_of(first).superseded_by == case.case


def test_an_amendment_does_not_age_while_it_is_written(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    at = desk(tmp_path, 7)
    interview = at.amend(first)
    assert interview.send(cmd.Suspend()) is None
    path = at._writer.path  # type: ignore[union-attr]
    resumed = at.resume(path, weeks_later(30))
    assert not resumed.case.assessment.aged and resumed.case.as_of == interview.case.as_of
    at.close()


def test_an_amended_follow_up_stays_that_visit(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    second, _ = next_visit(tmp_path, first, 2)
    amended, _ = visits.worked(tmp_path, lambda at: at.amend(second))
    place = place_of(amended)
    assert (place.version, place.of, place.visit, place.visits) == (2, 2, 2, 2)
    case = replay(read_transcript(amended), PROTOCOL)[0]
    assert case.previous is not None and case.previous["case"] == read_transcript(first).case
    assert [bond.how for bond in verify(amended, load_bundle).bonds] == ["amends", "follows"]
    third, _ = next_visit(tmp_path, amended, 6)
    lineage = lineage_of(third)
    assert lineage is not None and [len(visit.versions) for visit in lineage.visits] == [1, 2, 1]


def test_a_line_added_to_a_signed_case_is_reported_as_corrupt(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    signed = first.read_bytes()
    for added in (b"\n", b"x\n", b'{"type":"note.added"}\n', signed.split(b"\n")[4] + b"\n"):
        first.write_bytes(signed + added)
        with pytest.raises(CorruptTranscript) as caught:
            verify(first, load_bundle)
        assert caught.value.exit_code == 5
        with pytest.raises(CorruptTranscript):
            desk(tmp_path, 7).amend(first)


# --- the file of the earlier case -----------------------------------------------------------------


def test_replacing_or_removing_the_earlier_file_is_noticed(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    second, _ = next_visit(tmp_path, first, 2)
    kept = first.read_bytes()
    first.unlink()
    report = verify(second, load_bundle)
    assert report.exit_code == 0 and [bond.state for bond in report.bonds] == ["missing"]
    assert "not in" in report.problems[0]
    other = first_visit(tmp_path / "elsewhere")
    header = read_transcript(other).header["case"]
    first.write_bytes(other.read_bytes())
    assert header == read_transcript(first).case
    report = verify(second, load_bundle)
    assert report.exit_code == 0 and report.bonds[0].state == "same", "the same case made again is the same bytes"
    lines = kept.split(b"\n")
    first.write_bytes(b"\n".join(lines[:-2]) + b"\n")
    report = verify(second, load_bundle)
    assert report.exit_code == 5 and report.bonds[0].state == "differs" and "its head is another" in report.problems[0]
    first.write_bytes(kept[:300] + b"?" + kept[301:])
    assert verify(second, load_bundle).bonds[0].state == "unreadable"


def test_what_became_of_the_earlier_plan_is_recorded_and_printed(tmp_path: Path) -> None:
    at = desk(tmp_path, 7)
    interview = at.follow_up(first_visit(tmp_path), as_of=weeks_later(2))
    assert interview.case.previous is not None
    rule = next(iter(interview.case.previous["rules"]))
    assert interview.send(cmd.RecordOutcome(rule, "done", "nothing new", "2025-11")) is None
    for wrong in (
        cmd.RecordOutcome("no_such_rule", "done"),
        cmd.RecordOutcome(rule, "perhaps"),
        cmd.RecordOutcome(rule, "done", on="2031-01-01"),
        cmd.RecordOutcome(rule, "done", on="soon"),
        cmd.RecordOutcome(rule, "done", text="\x1b[31m"),
    ):
        assert isinstance(interview.send(wrong), cmd.Refusal)
    (said,) = interview.plan()["lineage"]["outcomes"]
    assert (said["rule"], said["outcome"], said["text"], said["on"]) == (rule, "done", "nothing new", "2025-11")
    assert interview.send(cmd.Suspend()) is None
    path = at._writer.path  # type: ignore[union-attr]
    at.close()
    title = PROTOCOL.rules[rule].title.clinician
    assert f"{title}: done, 2025-11: nothing new" in " ".join(at.read_plan(path, width=400).split())


# --- content that changed -------------------------------------------------------------------------


def test_what_todays_content_no_longer_takes_is_left_out_and_named(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    earlier = replay(read_transcript(first), PROTOCOL)[0]
    carried = [
        key
        for key in PROTOCOL.carried_questions
        if key in earlier.answers and earlier.answers[key].value is not None and PROTOCOL.questions[key].options
        and PROTOCOL.questions[key].type.value == "choice" and earlier.assessment.applies[key]
    ]  # fmt: skip
    changed = sorted(carried)[0]
    question = PROTOCOL.questions[changed]
    others = tuple(option for option in question.options if option.id != earlier.answers[changed].value)
    today = replace(PROTOCOL, questions={**PROTOCOL.questions, changed: replace(question, options=others)})
    at = Desk(tmp_path, lambda: today, FixedHost(seed=7))
    interview = at.follow_up(first, as_of=weeks_later(2))
    assert changed not in interview.case.answers
    (told,) = [notice for notice in at.notices() if "left out" in notice]
    assert question.named.clinician in told
    at.close()


def test_another_protocol_is_named_and_not_used(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    at = Desk(tmp_path, lambda: replace(PROTOCOL, id="other"), FixedHost(seed=7))
    with pytest.raises(UsageError, match="not other") as caught:
        at.follow_up(first, as_of=weeks_later(2))
    assert f"backstory interview {PROTOCOL.id} --follow-up" in caught.value.hint


def test_a_follow_up_stands_without_the_file_of_the_visit_before(tmp_path: Path) -> None:
    first = first_visit(tmp_path)
    second, _ = next_visit(tmp_path, first, 2)
    first.unlink()
    at = desk(tmp_path, 7)
    text = at.read_plan(second)
    assert "visit 2 of 2" in text and "was not compared" in " ".join(text.split())
    interview = at.follow_up(second, as_of=weeks_later(6))
    assert interview.case.first is not None and interview.case.first["findings"]["peg"] == "6.3"
    assert len(interview.case.visits) == 2
    at.close()


def test_private_answers_that_differ_are_only_counted_in_texts(tmp_path: Path) -> None:
    private = next(key for key in visits.ANSWERS if PROTOCOL.questions[key].private)
    first = first_visit(tmp_path)
    at = desk(tmp_path, 7)
    interview = at.amend(first)
    known = interview.case.answers[private]
    other = next(o.id for o in PROTOCOL.questions[private].options if o.id not in {known.value, *(known.value or ())})
    value = [other] if PROTOCOL.questions[private].type.value == "several" else other
    assert interview.send(cmd.GiveAnswer(private, value=value, because="mis_keyed", confirmed=True)) is None
    while interview.case.alarms:
        assert interview.send(cmd.Acknowledge()) is None
    story = at.story(interview)
    assert story is not None
    in_text = "\n".join(line for part in story_told(story, PROTOCOL.labels, "clinician") for line in part.lines)
    on_screen = "\n".join(
        line for part in story_told(story, PROTOCOL.labels, "clinician", private=True) for line in part.lines
    )
    name = PROTOCOL.questions[private].named.clinician
    assert "private answers that differ: 1" in in_text and name not in in_text and name in on_screen
    at.close()
