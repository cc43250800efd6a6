"""A station made of a vignette: its facts in words, what each needs, its moves, documents and marks."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from chatbot.content.answers_file import AnswersError, answers_in, assessed_case
from chatbot.content.answers_reader import Reader
from chatbot.content.inherit import Vignettes
from chatbot.content.package import File
from chatbot.content.practice import PracticeContent
from chatbot.content.practice_schema import NEED_KEYS, DocumentModel, PersonaModel, VignettePracticeModel
from chatbot.content.practice_speech import (
    coloured,
    is_asked_of_the_person,
    labelled,
    sentence,
    voice_key,
    voiced,
)
from chatbot.content.source import Mapping as MappingNode
from chatbot.content.source import Node, node_at
from chatbot.content.vignette_schema import VignetteModel
from chatbot.core.case import Case
from chatbot.core.practice.expected import expected_of
from chatbot.core.practice.station import (
    FORMAT,
    Choice,
    Document,
    Domain,
    Expected,
    Fact,
    Instead,
    Move,
    Scoring,
    Station,
    Told,
)
from chatbot.core.protocol import Protocol, Question
from chatbot.core.values import Answer, Source, Status, moment_text, to_stored
from chatbot.errors import ContentError

WAY_OF = {Source.PATIENT: "ask", Source.EXAMINATION: "examine", Source.OBSERVER: "examine", Source.RECORD: "record"}

HANDOVER = "handover"
"""Id of the document a station begins with."""

_CODES = re.compile(r"\s*\((?:[A-Z]\d+[a-z]?(?:, )?)+\)")
"""Numbers of the evidence in brackets: they tell an author where a sentence comes from, and a trainee nothing."""


def made(
    protocol: Protocol,
    content: PracticeContent,
    file: File[VignetteModel],
    vignettes: Vignettes,
    seed: int,
    persona: str | None,
) -> Station:
    """Return the station of a vignette that has a block.

    Raises: ContentError when its answers do not fit the protocol, or its persona is not there.
    """
    block = file.model.practice
    assert block is not None
    try:
        answers = answers_in(file.root, file.path, file.model.vignette, vignettes)
        assert answers.as_of is not None
        case = assessed_case(protocol, answers, answers.as_of)
        maker = Maker(protocol, content, case, block, seed, persona or block.persona)
        documents = tuple(
            maker.document(name, each, node_at(file.root, ("practice", "records", name, "tells")))
            for name, each in block.records.items()
        )
        handover = None
        if block.handover is not None:
            node = node_at(file.root, ("practice", HANDOVER, "tells"))
            handover = maker.document(HANDOVER, block.handover, node)
    except AnswersError as error:
        raise ContentError(error.message) from error
    return maker.station(
        name=file.model.vignette,
        title=file.model.title,
        reason=_CODES.sub("", file.model.reason or ""),
        documents=documents,
        handover=handover,
        region="" if answers.region is None else answers.region.text,
    )


class Maker:
    """Makes one station of a case that is assessed."""

    def __init__(
        self,
        protocol: Protocol,
        content: PracticeContent,
        case: Case,
        block: VignettePracticeModel,
        seed: int,
        persona: str,
    ) -> None:
        """Raises: ContentError for a persona that is not there."""
        self.protocol, self.content, self.case, self.block, self.seed = protocol, content, case, block, seed
        if persona not in content.practice.personas:
            raise ContentError(f"no persona is called {persona!r}", hint="name one of practice.yaml")
        self.persona: PersonaModel = content.practice.personas[persona]
        self.persona_id = persona
        self.told_anyway = {*block.tells, *(name for move in block.moves.values() for name in move.tells)}
        """Names of questions, or groups, whose facts the opening or a move tells: no persona holds them back."""

    def facts(self) -> Iterator[Fact]:
        """Yield what is true of the patient, in the order of the protocol."""
        for key, question in self.protocol.questions.items():
            answer = self.case.answers.get(key)
            if answer is not None and self.case.assessment.applies[key] is not False:
                yield self._fact(question, answer)

    def _fact(self, question: Question, answer: Answer) -> Fact:
        needs, holds_back = self._needs(question, answer)
        return Fact(
            question=question.id,
            value=None if answer.value is None else to_stored(answer.value),
            status=None if answer.status is None else answer.status.value,
            source=answer.source.value,
            way=WAY_OF[question.source],
            says=self.says(question, answer),
            needs=needs,
            holds_back=holds_back,
            reason=answer.reason,
        )

    def says(self, question: Question, answer: Answer) -> str:
        """Return how the patient says an answer, or what is found."""
        seed = f"{self.seed} {question.id}"
        own = self.block.says.get(question.id) or self.block.says.get(voice_key(question))
        if own is not None:
            return random.Random(f"{seed} line").choice(own)
        line = voiced(self.protocol, self.content.voices, question, answer, self.case.as_of, seed)
        if line is None:
            line = labelled(self.protocol, question, answer, self.case.as_of)
        if not is_asked_of_the_person(question):
            return line
        return coloured(sentence(line), self.persona.before, self.persona.after, seed)

    def _needs(self, question: Question, answer: Answer) -> tuple[str, str]:
        """Return what a fact needs, and the reply until then."""
        for need in reversed(NEED_KEYS):
            replies: Mapping[str, str] = getattr(self.block, need)
            if (reply := replies.get(question.id) or replies.get(voice_key(question))) is not None:
                return need, reply
        if not self.told_anyway.isdisjoint({question.id, question.group or question.id, voice_key(question)}):
            return "", ""
        if (reply := self._through_interpreter(question)) is not None:
            return "interpreter", reply
        if not is_asked_of_the_person(question) or answer.status is Status.DECLINED:
            return "", ""
        for need, rule in self.persona.needs.items():
            source = random.Random(f"{self.seed} {question.id} {need}")
            held = question.private if rule.one_in is None else source.random() * rule.one_in < 1
            if held:
                return need, source.choice(rule.replies)
        return "", ""

    def _through_interpreter(self, question: Question) -> str | None:
        rule = self.block.interpreter
        if rule is None:
            return None
        own = rule.questions.get(question.id) or rule.questions.get(voice_key(question))
        return own or (rule.reply if rule.all and is_asked_of_the_person(question) else None)

    def document(self, name: str, model: DocumentModel, node: Node) -> Document:
        """Return a document with what it says, which is read as answers are.

        Raises: AnswersError.
        """
        return Document(name, model.title, model.text, self.told(node), model.phrases)

    def told(self, node: Node) -> tuple[Told, ...]:
        """Return the answers in a mapping as what a document says. Raises: AnswersError."""
        if not isinstance(node, MappingNode):
            return ()
        reader = Reader(self.protocol, moment_text(self.case.as_of))
        given = [command for key, value in node.entries for command in reader.entry(key, value)]
        if reader.found:
            raise AnswersError(reader.found)
        return tuple(Told(each.question, each.value, each.status) for each in given)

    def moves(self, facts: Iterable[Fact]) -> Iterator[Move]:
        """Yield what a trainee may do, with this patient's replies. What this patient has no use for counts nothing."""
        facts = tuple(facts)
        needed = {need: tuple(each.question for each in facts if each.needs == need) for need in NEED_KEYS}
        private = tuple(each.question for each in facts if self.protocol.questions[each.question].private)
        permitted = tuple(dict.fromkeys((*needed["trust"], *private)))
        through = any(each.needs == "interpreter" for each in facts)
        useless = {
            "permission": not permitted,
            "reason": not needed["reason"],
            "interpreter": not through,
        }
        for name, model in self.content.practice.moves.items():
            own = self.block.moves.get(name)
            yield Move(
                id=name,
                kind=model.kind,
                label=model.label,
                phrases=model.phrases,
                reply=model.reply if own is None else own.reply,
                points=0 if useless.get(model.kind, False) else model.points,
                tells=() if own is None else tuple(self.keys(own.tells, facts)),
                before=permitted if model.kind == "permission" else (),
            )

    def keys(self, names: Iterable[str], facts: Iterable[Fact]) -> Iterator[str]:
        """Yield the questions of facts that names of questions, of groups, or of their fields stand for."""
        wanted = set(names)
        for each in facts:
            question = self.protocol.questions[each.question]
            if not wanted.isdisjoint({question.id, question.group or question.id, voice_key(question)}):
                yield each.question

    def scoring(self) -> Scoring:
        """Return how marks are given."""
        return scoring_of(self.protocol, self.content)

    def station(
        self,
        *,
        name: str,
        title: str,
        reason: str,
        documents: tuple[Document, ...],
        handover: Document | None,
        region: str,
    ) -> Station:
        """Return the station, with what is expected of it worked out."""
        practice, block = self.content.practice, self.block
        facts = tuple(self.facts())
        identity = self.protocol
        station = Station(
            format=FORMAT,
            protocol={"id": identity.id, "version": identity.version, "digest": identity.digest},
            name=name,
            title=title,
            seed=self.seed,
            difficulty=block.difficulty,
            as_of=moment_text(self.case.as_of),
            region=region,
            who=block.who,
            persona=self.persona_id,
            task=block.task or practice.task,
            minutes=practice.minutes,
            preparation=practice.preparation,
            opening=block.opening,
            volunteered=tuple(self.keys(block.tells, facts)),
            facts=facts,
            moves=tuple(self.moves(facts)),
            documents=documents,
            handover=handover,
            no_fact=practice.no_fact,
            not_applicable=practice.not_applicable,
            not_understood=practice.not_understood,
            expected=NOTHING_EXPECTED,
            scoring=self.scoring(),
            reason=reason,
            hints=practice.hints,
        )
        told = frozenset(station.volunteered)
        return replace(station, expected=expected_of(self.protocol, self.case, told=told, weights=practice.weights))


NOTHING_EXPECTED = Expected("", "", (), (), (), (), (), ())
"""Stands in a station until what is expected of it is worked out."""


def scoring_of(protocol: Protocol, content: PracticeContent) -> Scoring:
    """Return how marks are given, as the content says it."""
    practice = content.practice
    group: dict[str, str] = {}
    for rule in protocol.rules.values():
        for action in rule.actions:
            group.setdefault(action, rule.category)
    return Scoring(
        weights=practice.weights,
        domains=tuple(Domain(name, each.title) for name, each in practice.domains.items()),
        of_section={section: name for name, each in practice.domains.items() for section in each.sections},
        of_part={part: name for name, each in practice.domains.items() for part in each.parts},
        limits=tuple(Choice(name, title) for name, title in practice.limits.items()),
        items=tuple(Choice(name, each.title, group[name]) for name, each in practice.items.items() if name in group),
        urgency_words=practice.urgency_words,
        item_words={name: each.words for name, each in practice.items.items() if name in group},
        jargon=practice.jargon,
        stigmatising=tuple(Instead(word, say) for word, say in content.stigmatising.items()),
        comfort=practice.comfort,
    )
