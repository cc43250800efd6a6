"""The protocol bundle: everything that can change what is asked or said, as canonical JSON data.

Its SHA-256 is the protocol digest. Comments, folding, the order of keys inside one entry, and what stands outside it
(vignettes, worked examples, origin) do not change it; the order of questions, options, red flags and rules does,
because it changes what is asked or printed first.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import BaseModel

from chatbot.content.build import Conditions, build_protocol
from chatbot.content.package import Package
from chatbot.core.canonical import canonical_json
from chatbot.core.protocol import Protocol

FORMAT = "backstory.protocol/1"

ORDERED = frozenset(
    "questions fields options rows columns quick cannot_apply red_flags rules hypotheses conflicts items bands".split()
)
"""Mappings whose order means something: they become lists of entries with their id."""

_NOT_CONTENT = frozenset({"default", "sections", "actions"})


def bundle_of(package: Package) -> dict[str, Any]:
    """Return the bundle of a package; entries that did not fit are left out."""
    assert package.manifest is not None
    manifest = _data(package.manifest.model)
    bundle = {key: value for key, value in manifest.items() if key not in _NOT_CONTENT}
    bundle["format"] = FORMAT
    bundle["actions"] = sorted(manifest["actions"])
    bundle["sections"] = [_section(_data(file.model)) for file in package.sections]
    for stem in ("findings", "guards", "references"):
        bundle[stem] = {name: _data(entry) for name, entry in sorted(package.entries(stem).items())}
    for finding in bundle["findings"].values():
        finding.pop("examples", None)
    if package.entries("tables"):
        bundle["tables"] = {name: _data(entry) for name, entry in sorted(package.entries("tables").items())}
    for stem in ("red_flags", "hypotheses", "conflicts"):
        bundle[stem] = [{"id": name, **_data(entry)} for name, entry in package.entries(stem).items()]
    if package.instruments:
        # Only where there are any, as below.
        bundle["instruments"] = {name: _data(file.model) for name, file in sorted(package.instruments.items())}
    if package.entries("audiences"):
        # Left out where there are none, so that protocols from before audiences keep their digest.
        bundle["audiences"] = [{"id": name, **_data(entry)} for name, entry in package.entries("audiences").items()]
    bundle["rules"] = [
        {"id": name, "category": file.model.category, **_data(rule)} for file, name, rule in package.all_rules()
    ]
    if "topics" in package.single:
        # Only where there are topics, so that the digest of a protocol without them stays what it was.
        bundle["topics"] = [{"id": name, **_data(entry)} for name, entry in package.entries("topics").items()]
        bundle["asks"] = _data(package.single["topics"].model.asks)
    return bundle


def protocol_of(package: Package, conditions: Conditions | None = None) -> Protocol:
    """Return the protocol of a package in which no check has found an error."""
    bundle = bundle_of(package)
    canonical = canonical_json(bundle)
    return build_protocol(
        bundle, canonical, hashlib.sha256(canonical.encode("utf-8")).hexdigest(), conditions=conditions
    )


def _section(data: dict[str, Any]) -> dict[str, Any]:
    return {"id": data.pop("section"), **data}


def _data(model: BaseModel) -> dict[str, Any]:
    data: dict[str, Any] = _listed(model.model_dump(mode="json", by_alias=True, exclude_defaults=True))
    return data


def _listed(value: Any) -> Any:
    if isinstance(value, list):
        return [_listed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _one_by_one(key, inner) for key, inner in value.items()}


def _one_by_one(key: str, inner: Any) -> Any:
    if key == "labels":
        return inner
    return _entries(inner) if key in ORDERED and isinstance(inner, dict) else _listed(inner)


def _entries(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for name, entry in mapping.items():
        inner = _listed(entry)
        found.append({"id": name, **(inner if "clinician" not in inner else {"label": inner})})
    return found
