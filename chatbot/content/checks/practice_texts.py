"""Every text of practice, with its place: what simulated patients say, and what trainees read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chatbot.content.checks.texts import Path, Said
from chatbot.content.package import File, Package
from chatbot.content.practice_schema import (
    NEED_KEYS,
    DocumentModel,
    GeneratorModel,
    PracticeModel,
    TemplateModel,
    VignettePracticeModel,
    VoiceModel,
)

SPOKEN, READ = "patient", "clinician"
"""Registers: said by the simulated patient; read by the trainee."""


def practice_texts(package: Package) -> Iterator[Said]:
    """Yield every text of practice that is said or read."""
    if package.practice is not None:
        yield from _of_practice(package.practice, package.practice.model.practice)
    if package.voices is not None:
        for name, voice in package.voices.model.voices.items():
            yield from voice_texts(package.voices, ("voices", name), voice)
    for file in package.vignettes:
        if file.model.practice is not None:
            yield from block_texts(file, file.model.practice)


def voice_texts(file: File[Any], path: Path, voice: VoiceModel) -> Iterator[Said]:
    """Yield every line of one voice."""
    if voice.lead is not None:
        yield Said(voice.lead, file, (*path, "lead"), SPOKEN)
    for index, line in enumerate(voice.value or ()):
        yield Said(line, file, (*path, "value", index), SPOKEN)
    yield from _lines(file, (*path, "each"), voice.each)
    yield from _lines(file, path, voice.said)


def block_texts(file: File[Any], block: VignettePracticeModel) -> Iterator[Said]:
    """Yield every text of the block of a vignette."""
    yield Said(block.who, file, ("practice", "who"), READ)
    yield Said(block.opening, file, ("practice", "opening"), SPOKEN)
    if block.task is not None:
        yield Said(block.task, file, ("practice", "task"), READ)
    yield from _lines(file, ("practice", "says"), block.says)
    for need in NEED_KEYS:
        yield from _each(file, ("practice", need), getattr(block, need))
    if block.interpreter is not None:
        if block.interpreter.reply is not None:
            yield Said(block.interpreter.reply, file, ("practice", "interpreter", "reply"), SPOKEN)
        yield from _each(file, ("practice", "interpreter"), block.interpreter.questions)
    for name, move in block.moves.items():
        yield Said(move.reply, file, ("practice", "moves", name, "reply"), SPOKEN)
    documents: dict[Path, DocumentModel] = {("records", name): each for name, each in block.records.items()}
    if block.handover is not None:
        documents[("handover",)] = block.handover
    for path, document in documents.items():
        yield Said(document.title, file, ("practice", *path, "title"), READ)
        yield Said(document.text, file, ("practice", *path, "text"), READ)


def _of_practice(file: File[Any], practice: PracticeModel) -> Iterator[Said]:
    top = ("practice",)
    yield Said(practice.task, file, (*top, "task"), READ)
    for name, move in practice.moves.items():
        yield Said(move.label, file, (*top, "moves", name, "label"), READ)
        yield Said(move.reply, file, (*top, "moves", name, "reply"), SPOKEN)
    for key in ("no_fact", "not_applicable", "not_understood"):
        yield from _all(file, (*top, key), getattr(practice, key))
    for name, persona in practice.personas.items():
        path = (*top, "personas", name)
        yield from _all(file, (*path, "before"), persona.before)
        yield from _all(file, (*path, "after"), persona.after)
        for need, rule in persona.needs.items():
            yield from _all(file, (*path, "needs", need, "replies"), rule.replies)
    yield from (Said(hint, file, (*top, "hints", name), READ) for name, hint in practice.hints.items())
    if practice.generator is not None:
        yield from _drawn(file, (*top, "generator"), practice.generator)


def _drawn(file: File[Any], path: Path, generator: GeneratorModel) -> Iterator[Said]:
    """Yield the words of drawn patients."""
    yield from _templates(file, (*path, "who"), READ, generator.who)
    yield from _templates(file, (*path, "openings"), SPOKEN, generator.openings)
    for name, templates in generator.moves.items():
        yield from _templates(file, (*path, "moves", name), SPOKEN, templates)
    for question, words in generator.words.items():
        yield from (Said(word, file, (*path, "words", question, name), SPOKEN) for name, word in words.items())
    for level, rule in generator.difficulties.items():
        for need, held in rule.needs.items():
            yield from _all(file, (*path, "difficulties", str(level), "needs", need, "replies"), held.replies)


def _templates(file: File[Any], path: Path, register: str, templates: Sequence[TemplateModel]) -> Iterator[Said]:
    for index, each in enumerate(templates):
        yield Said(each.text, file, (*path, index, "text"), register)


def _lines(file: File[Any], path: Path, lines: Mapping[str, Sequence[str]]) -> Iterator[Said]:
    for name, several in lines.items():
        yield from _all(file, (*path, name), several)


def _each(file: File[Any], path: Path, replies: Mapping[str, str]) -> Iterator[Said]:
    yield from (Said(text, file, (*path, name), SPOKEN) for name, text in replies.items())


def _all(file: File[Any], path: Path, texts: Iterable[str]) -> Iterator[Said]:
    yield from (Said(text, file, (*path, index), SPOKEN) for index, text in enumerate(texts) if text)
