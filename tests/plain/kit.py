"""A small protocol with one question of every type, and interviews on it that keep their events in memory.

It is about boilers, so that no sentence in it can be taken for content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from chatbot.core import protocol as p
from chatbot.core.commands import CORRECTION_REASONS, DECISION_REASONS, Acknowledge, GiveAnswer
from chatbot.core.condition import Condition
from chatbot.core.events import CaseOpened, Event
from chatbot.core.phases import Phase
from chatbot.core.protocol import CATEGORIES, Citation, Option, Protocol, Question, QuestionType, Wording
from chatbot.core.resolve import GroupShape, Symbols, condition
from chatbot.core.values import Source, Urgency
from chatbot.interview import Interview
from tests.core.kit import shapes_of

AS_OF = "2025-11-12T09:30"


def say(text: str) -> Wording:
    """Return a text whose two registers differ visibly."""
    return Wording(text, f"{text} (plainly)")


def options(*spelled: str) -> tuple[Option, ...]:
    made = []
    for each in spelled:
        id_, _, label = each.partition(": ")
        made.append(Option(id_, say(label), exclusive=id_ == "nothing"))
    return tuple(made)


YES_NO = (Option("yes", say("Yes")), Option("no", say("No")))


def ask(id_: str, section: str, type_: str, text: str, **more: Any) -> Question:
    if type_ == "yes_no":
        more.setdefault("options", YES_NO)
    return Question(id_, section, QuestionType(type_), say(text), say(f"Why: {text}"), **more)


def _questions() -> list[Question]:
    detector_for = (
        p.CannotApply("blocked", say("Nose blocked"), ("detector",)),
        p.CannotApply("outdoors", say("Stands outdoors"), ("detector",)),
    )
    repairs = [
        ask(
            f"repairs[{row}].part",
            "history",
            "choice",
            f"Which part was repaired in repair {row}?",
            options=options("pump: Pump", "valve: Valve"),
            report=say("part"),
            group="repairs",
            row=row,
        )
        for row in (1, 2)
    ]
    return [
        ask("in_house", "context", "yes_no", "Does it stand in a house?"),
        ask(
            "smoke",
            "safety",
            "yes_no",
            "Is there smoke?",
            report=say("smoke"),
            valid_for=720,
            cites=(Citation("SEEN"),),
        ),
        ask(
            "smell",
            "safety",
            "choice",
            "What do you smell?",
            options=options("nothing_odd: Nothing odd", "faint: Something faint", "strong: A strong smell"),
            valid_for=720,
            cannot_apply=detector_for,
        ),
        ask("detector", "safety", "yes_no", "Does the detector sound?", source=Source.EXAMINATION),
        ask(
            "pressure",
            "history",
            "number",
            "What is the pressure?",
            unit="bar",
            minimum=Decimal(0),
            maximum=Decimal(10),
            soft_maximum=Decimal(3),
        ),
        ask("noise", "history", "scale", "How loud is it?"),
        ask(
            "installed",
            "history",
            "date",
            "When was it installed?",
            quick=(p.QuickDate("new", say("Within a month"), "P30D", "PT0S"),),
        ),
        ask(
            "parts",
            "history",
            "several",
            "Which parts are worn?",
            options=options("pump: Pump", "valve: Valve", "nothing: Nothing"),
        ),
        ask("repair_count", "history", "number", "How many repairs?", minimum=Decimal(0), maximum=Decimal(2)),
        *repairs,
        ask("remark", "history", "text", "Anything else?"),
        ask(
            "bolts",
            "examination",
            "grid",
            "How tight are the bolts?",
            options=options("b0: 0 loose", "b4: 4 nearly", "b5: 5 tight"),
            rows=(p.Axis("door", say("Door")), p.Axis("base", say("Base"))),
            columns=(p.Axis("right", say("right")), p.Axis("left", say("left"))),
            normal="b5",
            source=Source.EXAMINATION,
        ),
    ]


def symbols(questions: Iterable[Question], findings: Iterable[str] = ()) -> Symbols:
    return Symbols(shapes_of(questions), frozenset(findings), {"repairs": GroupShape("repair_count", 2, ("part",))})


def rule(id_: str, kind: str, category: str, when: Condition | None, **more: Any) -> p.Rule:
    values: dict[str, Any] = {
        "guards": (),
        "answers": None,
        "within": "P14D",
        "verb": "request",
        "actions": (),
        "title": say(f"{id_} title"),
        "text": say(f"{id_} text."),
        "strength": "strong",
        "certainty": "high",
        "cites": (Citation("SEEN", "p. 3"),),
        "applicability": "direct",
        "jurisdiction": "UK",
        "topic": "boilers",
        "review_status": "draft",
        "reviewed": None,
        "review_due": "2026-11-01",
        "origin": "kit",
        "verification": "verified",
    }
    return p.Rule(id=id_, kind=p.RuleKind(kind), category=category, when=when, **{**values, **more})


def reference(id_: str, verified: str, note: str, superseded: str = "") -> p.Reference:
    citation = f"Author {id_}. A title. J Boil. 2020;1:1-2."
    return p.Reference(
        id_, citation, "guideline", "UK", 2020, "direct", ("boilers",), "doi:10.1/x", verified, note, superseded
    )


def _labels() -> dict[str, Wording]:
    words = {
        "urgency": [level.value for level in Urgency],
        "symbol": [level.value for level in Urgency],
        "status": "unknown declined not_assessed cannot_apply not_asked postponed not_applicable".split(),
        "source": [source.value for source in Source],
        "rule": "recommended check_first withheld pending precaution not_applicable".split(),
        "flag": "present cannot_exclude open clear".split(),
        "hypothesis": "supported open unlikely".split(),
        "category": list(CATEGORIES),
        "phase": [phase.value for phase in Phase],
        "option": ["yes", "no"],
        "reason": list(CORRECTION_REASONS),
        "decision": "accept modify decline".split(),
        "decision_reason": list(DECISION_REASONS),
        "scope": "in out unknown".split(),
        "verb": "request be_seen done".split(),
        "kind": "clinical practice demonstration test".split(),
        "verification": "verified unverified expert_opinion judgement".split(),
        "heading": """urgency red_flags plan now held_back considered references conflicts hypotheses timeline
            safety_net open_questions handover after_emergency outside_scope intended_use disclaimer check_first
            because all_rules tell_them do_not cannot_exclude reassurance""".split(),
    }
    labels = {
        f"{group}.{name}": Wording(f"{name.replace('_', ' ')}", f"{name.replace('_', ' ')} plainly")
        for group, names in words.items()
        for name in names
    }
    labels |= {f"symbol.{level}": Wording(sign, sign) for level, sign in zip(words["symbol"], "…○•!‼", strict=True)}
    labels |= {f"urgency_text.{level}": say(f"this is {level}, {{open}} open") for level in words["urgency"]}
    return labels


def _rules(when: Callable[[str], Condition]) -> list[p.Rule]:
    old = p.RuleGuard("old", None)
    return [
        rule("leave", "do", "safety", when("smoke is yes"), answers="fire", within="PT0S", verb="done"),
        rule(
            "no_flame",
            "avoid",
            "safety",
            when("smoke is yes"),
            answers="fire",
            within="PT0S",
            cites=(Citation("MEMORY"),),
        ),
        rule("call_gas", "do", "safety", when("smell is strong"), answers="gas", within="P1D", verb="be_seen"),
        rule("open_case", "do", "imaging", when("pressure > 2"), guards=(old,), verification="unverified"),
        rule("tighten", "do", "drug", when("parts includes valve"), guards=(p.RuleGuard("worn_out", None),)),
        rule("oil", "do", "non_drug", when("noise >= 5"), within="P1D", cites=(Citation("OLD"),)),
        rule("log_book", "note", "follow_up", None, within="P42D"),
    ]


def build() -> Protocol:
    """Build the protocol."""
    questions = _questions()
    known = symbols(questions, ["loud"])

    def when(text: str) -> Condition:
        return condition(text, known)

    count = {
        "repairs[1].part": "repair_count >= 1",
        "repairs[2].part": "repair_count >= 2",
        "detector": "smell is cannot_apply",
    }
    questions = [replace(each, when=when(count[each.id])) if each.id in count else each for each in questions]
    titles = {
        "context": p.Stage.CONTEXT,
        "safety": p.Stage.SAFETY,
        "history": p.Stage.HISTORY,
        "examination": p.Stage.EXAMINATION,
    }
    both_sides = (p.Side(say("Yes, scan."), (Citation("SEEN"),)), p.Side(say("No, wait."), (Citation("MEMORY"),)))
    clue_for, clue_against = (
        p.Clue(say("It is loud"), when("loud")),
        p.Clue(say("It is new"), when("weeks_since(installed) <= 50")),
    )

    def flag(id_: str, urgency: str, text: str, if_unknown: str | None, tell: str | None = None) -> p.RedFlag:
        unknown = None if if_unknown is None else Urgency(if_unknown)
        told = None if tell is None else say(tell)
        return p.RedFlag(
            id_, say(f"{id_} flag"), Urgency(urgency), when(text), None, unknown, (Citation("SEEN"),), told
        )

    flags = [
        flag("fire", "emergency", "smoke is yes", "same_day", "There is a fire."),
        flag("gas", "same_day", "smell is strong or detector is yes", "same_day"),
        flag("loose", "urgent", "noise >= 9", None),
    ]
    return Protocol(
        id="boiler_check",
        version="2025.1",
        digest="d" * 64,
        title=say("Boiler check"),
        intended_use=say("For practice with boilers."),
        disclaimer=say("Not a device."),
        content_status="draft, pending review",
        last_updated="2025-11-01",
        editorial_policy=say("None."),
        scope=p.Scope(when("in_house is yes"), say("in"), say("This boiler is outside."), say("not settled")),
        sections={
            name: p.Section(
                name,
                say(f"{name} section"),
                stage,
                tuple(each.id for each in questions if each.section == name),
                say("Have the key ready.") if name == "safety" else None,
            )
            for name, stage in titles.items()
        },
        questions={each.id: each for each in questions},
        groups={"repairs": p.Group("repairs", say("Repair"), "repair_count", 2, ("part",))},
        findings={"loud": p.Finding("loud", say("Loud"), when("noise >= 5"))},
        red_flags={each.id: each for each in flags},
        guards={
            "old": p.Guard("old", say("Installed before 2000"), when("weeks_since(installed) > 1300")),
            "worn_out": p.Guard("worn_out", say("Pump worn"), when("parts includes pump")),
        },
        rules={each.id: each for each in _rules(when)},
        hypotheses={
            "wear": p.Hypothesis(
                "wear", say("Wear"), (clue_for,), (clue_against,), say("Look inside."), (Citation("SEEN"),)
            )
        },
        conflicts={
            "c1": p.Conflict(
                "c1", say("Open it now?"), both_sides, ("open_case", "oil"), say("Wait, says this protocol.")
            )
        },
        references={
            "SEEN": reference("SEEN", "seen", "Text seen."),
            "MEMORY": reference("MEMORY", "from_memory", "Nothing could be looked up."),
            "OLD": reference("OLD", "partly_seen", "Title seen.", "Replaced in 2024."),
        },
        timeline=(
            p.Period("today", say("Today"), 0, 1),
            p.Period("soon", say("Two weeks"), 2, 14),
            p.Period("later", say("Later"), 15, 90),
        ),
        safety_net=(
            p.SafetyNet("back", say("Come back at once if"), (say("it hisses"), say("it drips")), (Citation("SEEN"),)),
        ),
        reassurance=(say("Nothing alarming was found."),),
        handover=(
            p.HandoverPart("situation", say("Situation"), None, ("smoke",)),
            p.HandoverPart("background", say("Background"), say("What came before:"), ("repairs", "remark")),
            p.HandoverPart("assessment", say("Assessment"), None, ()),
            p.HandoverPart("recommendation", say("Recommendation"), None, ()),
        ),
        labels=_labels(),
        default=True,
    )


PROTOCOL = build()


class Memory:
    """A recorder that keeps events in a list."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def append(self, events: Sequence[Event]) -> None:
        self.events.extend(events)

    def types(self) -> list[str]:
        return [event.type for event in self.events]


def start(protocol: Protocol = PROTOCOL, kind: str = "test", label: str = "bed 4") -> Interview:
    identity = protocol.identity
    return Interview.start(protocol, Memory(), CaseOpened("7F3K", kind, AS_OF, label, "", identity))


def answered(interview: Interview, answers: dict[str, Any]) -> Interview:
    """Give answers; a value ``?status`` is a status. Alarms are acknowledged."""
    for key, value in answers.items():
        status = value[1:] if isinstance(value, str) and value.startswith("?") else None
        refusal = interview.send(
            GiveAnswer(key, None if status else value, status, because="new_information", confirmed=True)
        )
        assert refusal is None, refusal
        if interview.case.alarms:
            assert interview.send(Acknowledge()) is None
    return interview


ROUTINE: dict[str, Any] = {
    "in_house": "yes",
    "smoke": "no",
    "smell": "nothing_odd",
    "pressure": "2.5",
    "noise": 6,
    "installed": "2015",
    "parts": ["pump", "valve"],
    "repair_count": "1",
    "repairs[1].part": "pump",
    "remark": "hums",
    "bolts": dict.fromkeys(["door.right", "door.left", "base.right", "base.left"], "b5"),
}
"""A whole interview in which no red flag shows."""
