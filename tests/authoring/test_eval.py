"""``backstory eval`` shows the value of a condition and of each part, with the answers they read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.authoring.evaluate import ConditionError, eval_text, evaluated
from chatbot.content.answers_file import answers_in, open_case
from chatbot.content.source import parse
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from tests.cli.kit import backstory, said
from tests.shipped import shipped_protocol, small_protocol
from tests.small_protocols import SMALL

CALM = SMALL / "tiny" / "vignettes" / "calm.yaml"
AS_OF = "2026-03-15T10:30"


@pytest.fixture(scope="module")
def tiny() -> Protocol:
    return small_protocol()


def case_of(protocol: Protocol, answers: str) -> Case:
    root, found = parse(answers.encode(), "answers.yaml")
    assert root is not None, found
    return open_case(protocol, answers_in(root, "answers.yaml", "test"), AS_OF)[0]


SHOWN = [
    ("pain >= 4", "pain: 5", "true     pain >= 4  [5, from patient]"),
    ("pain >= 4", "kidney: no", "unknown  pain >= 4  [not asked]"),
    ("pain >= 4", "pain: declined", "unknown  pain >= 4  [declined]"),
    ("pain >= 4", "pain: not_assessed", "unknown  pain >= 4  [not assessed]"),
    ("alone is yes", "smoke: none", "false    alone is yes  [does not apply]"),
    (
        "smoke is none",
        "smoke: {value: none, on: 2026-03-10}",
        "unknown  smoke is none  [expired: No smoke, given 2026-03-10 00:00]",
    ),
    ("weight is declined", "weight: declined", "true     weight is declined  [declined]"),
    ("hours_since(smoke_since) <= 12", "smoke: thin\nsmoke_since: 2026-03-15T09:00",
     "true     hours_since(smoke_since) <= 12  [2026-03-15 09:00, from patient]"),
    ("pain < weight", "weight: 70", None),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "answers", "line"), SHOWN)
def test_a_comparison_says_its_value_and_the_answer_it_read(
    tiny: Protocol, condition: str, answers: str, line: str | None
) -> None:
    case = case_of(tiny, answers)
    if line is None:
        with pytest.raises(ConditionError):
            evaluated(tiny, case, condition)
    else:
        assert eval_text(evaluated(tiny, case, condition)) == line + "\n"


def test_parts_stand_below_what_they_are_parts_of(tiny: Protocol) -> None:
    case = case_of(tiny, "pain: 5\nkidney: unknown")
    assert eval_text(evaluated(tiny, case, "not (pain < 4) and (kidney is yes or weight >= 50)")).splitlines() == [
        "unknown  not pain < 4 and (kidney is yes or weight >= 50)",
        "  true     not pain < 4",
        "    false    pain < 4  [5, from patient]",
        "  unknown  kidney is yes or weight >= 50",
        "    unknown  kidney is yes  [unknown]",
        "    unknown  weight >= 50  [not asked]",
    ]


def test_rows_that_decide_are_shown_and_the_others_counted(tiny: Protocol) -> None:
    case = case_of(tiny, "visits: [{place: here}, {place: there}, {place: here}]")
    assert eval_text(evaluated(tiny, case, "any(visits, place is there)")).splitlines() == [
        "true     any(visits, place is there)  [visits_count: 3, from patient]",
        "  true     visits[2]: place is there  [There, from patient]",
        "  (2 more do not decide it)",
    ]
    assert eval_text(evaluated(tiny, case, "all(visits, place is here)")).splitlines()[1:] == [
        "  false    visits[2]: place is here  [There, from patient]",
        "  (2 more do not decide it)",
    ]
    assert eval_text(evaluated(tiny, case, "count(visits, place is here) == 2")).splitlines()[1:] == [
        "  true     visits[1]: place is here  [Here, from patient]",
        "  true     visits[3]: place is here  [Here, from patient]",
        "  (one more does not decide it)",
    ]


def test_rows_of_a_group_nobody_counted_are_not_listed(tiny: Protocol) -> None:
    text = eval_text(evaluated(tiny, case_of(tiny, "pain: 1"), "any(visits, place is there)"))
    assert text.splitlines()[0] == "unknown  any(visits, place is there)  [visits_count: not asked]"


def test_cells_are_named_by_row_and_column(tiny: Protocol) -> None:
    case = case_of(tiny, 'power: {foot.left: "3", foot.right: "5", hip.left: not_tested}')
    assert eval_text(evaluated(tiny, case, "any(power, row is foot and grade <= 3)")).splitlines()[1:] == [
        "  true     foot.left: row is foot and grade <= 3  [weak, from patient]",
        "  (3 more do not decide it)",
    ]
    unknown = eval_text(evaluated(tiny, case, "any(power, row is hip and grade <= 3)")).splitlines()
    assert unknown[1:3] == [
        "  unknown  hip.left: row is hip and grade <= 3  [not tested, from patient]",
        "  unknown  hip.right: row is hip and grade <= 3  [not recorded, from patient]",
    ]


def test_a_finding_is_opened_one_level_and_with_deep_all_the_way(tiny: Protocol) -> None:
    case = case_of(tiny, "smoke: thick")
    text = eval_text(evaluated(tiny, case, "fire and pain >= 4"))
    assert text.splitlines()[1:4] == [
        "  true     fire",
        "    true     smoke is thick or smoke is thin and hours_since(smoke_since) <= 12",
        "      true     smoke is thick  [Thick smoke, from patient]",
    ]


def test_findings_inside_findings_are_opened_with_deep() -> None:
    protocol = shipped_protocol()
    nested = [
        (name, inner)
        for name, finding in protocol.findings.items()
        for inner in finding.when.findings
        if not protocol.findings[inner].when.findings and inner not in protocol.numbers
    ]
    outer, inner = nested[0]
    root, _ = parse(b"answers: {}", "answers.yaml")
    assert root is not None
    case, _ = open_case(protocol, answers_in(root, "answers.yaml", "test"), AS_OF)
    shallow = eval_text(evaluated(protocol, case, outer))
    deep = eval_text(evaluated(protocol, case, outer, deep=True))
    assert len(deep.splitlines()) > len(shallow.splitlines())
    lines = shallow.splitlines()
    at = next(index for index, line in enumerate(lines) if line.split()[-1] == inner)
    assert at == len(lines) - 1 or lines[at + 1].index(lines[at + 1].split()[0]) <= lines[at].index(
        lines[at].split()[0]
    )


def test_a_number_is_shown_with_what_it_is_made_of() -> None:
    protocol = shipped_protocol()
    root, _ = parse(b"answers: {weight: 81, height: unknown}", "answers.yaml")
    assert root is not None
    case, _ = open_case(protocol, answers_in(root, "answers.yaml", "test"), AS_OF)
    first, second, *_ = eval_text(evaluated(protocol, case, "bmi >= 30")).splitlines()
    assert first.startswith(("true ", "unknown ")) and "bmi >= 30" in first
    assert "bmi = " in second and "weight: 81" in second and "height: does not know" in second


def test_a_score_is_shown_with_the_answers_of_its_instrument() -> None:
    protocol = shipped_protocol()
    root, _ = parse(b"answers: {peg_items: {pain: '6', enjoyment: '4'}}", "answers.yaml")
    assert root is not None
    case, _ = open_case(protocol, answers_in(root, "answers.yaml", "test"), AS_OF)
    text = eval_text(evaluated(protocol, case, "peg_items.score >= 3"))
    assert text.startswith("true ") and "peg_items: 6, 4, –" in text


def test_what_no_earlier_case_said_is_unknown(tiny: Protocol) -> None:
    case = case_of(tiny, "pain: 5")
    assert eval_text(evaluated(tiny, case, "previous.pain >= 3")) == "unknown  previous.pain >= 3  [not asked]\n"
    assert eval_text(evaluated(tiny, case, "previous is known")) == "false    previous is known  [not asked]\n"
    assert eval_text(evaluated(tiny, case, "previous.fire")) == "unknown  previous.fire  [not asked]\n"


@pytest.mark.parametrize(
    ("condition", "rendered"),
    [
        ("pain >= 4 and smok is thin", "<condition>:1:15: error P201: no question is called 'smok'"),
        ("smoke is thik", "<condition>:1:10: error P202: there is no option 'thik'"),
        ("pain >=", "<condition>:1:8: error P120:"),
        ("pain >= 3\nand wieght >= 50", "<condition>:2:5: error P201"),
        ("burning", "it is a red flag; its condition is: fire"),
        ("weak_kidney", "it is a guard; its condition is: kidney is yes"),
        ("smok is thin", "did you mean 'smoke'?"),
    ],
)
def test_a_condition_that_cannot_be_read_is_underlined(tiny: Protocol, condition: str, rendered: str) -> None:
    with pytest.raises(ConditionError) as raised:
        evaluated(tiny, case_of(tiny, "pain: 1"), condition)
    assert rendered in raised.value.render() and "^" in raised.value.render()


def test_all_problems_of_a_condition_are_said_at_once(tiny: Protocol) -> None:
    with pytest.raises(ConditionError) as raised:
        evaluated(tiny, case_of(tiny, "pain: 1"), "foo or smoke is thik")
    assert raised.value.render().count("error P") == 2


def test_the_command_prints_a_tree_or_json() -> None:
    done = backstory("eval", "pain >= 4", "--answers", CALM, "--protocols", SMALL)
    assert (done.returncode, done.stdout.decode()) == (0, "true     pain >= 4  [5, from patient]\n")
    done = backstory("eval", "any(visits, place is there)", "--answers", CALM, "--protocols", SMALL, "--json")
    found = json.loads(done.stdout)
    assert found["value"] is True and found["as_of"] == AS_OF and found["protocol"]["id"] == "tiny"
    assert found["tree"]["parts"][0]["place"] == "visits[2]"
    assert found["tree"]["parts"][0]["reads"][0] == {
        "question": "visits[2].place",
        "state": "known",
        "answer": "There",
        "source": "patient",
        "given": AS_OF,
    }


def test_the_command_ends_with_two_for_what_cannot_be_evaluated(tmp_path: Path) -> None:
    done = backstory("eval", "pain >= 4 or", "--answers", CALM, "--protocols", SMALL)
    assert done.returncode == 2 and "<condition>:1:13: error P120" in said(done) and done.stdout == b""
    undated = tmp_path / "answers.yaml"
    undated.write_text("answers: {pain: 3}\n")
    done = backstory("eval", "pain >= 4", "--answers", undated, "--protocols", SMALL)
    assert done.returncode == 2 and "--as-of" in said(done)
    done = backstory("eval", "pain >= 4", "--answers", undated, "--protocols", SMALL, "--as-of", "2026-01-01")
    assert done.returncode == 0 and done.stdout == b"false    pain >= 4  [3, from patient]\n"
