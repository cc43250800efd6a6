"""Marks for how it was asked: needless and unresolved questions, moves, words of reproach, the handover."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from chatbot.core import events as ev
from chatbot.core.answers import answer_text
from chatbot.core.find import words_of
from chatbot.core.practice.handover import Said, answer_of, asked_for, said_urgency, situation
from chatbot.core.practice.marking_kit import Draft, Marking, capped, counted, sentence, several
from chatbot.core.practice.marking_read import Turn
from chatbot.core.practice.patient import words_in
from chatbot.core.practice.station import Fact, Move
from chatbot.core.values import Answer, to_stored


def lines(marking: Marking) -> Iterator[Draft]:
    """Yield the lines about how it was asked and handed over."""
    yield from _needless(marking)
    yield from _unresolved(marking)
    for move in marking.station.moves:
        if move.points:
            yield _move(marking, move)
    yield from _stigma(marking)
    yield from _handover(marking)


# --- needless -------------------------------------------------------------------------------------


def is_needless(marking: Marking, turn: Turn) -> bool:
    """Whether a question could tell nothing: the person had answered it, or it does not fit this patient.

    What only a record or a handover says may be asked again: it need not be so.
    """
    if turn.act != "ask":
        return False
    if turn.known is not None:
        return turn.known.via != "record"
    return turn.of not in marking.expected.path and turn.of not in marking.station.volunteered


def _needless(marking: Marking) -> Iterator[Draft]:
    free, each, most = (marking.weight(f"needless.{name}") for name in ("free", "each", "most"))
    needless = [turn for turn in marking.record.asked if is_needless(marking, turn)]
    charged = needless[free:]
    if not charged:
        return
    again = [turn for turn in needless if turn.known is not None]
    kinds = [f"{counted(len(again), 'question')} had been answered before"] if again else []
    if len(needless) > len(again):
        kinds.append(f"{counted(len(needless) - len(again), 'question')} did not fit this patient")
    first = charged[0]
    yield Draft(
        id="needless",
        kind="needless",
        domain=marking.domain_of(first.of),
        points=-min(most, each * len(charged)),
        of=0,
        text=f"Asked needlessly: {' and '.join(kinds)}. {several(marking.named(turn.of) for turn in needless)}.",
        at=first.seq,
    )


# --- unresolved -----------------------------------------------------------------------------------

_WANTED = {
    "plain": "It was not asked in plain words.",
    "again": "It takes asking once more.",
    "trust": "It takes asking permission first.",
    "reason": "It takes saying first what it is for.",
    "interpreter": "It takes an interpreter.",
}
"""Why a question was not answered, by what the answer needs."""


def _unresolved(marking: Marking) -> Iterator[Draft]:
    found = [*_never_told(marking), *_not_so(marking)]
    costs = capped([marking.weight("unresolved.each")] * len(found), marking.weight("unresolved.most"))
    for (question, text, at), cost in zip(found, costs, strict=True):
        asked = marking.protocol.questions[question]
        yield Draft(
            id=f"unresolved:{question}",
            kind="unresolved",
            domain=marking.domain_of(question),
            points=-cost,
            of=0,
            text=text,
            why=sentence(asked.why.clinician),
            cites=asked.cites,
            at=at,
        )


def _never_told(marking: Marking) -> Iterator[tuple[str, str, int]]:
    """Yield the questions that were asked and left without an answer."""
    last: dict[str, Turn] = {}
    for turn in marking.record.asked:
        if turn.of in marking.facts and turn.of not in marking.record.answers:
            last[turn.of] = turn
    for question, turn in last.items():
        why = _WANTED.get(marking.facts[question].needs, "")
        if marking.facts[question].needs == "plain":
            words = words_in(turn.said, marking.scoring.jargon)
            why += f" Not plain: {several(words)}." if words else ""
        yield question, f"Asked, and left without an answer: {marking.named(question)}. {why}".strip(), turn.seq


def _not_so(marking: Marking) -> Iterator[tuple[str, str, int]]:
    """Yield what was taken from a record or a handover, is not so, and was not put right."""
    seen = {each.question: each.seq for each in marking.record.learned}
    for question, answer in marking.record.answers.items():
        fact = marking.facts.get(question)
        if answer.via != "record" or fact is None or _is_so(marking, fact, answer):
            continue
        labels, asked = marking.protocol.labels, marking.protocol.questions[question]
        said = answer_text(labels, asked, answer, "clinician")
        truly = answer_text(labels, asked, answer_of(marking.protocol, fact, marking.record.as_of), "clinician")
        text = f"Taken from what was written, and not so: {marking.named(question)}. It says: {said}. It is: {truly}."
        yield question, text, seen[question]


def _is_so(marking: Marking, fact: Fact, answer: Answer) -> bool:
    if answer.value is None or fact.value is None:
        status = None if answer.status is None else answer.status.value
        return answer.value is None and fact.value is None and status == fact.status
    return to_stored(answer.value) == to_stored(answer_of(marking.protocol, fact, marking.record.as_of).value or "")


# --- moves ----------------------------------------------------------------------------------------


def _move(marking: Marking, move: Move) -> Draft:
    made = next((turn for turn in marking.record.turns if turn.act == "move" and turn.of == move.id), None)
    before = frozenset(move.before)
    late = next((turn for turn in marking.record.asked if turn.of in before), None)
    in_time = made is not None and (late is None or made.seq < late.seq)
    if made is None:
        text = f"Not done: {sentence(move.label)}"
    elif late is not None and not in_time:
        text = f"Done too late: {sentence(move.label)} Asked before it: {marking.named(late.of)}."
    else:
        text = f"Done: {sentence(move.label)}"
    return Draft(
        id=f"move:{move.id}",
        kind="move",
        domain=marking.domain_of_part("communication"),
        points=move.points if in_time else 0,
        of=move.points,
        text=text,
        at=None if made is None else made.seq,
    )


# --- words of reproach ----------------------------------------------------------------------------


def _stigma(marking: Marking) -> Iterator[Draft]:
    say = {each.word: each.say for each in marking.scoring.stigmatising}
    said = [(turn.said, turn.seq) for turn in marking.record.turns if not _is_given(marking, turn)]
    commitment, at = marking.record.commitment, marking.record.committed_at
    if commitment is not None and at is not None:
        said.append((commitment.handover, at))
    found = [(word, seq, n) for text, seq in said for n, word in enumerate(reproaching(text, tuple(say)), 1)]
    costs = capped([marking.weight("stigma.each")] * len(found), marking.weight("stigma.most"))
    for (word, seq, number), cost in zip(found, costs, strict=True):
        yield Draft(
            id=f"stigma:{seq}:{number}",
            kind="stigma",
            domain=marking.domain_of_part("communication"),
            points=-cost,
            of=0,
            text=f"You said “{word}”, which judges the person. Say instead: {say[word]}.",
            at=seq,
        )


def _is_given(marking: Marking, turn: Turn) -> bool:
    """Whether what was said is the wording the program offers: nobody is marked for that."""
    if turn.act == "ask":
        asked = marking.protocol.questions[turn.of].ask
        return turn.said in {asked.patient.strip(), asked.clinician.strip()}
    offered = [(each.id, each.label) for each in marking.station.moves]
    offered += [(each.id, each.title) for each in marking.station.documents]
    return (turn.of, turn.said) in offered


def reproaching(text: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return the words of reproach a text uses, each as often as it does. What is quoted is spoken about, not used."""
    pattern, spelled = _pattern(tuple(words))
    if pattern is None:
        return ()
    bare = _QUOTED.sub(" … ", text)
    return tuple(spelled[words_of(found.group())] for found in pattern.finditer(bare))


_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|«[^»]*»|‘[^’]*’(?!\w)')
"""Words in quotation marks. Single straight ones are left out: they are apostrophes too."""


@lru_cache(maxsize=8)
def _pattern(words: tuple[str, ...]) -> tuple[re.Pattern[str] | None, dict[tuple[str, ...], str]]:
    """Return what finds any of several words or phrases, the longest first, and how lists spell what it found."""
    spelled = {words_of(each): each for each in words if words_of(each)}
    if not spelled:
        return None, {}
    longest_first = sorted(spelled, key=lambda each: (-len(each), -len(" ".join(each)), each))
    found = "|".join(r"[\s\-]+".join(re.escape(part) for part in each) for each in longest_first)
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE), spelled


# --- the handover ---------------------------------------------------------------------------------


def _handover(marking: Marking) -> Iterator[Draft]:
    commitment = marking.record.commitment or ev.PracticeCommitted("", "", [], [], [], "")
    text, station, protocol = commitment.handover, marking.station, marking.protocol
    parts: tuple[tuple[str, Said | None, str, str], ...] = (
        ("situation", situation(protocol, station, text), "what was found", "for example"),
        ("urgency", said_urgency(protocol, station, text), "how soon somebody has to come", "that is"),
        ("request", asked_for(protocol, station, text), "what is asked for", "for example"),
    )
    for name, said, what, such in parts:
        weight = marking.weight(f"handover.{name}")
        if said is None:
            continue  # there is nothing of the kind to say
        yield Draft(
            id=f"handover:{name}",
            kind="handover",
            domain=marking.domain_of_part("handover"),
            points=weight if said.is_said else 0,
            of=weight,
            text=f"The handover says {what}: {said.what}."
            if said.is_said
            else f"The handover does not say {what}; {such}: {said.what}.",
            at=marking.record.committed_at,
        )
