"""The plan as lines: grouped by when, each line short; an opened line says why, why not, and how sure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chatbot.core.case import Decision
from chatbot.core.present import within_text
from chatbot.core.protocol import UNVERIFIED, RuleKind
from chatbot.core.refusal import refusal_details, refused_text
from chatbot.core.summary import hanging, incomplete_text
from chatbot.tui.lines import Line, Seg, hang, line, packed, rule, spread, wrapped
from chatbot.tui.safe import cells
from chatbot.tui.words import Words, day_words, sentence

Item = dict[str, Any]

MARK = {
    "recommended": ("✓", "good"),
    "precaution": ("!", "warn"),
    "check_first": ("?", "warn"),
    "withheld": ("–", "alarm"),
    "pending": ("…", "quiet"),
    "not_applicable": ("·", "quiet"),
}
"""Sign and role of each status of a rule; its word stands beside it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the plan under one heading."""

    title: str
    items: list[Item]
    also: str = ""
    """What else belongs to it and stands in the next group."""


@dataclass(slots=True)
class PlanLines:
    """The drawn plan, and which rows belong to which rule."""

    rows: list[Line] = field(default_factory=list)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)


KINDS = tuple(RuleKind)
"""The order of lines that are due at the same time: what to do comes before what not to do."""

SIDES = "ABCDEFGH"
"""How the sides of a conflict are told apart."""

ALL_NAMED = 3
"""So many flags that cannot be excluded, or precautions for today, are named above or among what is to be done; of more
only the number stands there, so that what to do today is seen at a glance."""


def groups(plan: Item, words: Words, all_rules: bool) -> list[Group]:
    """Group the rules: what is to be done by when, then what is held back. Each rule once."""
    rules = {each["id"]: each for each in plan["recommendations"]}
    asked = [each for each in plan["recommendations"] if each["status"] in {"recommended", "precaution"}]
    now = {each["id"] for each in asked if not each["after_emergency"]}
    found: list[Group] = []
    for period in plan["timeline"]:
        items = [rules[each["rule"]] for each in period["items"] if each["rule"] in now]
        found += _period(words.pick(period["label"]), sorted(items, key=lambda each: KINDS.index(each["kind"])), words)
    timed = {each["id"] for group in found for each in group.items}
    found.append(Group("also", [each for each in asked if each["id"] in now - timed]))
    after = [each for each in asked if each["after_emergency"]]
    found.append(Group(words.heading("after_emergency"), after))
    held = [each for each in plan["recommendations"] if each["status"] in {"check_first", "withheld"}]
    found.append(Group(words.heading("held_back"), held))
    if all_rules:
        for status in ("pending", "not_applicable"):
            rest = [each for each in plan["recommendations"] if each["status"] == status]
            found.append(Group(f"{words.heading('all_rules')}: {words.label(f'rule.{status}')}", rest))
    return [group for group in found if group.items or group.also]


def _period(title: str, items: list[Item], words: Words) -> list[Group]:
    """Return what is due in one stretch of time; many precautions make a group of their own behind it."""
    precautions = [each for each in items if each["status"] == "precaution"]
    if len(precautions) <= ALL_NAMED:
        return [Group(title, items)]
    label = words.label("rule.precaution")
    certain = [each for each in items if each["status"] != "precaution"]
    return [Group(title, certain, f"{label}: {len(precautions)}, named below"), Group(f"{title}: {label}", precautions)]


def top(plan: Item, words: Words, width: int) -> list[Line]:
    """Draw what always stands over the plan: urgency and day."""
    level = plan["urgency"]
    urgency = f"{words.label(f'symbol.{level}')} {words.label(f'urgency.{level}')}"
    left = line(Seg(words.heading("plan").upper(), "strong"), Seg("   "), Seg(urgency, "strong"))
    return spread(left, line(Seg(day_words(plan["as_of"]))), width)


def terms(plan: Item, words: Words, width: int, *, issued: bool) -> list[Line]:
    """Draw what the reader must know before the lines: how sure the urgency is, and what the plan is not."""
    level = plan["urgency"]
    asked = words.label(f"urgency_text.{level}").replace("{open}", hanging(plan["unresolved"]))
    rows = wrapped(sentence(asked), width)
    if "region" in plan:
        rows += wrapped(f"{words.label('region.title')}: {words.pick(plan['region']['title'])}", width)
    if plan["scope"] == "out":
        rows += wrapped(sentence(words.heading("outside_scope")), width, "warn")
    if not issued:
        rows += wrapped("Preview: this plan is not issued.", width, "warn")
    if incomplete := incomplete_text(plan, words.protocol.labels, words.register):
        rows += wrapped(f"{words.heading('incomplete').upper()}: {incomplete}", width, "warn")
    for said in plan.get("withdrawn", ()):
        rows += hang(Seg("! ", "alarm"), words.pick(said["text"]), width, "alarm")
    if late := plan.get("review_overdue"):
        rows += hang(Seg("! ", "warn"), words.pick(late["text"]), width, "warn")
    return rows + wrapped(f"{sentence(plan['content_status'])}. Not a medical device.", width, "warn")


def draw(
    plan: Item,
    words: Words,
    width: int,
    *,
    caret: str,
    opened: frozenset[str],
    decisions: Mapping[str, Decision],
    all_rules: bool,
    would_change: Callable[[str], Sequence[str]] = lambda _: (),
) -> PlanLines:
    """Draw the body of the plan. *would_change* says, for an opened rule, which other answers would change it."""
    drawn = PlanLines()
    context = _Context(plan, words, width, would_change)
    drawn.rows += _standing_flags(plan, words, width)
    for group in groups(plan, words, all_rules):
        drawn.rows += [rule(width, sentence(group.title))]
        if group.also:
            drawn.rows += hang(line(Seg("  "), Seg("! ", "warn")), group.also, width, "warn")
        for item in group.items:
            first = len(drawn.rows)
            drawn.rows += context.short(item, item["id"] == caret, item["id"] in opened, decisions)
            if item["id"] in opened:
                drawn.rows += context.details(item, decisions)
            drawn.spans[item["id"]] = (first, len(drawn.rows) - 1)
    drawn.rows += _rest(plan, words, width)
    return drawn


def _standing_flags(plan: Item, words: Words, width: int) -> list[Line]:
    """Name the red flags that stand, as many as leave room for what is to be done; those of the urgency come first."""
    rows: list[Line] = []
    for state, (sign, role) in FLAG_SIGNS.items():
        raised = _raised(plan, state)
        named = raised if len(raised) <= ALL_NAMED else _of_the_urgency(plan, raised) if state == "present" else []
        rows += _flags(named, state, words, width)
        if left := len(raised) - len(named):
            label = words.label(f"flag.{state}") if state == "present" else words.heading(state)
            more = f"{left} more" if named else str(left)
            rows += hang(Seg(sign, role), f"{sentence(label)}: {more}, named below", width, role)
    return rows


FLAG_SIGNS = {"present": ("! ", "alarm"), "cannot_exclude": ("? ", "warn")}
"""State of a red flag that stands to its sign and role."""


def _raised(plan: Item, state: str) -> list[Item]:
    return [flag for flag in plan["red_flags"] if flag["state"] == state and flag["urgency"] is not None]


def _of_the_urgency(plan: Item, flags: list[Item]) -> list[Item]:
    return [flag for flag in flags if flag["urgency"] == plan["urgency"]][:ALL_NAMED]


def _flags(flags: list[Item], state: str, words: Words, width: int) -> list[Line]:
    sign, role = FLAG_SIGNS[state]
    label = words.label(f"flag.{state}")
    found = [f"{words.pick(flag['title'])}: {label}" for flag in flags]
    return [row for said in found for row in hang(Seg(sign, role), said, width, role)]


class _Context:
    """What every line of one plan is drawn with."""

    def __init__(
        self, plan: Item, words: Words, width: int, would_change: Callable[[str], Sequence[str]] = lambda _: ()
    ) -> None:
        self.words, self.width, self.would_change = words, width, would_change
        self.citations = {each["id"]: each for each in plan["references"]}
        self.conflicts = {each["id"]: each for each in plan["conflicts"]}
        self.withdrawn: Sequence[Item] = plan.get("withdrawn", ())
        self.protocol = words.protocol

    def short(self, item: Item, at: bool, is_open: bool, decisions: Mapping[str, Decision]) -> list[Line]:
        """Draw one rule closed: sign, title, limit, references, what was decided."""
        sign, role = MARK[item["status"]]
        pointer = "▾ " if is_open else "▸ " if at else "  "
        label = line(Seg(pointer, "key"), Seg(f"{sign} ", role))
        status = "" if item["status"] == "recommended" else f" ({self.words.label('rule.' + item['status'])})"
        kind = "" if item["kind"] != "avoid" else f"{self.words.heading('do_not')}: "
        limit = f", {within_text(item['within'])}" if item["kind"] == "do" else ""
        text = f"{kind}{self.words.pick(item['title'])}{limit}{status}"
        role = "strong" if at else ""
        must = [part for part in (self.caveat(item), self.decided(item, decisions)) if part]
        drawn = hang(label, "  ".join([text, " · ".join(must)] if must else [text]), self.width, role)
        # How strong and from where is said where there is room for it, and whenever the line is opened.
        may = (_numbers(item["references"]), item["strength"])
        for index, part in enumerate(may):
            tail = " · ".join([*(each for each in may[index::-1] if each), *must])
            fuller = hang(label, f"{text}  {tail}", self.width, role)
            if part and len(fuller) == len(drawn):
                drawn = fuller
        return drawn

    def caveat(self, item: Item) -> str:
        """Return "expert opinion", "unverified" and the like, unless the strength says it already."""
        said = "" if item["verification"] == "verified" else self.words.label(f"verification.{item['verification']}")
        return "" if said.casefold() in item["strength"].casefold() else said

    def decided(self, item: Item, decisions: Mapping[str, Decision]) -> str:
        decision = decisions.get(item["id"])
        if "refusal" in item:
            return refused_text(self.protocol.labels, item["refusal"], self.words.register).upper()
        return "" if decision is None else self.words.label(f"decision.{decision.decision}").upper()

    def details(self, item: Item, decisions: Mapping[str, Decision]) -> list[Line]:
        """Draw everything known about one rule."""
        rows: list[Line] = []
        under = 0
        for label, text in self.facts(item, decisions):
            # What has no label of its own stands under what it belongs to.
            under = cells(label) if label else under
            rows += hang(line(Seg("      "), Seg(f"{label or ' ' * under}  ", "quiet")), text, self.width)
        made = ("accept", "modify", "decline")
        choices = [line(Seg(self.words.key_for(each, "line"), "key"), Seg(f" {each}")) for each in made]
        return [*rows, *[(Seg("      "), *each) for each in packed(choices, self.width - 6)]]

    def facts(self, item: Item, decisions: Mapping[str, Decision]) -> Iterator[tuple[str, str]]:
        """Yield (label, text) about one rule, in the order of interest."""
        words = self.words
        yield from (("withdrawn", words.pick(said["text"])) for said in self.withdrawn if said["rule"] == item["id"])
        yield "what", words.pick(item["text"])
        if item["because"]:
            yield words.heading("because"), " · ".join(each["wording"] for each in item["because"])
        if item["why_not"]:
            yield "why not", item["why_not"]
        for guard in item["guards"]:
            state = {True: "holds", False: "no", "unknown": "not known"}[guard["state"]]
            yield "unless", f"{words.say(self.protocol.guards[guard['id']].title)}: {state}"
        if item["pending_on"]:
            waiting = [words.say(self.protocol.questions[key].named) for key in item["pending_on"]]
            yield words.heading("check_first") if item["status"] == "check_first" else "waits for", " · ".join(waiting)
        for index, said in enumerate(self.would_change(item["id"])):
            yield "would change it" if index == 0 else "", said
        for name in item["conflicts"]:
            if name in self.conflicts:
                yield from self.conflict(self.conflicts[name])
        for index, cited in enumerate(item["references"]):
            yield words.heading("references") if index == 0 else "", self.cited(cited)
        verification = words.label(f"verification.{item['verification']}")
        yield "strength", f"{item['strength']}; certainty: {item['certainty']}; {verification}"
        reviewed = f"{item['review_status']}, review by {item['review_due']}"
        yield "for", f"{item['applicability']} evidence; {item['jurisdiction']}; {reviewed}"
        decision = decisions.get(item["id"])
        if decision is not None:
            reason = f": {words.label(f'decision_reason.{decision.code}')}" if decision.code else ""
            comment = f"; {decision.comment}" if decision.comment else ""
            yield words.label(f"decision.{decision.decision}"), f"decided{reason}{comment}"
        if "refusal" in item:
            for said in refusal_details(self.protocol.labels, item["refusal"], words.register):
                yield "", said

    def conflict(self, conflict: Item) -> Iterator[tuple[str, str]]:
        """Yield the question sources disagree on, each side with its sources in full, and what this protocol does."""
        yield self.words.heading("conflicts"), self.words.pick(conflict["question"])
        for place, side in enumerate(conflict["sides"]):
            yield f"side {SIDES[place]}", f"{self.words.pick(side['text'])} {_numbers(side['references'])}".rstrip()
            yield from (("", self.cited(each)) for each in side["references"])
        yield "here", self.words.pick(conflict["default"])

    def cited(self, cited: Item) -> str:
        """Return a source in full: where in it, what it is, whose, and how far it was seen."""
        source = self.citations[cited["id"]]
        place = f", {cited['locator']}" if cited["locator"] else ""
        unseen = self.words.label("verification.unverified") if source["verified"] in UNVERIFIED else ""
        more = "; ".join(filter(None, [source["type"], source["jurisdiction"], unseen]))
        return f"[{cited['n']}] {source['citation']}{place} ({more})"


def _numbers(cites: Sequence[Item]) -> str:
    return "".join(f"[{cited['n']}]" for cited in cites)


def _rest(plan: Item, words: Words, width: int) -> list[Line]:
    """Draw what follows the rules: what is still to establish, reassurance, safety net, sources, what it is for."""
    rows: list[Line] = []
    for state, heading in (("present", "red_flags"), ("cannot_exclude", "cannot_exclude")):
        if len(_raised(plan, state)) > ALL_NAMED:
            rows.append(rule(width, sentence(words.heading(heading))))
            rows += _flags(_raised(plan, state), state, words, width)
    if plan["unresolved"]:
        rows.append(rule(width, sentence(words.heading("open_questions"))))
        for each in plan["unresolved"]:
            sign = Seg("! " if each["emergency"] else "· ", "warn" if each["emergency"] else "quiet")
            rows += hang(sign, f"{words.pick(each['wording'])}  {words.label('status.' + each['status'])}", width)
    if plan["reassurance"]:
        rows.append(rule(width, sentence(words.heading("reassurance"))))
        rows += [row for each in plan["reassurance"] for row in wrapped(words.pick(each), width)]
    if plan["safety_net"]:
        rows.append(rule(width, sentence(words.heading("safety_net"))))
        for tier in plan["safety_net"]:
            rows += wrapped(words.pick(tier["title"]), width, "strong")
            rows += [row for each in tier["items"] for row in hang("· ", words.pick(each), width)]
    rows += _hypotheses(plan["hypotheses"], words, width)
    if plan["references"]:
        rows.append(rule(width, sentence(words.heading("references"))))
        for each in plan["references"]:
            unseen = f"  ({words.label('verification.unverified')})" if each["verified"] in UNVERIFIED else ""
            rows += hang(f"[{each['n']}] ", f"{each['citation']} {each['type']}, {each['jurisdiction']}{unseen}", width)
    for key in ("intended_use", "disclaimer"):
        rows.append(rule(width, sentence(words.heading(key))))
        rows += wrapped(words.pick(plan[key]), width)
    return rows


def _hypotheses(hypotheses: Sequence[Item], words: Words, width: int) -> list[Line]:
    if not hypotheses:
        return []
    rows = [rule(width, sentence(words.heading("hypotheses")))]
    for each in hypotheses:
        state = words.label(f"hypothesis.{each['state']}")
        rows += hang(
            "· ", f"{words.pick(each['title'])}: {state}", width, "strong" if each["state"] == "supported" else ""
        )
        for sign, clues in (("+", each["for"]), ("−", each["against"])):
            rows += [row for clue in clues for row in hang(f"    {sign} ", words.pick(clue["text"]), width)]
        decided = f"{words.pick(each['decided_by'])} {_numbers(each['references'])}".rstrip()
        rows += hang("    ? ", decided, width)
    return rows
