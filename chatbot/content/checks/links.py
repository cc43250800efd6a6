"""Links between files: references, guards, red flags, rules, questions, actions, and ids used twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.schema import EmergencyModel, GroupModel
from chatbot.content.source import at
from chatbot.core.resolve import near_miss

Path = tuple[str | int, ...]


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield every link that leads nowhere, every unused reference and every id that stands twice."""
    yield from _references(package)
    yield from _rule_links(package)
    yield from _question_links(package)
    yield from _lists_to_confirm(package)
    yield from _rules_named(package)
    yield from _twice(package)


def _unknown(
    package: Package, code: str, what: str, name: str, known: Iterable[str], file: File[Any], path: Path
) -> Iterator[Diagnostic]:
    names = list(known)
    if name in names or name in package.broken:
        return
    hint = near_miss(name, names) or f"correct its spelling, or define the {what.split(' of ')[0]}"
    yield at(file.root, path).diagnostic(code, f"no {what} is called {name!r}", hint)


def citations(package: Package) -> Iterator[tuple[File[Any], Path, str]]:
    """Yield (file, path, reference id) for every citation."""
    assert package.manifest is not None

    def of(file: File[Any], path: Path, entry: Any) -> Iterator[tuple[File[Any], Path, str]]:
        for index, cited in enumerate(entry.cites):
            yield file, (*path, "cites", index), cited.reference

    for section, path, _, question in package.all_questions():
        if isinstance(question, GroupModel):
            for name, inner in question.fields.items():
                yield from of(section, (*path, "fields", name), inner)
        else:
            yield from of(section, path, question)
    for instrument in package.instruments.values():
        yield from of(instrument, (), instrument.model)
        for name, band in instrument.model.bands.items():
            yield from of(instrument, ("bands", name), band)
        for index, example in enumerate(instrument.model.examples):
            yield from of(instrument, ("examples", index), example)
    for stem in ("findings", "tables", "red_flags", "hypotheses"):
        for name, entry in package.entries(stem).items():
            yield from of(package.single[stem], (stem, name), entry)
    for rules, name, rule in package.all_rules():
        yield from of(rules, ("rules", name), rule)
        if rule.neutral is not None:
            yield from of(rules, ("rules", name, "neutral"), rule.neutral)
    for name, conflict in package.entries("conflicts").items():
        for index, side in enumerate(conflict.sides):
            yield from of(package.single["conflicts"], ("conflicts", name, "sides", index), side)
    for index, tier in enumerate(package.manifest.model.safety_net):
        yield from of(package.manifest, ("safety_net", index), tier)
    for file, place, emergency in emergencies(package):
        yield from of(file, place, emergency)


def emergencies(package: Package) -> Iterator[tuple[File[Any], Path, EmergencyModel]]:
    """Yield (file, path, what is wanted at hand) of every emergency, then of each red flag that says it."""
    assert package.manifest is not None
    if package.manifest.model.emergency is not None:
        yield package.manifest, ("emergency",), package.manifest.model.emergency
    for name, flag in package.entries("red_flags").items():
        if flag.emergency is not None:
            yield package.single["red_flags"], ("red_flags", name, "emergency"), flag.emergency


def _references(package: Package) -> Iterator[Diagnostic]:
    known = package.entries("references")
    cited = set()
    for file, path, name in citations(package):
        cited.add(name)
        yield from _unknown(package, "P207", "reference", name, known, file, path)
    if package.broken:
        return
    for name in known:
        if name not in cited:
            mark = at(package.single["references"].root, ("references", name), key=True)
            yield mark.diagnostic("P208", f"nothing cites {name!r}", "cite it, or delete it")


def _rule_links(package: Package) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    actions = package.manifest.model.actions
    for file, name, rule in package.all_rules():
        for index, each in enumerate(rule.guards):
            path: Path = ("rules", name, "guards", index)
            yield from _unknown(package, "P205", "guard", each.guard, package.entries("guards"), file, path)
        if rule.answers is not None:
            path = ("rules", name, "answers")
            yield from _unknown(package, "P206", "red flag", rule.answers, package.entries("red_flags"), file, path)
        for index, action in enumerate(rule.actions):
            path = ("rules", name, "actions", index)
            yield from _unknown(package, "P212", "action of this protocol", action, actions, file, path)


def _question_links(package: Package) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    questions = {name: question for _, _, name, question in package.all_questions()}
    plain = [name for name, question in questions.items() if not isinstance(question, GroupModel)]
    for index, part in enumerate(package.manifest.model.handover):
        for inner, name in enumerate(part.questions):
            path: Path = ("handover", index, "questions", inner)
            yield from _unknown(package, "P210", "question or group", name, questions, package.manifest, path)
    for holder, place, emergency in emergencies(package):
        for inner, name in enumerate(emergency.then_ask):
            yield from _unknown(package, "P210", "question", name, plain, holder, (*place, "then_ask", inner))
    for file, path, _, question in package.all_questions():
        if isinstance(question, GroupModel):
            yield from _unknown(package, "P210", "question", question.count, plain, file, (*path, "count"))
            counted = questions.get(question.count)
            if counted is not None and counted.type != "number":
                mark = at(file.root, (*path, "count"))
                yield mark.diagnostic("P306", f"{question.count!r} is not a number question", "a group is counted")
            continue
        for reason, cannot in question.cannot_apply.items():
            for index, name in enumerate(cannot.substitute):
                here: Path = (*path, "cannot_apply", reason, "substitute", index)
                yield from _unknown(package, "P210", "question", name, plain, file, here)


def _lists_to_confirm(package: Package) -> Iterator[Diagnostic]:
    """Yield what may not stand in a list that is read aloud and confirmed at once."""
    assert package.manifest is not None
    questions = {name: question for _, _, name, question in package.all_questions()}
    seen: set[str] = set()
    for index, block in enumerate(package.manifest.model.recheck):
        for inner, name in enumerate(block.questions):
            path: Path = ("recheck", index, "questions", inner)
            yield from _unknown(package, "P210", "question or group", name, questions, package.manifest, path)
            mark = at(package.manifest.root, path)
            if name in seen:
                yield mark.diagnostic("P223", f"{name!r} stands in two lists", "leave it in one of them")
            seen.add(name)
            question = questions.get(name)
            fields = question.fields.values() if isinstance(question, GroupModel) else [question] if question else []
            if any(field.private for field in fields):
                yield mark.diagnostic("P223", f"{name!r} is private and is asked by itself", "take it out of the list")


def _rules_named(package: Package) -> Iterator[Diagnostic]:
    known = [name for _, name, _ in package.all_rules()]
    for stem, container in (("conflicts", "conflicts"), ("origin", "recommendations")):
        for name, entry in package.entries(stem).items():
            for index, rule in enumerate(entry.rules):
                path: Path = (container, name, "rules", index)
                yield from _unknown(package, "P209", "rule", rule, known, package.single[stem], path)


def _twice(package: Package) -> Iterator[Diagnostic]:
    names: list[tuple[str, File[Any], Path]] = []
    for section, path, name, question in package.all_questions():
        names.append((name, section, path))
        if isinstance(question, GroupModel):
            names += [(inner, section, (*path, "fields", inner)) for inner in question.fields]
    names += [(name, package.single["findings"], ("findings", name)) for name in package.entries("findings")]
    names += [(name, package.single["tables"], ("tables", name)) for name in package.entries("tables")]
    yield from _repeated(names, "a question, a field, a group, a finding and a table need names of their own")
    rules: list[tuple[str, File[Any], Path]] = [(name, file, ("rules", name)) for file, name, _ in package.all_rules()]
    yield from _repeated(rules, "rename one of them")


def _repeated(names: list[tuple[str, File[Any], Path]], hint: str) -> Iterator[Diagnostic]:
    first: dict[str, str] = {}
    for name, file, path in names:
        mark = at(file.root, path, key=True)
        if name in first:
            yield mark.diagnostic("P211", f"{name!r} is used already, at {first[name]}", hint)
        first.setdefault(name, f"{file.path}:{mark.line}")
