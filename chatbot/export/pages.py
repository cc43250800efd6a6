"""The two pages that leave the screen as text: the plan for the record, and the person's own page in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chatbot.core.case import Case
from chatbot.core.changes import Story
from chatbot.core.protocol import Wording
from chatbot.core.summary import incomplete_text
from chatbot.export.document import Block, Heading, Item, Paragraph, head_line, spell
from chatbot.export.merged import merged
from chatbot.export.text import blocks_text, plan_text

PAGES = {"plan": "The plan, for the record", "page": "The patient's page, in plain words"}
"""What can be written, and what it is called."""

OPEN_NAMED = 12
"""So many questions that a warning sign hangs on the person's page names; of more it says only the number."""


def whose(case: Case) -> str:
    """Name a case on a page: code, label, subject code."""
    return " · ".join(filter(None, [case.case, case.label, case.subject]))


def page_name(case: Case, page: str) -> str:
    """Return the name a page is offered under: the case's code and day, and nothing that names a person."""
    return f"backstory-{page}-{case.case}-{case.as_of:%Y-%m-%d}"


def page_text(
    page: str,
    plan: Mapping[str, Any],
    labels: Mapping[str, Wording],
    case: Case,
    *,
    register: str = "clinician",
    width: int = 80,
    story: Story | None = None,
) -> str:
    """Return one of ``PAGES`` as text. The plan for the record says that it is the treating clinician's own."""
    if page == "page":
        return blocks_text(person_blocks(plan, labels, whose(case)), width=width)
    own = labels.get("audience.own_record")
    return plan_text(
        plan,
        labels,
        width=width,
        register=register,
        case=whose(case),
        decisions=case.decisions,
        head=[] if own is None else [own.in_register(register)],
        story=story,
        left_open=case.left_open,
    )


def person_blocks(plan: Mapping[str, Any], labels: Mapping[str, Wording], case: str = "") -> list[Block]:
    """Return the person's own page: how soon, what to do by when, what not to do, when to get help, what is open."""
    return _Page(plan, labels).blocks(case)


class _Page:
    register = "patient"

    def __init__(self, plan: Mapping[str, Any], labels: Mapping[str, Wording]) -> None:
        self.plan, self.labels = plan, labels
        self.rules = {each["id"]: each for each in merged(plan["recommendations"], self.register)}

    def say(self, key: str) -> str:
        return spell(self.labels, key, self.register)

    def pick(self, both: Mapping[str, str]) -> str:
        return both[self.register]

    def blocks(self, case: str) -> list[Block]:
        plan, level = self.plan, self.plan["urgency"]
        kind = "" if plan["kind"] == "clinical" else self.say(f"kind.{plan['kind']}")
        urgency = f"{self.say('heading.urgency')}: {self.say('symbol.' + level)} {self.say('urgency.' + level)}"
        found: list[Block] = [
            Heading(1, self.pick(plan["title"])),
            Paragraph(" · ".join(filter(None, [case, kind, plan["as_of"].replace("T", " ")])), strong=bool(kind)),
            Paragraph(plan["content_status"], strong=True),
        ]
        if incomplete := incomplete_text(plan, self.labels, self.register):
            found.append(Paragraph(f"{self.say('heading.incomplete')}: {incomplete}", strong=True))
        found.append(Paragraph(urgency, strong=True))
        found += self.to_do()
        found += self.under("heading.do_not", (self.item(each) for each in self.now("avoid")))
        later = [each for each in self.asked() if each["after_emergency"]]
        found += self.under("heading.after_emergency", (Item(self.pick(each["title"])) for each in later))
        found += self.under("heading.reassurance", (Paragraph(self.pick(each)) for each in plan["reassurance"]))
        net = [Item(self.pick(e["title"]), tuple(map(self.pick, e["items"]))) for e in plan["safety_net"]]
        found += self.under("heading.safety_net", net)
        found += self.under("heading.open_questions", self.open_questions())
        found += self.under("heading.disclaimer", [Paragraph(self.pick(plan["disclaimer"]))])
        kept = plan["produced_by"].get("transcript")
        return found if kept is None else [*found, Paragraph(head_line(kept))]

    def under(self, heading: str, blocks: Iterable[Block]) -> list[Block]:
        found = list(blocks)
        return [Heading(2, self.say(heading)), *found] if found else []

    def asked(self) -> list[dict[str, Any]]:
        return [each for each in self.rules.values() if each["status"] in {"recommended", "precaution"}]

    def now(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.asked() if each["kind"] == kind and not each["after_emergency"]]

    def item(self, rule: Mapping[str, Any]) -> Block:
        return Item(self.pick(rule["title"]), (self.pick(rule["text"]),))

    def to_do(self) -> list[Block]:
        """Return what to do, under the stretches of time of the plan."""
        waiting = {each["id"]: each for kind in ("do", "note") for each in self.now(kind)}
        found: list[Block] = []
        for period in self.plan["timeline"]:
            due = [waiting.pop(each["rule"]) for each in period["items"] if each["rule"] in waiting]
            if due:
                found += [Heading(2, self.pick(period["label"])), *map(self.item, due)]
        return [*found, *self.under("heading.plan", map(self.item, waiting.values()))]

    def open_questions(self) -> list[Block]:
        waiting = [each for each in self.plan["unresolved"] if each["flags"]]
        if len(waiting) > OPEN_NAMED:
            return [Paragraph(f"{self.say('heading.open_questions')}: {len(waiting)}")]
        return [Item(self.pick(each["wording"])) for each in waiting]
