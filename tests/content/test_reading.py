"""How hard a patient's text is to read, and what of a text can be read aloud."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path

import pytest

from chatbot.content.checks.reading import measure
from chatbot.content.checks.report import check_protocol
from chatbot.content.package import read_package
from chatbot.content.reading import grade, joined
from tests.small_protocols import TINY

FORMULAS = ("flesch_kincaid", "gunning_fog", "automated_readability")
LIMITS = (
    "words:\n  en:\n    reading: {target: 6, limit: 8, fewest_words: 8, formulas: [flesch_kincaid, gunning_fog,"
    " automated_readability]}\n"
)


def with_limits(folder: Path) -> Path:
    shutil.copytree(TINY, folder)
    (folder / "words.yaml").write_text(LIMITS)
    return folder


def test_a_plain_text_has_a_low_grade_and_a_learned_one_a_high_grade() -> None:
    assert grade("Can you feel the pee when it comes? Tell me what it is like.", FORMULAS) < 3
    assert grade("Immediate professional consideration of alternative modalities is recommended.", FORMULAS) > 12


def test_measuring_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    assert grade("This text was never measured before, in any other test here.", FORMULAS) < 8


def test_a_name_people_have_to_know_counts_as_one_short_word() -> None:
    text = "Do you take hydrochlorothiazide for your heart at night?"
    assert grade(text, FORMULAS, ("hydrochlorothiazide",)) == grade(
        text.replace("hydrochlorothiazide", "name"), FORMULAS
    )


def test_a_blank_counts_as_one_short_word() -> None:
    assert grade("Call {site.emergency_department} at once if it gets worse.", FORMULAS) == grade(
        "Call name at once if it gets worse.", FORMULAS
    )


@pytest.mark.parametrize(
    ("texts", "heard"),
    [
        (["Which leg?", "Left", "Right", "Both"], "Which leg? Left, Right, Both."),
        (
            ["Today", "Yesterday or the day before", "Longer ago than that"],
            "Today, Yesterday or the day before. Longer ago than that.",
        ),
        (["Call now."], "Call now."),
    ],
)
def test_short_texts_are_heard_as_a_list_that_pauses(texts: list[str], heard: str) -> None:
    assert joined(texts, 6) == heard


def test_every_patient_text_is_measured_once_or_counted_as_too_short(tmp_path: Path) -> None:
    measured = measure(read_package(with_limits(tmp_path / "tiny"), "tiny"))
    parts = [(said.file.path, said.path) for passage in measured.passages for said in passage.parts]
    assert len(parts) == len(set(parts)) and parts
    assert all(path[-1] == "patient" for _, path in parts)
    assert measured.short > 0


def test_content_without_limits_says_nothing_about_reading(tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    assert "reading ease" not in check_protocol(folder).render()


def test_without_the_library_check_passes_and_says_that_nothing_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "textstat", None)
    report = check_protocol(with_limits(tmp_path / "tiny"))
    assert not report.found
    assert "reading ease: not measured: pip install 'backstory[authoring]'" in report.render()
