"""One reference in full: the citation, how far anybody has seen it, and everything of the content that cites it."""

from __future__ import annotations

from chatbot.core.find_content import cited_by
from chatbot.core.protocol import Protocol
from chatbot.export.document import Block, Heading, Item, Paragraph, spell

PARTS = {"rules": "Recommendations"}
"""Parts of the content that people call otherwise than its files do."""


def reference_blocks(protocol: Protocol, reference: str, register: str) -> list[Block]:
    """Return the page of a reference, its citation first."""
    source = protocol.references[reference]
    kind = " · ".join(filter(None, [source.type.replace("_", " "), source.jurisdiction, str(source.year)]))
    blocks: list[Block] = [Paragraph(f"{source.citation} {source.identifier}".strip(), strong=True), Paragraph(kind)]
    seen = source.verified.replace("_", " ")
    blocks.append(Paragraph(f"Verification: {seen}. {source.verified_note}".removesuffix(". ")))
    blocks += [Paragraph(f"! Superseded: {source.superseded}")] if source.superseded else []
    blocks += [Paragraph(f"May be cited for: {', '.join(source.topics)}")] if source.topics else []
    part = ""
    for each in cited_by(protocol, reference):
        if each.part != part:
            part = each.part
            title = PARTS.get(part) or spell(protocol.labels, f"heading.{part}", register)
            blocks.append(Heading(2, title[:1].upper() + title[1:]))
        name = each.name.in_register(register)
        blocks.append(Item(f"{name} ({each.locator})" if each.locator else name))
    return blocks if part else [*blocks, Paragraph("Nothing in this content cites it.")]
