"""Every action of the registry once: how to get to where it works, and what is so after its key was pressed.

The key itself comes from the registry. Steps of one scene follow each other in one run of the application.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chatbot.core import commands as cmd
from chatbot.core.protocol import RecheckBlock
from chatbot.desk import Desk
from chatbot.errors import StorageError
from chatbot.interview import Interview
from chatbot.record.host import FixedHost
from chatbot.tui.application import Backstory
from chatbot.tui.form import Mode
from chatbot.tui.services import Start
from chatbot.tui.start import services_of
from tests.core.test_blocks import before_the_block, content
from tests.core.test_read_back import REST, SAFE, after
from tests.recorded import recording
from tests.tui import kit
from tests.tui.kit import House, Records, Summary, screen_text
from tests.tui.test_alarm_screen import AT_HAND
from tests.tui.test_instruments import at as at_instrument
from tests.tui.test_interview_screen import at
from tests.tui.test_visits import CONTENT, signed

Check = Callable[[Any], object]


@dataclass(frozen=True)
class Step:
    """One action at one place."""

    action: str
    place: str
    before: str
    """Keys that lead there, with spaces between them."""
    then: Check
    """What must be true of the application afterwards."""


@dataclass(frozen=True)
class Scene:
    """Steps that follow each other, and where they begin."""

    name: str
    app: Callable[[Path], Any]
    """Given a folder of its own."""
    steps: tuple[Step, ...]
    size: tuple[int, int] = (80, 24)


# --- what is so afterwards ---


def screen(name: str) -> Check:
    return lambda app: type(app.screen).__name__ == name


def says(*texts: str) -> Check:
    return lambda app: all(text in screen_text(app) for text in texts)


def asks(question: str) -> Check:
    return lambda app: app.screen.form.view.id == question


def mode(wanted: Mode) -> Check:
    return lambda app: app.screen.form.mode is wanted


def answered(question: str, value: object) -> Check:
    def holds(app: Any) -> bool:
        answer = app.session.interview.case.answers[question]
        return (answer.status.value if answer.value is None else answer.value) == value

    return holds


def recorded(event: str) -> Check:
    return lambda app: event in [each.type for each in app.session.interview.events]


def recorded_in_practice(event: str) -> Check:
    return lambda app: event in [each.type for each in app.session.practising.events]


def met(of: str) -> Check:
    return lambda app: bool(app.session.practising.attempt.turns[-1].of == of)


def chosen(name: str, value: str) -> Check:
    return lambda app: app.session.services.get_setting(name) == value


def ended(code: int) -> Check:
    return lambda app: app.return_code == code


# --- where scenes begin ---


def gone_back() -> Interview:
    """A case that stands at an answered question, with more answered after it."""
    case = at("signs")
    assert case.send(cmd.Show("feeling")) is None
    return case


def finished(**answers: Any) -> Interview:
    """A case with nothing left to ask, and its plan issued."""
    case = at("", **answers)
    assert case.send(cmd.IssuePlan()) is None
    return case


def unsettled() -> Interview:
    """A finished case in which a safety question has no clear answer."""
    case = after({**SAFE, "heat": "?unknown", **REST})
    assert case.send(cmd.IssuePlan()) is None
    return case


def aged() -> Interview:
    """A case resumed when an answer no longer counts."""
    case = at("feeling")
    short = [replace(each, valid_for=1) if each.id == "water" else each for each in kit.QUESTIONS]
    content = kit.protocol(questions=short)
    return Interview.resume(content, Records(), case.events, "2025-11-14T10:40")


def taken_over() -> Interview:
    case = at("signs")
    kit.read_back(case)
    assert case.send(cmd.ChangeActor("CD", "nurse")) is None
    return case


def emergency() -> Interview:
    case = kit.interview(kit.protocol(emergency=AT_HAND))
    assert case.send(cmd.GiveAnswer("water", value="yes")) is None
    return case


def safe(_: Path) -> Any:
    """A case whose safety screen is answered and not read back."""
    return kit.application(after(SAFE), reads=False)


def failing() -> Interview:
    """A case that cannot be saved."""
    case = kit.interview()
    records = case.recorder
    assert isinstance(records, Records)
    records.fail = StorageError("the disk is full", code="F001", hint="free some space")
    return case


def home(*cases: Summary) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        house = House(cases=list(cases), recording=lambda path: recording(folder))
        services = replace(
            house.services(), follow_up=lambda path: kit.interview(), amend=lambda path: kit.interview(), read_plan=plan
        )
        return Backstory(services, Start())

    return make


def played(folder: Path) -> Any:
    """A kept case that is played."""
    return Backstory(House().services(), Start(replay=recording(folder)))


def at_record(number: int) -> Check:
    return lambda app: app.screen.moment_shown.number == number


def plan(path: Any, register: str) -> str:
    return f"THE SIGNED PLAN of {path}"


def on(case: Callable[[], Interview]) -> Callable[[Path], Any]:
    return lambda _: kit.application(case())


def second_visit(folder: Path) -> Any:
    """The next visit of a signed case: answers are carried, and a list waits to be confirmed."""
    at = Desk(folder, lambda: FOLLOWED, FixedHost(seed=1))
    interview = at.follow_up(signed(folder), as_of="2025-11-26T10:40")
    services = replace(services_of(at, FOLLOWED, None), get_setting=lambda name: "clinician" if name == "role" else "")
    return Backstory(services, Start(interview))


LIST = RecheckBlock("same", kit.both("Is all of this as before?"), ("water", "feeling", "signs", "pain"))
FOLLOWED = replace(CONTENT, recheck=(LIST,))
"""What a second visit asks; the first was asked the same without the list."""

SIGNED = Summary(path="one", case="AAAA0001", phase="signed")
AMENDED = Summary(path="two", case="AAAA0002", phase="signed", amends="AAAA0001", opened="2025-11-13T10:40")

ASK = "InterviewScreen"

SCENES = (
    Scene("a question", on(lambda: at("feeling")), (
        Step("why", "question", "", says("Why feeling matters.")),
        Step("dismiss", "page", "", screen(ASK)),
        Step("register", "question", "", says("In plain words: How does the skin feel")),
        Step("source", "question", "", lambda app: app.screen.form.source is not None),
        Step("note", "question", "", screen("Prompt")),
        Step("commit", "typing", "h i", recorded("note.added")),
        Step("says", "question", "", says("What they say")),
        Step("handover", "question", "escape", says("Situation")),
        Step("events", "question", "escape", says("There is nothing in this case yet.")),
        Step("reveal", "question", "escape", lambda app: app.screen.revealed),
        Step("hand_over", "question", "", says("Who takes over?")),
        Step("plan", "question", "escape", screen("PlanScreen")),
        Step("status_cannot_apply", "question", "escape", mode(Mode.REASONS)),
        Step("cancel", "reasons", "", mode(Mode.KEYS)),
        Step("down", "question", "", lambda app: app.screen.form.caret == 0),
        Step("commit", "question", "", answered("feeling", "normal")),
        Step("commit", "naming", "backspace tab n o r m", screen(ASK)),
        Step("status_unknown", "question", "", answered("heat", "unknown")),
        Step("later", "question", "escape", lambda app: "signs" in app.session.interview.case.postponed),
        Step("status_not_assessed", "question", "", answered("pain", "not_assessed")),
        Step("status_declined", "question", "", answered("began", "declined")),
        Step("type", "question", "escape", mode(Mode.TYPING)),
        Step("panel", "typing", "", screen("PanelScreen")),
        Step("open_why", "panel", "down", screen("Page")),
        Step("dismiss", "panel", "escape", screen(ASK)),
        Step("turn", "typing", "", screen("Turned")),
        Step("interrupt", "anywhere", "", screen("Away")),
        Step("come_back", "away", "", lambda app: app.screen.back),
        Step("resume", "returned", "", screen("Turned")),
    )),
    Scene("a question that has its answer", on(gone_back), (
        Step("back", "question", "", asks("water")),
        Step("go_on", "question", "", asks("signs")),
        Step("jump", "question", "", screen("Jump")),
        Step("scope", "list", "", says("[answered")),
        Step("choose", "list", "", asks("water")),
        Step("withdraw", "question", "", screen("Preview")),
        Step("leave", "question", "escape", ended(0)),
    )),
    Scene("an answer that is too old", on(aged), (
        Step("still_so", "question", "", lambda app: not app.screen.view.question.expired),
    )),
    Scene("a value that is unusual, and one that is typed", on(lambda: at("heat")), (
        Step("confirm", "doubt", "4 3 enter", answered("heat", 43)),
        Step("commit", "several", "escape 1", answered("signs", ("tingling",))),
        Step("commit", "question", "right", answered("pain", 0)),
        Step("leave_field", "typing", "tab 2", mode(Mode.KEYS)),
        Step("decline_section", "question", "", recorded("answer.given")),
        Step("right", "grid", "", lambda app: app.screen.form.column == 1),
        Step("left", "grid", "", lambda app: app.screen.form.column == 0),
        Step("commit", "grid", "5", lambda app: "power" in app.session.interview.case.answers),
    )),
    Scene("reading the safety answers back", safe, (
        Step("not_now", "read_back", "", screen(ASK)),
        Step("read_back", "question", "", screen("ReadBackScreen")),
        Step("correct", "read_back", "down", screen("Correct")),
        Step("all_right", "read_back", "escape", recorded("safety.read_back")),
    )),
    Scene("a table", on(lambda: at("power")), (
        Step("stop_here", "grid", "", recorded("plan.issued")),
        Step("all_normal", "grid", "escape", lambda app: "power" in app.session.interview.case.answers),
    )),
    Scene("a questionnaire", on(lambda: at_instrument("worry_long")), (
        Step("commit", "instrument", "1", lambda app: "worry_long" in app.session.interview.case.answers),
    )),
    Scene("a correction", on(gone_back), (
        Step("keep", "preview", "3", answered("feeling", "normal")),
        Step("apply", "preview", "3", answered("feeling", "both_sides")),
    )),
    Scene("the emergency", on(emergency), (
        Step("read_on", "unread", "", lambda app: app.screen.top > 0),
        Step("page_up", "scroll", "", lambda app: app.screen.top == 0),
        Step("page_down", "scroll", "", lambda app: app.screen.top > 0),
        Step("up", "scroll", "", lambda app: app.screen.top < app.screen.length),
        Step("why", "alarm", "pagedown pagedown pagedown", says("Alpha A. On water.")),
        Step("handover", "alarm", "escape", says("Cannot pass water")),
        Step("decline_help", "alarm", "escape", screen("Choose")),
        Step("correct", "alarm", "escape", says("Which answer is wrong?")),
        Step("dismiss", "list", "", screen("AlarmScreen")),
        Step("acknowledge", "alarm", "pagedown pagedown pagedown", recorded("alarm.acknowledged")),
        Step("everything", "question", "", recorded("interview.widened")),
        Step("emergency", "anywhere", "", screen("AlarmScreen")),
        Step("dismiss", "standing", "", screen(ASK)),
    ), size=(40, 15)),
    Scene("the plan", on(lambda: finished(signs=["tingling"])), (
        Step("plan", "review", "", screen("PlanScreen")),
        Step("down", "plan", "", lambda app: app.screen.caret),
        Step("open_line", "plan", "", lambda app: app.screen.opened),
        Step("accept", "line", "", recorded("plan.decided")),
        Step("modify", "line", "", screen("Choose")),
        Step("decline", "line", "escape", screen("Choose")),
        Step("all_rules", "plan", "escape", lambda app: app.screen.all_rules),
        Step("full_text", "plan", "", says("THE PLAN AS TEXT")),
        Step("read_on", "page", "", screen("PlanScreen")),
        Step("what_if", "plan", "", screen("Page")),
        Step("page", "plan", "escape", screen("Page")),
        Step("write", "plan", "escape", screen("Choose")),
        Step("copy", "plan", "escape", says("What is copied?")),
        Step("ask", "plan", "escape", says("Ask about the plan")),
        Step("sign", "plan", "escape", says("Signing closes the case for good.")),
        Step("sign_now", "sign_off", "", recorded("case.signed")),
        Step("dismiss", "plan", "", screen(ASK)),
    )),
    Scene("signing with a question that is not settled", on(unsettled), (
        Step("comment", "sign_off", "f5 f8 1", screen("Prompt")),
    )),
    Scene("a second visit", second_visit, (
        Step("disagree", "page", "", lambda app: app.screen.view.carried),
        Step("carried", "question", "", says("Carried answers to be confirmed")),
        Step("agree", "page", "", lambda app: not app.session.interview.view().carried),
        Step("mark", "recheck", "down down", lambda app: len(app.screen.changed) == 1),
        Step("as_before", "recheck", "", lambda app: "water" in app.session.interview.case.answers),
        Step("changes", "plan", "escape f5", says("What changed")),
        Step("outcome", "plan", "escape", says("What became of which recommendation?")),
    )),
    Scene("a list, one by one", second_visit, (
        Step("singly", "recheck", "y", asks("water")),
    )),
    Scene("whoever takes over", on(taken_over), (
        Step("recap_read", "recap", "pagedown pagedown", recorded("recap.read")),
    )),
    Scene("what was not saved", on(failing), (
        Step("by_hand", "fault", "2", says("To be copied by hand")),
        Step("retry", "fault", "escape", says("NOT SAVED")),
        Step("dismiss", "fault", "", asks("water")),
    )),
    Scene("home", home(SIGNED, AMENDED), (
        Step("members", "home", "", says("AAAA0001 · visit 1, version 1")),
        Step("actor", "home", "", says("Who interviews?")),
        Step("role", "home", "escape", says("Which describes you?")),
        Step("new_case", "home", "escape", says("Label")),
        Step("choose", "home", "escape", says("THE SIGNED PLAN of two")),
        Step("follow_up", "home", "escape", says("A new visit")),
        Step("amend", "home", "escape", says("A new version")),
        Step("search", "home", "escape", lambda app: "search" in app.screen.places()),
        Step("keep_search", "search", "b e d", lambda app: "search" not in app.screen.places()),
        Step("clear_search", "home", "", lambda app: app.screen.filter == ""),
        Step("verify", "home", "", says("VALID-CLOSED")),
        Step("verify_all", "home", "escape", says("cases verified.")),
        Step("events", "home", "escape", screen("Page")),
        Step("replay", "home", "escape", screen("PlayerScreen")),
        Step("dismiss", "player", "", screen("Home")),
        Step("practise", "home", "", screen("Patients")),
        Step("quit", "home", "escape", ended(0)),
    )),
    Scene("the simulated patients", home(), (
        Step("generate", "patients", "p", says("How difficult?")),
        Step("sealed", "patients", "escape", says("A sealed station")),
        Step("progress", "patients", "escape", screen("ProgressScreen")),
        Step("down", "patients", "escape", lambda app: app.screen.caret == 1),
        Step("up", "patients", "", lambda app: app.screen.caret == 0),
        Step("choose", "patients", "down", says("A man of 51. How?")),
        Step("dismiss", "patients", "escape", screen("Home")),
    )),
    Scene("a simulated patient", home(), (
        Step("topics", "station", "p down enter 1", screen("Topics")),
        Step("scope", "topics", "", lambda app: app.screen.scope == "examine"),
        Step("register", "topics", "", lambda app: app.screen.register == "clinician"),
        Step("choose", "topics", "", met("heat")),
        Step("moves", "station", "", screen("Topics")),
        Step("dismiss", "topics", "", screen("StationScreen")),
        Step("records", "station", "", says("Letter of the family doctor")),
        Step("examine", "station", "escape", says("[examine]")),
        Step("learned", "station", "escape", says("temperature")),
        Step("hint", "station", "escape", says("A hint")),
        Step("why_asked", "station", "escape", screen("Page")),
        Step("task", "station", "escape", says("The task")),
        Step("say", "station", "escape w a t e r", lambda app: app.screen.caret == 0),
        Step("choose_offered", "offered", "", met("water")),
        Step("to_commit", "station", "", screen("CommitScreen")),
        Step("down", "commitment", "", lambda app: app.screen.caret == 1),
        Step("open_part", "commitment", "", screen("Choose")),
        Step("mark_it", "marking", "1 enter", lambda app: app.screen.marked == {"scar"}),
        Step("marked", "marking", "", lambda app: app.session.commitment.likely == ("scar",)),
        Step("hand_in", "commitment", "1 1", recorded_in_practice("practice.committed")),
        Step("dismiss", "commitment", "3", screen("StationScreen")),
        Step("end_attempt", "station", "", says("End the attempt?")),
        Step("leave_station", "station", "n", says("Leave this patient?")),
        Step("open_mark", "debrief", "3 y", lambda app: app.screen.opened),
        Step("moment", "debrief", "", screen("Conversation")),
        Step("conversation", "debrief", "escape", screen("Conversation")),
        Step("expert", "debrief", "escape", says("THE EXPERT")),
        Step("full_text", "debrief", "escape", says("THE DEBRIEF AS TEXT")),
        Step("write", "debrief", "escape", screen("Prompt")),
        Step("dismiss", "debrief", "escape", screen("Patients")),
    )),
    Scene("a station against the clock", home(), (
        Step("begin_talk", "preparing", "p down enter 3", recorded_in_practice("practice.time")),
        Step("pause", "station", "", says("Paused")),
        Step("unpause", "paused", "", lambda app: app.screen.talking),
        Step("extra_time", "station", "", says("How many minutes more?")),
    )),
    Scene("two persons", home(), (
        Step("card", "station", "p down enter 4", says("must not see it")),
    )),
    Scene("a case that is replayed", played, (
        Step("next_moment", "player", "", at_record(1)),
        Step("last_moment", "player", "", at_record(33)),
        Step("previous_moment", "player", "", at_record(32)),
        Step("first_moment", "player", "", at_record(0)),
        Step("next_flag", "player", "", at_record(3)),
        Step("next_correction", "player", "", at_record(7)),
        Step("next_urgency", "player", "", at_record(9)),
        Step("next_mark", "player", "", at_record(12)),
        Step("previous_correction", "player", "", at_record(7)),
        Step("previous_urgency", "player", "", at_record(3)),
        Step("previous_mark", "player", "", at_record(0)),
        Step("previous_flag", "player", "end", at_record(9)),
        Step("faster", "player", "", lambda app: app.screen.rate == 1),
        Step("slower", "player", "", lambda app: app.screen.rate == 0),
        Step("play", "player", "", lambda app: app.screen.playing),
        Step("reveal", "player", "", lambda app: app.screen.revealed),
        Step("register", "player", "", lambda app: app.session.register == "patient"),
        Step("plan", "player", "", says("The plan as it was at record")),
        Step("why", "player", "escape", says("Why it stood so at record")),
        Step("events", "player", "escape", says("Who answered what")),
        Step("verify", "player", "escape", says("VALID-CLOSED")),
        Step("go_to", "player", "escape", says("Go to record")),
        Step("dismiss", "player", "escape", ended(0)),
    )),
    Scene("the tour", home(), (
        Step("tour", "home", "", says("TOUR 1/")),
    )),
    Scene("a case to be confirmed", home(Summary()), (
        Step("agree", "confirm", "enter", asks("water")),
    )),
    Scene("two cases that are easily confused", home(
        Summary(path="three", case="K7M20AXQ", label="AB bed 3", subject="2222-3333-4XYZ"),
        Summary(path="eight", case="K7M20AXR", label="AB bed 8", subject="5555-6666-7QRS"),
    ), (
        Step("give_code", "confirm", "enter x", says("Nothing was opened.")),
    )),
    Scene("the settings", home(), (
        Step("settings", "anywhere", "", says("Who you are")),
        Step("next_value", "settings", "", chosen("role", "trainee")),
        Step("previous_value", "settings", "", chosen("role", "clinician")),
        Step("change", "settings", "", screen("Choose")),
        Step("standard", "settings", "escape", chosen("role", "")),
    )),
    Scene("a list of questions", on(lambda: before_the_block(content(5))), (
        Step("mark_yes", "block", "down", says("[yes]")),
        Step("none_of_rest", "block", "", screen(ASK)),
    )),
    Scene("everywhere", on(lambda: at("feeling")), (
        Step("help", "anywhere", "", screen("KeyHelp")),
        Step("keymap", "help", "", screen("KeymapScreen")),
        Step("change_key", "keymap", "down", lambda app: app.screen.asking),
        Step("standard_keys", "keymap", "f12", lambda app: app.keys_chosen == {}),
        Step("palette", "anywhere", "escape escape", screen("Palette")),
        Step("theme", "anywhere", "escape", lambda app: app.look != "dark"),
        Step("about", "anywhere", "", says("Disclaimer")),
        Step("stop", "anywhere", "escape", says("Leave the program")),
    )),
)  # fmt: skip
