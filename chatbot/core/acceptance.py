"""What somebody stands for: that under other content some cases may come out less urgent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One entry of a file of acceptances."""

    item: str
    """``rule:ID`` or ``red_flag:ID``."""
    reason: str
    approver: str
    on: str | None = None
    """The day, ``YYYY-MM-DD``."""
    case: str | None = None
    """The only case it is for; None: every one."""
    place: str = ""
    """``file:line:col``."""
