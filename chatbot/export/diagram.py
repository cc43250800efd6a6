"""The question graph of a protocol as boxes and arrows that every drawing shares.

What one case did can be laid over it: which questions were asked, in which order, and what came of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chatbot.core.case import Case
from chatbot.core.condition import Condition
from chatbot.core.findings import network
from chatbot.core.protocol import CATEGORIES, Protocol, Question
from chatbot.core.values import Urgency

ANSWERED, WITHOUT_VALUE, NOT_ASKED, NOT_APPLICABLE = "answered", "without a value", "not asked", "does not apply"
REACHED, NOT_REACHED = "reached", "not reached"
"""What the first and the third are called of phases."""

MARKS = {ANSWERED: "✓", WITHOUT_VALUE: "?", NOT_ASKED: "–", NOT_APPLICABLE: "×"}
"""What became of a question, with the sign that says it without colour."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one question, or one phase, in a case."""

    state: str
    """One of ``MARKS``."""
    number: int = 0
    """Its place in the order of asking, from 1; 0 when it was not asked."""
    said: str = ""
    """The answer in words."""
    named: str = ""
    """What the state is called here; empty: by its own name."""

    @property
    def word(self) -> str:
        """The state in words."""
        return self.named or self.state


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a box that lists several things."""

    text: str
    detail: str = ""
    """In smaller letters below."""
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """One box: a question, a finding, a section with its questions …"""

    id: str
    kind: str
    """section, question, neighbour, finding, guard, flag, rule, phase, urgency or any."""
    head: str
    """What it is, in small letters: ``question, yes or no``."""
    title: str
    rows: tuple[Row, ...] = ()
    layer: int = 0
    """The column it stands in, where the caller knows."""
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """From what is read to what reads it, or from one phase to the next."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes and arrows with a title; every arrow leads from one box to another."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    layered: bool = True
    """Whether ``layer`` of each box says its column; otherwise the layout finds one."""
    notes: tuple[str, ...] = field(default=())
    """Sentences below the drawing."""


Path = Mapping[str, Step]
"""Question key, or phase, to what became of it."""


def bare(key: str) -> str:
    """Return the name a question is written under: rows of a group share one."""
    group, bracket, rest = key.partition("[")
    return f"{group}.{rest.partition('].')[2]}" if bracket else key


def _read(protocol: Protocol, condition: Condition | None) -> list[str]:
    """Return what a condition reads itself: questions by bare name, then findings."""
    if condition is None:
        return []
    questions = {bare(key) for key in condition.questions}
    ordered = [name for name in dict.fromkeys(map(bare, protocol.questions)) if name in questions]
    return [*ordered, *(name for name in protocol.findings if name in condition.findings)]


def step_of(path: Path | None, name: str, protocol: Protocol) -> Step | None:
    """Return what became of a question; of the rows of a group, of the first that was asked."""
    if path is None:
        return None
    steps = [path[key] for key in protocol.questions if bare(key) == name and key in path]
    asked = [step for step in steps if step.number]
    return asked[0] if asked else (steps[0] if steps else None)


def type_words(question: Question) -> str:
    """Say how a question is answered."""
    words = question.type.value.replace("_", "/")
    return f"{words}, {question.unit}" if question.unit else words


def first_rows(protocol: Protocol) -> dict[str, Question]:
    """Return one question for each bare name, in the order of content."""
    found: dict[str, Question] = {}
    for key, question in protocol.questions.items():
        found.setdefault(bare(key), question)
    return found


# --- the whole protocol ---------------------------------------------------------------------------


def overview(protocol: Protocol, path: Path | None = None) -> Diagram:
    """Return sections, red flags by urgency and rules by category, with how many of each read what.

    Arrows count the questions and red flags that hang on a section, also through findings. Rules list the sections
    they read: as arrows these would hide all others.
    """
    questions = first_rows(protocol)
    home = {name: f"section {question.section}" for name, question in questions.items()}
    boxes = [_section_box(protocol, name, questions, path) for name in protocol.sections]
    counts: dict[tuple[str, str], int] = {}

    def count(targets: Iterable[str], target: str) -> None:
        for source in sorted(set(targets)):
            if source != target:
                counts[source, target] = counts.get((source, target), 0) + 1

    for name, question in questions.items():
        count((home[bare(key)] for key in _behind(protocol, question.when)), home[name])
    for level in (Urgency.EMERGENCY, Urgency.SAME_DAY, Urgency.URGENT):
        flags = [flag for flag in protocol.red_flags.values() if flag.urgency is level]
        if flags:
            rows = tuple(Row(flag.id) for flag in flags)
            said = f"red flags, {level.value.replace('_', ' ')}"
            boxes.append(Box(f"flags {level.value}", "flag", said, f"{len(flags)} red flags", rows))
        for flag in flags:
            behind = _behind(protocol, flag.when) | _behind(protocol, flag.unless)
            count((home[bare(key)] for key in behind), f"flags {level.value}")
    for category in CATEGORIES:
        rules = [rule for rule in protocol.rules.values() if rule.category == category]
        if not rules:
            continue
        box = f"rules {category}"
        reads: set[str] = set()
        for rule in rules:
            read = set(_behind(protocol, rule.when))
            for each in rule.guards:
                read |= _behind(protocol, protocol.guards[each.guard].when)
            reads |= {home[bare(key)] for key in read}
            if rule.answers is not None:
                count([f"flags {protocol.red_flags[rule.answers].urgency.value}"], box)
        titles = [each.title for each in boxes if each.kind == "section" and each.id in reads]
        rows = tuple(Row(rule.id) for rule in rules)
        if titles:
            rows = (*rows, Row("", f"read from: {', '.join(titles)}"))
        title = f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"
        boxes.append(Box(box, "rule", f"rules, {category.replace('_', ' ')}", title, rows))
    arrows = tuple(Arrow(source, target, str(number)) for (source, target), number in counts.items())
    notes = ("Numbers on arrows: how many questions, red flags or safety rules hang on it, also through findings.",)
    return Diagram(_title(protocol), _in_columns(protocol, boxes), arrows, notes=notes)


def _in_columns(protocol: Protocol, boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Give every box its column: sections by stage, then red flags, then rules."""
    stages = list(dict.fromkeys(section.stage for section in protocol.sections.values()))
    order = [stage for stage in type(stages[0]) if stage in stages]
    placed = []
    for box in boxes:
        layer = {"flag": len(order), "rule": len(order) + 1}.get(box.kind, 0)
        if box.kind == "section":
            layer = order.index(protocol.sections[box.id.removeprefix("section ")].stage)
        placed.append(replace(box, layer=layer))
    return tuple(placed)


def _section_box(protocol: Protocol, name: str, questions: Mapping[str, Question], path: Path | None) -> Box:
    section = protocol.sections[name]
    rows = []
    for each in dict.fromkeys(map(bare, section.questions)):
        when = questions[each].when
        read = _read(protocol, when)
        rows.append(Row(each, f"if {', '.join(read)}" if read else "", step_of(path, each, protocol)))
    head = f"section, {section.stage.value}"
    return Box(f"section {name}", "section", head, section.title.clinician, tuple(rows))


def _behind(protocol: Protocol, condition: Condition | None) -> frozenset[str]:
    return frozenset() if condition is None else protocol.questions_behind(condition)


def _title(protocol: Protocol) -> str:
    return f"{protocol.title.clinician} {protocol.version}"


# --- one section ----------------------------------------------------------------------------------


def section_graph(protocol: Protocol, section: str, path: Path | None = None) -> Diagram:
    """Return one section: its questions, what their conditions read, and the findings, flags, guards and rules on them.

    Questions of other sections that its conditions read stand at the left as neighbours.
    Raises: KeyError when there is no such section.
    """
    return _Section(protocol, section, path).diagram()


class _Section:
    def __init__(self, protocol: Protocol, section: str, path: Path | None) -> None:
        self.protocol, self.path = protocol, path
        self.section = protocol.sections[section]
        self.questions = first_rows(protocol)
        self.own = list(dict.fromkeys(map(bare, self.section.questions)))
        self.boxes: dict[str, Box] = {}
        self.arrows: dict[tuple[str, str], None] = {}

    def diagram(self) -> Diagram:
        for name in self.own:
            self.question(name, "question")
        for name in self.own:
            for other in _read(self.protocol, self.questions[name].when):
                self.source(other)
                self.arrow(other, name)
        self.findings()
        self.readers()
        title = f"{_title(self.protocol)}: {self.section.title.clinician}"
        boxes = tuple(replace(box, layer=layer) for box, layer in zip(self.boxes.values(), self.layers(), strict=True))
        arrows = tuple(Arrow(source, target) for source, target in self.arrows)
        return Diagram(title, boxes, arrows)

    def question(self, name: str, kind: str) -> None:
        question = self.questions[name]
        where = "" if kind == "question" else f" of {question.section}"
        head = f"question{where}, {type_words(question)}"
        step = step_of(self.path, name, self.protocol)
        self.boxes.setdefault(name, Box(name, kind, head, name, (Row(question.named.clinician),), step=step))

    def source(self, name: str) -> None:
        if name in self.questions:
            self.question(name, "neighbour")
        else:
            self.finding(name)

    def finding(self, name: str) -> None:
        title = self.protocol.findings[name].title.clinician
        self.boxes.setdefault(name, Box(name, "finding", "finding", name, (Row(title),)))

    def arrow(self, source: str, target: str) -> None:
        if source != target:
            self.arrows[source, target] = None

    def findings(self) -> None:
        """Add every finding that reads a question of the section, directly or through findings."""
        reached = set(self.own)
        for _ in self.protocol.findings:
            before = len(reached)
            for name, finding in self.protocol.findings.items():
                read = [each for each in _read(self.protocol, finding.when) if each in reached]
                if read:
                    self.finding(name)
                    reached.add(name)
                for each in read:
                    self.arrow(each, name)
            if len(reached) == before:
                break
        self.reached = reached

    def readers(self) -> None:
        """Add red flags, guards and rules that read what was reached."""
        protocol = self.protocol
        for name, flag in protocol.red_flags.items():
            read = {*_read(protocol, flag.when), *_read(protocol, flag.unless)} & self.reached
            if read:
                head = f"red flag, {flag.urgency.value.replace('_', ' ')}"
                self.add(f"flag {name}", "flag", head, name, flag.title.clinician, read)
        for name, guard in protocol.guards.items():
            if read := set(_read(protocol, guard.when)) & self.reached:
                self.add(f"guard {name}", "guard", "guard", name, guard.title.clinician, read)
        for name, rule in protocol.rules.items():
            read = set(_read(protocol, rule.when)) & self.reached
            if rule.answers is not None and f"flag {rule.answers}" in self.boxes:
                read.add(f"flag {rule.answers}")
            read |= {f"guard {each.guard}" for each in rule.guards} & self.boxes.keys()
            if read:
                head = f"rule, {rule.category.replace('_', ' ')}"
                self.add(f"rule {name}", "rule", head, name, rule.title.clinician, read)

    def add(self, id_: str, kind: str, head: str, title: str, text: str, read: Iterable[str]) -> None:
        self.boxes[id_] = Box(id_, kind, head, title, (Row(text),))
        for each in sorted(read):
            self.arrow(each, id_)

    def layers(self) -> list[int]:
        """Return the column of each box: what reads something stands to the right of it, rules last."""
        before: dict[str, list[str]] = {}
        for source, target in self.arrows:
            before.setdefault(target, []).append(source)
        found: dict[str, int] = {}

        def depth(name: str, seen: frozenset[str] = frozenset()) -> int:
            if name not in found:
                inner = [depth(each, seen | {name}) for each in before.get(name, ()) if each not in seen]
                found[name] = max(inner, default=-1) + 1
            return found[name]

        for name in self.boxes:
            depth(name)
        floors: dict[str, int] = {}
        for kinds in (("neighbour", "question"), ("finding",), ("flag", "guard"), ("rule",)):
            floor = max(floors.values(), default=-1) + 1 if kinds[0] != "neighbour" else 0
            for name, box in self.boxes.items():
                if box.kind in kinds:
                    floors[name] = max(found[name], floor if kinds[0] in {"flag", "rule"} else 0)
        return [floors[name] for name in self.boxes]


# --- what a case did ------------------------------------------------------------------------------


def path_of(protocol: Protocol, case: Case, asked: Sequence[str], said: Mapping[str, str]) -> dict[str, Step]:
    """Return what became of every question of a case.

    *asked*: question keys in the order they were answered; *said*: answers in words by question key.
    """
    numbers = {key: index for index, key in enumerate(dict.fromkeys(asked), 1)}
    found = {}
    for key in network(protocol).ask_order:
        answer, applies = case.answers.get(key), case.assessment.applies[key]
        if applies is False:
            state = NOT_APPLICABLE
        elif answer is None:
            state = NOT_ASKED
        else:
            state = ANSWERED if answer.value is not None else WITHOUT_VALUE
        number = numbers.get(key, 0) if state in {ANSWERED, WITHOUT_VALUE} else 0
        found[key] = Step(state, number, said.get(key, "") if number else "")
    return found


def path_note(diagram: Diagram | None = None) -> str:
    """Say how the path of a case is marked; of phases where the diagram has them."""
    if diagram is not None and any(box.kind == "phase" for box in diagram.boxes):
        return f"The path of one case: numbers are the order of its phases; {MARKS[NOT_ASKED]} {NOT_REACHED}."
    signs = ", ".join(f"{sign} {state}" for state, sign in MARKS.items())
    return f"The path of one case: numbers are the order of the answers; {signs}."
