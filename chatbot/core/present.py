"""``present``: the view of a case in one register. A function of (protocol, case, register) and nothing else.

One view with all its parts, so it stays one module a little past 400 lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any

from chatbot.core import ahead
from chatbot.core import view as v
from chatbot.core.answers import answer_text
from chatbot.core.blocks import MARKS, open_block
from chatbot.core.case import Case, for_team, is_open, unconfirmed
from chatbot.core.effort import minutes_of
from chatbot.core.emergency import at_hand
from chatbot.core.explain import contributors
from chatbot.core.findings import FlagState, network
from chatbot.core.outcome import outcome
from chatbot.core.overdue import overdue_text
from chatbot.core.plan import as_pinned, build_plan
from chatbot.core.present_question import QuestionPresenter
from chatbot.core.protocol import (
    Protocol,
)
from chatbot.core.read_back import read_back_view
from chatbot.core.recheck import recheck
from chatbot.core.refusal import refused_lines, refused_text
from chatbot.core.taint import taint
from chatbot.core.urgency import (
    ScopeState,
    contribution,
    emergencies,
    is_asked,
    open_safety_questions,
    safety_asked,
    safety_resolved,
    scope,
    shown_flag,
)
from chatbot.core.values import Urgency, moment_text, parse_duration


def present(protocol: Protocol, case: Case, register: str = "clinician") -> v.View:
    """Return everything an interview screen shows."""
    return _Presenter(as_pinned(protocol, case), case, register).view()


def standing_alarm(protocol: Protocol, case: Case, register: str = "clinician") -> v.AlarmView | None:
    """Return the emergency that stands, read or not; None where none does."""
    if not emergencies(protocol, case.assessment):
        return None
    return _Presenter(as_pinned(protocol, case), case, register).alarm()


class _Presenter(QuestionPresenter):
    def view(self) -> v.View:
        protocol, case = self.protocol, self.case
        level = case.urgency.value
        in_scope = scope(protocol, self.assessment)
        relevant = [key for key in network(protocol).ask_order if self.is_expected(key)]
        team = for_team(protocol, case)
        counted = relevant if team is None else [key for key in team if self.is_expected(key)]
        may_come = ahead.may_come(protocol, case, relevant) if team is None else ()
        statuses = outcome(protocol, self.assessment).statuses
        alarm = self.alarm() if case.alarms else None
        return v.View(
            title=self.say(protocol.title),
            version=protocol.version,
            content_status=protocol.content_status,
            disclaimer=self.say(protocol.disclaimer),
            case=case.case,
            label=case.label,
            subject=case.subject,
            kind=case.kind,
            as_of=moment_text(case.as_of),
            actor=case.actor,
            phase=case.phase.value,
            scope=in_scope.value,
            scope_text=self.scope_text(in_scope),
            urgency=level,
            urgency_label=self.label(f"urgency.{level}"),
            urgency_symbol=self.label(f"symbol.{level}"),
            urgency_text=self.urgency_text(),
            safety_asked=self.safety_asked,
            safety_resolved=safety_resolved(protocol, self.assessment),
            alarm=alarm,
            question=None if alarm or case.shown is None else self.question(protocol.questions[case.shown]),
            answered=tuple(self.answered(key) for key in network(protocol).ask_order if key in case.answers),
            postponed=tuple(key for key in relevant if key in case.postponed and is_open(protocol, case, key)),
            recheck=self.recheck(),
            carried=unconfirmed(protocol, case),
            visit=len(case.visits) + 1,
            case_version=len(case.versions) + 1,
            flags=tuple(self.flag(name) for name in protocol.red_flags),
            done=sum(1 for key in counted if not is_open(protocol, case, key)),
            expected=len(counted),
            counts=self.counts(statuses),
            left=ahead.left(protocol, case, counted, self.register),
            may_come=len(may_come),
            may_take=minutes_of(protocol, may_come),
            first=self.first(statuses),
            notes=tuple(text for _, text in case.notes),
            closed=case.closed,
            emergency=tuple(self.suspected(name) for name in emergencies(protocol, self.assessment)),
            for_team=team is not None,
            overdue=self.overdue(),
            block=self.block(),
            read_back=read_back_view(protocol, case, self.register),
        )

    # --- the case ---

    def overdue(self) -> str:
        late = overdue_text(self.protocol, self.case.as_of.date())
        return "" if late is None else self.say(late)

    def is_expected(self, key: str) -> bool:
        """Whether a question counts in the progress: it applies, or it is asked although that is in doubt."""
        if self.assessment.applies[key] is not None:
            return self.assessment.applies[key] is True
        return key == self.case.shown or (key in self.case.answers and is_asked(self.protocol, self.assessment, key))

    def scope_text(self, state: ScopeState) -> str:
        if state is ScopeState.OUT:
            return self.say(self.protocol.scope.out_of_scope)
        asked = all(key in self.case.answers for key in self.protocol.questions_behind(self.protocol.scope.when))
        return self.say(self.protocol.scope.unsettled) if state is ScopeState.UNKNOWN and asked else ""

    def urgency_text(self) -> str:
        text = self.label(f"urgency_text.{self.case.urgency.value}")
        waiting = sum(map(self.is_expected, open_safety_questions(self.protocol, self.assessment)))
        return text.replace("{open}", str(waiting))

    def recheck(self) -> v.RecheckView | None:
        here = self.case.shown == self.case.next and for_team(self.protocol, self.case) is None
        found = None if not here else recheck(self.protocol, self.case)
        if found is None:
            return None
        lines = []
        for key, answer in found.before:
            question = self.protocol.questions[key]
            said = answer_text(self.protocol.labels, question, answer, self.register)
            lines.append(v.LineView(key, self.say(question.named), said, moment_text(answer.given)))
        return v.RecheckView(found.block.id, self.say(found.block.ask), tuple(lines))

    def block(self) -> v.BlockView | None:
        protocol = self.protocol
        found = None if self.case.shown != self.case.next else open_block(protocol, self.case)
        if found is None:
            return None
        questions = [protocol.questions[key] for key in found.lines]
        lines = tuple(v.BlockLine(each.id, self.say(each.ask)) for each in questions)
        statuses = tuple(each for each in self.statuses(questions[0]) if each.status in MARKS)
        section = self.say(protocol.sections[questions[0].section].title)
        return v.BlockView(found.block.id, self.say(found.block.ask), section, lines, statuses)

    def answered(self, key: str) -> v.AnsweredView:
        question, answer = self.protocol.questions[key], self.case.answers[key]
        return v.AnsweredView(
            id=key,
            text=self.say(question.ask),
            answer=answer_text(self.protocol.labels, question, answer, self.register),
            source=answer.source.value,
            given=moment_text(answer.given),
            raises=key in self.raising,
            status="" if answer.status is None else answer.status.value,
            applies=self.assessment.applies[key] is not False,
            private=key in taint(self.protocol).questions,
            carried=answer.carried,
        )

    @cached_property
    def raising(self) -> frozenset[str]:
        """Questions whose answers make a red flag present."""
        found: set[str] = set()
        for name, flag in self.protocol.red_flags.items():
            if self.assessment.flags[name] is FlagState.PRESENT:
                found.update(contributors(self.protocol, flag.when, self.assessment.facts))
        return frozenset(found)

    @cached_property
    def safety_asked(self) -> bool:
        """Each safety question that applies has an answer or a status."""
        return safety_asked(self.protocol, self.assessment)

    def flag(self, name: str) -> v.FlagView:
        flag = self.protocol.red_flags[name]
        state = shown_flag(self.protocol, self.assessment, name, self.safety_asked)
        return v.FlagView(name, self.say(flag.title), state.value, flag.urgency.value)

    def first(self, statuses: Mapping[str, str]) -> tuple[v.PlanLineView, ...]:
        return tuple(
            v.PlanLineView(rule.id, self.say(rule.title), statuses[rule.id], within_text(rule.within))
            for rule in ahead.first_rules(self.protocol, self.case, statuses)
        )

    def counts(self, statuses: Mapping[str, str]) -> v.CountsView:
        counted = dict.fromkeys(("recommended", "check_first", "pending", "withheld", "precaution"), 0)
        for status in statuses.values():
            if status in counted:
                counted[status] += 1
        if not self.safety_asked:
            # Questions not asked yet raise nothing while a case is open: no precaution follows from them.
            counted["precaution"] = 0
        return v.CountsView(**counted)

    # --- the alarm ---

    def alarm(self) -> v.AlarmView:
        protocol = self.protocol
        plan = build_plan(protocol, self.case)
        standing = {each["id"]: each for each in plan["red_flags"]}
        flags = [name for name in standing if self.is_emergency(name)]
        causes: dict[str, v.CauseView] = {}
        for name in flags:
            for cause in standing[name]["because"]:
                causes.setdefault(cause["question"], self.cause(cause["question"]))
        rules = [
            each
            for each in plan["recommendations"]
            if each["answers"] in flags and each["status"] in {"recommended", "precaution"}
        ]
        rules.sort(key=lambda each: (each["kind"] != "do", parse_duration(each["within"])))
        citations = {each["n"]: each["citation"] for each in plan["references"]}
        known = {each["id"]: each["n"] for each in plan["references"]}
        hand = at_hand(protocol, flags)
        for each in hand.cites:
            # What the plan does not cite is numbered after it.
            number = known.setdefault(each.reference, len(known) + 1)
            citations[number] = protocol.references[each.reference].citation
        own = tuple(sorted({known[each.reference] for each in hand.cites}))
        numbers = sorted({*own, *(cited["n"] for each in rules for cited in each["references"])})
        tells = [protocol.red_flags[name].tell for name in flags]
        told = tuple(self.say(tell) for tell in tells if tell is not None)
        return v.AlarmView(
            titles=tuple(self.say(protocol.red_flags[name].title) for name in flags),
            flags=tuple(flags),
            causes=tuple(causes.values()),
            actions=tuple(self.action(each) for each in rules),
            handover=told + tuple(line[self.register] for part in plan["handover"][:2] for line in part["lines"]),
            references=tuple(f"[{n}] {citations[n]}" for n in numbers),
            call=tuple(dict.fromkeys(map(self.say, hand.call))),
            ready=tuple(dict.fromkeys(map(self.say, hand.ready))),
            explain=tuple(dict.fromkeys(map(self.say, hand.explain))),
            at_hand=own,
            parts=self.parts(plan, told, rules),
        )

    def parts(
        self, plan: dict[str, Any], told: tuple[str, ...], rules: Sequence[dict[str, Any]]
    ) -> tuple[v.PartView, ...]:
        """Return what is said over the telephone, part by part: what is suspected first, and once; what is asked for.

        Of red flags that cannot be excluded only the number is said: most of them nobody has asked about yet.
        """
        register = self.register
        open_flags = [each for each in plan["red_flags"] if each["state"] == "cannot_exclude" and each["urgency"]]
        state = self.label("flag.cannot_exclude")
        unsaid = {*told, *(f"{each['title'][register]}: {state}" for each in open_flags)}
        found = []
        for part in plan["handover"]:
            lines = [line[register] for line in part["lines"] if line[register] not in unsaid]
            if part["id"] == "situation":
                lines = [*told, *lines]
            elif part["id"] == "assessment" and open_flags:
                lines.append(f"{self.label('heading.cannot_exclude')}: {len(open_flags)}")
            elif part["id"] == "recommendation":
                asked = [each for each in rules if each["kind"] == "do"]
                lines = [each["title"][register] for each in asked]
                lines += [each[register] for each in refused_lines(self.protocol.labels, asked)]
            if lines:
                found.append(v.PartView(part["title"][register], tuple(lines)))
        return tuple(found)

    def suspected(self, name: str) -> str:
        """Name an emergency where others may look on."""
        flag = self.protocol.red_flags[name]
        return self.say(flag.title if flag.neutral is None else flag.neutral.title)

    def is_emergency(self, name: str) -> bool:
        flag = self.protocol.red_flags[name]
        return contribution(flag, self.assessment.open_flags[name]) is Urgency.EMERGENCY

    def cause(self, key: str) -> v.CauseView:
        question, answer = self.protocol.questions[key], self.case.answers[key]
        return v.CauseView(
            question=key,
            text=self.say(question.named),
            answer=answer_text(self.protocol.labels, question, answer, self.register),
            source=self.label(f"source.{answer.source.value}"),
            given=moment_text(answer.given),
        )

    def action(self, recommendation: dict) -> v.ActionView:  # type: ignore[type-arg]
        return v.ActionView(
            rule=recommendation["id"],
            kind=recommendation["kind"],
            text=recommendation["text"][self.register],
            within=within_text(recommendation["within"]),
            numbers=tuple(cited["n"] for cited in recommendation["references"]),
            title=recommendation["title"][self.register],
            declined=refused_text(self.protocol.labels, recommendation["refusal"], self.register)
            if "refusal" in recommendation
            else "",
        )


def within_text(within: str) -> str:
    """Say an ISO 8601 duration as a time limit: ``now``, ``within 4 hours``, ``within 2 weeks``."""
    limit = parse_duration(within)
    if limit == timedelta(0):
        return "now"
    for unit, size in (("week", timedelta(weeks=1)), ("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if limit >= size and limit % size == timedelta(0) and not (unit == "day" and limit == timedelta(days=1)):
            count = limit // size
            return f"within {count} {unit}{'' if count == 1 else 's'}"
    minutes = limit // timedelta(minutes=1)
    return f"within {minutes} minutes"
