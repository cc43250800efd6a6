"""Holds, retention, disposal: nothing goes that may not, what goes leaves a tombstone, a crash is finished later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.desk import cached_bundle
from chatbot.errors import UsageError
from chatbot.keeping.disposal import dispose, prepare, unfinished
from chatbot.record.disk import Disk
from chatbot.record.host import FixedHost
from chatbot.record.replay import verify
from chatbot.record.store import TranscriptWriter
from chatbot.record.tombstones import tombstone_of, tombstones
from tests.keeping.kit import OTHER, PERSON, People

WHY = ("--authority", "Records policy 4.2", "--reason", "retention period over")
EARLY = ("--before-retention", "entered twice")


def run(capsys: pytest.CaptureFixture[str], folk: People, command: str, *more: str | Path) -> tuple[int, str, str]:
    code = main([command, *map(str, more), "--transcripts", str(folk.folder)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def gone(capsys: pytest.CaptureFixture[str], folk: People, name: str, *more: str) -> tuple[int, str, str]:
    code = folk.codes[name]
    return run(capsys, folk, "dispose", code, *WHY, "--yes", code, *(more or EARLY))


def test_a_case_is_removed_with_all_that_stands_beside_it_and_leaves_a_tombstone(
    folk: People, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folk.path("practice")
    sides = [path.with_name(f"{path.name}{end}") for end in (".torn-12-00", ".new-77", ".sig")]
    for each in sides:
        each.write_bytes(b"bees")
    code, out, err = gone(capsys, folk, "practice", *EARLY, "--by", "R. Keeper")
    assert (code, err) == (0, "") and not path.exists() and not any(each.exists() for each in sides)
    assert all(str(each) in out for each in (path, *sides)) and "solid-state" in out
    (stone,) = tombstones(folk.folder)
    assert (stone.case, stone.kind, stone.count, stone.by) == (folk.codes["practice"], "practice", 37, "R. Keeper")
    assert (stone.authority, stone.reason, stone.files) == (WHY[1], WHY[3], (path.name,))


@pytest.mark.parametrize("named", ["code", "file"])
def test_a_disposed_case_reads_as_disposed_and_not_as_missing(
    folk: People, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    path, code = folk.path("first"), folk.codes["first"]
    assert gone(capsys, folk, "first")[0] == 0
    done, out, _ = run(capsys, folk, "replay", code if named == "code" else path, "--verify", "--json")
    assert done == 0 and json.loads(out)["verdict"] == "DISPOSED" and json.loads(out)["authority"] == WHY[1]
    done, out, _ = run(capsys, folk, "cases", "--check", "--json")
    found = json.loads(out)
    assert done == 0 and found["missing"] == [] and [each["case"] for each in found["disposed"]] == [code]
    done, out, _ = run(capsys, folk, "dispose", code, *WHY, "--yes", code)
    assert done == 2
    report = verify(folk.path("second"), cached_bundle)
    assert [each.state for each in report.bonds] == ["disposed"] and report.exit_code == 0
    assert "It ended where this case began" in report.bonds[0].said
    done, out, _ = run(capsys, folk, "cases", folk.codes["second"])
    assert done == 0 and "which was disposed of on" in out and "not in this folder" not in out


REFUSED = [
    (("dispose", "{first}", *WHY, "--yes", "{first}"), "R003", "no retention period"),
    (("dispose", "{first}", *WHY, *EARLY), "R004", "was not confirmed"),
    (("dispose", "{first}", *WHY, "--yes", "{other}", *EARLY), "R004", "not the code"),
    (("dispose", "{first}", "--authority", " ", "--reason", "x", "--yes", "{first}", *EARLY), "", "an authority"),
    (("dispose", "NOTHERE0", *WHY, "--yes", "NOTHERE0"), "", "no case is called"),
    (("hold", "--lift", "{first}", "--reason", "x"), "R009", "no hold"),
    (("hold", "{first}"), "", "for a reason"),
    (("hold", "{first}", "--subject", "X", "--reason", "x"), "", "either"),
    (("hold", "--reason", "x"), "", "no case is named"),
    (("retention", "--years", "-1"), "", "0 to 130"),
]


@pytest.mark.parametrize(("words", "code", "said"), REFUSED)
def test_what_may_not_be_is_refused_and_changes_nothing(
    folk: People, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: str, said: str
) -> None:
    before = sorted((each.name, each.stat().st_size) for each in folk.folder.rglob("*"))
    done, out, err = run(capsys, folk, *(each.format(**folk.codes) for each in words))
    assert done == 2 and said in err and code in err and out == ""
    assert sorted((each.name, each.stat().st_size) for each in folk.folder.rglob("*")) == before


@pytest.mark.parametrize("held", [("{amended}",), ("{practice}",), ("--subject", PERSON.lower())])
def test_a_hold_on_any_case_of_a_person_keeps_all_of_them_and_nobody_else(
    folk: People, capsys: pytest.CaptureFixture[str], held: tuple[str, ...]
) -> None:
    named = [each.format(**folk.codes) for each in held]
    assert run(capsys, folk, "hold", *named, "--reason", "claim 77/26", "--by", "Legal")[0] == 0
    for name in ("first", "second", "practice"):
        done, _, err = gone(capsys, folk, name)
        assert done == 2 and "R002" in err and "claim 77/26" in err and folk.path(name).exists()
    assert gone(capsys, folk, "other")[0] == 0
    assert "claim 77/26" in run(capsys, folk, "hold")[1]
    assert run(capsys, folk, "hold", *named, "--lift", "--reason", "claim settled")[0] == 0
    assert run(capsys, folk, "hold")[1] == "no holds\n" and gone(capsys, folk, "first")[0] == 0


def test_a_hold_reaches_across_a_visit_that_was_disposed_of(folk: People, capsys: pytest.CaptureFixture[str]) -> None:
    assert gone(capsys, folk, "second")[0] == 0
    assert run(capsys, folk, "hold", folk.codes["first"], "--reason", "claim")[0] == 0
    assert gone(capsys, folk, "amended")[0] == 2


def test_a_damaged_journal_lets_nothing_be_disposed_of(folk: People, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, folk, "hold", folk.codes["first"], "--reason", "claim")[0] == 0
    journal = folk.folder / "journal.log"
    journal.write_bytes(journal.read_bytes().replace(b"claim", b"clown"))
    done, _, err = gone(capsys, folk, "other")
    assert done == 5 and "R001" in err and folk.path("other").exists()


def test_retention_counts_from_the_last_visit_and_disposes_of_nothing(
    folk: People, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, folk, "hold", "--subject", OTHER, "--reason", "claim")[0] == 0
    before = len(list(folk.folder.rglob("*.jsonl")))

    def states(*more: str) -> dict[str, str]:
        done, out, _ = run(capsys, folk, "retention", "--json", *more)
        assert done == 0
        names = {code: name for name, code in folk.codes.items()}
        return {names[each["case"]]: each["state"] for each in json.loads(out)["cases"]}

    kept = dict.fromkeys(("first", "second", "amended", "practice"), "kept") | {"other": "held"}
    assert states() == kept
    assert states("--years", "8", "--as-of", "2034-03-01") == kept
    due = dict.fromkeys(("first", "second", "amended", "practice"), "due") | {"other": "held"}
    assert states("--years", "8", "--as-of", "2034-03-02") == due
    assert len(list(folk.folder.rglob("*.jsonl"))) == before
    assert gone(capsys, folk, "practice")[0] == 0
    _, out, _ = run(capsys, folk, "retention", "--years", "8", "--as-of", "2034-03-02")
    assert out.startswith("2034-03-02, 8 years after") and "3 due, 1 held, 0 kept, 0 damaged, 1 disposed of" in out


def test_a_period_of_the_settings_lets_a_case_go_when_it_is_over(folk: People, tmp_path: Path) -> None:
    code = folk.codes["first"]
    settings = tmp_path / "settings.json"
    settings.write_text('{"retention_years": 1}', "utf-8")
    words = ["dispose", code, *WHY, "--yes", code, "--transcripts", str(folk.folder), "--settings", str(settings)]
    assert main(words) == 2  # the cases of the tests are of this year
    from datetime import date

    assert prepare(folk.folder, code, cached_bundle, years=1, day=date(2027, 3, 2)).again is None


def test_a_case_somebody_is_writing_is_not_disposed_of(folk: People, capsys: pytest.CaptureFixture[str]) -> None:
    writer, _ = TranscriptWriter.resume(folk.path("practice"), FixedHost(seed=9))
    with writer:
        done, _, err = gone(capsys, folk, "practice")
    assert done == 7 and "L001" in err and folk.path("practice").exists() and not tombstones(folk.folder)


def test_a_damaged_case_is_refused_unless_that_is_said(folk: People, capsys: pytest.CaptureFixture[str]) -> None:
    path = folk.path("other")
    data = path.read_bytes()
    path.write_bytes(data[:2000] + b"x" + data[2001:])
    done, _, err = gone(capsys, folk, "other")
    assert done == 5 and "R005" in err and path.exists()
    assert gone(capsys, folk, "other", *EARLY, "--damaged")[0] == 0 and not path.exists()


class Stops(Disk):
    """Dies at the nth file that is removed."""

    def __init__(self, left: int) -> None:
        self.left = left

    def unlink(self, path: Path) -> None:
        if path.name.endswith(".jsonl") or ".torn-" in path.name:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        super().unlink(path)


@pytest.mark.parametrize("left", [0, 1])
def test_a_crash_between_tombstone_and_removal_is_shown_and_finished_by_running_it_again(
    folk: People, capsys: pytest.CaptureFixture[str], left: int
) -> None:
    path, code = folk.path("practice"), folk.codes["practice"]
    path.with_name(f"{path.name}.torn-12-00").write_bytes(b"bees")
    ready = prepare(folk.folder, code, cached_bundle, before_retention="entered twice")
    with pytest.raises(KeyboardInterrupt):
        dispose(ready, authority="policy", reason="over", disk=Stops(left))
    assert [(stone.case, each) for stone, each in unfinished(folk.folder)] == [(code, path)]
    assert "is here; dispose of it again" in run(capsys, folk, "retention")[2]
    done, out, _ = run(capsys, folk, "dispose", code, *WHY, "--yes", code)
    assert done == 0 and out.startswith("finished: ") and not list(path.parent.glob(f"{path.name}*"))
    assert len(tombstones(folk.folder)) == 1 and not unfinished(folk.folder)
    stone = tombstone_of(folk.folder, code)
    assert stone is not None and stone.authority == "policy"


def test_a_case_that_went_on_meanwhile_is_looked_at_again(folk: People) -> None:
    ready = prepare(folk.folder, folk.codes["practice"], cached_bundle, before_retention="x")
    writer, _ = TranscriptWriter.resume(folk.path("practice"), FixedHost(seed=9))
    with writer:
        from chatbot.core.events import CaseSuspended

        writer.append([CaseSuspended()])
    with pytest.raises(UsageError, match="changed meanwhile"):
        dispose(ready, authority="policy", reason="over")
    assert not tombstones(folk.folder)
