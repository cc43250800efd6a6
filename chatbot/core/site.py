"""Local facts in the texts of a protocol: the one place where ``{site.key}`` becomes words.

Texts name whom to call by a key that the protocol declares; the fact itself is pinned in the transcript of the case.
A fact that is missing prints as a blank to fill, never as a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from typing import Any

from chatbot.core.condition import Condition
from chatbot.core.protocol import Protocol, Wording

PLACEHOLDER = re.compile(r"\{site\.([a-z][a-z0-9_]*)\}", re.ASCII)
"""How a text names a local fact."""

REGION_FACT = "region"
"""The local fact that conditions may read, as ``site.region``."""

BLANK = "______"
"""What stands where a fact is missing: room to write it by hand."""


def region_of(protocol: Protocol, facts: Mapping[str, str]) -> str:
    """Return the region that local facts name; empty where they name none that the protocol knows."""
    region = facts.get(REGION_FACT, "")
    return region if region in protocol.regions else ""


def named_facts(protocol: Protocol, facts: Mapping[str, str]) -> dict[str, str]:
    """Return those of the facts that a protocol knows: what its texts name, and the region where it knows that one."""
    named = {key: facts[key] for key in protocol.site if key in facts}
    region = region_of(protocol, facts)
    return {**named, REGION_FACT: region} if region else named


def region_kept(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the region among pinned facts: facts that name none leave it as it is."""
    return {REGION_FACT: facts[REGION_FACT]} if REGION_FACT in facts else {}


def with_site(protocol: Protocol, facts: Mapping[str, str]) -> Protocol:
    """Return the protocol with every text saying the local facts; the same protocol when it names none.

    A placeholder reads as what the fact is, a colon, and the fact or a blank to fill.
    """
    if not protocol.site:
        return protocol
    return _with_site(protocol, tuple(sorted((key, facts[key]) for key in protocol.site if key in facts)))


@lru_cache(maxsize=8)
def _with_site(protocol: Protocol, facts: tuple[tuple[str, str], ...]) -> Protocol:
    known = dict(facts)
    changed = {
        member.name: filled
        for member in fields(protocol)
        if (filled := _filled(value := getattr(protocol, member.name), protocol, known)) is not value
    }
    return replace(protocol, **changed)


def _filled(value: Any, protocol: Protocol, facts: Mapping[str, str]) -> Any:
    """Return a value with its texts filled in; the very same object where none of them names a fact."""
    if isinstance(value, Wording):
        return _wording(value, protocol, facts)
    if isinstance(value, tuple):
        items = tuple(_filled(item, protocol, facts) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if isinstance(value, Mapping):
        entries = {key: _filled(item, protocol, facts) for key, item in value.items()}
        return value if all(entries[key] is value[key] for key in value) else entries
    if is_dataclass(value) and not isinstance(value, type | Condition):
        changed = {
            member.name: filled
            for member in fields(value)
            if (filled := _filled(old := getattr(value, member.name), protocol, facts)) is not old
        }
        return replace(value, **changed) if changed else value
    return value


def _wording(wording: Wording, protocol: Protocol, facts: Mapping[str, str]) -> Wording:
    def said(text: str, register: str) -> str:
        def one(match: re.Match[str]) -> str:
            label = protocol.site.get(match[1])
            name = match[1].replace("_", " ") if label is None else label.in_register(register)
            return f"{name}: {facts.get(match[1]) or BLANK}"

        return PLACEHOLDER.sub(one, text)

    filled = Wording(said(wording.clinician, "clinician"), said(wording.patient, "patient"))
    return wording if filled == wording else filled
