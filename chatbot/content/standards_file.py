"""``standards.yaml`` as it is read, bound to the protocol whose cases it is to judge.

A case is judged under the content it was made with. A standard of today that names something which that content did
not have yet cannot be bound to it; of such a case nobody can tell.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chatbot.content.build import symbols_of
from chatbot.content.checks.standard_binding import STEM, bind
from chatbot.content.diagnostics import refuse
from chatbot.content.library import shown_path
from chatbot.content.package import File, read_beside
from chatbot.content.standard_schema import StandardsModel
from chatbot.core.protocol import Protocol
from chatbot.core.standards import Standard


@dataclass(frozen=True, slots=True)
class StandardsFile:
    """The standards of one protocol, before they are bound."""

    file: File[StandardsModel]

    @property
    def ids(self) -> tuple[str, ...]:
        """The standards in the order of the file."""
        return tuple(self.file.model.standards)

    def bound(self, protocol: Protocol) -> Mapping[str, Standard]:
        """Return the standards that can be bound to a protocol, by id; the others name what it does not have."""
        return bind(self.file, protocol, symbols_of(json.loads(protocol.canonical)))[0]


def read_standards(folder: Path) -> StandardsFile | None:
    """Return the standards of a protocol's folder; None where it has none.

    Raises: ContentError with everything that is wrong with the file's shape.
    """
    path = folder / f"{STEM}.yaml"
    if not path.exists():
        return None
    file, found = read_beside(path, shown_path(path), StandardsModel)
    refuse(found)
    return None if file is None else StandardsFile(file)
