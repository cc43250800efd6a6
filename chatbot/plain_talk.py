"""Talking with a simulated patient in the line mode: lines in and out, what a line may mean, the clock of the station.

Nothing is asked before it was chosen by its number, and nothing is told of how well it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatbot.core.events import Event
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.attempt import Turn
from chatbot.core.practice.clock import MINUTE, Spent
from chatbot.core.practice.station import Document
from chatbot.core.practice.suggest import Suggestion
from chatbot.core.text import wrap
from chatbot.errors import BackstoryError
from chatbot.export.practice_cards import MARK
from chatbot.export.text import encodable, safe
from chatbot.plain_shell import Ended, Terminal
from chatbot.practising import Practising
from chatbot.saving import NOT_YET, NOTHING_ELSE

OFFERED = 3
"""Suggestions offered for one line."""

MODE_WORDS = {
    "guided": "guided: :hint says what to think of, :why says why the last question is asked",
    "practice": "practice: what came of it is told at the end",
    "examination": "examination: no hints; what came of it is told at the end",
    "two_person": "two persons: one plays the patient from the card, and what is asked is recorded here",
}

TOLD_AT = (5, 1)
"""Minutes before the end at which the time left is told by itself."""


class Talk:
    """One attempt being worked on, line by line."""

    def __init__(
        self,
        practising: Practising,
        terminal: Terminal,
        spent: Callable[[], Spent],
        debrief: Callable[[int], str],
        notices: Callable[[], Sequence[str]],
    ) -> None:
        self.practising, self.spent, self.debrief, self.notices = practising, spent, debrief, notices
        self.station, self.protocol = practising.station, practising.protocol
        self._read, self._write = terminal.read, terminal.write
        self.width, self.encoding = terminal.width, terminal.encoding
        self.reads_debrief = True
        self.told_left: set[int] = set()
        """Minutes left that were told."""

    # --- reading and writing ---

    def put(self, text: str, first: str = "") -> None:
        for line in wrap(safe(text, self.encoding), self.width, " " * len(first), first):
            self._write(line)

    def ask(self, prompt: str) -> str:
        line = self._read(safe(prompt, self.encoding) + " ")
        if line is None:
            raise Ended
        return line.strip()

    def agreed(self, prompt: str) -> bool:
        return self.ask(f"{prompt} Type yes, or Enter for no:").casefold() in {"y", "yes"}

    def pick(self, choices: Sequence[str], prompt: str = "number, or Enter for none:") -> int | None:
        """Let one of several be chosen by number; its index, or None when nothing is typed."""
        for place, label in enumerate(choices, 1):
            self.put(label, f"  {place}  ")
        while typed := self.ask(prompt):
            if (at := place_in(typed, len(choices))) is not None:
                return at
            if typed == "0":
                return None
            self.put(f"{typed!r} is not a number from 1 to {len(choices)}")
        return None

    def late(self) -> None:
        self.put(f"{NOT_YET}: the disk has not taken the last entry. {NOTHING_ELSE}", "! ")

    def again(self, error: BackstoryError, events: Sequence[Event]) -> bool:
        """Say that something was not saved; whether it is to be tried again."""
        self.put(" ".join(filter(None, [error.code, error.message])), "! NOT SAVED ")
        for said in filter(None, [error.place, error.hint]):
            self.put(said, "! ")
        while True:
            try:
                typed = self.ask("Enter tries again; stop ends the program:").casefold()
            except Ended:
                return False
            if typed in {"", "again"}:
                return True
            if typed in {"stop", "quit", ":leave"}:
                return False

    # --- the loop ---

    @property
    def mode(self) -> str:
        return self.practising.attempt.mode

    def notify(self) -> None:
        for notice in self.notices():
            self.put(notice, "! ")

    def greet(self) -> None:
        """Say what this is, who is met, and what is to be done."""
        attempt, station = self.practising.attempt, self.station
        self.put(f"{MARK}: the patient is not real. {attempt.case.label} · {attempt.case.case}")
        self.put(f"{self.protocol.title.clinician} {self.protocol.version}. {self.protocol.content_status}")
        self.put(MODE_WORDS[attempt.mode])
        self.put("")
        self.put(station.who)
        self.put(station.task)
        if attempt.minutes:
            self.put(f"Time: {attempt.minutes} minutes, after {attempt.preparation} to prepare.")
        if station.handover is not None:
            self.document(station.handover)
        if attempt.started:
            self.opening()
        else:
            self.put("This is the time to prepare. :begin begins the interview.")
        if attempt.turns:
            count = len(attempt.turns)
            were = "1 thing was" if count == 1 else f"{count} things were"
            self.put(f"You go on with it; {were} said before. :said reads them.")
        self.put("Type what you would say, or : and a command; :help lists them.")

    def begin(self) -> None:
        """Begin the interview."""
        if self.send(cmd.BeginInterview()):
            self.put("The interview begins.")
            self.opening()

    def opening(self) -> None:
        self.put("")
        self.put(self.station.opening, self.voice)

    @property
    def voice(self) -> str:
        """Who speaks."""
        return "The card says: " if self.mode == "two_person" else "Patient: "

    def tick(self) -> None:
        """Let the clock of the station count."""
        attempt, spent = self.practising.attempt, self.spent()
        if attempt.ended or attempt.paused or not attempt.minutes:
            return
        if not attempt.started:
            if attempt.preparation and not spent.left_to_prepare:
                self.put("The time to prepare is over.", "! ")
                self.begin()
            return
        left = spent.left
        if attempt.up or left is None:
            return
        if not left:
            self.send(cmd.TimeUp())
            self.put("The time of the interview is up. :commit says what you make of it, :end ends the attempt.", "! ")
            return
        for minutes in TOLD_AT:
            if minutes not in self.told_left and left <= minutes * MINUTE < attempt.minutes * MINUTE:
                self.told_left.update(each for each in TOLD_AT if each >= minutes)
                self.put(f"{time_words(left)} left.", "! ")

    def leave(self) -> None:
        """End the sitting. What was said is on disk already."""
        attempt = self.practising.attempt
        if attempt.ended:
            self.put(f"{MARK}. The attempt {attempt.case.case} is over and kept.")
            return
        self.practising.leave()
        self.notify()
        self.put(f"{MARK}. The attempt is left, and not over; its clock stands still.")
        self.put(f"backstory practice --plain --resume {attempt.case.case} goes on with it.")

    def command(self, typed: str) -> None:
        """Carry out a line that begins with a colon."""
        raise NotImplementedError

    def lines(self, text: str) -> None:
        """Put text that has its lines already."""
        for line in text.splitlines():
            self._write(encodable(line, self.encoding))

    def send(self, command: cmd.PracticeCommand) -> bool:
        """Carry a command out; say why where it is refused."""
        refusal = self.practising.send(command)
        if refusal is not None:
            self.put("; ".join(filter(None, [refusal.message, refusal.hint])), "! ")
        return refusal is None

    # --- talking ---

    def say(self, typed: str) -> None:
        """Look up what a line may mean, and do what is chosen of it."""
        while typed:
            if not self.may_speak():
                return
            found = self.practising.suggest(typed)[:OFFERED]
            if not found:
                self.put(
                    "No word of it is known here. Say it in other words; :topics lists what can be asked, and "
                    ":unclear lets it stand as you said it."
                )
            for place, each in enumerate(found, 1):
                self.put(self.offered(each), f"  {place}  ")
            answer = self.ask("number, other words, or Enter for none:" if found else "other words, or Enter for none:")
            if answer.casefold() == ":unclear":
                self.speak(cmd.SayUnclear(typed))
                return
            if answer.startswith(":"):
                self.command(answer)
                return
            if (at := place_in(answer, len(found))) is not None:
                self.choose(found[at], typed)
                return
            if answer.isdecimal():
                if answer != "0":
                    self.put("There is no such number; nothing was asked.")
                return
            typed = answer

    def may_speak(self) -> bool:
        """Whether something may be said now; if not, why."""
        attempt = self.practising.attempt
        if not attempt.started:
            self.put("This is the time to prepare: :begin begins the interview.")
        elif attempt.paused:
            self.put("The attempt is paused: :go lets it go on.")
        elif attempt.up:
            self.put("The time of the interview is up: :commit, then :end.")
        return attempt.started and not attempt.paused and not attempt.up

    @staticmethod
    def offered(each: Suggestion) -> str:
        return each.text if each.act == "ask" else f"({'record' if each.act == 'document' else 'do'}) {each.text}"

    def choose(self, chosen: Suggestion, said: str) -> None:
        """Say what was chosen, in the trainee's words."""
        match chosen.act:
            case "ask":
                self.speak(cmd.Ask(chosen.of, said))
            case "move":
                self.speak(cmd.Make(chosen.of, said))
            case _:
                self.speak(cmd.Fetch(chosen.of, said))

    def speak(self, command: cmd.Ask | cmd.Make | cmd.Fetch | cmd.SayUnclear) -> None:
        """Say something, unless the time was up before it was; put what comes of it."""
        self.tick()
        if self.may_speak() and self.send(command):
            self.reply(self.practising.attempt.turns[-1])

    def reply(self, turn: Turn) -> None:
        if turn.act == "document" and (document := self.station.document(turn.of)) is not None:
            self.document(document)
            return
        self.put(turn.reply, self.from_whom(turn))

    def from_whom(self, turn: Turn) -> str:
        """Say whose words a reply is. What is only found where somebody looks is not the patient's."""
        fact = self.station.fact(turn.of) if turn.act == "ask" and turn.told else None
        if fact is None or fact.way == "ask" or fact.needs == "never":
            return self.voice
        return "Found: " if fact.way == "examine" else "Record: "

    def document(self, document: Document) -> None:
        self.put("")
        self.put(document.title, "Record: ")
        self.put(document.text, "  ")

    def heading(self, text: str) -> None:
        self.put(f"{MARK}: {text}")


def place_in(typed: str, count: int) -> int | None:
    """Return the index that a number from 1 to *count* stands for."""
    if typed.isascii() and typed.isdecimal() and 0 < int(typed) <= count:
        return int(typed) - 1
    return None


def time_words(ms: int) -> str:
    """Say milliseconds as ``3 min 05 s``."""
    seconds = -(-ms // 1000)
    return f"{seconds // 60} min {seconds % 60:02} s"
