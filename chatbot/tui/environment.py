"""Clear what Textual would read from the environment. Must run before Textual is imported."""

from __future__ import annotations

from collections.abc import MutableMapping

KEPT = frozenset({"TEXTUAL_ANIMATIONS", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_DISABLE_KITTY_KEY"})
"""What may stay: how motion and colours are shown, and how keys are read."""


STALE_SIZES = ("COLUMNS", "LINES")
"""Sizes exported by a shell: they would stand over the real size of the window, whatever becomes of it."""


def clean(environ: MutableMapping[str, str]) -> list[str]:
    """Remove every Textual switch but those in ``KEPT``, and sizes that may be stale; return the names removed.

    The others can write a log, save a picture of the screen, type keys or load a class of their own.
    """
    unwanted = sorted(name for name in environ if name.startswith("TEXTUAL") and name not in KEPT)
    unwanted += [name for name in STALE_SIZES if name in environ]
    for name in unwanted:
        del environ[name]
    environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    return unwanted
