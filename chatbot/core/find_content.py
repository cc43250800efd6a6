"""What there is to find in one case: its questions, sections, recommendations and references, and what cites one."""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.core.case import Case, is_open
from chatbot.core.commands import Refusal, Show
from chatbot.core.find import Kind, Target
from chatbot.core.findings import network
from chatbot.core.navigation import decide
from chatbot.core.protocol import Citation, Protocol, Question, Wording
from chatbot.core.urgency import is_asked


def content_targets(protocol: Protocol, case: Case, register: str) -> list[Target]:
    """Return everything of the content that can be found, in the order of the content.

    A row of a repeated group stands there only where it is asked or was answered.
    """
    order = network(protocol).ask_order
    questions = [
        protocol.questions[key]
        for key in order
        if "[" not in key or key in case.answers or is_asked(protocol, case.assessment, key)
    ]
    return [
        *(_question(protocol, each, register) for each in questions),
        *(
            Target(Kind.SECTION, each.id, each.title.in_register(register), _both(each.title))
            for each in protocol.sections.values()
        ),
        *(
            Target(
                Kind.RECOMMENDATION, each.id, each.title.in_register(register), (*_both(each.title), *_both(each.text))
            )
            for each in protocol.rules.values()
        ),
        *(
            Target(Kind.REFERENCE, each.id, each.citation, (each.identifier, each.type, *each.topics))
            for each in protocol.references.values()
        ),
    ]


def _question(protocol: Protocol, question: Question, register: str) -> Target:
    section = protocol.sections[question.section].title
    labels = [text for option in question.options for text in (*_both(option.label), *option.synonyms)]
    rows = [text for row in question.rows for text in _both(row.label)]
    also = (*_both(question.ask), *_both(question.named), *_both(section), *question.words, *labels, *rows)
    return Target(Kind.QUESTION, question.id, question.ask.in_register(register), also)


def _both(wording: Wording) -> tuple[str, str]:
    return wording.clinician, wording.patient


def why_not(protocol: Protocol, case: Case, question: str) -> str:
    """Return why a question cannot be gone to now; empty when it can."""
    refused = decide(protocol, case, Show(question))
    return refused.message if isinstance(refused, Refusal) else ""


def first_of(protocol: Protocol, case: Case, section: str) -> str | None:
    """Return the question of a section to go to: the first open one, else the first that was answered."""
    own = [key for key in network(protocol).ask_order if protocol.questions[key].section == section]
    asked = [key for key in own if not why_not(protocol, case, key)]
    return next((key for key in asked if is_open(protocol, case, key)), asked[0] if asked else None)


@dataclass(frozen=True, slots=True)
class CitedBy:
    """Something of the content that cites a reference."""

    part: str
    """questions, findings, red_flags, rules, hypotheses, conflicts, instruments or safety_net."""
    name: Wording
    locator: str


def cited_by(protocol: Protocol, reference: str) -> list[CitedBy]:
    """Return everything that cites a reference, part by part in the order of the content."""
    entries: list[tuple[str, Wording, tuple[Citation, ...]]] = [
        *(("questions", each.ask, each.cites) for each in protocol.questions.values()),
        *(("findings", each.title, each.cites) for each in protocol.findings.values()),
        *(("red_flags", each.title, each.cites) for each in protocol.red_flags.values()),
        *(("rules", each.title, each.cites) for each in protocol.rules.values()),
        *(("hypotheses", each.title, each.cites) for each in protocol.hypotheses.values()),
        *(("conflicts", each.question, side.cites) for each in protocol.conflicts.values() for side in each.sides),
        *(("instruments", each.title, each.cites) for each in protocol.instruments.values()),
        *(("safety_net", each.title, each.cites) for each in protocol.safety_net),
    ]
    found = [
        CitedBy(part, name, cited.locator)
        for part, name, cites in entries
        for cited in cites
        if cited.reference == reference
    ]
    return list(dict.fromkeys(found))
