"""What one user has chosen: role, wording, colours, protocol. A JSON file, outside every transcript.

Read strictly: what a field cannot take is said with the name of the file and of the field, and nothing starts on a
guess. ``CHOICES`` is the one table of what may be set; the file, the screen and the line mode read it.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from chatbot.errors import StorageError, UsageError

ROLES = ("clinician", "trainee", "auditor", "author")
"""What the first start asks: which describes you."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices of one user; None: not chosen yet."""

    role: str | None = None
    """One of ``ROLES``."""
    register: str | None = None
    """clinician or patient."""
    theme: str | None = None
    """One of ``chatbot.tui.themes.COLOURS``; another name is read as not chosen."""
    protocol: str | None = None
    """The protocol used when none is named."""
    actor: str | None = None
    """Name or initials of who interviews."""
    actor_role: str | None = None
    """Their role, where it is not ``role``."""
    keys: str | None = None
    """The file of the site key."""
    signing_key: str | None = None
    """The file of the key that signs checkpoints at sign-off and export."""
    encrypt_to: str | None = None
    """The recipients new cases are encrypted to, parted by spaces; ``off``: they are not, and nobody is asked."""
    identity: str | None = None
    """The file of the key that opens encrypted cases."""
    recipients_only: bool = False
    """A case may be encrypted to recipients none of whose keys is here."""
    site: str | None = None
    """File of local facts, used when ``--site`` names none."""
    region: str | None = None
    """Where this user works, used when neither ``--region`` nor the local facts say."""
    keymap: str | None = None
    """The file of one's own keys; None: the one beside the settings, where there is one."""
    fallback: str | None = None
    """The folder a case goes on in when its own can no longer be written; None: it then cannot."""
    text_width: int = 80
    """Columns that running text takes at most; 0: as wide as the window."""
    reduced_motion: bool = False
    """Nothing moves or blinks."""
    idle_lock_minutes: int = 5
    """Minutes without a key after which the screen is blanked; 0: never."""
    clipboard: bool = False
    """Whether a page may be given to the clipboard of the terminal."""
    retention_years: int = 0
    """How many years after the last record of a person their cases are kept; 0: no period, everything is kept."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one field of the settings may be."""

    name: str
    title: str
    told: str
    """One sentence for the screen and the page."""
    options: tuple[str, ...] = ()
    """The values there are; empty: any text."""
    span: tuple[int, int] | None = None
    """Least and most, beside 0, of a number."""
    unit: str = ""
    """What a number counts."""
    zero: str = ""
    """What 0 is called, where ``0`` and the unit would be misread."""
    later: bool = False
    """It holds from the next start on."""

    @property
    def typed(self) -> bool:
        """It is written, not chosen from a few."""
        return not self.options


ON_OFF = ("on", "off")

OFF = "off"
"""Of ``encrypt_to``: it was decided that new cases are not encrypted."""

CHOICES = (
    Choice("role", "Who you are", "Sets what home puts first, and the kind a new case is offered as.", ROLES),
    Choice("register", "Wording", "The wording that questions begin with.", ("clinician", "patient")),
    Choice("theme", "Colours", "NO_COLOR=1 goes before them."),
    Choice(
        "text_width",
        "Width of text",
        "Columns running text takes at most; 0: the whole window.",
        span=(40, 300),
        unit="columns",
    ),
    Choice("reduced_motion", "Reduced motion", "No screen moves or blinks; on keeps it so, whatever comes.", ON_OFF),
    Choice(
        "idle_lock_minutes",
        "Lock when idle",
        "Minutes without a key after which the screen is blanked; 0: never.",
        span=(1, 240),
        unit="minutes",
    ),
    Choice(
        "clipboard", "Clipboard", "Pages may be copied; other programs of this computer can then read them.", ON_OFF
    ),
    Choice("protocol", "Protocol", "The one used when none is named.", later=True),
    Choice("actor", "At the keyboard", "Name or initials of who interviews: each answer keeps them."),
    Choice(
        "actor_role", "Their role", "The role that answers are recorded with, where it is another than who you are."
    ),
    Choice("region", "Region", "Used when neither --region nor the local facts say.", later=True),
    Choice("site", "Local facts", "The file of whom to call, used when --site names none.", later=True),
    Choice("keys", "Site key", "The file from which codes of people are made.", later=True),
    Choice("signing_key", "Signing key", "The file of the key that signs at sign-off and export.", later=True),
    Choice(
        "encrypt_to",
        "Encrypt to",
        "Recipients (age1…) of new cases, parted by spaces; off: not encrypted. Losing their keys loses the cases.",
    ),
    Choice("identity", "Case key", "The file of the key that opens encrypted cases. Keep a copy of it.", later=True),
    Choice(
        "recipients_only",
        "Recipients only",
        "Cases may be encrypted to keys none of which is here: an interrupted one can then not be gone on with here.",
        ON_OFF,
    ),
    Choice(
        "fallback",
        "Second folder",
        "Where a case goes on when its folder cannot be written; best on another disk.",
        later=True,
    ),
    Choice("keymap", "Own keys", "The file of keys of your own; else the one beside the settings.", later=True),
    Choice(
        "retention_years",
        "Years kept",
        "Years after a person's last record until cases are due for disposal; 0: kept. Nothing goes by itself.",
        span=(1, 130),
        unit="years",
        zero="no period",
    ),
)
"""Every field that can be chosen, in the order of the screen."""

CHOICE = {each.name: each for each in CHOICES}
"""By name."""


# --- fields as text ---


def text_of(settings: Settings, name: str) -> str:
    """Return a field as people write it; empty when it was not chosen."""
    value = getattr(settings, name)
    return "" if value is None else ("off", "on")[value] if isinstance(value, bool) else str(value)


def with_text(settings: Settings, name: str, text: str) -> Settings:
    """Return the settings with a field as people write it; empty: not chosen.

    Raises: UsageError naming the field.
    """
    standard = _field(name)
    value: Any = text.strip()
    if not value:
        value = standard
    elif isinstance(standard, bool):
        value = {"on": True, "off": False}.get(value, value)
    elif isinstance(standard, int) and value.isdecimal():
        value = int(value)
    _check(name, value)
    return replace(settings, **{name: value})


def _field(name: str) -> Any:
    """Return what a field is while nothing was chosen. Raises: UsageError for a field there is not."""
    known = {each.name: each.default for each in fields(Settings)}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
        raise UsageError(f"there is no setting {name!r}", hint=hint)
    return known[name]


def _check(name: str, value: Any) -> None:
    """Raises: UsageError when a field cannot be that."""
    standard, choice = _field(name), CHOICE[name]
    if isinstance(standard, bool):
        fits, wanted = isinstance(value, bool), "true or false (on or off)"
    elif isinstance(standard, int):
        least, most = choice.span or (0, 0)
        whole = isinstance(value, int) and not isinstance(value, bool)
        fits, wanted = whole and (value == 0 or least <= value <= most), f"0, or a number from {least} to {most}"
    elif choice.options:
        fits, wanted = value is None or value in choice.options, " or ".join(choice.options)
    else:
        fits, wanted = value is None or isinstance(value, str), "a text"
    if not fits:
        raise UsageError(f"{name} cannot be {json.dumps(value)}", hint=f"it is {wanted}")


# --- the file ---


def settings_file(option: Path | None = None) -> Path | None:
    """Return where settings are kept; None when this user has no home."""
    if option is not None:
        return option
    if os.environ.get("XDG_CONFIG_HOME"):
        return Path(os.environ["XDG_CONFIG_HOME"], "backstory", "settings.json")
    return Path(os.environ["HOME"], ".config", "backstory", "settings.json") if os.environ.get("HOME") else None


def read_settings(option: Path | None = None) -> Settings:
    """Read the settings; nothing chosen when there is no file.

    Raises: UsageError for a file that was named and is missing, or that is not one; with the field that is wrong.
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
        data = json.loads(text, object_pairs_hook=_once)
    except UsageError as error:
        raise UsageError(error.message, place=place, hint=error.hint) from error
    except ValueError as error:
        at = f":{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(
            "the settings are not JSON", place=place + at, hint="mend the file, or delete it: then nothing is chosen"
        ) from error
    if not isinstance(data, dict):
        raise UsageError("the settings are not a mapping of names to values", place=place, hint="delete the file")
    try:
        for name, value in data.items():
            _check(name, value)
    except UsageError as error:
        hint = f"{error.hint}; mend it, or take it out of the file"
        raise UsageError(error.message, place=place, hint=hint) from error
    return Settings(**data)


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    """Return a JSON object. Raises: UsageError where a name stands twice."""
    found = dict(pairs)
    for name in found:
        if sum(each == name for each, _ in pairs) > 1:
            raise UsageError(f"{name} stands twice", hint="keep one of them")
    return found


def write_settings(settings: Settings, option: Path | None = None) -> None:
    """Keep the settings: only what differs from what stands while nothing was chosen.

    Raises: StorageError when that cannot be done.
    """
    path = settings_file(option)
    if path is None:
        return
    standard = asdict(Settings())
    data = {name: value for name, value in asdict(settings).items() if value != standard[name]}
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(data, indent=2, sort_keys=True) + "\n", "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise StorageError(
            f"the settings cannot be written: {error.strerror}", place=str(path), hint="check the folder's rights"
        ) from error


class Kept:
    """The settings of one file, read anew each time and changed field by field."""

    def __init__(self, option: Path | None = None) -> None:
        self.option = option
        path = settings_file(option)
        self.place = "" if path is None else str(path)
        """The file, for people to read; empty when this user has no home."""
        self._good: Settings | None = None
        """What was read last without fault."""

    def now(self) -> Settings:
        """Return what is chosen. Raises: UsageError."""
        return read_settings(self.option)

    def text(self, name: str) -> str:
        """Return a field as people write it. A file that is spoilt later on changes nothing until the next start.

        Raises: UsageError when it was never read without fault.
        """
        try:
            self._good = self.now()
        except UsageError:
            if self._good is None:
                raise
        return text_of(self._good, name)

    def choose(self, name: str, value: str) -> None:
        """Keep a field, written as people write it. Raises: UsageError naming it; StorageError."""
        write_settings(with_text(self.now(), name, value), self.option)
