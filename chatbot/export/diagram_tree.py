"""The question graph and the case machine as an indented list, for the terminal and for screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chatbot.core.condition import Condition
from chatbot.core.protocol import Protocol
from chatbot.core.text import wrap
from chatbot.export.diagram import MARKS, Diagram, Path, Step, bare, first_rows, path_note, step_of, type_words
from chatbot.export.text import encodable

_ASCII = str.maketrans({"├": "+", "└": "`", "│": "|", "─": "-", "✓": "+", "–": "-", "×": "x"})


@dataclass
class Branch:
    """One entry with what is said of it and what stands below."""

    text: str
    notes: list[str] = field(default_factory=list)
    below: list[Branch] = field(default_factory=list)


def protocol_tree(protocol: Protocol, *, section: str | None = None, path: Path | None = None) -> Branch:
    """Return a protocol, or one section of it, as a tree: what every question hangs on, and what reads it.

    Raises: KeyError when there is no such section.
    """
    questions = first_rows(protocol)
    readers = _readers(protocol)
    root = Branch(f"{protocol.title.clinician} {protocol.version}")
    for name in protocol.sections if section is None else [section]:
        found = protocol.sections[name]
        branch = Branch(f"{found.title.clinician} [section {name}, {found.stage.value}]")
        for each in dict.fromkeys(map(bare, found.questions)):
            question = questions[each]
            entry = Branch(f"{_stepped(step_of(path, each, protocol))}{each} ({type_words(question)})")
            if question.when is not None:
                entry.notes.append(f"if {question.when.text}")
            if each in readers:
                entry.notes.append(f"read by {', '.join(readers[each])}")
            branch.below.append(entry)
        root.below.append(branch)
    if section is None:
        root.below += [each for each in _derived(protocol) if each.below]
    if path is not None:
        root.notes.append(path_note())
    return root


def _stepped(step: Step | None) -> str:
    if step is None:
        return ""
    return f"{step.number if step.number else ''}{MARKS[step.state]} "


def _readers(protocol: Protocol) -> dict[str, list[str]]:
    """Return what reads each question or finding itself."""
    found: dict[str, list[str]] = {}

    def add(reader: str, *conditions: Condition | None) -> None:
        for condition in conditions:
            if condition is None:
                continue
            for name in dict.fromkeys([*map(bare, sorted(condition.questions)), *sorted(condition.findings)]):
                if reader not in found.setdefault(name, []):
                    found[name].append(reader)

    add("scope", protocol.scope.when)
    for key, question in protocol.questions.items():
        add(bare(key), question.when)
    for name, finding in protocol.findings.items():
        add(f"finding {name}", finding.when)
    for name, flag in protocol.red_flags.items():
        add(f"red flag {name}", flag.when, flag.unless)
    for name, guard in protocol.guards.items():
        add(f"guard {name}", guard.when)
    for name, rule in protocol.rules.items():
        add(f"rule {name}", rule.when)
    for name, hypothesis in protocol.hypotheses.items():
        add(f"hypothesis {name}", *(clue.when for clue in (*hypothesis.for_, *hypothesis.against)))
    return found


def _derived(protocol: Protocol) -> Iterator[Branch]:
    readers = _readers(protocol)
    findings = Branch("Findings")
    for name, finding in protocol.findings.items():
        notes = [f"if {finding.when.text}" if finding.number is None else f"= {finding.number.text}"]
        notes += [f"read by {', '.join(readers[name])}"] if name in readers else []
        findings.below.append(Branch(name, notes))
    yield findings
    flags = Branch("Red flags")
    answered = {rule.answers: name for name, rule in protocol.rules.items() if rule.answers is not None}
    for name, flag in protocol.red_flags.items():
        notes = [f"if {flag.when.text}"]
        notes += [f"unless {flag.unless.text}"] if flag.unless is not None else []
        notes += [f"answered by rule {answered[name]}"] if name in answered else []
        flags.below.append(Branch(f"{name} ({flag.urgency.value.replace('_', ' ')})", notes))
    yield flags
    yield Branch("Guards", below=[Branch(name, [f"if {each.when.text}"]) for name, each in protocol.guards.items()])
    rules = Branch("Rules")
    for name, rule in protocol.rules.items():
        notes = [f"answers red flag {rule.answers}"] if rule.answers is not None else []
        notes.append(
            "always" if rule.when is None and not notes else "" if rule.when is None else f"if {rule.when.text}"
        )
        notes += [f"guards {', '.join(each.guard for each in rule.guards)}"] if rule.guards else []
        rules.below.append(Branch(f"{name} ({rule.category.replace('_', ' ')})", [note for note in notes if note]))
    yield rules


def machine_tree(diagrams: Sequence[Diagram]) -> list[Branch]:
    """Return state machines as trees: from each state where it leads, and by what."""
    trees = []
    for diagram in diagrams:
        root = Branch(diagram.title, list(diagram.notes))
        titles = {box.id: box.title for box in diagram.boxes}
        for box in diagram.boxes:
            ways = [arrow for arrow in diagram.arrows if arrow.source == box.id]
            below = [
                Branch(f"to {titles[arrow.target]}" + (f": {arrow.label}" if arrow.label else "")) for arrow in ways
            ]
            notes = [row.text for row in box.rows]
            root.below.append(Branch(f"{_stepped(box.step)}{box.title}", notes, below))
        trees.append(root)
    return trees


def tree_text(trees: Sequence[Branch], width: int = 80, encoding: str = "utf-8") -> str:
    """Return trees as lines of at most *width* columns, in characters that an encoding can carry."""
    lines: list[str] = []
    for tree in trees:
        lines += ["", *wrap(tree.text, width)]
        for note in tree.notes:
            lines += wrap(note, width, "  ")
        lines += _below(tree, "", width)
    text = "\n".join(lines).strip("\n") + "\n"
    try:
        text.encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return encodable(text.translate(_ASCII), encoding)
    return text


def _below(branch: Branch, before: str, width: int) -> Iterator[str]:
    for place, each in enumerate(branch.below, 1):
        last = place == len(branch.below)
        inner = f"{before}{'   ' if last else '│  '}"
        yield from wrap(each.text, width, inner, f"{before}{'└─ ' if last else '├─ '}")
        stem = f"{inner}{'│' if each.below else ' '}  "
        for note in each.notes:
            yield from wrap(note, width, f"{stem}  ", stem)
        yield from _below(each, inner, width)
