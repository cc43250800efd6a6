"""Every id of the evidence leads to content that exists, or to a written reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package
from chatbot.content.schema import GroupModel, ManifestModel
from chatbot.content.source import at
from chatbot.core.resolve import near_miss

STEM = "traceability"
MANIFEST_PART = "protocol."
"""What stands before a part of protocol.yaml."""

_RANGE = re.compile(r"([A-Za-z §.]*?)(\d+)\.\.(?:[A-Za-z §.]*?)(\d+)\Z")


def expanded(names: Iterable[str]) -> list[str]:
    """Return ids with ranges such as ``EX1..EX17`` written out; numbers keep the zeros they begin with."""
    found: list[str] = []
    for name in names:
        match = _RANGE.match(name)
        if match is None:
            found.append(name)
        else:
            prefix, first, last = match.groups()
            found += [f"{prefix}{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)]
    return found


def known_ids(package: Package) -> set[str]:
    """Return every id that a trace may name."""
    found = {f"{MANIFEST_PART}{part}" for part in ManifestModel.model_fields}
    for _, _, name, question in package.all_questions():
        found.add(name)
        if isinstance(question, GroupModel):
            found |= set(question.fields)
    stems = "findings tables red_flags guards hypotheses conflicts references topics alarm_tables constants"
    for stem in stems.split():
        found |= set(package.entries(stem))
    found |= {name for _, name, _ in package.all_rules()}
    return found | set(package.instruments)


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield ids that lead nowhere, are missing, or are not expected."""
    file = package.single.get(STEM)
    if file is None:
        return
    known = known_ids(package)
    seen: dict[str, str] = {}
    expected = expanded(file.model.expected)
    for index, part in enumerate(file.model.traceability):
        for name, trace in part.ids.items():
            path = (STEM, index, "ids", name)
            for place, content in enumerate(trace.content):
                if content not in known and content not in package.broken:
                    mark = at(file.root, (*path, "content", place))
                    hint = near_miss(content, known) or "name what carries it now, or give the reason"
                    yield mark.diagnostic("P439", f"{name} leads to {content!r}, which nothing defines", hint)
            if name in seen or name not in expected:
                what = f"stands in {seen[name]!r} as well" if name in seen else "is not among the expected ids"
                mark = at(file.root, path, key=True)
                hint = near_miss(name, expected) if name not in seen else "keep one"
                yield mark.diagnostic("P440", f"{name!r} {what}", hint or "add it to 'expected', or delete it")
            seen[name] = part.title
    for index, text in enumerate(file.model.expected):
        missing = [name for name in expanded([text]) if name not in seen]
        if missing:
            mark = at(file.root, ("expected", index))
            message = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} mapped to nothing"
            yield mark.diagnostic("P440", message, "name the content that carries it, or the reason why none does")
