"""A file of acceptances: who stands for it that under other content a case comes out less urgent, and why.

accept:
  - red_flag: burning
    reason: Thin smoke is no fire by itself.
    approver: A. Example, safety officer
    date: 2026-03-01
    case: K7M20AXQ
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from chatbot.content.diagnostics import Diagnostic, in_order
from chatbot.content.fields import Day, Identifier, Strict, Text, problem
from chatbot.content.package import read_beside
from chatbot.content.source import Mark, at
from chatbot.core.acceptance import Acceptance
from chatbot.errors import UsageError


class AcceptanceModel(Strict):
    red_flag: Identifier | None = None
    rule: Identifier | None = None
    reason: Text
    approver: Text
    date: Day | None = None
    case: Text | None = None

    @model_validator(mode="after")
    def _names_one_thing(self) -> AcceptanceModel:
        if (self.red_flag is None) == (self.rule is None):
            raise problem("P111", "an acceptance names one thing", "name either a 'red_flag' or a 'rule'")
        return self


class AcceptancesModel(Strict):
    accept: tuple[AcceptanceModel, ...] = Field(strict=False)


class AcceptanceError(UsageError):
    """A file of acceptances that cannot be understood; the message holds every rendered diagnostic."""

    def __init__(self, found: list[Diagnostic]) -> None:
        super().__init__("\n".join(each.render() for each in in_order(found)))

    def render(self) -> str:
        """Return the diagnostics as they are."""
        return self.message


def read_acceptances(path: Path) -> tuple[Acceptance, ...]:
    """Return the entries of a file of acceptances, in order.

    Raises: AcceptanceError with every problem and its place.
    """
    file, found = read_beside(path, str(path), AcceptancesModel)
    if file is None or found:
        raise AcceptanceError(found)
    return tuple(
        Acceptance(
            item=f"red_flag:{each.red_flag}" if each.rule is None else f"rule:{each.rule}",
            reason=each.reason,
            approver=each.approver,
            on=each.date,
            case=each.case,
            place=_place(at(file.root, ("accept", index))),
        )
        for index, each in enumerate(file.model.accept)
    )


def _place(mark: Mark) -> str:
    return f"{mark.source.path}:{mark.line}:{mark.column}"
