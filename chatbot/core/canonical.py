"""JSON in one spelling, so that a digest is over what is said and not over how it was written."""

from __future__ import annotations

import json


def canonical_json(value: object) -> str:
    """Spell JSON canonically: sorted keys, no spaces, no floats (there are none in plans and content)."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
    )
