"""The commands of the line mode: what a line that is no answer does. Each returns whether something moved.

The few lines of each command and the table of them all, so it stays one module a little past 400 lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chatbot import __version__, plain_closing, plain_people
from chatbot.core import commands as cmd
from chatbot.core.carrying import carried_to_confirm
from chatbot.core.counterfactual import what_if
from chatbot.core.entry import entry_hint
from chatbot.core.events import OUTCOMES
from chatbot.core.find import Kind
from chatbot.core.navigation import DECISIONS
from chatbot.core.present import standing_alarm
from chatbot.core.preview import declined_text
from chatbot.core.protocol import other_register
from chatbot.core.telling import outcome_text, word
from chatbot.core.values import Source
from chatbot.core.view import COVERED, QuestionView
from chatbot.core.volunteered import concerned
from chatbot.encryption import standing
from chatbot.errors import BackstoryError
from chatbot.export.lines import alarm_rows, carried_rows, head_rows, story_rows
from chatbot.export.reply import FollowUp
from chatbot.export.standing import Standing
from chatbot.export.text import plan_text
from chatbot.export.whatif import WhatIfWords
from chatbot.patience import WHAT_IF_MS, for_ms
from chatbot.plain_answers import Answering
from chatbot.plain_finding import choose_found, found_for, go_to
from chatbot.plain_lists import read_back
from chatbot.plain_shell import STILL_SO, Ended, Shell
from chatbot.settings import CHOICES, text_of


def _help(shell: Shell, asked: QuestionView | None, _: str) -> bool:
    if asked is not None:
        shell.put(entry_hint(asked))
        shell.put(", ".join(f":{each.key} {each.label}" for each in asked.statuses))
    for each in ACTIONS:
        shell.put(each.help, f"  {each.key or ' '}  :{each.name:<9} ")
    shell.put("In a question that is answered with text, only the forms with a colon are commands.")
    return False


def _again(shell: Shell, _: QuestionView | None, __: str) -> bool:
    return True


def _later(shell: Shell, asked: QuestionView | None, _: str) -> bool:
    return asked is not None and shell.send(cmd.Postpone(asked.id))


def _back(shell: Shell, _: QuestionView | None, __: str) -> bool:
    return shell.send(cmd.Back())


def _still(shell: Shell, asked: QuestionView | None, _: str) -> bool:
    return asked is not None and shell.send(cmd.ConfirmStill(asked.id))


def carried(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    """Read the carried answers through, all or those of one section, and confirm them at once."""
    waiting = carried_to_confirm(shell.interview.protocol, shell.interview.case, rest or None)
    if not waiting:
        return shell.send(cmd.ConfirmCarried(rest or None))
    keys = [each.question for each in waiting]
    shell.rows(carried_rows(shell.view(), keys, shell.labels, shell.register))
    if not shell.agreed("Is all of this still so?"):
        shell.put("Each is confirmed by itself then: = at its question, or :carried again.")
        return True
    return shell.send(cmd.ConfirmCarried(rest or None))


def _read_back(shell: Answering, _: QuestionView | None, __: str) -> bool:
    if shell.view().read_back is None:
        shell.put("no answer of the safety screen waits to be read back")
        return False
    read_back(shell)
    return True


def _changes(shell: Shell, _: QuestionView | None, __: str) -> bool:
    story = shell.story(shell.interview)
    if story is None:
        shell.put("this case comes from no other")
    else:
        shell.rows(story_rows(story, shell.labels, shell.register))
    return False


def _outcome(shell: Shell, _: QuestionView | None, __: str) -> bool:
    """Say what became of something the plan of the visit before asked for."""
    case, rules = shell.interview.case, shell.interview.protocol.rules
    asked = () if case.previous is None else tuple(case.previous["rules"])
    if not asked:
        shell.put("no earlier plan asked for anything")
        return False
    titles = [rules[each].title.in_register(shell.register) if each in rules else each for each in asked]
    rule = shell.pick(list(zip(asked, titles, strict=True)))
    words = [(each, word(shell.labels, f"outcome_{each}", shell.register)) for each in OUTCOMES]
    made = None if rule is None else shell.pick(words)
    if rule is None or made is None:
        return False
    on = shell.ask("on which day, such as 2026-03, or Enter:") or None
    text = shell.ask("in words, or Enter:") or None
    if shell.send(cmd.RecordOutcome(rule, made, text, on)):
        shell.put(outcome_text(shell.labels, shell.interview.case.outcomes[rule], shell.register), "= ")
    return False


def _withdraw(shell: Shell, asked: QuestionView | None, _: str) -> bool:
    return asked is not None and shell.send(cmd.Withdraw(asked.id))


def _why(shell: Shell, asked: QuestionView | None, _: str) -> bool:
    if asked is not None:
        shell.put(asked.why)
        for each in asked.cites:
            shell.put(" · ".join(filter(None, [each.citation, each.locator, each.type])), "  ")
    return False


def _change_register(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    shell.register = rest if rest in {"clinician", "patient"} else other_register(shell.register)
    return True


def _change_source(shell: Shell, asked: QuestionView | None, rest: str) -> bool:
    sources = [(source.value, shell.say(f"source.{source.value}")) for source in Source]
    chosen = rest if rest in dict(sources) else shell.pick(sources)
    if asked is not None and chosen is not None:
        shell.source = (asked.id, chosen)
        shell.put(dict(sources)[chosen], "= ")
    return False


def _note(shell: Shell, asked: QuestionView | None, rest: str) -> bool:
    text = rest or shell.ask("note:")
    if text and shell.send(cmd.AddNote(text, None if asked is None else asked.id)):
        shell.put(text, "= ")
    return False


def _says(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    """Keep what the person says as a note, then offer the questions it may concern; none is answered by it."""
    text = rest or shell.ask("what they say, in their own words:")
    if not text or not shell.send(cmd.AddNote(text)):
        return False
    shell.put(text, "= ")
    found = concerned(shell.interview.protocol, shell.interview.case, text)
    if not found:
        shell.put("it is kept as a note; no question was found in these words")
        return False
    questions = shell.interview.protocol.questions
    choices = [
        (each.question, f"{questions[each.question].ask.in_register(shell.register)} ({each.standing.value})")
        for each in found
    ]
    shell.put("it may concern these; nothing is answered yet")
    chosen = shell.pick(choices)
    return chosen is not None and shell.send(cmd.Show(chosen))


def _jump(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    if rest:
        return shell.send(cmd.Show(rest))
    view = shell.view()
    texts = {key: shell.interview.protocol.questions[key].ask.in_register(shell.register) for key in view.postponed}
    mark = f" ({word(shell.labels, 'carried', shell.register)})"
    answered = [each for each in view.answered if each.applies]
    choices = [
        (each.id, f"{each.text} {COVERED if each.private else each.answer}{mark if each.carried else ''}")
        for each in answered
    ]
    chosen = shell.pick([*choices, *texts.items()])
    return chosen is not None and shell.send(cmd.Show(chosen))


def _find(shell: Answering, asked: QuestionView | None, rest: str) -> bool:
    """Find anything by words of it, and go there."""
    typed = rest or shell.ask("words of it:")
    if not typed:
        return False
    target = choose_found(shell, found_for(shell, [(each.name, each.help) for each in ACTIONS], typed))
    if target is None:
        return False
    if target.kind is Kind.COMMAND:
        return next(each for each in ACTIONS if each.name == target.id).run(shell, asked, "")
    return go_to(shell, target)


def _handover(shell: Shell, _: QuestionView | None, __: str) -> bool:
    shell.put(shell.whose)
    for part in shell.interview.plan()["handover"]:
        shell.put(part["title"][shell.register])
        shell.rows(("  ", line[shell.register]) for line in part["lines"])
    return False


def _reveal(shell: Shell, _: QuestionView | None, __: str) -> bool:
    """Read out the private answers, which stand covered everywhere else."""
    private = [each for each in shell.view().answered if each.private and each.applies]
    shell.rows(("  ", f"{each.text} {each.answer}") for each in private)
    if not private:
        shell.put("there is no private answer")
    return False


def _about(shell: Shell, _: QuestionView | None, __: str) -> bool:
    content = shell.interview.protocol
    shell.rows(head_rows(shell.view(), content.intended_use.in_register(shell.register), shell.labels, shell.register))
    shell.put(f"version {__version__}; the content was last changed on {content.last_updated}")
    shell.put(content.editorial_policy.in_register(shell.register))
    if shell.choices is not None:
        try:
            shell.put(standing(shell.choices.now()))
        except BackstoryError as error:
            shell.problem(error.message, error.hint)
    return False


def _everything(shell: Shell, _: QuestionView | None, __: str) -> bool:
    """Go on with all questions although an emergency stands."""
    return shell.send(cmd.AskEverything())


def _emergency(shell: Shell, _: QuestionView | None, __: str) -> bool:
    """Read the emergency that stands once more."""
    alarm = standing_alarm(shell.interview.protocol, shell.interview.case, shell.register)
    if alarm is None:
        shell.put("no emergency stands")
    else:
        shell.rows(alarm_rows(alarm, shell.labels, shell.register, shell.whose))
    return False


def _standing(shell: Shell, _: QuestionView | None, __: str) -> bool:
    """Say where the case stands; of a line that is chosen, why it stands so. Private answers stay covered."""
    found = Standing(shell.interview.protocol, shell.interview.case, shell.view(), register=shell.register)
    while (line := shell.pick(list(found.lines()))) is not None:
        shell.blocks(found.why(line))
    return False


def _take_over(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    command = plain_people.take_over(shell.interview, shell.ask, rest)
    if command is None or not shell.send(command):
        return False
    shell.named(command.name, command.role)
    shell.put(f"{command.name}, {command.role}", "= ")
    return True


def _who_did_what(shell: Shell, _: QuestionView | None, __: str) -> bool:
    shell.put(shell.whose)
    for each in shell.events(shell.register):
        shell.put(each.said, f"  {each.number}  ")
    return False


def _who(shell: Shell, _: QuestionView | None, __: str) -> bool:
    shell.put(shell.whose)
    role = shell.interview.case.role
    shell.put(f"at the keyboard: {shell.interview.actor}{f', {role}' if role else ''}")
    return False


def _plan(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    """Record that the plan was produced, then print what was recorded."""
    plan, view = shell.interview.plan(), shell.view()
    if shell.send(cmd.IssuePlan()):
        made = shell.interview.printed_plan()["produced_by"]
        text = plan_text(
            {**plan, "produced_by": made},
            shell.labels,
            width=shell.width,
            register=shell.register,
            all_rules=rest == "all",
            case=" · ".join(filter(None, [view.case, view.label, view.subject])),
            decisions=shell.interview.case.decisions,
            story=shell.story(shell.interview),
            left_open=shell.interview.case.left_open,
        )
        shell.text(text)
    return False


def _what_if(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    """Say which other answers would change the plan."""
    protocol, case = shell.interview.protocol, shell.interview.case
    words = WhatIfWords(protocol, case, shell.register, ms=WHAT_IF_MS)
    shell.blocks(words.blocks(what_if(protocol, case, for_ms()), all_rules=rest == "all"))
    return False


def _follow_up(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    """Answer a question about the plan, once it was confirmed which topic is meant."""
    ours = FollowUp(shell.interview.protocol, shell.interview.case, shell.register, keep_going=for_ms, ms=WHAT_IF_MS)
    question = rest or shell.ask("your question:")
    if not question:
        return False
    asked = ours.recognise(question)
    said, near = ours.offered(asked)
    shell.put(said)
    topic = shell.pick(near) if near else None
    if topic is not None:
        shell.blocks(ours.answer(topic, asked.kind).blocks)
    return False


def _decide(shell: Shell, _: QuestionView | None, __: str) -> bool:
    """Accept, modify or decline one recommendation."""
    shown = [each for each in shell.interview.plan()["recommendations"] if each["status"] != "not_applicable"]
    rule = shell.pick([(each["id"], each["title"][shell.register]) for each in shown])
    made = None if rule is None else shell.pick([(each, shell.say(f"decision.{each}")) for each in DECISIONS])
    if rule is None or made is None:
        return False
    code = comment = None
    if made != "accept":
        code = shell.pick([(each, shell.say(f"decision_reason.{each}")) for each in cmd.DECISION_REASONS])
        if made == "decline" and code is not None:
            shell.decline([rule], code)
            return False
        comment = shell.ask("in words, or Enter:") or None
    if shell.send(cmd.DecideRule(rule, made, code, comment)):
        shell.put(shell.say(f"decision.{made}"), "= ")
    return False


def _stop(shell: Shell, _: QuestionView | None, __: str) -> bool:
    """Issue the plan of what is there, and say that the interview can go on."""
    _plan(shell, None, "")
    shell.put("The interview can go on now, or be resumed later.")
    return False


def _decline_section(shell: Shell, asked: QuestionView | None, _: str) -> bool:
    if asked is None:
        return False
    before = len(shell.interview.events)
    section = shell.interview.protocol.questions[asked.id].section
    if not shell.send(cmd.DeclineSection(section)):
        return False
    shell.put(declined_text(shell.interview.events[before:]), "= ")
    return True


def _settings(shell: Shell, _: QuestionView | None, rest: str) -> bool:
    """Say what is chosen and where it is kept, or change one field."""
    choices = shell.choices
    if choices is None:
        shell.put("there are no settings here")
        return False
    name, _space, value = rest.partition(" ")
    try:
        if name:
            choices.choose(name, value)
        chosen = choices.now()
    except BackstoryError as error:
        shell.problem(error.message, error.hint)
        return False
    if name == "register":
        shell.register = chosen.register or "clinician"
    for each in CHOICES:
        if name in {"", each.name}:
            shell.put(f"{each.title}. {each.told}", f"  {each.name} = {text_of(chosen, each.name) or 'not chosen'}  ")
    shell.put(f"Kept in {choices.place}; :settings NAME VALUE changes one, :settings NAME gives it up.")
    return name == "register"


def _quit(shell: Shell, _: QuestionView | None, __: str) -> bool:
    raise Ended


@dataclass(frozen=True, slots=True)
class Action:
    """A command of the line mode."""

    name: str
    key: str
    """One character that is enough where it is not an option; empty when there is none."""
    help: str
    run: Callable[[Answering, QuestionView | None, str], bool]


ACTIONS = (
    Action("later", "l", "leave this question for the review", _later),
    Action("back", "b", "the question before", _back),
    Action("still", STILL_SO, "an answer past its shelf life, or a carried one, is still so", _still),
    Action("carried", "", "confirm what was carried from an earlier visit; :carried SECTION", carried),
    Action("readback", "", "read the answers of the safety screen back to the person, while that is due", _read_back),
    Action("changes", "", "what changed since the visit or version before", _changes),
    Action("outcome", "", "what became of what the earlier plan asked for", _outcome),
    Action("decline-section", "", "the person declines this whole section", _decline_section),
    Action("withdraw", "", "take the answer to this question back", _withdraw),
    Action("why", "w", "why this is asked, and what it cites", _why),
    Action("register", "r", "the other wording: clinician or patient", _change_register),
    Action("source", "s", "who or what the next answer comes from", _change_source),
    Action("note", "t", "add a note; :note followed by the text", _note),
    Action("says", "/", "what the person says: a note, then the questions it may concern; :says followed by it", _says),
    Action("jump", "j", "go to a question; :jump followed by its id", _jump),
    Action("find", "", "a question, section, recommendation, reference or command; :find followed by words", _find),
    Action("handover", "h", "the handover, to read aloud", _handover),
    Action("standing", "", "where the case stands, line by line; a number says why", _standing),
    Action("reveal", "", "the private answers, which are covered elsewhere", _reveal),
    Action("emergency", "", "the emergency that stands, once more: what to do, whom to call", _emergency),
    Action("everything", "", "after an emergency: all questions, not only what the receiving team needs", _everything),
    Action("takeover", "", "somebody else takes over; :takeover followed by name or initials", _take_over),
    Action("events", "", "who answered what, from the beginning", _who_did_what),
    Action("who", "", "whose case this is, and who is at the keyboard", _who),
    Action("plan", "", "issue the plan and print it; :plan all with every rule", _plan),
    Action("page", "", "the patient's page, in plain words", plain_closing.page),
    Action(
        "write",
        "",
        "write the plan or the patient's page to a file; :write plan FILE, :write page FILE",
        plain_closing.write,
    ),
    Action("whatif", "", "which other answers would change the plan; :whatif all with every rule", _what_if),
    Action("ask", "", "a question about the plan; :ask followed by the question", _follow_up),
    Action("stop", "", "stop here: issue the plan of what is there, marked incomplete", _stop),
    Action("decide", "", "accept, modify or decline a recommendation", _decide),
    Action("sign", "", "close the case for good", plain_closing.sign),
    Action("about", "", "what this is for, and what it is not; versions, editorial policy", _about),
    Action("settings", "", "what you have chosen; :settings NAME VALUE changes it", _settings),
    Action("again", ".", "put this question again", _again),
    Action("help", "?", "this list", _help),
    Action("quit", "q", "suspend the case and leave", _quit),
)
"""Every command with its key. A key that is also an option of the question on screen is the option."""
