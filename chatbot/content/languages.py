"""A protocol in another language: the same protocol with other words.

Texts are found in the bundle, by a path of ids. A translation names the digest of the text it was made from, so that
it falls out of use by itself when that text changes. Conditions, ids and the digest of the protocol stay as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chatbot.content.build import build_protocol
from chatbot.core.canonical import canonical_json
from chatbot.core.protocol import Protocol, Wording

PSEUDO = "en-XA"
"""A language made up of the protocol's own: accented, longer, in brackets. What stays plain was never looked up."""

DIGITS = 12
"""Hexadecimal digits of a digest that a person copies."""

SYMBOLS = "labels.symbol."
"""Marks to look at; they have no language."""

SINGLE = ("content_status",)
"""Members of a bundle that are printed and stand once."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a language is along."""

    language: str
    name: str
    done: int
    of: int
    why_not: str
    """Why it is not offered; empty when it is."""

    def line(self) -> str:
        """Return it in one line."""
        rest = "offered" if not self.why_not else f"not offered: {self.why_not}"
        return f"{self.language} ({self.name}): {self.done} of {self.of} texts, {rest}"


def texts_of(bundle: Mapping[str, Any]) -> dict[str, Wording]:
    """Return every text that has a language: path (``rules.rest.text``) → both registers. Symbols are left out."""
    found: dict[str, Wording] = {}
    for path, holder, key in _places(bundle, ""):
        text = holder[key]
        found[path] = Wording(text, text) if isinstance(text, str) else Wording(text["clinician"], text["patient"])
    return found


def _places(value: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, the mapping or list that holds a text, its key there)."""
    if isinstance(value, Mapping):
        entries = [(key, _joined(path, key), value[key]) for key in value]
    elif isinstance(value, list):
        entries = [(index, _joined(path, _name(inner, index)), inner) for index, inner in enumerate(value)]
    else:
        return
    for key, below, inner in entries:
        if _is_text(inner) or below in SINGLE:
            if not below.startswith(SYMBOLS):
                yield below, value, key
        else:
            yield from _places(inner, below)


def _joined(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _name(entry: Any, index: int) -> str:
    return str(entry["id"]) if isinstance(entry, Mapping) and "id" in entry else str(index + 1)


def _is_text(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(value.get(key), str) for key in ("clinician", "patient"))


def digest_of(wording: Wording) -> str:
    """Return the digest a translation names its source by."""
    return _digest([wording.clinician, wording.patient])


def reviewed_digest(texts: Mapping[str, Any]) -> str:
    """Return the digest a reviewer puts their name to: over every translation with what it was made from."""
    return _digest({path: [each.of, each.clinician, each.patient] for path, each in texts.items()})


def _digest(value: object) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:DIGITS]


def why_not_offered(language: Any, source: Mapping[str, Wording]) -> str:
    """Return why a ``LanguageModel`` is not offered for these texts; empty when it is."""
    missing = [path for path in source if path not in language.texts]
    stale = [path for path, each in language.texts.items() if path in source and each.of != digest_of(source[path])]
    review = language.reviewed_by
    if missing:
        return f"{len(missing)} texts are missing, such as {missing[0]}"
    if stale:
        return f"{len(stale)} texts were made from another wording, such as {stale[0]}"
    if review is None:
        return "nobody has reviewed it"
    if not review.native_speaker:
        return f"{review.name} is not a native speaker"
    if review.texts != reviewed_digest(language.texts):
        return "it changed after its review"
    return ""


def status_of(language: Any, source: Mapping[str, Wording]) -> Status:
    """Return how far a ``LanguageModel`` is along."""
    done = sum(path in language.texts and language.texts[path].of == digest_of(text) for path, text in source.items())
    return Status(language.language, language.name, done, len(source), why_not_offered(language, source))


def translated(protocol: Protocol, said: Mapping[str, Wording]) -> Protocol:
    """Return the protocol with the texts of *said*, by path, in place of its own; identity and digest stay."""
    bundle = json.loads(protocol.canonical)
    for path, holder, key in list(_places(bundle, "")):
        if path in said:
            text = said[path]
            one = isinstance(holder[key], str)
            holder[key] = text.clinician if one else {"clinician": text.clinician, "patient": text.patient}
    shown = build_protocol(bundle, protocol.canonical, protocol.digest)
    return replace(shown, origin=protocol.origin, default=protocol.default, certificate=protocol.certificate)


def pseudo(protocol: Protocol) -> Protocol:
    """Return the protocol in the pseudo-language."""
    source = texts_of(json.loads(protocol.canonical))
    return translated(
        protocol, {path: Wording(stretched(t.clinician), stretched(t.patient)) for path, t in source.items()}
    )


_ACCENTED = str.maketrans("aceinouyACEINOUY", "àçéïñöûýÀÇÉÏÑÖÛÝ")


def stretched(text: str) -> str:
    """Return a text accented, a third longer and in brackets; what stands in ``{…}`` stays."""
    parts = text.replace("{", "\0{").replace("}", "}\0").split("\0")
    said = "".join(part if part.startswith("{") else part.translate(_ACCENTED) for part in parts)
    return f"⟦{said}{' ~' * max(1, len(text) // 6)}⟧"
