"""Instruments: asked once and never before safety, bands without gaps, worked examples for every edge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from chatbot.content.build_instruments import Instruments
from chatbot.content.checks.conditions import Site
from chatbot.content.checks.examples import opened
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.instrument_schema import InstrumentExampleModel, InstrumentModel
from chatbot.content.package import File, Package
from chatbot.content.schema import InstrumentQuestionModel
from chatbot.content.source import Mapping, Mark, Node, Scalar, at, node_at
from chatbot.core.condition import Facts
from chatbot.core.instruments import read_score
from chatbot.core.protocol import Instrument, Protocol, Stage
from chatbot.core.quantity import exactly
from chatbot.core.resolve import near_miss
from chatbot.core.syntax import ChoiceTerm, ConditionSyntaxError, Literal, Term, parse_term
from chatbot.core.values import decimal_or_none, decimal_text

Path = tuple[str | int, ...]

Asked = tuple[File[Any], Path, str, InstrumentQuestionModel]


def check(package: Package, bundle: dict[str, Any]) -> Iterator[Diagnostic]:
    """Yield what is wrong with instruments and with the questions that ask them, before any answer is looked at."""
    asked = list(_asked(package))
    yield from _links(package, asked)
    known = Instruments(bundle)
    for name, file in package.instruments.items():
        question = known.question_of.get(name)
        if question is not None:
            yield from _bands(file, known, question)


def _asked(package: Package) -> Iterator[Asked]:
    for file, path, name, question in package.all_questions():
        if isinstance(question, InstrumentQuestionModel):
            yield file, path, name, question


def sites(package: Package) -> Iterator[Site]:
    """Yield every edge of a band that is a term, as a place where names are read."""
    questions = {question.instrument: name for _, _, name, question in _asked(package)}
    for name, file in package.instruments.items():
        for band, entry in file.model.bands.items():
            for part, text in (("from", entry.from_), ("to", entry.to)):
                if text is not None and decimal_or_none(text) is None and name in questions:
                    owner = f"{questions[name]}.{band}"
                    yield Site("instrument", owner, part, text, file, ("bands", band, part))


# --- links ----------------------------------------------------------------------------------------


def _links(package: Package, asked: list[Asked]) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    by: dict[str, str] = {}
    for file, path, name, question in asked:
        mark = at(file.root, (*path, "instrument"))
        model = package.instruments.get(question.instrument)
        if model is None:
            hint = near_miss(question.instrument, package.instruments) or "write it into instruments/"
            yield mark.diagnostic("P330", f"no instrument is called {question.instrument!r}", hint)
        elif question.instrument in by:
            message = f"{question.instrument!r} is asked by {by[question.instrument]!r} already"
            yield mark.diagnostic("P330", message, "ask an instrument once")
        elif not model.model.reproduce and question.ask is None:
            message = f"{name!r} has no 'ask': the items of its instrument may not be shown"
            yield at(file.root, path, key=True).diagnostic("P331", message, "ask for the score")
        by.setdefault(question.instrument, name)
        if file.model.stage in {Stage.CONTEXT, Stage.SAFETY}:
            message = f"{name!r} is scored, and stands where safety is not settled yet"
            yield mark.diagnostic("P336", message, "move it to a section of stage history or examination")
    for name, file in package.instruments.items():
        if name not in by and by.keys() <= package.instruments.keys():
            mark = at(file.root, ("instrument",))
            yield mark.diagnostic("P330", f"no question asks the instrument {name!r}", "ask it, or delete the file")
        other = file.model.includes
        if other is not None and (other not in by or other == name):
            mark = at(file.root, ("includes",))
            hint = near_miss(other, [each for each in by if each != name]) or "ask it first"
            yield mark.diagnostic("P330", f"no question asks the instrument {other!r}", hint)


def screened(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield instruments that the computed safety screen would ask."""
    for file, path, name, _ in _asked(package):
        if name in protocol.safety_questions:
            mark = at(file.root, path, key=True)
            message = f"a red flag draws {name!r} into the safety screen, where nothing scored is asked"
            yield mark.diagnostic("P336", message, "write 'if_unknown: none' on the flag that reads it")


# --- bands ----------------------------------------------------------------------------------------


def _bands(file: File[InstrumentModel], known: Instruments, question: str) -> Iterator[Diagnostic]:
    """Yield bands that leave a score out or claim it twice, for every case an edge tells apart."""
    shape = known.number(question)
    step = Decimal(1).scaleb(-shape.decimals)
    bands = list(file.model.bands.items())
    ends = {name: (edges(band.from_), edges(band.to)) for name, band in bands}
    cases = max((len(each) for pair in ends.values() for each in pair), default=1)
    for case in range(cases):
        last: Decimal | None = None
        for name, _ in bands:
            low, high = (_of_case(each, case) for each in ends[name])
            first = shape.minimum if low is None else low
            wanted = shape.minimum if last is None else last + step
            if first != wanted:
                yield _edge(file, name, "from", f"begins at {decimal_text(first)}, not at {decimal_text(wanted)}")
                return
            last = shape.maximum if high is None else high
            if last < first:
                yield _edge(file, name, "to", f"ends at {decimal_text(last)}, before it begins")
                return
        if last is not None and last != shape.maximum:
            message = f"ends at {decimal_text(last)}, and the scores at {decimal_text(shape.maximum)}"
            yield _edge(file, bands[-1][0], "to", message)
            return


def _of_case(numbers: tuple[Decimal, ...], case: int) -> Decimal | None:
    return numbers[min(case, len(numbers) - 1)] if numbers else None


def _edge(file: File[InstrumentModel], band: str, part: str, says: str) -> Diagnostic:
    hint = "bands follow one another from the lowest score to the highest, without gaps"
    return at(file.root, ("bands", band, part)).diagnostic("P332", f"the band {band!r} {says}", hint)


def edges(text: str | None) -> tuple[Decimal, ...]:
    """Return the numbers an edge of a band can be: one, or one for each branch of a choice."""
    if text is None:
        return ()
    if (number := decimal_or_none(text)) is not None:
        return (number,)
    try:
        return tuple(_leaves(parse_term(text)))
    except ConditionSyntaxError:
        return ()  # reported where names are read


def _leaves(term: Term) -> Iterator[Decimal]:
    if isinstance(term, ChoiceTerm):
        yield from _leaves(term.then)
        yield from _leaves(term.otherwise)
    elif isinstance(term, Literal):
        yield Decimal(term.number.text)


# --- worked examples ------------------------------------------------------------------------------


def examples(package: Package, protocol: Protocol) -> Iterator[Diagnostic]:
    """Yield worked examples that do not come out, and edges of bands that none of them stands on."""
    for instrument in protocol.instruments.values():
        file = package.instruments[instrument.id]
        seen: set[tuple[Decimal, str]] = set()
        for index, example in enumerate(file.model.examples):
            yield from _example(protocol, instrument, file, ("examples", index), example)
            score = None if example.score is None else decimal_or_none(example.score)
            if score is not None and example.band is not None:
                seen.add((score, example.band))
        yield from _edges_shown(protocol, instrument, file, seen)


def _edges_shown(
    protocol: Protocol, instrument: Instrument, file: File[InstrumentModel], seen: set[tuple[Decimal, str]]
) -> Iterator[Diagnostic]:
    if file.model.reproduce and not any(each.given is not None for each in file.model.examples):
        mark = at(file.root, ("instrument",))
        yield mark.diagnostic("P334", f"{instrument.id!r} has no worked example with answers", "write one")
    shape = protocol.numbers[instrument.score]
    for name, band in file.model.bands.items():
        for part, text, end in (("from", band.from_, shape.minimum), ("to", band.to, shape.maximum)):
            missing = [each for each in edges(text) or (end,) if (each, name) not in seen]
            if missing:
                said = f"no example shows that {decimal_text(missing[0])} falls in the band {name!r}"
                hint = f"add {{score: {decimal_text(missing[0])}, band: {name}}}"
                yield at(file.root, ("bands", name, part)).diagnostic("P334", said, hint)


def _example(
    protocol: Protocol,
    instrument: Instrument,
    file: File[InstrumentModel],
    path: Path,
    example: InstrumentExampleModel,
) -> Iterator[Diagnostic]:
    mark = at(file.root, (*path, "given" if example.given is not None else "score"), key=True)
    if example.band is not None and example.band not in file.model.bands:
        hint = near_miss(example.band, file.model.bands)
        yield at(file.root, (*path, "band")).diagnostic("P333", f"no band is called {example.band!r}", hint)
        return
    case = opened(protocol, _answers(protocol, instrument, file, path, example, mark), file.path, instrument.id)
    if isinstance(case, str):
        yield mark.diagnostic("P333", case)
        return
    facts = case.assessment.facts
    if example.given is None:
        number = decimal_or_none(example.score or "")
        shape = protocol.numbers[instrument.score]
        if number is None or not shape.minimum <= number <= shape.maximum:
            low, high = decimal_text(shape.minimum), decimal_text(shape.maximum)
            yield at(file.root, (*path, "score")).diagnostic("P333", f"a score lies between {low} and {high}")
            return
        facts = with_score(protocol, facts, instrument, number)
    yield from _outcome(protocol, facts, instrument, file, path, example)


def with_score(protocol: Protocol, facts: Facts, instrument: Instrument, number: Decimal) -> Facts:
    """Return facts in which an instrument has come to a number, with its bands; all else as it was."""
    scored = replace(facts, findings={**facts.findings, instrument.score: exactly(number)})
    bands = {f"{instrument.question}.{each.id}" for each in instrument.bands}
    truths = {name: protocol.findings[name].when.evaluate(scored) for name in bands}
    return replace(scored, findings={**scored.findings, **truths})


def _answers(
    protocol: Protocol,
    instrument: Instrument,
    file: File[InstrumentModel],
    path: Path,
    example: InstrumentExampleModel,
    mark: Mark,
) -> Node:
    node = node_at(file.root, path)
    assert isinstance(node, Mapping)
    answers = node.value("answers")
    entries = answers.entries if isinstance(answers, Mapping) else ()
    given = node.value("given")
    if given is not None:
        entries = (*entries, (Scalar(instrument.question, mark), _filled(protocol, instrument, given, example, mark)))
    return Mapping(((Scalar("answers", mark), Mapping(entries, mark)),), mark)


def _filled(
    protocol: Protocol, instrument: Instrument, given: Node, example: InstrumentExampleModel, mark: Mark
) -> Node:
    """Return the items that are given, and every other one with the option that ``others`` names."""
    if example.others is None or not isinstance(given, Mapping):
        return given
    named = {key.text for key, _ in given.entries}
    rest = [item.id for item in protocol.questions[instrument.question].rows if item.id not in named]
    more = tuple((Scalar(item, mark), Scalar(example.others, mark)) for item in rest)
    return Mapping((*given.entries, *more), given.mark)


def _outcome(
    protocol: Protocol,
    facts: Facts,
    instrument: Instrument,
    file: File[InstrumentModel],
    path: Path,
    example: InstrumentExampleModel,
) -> Iterator[Diagnostic]:
    found = read_score(protocol, facts, instrument)
    part = "score" if example.score is not None else "at_least"
    wanted, came = (example.score, found.number.value) if part == "score" else (example.at_least, found.number.at_least)
    said = "unknown" if came is None else decimal_text(came)
    if said != wanted:
        yield at(file.root, (*path, part)).diagnostic("P333", f"{instrument.id} comes out as {said}")
        return
    band = None if found.band is None else found.band.id
    if example.band is not None and band != example.band:
        message = f"{said} falls in {'no band that is known' if band is None else repr(band)}"
        yield at(file.root, (*path, "band")).diagnostic("P333", message)
