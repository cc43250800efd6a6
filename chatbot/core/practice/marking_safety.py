"""Marks for what kept the patient safe: red flags, urgency, the time limit, how soon and in what order it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chatbot.core.explain import Known, contributors
from chatbot.core.findings import FlagState
from chatbot.core.practice.causes import emergencies_there
from chatbot.core.practice.debrief import Recognised
from chatbot.core.practice.expected import flag_behind, recognised_after
from chatbot.core.practice.marking_kit import NOT_ASKED, Draft, Marking, capped, counted, sentence, several
from chatbot.core.practice.station import FlagExpected, Station
from chatbot.core.protocol import SAFETY_CATEGORY, Citation, Rule
from chatbot.core.values import Urgency, parse_duration

NO_LIMIT = "none"
"""The time limit that says there is none."""


def lines(marking: Marking, recognised: tuple[Recognised, ...]) -> Iterator[Draft]:
    """Yield the lines about safety."""
    known: Known = {}
    # What stands comes before what had to be ruled out.
    for flag in sorted(marking.expected.flags, key=lambda each: each.state == "clear"):
        if flag.points:
            yield _flag(marking, _seen_instead(marking, flag), known)
    yield _urgency(marking)
    yield from _within(marking)
    yield from _late(marking, recognised)
    yield from _order(marking, recognised)


def _seen_instead(marking: Marking, expected: FlagExpected) -> FlagExpected:
    """Return the emergency that was recognised, where several stand and the first was not: one of them is enough."""
    there = emergencies_there(marking.expected)
    if expected.flag not in there:
        return expected
    seen = next((name for name in there if marking.learned.flags[name] is FlagState.PRESENT), expected.flag)
    found = next(each for each in marking.expected.flags if each.flag == seen)
    return replace(found, points=expected.points)


# --- red flags ------------------------------------------------------------------------------------


def _flag(marking: Marking, expected: FlagExpected, known: Known) -> Draft:
    protocol, learned = marking.protocol, marking.learned
    flag = protocol.red_flags[expected.flag]
    title, state = flag.title.clinician, expected.state
    settled = learned.flags[expected.flag].value == state
    if state == "cannot_exclude":
        # Not asked is unknown too: only who asked knows that it cannot be known.
        settled = learned.open_flags[expected.flag].value == state
    missing = () if settled else _missing(marking, expected, known)
    if state == "present":
        text = f"You recognised it: {title}." if settled else f"There, and not recognised: {title}."
    elif state == "clear":
        taken = learned.flags[expected.flag] is FlagState.PRESENT
        text = f"Not there, and you asked enough to know: {title}." if settled else f"Left open: {title}."
        text = f"Taken for there, and it is not: {title}." if taken else text
    else:
        text = (
            f"Cannot be ruled out, and you asked what there was to ask: {title}."
            if settled
            else f"Cannot be ruled out here, and you did not get that far: {title}."
        )
    if missing:
        text += f"{NOT_ASKED}{several(marking.named(key) for key in missing)}."
    elif not settled:
        text += " What you were told does not show it."
    first = next(iter(missing or expected.reads), None)
    why = "" if first is None else protocol.questions[first].why.clinician
    return Draft(
        id=f"flag:{expected.flag}",
        kind="flag",
        domain=marking.domain_of(next(iter(expected.reads or sorted(flag_behind(protocol, expected.flag))), None)),
        points=expected.points if settled else 0,
        of=expected.points,
        text=text,
        why=sentence(why),
        # What was rightly ruled out needs no source: there is nothing to explain.
        cites=() if settled and state == "clear" else flag.cites,
        at=_settled_at(marking, expected) if settled else None,
    )


def _missing(marking: Marking, expected: FlagExpected, known: Known) -> tuple[str, ...]:
    """Return the questions whose answers would settle a red flag and are not there; those it reads, at the least."""
    flag = marking.protocol.red_flags[expected.flag]
    answers, facts = marking.record.answers, marking.learned.facts
    behind = set(contributors(marking.protocol, flag.when, facts, known))
    settling = tuple(key for key in expected.reads if key in behind and key not in answers)
    return settling or tuple(key for key in expected.reads if key not in answers)


def _settled_at(marking: Marking, expected: FlagExpected) -> int | None:
    """Return the record of the last answer that a settled red flag hangs on."""
    behind = frozenset(expected.reads)
    return max((each.seq for each in marking.record.learned if each.question in behind), default=None)


def recognised(marking: Marking) -> tuple[Recognised, ...]:
    """Return for each present red flag after how many questions it was plain."""
    return tuple(_recognised(marking, each) for each in marking.expected.flags if each.after is not None)


def _recognised(marking: Marking, expected: FlagExpected) -> Recognised:
    protocol, record = marking.protocol, marking.record
    behind = flag_behind(protocol, expected.flag)
    steps = [each for each in record.learned if each.question in behind]
    at = None
    if marking.learned.flags[expected.flag] is FlagState.PRESENT:
        pairs = [(each.question, each.answer) for each in steps]
        at = recognised_after(protocol, marking.learned, expected.flag, {}, pairs)
    step = None if not at else steps[at - 1]
    return Recognised(
        flag=expected.flag,
        title=protocol.red_flags[expected.flag].title.clinician,
        urgency=expected.urgency,
        yours=None if at is None else 0 if step is None else step.count,
        expert=expected.after or 0,
        at=None if step is None else step.seq,
    )


# --- urgency and time limit -----------------------------------------------------------------------


def _urgency(marking: Marking) -> Draft:
    commitment, true = marking.record.commitment, Urgency(marking.expected.urgency)
    right = marking.weight("urgency.right")
    # Who says nothing sends nobody: it counts as the least urgent.
    said = Urgency.ROUTINE if commitment is None else Urgency(commitment.urgency)
    steps = true.rank - said.rank
    called, truly = marking.urgency(said.value), marking.urgency(true.value)
    points = right if not steps and commitment is not None else 0
    if steps > 0:
        points = -marking.weight(f"urgency.low_{min(steps, 3)}")
    elif steps < 0:
        points = -marking.weight(f"urgency.high_{min(-steps, 3)}")
    if commitment is None:
        text = f"You did not say how soon this person has to be seen. It is: {truly}."
    elif not steps:
        text = f"How soon: {called}. That is right."
    else:
        way = "low" if steps > 0 else "high"
        text = f"How soon: you said {called}. It is {truly}: {counted(abs(steps), 'level')} too {way}."
    raising = _raising(marking)
    flags = [marking.protocol.red_flags[each.flag] for each in raising]
    return Draft(
        id="urgency",
        kind="urgency",
        domain=marking.domain_of_part("urgency"),
        points=points,
        of=right,
        text=text,
        why=sentence(several(flag.title.clinician for flag in flags)),
        cites=_of_all(flag.cites for flag in flags[:1]),
        at=marking.record.committed_at,
    )


def _raising(marking: Marking) -> list[FlagExpected]:
    """Return the red flags the true urgency comes from."""
    found = []
    for each in marking.expected.flags:
        left_open = marking.protocol.red_flags[each.flag].if_unknown
        raised = each.urgency if each.state == "present" else left_open.value if left_open is not None else ""
        if each.state != "clear" and raised == marking.expected.urgency:
            found.append(each)
    return found


def limit_of(station: Station) -> str | None:
    """Return the time limit that is right: as due, or the longest offered that is not longer. None: it is not marked.

    Where nothing is due because nothing is settled, no limit can be called right.
    """
    due = station.expected.within
    offered = [each.id for each in station.scoring.limits]
    if not due:
        routine = station.expected.urgency == Urgency.ROUTINE.value
        return NO_LIMIT if routine and NO_LIMIT in offered else None
    within = parse_duration(due)
    fitting = [each for each in offered if each != NO_LIMIT and parse_duration(each) <= within]
    return max(fitting, key=parse_duration, default=None)


def _within(marking: Marking) -> Iterator[Draft]:
    right = limit_of(marking.station)
    if right is None:
        return
    commitment, weight = marking.record.commitment, marking.weight("within.right")
    said = "" if commitment is None else commitment.within
    truly = marking.limit(right)
    text = f"Time limit: {truly}. That is right."
    if not said:
        text = f"You gave no time limit. It is: {truly}."
    elif said != right:
        text = f"Time limit: you said {marking.limit(said)}. It is: {truly}."
    rule = _due_by(marking)
    yield Draft(
        id="within",
        kind="within",
        domain=marking.domain_of_part("urgency"),
        points=weight if said == right else 0,
        of=weight,
        text=text,
        why="" if rule is None else marking.says(rule),
        rule=None if rule is None else rule.id,
        cites=() if rule is None else rule.cites,
        at=marking.record.committed_at,
    )


def _due_by(marking: Marking) -> Rule | None:
    """Return the rule by which the most pressing safety action is due."""
    wanted = {each.rule for each in marking.expected.items if each.verdict == "required"}
    return next(
        (
            rule
            for rule in marking.protocol.rules.values()
            if rule.id in wanted and rule.category == SAFETY_CATEGORY and rule.within == marking.expected.within
        ),
        None,
    )


# --- when and in what order -----------------------------------------------------------------------


def _late(marking: Marking, recognised: tuple[Recognised, ...]) -> Iterator[Draft]:
    times, each, most = (marking.weight(f"late.{name}") for name in ("times", "each", "most"))
    timed = [one for one in recognised if one.yours is not None]
    if emergencies_there(marking.expected):
        # With the first emergency the person is sent on; what else is there need not be found.
        timed = sorted((one for one in timed if one.urgency == Urgency.EMERGENCY.value), key=lambda one: one.yours or 0)
        timed = timed[:1]
    late = [one for one in timed if (one.yours or 0) > times * one.expert]
    reads = {flag.flag: flag.reads for flag in marking.expected.flags}
    for one, cost in zip(late, capped([each] * len(late), most), strict=True):
        assert one.yours is not None
        first = next(iter(reads[one.flag]), None)
        yield Draft(
            id=f"late:{one.flag}",
            kind="late",
            domain=marking.domain_of(first),
            points=-cost,
            of=0,
            text=f"Recognised late: {one.title}. It took you {counted(one.yours, 'question')}; "
            f"the safest path takes {one.expert}.",
            why="" if first is None else sentence(marking.protocol.questions[first].why.clinician),
            cites=marking.protocol.red_flags[one.flag].cites,
            at=one.at,
        )


def _order(marking: Marking, recognised: tuple[Recognised, ...]) -> Iterator[Draft]:
    free, each, most = (marking.weight(f"order.{name}") for name in ("free", "each", "most"))
    protocol, comfort = marking.protocol, frozenset(marking.scoring.comfort)
    waiting, seen = _waiting(marking), _emergency_seen(marking, recognised)
    early = [
        (turn, next(key for key, seq in waiting if seq is None or seq > turn.seq))
        for count, turn in enumerate(marking.record.asked)
        if (seen is None or count < seen)
        and turn.of in protocol.questions
        and protocol.questions[turn.of].section in comfort
        and any(seq is None or seq > turn.seq for _, seq in waiting)
    ]
    charged = early[free:]
    if not charged:
        return
    turn, first = charged[0]
    sections = dict.fromkeys(protocol.questions[one.of].section for one, _ in early)
    titles = several(protocol.sections[name].title.clinician for name in sections)
    yield Draft(
        id="order",
        kind="order",
        domain=marking.domain_of(first),
        points=-min(most, each * len(charged)),
        of=0,
        text=f"{counted(len(early), 'question')} about other things ({titles}) came before the safety questions "
        f"were through. Still to be asked then: {marking.named(first)}.",
        why=sentence(protocol.questions[first].why.clinician),
        cites=protocol.questions[first].cites,
        at=turn.seq,
    )


def _emergency_seen(marking: Marking, recognised: tuple[Recognised, ...]) -> int | None:
    """Return after how many questions an emergency was plain: what is asked afterwards keeps nobody waiting.

    None where none was ever plain, or where there is none.
    """
    found = [each.yours for each in recognised if each.urgency == Urgency.EMERGENCY.value]
    return min((each for each in found if each is not None), default=None)


def _waiting(marking: Marking) -> list[tuple[str, int | None]]:
    """Return each question of the safety screen with the record in which it was first asked or told; None: never."""
    first: dict[str, int] = {}
    for turn in marking.record.asked:
        first.setdefault(turn.of, turn.seq)
    for each in marking.record.learned:
        first[each.question] = min(each.seq, first.get(each.question, each.seq))
    return [(key, first.get(key)) for key in marking.expected.safety]


def _of_all(cites: Iterator[tuple[Citation, ...]]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(cite for each in cites for cite in each))
