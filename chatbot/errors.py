"""The exceptions a user can meet, and the exit codes.

    BackstoryError             carries ``exit_code``, a ``code`` such as F003, and a ``hint``
    ├── UsageError             2   wrong use, an answers file included
    ├── ContentError           3   content that does not load; carries its diagnostics
    ├── WithdrawnContent       3   content that must no longer be used
    ├── TornTranscript         4   the last record is not whole; recoverable
    ├── CorruptTranscript      5   damaged, tampered with, or not a transcript
    ├── VersionUnsupported     6   written by a newer version
    ├── LockedByAnother        7   another process writes this case
    ├── StorageError           8   cannot read or write safely
    ├── KeyProblem             9   a key that is missing, damaged or open to others
    └── EnvironmentProblem     10  no terminal

Anything else that escapes is a fault of ours: exit 70, without a traceback.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends; an interface for scripts."""

    FINE = 0
    """Also for an emergency: the tool did its work."""
    DOES_NOT_HOLD = 1
    """The thing checked does not hold."""
    USAGE = 2
    CONTENT = 3
    TORN = 4
    CORRUPT = 5
    VERSION = 6
    LOCKED = 7
    STORAGE = 8
    KEY = 9
    ENVIRONMENT = 10
    INTERNAL = 70
    HANG_UP = 129
    INTERRUPTED = 130
    ENDED = 143


FILE_TAKEN = "X006"
"""Code of the refusal to write a page over a file that is there already; a shell may ask and say so again."""


class BackstoryError(Exception):
    """Base of everything that is reported to the user as one clear message."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, message: str, *, code: str = "", place: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        """Stable diagnostic code such as F003; empty when there is none."""
        self.place = place
        """``path`` or ``path:line:col``; empty when there is none."""
        self.hint = hint
        """What to do next."""

    def render(self) -> str:
        """Return ``place: error CODE: message`` and, on its own line, what to do."""
        prefix = f"{self.place}: " if self.place else ""
        code = f" {self.code}" if self.code else ""
        hint = f"\n  {self.hint}" if self.hint else ""
        return f"{prefix}error{code}: {self.message}{hint}"


class UsageError(BackstoryError):
    """Wrong use of a command, or an answers file that does not fit its protocol."""

    exit_code = ExitCode.USAGE


class ContentError(BackstoryError):
    """Content that does not load or has errors; the message holds every rendered diagnostic."""

    exit_code = ExitCode.CONTENT

    def render(self) -> str:
        """Return the diagnostics as they are."""
        return self.message


class WithdrawnContent(BackstoryError):
    """Content that was withdrawn: nothing new is done with it."""

    exit_code = ExitCode.CONTENT


class TornTranscript(BackstoryError):
    """The last record is not whole."""

    exit_code = ExitCode.TORN


class CorruptTranscript(BackstoryError):
    """A transcript that is damaged, altered, or not one."""

    exit_code = ExitCode.CORRUPT


class VersionUnsupported(BackstoryError):
    """A transcript written by a newer version."""

    exit_code = ExitCode.VERSION


class LockedByAnother(BackstoryError):
    """Another process is writing this case."""

    exit_code = ExitCode.LOCKED


class StorageError(BackstoryError):
    """Storage that cannot be read or written safely."""

    exit_code = ExitCode.STORAGE


class NotSaved(StorageError):
    """An entry that could not be made durable anywhere; it does not count."""

    def __init__(
        self, message: str, *, earlier_safe: bool = True, code: str = "", place: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, code=code, place=place, hint=hint)
        self.earlier_safe = earlier_safe
        """False: what was saved before is in the memory of this program alone by now."""


class KeyProblem(BackstoryError):
    """A key that cannot be used or made."""

    exit_code = ExitCode.KEY


class EnvironmentProblem(BackstoryError):
    """The surroundings do not allow what was asked, such as a screen without a terminal."""

    exit_code = ExitCode.ENVIRONMENT
