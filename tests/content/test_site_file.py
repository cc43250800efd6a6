"""Local facts: read strictly, filled in at one place, pinned in the transcript, and never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.content.site_file import site_facts
from chatbot.core import commands as cmd
from chatbot.core.case import fold
from chatbot.core.events import CaseOpened, Event, SitePinned
from chatbot.core.navigation import opening
from chatbot.core.plan import build_plan
from chatbot.core.present import present
from chatbot.core.protocol import Protocol
from chatbot.core.site import BLANK, with_site
from chatbot.desk import Desk
from chatbot.errors import ContentError
from chatbot.interview import Interview
from chatbot.record.host import FixedHost
from chatbot.record.read import read_transcript
from tests.shipped import shipped_protocol, small_protocol
from tests.small_protocols import SMALL

ROOT = SMALL.parents[2]
AS_OF = "2026-03-15T10:30"


def protocol() -> Protocol:
    return small_protocol("private")


class Memory:
    """Keeps events in a list."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, events: Sequence[Event]) -> None:
        self.events += events


def opened() -> CaseOpened:
    return CaseOpened("c1", "test", AS_OF, "bed 4", "", protocol().identity)


# --- the file -------------------------------------------------------------------------------------

FAULTS = [
    ("site:\n  lime: 1\n", "2:3", "P110", "did you mean 'line'?"),
    ("site:\n  line: [1, 2]\n", "2:9", "P112", None),
    ("site:\n  line: ''\n", "2:9", "P112", None),
    ("site: night\n", "1:7", "P112", None),
    ("- line\n", "1:1", "P112", None),
    ("sight:\n  line: 1\n", "1:1", "P112", None),
    ("site:\n  line: 1\nsite_two: {}\n", "3:1", "P110", None),
    ("site:\n  line: 1\n  line: 2\n", "3:3", "P107", None),
    (f"site:\n  line: {'9' * 201}\n", "2:9", "P301", None),
    ('site:\n  line: "\\e[2J"\n', "2:9", "P108", None),
    ("site:\n  line: a\u202eb\n", "2:10", "P108", None),
]


@pytest.mark.parametrize(("text", "place", "code", "hint"), FAULTS, ids=lambda value: repr(value)[:30])
def test_a_fault_is_reported_where_it_stands(
    text: str, place: str | None, code: str, hint: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ContentError) as error:
        site_facts(protocol(), path, folder=SMALL)
    assert f"site.yaml:{place}: error {code}: " in error.value.message
    assert hint is None or hint in error.value.message


def test_a_file_that_was_named_and_is_missing_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="P113"):
        site_facts(protocol(), tmp_path / "none.yaml", folder=SMALL)


def test_without_a_file_nothing_is_known() -> None:
    assert site_facts(protocol(), folder=SMALL) is None


def test_a_fact_of_another_protocol_beside_it_is_no_fault(tmp_path: Path) -> None:
    for name, facts in (("one", "line"), ("two", "desk")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "protocol.yaml").write_text(f"site:\n  {facts}: {{label: it}}\n")
    (tmp_path / "site.yaml").write_text("site: {line: '1', desk: '2'}\n")
    one = replace(protocol(), id="one", site={"line": protocol().site["line"]})
    assert site_facts(one, folder=tmp_path) == {"line": "1"}


def test_the_shipped_example_names_every_local_fact_and_is_never_read() -> None:
    shipped = shipped_protocol()
    assert site_facts(shipped) is None or (ROOT / "dialogue" / "site.yaml").exists()
    example = site_facts(shipped, ROOT / "dialogue" / "site.example.yaml")
    assert example is not None and example.keys() == {*shipped.site, "region"}


# --- the words ------------------------------------------------------------------------------------


def test_a_placeholder_reads_as_label_and_value_or_as_a_blank_to_fill() -> None:
    said = with_site(protocol(), {"line": "0123 {site.desk}"})
    assert said.rules["call"].text.clinician == "Call the fire service, night line: 0123 {site.desk}."
    neutral = said.rules["call_for_secret"].neutral
    assert neutral is not None and neutral.text is not None
    assert neutral.text.clinician == "Call now, night line: 0123 {site.desk}."
    assert said.scope.out_of_scope.clinician == f"Outside this protocol. Ask front desk: {BLANK}."
    assert said.scope.out_of_scope.patient == f"Outside this protocol. Ask our desk: {BLANK}."


def test_a_protocol_without_local_facts_is_left_as_it_is() -> None:
    tiny = small_protocol()
    assert with_site(tiny, {"line": "1"}) is tiny
    said = with_site(protocol(), {})
    assert said.questions is protocol().questions or said.questions == protocol().questions
    assert said.rules["rest"].text.clinician == protocol().rules["rest"].text.clinician


@pytest.mark.parametrize("facts", [{}, {"line": "0123"}], ids=["blank", "known"])
def test_no_placeholder_reaches_the_plan_or_the_alarm(facts: dict[str, str]) -> None:
    interview = Interview.start(protocol(), Memory(), opened(), facts)
    interview.send(cmd.GiveAnswer("grown_up", value="yes"))
    interview.send(cmd.GiveAnswer("smoke", value="thick"))
    view = interview.view()
    wanted = f"night line: {facts.get('line', BLANK)}"
    assert view.alarm is not None and wanted in view.alarm.actions[0].text
    assert "{site" not in str(view) + str(present(protocol(), interview.case, "patient"))
    plan = str(build_plan(protocol(), interview.case))
    assert "{site" not in plan and wanted in plan


# --- pinned ---------------------------------------------------------------------------------------


def test_facts_are_pinned_right_after_the_opening() -> None:
    memory = Memory()
    interview = Interview.start(protocol(), memory, opened(), {"line": "1", "unnamed": "2"})
    assert memory.events[0] == SitePinned({"line": "1"})
    assert fold(protocol(), interview.events).site == {"line": "1"}


def test_nothing_is_pinned_where_nothing_is_known() -> None:
    memory = Memory()
    Interview.start(protocol(), memory, opened(), None)
    assert not any(isinstance(event, SitePinned) for event in memory.events)


SITTINGS = [
    ({"line": "1"}, []),
    (None, []),
    ({"line": "2"}, [SitePinned({"line": "2"})]),
    ({}, [SitePinned({})]),
]


@pytest.mark.parametrize(("later", "pinned"), SITTINGS, ids=["same", "no file", "changed", "gone"])
def test_a_later_sitting_pins_what_changed(later: dict[str, str] | None, pinned: list[Event]) -> None:
    memory = Memory()
    events = [opened(), *opening(protocol(), opened(), {"line": "1"})]
    Interview.resume(protocol(), memory, events, "2026-03-16T10:30", later)
    assert [event for event in memory.events if isinstance(event, SitePinned)] == pinned


def test_facts_that_change_call_for_a_new_plan() -> None:
    interview = Interview.start(protocol(), Memory(), opened(), {"line": "1"})
    before = interview.plan()
    interview.send(cmd.IssuePlan())
    assert interview.case.plan_digest is not None
    interview.send(cmd.PinSite({"line": "2"}))
    assert interview.case.plan_digest is None and interview.plan() != before


def desk(folder: Path, site: Path | None) -> Desk:
    def facts(of: Protocol, strict: bool) -> dict[str, str] | None:
        return None if site is None else site_facts(of, site, folder=SMALL, strict=strict)

    return Desk(folder, protocol, FixedHost(), as_of=AS_OF, site=facts)


def test_a_faulty_file_stops_a_new_case_but_never_one_that_is_resumed(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("site: {line: '0123'}\n")
    first = desk(tmp_path / "cases", site)
    case = first.start("test", "bed 4", "").case.case
    (summary,) = first.cases()
    first.close()
    site.write_text("site: {line: [}\n")
    second = desk(tmp_path / "cases", site)
    with pytest.raises(ContentError):
        second.start("test", "bed 5", "")
    resumed = second.resume(summary.path)
    assert resumed.case.case == case and resumed.case.site == {"line": "0123"}
    assert any("The local facts of the last sitting are used." in notice for notice in second.notices())
    second.close()
    assert len(second.cases()) == 1
    pinned = [event for event in read_transcript(summary.path).events if isinstance(event, SitePinned)]
    assert pinned == [SitePinned({"line": "0123"})]


def test_plan_answers_takes_a_file_of_local_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "here.yaml"
    site.write_text("site: {line: '0123 456'}\n")
    told = SMALL / "private" / "vignettes" / "told.yaml"
    arguments = ["plan", "private", "--protocols", str(SMALL), "--answers", str(told)]
    assert main([*arguments, "--site", str(site)]) == 0
    assert "Call us: night line: 0123 456." in capsys.readouterr().out
    assert main(arguments) == 0
    assert f"Call us: night line: {BLANK}." in capsys.readouterr().out
    site.write_text("site: {lin: '0123 456'}\n")
    assert main([*arguments, "--site", str(site)]) == 3
    assert "here.yaml:1:8: error P110" in capsys.readouterr().err
