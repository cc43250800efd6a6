"""What is asked for the record alone: content says so of a question or an option, outside the digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chatbot.content.build import question_key
from chatbot.content.package import Package, read_package
from chatbot.content.schema import GroupModel, QuestionModel


@dataclass(frozen=True, slots=True)
class RecordOnly:
    """What no decision hangs on, and is meant so. The reasons are empty where the content gives none."""

    questions: Mapping[str, str]
    """Key of ``Protocol.questions`` to the reason, every row of a group by itself."""
    options: Mapping[tuple[str, str], str]
    """The same key and an option that nothing tells from another, to the reason."""

    def covers(self, key: str, option: str = "") -> bool:
        """Whether a question, or one option of it, is declared; a declared question covers its options."""
        return key in self.questions or (key, option) in self.options


def record_only(folder: Path) -> RecordOnly:
    """Return what the content of a protocol's folder declares as asked for the record alone."""
    questions, options = {}, {}
    for key, question in _asked(read_package(folder, str(folder), vignettes=False)):
        if question.recorded_only:
            questions[key] = _reason(question.recorded_only)
        for name, option in question.options.items():
            if option.recorded_only:
                options[key, name] = _reason(option.recorded_only)
    return RecordOnly(questions, options)


def _asked(package: Package) -> Iterator[tuple[str, QuestionModel]]:
    for _, _, name, question in package.all_questions():
        if not isinstance(question, GroupModel):
            yield name, question
            continue
        for row in range(1, question.most + 1):
            yield from ((question_key(name, row, field), each) for field, each in question.fields.items())


def _reason(declared: bool | str) -> str:
    return declared if isinstance(declared, str) else ""
