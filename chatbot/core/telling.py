"""Where a case stands and what changed, in words of one register.

Words come from the labels of the content, group ``change``; where it has none, from ``WORDS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chatbot.core.case import RuleOutcome
from chatbot.core.changes import AnswerChange, Changes, OutcomeSaid, RuleChange, ScoreChange, Story
from chatbot.core.lineage import Place
from chatbot.core.outcome import SHOWN_STATUSES
from chatbot.core.protocol import Wording
from chatbot.core.values import decimal_text

WORDS: Mapping[str, Wording] = {
    "heading": Wording("Changes since {day}", "What has changed since {day}"),
    "heading_version": Wording("Changes against version {n}", "What was changed in version {n}"),
    "none": Wording("nothing changed", "nothing has changed"),
    "urgency": Wording("urgency", "how soon you need to be seen"),
    "scores": Wording("scores, before → now", "scores, before → now"),
    "answers": Wording("answers that differ", "answers that are different now"),
    "raised": Wording("red flags raised", "new warning signs"),
    "doubtful": Wording("red flags that can no longer be excluded", "warning signs we are no longer sure about"),
    "cleared": Wording("red flags no longer there", "warning signs that have gone"),
    "added": Wording("recommendations added", "new advice"),
    "withdrawn": Wording("recommendations withdrawn", "advice that no longer applies"),
    "changed": Wording("recommendations changed", "advice that has changed"),
    "outcomes": Wording("what became of the earlier plan", "what became of the last plan"),
    "private": Wording("private answers that differ: {n}", "private answers that are different: {n}"),
    "nothing": Wording("no answer", "no answer"),
    "reason": Wording("reason", "reason"),
    "version": Wording("version {n} of {m}", "version {n} of {m}"),
    "visit": Wording("visit {n} of {m}", "visit {n} of {m}"),
    "superseded": Wording("superseded by {case}", "replaced by {case}"),
    "in_progress": Wording("a newer version is not signed yet: {case}", "a newer version is not ready yet: {case}"),
    "to_confirm": Wording("carried answers to be confirmed: {n}", "answers from last time to be checked with you: {n}"),
    "carried": Wording("carried, to be confirmed", "from last time, to be checked"),
    "outcome_done": Wording("done", "done"),
    "outcome_arranged": Wording("arranged", "arranged"),
    "outcome_waiting": Wording("still waiting", "still waiting"),
    "outcome_not_done": Wording("not done", "not done"),
    "outcome_not_needed": Wording("no longer needed", "no longer needed"),
}
"""What is said where content has no label ``change.KEY``. ``{n}``, ``{m}``, ``{day}`` and ``{case}`` are filled in."""


def word(labels: Mapping[str, Wording], key: str, register: str, **fill: object) -> str:
    """Return a word about changes, with its places filled."""
    text = labels.get(f"change.{key}", WORDS[key]).in_register(register)
    for name, value in fill.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


@dataclass(frozen=True, slots=True)
class Told:
    """A heading with the lines under it."""

    heading: str
    lines: tuple[str, ...]


def place_line(place: Place, labels: Mapping[str, Wording], register: str) -> str:
    """Say ``visit 2 of 3 · version 1 of 2: superseded by …``; empty for a case that stands alone."""
    parts = []
    if place.visits > 1 or place.visit > 1:
        parts.append(word(labels, "visit", register, n=place.visit, m=place.visits))
    if place.of > 1:
        version = word(labels, "version", register, n=place.version, m=place.of)
        if place.superseded_by:
            version += f": {word(labels, 'superseded', register, case=place.superseded_by)}"
        elif place.in_progress:
            version += f": {word(labels, 'in_progress', register, case=place.in_progress)}"
        parts.append(version)
    return " · ".join(parts)


def outcome_text(labels: Mapping[str, Wording], made: RuleOutcome, register: str) -> str:
    """Say what became of a recommendation: ``done, 2026-03-20: no compression``."""
    said = word(labels, f"outcome_{made.outcome}", register) if f"outcome_{made.outcome}" in WORDS else made.outcome
    said = f"{said}, {made.on.replace('T', ' ')}" if made.on else said
    return f"{said}: {made.text}" if made.text else said


def told(
    found: Changes, labels: Mapping[str, Wording], register: str, *, version: int = 0, private: bool = False
) -> list[Told]:
    """Say what changed, a heading for each kind of change.

    *version*: the number of the version compared with; 0: an earlier visit. *private*: say private answers in full;
    otherwise they are only counted.
    """
    return _Teller(found, labels, register, private).tell(version)


class _Teller:
    def __init__(self, found: Changes, labels: Mapping[str, Wording], register: str, private: bool) -> None:
        self.found, self.labels, self.register, self.private = found, labels, register, private

    def say(self, key: str, **fill: object) -> str:
        return word(self.labels, key, self.register, **fill)

    def label(self, key: str) -> str:
        known = self.labels.get(key)
        return key.rpartition(".")[2].replace("_", " ") if known is None else known.in_register(self.register)

    def tell(self, version: int) -> list[Told]:
        found = self.found
        day = found.since.replace("T", " ")
        title = self.say("heading_version", n=version) if version else self.say("heading", day=day)
        if found.nothing and not found.scores:
            return [Told(title, (self.say("none"),))]
        private = [*(each.private for each in found.answers), *(each.private for each in found.scores)]
        hidden = 0 if self.private else sum(private)
        answers = [self.answer(each) for each in found.answers if self.private or not each.private]
        answers += [self.say("private", n=hidden)] if hidden else []
        urgency = []
        if found.urgency is not None:
            before, after = found.urgency
            urgency.append(f"{self.label(f'urgency.{before}')} → {self.label(f'urgency.{after}')}")
        parts: list[tuple[str, Iterable[str]]] = [
            ("urgency", urgency),
            ("raised", map(self.name, found.raised)),
            ("doubtful", map(self.name, found.doubtful)),
            ("cleared", map(self.name, found.cleared)),
            ("scores", (self.score(each) for each in found.scores if self.private or not each.private)),
            ("answers", answers),
            ("outcomes", (self.outcome(each) for each in found.outcomes)),
            ("added", map(self.rule, found.added)),
            ("changed", map(self.rule, found.changed)),
            ("withdrawn", map(self.rule, found.withdrawn)),
        ]
        lines = [(self.say(key), tuple(said)) for key, said in parts]
        return [Told(title, ()), *(Told(heading, said) for heading, said in lines if said)]

    def name(self, wording: Wording) -> str:
        return wording.in_register(self.register)

    def score(self, each: ScoreChange) -> str:
        return f"{self.name(each.name)}: {decimal_text(each.before)} → {decimal_text(each.after)}"

    def answer(self, each: AnswerChange) -> str:
        before, after = (self.say("nothing") if text is None else self.name(text) for text in (each.before, each.after))
        reason = f" ({self.say('reason')}: {self.label(f'reason.{each.because}')})" if each.because else ""
        return f"{self.name(each.name)}: {before} → {after}{reason}"

    def outcome(self, each: OutcomeSaid) -> str:
        return f"{self.name(each.title)}: {outcome_text(self.labels, each.made, self.register)}"

    def rule(self, each: RuleChange) -> str:
        before, after = (self.label(f"rule.{status}") for status in (each.before, each.after))
        shown = each.before in SHOWN_STATUSES and each.after in SHOWN_STATUSES
        if each.before == each.after or not shown:
            return self.name(each.title)
        return f"{self.name(each.title)}: {before} → {after}"


def story_told(story: Story, labels: Mapping[str, Wording], register: str, *, private: bool = False) -> list[Told]:
    """Say a story: for each state compared with, what differs."""
    return [
        each
        for version, found in story.parts
        for each in told(found, labels, register, version=version, private=private)
    ]
