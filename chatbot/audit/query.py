"""SQL over the cases of an audit, through DuckDB: in memory, nothing of the machine in reach, nothing to be changed.

External access is off before any table exists, the configuration is locked before the question is read, one SELECT
is taken, and it runs in a transaction that may only read. The data are those of ``tables``, so what is covered there
cannot be asked for. Nothing is written to a disk, not even when memory is short: the question is refused then.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from chatbot.audit.tables import COLUMNS, Tables
from chatbot.core.text import visible
from chatbot.errors import EnvironmentProblem, UsageError

if TYPE_CHECKING:
    import duckdb

FORMATS = ("table", "json", "csv")

BATCH = 20_000
"""Rows of a table that wait before they are handed on together."""

_TYPES = {"text": "VARCHAR", "int": "BIGINT", "bool": "BOOLEAN", "number": "DOUBLE", "time": "TIMESTAMP"}

_TELLING = ("ParserException", "BinderException", "CatalogException", "SyntaxException")
"""Errors about the question itself; their words hold nothing of the data."""

_REACHING = ("PermissionException", "InvalidInputException", "IOException", "ConversionException")
"""Errors that tell of the question as long as there are no data."""


def missing(package: str, error: ImportError) -> EnvironmentProblem:
    """Return the refusal where a library is not installed."""
    hint = "pip install 'backstory[audit]'"
    raised = EnvironmentProblem(f"this needs {package}, which is not installed", code="U003", hint=hint)
    raised.__cause__ = error
    return raised


class Database:
    """The tables, filled batch by batch, and one question to them."""

    def __init__(self, sql: str, *, memory: str = "2GB", threads: int = 2) -> None:
        """Check the question against empty tables. Raises: UsageError; EnvironmentProblem without DuckDB."""
        try:
            import duckdb
            import pyarrow  # noqa: F401
        except ImportError as error:
            raise missing("duckdb and pyarrow", error) from error
        self._duckdb = duckdb
        try:
            self._db = duckdb.connect(
                ":memory:",
                config={
                    "enable_external_access": "false",
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                    "allow_community_extensions": "false",
                    "temp_directory": "",
                    "memory_limit": memory,
                    "threads": str(threads),
                },
            )
        except duckdb.Error as error:
            raise UsageError(f"--memory: {visible(str(error))}", hint="a size such as 4GB") from error
        self._db.execute("SET python_scan_all_frames = false; SET python_enable_replacements = false")
        self._db.execute("ATTACH ':memory:' AS audit (COMPRESS); USE audit")
        for name, columns in COLUMNS.items():
            typed = ", ".join(f'"{column}" {_TYPES[kind]}' for column, kind in columns)
            self._db.execute(f"CREATE TABLE {name} ({typed})")
        self._db.execute("SET lock_configuration = true")
        self.sql = self._checked(sql)
        words = self.sql.casefold()
        self.tables = frozenset(name for name in COLUMNS if name in words) | {"cases"}
        """The tables a question may be about: what is not named is not filled."""
        self._waiting = Waiting(self._insert)

    def _checked(self, sql: str) -> str:
        duckdb = self._duckdb
        try:
            statements = self._db.extract_statements(sql)
        except duckdb.Error as error:
            raise self._refused(error) from error
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise UsageError("--query takes one SELECT and nothing else", hint="docs/audit.md lists the tables")
        text = str(statements[0].query)
        try:
            self._reading(f"EXPLAIN\n{text}").fetchall()
        except duckdb.Error as error:
            raise self._refused(error) from error
        finally:
            self._finish()
        return text

    def _reading(self, sql: str) -> duckdb.DuckDBPyConnection:
        self._db.execute("BEGIN TRANSACTION READ ONLY")
        return self._db.execute(sql)

    def _finish(self) -> None:
        self._db.execute("ROLLBACK")

    def _refused(self, error: Exception) -> UsageError:
        """Return DuckDB's message where the question is at fault; of errors in the data only their kind."""
        kind = type(error).__name__
        if kind in _TELLING or (kind in _REACHING and not self._filled):
            # The line that asks for an explanation is ours.
            said = re.sub(r"\bLINE (\d+):", lambda found: f"LINE {max(1, int(found[1]) - 1)}:", str(error).strip())
            return UsageError(f"--query: {visible(said)}", hint="docs/audit.md lists the tables")
        if kind == "TransactionException":
            return UsageError("--query may only read: nothing is inserted, changed or removed")
        if kind == "OutOfMemoryException":
            return UsageError("--query needs more memory than it may use", hint="narrow the question, or --memory 8GB")
        return UsageError(
            f"--query ended with an error in the data ({kind}); its words may hold an answer and are not shown",
            hint="try_cast gives NULL where a value cannot be converted",
        )

    _filled = False

    def add(self, tables: Tables) -> None:
        """Take in what one case adds."""
        self._waiting.add(tables)

    def _insert(self, name: str, rows: list[tuple[Any, ...]]) -> None:
        self._filled = True
        self._db.register("batch", arrow_table(name, rows))
        self._db.execute(f"INSERT INTO {name} SELECT * FROM batch")
        self._db.unregister("batch")

    def ask(self) -> Iterator[tuple[Any, ...]]:
        """Yield the names of the columns, then the rows. Raises: UsageError."""
        self._waiting.flush()
        self._filled = True
        try:
            found = self._reading(self.sql)
            yield tuple(each[0] for each in found.description or ())
            while rows := found.fetchmany(1_000):
                yield from rows
        except self._duckdb.InterruptException as error:
            raise KeyboardInterrupt from error
        except self._duckdb.Error as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Let go of everything."""
        self._db.close()


class Waiting:
    """Rows of tables that wait until there are enough to be handed on together."""

    def __init__(self, take: Callable[[str, list[tuple[Any, ...]]], None]) -> None:
        self._take = take
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def add(self, tables: Tables) -> None:
        """Take in what one case adds."""
        for name, rows in tables.items():
            waiting = self._rows.setdefault(name, [])
            waiting += rows
            if len(waiting) >= BATCH:
                self._take(name, waiting)
                self._rows[name] = []

    def flush(self) -> None:
        """Hand on what waits."""
        for name, rows in self._rows.items():
            if rows:
                self._take(name, rows)
        self._rows = {}


def arrow_schema(name: str) -> Any:
    """Return the Arrow schema of a table."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "int": pa.int64(),
        "bool": pa.bool_(),
        "number": pa.float64(),
        "time": pa.timestamp("ms"),
    }
    return pa.schema([(column, types[kind]) for column, kind in COLUMNS[name]])


def arrow_table(name: str, rows: Sequence[tuple[Any, ...]]) -> Any:
    """Return rows as an Arrow table."""
    from datetime import datetime

    import pyarrow as pa

    schema = arrow_schema(name)
    columns = []
    for index, (_, kind) in enumerate(COLUMNS[name]):
        values: list[Any] = [row[index] for row in rows]
        if kind == "time":
            values = [None if each is None else datetime.fromisoformat(each).replace(tzinfo=None) for each in values]
        columns.append(pa.array(values, schema.field(index).type))
    return pa.Table.from_arrays(columns, schema=schema)


# --- what comes out -------------------------------------------------------------------------------


def written(found: Iterator[tuple[Any, ...]], form: str) -> Iterator[str]:
    """Yield the lines of an answer in one of ``FORMATS``; the first row of *found* names the columns."""
    names = [str(each) for each in next(found)]
    return {"json": _json, "csv": _csv, "table": _table}[form](names, found)


def _json(names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    before = "["
    for row in rows:
        yield f"{before}{json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str)}"
        before = ","
    yield "[]" if before == "[" else "]"


def _csv(names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    for row in chain([names], rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([_harmless(_cell(each)) for each in row])
        yield line.getvalue()


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "@", "\t"} or (text[:1] == "-" and not _is_number(text)) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _table(names: list[str], rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    first = [[_cell(each) for each in row] for row in islice(rows, 500)]
    widths = [
        max(len(name), *(len(row[index]) for row in first)) if first else len(name) for index, name in enumerate(names)
    ]
    right = [
        bool(first) and all(_is_number(row[index]) or not row[index] for row in first) for index in range(len(names))
    ]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, right, strict=True)
        ]
        return "  ".join(padded).rstrip()

    yield line(names)
    yield "  ".join("─" * width for width in widths)
    count = 0
    for cells in chain(first, ([_cell(each) for each in row] for row in rows)):
        yield line(cells)
        count += 1
    yield f"({count} row{'' if count == 1 else 's'})"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return visible(str(value)).replace("\n", " ")
