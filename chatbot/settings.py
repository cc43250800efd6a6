"""What one user has chosen: role, wording, theme, protocol. A JSON file, outside every transcript."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from chatbot.errors import StorageError, UsageError


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of one user; None: not chosen yet."""

    role: str | None = None
    """clinician, trainee, auditor or author."""
    register: str | None = None
    """clinician or patient."""
    theme: str | None = None
    protocol: str | None = None
    """The protocol used when none is named."""
    actor: str | None = None
    """Name or initials of who interviews."""
    actor_role: str | None = None
    """Their role, where it is not ``role``."""
    keys: str | None = None
    """The file of the site key."""
    site: str | None = None
    """File of local facts, used when ``--site`` names none."""
    keymap: str | None = None
    """The file of one's own keys; None: the one beside the settings, where there is one."""
    region: str | None = None
    """Where this user works, used when neither ``--region`` nor the local facts say."""


def settings_file(option: Path | None = None) -> Path | None:
    """Return where settings are kept; None when this user has no home."""
    if option is not None:
        return option
    if os.environ.get("XDG_CONFIG_HOME"):
        return Path(os.environ["XDG_CONFIG_HOME"], "backstory", "settings.json")
    return Path(os.environ["HOME"], ".config", "backstory", "settings.json") if os.environ.get("HOME") else None


def read_settings(option: Path | None = None) -> Settings:
    """Read the settings; nothing chosen when there is no file.

    Raises: UsageError for a file that was named and is missing, or that is not one.
    """
    path = settings_file(option)
    try:
        text = path.read_text("utf-8") if path is not None else "{}"
    except FileNotFoundError as error:
        if option is not None:
            raise UsageError("there is no such settings file", place=str(option), hint="check the name") from error
        return Settings()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "the settings cannot be read", place=str(path), hint="check its rights, or delete it"
        ) from error
    return _parsed(text, str(path))


def _parsed(text: str, place: str) -> Settings:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise UsageError("the settings are not JSON", place=place, hint="mend the file, or delete it") from error
    known = {each.name for each in fields(Settings)}
    if not isinstance(data, dict) or not all(isinstance(value, str | None) for value in data.values()):
        raise UsageError("the settings are not a mapping of names to texts", place=place, hint="delete the file")
    return Settings(**{name: value for name, value in data.items() if name in known})


def write_settings(settings: Settings, option: Path | None = None) -> None:
    """Keep the settings.

    Raises: StorageError when that cannot be done.
    """
    path = settings_file(option)
    if path is None:
        return
    data = {name: value for name, value in asdict(settings).items() if value is not None}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(data, indent=2, sort_keys=True) + "\n", "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StorageError(
            f"the settings cannot be written: {error.strerror}", place=str(path), hint="check the folder's rights"
        ) from error
