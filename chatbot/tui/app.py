"""The door to the full-screen application. Importing this loads no Textual; ``run`` does."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from chatbot.errors import BackstoryError, EnvironmentProblem, ExitCode

if TYPE_CHECKING:
    from chatbot.tui.application import Backstory
    from chatbot.tui.services import Services, Start

SIGNALS = {signal.SIGHUP: ExitCode.HANG_UP, signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.ENDED}
"""Signals that end the program in good order, and what it then says."""


def run(services: Services, start: Start) -> int:
    """Run the application; return the exit code.

    Raises: EnvironmentProblem where there is no terminal that can be drawn on; what the services raise before
    the first screen.
    """
    _check_terminal()
    from chatbot.tui.environment import clean

    # Before Textual is imported: it reads its switches once, at import.
    clean(os.environ)
    from chatbot.tui.application import Backstory, incident

    try:
        app = Backstory(services, start)
        code = _run(app)
        fault = app.fault
    except BackstoryError:
        raise
    except Exception as error:
        code, fault = int(ExitCode.INTERNAL), incident(error)
    if code == ExitCode.HANG_UP:
        _forget_terminal()
    if fault:
        saved = f"your answers are saved in {services.transcripts}"
        print(f"internal fault ({fault}); {saved}", file=sys.stderr)
        return int(ExitCode.INTERNAL)
    return code


def _check_terminal() -> None:
    for stream in (sys.__stdin__, sys.__stdout__):
        if stream is None or not stream.isatty():
            hint = "run it in a terminal, or add --plain for the line mode"
            raise EnvironmentProblem("the full screen needs a terminal", code="U001", hint=hint)
    if os.environ.get("TERM", "dumb") == "dumb":
        raise EnvironmentProblem("this terminal cannot move its cursor", code="U002", hint="add --plain")


def _forget_terminal() -> None:
    """Let go of a terminal that is gone: what still waits to be written there would change the exit code to 120."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _run(app: Backstory) -> int:
    import asyncio

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number, code in SIGNALS.items():
            loop.add_signal_handler(number, app.ended, int(code))
        await app.run_async(mouse=False)

    asyncio.run(main())
    return app.return_code or 0
