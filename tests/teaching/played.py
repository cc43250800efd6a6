"""Shipped patients of the ankle protocol, played by the expert's script, with a fault or without."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from chatbot.content.library import find_protocol, protocols_folder
from chatbot.content.practice import station_of, stations
from chatbot.core import events as ev
from chatbot.core.practice import commands as cmd
from chatbot.core.practice.expert import NONE, Fault, script
from chatbot.practising import Practising
from chatbot.record.host import FixedHost
from chatbot.record.store import TranscriptWriter
from tests.record.kit import QuickDisk
from tests.shipped import shipped_protocol

ANKLE = find_protocol("ottawa_ankle", protocols_folder())


def play(folder: Path, trainee: str, number: int, day: str, fault: Fault = NONE) -> Path:
    """Let the expert play a shipped patient, with a fault or without, and return the file."""
    protocol = shipped_protocol("ottawa_ankle")
    listed = next(each for each in stations(ANKLE) if each.number == number)
    station = station_of(protocol, ANKLE, listed.id)
    host = FixedHost(datetime.fromisoformat(day).replace(hour=9, tzinfo=UTC), seed=number * 1_000 + len(trainee))
    opened = ev.CaseOpened(host.new_case(), "practice", station.as_of, "", "", protocol.identity)
    with TranscriptWriter.create(folder, opened, protocol, host, actor=trainee, disk=QuickDisk()) as writer:
        attempt = Practising.start(protocol, station, writer, opened, "practice")
        for command in script(protocol, station, fault):
            assert attempt.send(command) is None
        if not attempt.attempt.ended:
            assert attempt.send(cmd.End()) is None
        return writer.path
