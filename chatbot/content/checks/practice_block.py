"""The practice block of a vignette: every name exists, every fact can be said, and nothing is given away too early."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from chatbot.content.answers_file import AnswersError
from chatbot.content.checks.practice import PRACTICE_KEY, unknown
from chatbot.content.checks.texts import Path
from chatbot.content.checks.vignettes import Run, Runs
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import PRACTICE, File, Package
from chatbot.content.practice import PracticeContent
from chatbot.content.practice_schema import NEED_KEYS, DocumentModel, VignettePracticeModel
from chatbot.content.practice_speech import COMPOSITE, is_asked_of_the_person, voice_key, voiced
from chatbot.content.practice_station import Maker
from chatbot.content.source import at, node_at
from chatbot.core.answers import option_label
from chatbot.core.find import words_of
from chatbot.core.practice.station import Fact
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import near_miss
from chatbot.core.values import Status

FEWEST_SAID, FEWEST_LABEL = 4, 3
"""Words from which what a patient says, or the label of an answer, tells something by itself."""

MOVE_OF = {"trust": "permission", "reason": "reason", "interpreter": "interpreter"}
"""What a fact needs to the kind of move that gives it."""


def check(package: Package, protocol: Protocol, runs: Runs) -> Iterator[Diagnostic]:
    """Yield what is wrong with the blocks of vignettes that came out as expected."""
    content = content_of(package)
    for run in runs.by_name.values():
        file = None if run.patient is None else run.patient.file
        block = getattr(file and file.model, "practice", None)
        if file is None or block is None:
            continue
        if content is None:
            mark = at(file.root, (PRACTICE_KEY,), key=True)
            yield mark.diagnostic("P546", f"the protocol has no {PRACTICE}", "write one: docs/practice-authoring.md")
        elif block.persona not in content.practice.personas:
            place = (PRACTICE_KEY, "persona")
            hint = near_miss(block.persona, content.practice.personas) or f"name a persona of {PRACTICE}"
            yield at(file.root, place).diagnostic("P543", f"no persona is called {block.persona!r}", hint)
        elif not run.found and run.case is not None:
            yield from _Block(protocol, content, file, block, run).problems()


def content_of(package: Package) -> PracticeContent | None:
    """Return what a package says of practice; None where it says nothing."""
    if package.practice is None:
        return None
    lists = package.entries("words").values()
    return PracticeContent(
        practice=package.practice.model.practice,
        voices={} if package.voices is None else package.voices.model.voices,
        stigmatising={word: instead for each in lists for word, instead in each.stigmatising.items()},
    )


@dataclass(frozen=True, slots=True)
class _Reply:
    """Something a patient says that is no answer, and the questions whose facts it may give away."""

    path: Path
    text: str
    tells: frozenset[str]


class _Block:
    """The block of one vignette, with the facts of its case."""

    def __init__(
        self, protocol: Protocol, content: PracticeContent, file: File[Any], block: VignettePracticeModel, run: Run
    ) -> None:
        assert run.case is not None
        self.protocol, self.content, self.file, self.block, self.case = protocol, content, file, block, run.case
        self.maker = Maker(protocol, content, run.case, block, 0, block.persona)
        self.facts = {fact.question: fact for fact in self.maker.facts()}
        self.names = {
            *protocol.groups,
            *protocol.questions,
            *(voice_key(question) for question in protocol.questions.values()),
        }

    def mark(self, path: Path, *, key: bool = False) -> Any:
        return at(self.file.root, (PRACTICE_KEY, *path), key=key)

    def problems(self) -> Iterator[Diagnostic]:
        """Yield everything that is wrong."""
        names = list(self.named_facts())
        yield from names
        yield from self.moves()
        yield from self.documents()
        yield from self.refusals()
        if not names:
            yield from self.lines()
            yield from self.given_away()
        yield from self.unreachable()

    # --- names ---

    def named_facts(self) -> Iterator[Diagnostic]:
        """Yield questions that nothing defines, and those of which this patient has no fact."""
        block = self.block
        keyed: list[tuple[Path, Iterable[str]]] = [(("says",), block.says)]
        keyed += [((need,), getattr(block, need)) for need in NEED_KEYS]
        if block.interpreter is not None:
            keyed.append((("interpreter",), block.interpreter.questions))
        for path, entries in keyed:
            for name in entries:
                yield from self._named((*path, name), name)
        listed: list[tuple[Path, Iterable[str]]] = [(("tells",), block.tells)]
        listed += [(("moves", name, "tells"), move.tells) for name, move in block.moves.items()]
        for path, entries in listed:
            for index, name in enumerate(entries):
                yield from self._named((*path, index), name)

    def _named(self, path: Path, name: str) -> Iterator[Diagnostic]:
        mark = self.mark(path, key=True)
        if name not in self.names:
            hint = near_miss(name, self.names) or "name a question of the protocol"
            yield mark.diagnostic("P210", f"no question is called {name!r}", hint)
        elif not self.of(name):
            message = f"this patient has no fact for {name}: it is not answered, or does not apply"
            yield mark.diagnostic("P547", message, "answer it in 'answers', or delete it here")

    def of(self, name: str) -> list[Fact]:
        """Return the facts a name stands for."""
        found = []
        for fact in self.facts.values():
            question = self.protocol.questions[fact.question]
            if name in {fact.question, question.group, voice_key(question)}:
                found.append(fact)
        return found

    def moves(self) -> Iterator[Diagnostic]:
        """Yield moves that nothing defines."""
        for name in self.block.moves:
            if name not in self.content.practice.moves:
                place = (PRACTICE_KEY, "moves", name)
                yield unknown(self.file, place, "P543", "move", name, self.content.practice.moves)

    def documents(self) -> Iterator[Diagnostic]:
        """Yield answers of documents that do not fit."""
        documents: dict[Path, DocumentModel] = {("records", name): each for name, each in self.block.records.items()}
        if self.block.handover is not None:
            documents[("handover",)] = self.block.handover
        for path, document in documents.items():
            if document.tells:
                try:
                    self.maker.told(node_at(self.file.root, (PRACTICE_KEY, *path, "tells")))
                except AnswersError as error:
                    yield from error.found

    # --- facts ---

    def refusals(self) -> Iterator[Diagnostic]:
        """Yield what is never told and answered all the same."""
        for name in self.block.never:
            for fact in self.of(name):
                if fact.status != Status.DECLINED.value:
                    message = f"{fact.question} is refused for good, and is not 'declined' in the answers"
                    yield self.mark(("never", name), key=True).diagnostic(
                        "P548", message, "write 'declined' as its answer: what is never told cannot be known"
                    )

    def lines(self) -> Iterator[Diagnostic]:
        """Yield facts the person is asked for and has no words for."""
        missing = []
        for fact in self.facts.values():
            question = self.protocol.questions[fact.question]
            own = self.block.says.get(question.id) or self.block.says.get(voice_key(question))
            if own or question.type in COMPOSITE or not is_asked_of_the_person(question) or fact.needs == "never":
                continue
            answer = self.case.answers[question.id]
            if voiced(self.protocol, self.content.voices, question, answer, self.case.as_of, "") is None:
                missing.append(f"{question.id} = {_shown(fact)}")
        if missing:
            message = f"nothing says how they answer {', '.join(missing)}"
            yield self.mark((), key=True).diagnostic("P549", message, "add lines to voices.yaml, or to 'says'")

    def unreachable(self) -> Iterator[Diagnostic]:
        """Yield needs that no move of the protocol meets."""
        kinds = {move.kind for move in self.content.practice.moves.values()}
        for need, kind in MOVE_OF.items():
            if kind not in kinds and any(fact.needs == need for fact in self.facts.values()):
                message = f"a fact needs a move of the kind {kind!r}, and {PRACTICE} has none"
                yield self.mark((need,), key=True).diagnostic("P550", message, f"add a move of the kind {kind!r}")
        told: list[tuple[Path, Iterable[str]]] = [(("tells",), self.block.tells)]
        told += [(("moves", name, "tells"), move.tells) for name, move in self.block.moves.items()]
        for path, names in told:
            for index, name in enumerate(names):
                for fact in self.of(name):
                    if fact.needs:
                        message = f"{fact.question} is told here, and held back under {fact.needs!r}"
                        yield self.mark((*path, index)).diagnostic("P550", message, "leave it in one of the two")

    # --- what is given away ---

    def given_away(self) -> Iterator[Diagnostic]:
        """Yield replies that hold what a fact says, or the label of its answer, and do not tell it."""
        for reply in self.replies():
            words = _words(reply.text)
            for fact in self.facts.values():
                if fact.question in reply.tells:
                    continue
                for phrase in self.phrases(fact):
                    if f" {phrase} " in words:
                        message = f"this gives {fact.question} away: {phrase!r}"
                        hint = "say something else, or name the question under 'tells'"
                        yield self.mark(reply.path).diagnostic("P551", message, hint)
                        break

    def replies(self) -> Iterator[_Reply]:
        """Yield what is said before, or without, being asked about a fact."""
        block = self.block
        opening = self.keys(block.tells)
        yield _Reply(("opening",), block.opening, opening)
        for need in (*NEED_KEYS, "interpreter"):
            held = {fact.question: fact.holds_back for fact in self.facts.values() if fact.needs == need}
            for question, text in held.items():
                key = voice_key(self.protocol.questions[question])
                yield _Reply((need, question if question in self._written(need) else key), text, opening)
        for name, move in block.moves.items():
            yield _Reply(("moves", name, "reply"), move.reply, opening | self.keys(move.tells))

    def _written(self, need: str) -> Iterable[str]:
        if need == "interpreter":
            return () if self.block.interpreter is None else self.block.interpreter.questions
        written: dict[str, str] = getattr(self.block, need)
        return written

    def keys(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(fact.question for name in names for fact in self.of(name))

    def phrases(self, fact: Fact) -> Iterator[str]:
        """Yield the phrases that would tell a fact: its own words, and the patient's label of its answer."""
        said = words_of(fact.says)
        if len(said) >= FEWEST_SAID:
            yield " ".join(said)
        question = self.protocol.questions[fact.question]
        options = fact.value if isinstance(fact.value, list) else [fact.value]
        for option in options:
            if isinstance(option, str) and question.options:
                label = words_of(option_label(question, option).patient)
                if len(label) >= FEWEST_LABEL:
                    yield " ".join(label)


def _words(text: str) -> str:
    return f" {' '.join(words_of(text))} "


def _shown(fact: Fact) -> str:
    if fact.status is not None:
        return fact.status
    return ", ".join(fact.value) if isinstance(fact.value, list) else str(fact.value)
