"""Languages as shells ask for them, and the file that translators fill in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from chatbot.content.bundle import bundle_of
from chatbot.content.diagnostics import refuse
from chatbot.content.languages import PSEUDO, digest_of, pseudo, texts_of, translated, why_not_offered
from chatbot.content.library import shown_path
from chatbot.content.package import LANGUAGES, Package, read_language, read_package
from chatbot.core.protocol import Protocol, Wording
from chatbot.errors import StorageError, UsageError


def in_language(protocol: Protocol, tag: str, where: Callable[[], Path]) -> Protocol:
    """Return the protocol in a language; *where* says in which folder its content stands.

    The protocol may be older than the folder: a language is offered for it when every one of its texts was translated
    as it stands there. Raises: UsageError when the language is not offered; ContentError for a file with an error.
    """
    if tag == protocol.language:
        return protocol
    if tag == PSEUDO:
        return pseudo(protocol)
    folder = where()
    path = folder / LANGUAGES / f"{tag}.yaml"
    if not path.is_file():
        names = sorted(each.stem for each in path.parent.glob("*.yaml"))
        hint = f"there are: {', '.join([protocol.language, *names])}"
        raise UsageError(f"there is no language {tag!r}", hint=hint)
    package = Package(folder, shown_path(folder))
    language = read_language(package, tag)
    refuse(package.found)
    assert language is not None
    source = texts_of(json.loads(protocol.canonical))
    why = why_not_offered(language.model, source)
    if why:
        raise UsageError(
            f"{language.model.name} is not offered: {why}",
            place=shown_path(path),
            hint="a language is offered when a native speaker has reviewed all of it; see docs/languages.md",
        )
    texts = language.model.texts
    return translated(protocol, {path: Wording(texts[path].clinician, texts[path].patient) for path in source})


def write_language(folder: Path, tag: str) -> int:
    """Add every text that a language lacks to its file, in the protocol's own words. Returns how many.

    The file is begun where there is none. Raises: ContentError when the protocol or the file has an error;
    StorageError when it cannot be written.
    """
    package = read_package(folder, shown_path(folder), vignettes=False)
    path = folder / LANGUAGES / f"{tag}.yaml"
    language = read_language(package, tag) if path.exists() else None
    refuse(package.found)
    source = texts_of(bundle_of(package))
    known = {} if language is None else language.model.texts
    lacking = {key: text for key, text in source.items() if key not in known}
    if not lacking:
        return 0
    lines = [] if path.exists() else [f"language: {tag}", f"name: {tag}"]
    if not known:
        lines.append("texts:")
    for key, text in lacking.items():
        lines += [f"  {json.dumps(key)}:", f"    of: {json.dumps(digest_of(text))}"]
        lines += [
            f"    {name}: {json.dumps(getattr(text, name), ensure_ascii=False)}" for name in ("clinician", "patient")
        ]
    before = path.read_text("utf-8").rstrip("\n") + "\n" if path.exists() else ""
    try:
        path.parent.mkdir(exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text(before + "\n".join(lines) + "\n", "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StorageError(
            f"cannot write {shown_path(path)}: {error.strerror}", hint="check rights and space"
        ) from error
    return len(lacking)
