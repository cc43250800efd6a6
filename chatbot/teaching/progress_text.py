"""Progress as lines for a terminal, a pipe or a screen reader: words and digits first, bars of plain signs behind."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.core.text import columns, visible
from chatbot.teaching.progress import AttemptRow, Due, Progress

WIDTH = 20
"""Signs of a whole bar."""

TRIAGE = {"right": "right", "low": "TOO LOW", "high": "too high", "none": "none chosen"}


def bar(percent: int, width: int = WIDTH) -> str:
    """Return a bar of plain signs; anything above nought shows."""
    filled = max(0, min(width, (percent * width + 50) // 100))
    return "#" * (max(1, filled) if percent > 0 else filled) + "." * (width - max(filled, 1 if percent > 0 else 0))


def progress_lines(progress: Progress) -> Iterator[str]:
    """Yield the lines. What a patient turned out to have is in none of them."""
    yield visible(f"SIMULATED patients, practice: progress of {progress.actor} on {progress.today}")
    if not progress.attempts:
        yield "No attempt has been marked yet."
    else:
        yield from _attempts(progress)
        yield from _triage(progress)
        yield from _domains(progress)
        yield from _patients(progress)
    if progress.unfinished:
        yield f"Not finished: {progress.unfinished}; not counted above."
    yield ""
    yield visible(_next(progress.next))
    for each in progress.bad:
        yield visible(f"Not counted ({each.verdict}): {each.said or each.path}")


def _attempts(progress: Progress) -> Iterator[str]:
    yield ""
    yield "Attempts"
    width = max(columns(patient(each)) for each in progress.attempts)
    for each in progress.attempts:
        name = patient(each)
        yield visible(
            f"  {each.day}  {name}{' ' * (width - columns(name))}  {each.percent:>3} %  {bar(each.percent)}  "
            f"{each.mode.replace('_', '-'):<11}  urgency {TRIAGE[each.triage]}"
        )


def patient(row: AttemptRow) -> str:
    """Return a patient as trainees know them."""
    return f"{row.number}. {row.who}" if row.number is not None else row.who


def _triage(progress: Progress) -> Iterator[str]:
    told = [f"{count} {TRIAGE[how]}" for how, count in progress.triage.items() if count]
    yield ""
    yield f"Urgency: {', '.join(told)}"


def _domains(progress: Progress) -> Iterator[str]:
    yield ""
    yield "Domains, lately (oldest to newest attempt beside it)"
    width = max((columns(each.title) for each in progress.trends), default=0)
    for each in progress.trends:
        weak = "  <- weakest" if progress.weakest[:1] == (each.id,) else ""
        path = " ".join(str(percent) for _, percent in each.days[-8:])
        yield visible(
            f"  {each.title}{' ' * (width - columns(each.title))}  {each.recent:>3} %  {bar(each.recent)}  {path}{weak}"
        )


def _patients(progress: Progress) -> Iterator[str]:
    if not progress.patients:
        return
    yield ""
    yield "Patients met"
    names = [f"{each.number}. {each.who}" for each in progress.patients]
    width = max(columns(name) for name in names)
    for each, name in zip(progress.patients, names, strict=True):
        times = "once" if each.attempts == 1 else f"{each.attempts} times"
        yield visible(
            f"  {name}{' ' * (width - columns(name))}  {times:<8}  best {each.best:>3} %  last {each.last:>3} %  "
            f"again on {each.day}{'  DUE' if each.why == 'due' else ''}"
        )


def _next(due: Due | None) -> str:
    if due is None:
        return "Next patient: there is none."
    return f"Next patient: {next_words(due)}: backstory practice {due.number}"


def next_words(due: Due) -> str:
    """Return who comes next, and why, in words."""
    match due.why:
        case "new":
            why = f"not met yet, difficulty {due.difficulty}"
        case "early":
            why = f"due on {due.day}; nobody is due before, and all have been met"
        case _:
            ago = "today" if due.overdue == 0 else f"{due.overdue} day{'' if due.overdue == 1 else 's'} ago"
            why = f"due {ago}"
    return f"{due.number}. {due.who} ({why})"
