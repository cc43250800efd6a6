"""How a plan leaves the line mode: the person's own page, a file, and the signature with what is left open."""

from __future__ import annotations

from chatbot.core import commands as cmd
from chatbot.core.navigation import decide
from chatbot.core.signing import reason_problem, reason_word, unsettled
from chatbot.core.view import QuestionView
from chatbot.errors import FILE_TAKEN, BackstoryError
from chatbot.export.pages import PAGES, page_text, person_blocks, whose
from chatbot.plain_answers import Answering
from chatbot.plain_lists import read_back


def page(shell: Answering, _: QuestionView | None, __: str) -> bool:
    """Print the person's own page."""
    shell.blocks(person_blocks(shell.interview.printed_plan(), shell.labels, whose(shell.interview.case)))
    return False


def write(shell: Answering, __: QuestionView | None, rest: str) -> bool:
    """Write a page to a file; one that is there already only after a yes."""
    if shell.write_page is None or shell.page_place is None:
        shell.put("nothing is written to files here")
        return False
    which, _, typed = rest.partition(" ")
    if which not in PAGES:
        which, typed = shell.pick(list(PAGES.items())) or "", rest
    if not which:
        return False
    offered = shell.page_place(shell.interview, which)
    typed = typed.strip() or shell.ask(f"file, or Enter for {offered}:") or offered
    case = shell.interview.case
    text = page_text(
        which,
        shell.interview.printed_plan(),
        shell.labels,
        case,
        register=shell.register,
        story=shell.story(shell.interview),
    )
    try:
        try:
            path = shell.write_page(text, typed, False)
        except BackstoryError as error:
            if error.code != FILE_TAKEN or not shell.agreed(f"{error.message}. Replace it?"):
                raise
            path = shell.write_page(text, typed, True)
    except BackstoryError as error:
        shell.problem(error.message, error.hint)
        return False
    shell.put(f"Written to {path}, for you alone; it is private and not encrypted.", "= ")
    return False


def sign(shell: Answering, _: QuestionView | None, __: str) -> bool:
    """Read the safety answers back where that is due, ask why what is not settled is left open, then sign."""
    found = shell.interview.withdrawn() or decide(shell.interview.protocol, shell.interview.case, cmd.Sign())
    if isinstance(found, cmd.Refusal) and found.code == "read_back_waiting":
        before = shell.interview.case
        if not read_back(shell):
            return False
        if shell.interview.case.answers is not before.answers:
            # What was corrected may raise an alarm, open a question or change the plan: those come first.
            return True
        found = decide(shell.interview.protocol, shell.interview.case, cmd.Sign())
    if isinstance(found, cmd.Refusal) and found.code != "needs_reasons":
        shell.problem(found.message, found.hint)
        return False
    reasons = _left_open(shell)
    if reasons is None:
        shell.put("Nothing is signed.")
        return False
    return shell.agreed("A signed case is closed for good. Sign it?") and shell.send(cmd.Sign(reasons))


def _left_open(shell: Answering) -> dict[str, cmd.OpenReason] | None:
    """Ask for each safety question that is not settled why it is left open; None when one of them has no reason."""
    reasons: dict[str, cmd.OpenReason] = {}
    waiting = unsettled(shell.interview.plan())
    for place, each in enumerate(waiting, 1):
        shell.put(f"Not settled, {place} of {len(waiting)}: {each['wording'][shell.register]}")
        shell.put(f"{shell.say('status.' + each['status'])}. Why is it left open?", "  ")
        code = shell.pick([(code, reason_word(shell.labels, code, shell.register)) for code in cmd.SIGN_REASONS])
        if code is None:
            return None
        comment = shell.ask("in words:" if code == cmd.OTHER_REASON else "in words, or Enter:") or None
        reason = cmd.OpenReason(code, comment)
        problem = reason_problem(reason)
        if problem is not None:
            shell.problem(problem.message, problem.hint)
            return None
        reasons[each["question"]] = reason
    return reasons
