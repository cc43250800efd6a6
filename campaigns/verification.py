"""What was checked of the references and constants of the shipped protocol, as a page.

What stands above its mark is written by hand and kept; the tables below come from ``references.yaml``
and ``constants.yaml``.

    python -m campaigns.verification [--check]
"""

from __future__ import annotations

import sys
from collections import Counter

from campaigns.pages import CLINICAL, shipped_package, write_or_check
from chatbot.content.beside import ConstantModel
from chatbot.content.checks.links import citations
from chatbot.content.package import Package
from chatbot.content.schema import VERIFIED, ReferenceModel

PAGE = CLINICAL / "verification.md"

MARK = "<!-- below: python -m campaigns.verification -->\n"

WORDS = {
    "seen": "seen",
    "partly_seen": "partly seen",
    "from_memory": "**unverified**, from memory",
    "not_found": "**unverified**, looked for and not found",
    "not_applicable": "–",
    "yes": "yes",
    "partly": "partly",
    "no": "**unverified**",
    "judgement": "judgement",
}


def page() -> str:
    """Return the page: what is written by hand as it stands, and the tables."""
    before = PAGE.read_text("utf-8") if PAGE.exists() else MARK
    return before.partition(MARK)[0] + MARK + tables(shipped_package())


def tables(package: Package) -> str:
    """Return the generated part of the page."""
    references: dict[str, ReferenceModel] = package.entries("references")
    constants: dict[str, ConstantModel] = package.entries("constants")
    cited = Counter(name for _, _, name in citations(package))
    counted = Counter(each.verified for each in references.values())
    of_constants = Counter(each.verified for each in constants.values())
    lines = [
        "",
        "## Constants",
        "",
        f"{len(constants)}: "
        + ", ".join(f"{of_constants[key]} {WORDS[key].strip('*')}" for key in ("yes", "partly", "judgement", "no"))
        + ".",
        "",
        "| What | Value | Checked | How it was found | Used in |",
        "|---|---|---|---|---|",
    ]
    for constant in constants.values():
        used = ", ".join(f"`{name}`" for ids in constant.used_in.values() for name in ids) or "–"
        note = "" if constant.note is None else f" {constant.note}"
        named = "".join(f" [{name}]" for name in constant.references)
        lines.append(
            _row(
                constant.title,
                constant.value,
                _when(WORDS[constant.verified], constant.checked),
                f"{constant.source.removesuffix('.')}.{note}{named}",
                used,
            )
        )
    lines += [
        "",
        "## References",
        "",
        f"{len(references)}: " + ", ".join(f"{counted[key]} {WORDS[key].strip('*')}" for key in VERIFIED[:4]) + ".",
        "",
        "| Reference | Checked | What was and was not checked | Identifier | Cited |",
        "|---|---|---|---|---|",
    ]
    for name, reference in references.items():
        lapsed = "" if reference.superseded is None else f" **Superseded**: {reference.superseded}"
        lapsed += "" if reference.evidence else " **No evidence**: says where something comes from."
        lines.append(
            _row(
                f"{name}: {reference.citation}",
                _when(WORDS[reference.verified], reference.checked),
                f"{reference.verified_note}{lapsed}",
                reference.identifier or "–",
                str(cited[name]),
            )
        )
    return "\n".join(lines) + "\n"


def _when(word: str, day: str | None) -> str:
    return word if day is None else f"{word}, {day}"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with ``--check`` compare it."""
    return write_or_check(arguments, __doc__, PAGE, page)


if __name__ == "__main__":
    sys.exit(main())
