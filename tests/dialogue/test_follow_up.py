"""The article's patient comes back at 2, 6 and 12 weeks: few questions, what changed, and the first score counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.core import commands as cmd
from chatbot.core.recheck import recheck
from chatbot.core.values import Source
from chatbot.record.read import read_transcript
from chatbot.record.replay import replay, verify
from tests.dialogue.vignettes import read_alarm
from tests.dialogue.visits import PROTOCOL, answer_all, close, desk, first_visit, load_bundle, next_visit, weeks_later

WEEKS = (2, 6, 12)
MOST = 25
"""Questions of a follow-up; a list confirmed with one key is one, and so is the page of carried history."""


def peg(value: int) -> dict[str, cmd.GiveAnswer]:
    items = dict.fromkeys(("pain", "enjoyment", "activity"), str(value))
    return {"peg_items": cmd.GiveAnswer("peg_items", value=items)}


def followed(folder: Path, scores: tuple[int, ...]) -> list[tuple[Path, list[str]]]:
    """Return (file, what was asked) of a first visit and one visit for each score."""
    visits = [(first_visit(folder), [])]
    for weeks, score in zip(WEEKS, scores, strict=False):
        visits.append(next_visit(folder, visits[-1][0], weeks, peg(score)))
    return visits


@pytest.fixture(scope="module")
def better_then_worse(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, list[str]]]:
    """First PEG 6.3; then 6, 3 and 6: at twelve weeks not down from the first, and doubled since the last."""
    return followed(tmp_path_factory.mktemp("visits"), (6, 3, 6))


def statuses(path: Path) -> dict[str, str]:
    case, _ = replay(read_transcript(path), PROTOCOL)
    from chatbot.core.outcome import outcome

    return dict(outcome(PROTOCOL, case.assessment).statuses)


def test_each_visit_takes_few_questions(better_then_worse: list[tuple[Path, list[str]]]) -> None:
    for _, asked in better_then_worse[1:]:
        confirmed_history = 1
        assert len(asked) + confirmed_history <= MOST, asked


def test_what_must_be_asked_by_itself_is(better_then_worse: list[tuple[Path, list[str]]]) -> None:
    for _, asked in better_then_worse[1:]:
        assert {"suicidal_thoughts", "pain_change", "peg_items", "strength"} <= set(asked)


def test_every_visit_verifies_and_is_routine_with_the_safety_screen_asked_again(
    better_then_worse: list[tuple[Path, list[str]]],
) -> None:
    for path, _ in better_then_worse:
        report = verify(path, load_bundle)
        assert report.exit_code == 0 and report.urgency == "routine"
        case, _ = replay(read_transcript(path), PROTOCOL)
        assert all(
            case.answers[key].given == case.as_of
            for key in PROTOCOL.safety_questions
            if case.assessment.applies[key] and PROTOCOL.questions[key].valid_for is not None
        )


def test_the_text_shows_what_changed(better_then_worse: list[tuple[Path, list[str]]]) -> None:
    at = desk(better_then_worse[0][0].parents[1])
    text = at.read_plan(better_then_worse[2][0], width=200)
    assert "visit 3 of 4" in text and "PEG: pain, enjoyment, activity: 6 → 3" in text


def test_the_twelve_week_rule_reads_the_first_score(better_then_worse: list[tuple[Path, list[str]]]) -> None:
    first, two, six, twelve = (statuses(path) for path, _ in better_then_worse)
    assert first["conference_not_better"] == two["conference_not_better"] == "not_applicable"
    assert six["better_than_first"] == "recommended" and six["conference_not_better"] == "not_applicable"
    assert twelve["conference_not_better"] == "recommended" and twelve["better_than_first"] == "not_applicable"


def test_at_twelve_weeks_a_score_down_by_a_third_from_the_first_needs_no_conference(tmp_path: Path) -> None:
    # Four at every visit: no better than at six weeks, and down from the first.
    path, _ = followed(tmp_path, (4, 4, 4))[-1]
    came_to = statuses(path)
    assert came_to["better_than_first"] == "recommended" and came_to["conference_not_better"] == "not_applicable"


# --- lists that are confirmed at once -------------------------------------------------------------


def test_a_list_confirms_only_what_was_not_marked_and_asks_the_rest(tmp_path: Path) -> None:
    interview = desk(tmp_path, seed=9).follow_up(first_visit(tmp_path), as_of=weeks_later(2))
    assert interview.send(cmd.ConfirmCarried()) is None
    assert interview.send(cmd.GiveAnswer("setting", value=["private"])) is None
    view = interview.view()
    assert view.recheck is not None and view.recheck.id == "nerves" and len(view.recheck.lines) >= 10
    changed = ("saddle_sensation", "cord_symptoms")
    assert interview.send(cmd.ConfirmBlock("nerves", changed)) is None
    case = interview.case
    lines = {line.question for line in view.recheck.lines}
    assert case.next == "saddle_sensation" and not set(changed) & case.answers.keys()
    for key in lines - set(changed):
        answer = case.answers[key]
        assert answer.given == case.as_of and answer.via == "block" and not answer.carried
    assert interview.send(cmd.GiveAnswer("saddle_sensation", value="numb_both_sides")) is None
    assert interview.case.urgency.value == "emergency" and interview.case.alarms


def test_a_list_is_refused_where_it_is_not_up_or_all_of_it_changed(tmp_path: Path) -> None:
    interview = desk(tmp_path, seed=9).follow_up(first_visit(tmp_path), as_of=weeks_later(2))
    assert interview.send(cmd.ConfirmCarried()) is None
    assert isinstance(interview.send(cmd.ConfirmBlock("body")), cmd.Refusal)
    assert isinstance(interview.send(cmd.ConfirmBlock("no_such_list")), cmd.Refusal)
    assert interview.send(cmd.GiveAnswer("setting", value=["private"])) is None
    found = recheck(PROTOCOL, interview.case)
    assert found is not None
    every = tuple(key for key, _ in found.before)
    assert isinstance(interview.send(cmd.ConfirmBlock("nerves", every)), cmd.Refusal)
    assert isinstance(interview.send(cmd.ConfirmBlock("nerves", ("fever",))), cmd.Refusal)


def test_a_list_begun_question_by_question_is_not_offered_again(tmp_path: Path) -> None:
    interview = desk(tmp_path, seed=9).follow_up(first_visit(tmp_path), as_of=weeks_later(2))
    assert interview.send(cmd.ConfirmCarried()) is None
    assert interview.send(cmd.GiveAnswer("setting", value=["private"])) is None
    assert interview.case.next == "bladder_retention" and recheck(PROTOCOL, interview.case) is not None
    assert interview.send(cmd.GiveAnswer("bladder_retention", value="no")) is None
    assert recheck(PROTOCOL, interview.case) is None


def test_an_emergency_confirmed_in_a_list_alarms_at_once(tmp_path: Path) -> None:
    at = desk(tmp_path)
    interview = at.start("clinical", "bed 4", "S-1", "2025-11-13T10:00")
    answer_all(interview, {"bladder_leak": cmd.GiveAnswer("bladder_leak", value="new_or_worse")})
    close(interview)
    path = at._writer.path  # type: ignore[union-attr]
    at.close()
    again = desk(tmp_path, seed=9).follow_up(path, as_of=weeks_later(2))
    while again.case.alarms:
        read_alarm(again)
    if again.view().carried:
        assert again.send(cmd.ConfirmCarried()) is None
    assert again.send(cmd.GiveAnswer("setting", value=["private"])) is None
    assert again.send(cmd.ConfirmBlock("nerves")) is None
    assert again.case.urgency.value == "emergency" and again.case.alarms


def test_what_was_unknown_stays_unknown_when_it_is_confirmed(tmp_path: Path) -> None:
    at = desk(tmp_path)
    interview = at.start("clinical", "bed 4", "S-1", "2025-11-13T10:00")
    answer_all(interview, {"fever": cmd.GiveAnswer("fever", status="unknown")})
    close(interview)
    path = at._writer.path  # type: ignore[union-attr]
    at.close()
    again, asked = desk(tmp_path, seed=9).follow_up(path, as_of=weeks_later(2)), []
    if again.view().carried:
        assert again.send(cmd.ConfirmCarried()) is None
    while recheck(PROTOCOL, again.case) is None or recheck(PROTOCOL, again.case).block.id != "body":  # type: ignore[union-attr]
        found = recheck(PROTOCOL, again.case)
        if found is not None:
            assert again.send(cmd.ConfirmBlock(found.block.id)) is None
        else:
            assert again.case.next is not None
            asked.append(again.case.next)
            assert again.send(cmd.GiveAnswer(again.case.next, status="unknown")) is None
    assert again.send(cmd.ConfirmBlock("body")) is None
    assert again.case.answers["fever"].value is None and again.case.answers["fever"].status is not None
    assert again.plan()["urgency"] != "routine"


def test_what_was_examined_is_never_confirmed_without_examining(tmp_path: Path) -> None:
    interview = desk(tmp_path, seed=9).follow_up(first_visit(tmp_path), as_of=weeks_later(2))
    case = interview.case
    assert interview.send(cmd.ConfirmCarried()) is None
    seen: set[str] = set()
    while interview.case.next is not None:
        found = recheck(PROTOCOL, interview.case)
        if found is not None:
            for key, answer in found.before:
                if PROTOCOL.questions[key].source is Source.EXAMINATION:
                    assert answer.value is None, key
                    seen.add(key)
            assert interview.send(cmd.ConfirmBlock(found.block.id)) is None
        else:
            assert interview.send(cmd.GiveAnswer(interview.case.next, status="unknown")) is None
        while interview.case.alarms:
            read_alarm(interview)
    assert seen and case is not None


def test_a_sitting_days_later_offers_the_same_lists(tmp_path: Path) -> None:
    at = desk(tmp_path)
    interview = at.start("clinical", "bed 4", "S-1", "2025-11-13T10:00")
    answer_all(interview)
    assert interview.send(cmd.Suspend()) is None
    assert interview.send(cmd.Resume("2025-11-16T10:00")) is None
    offered = []
    while (key := interview.case.next) is not None:
        found = recheck(PROTOCOL, interview.case)
        offered += [found.block.id] if found is not None else []
        command = cmd.ConfirmStill(key) if found is None else cmd.ConfirmBlock(found.block.id)
        refusal = interview.send(command)
        assert refusal is None, (key, refusal)
    assert offered[:2] == ["nerves", "body"] and interview.view().safety_resolved
