"""Who stands behind the content: approvals of what is not there or not kept, and content that was withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.approvals_file import FOLDER, approvals_of, kept_content
from chatbot.content.bundle import bundle_of
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.ids import released
from chatbot.content.package import Package
from chatbot.content.source import Mark, at
from chatbot.content.withdrawals_file import withdrawals_of
from chatbot.core.approvals import latest, review_of
from chatbot.core.items import KINDS, item_digest, items, kind_and_id
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.review import APPROVED, DRAFT, Review

_PARTS = {kind: part for part, kind in KINDS.items()} | {"question": "questions"}


def digests_of(package: Package) -> dict[str, str]:
    """Return the digest of every item of a package."""
    return {name: item_digest(content) for name, content in items(bundle_of(package)).items()}


def review(package: Package) -> Review:
    """Return where the review of a package stands."""
    said = approvals_of(package)
    return review_of(digests_of(package), said) if said else Review(DRAFT)


def approvals(package: Package) -> Iterator[Diagnostic]:
    """Yield what is wrong with the approvals, and content that says more of itself than they do."""
    stands = review(package)
    if approvals_of(package):
        yield from _unknown(package, digests_of(package))
        yield from _not_kept(package)
    assert package.manifest is not None
    claims = [(package.manifest, ("content_status",), package.manifest.model.content_status, stands.approved)]
    for file, name, rule in package.all_rules():
        approved = stands.of(f"rule:{name}") == APPROVED
        claims.append((file, ("rules", name, "review_status"), rule.review_status, approved))  # type: ignore[arg-type]
    for where, path, written, approved in claims:
        if written.strip().lower() == APPROVED and not approved:
            hint = "write 'draft'; approvals.yaml alone says what is approved, by whom and when"
            yield at(where.root, path).diagnostic("P492", "nobody has approved these words", hint, WARNING)


def _unknown(package: Package, digests: dict[str, str]) -> Iterator[Diagnostic]:
    file, ledger = package.single["approvals"], released(package)
    for index, entry in enumerate(file.model.approvals):
        for item in entry.items:
            kind, name = kind_and_id(item)
            if item not in digests and name not in ledger.get(_PARTS.get(kind, kind), {}):
                hint = near_miss(item, digests) or "'backstory review' lists the items"
                mark = at(file.root, ("approvals", index, "items", item), key=True)
                yield mark.diagnostic("P490", f"there is and was no item {item!r}", hint)


def _not_kept(package: Package) -> Iterator[Diagnostic]:
    file, last = package.single["approvals"], latest(approvals_of(package))
    for index, entry in enumerate(file.model.approvals):
        for item, digest in entry.items.items():
            if entry.state != APPROVED or last[item].digest != digest:
                continue
            if kept_content(package.folder, digest) is None:
                mark = at(file.root, ("approvals", index, "items", item))
                message = f"the words that were approved as {item!r} are not kept, or were altered"
                hint = f"bring {FOLDER}/{digest[:12]}….json back from a copy, or have it approved again"
                yield mark.diagnostic("P491", message, hint)


def not_approved(package: Package) -> Iterator[Diagnostic]:
    """Yield what a release lacks of approvals."""
    assert package.manifest is not None
    digests, stands = digests_of(package), review(package)
    if stands.approved:
        return
    waiting = [item for item in digests if stands.of(item) != APPROVED]
    written = stands.says(package.manifest.model.content_status)
    message = f"the content is {written!r}: {len(waiting)} of {len(digests)} items, the first is {waiting[0]}"
    hint = "have each reviewed and approved by a clinician: 'backstory review' lists them"
    yield at(package.manifest.root, ("content_status",)).diagnostic("P429", message, hint, WARNING)


# --- withdrawals ----------------------------------------------------------------------------------


def withdrawn(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield content that was withdrawn and is still there. *protocol*: that of the package."""
    file = package.single.get("withdrawals")
    if file is None:
        return
    rules = released(package).get("rules", {}).keys() | protocol.rules.keys()
    for index, entry in enumerate(withdrawals_of(file, protocol.id)):

        def mark(key: str, index: int = index) -> Mark:
            return at(file.root, ("withdrawals", index, key))

        if entry.protocol != protocol.id:
            continue
        if entry.rule is not None and entry.rule not in rules:
            hint = near_miss(entry.rule, rules) or "a rule of this protocol, or one that ids.yaml knows"
            yield mark("rule").diagnostic("P495", f"there is and was no rule {entry.rule!r}", hint)
        elif entry.concerns(protocol):
            if entry.rule is None:
                message = f"this version was withdrawn on {entry.on}: no case is begun, gone on with or signed under it"
                key = "version" if entry.version is not None else "digest"
                yield mark(key).diagnostic("P493", message, "mend the content and give it a new version", WARNING)
            else:
                message = f"the rule {entry.rule!r} was withdrawn on {entry.on} and is still in the content"
                yield mark("rule").diagnostic("P494", message, "take it out, or give what replaces it an id", WARNING)
        if entry.rule is not None and entry.replaced_by is not None:
            if entry.replaced_by == entry.rule or entry.replaced_by not in protocol.rules:
                hint = near_miss(entry.replaced_by, protocol.rules) or "name another rule, or leave it out"
                message = f"{entry.replaced_by!r} is no rule that could take its place"
                yield mark("replaced_by").diagnostic("P496", message, hint)
