"""JSON in one spelling, so that a digest is over what is said and not over how it was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
)


def _one_shot() -> Callable[[Any], str]:
    """Return the encoder as one call; ``JSONEncoder.encode`` makes its C part anew each time."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # pragma: no cover - another Python
        return _ENCODER.encode
    chunks = make(None, _ENCODER.default, json.encoder.encode_basestring, None, ":", ",", True, False, False)
    return lambda value: "".join(chunks(value, 0))


spell = _one_shot()
"""``canonical_json``, for many small values."""


def canonical_json(value: object) -> str:
    """Spell JSON canonically: sorted keys, no spaces, no floats (there are none in plans and content)."""
    return spell(value)
