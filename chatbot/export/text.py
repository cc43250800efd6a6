"""The plan as plain text: for a terminal, a screen reader, or to be pasted into the notes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatbot.core.case import Decision, LeftOpen
from chatbot.core.changes import Story
from chatbot.core.protocol import Wording
from chatbot.core.text import columns, visible, wrap
from chatbot.export.document import Block, Heading, Item, Paragraph, Source, is_neutral, plan_blocks

UNDERLINES = {1: "=", 2: "-"}


def plan_text(
    plan: Mapping[str, Any],
    labels: Mapping[str, Wording],
    *,
    width: int = 80,
    register: str = "clinician",
    all_rules: bool = False,
    case: str = "",
    decisions: Mapping[str, Decision] | None = None,
    head: Sequence[str] = (),
    story: Story | None = None,
    left_open: Mapping[str, LeftOpen] | None = None,
) -> str:
    """Return the plan as lines of at most *width* columns, with nothing in them that could steer a terminal."""
    blocks = plan_blocks(
        plan,
        labels,
        register=register,
        all_rules=all_rules,
        case=case,
        decisions=decisions,
        head=head,
        story=story,
        left_open=left_open,
    )
    return blocks_text(blocks, width=width)


def blocks_text(blocks: Iterable[Block], *, width: int = 80) -> str:
    """Return blocks as lines of at most *width* columns, with nothing in them that could steer a terminal."""
    return "\n".join(line for line, _ in text_lines(blocks, width)).strip("\n") + "\n"


def text_lines(blocks: Iterable[Block], width: int = 80) -> list[tuple[str, bool]]:
    """Return (line, whether it is neutral) for each line of a document: the rule is in ``docs/privacy.md``."""
    return [(line, is_neutral(block)) for block in blocks for line in _lines(block, width)]


def _lines(block: Block, width: int) -> list[str]:
    match block:
        case Heading(level, text):
            heading = wrap(text, width)
            rule = UNDERLINES.get(level, "") * min(width, max(map(columns, heading)))
            return ["", *heading, *([rule] if rule else [])]
        case Paragraph(text):
            return wrap(text, width)
        case Item(text, details):
            lines = wrap(text, width, "  ", "- ")
            for detail in details:
                lines += wrap(detail, width, "    ")
            return lines
        case Source(n, citation, identifier, details):
            said = f"{citation} {identifier}".strip()
            indent = " " * len(f"[{n}] ")
            lines = wrap(said, width, indent, f"[{n}] ")
            for detail in details:
                lines += wrap(detail, width, indent)
            return lines


_ASCII = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...", "·": "-", "•": "*", "●": "*", "○": "o",
        "×": "x", "÷": "/", "±": "+/-", "≤": "<=", "≥": ">=", "≠": "!=", "→": "->", "←": "<-", "°": " deg ",
        "µ": "u", "μ": "u", "½": "1/2", "¼": "1/4", "¾": "3/4", "✓": "+", "✔": "+", "✗": "x", "▸": ">", "▪": "*",
        "‼": "!!", "⚠": "!", "\N{VARIATION SELECTOR-16}": "", "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ", "■": "#", "█": "#", "α": "alpha", "β": "beta",
        "ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "Æ": "AE", "Ø": "O", "ł": "l", "Ł": "L",
    }
)  # fmt: skip


def encodable(text: str, encoding: str) -> str:
    """Return *text* with what the encoding cannot carry said in other characters: ``>=`` for ≥, ``<U+6F22>`` at last.

    An encoding that Python does not know is taken for ASCII.
    """
    try:
        text.encode(encoding)
    except LookupError:
        return encodable(text, "ascii")
    except UnicodeEncodeError:
        return "".join(character if _fits(character, encoding) else _instead(character) for character in text)
    return text


def _fits(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _instead(character: str) -> str:
    said = character.translate(_ASCII)
    if said.isascii():
        return said
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return base or ("" if unicodedata.combining(character) else f"<U+{ord(character):04X}>")


def safe(text: str, encoding: str) -> str:
    """Return foreign text as a stream of this encoding can show it."""
    return encodable(visible(text), encoding)
