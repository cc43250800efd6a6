"""What is asked before a case is opened again. Reads only: no lock, no event, not a byte is written.

Every shell asks it, and only then opens the case for writing.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chatbot.core.events import AnswerCorrected, AnswerGiven
from chatbot.core.identity import CaseIdentity, Confirmation, confirmation
from chatbot.core.protocol import Protocol
from chatbot.errors import BackstoryError, UsageError
from chatbot.record.cases import CaseSummary, misplaced_problem, summarise
from chatbot.record.envelope import CLOSING
from chatbot.record.glance import Glances
from chatbot.record.read import read_transcript

Load = Callable[..., Protocol]
"""From a transcript to the protocol it was made with; raises what loading raises."""

CLOSED = frozenset({"signed", "abandoned"})


def look(folder: Path, path: Path, load: Load, kind: str | None = None) -> Confirmation:
    """Return what is to be confirmed before the case at *path* is opened for another sitting.

    *folder* holds the other cases. *kind*: the kind that was asked for; None takes any.
    Raises: UsageError when the case is closed (T009) or of another kind; CorruptTranscript, VersionUnsupported,
    StorageError when it cannot be read.
    """
    transcript = read_transcript(path)
    if transcript.entries[-1].type in CLOSING:
        raise UsageError(
            f"this case is {transcript.entries[-1].type.removeprefix('case.')} and cannot be changed",
            code="T009",
            place=str(path),
            hint="look at it with replay, or open an amendment or a follow-up",
        )
    if kind is not None and kind != transcript.kind:
        raise UsageError(
            f"this is a {transcript.kind} case, not a {kind} one; nothing was opened",
            place=str(path),
            hint=f"kinds never mix: give --kind {transcript.kind}, or choose another case",
        )
    folder_kind = path.absolute().parent.name if path.absolute().parent.parent == folder.absolute() else ""
    notice = misplaced_problem(path, transcript.kind, folder_kind)
    header = transcript.header
    sittings = [str(entry.data["as_of"]) for entry in transcript.entries if "as_of" in entry.data]
    listed = Glances().cases(folder)
    chosen = CaseIdentity(
        case=transcript.case,
        label=str(header["label"]),
        subject=str(header["subject"]),
        kind=transcript.kind,
        as_of=sittings[-1],
        phase=summarise(path).phase,
        section=last_section(path, load),
    )
    first = confirmation(chosen, [_identity(each) for each in listed if in_progress(each)], notice)
    # Only the few that are alike are read again for where their interview stands.
    paths = {each.case: each.path for each in listed}
    others = tuple(
        (_with_section(other, last_section(paths[other.case], load)), why) for other, why in first.look_alikes
    )
    return Confirmation(chosen, others, notice)


def in_progress(case: CaseSummary) -> bool:
    """Whether a listed case can still be worked on."""
    return bool(case.case) and case.phase not in CLOSED and case.state != "damaged"


def _identity(case: CaseSummary) -> CaseIdentity:
    return CaseIdentity(case.case, case.label, case.subject, case.kind, case.as_of, case.phase)


def _with_section(case: CaseIdentity, section: str) -> CaseIdentity:
    return CaseIdentity(case.case, case.label, case.subject, case.kind, case.as_of, case.phase, section)


def last_section(path: Path, load: Load) -> str:
    """Return the title of the section the last answer of a case belongs to; empty when that cannot be said."""
    try:
        transcript = read_transcript(path)
        answers = [event.question for event in transcript.events if isinstance(event, AnswerGiven | AnswerCorrected)]
        if not answers:
            return ""
        protocol = load(transcript)
        return protocol.sections[protocol.questions[answers[-1]].section].title.clinician
    except (BackstoryError, KeyError):
        # It only helps to recognise a case; that the case cannot be read is said when it is opened.
        return ""


def not_confirmed(asked: Confirmation, *, wrong: bool) -> UsageError:
    """Return what to say when a case was not confirmed. *wrong*: something else than the code was typed."""
    said = (
        f"what was typed is not the end of the {asked.code_name} code of this case"
        if wrong
        else "this is not the person"
    )
    hint = "compare the label and the code with the patient's record; backstory cases lists the cases"
    return UsageError(f"{said}; nothing was opened", code="K009", hint=hint)
