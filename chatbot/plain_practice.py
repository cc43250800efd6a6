"""A station in the line mode: a trainee talks with a simulated patient, line by line.

What is typed is only looked up; nothing is asked before one of what it may mean is chosen by its number. It only ever
writes whole lines. Nothing is told before the end of how well it goes, and no fact before it was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.core.answers import answer_text
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.clock import Spent
from chatbot.core.protocol import Question
from chatbot.errors import ExitCode
from chatbot.export.practice_cards import MARK
from chatbot.plain_commitment import commitment
from chatbot.plain_shell import Ended, Terminal
from chatbot.plain_talk import Talk, place_in, time_words
from chatbot.practising import Practising
from chatbot.saving import PatientRecorder

PROMPT = f"{MARK}>"


@dataclass(frozen=True, slots=True)
class Action:
    """A command of the line mode, typed after a colon."""

    name: str
    help: str
    run: Callable[[Talk, str], None]
    guided: bool = False
    """Only in guided mode."""
    after: bool = False
    """Also once the attempt is over."""


def run(
    practising: Practising,
    *,
    read: Callable[[str], str | None],
    write: Callable[[str], None],
    spent: Callable[[], Spent],
    debrief: Callable[[int], str],
    width: int = 80,
    encoding: str = "utf-8",
    notices: Callable[[], Sequence[str]] = tuple,
    reads_debrief: bool = True,
) -> int:
    """Work on an attempt until it is left or over, and return the exit code.

    ``read`` shows a prompt and returns one line, or None when there is no more input: the attempt is then left.
    ``write`` puts out one line and adds its end. ``spent`` says how long it has taken, ``debrief`` what came of it, at
    a width; *reads_debrief*: as soon as it is over. ``notices`` returns what is to be told about the file.

    Raises: BackstoryError from the recorder.
    """
    talk = _Loop(practising, Terminal(read, write, width, encoding), spent, debrief, notices)
    talk.reads_debrief = reads_debrief
    plain = practising.recorder
    patient = PatientRecorder(plain, late=talk.late, again=talk.again)
    practising.recorder = patient
    try:
        return talk.run()
    finally:
        practising.recorder = plain
        patient.close()


class _Loop(Talk):
    """One line after another, until the attempt is left."""

    def run(self) -> int:
        try:
            self.greet()
            while True:
                self.notify()
                self.tick()
                self.take(self.ask(PROMPT))
        except Ended:
            self.leave()
        return int(ExitCode.FINE)

    def take(self, typed: str) -> None:
        """Do what a line says."""
        was_up = self.practising.attempt.up
        self.tick()
        if typed.startswith(":"):
            self.command(typed)
        elif self.practising.attempt.ended:
            self.put("The attempt is over. :debrief says what came of it, :leave leaves.")
        elif typed and self.practising.attempt.up and not was_up:
            self.put("This was not asked any more.")
        elif typed:
            self.say(typed)

    def command(self, typed: str) -> None:
        word, _, rest = typed.removeprefix(":").partition(" ")
        found = next((each for each in ACTIONS if each.name == word.casefold()), None)
        if found is None:
            self.put(f"there is no command :{word}; :help lists them")
        elif found.guided and self.mode != "guided":
            self.put("This is offered in guided mode only.")
        elif self.practising.attempt.ended and not found.after:
            self.put("The attempt is over. :debrief says what came of it, :leave leaves.")
        else:
            found.run(self, rest.strip())


# --- commands -------------------------------------------------------------------------------------


def topics(talk: Talk, _: str) -> None:
    talk.heading("what can be asked, by topic; :topic and a number opens one")
    for place, section in enumerate(talk.protocol.sections.values(), 1):
        talk.put(section.title.clinician, f"  {place}  ")


def topic(talk: Talk, rest: str) -> None:
    sections = list(talk.protocol.sections.values())
    at = place_in(rest, len(sections))
    if at is None:
        talk.put(f"say which: :topic and a number from 1 to {len(sections)}; :topics lists them")
        return
    if not talk.may_speak():
        return
    questions = [talk.protocol.questions[key] for key in sections[at].questions if is_offered(talk, key)]
    talk.heading(sections[at].title.clinician)
    chosen = talk.pick([worded(talk, each) for each in questions])
    if chosen is not None:
        each = questions[chosen]
        talk.speak(cmd.Ask(each.id, each.ask.patient))


def is_offered(talk: Talk, key: str) -> bool:
    """Whether a question is listed: of what repeats, one row more than was asked about."""
    question = talk.protocol.questions[key]
    if question.group is None:
        return True
    asked = {turn.of for turn in talk.practising.attempt.turns if turn.act == "ask"}
    rows = [
        talk.protocol.questions[each].row for each in asked if talk.protocol.questions[each].group == question.group
    ]
    return question.row <= max(rows, default=0) + 1


def worded(talk: Talk, question: Question) -> str:
    """Return a question as it is offered in a list."""
    if question.group is None:
        return question.ask.patient
    return f"{talk.protocol.groups[question.group].title.patient} {question.row}: {question.ask.patient}"


def moves(talk: Talk, _: str) -> None:
    if talk.may_speak():
        talk.heading("what you may do besides asking")
        at = talk.pick([each.label for each in talk.station.moves])
        if at is not None:
            talk.speak(cmd.Make(talk.station.moves[at].id, talk.station.moves[at].label))


def records(talk: Talk, _: str) -> None:
    found = talk.station.documents
    if not found:
        talk.put("There are no records here to be asked for.")
    elif talk.may_speak():
        talk.heading("records that can be asked for")
        at = talk.pick([each.title for each in found])
        if at is not None:
            talk.speak(cmd.Fetch(found[at].id, found[at].title))


def learned(talk: Talk, _: str) -> None:
    """Say what was learned, as it was learned: nothing is made of it."""
    answers = talk.practising.attempt.case.answers
    talk.heading("what was learned so far" if answers else "nothing was learned yet")
    for key, answer in answers.items():
        question = talk.protocol.questions[key]
        told = answer_text(talk.protocol.labels, question, answer, "clinician")
        source = talk.protocol.labels[f"source.{answer.source.value}"].clinician
        talk.put(f"{worded(talk, question)} {told} ({source})", "  ")


def said(talk: Talk, _: str) -> None:
    turns = talk.practising.attempt.turns
    talk.heading("what was said so far" if turns else "nothing was said yet")
    talk.put(talk.station.opening, talk.voice)
    for turn in turns:
        talk.put(turn.said, "You: ")
        talk.reply(turn)


def hint(talk: Talk, _: str) -> None:
    """Say what to think of next: by what was learned, never by what is true of the patient."""
    key = talk.practising.attempt.case.next
    if key is None:
        talk.put("Nothing more has to be asked by what was learned so far. :commit says what you make of it.")
        return
    question = talk.protocol.questions[key]
    section = talk.protocol.sections[question.section]
    talk.heading(f"a hint: {section.title.clinician}")
    talk.put(talk.station.hints.get(question.section, ""))
    talk.put(question.why.clinician, "Why it is asked: ")


def why(talk: Talk, _: str) -> None:
    asked = [turn.of for turn in talk.practising.attempt.turns if turn.act == "ask"]
    if not asked:
        talk.put("No question was asked yet.")
        return
    question = talk.protocol.questions[asked[-1]]
    talk.heading(worded(talk, question))
    talk.put(question.why.clinician, "Why it is asked: ")


def time(talk: Talk, _: str) -> None:
    attempt, spent = talk.practising.attempt, talk.spent()
    if not attempt.started:
        talk.put(f"{time_words(spent.left_to_prepare)} left to prepare.")
    elif spent.left is None:
        talk.put(f"{time_words(spent.interviewing)} so far; this attempt is not timed.")
    elif attempt.up:
        talk.put("The time of the interview is up.")
    else:
        paused = "; the clock stands still" if attempt.paused else ""
        talk.put(f"{time_words(spent.left)} left of {attempt.minutes} minutes{paused}.")


def begin(talk: Talk, _: str) -> None:
    talk.begin()


def pause(talk: Talk, _: str) -> None:
    if talk.send(cmd.Pause()):
        talk.put("Paused: the clock stands still. :go lets it go on.")


def go(talk: Talk, _: str) -> None:
    if talk.send(cmd.GoOn()):
        talk.put("It goes on.")


def extra(talk: Talk, rest: str) -> None:
    minutes, _, reason = rest.partition(" ")
    if not (minutes.isascii() and minutes.isdecimal()):
        talk.put("say how many minutes, and why: :extra 5 the interpreter came late")
    elif talk.send(cmd.ExtraTime(int(minutes), reason.strip())):
        talk.told_left.clear()
        talk.put(f"{minutes} minutes more are recorded, with the reason.")


def commit(talk: Talk, _: str) -> None:
    if not talk.practising.attempt.started:
        talk.may_speak()
        return
    made = commitment(talk)
    if made is None:
        talk.put("Nothing is recorded.")
    elif talk.send(made):
        talk.put("Recorded. :commit again replaces it until the attempt ends; :end ends it.")


def end(talk: Talk, _: str) -> None:
    if talk.practising.attempt.commitment is None:
        talk.put("You have not committed yourself: no urgency, no plan, no handover. :commit does.", "! ")
    if not talk.agreed("An attempt that has ended is over for good. End it?"):
        talk.put("It goes on.")
        return
    if talk.send(cmd.End()):
        talk.notify()
        talk.put(f"{MARK}. The attempt is over.")
        if talk.reads_debrief:
            debrief(talk, "")


def debrief(talk: Talk, _: str) -> None:
    if not talk.practising.attempt.ended:
        talk.put("What came of it is told at the end: :end ends the attempt.")
        return
    talk.lines(talk.debrief(talk.width))


def unclear(talk: Talk, rest: str) -> None:
    if not rest:
        talk.put("say what: :unclear and your words")
    else:
        talk.speak(cmd.SayUnclear(rest))


def help_(talk: Talk, _: str) -> None:
    talk.put(
        "A line without a colon is what you say. It is asked once you have chosen what is meant, by its number; Enter "
        "takes none of them, :unclear there lets it stand as you said it, and other words are looked up anew."
    )
    over = talk.practising.attempt.ended
    for each in ACTIONS:
        if (each.after or not over) and (not each.guided or talk.mode == "guided"):
            talk.put(each.help, f"  :{each.name}  ")


def leave(_: Talk, __: str) -> None:
    raise Ended


ACTIONS = (
    Action("begin", "begins the interview, when the task was read", begin),
    Action("topics", "what can be asked, by topic", topics),
    Action("topic", "N: the questions of a topic, to choose one", topic),
    Action("moves", "what you may do besides asking: introduce yourself, ask openly, ask permission", moves),
    Action("records", "records that can be asked for", records),
    Action("unclear", "WORDS: says them although they fit no question", unclear),
    Action("learned", "what was learned so far", learned, after=True),
    Action("said", "the conversation so far", said, after=True),
    Action("hint", "what to think of next", hint, guided=True),
    Action("why", "why the last question is asked", why, guided=True, after=True),
    Action("time", "the time that is left", time),
    Action("pause", "stops the clock", pause),
    Action("go", "lets the clock run on", go),
    Action("extra", "MINUTES REASON: gives more time", extra),
    Action("commit", "what you make of it: urgency, causes, plan, handover", commit),
    Action("end", "ends the attempt for good", end),
    Action("debrief", "what came of it, once the attempt is over", debrief, after=True),
    Action("help", "this list", help_, after=True),
    Action("leave", "leaves; the attempt can be gone on with", leave, after=True),
)
"""What can be typed after a colon."""
