"""Further languages: nothing missing, stale, left over or with other blanks, and reviewed by somebody who speaks it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from chatbot.content.bundle import bundle_of
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.language_schema import LanguageModel
from chatbot.content.languages import PSEUDO, digest_of, reviewed_digest, status_of, texts_of
from chatbot.content.package import File, Package
from chatbot.content.source import at
from chatbot.core.protocol import Wording
from chatbot.core.resolve import near_miss

BLANK = re.compile(r"\{[^{}]*\}")


def lines(package: Package) -> Iterator[str]:
    """Yield how far each language is along, in one line each."""
    source = texts_of(bundle_of(package)) if package.languages else {}
    for file in package.languages:
        yield status_of(file.model, source).line()


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield what is wrong with the languages of a package."""
    if not package.languages:
        return
    assert package.manifest is not None
    source = texts_of(bundle_of(package))
    for file in package.languages:
        if file.model.language in {package.manifest.model.language, PSEUDO}:
            mark = at(file.root, ("language",))
            message = f"{file.model.language!r} needs no translation"
            yield mark.diagnostic("P489", message, "it is the protocol's own, or is made by itself: delete the file")
            continue
        yield from _texts(file, source)
        yield from _review(file)


def _texts(file: File[LanguageModel], source: Mapping[str, Wording]) -> Iterator[Diagnostic]:
    texts = file.model.texts
    missing = [path for path in source if path not in texts]
    if missing:
        message = f"{len(missing)} of {len(source)} texts are missing; {missing[0]!r} is the first"
        hint = f"run 'backstory check --write-language {file.model.language}', then translate what it adds"
        yield at(file.root, ("language",)).diagnostic("P485", message, hint, WARNING)
    for path, said in texts.items():
        if path not in source:
            hint = near_miss(path, source) or "delete it"
            yield at(file.root, ("texts", path), key=True).diagnostic("P487", f"no text is {path!r}", hint, WARNING)
            continue
        if said.of != digest_of(source[path]):
            message = f"{path!r} was translated from another wording"
            hint = f"translate it again, then write 'of: {digest_of(source[path])}'"
            yield at(file.root, ("texts", path, "of")).diagnostic("P486", message, hint, WARNING)
        for register in ("clinician", "patient"):
            expected = set(BLANK.findall(getattr(source[path], register)))
            if set(BLANK.findall(getattr(said, register))) != expected:
                message = f"the source has {', '.join(sorted(expected)) or 'no blank'}"
                yield at(file.root, ("texts", path, register)).diagnostic("P488", message, "keep every blank as it is")


def _review(file: File[LanguageModel]) -> Iterator[Diagnostic]:
    review, now = file.model.reviewed_by, reviewed_digest(file.model.texts)
    if review is None:
        mark = at(file.root, ("language",), key=True)
        message = f"nobody has reviewed {file.model.name}"
        hint = f"a native speaker reads all of it, then write 'reviewed_by' with 'texts: {now}'"
    elif not review.native_speaker:
        mark = at(file.root, ("reviewed_by", "native_speaker"))
        message, hint = f"{review.name} is not a native speaker", "it is offered when a native speaker has reviewed it"
    elif review.texts != now:
        mark = at(file.root, ("reviewed_by", "texts"))
        message, hint = "the texts changed after their review", f"have them reviewed again, then write 'texts: {now}'"
    else:
        return
    yield mark.diagnostic("P489", message, hint, WARNING)
