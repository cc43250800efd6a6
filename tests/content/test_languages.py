"""A further language: offered when a native speaker has reviewed all of it as it stands, and out of use by itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from chatbot.content.checks.report import check_protocol
from chatbot.content.language_file import in_language, write_language
from chatbot.content.languages import PSEUDO, pseudo, reviewed_digest
from chatbot.content.library import load_checked
from chatbot.content.package import Package, read_language
from chatbot.content.wordings import Wordings
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.desk import Desk
from chatbot.errors import UsageError
from chatbot.record.host import Host
from chatbot.record.read import read_transcript
from tests.small_protocols import TINY, edit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the tiny protocol with all of it in French, or what passes for it, and reviewed."""
    made = tmp_path / "tiny"
    shutil.copytree(TINY, made)
    assert write_language(made, "fr") > 50
    assert write_language(made, "fr") == 0
    file = made / "languages" / "fr.yaml"
    file.write_text(file.read_text("utf-8").replace('patient: "Have a rest."', 'patient: "Reposez-vous."'), "utf-8")
    reviewed(made)
    return made


def reviewed(folder: Path, native: str = "yes") -> None:
    language = read_language(Package(folder, "tiny"), "fr")
    assert language is not None
    digest = reviewed_digest(language.model.texts)
    file = folder / "languages" / "fr.yaml"
    review = f"reviewed_by: {{name: N. N., date: 2026-01-02, native_speaker: {native}, texts: '{digest}'}}\n"
    file.write_text(file.read_text("utf-8") + review, "utf-8")


def french(folder: Path) -> Protocol:
    return in_language(load_checked(folder), "fr", lambda: folder)


def test_a_language_that_was_reviewed_is_offered(folder: Path) -> None:
    report = check_protocol(folder)
    assert not report.found, report.render()
    assert any(line.startswith("fr (fr):") and line.endswith("texts, offered") for line in report.languages)
    assert french(folder).rules["rest"].text.patient == "Reposez-vous."
    assert french(folder).identity == load_checked(TINY).identity


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("rules/drug.yaml", "Have a rest.", "Have a long rest."), "made from another wording"),
        (("languages/fr.yaml", "Reposez-vous.", "Dormez."), "changed after its review"),
        (("languages/fr.yaml", "native_speaker: yes", "native_speaker: no"), "is not a native speaker"),
        (("languages/fr.yaml", "reviewed_by:", "# reviewed_by:"), "nobody has reviewed it"),
        (("guards.yaml", "weak kidney,", "a kidney that is weak,"), "made from another wording"),
        (
            ("sections/alarm.yaml", "thin: A little", "thin: A little\n      blue: Blue smoke"),
            "texts are missing",
        ),
    ],
)
def test_a_change_takes_a_language_out_of_use_by_itself(folder: Path, change: tuple[str, str, str], why: str) -> None:
    edit(folder, *change)
    with pytest.raises(UsageError, match=why):
        french(folder)


def test_a_language_that_is_not_there_is_refused_with_those_that_are(folder: Path) -> None:
    with pytest.raises(UsageError) as refused:
        in_language(load_checked(folder), "es", lambda: folder)
    assert refused.value.hint == "there are: en, fr"
    assert in_language(load_checked(folder), "en", lambda: folder).title == load_checked(folder).title


def test_translations_stand_outside_the_digest(folder: Path) -> None:
    assert load_checked(folder).digest == load_checked(TINY).digest


def desk(folder: Path, transcripts: Path, language: str | None) -> Desk:
    return Desk(
        transcripts,
        lambda: load_checked(folder),
        Host(),
        as_of="2026-03-15T10:30",
        wordings=Wordings(language, lambda protocol, tag: in_language(protocol, tag, lambda: folder)),
    )


def test_a_case_says_its_language_and_goes_on_in_it(folder: Path, tmp_path: Path) -> None:
    first = desk(folder, tmp_path / "cases", "fr")
    interview = first.start("clinical", "bed 4", "")
    assert interview.protocol.rules["rest"].text.patient == "Reposez-vous."
    first.close()
    (path,) = (tmp_path / "cases" / "clinical").glob("*.jsonl")
    assert read_transcript(path).header["locale"] == "fr"
    again = desk(folder, tmp_path / "cases", None)
    assert again.resume(path).protocol.rules["rest"].text.patient == "Reposez-vous."
    again.close()


def test_a_language_that_fell_out_of_use_strands_no_case(folder: Path, tmp_path: Path) -> None:
    first = desk(folder, tmp_path / "cases", "fr")
    first.start("clinical", "bed 4", "")
    first.close()
    (path,) = (tmp_path / "cases" / "clinical").glob("*.jsonl")
    edit(folder, "languages/fr.yaml", "Reposez-vous.", "Dormez.")
    again = desk(folder, tmp_path / "cases", None)
    assert again.resume(path).protocol.rules["rest"].text.patient == "Have a rest."
    assert any("changed after its review" in each and "shown in 'en'" in each for each in again.notices())
    again.close()
    asked = desk(folder, tmp_path / "cases", "fr")
    with pytest.raises(UsageError, match="changed after its review"):
        asked.resume(path)


def test_the_pseudo_language_is_never_shown_to_a_patient(folder: Path, tmp_path: Path) -> None:
    ours = desk(folder, tmp_path / "cases", PSEUDO)
    with pytest.raises(UsageError, match="made up to test screens"):
        ours.start("clinical", "bed 4", "")
    assert not list((tmp_path / "cases").glob("*/*.jsonl"))
    assert ours.start("test", "bed 4", "").view().title.startswith("⟦")
    ours.close()


def test_a_plan_decides_the_same_in_every_language(folder: Path, tmp_path: Path) -> None:
    ours = desk(folder, tmp_path / "cases", "fr")
    interview = ours.start("test", "bed 4", "")
    for protocol in (interview.protocol, pseudo(interview.content)):
        plan = build_plan(protocol, interview.case)
        own = build_plan(interview.content, interview.case)
        assert plan["urgency"] == own["urgency"] and plan["protocol"] == own["protocol"]
        assert statuses(plan) == statuses(own)
    ours.close()


def statuses(plan: dict[str, Any]) -> dict[str, str]:
    return {each["id"]: each["status"] for each in plan["recommendations"]}
