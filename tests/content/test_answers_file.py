"""Answers files: what they may say, and how everything else is refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chatbot.content.answers_file import AnswersError, commands_of, open_case, read_answers
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from tests.shipped import small_protocol

AS_OF = "2026-03-15T10:30"


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return small_protocol()


def case_of(protocol: Protocol, text: str, tmp_path: Path) -> Case:
    path = tmp_path / "answers.yaml"
    path.write_text(text, "utf-8")
    case, _ = open_case(protocol, read_answers(path), AS_OF)
    return case


def stored(case: Case) -> dict[str, Any]:
    return {key: answer.value if answer.status is None else answer.status.value for key, answer in case.answers.items()}


def test_ids_may_stand_at_the_top_or_under_answers(protocol: Protocol, tmp_path: Path) -> None:
    top = case_of(protocol, "as_of: 2026-03-15\ngrown_up: yes\nsmoke: none\n", tmp_path)
    under = case_of(protocol, "as_of: 2026-03-15\nanswers:\n  grown_up: yes\n  smoke: none\n", tmp_path)
    assert stored(top) == stored(under) == {"grown_up": "yes", "smoke": "none"}


def test_json_is_read_too(protocol: Protocol, tmp_path: Path) -> None:
    case = case_of(protocol, '{"answers": {"smoke": "thin", "weight": 70, "pain": 3}}', tmp_path)
    assert {key: str(value) for key, value in stored(case).items()} == {"smoke": "thin", "weight": "70", "pain": "3"}


@pytest.mark.parametrize("status", ["unknown", "declined", "not_assessed"])
def test_a_status_word_is_a_status(protocol: Protocol, tmp_path: Path, status: str) -> None:
    assert stored(case_of(protocol, f"smoke: {status}\n", tmp_path)) == {"smoke": status}
    assert stored(case_of(protocol, f"smoke: {{status: {status}}}\n", tmp_path)) == {"smoke": status}


def test_an_answer_says_where_it_comes_from_and_when(protocol: Protocol, tmp_path: Path) -> None:
    text = "smoke: {value: thin, source: record, on: 2026-03-14T09:00, note: from the letter}\n"
    answer = case_of(protocol, text, tmp_path).answers["smoke"]
    assert (answer.value, answer.source.value, answer.note) == ("thin", "record", "from the letter")
    assert answer.given.isoformat() == "2026-03-14T09:00:00" and answer.via == "file"


def test_a_group_is_a_list_and_fills_its_count(protocol: Protocol, tmp_path: Path) -> None:
    case = case_of(protocol, "visits:\n  - {place: here}\n  - {place: there, day: 2015}\n", tmp_path)
    assert str(case.answers["visits_count"].value) == "2"
    assert case.answers["visits[2].place"].value == "there"


def test_a_grid_is_written_flat_or_row_by_row(protocol: Protocol, tmp_path: Path) -> None:
    flat = case_of(protocol, 'power: {foot.left: "3", hip.left: "5"}\n', tmp_path)
    nested = case_of(protocol, 'power: {foot: {left: "3"}, hip: {left: "5"}}\n', tmp_path)
    assert stored(flat) == stored(nested) == {"power": {"hip.left": "5", "foot.left": "3"}}


def test_several_choices_are_kept_in_the_order_of_the_content(protocol: Protocol, tmp_path: Path) -> None:
    assert stored(case_of(protocol, "things: [foot, head]\n", tmp_path)) == {"things": ("head", "foot")}


def test_an_alarm_on_the_way_does_not_stop_the_answers(protocol: Protocol, tmp_path: Path) -> None:
    case = case_of(protocol, "grown_up: yes\nsmoke: thick\nkidney: no\n", tmp_path)
    assert case.urgency.value == "emergency" and "kidney" in case.answers


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("smokee: none\n", "1:1", "did you mean 'smoke'?"),
        ("smoke: nothing\n", "1:8", "the options are none, thin, thick"),
        ("smoke: thinn\n", "1:8", "did you mean 'thin'?"),
        ("weight: 5\n", "1:9", "5 is outside 20 to 300 kg"),
        ("weight: heavy\n", "1:9", "'heavy' is not a number"),
        ("pain: 11\n", "1:7", "11 is outside 0 to 10"),
        ("pain: 3.5\n", "1:7", "'3.5' is not a whole number"),
        ("things: [head, nothing]\n", "1:9", "cannot stand beside another"),
        ("things: {head: yes}\n", "1:9", "either 'value' or 'status' is needed"),
        ("smoke: {status: unknwon}\n", "1:17", "did you mean 'unknown'?"),
        ("smoke: {status: unknown, value: none}\n", "1:8", "either 'value' or 'status'"),
        ("smoke: {valu: none}\n", "1:9", "did you mean 'value'?"),
        ("smoke: {value: none, source: pateint}\n", "1:30", "did you mean 'patient'?"),
        ("smoke: {value: none, on: 2027-01-01}\n", "1:26", "lies after as_of"),
        ("smoke: {status: cannot_apply}\n", "1:1", "always applies"),
        ("visits: here\n", "1:9", "is a list"),
        ("visits: [{plaace: here}]\n", "1:11", "did you mean 'place'?"),
        ("visits: [{}, {}, {}, {}]\n", "1:9", "3 is the most"),
        ("visits: [{place: there, day: 2027}]\n", "1:30", "lies after"),
        ("power: {foot.lefft: '3'}\n", "1:8", "is not a cell"),
        ("answers: [smoke]\n", "1:10", "a mapping of question ids"),
        ("answers: {smoke: none}\nsmoek: none\n", "2:1", "is not a key here"),
        ("kind: real\nsmoke: none\n", "1:7", "one of clinical"),
        ("as_of: yesterday\nsmoke: none\n", "1:8", "is not a day"),
        ("- smoke\n", "1:1", "a mapping of question ids"),
        ("smoke: [\n", "2:1", "not YAML"),
        ("smoke: none\nsmoke: thin\n", "2:1", "stands twice"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(
    protocol: Protocol, tmp_path: Path, text: str, place: str, says: str
) -> None:
    with pytest.raises(AnswersError) as refused:
        case_of(protocol, text, tmp_path)
    message = refused.value.render()
    assert f"answers.yaml:{place}: error P" in message and says in message
    assert refused.value.exit_code == 2


def test_all_problems_come_in_one_run(protocol: Protocol, tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("smokee: none\nweight: 5\npain: eleven\n", "utf-8")
    with pytest.raises(AnswersError) as refused:
        commands_of(protocol, read_answers(path), AS_OF)
    assert refused.value.render().count("error P") == 3


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnswersError, match="No such file"):
        read_answers(tmp_path / "nothing.yaml")
