"""What an action is, and the places where one may work. The table of them is in ``actions``."""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.tui.key_names import spelled


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does in some places."""

    id: str
    """A screen carries it out in its method ``act_<id>``."""
    keys: tuple[str, ...]
    """Textual names of the keys."""
    label: str
    """Two or three words for the footer."""
    help: str
    """One sentence for the help screen."""
    places: frozenset[str]
    """Ids of ``PLACES`` in which it may work."""
    in_lines: str
    """Its command in the line mode, as ``:name``; or a sentence saying what stands there instead, or why nothing."""
    footer: bool = True
    """False: found on the help screen only."""

    @property
    def shown(self) -> str:
        """How its first key is written for people."""
        return spelled(self.keys[0])


PLACES = {
    "question": "At a question",
    "several": "Several choices",
    "grid": "A table",
    "instrument": "Items of a questionnaire",
    "naming": "When a choice is typed by its name",
    "typing": "In a typed field",
    "review": "When nothing is left to ask",
    "doubt": "When asked to confirm",
    "reasons": "When asked for a reason",
    "recheck": "A list to confirm",
    "block": "Questions read out as one list",
    "read_back": "Reading the safety answers back",
    "preview": "Before a correction",
    "alarm": "The emergency",
    "standing": "The emergency, read again",
    "plan": "The plan",
    "line": "A line of the plan",
    "panel": "The case panel",
    "sign_off": "Before signing",
    "home": "Home",
    "search": "While searching at home",
    "player": "While a case is replayed",
    "patients": "The simulated patients",
    "station": "With a simulated patient",
    "offered": "When what was typed may mean several things",
    "topics": "The list of questions",
    "preparing": "Before the interview with a simulated patient",
    "paused": "While the time is paused",
    "time_up": "When the time is up",
    "commitment": "What you make of it",
    "marking": "A list of which any number is marked",
    "debrief": "The debrief",
    "list": "A list",
    "find": "The palette",
    "help": "Key help",
    "keymap": "Where keys are changed",
    "page": "A page to read",
    "confirm": "Before a case is opened",
    "recap": "For whoever takes over",
    "fault": "When something was not saved",
    "settings": "The settings",
    "unread": "Before all of it was read",
    "away": "While the screen is blank",
    "returned": "After an interruption",
    "scroll": "Where not everything fits",
    "anywhere": "Everywhere",
}
"""Where keys work. A screen names the places that hold now; the first that knows a key decides."""
