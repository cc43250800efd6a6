"""``backstory try`` opens the interview at a question, in memory; answers that still fit survive a save."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chatbot.authoring.trial import NOWHERE, Trial, spot
from chatbot.core.commands import GiveAnswer
from chatbot.errors import ContentError, ExitCode, UsageError
from chatbot.interview import Interview
from chatbot.tui.services import Services, Start
from tests.authoring.kit import copy_of_tiny
from tests.cli.kit import backstory, said
from tests.small_protocols import edit
from tests.tui import kit

NOW = "2026-03-15T10:30"


def trial(folder: Path, where: str, **more: Any) -> Trial:
    return Trial(spot(str(folder / where) if where else str(folder), None), now=NOW, **more)


# --- what FILE[:QUESTION] names -------------------------------------------------------------------

SPOTS = [
    ("sections/story.yaml", "kidney"),
    ("sections/alarm.yaml:smoke_since", "smoke_since"),
    ("findings.yaml:weight", "weight"),
    ("protocol.yaml:visits", "visits[1].place"),
    ("protocol.yaml:visits.day", "visits[1].day"),
    ("protocol.yaml:visits[2].day", "visits[2].day"),
    ("protocol.yaml:day", "visits[1].day"),
    ("red_flags.yaml:burning", "smoke"),
    ("rules/drug.yaml:tablet", "pain"),
    ("guards.yaml:weak_kidney", "kidney"),
    ("", "grown_up"),
    ("findings.yaml", "grown_up"),
]


@pytest.mark.parametrize(("where", "question"), SPOTS)
def test_the_interview_opens_at_the_question_that_is_named(tmp_path: Path, where: str, question: str) -> None:
    interview = trial(copy_of_tiny(tmp_path), where).interview
    assert interview.case.shown == question
    assert interview.case.kind == "test"
    assert not interview.case.alarms


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("sections/nothing.yaml", "there is no file"),
        ("sections/alarm.yaml:smok", "did you mean 'smoke'?"),
        ("../..", "belongs to no protocol"),
    ],
)
def test_what_cannot_be_found_is_said(tmp_path: Path, where: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        trial(copy_of_tiny(tmp_path), where)
    assert message in raised.value.render()


def test_a_protocol_may_be_named(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    assert spot("tiny:pain", folder.parent).question == "pain"
    assert spot("tiny", folder.parent).folder == folder


# --- what is assumed ------------------------------------------------------------------------------


def test_a_vignette_that_comes_to_the_question_gives_the_answers_before_it(tmp_path: Path) -> None:
    found = trial(copy_of_tiny(tmp_path), "sections/story.yaml:weight")
    answers = found.interview.case.answers
    assert answers["smoke"].value == "none" and "weight" not in answers and "pain" not in answers
    assert found.notices() == ["The answers before it are those of the vignette calm."]
    assert found.interview.case.as_of.isoformat() == "2026-03-15T10:30:00"


def test_without_such_a_vignette_answers_are_searched_for_and_said(tmp_path: Path) -> None:
    found = trial(copy_of_tiny(tmp_path), "sections/alarm.yaml:alone")
    assert found.interview.case.shown == "alone"
    assert found.interview.case.answers["smoke"].value in {"thin", "thick"}
    told = " ".join(found.notices())
    assert "Assumed, so that it is asked: smoke: " in told and "grown_up: " in told
    assert found.notices() == []


def test_an_answers_file_is_the_start(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("as_of: 2026-02-01\nanswers: {grown_up: no, smoke: thin, smoke_since: 2026-01, pain: 3}\n")
    found = trial(copy_of_tiny(tmp_path), "sections/alarm.yaml:alone", answers=answers)
    case = found.interview.case
    assert case.answers["grown_up"].value == "no" and case.answers["pain"].value == 3
    assert case.as_of.date().isoformat() == "2026-02-01" and case.shown == "alone"
    assert trial(copy_of_tiny(tmp_path / "b"), "", answers=answers, as_of="2026-03-01").interview.case.as_of.month == 3


def test_a_vignette_is_opened_with_its_answers(tmp_path: Path) -> None:
    found = trial(copy_of_tiny(tmp_path), "vignettes/calm.yaml")
    assert found.interview.case.answers["pain"].value == 5


def test_an_emergency_among_the_assumed_answers_is_taken_as_read_and_said(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("as_of: 2026-02-01\nanswers: {smoke: thick}\n")
    found = trial(copy_of_tiny(tmp_path), "sections/alarm.yaml:alone", answers=answers)
    assert found.interview.case.urgency == "emergency" and not found.interview.case.alarms
    assert any("burning" in each for each in found.notices())
    assert found.interview.view().question is not None


def test_a_question_to_which_no_way_is_found_is_refused_with_its_condition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.authoring.trial.way_to", lambda *_: None)
    with pytest.raises(UsageError) as raised:
        trial(copy_of_tiny(tmp_path), "sections/alarm.yaml:alone")
    assert "its condition is: smoke in {thin, thick}" in raised.value.message
    assert "--answers FILE" in raised.value.hint


def test_content_with_errors_is_refused_at_the_start(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    edit(folder, "guards.yaml", "kidney is yes", "kidny is yes")
    with pytest.raises(ContentError, match="P201"):
        trial(folder, "sections/story.yaml")


# --- saving ---------------------------------------------------------------------------------------


def test_nothing_is_read_again_while_nothing_is_saved(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    found = trial(folder, "sections/story.yaml:weight")
    assert found.reload() is None
    edit(folder, "guards.yaml", "guards:", "# a comment\nguards:")
    assert found.reload() is None
    edit(folder, "vignettes/calm.yaml", "title: Nothing burns", "title: All is well")
    assert found.reload() is None


def test_a_saved_wording_is_shown_with_the_answers_kept(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    found = trial(folder, "sections/story.yaml:weight")
    found.notices()
    assert found.interview.send(GiveAnswer("weight", value="81")) is None
    answers = {key: answer.value for key, answer in found.interview.case.answers.items()}
    edit(folder, "sections/story.yaml", "clinician: Pain from 0 to 10?", "clinician: How bad is it now?")
    fresh = found.reload()
    assert fresh is not None
    assert {key: answer.value for key, answer in fresh.case.answers.items()} == answers
    view = fresh.view()
    assert view.question is not None and view.question.text == "How bad is it now?"
    assert found.notices() == [f"Read again: {len(answers)} answers kept."]


def test_answers_that_no_longer_fit_are_dropped_and_said(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    found = trial(folder, "sections/story.yaml:pain")
    found.notices()
    edit(folder, "sections/story.yaml", "{min: 20, max: 300, soft_min: 40, soft_max: 160}", "{min: 20, max: 60}")
    edit(folder, "sections/story.yaml", "      head: Head\n", "")
    fresh = found.reload()
    assert fresh is not None and fresh.case.shown == "pain"
    assert not {"weight", "things"} & fresh.case.answers.keys() and "kidney" in fresh.case.answers
    told = found.notices()
    assert any(each.startswith("Dropped, the answer to weight: 70 is outside 20 to 60") for each in told)
    assert any(each.startswith("Dropped, the answer to things:") for each in told)


def test_an_answer_to_a_question_that_was_deleted_is_dropped(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    found = trial(folder, "sections/story.yaml:pain")
    found.notices()
    text = (folder / "sections" / "story.yaml").read_text("utf-8")
    start, end = text.index("  things:"), text.index("  weight:")
    (folder / "sections" / "story.yaml").write_text(text[:start] + text[end:], "utf-8")
    assert found.reload() is not None
    assert "Dropped, the answer to things: it is not asked any more." in found.notices()


def test_content_with_errors_leaves_the_interview_as_it_was(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    found = trial(folder, "sections/story.yaml:pain")
    found.notices()
    before = found.interview
    edit(folder, "guards.yaml", "kidney is yes", "kidny is yes")
    assert found.reload() is before
    told = found.notices()
    assert told[0].startswith("Not read again") and any("P201" in each for each in told)
    edit(folder, "guards.yaml", "kidny is yes", "kidney is no")
    assert found.reload() not in (None, before)


# --- the shells -----------------------------------------------------------------------------------


def test_the_line_mode_keeps_nothing_and_says_what_was_assumed(tmp_path: Path) -> None:
    folder = copy_of_tiny(tmp_path)
    cases = tmp_path / "cases"
    done = backstory("try", f"{folder}/sections/alarm.yaml:alone", "--plain", "--transcripts", cases, input=b"y\nq\n")
    text = done.stdout.decode()
    assert done.returncode == 0, said(done)
    assert "Is anybody inside?" in text and "Assumed, so that it is asked" in text
    assert "nothing of it is kept" in text and not cases.exists()


def test_the_line_mode_reads_saved_content_again(tmp_path: Path) -> None:
    from chatbot import plain

    folder = copy_of_tiny(tmp_path)
    found = trial(folder, "sections/story.yaml:weight")
    lines: list[str] = []
    typed = iter(["70", "q"])

    def read(prompt: str) -> str:
        edit_once()
        return next(typed)

    done: list[bool] = []

    def edit_once() -> None:
        if not done:
            done.append(True)
            edit(folder, "sections/story.yaml", "clinician: Pain from 0 to 10?", "clinician: How bad is it now?")

    code = plain.run(
        found.interview, read=read, write=lines.append, notices=found.notices, reload=found.reload, kept=False
    )
    text = "\n".join(lines)
    assert code == ExitCode.FINE and "How bad is it now?" in text and "Read again:" in text


def test_without_a_terminal_the_line_mode_is_named(tmp_path: Path) -> None:
    done = backstory("try", copy_of_tiny(tmp_path) / "sections" / "story.yaml")
    assert done.returncode == 10 and "--plain" in said(done)


def services_of(found: Trial) -> Services:
    from dataclasses import replace

    base = kit.House().services()
    return replace(
        base,
        notices=found.notices,
        notices_title="About this trial",
        reload=found.reload,
        kept=False,
        transcripts=NOWHERE,
    )


async def test_the_screen_shows_what_was_assumed_and_saved_content(tmp_path: Path) -> None:
    from chatbot.tui.application import Backstory

    folder = copy_of_tiny(tmp_path)
    found = trial(folder, "sections/story.yaml:pain")
    app = Backstory(services_of(found), Start(found.interview))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert "About this trial" in kit.screen_text(app) and "vignette calm" in kit.screen_text(app)
        await pilot.press("escape")
        assert "Pain from 0 to 10?" in kit.screen_text(app)
        edit(folder, "sections/story.yaml", "clinician: Pain from 0 to 10?", "clinician: How bad is it now?")
        app.look_again()
        await pilot.pause()
        assert "Read again: " in kit.screen_text(app)
        await pilot.press("escape")
        assert "How bad is it now?" in kit.screen_text(app)
        edit(folder, "guards.yaml", "kidney is yes", "kidny is yes")
        app.look_again()
        await pilot.pause()
        assert "Not read again" in kit.screen_text(app) and "P201" in kit.screen_text(app)
        await pilot.press("escape")
        assert "How bad is it now?" in kit.screen_text(app)
        interview: Interview = app.session.interview
        assert interview.case.kind == "test"
