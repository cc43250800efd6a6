"""What the instruments of a case come to: score, band, what is missing, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chatbot.core.answers import score_of
from chatbot.core.facts import Facts
from chatbot.core.numbers import Reading, read_number
from chatbot.core.protocol import Band, Instrument, Protocol, Question
from chatbot.core.quantity import CONTEXT, combined, exactly, rounded
from chatbot.core.values import Answer, decimal_text


@dataclass(frozen=True, slots=True)
class Score:
    """An instrument as it stands in one case."""

    number: Reading
    missing: int
    """Items without an answer, those of an instrument it includes among them."""
    estimate: Decimal | None
    """The score by proportion, where few enough items are missing. Nothing reads it; it is only said."""
    band: Band | None
    """The band the score is known to fall in."""


def read_score(protocol: Protocol, facts: Facts, instrument: Instrument) -> Score:
    """Return what an instrument comes to. An item without an answer is missing, never zero."""
    number = read_number(protocol, facts, instrument.score)
    parts = _parts(protocol, facts, instrument)
    missing = sum(1 for score in parts if score is None)
    band = next(
        (each for each in instrument.bands if facts.findings.get(f"{instrument.question}.{each.id}") is True), None
    )
    return Score(number, missing, _estimate(protocol, instrument, parts), band)


def _parts(protocol: Protocol, facts: Facts, instrument: Instrument) -> tuple[Decimal | None, ...]:
    """Return what every item scores; of a score that is entered nothing."""
    question = protocol.questions[instrument.question]
    value = facts.values[instrument.question]
    own = score_of(question, value if isinstance(value, Mapping) else {}) if instrument.reproduced else ()
    other = None if instrument.includes is None else protocol.questions[instrument.includes].instrument
    return own if other is None else (*_parts(protocol, facts, protocol.instruments[other]), *own)


def _estimate(protocol: Protocol, instrument: Instrument, parts: tuple[Decimal | None, ...]) -> Decimal | None:
    known = [score for score in parts if score is not None]
    if not known or not 0 < len(parts) - len(known) <= instrument.prorated:
        return None
    share = combined(known, True)
    whole = share if instrument.mean else CONTEXT.multiply(share, Decimal(len(parts)))
    return rounded(exactly(whole), protocol.numbers[instrument.score].decimals).low


def answer_number(protocol: Protocol, question: Question, answer: Answer) -> Decimal | None:
    """Return an answer as a number to compare: itself, or what an instrument comes to when no item is missing."""
    value = answer.value
    if isinstance(value, Mapping) and question.instrument is not None:
        instrument = protocol.instruments[question.instrument]
        scores = [score for score in score_of(question, value) if score is not None]
        if len(scores) < len(question.rows) or instrument.includes is not None:
            return None
        number = combined(scores, instrument.mean)
        return rounded(exactly(number), protocol.numbers[instrument.score].decimals).low if instrument.mean else number
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def told(protocol: Protocol, facts: Facts) -> list[Instrument]:
    """Return the instruments a plan names: those with something to say, one that counts into another left out."""
    found = [
        each
        for each in protocol.instruments.values()
        if each.question in protocol.questions
        and each.score in protocol.findings
        and isinstance(facts.values[each.question], Mapping | Decimal)
        and facts.states[each.question] == "known"
    ]
    counted = {each.includes for each in found}
    return [each for each in found if each.question not in counted]


def instrument_json(protocol: Protocol, facts: Facts, instrument: Instrument) -> dict[str, Any]:
    """Return an instrument as an entry of the plan's ``instruments``, without its reasons."""
    score, shape = read_score(protocol, facts, instrument), protocol.numbers[instrument.score]

    def text(number: Decimal | None) -> str | None:
        return None if number is None else decimal_text(number)

    cites = (*instrument.cites, *(() if score.band is None else score.band.cites))
    return {
        "id": instrument.id,
        "question": instrument.question,
        "title": {"clinician": instrument.title.clinician, "patient": instrument.title.patient},
        "score": text(score.number.value),
        "at_least": text(score.number.at_least),
        "range": [decimal_text(shape.minimum), decimal_text(shape.maximum)],
        "missing": score.missing,
        "estimate": text(score.estimate),
        "band": None if score.band is None else _band(score.band),
        "owner": instrument.owner,
        "licence": instrument.licence,
        "attribution": {
            "clinician": instrument.attribution.clinician,
            "patient": instrument.attribution.patient,
        },
        "references": [
            {"id": reference, "locator": locator}
            for reference, locator in dict.fromkeys((each.reference, each.locator) for each in cites)
        ],
    }


def _band(band: Band) -> dict[str, Any]:
    return {"id": band.id, "title": {"clinician": band.title.clinician, "patient": band.title.patient}}
