"""Find, load and digest protocols.

Protocols are looked for in ``--protocols``, then ``BACKSTORY_PROTOCOLS``, then ``dialogue/`` of the checkout the
package runs from, then the copy a wheel carries.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chatbot import __version__
from chatbot.content.build import build_protocol
from chatbot.content.evaluator import evaluator_digest
from chatbot.core.approvals import review_of
from chatbot.core.certificate import Certificate
from chatbot.core.items import item_digests
from chatbot.core.protocol import OriginItem, Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.review import DRAFT, Review
from chatbot.errors import ContentError, CorruptTranscript, UsageError

PACKAGE = Path(__file__).resolve().parents[1]
MANIFEST = "protocol.yaml"


def protocols_folder(option: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder that holds protocols.

    Raises: UsageError when the one asked for does not exist.
    """
    environ = os.environ if environ is None else environ
    chosen = option or (Path(environ["BACKSTORY_PROTOCOLS"]) if environ.get("BACKSTORY_PROTOCOLS") else None)
    if chosen is not None:
        if not chosen.is_dir():
            raise UsageError(f"there is no folder {str(chosen)!r}", hint="name the folder that holds protocol folders")
        return chosen
    for folder in (PACKAGE.parent / "dialogue", PACKAGE / "_dialogue"):
        if folder.is_dir():
            return folder
    raise ContentError("this installation has no protocols", hint="install it again, or give --protocols")


def protocol_names(folder: Path) -> list[str]:
    """Return the protocols of a folder by name."""
    return sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}"))


def find_protocol(name: str | None, folder: Path, home: Path | None = None) -> Path:
    """Return the folder of one protocol: by name, by path, *home*, or the one marked ``default: yes``.

    *home* is the protocol that a vignette stands in; one of the same name in *folder* goes before it.

    Raises: UsageError with the nearest name.
    """
    names = protocol_names(folder)
    if name is not None:
        if name in names:
            return folder / name
        path = Path(name)
        if (path / MANIFEST).is_file():
            return path
        hint = near_miss(name, names) or f"there are: {', '.join(names) or 'none'}"
        raise UsageError(f"no protocol is called {name!r} in {folder}", hint=hint)
    if home is not None:
        return folder / home.name if home.name in names else home
    if len(names) == 1:
        return folder / names[0]
    marked = [each for each in names if _is_default(folder / each / MANIFEST)]
    if len(marked) != 1:
        raise UsageError(f"{folder} has {len(marked)} protocols marked 'default: yes'", hint="name the one you want")
    return folder / marked[0]


def _is_default(path: Path) -> bool:
    from chatbot.content.source import Mapping as MappingNode
    from chatbot.content.source import Scalar, read

    root, _ = read(path, str(path))
    value = root.value("default") if isinstance(root, MappingNode) else None
    return isinstance(value, Scalar) and value.text == "yes"


def shown_path(path: Path) -> str:
    """Return a path as its author would type it: from here when it lies below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def load_protocol(
    name: str | None = None, *, folder: Path | None = None, home: Path | None = None, cache: bool = True
) -> Protocol:
    """Load a protocol, checked; which one, ``find_protocol`` says.

    With *cache* a protocol whose files have not changed by a byte is taken from the user's cache folder,
    where it was put after it passed every check.

    Raises: ContentError with every diagnostic; UsageError when there is no such protocol.
    """
    path = find_protocol(name, protocols_folder(folder), home)
    key = _content_key(path)
    if cache and (bundle := _cached(key)) is not None:
        protocol = _from_canonical(bundle["canonical"], bundle["origin"])
        return replace(protocol, review=_review(bundle["review"]), certificate=_certificate(bundle["certificate"]))
    protocol = load_checked(path)
    if cache:
        _remember(key, protocol)
    return protocol


def load_checked(path: Path) -> Protocol:
    """Load the protocol in a folder from its YAML.

    Raises: ContentError with every diagnostic.
    """
    # Deferred: pydantic and PyYAML cost a tenth of a second that a cached protocol does not need.
    from chatbot.content.approvals_file import approvals_of
    from chatbot.content.bundle import protocol_of
    from chatbot.content.certificate_file import certificate_of
    from chatbot.content.checks import check_package
    from chatbot.content.diagnostics import refuse
    from chatbot.content.package import read_package

    package = read_package(path, shown_path(path), vignettes=False)
    refuse([*package.found, *check_package(package)])
    origin = tuple(
        OriginItem(name, item.says, item.rules, item.changed or "") for name, item in package.entries("origin").items()
    )
    protocol = protocol_of(package)
    approvals = approvals_of(package)
    review = review_of(item_digests(protocol.canonical), approvals) if approvals else Review(DRAFT)
    return replace(protocol, origin=origin, review=review, certificate=certificate_of(path, protocol))


def load_bundle(data: bytes) -> Protocol:
    """Build a protocol from the bundle kept beside transcripts.

    Raises: CorruptTranscript when it is not one.
    """
    try:
        return _from_canonical(data.decode("utf-8"), [])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptTranscript(
            "the protocol kept beside the transcripts cannot be read", code="T013", hint="restore it from a backup"
        ) from error


def _from_canonical(canonical: str, origin: list[dict[str, Any]]) -> Protocol:
    digest = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    protocol = build_protocol(json.loads(canonical), canonical, digest)
    items = tuple(OriginItem(each["id"], each["says"], tuple(each["rules"]), each["changed"]) for each in origin)
    return replace(protocol, origin=items)


def _review(data: Mapping[str, Any]) -> Review:
    return Review(data["state"], tuple(data["items"].items()))


def _certificate(data: Mapping[str, Any] | None) -> Certificate | None:
    """Return what was remembered of a proof, where it was made with this program."""
    return None if data is None or data["evaluator"] != evaluator_digest() else Certificate(**data)


# --- the cache ------------------------------------------------------------------------------------


def _content_key(path: Path) -> str:
    """SHA-256 in hex over every content file of a protocol and the version of this program."""
    found = hashlib.sha256(__version__.encode())
    for file in sorted(path.rglob("*.yaml")):
        if file.parent.name not in {"vignettes", "cases"} and file.name not in {"practice.yaml", "voices.yaml"}:
            data = _bytes(file)
            found.update(f"{file.relative_to(path)}\0{len(data)}\0".encode())
            found.update(data)
    for source in sorted((PACKAGE / "content").rglob("*.py")):
        status = source.stat()
        found.update(f"{source.name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return found.hexdigest()


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _cache_file(key: str) -> Path | None:
    home = os.environ.get("XDG_CACHE_HOME") or (
        os.path.join(os.environ["HOME"], ".cache") if "HOME" in os.environ else ""
    )
    return Path(home, "backstory", f"{key}.json") if home else None


def _cached(key: str) -> dict[str, Any] | None:
    """Return what was remembered under a key; None when nothing was or it is not intact."""
    path = _cache_file(key)
    try:
        data = json.loads(path.read_text("utf-8")) if path is not None else None
    except (OSError, ValueError):
        return None
    if (
        not isinstance(data, dict)
        or not isinstance(data.get("canonical"), str)
        or not {"review", "certificate"} <= data.keys()
    ):
        return None
    sha = hashlib.sha256(data["canonical"].encode("utf-8")).hexdigest()
    return data if data.get("digest") == sha else None


def _remember(key: str, protocol: Protocol) -> None:
    """Keep a checked protocol for the next start. A cache that cannot be written is no problem of the user's."""
    path = _cache_file(key)
    if path is None:
        return
    origin = [
        {"id": each.id, "says": each.says, "rules": list(each.rules), "changed": each.changed}
        for each in protocol.origin
    ]
    review = protocol.review or Review(DRAFT)
    data = {
        "digest": protocol.digest,
        "canonical": protocol.canonical,
        "origin": origin,
        "review": {"state": review.state, "items": dict(review.items)},
        "certificate": None if protocol.certificate is None else protocol.certificate.to_json(),
    }
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(data), "utf-8")
        fresh.replace(path)
        for old in path.parent.glob("*.json"):
            if old != path and old.stat().st_mtime < path.stat().st_mtime - 30 * 86_400:
                old.unlink()
    except OSError:
        return
