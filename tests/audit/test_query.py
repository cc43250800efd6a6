"""SQL reads the tables and reaches nothing else; what is private is covered; the examples of the page run."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path

import pytest

from chatbot.audit.find import Found
from chatbot.audit.measure import Watched
from chatbot.audit.query import Database
from chatbot.audit.row import Row
from chatbot.audit.tables import COLUMNS, COVERED, tables_of
from chatbot.audit.work import Wanted, examine
from chatbot.core import events as ev
from chatbot.core.case import evolve
from chatbot.core.protocol import Protocol, QuestionType
from chatbot.core.taint import taint
from chatbot.errors import UsageError
from chatbot.record.envelope import Record
from tests.audit.kit import COUNT, all_cases, audit, cases_in, files, rows
from tests.privacy.kit import small as private_protocol
from tests.record.kit import small_protocol as text_protocol

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text("utf-8")

EXAMPLES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cases_in(tmp_path_factory.mktemp("query"), 12)


def asked(folder: Path, sql: str, *words: str) -> list[dict[str, object]]:
    code, out, err = audit(folder, "--query", sql, "--format", "json", *words)
    assert code == 0, err
    found: list[dict[str, object]] = json.loads(out)
    return found


def test_the_page_shows_examples() -> None:
    assert len(EXAMPLES) >= 5


def test_the_examples_of_the_page_run_and_find_something(tmp_path: Path) -> None:
    code, _, err = audit(all_cases(), "--parquet", tmp_path / "tables", "--part", "verdicts")
    assert code == 0, err
    import duckdb

    db = duckdb.connect(":memory:")
    for name in COLUMNS:
        db.execute(f"CREATE VIEW {name} AS SELECT * FROM '{tmp_path}/tables/{name}.parquet'")
    for sql in EXAMPLES:
        checked = Database(sql)  # as the command takes it
        checked.close()
        assert db.execute(sql).fetchall(), sql
    db.close()


def test_an_example_gives_the_same_through_the_command(small: Path) -> None:
    found = asked(small, EXAMPLES[0])
    assert sum(int(str(each["cases"])) for each in found) == sum(row.signed for row in rows(small))


def test_the_page_names_every_table_and_column() -> None:
    for name, columns in COLUMNS.items():
        (line,) = re.findall(rf"^\| `{name}` \|.*$", PAGE, re.MULTILINE)
        assert re.findall(r"`(\w+)`", line) == [name, *(column for column, _ in columns)]


REFUSED = [
    "SELECT 1; SELECT 2",
    "",
    "-- nothing",
    "COPY cases TO '{out}'",
    "COPY (SELECT 1) TO '{out}'",
    "EXPORT DATABASE '{out}'",
    "ATTACH '{out}'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '1TB'",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA enable_external_access",
    "CALL pragma_version()",
    "CREATE TABLE z (a INT)",
    "DROP TABLE cases",
    "DELETE FROM cases",
    "INSERT INTO cases (file) VALUES ('x')",
    "UPDATE cases SET verdict = 'CORRUPT'",
    "BEGIN",
    "EXPLAIN ANALYZE SELECT 1",
    "WITH x AS (INSERT INTO cases (file) VALUES ('x') RETURNING *) SELECT * FROM x",
    "WITH x AS (DELETE FROM cases RETURNING *) SELECT * FROM x",
    "SELECT * FROM read_csv('{there}')",
    "SELECT * FROM read_text('{there}')",
    "SELECT * FROM read_blob('{there}')",
    "SELECT * FROM read_json('{there}')",
    "SELECT * FROM read_parquet('{there}')",
    "SELECT * FROM '{there}'",
    "SELECT * FROM glob('{there}')",
    "SELECT * FROM sniff_csv('{there}')",
    "SELECT * FROM parquet_metadata('{there}')",
    "SELECT * FROM query('COPY cases TO ''{out}''')",
    "SELECT getenv('HOME')",
    "SELECT * FROM statements",
    "SELEC 1",
    "SELECT nothing FROM cases",
]


@pytest.mark.parametrize("sql", REFUSED)
def test_what_reaches_further_than_reading_the_tables_is_refused(sql: str, tmp_path: Path, small: Path) -> None:
    there, out = tmp_path / "there.csv", tmp_path / "out"
    there.write_text("secret,canary\n1,2\n")
    code, said, err = audit(small, "--query", sql.format(out=out, there=there))
    assert code == 2 and "--query" in err and not said
    assert "canary" not in err and not out.exists()


def test_an_error_in_the_data_shows_nothing_of_them(small: Path) -> None:
    code, out, err = audit(small, "--query", "SELECT cast(value AS INTEGER) FROM answers")
    assert code == 2 and "ConversionException" in err and not out
    values = {str(each["value"]) for each in asked(small, "SELECT DISTINCT value FROM answers WHERE value IS NOT NULL")}
    assert not any(value in err for value in values if len(value) > 3)


def test_a_memory_limit_is_kept_to(small: Path) -> None:
    assert audit(small, "--query", "SELECT 1", "--memory", "much")[0] == 2
    sql = "SELECT list(i) AS l FROM range(100000000) t(i)"
    code, out, err = audit(small, "--query", sql, "--memory", "60MB")
    assert code == 2 and "memory" in err and not out


def test_counts_by_sql_are_those_of_the_rows(small: Path) -> None:
    found = rows(small)
    (cases,) = asked(small, "SELECT count(*) n, sum(records) r, sum(corrections) c FROM cases")
    assert (cases["n"], cases["r"], cases["c"]) == (
        *(12, sum(row.records for row in found), sum(len(row.corrections) for row in found)),
    )
    (events,) = asked(small, "SELECT count(*) n, count(*) FILTER (lowered) l FROM events")
    assert events["n"] == sum(row.records for row in found)
    assert events["l"] == sum(each.lowered for row in found for each in row.corrections)
    (declined,) = asked(small, "SELECT count(*) n FROM recommendations WHERE decision = 'decline'")
    assert declined["n"] == sum(made.decision == "decline" for row in found for made in row.decisions.values())


def test_a_file_that_cannot_be_replayed_is_a_row_of_cases_alone(tmp_path: Path) -> None:
    folder = cases_in(tmp_path, 3)
    files(folder)[0].write_bytes(b"gone\n")
    code, out, err = audit(
        folder, "--query", "SELECT verdict, records, problems FROM cases ORDER BY verdict", "--format", "csv"
    )
    assert code == 5 and "1 CORRUPT" in err
    assert out.splitlines()[:2] == ["verdict,records,problems", "CORRUPT,,1"]


def test_identities_are_empty_unless_asked_for(small: Path) -> None:
    sql = "SELECT count(label) + count(subject) AS n FROM cases"
    assert asked(small, sql) == [{"n": 0}]
    assert asked(small, sql, "--identities") == [{"n": 24}]
    assert asked(small, "SELECT count(actor) AS n FROM events") == [{"n": 0}]


def test_formats(small: Path) -> None:
    sql = "SELECT 'a,\"b\"' AS t, '=1+1' AS f, 1.5::DOUBLE AS n, NULL AS e, true AS y"
    code, out, _ = audit(small, "--query", sql, "--format", "csv")
    assert list(csv.reader(StringIO(out))) == [["t", "f", "n", "e", "y"], ['a,"b"', "'=1+1", "1.5", "", "true"]]
    code, out, _ = audit(small, "--query", "SELECT chr(27) || '[31m' AS t")
    assert code == 0 and "\x1b" not in out and "(1 row)" in out
    assert asked(small, "SELECT 1 AS n WHERE false") == []


def replayed(protocol: Protocol, question: str, value: str, shown: bool) -> dict[str, list[tuple[object, ...]]]:
    """Return the tables of a case with one answer."""
    happened = [
        ev.CaseOpened("CANARY01", "test", "2026-03-15T10:30", "", "", protocol.identity),
        ev.AnswerGiven(question, value, None, "patient", "key", "2026-03-15T10:30"),
    ]
    watched, case = Watched(), None
    for seq, event in enumerate(happened):
        before, case = case, evolve(protocol, case, event)
        entry = Record(seq, "", "2026-03-15T10:30:00.000Z", seq, "x", event.type, {}, event, "")
        watched(protocol, entry, before, case)
    return dict(tables_of(Row("file", "VALID-OPEN", 0, case="CANARY01"), watched, frozenset(COLUMNS), shown))


@pytest.mark.parametrize("shown", [False, True])
def test_private_answers_and_the_flags_that_tell_of_them_are_covered(shown: bool) -> None:
    protocol = private_protocol()
    told = taint(protocol)
    private = next(key for key in told.questions if protocol.questions[key].type is QuestionType.CHOICE)
    made = replayed(protocol, private, protocol.questions[private].options[0].id, shown)
    (answer,) = made["answers"]
    assert answer[2] == private and (answer[7] == COVERED) is not shown
    states = {each[2]: each[4] for each in made["flags"]}
    assert told.red_flags and all((states[flag] == COVERED) is not shown for flag in told.red_flags)
    assert any(state != COVERED for state in states.values())


@pytest.mark.parametrize("shown", [False, True])
def test_free_text_is_covered(shown: bool) -> None:
    made = replayed(text_protocol(), "remark", "a canary sings", shown)
    assert ("canary sings" in repr(made)) is shown


def test_parquet_is_private_whole_and_never_written_over(tmp_path: Path, small: Path) -> None:
    import pyarrow.parquet as pq

    place = tmp_path / "tables"
    assert audit(small, "--parquet", place, "--part", "verdicts")[0] == 0
    assert sorted(path.name for path in place.iterdir()) == sorted(f"{name}.parquet" for name in COLUMNS)
    assert {path.stat().st_mode & 0o777 for path in place.iterdir()} == {
        0o600
    } and place.stat().st_mode & 0o777 == 0o700
    assert pq.read_table(place / "cases.parquet").num_rows == 12
    code, _, err = audit(small, "--parquet", place)
    assert code == 8 and "F009" in err
    assert pq.read_table(place / "cases.parquet").num_rows == 12


def test_an_export_that_is_interrupted_leaves_no_file(
    tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chatbot.audit.parquet import Parquet

    def interrupted(self: Parquet, tables: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Parquet, "add", interrupted)
    assert audit(small, "--parquet", tmp_path / "tables")[0] == 130
    assert list((tmp_path / "tables").iterdir()) == []


def test_options_that_do_not_go_together_are_said(small: Path, tmp_path: Path) -> None:
    for words in (
        ("--format", "csv"),
        ("--show-private",),
        ("--query", "SELECT 1", "--state", str(tmp_path / "s")),
        ("--jobs", "0"),
        ("--small-numbers", "0"),
    ):
        assert audit(small, *words)[0] == 2


def test_only_the_tables_that_are_named_are_filled(small: Path) -> None:
    found = Found(files(small)[0], "clinical")
    done = examine(found, Wanted(tables=Database("SELECT count(*) FROM flags").tables), {})
    assert done.tables is not None and set(done.tables) == {"cases", "flags"}
    assert examine(found, Wanted(), {}).tables is None
    with pytest.raises(UsageError):
        Database("SELECT * FROM nothing")
    assert COUNT > 12
