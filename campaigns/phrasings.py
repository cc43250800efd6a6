"""How often is a follow-up question understood? Over questions that nobody tuned the matcher with.

    python -m campaigns.phrasings

The questions (tests/dialogue/follow_up_phrasings.yaml) were written from the titles of the topics alone and are never
edited. Prints how often the topic that was meant stands first, and among the first three, and those that are missed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from chatbot.content.library import load_protocol  # noqa: E402
from chatbot.core.asking import recognise  # noqa: E402
from chatbot.core.protocol import Protocol  # noqa: E402

WRITTEN = ROOT / "tests" / "dialogue" / "follow_up_phrasings.yaml"


@dataclass(frozen=True)
class Found:
    """What came of the questions; shares from 0 to 1."""

    count: int
    first: float
    among_three: float
    missed: tuple[str, ...]

    @property
    def told(self) -> str:
        """Say the figures, and what was missed."""
        shares = f"right topic first {self.first:.0%}, among the first three {self.among_three:.0%}"
        return "\n  missed: ".join([f"{self.count} phrasings: {shares}", *self.missed])


def phrasings(protocol: Protocol) -> Found:
    """Put every question to the matcher."""
    written: list[dict[str, Any]] = yaml.safe_load(WRITTEN.read_text("utf-8"))
    first = among_three = 0
    missed = []
    for each in written:
        meant, near = {each["topic"], *each.get("also", ())}, recognise(protocol, each["ask"]).near
        first += bool(near) and near[0] in meant
        among_three += not meant.isdisjoint(near[:3])
        if meant.isdisjoint(near[:3]):
            missed.append(f"{each['ask']} ({each['topic']})")
    return Found(len(written), first / len(written), among_three / len(written), tuple(missed))


if __name__ == "__main__":
    print(phrasings(load_protocol()).told)
