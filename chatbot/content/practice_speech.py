"""How a simulated patient says an answer: by ``voices.yaml``, or by the labels of the protocol where that is silent.

The same seed chooses the same words; what is said of one question hangs on no other.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from chatbot.content.practice_schema import VoiceModel
from chatbot.core.answers import answer_text, option_label, value_text
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.values import Answer, Source, Span, decimal_text

COMPOSITE = frozenset({QuestionType.GRID, QuestionType.INSTRUMENT})
"""Types whose values no single line of a voice can say."""

_MONTHS = "January February March April May June July August September October November December".split()

_SMALL = "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()

NEAR = 14
"""Days up to which a date is said as so many days ago."""

SEEN = frozenset({Source.EXAMINATION, Source.OBSERVER, Source.RECORD})
"""Sources of what the person is not asked about."""


def voice_key(question: Question) -> str:
    """Return the key under which voices speak of a question: of a row of a group ``group.field``."""
    return question.id if question.group is None else f"{question.group}.{question.id.rsplit('.', 1)[1]}"


def voice_of(voices: Mapping[str, VoiceModel], question: Question) -> VoiceModel | None:
    """Return the voice of a question; one for a single row goes before that of its field."""
    return voices.get(question.id) or voices.get(voice_key(question))


def is_asked_of_the_person(question: Question) -> bool:
    """Whether the person is asked, and not examined or looked up."""
    return question.source not in SEEN


def voiced(
    protocol: Protocol, voices: Mapping[str, VoiceModel], question: Question, answer: Answer, as_of: datetime, seed: str
) -> str | None:
    """Return an answer in the words of ``voices.yaml``; None where it has none for it."""
    voice = voice_of(voices, question)
    if voice is None:
        return None
    if answer.status is not None:
        return _one(voice.said.get(answer.status.value), seed)
    value = answer.value
    if isinstance(value, tuple):
        return _several(question, voice, value, seed)
    if isinstance(value, Mapping):
        return None if voice.lead is None else sentence(f"{voice.lead} {value_text(question, value, 'patient')}")
    if isinstance(value, str) and question.type is not QuestionType.TEXT:
        return _one(voice.said.get(value), seed)
    line = _one(voice.said.get(str(value)) or voice.value, seed)
    return None if line is None else filled(line, blanks(question, value, as_of))


def blanks(question: Question, value: object, as_of: datetime) -> dict[str, str]:
    """Return what the blanks of a line stand for: ``{value}``, and of a number its ``{unit}``."""
    if isinstance(value, Span):
        return {"value": date_words(value, as_of)}
    if isinstance(value, str):
        return {"value": value}
    return {"value": decimal_text(Decimal(str(value))), "unit": question.unit or ""}


def filled(line: str, blanks: Mapping[str, str]) -> str:
    """Return a line with its blanks filled in."""
    for name, text in blanks.items():
        line = line.replace("{" + name + "}", text)
    return " ".join(line.split())


def _several(question: Question, voice: VoiceModel, chosen: Sequence[str], seed: str) -> str | None:
    exclusive = {option.id for option in question.options if option.exclusive}
    if len(chosen) == 1 and (whole := voice.said.get(chosen[0])) is not None:
        return _one(whole, seed)
    if set(chosen) <= exclusive and (none := voice.said.get("none")) is not None:
        return _one(none, seed)
    phrases = [_one(voice.each.get(each), f"{seed} {each}") for each in chosen]
    said = [each for each in phrases if each is not None]
    if not said or len(said) != len(chosen):
        return None
    return sentence(f"{voice.lead or ''} {listed(said)}")


def labelled(protocol: Protocol, question: Question, answer: Answer, as_of: datetime) -> str:
    """Return an answer in the words of the protocol: what the person says, or what is found."""
    if not is_asked_of_the_person(question):
        named, register = question.named.clinician, "clinician"
    else:
        named, register = question.named.patient, "patient"
    if isinstance(answer.value, Span):
        said = date_words(answer.value, as_of)
    elif isinstance(answer.value, tuple):
        said = listed([option_label(question, each).in_register(register) for each in answer.value])
    else:
        said = answer_text(protocol.labels, question, answer, register)
    return sentence(f"{named.rstrip('?:. ')}: {said}")


def sentence(text: str) -> str:
    """Return a text as one sentence: a capital first and an end."""
    text = " ".join(text.split())
    end = "" if text.endswith((".", "!", "?", "…")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}"


def listed(parts: Sequence[str]) -> str:
    """Return parts joined with commas, and "and" before the last."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def date_words(span: Span, as_of: datetime) -> str:
    """Say a date that may be partial: "yesterday", "five days ago", "on 12 March", "in March 2015", "in 2015"."""
    first, slash, last = span.text.partition("/")
    if slash:
        if span.first.year == 1900:
            return f"some time before {_bare(last, as_of)}"
        return f"some time between {_bare(first, as_of)} and {_bare(last, as_of)}"
    return _point_words(first, as_of)


def _point_words(text: str, as_of: datetime) -> str:
    parts = text[:10].split("-")
    if len(parts) < 3:
        return f"in {_bare(text, as_of)}"
    ago = (as_of.date() - datetime(*map(int, parts)).date()).days  # type: ignore[arg-type]  # three numbers
    at = f" at {text[11:]}" if len(text) > 10 else ""
    if ago in (0, 1):
        return ("today" if ago == 0 else "yesterday") + at
    if 1 < ago <= NEAR:
        return f"{_SMALL[ago]} days ago{at}"
    return f"on {_bare(text, as_of)}"


def _bare(text: str, as_of: datetime) -> str:
    """Say a date without a word before it: "12 March 2015", "March 2015", "2015"."""
    year, *rest = text[:10].split("-")
    if not rest:
        return year
    month = _MONTHS[int(rest[0]) - 1]
    if len(rest) == 1:
        return f"{month} {year}"
    near = timedelta() <= as_of - datetime(int(year), int(rest[0]), int(rest[1])) < timedelta(days=300)
    said = f"{int(rest[1])} {month}" + ("" if near else f" {year}")
    return f"{said} at {text[11:]}" if len(text) > 10 else said


def coloured(line: str, before: Sequence[str], after: Sequence[str], seed: str) -> str:
    """Return a reply with what a persona says before and after it, chosen by the seed."""
    source = random.Random(f"{seed} around")
    start = source.choice(before) if before else ""
    end = source.choice(after) if after else ""
    if start:
        line = f"{start} {line if start.endswith(('.', '!', '?', '…')) else _small(line)}"
    if end:
        line = line + end if end[0] in ",;" else f"{line} {end}"
    return line


def _small(line: str) -> str:
    """Return a line to stand within a sentence: its first letter small where the word allows it."""
    word = line.split(" ", 1)[0].rstrip(",.;:!?")
    keeps = word.split("'")[0].split("’")[0] == "I" or word in _MONTHS or word[1:] != word[1:].lower()
    return line if keeps else f"{line[:1].lower()}{line[1:]}"


def _one(lines: Sequence[str] | None, seed: str) -> str | None:
    """Choose one of several lines."""
    return random.Random(f"{seed} line").choice(lines) if lines else None
