"""Cases that belong together: visits, versions, and whatever may be wrong between them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core import events as ev
from chatbot.record.bonds import bonds
from chatbot.record.cases import CaseSummary, list_cases
from chatbot.record.host import FixedHost
from chatbot.record.lineage import Lineage, lineage_of, lineages, place_of
from chatbot.record.listing import case_json, case_line, extent, lineage_line
from chatbot.record.read import read_transcript
from chatbot.record.replay import verify
from chatbot.record.store import TranscriptWriter
from tests.record import golden, kit

BLANK = CaseSummary(Path("x"), "A", "clinical", "bed 4", "", "2026-03-02T09:00", "signed", "t", 9, "ok", False)


def case(code: str, day: int = 1, **more: Any) -> CaseSummary:
    given_ = {
        "path": Path(code),
        "case": code,
        "as_of": f"2026-03-{day:02}T09:00",
        "began": f"2026-03-{day:02}T09:00",
        "opened": f"2026-03-{day:02}T09:00:00.000Z",
        "last": f"2026-03-{day:02}T09:30:00.000Z",
        **more,
    }
    return dataclasses.replace(BLANK, **given_)


def shape(lineage: Lineage[CaseSummary]) -> list[list[str]]:
    return [[each.case for each in visit.versions] for visit in lineage.visits]


def only(*cases: CaseSummary) -> Lineage[CaseSummary]:
    (found,) = lineages(cases)
    return found


def test_a_case_that_names_no_other_stands_alone() -> None:
    lineage = only(case("A"))
    assert shape(lineage) == [["A"]] and not lineage.problems and extent(lineage) == ""
    place = lineage.place(lineage.latest)
    assert (place.version, place.of, place.visit, place.visits) == (1, 1, 1, 1)


def test_visits_and_versions_are_put_in_order_whatever_the_order_of_the_files() -> None:
    cases = [case("D", 20, follows="C"), case("B", 3, amends="A"), case("C", 15, follows="B"), case("A", 1)]
    lineage = only(*cases)
    assert shape(lineage) == [["A", "B"], ["C"], ["D"]] and not lineage.problems
    assert lineage.latest.case == "D" and extent(lineage) == "3 visits, 2 weeks"
    place = lineage.place(cases[3])
    assert (place.version, place.of, place.superseded_by, place.visit, place.visits) == (1, 2, "B", 1, 3)


def test_a_version_that_is_not_signed_yet_supersedes_nothing() -> None:
    a, b = case("A"), case("B", 2, amends="A", phase="open")
    lineage = only(a, b)
    assert lineage.place(a).superseded_by == "" and lineage.place(a).in_progress == "B" and lineage.latest is b


def test_an_abandoned_version_or_visit_does_not_count() -> None:
    a, b, c = case("A"), case("B", 2, amends="A", phase="abandoned"), case("C", 3, follows="A", phase="abandoned")
    lineage = only(a, b, c)
    assert len(lineage.members) == 3 and lineage.latest is a and not lineage.problems
    place = lineage.place(a)
    assert (place.of, place.visits, place.superseded_by, place.in_progress) == (1, 1, "", "")


FAULTS = [
    ([case("B", amends="GONE")], "GONE, which is not in this folder"),
    ([case("B", follows="GONE")], "GONE, which is not in this folder"),
    ([case("A"), case("B", 2, amends="A"), case("C", 3, amends="A")], "B and C both amend A"),
    ([case("A"), case("B", 2, follows="A"), case("C", 3, follows="A")], "B and C both follow A"),
    ([case("A", follows="B"), case("B", follows="A")], "in a circle"),
    ([case("A", amends="A")], "in a circle"),
]


@pytest.mark.parametrize(("cases", "said"), FAULTS)
def test_what_does_not_fit_is_said_and_hides_no_case(cases: list[CaseSummary], said: str) -> None:
    lineage = only(*cases)
    assert sorted(each.case for each in lineage.members) == sorted(each.case for each in cases)
    assert any(said in problem for problem in lineage.problems)
    assert all(lineage.place(each).problems == lineage.problems for each in cases)


def test_kinds_never_mix_in_a_lineage() -> None:
    found = lineages([case("A", kind="practice"), case("B", 2, follows="A")])
    assert [shape(each) for each in found] == [[["A"]], [["B"]]]
    assert "kinds never mix" in found[1].problems[0]


def test_of_two_files_of_one_case_the_sound_one_stands_for_it() -> None:
    damaged, sound = case("A", 2, state="damaged"), case("A", 1, path=Path("other"))
    found = lineages([damaged, sound, case("B", 3, follows="A")])
    assert [[each.path for each in lineage.members] for lineage in found] == [[Path("A")], [Path("other"), Path("B")]]
    assert "another file of case A" in found[0].problems[0]


CODES = st.sampled_from(["", *"ABCDEF"])


@given(
    st.lists(
        st.tuples(
            CODES, CODES, CODES, st.integers(1, 28), st.sampled_from(["signed", "open", "abandoned"]),
            st.sampled_from(["clinical", "test"]), st.sampled_from(["ok", "damaged"]),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_whatever_the_headers_say_every_file_is_in_exactly_one_lineage(drawn: list[tuple[Any, ...]]) -> None:
    cases = [
        case(code, day, path=Path(str(number)), amends=amends, follows=follows, phase=phase, kind=kind, state=state)
        for number, (code, amends, follows, day, phase, kind, state) in enumerate(drawn)
    ]
    found = lineages(cases)
    members = [str(each.path) for lineage in found for each in lineage.members]
    assert sorted(members) == sorted(str(each.path) for each in cases)
    for lineage in found:
        assert lineage.latest in lineage.members
        assert len({each.kind for each in lineage.members}) == 1
        for each in lineage.members:
            place = lineage.place(each)
            assert 1 <= place.version <= place.of and 1 <= place.visit <= place.visits
            assert (
                lineage_line(lineage) and case_line(lineage, each) and case_json(lineage, each)["lineage"] is not None
            )


# --- files ----------------------------------------------------------------------------------------


def written(folder: Path, code: str, first: tuple[ev.Event, ...] = (), **more: Any) -> Path:
    host = FixedHost(seed=sum(code.encode()))
    with TranscriptWriter.create(folder, kit.opened("test", code, **more), kit.PROTOCOL, host, first=first) as writer:
        return writer.path


def pinned(case_: str, head: str) -> ev.PreviousPinned:
    previous = golden._pinned(case_, head)
    return ev.PreviousPinned(previous, previous, [case_])


def test_a_transcript_finds_its_relatives_and_leaves_other_cases_alone(folder: Path) -> None:
    one = written(folder, "AAAA0001")
    head = read_transcript(one).head
    two = written(folder, "AAAA0002", (pinned("AAAA0001", head),), follows="AAAA0001")
    written(folder, "BBBB0001")
    (folder / "test" / "nothing.jsonl").write_bytes(b"no transcript\n")
    lineage = lineage_of(two)
    assert lineage is not None and [each.path for each in lineage.members] == [one, two]
    assert place_of(one).visits == 2 and place_of(two).visit == 2
    assert place_of(folder / "test" / "nothing.jsonl").visits == 1
    assert len(lineages(list_cases(folder))) == 3


def test_an_earlier_case_that_went_on_is_not_one_that_was_replaced(folder: Path) -> None:
    one = written(folder, "AAAA0001")
    two = written(folder, "AAAA0002", (pinned("AAAA0001", read_transcript(one).head),), follows="AAAA0001")
    assert [bond.state for bond in bonds(read_transcript(two))] == ["same"]
    writer, _ = TranscriptWriter.resume(one, FixedHost(seed=5))
    with writer:
        writer.append([kit.answer("first")])
    (bond,) = bonds(read_transcript(two))
    assert bond.state == "grown" and "by 1 record " in bond.said and not bond.broken


def test_a_header_that_names_a_case_without_its_pinned_event_is_told(folder: Path) -> None:
    written(folder, "AAAA0001")
    two = written(folder, "AAAA0002", follows="AAAA0001")
    report = verify(two, kit.load_bundle)
    assert report.bonds[0].state == "unpinned" and "its beginning is incomplete" in report.problems[0]
    assert report.to_json()["comes_from"][0]["state"] == "unpinned"


def test_an_earlier_case_of_another_kind_is_not_accepted(folder: Path) -> None:
    one = written(folder, "AAAA0001")
    two = written(folder, "AAAA0002", (pinned("AAAA0001", read_transcript(one).head),), follows="AAAA0001")
    host = FixedHost(seed=11)
    one.unlink()
    with TranscriptWriter.create(folder, kit.opened("practice", "AAAA0001"), kit.PROTOCOL, host):
        report = verify(two, kit.load_bundle)
    assert report.exit_code == 5 and "kinds never mix" in report.problems[0]
