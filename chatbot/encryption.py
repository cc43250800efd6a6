"""Whether new cases are encrypted, to whom, and with which identity they are opened: what options and settings say.

The cryptography is ``chatbot.record.sealing``, the keys are ``chatbot.record.identities``; this joins them to choices.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from chatbot.errors import KeyProblem
from chatbot.record.identities import (
    NAME,
    Ask,
    Identity,
    Keyring,
    check_opens,
    identity_file,
    key_id,
    keyring,
    new_identity,
    read_identities,
    recipients_in,
    use,
)
from chatbot.settings import OFF, Settings, read_settings, settings_file, write_settings

PLAIN = "Cases are not encrypted by this program: whoever can read the files can read the answers."

OFFERED = (
    "This program can encrypt each case, so that files that are copied or stolen tell nobody what was answered. A key "
    "is made and kept beside your settings; cases are opened with it without asking. Keep a copy of it in another "
    "place: there is no other way in, and when the key is lost every case made with it is lost. Whoever takes the "
    "whole computer has the key too, so encrypt the disk as well."
)
"""What is said before anybody decides."""

NOT_ENCRYPTED = "Leave cases as they are; an encrypted disk protects them"
ENCRYPTED = "Encrypt new cases, with a key that I keep a copy of"


@dataclass(frozen=True, slots=True)
class Encryption:
    """To whom new cases are encrypted. The functions are asked anew for each case, as settings may change."""

    recipients: Callable[[], Sequence[str]] = tuple
    """None of them: new cases are not encrypted. Raises: KeyProblem."""
    recipients_only: Callable[[], bool] = lambda: False
    """A case may be opened that nobody here can go on with."""

    def for_new_case(self, like: Sequence[str] = ()) -> tuple[str, ...]:
        """Return whom a new case is encrypted to; none: it is not.

        *like*: whom the case it comes from is encrypted to. What is taken from an encrypted case never stands in a
        plain one, whatever is chosen today. Raises: KeyProblem when nobody here could go on with it.
        """
        found = tuple(self.recipients()) or tuple(like)
        if found and not self.recipients_only():
            check_opens(keyring(), found)
        return found


def encryption_of(options: argparse.Namespace) -> Encryption:
    """Return what command line and settings ask for."""
    asked = getattr(options, "encrypt_to", None)

    def recipients() -> Sequence[str]:
        return chosen(asked or read_settings(options.settings).encrypt_to)

    def recipients_only() -> bool:
        return bool(getattr(options, "recipients_only", False)) or read_settings(options.settings).recipients_only

    return Encryption(recipients, recipients_only)


def chosen(text: str | None) -> tuple[str, ...]:
    """Return the recipients that a choice names; none for ``off`` or nothing. Raises: KeyProblem."""
    return () if text is None or text.strip() in {"", OFF} else recipients_in(text)


def use_identity(options: argparse.Namespace, ask: Ask | None = None) -> None:
    """Let cases be opened with the identity that options, environment and settings name, once one needs it."""

    def where() -> Path | None:
        setting = read_settings(options.settings).identity
        return identity_file(options.identity, os.environ, setting, settings_file(options.settings))

    use(Keyring(where, ask))


def unlock() -> str:
    """Read the identity now, as no passphrase can be typed on a screen; say what is wrong with it."""
    try:
        keyring().identities()
    except KeyProblem as problem:
        return problem.render()
    return ""


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """What turning encryption on came to."""

    identity: Identity
    path: Path
    made: bool
    """A new identity was made; otherwise the one that was there is used."""

    @property
    def said(self) -> str:
        """What must be told."""
        return (
            f"New cases are encrypted with the key {self.identity.id}, in {self.path}. Keep a copy of that file in "
            "another place, not beside the cases: without it they cannot be opened by anybody. Cases kept so far stay "
            "as they are."
        )


def turn_on(option: Path | None) -> TurnedOn:
    """Encrypt new cases from now on, to the identity that is there or a new one beside the settings; remember it.

    *option*: the file of the settings. Raises: KeyProblem, StorageError, UsageError; then nothing is chosen.
    """
    settings = read_settings(option)
    beside = settings_file(option)
    path = identity_file(None, os.environ, settings.identity, beside)
    made = path is None or not path.exists()
    if path is None:
        path = None if beside is None else beside.with_name(NAME)
    if made:
        identity = new_identity(path)
        keyring().add(identity)
    else:
        assert path is not None
        # The one of this run first: it is unlocked already, where it has a passphrase.
        identity = (keyring().identities() or read_identities(path))[0]
    assert path is not None
    write_settings(replace(settings, encrypt_to=identity.recipient, identity=str(path)), option)
    return TurnedOn(identity, path, made)


def turn_off(option: Path | None) -> None:
    """Do not encrypt new cases, and do not ask again. Raises: StorageError, UsageError."""
    write_settings(replace(read_settings(option), encrypt_to=OFF), option)


def standing(settings: Settings) -> str:
    """Say in one sentence whether new cases are encrypted."""
    try:
        found = chosen(settings.encrypt_to)
    except KeyProblem as problem:
        return f"Whom new cases are encrypted to cannot be told: {problem.message}."
    if not found:
        return PLAIN
    ids = ", ".join(map(key_id, found))
    keys, lost = ("key", "it") if len(found) == 1 else ("keys", "all of them")
    return f"New cases are encrypted to the {keys} {ids}; losing {lost} loses the cases."
