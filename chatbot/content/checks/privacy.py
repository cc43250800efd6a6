"""Private answers and local facts: neutral words for what tells of a private answer, placeholders that lead somewhere.

That a neutral text names nothing private is for its reviewer; what a check can see is that it does not use the name
of a private question or of one of its options.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.source import Mapping, Node, Scalar, Sequence, at
from chatbot.core.condition import Condition
from chatbot.core.protocol import Protocol, Question, Wording
from chatbot.core.resolve import near_miss
from chatbot.core.site import PLACEHOLDER
from chatbot.core.taint import Taint, taint

Path = tuple[str | int, ...]

LONG_WORD = 9
"""Letters from which one word names an option; shorter ones, such as "never", stand in any sentence."""


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield what would tell of a private answer, and every local fact that is misspelt, misplaced or unused."""
    if package.entries("audiences"):
        hidden = taint(protocol)
        yield from _conditions(package, protocol, hidden)
        yield from _neutral(package, hidden)
        yield from _names_nothing(package, protocol)
    yield from _placeholders(package)


# --- private answers ------------------------------------------------------------------------------


def _conditions(package: Package, protocol: Protocol, hidden: Taint) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    if hidden.scope:
        mark = at(package.manifest.root, ("scope", "when"))
        behind = _first(hidden, protocol.scope.when)
        message = f"whether the protocol fits hangs on a private answer: {behind!r}"
        yield mark.diagnostic("P452", message, "read another question: the scope stands on every page")
    for name, audience in protocol.audiences.items():
        condition = audience.may_know
        if condition is not None and not hidden.questions.isdisjoint(protocol.questions_behind(condition)):
            mark = at(package.single["audiences"].root, ("audiences", name, "may_know"))
            behind = _first(hidden, condition)
            message = f"what {name!r} may know hangs on a private answer: {behind!r}"
            yield mark.diagnostic("P453", message, "read a question that is not private, such as one about consent")


def _first(hidden: Taint, condition: Condition) -> str:
    """Return the first tainted name a condition reads itself."""
    return min([*(condition.questions & hidden.questions), *(condition.findings & hidden.findings)])


def _neutral(package: Package, hidden: Taint) -> Iterator[Diagnostic]:
    hint = "write 'neutral: {…}' for readers who may not know the reason"
    for stem, what, tainted in (("red_flags", "red flag", hidden.red_flags), ("guards", "guard", hidden.guards)):
        for name, entry in package.entries(stem).items():
            if name in tainted and entry.neutral is None:
                mark = at(package.single[stem].root, (stem, name), key=True)
                yield mark.diagnostic("P450", f"the {what} {name!r} hangs on a private answer", hint)
    for file, name, rule in package.all_rules():
        if name not in hidden.rules:
            continue
        if rule.neutral is None:
            mark = at(file.root, ("rules", name), key=True)
            yield mark.diagnostic("P450", f"the rule {name!r} hangs on a private answer", hint)
        for index, guard in enumerate(rule.guards):
            if guard.instead is not None and guard.neutral is None:
                mark = at(file.root, ("rules", name, "guards", index))
                message = f"what {name!r} says instead when {guard.guard!r} holds has no neutral words"
                yield mark.diagnostic("P450", message, "write 'guard: {instead: …, neutral: …}'")


def _names_nothing(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    private = [question for question in protocol.questions.values() if question.private]
    names = {name: question.id for question in private for name in _names(question)}
    for file, path, node in texts(package):
        if "neutral" not in path or "cites" in path:
            continue
        for name, question in names.items():
            match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", node.text, re.IGNORECASE)
            if match is not None:
                mark = at(file.root, path).within(node.text, *match.span())
                message = f"a neutral text names {match.group()!r}, which tells of {question!r}"
                yield mark.diagnostic("P451", message, "say what is to be done, not why")
                break


def _names(question: Question) -> Iterator[str]:
    """Yield the names that tell of a private question: how reports name it, and its options where they are telling."""
    if question.report is not None:
        yield from _both(question.report)
    for option in question.options:
        for name in _both(option.label):
            if option.id not in {"yes", "no"} and (" " in name or len(name) >= LONG_WORD):
                yield name


def _both(wording: Wording) -> Iterator[str]:
    yield from dict.fromkeys((wording.clinician, wording.patient))


# --- local facts ----------------------------------------------------------------------------------


def texts(package: Package) -> Iterator[tuple[File[Any], Path, Scalar]]:
    """Yield (file, path, text) for every text of a package that can reach a reader; vignettes are outside it."""
    assert package.manifest is not None
    files: list[File[Any]] = [package.manifest, *package.sections, *package.single.values(), *package.rules]
    for file in files:
        for path, scalar in _scalars(file.root, ()):
            yield file, path, scalar


def _scalars(node: Node, path: Path) -> Iterator[tuple[Path, Scalar]]:
    if isinstance(node, Scalar):
        yield path, node
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _scalars(item, (*path, index))
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            yield from _scalars(value, (*path, key.text))


_FILLED: dict[str, frozenset[str]] = {
    "rules": frozenset({"title", "text", "guards", "neutral"}),
    "red_flags": frozenset({"title", "tell", "neutral", "emergency"}),
}
"""Container to the parts of its entries that may name a local fact."""


def _may_name(path: Path) -> bool:
    """Whether a text here may name a local fact: only where somebody is told what to do, never in a question."""
    match path:
        case ("safety_net" | "emergency", *_) | ("scope", "out_of_scope" | "unsettled", *_):
            return True
        case (str(container), _, str(part), *_):
            return part in _FILLED.get(container, ())
    return False


def _placeholders(package: Package) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    declared = package.manifest.model.site
    named: set[str] = set()
    for file, path, scalar in texts(package):
        for match in re.finditer(r"\{\s*site\b[^{}]*\}?", scalar.text):
            mark = at(file.root, path).within(scalar.text, *match.span())
            whole = PLACEHOLDER.fullmatch(match.group())
            if whole is None:
                message = f"{match.group()!r} is not how a local fact is named"
                yield mark.diagnostic("P454", message, "write {site.some_fact}")
                continue
            named.add(whole[1])
            if whole[1] not in declared:
                hint = near_miss(whole[1], declared) or "declare it under 'site:' of protocol.yaml"
                yield mark.diagnostic("P454", f"no local fact is called {whole[1]!r}", hint)
            elif not _may_name(path):
                hint = "name it in a rule, a red flag's 'tell', the safety net or the scope"
                yield mark.diagnostic("P455", "a local fact may not be named here", hint)
    if package.broken:
        return
    for name in declared:
        if name not in named:
            mark = at(package.manifest.root, ("site", name), key=True)
            yield mark.diagnostic("P456", f"no text names the local fact {name!r}", "name it, or delete it")
