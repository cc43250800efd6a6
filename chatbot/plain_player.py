"""The player, line by line: for screen readers, braille, pipes and dumb terminals. Reads only.

It only ever writes whole lines. Reading and writing are given to ``run``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.core.playback import MARKS
from chatbot.core.present import present
from chatbot.core.taint import taint
from chatbot.core.text import wrap
from chatbot.core.view import COVERED
from chatbot.export.moments import MARK_NAMES, MARK_WORDS, changed_lines, marked, when
from chatbot.export.pages import whose
from chatbot.export.standing import Standing, ahead, progress
from chatbot.export.text import blocks_text, plan_text, safe
from chatbot.record.recording import Recording

HELP = (
    ("next, or Enter alone", "the next record"),
    ("back", "the record before"),
    ("first, last", "the opening; the last record"),
    ("goto N", "a record by its number"),
    ("flag, correction, urgency, mark", "the next of its kind; with back after it the one before"),
    ("play", "every record from here on, pauses left out"),
    ("state", "where the case stood, with why"),
    ("answers", "what was answered so far, the latest first"),
    ("plan", "the plan as it would have been issued"),
    ("marks", "where what can be jumped to is"),
    ("register", "the other wording, clinician or patient"),
    ("private", "show private answers, or cover them again"),
    ("quit", "leave; so does the end of input"),
)

_KINDS = {
    "flag": ("flag",),
    "correction": ("correction",),
    "urgency": ("urgency",),
    "mark": tuple(name for name in MARKS if name not in {"flag", "correction", "urgency"}),
}


def run(
    recording: Recording,
    *,
    read: Callable[[str], str | None],
    write: Callable[[str], None],
    register: str = "clinician",
    at: int = 0,
    private: bool = False,
    width: int = 80,
    encoding: str = "utf-8",
    head: Sequence[str] = (),
) -> None:
    """Play a case until it is left or there is no more input. *head*: what is said first; *at*: the first record."""
    _Player(recording, read, write, register, private, width, encoding).run(head, at)


@dataclass
class _Player:
    recording: Recording
    read: Callable[[str], str | None]
    write: Callable[[str], None]
    register: str
    private: bool
    width: int
    encoding: str
    index: int = 0

    def put(self, text: str, first: str = "") -> None:
        for line in wrap(safe(text, self.encoding), self.width, " " * len(first), first):
            self.write(line)

    def run(self, head: Sequence[str], at: int) -> None:
        for each in head:
            self.put(each)
        self.playback = self.recording.playback
        self.index = self.playback.index_of(at)
        self.show()
        while True:
            typed = self.read("replay> ")
            if typed is None:
                return
            words = typed.strip().lstrip(":").casefold().split()
            command = words[0] if words else "next"
            if command in {"quit", "q", "exit"}:
                return
            self.do(command, words[1:])

    def do(self, command: str, rest: Sequence[str]) -> None:
        """Carry out one command."""
        last = len(self.playback) - 1
        match command:
            case "next" | "n":
                self.step(self.index + 1)
            case "back" | "b":
                self.step(self.index - 1)
            case "first":
                self.go(0)
            case "last":
                self.go(last)
            case "flag" | "correction" | "urgency" | "mark":
                self.jump(command, back="back" in rest)
            case "goto" | "go":
                self.go_to(rest)
            case "play":
                self.play()
            case "state" | "why":
                self.state()
            case "answers":
                self.answers()
            case "plan":
                self.plan()
            case "marks":
                self.marks()
            case "register":
                self.register = "patient" if self.register == "clinician" else "clinician"
                self.show()
            case "private":
                self.private = not self.private
                self.show()
            case "help" | "?":
                for name, what in HELP:
                    self.put(f"{name}: {what}", "  ")
            case _:
                self.put(f"there is no command {command!r}; help lists them")

    # --- moving ---

    def step(self, index: int) -> None:
        if index < 0:
            self.put("this is the first record")
        elif index >= len(self.playback):
            self.end()
        else:
            self.go(index)

    def go(self, index: int) -> None:
        self.index = self.playback.seek(index)
        self.show()

    def go_to(self, rest: Sequence[str]) -> None:
        highest = self.recording.records[len(self.playback) - 1].seq
        typed = rest[0] if rest else ""
        if typed.isascii() and typed.isdigit() and int(typed) <= highest:
            self.go(self.playback.index_of(int(typed)))
        else:
            self.put(f"say which record: goto with a number from 0 to {highest}")

    def jump(self, command: str, *, back: bool) -> None:
        names = _KINDS[command]
        found = self.playback.previous(names, self.index) if back else self.playback.next(names, self.index)
        if found is None:
            what = " or ".join(MARK_WORDS[name] for name in names)
            self.put(f"no {'earlier' if back else 'later'} record: {what}")
        else:
            self.go(found)

    def play(self) -> None:
        while self.index + 1 < len(self.playback):
            before = self.index
            self.go(self.index + 1)
            if self.index == before:
                break
        self.end()

    # --- saying ---

    def show(self) -> None:
        """Say what happened at this record, and what it changed."""
        moment = self.playback.moment(self.index)
        event = self.recording.lines(self.register, private=self.private)[self.index]
        last = self.recording.records[-1].seq
        self.put(f"record {moment.number} of {last} · {when(moment)}")
        self.put(f"{event.who}: {event.text}", "  ")
        if moment.marks:
            self.put(marked(moment.marks), "  * ")
        changed = self.playback.changed(self.index)
        for each in changed_lines(self.recording.protocol, changed, self.register, revealed=self.private):
            self.put(each.text, f"  {safe(each.sign, self.encoding)} ")
        if self.index == len(self.playback) - 1:
            self.end()

    def end(self) -> None:
        problem = self.recording.problem
        self.put(f"the recording ends here, because of damage: {problem}" if problem else "end of the recording")

    def state(self) -> None:
        state = self.playback.state(self.index)
        view = present(self.recording.protocol, state.case, self.register)
        told = Standing(self.recording.protocol, state.case, view, register=self.register, revealed=self.private)
        self.put(f"phase: {told.label(f'phase.{view.phase}')}; {len(state.unresolved)} questions without an answer")
        asked, settled = ("yes" if each else "no" for each in (state.safety_asked, state.safety_resolved))
        self.put(f"safety questions all asked: {asked}; all settled: {settled}")
        self.put(f"{progress(view)} answered; {ahead(view)}")
        for name, _ in told.lines():
            if name == "urgency" or name.startswith("flag:"):
                for line in blocks_text(told.why(name), width=self.width).splitlines():
                    self.put(line) if line else self.write("")

    def answers(self) -> None:
        case = self.playback.case(self.index)
        covered = frozenset() if self.private else taint(self.recording.protocol).questions
        view = present(self.recording.protocol, case, self.register)
        found = {each.id: each for each in view.answered if each.applies}
        for key in reversed([key for key in case.answers if key in found]):
            self.put(f"{found[key].text} {COVERED if key in covered else found[key].answer}", "  ")
        if not found:
            self.put("nothing was answered yet")

    def plan(self) -> None:
        state = self.playback.state(self.index)
        self.put("The plan as it was at this record. Questions not asked by then count as unknown.")
        text = plan_text(
            state.plan(),
            self.recording.protocol.labels,
            width=self.width,
            register=self.register,
            case=whose(state.case),
            decisions=state.case.decisions,
            left_open=state.case.left_open,
        )
        for line in text.splitlines():
            self.write(safe(line, self.encoding))

    def marks(self) -> None:
        self.playback.scan()
        for name in MARKS:
            found = [str(self.recording.records[at].seq) for at in self.playback.marks(name)]
            self.put(f"{MARK_NAMES[name][1]}: {', '.join(found) or 'none'}", "  ")
