"""Patients without end: facts drawn by ``prevalence.yaml``, made consistent, and met as any other simulated patient.

What is planted, what goes together and what never does stands under ``generator`` in ``practice.yaml``. The same
protocol, seed and difficulty give the same patient.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from chatbot.content.answers_reader import Reader
from chatbot.content.build import symbols_of
from chatbot.content.package import PRACTICE
from chatbot.content.population import Population
from chatbot.content.practice import PracticeContent, needed, practice_file
from chatbot.content.practice_schema import (
    HARDEST,
    GeneratedPictureModel,
    GeneratorModel,
    PersonaNeedModel,
    TemplateModel,
    VignettePracticeModel,
)
from chatbot.content.practice_speech import date_words
from chatbot.content.practice_station import Maker
from chatbot.content.prevalence_schema import DrawModel
from chatbot.content.source import Mapping as MappingNode
from chatbot.content.source import node_at
from chatbot.core.batch import with_answers
from chatbot.core.case import Case, assessed
from chatbot.core.commands import GiveAnswer
from chatbot.core.condition import Condition
from chatbot.core.events import CaseOpened
from chatbot.core.practice.expected import completed
from chatbot.core.practice.station import Station
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import Symbols, resolve
from chatbot.core.syntax import parse
from chatbot.core.urgency import plan_urgency
from chatbot.core.values import Answer, Span, Urgency, decimal_text, moment_text, parse_span
from chatbot.errors import ContentError, UsageError

NAME = "generated"
"""The name of every station that is drawn."""

TRIES = 40
"""Draws after which a patient who does not come out as planned is taken as they are."""

LEVELS = (Urgency.ROUTINE, Urgency.URGENT, Urgency.SAME_DAY, Urgency.EMERGENCY)

BLANK = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One drawn patient, before anything is said."""

    case: Case
    picture: str
    planned: Urgency
    apart: tuple[str, ...]
    """What should not go together and does; empty for every patient that is handed out."""


def generator(protocol: Protocol, folder: Path) -> Generator:
    """Return what draws patients of a protocol.

    Raises: ContentError where its practice has no generator, or it cannot be read.
    """
    content = needed(folder, protocol)
    if content.practice.generator is None:
        raise ContentError(f"{PRACTICE} of {protocol.id} has no 'generator'", hint="docs/practice-authoring.md")
    stamp = tuple((folder / name).stat().st_mtime_ns for name in (PRACTICE, "prevalence.yaml", "voices.yaml"))
    return _generator(protocol, folder, stamp)


@lru_cache(maxsize=4)
def _generator(protocol: Protocol, folder: Path, stamp: tuple[int, ...]) -> Generator:
    return Generator(protocol, folder, needed(folder, protocol))


class Generator:
    """Draws the patients of one protocol."""

    def __init__(self, protocol: Protocol, folder: Path, content: PracticeContent) -> None:
        """Raises: ContentError."""
        assert content.practice.generator is not None
        self.protocol, self.folder, self.content = protocol, folder, content
        self.model: GeneratorModel = content.practice.generator
        self.population = Population(protocol, folder)
        self.symbols: Symbols = symbols_of(json.loads(protocol.canonical))
        self.root = practice_file(folder).root
        self.conditions: dict[str, Condition] = {}
        self.last: Drawn
        """The patient drawn last, for those who look at many."""

    def station(self, seed: int, difficulty: int) -> Station:
        """Return one patient to be met.

        Raises: UsageError for a difficulty that does not exist.
        """
        if not 1 <= difficulty <= HARDEST:
            raise UsageError(f"{difficulty} is no difficulty", hint=f"1 (easy) to {HARDEST} (hard)")
        key = f"{seed} {difficulty}"
        drawn = self.last = self.drawn(key, difficulty)
        block = self.block(drawn, key, difficulty)
        content = self._harder(difficulty)
        maker = Maker(self.protocol, content, drawn.case, block, seed, block.persona)
        picture = self.model.pictures[drawn.picture]
        return maker.station(
            name=NAME,
            title=self.model.title.replace("{picture}", picture.title),
            reason=self.model.reason.replace("{picture}", picture.title),
            documents=(),
            handover=None,
            region="",
        )

    # --- facts ---

    def drawn(self, key: str, difficulty: int) -> Drawn:
        """Return the facts of one patient: the first draw that comes out as planned, and holds together."""
        source = random.Random(f"{key} planned")
        planned = source.choice(LEVELS)
        fitting = [
            name
            for name, each in self.model.pictures.items()
            if each.urgency == planned.value and each.from_ <= difficulty
        ] or list(self.model.pictures)
        picture = source.choice(fitting)
        sound: Drawn | None = None
        for number in range(TRIES):
            found = self._once(f"{key} {number}", picture, planned, difficulty)
            if not found.apart:
                if plan_urgency(self.protocol, found.case.assessment) is planned:
                    return found
                sound = sound or found
        if sound is None:
            raise ContentError(
                f"no patient with the picture {picture!r} holds together in {TRIES} draws",
                hint=f"look at 'together' and 'apart' of {PRACTICE}",
            )
        return sound

    def _once(self, key: str, picture: str, planned: Urgency, difficulty: int) -> Drawn:
        draws: dict[str, DrawModel] = {**self.population.model.answers, **self.model.answers}
        source = random.Random(f"{key} herrings")
        count = min(self.model.difficulties[difficulty].herrings, len(self.model.herrings))
        for herring in source.sample(sorted(self.model.herrings), count):
            draws |= self.model.herrings[herring]
        draws |= self._planted(self.model.pictures[picture])
        commands = self.population.commands(self.population.drawn(draws, key))
        case = self._together(commands)
        case = completed(self.protocol, self._fitting(case))
        apart = tuple(name for name, each in self.model.apart.items() if self._holds(each.when, case))
        return Drawn(case, picture, planned, apart)

    def _together(self, commands: dict[str, GiveAnswer]) -> Case:
        """Return the case of answers after those that go with others were put right, each rule once."""
        left = dict(self.model.together)
        while True:
            case = self._with(commands.values())
            hold = [name for name, rule in left.items() if self._holds(rule.when, case)]
            if not hold:
                return case
            for name in hold:
                del left[name]
                commands |= {each.question: each for each in self._answers(name, commands)}

    def _planted(self, picture: GeneratedPictureModel) -> dict[str, DrawModel]:
        before = {} if picture.of is None else self.population.model.pictures[picture.of].answers
        return {**before, **picture.answers}

    def _with(self, commands: Iterable[GiveAnswer]) -> Case:
        moment = moment_text(self.population.as_of)
        opened = CaseOpened(NAME, "practice", moment, "", "", self.protocol.identity)
        return with_answers(self.protocol, opened, commands)

    def _fitting(self, case: Case) -> Case:
        """Return a case without answers to questions that do not apply to it."""
        while idle := [key for key in case.answers if case.assessment.applies[key] is False]:
            kept = {key: answer for key, answer in case.answers.items() if key not in idle}
            case = replace(case, answers=kept)
            case = replace(case, assessment=assessed(self.protocol, case))
        return case

    def _answers(self, rule: str, before: Mapping[str, GiveAnswer]) -> list[GiveAnswer]:
        """Return the answers of what goes together; cells of a table over those it has."""
        node = node_at(self.root, ("practice", "generator", "together", rule, "answers"))
        assert isinstance(node, MappingNode)
        reader = Reader(self.protocol, moment_text(self.population.as_of))
        given = [command for key, value in node.entries for command in reader.entry(key, value)]
        if reader.found:
            raise ContentError("\n".join(each.render() for each in reader.found))
        return [_over(before.get(each.question), each) for each in given]

    def _holds(self, text: str, case: Case) -> bool:
        if text not in self.conditions:
            node, problems = resolve(parse(text), self.symbols)
            if node is None:
                raise ContentError(f"{text!r}: {problems[0].message}", hint="run backstory check")
            self.conditions[text] = Condition(text, node)
        return self.conditions[text].evaluate(case.assessment.facts) is True

    # --- words ---

    def block(self, drawn: Drawn, key: str, difficulty: int) -> VignettePracticeModel:
        """Return how the patient is met, from the templates."""
        source = random.Random(f"{key} words")
        persona = source.choice(self.model.difficulties[difficulty].personas)
        who, _ = self._filled(self.model.who, drawn.case, source)
        opening, tells = self._filled(self.model.openings, drawn.case, source)
        moves = {}
        for name, templates in self.model.moves.items():
            reply, told = self._filled(templates, drawn.case, source)
            moves[name] = {"reply": reply, "tells": list(told)}
        said = {"who": who, "opening": opening, "tells": list(tells), "moves": moves}
        return VignettePracticeModel.model_validate({**said, "persona": persona, "difficulty": str(difficulty)})

    def _filled(
        self, templates: Iterable[TemplateModel], case: Case, source: random.Random
    ) -> tuple[str, tuple[str, ...]]:
        """Return one of the templates that fit the patient, filled in, with the questions it tells.

        Raises: ContentError where none fits.
        """
        fitting = []
        for each in templates:
            blanks = {name: self._word(name, case.answers.get(name)) for name in BLANK.findall(each.text)}
            if None not in blanks.values() and (each.when is None or self._holds(each.when, case)):
                text = BLANK.sub(lambda match, known=blanks: str(known[match.group(1)]), each.text)  # type: ignore[misc]
                fitting.append((text[:1].upper() + text[1:], each.tells))
        if not fitting:
            raise ContentError("no template of the generator fits this patient", hint=f"add one to {PRACTICE}")
        return source.choice(fitting)

    def _word(self, name: str, answer: Answer | None) -> str | None:
        """Return the word a blank stands for: of an option by ``words``, of a number or date itself."""
        if answer is None or answer.value is None:
            return None
        value = answer.value
        if isinstance(value, Span):
            return date_words(parse_span(value.text), self.population.as_of)
        if isinstance(value, str):
            return self.model.words.get(name, {}).get(value)
        if isinstance(value, tuple | Mapping):
            return None
        return decimal_text(Decimal(value))

    def _harder(self, difficulty: int) -> PracticeContent:
        """Return what is said of practice, with what this difficulty holds back beside what a persona does."""
        needs = self.model.difficulties[difficulty].needs
        if not needs:
            return self.content
        more = {
            need: PersonaNeedModel.model_validate({"one_in": str(rule.one_in), "replies": list(rule.replies)})
            for need, rule in needs.items()
        }
        practice = self.content.practice
        personas = {
            name: each.model_copy(update={"needs": {**more, **each.needs}}) for name, each in practice.personas.items()
        }
        return replace(self.content, practice=practice.model_copy(update={"personas": personas}))


def _over(before: GiveAnswer | None, after: GiveAnswer) -> GiveAnswer:
    if before is None or not isinstance(before.value, dict) or not isinstance(after.value, dict):
        return after
    return replace(after, value={**before.value, **after.value})
