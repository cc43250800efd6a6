"""Why a line of the case panel stands as it does: conditions in words, answers, what would settle it, sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatbot.core.flag_why import Behind, FlagWhy, Settles
from chatbot.core.protocol import Citation
from chatbot.core.taint import taint
from chatbot.core.view import COVERED, View
from chatbot.tui.drawing.panel import STANDING, ahead, minutes
from chatbot.tui.drawing.standing import FLAG_MARK, FLAG_ROLE, URGENCY_ROLE
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, wrapped
from chatbot.tui.words import Words, many, sentence, time_words

Item = Mapping[str, Any]


def title(text: str, width: int, role: str = "strong") -> list[Line]:
    """Draw what is explained."""
    return [*wrapped(sentence(text), width, role), BLANK]


def part(heading: str, texts: Iterable[str], width: int, role: str = "") -> list[Line]:
    """Draw a heading and what stands under it; nothing where nothing does."""
    said = [row for text in texts if text for row in hang("· ", text, width, role)]
    return [*wrapped(sentence(heading), width, "strong"), *said, BLANK] if said else []


def flag(why: FlagWhy, state: str, words: Words, today: str, width: int, *, revealed: bool) -> list[Line]:
    """Explain a red flag."""
    found = words.protocol.red_flags[why.flag]
    role = FLAG_ROLE.get(state, "")
    rows = [*wrapped(sentence(words.say(found.title)), width, "strong")]
    level = "" if why.urgency is None else f": {words.label(f'urgency.{why.urgency.value}')}"
    rows += [*wrapped(f"{FLAG_MARK.get(state, '·')} {words.label(f'flag.{state}')}{level}", width, role), BLANK]
    if not why.behind and not why.settles:
        rows += [*wrapped("The questions it hangs on do not apply here.", width), BLANK]
    rows += part("from these answers", (_behind(each, words, today, revealed) for each in why.behind), width)
    rows += part("these would settle it", (_settles(each) for each in why.settles), width)
    rows += part("raised when", [why.condition], width)
    rows += part("cleared when", [why.unless], width)
    rows += part("what it asks for", [_levels(why, words)], width)
    return rows + _sources(words, found.cites, width)


def _levels(why: FlagWhy, words: Words) -> str:
    present = f"{words.label('flag.present')}: {words.label(f'urgency.{why.present.value}')}"
    unknown = "nothing" if why.if_unknown is None else words.label(f"urgency.{why.if_unknown.value}")
    return f"{present}; {words.label('flag.cannot_exclude')}: {unknown}"


def _behind(each: Behind, words: Words, today: str, revealed: bool) -> str:
    said = COVERED if each.private and not revealed else each.answer
    return f"{each.text}: {said}  ({words.label(f'source.{each.source}')}, {time_words(each.given, today)})"


def _settles(each: Settles) -> str:
    return f"{each.text}: {each.answer}" if each.answer else each.text


def _sources(words: Words, cites: Sequence[Citation], width: int) -> list[Line]:
    said = []
    for each in cites:
        reference = words.protocol.references[each.reference]
        seen = f"{reference.type.replace('_', ' ')}; {reference.verified.replace('_', ' ')}"
        said.append(f"{', '.join(filter(None, (reference.citation, each.locator)))} ({seen})")
    return part(words.heading("references"), said, width)


def urgency(view: View, words: Words, whys: Sequence[FlagWhy], width: int) -> list[Line]:
    """Explain the urgency by the red flags that stand. *whys*: of each of those."""
    role = URGENCY_ROLE.get(view.urgency, "strong")
    rows = title(f"{view.urgency_symbol} {view.urgency_label}", width, role)
    rows += [*wrapped(view.urgency_text, width), BLANK]
    states = {each.id: each for each in view.flags}
    for state in STANDING:
        said = [
            f"{states[why.flag].title}: {words.label(f'urgency.{why.urgency.value}')}"
            for why in whys
            if why.urgency is not None and states[why.flag].state == state
        ]
        rows += part(f"{FLAG_MARK[state]} {words.label(f'flag.{state}')}", said, width)
    if not any(flag.state in STANDING for flag in view.flags):
        rows += wrapped("No red flag has raised it.", width)
    return rows


def flags(view: View, words: Words, state: str, width: int) -> list[Line]:
    """Name the red flags in one state."""
    named = [each.title for each in view.flags if each.state == state]
    label = f"{FLAG_MARK[state]} {len(named)} {words.label(f'flag.{state}')}"
    return [*title(label, width), *(row for each in named for row in hang("· ", each, width))]


def progress(view: View, width: int) -> list[Line]:
    """Say what is left by section, and how the estimate is made."""
    rows = title(f"{view.done} of about {view.expected} answered; {ahead(view)}", width)
    left = []
    for each in view.left:
        later = f", {each.later} put off" if each.later else ""
        left.append(f"{each.section}: {many(each.questions, 'question')}{later}, about {minutes(each.minutes)}")
    rows += part("left to ask", left, width)
    if view.may_come:
        more = f"{many(view.may_come, 'question')} may come, depending on answers; all of them would take about"
        rows += part("not known yet", [f"{more} {minutes(view.may_take)}."], width)
    told = "Minutes are counted by the words read aloud and the keys pressed; a person who explains takes longer."
    return rows + wrapped(told, width, "quiet")


def counts(view: View, words: Words, width: int) -> list[Line]:
    """Name the lines that are to be done first."""
    first = [f"{each.title}, {each.within}" for each in view.first]
    rows = title(words.heading("plan"), width)
    rows += part("first", first, width)
    return rows + wrapped("F5 at the question shows the whole plan as it stands.", width, "quiet")


def rule(item: Item, words: Words, width: int, citations: Mapping[str, str], *, revealed: bool) -> list[Line]:
    """Explain a line of the plan: what it rests on, what would hold it back, where it comes from."""
    private = taint(words.protocol).questions
    rows = title(words.pick(item["title"]), width)
    rows += [*wrapped(words.pick(item["text"]), width), BLANK]
    because = [COVERED if each["question"] in private and not revealed else each["wording"] for each in item["because"]]
    rows += part(words.heading("because"), dict.fromkeys(because), width)
    state = {True: "holds", False: "no", "unknown": "not known"}
    guards = words.protocol.guards
    rows += part("unless", [f"{words.say(guards[e['id']].title)}: {state[e['state']]}" for e in item["guards"]], width)
    questions = words.protocol.questions
    rows += part("waits for", [words.say(questions[key].named) for key in item["pending_on"]], width)
    cited = [", ".join(filter(None, (citations.get(e["id"], e["id"]), e["locator"]))) for e in item["references"]]
    rows += part(words.heading("references"), cited, width)
    return rows + wrapped(f"{item['strength']}; certainty: {item['certainty']}", width, "quiet")


def head(text: str) -> Line:
    """Draw the line above an explanation that stands beside the panel."""
    return line(Seg(text, "quiet"))
