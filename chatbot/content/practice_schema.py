"""The shape of practice: ``practice.yaml``, ``voices.yaml``, and the ``practice`` block of a vignette.

All of it is outside the digest. Nothing here changes what is asked or said of a real case: it is how a simulated
patient speaks, and what counts.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from chatbot.content.fields import Condition, Identifier, Name, Strict, Text, Whole, YesNo, one_of, problem
from chatbot.content.prevalence_schema import DrawModel, drawn
from chatbot.core.practice.station import MOVES, WEIGHTS
from chatbot.core.values import Status, Urgency, ValueProblem, parse_duration

PARTS = ("urgency", "hypotheses", "plan", "handover", "communication")
"""What counts in a domain besides its sections."""

TAGS = ("language_barrier", "refusal", "wrong_record", "half_handover")
"""What a station is about besides its case."""

NO_LIMIT = "none"
"""The time limit of a case in which nothing is pressing."""

HARDEST = 5
"""The greatest difficulty; 1 is the least."""

_LEVELS = tuple(level.value for level in Urgency if level is not Urgency.UNDETERMINED)


def _listed(value: object) -> object:
    """Let one of several texts be written as itself."""
    return [value] if isinstance(value, str) else value


Lines = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(strict=False, min_length=1)]
"""One text or several, of which the seed chooses."""

Texts = Annotated[tuple[Text, ...], Field(strict=False)]
SomeTexts = Annotated[tuple[Text, ...], Field(strict=False, min_length=1)]
Ids = Annotated[tuple[str, ...], Field(strict=False)]


def _fragment(value: object) -> str:
    """Read what stands before or after a reply; it may be empty."""
    if not isinstance(value, str):
        raise problem("P112", "a text is expected here", "write one text, or '' for none")
    return " ".join(value.split())


Fragment = Annotated[str, BeforeValidator(_fragment)]


def _limit(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if text != NO_LIMIT:
        try:
            parse_duration(text)
        except ValueProblem as error:
            raise problem("P301", str(error), "or write 'none'") from error
    return text


Limit = Annotated[str, BeforeValidator(_limit)]
"""A duration, or ``none``."""


def _difficulty(value: object) -> int:
    if value not in tuple(map(str, range(1, HARDEST + 1))):
        raise problem("P301", f"{value!r} is no difficulty", f"write 1 (easy) to {HARDEST} (hard)")
    return int(str(value))


Difficulty = Annotated[int, BeforeValidator(_difficulty)]


def _reply(value: object) -> object:
    """Let a reply that tells no fact be written as itself."""
    return {"reply": value} if isinstance(value, str) else value


def _gathered(value: object, known: frozenset[str], into: str) -> object:
    """Put the keys of a mapping that are ids of the content under a key of the model."""
    if not isinstance(value, dict) or into in value:
        return value
    own = {key: inner for key, inner in value.items() if key in known}
    return {**own, into: {key: inner for key, inner in value.items() if key not in known}}


# --- practice.yaml --------------------------------------------------------------------------------


class DomainModel(Strict):
    title: Text
    sections: Ids = ()
    parts: Annotated[tuple[Annotated[str, one_of(*PARTS)], ...], Field(strict=False)] = ()


class PlanItemModel(Strict):
    title: Text
    words: Texts = ()


class MoveModel(Strict):
    kind: Annotated[str, one_of(*MOVES)]
    label: Text
    phrases: Texts = ()
    reply: Text
    points: Whole = 0


class PersonaNeedModel(Strict):
    private: YesNo = False
    one_in: Whole | None = None
    replies: SomeTexts

    @model_validator(mode="after")
    def _says_of_which(self) -> PersonaNeedModel:
        if self.private == (self.one_in is not None):
            raise problem("P111", "nothing says which facts are held back", "write 'private: yes' or 'one_in: 6'")
        if self.one_in == 0:
            raise problem("P301", "'one_in: 0' is none", "write how many facts there are for each one held back")
        return self


PERSONA_NEEDS = ("plain", "again", "trust")
"""What a persona may need before it tells something."""


class PersonaModel(Strict):
    title: Text
    before: Annotated[tuple[Fragment, ...], Field(strict=False)] = ()
    after: Annotated[tuple[Fragment, ...], Field(strict=False)] = ()
    needs: dict[Annotated[str, one_of(*PERSONA_NEEDS)], PersonaNeedModel] = {}


class TemplateModel(Strict):
    text: Text
    tells: Ids = ()
    when: Condition | None = None


def _template(value: object) -> object:
    """Let a template that tells nothing by itself be written as its text."""
    return {"text": value} if isinstance(value, str) else value


Template = Annotated[TemplateModel, BeforeValidator(_template)]
Templates = Annotated[tuple[Template, ...], Field(strict=False, min_length=1)]


class GeneratedPictureModel(Strict):
    title: Text
    urgency: Annotated[str, one_of(*_LEVELS)]
    of: Identifier | None = None
    from_: Difficulty = Field(default=1, alias="from")
    answers: dict[Name, Annotated[DrawModel, BeforeValidator(drawn)]] = {}


class TogetherModel(Strict):
    when: Condition
    answers: dict[Name, Any] = Field(min_length=1)


class ApartModel(Strict):
    when: Condition
    reason: Text


class HeldBackModel(Strict):
    one_in: Whole
    replies: SomeTexts


class DifficultyModel(Strict):
    personas: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    herrings: Whole = 0
    needs: dict[Annotated[str, one_of(*PERSONA_NEEDS)], HeldBackModel] = {}


class GeneratorModel(Strict):
    title: Text
    reason: Text
    who: Templates
    openings: Templates
    words: dict[str, dict[str, Text]] = {}
    moves: dict[str, Templates] = {}
    difficulties: dict[Difficulty, DifficultyModel] = Field(min_length=1)
    answers: dict[Name, Annotated[DrawModel, BeforeValidator(drawn)]] = {}
    pictures: dict[Identifier, GeneratedPictureModel] = Field(min_length=1)
    herrings: dict[Identifier, dict[Name, Annotated[DrawModel, BeforeValidator(drawn)]]] = {}
    together: dict[Identifier, TogetherModel] = {}
    apart: dict[Identifier, ApartModel] = {}

    @model_validator(mode="after")
    def _has_every_difficulty(self) -> GeneratorModel:
        missing = [str(level) for level in range(1, HARDEST + 1) if level not in self.difficulties]
        if missing:
            raise problem("P111", f"nothing says how difficulty {', '.join(missing)} is", "write each of 1 to 5")
        return self


class RatingModel(Strict):
    """From the mark of an attempt, in per cent, to how soon such a patient comes again."""

    again: Whole
    hard: Whole
    good: Whole
    easy: Whole

    @model_validator(mode="after")
    def _in_order(self) -> RatingModel:
        if not self.again <= self.hard <= self.good <= self.easy <= 100:
            raise problem("P323", "the marks are not in order", "again <= hard <= good <= easy <= 100")
        return self


class PracticeModel(Strict):
    task: Text
    minutes: Whole
    preparation: Whole
    weights: dict[Annotated[str, one_of(*WEIGHTS)], Whole]
    domains: dict[Identifier, DomainModel] = Field(min_length=1)
    comfort: Ids = ()
    limits: dict[Limit, Text] = Field(min_length=1)
    items: dict[Identifier, PlanItemModel] = {}
    urgency_words: dict[Annotated[str, one_of(*_LEVELS)], SomeTexts]
    jargon: Texts = ()
    moves: dict[Identifier, MoveModel] = Field(min_length=1)
    no_fact: SomeTexts
    not_applicable: SomeTexts
    not_understood: SomeTexts
    personas: dict[Identifier, PersonaModel] = Field(min_length=1)
    hints: dict[str, Text] = {}
    rating: RatingModel | None = None
    generator: GeneratorModel | None = None


class PracticeFileModel(Strict):
    practice: PracticeModel


# --- voices.yaml ----------------------------------------------------------------------------------


class VoiceModel(Strict):
    value: Lines | None = None
    lead: Text | None = None
    each: dict[str, Lines] = {}
    said: dict[str, Lines] = {}


_VOICE = frozenset({"value", "lead", "each"})


def _voice(value: object) -> object:
    return _gathered(value, _VOICE, "said")


Voice = Annotated[VoiceModel, BeforeValidator(_voice)]


class VoicesModel(Strict):
    voices: dict[str, Voice] = Field(min_length=1)


# --- the block of a vignette ----------------------------------------------------------------------


class ReplyModel(Strict):
    reply: Text
    tells: Ids = ()


class DocumentModel(Strict):
    title: Text
    text: Text
    tells: dict[str, Any] = {}
    phrases: Texts = ()


class InterpreterModel(Strict):
    all: YesNo = False
    reply: Text | None = None
    questions: dict[str, Text] = {}

    @model_validator(mode="after")
    def _has_a_reply(self) -> InterpreterModel:
        if self.all == (self.reply is None):
            raise problem("P111", "'all' and 'reply' belong together", "write both, or a reply for each question")
        return self


def _interpreter(value: object) -> object:
    gathered = _gathered(value, frozenset({"all", "reply"}), "questions")
    if isinstance(gathered, dict) and gathered.get("all") == "true":
        gathered["all"] = "yes"
    return gathered


class VignettePracticeModel(Strict):
    who: Text
    opening: Text
    tells: Ids = ()
    persona: str
    difficulty: Difficulty
    task: Text | None = None
    says: dict[str, Lines] = {}
    plain: dict[str, Text] = {}
    again: dict[str, Text] = {}
    trust: dict[str, Text] = {}
    reason: dict[str, Text] = {}
    interpreter: Annotated[InterpreterModel, BeforeValidator(_interpreter)] | None = None
    never: dict[str, Text] = {}
    moves: dict[str, Annotated[ReplyModel, BeforeValidator(_reply)]] = {}
    records: dict[Identifier, DocumentModel] = {}
    handover: DocumentModel | None = None
    station: Annotated[tuple[Annotated[str, one_of(*TAGS)], ...], Field(strict=False)] = ()


NEED_KEYS = ("plain", "again", "trust", "reason", "never")
"""Keys of the block that hold facts back, each a reply by question; ``interpreter`` does it for all at once too."""

STATUS_KEYS = tuple(each.value for each in Status)
"""What a voice may say besides values."""
