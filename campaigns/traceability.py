"""Where every id of the evidence went in the shipped protocol, as a page.

python -m campaigns.traceability [--check]
"""

from __future__ import annotations

import re
import sys

from campaigns.pages import CLINICAL, shipped_package, write_or_check
from chatbot.content.checks.conditions import sites
from chatbot.content.checks.instruments import sites as instrument_sites
from chatbot.content.checks.traceability import STEM, expanded
from chatbot.content.package import Package
from chatbot.content.schema import GroupModel
from chatbot.core.syntax import tokens

PAGE = CLINICAL / "traceability.md"

_ORIGIN = re.compile(r"[A-Z]{1,2}\d+[a-d]?")
"""What the ``origin`` of a rule names: R36, PS9, C13."""

KINDS = {
    "findings": "finding",
    "red_flags": "red flag",
    "guards": "guard",
    "hypotheses": "hypothesis",
    "conflicts": "conflict",
    "references": "reference",
    "tables": "table",
    "constants": "constant",
}
"""What an entry of each file is called."""


def kinds_of(package: Package) -> dict[str, str]:
    """Return what each id is: question, rule, finding …"""
    found: dict[str, str] = {}
    for stem, kind in reversed(KINDS.items()):
        found |= dict.fromkeys(package.entries(stem), kind)
    found |= dict.fromkeys(package.instruments, "instrument")
    found |= {name: "rule" for _, name, _ in package.all_rules()}
    for _, _, name, question in package.all_questions():
        found[name] = "question"
        if isinstance(question, GroupModel):
            found |= dict.fromkeys(question.fields, "question")
    return found


def by_origin(package: Package) -> dict[str, list[str]]:
    """Return the rules that say they come from each id."""
    found: dict[str, list[str]] = {}
    for _, name, rule in package.all_rules():
        for source in _ORIGIN.findall(rule.origin):
            found.setdefault(source, []).append(name)
    return found


def readers(package: Package) -> dict[str, list[str]]:
    """Return what reads each question in its own condition: questions, findings, flags, guards, rules, causes."""
    found: dict[str, list[str]] = {}
    for site in (*sites(package), *instrument_sites(package)):
        if site.owner in {"alarm_table", "instrument"}:
            continue
        for token in tokens(site.text):
            for word in {token.text, token.text.partition(".")[0]}:
                named = found.setdefault(word, [])
                if site.name not in named and site.name != word:
                    named.append(site.name)
    return found


def questions(package: Package) -> list[str]:
    """Return the rows that say of every question what reads it, or that it is recorded only."""
    assert package.manifest is not None
    read = readers(package)
    said = {name for part in package.manifest.model.handover for name in part.questions}
    counts = {each.count for _, _, _, each in package.all_questions() if isinstance(each, GroupModel)}
    asked = {each.model.includes for each in package.instruments.values()}
    lines = ["", "## What reads each question", "", "| Question | Read by |", "|---|---|"]
    for _, _, name, question in package.all_questions():
        fields = question.fields.items() if isinstance(question, GroupModel) else ((name, question),)
        for field, each in fields:
            uses = [f"`{one}`" for one in read.get(field, ())]
            uses += ["the handover"] if {name, field} & said else []
            uses += ["how many are asked"] if field in counts else []
            uses += ["another questionnaire"] if getattr(each, "instrument", None) in asked else []
            uses += ["its score, which the plan prints"] if getattr(each, "instrument", None) else []
            uses += ["recorded only"] if each.recorded_only else []
            lines.append(f"| `{field}` | {', '.join(uses) or 'what settles another question'} |")
    return lines


def page() -> str:
    """Return the page in Markdown."""
    package = shipped_package()
    file = package.single[STEM]
    kinds, origins = kinds_of(package), by_origin(package)
    ids = expanded(file.model.expected)
    without = [trace for part in file.model.traceability for trace in part.ids.values() if not trace.content]
    lines = [
        "# From the evidence to the content",
        "",
        "Made by `python -m campaigns.traceability` from `traceability.yaml` and the `origin` of the rules. `backstory",
        "check` proves that every id stands here once and leads to content that exists (P439, P440). A draft, pending",
        "clinical review.",
        "",
        f"{len(ids)} ids: {len(ids) - len(without)} lead to content, {len(without)} to a reason alone.",
    ]
    for part in file.model.traceability:
        lines += ["", f"## {part.title}", "", "| Id | What | Content | Why, or besides |", "|---|---|---|---|"]
        for name, trace in part.ids.items():
            named = list(dict.fromkeys([*trace.content, *origins.get(name, ())]))
            groups: dict[str, list[str]] = {}
            for each in named:
                groups.setdefault(kinds.get(each, "part"), []).append(f"`{each.removeprefix('protocol.')}`")
            said = "; ".join(f"{kind}: {', '.join(ids)}" for kind, ids in groups.items()) or "–"
            lines.append(f"| {name} | {trace.is_} | {said} | {trace.reason or ''} |".replace("|  |", "| |"))
    return "\n".join([*lines, *questions(package)]) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with ``--check`` compare it."""
    return write_or_check(arguments, __doc__, PAGE, page)


if __name__ == "__main__":
    sys.exit(main())
