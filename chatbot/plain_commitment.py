"""The commitment in the line mode: urgency, time limit, causes and plan items by number, and the handover in lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chatbot.core.practice.attempt import LONGEST_HANDOVER
from chatbot.core.practice.causes import grave_causes, likely_causes
from chatbot.core.practice.commands import Commit
from chatbot.core.practice.station import Choice
from chatbot.core.values import Urgency
from chatbot.plain_lists import places
from chatbot.practising import Practising

END_OF_HANDOVER = "."


class Talking(Protocol):
    """What is needed of the line mode."""

    practising: Practising

    def put(self, text: str, first: str = "") -> None: ...

    def ask(self, prompt: str) -> str: ...

    def agreed(self, prompt: str) -> bool: ...

    def heading(self, text: str) -> None: ...

    def pick(self, choices: Sequence[str], prompt: str = ...) -> int | None: ...


def commitment(talk: Talking) -> Commit | None:
    """Ask for a commitment, read it back, and return it; None when it is not agreed to."""
    protocol, scoring = talk.practising.protocol, talk.practising.station.scoring
    labels = protocol.labels
    talk.heading("what you make of it")
    levels = [each for each in reversed(Urgency) if each is not Urgency.UNDETERMINED]
    words = [labels[f"urgency.{each.value}"].clinician for each in levels]
    talk.put("How soon must somebody else see this person?")
    urgency = talk.pick(words)
    if urgency is None:
        return None
    talk.put("Within what time?")
    within = talk.pick([each.title for each in scoring.limits])
    if within is None:
        return None
    causes = [Choice(name, title.clinician) for name, title in likely_causes(protocol).items()]
    grave = [Choice(name, title.clinician) for name, title in grave_causes(protocol).items()]
    likely = _several(talk, "What is likely?", causes)
    not_to_miss = _several(talk, "What must not be missed?", grave)
    named = [
        Choice(each.id, each.title, labels[f"category.{each.group}"].clinician if each.group else "")
        for each in scoring.items
    ]
    # By category, each in the order of the content.
    order = list(dict.fromkeys(each.group for each in named))
    items = _several(talk, "What is to be done?", sorted(named, key=lambda each: order.index(each.group)))
    handover = _handover(talk)
    made = Commit(
        levels[urgency].value,
        scoring.limits[within].id,
        tuple(each.id for each in likely),
        tuple(each.id for each in not_to_miss),
        tuple(each.id for each in items),
        handover,
    )
    talk.heading("your commitment")
    talk.put(f"{words[urgency]}, {scoring.limits[within].title}", "  ")
    for said, chosen in (("likely", likely), ("must not be missed", not_to_miss), ("to be done", items)):
        talk.put(f"{said}: {'; '.join(each.title for each in chosen) or 'none'}", "  ")
    talk.put(f"handover: {handover or 'none'}", "  ")
    return made if talk.agreed("Record this?") else None


def _several(talk: Talking, what: str, choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Let several be chosen by their numbers."""
    talk.put(what)
    group = ""
    for place, each in enumerate(choices, 1):
        if each.group != group:
            group = each.group
            talk.put(group)
        talk.put(each.title, f"  {place}  ")
    while True:
        chosen = places(talk.ask("numbers, or Enter for none:"), len(choices))
        if chosen is not None:
            return tuple(choices[place - 1] for place in chosen)
        talk.put(f"type numbers from 1 to {len(choices)}")


def _handover(talk: Talking) -> str:
    """Take the handover line by line, until a dot stands alone."""
    talk.put(
        f"Hand over in a few lines: what you found, how urgent it is, what you ask for. "
        f"A {END_OF_HANDOVER} alone on a line ends it."
    )
    lines: list[str] = []
    while (line := talk.ask("|")) != END_OF_HANDOVER:
        if len("\n".join([*lines, line])) > LONGEST_HANDOVER:
            talk.put(f"That is more than {LONGEST_HANDOVER} characters; this line is left out.", "! ")
        else:
            lines.append(line)
    return "\n".join(lines).strip()
