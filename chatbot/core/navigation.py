"""Decide what a command does: the events it proposes, or a refusal with its reason.

``decide`` changes nothing and never raises for something a person did.
Each command is decided by a few lines that share what stands here, so it stays one module past 400 lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from chatbot.core import commands as cmd
from chatbot.core import events as ev
from chatbot.core.answers import accept, checked_text, soft_problem
from chatbot.core.blocks import answer_block
from chatbot.core.carrying import carried_to_confirm, decide_outcome
from chatbot.core.case import Case, evolve, for_team, is_open, unconfirmed
from chatbot.core.commands import DECISION_REASONS, Command, Refusal
from chatbot.core.corrections import NOT_NEEDED, decline_section, without_reason
from chatbot.core.findings import network
from chatbot.core.phases import Phase, Trigger, next_phase
from chatbot.core.plan import build_plan, plan_digest
from chatbot.core.protocol import Protocol, Question
from chatbot.core.read_back import read_back_digest, read_back_view, unread
from chatbot.core.recap import recap, recap_digest
from chatbot.core.recheck import confirm_block
from chatbot.core.refusal import answers_emergency, refusal_problem, statements_for
from chatbot.core.resolve import near_miss
from chatbot.core.review import Review
from chatbot.core.signing import signed_with
from chatbot.core.site import named_facts, region_kept
from chatbot.core.urgency import is_asked
from chatbot.core.values import Answer, Source, Status, ValueProblem, moment_text, parse_moment, to_stored

Decided = tuple[ev.Event, ...] | Refusal

DECISIONS = ("accept", "modify", "decline")
"""What can be made of a recommendation."""


def decide(protocol: Protocol, case: Case, command: Command) -> Decided:
    """Return the events a command leads to, or why it is refused."""
    refusal = _not_now(protocol, case, command)
    if refusal is not None:
        return refusal
    match command:
        case cmd.GiveAnswer():
            return _give(protocol, case, command)
        case cmd.ConfirmStill(question):
            return _confirm(protocol, case, question)
        case cmd.ConfirmCarried(section):
            return _confirm_carried(protocol, case, section)
        case cmd.ConfirmBlock(block, changed):
            given = confirm_block(protocol, case, block, changed)
            return given if isinstance(given, Refusal) else _then(protocol, case, given)
        case cmd.AnswerBlock():
            answered = answer_block(protocol, case, command)
            return answered if isinstance(answered, Refusal) else _block_given(protocol, case, answered)
        case cmd.RecordOutcome():
            return decide_outcome(case, command)
        case cmd.Withdraw(question, because):
            return _withdraw(protocol, case, question, because)
        case cmd.DeclineSection(section):
            declined = decline_section(protocol, case, section)
            return declined if isinstance(declined, Refusal) else _then(protocol, case, declined)
        case cmd.Postpone(question):
            return _postpone(protocol, case, question)
        case cmd.Show(question):
            return _show(protocol, case, question)
        case cmd.Back():
            return _back(protocol, case)
        case cmd.Forward():
            return (shown(protocol, case.next),)
        case cmd.AddNote(text, question):
            return _note(protocol, text, question)
        case cmd.Acknowledge():
            return _acknowledge(protocol, case)
        case cmd.AskEverything():
            return _ask_everything(protocol, case)
        case cmd.ChangeActor(name, role, known):
            return _change_actor(name, role, known)
        case cmd.ReadRecap():
            return _read_recap(protocol, case)
        case cmd.ReadBack():
            return _read_back(protocol, case)
        case cmd.PinSite(facts):
            return _pin(protocol, case, facts)
        case cmd.PinReview(review):
            return pinned_review(None if review == case.review else review)
        case cmd.IssuePlan():
            return (ev.PlanIssued(plan_digest(build_plan(protocol, case))),)
        case cmd.DecideRule():
            return _decide_rule(protocol, case, command)
        case cmd.Sign():
            return _sign(protocol, case, command)
        case cmd.Suspend():
            return (ev.CaseSuspended(),)
        case cmd.Resume(as_of):
            return _resume(protocol, case, as_of)
        case cmd.Abandon(reason):
            return (ev.CaseAbandoned(reason),) if reason.strip() else Refusal("needs_reason", "say why")


_DURING_ALARM = (
    cmd.Acknowledge,
    cmd.GiveAnswer,
    cmd.Withdraw,
    cmd.AddNote,
    cmd.ChangeActor,
    cmd.DecideRule,
    cmd.ReadRecap,
    cmd.PinSite,
    cmd.PinReview,
    cmd.Suspend,
    cmd.Resume,
)

_AFTER_RECAP = (
    cmd.GiveAnswer,
    cmd.ConfirmStill,
    cmd.ConfirmCarried,
    cmd.ConfirmBlock,
    cmd.AnswerBlock,
    cmd.Withdraw,
    cmd.DeclineSection,
    cmd.Postpone,
    cmd.DecideRule,
    cmd.ReadBack,
    cmd.Sign,
)
"""What somebody who takes over may do only once they have read what was done before."""


def _not_now(protocol: Protocol, case: Case, command: Command) -> Refusal | None:
    if case.closed:
        return Refusal("closed", f"this case is {case.phase.value} and cannot be changed", "open a follow-up case")
    if case.phase is Phase.SUSPENDED and not isinstance(command, cmd.Resume | cmd.Abandon):
        return Refusal("suspended", "this case is suspended", "resume it first")
    if case.recap_due and isinstance(command, _AFTER_RECAP):
        return Refusal("recap_waiting", f"{case.actor} has taken over and has not read the recap", "read it first")
    if not case.alarms:
        return None
    if not isinstance(command, _DURING_ALARM):
        return Refusal("alarm_waiting", "an emergency is on screen and has not been acknowledged", "acknowledge it")
    if isinstance(command, cmd.DecideRule):
        if command.rule in protocol.rules and not answers_emergency(protocol, command.rule):
            return Refusal("alarm_waiting", "only what the emergency asks for can be decided now", "acknowledge it")
    if isinstance(command, cmd.GiveAnswer | cmd.Withdraw) and command.question not in case.answers:
        return Refusal("alarm_waiting", "only answers already given can be corrected now", "acknowledge the emergency")
    return None


# --- answers --------------------------------------------------------------------------------------


def _find(protocol: Protocol, question: str) -> Question | Refusal:
    known = protocol.questions.get(question)
    if known is None:
        return Refusal(
            "unknown_question", f"no question is called {question!r}", near_miss(question, protocol.questions)
        )
    return known


def _give(protocol: Protocol, case: Case, command: cmd.GiveAnswer) -> Decided:
    question = _find(protocol, command.question)
    if isinstance(question, Refusal):
        return question
    if case.assessment.applies[question.id] is False and command.via != "file":
        return Refusal("not_applicable", "this question does not apply to this person")
    checked = checked_answer(question, case, command)
    if isinstance(checked, Refusal):
        return checked
    before = case.answers.get(question.id)
    if before is None or question.id in case.assessment.expired:
        return _then(protocol, case, (checked,))
    if before.carried and _means_the_same(before, checked):
        return _then(protocol, case, (checked,))
    if _says_the_same(before, checked):
        return _then(protocol, case, ())
    corrected = ev.AnswerCorrected(
        question=checked.question,
        value=checked.value,
        status=checked.status,
        source=checked.source,
        via=checked.via,
        on=checked.on,
        because=command.because or NOT_NEEDED,
        reason=checked.reason,
        note=checked.note,
    )
    refusal = without_reason(protocol, case, before, corrected, command.because)
    # What is otherwise at this visit than at the last corrects nothing, unless a reason was asked for.
    event = checked if before.carried and command.because is None else corrected
    return refusal or _then(protocol, case, (event,))


def checked_answer(question: Question, case: Case, command: cmd.GiveAnswer) -> ev.AnswerGiven | Refusal:
    """Check everything about an answer that does not depend on the answer before it."""
    if (command.value is None) == (command.status is None):
        return Refusal("bad_value", "give either a value or a status")
    try:
        given = case.as_of if command.on is None else parse_moment(command.on)
        source = question.source if command.source is None else Source(command.source)
        value = None if command.value is None else accept(question, command.value, case.as_of)
        status = None if command.status is None else Status(command.status)
        if command.note is not None:
            checked_text(command.note)
    except ValueError as error:
        return Refusal("bad_value", str(error))
    if given > case.as_of:
        return Refusal("bad_value", f"{command.on} lies after this interview ({moment_text(case.as_of)})")
    if value is not None and not command.confirmed and (unusual := soft_problem(question, value)):
        return Refusal("confirm_value", unusual, "confirm it, or enter it again")
    reason = command.reason
    if status is Status.CANNOT_APPLY:
        known = [each.id for each in question.cannot_apply]
        if not known:
            return Refusal("bad_value", "this question always applies", "use 'not assessed'")
        reason = reason or (known[0] if len(known) == 1 else None)
        if reason not in known:
            return Refusal("needs_cannot_apply_reason", "say why it cannot apply", f"one of {', '.join(known)}")
    elif reason is not None:
        return Refusal("bad_value", "a reason belongs to 'cannot apply' alone")
    return ev.AnswerGiven(
        question=question.id,
        value=None if value is None else to_stored(value),
        status=None if status is None else status.value,
        source=source.value,
        via=command.via,
        on=moment_text(given),
        reason=reason,
        note=command.note,
    )


def _means_the_same(before: Answer, event: ev.AnswerGiven) -> bool:
    return event.status is None and before.value is not None and to_stored(before.value) == event.value


def _says_the_same(before: Answer, event: ev.AnswerGiven) -> bool:
    stored = None if before.value is None else to_stored(before.value)
    status = None if before.status is None else before.status.value
    said = (stored, status, before.source.value, before.reason, before.note, moment_text(before.given))
    return said == (event.value, event.status, event.source, event.reason, event.note, event.on)


def _then(protocol: Protocol, case: Case, events: tuple[ev.Event, ...]) -> tuple[ev.Event, ...]:
    """Add what follows from answer events: an alarm before anything else, otherwise the next question."""
    after = case
    for event in events:
        after = evolve(protocol, after, event)
    new = [flag for flag in after.alarms if flag not in case.alarms]
    if new:
        return (*events, ev.AlarmRaised(new))
    if after.alarms:
        return events
    if not events and after.next is None and after.shown is None:
        return ()
    return (*events, shown(protocol, after.next))


def shown(protocol: Protocol, question: str | None) -> ev.QuestionShown:
    """Return the event that puts a question on screen; None is the review."""
    if question is None:
        return ev.QuestionShown("", "")
    return ev.QuestionShown(question, wording_digest(protocol.questions[question]))


def wording_digest(question: Question) -> str:
    """SHA-256 in hex over both wordings of a question and the labels of its options."""
    texts = [question.ask.clinician, question.ask.patient]
    for option in question.options:
        texts += [option.id, option.label.clinician, option.label.patient]
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()


def _confirm(protocol: Protocol, case: Case, question: str) -> Decided:
    known = _find(protocol, question)
    if isinstance(known, Refusal):
        return known
    answer = case.answers.get(question)
    waits = answer is not None and (question in case.assessment.expired or answer.carried)
    if answer is None or not waits or answer.value is None:
        return Refusal("bad_value", "there is no earlier answer to confirm")
    again = cmd.GiveAnswer(question, value=to_stored(answer.value), source=answer.source.value, confirmed=True)
    return _give(protocol, case, again)


def _confirm_carried(protocol: Protocol, case: Case, section: str | None) -> Decided:
    if section is not None and section not in protocol.sections:
        return Refusal("unknown_section", f"no section is called {section!r}", near_miss(section, protocol.sections))
    events = carried_to_confirm(protocol, case, section)
    if not events:
        return Refusal("bad_value", "no carried answer waits to be confirmed")
    return _then(protocol, case, events)


def _block_given(protocol: Protocol, case: Case, given: tuple[ev.AnswerGiven, ...]) -> tuple[ev.Event, ...]:
    """Say of each line that it was shown, then give the answers: an alarm comes after all of them, before all else."""
    lines = tuple(shown(protocol, each.question) for each in given if each.question != case.shown)
    return _then(protocol, case, (*lines, *given))


def _withdraw(protocol: Protocol, case: Case, question: str, because: str | None) -> Decided:
    before = case.answers.get(question)
    if before is None:
        return Refusal("bad_value", "there is no answer to take back")
    event = ev.AnswerWithdrawn(question, because or NOT_NEEDED)
    refusal = without_reason(protocol, case, before, event, because)
    return refusal or _then(protocol, case, (event,))


def _postpone(protocol: Protocol, case: Case, question: str) -> Decided:
    known = _find(protocol, question)
    if isinstance(known, Refusal):
        return known
    if not is_open(protocol, case, question):
        return Refusal("bad_value", "this question is not open")
    if question in case.assessment.expired | case.assessment.doubted:
        which = "a carried answer of the safety screen" if case.answers[question].carried else "one past its shelf life"
        return Refusal("bad_value", f"{which} cannot wait", "confirm it, or answer it again")
    return _then(protocol, case, (ev.QuestionPostponed(question),))


# --- moving about ---------------------------------------------------------------------------------


def _show(protocol: Protocol, case: Case, question: str) -> Decided:
    known = _find(protocol, question)
    if isinstance(known, Refusal):
        return known
    if not is_asked(protocol, case.assessment, question) and question not in case.answers:
        return Refusal("not_applicable", "this question does not apply to this person")
    return (shown(protocol, question),)


def _back(protocol: Protocol, case: Case) -> Decided:
    earlier: str | None = None
    for key in network(protocol).ask_order:
        if key == case.shown:
            break
        if (key in case.answers or key in case.postponed) and is_asked(protocol, case.assessment, key):
            earlier = key
    if earlier is None:
        return Refusal("nothing_before", "this is the first question")
    return (shown(protocol, earlier),)


def _acknowledge(protocol: Protocol, case: Case) -> Decided:
    if not case.alarms:
        return Refusal("bad_value", "no emergency waits to be acknowledged")
    event = ev.AlarmAcknowledged(list(case.alarms))
    return (event, shown(protocol, evolve(protocol, case, event).next))


def _ask_everything(protocol: Protocol, case: Case) -> Decided:
    if for_team(protocol, case) is None:
        return Refusal("bad_value", "everything is asked already")
    event = ev.InterviewWidened([flag for flag in protocol.red_flags if flag in case.acknowledged])
    if case.shown is not None and is_open(protocol, case, case.shown):
        return (event,)  # the question on screen is one of them all
    return (event, shown(protocol, evolve(protocol, case, event).next))


def _resume(protocol: Protocol, case: Case, as_of: str) -> Decided:
    try:
        moment = parse_moment(as_of)
    except ValueProblem as error:
        return Refusal("bad_value", str(error))
    if case.amends is not None:
        # An amendment is about the visit it amends: its answers do not age while it is being written.
        moment = case.as_of
    if moment < case.as_of:
        earlier = moment_text(case.as_of)
        return Refusal("bad_value", f"{as_of} lies before the last sitting ({earlier})", "check the clock")
    event = ev.CaseResumed(moment_text(moment))
    after = evolve(protocol, case, event)
    if after.alarms:
        return (event,)
    stays = case.shown is not None and not after.assessment.expired and is_asked(protocol, after.assessment, case.shown)
    return (event, shown(protocol, case.shown if stays else after.next))


# --- notes, people, plan --------------------------------------------------------------------------


def _note(protocol: Protocol, text: str, question: str | None) -> Decided:
    if question is not None and question not in protocol.questions:
        return Refusal("unknown_question", f"no question is called {question!r}")
    try:
        return (ev.NoteAdded(checked_text(text), question),)
    except ValueProblem as error:
        return Refusal("bad_value", str(error))


def _change_actor(name: str, role: str, known: str) -> Decided:
    try:
        return (ev.ActorChanged(checked_text(name).strip(), checked_text(role).strip(), known),)
    except ValueProblem as error:
        return Refusal("bad_value", str(error))


def _read_recap(protocol: Protocol, case: Case) -> Decided:
    if not case.recap_due:
        return Refusal("bad_value", "no recap waits to be read")
    return (ev.RecapRead(recap_digest(recap(protocol, case))),)


def _read_back(protocol: Protocol, case: Case) -> Decided:
    due = read_back_view(protocol, case)
    if due is None:
        return Refusal("bad_value", "no answer of the safety screen waits to be read back")
    return (ev.SafetyReadBack(read_back_digest(due)),)


def _decide_rule(protocol: Protocol, case: Case, command: cmd.DecideRule) -> Decided:
    rule = protocol.rules.get(command.rule)
    if rule is None:
        return Refusal("unknown_rule", f"no rule is called {command.rule!r}", near_miss(command.rule, protocol.rules))
    if command.decision not in DECISIONS:
        return Refusal("bad_value", f"{command.decision!r} is not a decision", f"one of {', '.join(DECISIONS)}")
    if command.decision != "accept":
        if command.code not in DECISION_REASONS:
            return Refusal("needs_reason", "say why, by code", f"one of {', '.join(DECISION_REASONS)}")
        if answers_emergency(protocol, rule.id) and not (command.comment or "").strip():
            return Refusal("needs_reason", "an emergency action is not removed without a comment", "say why in words")
    if command.comment is not None:
        try:
            checked_text(command.comment)
        except ValueProblem as error:
            return Refusal("bad_value", str(error))
    missing = refusal_problem(protocol, command)
    if missing is not None:
        return missing
    decided: tuple[ev.Event, ...] = (ev.PlanDecided(rule.id, command.decision, command.code, command.comment),)
    if statements_for(protocol, rule.id, command.decision, command.code):
        comment = (command.comment or "").strip()
        decided = (ev.RefusalInformed(rule.id, dict(command.statements or {}), comment), *decided)
    return _issued_again(protocol, case, decided)


def _issued_again(protocol: Protocol, case: Case, events: tuple[ev.Event, ...]) -> tuple[ev.Event, ...]:
    """Issue an issued plan anew where events change what it says: an informed refusal stands in it."""
    after = case
    for event in events:
        after = evolve(protocol, after, event)
    if case.plan_digest is None or after.plan_digest is not None:
        return events
    return (*events, ev.PlanIssued(plan_digest(build_plan(protocol, after))))


def _sign(protocol: Protocol, case: Case, command: cmd.Sign) -> Decided:
    waiting = sum(1 for key in protocol.questions if is_open(protocol, case, key))
    postponed = sum(1 for key in case.postponed if is_open(protocol, case, key))
    if carried := unconfirmed(protocol, case):
        are = "answer is" if len(carried) == 1 else "answers are"
        message = f"{len(carried)} carried {are} not confirmed"
        return Refusal("unconfirmed", message, "confirm what is still so, answer the rest again")
    if case.next is not None or (for_team(protocol, case) is not None and waiting > postponed):
        return Refusal(
            "incomplete",
            f"{_questions(waiting)} still open: an incomplete plan cannot be signed",
            "finish the interview, or leave the case unsigned",
        )
    if postponed:
        return Refusal("incomplete", f"{_questions(postponed, 'postponed ')} still open", "answer them first")
    if unread(protocol, case):
        return Refusal(
            "read_back_waiting", "the answers of the safety screen have not been read back", "read them to the person"
        )
    if next_phase(case.phase, Trigger.SIGN) is None or case.plan_digest is None:
        return Refusal("incomplete", "there is no plan of the present answers to sign", "issue the plan first")
    left_open = signed_with(build_plan(protocol, case), command)
    return left_open if isinstance(left_open, Refusal) else (*left_open, ev.CaseSigned(case.plan_digest))


def _questions(count: int, what: str = "") -> str:
    return f"{count} {what}question is" if count == 1 else f"{count} {what}questions are"


def opening(protocol: Protocol, opened: ev.CaseOpened, site: Mapping[str, str] | None = None) -> tuple[ev.Event, ...]:
    """Return what follows the opening of a case: local facts, where the review stands, and its first question."""
    case = evolve(protocol, None, opened)
    facts = pinned(protocol, case, site or {})
    for event in facts:
        case = evolve(protocol, case, event)
    return (*facts, *pinned_review(protocol.review), shown(protocol, case.next))


def _pin(protocol: Protocol, case: Case, facts: Mapping[str, str]) -> tuple[ev.Event, ...]:
    events = pinned(protocol, case, facts)
    for event in events:
        after = evolve(protocol, case, event)
        if case.shown is not None and not after.alarms and not is_asked(protocol, after.assessment, case.shown):
            return (event, shown(protocol, after.next))
    return events


def pinned(protocol: Protocol, case: Case, facts: Mapping[str, str]) -> tuple[ev.SitePinned, ...]:
    """Return the event that pins local facts, or nothing where these are pinned already.

    Facts that this protocol does not name are left out: the content of a case may be older than the site's file.
    """
    named = named_facts(protocol, {**region_kept(case.site), **facts})
    return () if named == dict(case.site) else (ev.SitePinned(named),)


def pinned_review(review: Review | None) -> tuple[ev.ApprovalsPinned, ...]:
    """Return the event that pins where the review of the content stands, or nothing where that is not known."""
    return () if review is None else (ev.ApprovalsPinned(review.state, dict(review.items)),)
