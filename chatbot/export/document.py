"""The plan as a sequence of headings, paragraphs and items, in one register: what every written form of it says.

All words come from the plan and from the labels of its protocol. Nothing here is escaped: each format does
that in its own way. After-emergency lines stand under their own heading and nowhere else; reassuring
sentences are taken from ``plan["reassurance"]`` alone.
One writer of one document, so it stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chatbot.core.case import Decision, LeftOpen, RuleOutcome
from chatbot.core.changes import Story
from chatbot.core.lineage import Place
from chatbot.core.plan import plan_digest
from chatbot.core.present import within_text
from chatbot.core.protocol import UNVERIFIED, Wording
from chatbot.core.refusal import refusal_details
from chatbot.core.signing import reason_text
from chatbot.core.summary import hanging, incomplete_text
from chatbot.core.telling import outcome_text, place_line, story_told, word
from chatbot.core.values import parse_duration
from chatbot.export.merged import merged

HELD_BACK = ("check_first", "withheld", "pending")
"""Statuses of lines that are not to be acted on yet, in the order they are printed."""

KINDS = ("do", "avoid", "note")
"""The order of lines that are due at the same time."""


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    """1 for the title, 2 for sections, 3 inside them."""
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    strong: bool = False
    neutral: bool = False
    """A private answer may change this line, or whether it stands here, for an audience that may not know it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list with what belongs to it."""

    text: str
    details: tuple[str, ...] = ()
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the reference list."""

    n: int
    citation: str
    identifier: str
    details: tuple[str, ...]
    neutral: bool = False


Block = Heading | Paragraph | Item | Source


def with_head(plan: Mapping[str, Any], head_code: str, records: int) -> dict[str, Any]:
    """Return a plan that says where the transcript behind it stood, outside its digest.

    A plan that keeps private answers back names no number of records: how many there are may hang on one.
    """
    withheld = "neutral" in plan
    kept = {"head_code": head_code.partition("-")[2]} if withheld else {"head_code": head_code, "records": records}
    return {**plan, "produced_by": {**plan["produced_by"], "transcript": kept}}


def head_line(kept: Mapping[str, Any]) -> str:
    """Spell where a transcript stood, for the foot of a page."""
    counted = f" · {kept['records']} records" if "records" in kept else ""
    return f"transcript head {kept['head_code']}{counted}"


def is_neutral(block: Block) -> bool:
    """Whether a private answer may change a block, or whether it stands, for an audience that may not know it."""
    return not isinstance(block, Heading) and block.neutral


def plan_blocks(
    plan: Mapping[str, Any],
    labels: Mapping[str, Wording],
    *,
    register: str = "clinician",
    all_rules: bool = False,
    case: str = "",
    decisions: Mapping[str, Decision] | None = None,
    head: Sequence[str] = (),
    story: Story | None = None,
    left_open: Mapping[str, LeftOpen] | None = None,
) -> list[Block]:
    """Return the whole plan in reading order. *left_open*: why it was signed with safety questions not settled.

    *story* says where the case stands among its relatives and what differs from those before it.
    *case* names the case (label, code) where the caller knows it; *decisions* are what the clinician made of
    the recommendations; *head* are lines the caller wants to stand under the title. Rules that do not apply are
    left out unless *all_rules* is set.
    """
    return _Writer(plan, labels, register, decisions or {}, left_open or {}).write(all_rules, case, head, story)


def rule_blocks(
    plan: Mapping[str, Any],
    labels: Mapping[str, Wording],
    rule: str,
    *,
    register: str = "clinician",
    decisions: Mapping[str, Decision] | None = None,
) -> list[Block]:
    """Return one recommendation with its reasons, and the references it cites; nothing for one the plan has not."""
    writer = _Writer(plan, labels, register, decisions or {}, {})
    found = [writer.rule(each) for each in plan["recommendations"] if each["id"] == rule]
    return [*found, *writer.sources()] if found else []


def spell(labels: Mapping[str, Wording], key: str, register: str) -> str:
    """Return a label; the last part of its key where the content has none (a bundle older than the label)."""
    wording = labels.get(key)
    return key.rpartition(".")[2].replace("_", " ") if wording is None else wording.in_register(register)


class _Writer:
    """One plan being written in one register."""

    def __init__(
        self,
        plan: Mapping[str, Any],
        labels: Mapping[str, Wording],
        register: str,
        decisions: Mapping[str, Decision],
        left_open: Mapping[str, LeftOpen],
    ) -> None:
        self.plan, self.labels, self.register, self.decisions = plan, labels, register, decisions
        self.left_open = left_open
        self.rules: list[dict[str, Any]] = merged(plan["recommendations"], register, self.decisions)
        self.questions = {each["question"]: each["wording"][register] for each in plan["unresolved"]}
        self.cited: set[int] = set()
        self.withheld = "neutral" in plan
        """Whether the plan is for an audience that may not know private answers."""
        self.blocks: list[Block] = []

    def write(self, all_rules: bool, case: str, head: Sequence[str], story: Story | None) -> list[Block]:
        self.head(case, head, story)
        self.further_steps()
        self.story(story)
        self.red_flags()
        self.section("heading.reassurance", (Paragraph(each[self.register]) for each in self.plan["reassurance"]))
        self.recommendations()
        self.held_back()
        self.section("heading.after_emergency", map(self.rule, self.after_emergency()))
        self.section("heading.conflicts", map(self.conflict, self.plan["conflicts"]))
        self.section("heading.instruments", map(self.instrument, self.plan.get("instruments", ())))
        self.section("heading.numbers", map(self.number, self.plan.get("numbers", ())))
        if self.plan["scope"] != "out":
            self.section("heading.hypotheses", map(self.hypothesis, self.plan["hypotheses"]))
        self.section("heading.timeline", map(self.period, self.plan["timeline"]))
        self.section("heading.safety_net", map(self.tier, self.plan["safety_net"]))
        self.section("heading.open_questions", map(self.open_question, self.plan["unresolved"]))
        self.handover()
        if all_rules:
            left_out = [each for each in self.rules if each["status"] == "not_applicable"]
            self.section("heading.considered", map(self.rule, left_out))
        sources = list(self.sources())
        if self.withheld and not sources:
            self.blocks.append(Heading(2, self.say("heading.references")))
        self.section("heading.references", sources)
        self.versions()
        if self.plan["kind"] != "clinical":
            # Said at the top as well: a page that is torn off must still say what it is.
            self.blocks.append(Paragraph(" · ".join(filter(None, [self.kind, case])), strong=True))
        return self.blocks

    # --- small words ---

    def say(self, key: str) -> str:
        return spell(self.labels, key, self.register)

    def section(self, heading: str, blocks: Iterable[Block | None], level: int = 2) -> None:
        """Add a heading with what stands under it; nothing at all when nothing does."""
        found = [block for block in blocks if block is not None]
        if found:
            self.blocks.append(Heading(level, self.say(heading) if "." in heading else heading))
            self.blocks += found

    def cite(self, references: Iterable[Mapping[str, Any]]) -> str:
        """Return " [1, p. 3] [4]", or nothing."""
        said = ""
        for each in references:
            self.cited.add(each["n"])
            said += f" [{each['n']}, {each['locator']}]" if each["locator"] else f" [{each['n']}]"
        return said

    def wordings(self, questions: Iterable[str]) -> str:
        return " / ".join(self.questions.get(key, key) for key in questions)

    @property
    def for_clinician(self) -> bool:
        return self.register == "clinician"

    @property
    def kind(self) -> str:
        """What kind of case it is, in words."""
        return self.say(f"kind.{self.plan['kind']}")

    # --- the head ---

    def head(self, case: str, head: Sequence[str], story: Story | None) -> None:
        plan = self.plan
        kind = "" if plan["kind"] == "clinical" else self.kind
        where = [case, kind, plan["as_of"].replace("T", " "), self.say(f"phase.{plan['phase']}")]
        level = plan["urgency"]
        urgency = f"{self.say(f'symbol.{level}')} {self.say(f'urgency.{level}')}"
        self.blocks += [
            Heading(1, plan["title"][self.register]),
            Paragraph(" · ".join(filter(None, where)), strong=bool(kind)),
            *(Paragraph(line, strong=True) for line in head),
            *self.place(story),
            *self.incomplete(),
            *self.region(),
            Paragraph(f"{self.say('heading.urgency')}: {urgency}", strong=True, neutral=self.withheld),
            Paragraph(
                self.say(f"urgency_text.{level}").replace("{open}", hanging(plan["unresolved"])), neutral=self.withheld
            ),
            Paragraph(f"{plan['content_status']} · {plan['last_updated']}", strong=True),
            *self.review(),
            Paragraph(f"{self.say('heading.intended_use')}: {plan['intended_use'][self.register]}"),
            Paragraph(f"{self.say('heading.disclaimer')}: {plan['disclaimer'][self.register]}"),
        ]
        if plan["scope"] != "in":
            self.section("heading.outside_scope", [Paragraph(self.say(f"scope.{plan['scope']}"), strong=True)])

    def region(self) -> list[Block]:
        """Write which region the plan is for, where the content knows a difference."""
        region = self.plan.get("region")
        return [] if region is None else [Paragraph(f"{self.say('region.title')}: {region['title'][self.register]}")]

    def review(self) -> list[Block]:
        """Write what must be known of the content itself: what was withdrawn, and reviews past their date."""
        said = [each["text"][self.register] for each in self.plan.get("withdrawn", ())]
        if late := self.plan.get("review_overdue"):
            said.append(late["text"][self.register])
        return [Paragraph(f"! {each}", strong=True) for each in said]

    def withdrawn(self, rule: str) -> list[str]:
        """Return what is said at the line of a rule that was withdrawn."""
        return [each["text"][self.register] for each in self.plan.get("withdrawn", ()) if each["rule"] == rule]

    def further_steps(self) -> None:
        """Write what rests on private answers in neutral words, for an audience that may not know more.

        The heading and its introduction always stand, so that they do not tell whether anything follows.
        """
        if not self.withheld:
            return
        self.blocks += [
            Heading(2, self.say("audience.further_steps")),
            Paragraph(self.say("audience.withheld")),
        ]
        for flag in self.plan["neutral"]["flags"]:
            tell = () if flag["tell"] is None else (flag["tell"][self.register],)
            urgency = self.say(f"urgency.{flag['urgency']}")
            state = self.say(f"flag.{flag['state']}")
            text = f"{flag['title'][self.register]}: {urgency} ({state})"
            self.blocks.append(Item(text, tell, neutral=True))
        self.blocks += map(self.step, self.plan["neutral"]["steps"])

    def step(self, step: Mapping[str, Any]) -> Block:
        known = set(self.cited)
        details = [f"{step['text'][self.register]}{self.cite(step['references'])}"]
        # What a neutral line cites does not bring a reference into the list as if everybody's lines cited it.
        self.cited = known
        if step["kind"] == "do":
            details.append(f"{self.say('verb.' + step['verb'])} {within_text(step['within'])}")
        if step["reasons"]:
            label = self.say("rule.withheld" if step["status"] == "withheld" else "heading.check_first")
            details.append(f"{label}: {'; '.join(reason[self.register] for reason in step['reasons'])}")
        if step["after_emergency"]:
            details.append(self.say("heading.after_emergency"))
        return Item(self.marked(step), tuple(details), neutral=True)

    def place(self, story: Story | None) -> list[Block]:
        """Write which visit and version this is, and how much of it is not confirmed."""
        descent = self.plan.get("lineage", {})
        alone = Place(version=descent.get("version", 1), of=descent.get("version", 1))
        alone = replace(alone, visit=descent.get("visit", 1), visits=descent.get("visit", 1))
        said = [place_line(alone if story is None else story.place, self.labels, self.register)]
        if waiting := descent.get("to_confirm"):
            said.append(word(self.labels, "to_confirm", self.register, n=len(waiting)))
        return [Paragraph(each, strong=True) for each in said if each]

    def story(self, story: Story | None) -> None:
        """Write what differs from the version before and the visit before; what became of the earlier plan at least.

        What differs may tell of private answers: an audience that may not know them reads only where the case stands.
        """
        if self.withheld:
            return
        parts = [] if story is None else story_told(story, self.labels, self.register)
        for part in parts:
            self.blocks.append(Heading(3 if part.lines else 2, part.heading))
            self.blocks += [Item(each) for each in part.lines]
        self.blocks += [Paragraph(each) for each in (() if story is None else story.problems)]
        self.blocks += [Paragraph(each) for each in (() if story is None else story.place.problems)]
        outcomes = self.plan.get("lineage", {}).get("outcomes", ())
        if outcomes and not any(version == 0 for version, _ in (() if story is None else story.parts)):
            self.section(word(self.labels, "outcomes", self.register), map(self.outcome, outcomes))

    def outcome(self, made: Mapping[str, Any]) -> Block:
        title = made["rule"] if made["title"] is None else made["title"][self.register]
        became = RuleOutcome(made["outcome"], made["text"], made["on"])
        return Item(f"{title}: {outcome_text(self.labels, became, self.register)}")

    def incomplete(self) -> list[Block]:
        """Mark a plan that was made before everything was asked."""
        said = incomplete_text(self.plan, self.labels, self.register)
        return [Paragraph(f"{self.say('heading.incomplete').upper()}: {said}", strong=True)] if said else []

    def red_flags(self) -> None:
        flags = self.plan["red_flags"]
        present = [self.flag(each) for each in flags if each["state"] == "present"]
        doubtful = [self.flag(each) for each in flags if each["state"] == "cannot_exclude"]
        self.section("heading.red_flags", present)
        self.section("heading.cannot_exclude", doubtful)

    def flag(self, flag: Mapping[str, Any]) -> Block:
        urgency = "" if flag["urgency"] is None else f": {self.say('urgency.' + flag['urgency'])}"
        details = []
        if flag["state"] == "cannot_exclude":
            settling = [each["question"] for each in self.plan["unresolved"] if flag["id"] in each["flags"]]
            if settling:
                details.append(f"{self.say('heading.open_questions')}: {self.wordings(settling)}")
        return Item(f"{flag['title'][self.register]}{urgency}", (*details, *self.because(flag["because"])))

    # --- recommendations ---

    def recommendations(self) -> None:
        """Write what to do and not to do, by when: now first, then the periods of the timeline."""
        shown = [each for each in self.rules if each["status"] in {"recommended", "precaution"}]
        shown.sort(key=lambda each: KINDS.index(each["kind"]))
        groups: dict[str, list[Block]] = {}
        for each in (each for each in shown if not each["after_emergency"]):
            groups.setdefault(self.group(each["within"]), []).append(self.rule(each))
        if groups:
            self.blocks.append(Heading(2, self.say("heading.plan")))
        periods = [period["label"][self.register] for period in self.plan["timeline"]]
        for name in dict.fromkeys([self.say("heading.now"), *periods, self.say("heading.plan")]):
            if name in groups:
                self.blocks += [Heading(3, name), *groups[name]]

    def group(self, within: str) -> str:
        limit = parse_duration(within)
        if not limit:
            return self.say("heading.now")
        timeline = self.plan["timeline"]
        for period in timeline:
            if limit.days <= period["to_day"] or period is timeline[-1]:
                return str(period["label"][self.register])
        return self.say("heading.plan")

    def held_back(self) -> None:
        held = [each for each in self.rules if each["status"] in HELD_BACK and not each["after_emergency"]]
        held.sort(key=lambda each: HELD_BACK.index(each["status"]))
        self.section("heading.held_back", map(self.rule, held))

    def after_emergency(self) -> list[dict[str, Any]]:
        return [each for each in self.rules if each["after_emergency"] and each["status"] != "not_applicable"]

    def rule(self, rule: Mapping[str, Any]) -> Block:
        details = [f"{rule['text'][self.register]}{self.cite(rule['references'])}", self.when_and_how_sure(rule)]
        details[:0] = [f"! {said}" for said in self.withdrawn(rule["id"])]
        details += self.because(rule["because"])
        if self.for_clinician and rule["why_not"]:
            details.append(f"{self.say('rule.' + rule['status'])}: {rule['why_not']}")
        if rule["pending_on"]:
            ready = rule["status"] in {"recommended", "check_first"}
            label = self.say("heading.check_first" if ready else "heading.open_questions")
            details.append(f"{label}: {self.wordings(rule['pending_on'])}")
        conflicts = [each for each in self.plan["conflicts"] if each["id"] in rule["conflicts"]]
        details += [f"{self.say('heading.conflicts')}: {each['question'][self.register]}" for each in conflicts]
        details += self.decision(rule["id"])
        if "refusal" in rule:
            details += refusal_details(self.labels, rule["refusal"], self.register)
        return Item(self.marked(rule), tuple(filter(None, details)))

    def marked(self, rule: Mapping[str, Any]) -> str:
        """Return the title of a rule with its status where that is not "recommended", and "do not" where it is so."""
        marks = [self.say(f"rule.{rule['status']}")] if rule["status"] != "recommended" else []
        if rule["kind"] == "avoid":
            marks.append(self.say("heading.do_not"))
        return ": ".join([*marks, rule["title"][self.register]])

    def when_and_how_sure(self, rule: Mapping[str, Any]) -> str:
        """Return when it is due and, for a clinician, what its source says of it."""
        said = []
        if rule["kind"] == "do" and rule["status"] != "not_applicable":
            said.append(f"{self.say('verb.' + rule['verb'])} {within_text(rule['within'])}")
        if self.for_clinician:
            said += [self.say(f"category.{rule['category']}"), rule["strength"], rule["certainty"]]
            said += [rule["applicability"], rule["jurisdiction"]]
        if rule["verification"] != "verified":
            said.append(self.say(f"verification.{rule['verification']}"))
        return " · ".join(filter(None, said))

    def because(self, reasons: Iterable[Mapping[str, str]]) -> list[str]:
        """Return the answers behind something. They exist in the clinician's words only."""
        said = [f"{each['wording']} ({self.say('source.' + each['source'])})" for each in reasons]
        return [f"{self.say('heading.because')}: {' / '.join(said)}"] if said and self.for_clinician else []

    def decision(self, rule: str) -> list[str]:
        made = self.decisions.get(rule)
        if made is None:
            return []
        said = [self.say(f"decision.{made.decision}")]
        if made.code is not None:
            said.append(self.say(f"decision_reason.{made.code}"))
        return [": ".join([*said, made.comment] if made.comment else said)]

    # --- what stands behind it, and what comes after ---

    def conflict(self, conflict: Mapping[str, Any]) -> Block:
        sides = [
            f"{place}) {side['text'][self.register]}{self.cite(side['references'])}"
            for place, side in enumerate(conflict["sides"], 1)
        ]
        return Item(conflict["question"][self.register], (*sides, f"→ {conflict['default'][self.register]}"))

    def number(self, number: Mapping[str, Any]) -> Block:
        """Write "creatinine clearance 48.2 mL/min", "daily dose at least 60 mg", or that it is unknown."""
        unit = f" {number['unit']}" if number["unit"] else ""
        if number["value"] is not None:
            said = f"{number['value']}{unit}"
        elif number["at_least"] is not None:
            said = f"{self.say('heading.at_least')} {number['at_least']}{unit}"
        else:
            said = self.say("status.unknown")
        title = f"{number['title'][self.register]} {said}{self.cite(number['references'])}"
        return Item(title, tuple(self.because(number["because"])))

    def instrument(self, found: Mapping[str, Any]) -> Block:
        """Write "Sleep scale: 14 (0 to 21), poor", what is missing, and whose it is."""
        if found["score"] is not None:
            said = found["score"]
        elif found["at_least"] is not None:
            said = f"{self.say('heading.at_least')} {found['at_least']}"
        else:
            said = self.say("status.unknown")
        band = "" if found["band"] is None else f", {found['band']['title'][self.register]}"
        low, high = found["range"]
        said = f"{found['title'][self.register]}: {said} ({low}–{high}){band}{self.cite(found['references'])}"
        details = []
        if found["missing"]:
            details.append(f"{self.say('instrument.missing')}: {found['missing']}")
        if found["estimate"] is not None:
            details.append(f"{self.say('instrument.estimate')}: {found['estimate']}")
        details.append(f"{found['attribution'][self.register]} ({found['licence']})")
        return Item(said, tuple(details))

    def hypothesis(self, hypothesis: Mapping[str, Any]) -> Block:
        details = [f"+ {clue['text'][self.register]}" for clue in hypothesis["for"]]
        details += [f"− {clue['text'][self.register]}" for clue in hypothesis["against"]]
        details.append(f"? {hypothesis['decided_by'][self.register]}{self.cite(hypothesis['references'])}")
        state = self.say(f"hypothesis.{hypothesis['state']}")
        return Item(f"{hypothesis['title'][self.register]}: {state}", tuple(details))

    def period(self, period: Mapping[str, Any]) -> Block | None:
        rules = {each["id"]: each for each in self.rules if not each["after_emergency"]}
        items = [self.marked(rules[each["rule"]]) for each in period["items"] if each["rule"] in rules]
        dates = f"{period['from_date']} – {period['to_date']}"
        return Item(f"{period['label'][self.register]} ({dates})", tuple(items)) if items else None

    def tier(self, tier: Mapping[str, Any]) -> Block:
        items = tuple(each[self.register] for each in tier["items"])
        return Item(f"{tier['title'][self.register]}{self.cite(tier['references'])}", items)

    def open_question(self, each: Mapping[str, Any]) -> Block:
        symbol = f"{self.say('symbol.emergency')} " if each["emergency"] else ""
        reason = self.left_open.get(each["question"])
        why = () if reason is None else (reason_text(self.labels, reason, self.register),)
        return Item(f"{symbol}{each['wording'][self.register]} ({self.say('status.' + each['status'])})", why)

    def handover(self) -> None:
        parts = [part for part in self.plan["handover"] if part["lines"]]
        if parts:
            self.blocks.append(Heading(2, self.say("heading.handover")))
        for part in parts:
            self.blocks.append(Heading(3, part["title"][self.register]))
            self.blocks += [Item(line[self.register], neutral=bool(line.get("neutral"))) for line in part["lines"]]

    # --- references and versions ---

    def sources(self) -> Iterable[Block]:
        quietly = {
            each["n"] for step in self.plan.get("neutral", {}).get("steps", ()) for each in step["references"]
        } - self.cited
        for each in self.plan["references"]:
            if each["n"] in self.cited or each["n"] in quietly:
                unverified = self.say("verification.unverified") if each["verified"] in UNVERIFIED else ""
                superseded = each["superseded"] and f"{self.say('heading.superseded')}: {each['superseded']}"
                kind = " · ".join(filter(None, [each["type"], each["jurisdiction"], unverified]))
                details = tuple(filter(None, [kind, each["verified_note"], superseded]))
                identifier = "" if each["identifier"] in each["citation"] else each["identifier"]
                yield Source(each["n"], each["citation"], identifier, details, neutral=each["n"] in quietly)

    def proof(self) -> list[Paragraph]:
        """Return what is proved of the content, where that is so."""
        proof = self.plan["produced_by"].get("certificate")
        if proof is None:
            return []
        return [Paragraph(f"certificate {proof['statements']} · {proof['solver']} · sha256 {proof['digest']}")]

    def transcript(self) -> list[Paragraph]:
        """Return the head code of the case, which anchors its transcript to this page; none where nothing is kept."""
        kept = self.plan["produced_by"].get("transcript")
        return [] if kept is None else [Paragraph(head_line(kept), neutral=self.withheld)]

    def versions(self) -> None:
        plan, made = self.plan, self.plan["produced_by"]
        if plan["ignored"]:
            self.blocks.append(Paragraph(f"{self.say('status.not_applicable')}: {', '.join(plan['ignored'])}"))
        self.blocks += [
            Paragraph(
                f"{made['software']} {made['version']} · {plan['schema']} · sha256 {plan_digest(dict(plan))}",
                neutral=self.withheld,
            ),
            *self.transcript(),
            *self.proof(),
            Paragraph(f"{plan['protocol']['id']} {plan['protocol']['version']} · sha256 {plan['protocol']['digest']}"),
        ]
