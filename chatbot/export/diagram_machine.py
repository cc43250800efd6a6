"""The case machine as boxes and arrows, drawn from the very tables that run it."""

from __future__ import annotations

from chatbot.core.phases import OPEN_PHASES, TRANSITIONS, URGENCY_MOVES, Phase, Trigger, UrgencyTrigger
from chatbot.core.values import Urgency
from chatbot.export.diagram import Arrow, Box, Diagram, Path, Row

ANY = "any open phase"


def case_machine(path: Path | None = None) -> Diagram:
    """Return the phases of a case and how it moves between them, drawn from the table that runs it.

    What holds in every open phase is drawn once, from a box of its own.
    """
    arrows: dict[tuple[str, str], list[str]] = {}
    notes = []
    for trigger in Trigger:
        moves = {phase: TRANSITIONS[phase, trigger] for phase in Phase if (phase, trigger) in TRANSITIONS}
        goals = {moves.get(phase) for phase in OPEN_PHASES}
        goal = next(iter(goals))
        if len(goals) == 1 and goal is not None:
            arrows.setdefault((ANY, goal.value), []).append(trigger.value)
            moves = {phase: target for phase, target in moves.items() if phase not in OPEN_PHASES}
        stays = [phase.value for phase, target in moves.items() if target is phase]
        if stays:
            notes.append(f"{trigger.value}: the phase stays the same in {', '.join(stays)}.")
        for phase, target in moves.items():
            if target is not phase:
                arrows.setdefault((phase.value, target.value), []).append(trigger.value)
    boxes = [Box(ANY, "any", "stands for", ANY, (Row(", ".join(phase.value for phase in OPEN_PHASES)),))]
    for phase in Phase:
        head = "open phase" if phase in OPEN_PHASES else "phase"
        boxes.append(Box(phase.value, "phase", head, phase.value, step=None if path is None else path.get(phase.value)))
    found = tuple(Arrow(source, target, ", ".join(labels)) for (source, target), labels in arrows.items())
    return Diagram("Phases of a case", tuple(boxes), found, layered=False, notes=tuple(notes))


def urgency_machine() -> Diagram:
    """Return how the urgency of an open case may move, drawn from the table that runs it."""
    boxes = tuple(Box(level.value, "urgency", "urgency", level.value.replace("_", " ")) for level in Urgency)
    notes = []
    arrows: list[Arrow] = []
    for trigger in UrgencyTrigger:
        moves = {(level, other) for level in Urgency for other in URGENCY_MOVES[level, trigger] if other is not level}
        if moves == {(level, other) for level in Urgency for other in Urgency if other is not level}:
            notes.append(f"{trigger.value}: from every level to every other.")
            continue
        arrows += [Arrow(one.value, other.value) for one in Urgency for other in Urgency if (one, other) in moves]
        notes.append(f"{trigger.value}: as the arrows say, or it stays.")
    return Diagram("Urgency of a case", boxes, tuple(arrows), layered=False, notes=tuple(notes))
