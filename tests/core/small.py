"""Small random protocols and cases, and what every answer would lead to, tried one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import combinations, product
from random import Random
from typing import Any

from chatbot.content.build import build_protocol
from chatbot.core import commands as cmd
from chatbot.core.alternatives import open_to_change
from chatbot.core.answers import accept
from chatbot.core.case import Case, evolve
from chatbot.core.events import CaseOpened
from chatbot.core.findings import assess, network
from chatbot.core.navigation import decide
from chatbot.core.outcome import outcome
from chatbot.core.protocol import Protocol, Question, QuestionType
from chatbot.core.reach import URGENCY
from chatbot.core.values import BARE_STATUSES, Answer, Status, Stored, to_stored
from tests.shipped import small_protocol

TINY = small_protocol()

BOTH = {"clinician": "x", "patient": "x"}

KINDS: tuple[dict[str, Any], ...] = (
    {"type": "yes_no"},
    {"type": "choice", "options": [{"id": each, "label": BOTH} for each in ("red", "green", "blue")]},
    {
        "type": "several",
        "options": [
            *({"id": each, "label": BOTH} for each in ("left", "right", "top")),
            {"id": "nothing", "label": BOTH, "exclusive": True},
        ],
    },
    {"type": "scale", "range": {"min": "0", "max": "4"}},
    {"type": "number", "range": {"min": "0", "max": "3"}},
    {"type": "date"},
    {
        "type": "grid",
        "rows": [{"id": "hip", "label": BOTH}],
        "columns": [{"id": "here", "label": BOTH}, {"id": "there", "label": BOTH}],
        "options": [
            {"id": "5", "label": BOTH, "grade": "5"},
            {"id": "3", "label": BOTH, "grade": "3"},
            {"id": "untried", "label": BOTH},
        ],
        "normal": "5",
    },
)


def atom(random: Random, entry: dict[str, Any], others: list[dict[str, Any]]) -> str:
    """Return a comparison of one question, or now and then with another one."""
    name, op = entry["id"], random.choice(("<=", "<", ">=", ">"))
    match entry["type"]:
        case "yes_no":
            return f"{name} is {random.choice(('yes', 'no'))}"
        case "choice":
            return f"{name} in {{{', '.join(random.sample(('red', 'green', 'blue'), random.randint(1, 2)))}}}"
        case "several":
            chosen = ", ".join(random.sample(("left", "right", "top"), random.randint(1, 2)))
            return f"{name} includes {random.choice(('any', 'all'))} {{{chosen}}}"
        case "scale" | "number":
            alike = [each["id"] for each in others if each["type"] == entry["type"] and each is not entry]
            if alike and random.random() < 0.4:
                return f"{name} {op} {random.choice(alike)}"
            return f"{name} {op} {random.randint(0, 3)}"
        case "date":
            return f"days_since({name}) {op} {random.choice((0, 3, 14))}"
        case _:
            return f"any({name}, row is hip and grade <= {random.choice((3, 4))})"


def formula(random: Random, entries: list[dict[str, Any]], names: list[str], *, positive: bool = False) -> str:
    """Return a condition over questions and findings."""
    parts = []
    for _ in range(random.randint(1, 3)):
        if names and random.random() < 0.3:
            part = random.choice(names)
        else:
            entry = random.choice(entries)
            part = atom(random, entry, entries)
            if not positive and random.random() < 0.15:
                part = f"{entry['id']} is {random.choice(('declined', 'known', 'unknown', 'not_assessed'))}"
        parts.append(part if positive or random.random() < 0.8 else f"not ({part})")
    return random.choice((" and ", " or ")).join(f"({part})" for part in parts)


def protocol_of(seed: int) -> Protocol:
    """Return a protocol of five questions, two findings, two flags, a guard and four rules."""
    random = Random(seed)
    bundle = json.loads(TINY.canonical)
    entries: list[dict[str, Any]] = []
    for number in range(5):
        entry = {"id": f"q{number}", "ask": BOTH, "why": BOTH, **random.choice(KINDS)}
        if entries and random.random() < 0.35:
            entry["when"] = formula(random, entries, [])
        if entry["type"] != "date" and random.random() < 0.4:
            entry["valid_for"] = "PT12H"
        if entries and random.random() < 0.2:
            substitute = random.sample([each["id"] for each in entries], 1)
            entry["cannot_apply"] = [{"id": "absent", "label": BOTH, "substitute": substitute}]
        entries.append(entry)
    template = bundle["rules"][0]
    plain = {key: value for key, value in template.items() if key not in {"when", "answers", "guards", "actions"}}
    names = ["f0", "f1"]
    bundle["sections"] = [{"id": "who", "title": BOTH, "stage": "history", "questions": entries}]
    bundle["findings"] = {"f0": {"title": BOTH, "when": formula(random, entries, [], positive=True)}}
    bundle["findings"]["f1"] = {"title": BOTH, "when": formula(random, entries, ["f0"], positive=True)}
    bundle["scope"]["when"] = (
        formula(random, entries, []) if random.random() < 0.3 else "q0 is asked or q0 is not_asked"
    )
    bundle["red_flags"] = [
        {
            "id": f"r{number}",
            "title": BOTH,
            "urgency": random.choice(("emergency", "same_day", "urgent")),
            "when": formula(random, entries, names, positive=True),
            **({"unless": formula(random, entries, names)} if random.random() < 0.4 else {}),
        }
        for number in range(2)
    ]
    bundle["guards"] = {"g0": {"title": BOTH, "when": formula(random, entries, names)}}
    bundle["rules"] = [
        {**plain, "id": "s0", "category": "safety", "answers": "r0", "guards": [{"guard": "g0", "instead": BOTH}]},
        {**plain, "id": "s1", "category": "safety", "when": formula(random, entries, names)},
        *(
            {
                **plain,
                "id": f"d{number}",
                "category": "drug",
                "when": formula(random, entries, names),
                "guards": [{"guard": "g0"}] if number else [],
            }
            for number in range(2)
        ),
    ]
    bundle["hypotheses"], bundle["conflicts"], bundle["handover"] = [], [], []
    return build_protocol(bundle, "", f"{seed:x}")


def every_value(question: Question, case: Case) -> Iterator[Stored]:
    """Yield every value of a question, numbers in halves, dates by the day."""
    options = [option.id for option in question.options]
    match question.type:
        case QuestionType.YES_NO | QuestionType.CHOICE:
            yield from options
        case QuestionType.SEVERAL:
            free = [option.id for option in question.options if not option.exclusive]
            for size in range(1, len(free) + 1):
                yield from (list(chosen) for chosen in combinations(free, size))
            yield from ([option.id] for option in question.options if option.exclusive)
        case QuestionType.SCALE:
            low, high = int(question.minimum or 0), int(10 if question.maximum is None else question.maximum)
            yield from range(low, high + 1)
        case QuestionType.NUMBER:
            low, high = question.minimum or Decimal(0), question.maximum or Decimal(10)
            count = int((high - low) * 2) + 1
            yield from (to_stored(low + Decimal(half) / 2) for half in range(count))
        case QuestionType.DATE:
            yield from ((case.as_of.date() - timedelta(days=days)).isoformat() for days in range(20))
        case QuestionType.TEXT:
            yield "a text"
        case QuestionType.INSTRUMENT:
            for filled in product(*(item.options for item in question.rows)):
                yield {item.id: option.id for item, option in zip(question.rows, filled, strict=True)}
        case QuestionType.GRID:
            cells = [f"{row.id}.{column.id}" for row in question.rows for column in question.columns]
            for filled in product(options, repeat=len(cells)):
                yield dict(zip(cells, filled, strict=True))


def every_answer(question: Question, case: Case) -> list[Answer]:
    """Return every answer a question may be given, statuses included."""
    given = (question.source, case.as_of)
    found = [Answer(accept(question, value, case.as_of), None, *given) for value in every_value(question, case)]
    found += [Answer(None, status, *given) for status in BARE_STATUSES]
    return found + [Answer(None, Status.CANNOT_APPLY, *given, reason=each.id) for each in question.cannot_apply]


def case_of(protocol: Protocol, seed: int, *, later: bool = False) -> Case:
    """Return a case with some of the questions answered, in any way; *later*: at a second sitting, a day after."""
    random = Random(seed)
    opened = CaseOpened(
        case="small", kind="test", as_of="2026-03-15T10:30", label="", subject="", protocol=protocol.identity
    )
    case = evolve(protocol, None, opened)
    for key in network(protocol).ask_order:
        if not open_to_change(protocol, case.assessment, case.answers, key) or random.random() < 0.35:
            continue
        case = sent(protocol, case, command_of(key, random.choice(every_answer(protocol.questions[key], case))))
    if later:
        as_of = case.as_of + timedelta(hours=37)
        case = replace(case, as_of=as_of, assessment=assess(protocol, case.answers, as_of))
    return case


def command_of(key: str, answer: Answer) -> cmd.GiveAnswer:
    return cmd.GiveAnswer(
        key,
        value=None if answer.value is None else to_stored(answer.value),
        status=None if answer.status is None else answer.status.value,
        reason=answer.reason,
        confirmed=True,
        because="new_information",
    )


def sent(protocol: Protocol, case: Case, command: cmd.Command) -> Case:
    """Carry out a command that must not be refused; an alarm is acknowledged first."""
    for each in (*([cmd.Acknowledge()] if case.alarms else []), command):
        decided = decide(protocol, case, each)
        assert isinstance(decided, tuple), (command, decided)
        for event in decided:
            case = evolve(protocol, case, event)
    return case


def answered(protocol: Protocol, case: Case, changes: dict[str, Answer]) -> Case:
    """Return the case with other answers, everything evaluated from nothing."""
    answers = {**case.answers, **changes}
    return replace(case, answers=answers, assessment=assess(protocol, answers, case.as_of))


def targets(protocol: Protocol, case: Case) -> dict[str, str]:
    """Return the urgency and the status of every rule."""
    found = outcome(protocol, case.assessment)
    return {URGENCY: found.urgency.value, **found.statuses}


def can_be_given(protocol: Protocol, case: Case, key: str) -> bool:
    return open_to_change(protocol, case.assessment, case.answers, key)


Single = tuple[str, str, str]
"""Question, target, what it becomes."""
Couple = tuple[frozenset[str], str, str]


def brute_singles(protocol: Protocol, case: Case) -> tuple[set[Single], dict[tuple[str, int], set[str]]]:
    """Try every answer to every question; also return which targets each answer (by number) moves."""
    before = targets(protocol, case)
    found: set[Single] = set()
    moved: dict[tuple[str, int], set[str]] = {}
    for key, question in protocol.questions.items():
        if not can_be_given(protocol, case, key):
            continue
        for number, answer in enumerate(every_answer(question, case)):
            after = targets(protocol, answered(protocol, case, {key: answer}))
            differ = {target for target in before if after[target] != before[target]}
            moved[key, number] = differ
            found |= {(key, target, after[target]) for target in differ}
    return found, moved


def brute_pairs(protocol: Protocol, case: Case) -> set[Couple]:
    """Try every two answers, in either order, of which neither alone moves the target."""
    before = targets(protocol, case)
    _, moved = brute_singles(protocol, case)
    found: set[Couple] = set()
    for one, other in combinations(protocol.questions, 2):
        for (i, a), (j, b) in product(
            enumerate(every_answer(protocol.questions[one], case)),
            enumerate(every_answer(protocol.questions[other], case)),
        ):
            first, second = answered(protocol, case, {one: a}), answered(protocol, case, {other: b})
            possible = (can_be_given(protocol, case, one) and can_be_given(protocol, first, other)) or (
                can_be_given(protocol, case, other) and can_be_given(protocol, second, one)
            )
            if not possible:
                continue
            after = targets(protocol, answered(protocol, case, {one: a, other: b}))
            alone = moved.get((one, i), set()) | moved.get((other, j), set())
            found |= {
                (frozenset({one, other}), target, after[target])
                for target in before
                if after[target] != before[target] and target not in alone
            }
    return found
