"""Dead ends, references behind nothing and empty cells of alarm tables are found, with somebody who meets them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from chatbot.content.build import symbols_of
from chatbot.content.library import load_checked
from chatbot.core.findings import FlagState
from chatbot.core.resolve import condition
from chatbot.proof.interviews import Search
from chatbot.proof.model import Model
from chatbot.proof.soundness import AlarmTable, caught, cited, ends
from chatbot.proof.theorems import Verdict
from tests.proof.test_model import AS_OF, model, protocol_of
from tests.small_protocols import SMALL, edit


def test_a_question_that_stands_in_for_another_and_is_not_asked_is_a_dead_end(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SMALL / "tiny", tmp_path / "tiny"))
    reason = "    cannot_apply: {no_kidney: {label: No kidney, substitute: [smoke_since]}}\n"
    edit(folder, "sections/story.yaml", "    report: weak kidney\n", f"    report: weak kidney\n{reason}")
    made = Model(load_checked(folder), AS_OF)
    made.build()
    found = {each.name: each for each in ends(made, Search(made))}
    assert found["tiny"].holds is True
    stuck = found["kidney cannot apply: no_kidney"]
    assert stuck.holds is False and stuck.note == "smoke_since stands in for it and is not asked"
    case = stuck.shown_by[0].case(made)
    assert case.answers["kidney"].reason == "no_kidney" and case.assessment.applies["smoke_since"] is False


def test_a_reference_behind_what_can_never_happen_is_named() -> None:
    protocol = protocol_of("tiny")
    dead = [Verdict("live", "rule", name, False) for name in ("tablet", "rest")]
    holds = {each.name: each.holds for each in cited(protocol, [])}
    assert set(holds.values()) == {True}
    without = {each.name: each for each in cited(protocol, [*dead, Verdict("live", "conflict", "c1", False)])}
    assert without["LEAFLET"].holds is False and "rule tablet" in without["LEAFLET"].note
    assert without["MANUAL"].holds is True


def test_somebody_with_an_alarm_symptom_whom_no_flag_catches_is_found() -> None:
    made = model("tiny")
    symbols = symbols_of(json.loads(made.protocol.canonical))
    smoke = condition("smoke in {thin, thick}", symbols).tree
    old = condition("smoke is thin", symbols).tree
    tables = [
        AlarmTable("one", smoke, ("burning",), ()),
        AlarmTable("both", smoke, ("burning", "old_smoke"), ()),
        AlarmTable("but_for", smoke, ("burning",), (old,)),
    ]
    found = {each.name: each for each in caught(made, Search(made), tables)}
    assert (found["both"].holds, found["but_for"].holds) == (True, True)
    case = found["one"].shown_by[0].case(made)
    assert found["one"].holds is False and case.assessment.flags["burning"] is FlagState.CLEAR
