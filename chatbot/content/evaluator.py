"""Which program a proof is about: a digest over the modules that give content its meaning, and put it into formulas."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]

EVALUATOR = (
    *(f"content/{name}" for name in ("build", "build_instruments", "build_topics")),
    *(
        f"core/{name}"
        for name in (
            "answers calculate cells certificate condition earlier explain facts findings harmless outcome"
            " property_outcomes property_text property_tree protocol quantity resolve review syntax terms topics tree"
            " units urgency values"
        ).split()
    ),
    *(
        f"proof/{name}"
        for name in (
            "answers claims conditions interviews model properties proving quantities reals second soundness theorems"
            " truths"
        ).split()
    ),
)
"""The modules; a test holds that they are all that these import among the core and the proofs."""


@cache
def evaluator_digest() -> str:
    """Return SHA-256 in hex over the text of the modules; empty where it cannot be read, and nothing is proved."""
    found = hashlib.sha256()
    for name in EVALUATOR:
        try:
            text = (PACKAGE / f"{name}.py").read_bytes().replace(b"\r\n", b"\n")
        except OSError:
            return ""
        found.update(f"{name}\0{len(text)}\0".encode())
        found.update(text)
    return found.hexdigest()
