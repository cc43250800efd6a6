"""Every action of the application: one table feeds what keys do, the footer, key help, the palette and the README.

It is one table, so it stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chatbot.core.keys import STATUS_KEYS
from chatbot.tui.action import Action
from chatbot.tui.in_lines import IN_LINES


def _action(id_: str, keys: str, label: str, help_: str, places: str, *, footer: bool = True) -> Action:
    return Action(id_, tuple(keys.split()), label, help_, frozenset(places.split()), IN_LINES[id_], footer)


_STATUS_HELP = {
    "unknown": "The person does not know. Kept apart from no.",
    "declined": "The person declines to answer.",
    "not_assessed": "It could not be asked or examined.",
    "cannot_apply": "It cannot apply to this person, with a reason; offered where content allows it.",
}

STATUS_ACTIONS = {f"status_{status.value}": status.value for status in STATUS_KEYS}
"""Action to the status it gives."""

ACTIONS: tuple[Action, ...] = (
    _action("acknowledge", "enter", "I have read this", "The emergency was read; the interview goes on.", "alarm"),
    _action("recap_read", "enter", "I have read this", "The recap was read; the interview goes on.", "recap"),
    _action("give_code", "enter", "confirm", "Give the end of the code that was typed.", "confirm"),
    _action("why", "w", "why", "The answers and the sources behind this.", "alarm standing"),
    _action("correct", "c", "an answer is wrong", "Correct one of the answers that raised this.", "alarm standing"),
    _action(
        "decline_help", "d", "declines help", "The person declines what to do: an informed refusal.", "alarm standing"
    ),
    _action("apply", "y enter", "correct it", "Make the correction with all it brings.", "preview"),
    _action("keep", "escape", "leave it", "Leave the answer and everything else as it is.", "preview"),
    _action("open_line", "enter", "open", "Open or close the line.", "plan"),
    _action("accept", "a", "accept", "Accept this recommendation.", "line"),
    _action("modify", "m", "modify", "Accept it changed, with a reason.", "line"),
    _action("decline", "c", "decline", "Decline it, with a coded reason.", "line"),
    _action("all_rules", "v", "all rules", "Also every rule that waits or does not apply, with the reason.", "plan"),
    _action("full_text", "x", "as text", "The whole plan as it is printed.", "plan"),
    _action("page", "p", "patient's page", "The patient's page, in plain words.", "plan"),
    _action("write", "f", "to a file", "Write the plan, or the patient's page, to a file as text.", "plan"),
    _action("copy", "y", "copy", "Give a page to the clipboard, where the settings allow it.", "plan", footer=False),
    _action("changes", "d", "what changed", "What differs from the visit or version before.", "plan"),
    _action("outcome", "o", "outcome", "Say what became of what the earlier plan asked for.", "plan"),
    _action(
        "what_if",
        "w",
        "what would change it",
        "Which other answers would change the urgency or a recommendation, and which open questions decide.",
        "plan",
    ),
    _action(
        "ask",
        "question_mark",
        "ask",
        "Ask a question about the plan: why, why not, what the sources say, what would change it.",
        "plan review",
    ),
    _action("sign", "f8", "sign", "Sign the plan: closes the case for good.", "plan"),
    _action("sign_now", "y f8", "sign", "Sign: everything that is not settled has its reason.", "sign_off"),
    _action("comment", "t", "in words", "Add words to the reason of this line.", "sign_off"),
    _action("confirm", "y", "confirm", "Yes, the unusual value is right.", "doubt"),
    _action("cancel", "escape", "change it", "Go back to the question; what was typed stays.", "doubt reasons"),
    _action("commit", "enter", "answer", "Give the answer the mark stands on, or what is typed.", "question"),
    _action("commit", "enter", "done", "Give the choices marked [x].", "several"),
    _action("commit", "enter", "as recorded", "Give the table as it stands; the rest is not recorded.", "grid"),
    _action("commit", "enter", "as it stands", "Give the items as they stand; the rest is missing.", "instrument"),
    _action("all_normal", "n", "rest normal", "Fill every cell left open as normal, and give the table.", "grid"),
    _action("commit", "enter", "take it", "Take the choice that is typed or chosen: one only.", "naming"),
    _action("commit", "enter", "save", "Give what is typed.", "typing"),
    _action("leave_field", "escape", "keys", "Leave the typed field, so that letters are keys again.", "typing"),
    _action(
        "type",
        "tab",
        "type it",
        "Type the answer: in the field, a date that is not listed, or a choice by its name.",
        "question",
    ),
    _action("still_so", "equals_sign", "still so", "Give the earlier answer again, now.", "question"),
    _action("carried", "f7", "carried", "Read and confirm what an earlier visit contributes.", "question review"),
    *(
        Action(
            f"status_{status.value}",
            (key,),
            status.value.replace("_", " "),
            _STATUS_HELP[status.value],
            frozenset({"question", "block"}),
            IN_LINES[f"status_{status.value}"],
            footer=False,
        )
        for status, key in STATUS_KEYS.items()
    ),
    _action(
        "as_before",
        "enter equals_sign",
        "rest as before",
        "All lines not marked are as before: answers of today. What is marked is asked next.",
        "recheck",
    ),
    _action("mark", "space", "changed", "Mark the line: it is otherwise now.", "recheck", footer=False),
    _action(
        "none_of_rest",
        "enter",
        "none of the rest",
        "Give the list: what is marked, and no for every other line, once every line was in sight.",
        "block",
    ),
    _action("mark_yes", "space", "yes", "Mark the line as yes, or take the mark off.", "block", footer=False),
    _action("singly", "escape q", "one by one", "Ask every question of the list by itself.", "recheck block"),
    _action(
        "all_right",
        "enter y",
        "all of it is right",
        "The answers of the safety screen were read to the person, who says that they are right.",
        "read_back",
    ),
    _action("correct", "c", "correct the line", "Answer the marked line again.", "read_back"),
    _action("not_now", "escape q", "not now", "Go on; the safety answers are read back before signing.", "read_back"),
    _action(
        "read_back",
        "ctrl+r",
        "read back",
        "Read the answers of the safety screen to the person, while that is due.",
        "question review",
    ),
    _action("back", "backspace b", "back", "The question before this one; no answer is lost.", "question review"),
    _action("go_on", "escape", "go on", "Leave this answer as it is; go to the next open question.", "question"),
    _action("later", "l", "later", "Ask this later; it stays open and shows before signing.", "question"),
    _action("why", "w", "why we ask", "Why this is asked, with its sources.", "question block"),
    _action(
        "register",
        "r",
        "plain words",
        "The same in the other wording: clinician or patient. Only words change.",
        "question review plan alarm standing recap read_back block player",
    ),
    _action(
        "source", "s", "source", "Where the next answer comes from: patient, record, examination, observer.", "question"
    ),
    _action("note", "t", "note", "Write a note beside this question.", "question review"),
    _action(
        "says",
        "slash",
        "what they say",
        "A line of what the person says, kept as a note; then the questions it may concern. It answers none of them.",
        "question review",
    ),
    _action(
        "reveal",
        "f9",
        "private answers",
        "Show the private answers among the earlier ones, or cover them again.",
        "question review typing read_back player",
        footer=False,
    ),
    _action(
        "jump",
        "j",
        "jump",
        "The review: every question with its answer, by section; go to one of them.",
        "question review",
    ),
    _action(
        "withdraw", "delete", "take back", "Take the answer back: the question is open again.", "question", footer=False
    ),
    _action(
        "decline_section",
        "D",
        "decline section",
        "The person declines this whole section: every open question in it. Each can still be answered later.",
        "question several grid typing",
        footer=False,
    ),
    _action(
        "stop_here",
        "f6",
        "stop here",
        "Issue the plan of what is there, marked incomplete; the interview can go on at any time.",
        "question several grid typing",
        footer=False,
    ),
    _action(
        "panel",
        "ctrl+n",
        "case panel",
        "Where the case stands, line by line: each opens to why it stands so.",
        "question several grid instrument typing review",
        footer=False,
    ),
    _action("open_why", "enter", "open", "Open the line: why it stands so, from which answers and sources.", "panel"),
    _action("dismiss", "escape ctrl+n", "to the question", "Back to the question as it was.", "panel"),
    _action(
        "turn",
        "ctrl+t",
        "turn the screen",
        "Show the person the question alone, in plain words; the same key turns the screen back.",
        "question several grid instrument typing",
        footer=False,
    ),
    _action(
        "everything",
        "ctrl+g",
        "all questions",
        "While an emergency stands, only what the receiving team needs is asked: go on with everything.",
        "question several grid instrument typing review",
    ),
    _action("handover", "h", "handover", "The handover, to read aloud.", "question review alarm standing plan"),
    _action("leave", "q", "leave", "Suspend the case and leave; it can be resumed.", "question review recap"),
    _action(
        "hand_over",
        "f4",
        "hand over",
        "Somebody else takes over and reads first what was done.",
        "question review",
        footer=False,
    ),
    _action("events", "f10", "who answered", "Who answered what: every event.", "question review home", footer=False),
    _action("new_case", "n", "new interview", "Begin a case.", "home"),
    _action("choose", "enter", "open", "Go on with the case under the mark; read a closed one.", "home search"),
    _action("follow_up", "f", "follow-up", "The next visit of a finished case.", "home"),
    _action("amend", "a", "amend", "A new version of a signed case.", "home"),
    _action("members", "o", "visits", "Show or hide the visits and versions of this line.", "home"),
    _action("search", "slash", "search", "Narrow the list: label, code, phase, kind, urgency.", "home"),
    _action("keep_search", "tab", "keys", "Letters are keys again; the list stays narrowed.", "search"),
    _action("clear_search", "escape", "show all", "Give the search up.", "home search"),
    _action("verify", "v", "verify", "Check the file of this case: chain, events and plans.", "home"),
    _action("next_moment", "right", "next", "The next record.", "player"),
    _action("previous_moment", "left", "before", "The record before.", "player"),
    _action("play", "space", "play", "Play on from here, or pause; long pauses are cut short.", "player"),
    _action("next_flag", "f", "red flag", "The next record in which a red flag appears.", "player"),
    _action("next_correction", "c", "correction", "The next answer that was corrected or taken back.", "player"),
    _action("next_urgency", "u", "urgency", "The next record that made the urgency another.", "player"),
    _action("plan", "p f5", "plan", "The plan as it would have been issued at this moment.", "player"),
    _action("why", "w", "why", "Why the case stood as it did at this moment, and all that changed.", "player"),
    _action("go_to", "g", "go to", "Go to a record by its number.", "player"),
    _action("next_mark", "m", "mark", "The next alarm, sitting, plan, or end of the case.", "player", footer=False),
    _action("faster", "plus equals_sign", "faster", "Play faster: 2, 5 or 20 times.", "player"),
    _action("slower", "minus", "slower", "Play slower, down to its own speed.", "player"),
    _action("first_moment", "home", "first", "The opening of the case.", "player", footer=False),
    _action("last_moment", "end", "last", "The last record.", "player", footer=False),
    _action("previous_flag", "F", "red flag before", "The last red flag before this.", "player", footer=False),
    _action(
        "previous_correction", "C", "correction before", "The last correction before this.", "player", footer=False
    ),
    _action(
        "previous_urgency", "U", "urgency before", "The last change of urgency before this.", "player", footer=False
    ),
    _action("previous_mark", "M", "mark before", "The last mark of another kind before this.", "player", footer=False),
    _action("events", "e f10", "event list", "Who answered what: every event in words.", "player", footer=False),
    _action("verify", "v", "verdict", "What verifying the file gave, and what that means.", "player", footer=False),
    _action("replay", "r", "replay", "Play a kept case like a recording, read only.", "home"),
    _action("practise", "p", "practise", "Interview a simulated patient, and read what came of it.", "home"),
    _action("tour", "g", "guided tour", "A dozen keys on a made-up case; nothing of it is kept.", "home"),
    _action("verify_all", "V", "verify all", "Check every case listed, and count the verdicts.", "home"),
    _action("actor", "f4", "who interviews", "Say who is at the keyboard.", "home"),
    _action("quit", "q", "quit", "End the program.", "home"),
    _action("role", "w", "who you are", "Say again which describes you.", "home", footer=False),
    _action("choose", "enter", "meet", "Meet the marked patient, or go on with the marked attempt.", "patients"),
    _action("generate", "f5", "a drawn one", "A patient drawn by chance, as difficult as you choose.", "patients"),
    _action("sealed", "f6", "sealed station", "A sealed station from a teacher, opened by its code.", "patients"),
    _action("progress", "f7", "progress", "What your attempts brought over time, by topic; who is due.", "patients"),
    _action("begin_talk", "enter", "begin", "Begin the interview: the time to prepare is over.", "preparing"),
    _action("unpause", "enter", "go on", "Let the time run on.", "paused"),
    _action("choose_offered", "enter", "say this", "Ask or do what the mark stands on, in your words.", "offered"),
    _action(
        "say", "enter", "choose what it means", "See what the typed line may mean; nothing is asked yet.", "station"
    ),
    _action("topics", "tab", "questions", "Every question by topic, with what was asked already.", "station"),
    _action("moves", "f4", "talk", "Introduce yourself, ask permission, ask openly, sum up.", "station"),
    _action("records", "f5", "records", "Ask for documents, or look something up in the records.", "station"),
    _action("examine", "f6", "examine", "Everything that can be examined.", "station"),
    _action("learned", "f7", "learned", "What you have learned so far, by topic.", "station paused time_up"),
    _action("to_commit", "f8", "what you make of it", "How urgent, what is likely, what to do.", "station time_up"),
    _action("hint", "f9", "hint", "What to think of here; in the guided mode.", "station"),
    _action("why_asked", "f10", "why we ask", "Why the last question is asked; in the guided mode.", "station"),
    _action("card", "ctrl+b", "the card", "The card of whoever plays the patient.", "station preparing paused"),
    _action("task", "ctrl+t", "the task", "Who this is, and what to do.", "station paused time_up", footer=False),
    _action("pause", "ctrl+g", "pause", "Stop the time.", "station", footer=False),
    _action(
        "extra_time",
        "ctrl+r",
        "extra time",
        "Give more time, with the reason; it is kept with the attempt.",
        "station paused time_up",
        footer=False,
    ),
    _action(
        "end_attempt",
        "ctrl+n",
        "end",
        "End the attempt; the debrief follows.",
        "station preparing paused time_up",
        footer=False,
    ),
    _action(
        "leave_station",
        "escape",
        "leave",
        "Clear the line; with nothing typed, leave this patient.",
        "station preparing paused time_up",
    ),
    _action("open_part", "enter", "choose", "Choose, mark or write the part the mark stands on.", "commitment"),
    _action("hand_in", "f8", "hand it in", "Hand in what you make of it, as it stands.", "commitment"),
    _action("dismiss", "escape", "to the patient", "Back to the patient; what was chosen stays.", "commitment"),
    _action("mark_it", "space", "mark", "Mark the line, or take the mark off.", "marking"),
    _action("marked", "enter escape", "done", "Take what is marked.", "marking"),
    _action("open_mark", "enter", "why", "Why the line counts, with its sources.", "debrief"),
    _action("moment", "g", "the moment", "Go to the moment of the conversation.", "debrief"),
    _action("expert", "x", "expert's path", "The expert's path beside yours.", "debrief"),
    _action("conversation", "c", "conversation", "The whole conversation.", "debrief"),
    _action("full_text", "t", "as text", "The debrief as it is written to a file.", "debrief"),
    _action("write", "f", "to a file", "Write the debrief to a file as text.", "debrief"),
    _action("choose", "enter", "choose", "Take the line the mark stands on.", "list find topics"),
    _action("change", "enter", "change", "Choose or type another value.", "settings"),
    _action("next_value", "right space", "next", "The next value.", "settings"),
    _action("previous_value", "left", "before", "The value before.", "settings", footer=False),
    _action("standard", "delete", "not chosen", "What it is while nothing is chosen.", "settings"),
    _action(
        "scope",
        "tab",
        "show others",
        "Show all questions, or those answered, put off, open, volunteered, to confirm, or that raise a red flag.",
        "list",
    ),
    _action("scope", "tab", "other part", "Questions, examination, records, or what you may say.", "topics"),
    _action("register", "f6", "other wording", "Worded for patients, or for clinicians; it is said so.", "topics"),
    _action(
        "up",
        "up",
        "up",
        "The line above.",
        "question grid naming plan home recheck read_back block sign_off station patients topics commitment marking "
        "debrief scroll",
        footer=False,
    ),
    _action(
        "down",
        "down",
        "down",
        "The line below.",
        "question grid naming plan home recheck read_back block sign_off station patients topics commitment marking "
        "debrief scroll",
        footer=False,
    ),
    _action("left", "left", "left", "The cell or grade to the left.", "question grid", footer=False),
    _action("right", "right", "right", "The cell or grade to the right.", "question grid", footer=False),
    _action("page_up", "pageup", "up", "The lines above.", "scroll", footer=False),
    _action("page_down", "pagedown", "more", "The lines below.", "scroll", footer=False),
    _action("read_on", "enter", "read on", "The next lines; a page read to its end is closed.", "unread page"),
    _action("agree", "y", "yes", "Yes to what the page asks.", "page confirm"),
    _action("disagree", "n", "no", "No to what the page asks.", "page", footer=False),
    _action("keymap", "k", "change keys", "Choose other keys for what is done.", "help"),
    _action("change_key", "enter", "change", "Then press the key that is to do this.", "keymap"),
    _action("standard_keys", "delete", "as usual", "The keys everybody begins with.", "keymap"),
    _action("retry", "enter", "try again", "Try to save it again.", "fault"),
    _action("by_hand", "c", "copy by hand", "What is not saved in words, to be written on paper.", "fault"),
    _action(
        "dismiss",
        "escape q",
        "close",
        "Back to where you were.",
        "page fault plan keymap standing sign_off settings player debrief",
    ),
    _action("dismiss", "escape", "close", "Back to where you were.", "list confirm find topics patients"),
    _action(
        "plan",
        "f5",
        "plan",
        "The plan so far; when nothing is left to ask, the plan is issued.",
        "question review typing",
    ),
    _action(
        "emergency",
        "ctrl+e",
        "the emergency",
        "Read the emergency that stands again: what to do, whom to call, the handover.",
        "anywhere",
        footer=False,
    ),
    _action("come_back", "enter ctrl+l", "come back", "Say where you were, and how long ago.", "away"),
    _action("resume", "enter escape", "go on", "Go on where you were.", "returned"),
    _action(
        "interrupt",
        "ctrl+l",
        "interruption",
        "Blank the screen at once; an emergency that was not acknowledged stays in sight.",
        "anywhere",
        footer=False,
    ),
    _action("help", "f1", "keys", "This list: every key, those that work now first.", "anywhere"),
    _action(
        "settings",
        "ctrl+o",
        "settings",
        "What you have chosen, where it is kept, and how to change it.",
        "anywhere",
        footer=False,
    ),
    _action(
        "palette",
        "ctrl+p",
        "find anything",
        "Any command that works now, question, section, recommendation or reference, by its words.",
        "anywhere",
        footer=False,
    ),
    _action("theme", "f2", "colours", "Dark, light, high contrast, or without colours.", "anywhere", footer=False),
    _action("about", "f3", "about", "Intended use, disclaimer, versions, editorial policy.", "anywhere", footer=False),
    _action(
        "stop",
        "ctrl+c ctrl+q",
        "stop",
        "Leave the program; answers are saved as they are given.",
        "anywhere",
        footer=False,
    ),
)
"""In the order in which the footer and the help screen show them."""


def working(places: Iterable[str], actions: Sequence[Action] = ACTIONS) -> list[Action]:
    """Return the actions of these places, most particular place first; a key taken by one hides it in later ones."""
    found: list[Action] = []
    taken: set[str] = set()
    ids: set[str] = set()
    for place in places:
        for action in actions:
            if place not in action.places or action.id in ids or taken & set(action.keys):
                continue
            found.append(action)
            ids.add(action.id)
        taken.update(key for action in found for key in action.keys)
    return found
