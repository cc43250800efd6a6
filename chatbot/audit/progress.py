"""A bar on standard error: how many cases are done, how many are not as they should be, how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def bar(total: int, verdicts: Callable[[], Mapping[str, int]]) -> Iterator[Callable[[int], None]]:
    """Show a bar while the context lasts; what is yielded takes how many cases are done."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as progress:
        task = progress.add_task("verifying", total=total)

        def step(done: int) -> None:
            bad = sum(count for verdict, count in verdicts().items() if not verdict.startswith("VALID"))
            said = f"verifying ({bad} not valid)" if bad else "verifying"
            progress.update(task, completed=done, description=said)

        yield step
