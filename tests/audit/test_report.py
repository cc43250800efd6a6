"""The counts are right, the page answers its six questions, and few people are not shown as a number."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.six_questions import TITLES, asked, commands, computed
from chatbot.audit.find import Cases
from chatbot.audit.lines import PARTS, grouped, report
from chatbot.audit.lists import LISTS
from chatbot.audit.row import Row
from chatbot.audit.tally import URGENCIES, Tally, Times
from chatbot.cli_audit import LISTS as LIST_WORDS
from chatbot.cli_audit import PARTS as PART_WORDS
from tests.audit.kit import FEW, all_cases, audit, cases_in, few_cases, rows


def test_the_six_questions_are_answered_right_by_the_commands_of_the_page(tmp_path: Path) -> None:
    folder = cases_in(tmp_path)

    def run(words: list[str]) -> str:
        code, out, _ = audit(*words[1:])
        assert code == 0
        return out

    assert len(commands()) == 6
    for title, right, said in zip(TITLES, computed(folder), asked(folder, run), strict=True):  # type: ignore[arg-type]
        assert right == said, title


def test_a_correction_of_what_lowered_the_urgency_is_seen() -> None:
    found = [each for row in rows(all_cases()) for each in row.corrections]
    assert any(each.lowered for each in found) and any(each.again for each in found)


def test_the_report_fits_80_columns_but_for_paths() -> None:
    code, out, _ = audit(few_cases())
    assert code == 0
    assert max(len(line) for line in out.splitlines() if "/" not in line) <= 80


def test_json_has_every_number_of_the_rows() -> None:
    code, out, _ = audit(few_cases(), "--format", "json")
    said, found = json.loads(out), rows(few_cases())
    assert code == 0 and said["schema"] == "backstory.audit/1"
    assert said["files"] == said["cases"] == FEW
    assert said["urgency"] == {level: sum(row.plan_urgency == level for row in found) for level in URGENCIES}
    states = Counter((key, state) for row in found for key, state in row.states.items())
    assert states == Counter(
        {
            (key, state): count
            for key, counts in said["questions"].items()
            for state, count in counts.items()
            if state not in {"safety", "answered"}
        }
    )
    assert said["left_open"]["cases"] == sum(bool(row.left_open) for row in found)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_can_be_asked_for(part: str) -> None:
    code, out, _ = audit(few_cases(), "--part", part)
    assert code == 0 and out.strip()


@pytest.mark.parametrize("name", LIST_WORDS)
def test_each_list_can_be_asked_for_as_text_and_json(name: str) -> None:
    code, out, err = audit(few_cases(), "--list", name)
    assert code == 0 and f"{FEW} files" in err
    lines = audit(few_cases(), "--list", name, "--format", "json")[1].splitlines()
    assert len(lines) == len(out.splitlines())
    if name != "problems":
        assert len(lines) == sum(len(list(LISTS[name](row))) for row in rows(few_cases()))
        for line in lines:
            item = json.loads(line)
            record = json.loads(Path(item["file"]).read_text("utf-8").splitlines()[item["line"] - 1])
            assert item["what"] in json.dumps(record["data"]) or name == "early"


def test_the_command_offers_the_parts_and_lists_there_are() -> None:
    assert PART_WORDS == PARTS and set(LIST_WORDS) == {"problems", *LISTS}


# --- quantiles ------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 100_000), min_size=1), st.integers(1, 100))
def test_a_quantile_is_the_smallest_time_that_enough_do_not_exceed(seconds: list[int], hundredths: int) -> None:
    times = Times()
    for each in seconds:
        times.add(each)
    found = times.quantile(hundredths)
    assert found in seconds
    assert sum(each <= found for each in seconds) * 100 >= hundredths * len(seconds)
    assert sum(each < found for each in seconds) * 100 < hundredths * len(seconds)
    assert times.until(found) == sum(each <= found for each in seconds)


def test_without_a_time_there_is_no_quantile() -> None:
    assert Times().quantile(50) is None and Times().to_json()["p50"] is None


# --- small numbers --------------------------------------------------------------------------------


def tally_of(table: dict[str, dict[str, int]]) -> Tally:
    tally = Tally()
    for month, levels in table.items():
        for level, count in levels.items():
            for number in range(count):
                tally.add(
                    Row(f"{month} {level} {number}", "VALID-OPEN", 0, as_of=f"{month}-01T10:00", plan_urgency=level)
                )
    return tally


TABLES = st.dictionaries(
    st.sampled_from([f"2026-{month:02}" for month in range(1, 8)]),
    st.dictionaries(st.sampled_from(URGENCIES), st.integers(0, 9)),
    min_size=1,
)


@given(TABLES, st.integers(2, 6))
def test_no_small_number_is_shown_or_left_to_be_worked_out_from_one_sum(
    table: dict[str, dict[str, int]], small: int
) -> None:
    shown = grouped(tally_of(table), small)
    columns = ("cases", *URGENCIES)
    for cells in shown.values():
        assert all(cells[each] is None or cells[each] == 0 or cells[each] >= small for each in columns)
    lines = [[(cells[each], name, each) for name, cells in shown.items()] for each in columns]
    lines += [[(cells[each], name, each) for each in columns] for name, cells in shown.items()]
    for line in lines:
        hidden = [each for each in line if each[0] is None]
        rest = [each for each in line if each[0]]
        assert len(hidden) != 1 or not rest


def test_one_hides_nothing_and_the_report_says_what_is_hidden() -> None:
    tally = tally_of({"2026-01": {"emergency": 1, "routine": 9}, "2026-02": {"routine": 12}})
    assert grouped(tally, 1)["2026-01"]["emergency"] == 1
    said = report(tally, Cases(Path("x")), 5, "groups")
    assert "below 5" in said and "–" in said
    assert "below" not in report(tally, Cases(Path("x")), 1, "groups")
