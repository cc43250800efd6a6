"""What a person types to give an answer: in the line mode as words, on a screen as keys."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.core.cells import has_records
from chatbot.core.commands import GiveAnswer
from chatbot.core.keys import STATUS_KEYS
from chatbot.core.protocol import Question, QuestionType
from chatbot.core.values import Source, Status
from chatbot.tui.form import Form, Mode


def line_for(question: Question, command: GiveAnswer) -> str:
    """Return the line of the line mode that gives an answer."""
    value = command.value
    if command.status is not None:
        return f":{command.status}"
    if isinstance(value, list):
        return ", ".join(value)
    if question.type is QuestionType.INSTRUMENT and isinstance(value, dict):
        return " ".join(value.get(item.id, "-") for item in question.rows)
    if isinstance(value, dict):
        exceptions = [f"{cell} {option}" for cell, option in value.items() if option != question.normal]
        return "; ".join(["normal", *exceptions])
    return str(value)


def lines_for(question: Question, command: GiveAnswer) -> list[str]:
    """Return every line an answer needs: its source first where that is not the usual one."""
    source = Source(command.source) if command.source is not None else question.source
    first = [] if source is question.source else [f":source {source.value}"]
    return [*first, line_for(question, command)]


def keys_for(form: Form, command: GiveAnswer) -> list[str]:
    """Return the keys that give an answer on a screen, each one character or the name of a key."""
    question, value = form.question, command.value
    usual = command.source is None or Source(command.source) is question.source
    first = [] if usual else ["s"] * _presses_to(Source(command.source), question.source)
    if command.status is not None:
        typing = form.mode is Mode.TYPING and form.letters_type
        reason = [_key_of_reason(form, command.reason)] if command.reason and len(form.view.cannot_apply) > 1 else []
        return [*first, *(["escape"] if typing else []), STATUS_KEYS[Status(command.status)], *reason]
    if question.type is QuestionType.INSTRUMENT:
        assert isinstance(value, dict)
        keys = {item.id: {option.id: option.key for option in item.options} for item in form.view.rows}
        assert value.keys() == keys.keys(), "an item that is left out is not typed here"
        return [*first, *(keys[item][value[item]] for item in keys)]
    if question.type is QuestionType.GRID:
        assert isinstance(value, dict)
        if set(value.values()) == {question.normal}:
            return [*first, "n"]
        return [*first, *_keys_of_cells(form, value), "enter"]
    if question.type is QuestionType.SEVERAL:
        assert isinstance(value, list)
        keys = [_key_of(form, option) for option in value]
        return [*first, *keys, *([] if len(keys) == 1 and form.gives_all(keys[0]) else ["enter"])]
    if form.scale:
        return [*first, "a" if value == 10 else str(value)]
    if form.is_typed:
        return [*first, *(["tab"] if form.mode is Mode.KEYS else []), *str(value), "enter"]
    return [*first, _key_of(form, str(value))]


def _keys_of_cells(form: Form, value: dict[str, str]) -> Iterator[str]:
    """Yield the keys of a table from its first cell to its last; the normal choice of a record stands for its row."""
    question = form.question
    for row in question.rows:
        for place, column in enumerate(question.columns):
            option = value[f"{row.id}.{column.id}"]
            yield next(key for key, each in form.choices(place) if each.id == option)
            if has_records(question) and option == question.normal:
                break


def _presses_to(wanted: Source, usual: Source) -> int:
    order = list(Source)
    return (order.index(wanted) - order.index(usual)) % len(order)


def _key_of(form: Form, option: str) -> str:
    return next(key for key, each in zip(form.keys, form.view.options, strict=True) if each.id == option)


def _key_of_reason(form: Form, reason: str | None) -> str:
    return next(each.key for each in form.view.cannot_apply if each.id == reason)
