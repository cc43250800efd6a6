"""The plan as Markdown (CommonMark, GitHub tables off): every word in it is text, never markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chatbot.core.case import Decision, LeftOpen
from chatbot.core.changes import Story
from chatbot.core.protocol import Wording
from chatbot.core.text import visible
from chatbot.export.document import Block, Heading, Item, Paragraph, Source, is_neutral, plan_blocks

_MARKUP = re.compile(r"[\\`*_\[\]~|$]")
_LINE_START = re.compile(r"^([-+=#:]|\d{1,9}(?=[.)]))")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9./_%?=+-]+")


def plan_markdown(
    plan: Mapping[str, Any],
    labels: Mapping[str, Wording],
    *,
    register: str = "clinician",
    all_rules: bool = False,
    case: str = "",
    decisions: Mapping[str, Decision] | None = None,
    head: Sequence[str] = (),
    story: Story | None = None,
    left_open: Mapping[str, LeftOpen] | None = None,
) -> str:
    """Return the plan as Markdown, unbroken: a Markdown reader breaks its own lines."""
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
    return blocks_markdown(blocks)


def blocks_markdown(blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown, unbroken."""
    return "\n".join(line for line, _ in markdown_lines(blocks)) + "\n"


def markdown_lines(blocks: Sequence[Block]) -> list[tuple[str, bool]]:
    """Return (line, whether it is neutral) for each line of a document: the rule is in ``docs/privacy.md``."""
    written: list[tuple[str, bool]] = []
    before: Block | None = None
    for block in blocks:
        neutral = is_neutral(block)
        # Items of one list stand together; everything else is parted by an empty line.
        together = isinstance(block, Item | Source) and type(before) is type(block)
        if before is not None and not together:
            written.append(("", neutral))
        written += [(line, neutral) for line in _block(block).split("\n")]
        before = block
    return written


def escaped(text: str) -> str:
    """Return foreign text as Markdown that renders as exactly that text on one line.

    Addresses are not turned into links.
    """
    line = " ".join(visible(text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _MARKUP.sub(r"\\\g<0>", line).replace("://", "\\://").replace("www.", "www\\.")
    return _LINE_START.sub(_unlisted, line)


def _unlisted(match: re.Match[str]) -> str:
    """Keep the beginning of a line from being read as a list or a quotation: "- x", "1. x"."""
    start = match[1]
    return f"{start}\\" if start.isdecimal() else f"\\{start}"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escaped(text)}"
        case Paragraph(text, strong):
            return f"**{escaped(text)}**" if strong and text.strip() else escaped(text)
        case Item(text, details):
            return "\n".join([f"- {escaped(text)}", *(f"  - {escaped(detail)}" for detail in details)])
        case Source(n, citation, identifier, details):
            link = f"<{identifier}>" if _ADDRESS.fullmatch(identifier) else escaped(identifier)
            cited = " ".join(filter(None, [escaped(citation), link]))
            return f"- \\[{n}\\] " + " · ".join([cited, *map(escaped, details)])
