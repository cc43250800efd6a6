"""What the command does about anchors: register of cases, signing keys, signed checkpoints, head codes kept elsewhere.

``chatbot.cli`` reads the arguments; each function imports what it needs, so that no other command waits for it.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import common_options, complain, saved_transcript, show, show_json
from chatbot.errors import BackstoryError, ExitCode, UsageError

if TYPE_CHECKING:
    from chatbot.record.replay import LoadBundle, VerifyReport

SIGNING_NAME = "signing.key"

_NAMED = 20
"""So many files of a kind are named one by one; of more it says only the number."""


# --- replay --verify ------------------------------------------------------------------------------


def verify_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``replay`` may be told of anchors."""
    parser.add_argument(
        "--trust", action="append", default=[], metavar="KEY", help="a verifier key, or a file of them, to trust"
    )
    parser.add_argument("--head", metavar="CODE", help="the head code of a printed report, to compare")
    parser.add_argument("--against-register", type=Path, metavar="FILE", help="a register of cases kept elsewhere")


def named_transcript(options: argparse.Namespace) -> Path:
    """Return the file of the case that is named, also where only the register still knows it. Raises: UsageError."""
    from chatbot.record.cases import transcripts_folder
    from chatbot.record.host import plain_code
    from chatbot.record.register import NAME, read_register

    try:
        return saved_transcript(options)
    except UsageError:
        root = transcripts_folder(options.transcripts, os.environ)
        book = read_register(root / NAME)
        known = () if book is None else book.of(plain_code(str(options.transcript)))
        if not known:
            raise
        return root / known[-1].file


def verified(options: argparse.Namespace, path: Path, load_bundle: LoadBundle) -> VerifyReport:
    """Verify a transcript with the anchors that were given. Raises: as ``verify``; T008 for a file that is gone."""
    from chatbot.record.anchoring import missing
    from chatbot.record.checkpoint import read_trust
    from chatbot.record.replay import verify

    trusted = read_trust(options.trust)
    lost = missing(path)
    if lost is not None:
        raise lost
    return verify(path, load_bundle, register=options.against_register, trusted=trusted)


def print_disposed(path: Path, as_json: bool) -> bool:
    """Say that the case a missing file held was disposed of; return whether it was."""
    from chatbot.core.text import visible
    from chatbot.record.anchoring import disposal, disposed_words

    gone = disposal(path)
    if gone is None:
        return False
    if as_json:
        named = {"case": gone.case, "kind": gone.kind, "t": gone.t, "head_code": gone.head_code, **gone.more}
        show_json({"path": str(path), "verdict": "DISPOSED", **named})
    else:
        show(visible(f"{path}: {disposed_words(gone)}"))
    return True


def anchor_lines(report: VerifyReport) -> list[str]:
    """Return what register and signatures say of a verified transcript."""
    from chatbot.core.text import visible

    lines = [f"{report.anchoring.state}: {report.anchoring.said}"]
    if report.signatures.state != "UNSIGNED" or report.signatures.problems:
        lines.append(f"{report.signatures.state}: {report.signatures.said}")
    return [visible(line) for line in lines]


def compared_head(options: argparse.Namespace, report: VerifyReport) -> str:
    """Hold the head code of ``--head`` against the transcript; return what it shows. Raises: CorruptTranscript."""
    from chatbot.record.anchoring import check_code
    from chatbot.record.read import read_transcript

    if options.head is None:
        return ""
    hashes = [entry.hash for entry in read_transcript(report.path).entries]
    return check_code(options.head, hashes, report.path, "this transcript")


# --- cases --check --------------------------------------------------------------------------------


def check_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``cases`` may be told of the register."""
    parser.add_argument("--check", action="store_true", help="hold all files against the register of cases")
    parser.add_argument("--anchor", metavar="CODE", help="with --check: the register's head code as you kept it")
    parser.add_argument("--against-register", type=Path, metavar="FILE", help="with --check: a register kept elsewhere")


def check_cases(options: argparse.Namespace) -> int:
    """Carry out ``cases --check``."""
    from chatbot.core.text import visible
    from chatbot.record.anchoring import check_folder, disposed_words
    from chatbot.record.cases import transcripts_folder

    folder = transcripts_folder(options.transcripts, os.environ)
    found = check_folder(folder, options.against_register, options.anchor)
    if options.json:
        show_json(found.to_json())
        return int(found.exit_code)
    if found.book is not None:
        show(f"{found.book.path}: {found.book.records} records, head {found.book.head_code}")
        show("  Keep this code somewhere else; cases --check --anchor CODE shows later whether the register was cut.")
    agreeing = len(found.anchored) + len(found.grown)
    show(f"ANCHORED   {agreeing}, of these {len(found.grown)} gone on since they were last registered")
    show(f"UNANCHORED {len(found.unknown)}")
    _name_each([visible(str(path)) for path in found.unknown])
    show(f"DISPOSED   {len(found.disposed)}")
    _name_each([visible(disposed_words(entry).removeprefix("DISPOSED ")) for entry in found.disposed])
    show(f"MISSING    {len(found.missing)}")
    if found.left_behind:
        show(f"left behind by cases that were written anew under another name: {len(found.left_behind)}")
        _name_each([visible(str(path)) for path in found.left_behind])
    for note in found.notes:
        show(visible(note))
    for problem in found.problems:
        complain(problem)
    return int(found.exit_code)


def _name_each(names: list[str]) -> None:
    for name in names[:_NAMED]:
        show(f"  {name}")
    if len(names) > _NAMED:
        show(f"  and {len(names) - _NAMED} more: --json names them all")


# --- keys and checkpoints -------------------------------------------------------------------------


def signing_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``keys new`` may be told of signing."""
    parser.add_argument("--signing", action="store_true", help="make a key that signs checkpoints of cases instead")
    parser.add_argument(
        "--name", metavar="NAME", help="with --signing: whose key it is, such as hospital.example/ward-3"
    )


def make_signing_key(options: argparse.Namespace) -> int:
    """Carry out ``keys new --signing``."""
    from chatbot.record.cases import transcripts_folder
    from chatbot.record.notes import new_signer

    if not options.name:
        raise UsageError("a signing key needs a name", hint="--name hospital.example/ward-3: no spaces, no plus")
    path = options.out or signing_place()
    root = transcripts_folder(options.transcripts, os.environ)
    if path.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            "a signing key does not stand among the transcripts: whoever can write there could sign",
            place=str(path),
            hint="choose another folder with --out",
        )
    signer = new_signer(path, options.name)
    show(
        f"{path}: a new signing key\n"
        f"  verifier key: {signer.key.text}\n"
        "  Hand that line to whoever verifies, by another way than the folder of cases; they give it with --trust.\n"
        f'  To sign at every sign-off and export, put this into the settings: "signing_key": "{path.absolute()}"\n'
        "  Whoever loses the key file loses only the ability to sign; what was signed stays so."
    )
    return ExitCode.FINE


def signing_place() -> Path:
    """Return where a signing key is made unless ``--out`` says otherwise. Raises: UsageError without a home."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or "")
    if config.is_absolute():
        return config / "backstory" / SIGNING_NAME
    if not os.environ.get("HOME"):
        raise UsageError("this user has no home to keep a key in", hint="say where: --out FILE")
    return Path(os.environ["HOME"], ".config", "backstory", SIGNING_NAME)


def add_checkpoint_parser(commands: Any) -> None:
    """Add ``checkpoint``."""
    parser = commands.add_parser("checkpoint", help="sign where a saved case stands", allow_abbrev=False)
    parser.add_argument("transcript", type=Path, help="a saved case: its code or its file")
    parser.add_argument("--signing-key", type=Path, metavar="FILE", help="without it the one of the settings")
    common_options(parser, again=True)
    parser.set_defaults(handler=_checkpoint)


def _checkpoint(options: argparse.Namespace) -> int:
    from chatbot.core.text import visible

    key = options.signing_key or _chosen_key(options)
    if key is None:
        raise UsageError(
            "no signing key is chosen",
            hint="name one with --signing-key, or in the settings; backstory keys new --signing makes one",
        )
    show(visible(_signed(saved_transcript(options), key)))
    return ExitCode.FINE


def _chosen_key(options: argparse.Namespace) -> Path | None:
    from chatbot.settings import read_settings

    chosen = read_settings(options.settings).signing_key
    return Path(chosen).expanduser() if chosen else None


def _signed(path: Path, key: Path) -> str:
    """Sign where a transcript stands, after its chain was read and found sound; return what was done."""
    from chatbot.record.disk import Disk
    from chatbot.record.lineage import folder_of
    from chatbot.record.notes import read_signer
    from chatbot.record.read import read_bytes, read_transcript
    from chatbot.record.registrar import sign_case

    transcript = read_transcript(path, allow_torn=False)
    signer = read_signer(key)
    lines = [line for line in read_bytes(path).split(b"\n") if line][: transcript.records]
    side = sign_case(path, lines, signer, folder_of(path), Disk())
    return f"{side}: {signer.key.name_and_id} signed {transcript.head_code}"


def sign_export(options: argparse.Namespace, path: Path) -> None:
    """Sign where a case stood when it was exported, if a key is chosen. Trouble is told and stops no export."""
    try:
        key = _chosen_key(options)
        if key is not None:
            _signed(path, key)
    except BackstoryError as error:
        complain(f"no checkpoint was signed: {error.render()}")
