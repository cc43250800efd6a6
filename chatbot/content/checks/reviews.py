"""What time and people owe the content: review dates, and what a release must not lack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from chatbot.content.checks import governance
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.ids import new_ids
from chatbot.content.package import Package
from chatbot.content.source import at


def overdue(package: Package, today: date) -> Iterator[Diagnostic]:
    """Yield every rule whose review was due before *today*."""
    for file, name, rule in package.all_rules():
        if rule.review_due < today.isoformat():
            mark = at(file.root, ("rules", name, "review_due"))
            message = f"the review of {name!r} was due on {rule.review_due}"
            yield mark.diagnostic("P413", message, "review it, then write 'reviewed' and the next date", WARNING)


def not_ready(package: Package) -> Iterator[Diagnostic]:
    """Yield what keeps a sound protocol from being released."""
    assert package.manifest is not None
    yield from governance.not_approved(package)
    for stem, why in (
        ("words", "no text is checked for stigmatising words and early reassurance"),
        ("ids", "an id could be lost without a word; run 'backstory check --write-ids'"),
    ):
        if stem not in package.single:
            mark = at(package.manifest.root, ("id",), key=True)
            yield mark.diagnostic("P430", f"there is no {stem}.yaml", why, WARNING)
    if "ids" in package.single:
        fresh = [f"{kind}: {', '.join(names)}" for kind, names in new_ids(package).items()]
        if fresh:
            mark = at(package.single["ids"].root, ("ids",), key=True)
            message = f"ids that the ledger does not hold yet ({'; '.join(fresh)})"
            yield mark.diagnostic("P430", message, "run 'backstory check --write-ids'", WARNING)
