"""Two papers for practice with two persons: the card of who plays the patient, and the checklist of who examines.

Both give the answers away; neither is for the trainee.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chatbot.core.practice.causes import emergencies_there
from chatbot.core.practice.station import Choice, Fact, Station
from chatbot.core.protocol import Protocol

MARK = "SIMULATED · practice"
"""Stands on every page of an attempt."""

NEEDS = {
    "": "",
    "plain": "Only when asked in plain words; until then:",
    "again": "Only when asked once more; the first time:",
    "trust": "Only after permission for personal questions was asked; until then:",
    "reason": "Only after the reason was explained; until then:",
    "interpreter": "Only through an interpreter; until then:",
    "never": "Never; whenever it is asked:",
}
"""What a fact is told for, as the card says it."""

WAYS = {
    "ask": "Told when asked",
    "examine": "Found on examination: say it when it is done",
    "record": "Found in the record: say it when it is looked up",
}


def card_json(station: Station, protocol: Protocol) -> dict[str, Any]:
    """Return the card of who plays the patient."""
    return {
        "schema": "backstory.patient-card/1",
        "kind": "practice",
        "who": station.who,
        "persona": station.persona,
        "opening": station.opening,
        "facts": [_fact_json(each, station, protocol) for each in _in_order(station, protocol)],
        "moves": [{"label": each.label, "reply": each.reply} for each in station.moves],
        "records": [{"title": each.title, "text": each.text} for each in station.documents],
        "otherwise": list(station.no_fact),
        "does_not_fit": list(station.not_applicable),
        "not_understood": list(station.not_understood),
    }


def _fact_json(fact: Fact, station: Station, protocol: Protocol) -> dict[str, Any]:
    question = protocol.questions[fact.question]
    return {
        "section": protocol.sections[question.section].title.clinician,
        "asked": question.ask.patient,
        "says": fact.says,
        "way": fact.way,
        "needs": fact.needs,
        "until_then": fact.holds_back,
        "told_at_once": fact.question in station.volunteered,
    }


def _in_order(station: Station, protocol: Protocol) -> list[Fact]:
    place = {key: at for at, key in enumerate(protocol.questions)}
    return sorted(station.facts, key=lambda each: place[each.question])


def checklist_json(station: Station, protocol: Protocol) -> dict[str, Any]:
    """Return the checklist of who examines: what brings points, and what takes them off."""
    expected, scoring = station.expected, station.scoring
    weights = scoring.weights
    titles = {each.id: each.title for each in scoring.items}
    flags = [
        {
            "title": protocol.red_flags[each.flag].title.clinician,
            "state": each.state,
            "urgency": each.urgency,
            "points": each.points,
            "asked": [protocol.questions[key].ask.patient for key in each.reads],
        }
        for each in expected.flags
    ]
    items = [
        {"title": titles.get(each.item, each.item.replace("_", " ")), "verdict": each.verdict, "points": each.points}
        for each in expected.items
        if each.verdict in {"required", "harmful"}
    ]
    moves = [{"label": each.label, "points": each.points} for each in station.moves if each.points]
    return {
        "schema": "backstory.examiner-checklist/1",
        "kind": "practice",
        "who": station.who,
        "task": station.task,
        "minutes": station.minutes,
        "preparation": station.preparation,
        "urgency": {"is": expected.urgency, "points": weights["urgency.right"]},
        "within": {"is": _limit(scoring.limits, expected.within), "points": weights["within.right"]},
        "red_flags": flags,
        "likely": _causes(protocol, expected.likely, weights["likely.each"]),
        "not_to_miss": [
            *_emergencies(protocol, emergencies_there(expected), weights["not_to_miss.each"]),
            *_causes(protocol, expected.not_to_miss, weights["not_to_miss.each"]),
        ],
        "items": items,
        "harmful_costs": weights["item.harmful"],
        "moves": moves,
        "questions": [protocol.questions[key].ask.patient for key in expected.path],
    }


def _limit(limits: tuple[Choice, ...], within: str) -> str:
    return next((each.title for each in limits if each.id == (within or "none")), within)


def _causes(protocol: Protocol, names: tuple[str, ...], points: int) -> list[dict[str, Any]]:
    return [{"title": protocol.hypotheses[each].title.clinician, "points": points} for each in names]


def _emergencies(protocol: Protocol, names: tuple[str, ...], points: int) -> list[dict[str, Any]]:
    """Return the emergencies as one thing to name: any of them will do."""
    titles = [protocol.red_flags[each].title.clinician for each in names]
    return [{"title": " / ".join(titles), "points": points}] if titles else []


# --- as text --------------------------------------------------------------------------------------


def card_lines(station: Station, protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Yield the card as (first, text) rows."""
    card = card_json(station, protocol)
    yield "", f"{MARK}: card for the person who plays the patient. Not for the trainee."
    yield "", ""
    yield "", f"You are: {card['who']}"
    yield "", f"You talk: {card['persona'].replace('_', ' ')}"
    yield "", f"You begin with: {card['opening']}"
    yield "", "Tell nothing that is not asked for. Use these words or your own, and add no facts."
    section = ""
    for each in card["facts"]:
        if each["section"] != section:
            section = each["section"]
            yield "", ""
            yield "", section
        yield "  - ", each["asked"]
        if each["told_at_once"]:
            yield "      ", "(you have said this with your first words)"
        if each["needs"]:
            yield "      ", f"{NEEDS[each['needs']]} {each['until_then']}"
        if each["needs"] != "never":
            yield "      ", f"{WAYS[each['way']]}: {each['says']}"
    yield "", ""
    yield "", "When the trainee"
    for each in card["moves"]:
        yield "  - ", f"{each['label']}: {each['reply']}"
    for each in card["records"]:
        yield "", ""
        yield "", f"Record, to be handed over when it is asked for: {each['title']}"
        yield "  ", each["text"]
    yield "", ""
    yield "", f"To anything else: {_or(card['otherwise'])}"
    yield "", f"Where a question does not fit you: {_or(card['does_not_fit'])}"
    yield "", f"Where you do not understand: {_or(card['not_understood'])}"
    yield "", ""
    yield "", MARK


def checklist_lines(station: Station, protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Yield the checklist as (first, text) rows, each with a box to tick."""
    found = checklist_json(station, protocol)
    labels = protocol.labels
    yield "", f"{MARK}: checklist for the person who examines. Not for the trainee."
    yield "", ""
    yield "", f"{found['who']}. {found['task']}"
    yield "", f"Time: {found['preparation']} min to prepare, {found['minutes']} min for the interview"
    yield "", ""
    yield "", "Red flags"
    for each in found["red_flags"]:
        state = labels["flag." + each["state"]].clinician
        asked = "; ".join(each["asked"]) or "nothing"
        yield f"[ ] {each['points']:>2}  ", f"{each['title']}: {state}. Asked: {asked}"
    yield "", ""
    yield "", "Commitment"
    urgency, within = found["urgency"], found["within"]
    word = labels["urgency." + urgency["is"]].clinician
    yield f"[ ] {urgency['points']:>2}  ", f"urgency: {word}"
    yield f"[ ] {within['points']:>2}  ", f"within: {within['is']}"
    for name, said in (("likely", "likely"), ("not_to_miss", "must not be missed")):
        for each in found[name]:
            yield f"[ ] {each['points']:>2}  ", f"{said}: {each['title']}"
    for each in found["items"]:
        if each["verdict"] == "required":
            yield f"[ ] {each['points']:>2}  ", f"plan: {each['title']}"
    for each in found["items"]:
        if each["verdict"] == "harmful":
            yield f"[ ] -{found['harmful_costs']:<2} ", f"harmful here: {each['title']}"
    yield "", ""
    yield "", "Talking"
    for each in found["moves"]:
        yield f"[ ] {each['points']:>2}  ", each["label"]
    yield "", ""
    yield "", f"The expert asks {len(found['questions'])} questions, in this order"
    for at, each in enumerate(found["questions"], 1):
        yield f"[ ] {at:>3}  ", each
    yield "", ""
    yield "", MARK


def _or(replies: list[str]) -> str:
    return " / ".join(replies)
