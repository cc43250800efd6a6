"""Answers files and vignettes: answers in YAML or JSON, read against a protocol.

``as_of`` and ``protocol`` may stand beside ``answers``, or beside the answers themselves. An answer is a value, a
status word, or a mapping with ``value`` or ``status`` and ``source``, ``on``, ``note``, ``reason``. A repeated
group is a list of mappings and fills in its count. A vignette may take over the answers of another, and
``FILE:CASE`` names a case of a file in ``cases/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chatbot.content.build import question_key
from chatbot.content.diagnostics import Diagnostic, in_order
from chatbot.content.inherit import NO_VIGNETTES, Inherited, Vignettes, inherit
from chatbot.content.library import MANIFEST
from chatbot.content.source import Mapping, Mark, Node, Scalar, Sequence, plain, read
from chatbot.core.answers import accept
from chatbot.core.batch import NotAccepted, give_all, with_answers
from chatbot.core.case import Case, evolve
from chatbot.core.cells import rest_normal, row_normal
from chatbot.core.commands import GiveAnswer
from chatbot.core.events import KINDS, CaseOpened, Event
from chatbot.core.navigation import pinned
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.resolve import near_miss
from chatbot.core.site import REGION_FACT
from chatbot.core.values import Source, Status, Stored, ValueProblem, moment_text, parse_moment
from chatbot.errors import UsageError

HEADS = ("as_of", "protocol", "answers", "kind", "label", "region")
"""Keys that are not question ids."""

INHERITING = ("like", "without")
"""Keys with which a vignette or a case takes over the answers of a vignette."""

VIGNETTE_HEADS = ("vignette", "title", "story", "persona", "invented", "reason", "expect", *INHERITING)
"""Keys a vignette has besides."""

CASE_HEADS = ("answers", "region", "reason", "expect", *INHERITING)
"""Keys of a case in a file of cases."""

STATUS_WORDS = frozenset(Status)

DETAILS = ("value", "status", "source", "on", "note", "reason")
"""What an answer written as a mapping may say."""


class AnswersError(UsageError):
    """An answers file that does not fit; the message holds every rendered diagnostic."""

    def __init__(self, found: Iterable[Diagnostic]) -> None:
        self.found = tuple(in_order(found))
        super().__init__("\n".join(each.render() for each in self.found))

    def render(self) -> str:
        """Return the diagnostics as they are."""
        return self.message


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """An answers file as far as it can be read without a protocol."""

    path: str
    protocol: str | None
    as_of: str | None
    kind: str
    label: str
    answers: Mapping
    """The mapping of question ids."""
    home: Path | None = None
    """The protocol in whose folder it stands."""
    taken_over: frozenset[str] = frozenset()
    """Ids of answers that a vignette takes over: what does not apply any more is left out without a word."""
    roots: tuple[Mapping, ...] = ()
    """The vignettes it takes them over from."""
    region: Scalar | None = None
    """Where it is, where the file says so."""


def read_answers(path: Path) -> AnswersFile:
    """Read an answers file, a vignette, or with ``FILE:CASE`` a case.

    What stands in a protocol's folder belongs to that protocol. Raises: AnswersError with every problem.
    """
    name = None
    if not path.exists() and ":" in path.name:
        stem, _, name = path.name.rpartition(":")
        path = path.parent / stem
    shown = str(path)
    root, found = read(path, shown)
    if root is None:
        raise AnswersError(found)
    if name is not None:
        file = answers_of_case(root, shown, name, Vignettes.of_folder(path.parent.parent / "vignettes"))
    else:
        file = answers_in(root, shown, path.stem, Vignettes.of_folder(path.parent))
    home = path.absolute().parent.parent
    return replace(file, home=home) if (home / MANIFEST).is_file() else file


def answers_of_case(root: Node, shown: str, name: str, vignettes: Vignettes) -> AnswersFile:
    """Return the answers of one case in a file of cases that was read already.

    Raises: AnswersError with every problem of its shape.
    """
    cases = root.value("cases") if isinstance(root, Mapping) else None
    entries = {key.text: node for key, node in cases.entries} if isinstance(cases, Mapping) else {}
    if not isinstance(entry := entries.get(name), Mapping):
        raise AnswersError([root.mark.diagnostic("P112", f"no case is called {name!r}", near_miss(name, entries))])
    found = _odd_keys(entry, CASE_HEADS)
    own = entry.value("answers") or Mapping((), entry.mark)
    if not isinstance(own, Mapping):
        raise AnswersError([*found, own.mark.diagnostic("P112", _NO_ANSWERS)])
    told = inherit(entry, own, name, vignettes, found)
    return _file(shown, None, told, "test", name, found)


_NO_ANSWERS = "a mapping of question ids to answers is expected here"


def _odd_keys(root: Mapping, heads: Iterable[str]) -> list[Diagnostic]:
    known, hint = set(heads), "put answers under 'answers:'"
    odd = [key for key, _ in root.entries if key.text not in known]
    return [
        each.mark.diagnostic("P110", f"{each.text!r} is not a key here", near_miss(each.text, known) or hint)
        for each in odd
    ]


def _file(
    shown: str, protocol: str | None, told: Inherited, kind: str, label: str, found: list[Diagnostic]
) -> AnswersFile:
    as_of = None if told.as_of is None else told.as_of.text
    if told.as_of is not None:
        try:
            parse_moment(told.as_of.text)
        except ValueProblem as error:
            found.append(told.as_of.mark.diagnostic("P301", str(error)))
    if found:
        raise AnswersError(found)
    return AnswersFile(
        shown, protocol, as_of, kind, label, told.answers, None, told.taken_over, told.roots, told.region
    )


def answers_in(root: Node, shown: str, label: str, vignettes: Vignettes = NO_VIGNETTES) -> AnswersFile:
    """Return the answers in a file that was read already.

    *label* names the case where the file does not; *vignettes* are those it may be like, when it is one.
    Raises: AnswersError with every problem of its shape.
    """
    found: list[Diagnostic] = []
    if not isinstance(root, Mapping):
        message = "an answers file is a mapping of question ids to answers"
        raise AnswersError([root.mark.diagnostic("P112", message, "begin with 'as_of: 2026-01-31'")])
    vignette = root.value("vignette") is not None
    answers = root.value("answers")
    heads = {*HEADS, *(VIGNETTE_HEADS if vignette else ())}
    if answers is None and vignette and root.value("like") is not None:
        answers = Mapping((), root.mark)
    elif answers is None:
        answers = Mapping(tuple(entry for entry in root.entries if entry[0].text not in heads), root.mark)
    else:
        found += _odd_keys(root, heads)
    if not isinstance(answers, Mapping):
        found.append(answers.mark.diagnostic("P112", _NO_ANSWERS))
        raise AnswersError(found)
    texts = {name: _head(root, name, found) for name in ("protocol", "kind", "label")}
    kind = texts["kind"] or ("test" if vignette else "clinical")
    if kind not in KINDS:
        node = root.value("kind")
        assert node is not None
        found.append(node.mark.diagnostic("P301", f"{kind!r} is not a kind of case", f"one of {', '.join(KINDS)}"))
    own = (
        root
        if vignette
        else Mapping(tuple(each for each in root.entries if each[0].text in {"as_of", "region"}), root.mark)
    )
    told = inherit(own, answers, label, vignettes, found)
    return _file(shown, texts["protocol"], told, kind, texts["label"] or label, found)


def _head(root: Mapping, name: str, found: list[Diagnostic]) -> str | None:
    node = root.value(name)
    if node is None:
        return None
    if not isinstance(node, Scalar):
        found.append(node.mark.diagnostic("P112", f"{name!r} is one text"))
        return None
    return node.text


def commands_of(protocol: Protocol, file: AnswersFile, as_of: str) -> list[GiveAnswer]:
    """Return the answers of a file as commands, one for a question: of two the later stands.

    Raises: AnswersError with every unknown question and every value that does not fit.
    """
    reader = _Reader(protocol, as_of)
    given = (command for key, value in file.answers.entries for command in reader.entry(key, value))
    commands = list({command.question: command for command in given}.values())
    if reader.found:
        raise AnswersError(reader.found)
    return commands


def _opened(protocol: Protocol, file: AnswersFile, moment: str) -> CaseOpened:
    return CaseOpened("answers", file.kind, moment, file.label, "", protocol.identity)


def open_case(protocol: Protocol, file: AnswersFile, as_of: str) -> tuple[Case, tuple[Event, ...]]:
    """Return the case a file describes, with what happened in it.

    Raises: AnswersError.
    """
    moment = moment_text(parse_moment(as_of))
    commands = commands_of(protocol, file, moment)
    opened = _opened(protocol, file, moment)
    try:
        case, happened = _in_region(protocol, file, give_all(protocol, opened, commands))
        if idle := _idle(protocol, case, file):
            kept = [each for each in commands if each.question not in idle]
            return _in_region(protocol, file, give_all(protocol, opened, kept))
        return case, happened
    except NotAccepted as error:
        raise _refused(file, error) from error


def _region_of(protocol: Protocol, file: AnswersFile) -> str:
    """Return the region a file names; empty: none. Raises: AnswersError for one that the protocol does not know."""
    if file.region is None:
        return ""
    if file.region.text not in protocol.regions:
        known = ", ".join(protocol.regions)
        hint = near_miss(file.region.text, protocol.regions) or (f"one of {known}" if known else "delete it")
        message = f"{file.region.text!r} is no region of this protocol"
        raise AnswersError([file.region.mark.diagnostic("P301", message, hint)])
    return file.region.text


def _in_region(
    protocol: Protocol, file: AnswersFile, told: tuple[Case, tuple[Event, ...]]
) -> tuple[Case, tuple[Event, ...]]:
    """Return the case with its region pinned, where the file names one."""
    (case, happened), region = told, _region_of(protocol, file)
    for event in pinned(protocol, case, {**case.site, REGION_FACT: region}) if region else ():
        case, happened = evolve(protocol, case, event), (*happened, event)
    return case, happened


def assessed_case(protocol: Protocol, file: AnswersFile, as_of: str) -> Case:
    """Return the case a file describes without interviewing: what its answers come to, and nothing of how.

    Raises: AnswersError.
    """
    moment = moment_text(parse_moment(as_of))
    try:
        opened, commands = _opened(protocol, file, moment), commands_of(protocol, file, moment)
        case = with_answers(protocol, opened, commands, _region_of(protocol, file))
    except NotAccepted as error:
        raise _refused(file, error) from error
    idle = _idle(protocol, case, file)
    return replace(case, answers={key: answer for key, answer in case.answers.items() if key not in idle})


def _idle(protocol: Protocol, case: Case, file: AnswersFile) -> set[str]:
    """Return the questions whose answer is taken over and does not apply."""
    counts = {group.count for name, group in protocol.groups.items() if name in file.taken_over}
    taken_over = file.taken_over | {count for count in counts if file.answers.key(count) is None}
    applies = case.assessment.applies
    return {key for key in case.answers if applies[key] is False and key.split("[", 1)[0] in taken_over}


def _refused(file: AnswersFile, error: NotAccepted) -> AnswersError:
    key = error.command.question
    return AnswersError([_mark_of(file, key).diagnostic("P301", f"{key}: {error.refusal.message}", error.refusal.hint)])


def _mark_of(file: AnswersFile, key: str) -> Mark:
    found = file.answers.key(key.split("[", 1)[0])
    return file.answers.mark if found is None else found.mark


class _Reader:
    def __init__(self, protocol: Protocol, as_of: str) -> None:
        self.protocol = protocol
        self.as_of = parse_moment(as_of)
        self.found: list[Diagnostic] = []

    def problem(self, mark: Mark, code: str, message: str, hint: str = "") -> None:
        self.found.append(mark.diagnostic(code, message, hint))

    def entry(self, key: Scalar, node: Node) -> Iterator[GiveAnswer]:
        if key.text in self.protocol.groups:
            yield from self.group(key, node)
        elif (question := self.protocol.questions.get(key.text)) is not None:
            command = self.answer(question, node)
            if command is not None:
                yield command
        else:
            known = [*self.protocol.groups, *(name for name in self.protocol.questions if "[" not in name)]
            self.problem(key.mark, "P210", f"no question is called {key.text!r}", near_miss(key.text, known))

    def group(self, key: Scalar, node: Node) -> Iterator[GiveAnswer]:
        group = self.protocol.groups[key.text]
        if not isinstance(node, Sequence):
            self.problem(node.mark, "P112", f"{key.text!r} is a list with one mapping for each row")
            return
        if len(node.items) > group.most:
            self.problem(node.mark, "P301", f"{len(node.items)} rows; {group.most} is the most")
            return
        yield GiveAnswer(group.count, value=str(len(node.items)), via="file", confirmed=True)
        for row, item in enumerate(node.items, start=1):
            if not isinstance(item, Mapping):
                self.problem(item.mark, "P112", "a row is a mapping of fields to answers")
                continue
            for name, value in item.entries:
                if name.text not in group.fields:
                    hint = near_miss(name.text, group.fields) or f"the fields are {', '.join(group.fields)}"
                    self.problem(name.mark, "P210", f"{key.text!r} has no field {name.text!r}", hint)
                    continue
                command = self.answer(self.protocol.questions[question_key(key.text, row, name.text)], value)
                if command is not None:
                    yield command

    def answer(self, question: Question, node: Node) -> GiveAnswer | None:
        detailed = isinstance(node, Mapping) and (
            not question.is_table or any(key.text in {"value", "status"} for key, _ in node.entries)
        )
        if detailed:
            assert isinstance(node, Mapping)
            return self.detailed(question, node)
        if isinstance(node, Scalar) and node.text in STATUS_WORDS:
            return GiveAnswer(question.id, status=node.text, via="file")
        return self.value(question, node)

    def detailed(self, question: Question, node: Mapping) -> GiveAnswer | None:
        details: dict[str, Any] = {}
        for key, value in node.entries:
            if key.text not in DETAILS:
                hint = near_miss(key.text, DETAILS) or f"one of {', '.join(DETAILS)}"
                self.problem(key.mark, "P110", f"{key.text!r} is not a key of an answer", hint)
            elif key.text != "value" and not isinstance(value, Scalar):
                self.problem(value.mark, "P112", f"{key.text!r} is one text")
            else:
                details[key.text] = value
        if ("value" in details) == ("status" in details):
            self.problem(node.mark, "P111", f"{question.id}: either 'value' or 'status' is needed")
            return None
        if "status" in details:
            command: GiveAnswer | None = self.status(question, details["status"])
        else:
            command = self.value(question, details["value"])
        if command is None:
            return None
        texts: dict[str, str] = {
            name: plain(details[name]) for name in ("source", "on", "note", "reason") if name in details
        }
        return self.with_details(command, texts, details)

    def with_details(self, command: GiveAnswer, texts: dict[str, str], nodes: dict[str, Any]) -> GiveAnswer | None:
        if "source" in texts and texts["source"] not in list(Source):
            hint = near_miss(texts["source"], Source) or f"one of {', '.join(Source)}"
            self.problem(nodes["source"].mark, "P301", f"{texts['source']!r} is not a source", hint)
            return None
        if "on" in texts:
            try:
                if parse_moment(texts["on"]) > self.as_of:
                    raise ValueProblem(f"{texts['on']} lies after as_of")
            except ValueProblem as error:
                self.problem(nodes["on"].mark, "P301", str(error))
                return None
        return replace(command, **texts)  # type: ignore[arg-type]

    def status(self, question: Question, node: Scalar) -> GiveAnswer | None:
        if node.text not in STATUS_WORDS:
            hint = near_miss(node.text, STATUS_WORDS) or f"one of {', '.join(Status)}"
            self.problem(node.mark, "P301", f"{node.text!r} is not a status", hint)
            return None
        return GiveAnswer(question.id, status=node.text, via="file")

    def value(self, question: Question, node: Node) -> GiveAnswer | None:
        try:
            stored = stored_value(question, node)
            accept(question, stored, self.as_of)
        except ValueProblem as error:
            hint = ""
            if isinstance(node, Scalar) and question.options:
                hint = near_miss(node.text, [*(option.id for option in question.options), *Status])
            self.problem(node.mark, "P301", f"{question.id}: {error}", hint)
            return None
        return GiveAnswer(question.id, value=stored, via="file", confirmed=True)


def stored_value(question: Question, node: Node) -> Stored:
    """Return the stored form of a value written in YAML.

    Raises: ValueProblem when its shape does not fit the question.
    """
    if question.type is QuestionType.SEVERAL:
        if isinstance(node, Scalar):
            return [node.text]
        if isinstance(node, Sequence) and all(isinstance(item, Scalar) for item in node.items):
            order = [option.id for option in question.options]
            given = [item.text for item in node.items if isinstance(item, Scalar)]
            return sorted(given, key=lambda each: order.index(each) if each in order else len(order))
        raise ValueProblem("a list of options is expected")
    if question.type is QuestionType.GRID:
        return _grid(question, node)
    if question.type is QuestionType.INSTRUMENT:
        return _items(question, node)
    if not isinstance(node, Scalar):
        raise ValueProblem("one value is expected")
    if question.type is QuestionType.SCALE:
        try:
            return int(node.text)
        except ValueError as error:
            raise ValueProblem(f"{node.text!r} is not a whole number") from error
    return node.text


def _items(question: Question, node: Node) -> dict[str, str]:
    """Read items with their options, or the options alone in the order of all items."""
    if isinstance(node, Sequence) and len(node.items) == len(question.rows):
        pairs = list(zip((item.id for item in question.rows), node.items, strict=True))
    elif isinstance(node, Mapping):
        pairs = [(key.text, value) for key, value in node.entries]
    else:
        raise ValueProblem(f"a mapping of items to options is expected, or the options of all {len(question.rows)}")
    items = {name: value.text for name, value in pairs if isinstance(value, Scalar)}
    if len(items) < len(pairs):
        raise ValueProblem("an item has one option")
    return items


OTHERWISE = "otherwise"
"""In a table: what stands in every cell that is not written, or of a table of records in every row."""


def _grid(question: Question, node: Node) -> dict[str, str]:
    if not isinstance(node, Mapping):
        raise ValueProblem("a mapping of row.column to a grade is expected")
    cells: dict[str, str] = {}
    otherwise = False
    for key, value in node.entries:
        if key.text == OTHERWISE:
            if not isinstance(value, Scalar) or value.text != question.normal:
                raise ValueProblem(f"'{OTHERWISE}' is {question.normal or 'left out'}: it names the normal option")
            otherwise = True
        elif isinstance(value, Scalar) and value.text == question.normal and "." not in key.text:
            cells |= row_normal(question, key.text)
        elif isinstance(value, Scalar):
            cells[key.text] = value.text
        elif isinstance(value, Mapping) and all(isinstance(inner, Scalar) for _, inner in value.entries):
            cells |= {f"{key.text}.{column.text}": plain(inner) for column, inner in value.entries}
        else:
            raise ValueProblem(f"{key.text!r} holds neither a grade nor columns with grades")
    return rest_normal(question, cells) if otherwise and cells.keys() <= question.cells.keys() else cells
