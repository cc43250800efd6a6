"""Values that fit their key and make no sense together: limits, durations, days, dates, levels, labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatbot.content.diagnostics import WARNING, Diagnostic
from chatbot.content.fields import WordsModel
from chatbot.content.package import File, Package
from chatbot.content.schema import GroupModel, QuestionModel
from chatbot.content.source import at
from chatbot.core.protocol import SAFETY_CATEGORY
from chatbot.core.values import Urgency, parse_duration

Path = tuple[str | int, ...]

HANDOVER = ("situation", "background", "assessment", "recommendation")
"""The parts of a handover, in the order in which they are said."""

LATEST = {Urgency.EMERGENCY.value: "PT24H", Urgency.SAME_DAY.value: "P1D", Urgency.URGENT.value: "P14D"}
"""The longest a rule may allow that answers a flag of each urgency."""


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield every value that makes no sense beside the others."""
    for file, path, _, question in package.all_questions():
        if isinstance(question, GroupModel):
            yield from _group(package, file, path, question)
            for inner, entry in question.fields.items():
                yield from _question(file, (*path, "fields", inner), entry)
        else:
            yield from _question(file, path, question)
    yield from _flags(package)
    yield from _rules(package)
    yield from _manifest(package)


# --- questions ------------------------------------------------------------------------------------


def _question(file: File[Any], path: Path, question: QuestionModel) -> Iterator[Diagnostic]:
    yield from _labels(file, path, question)
    yield from _range(file, path, question)
    yield from _quick(file, path, question)
    if question.type != "several":
        for name, option in question.options.items():
            if option.exclusive:
                mark = at(file.root, (*path, "options", name, "exclusive"))
                yield mark.diagnostic("P306", "only one of several choices can stand alone", "delete 'exclusive'")
    if question.type != "grid":
        for name, option in question.options.items():
            if option.grade is not None:
                mark = at(file.root, (*path, "options", name, "grade"))
                yield mark.diagnostic("P306", "only options of a grid have grades", "delete 'grade'")
    elif question.normal is None:
        mark = at(file.root, path, key=True)
        message = "a grid without 'normal' must be filled in cell by cell"
        yield mark.diagnostic("P427", message, "name the option that one key gives to every other cell", WARNING)
    if question.valid_for is not None and not parse_duration(question.valid_for):
        mark = at(file.root, (*path, "valid_for"))
        yield mark.diagnostic("P326", "an answer that is never valid", "give it a shelf life, or delete the key")


def _labels(file: File[Any], path: Path, question: QuestionModel) -> Iterator[Diagnostic]:
    lists: dict[str, dict[str, WordsModel]] = {
        "options": {name: option.label for name, option in question.options.items()},
        "quick": {name: each.label for name, each in question.quick.items()},
        "cannot_apply": {name: each.label for name, each in question.cannot_apply.items()},
        "rows": question.rows,
        "columns": {name: column.label for name, column in question.columns.items()},
    }
    for part, labels in lists.items():
        for register in ("clinician", "patient"):
            first: dict[str, str] = {}
            for name, label in labels.items():
                text = getattr(label, register)
                if text.casefold() in first:
                    mark = at(file.root, (*path, part, name, "label", register))
                    message = f"{name!r} and {first[text.casefold()]!r} are both called {text!r} ({register})"
                    yield mark.diagnostic("P412", message, "word them so that they can be told apart")
                    break
                first[text.casefold()] = name


def _range(file: File[Any], path: Path, question: QuestionModel) -> Iterator[Diagnostic]:
    limits = question.range
    if limits is None:
        return
    if limits.min is not None and limits.min == limits.max:
        mark = at(file.root, (*path, "range"))
        yield mark.diagnostic("P323", f"only {limits.min} can be answered", "widen the range")
    if question.type == "scale":
        mark = at(file.root, (*path, "range"))
        if limits.min is None or limits.max is None:
            yield mark.diagnostic("P323", "a scale has two ends", "give min and max, or leave the range out: 0 to 10")
        elif limits.min != int(limits.min) or limits.max != int(limits.max):
            yield mark.diagnostic("P323", "a scale has whole steps", "give whole numbers, or use type: number")


def _quick(file: File[Any], path: Path, question: QuestionModel) -> Iterator[Diagnostic]:
    last = None
    for name, quick in question.quick.items():
        newest = parse_duration(quick.newest)
        if quick.oldest is not None and parse_duration(quick.oldest) < newest:
            mark = at(file.root, (*path, "quick", name))
            message = f"{name!r} begins {quick.oldest} ago and ends {quick.newest} ago, the wrong way round"
            yield mark.diagnostic("P322", message, "'oldest' is the longer of the two")
        elif last is not None and newest < last[1]:
            mark = at(file.root, (*path, "quick", name), key=True)
            message = f"{name!r} is more recent than {last[0]!r}, which stands before it"
            yield mark.diagnostic("P322", message, "begin with the most recent")
        last = (name, newest)


def _group(package: Package, file: File[Any], path: Path, group: GroupModel) -> Iterator[Diagnostic]:
    counted = {name: question for _, _, name, question in package.all_questions()}.get(group.count)
    if not isinstance(counted, QuestionModel) or counted.type != "number":
        return
    most = None if counted.range is None else counted.range.max
    if most is None or most > group.most:
        allowed = "any number" if most is None else f"up to {most}"
        mark = at(file.root, (*path, "most"))
        message = f"{group.count!r} allows {allowed}, but only {group.most} are asked about"
        yield mark.diagnostic("P321", message, f"give {group.count!r} 'max: {group.most}', or raise 'most'")
    elif most < group.most:
        mark = at(file.root, (*path, "most"))
        message = f"rows beyond {most} are never asked: {group.count!r} has that maximum"
        yield mark.diagnostic("P321", message, f"write 'most: {most}'")


# --- red flags and rules --------------------------------------------------------------------------


def _flags(package: Package) -> Iterator[Diagnostic]:
    for name, flag in package.entries("red_flags").items():
        root, path = package.single["red_flags"].root, ("red_flags", name)
        if flag.if_unknown not in (None, "none") and Urgency(flag.if_unknown).rank > Urgency(flag.urgency).rank:
            mark = at(root, (*path, "if_unknown"))
            message = f"not knowing is more urgent ({flag.if_unknown}) than the flag itself ({flag.urgency})"
            yield mark.diagnostic("P325", message, "lower 'if_unknown', or raise 'urgency'")
        if flag.tell is None and flag.urgency == Urgency.EMERGENCY:
            mark = at(root, path, key=True)
            message = f"the emergency {name!r} has no sentence to hand the person over with"
            yield mark.diagnostic("P426", message, "write 'tell' in both registers")


def _rules(package: Package) -> Iterator[Diagnostic]:
    flags = package.entries("red_flags")
    for file, name, rule in package.all_rules():
        path = ("rules", name)
        flag = None if rule.answers is None else flags.get(rule.answers)
        if flag is not None and rule.kind == "do":
            latest = LATEST[flag.urgency]
            if parse_duration(rule.within) > parse_duration(latest):
                mark = at(file.root, (*path, "within"))
                message = f"{rule.within} is too late for {rule.answers!r}, which is {flag.urgency}"
                yield mark.diagnostic("P320", message, f"{latest} is the latest for that")
        if flag is not None and file.model.category != SAFETY_CATEGORY:
            mark = at(file.root, (*path, "answers"))
            message = f"only rules of category {SAFETY_CATEGORY} answer a red flag; guards could withhold this one"
            yield mark.diagnostic("P425", message, f"move it to rules/{SAFETY_CATEGORY}.yaml, or use 'when'")
        if rule.reviewed is not None and rule.review_due <= rule.reviewed:
            mark = at(file.root, (*path, "review_due"))
            message = f"the next review is due on {rule.review_due}, not after the last on {rule.reviewed}"
            yield mark.diagnostic("P324", message, "give the day of the next review")


# --- protocol.yaml --------------------------------------------------------------------------------


def _manifest(package: Package) -> Iterator[Diagnostic]:
    assert package.manifest is not None
    manifest, root = package.manifest.model, package.manifest.root
    last = None
    for index, period in enumerate(manifest.timeline):
        mark = at(root, ("timeline", index))
        if period.to_day < period.from_day:
            message = f"{period.id!r} ends on day {period.to_day}, before it begins on day {period.from_day}"
            yield mark.diagnostic("P328", message, "'from_day' is the smaller of the two")
        elif last is not None and period.from_day != last.to_day + 1:
            message = f"{period.id!r} begins on day {period.from_day}, {last.id!r} ends on day {last.to_day}"
            yield mark.diagnostic("P328", message, "one day belongs to one stretch; leave no gap")
        last = period
    parts = [part.id for part in manifest.handover]
    if manifest.handover and parts != list(HANDOVER):
        mark = at(root, ("handover",), key=True)
        message = f"the handover has {', '.join(parts)}"
        yield mark.diagnostic("P222", message, f"it is {', '.join(HANDOVER)}, each once, in this order")
    named = {name: question for _, _, name, question in package.all_questions()}
    for index, part in enumerate(manifest.handover):
        for inner, name in enumerate(part.questions):
            question = named.get(name)
            if isinstance(question, QuestionModel) and question.report is None:
                mark = at(root, ("handover", index, "questions", inner))
                message = f"{name!r} has no 'report', so the handover would read out the whole question"
                yield mark.diagnostic("P428", message, "write how a report names it", WARNING)
