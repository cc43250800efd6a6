"""The tables of an audit as Parquet files: written as cases come, for this user alone, named when they are whole."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chatbot.audit.query import Waiting, arrow_schema, arrow_table, missing
from chatbot.audit.tables import COLUMNS, Tables
from chatbot.errors import StorageError
from chatbot.record.disk import Disk, make_private_folder
from chatbot.record.publish import storage_error


class Parquet:
    """One file for each table in a folder. Used as a context: the files get their names only when all went well."""

    def __init__(self, folder: Path) -> None:
        """Raises: StorageError when a file is there already; EnvironmentProblem without pyarrow."""
        try:
            import pyarrow.parquet as pq
        except ImportError as error:
            raise missing("pyarrow", error) from error
        self.folder = folder
        self.rows = dict.fromkeys(COLUMNS, 0)
        self._waiting = Waiting(self._write)
        self._files: dict[str, tuple[Path, Any, Any]] = {}
        try:
            make_private_folder(Disk(), folder)
            for name in COLUMNS:
                if self._target(name).exists():
                    raise StorageError(
                        f"{name}.parquet is there already",
                        code="F009",
                        place=str(folder),
                        hint="name another folder with --parquet, or remove the files",
                    )
            for name in COLUMNS:
                temporary = folder / f"{name}.parquet.new-{os.getpid()}"
                fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                file = os.fdopen(fd, "wb")
                self._files[name] = (temporary, file, pq.ParquetWriter(file, arrow_schema(name)))
        except OSError as error:
            self._remove()
            raise storage_error(error, folder, "write the tables") from error

    def _target(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def add(self, tables: Tables) -> None:
        """Take in what one case adds. Raises: StorageError."""
        try:
            self._waiting.add(tables)
        except OSError as error:
            raise storage_error(error, self.folder, "write the tables") from error

    def _write(self, name: str, rows: list[tuple[Any, ...]]) -> None:
        self._files[name][2].write_table(arrow_table(name, rows))
        self.rows[name] += len(rows)

    def finish(self) -> None:
        """Write what waits and name the files; nothing is written over. Raises: StorageError."""
        try:
            self._waiting.flush()
            for _, file, writer in self._files.values():
                writer.close()
                file.flush()
                os.fsync(file.fileno())
                file.close()
            for name, (temporary, _, _) in self._files.items():
                os.link(temporary, self._target(name))
        except OSError as error:
            raise storage_error(error, self.folder, "write the tables") from error
        finally:
            self._remove()

    def _remove(self) -> None:
        for temporary, file, writer in self._files.values():
            with suppress(Exception):
                # What it still has to write goes to a file that nobody will see.
                writer.close()
            file.close()
            temporary.unlink(missing_ok=True)
        self._files = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
        else:
            self._remove()
