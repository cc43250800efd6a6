"""``certificate.yaml``: what was proved of a protocol, with which program, by which solver, within which bounds.

``backstory prove`` writes it. It fits while content, statements and program are those it was written for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.content.evaluator import evaluator_digest
from chatbot.core.canonical import canonical_json
from chatbot.core.certificate import Certificate

if TYPE_CHECKING:
    from chatbot.content.governance_schema import CertificateModel, SealedModel
    from chatbot.core.protocol import Protocol

FILE = "certificate.yaml"

STATED = ("properties.yaml", "contraindications.yaml", "alarm_tables.yaml")
"""The files whose statements are proved."""

FORMAT = 1


def statements_digest(folder: Path) -> str:
    """Return SHA-256 in hex over the files that state what is proved; an author's comment counts."""
    found = hashlib.sha256()
    for name in STATED:
        try:
            text = (folder / name).read_bytes().replace(b"\r\n", b"\n")
        except OSError:
            continue
        found.update(f"{name}\0{len(text)}\0".encode())
        found.update(text)
    return found.hexdigest()


def seal_of(model: CertificateModel) -> str:
    """Return the digest of everything a certificate says."""
    data = model.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(canonical_json(data).encode("utf-8")).hexdigest()


def misfits(model: CertificateModel, folder: Path, digest: str) -> list[str]:
    """Return what a certificate was written for that has changed since; empty while it fits."""
    found = []
    if model.protocol.digest != digest:
        found.append("the content")
    if model.statements != statements_digest(folder):
        found.append("the statements")
    if model.evaluator != evaluator_digest():
        found.append("the program")
    return found


def read_certificate(folder: Path) -> SealedModel | None:
    """Return the certificate of a folder; None where there is none or it cannot be read."""
    from chatbot.content.governance_schema import SealedModel
    from chatbot.content.package import read_beside

    path = folder / FILE
    if not path.exists():
        return None
    file, found = read_beside(path, str(path), SealedModel)
    return None if file is None or found else file.model


def proved_lines(folder: Path) -> list[dict[str, Any]]:
    """Return the statements of a certificate that is known to be whole, without reading it into its model."""
    from chatbot.content.source import plain, read

    root, _ = read(folder / FILE, FILE)
    lines: list[dict[str, Any]] = [] if root is None else plain(root)["certificate"]["proved"]
    return [{**line, "of": int(line["of"]), "excused": line.get("excused", {}), "open": []} for line in lines]


def certificate_of(folder: Path, protocol: Protocol) -> Certificate | None:
    """Return what plans may cite: the certificate of a folder, where it is whole and fits."""
    sealed = read_certificate(folder)
    if sealed is None or seal_of(sealed.certificate) != sealed.seal:
        return None
    model = sealed.certificate
    if misfits(model, folder, protocol.digest):
        return None
    return Certificate(sealed.seal, model.evaluator, model.solver, sum(line.of for line in model.proved))


def write_certificate(
    folder: Path, protocol: Protocol, solver: str, bounds: Sequence[str], lines: Sequence[Mapping[str, Any]]
) -> SealedModel:
    """Write the certificate of a protocol all of whose statements were proved, and return it.

    Raises: OSError where it cannot be written.
    """
    from chatbot.content.governance_schema import CertificateModel, SealedModel

    model = CertificateModel.model_validate(
        {
            # Numbers are read from text, as in every file.
            "format": str(FORMAT),
            "protocol": protocol.identity,
            "statements": statements_digest(folder),
            "evaluator": evaluator_digest(),
            "solver": solver,
            "bounds": tuple(bounds),
            "proved": tuple({**line, "of": str(line["of"])} for line in lines),
        }
    )
    sealed = SealedModel(certificate=model, seal=seal_of(model))
    fresh = folder / f"{FILE}.new"
    fresh.write_text("\n".join(_rows(sealed)) + "\n", "utf-8")
    fresh.replace(folder / FILE)
    return sealed


def _rows(sealed: SealedModel) -> list[str]:
    """Return the file line by line: JSON within YAML, one statement a line, so that changes can be read."""
    model = sealed.certificate

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    return [
        "# Written by 'backstory prove': every statement below holds on every interview within the bounds.",
        "certificate:",
        f"  format: {model.format}",
        f"  protocol: {text(model.protocol.model_dump(mode='json'))}",
        *(f"  {name}: {text(getattr(model, name))}" for name in ("statements", "evaluator", "solver")),
        "  bounds:",
        *(f"    - {text(each)}" for each in model.bounds),
        "  proved:",
        *(f"    - {text(line.model_dump(mode='json', exclude_defaults=True))}" for line in model.proved),
        f"seal: {text(sealed.seal)}",
    ]
