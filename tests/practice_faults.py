"""Faults a trainee may make at a station, and what each has to cost, worked out beside the marking.

Each fault is a function of a station: the script's fault and the lines it has to cost, by id; None where the station
has no place for it. What a line costs is counted here from the weights and the expert's path, not from the debrief.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatbot.core import events as ev
from chatbot.core.batch import with_answers
from chatbot.core.commands import GiveAnswer
from chatbot.core.findings import Assessment
from chatbot.core.practice.debrief import Debrief, Placed
from chatbot.core.practice.expert import Fault, play, script
from chatbot.core.practice.marking import mark
from chatbot.core.practice.station import Station
from chatbot.core.protocol import Protocol
from chatbot.core.values import Urgency

Costs = dict[str, int]
Tried = tuple[Fault, Costs]

NEEDLESS = 20


def attempt(protocol: Protocol, station: Station, fault: Fault | None = None) -> Debrief:
    """Return the debrief of the perfect script, or of one with a fault."""
    opened = ev.CaseOpened("practice", "practice", station.as_of, "", "", protocol.identity)
    commands = script(protocol, station) if fault is None else script(protocol, station, fault)
    events = play(protocol, station, opened, commands=commands)
    return mark(protocol, station, [Placed(seq, seq * 1_000, event) for seq, event in enumerate(events)])


def lost(debrief: Debrief) -> Costs:
    """Return what each line lost, by its id."""
    return {each.id: each.of - each.points for each in debrief.lines if each.points < each.of}


def full_marks(protocol: Protocol, station: Station) -> list[str]:
    """Return what keeps the perfect script from full marks."""
    found = attempt(protocol, station)
    if found.points == found.of > 0 and not lost(found):
        return []
    return [f"{station.name}: {found.points} of {found.of}, lost {lost(found)}"]


def stops_in_time(protocol: Protocol, station: Station) -> list[str]:
    """Return where it costs something to stop asking once an emergency is plain."""
    if station.expected.urgency != "emergency":
        return []
    found = attempt(protocol, station, Fault(stop=True))
    return [] if found.points == found.of else [f"{station.name}, stopped in time: lost {lost(found)}"]


# --- faults ---------------------------------------------------------------------------------------


def _step(station: Station, steps: int) -> Tried | None:
    """Say an urgency so many steps from the true one."""
    weights, rank = station.scoring.weights, Urgency(station.expected.urgency).rank + steps
    levels = {level.rank: level for level in Urgency if level is not Urgency.UNDETERMINED}
    if rank not in levels:
        return None
    weight = f"urgency.{'low' if steps < 0 else 'high'}_{abs(steps)}"
    return Fault(urgency=levels[rank].value), {"urgency": weights["urgency.right"] + weights[weight]}


def too_low(station: Station) -> Tried | None:
    return _step(station, -1)


def far_too_low(station: Station) -> Tried | None:
    return _step(station, 1 - Urgency(station.expected.urgency).rank) if station.expected.urgency != "routine" else None


def too_high(station: Station) -> Tried | None:
    return _step(station, 1)


def harmful_item(station: Station) -> Tried | None:
    """Choose something that stands against this patient, by a contraindication where there is one."""
    harmful = sorted(
        (each for each in station.expected.items if each.verdict == "harmful"), key=lambda one: not one.guards
    )
    if not harmful:
        return None
    return Fault(add=(harmful[0].item,)), {f"harmful:{harmful[0].item}": station.scoring.weights["item.harmful"]}


def unsupported_item(station: Station) -> Tried | None:
    odd = next((each.item for each in station.expected.items if each.verdict == "unsupported"), None)
    return (
        None
        if odd is None
        else (Fault(add=(odd,)), {f"unsupported:{odd}": station.scoring.weights["item.unsupported"]})
    )


def needless_questions(station: Station) -> Tried | None:
    weights = station.scoring.weights
    cost = min(weights["needless.most"], weights["needless.each"] * (NEEDLESS - weights["needless.free"]))
    return Fault(again=NEEDLESS), {"needless": cost}


def word_of_reproach(station: Station) -> Tried | None:
    if not station.scoring.stigmatising:
        return None
    return Fault(word=station.scoring.stigmatising[0].word), {"stigma": station.scoring.weights["stigma.each"]}


def no_permission(station: Station) -> Tried | None:
    """Never ask permission, where it counts and nobody holds back for want of it."""
    moves = [each for each in station.moves if each.kind == "permission" and each.points]
    if not moves or any(each.needs == "trust" for each in station.facts):
        return None
    return Fault(leave=tuple(each.id for each in moves)), {f"move:{each.id}": each.points for each in moves}


def _given_away(station: Station) -> set[str]:
    """Return the questions that are told without being asked, rightly or wrongly."""
    documents = [*station.documents, *([] if station.handover is None else [station.handover])]
    told = {*station.volunteered, *(key for move in station.moves for key in move.tells)}
    return told | {each.question for document in documents for each in document.told}


EXACT: tuple[Callable[[Station], Tried | None], ...] = (
    too_low,
    far_too_low,
    too_high,
    harmful_item,
    unsupported_item,
    needless_questions,
    word_of_reproach,
    no_permission,
)
"""Faults that cost one thing alone."""


def safety_last(station: Station) -> Tried | None:
    return Fault(safety_last=True), {}


def missed_flag(station: Station) -> Tried | None:
    """Never ask what the gravest present red flag hangs on that nothing else tells."""
    told = _given_away(station)
    present = sorted(
        (each for each in station.expected.flags if each.points and each.state == "present" and each.reads),
        key=lambda each: -Urgency(each.urgency).rank,
    )
    # Of several emergencies one is enough: all of them have to be missed.
    emergencies = [each for each in station.expected.flags if each.state == "present" and each.urgency == "emergency"]
    for flag in present:
        reads = {key for each in (emergencies or [flag]) for key in each.reads}
        if told.isdisjoint(reads):
            return Fault(skip=tuple(sorted(reads))), {f"flag:{flag.flag}": flag.points}
    return None


SPREADING: tuple[Callable[[Station], Tried | None], ...] = (safety_last, missed_flag)
"""Faults that also cost what hangs on when a question was asked."""

FAULTS = (*EXACT, *SPREADING)


def held_against(protocol: Protocol, station: Station) -> list[str]:
    """Return where a fault costs something else than the weights say, or does not say why."""
    perfect = attempt(protocol, station)
    problems: list[str] = []
    for fault in FAULTS:
        tried = fault(station)
        if tried is None:
            continue
        found = attempt(protocol, station, tried[0])
        costs = _summed(lost(found))
        wanted = tried[1] if fault in EXACT else {**tried[1], **_spread(protocol, station, tried[0], found)}
        if costs != _summed(wanted):
            problems.append(f"{station.name}, {fault.__name__}: lost {costs}, not {_summed(wanted)}")
        if found.of != perfect.of or found.points != max(0, perfect.points - sum(costs.values())):
            problems.append(f"{station.name}, {fault.__name__}: {found.points} of {found.of}, lost {costs}")
        problems += [
            f"{station.name}, {fault.__name__}: {each.id} does not say why"
            for each in found.lines
            if each.points < each.of and not _says_why(each.kind, each.why, each.text)
        ]
    return problems


def _summed(costs: Costs) -> Costs:
    """Put words of reproach under one key: their ids hold the record."""
    found: Costs = {}
    for key, cost in costs.items():
        key = "stigma" if key.startswith("stigma:") else key
        found[key] = found.get(key, 0) + cost
    return found


def _says_why(kind: str, why: str, text: str) -> bool:
    return bool(text) if kind in {"needless", "stigma", "move", "handover", "unsupported", "urgency"} else bool(why)


def _known_without(protocol: Protocol, station: Station, skipped: Sequence[str]) -> Assessment:
    """Return what is known when all was asked but what was skipped, by the batch that vignettes are read with."""
    given = {
        fact.question: GiveAnswer(
            fact.question, fact.value, fact.status, fact.source, reason=fact.reason, confirmed=True
        )
        for fact in station.facts
    }
    for key in station.expected.path:
        given.setdefault(key, GiveAnswer(key, status="unknown"))
    opened = ev.CaseOpened("practice", "practice", station.as_of, "", "", protocol.identity)
    asked = [command for key, command in given.items() if key not in skipped]
    return with_answers(protocol, opened, asked, station.region).assessment


def _spread(protocol: Protocol, station: Station, fault: Fault, found: Debrief) -> Costs:
    """Return what asking late, out of order or not at all has to cost, counted anew."""
    weights, expected = station.scoring.weights, station.expected
    asked = [each.question for each in found.yours]
    costs: Costs = {}
    known = _known_without(protocol, station, fault.skip)
    there = [each.flag for each in expected.flags if each.state == "present" and each.urgency == "emergency"]
    one_seen = any(known.flags[name].value == "present" for name in there)
    for flag in expected.flags:
        states = known.open_flags if flag.state == "cannot_exclude" else known.flags
        if states[flag.flag].value != flag.state and not (flag.flag in there and one_seen):
            costs[f"flag:{flag.flag}"] = flag.points
    plain = [each for each in found.recognised if each.yours is not None]
    if there:
        plain = sorted((each for each in plain if each.urgency == "emergency"), key=lambda each: each.yours or 0)[:1]
    late = [each for each in plain if (each.yours or 0) > weights["late.times"] * each.expert]
    left = weights["late.most"]
    for each in late:
        costs[f"late:{each.flag}"] = min(left, weights["late.each"])
        left -= costs[f"late:{each.flag}"]
    told = _given_away(station)
    waiting = [asked.index(key) if key in asked else len(asked) for key in expected.safety if key not in told]
    through = max(waiting, default=-1)
    seen = [each.yours for each in found.recognised if each.urgency == "emergency" and each.yours is not None]
    if seen:
        through = min(through, min(seen) - 1)  # what comes after it was plain keeps nobody waiting
    comfort = [key for key in asked[: through + 1] if protocol.questions[key].section in station.scoring.comfort]
    order = min(weights["order.most"], weights["order.each"] * max(0, len(comfort) - weights["order.free"]))
    return {key: cost for key, cost in {**costs, "order": order}.items() if cost}
