"""A small protocol with one question of every type, a recorder that is a list, and a way to run the application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from chatbot.core.commands import CORRECTION_REASONS, DECISION_REASONS, ReadBack
from chatbot.core.condition import Condition
from chatbot.core.events import CaseOpened, Event
from chatbot.core.identity import CaseIdentity, Confirmation, confirmation
from chatbot.core.phases import Phase
from chatbot.core.protocol import (
    CATEGORIES,
    Axis,
    CannotApply,
    Citation,
    Conflict,
    Finding,
    Guard,
    HandoverPart,
    Hypothesis,
    Option,
    Period,
    Protocol,
    Question,
    QuestionType,
    QuickDate,
    RedFlag,
    Reference,
    Rule,
    RuleGuard,
    RuleKind,
    SafetyNet,
    Scope,
    Section,
    Side,
    Stage,
    Wording,
)
from chatbot.core.read_back import unread
from chatbot.core.resolve import Symbols, condition
from chatbot.core.values import Source, Urgency
from chatbot.errors import FILE_TAKEN, BackstoryError, UsageError
from chatbot.interview import Interview
from chatbot.record.event_list import EventLine
from chatbot.record.standing import Standing, Verdict
from chatbot.record.subject import subject_code
from chatbot.tui.services import About, Services, Start
from tests.core.kit import shapes_of

AS_OF = "2025-11-12T10:40"

YES_NO = (Option("yes", Wording("yes", "yes")), Option("no", Wording("no", "no")))


def both(text: str, patient: str | None = None) -> Wording:
    return Wording(text, text if patient is None else patient)


def options(*ids: str) -> tuple[Option, ...]:
    return tuple(Option(each, both(each.replace("_", " "))) for each in ids)


def ask(id_: str, type_: str, text: str, section: str, **more: Any) -> Question:
    """Make a question with sensible words for everything not given."""
    given: dict[str, Any] = {
        "options": YES_NO if type_ == "yes_no" else (),
        "why": both(f"Why {id_} matters.", f"Why we ask about {id_}."),
        "cites": (Citation("ALPHA", "section 2"),),
        **more,
    }
    return Question(id_, section, QuestionType(type_), Wording(text, f"In plain words: {text}"), **given)


GRADES = tuple(Option(f"g{n}", both(f"{n} of 5"), grade=Decimal(n)) for n in range(6))

QUESTIONS = (
    ask("water", "yes_no", "Has passing water stopped?", "safety", report=both("passing water stopped"), valid_for=720),
    ask("feeling", "choice", "How does the skin feel when wiping?", "safety", report=both("feeling when wiping"),
        options=options("normal", "one_side", "both_sides", "none"),
        cannot_apply=(CannotApply("no_wiping", both("does not wipe"), ("water",)),
                      CannotApply("dressed", both("a dressing covers it"), ("water",)))),
    ask("heat", "number", "What is the temperature?", "safety", unit="C", minimum=Decimal(30), maximum=Decimal(45),
        soft_minimum=Decimal(35), soft_maximum=Decimal(40), source=Source.EXAMINATION, report=both("temperature")),
    ask("signs", "several", "Which of these are there?", "history",
        options=(*options("tingling", "burning", "cramps"), Option("none", both("none of these"), exclusive=True))),
    ask("pain", "scale", "How strong is the pain?", "history"),
    ask("began", "date", "When did it begin?", "history",
        quick=(QuickDate("today", both("today"), "P1D", "PT0S"),
               QuickDate("week", both("1 to 7 days ago"), "P7D", "P1D"))),
    ask("operated", "date", "When was the operation?", "history"),
    ask("story", "text", "What else should we know?", "history", private=True),
    ask("power", "grid", "How strong are the muscles?", "examination", options=GRADES, normal="g5",
        rows=(Axis("hip", both("bending the hip")), Axis("knee", both("stretching the knee")),
              Axis("foot", both("lifting the foot"))),
        columns=(Axis("left", both("left")), Axis("right", both("right"))), source=Source.EXAMINATION),
)  # fmt: skip


def symbols(questions: Sequence[Question] = QUESTIONS) -> Symbols:
    return Symbols(shapes_of(questions), frozenset({"numb"}), {})


def when(text: str) -> Condition:
    return condition(text, symbols())


def rule(id_: str, category: str, text: str, **more: Any) -> Rule:
    """Make a rule with sensible words for everything not given."""
    given: dict[str, Any] = {
        "kind": RuleKind.DO,
        "when": None,
        "guards": (),
        "answers": None,
        "within": "PT0S",
        "verb": "done",
        "actions": (),
        "title": both(text),
        "text": Wording(f"{text}, as the source says.", f"{text}, in plain words."),
        "strength": "strong",
        "certainty": "moderate",
        "cites": (Citation("ALPHA", "table 1"),),
        "applicability": "direct",
        "jurisdiction": "UK",
        "topic": "care",
        "review_status": "unreviewed",
        "reviewed": None,
        "review_due": "2026-12-01",
        "origin": "test",
        "verification": "verified",
        **more,
    }
    return Rule(id_, category=category, **given)


RULES = (
    rule("send", "safety", "Send to the emergency department", when=when("water is yes"), answers="blocked"),
    rule("scan", "safety", "Scan the spine", when=when("water is yes"), answers="blocked", within="PT4H",
         cites=(Citation("ALPHA"), Citation("BETA"))),
    rule("no_wait", "safety", "Wait for a routine appointment", kind=RuleKind.AVOID, when=when("water is yes"),
         answers="blocked"),
    rule("walk", "non_drug", "Keep walking", within="P7D"),
    rule("tablet", "drug", "Offer a tablet", when=when("pain >= 3"), guards=(RuleGuard("fever", None),), within="P1D",
         cites=(Citation("BETA"),)),
    rule("leaflet", "follow_up", "Give the leaflet", kind=RuleKind.NOTE, when=when("signs includes any {tingling}")),
)  # fmt: skip

STATE_LABELS: dict[str, Sequence[str]] = {
    "urgency": [each.value for each in Urgency],
    "status": "unknown declined not_assessed cannot_apply not_asked postponed not_applicable".split(),
    "source": [each.value for each in Source],
    "rule": "recommended check_first withheld pending precaution not_applicable".split(),
    "flag": "present cannot_exclude open clear".split(),
    "hypothesis": "supported open unlikely".split(),
    "category": CATEGORIES,
    "phase": [each.value for each in Phase],
    "option": ("yes", "no"),
    "reason": CORRECTION_REASONS,
    "decision": ("accept", "modify", "decline"),
    "decision_reason": DECISION_REASONS,
    "scope": ("in", "out", "unknown"),
    "verification": "verified unverified expert_opinion judgement".split(),
    "heading": (
        "urgency red_flags plan now held_back considered references conflicts hypotheses timeline safety_net "
        "open_questions handover after_emergency outside_scope intended_use disclaimer check_first because all_rules "
        "tell_them do_not cannot_exclude reassurance"
    ).split(),
}


def labels() -> dict[str, Wording]:
    """Labels that read as their keys do, with the few that are sentences."""
    found = {f"{group}.{each}": both(each.replace("_", " ")) for group, words in STATE_LABELS.items() for each in words}
    symbols_ = {"undetermined": "…", "routine": "●", "urgent": "▲", "same_day": "◆", "emergency": "██"}
    for level, symbol in symbols_.items():
        found[f"symbol.{level}"] = both(symbol)
        found[f"urgency_text.{level}"] = both(f"{level.replace('_', ' ')}: {{open}} safety questions open")
    found["status.unknown"] = both("does not know")
    found["flag.clear"] = both("clear")
    return found


def protocol(**changes: Any) -> Protocol:
    """Make the protocol; *changes* replace its parts."""
    questions = {each.id: each for each in changes.pop("questions", QUESTIONS)}
    titles = {"safety": "Bladder and saddle", "history": "History", "examination": "Examination"}
    sections = {
        name: Section(
            name,
            both(title),
            Stage(name),
            tuple(each.id for each in questions.values() if each.section == name),
            both("First the questions that cannot wait.") if name == "safety" else None,
        )
        for name, title in titles.items()
    }
    base = Protocol(
        id="kit",
        version="2026.1",
        digest="0" * 64,
        title=both("Pain after surgery"),
        intended_use=both("For trying the screens."),
        disclaimer=both("Invented content; it advises nobody."),
        content_status="draft, pending clinical review",
        last_updated="2026-01-02",
        editorial_policy=both("Written for tests."),
        scope=Scope(when("water in {yes, no}"), both("in scope"), both("outside"), both("not settled")),
        sections=sections,
        questions=questions,
        groups={},
        findings={"numb": Finding("numb", both("numb"), when("feeling in {both_sides, none}"))},
        red_flags={
            "blocked": RedFlag("blocked", both("blocked bladder"), Urgency.EMERGENCY, when("water is yes"), None,
                               Urgency.SAME_DAY, (Citation("ALPHA"),), both("Cannot pass water: needs surgeons now.")),
            "saddle": RedFlag("saddle", both("saddle"), Urgency.SAME_DAY, when("numb"), None, Urgency.SAME_DAY,
                              (Citation("ALPHA"),)),
            "fever": RedFlag("fever", both("infection"), Urgency.URGENT, when("heat >= 38"), None, Urgency.SAME_DAY,
                             (Citation("BETA"),)),
        },
        guards={"fever": Guard("fever", both("fever"), when("heat >= 38"))},
        rules={each.id: each for each in RULES},
        hypotheses={"scar": Hypothesis("scar", both("scar tissue"), (), (), both("a scan"), (Citation("BETA"),))},
        conflicts={"C1": Conflict("C1", both("Is a tablet right?"),
                                  (Side(both("Alpha says yes."), (Citation("ALPHA"),)),
                                   Side(both("Beta says no."), (Citation("BETA"),))),
                                  ("tablet",), both("This protocol offers it."))},
        references={
            "ALPHA": Reference("ALPHA", "Alpha A. On water. J Alpha 2020;1:1-2.", "guideline", "UK", 2020, "direct",
                               ("care",), "doi:1", "seen", "seen whole"),
            "BETA": Reference("BETA", "Beta B. On tablets. J Beta 2021;2:3-4.", "review", "US", 2021, "indirect",
                              ("care",), "doi:2", "from_memory", "not seen"),
        },
        timeline=(Period("now", both("Now"), 0, 0), Period("soon", both("Week 1"), 1, 7)),
        safety_net=(SafetyNet("back", both("Come back at once if"), (both("water stops"),), (Citation("ALPHA"),)),),
        reassurance=(both("No red flag was found."),),
        handover=(HandoverPart("situation", both("Situation"), None, ("water",)),
                  HandoverPart("background", both("Background"), None, ("operated",)),
                  HandoverPart("assessment", both("Assessment"), None, ("feeling",)),
                  HandoverPart("recommendation", both("Recommendation"), None, ())),
        labels=labels(),
    )  # fmt: skip
    return replace(base, **changes)


# --- a case and the application ---


class Records(list[Event]):
    """A recorder that keeps events in memory, and fails when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.fail: BackstoryError | None = None

    def append(self, events: Any) -> None:  # type: ignore[override]
        if self.fail is not None:
            raise self.fail
        self.extend(events)


def opened(**changes: Any) -> CaseOpened:
    base = CaseOpened("7F3K-0001", "clinical", AS_OF, "bed 4", "S-19", {"id": "kit", "version": "1", "digest": "0"})
    return replace(base, **changes)


def interview(content: Protocol | None = None, **header: Any) -> Interview:
    """Open a case of the kit's protocol."""
    return Interview.start(content or protocol(), Records(), opened(**header))


@dataclass(frozen=True)
class Summary:
    """A case as the home screen lists it."""

    path: str = "one"
    case: str = "7F3K-0001"
    kind: str = "clinical"
    label: str = "bed 4"
    subject: str = "S-19"
    as_of: str = AS_OF
    phase: str = "suspended"
    last: str = "2025-11-12T10:58"
    records: int = 12
    state: str = "ok"
    locked: bool = False
    amends: str = ""
    follows: str = ""
    began: str = AS_OF
    opened: str = "2025-11-12T10:40"
    attempt: str = ""


def _identity(case: Summary) -> CaseIdentity:
    return CaseIdentity(case.case, case.label, case.subject, case.kind, case.as_of, case.phase, "History")


@dataclass
class House:
    """Services in memory, with what was asked of them."""

    cases: list[Summary] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=lambda: {"role": "clinician", "actor": "AB"})
    started: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    resumed: list[Any] = field(default_factory=list)
    closed: int = 0
    refuse: BackstoryError | None = None
    opens: Callable[[], Interview] = interview
    told: list[str] = field(default_factory=list)
    key: bytes = b""
    minute: int = 0
    """What the clock shows that says how long ago something was."""
    confirmed: list[bool] = field(default_factory=list)
    events: list[EventLine] = field(default_factory=list)
    keep: Callable[[str, str], None] | None = None
    """How a setting is kept; None: in ``settings``."""
    standings: dict[Any, Standing] = field(default_factory=dict)
    looked_at: list[Any] = field(default_factory=list)
    """Cases whose standing was asked for."""
    verdicts: dict[Any, Verdict] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Pages by the name they were written under."""
    turns: dict[int, Standing] = field(default_factory=dict)
    encrypts: bool = False
    """Encryption of new cases is offered."""
    recording: Callable[[Any], Any] | None = None
    """What opens a case to be played; None: no case can be."""
    noted: list[tuple[str, Any, int]] = field(default_factory=list)
    """Openings that were noted."""
    unnoted: str = ""
    """What is said about noting them."""
    practices: Any = field(default_factory=lambda: _practices())
    """Simulated patients: ``practice_kit.Practices``."""

    def services(self) -> Services:
        content = protocol()
        about = About(
            content.title,
            content.version,
            content.intended_use,
            content.disclaimer,
            content.content_status,
            content.last_updated,
            content.editorial_policy,
        )
        return Services(
            list_cases=lambda: self.cases,
            start_case=self._start,
            resume_case=self._resume,
            close=self._close,
            plan_text=lambda interview, register: f"THE PLAN AS TEXT for {register}\nline two",
            now=lambda: AS_OF,
            clock=lambda: self.minute,
            transcripts="/srv/cases",
            protocol_about=about,
            get_setting=lambda name: self.settings.get(name, ""),
            set_setting=lambda name, value: (self.keep or self.settings.__setitem__)(name, value),
            settings_place="/srv/settings.json",
            notices=self._notices,
            look=self._look,
            who=lambda: (self.settings.get("actor", ""), self.settings.get("role", "")),
            set_who=lambda name, role: self.settings.update(actor=name, actor_role=role),
            has_key=lambda: bool(self.key),
            subject_code=lambda number: subject_code(self.key, number),
            event_lines=lambda path, register: self.events,
            standing=self._standing,
            turns=lambda path: self.turns,
            verdict=lambda path: self.verdicts.get(path, Verdict("VALID-CLOSED", (), 12, 1, "12-ABCD")),
            recording=self._recording,
            noted=self._noted,
            demonstration=lambda: interview(kind="demonstration", label="tour", subject=""),
            page_text=lambda of, page, register: f"THE {page.upper()} for {register}",
            page_place=lambda of, page: f"/home/ab/{page}.txt",
            write_page=self._write,
            encrypt=self._encrypt if self.encrypts else None,
            encryption=lambda: self.settings.get("encrypt_to", "") and f"Encrypted: {self.settings['encrypt_to']}.",
            practice=_desk_of_practice(lambda: self.practices),
        )

    def _encrypt(self, on: bool) -> str:
        if self.refuse is not None:
            raise self.refuse
        self.settings["encrypt_to"] = "age1ours" if on else "off"
        return "Keep a copy of /srv/identity.key in another place." if on else ""

    def _standing(self, path: Any) -> Standing | None:
        self.looked_at.append(path)
        return self.standings.get(path)

    def _recording(self, path: Any) -> Any:
        if self.recording is None:
            raise UsageError("the protocol of the case is not kept above it", hint="put protocols/ beside it")
        return self.recording(path)

    def _noted(self, what: str, path: Any, cases: int) -> str:
        self.noted.append((what, path, cases))
        told, self.unnoted = self.unnoted, ""
        return told

    def _write(self, text: str, typed: str, replacing: bool) -> str:
        if typed in self.files and not replacing:
            raise UsageError("a file of that name is there already", code=FILE_TAKEN)
        self.files[typed] = text
        return typed

    def _look(self, path: Any) -> Confirmation:
        if self.refuse is not None:
            raise self.refuse
        known = {each.path: _identity(each) for each in self.cases}
        return confirmation(known[path], list(known.values()))

    def _start(self, kind: str, label: str, subject: str, as_of: str | None, *, confirmed: bool = False) -> Interview:
        if self.refuse is not None:
            raise self.refuse
        self.started.append((kind, label, subject, as_of))
        self.confirmed.append(confirmed)
        return interview(kind=kind, label=label, subject=subject)

    def _resume(self, path: Any) -> Interview:
        if self.refuse is not None:
            raise self.refuse
        self.resumed.append(path)
        return self.opens()

    def _notices(self) -> list[str]:
        told, self.told = self.told, []
        return told

    def _close(self) -> None:
        self.closed += 1


def _practices() -> Any:
    from tests.tui.practice_kit import Practices

    return Practices()


def _desk_of_practice(now: Callable[[], Any]) -> Any:
    from tests.tui.practice_kit import desk

    return desk(now)


def read_back(case: Interview) -> None:
    """Read the answers of the safety screen back where that is due."""
    if unread(case.content, case.case):
        assert case.send(ReadBack()) is None


def application(
    case: Interview | None = None, house: House | None = None, register: str = "clinician", *, reads: bool = True
) -> Any:
    """Make the application, at an interview or at home. Not *reads*: what is due to be read back still is."""
    from chatbot.tui.application import Backstory

    if case is not None and reads:
        read_back(case)
    return Backstory((house or House()).services(), Start(case, register=register))


async def read_through(app: Any, pilot: Any) -> None:
    """Page through what is read back to the person and confirm it."""
    shown = app.screen
    while not shown.read:
        await pilot.press("pagedown")
    app.pressed.clear()  # as after a pause: a key held down confirms nothing
    await pilot.press("y")
    assert app.screen is not shown


async def read_choices(app: Any, pilot: Any) -> None:
    """Page through the choices of a list, or the rows of a table, until all of them have been on screen."""
    screen, many = app.screen, {QuestionType.SEVERAL, QuestionType.GRID}
    while screen.form is not None and screen.form.type in many and not screen.sight.whole:
        await pilot.press("pagedown")


def screen_text(app: Any) -> str:
    """Return what is on screen as text, row by row."""
    # The one use of a private member: Textual has no public way to read the screen.
    rows = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in rows)
