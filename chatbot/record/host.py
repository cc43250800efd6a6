"""What the computer says about itself: clocks, boot, user, software, random names. One injectable object."""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chatbot import __version__

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters of a case code: no I, L, O or U, so that it can be read aloud and copied by hand."""

CASE_LENGTH = 8

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def case_code(number: int) -> str:
    """Spell a number below 2^40 as a case code."""
    return "".join(CROCKFORD[number >> 5 * place & 31] for place in reversed(range(CASE_LENGTH)))


def plain_code(text: str) -> str:
    """Return a case code as stored, from what a person typed or read off paper."""
    return text.strip().upper().translate(_READ_AS)


class Host:
    """The real one."""

    def wall(self) -> datetime:
        """Return the wall clock, in UTC. It may be set back at any time."""
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        """Return a clock that nobody can set. It may stand still while the computer sleeps."""
        return time.monotonic_ns()

    def boot_id(self) -> str:
        """Return what changes with every start of the computer, or an empty text where that is not known."""
        try:
            return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def user(self) -> str:
        """Return the account this process runs under."""
        try:
            return pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            return str(os.geteuid())

    def software(self) -> str:
        """Return what wrote the transcript, with its version."""
        return f"backstory {__version__}"

    def new_id(self) -> str:
        """Return 128 random bits in hex: the id of a record."""
        return secrets.token_hex(16)

    def new_case(self) -> str:
        """Return a new case code: 40 random bits in eight letters."""
        return case_code(secrets.randbits(5 * CASE_LENGTH))


class FixedHost(Host):
    """The same every run: time moves by one step each time the wall clock is read."""

    def __init__(
        self,
        start: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        step: timedelta = timedelta(seconds=1),
        seed: int = 0,
        *,
        user: str = "example",
        boot: str = "00000000-0000-4000-8000-000000000000",
        software: str = f"backstory {__version__}",
    ) -> None:
        self._start = start
        self._step = step
        self._seed = seed
        self._user = user
        self._boot = boot
        self._software = software
        self._steps = 0
        self._names = 0

    def wall(self) -> datetime:
        moment = self._start + self._step * self._steps
        self._steps += 1
        return moment

    def monotonic_ns(self) -> int:
        """Return the time since the start, without moving on: both clocks agree."""
        return self._steps * (self._step // timedelta(microseconds=1)) * 1_000

    def boot_id(self) -> str:
        return self._boot

    def user(self) -> str:
        return self._user

    def software(self) -> str:
        return self._software

    def new_id(self) -> str:
        return self._random()[:32]

    def new_case(self) -> str:
        return case_code(int(self._random()[:10], 16))

    def _random(self) -> str:
        self._names += 1
        return hashlib.sha256(f"{self._seed}/{self._names}".encode()).hexdigest()
