"""Who can open encrypted cases: age identities, the files they are kept in, and the keyring of one run.

An identity is a secret (``AGE-SECRET-KEY-1…``) with a public half, its *recipient* (``age1…``). Cases are encrypted to
recipients; nobody without one of the identities reads them again, and there is no other way in. The file is one that
the tool ``age`` reads too. It may be encrypted under a passphrase as a whole; then it is unlocked once in a run, since
that takes a second or two by intent.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot.errors import BackstoryError, KeyProblem
from chatbot.record.disk import Disk
from chatbot.record.key_file import KeyFile
from chatbot.record.sealing import MOST_RECIPIENTS, Sealer, Wrap, sealer_of, wraps_of

NAME = "identity.key"
TRIES = 3
"""How often a passphrase is asked for."""

SHORTEST_PASSPHRASE = 12
"""Characters. Whoever takes the file can try as many as they like."""

Ask = Callable[[Path, int], str]
"""Asks for the passphrase of a file; told which try it is, from 1. An empty text: nobody answers."""

_SECRET = "AGE-SECRET-KEY-1"
_BINARY, _ARMOURED = b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----"

_FILE = KeyFile(
    name="the key",
    largest=64 * 1024,
    # Who opens encrypted cases needs this one: another would be of no use.
    missing=None,
    damaged=(
        "K031",
        "this is not an identity file, or it is damaged",
        "bring the file back from a copy; backstory keys new --case makes one for new cases",
    ),
    opened="make another and use it for new cases",
    taken="cases encrypted to it can be opened with no other key; choose another name with --out",
    refused="check the name and the permissions, or name another file with --identity or --out",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity. The secret never shows in a representation or a message."""

    secret: str = field(repr=False)
    recipient: str

    @property
    def id(self) -> str:
        """What names it: eight hex digits of its public half."""
        return key_id(self.recipient)

    def age(self) -> Any:
        """Return it as the library takes it."""
        import pyrage

        return pyrage.x25519.Identity.from_str(self.secret)


@dataclass(frozen=True, slots=True)
class Shut:
    """Why a case cannot be opened here."""

    recipients: tuple[str, ...]
    """Who can open it."""
    problem: KeyProblem | None = None
    """What is wrong with the identity that is there; None when there is none, or none that fits."""

    @property
    def ids(self) -> str:
        """The ids of the keys that would open it, for people."""
        return ", ".join(map(key_id, self.recipients))

    def error(self, path: object, chain: str) -> KeyProblem:
        """Return the refusal; *chain*: what is known of the file without a key."""
        opens = f"it opens with {'one of the keys' if len(self.recipients) > 1 else 'the key'} {self.ids}"
        if self.problem is not None:
            hint = f"{self.problem.hint}; {opens}; {chain}"
            place = self.problem.place
            return KeyProblem(
                f"this case is encrypted: {self.problem.message}", code=self.problem.code, place=place, hint=hint
            )
        hint = f"{opens}: name its file with --identity, BACKSTORY_IDENTITY or the settings; {chain}"
        return KeyProblem(
            "this case is encrypted, and none of your keys opens it", code="K030", place=str(path), hint=hint
        )


def key_id(recipient: str) -> str:
    """Return eight hex digits that tell recipients apart."""
    return hashlib.sha256(b"backstory/recipient/v1\n" + recipient.encode()).hexdigest()[:8]


def recipient(text: str) -> Any:
    """Return a recipient as the library takes it. Raises: KeyProblem."""
    import pyrage

    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        hint = "a recipient begins with age1; backstory keys recipient FILE prints that of an identity file"
        raise KeyProblem("this is not a recipient that cases can be encrypted to", code="K032", hint=hint) from error


def recipients_in(text: str) -> tuple[str, ...]:
    """Return the recipients in a text, parted by spaces or commas, each checked. Raises: KeyProblem."""
    found = tuple(dict.fromkeys(text.replace(",", " ").split()))
    for each in found:
        recipient(each)
    if len(found) > MOST_RECIPIENTS:
        raise KeyProblem(f"a case is encrypted to at most {MOST_RECIPIENTS} recipients", code="K032")
    return found


def sealed_for(recipients: Sequence[str], data: bytes) -> bytes:
    """Return bytes encrypted so that whoever has one of the identities can read them. Raises: KeyProblem."""
    import pyrage

    return bytes(pyrage.encrypt(data, [recipient(each) for each in recipients]))


# --- files ----------------------------------------------------------------------------------------


def identity_file(
    option: Path | None, environ: Mapping[str, str], setting: str | None = None, beside: Path | None = None
) -> Path | None:
    """Return the identity file: as asked for, else ``BACKSTORY_IDENTITY``, else as set, else the one beside the
    settings, where there is one. *beside*: the file of the settings. None when there is none.
    """
    if option is not None:
        return option
    if named := environ.get("BACKSTORY_IDENTITY") or setting:
        return Path(named).expanduser()
    standard = None if beside is None else beside.with_name(NAME)
    return standard if standard is not None and standard.exists() else None


def new_identity(path: Path | None, passphrase: str | None = None, disk: Disk | None = None) -> Identity:
    """Make an identity of random bytes of the system and keep it in a new file, for this user alone.

    *passphrase*: encrypts the file; slow by intent. The file appears whole or not at all; one that exists is never
    written over. Raises: KeyProblem.
    """
    import pyrage

    path = _FILE.free(path)
    if passphrase is not None:
        check_passphrase(passphrase)
    made = pyrage.x25519.Identity.generate()
    found = Identity(str(made), str(made.to_public()))
    text = f"# opens cases of Backstory; key id {found.id}\n# public key: {found.recipient}\n{found.secret}\n".encode()
    data = text if passphrase is None else bytes(pyrage.passphrase.encrypt(text, passphrase, armored=True))
    _FILE.write(path, data, disk)
    return found


def check_passphrase(text: str) -> None:
    """Raises: KeyProblem for one that is too short."""
    if len(text) < SHORTEST_PASSPHRASE:
        raise KeyProblem(
            f"the passphrase is shorter than {SHORTEST_PASSPHRASE} characters",
            code="K033",
            hint="whoever takes the file can try as many as they like: several words that do not belong together",
        )


def read_identities(path: Path, ask: Ask | None = None, disk: Disk | None = None) -> tuple[Identity, ...]:
    """Return the identities in a file; *ask* is asked for the passphrase of one that is locked.

    Raises: KeyProblem when there is no such file, other users may read it, it is none, or it stays locked.
    """
    data = _FILE.read(path, disk)
    if data.startswith((_BINARY, _ARMOURED)):
        data = _unlocked(data, path, ask)
    return _parsed(data, path)


def _unlocked(data: bytes, path: Path, ask: Ask | None) -> bytes:
    import pyrage

    if ask is None:
        raise KeyProblem(
            "this key is locked with a passphrase, which is typed at a terminal",
            code="K033",
            place=str(path),
            hint="run the command at a terminal",
        )
    for number in range(1, TRIES + 1):
        passphrase = ask(path, number)
        if not passphrase:
            break
        try:
            return bytes(pyrage.passphrase.decrypt(data, passphrase))
        except pyrage.DecryptError:
            # A wrong passphrase and a damaged file look alike, and are told alike.
            continue
    raise KeyProblem(
        "this key was not unlocked",
        code="K033",
        place=str(path),
        hint="type its passphrase; when you are sure of it, bring the file back from a copy",
    )


def _parsed(data: bytes, path: Path) -> tuple[Identity, ...]:
    import pyrage

    try:
        lines = [line.strip() for line in data.decode("ascii").splitlines()]
        secrets = [line for line in lines if line and not line.startswith("#")]
        if not secrets or not all(each.startswith(_SECRET) for each in secrets):
            raise _FILE.broken(path)
        return tuple(Identity(each, str(pyrage.x25519.Identity.from_str(each).to_public())) for each in secrets)
    except (UnicodeDecodeError, pyrage.IdentityError):
        # Not chained: what stands in the file is in no message and in no traceback.
        raise _FILE.broken(path) from None


# --- the keyring ----------------------------------------------------------------------------------


class Keyring:
    """The identities of one run: read when the first encrypted case needs them, and once.

    May be asked from any thread.
    """

    def __init__(
        self,
        where: Path | Callable[[], Path | None] | None = None,
        ask: Ask | None = None,
        identities: Sequence[Identity] = (),
    ) -> None:
        """*where*: the identity file, or what finds it when it is needed. *identities*: held already."""
        self._where, self.ask = where, ask
        self._held = tuple(identities)
        self._problem: KeyProblem | None = None
        self._read = where is None
        self._guard = threading.Lock()
        self._opened: dict[tuple[str, str, tuple[Wrap, ...]], Sealer] = {}

    def identities(self) -> tuple[Identity, ...]:
        """Return them, asking for a passphrase the first time if there is one.

        Raises: KeyProblem, the same one each time.
        """
        with self._guard:
            if not self._read:
                self._read = True
                try:
                    path = self._where() if callable(self._where) else self._where
                    if path is not None:
                        self._held += read_identities(path, self.ask)
                except KeyProblem as problem:
                    self._problem = problem
                except BackstoryError as problem:
                    # The settings, which say where it is. A case must not be taken for damaged on their account.
                    said = f"where your key is cannot be told: {problem.message}"
                    self._problem = KeyProblem(said, code="K005", place=problem.place, hint=problem.hint)
            if self._problem is not None:
                raise self._problem
            return self._held

    def add(self, identity: Identity) -> None:
        """Hold one more, such as one that was just made."""
        with self._guard:
            self._held += (identity,)

    def read(self, data: bytes) -> bytes | None:
        """Return what ``sealed_for`` encrypted; None where no identity that is here opens it."""
        import pyrage

        try:
            return bytes(pyrage.decrypt(data, [each.age() for each in self.identities()]))
        except (pyrage.DecryptError, KeyProblem, ValueError):
            return None

    def opened(self, case: str, enc: Mapping[str, Any]) -> Sealer | Shut:
        """Return what opens a case, or why it stays shut.

        Raises: SealProblem when it is wrapped for an identity that is here, and does not open.
        """
        wraps = wraps_of(enc)
        known = (case, str(enc["check"]), wraps)
        if known in self._opened:
            return self._opened[known]
        recipients = tuple(each.to for each in wraps)
        try:
            found = sealer_of(case, enc, self.identities())
        except KeyProblem as problem:
            return Shut(recipients, problem)
        if found is None:
            return Shut(recipients)
        self._opened[known] = found
        return found


_current = Keyring()


def keyring() -> Keyring:
    """Return the keyring of this run, which readers use when they are given none."""
    return _current


def use(ring: Keyring) -> None:
    """Let a keyring be that of this run. A process of its own begins with an empty one."""
    global _current
    _current = ring


@contextmanager
def using(ring: Keyring) -> Iterator[Keyring]:
    """Use a keyring for a while."""
    before = keyring()
    use(ring)
    try:
        yield ring
    finally:
        use(before)


def check_opens(ring: Keyring, recipients: Sequence[str]) -> None:
    """Check that a case encrypted to *recipients* could be opened again here. Raises: KeyProblem."""
    ids = ", ".join(map(key_id, recipients))
    hint = (
        f"make ready the identity of {ids} (--identity FILE, BACKSTORY_IDENTITY, or the settings); "
        "--recipients-only opens the case all the same, and whoever has the identity goes on with it"
    )
    why = "none of the keys it would be encrypted to is here"
    place = ""
    try:
        if any(each.recipient in recipients for each in ring.identities()):
            return
    except KeyProblem as problem:
        why, place = problem.message, problem.place
    raise KeyProblem(
        f"the case was not opened, since nobody here could go on with it after an interruption: {why}",
        code="K034",
        place=place,
        hint=hint,
    )
