"""One user's own keys: a JSON file beside the settings, from actions to keys. What they mean the screen decides."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chatbot.errors import StorageError, UsageError

NAME = "keymap.json"
"""What the file is called where the settings name none."""


def keymap_path(settings: Path | None, named: str | None) -> Path | None:
    """Return where the keys are kept: the file the settings name, else beside them; None without a home."""
    if named:
        return Path(named).expanduser()
    return None if settings is None else settings.with_name(NAME)


def read_keymap(path: Path | None) -> Mapping[str, Any]:
    """Return what was chosen, unchecked; nothing where there is no file.

    Raises: UsageError for a file that cannot be read, or that is no mapping.
    """
    try:
        text = "{}" if path is None else path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("your keys cannot be read", place=str(path), hint="check its rights, or delete it") from error
    try:
        data = json.loads(text)
    except ValueError as error:
        at = f":{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError("your keys are not JSON", place=f"{path}{at}", hint="mend the file, or delete it") from error
    if not isinstance(data, dict):
        raise UsageError("your keys are not a mapping of actions to keys", place=str(path), hint="delete the file")
    return data


def write_keymap(chosen: Mapping[str, Sequence[str] | str], path: Path | None) -> None:
    """Keep what was chosen.

    Raises: StorageError when that cannot be done.
    """
    if path is None:
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(chosen, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StorageError(
            f"your keys cannot be kept: {error.strerror}", place=str(path), hint="check the folder's rights"
        ) from error
