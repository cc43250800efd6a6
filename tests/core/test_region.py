"""The region is a pinned fact that rules and numbers may read, and danger may not: not known, nothing is left out."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from chatbot.cli import main
from chatbot.content.library import load_protocol
from chatbot.core import commands as cmd
from chatbot.core.case import Case, evolve, fold
from chatbot.core.condition import Condition
from chatbot.core.events import AnswerGiven, CaseOpened, Event, SitePinned
from chatbot.core.findings import assess
from chatbot.core.navigation import decide, opening
from chatbot.core.plan import build_plan
from chatbot.core.protocol import Protocol
from chatbot.core.tree import REGION, OneOf
from chatbot.export.text import plan_text
from tests.small_protocols import TINY, edit

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "plan.schema.json").read_text("utf-8"))

EDITS = {
    "protocol.yaml": [
        ("labels:\n", "regions: {UK: Here, US: There}\nlabels:\n  region: {title: Region, unset: not set}\n")
    ],
    "findings.yaml": [
        (
            "findings:\n",
            "findings:\n"
            "  most: {title: most, number: 2 if site.region is US else 3, range: {min: 2, max: 3}}\n"
            "  careful:\n"
            "    title: careful\n"
            "    number: 2 if site.region is unknown else (4 if site.region is US else 3)\n"
            "    range: {min: 2, max: 4}\n",
        )
    ],
    "rules/drug.yaml": [
        ("    topic: tablet\n", "    topic: tablet\n    regions: [UK]\n"),
        ("    always: yes\n", "    when: site.region is US\n"),
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("protocols")
    shutil.copytree(TINY, made / "tiny")
    shutil.rmtree(made / "tiny" / "vignettes")
    for name, edits in EDITS.items():
        for old, new in edits:
            edit(made / "tiny", name, old, new)
    return made


@pytest.fixture(scope="module")
def protocol(folder: Path) -> Protocol:
    return load_protocol("tiny", folder=folder)


ANSWERS: dict[str, str | int] = {"grown_up": "yes", "smoke": "none", "pain": 5, "kidney": "no", "weight": "70"}


def opened(protocol: Protocol) -> CaseOpened:
    return CaseOpened("c1", "test", "2026-03-15T10:30", "bed 4", "", protocol.identity)


def begun(protocol: Protocol, region: str = "") -> list[Event]:
    start = opened(protocol)
    return [start, *opening(protocol, start, {"region": region} if region else {})]


def answered(protocol: Protocol, events: list[Event]) -> Case:
    case = fold(protocol, events)
    for key, value in ANSWERS.items():
        if key in protocol.questions:
            decided = decide(protocol, case, cmd.GiveAnswer(key, value=value, confirmed=True))
            assert isinstance(decided, tuple), decided
            for event in decided:
                case = evolve(protocol, case, event)
    return case


def came_out(protocol: Protocol, region: str) -> tuple[dict[str, str], dict[str, object]]:
    plan = build_plan(protocol, answered(protocol, begun(protocol, region)))
    Draft202012Validator(SCHEMA).validate(plan)
    return {each["id"]: each["status"] for each in plan["recommendations"]}, plan


def test_a_rule_for_one_region_is_left_out_in_another_and_stands_while_the_region_is_not_known(
    protocol: Protocol,
) -> None:
    assert came_out(protocol, "UK")[0]["tablet"] == "recommended"
    assert came_out(protocol, "US")[0]["tablet"] == "not_applicable"
    assert came_out(protocol, "")[0]["tablet"] == "recommended"


def test_a_condition_on_a_region_that_is_not_known_is_unknown_and_the_plan_says_why_it_waits(
    protocol: Protocol,
) -> None:
    assert [came_out(protocol, region)[0]["rest"] for region in ("US", "UK", "")] == [
        "recommended",
        "not_applicable",
        "pending",
    ]
    waiting = next(each for each in came_out(protocol, "")[1]["recommendations"] if each["id"] == "rest")  # type: ignore[attr-defined]
    assert waiting["why_not"] == "not set"


def test_a_number_takes_the_region_s_value_and_the_one_content_chose_for_no_region(protocol: Protocol) -> None:
    found = {region: came_out(protocol, region)[1]["findings"] for region in ("UK", "US", "")}
    assert [each["careful"] for each in found.values()] == ["3", "4", "2"]  # type: ignore[index]
    assert [each["most"] for each in found.values()] == ["3", "2", "unknown"]  # type: ignore[index]


def test_the_plan_names_its_region_in_json_and_in_text(protocol: Protocol) -> None:
    for region, said in (("UK", "Here"), ("", "not set")):
        plan = came_out(protocol, region)[1]
        assert plan["region"] == {"id": region or None, "title": {"clinician": said, "patient": said}}
        assert f"Region: {said}" in plan_text(plan, protocol.labels)


def test_the_region_is_pinned_before_the_first_question_and_facts_without_one_leave_it(protocol: Protocol) -> None:
    events = begun(protocol, "UK")
    assert [each.type for each in events if each.type != "approvals.pinned"] == [
        "case.opened",
        "site.pinned",
        "question.shown",
    ]
    case = fold(protocol, events)
    assert decide(protocol, case, cmd.PinSite({})) == ()
    assert decide(protocol, case, cmd.PinSite({"region": "US"})) == (SitePinned({"region": "US"}),)
    assert decide(protocol, case, cmd.PinSite({"region": "FR"})) == (SitePinned({}),)


def test_another_region_at_a_later_sitting_is_as_if_the_case_had_always_been_there(protocol: Protocol) -> None:
    moved = evolve(protocol, answered(protocol, begun(protocol, "UK")), SitePinned({"region": "US"}))
    assert moved.assessment == answered(protocol, begun(protocol, "US")).assessment
    assert moved.assessment == assess(protocol, moved.answers, moved.as_of, region="US")


def test_another_region_asks_nothing_while_an_alarm_waits(protocol: Protocol) -> None:
    here = Condition("site.region is UK", OneOf(REGION, frozenset({"UK"})))
    kidney = replace(protocol.questions["kidney"], when=here)
    only_here = replace(protocol, questions={**protocol.questions, "kidney": kidney})
    case = replace(fold(only_here, begun(only_here, "UK")), shown="kidney")
    assert [event.type for event in sent(only_here, case, cmd.PinSite({"region": "US"}))] == [
        "site.pinned",
        "question.shown",
    ]
    alarmed = case
    for key, value in {"smoke": "thick", "smoke_since": "2026-03-15"}.items():
        given = AnswerGiven(key, value, None, "patient", "key", "2026-03-15T10:30")
        alarmed = evolve(only_here, alarmed, given)
    assert alarmed.alarms and alarmed.shown == "kidney"
    assert [event.type for event in sent(only_here, alarmed, cmd.PinSite({"region": "US"}))] == ["site.pinned"]


def sent(protocol: Protocol, case: Case, command: cmd.Command) -> tuple[Event, ...]:
    decided = decide(protocol, case, command)
    assert isinstance(decided, tuple), decided
    return decided


def test_the_command_line_comes_before_the_answers_file_and_that_before_the_local_facts(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, site, settings = tmp_path / "a.yaml", tmp_path / "site.yaml", tmp_path / "settings.json"
    answers.write_text("as_of: 2026-03-15\ngrown_up: yes\n")
    site.write_text("site: {region: US}\n")
    settings.write_text('{"region": "UK"}')

    def region(*more: str) -> object:
        command = ["plan", "--answers", str(answers), "--format", "json", "--protocols", str(folder), *more]
        assert main([*command, "--settings", str(settings)]) == 0
        return json.loads(capsys.readouterr().out)["region"]["id"]

    assert region() == "UK"
    assert region("--site", str(site)) == "US"
    answers.write_text("as_of: 2026-03-15\nregion: UK\nanswers: {grown_up: yes}\n")
    assert region("--site", str(site)) == "UK"
    assert region("--site", str(site), "--region", "US") == "US"


@pytest.mark.parametrize("where", ["option", "answers", "site"])
def test_a_region_that_the_protocol_does_not_know_is_refused_with_the_nearest(
    where: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers, site = tmp_path / "a.yaml", tmp_path / "site.yaml"
    answers.write_text("as_of: 2026-03-15\n" + ("region: UKK\n" if where == "answers" else "") + "answers: {}\n")
    site.write_text("site: {region: UKK}\n")
    more = {"option": ["--region", "UKK"], "answers": [], "site": ["--site", str(site)]}[where]
    assert main(["plan", "--answers", str(answers), "--protocols", str(folder), *more]) == 2
    assert "did you mean 'UK'?" in capsys.readouterr().err


def test_a_protocol_without_regions_says_nothing_of_one() -> None:
    plain = load_protocol("tiny", folder=TINY.parent)
    events = begun(plain, "UK")
    assert "site.pinned" not in [each.type for each in events]
    assert "region" not in build_plan(plain, fold(plain, events))
