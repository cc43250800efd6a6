"""Simulated patients drawn by the shares of ``prevalence.yaml``, with the red flags that were planted in them.

What is drawn knows nothing of conditions, findings or flags. Which planted facts are red flags is said by the lists in
``prevalence.yaml``, read here by plain comparison, so that the count of the missed does not ask the one who may miss.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from chatbot.content.answers_file import assessed_case, commands_of, read_answers
from chatbot.content.checks.prevalence import span
from chatbot.content.diagnostics import refuse
from chatbot.content.library import shown_path
from chatbot.content.package import read_beside
from chatbot.content.prevalence_schema import DrawModel, FactModel, PrevalenceModel, WantedModel
from chatbot.core.answers import accept
from chatbot.core.batch import with_answers
from chatbot.core.case import Case
from chatbot.core.commands import GiveAnswer
from chatbot.core.events import CaseOpened
from chatbot.core.protocol import Protocol, QuestionType
from chatbot.core.urgency import is_asked
from chatbot.core.values import Status, Stored, Urgency, moment_text, parse_moment

Drawn = str | tuple[str, ...]
"""A value, a status word, or the options that were chosen."""


@dataclass(frozen=True, slots=True)
class Generated:
    """One drawn patient."""

    number: int
    drawn: Mapping[str, Drawn]
    """What was drawn, by question; days for dates."""
    pictures: tuple[str, ...]
    flags: tuple[str, ...]
    """Facts of ``prevalence.yaml`` that are true of what was drawn."""
    at_least: Urgency
    """The most urgent of them; routine where there is none."""
    case: Case


class Population:
    """The patients one protocol folder describes."""

    def __init__(self, protocol: Protocol, folder: Path) -> None:
        """Raises: ContentError when the folder's ``prevalence.yaml`` cannot be read."""
        path = folder / "prevalence.yaml"
        file, found = read_beside(path, shown_path(path), PrevalenceModel)
        refuse(found)
        assert file is not None
        self.protocol, self.model = protocol, file.model
        base = read_answers(folder / "vignettes" / f"{self.model.like}.yaml")
        assert base.as_of is not None
        self.as_of = parse_moment(base.as_of)
        known = assessed_case(protocol, base, base.as_of).answers
        self.base = {each.question: each for each in commands_of(protocol, base, base.as_of) if each.question in known}

    def patients(self, seed: int, count: int) -> Iterator[Generated]:
        """Yield patients; the same seed gives the same ones, and a question that comes in changes no other's draw."""
        for number in range(1, count + 1):
            yield self._one(number, f"{seed} {number}")

    def patient(self, number: int, seed: str) -> Generated:
        """Return the patient that a seed of its own gives."""
        return self._one(number, seed)

    def _one(self, number: int, seed: str) -> Generated:
        draws: dict[str, DrawModel] = dict(self.model.answers)
        pictures = []
        for name, picture in self.model.pictures.items():
            if random.Random(f"{seed} picture {name}").random() * 100 < picture.share:
                pictures.append(name)
                draws |= picture.answers
        drawn = self.drawn(draws, seed)
        flags = tuple(name for name, fact in self.model.facts.items() if self._is_true(fact, drawn))
        at_least = max((Urgency(self.model.facts[name].at_least) for name in flags), default=Urgency.ROUTINE, key=_rank)
        return Generated(number, drawn, tuple(pictures), flags, at_least, self._case(number, drawn))

    def drawn(self, draws: Mapping[str, DrawModel], seed: str) -> dict[str, Drawn]:
        """Draw an answer to each question, each by a seed of its own."""
        return {name: self._draw(name, draw, random.Random(f"{seed} {name}")) for name, draw in draws.items()}

    def _draw(self, name: str, draw: DrawModel, source: random.Random) -> Drawn:
        if draw.always:
            return draw.always
        if draw.each:
            chosen = tuple(option for option, share in draw.each.items() if source.random() * 100 < share)
            return chosen or self._nothing(name)
        parts = draw.shares or draw.ranges or draw.days_ago
        (part,) = source.choices(list(parts), weights=[float(share) for share in parts.values()])
        if draw.shares:
            return part
        ends = span(part)
        assert ends is not None
        decimals = max(0, *(-int(end.as_tuple().exponent) for end in ends))
        steps = int((ends[1] - ends[0]) * 10**decimals)
        return str(ends[0] + Decimal(source.randint(0, steps)).scaleb(-decimals))

    def _nothing(self, name: str) -> Drawn:
        """Return the option that says none of the others is so; without one the question is left to the base."""
        options = [option.id for option in self.protocol.questions[name].options if option.exclusive]
        return (options[0],) if options else ()

    def _case(self, number: int, drawn: Mapping[str, Drawn]) -> Case:
        commands = self.commands(drawn)
        opened = CaseOpened(f"G{number}", "test", moment_text(self.as_of), "", "", self.protocol.identity)
        return with_answers(self.protocol, opened, commands.values())

    def commands(self, drawn: Mapping[str, Drawn]) -> dict[str, GiveAnswer]:
        """Return what was drawn as answers, over those everybody gives."""
        given = {name: self._command(name, value) for name, value in drawn.items() if value != ()}
        return {**self.base, **given}

    def _command(self, name: str, value: Drawn) -> GiveAnswer:
        if isinstance(value, str) and value in set(Status):
            return GiveAnswer(name, status=value, via="file")
        stored = stored_of(self.protocol, name, value, self.as_of)
        accept(self.protocol.questions[name], stored, self.as_of)
        return GiveAnswer(name, value=stored, via="file", confirmed=True)

    def _is_true(self, fact: FactModel, drawn: Mapping[str, Drawn]) -> bool:
        together = all(counts(wanted, drawn.get(name)) for name, wanted in fact.all_.items())
        one = any(counts(wanted, drawn.get(name)) for name, wanted in fact.any_.items())
        return together and (one or not fact.any_)

    def unanswered(self, case: Case) -> list[str]:
        """Return questions that are asked of a patient and for which nothing was drawn."""
        return [
            key
            for key in self.protocol.questions
            if key not in case.answers and is_asked(self.protocol, case.assessment, key)
        ]


def stored_of(protocol: Protocol, name: str, value: Drawn, as_of: datetime) -> Stored:
    """Return a drawn value as it is stored."""
    kind = protocol.questions[name].type
    if kind is QuestionType.SEVERAL:
        return [value] if isinstance(value, str) else list(value)
    assert isinstance(value, str)
    if kind is QuestionType.SCALE:
        return int(value)
    return f"{as_of - timedelta(days=int(value)):%Y-%m-%d}" if kind is QuestionType.DATE else value


def counts(wanted: WantedModel, drawn: Drawn | None) -> bool:
    if drawn is None:
        return False
    if wanted.values:
        given = (drawn,) if isinstance(drawn, str) else drawn
        return any(each in wanted.values for each in given)
    ends = span(wanted.days_ago or wanted.between or "")
    try:
        return ends is not None and isinstance(drawn, str) and ends[0] <= Decimal(drawn) <= ends[1]
    except ArithmeticError:  # a status word
        return False


def _rank(urgency: Urgency) -> int:
    return urgency.rank
