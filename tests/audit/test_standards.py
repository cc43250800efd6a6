"""Counting by standards: intervals, run charts, hidden numbers, samples, and the command that prints them."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter, defaultdict
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.audit.charts import Point, middle, months_between, signals, spark, wilson
from chatbot.audit.hiding import hidden, hidden_rows, is_small
from chatbot.audit.standards import Listed, Tally, sample
from chatbot.audit.standards_shown import Shown, shown
from chatbot.content.standard_schema import StandardModel
from chatbot.core.standards import Result
from chatbot.record.read import read_transcript
from tests.audit.kit import audit, few_cases

HERE = Path(__file__).parent

# --- figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "of", "low", "high"),
    [
        # Newcombe RG. Two-sided confidence intervals for the single proportion. Stat Med. 1998;17:857-872, table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(met: int, of: int, low: float, high: float) -> None:
    found = wilson(met, of)
    assert found is not None
    assert [round(end / 100, 4) for end in found] == [low, high]


def test_nothing_has_no_interval() -> None:
    assert wilson(0, 0) is None


def points(*percents: int) -> list[Point]:
    return [
        Point(f"2026-{at:02}" if at < 13 else f"2027-{at - 12:02}", each, 100) for at, each in enumerate(percents, 1)
    ]


@pytest.mark.parametrize(
    ("percents", "said"),
    [
        ((50, 60, 50, 60, 50, 60, 50, 60, 50, 60), []),
        ((80, 81, 80, 81, 80, 81, 20, 21, 20, 21, 20, 21), ["shift up", "shift down"]),
        ((80, 81, 80, 81, 80, 20, 21, 20, 21, 20), []),
        ((50, 10, 20, 30, 40, 45, 50, 51, 50, 52), ["trend up"]),
        ((50, 10, 20, 20, 30, 40, 50, 49, 51, 50), ["trend up"]),
        ((50, 90, 80, 70, 60, 55, 61, 50, 66, 50), ["trend down"]),
        # Five that rise, among nine months: too few for any rule.
        ((10, 20, 30, 40, 50, 51, 50, 52, 50), []),
        # A point on the median neither adds to a shift nor ends it.
        ((60, 61, 50, 62, 60, 61, 60, 40, 41, 40, 50, 41, 40, 41), ["shift up", "shift down"]),
    ],
)
def test_a_run_chart_is_read_by_two_rules(percents: tuple[int, ...], said: list[str]) -> None:
    found = signals(points(*percents))
    assert [f"{each.rule} {'up' if each.up else 'down'}" for each in found] == said


def test_months_without_a_case_leave_a_gap() -> None:
    assert months_between("2026-11", "2027-02") == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert spark([0.0, 50.0, None, 100.0]) == "▁▅·█"
    assert middle([]) is None


# --- small numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "top", "least"), [(2, 12, 5), (3, 12, 5), (4, 7, 3)])
def test_a_hidden_count_cannot_be_worked_out_even_by_whoever_knows_the_rule(cells: int, top: int, least: int) -> None:
    looks_like = defaultdict(list)
    for counts in product(range(top + 1), repeat=cells):
        gone = hidden(counts, least)
        looks_like[sum(counts), tuple(None if at in gone else n for at, n in enumerate(counts))].append(counts)
    for (total, seen), could_be in looks_like.items():
        if total > top:
            continue  # not every table with this total was made
        for at, cell in enumerate(seen):
            small = cell is None and any(is_small(counts[at], least) for counts in could_be)
            assert not small or len({counts[at] for counts in could_be}) > 1, (total, seen)


@pytest.mark.parametrize(("rows", "top", "least"), [(2, 7, 3), (3, 4, 3)])
def test_a_hidden_month_cannot_be_worked_out_from_the_totals(rows: int, top: int, least: int) -> None:
    looks_like = defaultdict(list)
    for flat in product(range(top + 1), repeat=2 * rows):
        table = [flat[2 * at : 2 * at + 2] for at in range(rows)]
        met, unmet = (sum(row[column] for row in table) for column in (0, 1))
        if is_small(met, least) or is_small(unmet, least):
            continue  # then there is no chart
        gone = hidden_rows(table, least)
        looks_like[met, unmet, tuple(None if at in gone else row for at, row in enumerate(table))].append(table)
    for (met, unmet, seen), could_be in looks_like.items():
        if max(met, unmet) > top:
            continue
        for at, row in enumerate(seen):
            for value in (lambda t: t[0], lambda t: t[1], sum):
                values = {value(table[at]) for table in could_be}
                small = row is None and any(is_small(each, least) for each in values)
                assert not small or len(values) > 1, (met, unmet, seen)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), st.integers(2, 8))
def test_no_small_count_is_shown_and_never_one_hidden_alone(counts: list[int], least: int) -> None:
    gone = hidden(counts, least)
    assert not any(is_small(count, least) for at, count in enumerate(counts) if at not in gone)
    assert len(gone) != 1 or len(counts) == 1
    assert bool(gone) is any(is_small(count, least) for count in counts)


MODEL = StandardModel.model_validate(
    {
        "title": {"clinician": "t", "patient": "t"},
        "why": "w",
        "cites": ["EXP"],
        "verification": "judgement",
        "denominator": "record.signed is yes",
        "numerator": "record.read_back is yes",
        "exceptions": {"a": {"when": "x", "reason": "reason a"}, "b": {"when": "x", "reason": "reason b"}},
        "target": {"percent": "90", "from": "judgement", "note": "n"},
    }
)


def tally_of(**counts: int) -> Tally:
    """Return a tally of one month. a, b: how many each exception excused."""
    excuses = {name: counts.pop(name, 0) for name in ("a", "b")}
    results = Counter({Result(name): count for name, count in counts.items()})
    results[Result.EXCEPTED] = sum(excuses.values())
    return Tally("one", "p", results, Counter(excuses), 0, {"2026-03": results})


def numbers(found: Shown) -> list[int | None]:
    counts = [found.not_applicable, found.cannot_tell, found.excepted, found.of, found.met]
    return [*counts, found.not_met, found.not_documented]


@pytest.mark.parametrize(
    ("counts", "seen"),
    [
        ({"met": 90, "not_met": 10, "not_applicable": 20}, [20, 0, 0, 100, 90, 10, 0]),
        ({"met": 90, "not_met": 3, "not_applicable": 20}, [20, 0, 0, 93, None, None, None]),
        ({"met": 90, "not_met": 8, "not_documented": 2, "not_applicable": 20}, [20, 0, 0, 100, 90, None, None]),
        ({"met": 90, "not_met": 10, "not_applicable": 2}, [None, 0, 0, None, None, 10, 0]),
        ({"met": 90, "not_met": 20, "a": 3}, [0, 0, None, None, 90, None, None]),
        ({"met": 3}, [None, None, None, None, None, None, None]),
        ({}, [0, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_what_is_shown_of_a_standard(counts: dict[str, int], seen: list[int | None]) -> None:
    found = shown(tally_of(**counts), MODEL, 5)
    assert numbers(found) == seen
    whole = found.met is not None and found.of is not None and found.of > 0
    assert (found.percent is not None) is whole
    assert (found.interval is not None) is whole
    assert bool(found.months) is whole


def test_whoever_asks_for_it_sees_small_numbers() -> None:
    found = shown(tally_of(met=2, not_met=1, a=1, b=2), MODEL, 1)
    assert numbers(found) == [0, 0, 3, 3, 2, 1, 0]
    assert found.excuses == (("reason a", 1), ("reason b", 2))


@pytest.mark.parametrize(
    ("met", "unmet", "said"),
    [
        (990, 10, "target reached"),
        (91, 9, "target reached, but its interval reaches below"),
        (88, 12, "target not reached, but its interval includes it"),
        (500, 500, "target not reached"),
        (0, 0, "no case counts"),
    ],
)
def test_a_target_is_told_in_words_with_its_interval(met: int, unmet: int, said: str) -> None:
    assert shown(tally_of(met=met, not_met=unmet), MODEL, 5).said == said


# --- samples --------------------------------------------------------------------------------------


def listed(met: int, unmet: int, other: int = 5) -> list[Listed]:
    results = [Result.MET] * met + [Result.NOT_MET] * unmet + [Result.EXCEPTED] * other
    return [Listed(f"{at}.jsonl", f"CASE{at}", "2026-03", each, "") for at, each in enumerate(results)]


def test_a_sample_is_the_same_for_the_same_seed_whatever_the_order() -> None:
    cases = listed(40, 40)
    drawn = sample(cases, 10, "2026")
    assert drawn == sample(list(reversed(cases)), 10, "2026")
    assert drawn != sample(cases, 10, "2027")
    assert Counter(each.result for each in drawn) == {Result.MET: 5, Result.NOT_MET: 5}
    assert [each.case for each in drawn] != sorted(each.case for each in drawn)


@pytest.mark.parametrize(
    ("met", "unmet", "size", "drawn"), [(40, 2, 10, (8, 2)), (1, 40, 10, (1, 9)), (2, 1, 10, (2, 1))]
)
def test_where_one_half_has_too_few_the_other_fills_up(met: int, unmet: int, size: int, drawn: tuple[int, int]) -> None:
    found = Counter(each.result for each in sample(listed(met, unmet), size, "s"))
    assert (found[Result.MET], found[Result.NOT_MET]) == drawn


def test_a_case_that_is_added_changes_at_most_one_place_of_a_sample() -> None:
    cases = listed(40, 40)
    before, after = (set(sample(each, 10, "s")) for each in (cases[:-46] + cases[-45:], cases))
    assert len(after - before) <= 1


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def protocols(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the protocol of the cases and standards of our own."""
    home = tmp_path_factory.mktemp("protocols") / "ottawa_ankle"
    home.mkdir()
    (home / "protocol.yaml").write_text("id: ottawa_ankle\n")
    shutil.copyfile(HERE / "ankle_standards.yaml", home / "standards.yaml")
    return home.parent


def test_the_counts_of_every_standard_add_up_to_the_cases(protocols: Path) -> None:
    code, out, _ = audit(
        few_cases(), "--standards", "--protocols", protocols, "--small-numbers", "1", "--format", "json"
    )
    found = {each["id"]: each for each in json.loads(out)["standards"]}
    assert code == 0
    assert list(found) == ["signed_and_read_back", "ankle_radiograph_accepted", "few_corrections", "of_newer_content"]
    for each in found.values():
        assert each["n"] + each["not_met"] + each["not_documented"] == each["N"]
        parts = (each["not_applicable"], each["cannot_tell"], each["excepted"]["count"], each["N"])
        assert sum(parts) == each["cases"] == 16
        assert sum(month.get("N", 0) for month in each["months"]) == each["N"]
    assert found["few_corrections"]["N"] == 16
    assert 0 < found["few_corrections"]["n"] < 16


def test_content_that_lacks_what_a_standard_names_gives_cannot_be_told(protocols: Path) -> None:
    _, out, _ = audit(few_cases(), "--standards", "--protocols", protocols, "--small-numbers", "1", "--format", "json")
    found = next(each for each in json.loads(out)["standards"] if each["id"] == "of_newer_content")
    assert found["cannot_tell"] == found["cannot_tell_older_content"] == 16
    assert found["N"] == 0 and found["percent"] is None


def test_small_numbers_are_hidden_unless_they_are_asked_for(protocols: Path) -> None:
    _, hidden_text, _ = audit(few_cases(), "--standards", "--protocols", protocols)
    _, shown_text, _ = audit(few_cases(), "--standards", "--protocols", protocols, "--small-numbers", "1")
    assert "A number below 5, and what it could be worked out from, is not shown" in hidden_text
    assert "not shown" not in shown_text
    small = re.findall(r"(?<![\d.,-])[1-4](?= of |\s+(?:not|cannot|excepted|examination))", hidden_text)
    assert small == []


def test_a_missed_target_is_no_fault_unless_that_is_asked_for(protocols: Path) -> None:
    given = (few_cases(), "--standards", "--protocols", protocols)
    assert audit(*given)[0] == 0
    assert audit(*given, "--require-targets")[0] == 1


def test_the_cases_behind_a_count_are_listed_with_the_record_to_open(protocols: Path) -> None:
    _, out, _ = audit(
        few_cases(), "--standards", "--protocols", protocols, "--drill", "ankle_radiograph_accepted", "--format", "json"
    )
    found = json.loads(out)
    assert found and {each["result"] for each in found} <= {"not_met", "not_documented"}
    for each in found:
        entries = read_transcript(Path(each["file"])).entries
        # The flag came up with an answer, not at the opening and not at the end.
        assert entries[each["record"]].type in {"answer.given", "answer.corrected"}
    _, text, _ = audit(few_cases(), "--standards", "--protocols", protocols, "--drill", "ankle_radiograph_accepted")
    assert f"{found[0]['file']}:{found[0]['record'] + 1}: {found[0]['case']}" in text


def test_a_standard_about_whole_records_is_opened_at_the_last(protocols: Path) -> None:
    _, out, _ = audit(
        few_cases(), "--standards", "--protocols", protocols, "--drill", "few_corrections", "--format", "json"
    )
    for each in json.loads(out):
        assert each["record"] == read_transcript(Path(each["file"])).records - 1


def test_a_sample_can_be_drawn_again(protocols: Path) -> None:
    given = (few_cases(), "--standards", "--protocols", protocols, "--drill", "few_corrections", "--sample", "6")
    once, again = audit(*given, "--seed", "2026"), audit(*given, "--seed", "2026")
    assert once == again
    assert once[1].count(".jsonl:") == 6
    assert "  met  " in once[1] and "  not met  " in once[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--standards", "--drill", "few_corections"), "did you mean 'few_corrections'?"),
        (("--standards", "--drill", "few_corrections", "--sample", "5"), "--seed"),
        (("--standards", "--sample", "5", "--seed", "s"), "--drill ID"),
        (("--standards", "--seed", "s"), "--seed belongs to --sample"),
        (("--drill", "few_corrections"), "--drill belongs to --standards"),
        (("--require-targets",), "--require-targets belongs to --standards"),
    ],
)
def test_wrong_use_is_told_before_any_case_is_read(words: tuple[str, ...], said: str, protocols: Path) -> None:
    code, out, err = audit(few_cases(), "--protocols", protocols, *words)
    assert (code, out) == (2, "")
    assert said in err


def test_protocols_without_standards_are_told(tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "protocol.yaml").write_text("id: bare\n")
    code, _, err = audit(few_cases(), "--standards", "--protocols", tmp_path)
    assert code == 2 and "has standards" in err


def test_finished_cases_are_judged_again_when_a_standard_changed(protocols: Path, tmp_path: Path) -> None:
    home = tmp_path / "protocols"
    shutil.copytree(protocols, home)
    given = (few_cases(), "--standards", "--protocols", home, "--state", tmp_path / "state")
    assert audit(*given)[0] == 0
    assert "16 of 16 cases were taken from" in audit(*given)[2]
    path = home / "ottawa_ankle" / "standards.yaml"
    path.write_text(path.read_text("utf-8").replace("record.corrections <= 0", "record.corrections <= 9"), "utf-8")
    code, _, err = audit(*given)
    assert code == 2 and "other options" in err
