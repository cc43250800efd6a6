"""Units as products of powers: enough to see that milligrams are no kilograms and that kg over m² is kg/m2.

Nothing is converted: two spellings are one unit only when they are made of the same words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Unit = Mapping[str, int]
"""Word of the unit to its power, powers of zero left out; empty: a plain number."""

PLAIN: Unit = {}

_PART = re.compile(r"(?P<word>[^\d²³]+?)(?P<power>[2-9²³])?\Z")
_POWERS = {"²": 2, "³": 3}


def parse_unit(text: str | None) -> Unit:
    """Read ``mL/min``, ``kg/m2``, ``%`` or ``/min``; no text is a plain number."""
    found: dict[str, int] = {}
    for place, factor in enumerate((text or "").replace("μ", "µ").split("/")):
        for part in re.split(r"[·*]", factor.strip()):
            if part in {"", "1"}:
                continue
            match = _PART.match(part)
            word, power = (match["word"], match["power"]) if match else (part, None)
            count = _POWERS.get(power or "1") or int(power or "1")
            found[word] = found.get(word, 0) + (-count if place else count)
    return {word: power for word, power in found.items() if power}


def joined(a: Unit, b: Unit, sign: int) -> Unit:
    """Return the unit of a product (*sign* 1) or of a quotient (−1)."""
    found = dict(a)
    for word, power in b.items():
        found[word] = found.get(word, 0) + sign * power
    return {word: power for word, power in found.items() if power}


def unit_text(unit: Unit) -> str:
    """Spell a unit for people."""
    above = [_power(word, power) for word, power in sorted(unit.items()) if power > 0]
    below = [_power(word, -power) for word, power in sorted(unit.items()) if power < 0]
    if not above and not below:
        return "no unit"
    return "/".join(["·".join(above) or "1", *below])


def _power(word: str, power: int) -> str:
    return word if power == 1 else f"{word}{power}"
