"""What nothing reads, and what stands twice: most often a link that was meant and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatbot.content.checks.conditions import Site
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.schema import GroupModel
from chatbot.content.source import at
from chatbot.core.syntax import ConditionSyntaxError, tokens


def check(package: Package, sites: list[Site]) -> Iterator[Diagnostic]:
    """Yield what is defined and never used. A finding that is a number is printed, and so is used."""
    if package.broken:
        return
    words = [(site, _words(site.text)) for site in sites]
    yield from _findings(package, words)
    yield from _guards(package)
    yield from _actions(package)
    yield from _questions(package, words)


def _words(text: str) -> frozenset[str]:
    try:
        # What an instrument has is read with its question: ``scale.score``.
        return frozenset(part for token in tokens(text) for part in (token.text, token.text.partition(".")[0]))
    except ConditionSyntaxError:
        return frozenset()


def _findings(package: Package, words: list[tuple[Site, frozenset[str]]]) -> Iterator[Diagnostic]:
    for name, finding in package.entries("findings").items():
        if (
            finding.number is None
            and not finding.recorded_only
            and not any(name in each for site, each in words if (site.owner, site.name) != ("finding", name))
        ):
            mark = at(package.single["findings"].root, ("findings", name), key=True)
            yield mark.diagnostic(
                "P216", f"no condition reads the finding {name!r}", "use it, or write 'recorded_only: yes'", WARNING
            )


def _guards(package: Package) -> Iterator[Diagnostic]:
    used = {each.guard for _, _, rule in package.all_rules() for each in rule.guards}
    for name in package.entries("guards"):
        if name not in used:
            mark = at(package.single["guards"].root, ("guards", name), key=True)
            yield mark.diagnostic(
                "P217", f"no rule is held back by the guard {name!r}", "name it in the rules it is for"
            )


def _actions(package: Package) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    used = {action for _, _, rule in package.all_rules() for action in rule.actions}
    for index, name in enumerate(package.manifest.model.actions):
        if name not in used:
            mark = at(package.manifest.root, ("actions", index))
            yield mark.diagnostic("P218", f"no rule asks for the action {name!r}", "use it, or delete it", WARNING)


def _questions(package: Package, words: list[tuple[Site, frozenset[str]]]) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    read = {word for _, each in words for word in each}
    read |= {name for part in package.manifest.model.handover for name in part.questions}
    asks = {each.instrument: name for _, _, name, each in package.all_questions() if hasattr(each, "instrument")}
    read |= {asks[other] for file in package.instruments.values() if (other := file.model.includes) in asks}
    for _, _, _, question in package.all_questions():
        if isinstance(question, GroupModel):
            read.add(question.count)
        else:
            read |= {name for reason in question.cannot_apply.values() for name in reason.substitute}
    for file, path, name, question in package.all_questions():
        if isinstance(question, GroupModel):
            for inner, entry in question.fields.items():
                if name not in read and inner not in read and not entry.recorded_only:
                    yield _unread(file, (*path, "fields", inner), inner)
        elif name not in read and not question.recorded_only:
            yield _unread(file, path, name)


def _unread(file: File[Any], path: tuple[str | int, ...], name: str) -> Diagnostic:
    message = f"nothing reads the answer to {name!r}: no condition, no handover"
    hint = "use it, or write 'recorded_only: yes' where the record alone is why it is asked"
    return at(file.root, path, key=True).diagnostic("P219", message, hint, WARNING)


def repeated(package: Package) -> Iterator[Diagnostic]:
    """Yield what stands twice in one list."""
    assert package.manifest is not None
    lists: list[tuple[File[Any], tuple[str | int, ...], list[str]]] = [
        (package.manifest, ("sections",), list(package.manifest.model.sections)),
        (package.manifest, ("actions",), list(package.manifest.model.actions)),
        (package.manifest, ("handover",), [part.id for part in package.manifest.model.handover]),
    ]
    for index, part in enumerate(package.manifest.model.handover):
        lists.append((package.manifest, ("handover", index, "questions"), list(part.questions)))
    for file, name, rule in package.all_rules():
        lists.append((file, ("rules", name, "actions"), list(rule.actions)))
        lists.append((file, ("rules", name, "guards"), [each.guard for each in rule.guards]))
        lists.append((file, ("rules", name, "cites"), [f"{each.reference}: {each.locator}" for each in rule.cites]))
    for name, conflict in package.entries("conflicts").items():
        lists.append((package.single["conflicts"], ("conflicts", name, "rules"), list(conflict.rules)))
    for name, reference in package.entries("references").items():
        lists.append((package.single["references"], ("references", name, "topics"), list(reference.topics)))
    for file, path, names in lists:
        for index, name in enumerate(names):
            if name in names[:index]:
                mark = at(file.root, (*path, index))
                yield mark.diagnostic("P221", f"{name.rstrip(': ')!r} stands twice in this list", "delete one")
