"""What each action is in the line mode: its command, or what stands there instead.

The line mode shows nothing that is moved through, opened or closed, so what does that here has no command there. A
test holds that every action is named, every command exists, and no command of the line mode belongs to no action.
"""

from __future__ import annotations

_ENTER = "Enter at the end of a typed line does it."
_ASKED = "It asks in words, and yes is typed."
_NOTHING_MOVES = "Nothing is marked: every line is read out, and chosen by its number."
_SHELL = "A command of its own, before the interview: backstory --help."
_LISTED = "A command of its own lists the cases: backstory cases."
_KEPT = "A command of its own: backstory replay CASE --verify."
_PLAYED = "backstory replay CASE --plain takes the same as a word: help lists them."
_STATUS = "The same letter at a question, or its name after a colon."
_NOT_DRAWN = "The line mode draws nothing."
_NO_KEYS = "Commands have names there, and keys are not changed."
_LIST = "It asks for the numbers of what changed."
_MARKS = "It asks for the numbers of what is yes."
_READ = "The word read is typed."
_PRACTICE = "An option of its own: backstory practice --help."
_TALK = "A word of its own in a practice talk: help lists them."
_AT_ONCE = "It is read out whole, and the question comes back by itself."

IN_LINES: dict[str, str] = {
    # the emergency, and who takes over
    "acknowledge": _READ,
    "recap_read": _READ,
    "correct": "The letter c while an emergency is read out.",
    "decline_help": "The letter d while an emergency is read out.",
    "hand_over": ":takeover",
    # a question
    "commit": _ENTER,
    "all_normal": "Enter alone at a table without an answer.",
    "still_so": ":still",
    "carried": ":carried",
    "status_unknown": _STATUS,
    "status_declined": _STATUS,
    "status_not_assessed": _STATUS,
    "status_cannot_apply": _STATUS,
    "back": ":back",
    "go_on": "Enter alone at a question that has an answer.",
    "later": ":later",
    "why": ":why",
    "register": ":register",
    "source": ":source",
    "note": ":note",
    "reveal": ":reveal",
    "says": ":says",
    "jump": ":jump",
    "withdraw": ":withdraw",
    "decline_section": ":decline-section",
    "stop_here": ":stop",
    "type": "Every answer is typed.",
    "leave_field": "A command begins with a colon, also where an answer is typed.",
    "confirm": _ASKED,
    "agree": _ASKED,
    "disagree": _ASKED,
    "read_on": _AT_ONCE,
    "cancel": _ASKED,
    "apply": _ASKED,
    "keep": _ASKED,
    "as_before": "The sign = when the list has been read out.",
    "mark": _LIST,
    "singly": "Enter alone when the list has been read out.",
    "none_of_rest": "The numbers of what is yes, or the word none, when the list has been read out.",
    "mark_yes": _MARKS,
    "all_right": _ASKED,
    "not_now": _ASKED,
    "read_back": ":readback",
    "everything": ":everything",
    "emergency": ":emergency",
    "turn": "The plain words are read out: :register patient.",
    "panel": ":standing",
    "open_why": ":standing",
    # the plan
    "plan": ":plan",
    "all_rules": ":plan",
    "full_text": ":plan",
    "page": ":page",
    "write": ":write",
    "copy": "Escape sequences have no place there: :write makes a file of it.",
    "open_line": ":plan",
    "accept": ":decide",
    "modify": ":decide",
    "decline": ":decide",
    "changes": ":changes",
    "outcome": ":outcome",
    "what_if": ":whatif",
    "ask": ":ask",
    "sign": ":sign",
    "sign_now": _ASKED,
    "comment": "Words are asked for after the reason.",
    "handover": ":handover",
    "events": ":events",
    # home, before a case is open
    "new_case": _SHELL,
    "follow_up": _SHELL,
    "amend": _SHELL,
    "members": _SHELL,
    "actor": _SHELL,
    "role": _SHELL,
    "practise": "A command of its own: backstory practice --plain.",
    "search": _LISTED,
    "keep_search": _LISTED,
    "clear_search": _LISTED,
    "verify": _KEPT,
    "verify_all": _KEPT,
    "replay": "A command of its own: backstory replay CASE --plain.",
    "tour": "It is a tour of the screen; :help lists every command.",
    "quit": ":quit",
    "give_code": "The end of the code is typed before the case is opened.",
    # a case that is replayed
    **dict.fromkeys(
        (
            *("next_moment", "previous_moment", "first_moment", "last_moment", "play", "go_to"),
            *("next_flag", "previous_flag", "next_correction", "previous_correction"),
            *("next_urgency", "previous_urgency", "next_mark", "previous_mark"),
        ),
        _PLAYED,
    ),
    "faster": "It is read at the speed of whoever reads; pauses are said in words.",
    "slower": "It is read at the speed of whoever reads; pauses are said in words.",
    # simulated patients
    **dict.fromkeys(("generate", "sealed", "progress"), _PRACTICE),
    **dict.fromkeys(
        (
            *("begin_talk", "unpause", "choose_offered", "say", "topics", "moves", "records", "examine", "learned"),
            *("to_commit", "hint", "why_asked", "card", "task", "pause", "extra_time", "end_attempt", "leave_station"),
        ),
        _TALK,
    ),
    **dict.fromkeys(("open_part", "hand_in", "mark_it", "marked"), "What you make of it is asked part by part."),
    **dict.fromkeys(("open_mark", "moment", "expert", "conversation"), "The debrief is read out whole."),
    # everywhere
    "help": ":help",
    "settings": ":settings",
    "change": ":settings",
    "next_value": ":settings",
    "previous_value": ":settings",
    "standard": ":settings",
    "palette": ":find",
    "about": ":about",
    "keymap": _NO_KEYS,
    "change_key": _NO_KEYS,
    "standard_keys": _NO_KEYS,
    "interrupt": _NOT_DRAWN,
    "come_back": _NOT_DRAWN,
    "resume": _NOT_DRAWN,
    "leave": ":quit",
    "stop": ":quit",
    "theme": _NOT_DRAWN,
    "dismiss": _AT_ONCE,
    "retry": "What is not saved is said, and Enter tries again.",
    "by_hand": "Where something is not saved, copy shows it in words.",
    "choose": _NOTHING_MOVES,
    "scope": _NOTHING_MOVES,
    "up": _NOTHING_MOVES,
    "down": _NOTHING_MOVES,
    "left": _NOTHING_MOVES,
    "right": _NOTHING_MOVES,
    "page_up": _NOT_DRAWN,
    "page_down": _NOT_DRAWN,
}
"""Id of an action to ``:name`` of its command, or to a sentence."""

ONLY_IN_LINES: dict[str, str] = {
    "again": "The question stays on screen.",
    "who": "It stands at the top of every screen.",
}
"""Command of the line mode that is no action here, and why."""
