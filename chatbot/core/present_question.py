"""One question as a screen shows it: wording, choices with their keys, sources, and the answer that stands."""

from __future__ import annotations

from dataclasses import replace

from chatbot.core import view as v
from chatbot.core.answers import answer_text, quick_span, range_text
from chatbot.core.case import Case
from chatbot.core.keys import STATUS_KEYS, each_has_its_own, place_keys, score_key
from chatbot.core.protocol import (
    Axis,
    Citation,
    Instrument,
    Protocol,
    Question,
    QuestionType,
    Wording,
    other_register,
)
from chatbot.core.urgency import (
    is_asked,
)
from chatbot.core.values import Status, to_stored


class QuestionPresenter:
    """Puts a question of a case into the words of one register."""

    def __init__(self, protocol: Protocol, case: Case, register: str) -> None:
        self.protocol, self.case, self.register = protocol, case, register
        self.assessment = case.assessment

    def say(self, wording: Wording) -> str:
        """Return a text in the register."""
        return wording.in_register(self.register)

    def label(self, key: str) -> str:
        """Return a label of the content."""
        return self.say(self.protocol.labels[key])

    def question(self, question: Question) -> v.QuestionView:
        """Return everything a screen shows of a question."""
        protocol, case = self.protocol, self.case
        section = protocol.sections[question.section]
        siblings = [key for key in section.questions if is_asked(protocol, self.assessment, key)]
        answer = case.answers.get(question.id)
        index = siblings.index(question.id) + 1 if question.id in siblings else len(siblings)
        first = not any(key in case.answers for key in siblings if key != question.id)
        expired = question.id in self.assessment.expired
        return v.QuestionView(
            id=question.id,
            section=self.say(section.title),
            section_intro=self.say(section.intro) if section.intro is not None and first else "",
            index=index,
            of=len(siblings),
            text=self.say(question.ask),
            other_register=question.ask.in_register(other_register(self.register)),
            why=self.say(question.why),
            cites=tuple(self.citation(each) for each in question.cites),
            type=question.type.value,
            options=self.options(question),
            statuses=self.statuses(question),
            cannot_apply=self.keyed([(each.id, each.label, False) for each in question.cannot_apply]),
            rows=tuple(v.AxisView(axis.id, self.say(axis.label), self.choices(axis)) for axis in question.rows),
            columns=tuple(v.AxisView(axis.id, self.say(axis.label), self.choices(axis)) for axis in question.columns),
            normal=question.normal,
            unit=question.unit,
            range=range_text(question) if question.type in {QuestionType.NUMBER, QuestionType.SCALE} else "",
            source=question.source.value,
            private=question.private,
            answer="" if answer is None else answer_text(protocol.labels, question, answer, self.register),
            stored=None if answer is None or answer.value is None else to_stored(answer.value),
            expired=expired,
            carried=answer is not None and answer.carried,
            postponed=question.id in case.postponed,
            credit="" if question.instrument is None else self.credit(protocol.instruments[question.instrument]),
        )

    def credit(self, instrument: Instrument) -> str:
        """Say whose an instrument is, and where it is kept."""
        return " · ".join(filter(None, (self.say(instrument.attribution), instrument.address)))

    def choices(self, item: Axis) -> tuple[v.OptionView, ...]:
        """Return the options of an item of an instrument, with the keys of their scores where each has one."""
        shown = self.keyed([(each.id, each.label, False) for each in item.options])
        keys = [score_key(each.grade) for each in item.options]
        if not each_has_its_own(keys):
            return shown
        return tuple(replace(option, key=key) for option, key in zip(shown, keys, strict=True))

    def options(self, question: Question) -> tuple[v.OptionView, ...]:
        """Return the choices; of a date its quick intervals."""
        if question.type is QuestionType.DATE:
            quick = self.keyed([(each.id, each.label, False) for each in question.quick])
            spans = [quick_span(each, self.case.as_of) for each in question.quick]
            return tuple(replace(option, stored=span) for option, span in zip(quick, spans, strict=True))
        answer = self.case.answers.get(question.id)
        value = None if answer is None else answer.value
        chosen = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
        drawn = self.keyed([(each.id, each.label, each.exclusive) for each in question.options], frozenset(chosen))
        return tuple(
            replace(view, also=(*view.also, *each.synonyms)) if each.synonyms else view
            for view, each in zip(drawn, question.options, strict=True)
        )

    def keyed(
        self, choices: list[tuple[str, Wording, bool]], chosen: frozenset[str] = frozenset()
    ) -> tuple[v.OptionView, ...]:
        """Return choices with the key of each by its place; *chosen*: those of the answer that stands."""
        return tuple(
            v.OptionView(
                key=key,
                id=id_,
                label=self.say(label),
                stored=id_,
                chosen=id_ in chosen,
                exclusive=exclusive,
                also=self.otherwise(label),
            )
            for key, (id_, label, exclusive) in zip(place_keys(len(choices)), choices, strict=True)
        )

    def statuses(self, question: Question) -> tuple[v.StatusView, ...]:
        """Return the ways to answer without a value."""
        offered = [status for status in Status if status is not Status.CANNOT_APPLY or question.cannot_apply]
        return tuple(self.status(status) for status in offered)

    def status(self, status: Status) -> v.StatusView:
        """Return one way to answer without a value."""
        name = f"status.{status.value}"
        also = () if name not in self.protocol.labels else self.otherwise(self.protocol.labels[name])
        return v.StatusView(STATUS_KEYS[status], status.value, self.label(name), also)

    def otherwise(self, wording: Wording) -> tuple[str, ...]:
        """Return the words of the other register, where they are others."""
        said = wording.in_register(other_register(self.register))
        return () if said == self.say(wording) else (said,)

    def citation(self, citation: Citation) -> v.CitationView:
        """Return a source as it stands beside a question."""
        reference = self.protocol.references[citation.reference]
        return v.CitationView(reference.id, reference.citation, citation.locator, reference.type, reference.verified)
