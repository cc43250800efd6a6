"""Small protocols by chance: every type of question, conditions that read earlier ones, flags, guards and rules.

They keep the laws that ``check`` holds content to: a question reads only earlier ones, and nothing negates in
what raises a red flag.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chatbot.content.build import build_protocol
from chatbot.core.canonical import canonical_json
from chatbot.core.protocol import Protocol
from tests.shipped import small_protocol

BASE: dict[str, Any] = json.loads(small_protocol().canonical)
"""Words, timeline and references are those of the tiny protocol."""

TYPES = ("yes_no", "yes_no", "choice", "choice", "several", "number", "scale", "date", "grid", "instrument")
STAGES = ("context", "safety", "history", "examination")
GRADES = [{"id": "5", "grade": "5"}, {"id": "3", "grade": "3"}, {"id": "0", "grade": "0"}, {"id": "not_tested"}]


def said(text: str) -> dict[str, str]:
    return {"clinician": text, "patient": text}


def instrument(name: str, random: Random) -> dict[str, Any]:
    """Return a questionnaire of three items, each scored 0 to 4."""
    options = [{"id": str(score), "label": said(str(score))} for score in range(5)]
    return {
        **dict.fromkeys(("owner", "licence", "address"), "anybody"),
        **{"instrument": name, "title": said(name), "attribution": said(name), "verified": "seen", "reproduce": True},
        "stem": said("how often"),
        "options": options,
        "items": [{"id": each, "text": said(each)} for each in ("first", "second", "third")],
        "missing": random.choice(("at_least", "incomplete")),
        "bands": [{"id": "low", "title": said("low"), "to": "5"}, {"id": "high", "title": said("high"), "from": "6"}],
    }


@dataclass
class Drawn:
    """A protocol being made up, and what its conditions may read so far."""

    random: Random
    questions: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    instruments: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    # --- conditions ---

    def condition(self, *, negates: bool, depth: int = 2, states: bool = True) -> str:
        """Return a condition over what is there; without *negates* only answers can make it true.

        *states*: tests of state too, which nothing may hang on that raises or clears a red flag.
        """
        kind = self.random.randrange(6) if depth else 0
        if kind == 1 or kind == 2:
            word = self.random.choice(("and", "or"))
            count = self.random.randint(2, 3)
            parts = [self.condition(negates=negates, depth=depth - 1, states=states) for _ in range(count)]
            return f"({f' {word} '.join(parts)})"
        if kind == 3 and negates:
            return f"not ({self.condition(negates=True, depth=depth - 1, states=states)})"
        if kind == 4 and self.findings:
            return self.random.choice(self.findings)
        if kind == 5 and self.groups:
            return self.of_group(self.random.choice(self.groups), negates)
        return self.of_question(self.random.choice(self.questions), negates, states)

    def of_group(self, group: dict[str, Any], negates: bool) -> str:
        name, choice = group["id"], self.random.choice
        op = choice((">=", "<", "==") if negates else (">=", ">"))
        return choice(
            (f"any({name}, place is here)", f"count({name}, place is there) {op} {self.random.randint(0, 2)}")
        )

    def of_question(self, question: dict[str, Any], negates: bool, states: bool = True) -> str:
        name, choice = question["id"], self.random.choice
        if negates and states and self.random.random() < 0.2:
            return f"{name} is {choice(('known', 'unknown', 'declined', 'asked', 'not_asked', 'cannot_apply'))}"
        ids = [option["id"] for option in question.get("options", ())]
        number = self.random.randint(1, 9)
        match question["type"]:
            case "yes_no":
                return f"{name} is {choice(('yes', 'no', 'not yes')) if negates else 'yes'}"
            case "choice":
                two = ", ".join(sorted(self.random.sample(ids, 2)))
                return choice((f"{name} is {choice(ids)}", f"{name} in {{{two}}}"))
            case "several":
                two = ", ".join(sorted(self.random.sample(ids, 2)))
                return choice((f"{name} includes {choice(ids)}", f"{name} includes {choice(('any', 'all'))} {{{two}}}"))
            case "date":
                unit = choice(("hours", "days", "weeks", "months"))
                return f"{unit}_since({name}) {choice(('<=', '>', '>=', '<'))} {number * choice((1, 6))}"
            case "grid":
                return choice(
                    (
                        f"any({name}, grade <= 3)",
                        f"count({name}, grade <= 3) >= 2",
                        f"any({name}, row is up and cell is 0)",
                        f"all({name}, grade >= 3 and column is left)",
                    )
                    if negates
                    else (f"any({name}, grade <= 3)", f"count({name}, grade <= 3) >= 2", f"any({name}, cell is 0)")
                )
            case "instrument":
                return choice((f"{name}.score >= {number}", f"{name}.first >= 2", f"{name}.high"))
            case _:
                limit = min(number, int(question.get("range", {}).get("max", 10)))
                return f"{name} {choice(('>=', '<=', '>', '<'))} {limit}"

    # --- parts ---

    def question(self, name: str, type_: str | None = None) -> dict[str, Any]:
        random = self.random
        type_ = type_ or random.choice(TYPES)
        entry: dict[str, Any] = {"id": name, "type": type_, "ask": said(f"{name}?"), "why": said("why")}
        if type_ in {"choice", "several"}:
            entry["options"] = [{"id": each, "label": said(each)} for each in ("a", "b", "c")]
        if type_ == "several":
            entry["options"].append({"id": "none", "label": said("none"), "exclusive": True})
        if type_ == "number":
            entry["range"] = {"min": "0", "max": "10"}
        if type_ == "instrument":
            entry["instrument"] = f"i_{name}"
            self.instruments[f"i_{name}"] = instrument(f"i_{name}", random)
        if type_ == "grid":
            entry["options"] = [{**each, "label": said(each["id"])} for each in GRADES]
            entry["rows"] = [{"id": each, "label": said(each)} for each in ("up", "down")]
            entry["columns"] = [{"id": each, "label": said(each)} for each in ("left", "right")]
            entry["normal"] = "5"
        if random.random() < 0.3:
            entry["valid_for"] = random.choice(("PT12H", "P30D"))
        if self.questions and random.random() < 0.4:
            entry["when"] = self.condition(negates=True, states=False)
        if self.questions and random.random() < 0.2:
            substitute = random.choice(self.questions)["id"]
            entry["cannot_apply"] = [{"id": "absent", "label": said("absent"), "substitute": [substitute]}]
        if random.random() < 0.15:
            entry["private"] = True
        return entry

    def section(self, stage: str, index: int) -> dict[str, Any]:
        entries = []
        for place in range(self.random.randint(1, 3)):
            entry = self.question(f"q{index}{place}")
            entries.append(entry)
            self.questions.append(entry)
        if stage == "history" and self.random.random() < 0.4:
            count = self.question("visits_count", "number")
            count = {key: count[key] for key in ("id", "type", "ask", "why")} | {"range": {"min": "0", "max": "2"}}
            place = {"id": "place", "type": "choice", "ask": said("Visit {n}: where?"), "why": said("why")}
            place["options"] = [{"id": each, "label": said(each)} for each in ("here", "there")]
            day = {"id": "day", "type": "date", "ask": said("Visit {n}: when?"), "why": said("why")}
            day["when"] = "place is there"
            group = {"id": "visits", "type": "group", "title": said("Visit"), "count": "visits_count", "most": 2}
            group["fields"] = [place, day]
            entries += [count, group]
            self.questions.append(count)
            self.groups.append(group)
        return {"id": stage, "title": said(stage), "stage": stage, "questions": entries}

    def red_flag(self, name: str) -> dict[str, Any]:
        random = self.random
        urgency = random.choice(("emergency", "same_day", "urgent"))
        flag = {"id": name, "title": said(name), "urgency": urgency, "when": self.condition(negates=False)}
        if random.random() < 0.4:
            flag["unless"] = self.condition(negates=True, states=False)
        below = {"emergency": ("emergency", "same_day", "none"), "same_day": ("same_day", "urgent", "none")}
        if random.random() < 0.5 and urgency in below:
            flag["if_unknown"] = random.choice(below[urgency])
        return flag | {"cites": [{"reference": "MANUAL"}]}

    def rule(self, name: str, category: str, answers: str | None, guards: list[str]) -> dict[str, Any]:
        rule = dict(next(each for each in BASE["rules"] if each["category"] == "drug")) | {"id": name}
        rule |= {"category": category, "kind": self.random.choice(("do", "avoid", "note")), "guards": []}
        for key in ("always", "when", "answers"):
            rule.pop(key, None)
        if answers is not None:
            rule |= {"answers": answers, "kind": "do"}
        if answers is None or self.random.random() < 0.3:
            rule["when"] = self.condition(negates=True)
        for guard in self.random.sample(guards, self.random.randint(0, len(guards))):
            rule["guards"].append({"guard": guard, "instead": said(f"instead of {name}")})
        return rule


def drawn_bundle(random: Random) -> dict[str, Any]:
    """Return the bundle of a protocol made up by chance."""
    made = Drawn(random)
    sections = [made.section(stage, index) for index, stage in enumerate(STAGES)]
    findings = {}
    for index in range(random.randint(0, 3)):
        # Findings that red flags may read must not negate; all of them keep to that.
        findings[f"f{index}"] = {"title": said(f"f{index}"), "when": made.condition(negates=False)}
        made.findings.append(f"f{index}")
    flags = [made.red_flag(f"flag{index}") for index in range(random.randint(1, 4))]
    guards = {f"g{index}": {"title": said("g"), "when": made.condition(negates=True)} for index in range(2)}
    rules = [made.rule(f"answer_{flag['id']}", "safety", flag["id"], list(guards)) for flag in flags]
    rules += [
        made.rule(f"r{index}", random.choice(("drug", "referral", "safety")), None, list(guards))
        for index in range(random.randint(1, 4))
    ]
    some = made.questions[0]
    return BASE | {
        "id": "drawn",
        "sections": sections,
        "instruments": made.instruments,
        "findings": findings,
        "guards": guards,
        "red_flags": flags,
        "rules": rules,
        "scope": BASE["scope"]
        | {
            "when": made.of_question(some, negates=False)
            if random.random() < 0.3
            else f"{some['id']} is known or {some['id']} is not known"
        },
        "hypotheses": [
            {
                "id": "h",
                "title": said("h"),
                "for": [{"text": said("for"), "when": made.condition(negates=True)}],
                "against": [{"text": said("against"), "when": made.condition(negates=True)}],
                "decided_by": said("a test"),
            }
        ],
        "conflicts": [],
        "handover": [{"id": "situation", "title": said("situation"), "questions": [some["id"]]}],
    }


def drawn_protocol(random: Random) -> Protocol:
    """Return a protocol made up by chance."""
    bundle = drawn_bundle(random)
    canonical = canonical_json(bundle)
    return build_protocol(bundle, canonical, hashlib.sha256(canonical.encode()).hexdigest())
