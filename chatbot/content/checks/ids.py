"""Ids live for ever: none is dropped without a word, none comes back with another meaning."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.diagnostics import Diagnostic
from chatbot.content.ids import QUESTIONS, Named, named_entries, options_of, released
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.resolve import near_miss


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield ids that were dropped, ids that came back, and ``was`` that names nothing."""
    if package.broken:
        return
    file = package.single.get("ids")
    known = released(package)
    entries = list(named_entries(package))
    retired = {} if file is None else {kind: set(names) for kind, names in file.model.retired.items()}
    if file is not None:
        yield from _gone(package, known, entries, retired)
    yield from _back(package, known, entries, retired)


def _gone(
    package: Package,
    known: dict[str, dict[str, tuple[str | int, ...]]],
    entries: list[Named],
    retired: dict[str, set[str]],
) -> Iterator[Diagnostic]:
    ledger = package.single["ids"]
    now: dict[str, set[str]] = {}
    renamed: dict[str, str] = {}
    for entry in entries:
        now.setdefault(entry.kind, set()).update((entry.id, *entry.was))
        if entry.kind == QUESTIONS:
            renamed |= dict.fromkeys(entry.was, entry.id)
    for kind, names in known.items():
        question = kind.removeprefix(options_of(""))
        if kind != question and question not in now.get(QUESTIONS, set()):
            continue
        current = now.get(options_of(renamed.get(question, question)) if kind != question else kind, set())
        for name, path in names.items():
            if name not in current and name not in retired.get(kind, ()):
                fresh = [each for each in current if each not in names]
                near = near_miss(name, fresh)
                hint = f"say 'was: [{name}]' on the entry that took its place, or name it under 'retired'"
                mark = at(ledger.root, path, key=kind == QUESTIONS)
                message = f"{name!r} was released ({kind.replace('_', ' ')}) and is gone"
                yield mark.diagnostic("P213", message, f"{near} {hint}".strip())


def _back(
    package: Package,
    known: dict[str, dict[str, tuple[str | int, ...]]],
    entries: list[Named],
    retired: dict[str, set[str]],
) -> Iterator[Diagnostic]:
    now = {(entry.kind, entry.id) for entry in entries}
    before_of = {options_of(entry.id): entry.was for entry in entries if entry.kind == QUESTIONS}
    for entry in entries:
        if entry.id in retired.get(entry.kind, ()):
            mark = at(entry.file.root, entry.path, key=True)
            message = f"{entry.id!r} was retired and may not come back with another meaning"
            yield mark.diagnostic("P214", message, "choose a new id")
        for index, before in enumerate(entry.was):
            mark = at(entry.file.root, (*entry.path, "was", index))
            if (entry.kind, before) in now:
                message = f"{before!r} stands under 'was' here, and something is called so again"
                yield mark.diagnostic("P214", message, "give the new one an id that was never used")
            elif any(before in known.get(options_of(each), {}) for each in before_of.get(entry.kind, ())):
                continue  # an option of the question under the id it had before
            elif before not in known.get(entry.kind, {}) and entry.kind in known:
                message = f"no {entry.kind.replace('_', ' ')} was ever released as {before!r}"
                hint = near_miss(before, known.get(entry.kind, {})) or "delete it"
                yield mark.diagnostic("P215", message, hint)
