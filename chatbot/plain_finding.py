"""The line mode's ``:find``: a question, section, recommendation, reference or command by words of it."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.core import commands as cmd
from chatbot.core.find import Fit, Found, Kind, Target, find
from chatbot.core.find_content import content_targets, first_of, why_not
from chatbot.export.document import rule_blocks
from chatbot.export.reference import reference_blocks
from chatbot.plain_shell import Shell

MOST = 12
"""Things listed at once."""


def found_for(shell: Shell, commands: Sequence[tuple[str, str]], typed: str) -> list[Found]:
    """Return what fits; *commands* are names and what each does."""
    targets = [Target(Kind.COMMAND, name, f":{name}", (help_,)) for name, help_ in commands]
    return find([*targets, *content_targets(shell.interview.protocol, shell.interview.case, shell.register)], typed)


def choose_found(shell: Shell, found: Sequence[Found]) -> Target | None:
    """List what was found and let one be chosen by number."""
    if not found:
        shell.put("nothing has these words; try fewer, or part of one")
        return None
    if found[0].fit is Fit.NEAR:
        shell.put("Nothing has these words. Near:")
    listed = [each.target for each in found[:MOST]]
    places = {str(place): each for place, each in enumerate(listed)}
    choices = [(place, f"{each.kind.value}: {each.name}") for place, each in places.items()]
    if len(found) > MOST:
        shell.put(f"the first {MOST} of {len(found)}; more words find fewer")
    chosen = shell.pick(choices)
    return None if chosen is None else places[chosen]


def go_to(shell: Shell, target: Target) -> bool:
    """Do what is to be done with something of the content: a question is put, the rest is read out."""
    protocol, case = shell.interview.protocol, shell.interview.case
    match target.kind:
        case Kind.QUESTION:
            refused = why_not(protocol, case, target.id)
            if not refused:
                return shell.send(cmd.Show(target.id))
            shell.problem(refused, "")
        case Kind.SECTION:
            question = first_of(protocol, case, target.id)
            if question is not None:
                return shell.send(cmd.Show(question))
            shell.problem("no question of this section is asked of this person", "")
        case Kind.RECOMMENDATION:
            made = shell.interview.case.decisions
            plan = shell.interview.plan()
            shell.blocks(rule_blocks(plan, shell.labels, target.id, register=shell.register, decisions=made))
        case Kind.REFERENCE:
            shell.blocks(reference_blocks(protocol, target.id, shell.register))
        case Kind.COMMAND:
            pass
    return False
