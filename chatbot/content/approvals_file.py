"""``approvals.yaml`` and the folder ``approved`` beside it, as they are read and as they are added to.

Each entry says what somebody found of exactly these words. Of what was approved the words are kept as well, in
``approved/<digest>.json``, so that it can be said later what has changed since. Nothing is ever taken away.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.content.diagnostics import refuse
from chatbot.content.governance_schema import ApprovalsModel
from chatbot.content.library import shown_path
from chatbot.content.package import Package, read_beside
from chatbot.content.source import Mapping as MappingNode
from chatbot.content.source import parse, plain
from chatbot.core.approvals import Approval
from chatbot.core.items import item_digest
from chatbot.core.review import APPROVED
from chatbot.errors import StorageError

FILE = "approvals.yaml"
FOLDER = "approved"

_HEADER = """\
# Who found what of which exact words. Written by `backstory review --submit | --under-review | --approve`; the last
# entry of an item counts, and only while the item still means what it meant. Nothing is deleted here.
approvals:
"""
_EMPTY = re.compile(r"^approvals:[ \t]*(\[[ \t]*\])?[ \t]*(#.*)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act of a reviewer, about one item or many."""

    state: str
    name: str
    role: str
    on: str
    """``YYYY-MM-DD``."""
    items: Mapping[str, str]
    """Item to the digest of its words as they were read."""
    note: str = ""

    def approvals(self) -> tuple[Approval, ...]:
        """Return it item by item."""
        return tuple(
            Approval(item, digest, self.state, self.name, self.role, self.on, self.note)
            for item, digest in self.items.items()
        )


def approvals_of(package: Package) -> tuple[Approval, ...]:
    """Return what was said of each item, in the order it was said; nothing without a file."""
    file = package.single.get("approvals")
    return () if file is None else _flat(_entries(file.model))


def approvals_in(folder: Path) -> tuple[Approval, ...]:
    """Return the same of a protocol folder, of which nothing else is read.

    Raises: ContentError when the file has an error.
    """
    path = folder / FILE
    if not path.exists():
        return ()
    file, found = read_beside(path, shown_path(path), ApprovalsModel)
    refuse(found)
    return () if file is None else _flat(_entries(file.model))


def _entries(model: ApprovalsModel) -> tuple[Entry, ...]:
    return tuple(
        Entry(each.state, each.by.name, each.by.role, each.on, each.items, each.note or "") for each in model.approvals
    )


def _flat(entries: Iterable[Entry]) -> tuple[Approval, ...]:
    return tuple(approval for entry in entries for approval in entry.approvals())


def kept_content(folder: Path, digest: str) -> dict[str, Any] | None:
    """Return the words that were approved under a digest; None where they are not kept, or are not those."""
    try:
        content = json.loads((folder / FOLDER / f"{digest}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and item_digest(content) == digest else None


def add_entry(folder: Path, entry: Entry, contents: Mapping[str, Mapping[str, Any]]) -> None:
    """Add an entry at the end of the file, whole or not at all; comments and earlier entries stay as they are.

    *contents*: item to its present words, which are kept where they are approved.

    Raises: StorageError when the file cannot be written, or is written in a way that entries cannot be added to.
    """
    path = folder / FILE
    try:
        text = _added(path, entry)
        if entry.state == APPROVED:
            for item, digest in entry.items.items():
                _keep(folder / FOLDER, digest, contents[item])
        _replace(path, text)
    except OSError as error:
        raise StorageError(f"cannot write {path}: {error.strerror}", hint="check rights and space") from error


def _keep(folder: Path, digest: str, content: Mapping[str, Any]) -> None:
    path = folder / f"{digest}.json"
    if not path.exists():
        folder.mkdir(exist_ok=True)
        _replace(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _added(path: Path, entry: Entry) -> str:
    """Return the file with an entry added, read again to make sure that it says just that."""
    old = path.read_text("utf-8") if path.exists() else _HEADER
    before = _read(old, path)
    text = _EMPTY.sub("approvals:", old, count=1).rstrip("\n") + "\n" + entry_text(entry)
    if _read(text, path) != (*before, entry):
        raise StorageError(
            "an entry cannot be added to the end of this file",
            place=str(path),
            hint="let 'approvals:' be its last key, with one entry after the other, each beginning with '  - '",
        )
    return text


def _read(text: str, path: Path) -> tuple[Entry, ...]:
    """Return the entries of a file; none of one that holds none yet, or that cannot be read."""
    root, found = parse(text.encode("utf-8"), str(path))
    written = plain(root) if isinstance(root, MappingNode) and not found else None
    try:
        return _entries(ApprovalsModel.model_validate(written))
    except ValueError:
        return ()


def entry_text(entry: Entry) -> str:
    """Return an entry as it stands in the file."""
    lines = [
        f"  - state: {entry.state}",
        f"    by: {{name: {_quoted(entry.name)}, role: {_quoted(entry.role)}}}",
        f"    on: {entry.on}",
        *([f"    note: {_quoted(entry.note)}"] if entry.note else []),
        "    items:",
        *(f"      {item}: {digest}" for item, digest in entry.items.items()),
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Quote a text so that every reader of YAML takes it for just that."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
