"""What of the content must no longer be used, and who is told so before anything new is done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from chatbot.content.library import protocols_folder
from chatbot.core.case import Case
from chatbot.core.protocol import Protocol
from chatbot.core.withdrawals import STEP, Withdrawal, concerning, stopping
from chatbot.errors import BackstoryError, ContentError, WithdrawnContent


def withdrawn_content(folder: Path | None = None) -> tuple[Withdrawal, ...]:
    """Return every withdrawal in a folder of protocols; nothing where there is no such folder.

    Raises: ContentError when a file of withdrawals cannot be understood.
    """
    try:
        found = protocols_folder(folder)
    except BackstoryError:
        return ()
    if not any(found.glob("*/withdrawals.yaml")):
        return ()
    # Deferred: pydantic and PyYAML, for the few that were withdrawn only.
    from chatbot.content.withdrawals_file import read_withdrawals

    return read_withdrawals(found)


def withdrawn_as_far_as_known(folder: Path | None, complain: Callable[[str], None]) -> tuple[Withdrawal, ...]:
    """Return every withdrawal for somebody who only reads: a file that cannot be understood is complained of."""
    try:
        return withdrawn_content(folder)
    except ContentError as error:
        complain(error.render())
        return ()


def refuse_withdrawn(withdrawals: Sequence[Withdrawal], protocol: Protocol, case: Case | None = None) -> None:
    """Refuse to go on with what was withdrawn. *case*: the one to go on with; None: one that is begun.

    Raises: WithdrawnContent with the reason and what to do.
    """
    if case is None:
        stops: Sequence[Withdrawal] = [each for each in concerning(withdrawals, protocol) if each.rule is None]
    else:
        stops = stopping(withdrawals, protocol, case)
    if stops:
        hint = STEP if case is not None else "use a version that stands, or mend this one: see withdrawals.yaml"
        said = " ".join(each.said(protocol).clinician for each in stops)
        raise WithdrawnContent(said, code="P493" if stops[0].rule is None else "P494", hint=hint)
