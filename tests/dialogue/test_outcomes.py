"""What the shipped vignettes must come out as, said from the evidence and not from the program."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.content.answers_file import assessed_case, open_case, read_answers
from chatbot.content.checks.report import check_protocol
from chatbot.content.checks.vignettes import patients as patients_of
from chatbot.content.package import read_package
from chatbot.core.case import next_question
from chatbot.core.findings import network
from chatbot.core.outcome import outcome
from chatbot.core.protocol import QuestionType
from tests.dialogue.vignettes import FOLDER, NAMES, REPRESENTATIVE, as_of, case_of, file_of, path_of, plan_of
from tests.shipped import shipped_protocol

PROTOCOL = shipped_protocol()


def plan(name: str) -> dict[str, Any]:
    return plan_of(PROTOCOL, name)


def status(name: str, rule: str) -> str:
    return next(each["status"] for each in plan(name)["recommendations"] if each["id"] == rule)


def flags(name: str, state: str) -> set[str]:
    return {each["id"] for each in plan(name)["red_flags"] if each["state"] == state}


def with_action(name: str, action: str, kind: str = "do") -> set[str]:
    """Return the statuses of the rules of a kind that carry an action tag and whose condition may hold."""
    return {
        each["status"]
        for each in plan(name)["recommendations"]
        if action in each["actions"] and each["kind"] == kind and each["status"] != "not_applicable"
    }


def test_the_content_and_all_its_vignettes_and_cases_pass_every_check_and_show_everything() -> None:
    report = check_protocol(FOLDER.parent, covered=True)
    assert not report.found, report.render()
    assert report.coverage is not None and report.coverage.complete, report.render()
    assert set(REPRESENTATIVE) <= set(NAMES)


def test_the_content_is_as_large_as_the_first_cut_asks() -> None:
    asked = {key.split("]")[-1] for key in PROTOCOL.questions}
    assert len(asked) >= 55 and len(PROTOCOL.rules) >= 40
    assert {"c1_imaging_now", "c2_gabapentinoids"} <= set(PROTOCOL.conflicts) and len(PROTOCOL.conflicts) >= 3
    assert len(PROTOCOL.origin) >= 15 and all(item.rules or item.changed for item in PROTOCOL.origin)


def test_every_rule_stands_in_the_plan_once_in_the_order_of_the_content() -> None:
    for name in REPRESENTATIVE:
        assert [each["id"] for each in plan(name)["recommendations"]] == list(PROTOCOL.rules)


def test_a_routine_patient_is_routine_and_the_advice_fires_without_changing_that() -> None:
    found = plan("routine_complete")
    assert found["urgency"] == "routine" and found["safety_resolved"] and found["reassurance"]
    assert not found["unresolved"] and not flags("routine_complete", "cannot_exclude")
    for rule in ("safety_net_advice", "contact_two_weeks", "review_six_weeks", "stay_active"):
        assert status("routine_complete", rule) == "recommended"


def test_unknown_emergency_answers_are_never_routine_and_never_reassured() -> None:
    found = plan("all_unknown")
    assert found["urgency"] == "same_day" and not found["safety_resolved"] and not found["reassurance"]
    emergencies = {name for name, flag in PROTOCOL.red_flags.items() if flag.urgency.value == "emergency"}
    assert len(flags("all_unknown", "cannot_exclude") & emergencies) >= 10
    assert found["unresolved"][0]["emergency"]
    listed = {flag for each in found["unresolved"] for flag in each["flags"]}
    hanging = {name for name in flags("all_unknown", "cannot_exclude") if PROTOCOL.red_flags[name].if_unknown}
    assert hanging <= listed


@pytest.mark.parametrize("state", ["unknown", "declined", "not_assessed"])
def test_a_single_safety_answer_lost_from_the_routine_patient_is_never_reassured(state: str) -> None:
    from chatbot.core import commands as cmd
    from chatbot.core.case import evolve
    from chatbot.core.navigation import decide
    from chatbot.core.urgency import plan_urgency, safety_resolved

    case = case_of(PROTOCOL, "routine_complete")
    for key in sorted(PROTOCOL.safety_questions & case.answers.keys()):
        if key == "had_spine_operation":
            continue
        decided = decide(PROTOCOL, case, cmd.GiveAnswer(key, status=state, because="new_information"))
        assert isinstance(decided, tuple), (key, decided)
        after = case
        for event in decided:
            after = evolve(PROTOCOL, after, event)
        if not safety_resolved(PROTOCOL, after.assessment):
            assert plan_urgency(PROTOCOL, after.assessment).value != "routine", key


def test_one_unknown_creatinine_changes_drugs_and_not_the_urgency() -> None:
    assert plan("creatinine_unknown")["urgency"] == "routine" and plan("creatinine_unknown")["safety_resolved"]
    assert status("creatinine_unknown", "nsaid_short_trial") == "check_first"
    assert status("creatinine_unknown", "gabapentinoid_trial") == "check_first"
    assert status("creatinine_unknown", "stay_active") == "recommended"


def test_cauda_equina_is_an_emergency_and_everything_else_waits() -> None:
    found = plan("cauda_equina")
    assert found["urgency"] == "emergency" and "cauda_equina" in flags("cauda_equina", "present")
    assert status("cauda_equina", "act_cauda_equina") == "recommended"
    for each in found["recommendations"]:
        assert each["after_emergency"] is (each["category"] != "safety")


def test_fever_after_an_injection_is_an_emergency_and_no_injection_is_offered() -> None:
    assert plan("infection_after_injection")["urgency"] == "emergency"
    assert "spinal_infection" in flags("infection_after_injection", "present")
    assert not with_action("infection_after_injection", "epidural_injection") & {"recommended", "check_first"}


def test_a_progressive_foot_drop_is_an_emergency_and_an_old_documented_one_is_not() -> None:
    assert plan("progressive_foot_drop")["urgency"] == "emergency"
    assert "severe_weakness" in flags("progressive_foot_drop", "present")
    assert plan("old_documented_foot_drop")["urgency"] == "routine"
    assert not flags("old_documented_foot_drop", "present")
    assert status("old_documented_foot_drop", "orthosis_and_falls") == "recommended"


def test_kidney_disease_withholds_what_the_kidney_cannot_take() -> None:
    assert plan("kidney_disease")["urgency"] == "routine"
    assert status("kidney_disease", "nsaid_short_trial") == "withheld"
    assert "recommended" not in with_action("kidney_disease", "nsaid")
    held = next(each for each in plan("kidney_disease")["recommendations"] if each["id"] == "nsaid_short_trial")
    assert {"id": "egfr_below_30", "state": True} in held["guards"]


def test_a_pacemaker_of_unknown_safety_keeps_the_scan_from_being_simply_ordered() -> None:
    assert status("pacemaker_mri_unsafe", "mri_new_or_progressing") in {"withheld", "check_first"}
    assert status("pacemaker_mri_unsafe", "mri_device_check") == "recommended"


def test_outside_the_scope_only_safety_stands_and_the_plan_says_why() -> None:
    found = plan("out_of_scope")
    assert found["scope"] == "out" and not found["reassurance"]
    shown = {each["category"] for each in found["recommendations"] if each["status"] != "not_applicable"}
    assert shown <= {"safety"}
    assert any(each["why_not"] for each in found["recommendations"])


def test_overdose_risk_is_urgent_with_naloxone_and_without_stopping_anything() -> None:
    assert plan("overdose_risk")["urgency"] == "urgent"
    assert "overdose_risk" in flags("overdose_risk", "present")
    for rule in ("naloxone_supply", "moud_offer", "no_abrupt_opioid_stop", "no_dose_from_before_a_break"):
        assert status("overdose_risk", rule) == "recommended"


def test_the_articles_patient_gets_a_plan_with_reasons_references_and_disagreements() -> None:
    found = plan("article_patient")
    assert (found["urgency"], found["scope"], found["safety_resolved"]) == ("routine", "in", True)
    recommended = [each for each in found["recommendations"] if each["status"] == "recommended"]
    assert len(recommended) >= 20 and all(each["references"] for each in recommended)
    assert {each["id"] for each in found["conflicts"]} >= {"c1_imaging_now", "c2_gabapentinoids"}
    imaging = next(each for each in recommended if each["id"] == "mri_new_or_progressing")
    assert imaging["because"] and imaging["conflicts"] == ["c1_imaging_now"]
    assert {each["state"] for each in found["hypotheses"]} >= {"supported", "open"}


def test_custody_changes_nothing_but_its_own_answer() -> None:
    """A break in care is what counts, never where it was spent."""
    behind = set()
    for rule in PROTOCOL.rules.values():
        if rule.when is not None:
            behind |= PROTOCOL.questions_behind(rule.when)
        for guard in rule.guards:
            behind |= PROTOCOL.questions_behind(PROTOCOL.guards[guard.guard].when)
    assert not {"care_gap_reason", "claim"} & behind


def test_no_vignette_answers_what_does_not_apply_and_each_answers_all_that_does() -> None:
    patients = {each.name: each for each in patients_of(read_package(FOLDER.parent, ""), [])}
    for name in NAMES:
        case = assessed_case(PROTOCOL, file_of(name), as_of(name))
        assert next_question(PROTOCOL, case) is None, (name, next_question(PROTOCOL, case))
        spare = patients[name].model.for_others
        idle = [key for key in case.answers if case.assessment.applies[key] is False and key.split("[")[0] not in spare]
        assert not idle, name


def test_plans_of_different_patients_differ() -> None:
    shown = {
        name: tuple(
            (each["id"], each["status"]) for each in plan(name)["recommendations"] if each["status"] != "pending"
        )
        for name in REPRESENTATIVE
    }
    assert len(set(shown.values())) == len(REPRESENTATIVE)


def test_every_safety_question_is_asked_before_history_and_examination() -> None:
    stages = [network(PROTOCOL).stages[key].value for key in network(PROTOCOL).ask_order]
    assert stages == sorted(stages, key=["context", "safety", "history", "examination"].index)
    scored = [key for key, question in PROTOCOL.questions.items() if question.type is QuestionType.SCALE]
    assert not PROTOCOL.safety_questions & set(scored)


def test_every_vignette_but_the_routine_one_says_only_what_is_different_and_each_says_why() -> None:
    for name in NAMES:
        text = path_of(name).read_text("utf-8")
        assert ("\nlike: " in text) is (name != "routine_complete"), name
        assert "\nreason: " in text, name


def test_assessed_at_once_a_vignette_comes_to_what_it_comes_to_when_interviewed() -> None:
    for name in REPRESENTATIVE:
        case = assessed_case(PROTOCOL, file_of(name), as_of(name))
        given, _ = open_case(PROTOCOL, file_of(name), as_of(name))
        assert case.answers == given.answers, name
        assert case.assessment.flags == given.assessment.flags, name
        assert outcome(PROTOCOL, case.assessment) == outcome(PROTOCOL, given.assessment), name


def test_a_case_that_comes_back_is_held_against_the_visit_before_it() -> None:
    file = read_answers(FOLDER.parent / "cases" / "rules.yaml:twelve_weeks_and_no_better")
    assert file.as_of == "2026-06-07T10:30"
    for case in (assessed_case(PROTOCOL, file, file.as_of), open_case(PROTOCOL, file, file.as_of)[0]):
        statuses = outcome(PROTOCOL, case.assessment).statuses
        assert statuses["conference_not_better"] == "recommended"
        assert statuses["better_than_first"] == "not_applicable"
