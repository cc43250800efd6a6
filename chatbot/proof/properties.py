"""The properties of a protocol's folder, ready to be evaluated or proved."""

from __future__ import annotations

import json
from pathlib import Path

from chatbot.content.build import symbols_of
from chatbot.content.checks.property_binding import CONTRAINDICATIONS, PROPERTIES, bound
from chatbot.content.models import SINGLE_FILES
from chatbot.content.package import read_beside
from chatbot.core.property_tree import Property
from chatbot.core.protocol import Protocol
from chatbot.errors import ContentError


def load_properties(folder: Path, protocol: Protocol) -> tuple[Property, ...]:
    """Return the properties of a folder, in its order, those of its contraindications last.

    Raises: ContentError with everything that is wrong with them.
    """
    files, found = {}, []
    for stem in (PROPERTIES, CONTRAINDICATIONS):
        path = folder / f"{stem}.yaml"
        if path.exists():
            file, wrong = read_beside(path, str(path), SINGLE_FILES[stem])
            found += wrong
            if file is not None:
                files[stem] = file
    properties, wrong = bound(files, protocol, symbols_of(json.loads(protocol.canonical)))
    if found := [*found, *wrong]:
        raise ContentError("\n".join(each.render() for each in found))
    return tuple(properties)
