"""Answers files and vignettes: answers in YAML or JSON, read against a protocol.

``as_of`` and ``protocol`` may stand beside ``answers``, or beside the answers themselves. An answer is a value, a
status word, or a mapping with ``value`` or ``status`` and ``source``, ``on``, ``note``, ``reason``. A repeated
group is a list of mappings and fills in its count. A vignette may take over the answers of another, and
``FILE:CASE`` names a case of a file in ``cases/``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from chatbot.content.answers_reader import Reader
from chatbot.content.diagnostics import Diagnostic, in_order
from chatbot.content.inherit import NO_VIGNETTES, Inherited, Vignettes, inherit
from chatbot.content.library import MANIFEST
from chatbot.content.source import Mapping, Mark, Node, Scalar, read
from chatbot.core.batch import NotAccepted, give_all, with_answers
from chatbot.core.beginnings import pinned as visit
from chatbot.core.case import Case, evolve
from chatbot.core.commands import GiveAnswer
from chatbot.core.events import KINDS, CaseOpened, Event, PreviousPinned
from chatbot.core.navigation import pinned
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.site import REGION_FACT
from chatbot.core.values import ValueProblem, moment_text, parse_duration, parse_moment
from chatbot.errors import UsageError

HEADS = ("as_of", "protocol", "answers", "kind", "label", "region", "refutes", "instead")
"""Keys that are not question ids."""

INHERITING = ("like", "without")
"""Keys with which a vignette or a case takes over the answers of a vignette."""

VIGNETTE_HEADS = (
    *("vignette", "title", "story", "persona", "invented", "for_others", "reason", "expect", "practice"),
    *INHERITING,
)
"""Keys a vignette has besides."""

CASE_HEADS = ("after", "answers", "region", "reason", "expect", *INHERITING)
"""Keys of a case in a file of cases."""


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
    earlier: AnswersFile | None = None
    """The visit before, of a person who comes back."""
    refutes: str = ""
    """Of a counter-example: the property that is not so."""
    instead: Mapping | None = None
    """Of a counter-example of two interviews: what the second answers otherwise."""


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
    file = _file(shown, None, told, "test", name, found)
    after = entry.value("after")
    return _come_back(file, after, vignettes) if isinstance(after, Scalar) else file


def _come_back(file: AnswersFile, after: Scalar, vignettes: Vignettes) -> AnswersFile:
    """Return the case as a visit that follows the vignette it is like."""
    earlier = answers_in(file.roots[0], file.path, file.label, vignettes)
    assert earlier.as_of is not None
    try:
        moment = parse_moment(earlier.as_of) + parse_duration(after.text)
    except ValueProblem as error:
        raise AnswersError([after.mark.diagnostic("P301", str(error))]) from error
    return replace(file, as_of=moment_text(moment), earlier=earlier)


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
    texts = {name: _head(root, name, found) for name in ("protocol", "kind", "label", "refutes")}
    instead = root.value("instead")
    if instead is not None and not isinstance(instead, Mapping):
        found.append(instead.mark.diagnostic("P112", _NO_ANSWERS))
        raise AnswersError(found)
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
    file = _file(shown, texts["protocol"], told, kind, texts["label"] or label, found)
    return replace(file, refutes=texts["refutes"] or "", instead=instead)


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
    return _commands(protocol, file.answers.entries, as_of)


NOT_ASKED = "not_asked"
"""In ``instead``: the second interview has no answer to it."""


def instead_of(protocol: Protocol, file: AnswersFile, as_of: str) -> dict[str, GiveAnswer | None]:
    """Return what the second interview of a counter-example answers otherwise; None: it is not asked.

    Raises: AnswersError with every unknown question and every value that does not fit.
    """
    entries = () if file.instead is None else file.instead.entries
    gone = {key.text: key for key, node in entries if isinstance(node, Scalar) and node.text == NOT_ASKED}
    found: dict[str, GiveAnswer | None] = {
        each.question: each
        for each in _commands(protocol, [entry for entry in entries if entry[0].text not in gone], as_of)
    }
    if unknown := [mark for key, mark in gone.items() if key not in protocol.questions]:
        what = [
            (each, f"no question is called {each.text!r}", near_miss(each.text, protocol.questions)) for each in unknown
        ]
        raise AnswersError([each.mark.diagnostic("P210", message, hint) for each, message, hint in what])
    return found | dict.fromkeys(gone)


def _commands(protocol: Protocol, entries: Iterable[tuple[Scalar, Node]], as_of: str) -> list[GiveAnswer]:
    reader = Reader(protocol, as_of)
    given = (command for key, value in entries for command in reader.entry(key, value))
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
        case, happened = _placed(protocol, file, give_all(protocol, opened, commands))
        if idle := _idle(protocol, case, file):
            kept = [each for each in commands if each.question not in idle]
            return _placed(protocol, file, give_all(protocol, opened, kept))
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


def _placed(
    protocol: Protocol, file: AnswersFile, told: tuple[Case, tuple[Event, ...]]
) -> tuple[Case, tuple[Event, ...]]:
    """Return the case with its region and the visit before pinned, where the file names them."""
    (case, happened), region = told, _region_of(protocol, file)
    where = pinned(protocol, case, {**case.site, REGION_FACT: region}) if region else ()
    events: tuple[Event, ...] = (*where, *_before(protocol, file))
    for event in events:
        case, happened = evolve(protocol, case, event), (*happened, event)
    return case, happened


def _before(protocol: Protocol, file: AnswersFile) -> tuple[PreviousPinned, ...]:
    """Return what the visit before contributes; it is the first one too."""
    if file.earlier is None or file.earlier.as_of is None:
        return ()
    earlier = assessed_case(protocol, file.earlier, file.earlier.as_of)
    contributed = visit(protocol, protocol, earlier, "")
    return (PreviousPinned(contributed, contributed, [earlier.case]),)


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
    case = replace(case, answers={key: answer for key, answer in case.answers.items() if key not in idle})
    for event in _before(protocol, file):
        case = evolve(protocol, case, event)
    return case


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
