"""What one record of a case changed, in words: for the player, the line mode, and whoever reads either aloud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.core.playback import Moment
from chatbot.core.protocol import Protocol, Wording
from chatbot.core.taint import taint
from chatbot.core.then import Changed, Turn
from chatbot.core.view import COVERED
from chatbot.export.document import spell
from chatbot.export.standing import FLAG_MARK

MARK_WORDS = {
    "flag": "red flag appears",
    "correction": "correction",
    "urgency": "urgency changes",
    "alarm": "alarm",
    "sitting": "sitting begins",
    "plan": "plan issued",
    "closing": "case closed",
}
"""Mark to what it says."""

MARK_NAMES = {
    "flag": ("red flag", "red flags"),
    "correction": ("correction", "corrections"),
    "urgency": ("change of urgency", "changes of urgency"),
    "alarm": ("alarm", "alarms"),
    "sitting": ("sitting", "sittings"),
    "plan": ("plan issued", "plans issued"),
    "closing": ("end of the case", "ends of the case"),
}
"""Mark to what one and what several are called."""

MARK_SIGNS = {"flag": "!", "alarm": "A", "urgency": "u", "correction": "c", "closing": "s", "plan": "p", "sitting": "|"}
"""Mark to its sign on the time line, what matters most first."""

FEW = 3
"""So many red flags that are settled are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that changed: a sign, the words, and how grave it is."""

    sign: str
    text: str
    grave: str = ""
    """alarm, warn, good, or empty."""


_FLAG_GRAVE = {"present": "alarm", "cannot_exclude": "warn", "open": "", "clear": "good"}
_URGENCY_GRAVE = {"emergency": "alarm", "same_day": "alarm", "urgent": "warn", "routine": "good"}
_RULE_GRAVE = {"recommended": "good", "precaution": "warn", "check_first": "warn", "withheld": "warn"}


def changed_lines(protocol: Protocol, changed: Changed, register: str, *, revealed: bool = False) -> list[Said]:
    """Return what changed, the gravest first. *revealed*: also findings that tell of a private answer."""

    def label(key: str) -> str:
        return spell(protocol.labels, key, register)

    def titled(titles: Callable[[str], Wording | None], name: str) -> str:
        title = titles(name)
        return name if title is None else title.in_register(register)

    def was(turn: Turn, group: str) -> str:
        return f" (was {label(f'{group}.{turn.before}')})" if turn.before else ""

    found: list[Said] = []
    if changed.urgency is not None:
        level = changed.urgency.after
        text = f"urgency: {label(f'symbol.{level}')} {label(f'urgency.{level}')}{was(changed.urgency, 'urgency')}"
        found.append(Said("»", text, _URGENCY_GRAVE.get(level, "")))
    covered = frozenset() if revealed else taint(protocol).red_flags
    clear = [each for each in changed.flags if each.after == "clear"]
    # What a private answer settled is not named: that would tell the answer. What stands is named, as everywhere.
    named = [each for each in clear if each.id not in covered] if len(clear) <= FEW else []
    for each in changed.flags:
        if (each.after == "clear" and each not in named) or (each.after == "open" and each.id in covered):
            continue
        title = titled(lambda name: protocol.red_flags[name].title, each.id)
        text = f"{title}: {label(f'flag.{each.after}')}{was(each, 'flag')}"
        found.append(Said(FLAG_MARK.get(each.after, "·"), text, _FLAG_GRAVE.get(each.after, "")))
    if len(clear) > len(named):
        count = len(clear) - len(named)
        found.append(
            Said(FLAG_MARK["clear"], f"{count} red flag{'' if count == 1 else 's'}: {label('flag.clear')}", "good")
        )
    for each in changed.rules:
        title = titled(lambda name: protocol.rules[name].title, each.id)
        if not each.after:
            found.append(Said("−", f"no longer in the plan: {title}{was(each, 'rule')}"))
            continue
        sign = "+" if not each.before else "~"
        text = f"{label(f'rule.{each.after}')}: {title}{was(each, 'rule')}"
        found.append(Said(sign, text, _RULE_GRAVE.get(each.after, "")))
    hidden = frozenset() if revealed else taint(protocol).findings
    for each in changed.findings:
        title = COVERED if each.id in hidden else titled(lambda name: protocol.findings[name].title, each.id)
        numeric = each.id in protocol.numbers
        if numeric:
            value = COVERED if each.id in hidden else f"{each.before} → {each.after}"
            found.append(Said("=", f"{title}: {value}"))
        elif each.after == "yes":
            found.append(Said("+", f"holds now: {title}"))
        else:
            found.append(Said("−", f"holds no longer: {title}"))
    if changed.phase is not None:
        found.append(Said("»", f"phase: {label(f'phase.{changed.phase.after}')}{was(changed.phase, 'phase')}"))
    if changed.unresolved is not None:
        before, now = changed.unresolved
        found.append(Said("#", f"{now} questions without an answer (were {before})"))
    return found


def span(ms: int) -> str:
    """Say how long something took: ``0:04``, ``3:12``, ``2 h 05 min``, ``3 days 4 h``."""
    seconds = ms // 1000
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02}"
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours < 24:
        return f"{hours} h {minutes:02} min"
    days = hours // 24
    return f"{days} day{'' if days == 1 else 's'} {hours % 24} h"


def when(moment: Moment, short: bool = False) -> str:
    """Say when a moment was, by the wall clock, and how long after the opening and the one before.

    *short*: the time of day and the pause alone.
    """
    if short:
        return f"{moment.wall[11:19]} · +{span(moment.pause_ms)}"
    clock = moment.wall[:19].replace("T", " ")
    if moment.index == 0:
        return f"{clock} UTC"
    return f"{clock} UTC · {span(moment.elapsed_ms)} after the opening · {span(moment.pause_ms)} after the last"


def marked(marks: Sequence[str]) -> str:
    """Say the marks of a moment."""
    return " · ".join(MARK_WORDS[each] for each in marks)
