"""Instruments of a bundle: what conditions may read of them, the questions that ask them, their scores and bands.

An instrument is asked by one question. Beside it stand, as findings named after that question, its score
(``question.score``, a number) and its bands (``question.band``, true or false).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from chatbot.core import protocol as p
from chatbot.core.calculate import Calculation
from chatbot.core.resolve import Shape
from chatbot.core.terms import NumberShape
from chatbot.core.tree import SCORE, Asked, NumberOf, Scored, Sum, Term

Data = Mapping[str, Any]

Scores = tuple[tuple[str, Decimal], ...]


class Instruments:
    """The instruments of one bundle, by the question that asks each."""

    def __init__(self, bundle: Data) -> None:
        known = bundle.get("instruments", {})
        self.by_question: dict[str, Data] = {
            entry["id"]: known[entry["instrument"]]
            for section in bundle["sections"]
            for entry in section["questions"]
            if entry.get("instrument") in known
        }
        self.question_of = {data["instrument"]: question for question, data in self.by_question.items()}

    def shape(self, entry: Data) -> Shape:
        """Return what may be asked of the question that asks an instrument; of an unknown one only its state."""
        data = self.by_question.get(entry["id"])
        if data is None:
            return Shape("text")
        if not _reproduced(data):
            number = self.number(entry["id"])
            return Shape("number", minimum=number.minimum, maximum=number.maximum)
        return Shape("instrument", items=tuple(_scores(data)))

    def numbers(self) -> dict[str, NumberShape]:
        """Return the score of every instrument, as a condition may read it."""
        return {f"{question}.{SCORE}": self.number(question) for question in self.by_question}

    def truths(self) -> frozenset[str]:
        """Return the bands of every instrument."""
        return frozenset(
            f"{question}.{band['id']}" for question, data in self.by_question.items() for band in data.get("bands", ())
        )

    def number(self, question: str, seen: frozenset[str] = frozenset()) -> NumberShape:
        """Return the range and the precision of a score."""
        data = self.by_question[question]
        mean = data.get("scoring") == "mean"
        if _reproduced(data):
            lists = [[score for _, score in scores] for _, scores in _scores(data)]
            of = Decimal(len(lists)) if mean else Decimal(1)
            low, high = sum(map(min, lists), Decimal(0)) / of, sum(map(max, lists), Decimal(0)) / of
        else:
            low, high = Decimal(data["range"]["min"]), Decimal(data["range"]["max"])
        other = self.included(data)
        if other is not None and other not in seen:
            more = self.number(other, seen | {question})
            low, high = low + more.minimum, high + more.maximum
        return NumberShape(None, low, high, int(data.get("round", "1" if mean else "0")))

    def included(self, data: Data) -> str | None:
        """Return the question of the instrument whose score counts into this one."""
        return self.question_of.get(data.get("includes", ""))

    # --- the protocol ---

    def question_parts(self, entry: Data) -> dict[str, Any]:
        """Return what the question of an instrument has besides what its section says."""
        data = self.by_question[entry["id"]]
        if not _reproduced(data):
            number = self.number(entry["id"])
            limits = {"min": str(number.minimum), "max": str(number.maximum)}
            return {"type": "number", "range": limits, "ask": entry.get("ask", data["title"])}
        return {"ask": entry.get("ask", data["stem"])}

    def items(self, entry: Data) -> tuple[p.Axis, ...]:
        """Return the items of the instrument a question asks, each with its options."""
        data = self.by_question[entry["id"]]
        return tuple(
            p.Axis(item["id"], _words(item["text"]), tuple(_options(item, data))) for item in data.get("items", ())
        )

    def instrument(self, question: str) -> p.Instrument:
        """Return one instrument as the protocol holds it."""
        data = self.by_question[question]
        return p.Instrument(
            id=data["instrument"],
            title=_words(data["title"]),
            question=question,
            reproduced=_reproduced(data),
            owner=data["owner"],
            licence=data["licence"],
            attribution=_words(data["attribution"]),
            address=data["address"],
            bands=tuple(p.Band(each["id"], _words(each["title"]), _cites(each)) for each in data.get("bands", ())),
            prorated=int(data.get("prorated", 0)),
            includes=self.included(data),
            mean=data.get("scoring") == "mean",
            cites=_cites(data),
            verified=data["verified"],
        )

    def calculation(self, question: str) -> Calculation:
        """Return how a score is calculated."""
        data, shape = self.by_question[question], self.number(question)
        term: Term
        if not _reproduced(data):
            term, text = Asked(question, Decimal(0) if shape.minimum >= 0 else None), question
        else:
            mean = data.get("scoring") == "mean"
            term = Scored(question, tuple(_scores(data)), mean, data.get("missing", "at_least") != "incomplete")
            text = f"{'mean' if mean else 'sum'}({question})"
        other = self.included(data)
        if other is not None:
            term = Sum((NumberOf(f"{other}.{SCORE}"), term), (False, False))
            text = f"{other}.{SCORE} + {text}"
        return Calculation(text, term, None, shape.minimum, shape.maximum, shape.decimals)

    def band_texts(self, question: str) -> Iterator[tuple[str, str]]:
        """Yield each band with its condition. An edge where the scores end says nothing and is left out."""
        shape = self.number(question)
        for band in self.by_question[question].get("bands", ()):
            edges = [(">=", band.get("from"), shape.minimum), ("<=", band.get("to"), shape.maximum)]
            parts = [
                f"{question}.{SCORE} {op} {_inside(edge)}"
                for op, edge, end in edges
                if edge is not None and _number(edge) != end
            ]
            yield band["id"], " and ".join(parts) or f"{question}.{SCORE} is known"


def _inside(edge: str) -> str:
    return edge if _number(edge) is not None else f"({edge})"


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text.replace(".", "", 1).removeprefix("-").isdecimal() else None


def _reproduced(data: Data) -> bool:
    return bool(data["reproduce"])


def _scores(data: Data) -> Iterator[tuple[str, Scores]]:
    for item in data.get("items", ()):
        yield item["id"], tuple((option.id, option.grade or Decimal(0)) for option in _options(item, data))


def _options(item: Data, data: Data) -> Iterator[p.Option]:
    if "scale" in item:
        scale = item["scale"]
        low, high = int(scale.get("min", 0)), int(scale.get("max", 10))
        ends = {low: scale["low"], high: scale["high"]}
        for step in range(low, high + 1):
            said = ends.get(step, {"clinician": "", "patient": ""})
            label = p.Wording(*(f"{step} {said[register]}".rstrip() for register in ("clinician", "patient")))
            yield p.Option(str(step), label, grade=Decimal(step))
        return
    for option in item.get("options") or data.get("options", ()):
        yield p.Option(option["id"], _words(option["label"]), grade=Decimal(option.get("grade", option["id"])))


def _words(data: Data) -> p.Wording:
    return p.Wording(data["clinician"], data["patient"])


def _cites(data: Data) -> tuple[p.Citation, ...]:
    return tuple(p.Citation(each["reference"], each.get("locator", "")) for each in data.get("cites", ()))
