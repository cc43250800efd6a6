"""Vignettes and cases as checks: their answers fit the protocol, apply, and come out as expected."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.content.answers_file import AnswersError, AnswersFile, answers_in, answers_of_case, assessed_case
from chatbot.content.checks.expected import differences
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.inherit import Vignettes
from chatbot.content.package import File, Package
from chatbot.content.source import Mapping, Node, at
from chatbot.content.vignette_schema import CaseModel, VignetteModel
from chatbot.core.answers import accept
from chatbot.core.case import Case, assessed
from chatbot.core.outcome import Outcome, outcome
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import safety_resolved
from chatbot.core.values import ValueProblem, to_stored

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Patient:
    """A simulated patient written by hand: a vignette, or a case of a file of cases."""

    name: str
    file: File[Any]
    path: Path
    """Where it stands in its file."""
    model: VignetteModel | CaseModel
    vignettes: Vignettes

    def answers(self) -> AnswersFile:
        """Return its answers with what it takes over.

        Raises: AnswersError.
        """
        if self.path:
            return answers_of_case(self.file.root, self.file.path, self.name, self.vignettes)
        return answers_in(self.file.root, self.file.path, self.name, self.vignettes)


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one vignette or case."""

    name: str
    found: tuple[Diagnostic, ...]
    outcome: Outcome | None
    """None where its answers do not fit."""
    resolved: bool
    """Whether no red flag on which an urgency hangs was left open."""
    case: Case | None = None
    """The case its answers make."""
    patient: Patient | None = None


@dataclass
class Runs:
    """The vignettes and cases of one folder as they came out last, so that only what changed is run again."""

    by_name: dict[str, Run] = field(default_factory=dict)
    """By the name of the vignette or case."""
    protocol: Protocol | None = None
    """What they were run with; None while the content around them has an error."""
    logic: bytes = b""
    """``logic_of`` the protocol."""
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Name to the paths and texts it was run from, those it takes answers over from included."""


def logic_of(bundle: dict[str, Any]) -> bytes:
    """Return a digest of what conditions and answers of a bundle can tell apart: everything but wordings."""
    return hashlib.sha256(json.dumps(_without_words(bundle), sort_keys=True).encode()).digest()


def patients(package: Package, found: list[Diagnostic]) -> list[Patient]:
    """Return the vignettes and cases of a package; an id that stands twice (P211) is added to *found*."""
    roots = {file.model.vignette: file.root for file in package.vignettes if isinstance(file.root, Mapping)}
    vignettes = Vignettes(roots, roots.get)
    each = [Patient(file.model.vignette, file, (), file.model, vignettes) for file in package.vignettes]
    names = {patient.name for patient in each}
    for file in package.cases:
        for name, model in file.model.cases.items():
            if name in names:
                mark = at(file.root, ("cases", name), key=True)
                found.append(mark.diagnostic("P211", f"{name!r} is used twice", "give one of them another id"))
                continue
            names.add(name)
            each.append(Patient(name, file, ("cases", name), model, vignettes))
    return each


def run_all(package: Package, protocol: Protocol, runs: Runs, logic: bytes) -> list[Diagnostic]:
    """Run the vignettes and cases of a package and bring *runs* up to date; return what is wrong with them.

    *logic* is ``logic_of`` the protocol.

    A patient keeps its outcome while neither its file nor anything but wordings has changed. Where its answers still
    fit they are evaluated again without being given one by one.
    """
    by_name: dict[str, Run] = {}
    files: dict[str, tuple[str, ...]] = {}
    found: list[Diagnostic] = []
    for patient in patients(package, found):
        name = patient.name
        files[name], answers = _read(patient)
        before = runs.by_name.get(name) if runs.files.get(name) == files[name] else None
        if before is not None and logic == runs.logic:
            by_name[name] = before
        else:
            case = None if before is None or before.case is None else _fitted(protocol, before.case)
            by_name[name] = run(protocol, patient, answers) if case is None else came_out(protocol, patient, case)
    runs.by_name, runs.protocol, runs.files, runs.logic = by_name, protocol, files, logic
    return [*found, *(each for one in by_name.values() for each in one.found)]


def _read(patient: Patient) -> tuple[tuple[str, ...], AnswersFile | AnswersError]:
    """Return what a patient hangs on, and its answers or why there are none."""
    own = (patient.file.path, patient.file.root.mark.source.text)
    try:
        answers = patient.answers()
    except AnswersError as error:
        return own, error
    return (*own, *(root.mark.source.text for root in answers.roots)), answers


def run(protocol: Protocol, patient: Patient, answers: AnswersFile | AnswersError) -> Run:
    """Work out what the answers of a patient come to, and compare that with what is expected."""
    try:
        if isinstance(answers, AnswersError):
            raise answers
        assert answers.as_of is not None
        case = assessed_case(protocol, answers, answers.as_of)
    except AnswersError as error:
        return Run(patient.name, tuple(map(_of_answers, error.found)), None, False, patient=patient)
    return came_out(protocol, patient, case)


def _of_answers(found: Diagnostic) -> Diagnostic:
    if found.code.startswith("P47"):
        return found
    return replace(found, code="P410", message=f"the answers do not fit: {found.message}")


def _fitted(protocol: Protocol, case: Case) -> Case | None:
    """Return a case with its answers evaluated under other content; None where one of them no longer fits.

    None also for a visit that follows another: what the one before contributes may be other now.
    """
    if case.earlier is not None:
        return None
    answers = {}
    for key, answer in case.answers.items():
        question = protocol.questions.get(key)
        if question is None:
            return None
        if answer.value is not None:
            try:
                value = accept(question, to_stored(answer.value), max(answer.given, case.as_of))
            except ValueProblem:
                return None
            answer = replace(answer, value=value)
        elif answer.reason is not None and answer.reason not in {each.id for each in question.cannot_apply}:
            return None
        answers[key] = answer
    case = replace(case, answers=answers)
    return replace(case, assessment=assessed(protocol, case))


def came_out(protocol: Protocol, patient: Patient, case: Case) -> Run:
    """Compare what a case that is assessed comes to with what is expected of the patient it was made for."""
    came = outcome(protocol, case.assessment)
    found = tuple(_problems(protocol, patient, case, came))
    return Run(patient.name, found, came, safety_resolved(protocol, case.assessment), case, patient)


def _without_words(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    return (
        None if value.keys() == {"clinician", "patient"} else {key: _without_words(each) for key, each in value.items()}
    )


def _problems(protocol: Protocol, patient: Patient, case: Case, came: Outcome) -> Iterator[Diagnostic]:
    root: Node = patient.file.root
    spare = set(getattr(patient.model, "for_others", ()))
    ignored = [
        key
        for key in protocol.questions
        if key in case.answers and case.assessment.applies[key] is False and key.split("[", 1)[0] not in spare
    ]
    if ignored:
        names = ", ".join(ignored)
        yield at(root, (*patient.path, "answers"), key=True).diagnostic(
            "P410", f"answers to questions that do not apply: {names}"
        )
    for name in getattr(patient.model, "invented", ()):
        if name.split("[", 1)[0] not in {key.split("[", 1)[0] for key in (*patient.model.answers, *case.answers)}:
            mark = at(root, ("invented",))
            yield mark.diagnostic("P410", f"{name!r} is marked as invented but not answered")
    for each in differences(protocol, case.assessment, came, patient.model.expect):
        yield at(root, (*patient.path, "expect", *each.path)).diagnostic(each.code, each.message, each.hint)
