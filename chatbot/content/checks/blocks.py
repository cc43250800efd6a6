"""Lists of yes/no questions that are read out as one, and what may not stand in them."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package
from chatbot.content.schema import BlockModel, GroupModel, SectionModel
from chatbot.content.source import at
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.values import Urgency


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield what may not be read out as one list; *protocol* is built leniently."""
    for file in package.sections:
        section: SectionModel = file.model
        places = {name: place for place, name in enumerate(section.questions)}
        seen: set[str] = set()
        for index, block in enumerate(section.blocks):
            for inner, name in enumerate(block.questions):
                mark = at(file.root, ("blocks", index, "questions", inner))
                if name not in section.questions:
                    hint = near_miss(name, section.questions) or "a list has questions of its own section"
                    yield mark.diagnostic("P210", f"no question of this section is called {name!r}", hint)
                    continue
                why, hint = _problem(section, protocol, block, inner, places)
                if name in seen:
                    why, hint = f"{name!r} stands in two lists", "leave it in one of them"
                seen.add(name)
                if why:
                    yield mark.diagnostic("P224", why, hint)


def _problem(
    section: SectionModel, protocol: Protocol, block: BlockModel, inner: int, places: dict[str, int]
) -> tuple[str, str]:
    """Say why a question may not stand at its place in a list; empty where it may."""
    name = block.questions[inner]
    question = section.questions[name]
    if isinstance(question, GroupModel) or question.type != "yes_no":
        return f"{name!r} is no yes/no question", "only yes and no can be read out as a list"
    if question.private:
        return f"{name!r} is private and is asked by itself", "take it out of the list"
    flag = behind_emergencies(protocol).get(name)
    if flag is not None:
        return f"{name!r} is read by the emergency {flag!r} and is asked by itself", "take it out of the list"
    before = block.questions[inner - 1] if inner else None
    if before in places and places[name] != places[before] + 1:
        return f"{name!r} does not come right after {before!r}", "a list has questions that stand one after the other"
    return "", ""


def behind_emergencies(protocol: Protocol) -> dict[str, str]:
    """Return every question an emergency hangs on, with the first red flag that reads it.

    Read in *when* or *unless*, directly or through findings; what decides whether such a question is asked; and
    what settles it where it cannot apply. Whether the flag has an urgency while unknown makes no difference.
    """
    found: dict[str, str] = {}
    for flag in protocol.red_flags.values():
        if flag.urgency is not Urgency.EMERGENCY and flag.if_unknown is not Urgency.EMERGENCY:
            continue
        conditions = [each for each in (flag.when, flag.unless) if each is not None]
        waiting = [key for each in conditions for key in sorted(protocol.questions_behind(each))]
        while waiting:
            key = waiting.pop()
            if key in found or key not in protocol.questions:
                continue
            found[key] = flag.id
            question = protocol.questions[key]
            waiting += () if question.when is None else sorted(protocol.questions_behind(question.when))
            waiting += [name for reason in question.cannot_apply for name in reason.substitute]
    return found
