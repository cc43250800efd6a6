"""What the operating system may keep of this process: no core file, and nobody but root looks into its memory."""

from __future__ import annotations

import sys
from contextlib import suppress

PR_SET_DUMPABLE = 4
"""From ``linux/prctl.h``."""


def keep_memory_private() -> None:
    """Forbid core files, and on Linux that other processes of the same user read this one's memory.

    Answers would be in both. Where the system does not let us, nothing happens: it is one lock among others, and what
    is swapped out is kept from readers by an encrypted disk alone.
    """
    import resource

    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
