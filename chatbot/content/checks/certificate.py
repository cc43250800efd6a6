"""The certificate beside the content: whether it is whole, and whether it is still about this content."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.certificate_file import STATED, misfits, seal_of
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.content_words import listed
from chatbot.core.protocol import Protocol

STEM = "certificate"


def check(package: Package, protocol: Protocol, release: bool) -> Iterator[Diagnostic]:
    """Yield a certificate that says what was never proved; for a release also one that is missing or stale."""
    hint = f"run 'backstory prove {protocol.id}'"
    file = package.single.get(STEM)
    if file is None:
        if release and _has_statements(package):
            assert package.manifest is not None
            mark = at(package.manifest.root, ("protocol",), key=True)
            yield mark.diagnostic("P510", "nothing is proved of this content", hint, WARNING)
        return
    if seal_of(file.model.certificate) != file.model.seal:
        mark = at(file.root, ("seal",))
        yield mark.diagnostic("P511", "the certificate was changed by hand: its seal does not fit", hint)
    elif release and (changed := misfits(file.model.certificate, package.folder, protocol.digest)):
        mark = at(file.root, ("certificate",), key=True)
        message = f"the certificate is stale: {listed(changed, 'and')} changed since"
        yield mark.diagnostic("P510", message, hint, WARNING)


def _has_statements(package: Package) -> bool:
    return any(package.entries(name.removesuffix(".yaml")) for name in STATED)


def line(package: Package, protocol: Protocol) -> str:
    """Say in one line what is proved; empty for a protocol of which nothing is stated."""
    file = package.single.get(STEM)
    if file is None:
        return f"nothing yet; run 'backstory prove {protocol.id}'" if _has_statements(package) else ""
    model = file.model.certificate
    if changed := misfits(model, package.folder, protocol.digest):
        return f"stale, {listed(changed, 'and')} changed since; run 'backstory prove {protocol.id}'"
    of = sum(each.of for each in model.proved)
    return f"{of} statements on every interview within the bounds ({model.solver}, certificate {file.model.seal[:12]})"
