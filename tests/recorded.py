"""One kept case with everything a player can jump to: a misunderstood emergency, two sittings, a plan, the end."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from chatbot import desk
from chatbot.core import commands as cmd
from chatbot.core.protocol import Protocol
from chatbot.record.host import FixedHost
from chatbot.record.recording import Recording, open_recording
from tests.tui import kit

CONTENT = replace(kit.protocol(), canonical="{}", digest=hashlib.sha256(b"{}").hexdigest())

SECRET = "fell off a horse"
"""What the private question was answered."""


def load(data: bytes) -> Protocol:
    """Stand in for the content loader: knows one protocol."""
    return CONTENT


@contextmanager
def content() -> Iterator[None]:
    """Let a desk find the protocol of the case."""
    with patch.object(desk, "cached_bundle", load):
        yield


def at(folder: Path, host: FixedHost, as_of: str, actor: str = "AB") -> desk.Desk:
    return desk.Desk(folder, lambda: CONTENT, host, as_of=as_of, actor=actor, role="nurse")


def keep(folder: Path, *, sign: bool = True, kind: str = "clinical") -> Path:
    """Write the case and return its file."""
    host = FixedHost(step=timedelta(seconds=2))
    with content():
        first = at(folder, host, "2025-11-12T10:40")
        case = first.start(kind, "bed 4", "")

        def send(command: Any) -> None:
            refusal = case.send(command)
            assert refusal is None, refusal

        send(cmd.GiveAnswer("water", value="yes"))
        send(cmd.Acknowledge())
        send(cmd.GiveAnswer("water", value="no", because="misunderstood"))
        send(cmd.GiveAnswer("feeling", value="both_sides"))
        send(cmd.Suspend())
        assert first._writer is not None
        path = first._writer.path
        first.close()
        host._steps += 1800
        second = at(folder, host, "2025-11-12T12:00", "CD")
        case = second.resume(path)
        send(cmd.ReadRecap())
        send(cmd.GiveAnswer("heat", value="37"))
        send(cmd.ReadBack())
        for key, value in (("signs", ["none"]), ("pain", 4), ("began", "2015"), ("operated", "2015-03"),
                           ("story", SECRET), ("power", {"hip.left": "g5"})):  # fmt: skip
            send(cmd.GiveAnswer(key, value=value))
        send(cmd.IssuePlan())
        if sign:
            send(cmd.DecideRule("walk", "accept"))
            send(cmd.Sign())
        second.close()
    return path


def recording(folder: Path, **more: Any) -> Recording:
    """Write the case and open it to be played."""
    return open_recording(keep(folder, **more), load)
