"""The plan: every rule of the protocol once, with its status, its reasons and its references.

``build_plan`` returns the JSON of the contract (``docs/plan.schema.json``): only strings, integers, booleans,
None, lists and mappings, so that the same answers give the same bytes everywhere.
One builder of one document, a little past 400 lines.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chatbot import __version__
from chatbot.core import summary
from chatbot.core.answers import answer_text
from chatbot.core.approvals import with_review
from chatbot.core.canonical import canonical_json
from chatbot.core.condition import Condition
from chatbot.core.explain import Known, contributors, in_play
from chatbot.core.findings import FlagState, network
from chatbot.core.instruments import instrument_json, told
from chatbot.core.lineage import plan_member
from chatbot.core.numbers import finding_json, number_json
from chatbot.core.outcome import SHOWN_STATUSES, conflicts_shown, elsewhere, hypothesis_state, outcome
from chatbot.core.overdue import overdue_json
from chatbot.core.phases import Trigger, next_phase
from chatbot.core.plan_spelling import spelled_plan
from chatbot.core.protocol import SAFETY_CATEGORY, Citation, Instrument, Protocol, Rule, Wording
from chatbot.core.refusal import recorded
from chatbot.core.site import with_site
from chatbot.core.tree import Measured, NumberOf, Term
from chatbot.core.urgency import (
    ScopeState,
    contribution,
    is_asked,
    safety_asked,
    safety_resolved,
)
from chatbot.core.values import Truth, Urgency, moment_text, parse_duration

if TYPE_CHECKING:
    from chatbot.core.case import Case

PLAN_SCHEMA = "backstory.plan/1"

OUTSIDE_DIGEST = frozenset({"produced_by", "what_if", "review_overdue", "withdrawn"})
"""Members the plan digest is not over: by which program, a search limited by time, and what is said about the content
besides: plans from before it was said keep their digest, and a later withdrawal breaks no transcript."""


def plan_digest(plan: dict[str, Any]) -> str:
    """SHA-256 in hex over the whole plan but ``OUTSIDE_DIGEST``."""
    return _digest(canonical_json(_inside_digest(plan)))


def digest_of_plan(protocol: Protocol, case: Case) -> str:
    """Return ``plan_digest(build_plan(protocol, case))``, of whose text little is spelled anew."""
    pinned = as_pinned(protocol, case)
    return _digest(spelled_plan(pinned, _inside_digest(_Builder(pinned, case).build())))


def _inside_digest(plan: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plan.items() if key not in OUTSIDE_DIGEST}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def build_plan(protocol: Protocol, case: Case) -> dict[str, Any]:
    """Build the plan of a case, complete or not. Questions not asked count as unknown.

    Its phase is the one the case moves to when this plan is issued.
    """
    return _Builder(as_pinned(protocol, case), case).build()


def as_pinned(protocol: Protocol, case: Case) -> Protocol:
    """Return the protocol as a case says it: with its local facts, and where the review of the content stood."""
    return with_review(with_site(protocol, case.site), case.review)


def registers(wording: Wording) -> dict[str, str]:
    """Return a text in both registers as JSON."""
    return {"clinician": wording.clinician, "patient": wording.patient}


class _Builder:
    """Everything one plan is made from. Lives for one call."""

    def __init__(self, protocol: Protocol, case: Case) -> None:
        self.protocol, self.case = protocol, case
        self.assessment = case.assessment
        self.facts = case.assessment.facts
        self.known: Known = {}
        self.behind: dict[int, tuple[str, ...]] = {}
        """By identity of a condition; many rules and flags share theirs."""
        self.reasons: dict[str, dict[str, str]] = {}
        self.outcome = outcome(protocol, case.assessment)
        self.urgency, self.scope, self.guards = self.outcome.urgency, self.outcome.scope, self.outcome.guards
        self.conflicts_of: dict[str, list[str]] = {}
        for conflict in protocol.conflicts.values():
            for rule in conflict.rules:
                self.conflicts_of.setdefault(rule, []).append(conflict.id)
        self.numbers: dict[str, int] = {}
        self.scores = frozenset(each.score for each in protocol.instruments.values())
        """Findings that are the score of an instrument."""

    def build(self) -> dict[str, Any]:
        protocol, case = self.protocol, self.case
        flags = [self.flag(name) for name in protocol.red_flags]
        recommendations = [self.recommendation(rule) for rule in protocol.rules.values()]
        conflicts = [self.conflict(name) for name in conflicts_shown(protocol, self.outcome.statuses)]
        hypotheses = [self.hypothesis(name) for name in protocol.hypotheses]
        numbers = [each for name in protocol.numbers if (each := self.calculated(name)) is not None]
        instruments = [self.instrument(each) for each in told(protocol, self.facts)]
        safety_net = summary.safety_net(protocol)
        unresolved = self.unresolved()
        said = registers(protocol.labels[f"urgency_text.{self.urgency.value}"])
        urgency = {key: text.replace("{open}", summary.hanging(unresolved)) for key, text in said.items()}
        self.number(flags, recommendations, conflicts, safety_net, hypotheses, [*numbers, *instruments])
        phase = next_phase(case.phase, Trigger.PLAN) or case.phase
        descent = plan_member(protocol, case)
        late = overdue_json(protocol, case.as_of.date())
        return {
            "schema": PLAN_SCHEMA,
            "protocol": protocol.identity,
            "title": registers(protocol.title),
            "intended_use": registers(protocol.intended_use),
            "disclaimer": registers(protocol.disclaimer),
            "content_status": protocol.content_status,
            "last_updated": protocol.last_updated,
            "kind": case.kind,
            "as_of": moment_text(case.as_of),
            "scope": self.scope.value,
            "phase": phase.value,
            "urgency": self.urgency.value,
            "safety_asked": safety_asked(protocol, self.assessment),
            "safety_resolved": safety_resolved(protocol, self.assessment),
            "red_flags": flags,
            "findings": {name: finding_json(protocol, self.facts, name) for name in protocol.findings},
            **({"numbers": numbers} if protocol.numbers else {}),
            **({"instruments": instruments} if protocol.instruments else {}),
            "hypotheses": hypotheses,
            "recommendations": recommendations,
            "conflicts": conflicts,
            "unresolved": unresolved,
            "timeline": self.timeline(recommendations),
            "safety_net": safety_net,
            "reassurance": self.reassurance(),
            "handover": summary.handover(protocol, case, flags, recommendations, hypotheses, urgency),
            "references": self.references(),
            "ignored": [
                key for key in protocol.questions if key in case.answers and self.assessment.applies[key] is False
            ],
            "produced_by": self.produced_by(),
            **({} if descent is None else {"lineage": descent}),
            **({"region": self.region()} if protocol.regions else {}),
            **({} if late is None else {"review_overdue": late}),
        }

    def produced_by(self) -> dict[str, Any]:
        """Return what produced the plan, and the proof of it where there is one."""
        proof = self.protocol.certificate
        cited = {} if proof is None else {"certificate": proof.to_json()}
        return {"software": "backstory", "version": __version__, **cited}

    def region(self) -> dict[str, Any]:
        """Return the region the plan is for; null where it is not known."""
        region = self.assessment.region
        known = self.protocol.regions.get(region, self.protocol.labels.get("region.unset"))
        return {"id": region or None, "title": {"clinician": "", "patient": ""} if known is None else registers(known)}

    # --- reasons ---

    def conditions_of(self, rule: Rule) -> list[Condition]:
        """Return what a rule hangs on: what raises the red flag it answers, and its own condition."""
        raised = [] if rule.answers is None else [self.protocol.red_flags[rule.answers].when]
        return raised if rule.when is None else [*raised, rule.when]

    def because(self, *conditions: Condition) -> list[dict[str, str]]:
        """Return the answers behind the present value of conditions; one that is ignored explains nothing."""
        applies = self.assessment.applies
        return [
            self.reason(key)
            for key in self.settles(*conditions)
            if key in self.case.answers and applies[key] is not False
        ]

    def reason(self, key: str) -> dict[str, str]:
        """Return an answer as a reason."""
        if key not in self.reasons:
            self.reasons[key] = self._reason(key)
        return dict(self.reasons[key])

    def _reason(self, key: str) -> dict[str, str]:
        question, answer = self.protocol.questions[key], self.case.answers[key]
        said = answer_text(self.protocol.labels, question, answer, "clinician")
        return {
            "question": key,
            "answer": said,
            "source": answer.source.value,
            "wording": f"{question.named.clinician}: {said}" if question.report else f"{question.ask.clinician} {said}",
        }

    def settles(self, *conditions: Condition) -> list[str]:
        """Return the questions behind the present value of conditions; of unknown ones those that would settle them."""
        return list(dict.fromkeys(key for condition in conditions for key in self.behind_one(condition)))

    def behind_one(self, condition: Condition) -> tuple[str, ...]:
        found = self.behind.get(id(condition))
        if found is None:
            found = self.behind[id(condition)] = contributors(self.protocol, condition, self.facts, self.known)
        return found

    # --- parts ---

    def flag(self, name: str) -> dict[str, Any]:
        flag, state = self.protocol.red_flags[name], self.assessment.flags[name]
        urgency = contribution(flag, state)
        return {
            "id": name,
            "title": registers(flag.title),
            "state": state.value,
            "urgency": None if urgency is None else urgency.value,
            "because": [] if state is FlagState.CLEAR else self.because(flag.when),
        }

    def recommendation(self, rule: Rule) -> dict[str, Any]:
        when = self.outcome.holds[rule.id]
        safety = rule.category == SAFETY_CATEGORY
        guards = [self.guards[each.guard] for each in rule.guards]
        status = self.outcome.statuses[rule.id]
        pending = self.pending_on(rule, when, status)
        because = self.because(*self.conditions_of(rule))
        why_not: str | None = None
        if not safety and when is not False and self.scope is not ScopeState.IN:
            if self.scope is ScopeState.OUT:
                why_not = self.protocol.scope.out_of_scope.clinician
            else:
                pending = self.settles(self.protocol.scope.when)
        elif elsewhere(rule, self.assessment):
            because, why_not = [], self.region()["title"]["clinician"]
        elif status == "pending" and not pending and not self.assessment.region and self.protocol.regions:
            why_not = self.region()["title"]["clinician"]
        elif status == "not_applicable":
            why_not = "; ".join(each["wording"] for each in because) or None
        elif status == "withheld":
            held = [self.protocol.guards[each.guard].title for each in rule.guards if self.guards[each.guard] is True]
            why_not = "; ".join(title.clinician for title in held)
        refused = self.case.refusals.get(rule.id)
        return {
            **({} if refused is None else {"refusal": recorded(self.protocol, refused)}),
            **_always(self.protocol)[rule.id],
            "status": status,
            "actions": list(rule.actions),
            "title": registers(rule.title),
            "text": registers(self.text(rule)),
            "because": because if status != "not_applicable" else [],
            "why_not": why_not,
            "guards": [
                {"id": each.guard, "state": "unknown" if state is None else state}
                for each, state in zip(rule.guards, guards, strict=True)
            ],
            "pending_on": pending,
            "conflicts": self.conflicts_of.get(rule.id, []),
            "references": [cited(each) for each in rule.cites],
            "after_emergency": self.urgency is Urgency.EMERGENCY and not safety,
            **({"regions": list(rule.regions)} if rule.regions else {}),
        }

    def text(self, rule: Rule) -> Wording:
        """Return the rule's text, or for a safety rule what replaces it while a guard holds."""
        if rule.category == SAFETY_CATEGORY:
            for each in rule.guards:
                if self.guards[each.guard] is True and each.instead is not None:
                    return each.instead
        return rule.text

    def pending_on(self, rule: Rule, when: Truth, status: str) -> list[str]:
        """Return the questions a rule waits for: its own condition's, or its unknown guards'.

        Questions whose own turn only comes when one of these is answered are left out.
        """
        if status == "not_applicable" or status == "withheld":
            return []
        found = self.settles(*self.conditions_of(rule)) if when is None else []
        for each in rule.guards:
            if self.guards[each.guard] is None:
                found += [key for key in self.settles(self.protocol.guards[each.guard].when) if key not in found]
        return [key for key in found if is_asked(self.protocol, self.assessment, key)] or found

    def hypothesis(self, name: str) -> dict[str, Any]:
        hypothesis = self.protocol.hypotheses[name]
        speaking = [
            [
                {"text": registers(clue.text), "because": self.because(clue.when)}
                for clue in clues
                if clue.when.evaluate(self.facts) is True
            ]
            for clues in (hypothesis.for_, hypothesis.against)
        ]
        return {
            "id": name,
            "title": registers(hypothesis.title),
            "state": hypothesis_state(hypothesis, self.facts),
            "for": speaking[0],
            "against": speaking[1],
            "decided_by": registers(hypothesis.decided_by),
            "references": [cited(each) for each in hypothesis.cites],
        }

    def calculated(self, name: str) -> dict[str, Any] | None:
        """Return a number with the answers it is made of; None where it does not apply or is said elsewhere."""
        finding, number = self.protocol.findings[name], self.protocol.numbers[name]
        if name in self.scores or _repeats(number.term, self.scores):
            return None  # said with its instrument
        found = number_json(self.protocol, self.facts, name)
        if found is None:
            return None
        return {**found, "because": self.made_of(name), "references": [cited(each) for each in finding.cites]}

    def instrument(self, instrument: Instrument) -> dict[str, Any]:
        """Return an instrument with its score, its band, and the answers it is made of."""
        return {**instrument_json(self.protocol, self.facts, instrument), "because": self.made_of(instrument.score)}

    def made_of(self, name: str) -> list[dict[str, str]]:
        """Return the answers a number is made of."""
        behind = in_play(self.protocol, Measured(self.protocol.numbers[name].term), self.facts)
        said = [key for key in self.protocol.questions if key in behind and key in self.case.answers]
        return [self.reason(key) for key in said if self.assessment.applies[key] is not False]

    def conflict(self, name: str) -> dict[str, Any]:
        conflict = self.protocol.conflicts[name]
        return {
            "id": name,
            "question": registers(conflict.question),
            "sides": [
                {"text": registers(side.text), "references": [cited(each) for each in side.cites]}
                for side in conflict.sides
            ],
            "rules": list(conflict.rules),
            "default": registers(conflict.default),
        }

    def unresolved(self) -> list[dict[str, Any]]:
        """Return every question that applies and has no value, those an emergency hangs on first."""
        hanging: dict[str, list[str]] = {}
        for name, flag in self.protocol.red_flags.items():
            if self.assessment.flags[name] is FlagState.CANNOT_EXCLUDE and flag.if_unknown is not None:
                for key in self.settles(flag.when):
                    hanging.setdefault(key, []).append(name)
        states = self.facts.states
        found = []
        for key in network(self.protocol).ask_order:
            without_value = states[key] not in {"known", "not_applicable"} and self.facts.values[key] is None
            if not (without_value and is_asked(self.protocol, self.assessment, key)):
                continue
            flags = hanging.get(key, [])
            levels = [self.protocol.red_flags[name].urgency.rank for name in flags]
            found.append((-max(levels, default=0), self.open_question(key, flags)))
        return [each for _, each in sorted(found, key=lambda pair: pair[0])]

    def open_question(self, key: str, flags: list[str]) -> dict[str, Any]:
        state = self.facts.states[key]
        return {
            "question": key,
            "wording": registers(self.protocol.questions[key].ask),
            "status": "postponed" if key in self.case.postponed and state == "not_asked" else state,
            "flags": flags,
            "emergency": any(self.protocol.red_flags[name].urgency is Urgency.EMERGENCY for name in flags),
        }

    def timeline(self, recommendations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        periods = self.protocol.timeline
        items: list[list[dict[str, Any]]] = [[] for _ in periods]
        for each in recommendations:
            if each["status"] not in SHOWN_STATUSES or each["kind"] == "note":
                continue
            day = parse_duration(each["within"]).days
            for index, period in enumerate(periods):
                if day <= period.to_day or index == len(periods) - 1:
                    items[index].append({"rule": each["id"], "title": each["title"], "status": each["status"]})
                    break
        start = self.case.as_of.date()
        return [
            {
                "from_day": period.from_day,
                "to_day": period.to_day,
                "from_date": (start + timedelta(days=period.from_day)).isoformat(),
                "to_date": (start + timedelta(days=period.to_day)).isoformat(),
                "label": registers(period.label),
                "items": items[index],
            }
            for index, period in enumerate(periods)
        ]

    def reassurance(self) -> list[dict[str, str]]:
        """The only way a reassuring sentence leaves: every red flag clear, every safety question asked."""
        clear = all(state is FlagState.CLEAR for state in self.assessment.flags.values())
        if not (clear and safety_asked(self.protocol, self.assessment) and self.scope is ScopeState.IN):
            return []
        return [registers(sentence) for sentence in self.protocol.reassurance]

    # --- references ---

    def number(
        self,
        flags: list[dict[str, Any]],
        recommendations: list[dict[str, Any]],
        conflicts: list[dict[str, Any]],
        safety_net: list[dict[str, Any]],
        hypotheses: list[dict[str, Any]],
        numbers: list[dict[str, Any]],
    ) -> None:
        """Number references in the order in which a reader meets them, and write the numbers in."""
        shown = [each for each in recommendations if each["status"] in SHOWN_STATUSES]
        held = [each for each in recommendations if each["status"] not in SHOWN_STATUSES]
        sides = [side for conflict in conflicts for side in conflict["sides"]]
        for holder in (*shown, *safety_net, *sides, *hypotheses, *held, *numbers):
            for each in holder["references"]:
                each["n"] = self.numbers.setdefault(each["id"], len(self.numbers) + 1)

    def references(self) -> list[dict[str, Any]]:
        return [reference_entry(self.protocol, name, n) for name, n in self.numbers.items()]


@lru_cache(maxsize=8)
def _always(protocol: Protocol) -> dict[str, dict[str, Any]]:
    """Return by rule its line in a plan: what never varies, and None where something is still to be said."""
    return {
        rule.id: {
            "id": rule.id,
            "kind": rule.kind.value,
            "status": None,
            "category": rule.category,
            "actions": None,
            "within": rule.within,
            "verb": rule.verb,
            "title": None,
            "text": None,
            "answers": rule.answers,
            "because": None,
            "why_not": None,
            "guards": None,
            "pending_on": None,
            "conflicts": None,
            "references": None,
            "strength": rule.strength,
            "certainty": rule.certainty,
            "applicability": rule.applicability,
            "jurisdiction": rule.jurisdiction,
            "review_status": rule.review_status,
            "review_due": rule.review_due,
            "verification": rule.verification,
            "origin": rule.origin,
        }
        for rule in protocol.rules.values()
    }


def _repeats(term: Term, scores: frozenset[str]) -> bool:
    """Whether a number only gives the score of an instrument another name."""
    return isinstance(term, NumberOf) and term.finding in scores


def reference_entry(protocol: Protocol, name: str, n: int) -> dict[str, Any]:
    """Return one entry of the reference list."""
    reference = protocol.references[name]
    return {
        "n": n,
        "id": name,
        "citation": reference.citation,
        "type": reference.type,
        "jurisdiction": reference.jurisdiction,
        "year": reference.year,
        "applicability": reference.applicability,
        "identifier": reference.identifier,
        "verified": reference.verified,
        "verified_note": reference.verified_note,
        "superseded": reference.superseded,
    }


def cited(citation: Citation) -> dict[str, Any]:
    """Return a citation as JSON, still without its number."""
    return {"id": citation.reference, "locator": citation.locator}
