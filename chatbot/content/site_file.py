"""The local facts of one place: ``site.yaml``, outside every protocol and its digest.

It says whom to call, numbers, hours and region. A protocol declares the facts its texts name; a fact that the file
leaves out is printed as a blank to fill.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Facts
from pathlib import Path

from chatbot.content.diagnostics import Diagnostic, refuse
from chatbot.content.library import MANIFEST, protocol_names, protocols_folder, shown_path
from chatbot.content.source import Mapping, Scalar, read
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.site import REGION_FACT, named_facts
from chatbot.errors import UsageError

SITE_FILE = "site.yaml"

LONGEST_FACT = 200
"""Characters of one fact: it stands in the middle of a sentence."""


def site_facts(
    protocol: Protocol, path: Path | None = None, *, folder: Path | None = None, strict: bool = True
) -> dict[str, str] | None:
    """Return the local facts that a protocol names; None when there is no file of them.

    *path* is the file asked for, else ``site.yaml`` beside the protocols. Unless *strict*, facts that the protocol
    does not declare are passed over: a kept case may be older than the file.

    Raises: ContentError with every diagnostic.
    """
    if not protocol.site and not protocol.regions:
        return None
    beside = protocols_folder(folder)
    if path is None:
        path = beside / SITE_FILE
        if not path.exists():
            return None
    elsewhere = _declared_elsewhere(beside, protocol) if strict else None
    facts, found = read_site(path, shown_path(path), [*protocol.site, REGION_FACT], elsewhere)
    refuse(found)
    region = facts.get(REGION_FACT)
    if strict and region is not None and protocol.regions and region not in protocol.regions:
        raise UsageError(_no_region(protocol, region), place=shown_path(path), hint=_regions(protocol, region))
    return named_facts(protocol, facts)


def in_region(
    protocol: Protocol, facts: Facts[str, str] | None, region: str | None, *, remembered: str | None = None
) -> Facts[str, str] | None:
    """Return local facts with the *region* that was asked for, else their own, else the one *remembered*.

    A remembered region that this protocol does not know is passed over. Raises: UsageError for one that was asked for.
    """
    if region is not None and region not in protocol.regions:
        raise UsageError(_no_region(protocol, region), hint=_regions(protocol, region))
    if region is None and (facts is None or REGION_FACT not in facts) and remembered in protocol.regions:
        region = remembered
    return facts if region is None else {**(facts or {}), REGION_FACT: region}


def _no_region(protocol: Protocol, region: str) -> str:
    return f"{region!r} is no region of the protocol {protocol.id}"


def _regions(protocol: Protocol, region: str) -> str:
    known = ", ".join(protocol.regions)
    return near_miss(region, protocol.regions) or (f"one of {known}" if known else "it says the same everywhere")


def read_site(
    path: Path, shown: str, declared: Iterable[str], elsewhere: Iterable[str] | None = ()
) -> tuple[dict[str, str], list[Diagnostic]]:
    """Read a file of local facts. Returns what it says, and what is wrong with it.

    *elsewhere* are facts that other protocols declare; None: any key is let through.
    """
    root, found = read(path, shown)
    if root is None:
        return {}, found
    site = root.value("site") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(site, Mapping):
        mark = root.mark if site is None else site.mark
        return {}, [mark.diagnostic("P112", "local facts are a mapping under 'site:'", "site: {some_key: some text}")]
    found = [
        key.mark.diagnostic("P110", f"{key.text!r} is not a key here", near_miss(key.text, ["site"]) or "delete it")
        for key, _ in root.entries
        if key.text != "site"
    ]
    known, facts = list(declared), {}
    for key, value in site.entries:
        if elsewhere is not None and key.text not in {*known, *elsewhere}:
            hint = near_miss(key.text, known) or f"the facts are {', '.join(known)}"
            found.append(key.mark.diagnostic("P110", f"no protocol names a local fact {key.text!r}", hint))
        elif not isinstance(value, Scalar):
            found.append(value.mark.diagnostic("P112", f"{key.text!r} is one text"))
        elif not value.text.strip():
            found.append(value.mark.diagnostic("P112", f"{key.text!r} is empty", "leave it out: a blank is printed"))
        elif len(value.text) > LONGEST_FACT:
            message = f"{key.text!r} has {len(value.text)} characters; {LONGEST_FACT} is the most"
            found.append(value.mark.diagnostic("P301", message, "shorten it"))
        else:
            facts[key.text] = " ".join(value.text.split())
    return facts, found


def _declared_elsewhere(folder: Path, protocol: Protocol) -> set[str]:
    """Return the facts that other protocols of a folder declare, as far as their files can be read."""
    names: set[str] = {REGION_FACT}
    for name in protocol_names(folder):
        if name == protocol.id:
            continue
        root, _ = read(folder / name / MANIFEST, name)
        site = root.value("site") if isinstance(root, Mapping) else None
        if isinstance(site, Mapping):
            names |= {key.text for key, _ in site.entries}
    return names
