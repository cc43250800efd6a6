"""Write the shipped example: the source article's patient as a transcript with its protocol beside it.

    python -m campaigns.example [FOLDER]

The clock and the names are fixed, so the same content gives the same bytes. A shipped transcript is never
changed: one made under newer content stands beside the older ones.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chatbot.content.answers_file import commands_of, read_answers
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.core import commands as cmd
from chatbot.core.events import CaseOpened
from chatbot.interview import Interview
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter

VIGNETTE = "article_patient"
EXAMPLES = Path(__file__).resolve().parents[1] / "transcripts" / "examples"


def write(folder: Path) -> Path:
    """Write the example into a folder; return its transcript.

    Raises: StorageError when that cannot be done; RuntimeError when an answer is refused.
    """
    protocol = load_protocol()
    file = read_answers(find_protocol(None, protocols_folder()) / "vignettes" / f"{VIGNETTE}.yaml")
    assert file.as_of is not None
    # The wall clock of the example is its clinical moment; an answer takes some seconds.
    start = datetime.fromisoformat(file.as_of).replace(tzinfo=UTC)
    host = FixedHost(start, timedelta(seconds=4), user="example", software="backstory 0.1.0")
    opened = CaseOpened(
        case=host.new_case(),
        kind="demonstration",
        as_of=file.as_of,
        label="article",
        subject="",
        protocol=protocol.identity,
    )
    answers = {command.question: command for command in commands_of(protocol, file, file.as_of)}
    with TranscriptWriter.create(folder, opened, protocol, host, actor="example") as writer:
        interview = Interview.start(protocol, writer, opened)
        send(interview, cmd.ChangeActor("Example clinician", "clinician"))
        while interview.case.shown is not None or interview.case.alarms:
            send(interview, cmd.Acknowledge() if interview.case.alarms else answers[str(interview.case.shown)])
        send(interview, cmd.IssuePlan())
        send(interview, cmd.Suspend())
        return writer.path


def send(interview: Interview, command: cmd.Command) -> None:
    """Carry out a command that must not be refused."""
    refusal = interview.send(command)
    if refusal is not None:
        raise RuntimeError(f"{command}: {refusal.message}")


if __name__ == "__main__":
    print(write(Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES))
