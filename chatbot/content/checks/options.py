"""Options that nothing tells apart: choosing one or the other changes no plan and no handover."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatbot.content.checks.links import Path
from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.package import File, Package
from chatbot.content.schema import GroupModel, QuestionModel
from chatbot.content.source import at
from chatbot.core.domains import atoms_by_question
from chatbot.core.protocol import Protocol
from chatbot.core.tree import Atom, Cell, CellGrade, Includes, Lookup, OneOf, conditions_in, terms_of


def check(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield each option that neither a condition nor a handover nor a vignette tells from one before it."""
    assert package.manifest is not None
    said = {name for part in package.manifest.model.handover for name in part.questions}
    for file, path, name, question in package.all_questions():
        if name in said:
            continue
        if isinstance(question, GroupModel):
            for inner, entry in question.fields.items():
                yield from _question(file, (*path, "fields", inner), f"{name}[1].{inner}", entry, protocol)
        else:
            yield from _question(file, path, name, question, protocol)


def _question(
    file: File[Any], path: Path, key: str, question: QuestionModel, protocol: Protocol
) -> Iterator[Diagnostic]:
    if question.recorded_only or len(question.options) < 2:
        return
    atoms = atoms_by_question(protocol).get(key, ())
    if not atoms:
        return  # a question nothing reads is reported as a whole
    first: dict[tuple[Any, ...], str] = {}
    for name, option in question.options.items():
        marks = tuple(mark for atom in atoms if (mark := _told(atom, name)) is not None)
        other = first.setdefault(marks, name)
        if other != name and not option.recorded_only and not question.options[other].recorded_only:
            mark = at(file.root, (*path, "options", name), key=True)
            message = f"nothing tells the option {name!r} from {other!r}"
            hint = "use the difference, merge them, or write 'recorded_only: yes'"
            yield mark.diagnostic("P419", message, hint, WARNING)


def _told(atom: Atom, option: str) -> Any:
    """Return how an atom sees an option; None where it sees none."""
    if isinstance(atom, OneOf | Includes | Cell):
        return option in atom.options
    if isinstance(atom, CellGrade):
        return dict(atom.grades).get(option)
    looked_up = [dict(term.entries).get(option) for term in terms_of(atom) if isinstance(term, Lookup)]
    chosen_by = [option in node.options for node in conditions_in(atom) if isinstance(node, OneOf | Includes)]
    return (*looked_up, *chosen_by) or None
