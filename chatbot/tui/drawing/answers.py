"""Every question that was asked or is to be asked, with where it stands: by section, what waits first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chatbot.core.case import Case, is_open
from chatbot.core.findings import network
from chatbot.core.view import AnsweredView, View
from chatbot.core.volunteered import volunteered
from chatbot.tui.drawing.history import mark, veiled
from chatbot.tui.lines import Line, Seg, fold, hang, line, width_of, wrapped
from chatbot.tui.safe import cells, safe
from chatbot.tui.words import Words, time_words

WAITING = "waiting"
"""What must still be seen to before the case can be signed: put off, carried, or too old to count."""

USUAL_MARKS = 2
"""Where an answer comes from and when it was given: of more than that something is to be known."""

SAID = "volunteered"
"""An open question that something the person said may concern."""

SCOPES = ("all", "answered", "later", "open", SAID, "to confirm", "raises")


@dataclass(frozen=True, slots=True)
class Entry:
    """One question in the list."""

    id: str
    scopes: frozenset[str]
    """Those of ``SCOPES`` it belongs to, besides all."""
    sign: str
    role: str
    section: str
    """The heading it stands under."""
    text: str
    answer: str
    """The answer in words; of a question without one, that it is open or put off."""
    marks: tuple[str, ...] = ()
    """What else is to be known of the answer: where it comes from, when it was given, what hangs on it."""

    @property
    def searched(self) -> str:
        """What a filter looks in."""
        return f"{self.section} {self.text} {self.answer} {' '.join(self.marks)} {self.id}".casefold()


def entries(view: View, case: Case, words: Words) -> list[Entry]:
    """Return every question asked or to be asked: what waits, then section by section, the open ones first."""
    protocol = words.protocol
    answered = {each.id: each for each in veiled(view.answered)}
    found = [_entry(key, answered.get(key), view, case, words) for key in network(protocol).ask_order]
    said = {each.question for each in volunteered(protocol, case)}
    listed = [_volunteered(each) if each.id in said else each for each in found if each is not None]
    waiting = [each for each in listed if each.section == WAITING]
    order = {words.say(section.title): place for place, section in enumerate(protocol.sections.values())}
    rest = [each for each in listed if each.section != WAITING]
    return [*waiting, *sorted(rest, key=lambda each: (order[each.section], "open" not in each.scopes))]


def _entry(key: str, answered: AnsweredView | None, view: View, case: Case, words: Words) -> Entry | None:
    question = words.protocol.questions[key]
    section, text = words.say(words.protocol.sections[question.section].title), words.say(question.ask)
    if is_open(words.protocol, case, key) and key not in case.answers:
        state = "later" if key in case.postponed else "open"
        return Entry(key, frozenset({state}), "·", "", WAITING if state == "later" else section, text, state)
    if answered is None or not answered.applies:
        return None
    expired = key in case.assessment.expired
    sign, role = ("~", "warn") if expired else mark(answered)
    scopes = {"answered"}
    scopes |= {"to confirm"} if answered.carried or expired else set()
    scopes |= {"raises"} if answered.raises else set()
    marks = [words.label(f"source.{answered.source}"), time_words(answered.given, view.as_of)]
    marks += ["raises a red flag"] if answered.raises else []
    marks += ["private"] if answered.private else []
    marks += ["carried, to be confirmed"] if answered.carried else ["too old to count"] if expired else []
    section = WAITING if "to confirm" in scopes else section
    return Entry(key, frozenset(scopes), sign, role, section, text, answered.answer, tuple(marks))


def _volunteered(each: Entry) -> Entry:
    """Mark an open question that something said may concern."""
    return replace(each, scopes=each.scopes | {SAID}, answer=f"{each.answer}, {SAID}")


def counts(found: Sequence[Entry]) -> list[tuple[str, int]]:
    """Return the scopes that hold something, each with how many questions it has."""
    sizes = {scope: sum(scope in each.scopes for each in found) for scope in SCOPES[1:]}
    return [("all", len(found)), *((scope, count) for scope, count in sizes.items() if count)]


def heading(section: str, found: Sequence[Entry], width: int) -> list[Line]:
    """Draw the name of a section, and how many of its questions have an answer."""
    if section == WAITING:
        return wrapped("To be seen to before signing", width, "warn")
    own = [each for each in found if each.section == section]
    done = sum("answered" in each.scopes for each in own)
    return [(Seg(row, "strong"), Seg(f"  {done} of {len(own)}", "quiet")) for row in fold(section, width - 10)[:1]]


def draw(each: Entry, at: bool, width: int) -> list[Line]:
    """Draw one question with its answer, and where that comes from at the right; in a row of its own at the mark."""
    label = line(Seg("▸ " if at else "  ", "key"), Seg(f"{each.sign} ", each.role))
    drawn = hang(label, f"{each.text}  {each.answer}", width, "strong" if at else "")
    said = " · ".join(each.marks)
    room = width - width_of(drawn[-1]) - cells(safe(said))
    if said and room > 2:
        drawn[-1] = (*drawn[-1], Seg(" " * room), Seg(said, "quiet"))
    elif said and (at or len(each.marks) > USUAL_MARKS):
        drawn += hang("      ", said, width, "quiet")
    return drawn
