"""What stands of a protocol's proof: a certificate, cited by the plans that the proved content produces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof that every statement about a protocol holds on every interview within the bounds."""

    digest: str
    """SHA-256 in hex over all it says."""
    evaluator: str
    """SHA-256 in hex over the program that evaluates content and turns it into formulas."""
    solver: str
    """Name and version."""
    statements: int
    """How many were proved, each instance counted."""

    def to_json(self) -> dict[str, Any]:
        """Return it as plans cite it."""
        return {
            "digest": self.digest,
            "evaluator": self.evaluator,
            "solver": self.solver,
            "statements": self.statements,
        }
