"""The answer to a follow-up question in words, and the one way all shells get it.

Words are labels of the protocol, ``ask.…`` where it has them and otherwise those below. A question that is not
recognised for sure gets the near topics to choose from, and no answer; people confirm the others too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chatbot.core.asking import Asked, recognise
from chatbot.core.case import Case
from chatbot.core.counterfactual import KeepGoing, WhatIf, no_pairs, what_if
from chatbot.core.present import within_text
from chatbot.core.protocol import UNVERIFIED, Protocol, Wording
from chatbot.core.reach import URGENCY
from chatbot.core.reply import answer
from chatbot.core.topics import AskKind
from chatbot.export.document import Block, Heading, Item, Paragraph, Source, spell
from chatbot.export.whatif import WhatIfWords

FEW = 2
"""Changes that are named beside a rule when something else was asked."""

TEXTS = {
    "would_change": Wording("would change it", "would change it"),
    "guard": Wording("unless", "unless"),
    "holds": Wording("holds", "yes"),
    "holds_not": Wording("does not hold", "no"),
    "holds_unknown": Wording("not known", "not known"),
    "sides": Wording("Where sources disagree", "Where experts disagree"),
    "related": Wording("You may also ask about", "You may also ask about"),
    "nothing": Wording("Nothing in this protocol belongs to this topic.", "There is nothing about this here."),
    "no_topics": Wording(
        "The content of this case has no topics, so that follow-up questions cannot be answered.",
        "Questions cannot be answered for this case.",
    ),
    "meant": Wording("Is this what is asked?", "Is this what you ask?"),
    "not_sure": Wording("It is not clear which topic is meant. Did you mean:", "Did you mean:"),
    "not_found": Wording("No topic fits this question. There are:", "I do not know about this. You can ask about:"),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as data and as blocks."""

    data: Mapping[str, Any]
    blocks: tuple[Block, ...]


class FollowUp:
    """Answers follow-up questions about one case under its own content, in one register."""

    def __init__(
        self,
        protocol: Protocol,
        case: Case,
        register: str,
        *,
        keep_going: Callable[[], KeepGoing] = lambda: no_pairs,
        ms: int = 0,
        may_tell: Callable[[str], bool] = lambda _: True,
    ) -> None:
        """*keep_going* begins the time of a search for pairs, *ms* names that time; *may_tell* as in ``answer``."""
        self.protocol, self.case, self.register = protocol, case, register
        self.keep_going, self.may_tell = keep_going, may_tell
        private = all(may_tell(key) for key, question in protocol.questions.items() if question.private)
        self.what_if = WhatIfWords(protocol, case, register, private=private, ms=ms)

    def recognise(self, text: str) -> Asked:
        return recognise(self.protocol, text)

    def text(self, key: str) -> str:
        return self.protocol.labels.get(f"ask.{key}", TEXTS[key]).in_register(self.register)

    def topic_title(self, name: str) -> str:
        return self.protocol.topics[name].title.in_register(self.register)

    def offered(self, asked: Asked) -> tuple[str, list[tuple[str, str]]]:
        """Return what to say before a question is answered, and the topics (id, title) of which one is confirmed."""
        asks = self.protocol.asks
        if asks is None:
            return self.text("no_topics"), []
        if not asked.near:
            return self.text("not_found"), [(name, self.topic_title(name)) for name in self.protocol.topics]
        kind = asks.titles[asked.kind].in_register(self.register)
        said = "meant" if asked.topic is not None else "not_sure"
        return self.text(said), [(name, f"{self.topic_title(name)}: {kind}") for name in asked.near]

    def answer(self, name: str, kind: AskKind) -> Answered:
        """Answer a question of a kind about a topic."""
        topic = self.protocol.topics[name]
        data = answer(self.protocol, self.case, topic, kind, may_tell=self.may_tell)
        targets = [each["id"] for each in data["rules"]] or [URGENCY]
        pairs = self.keep_going() if kind is AskKind.WHAT_IF else no_pairs
        found = what_if(self.protocol, self.case, pairs, targets=targets)
        data["would_change"] = self.what_if.to_json(found)["targets"]
        writer = _Writer(self, data, kind, found)
        return Answered(data, tuple(writer.write()))


def answer_json(asked: str, answered: Answered) -> dict[str, Any]:
    """Return an answer with the question as it was asked."""
    return {"asked": asked, "understood": True, **answered.data}


def unsure_json(asked: str, understood: Asked, near: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return that a question was not understood for sure, with the topics to choose from."""
    offered = [{"topic": name, "title": title} for name, title in near] if understood.near else []
    return {"asked": asked, "understood": False, "kind": understood.kind.value, "near": offered}


_NOW = frozenset({"recommended", "precaution"})
"""Statuses of what is to be done."""


class _Writer:
    """One answer being written."""

    def __init__(self, follow_up: FollowUp, data: Mapping[str, Any], kind: AskKind, found: WhatIf) -> None:
        self.ours, self.data, self.kind, self.found = follow_up, data, kind, found
        self.protocol, self.register = follow_up.protocol, follow_up.register

    def say(self, key: str) -> str:
        return spell(self.protocol.labels, key, self.register)

    def write(self) -> list[Block]:
        data, kind = self.data, self.kind
        asks = self.protocol.asks
        assert asks is not None
        title = f"{data['title'][self.register]}: {asks.titles[kind].in_register(self.register)}"
        case_kind = [] if data["case_kind"] == "clinical" else [self.say(f"kind.{data['case_kind']}")]
        status = " · ".join([*case_kind, data["as_of"].replace("T", " "), data["content_status"]])
        blocks: list[Block] = [Heading(1, title), Paragraph(status, strong=True)]
        level = data["urgency"]
        urgency = f"{self.say('heading.urgency')}: {self.say(f'symbol.{level}')} {self.say(f'urgency.{level}')}"
        blocks += [Paragraph(urgency, strong=True), *self.flags()]
        rules = data["rules"]
        if kind is AskKind.NEXT:
            rules = [each for each in rules if each["status"] in _NOW] or rules
        blocks += [self.rule(each) for each in rules]
        if not rules:
            blocks += self.without_rules()
        blocks += self.more()
        blocks += self.section("heading.references", [self.source(each) for each in data["references"]])
        related = [Item(each["title"][self.register]) for each in data["related"]]
        blocks += [Heading(2, self.ours.text("related")), *related] if related else []
        return [*blocks, Paragraph(data["disclaimer"][self.register])]

    def section(self, heading: str, blocks: list[Block]) -> list[Block]:
        return [Heading(2, self.say(heading) if "." in heading else self.ours.text(heading)), *blocks] if blocks else []

    def flags(self) -> list[Block]:
        """Return the red flags that are present; where nothing else belongs to the topic also those in doubt."""
        found: list[Block] = []
        for each in self.data["red_flags"]:
            if each["state"] == "present" or not self.data["rules"]:
                state = self.say(f"flag.{each['state']}")
                because = self.because(each["because"]) if not self.data["rules"] else []
                found.append(Item(f"{each['title'][self.register]}: {state}", tuple(because)))
        return found

    def without_rules(self) -> list[Block]:
        """Return what there is to say about a topic that has no rules: the urgency, or candidate causes."""
        data = self.data
        if self.kind is AskKind.WHAT_IF or not (data["hypotheses"] or data["red_flags"]):
            return [Item(said) for said in self.ours.what_if.target(self.found, URGENCY)]
        return []

    # --- rules ---

    def rule(self, rule: Mapping[str, Any]) -> Block:
        title = f"{self.say('rule.' + rule['status'])}: {rule['title'][self.register]}"
        if rule["kind"] == "avoid":
            title = (
                f"{self.say('rule.' + rule['status'])}: {self.say('heading.do_not')}: {rule['title'][self.register]}"
            )
        if rule["after_emergency"] and rule["status"] != "not_applicable":
            title += f" ({self.say('heading.after_emergency')})"
        parts: dict[AskKind, tuple[Callable[[Mapping[str, Any]], list[str]], ...]] = {
            AskKind.WHAT: (self.what, self.reasons, self.change),
            AskKind.WHY: (self.reasons, self.what, self.change),
            AskKind.WHY_NOT: (self.reasons, self.what, self.change),
            AskKind.WHAT_IF: (self.everything_tried, self.reasons),
            AskKind.SOURCES: (self.what, self.how_sure),
            AskKind.STRENGTH: (self.how_sure, self.what),
            AskKind.WHEN: (self.when, self.what),
            AskKind.NEXT: (self.when, self.what, self.reasons),
        }
        return Item(title, tuple(line for part in parts[self.kind] for line in part(rule)))

    def what(self, rule: Mapping[str, Any]) -> list[str]:
        return [f"{rule['text'][self.register]}{_cite(rule['references'])}"]

    def because(self, reasons: Iterable[Mapping[str, str]]) -> list[str]:
        """Return the answers behind something. They exist in the clinician's words only."""
        said = [each["wording"] for each in reasons]
        return [f"{self.say('heading.because')}: {' / '.join(said)}"] if said and self.register == "clinician" else []

    def reasons(self, rule: Mapping[str, Any]) -> list[str]:
        """Return why a rule has its status: answers, what fails, guards, what it waits for."""
        found = self.because(rule["because"])
        if rule["why_not"] and self.register == "clinician":
            found.append(f"{self.say('rule.' + rule['status'])}: {rule['why_not']}")
        states = {True: "holds", False: "holds_not", "unknown": "holds_unknown"}
        for guard in rule["guards"]:
            if rule["status"] != "not_applicable":
                state = self.ours.text(states[guard["state"]])
                found.append(f"{self.ours.text('guard')} {guard['title'][self.register]}: {state}")
        if rule["pending_on"]:
            names = [self.protocol.questions[key].named.in_register(self.register) for key in rule["pending_on"]]
            label = "check_first" if rule["status"] in {"recommended", "check_first"} else "open_questions"
            found.append(f"{self.say('heading.' + label)}: {' / '.join(names)}")
        return found

    def how_sure(self, rule: Mapping[str, Any]) -> list[str]:
        said = [rule["strength"], rule["certainty"], rule["applicability"], rule["jurisdiction"]]
        checked = [self.say(f"verification.{rule['verification']}"), rule["review_status"]]
        return [" · ".join(filter(None, said)), " · ".join(filter(None, checked))]

    def when(self, rule: Mapping[str, Any]) -> list[str]:
        if rule["kind"] != "do":
            return []
        return [f"{self.say('verb.' + rule['verb'])} {within_text(rule['within'])}"]

    def change(self, rule: Mapping[str, Any]) -> list[str]:
        """Return the nearest single changes of what stands in the plan, or of what is asked not to stand there."""
        if rule["status"] == "not_applicable" and self.kind is not AskKind.WHY_NOT:
            return []
        said = self.ours.what_if.lines(self.found.found[rule["id"]], FEW)
        return [f"{self.ours.text('would_change')}: {each}" for each in said[:FEW]]

    def everything_tried(self, rule: Mapping[str, Any]) -> list[str]:
        return self.ours.what_if.target(self.found, rule["id"])

    # --- what belongs to the topic besides ---

    def more(self) -> list[Block]:
        data, kind = self.data, self.kind
        found: list[Block] = []
        if kind not in {AskKind.WHEN, AskKind.NEXT, AskKind.WHAT_IF}:
            found += self.section("sides", [self.conflict(each) for each in data["conflicts"]])
            found += self.section("heading.hypotheses", [self.hypothesis(each) for each in data["hypotheses"]])
        net = [Item(f"{e['title'][self.register]}{_cite(e['references'])}", self.items(e)) for e in data["safety_net"]]
        found += self.section("heading.safety_net", list(net))
        if kind not in {AskKind.SOURCES, AskKind.STRENGTH}:
            found += self.section("heading.open_questions", [self.open(each) for each in data["open_questions"]])
        return found

    def items(self, tier: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(each[self.register] for each in tier["items"])

    def conflict(self, conflict: Mapping[str, Any]) -> Block:
        sides = [
            f"{place}) {side['text'][self.register]}{_cite(side['references'])}"
            for place, side in enumerate(conflict["sides"], 1)
        ]
        return Item(conflict["question"][self.register], (*sides, f"→ {conflict['default'][self.register]}"))

    def hypothesis(self, hypothesis: Mapping[str, Any]) -> Block:
        details = [f"+ {clue['text'][self.register]}" for clue in hypothesis["for"]]
        details += [f"− {clue['text'][self.register]}" for clue in hypothesis["against"]]
        details.append(f"? {hypothesis['decided_by'][self.register]}{_cite(hypothesis['references'])}")
        state = self.say(f"hypothesis.{hypothesis['state']}")
        return Item(f"{hypothesis['title'][self.register]}: {state}", tuple(details))

    def open(self, each: Mapping[str, Any]) -> Block:
        symbol = f"{self.say('symbol.emergency')} " if each["emergency"] else ""
        return Item(f"{symbol}{each['wording'][self.register]} ({self.say('status.' + each['status'])})")

    def source(self, each: Mapping[str, Any]) -> Block:
        unverified = self.say("verification.unverified") if each["verified"] in UNVERIFIED else ""
        superseded = each["superseded"] and f"{self.say('heading.superseded')}: {each['superseded']}"
        kind = " · ".join(filter(None, [each["type"], each["jurisdiction"], unverified]))
        identifier = "" if each["identifier"] in each["citation"] else each["identifier"]
        details = tuple(filter(None, [kind, each["verified_note"], superseded]))
        return Source(each["n"], each["citation"], identifier, details)


def _cite(references: Iterable[Mapping[str, Any]]) -> str:
    """Return " [1, p. 3] [4]", or nothing."""
    return "".join(
        f" [{each['n']}, {each['locator']}]" if each["locator"] else f" [{each['n']}]" for each in references
    )
