"""``withdrawals.yaml`` of every protocol: content that must no longer be used."""

from __future__ import annotations

from pathlib import Path

from chatbot.content.diagnostics import Diagnostic, refuse
from chatbot.content.governance_schema import WithdrawalsModel
from chatbot.content.library import protocols_folder, shown_path
from chatbot.content.package import File, read_beside
from chatbot.content.source import Mapping, Scalar, read
from chatbot.core.protocol import Wording
from chatbot.core.withdrawals import Withdrawal

FILE = "withdrawals.yaml"


def withdrawals_of(file: File[WithdrawalsModel], protocol: str) -> tuple[Withdrawal, ...]:
    """Return the entries of one file. *protocol*: the id that entries without one are about."""
    return tuple(
        Withdrawal(
            protocol=each.protocol or protocol,
            on=each.on,
            reason=Wording(each.reason.clinician, each.reason.patient),
            version=each.version,
            digest=each.digest,
            rule=each.rule,
            replaced_by=each.replaced_by,
        )
        for each in file.model.withdrawals
    )


def read_withdrawals(folder: Path | None = None) -> tuple[Withdrawal, ...]:
    """Return every withdrawal in a folder of protocols.

    A protocol need not load for its withdrawals to hold: its other files are not read.

    Raises: ContentError when a file of withdrawals cannot be understood: what is withdrawn must be known.
    """
    found: list[Withdrawal] = []
    wrong: list[Diagnostic] = []
    for path in sorted(protocols_folder(folder).glob(f"*/{FILE}")):
        file, problems = read_beside(path, shown_path(path), WithdrawalsModel)
        wrong += problems
        if file is not None:
            found += withdrawals_of(file, _id_of(path.parent))
    refuse(wrong)
    return tuple(found)


def _id_of(folder: Path) -> str:
    root, _ = read(folder / "protocol.yaml", "protocol.yaml")
    written = root.value("id") if isinstance(root, Mapping) else None
    return written.text if isinstance(written, Scalar) else folder.name
