"""Hands the desk of practice to the application as plain functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.core import events as ev
from chatbot.core.practice.attempt import Turn
from chatbot.core.practice.clock import spent
from chatbot.core.practice.debrief import Placed
from chatbot.core.text import wrap
from chatbot.errors import KeyProblem
from chatbot.practice_desk import Over, PracticeDesk
from chatbot.practising import Practising
from chatbot.record.cases import CaseSummary
from chatbot.record.pages import default_page, write_page
from chatbot.tui import practice as shown
from chatbot.tui.words import day_words, many

if TYPE_CHECKING:
    from chatbot.content.practice import Listed
    from chatbot.teaching.progress import Due, Progress

WIDTH = 100
"""Columns of a page that is written to a file."""


def practice_of(desk: PracticeDesk) -> shown.PracticeDesk:
    """Return what the screens may ask of the desk of practice."""
    transcripts, stands = desk.desk.transcripts, _Stands(desk)
    # Content does not change while the program runs, and there are many files of it.
    listed = cache(desk.patients)
    return shown.PracticeDesk(
        patients=lambda: _patients(desk, listed(), stands()),
        unfinished=lambda: [_unfinished(each) for each in desk.unfinished()],
        begin=lambda id_, mode: desk.begin(desk.station(id_), mode),
        generate=lambda level, seed, mode: desk.begin(desk.generated(seed=seed, difficulty=level), mode),
        unseal=lambda file, code: _unsealed(desk, file, code),
        resume=lambda path, code: desk.resume(path, _code(code)),
        leave=desk.leave,
        seconds=lambda practising: _seconds(desk, practising),
        ended=lambda path: _ended(desk.over(path)),
        card=_card,
        write=lambda text, typed, replacing: str(write_page(text, typed, transcripts, replace=replacing)),
        place=lambda found: str(default_page(f"debrief {found.label}", transcripts)),
        course=lambda: _course(stands()),
    )


class _Stands:
    """Where the trainee stands, worked out from the attempts that are kept: anew when another one is over."""

    def __init__(self, desk: PracticeDesk) -> None:
        self._desk = desk
        self._of: tuple[object, ...] = ()
        self._known: Progress | None = None

    def __call__(self) -> Progress:
        """Raises: ContentError, UsageError, StorageError."""
        from chatbot.core.practice.marking import mark
        from chatbot.desk import cached_bundle
        from chatbot.teaching.candidates import attempts_in, progress_in

        cases = self._desk.desk
        who, today = cases.actor or f"os:{cases.host.user()}", cases.host.wall().date()
        now = (who, today, *((each.path, each.records) for each in self._desk.finished()))
        if self._known is None or now != self._of:
            found = attempts_in(cases.transcripts, cached_bundle, mark)
            self._known = progress_in(who, found, self._desk.folder, cases.protocol, mark, today)
            self._of = now
        return self._known


def _patients(desk: PracticeDesk, listed: Sequence[Listed], progress: Progress) -> list[shown.Patient]:
    from chatbot.content.practice import practice_of as content_of

    content = content_of(desk.folder, desk.desk.protocol)
    personas = {} if content is None else content.practice.personas
    met = {each.name: each for each in progress.patients}
    due = "" if progress.next is None else progress.next.name
    return [
        shown.Patient(
            each.id,
            each.number,
            each.who,
            each.opening,
            personas[each.persona].title if each.persona in personas else each.persona,
            each.difficulty,
            _done(met[each.id]) if each.id in met else "",
            each.id == due,
        )
        for each in listed
    ]


def _done(met: Due) -> str:
    """Say what came of earlier attempts at a patient, and when they are due again."""
    again = f"due again {day_words(met.day)}" if met.day else ""
    return ", ".join(part for part in (f"met {many(met.attempts, 'time')}", f"best {met.best} %", again) if part)


def _unfinished(each: CaseSummary) -> shown.Unfinished:
    return shown.Unfinished(each.path, each.label, each.last)


def _unsealed(desk: PracticeDesk, file: str, code: str) -> Practising:
    opened = desk.unsealed(Path(file).expanduser(), code)
    return desk.begin(opened.station, "examination", sealed=opened)


def _code(code: str) -> Callable[[Path], str]:
    """Return what is asked for the code of a sealed station: the one that was typed."""

    def ask(path: Path) -> str:
        if not code:
            raise KeyProblem("the code of the sealed station is needed", code="K040", place=str(path), hint="type it")
        return code

    return ask


def _seconds(desk: PracticeDesk, practising: Practising) -> int:
    gone = desk.spent()
    return (gone.interviewing if practising.attempt.started else gone.preparing) // 1000


def _card(practising: Practising) -> str:
    from chatbot.export.practice_cards import card_lines

    rows = card_lines(practising.station, practising.protocol)
    return "\n".join(line for first, row in rows for line in wrap(row, WIDTH, " " * len(first), first))


def _ended(found: Over) -> shown.Ended:
    debrief, station = found.debrief(), found.station

    def text() -> str:
        from chatbot.core.practice.debrief_text import lines

        return "\n".join(lines(debrief, WIDTH)) + "\n"

    return shown.Ended(
        debrief,
        found.protocol,
        station.who,
        station.opening,
        {each.id: each.title for each in station.scoring.limits},
        tuple(_said(found.placed)),
        text,
        found.transcript.header["label"],
    )


def _course(made: Progress) -> shown.Course | None:
    """Return how the person comes on; None where none of their attempts is over."""
    from chatbot.teaching.progress_text import next_words

    if not made.attempts:
        return None
    titles = {each.id: each.title for each in made.trends}
    return shown.Course(
        days=tuple(each.day for each in made.attempts),
        percents=tuple(each.percent for each in made.attempts),
        domains=tuple(
            shown.DomainCourse(each.title, tuple(percent for _, percent in each.days)) for each in made.trends
        ),
        weakest=tuple(titles[each] for each in made.weakest),
        next_up=() if made.next is None else (next_words(made.next),),
    )


def _said(placed: Sequence[Placed]) -> Iterator[shown.Said]:
    """Yield what was said, each with the time of the interview at which it was."""
    for at, each in enumerate(placed):
        if isinstance(each.event, ev.PracticeAsked):
            asked = each.event
            turn = Turn(asked.act, asked.of, asked.said, asked.reply, asked.told == "yes", at)
            yield shown.Said(turn, each.seq, spent(placed[: at + 1]).interviewing // 1000)
