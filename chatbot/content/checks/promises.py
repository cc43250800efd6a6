"""What a protocol promises: some answers never withhold care, and no break in use leads back to an old dose.

Both are declared in ``protocol.yaml`` and proved here on the resolved conditions, through findings. What must not live
here: any word of what the answers are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chatbot.content.checks.conditions import Site
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package
from chatbot.content.schema import AfterBreakModel, ManifestModel
from chatbot.content.source import at
from chatbot.core.protocol import Protocol, RuleKind
from chatbot.core.resolve import near_miss
from chatbot.core.tree import (
    FindingIs,
    Includes,
    InState,
    Node,
    Not,
    Number,
    OneOf,
    Or,
    Pair,
    Since,
    children,
    conditions_in,
    findings_of,
    questions_of,
)

CLOSES = {
    "guard": "the guard {name!r} hangs on it",
    "scope": "who is in scope hangs on it",
    "red_flag": "the red flag {name!r} is cleared by it",
    "rule": "the rule {name!r}, which advises against something, hangs on it",
}
"""What is said of a place where an answer may not stand at all."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One comparison on a question, and the finding of the condition through which it is read."""

    question: str
    atom: Node
    positive: bool | None
    """Whether it helps to make the condition true; None: it may do either."""
    through: str


def check(package: Package, protocol: Protocol, sites: list[Site]) -> Iterator[Diagnostic]:
    """Yield what breaks a promise, and promises that name nothing or prove nothing."""
    assert package.manifest is not None
    manifest = package.manifest.model
    unknown = list(_names(package, protocol, manifest))
    yield from unknown
    if not unknown:
        yield from _withheld(protocol, manifest, sites)
        if manifest.after_a_break is not None:
            yield from _resumed(package, protocol, manifest.after_a_break, manifest.never_withholds)


# --- names ----------------------------------------------------------------------------------------


def _names(package: Package, protocol: Protocol, manifest: ManifestModel) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    questions = {_bare(key): question for key, question in protocol.questions.items()}
    for name, options in manifest.never_withholds.items():
        path: tuple[str | int, ...] = ("never_withholds", name)
        yield from _unknown(package, "question", name, questions, path)
        if name in questions:
            known = [option.id for option in questions[name].options]
            for index, option in enumerate(options):
                yield from _unknown(package, f"option of {name!r}", option, known, (*path, index))
    broken = manifest.after_a_break
    if broken is None:
        return
    here = "after_a_break"
    yield from _unknown(package, "finding", broken.finding, protocol.findings, (here, "finding"))
    yield from _unknown(package, "guard", broken.guard, protocol.guards, (here, "guard"))
    yield from _unknown(package, "rule", broken.says, protocol.rules, (here, "says"))
    for part, names, known_names in (
        ("actions", broken.actions, manifest.actions),
        ("breaks", broken.breaks, tuple(questions)),
    ):
        for index, name in enumerate(names):
            yield from _unknown(package, part.removesuffix("s"), name, known_names, (here, part, index))


def _unknown(
    package: Package, what: str, name: str, known: Iterable[str], path: tuple[str | int, ...]
) -> Iterator[Diagnostic]:
    names = list(known)
    if name not in names and name not in package.broken:
        assert package.manifest is not None
        hint = near_miss(name, names) or "correct its spelling, or delete it"
        yield at(package.manifest.root, path).diagnostic("P438", f"no {what} is called {name!r}", hint)


def _bare(key: str) -> str:
    """Return a question's id as content writes it: of a row of a group the field alone."""
    return key.rpartition("].")[2]


# --- answers that never withhold ------------------------------------------------------------------


def _withheld(protocol: Protocol, manifest: ManifestModel, sites: list[Site]) -> Iterator[Diagnostic]:
    declared = {name: frozenset(options) for name, options in manifest.never_withholds.items()}
    if not declared:
        return
    opaque = manifest.after_a_break.finding if manifest.after_a_break is not None else ""
    for site in sites:
        tree: Node | None = None
        offers = False
        match site.owner, site.part:
            case "guard", "when":
                tree = protocol.guards[site.name].when.tree
            case "scope", "when":
                tree = protocol.scope.when.tree
            case "red_flag", "unless":
                unless = protocol.red_flags[site.name].unless
                tree = None if unless is None else unless.tree
            case "rule", "when":
                rule = protocol.rules[site.name]
                tree = None if rule.when is None or rule.kind is RuleKind.NOTE else rule.when.tree
                offers = rule.kind is RuleKind.DO
        if tree is None:
            continue
        for reading in _readings(protocol, tree, True, "", opaque, set()):
            question = _bare(reading.question)
            if question in declared and not (offers and _only_adds(reading, declared[question])):
                yield _told(site, reading, question, offers)
                break


def _told(site: Site, reading: _Reading, question: str, offers: bool) -> Diagnostic:
    why = "{name!r} is not recommended to everybody because of it" if offers else CLOSES[site.owner]
    shown = reading.through or question
    start = max(site.text.find(shown), 0)
    through = f", through {reading.through!r}" if reading.through else ""
    message = f"{question!r} never withholds care, but {why.format(name=site.name)}{through}"
    hint = "take it out of the condition; it may only add something, or act through what is declared after a break"
    return site.diagnostic("P435", message, start, start + len(shown), hint)


def _only_adds(reading: _Reading, options: frozenset[str]) -> bool:
    """Whether a comparison of a recommendation can only bring it to more people: those with the declared answers."""
    if reading.positive is not True:
        return False
    match reading.atom:
        case OneOf(_, chosen) | Includes(_, chosen, _):
            return chosen <= options
        case InState(_, state):
            return state == "known"
        case Since() | Number() | Pair():
            return not options
    return False


def _readings(
    protocol: Protocol, node: Node, positive: bool | None, through: str, opaque: str, seen: set[tuple[str, bool | None]]
) -> Iterator[_Reading]:
    """Yield every comparison below a node, findings opened, but for the one finding that is *opaque*."""
    if isinstance(node, Not):
        yield from _readings(protocol, node.item, None if positive is None else not positive, through, opaque, seen)
        return
    for child in children(node):
        yield from _readings(protocol, child, positive, through, opaque, seen)
    if children(node):
        return
    for question in questions_of(node):
        yield _Reading(question, node, positive, through)
    for inner in conditions_in(node):
        if not children(inner):
            yield from (_Reading(question, inner, None, through) for question in questions_of(inner))
    for name in findings_of(node):
        below = positive if isinstance(node, FindingIs) else None
        finding = protocol.findings.get(name)
        if finding is not None and name != opaque and (name, below) not in seen:
            seen.add((name, below))
            yield from _readings(protocol, finding.when.tree, below, through or name, opaque, seen)


# --- no old dose after a break --------------------------------------------------------------------


def _resumed(
    package: Package, protocol: Protocol, broken: AfterBreakModel, never: dict[str, tuple[str, ...]]
) -> Iterator[Diagnostic]:
    yield from _not_held_back(package, protocol, broken)
    assert package.manifest is not None
    root, here = package.manifest.root, "after_a_break"
    guard = protocol.guards[broken.guard].when.tree
    if not _holds_with(guard, broken.finding):
        message = f"the guard {broken.guard!r} does not hold whenever {broken.finding!r} does"
        hint = f"let its condition be {broken.finding}, or join it with 'or'"
        yield at(root, (here, "guard")).diagnostic("P436", message, hint)
    says = protocol.rules[broken.says]
    if says.kind is not RuleKind.AVOID or says.when is None or not _holds_with(says.when.tree, broken.finding):
        message = f"{broken.says!r} does not advise against an old dose whenever {broken.finding!r} holds"
        yield at(root, (here, "says")).diagnostic("P436", message, "name a rule of kind avoid that holds with it")
    tree = protocol.findings[broken.finding].when.tree
    parts = tree.items if isinstance(tree, Or) else (tree,)
    readings = [list(_readings(protocol, part, True, "", "", set())) for part in parts]
    for index, name in enumerate(broken.breaks):
        if not any(_bare(each.question) == name and each.positive is True for part in readings for each in part):
            message = f"{broken.finding!r} does not come true by {name!r}"
            hint = "join a part with 'or' that it makes true, whatever else was said"
            yield at(root, (here, "breaks", index)).diagnostic("P437", message, hint)
    for name in never:
        if name not in broken.breaks and any(_bare(each.question) == name for part in readings for each in part):
            message = f"{broken.finding!r} hangs on {name!r}, which is a cause and no break"
            hint = "a break counts whatever its cause: leave the cause out"
            yield at(root, (here, "finding")).diagnostic("P437", message, hint)


def _not_held_back(package: Package, protocol: Protocol, broken: AfterBreakModel) -> Iterator[Diagnostic]:
    """Yield every recommendation of such an action that the guard does not hold back."""
    for file, name, rule in package.all_rules():
        asked = sorted(set(rule.actions) & set(broken.actions))
        if asked and rule.kind == "do" and broken.guard not in {each.guard for each in rule.guards}:
            mark = at(file.root, ("rules", name), key=True)
            message = f"{name!r} asks for {asked[0]!r}, and a break in use does not hold it back"
            yield mark.diagnostic("P436", message, f"add the guard {broken.guard!r}")


def _holds_with(tree: Node, finding: str) -> bool:
    """Whether a condition is the finding, or true with it."""
    return tree == FindingIs(finding) or (isinstance(tree, Or) and FindingIs(finding) in tree.items)
