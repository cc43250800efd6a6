"""What would change a plan, in words: as blocks for every written form, as short lines for screens, as JSON.

The words are the protocol's labels ``what_if.…`` where it has them, and otherwise those below. A reader who may
not know private answers gets nothing that names one (``private=False``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chatbot.core.alternatives import Change
from chatbot.core.answers import answer_text
from chatbot.core.case import Case
from chatbot.core.counterfactual import Counterfactual, Decisive, Searched, WhatIf, shown
from chatbot.core.protocol import Protocol, Wording
from chatbot.core.reach import URGENCY
from chatbot.core.values import to_stored
from chatbot.export.document import Block, Heading, Item, Paragraph, spell

MOST = 5
"""Counterfactuals that are written out for one target; the rest is counted."""

TEXTS = {
    "heading": Wording("What would change this plan", "What would change this plan"),
    "unknowns": Wording("Open questions that decide", "Open questions that matter"),
    "recommendations": Wording("Recommendations", "What is advised"),
    "and": Wording(" and ", " and "),
    "more": Wording("and {n} more", "and {n} more"),
    "singles": Wording("every single change tried: {n}", "every other single answer tried: {n}"),
    "no_single": Wording("no single answer would change this", "no other single answer would change this"),
    "pairs_all": Wording(
        "pairs among {questions} questions: all {pairs} tried", "two answers at a time: all {pairs} tried"
    ),
    "pairs_stopped": Wording(
        "pairs among {questions} questions: stopped after {ms} ms, {tried} of {pairs} tried",
        "two answers at a time: stopped after {ms} ms, {tried} of {pairs} tried",
    ),
    "coarse": Wording("not every combination was tried of: {names}", "not every combination was tried of: {names}"),
    "stepped": Wording("searched in steps, then by halving: {names}", "searched in steps: {names}"),
    "levels": Wording("the urgency may become: {levels}", "how soon you are seen may become: {levels}"),
    "rules": Wording("changes: {rules}", "changes: {rules}"),
    "neither": Wording(
        "Answering any of the other {n} open questions alone changes neither urgency nor recommendations.",
        "Answering any of the other {n} open questions alone changes nothing.",
    ),
    "together": Wording(
        "Only together with another answer: {names}.", "These matter only together with another answer: {names}."
    ),
    "no_unknowns": Wording("No open question decides anything.", "No open question changes anything."),
}


class WhatIfWords:
    """Says what a search found for one case, in one register."""

    def __init__(self, protocol: Protocol, case: Case, register: str, *, private: bool = True, ms: int = 0) -> None:
        """*private*: whether private answers may be named; *ms*: how long pairs were searched."""
        self.protocol, self.case, self.register = protocol, case, register
        self.private, self.ms = private, ms

    def text(self, key: str, **fields: object) -> str:
        said = self.protocol.labels.get(f"what_if.{key}", TEXTS[key]).in_register(self.register)
        for name, value in fields.items():
            said = said.replace(f"{{{name}}}", f"{value:,}" if isinstance(value, int) else str(value))
        return said

    def label(self, key: str) -> str:
        return spell(self.protocol.labels, key, self.register)

    def may_tell(self, each: Counterfactual) -> bool:
        return self.private or not each.private

    # --- changes ---

    def change(self, change: Change) -> str:
        """Say one change: ``fever: 'No' → 'Now'``."""
        question = self.protocol.questions[change.question]
        now = self.case.answers.get(change.question)
        if now is None or change.question in self.case.assessment.expired:
            before = self.label("status.not_asked")
        else:
            before = answer_text(self.protocol.labels, question, now, self.register)
        after = answer_text(self.protocol.labels, question, change.answer, self.register)
        name = question.named.in_register(self.register)
        return f"{name}{':' if question.report else ''} '{before}' → '{after}'"

    def counterfactual(self, each: Counterfactual) -> str:
        """Say what changes make of a target: ``fever: 'No' → 'Now': Emergency``."""
        after = self.label(f"urgency.{each.after}" if each.target == URGENCY else f"rule.{each.after}")
        return f"{self.text('and').join(map(self.change, each.changes))}: {after}"

    def lines(self, found: Sequence[Counterfactual], most: int = MOST) -> list[str]:
        """Say the best counterfactuals of one target, and how many there are besides."""
        listed, rest = shown([each for each in found if self.may_tell(each)], most)
        said = [self.counterfactual(each) for each in listed]
        return [*said, self.text("more", n=rest)] if rest else said

    def searched(self, found: Sequence[Counterfactual], searched: Searched) -> str:
        """Say what was tried for one target."""
        parts = [self.text("singles", n=searched.singles)]
        if not any(len(each.changes) == 1 for each in found):
            parts.append(self.text("no_single"))
        if searched.coarse:
            parts.append(self.text("coarse", names=", ".join(map(self.named, searched.coarse))))
        if searched.stepped:
            parts.append(self.text("stepped", names=", ".join(map(self.named, searched.stepped))))
        if searched.questions:
            fields: dict[str, object] = {"questions": searched.questions, "pairs": searched.pairs, "ms": self.ms}
            key = "pairs_all" if searched.complete else "pairs_stopped"
            parts.append(self.text(key, tried=searched.tried, **fields))
        return "; ".join(parts)

    def named(self, key: str) -> str:
        return self.protocol.questions[key].named.in_register(self.register)

    def title(self, rule: str) -> str:
        return self.protocol.rules[rule].title.in_register(self.register)

    # --- blocks ---

    def target(self, what_if: WhatIf, target: str, most: int = MOST) -> list[str]:
        """Say everything about one target: its counterfactuals, then what was tried."""
        found = what_if.found[target]
        return [*self.lines(found, most), self.searched(found, what_if.searched[target])]

    def blocks(self, what_if: WhatIf, *, all_rules: bool = False, most: int = MOST) -> list[Block]:
        """Return the section: urgency, decisive unknowns, recommendations (*all_rules*: also what does not apply)."""
        urgency, statuses = what_if.urgency, what_if.statuses
        found: list[Block] = [Heading(2, self.text("heading"))]
        now = f"{self.label('heading.urgency')}: {self.label(f'urgency.{urgency}')}"
        found += [Heading(3, now), *map(Item, self.lines(what_if.found[URGENCY], most))]
        found.append(Paragraph(self.searched(what_if.found[URGENCY], what_if.searched[URGENCY])))
        found += [Heading(3, self.text("unknowns")), *self.unknowns(what_if)]
        found.append(Heading(3, self.text("recommendations")))
        for rule, status in statuses.items():
            if all_rules or status != "not_applicable":
                title = f"{self.title(rule)} ({self.label(f'rule.{status}')})"
                found.append(Item(title, tuple(self.target(what_if, rule, most))))
        return found

    def unknowns(self, what_if: WhatIf) -> list[Block]:
        """Return the decisive unknowns, and how many open questions change nothing."""
        listed = [each for each in what_if.decisive if self.private or not each.private]
        found: list[Block] = [self.unknown(each) for each in listed]
        names = [key for key in what_if.together if self.private or not self.protocol.questions[key].private]
        if not listed:
            found.append(Paragraph(self.text("no_unknowns")))
        if names:
            found.append(Paragraph(self.text("together", names=", ".join(map(self.named, names)))))
        if what_if.neither:
            found.append(Paragraph(self.text("neither", n=len(what_if.neither))))
        return found

    def unknown(self, each: Decisive) -> Block:
        details = []
        if each.levels:
            levels = ", ".join(self.label(f"urgency.{level.value}") for level in each.levels)
            details.append(self.text("levels", levels=levels))
        if each.rules:
            titles = [self.title(rule) for rule in each.rules[:MOST]]
            if len(each.rules) > MOST:
                titles.append(self.text("more", n=len(each.rules) - MOST))
            details.append(self.text("rules", rules=" / ".join(titles)))
        return Item(self.protocol.questions[each.question].ask.in_register(self.register), tuple(details))

    # --- JSON ---

    def to_json(self, what_if: WhatIf, most: int = MOST) -> dict[str, Any]:
        """Return what was found as JSON data: only strings, integers, booleans, lists and mappings."""
        return {
            "targets": {
                target: {
                    "now": what_if.urgency if target == URGENCY else what_if.statuses[target],
                    "changes": [
                        self.counterfactual_json(each)
                        for each in shown([each for each in found if self.may_tell(each)], most)[0]
                    ],
                    "searched": self.searched(found, what_if.searched[target]),
                }
                for target, found in what_if.found.items()
            },
            "decisive": [
                {
                    "question": each.question,
                    "levels": [level.value for level in each.levels],
                    "rules": list(each.rules),
                }
                for each in what_if.decisive
                if self.private or not each.private
            ],
            "others_open": len(what_if.neither) + len(what_if.together),
        }

    def counterfactual_json(self, each: Counterfactual) -> dict[str, Any]:
        changes = []
        for change in each.changes:
            answer = change.answer
            said: dict[str, Any] = {"question": change.question}
            if answer.value is not None:
                said["value"] = to_stored(answer.value)
            else:
                assert answer.status is not None
                said["status"] = answer.status.value
                said |= {} if answer.reason is None else {"reason": answer.reason}
            changes.append({**said, "text": self.change(change)})
        return {"changes": changes, "becomes": each.after}
