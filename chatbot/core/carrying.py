"""What a follow-up does with the visit before: confirm what was carried, and say what became of its plan."""

from __future__ import annotations

from chatbot.core import events as ev
from chatbot.core.answers import checked_text
from chatbot.core.case import Case, evolve, unconfirmed
from chatbot.core.commands import RecordOutcome, Refusal
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.values import ValueProblem, moment_text, parse_span, to_stored


def carried_to_confirm(protocol: Protocol, case: Case, section: str | None = None) -> tuple[ev.AnswerGiven, ...]:
    """Return what confirming every carried answer records: those that apply, and those that apply then.

    *section* None: of all sections.
    """
    after, found = case, []
    while waiting := [
        key for key in unconfirmed(protocol, after) if section is None or protocol.questions[key].section == section
    ]:
        for key in waiting:
            answer = after.answers[key]
            assert answer.value is not None
            stored, on = to_stored(answer.value), moment_text(case.as_of)
            found.append(ev.AnswerGiven(key, stored, None, answer.source.value, "block", on, note=answer.note))
            after = evolve(protocol, after, found[-1])
    return tuple(found)


def decide_outcome(case: Case, command: RecordOutcome) -> tuple[ev.Event, ...] | Refusal:
    """Return what recording an outcome leads to: only what the plan of the visit before asked for has one."""
    asked = {} if case.previous is None else case.previous["rules"]
    if command.rule not in asked:
        hint = near_miss(command.rule, asked) or "only what the plan of the visit before asked for has an outcome"
        return Refusal("unknown_rule", f"the earlier plan did not ask for {command.rule!r}", hint)
    if command.outcome not in ev.OUTCOMES:
        return Refusal("bad_value", f"{command.outcome!r} is not an outcome", f"one of {', '.join(ev.OUTCOMES)}")
    try:
        text = None if command.text is None else checked_text(command.text)
        if command.on is not None and parse_span(command.on).first > case.as_of:
            return Refusal("bad_value", f"{command.on} lies after this interview ({moment_text(case.as_of)})")
    except ValueProblem as error:
        return Refusal("bad_value", str(error))
    return (ev.OutcomeRecorded(command.rule, command.outcome, text, command.on),)
