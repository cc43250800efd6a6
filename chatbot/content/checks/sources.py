"""Whether what a recommendation says of its sources holds: evidence, checked, from that place, about such people.

Constants stand beside the content with what was checked of each; a number nobody checked may be used only by lines that
say so themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.content.beside import ConstantModel
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.schema import RuleModel, RulesModel
from chatbot.content.source import Mark, at
from chatbot.core.protocol import Protocol, Rule
from chatbot.core.resolve import near_miss

SEEN = frozenset({"seen", "partly_seen"})
"""What a reference says of its verification when somebody has looked."""

CAREFUL_KINDS = frozenset({"urgency", "dose"})
"""Kinds of constant that somebody may be harmed by."""

HONEST = {"no": ("unverified",), "judgement": ("unverified", "judgement", "expert_opinion")}
"""What a rule may say of itself when it uses a constant that was not checked, or is a judgement."""


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield every rule that claims more than its sources, and every careful constant used without its caveat."""
    for file, name, rule in package.all_rules():
        yield from _claims(package, file, name, rule)
    yield from _constants(package, protocol)


def places(jurisdiction: str) -> frozenset[str]:
    """Return the places a jurisdiction names: ``US, UK`` are two."""
    return frozenset(part.strip() for part in jurisdiction.split(","))


def _claims(package: Package, file: File[RulesModel], name: str, rule: RuleModel) -> Iterator[Diagnostic]:
    known = package.entries("references")
    cited = [known[each.reference] for each in rule.cites if each.reference in known]
    if len(cited) < len(rule.cites) or not cited:
        return  # said already

    def mark(key: str) -> Mark:
        return at(file.root, ("rules", name, key))

    if rule.kind != "note" and not any(each.evidence and each.verified != "not_found" for each in cited):
        message = f"nothing that {name!r} cites may carry a recommendation"
        yield mark("cites").diagnostic("P442", message, "find a source, or cite expert opinion and say so")
        return
    if rule.verification == "verified" and not any(each.verified in SEEN for each in cited):
        message = f"{name!r} says verified, and nobody has seen what it cites"
        yield mark("verification").diagnostic("P443", message, "write 'unverified', 'expert_opinion' or 'judgement'")
    if rule.verification == "verified":
        for key in ("strength", "certainty"):
            text = str(getattr(rule, key))
            for phrase in _unseen(package):
                found = re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE)
                if found:
                    message = f"{name!r} says verified, and {key} says {found[0]!r}"
                    here = mark(key).within(text, found.start(), found.end())
                    yield here.diagnostic("P443", message, "look it up, or write 'verification: unverified'")
                    break
    held = frozenset[str]().union(*(places(each.jurisdiction) for each in cited))
    foreign = sorted(places(rule.jurisdiction) - held)
    if foreign:
        message = f"nothing that {name!r} cites holds in {', '.join(foreign)!r}"
        yield mark("jurisdiction").diagnostic("P444", message, f"its references hold in {', '.join(sorted(held))}")
    if rule.applicability == "direct" and not any(each.applicability == "direct" for each in cited):
        message = f"no reference of {name!r} studied these people"
        yield mark("applicability").diagnostic("P445", message, "write 'indirect', or cite one that did")
    lapsed = [each.reference for each in rule.cites if known[each.reference].superseded is not None]
    if rule.verification == "verified" and len(lapsed) == len(rule.cites):
        message = f"everything that {name!r} cites has been superseded: {', '.join(lapsed)}"
        yield mark("cites").diagnostic("P446", message, "cite what replaced it, or write 'verification: unverified'")


def _unseen(package: Package) -> list[str]:
    return [phrase for words in package.entries("words").values() for phrase in words.unseen]


# --- constants ------------------------------------------------------------------------------------


def _constants(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    constants: dict[str, ConstantModel] = package.entries("constants")
    if not constants:
        return
    file = package.single["constants"]
    defined = {
        "questions": {*protocol.questions, *protocol.groups},
        "findings": protocol.findings.keys(),
        "red_flags": protocol.red_flags.keys(),
        "guards": protocol.guards.keys(),
        "rules": protocol.rules.keys(),
        "hypotheses": protocol.hypotheses.keys(),
        "conflicts": protocol.conflicts.keys(),
        "references": protocol.references.keys(),
        "tables": package.entries("tables").keys(),
        "instruments": package.entries("instruments").keys(),
    }
    for name, constant in constants.items():
        for kind, ids in constant.used_in.items():
            for index, used in enumerate(ids):
                if used not in defined[kind]:
                    mark = at(file.root, ("constants", name, "used_in", kind, index))
                    hint = near_miss(used, defined[kind]) or "correct its spelling, or delete it"
                    yield mark.diagnostic("P447", f"nothing under {kind} is called {used!r}", hint)
        for index, reference in enumerate(constant.references):
            if reference not in defined["references"]:
                mark = at(file.root, ("constants", name, "references", index))
                hint = near_miss(reference, defined["references"])
                yield mark.diagnostic("P447", f"no reference is called {reference!r}", hint)
    rests = {rule: rests_on(protocol, each) for rule, each in protocol.rules.items()}
    for rules, rule, model in package.all_rules():
        for name, constant in constants.items():
            honest = HONEST.get(constant.verified, ())
            if constant.kind not in CAREFUL_KINDS or not honest or model.verification in honest:
                continue
            named = uses(protocol, package, constant)
            if constant.verified == "judgement":
                # A judgement behind a finding or a guard is not what the line itself asks for.
                named = frozenset(each for each in named if each[0] in {"rules", "red_flags"})
            if named & rests[rule]:
                mark = at(rules.root, ("rules", rule, "verification"))
                message = f"{rule!r} uses the constant {name!r}, whose verification is {constant.verified!r}"
                hint = f"write 'verification: {honest[0]}', or check the constant"
                yield mark.diagnostic("P441", message, hint)


Named = frozenset[tuple[str, str]]
"""(kind of entry, its id)"""


def rests_on(protocol: Protocol, rule: Rule) -> Named:
    """Return what a rule hangs on: itself, its red flag and guards, and every finding that those read."""
    conditions = [rule.when] if rule.when is not None else []
    found = {("rules", rule.id)}
    # What nothing defines is reported elsewhere (P205, P206).
    if rule.answers is not None and rule.answers in protocol.red_flags:
        flag = protocol.red_flags[rule.answers]
        found.add(("red_flags", flag.id))
        conditions += [flag.when, *([] if flag.unless is None else [flag.unless])]
    for each in rule.guards:
        if each.guard in protocol.guards:
            found.add(("guards", each.guard))
            conditions.append(protocol.guards[each.guard].when)
    waiting = [name for condition in conditions for name in condition.findings]
    while waiting:
        name = waiting.pop()
        if ("findings", name) not in found:
            found.add(("findings", name))
            waiting += protocol.findings[name].when.findings
    return frozenset(found)


def uses(protocol: Protocol, package: Package, constant: ConstantModel) -> Named:
    """Return what a constant stands in; a table stands in every number that looks it up."""
    found = {(kind, name) for kind, ids in constant.used_in.items() for name in ids}
    for table in constant.used_in.get("tables", ()):
        word = re.compile(rf"\blookup\(\s*{re.escape(table)}\b")
        found |= {("findings", name) for name, each in protocol.findings.items() if word.search(each.when.text)}
    return frozenset(found)
