"""How hard a text is to read, as a school grade: the median of formulas of the ``textstat`` library.

The library is an extra; without it nothing is measured and whoever asks is told so. It needs no network: the last
version that brings its dictionary along is the one that is installed.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

INSTALL = "pip install 'backstory[authoring]'"

FORMULAS = {
    "flesch_kincaid": "flesch_kincaid_grade",
    "gunning_fog": "gunning_fog",
    "automated_readability": "automated_readability_index",
    "coleman_liau": "coleman_liau_index",
    "dale_chall": "dale_chall_readability_score",
}
"""What content calls a formula → the function of the library. Each gives a school grade of the United States."""

SHORT_WORD = "name"
"""What stands in a text for a blank, and for a name that has to be said, while it is measured."""

PLACEHOLDER = re.compile(r"\{[a-z_.]+\}")


def can_measure() -> bool:
    """Whether the library is installed."""
    return find_spec("textstat") is not None


@lru_cache(maxsize=1)
def _library() -> Any:
    import textstat

    textstat.set_lang("en_US")
    return textstat


@lru_cache(maxsize=16_384)
def grade(text: str, formulas: tuple[str, ...], names: tuple[str, ...] = ()) -> float:
    """Return the school grade of a text: the median of the *formulas*, by their names in ``FORMULAS``.

    *names* are words a reader has to know as they are; they and ``{…}`` count as one short word.
    """
    library = _library()
    plain = PLACEHOLDER.sub(SHORT_WORD, text)
    for name in names:
        plain = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", SHORT_WORD, plain, flags=re.IGNORECASE)
    return statistics.median(float(getattr(library, FORMULAS[each])(plain)) for each in formulas)


def joined(texts: Sequence[str], words: int) -> str:
    """Return short texts as they are heard one after the other.

    A text that ends as a sentence ends one; others are read as a list, which pauses after about *words* words.
    """
    said, waiting = [], 0
    for text in texts:
        waiting += len(text.split())
        if text[-1:] in ".?!":
            said.append(text)
            waiting = 0
        elif waiting >= words:
            said.append(f"{text.rstrip(',;:')}.")
            waiting = 0
        else:
            said.append(f"{text.rstrip(',;:')},")
    whole = " ".join(said)
    return f"{whole[:-1]}." if whole.endswith(",") else whole
