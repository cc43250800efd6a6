"""The six questions of docs/audit.md, asked by the commands that stand there, against answers computed another way.

    python -m campaigns.six_questions [--cases 2000] [--seed 7] [--protocol NAME] [--folder FOLDER]

The commands are read off the page and run; their answers are read off what they print. The other way takes the files
apart as JSON and folds them one event at a time; it shares no code with ``chatbot.audit``. Ends with 1 on a difference.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from campaigns.cases_at_scale import write_cases
from chatbot.content.library import load_bundle, load_protocol
from chatbot.core.case import Case, evolve
from chatbot.core.events import from_data
from chatbot.core.protocol import Protocol
from chatbot.core.urgency import plan_urgency, safety_asked

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "audit.md"
TITLES = (
    "How long",
    "Which safety question",
    "How many emergencies",
    "Which recommendations",
    "How often",
    "Which cases",
)

Run = Callable[[Sequence[str]], str]
"""From the words of a command to what it prints."""


def commands() -> list[list[str]]:
    """Return the command under each of the six questions, as the page has it."""
    section = PAGE.read_text("utf-8").split("## Six questions", 1)[1].split("\n## ", 1)[0]
    parts = re.split(r"^\*\*", section, flags=re.MULTILINE)[1:]
    assert tuple(part.startswith(title) for part, title in zip(parts, TITLES, strict=True)) == (True,) * 6
    return [shlex.split(re.findall(r"```\n(backstory .*)\n```", part)[0]) for part in parts]


def asked(folder: Path, run: Run) -> list[Any]:
    """Return the six answers as the commands print them."""
    kept = ("--state", str(folder / "six.state"))
    made = [[str(folder) if word == "transcripts" else word for word in command[1:]] for command in commands()]
    # The cases are read once: the other five commands take them from the state of the first.
    out = [run([*words, *kept]) for words in made]
    settled = re.search(r"opening to settled +median ([\d.]+) min, 90th centile ([\d.]+) min \(n = (\d+)\)", out[0])
    worst = re.search(r"declined +not ass.\n +(\S+) +(\d+) +(\d+) +(\d+) +(\d+)", out[1])
    within = re.search(r"Alarms \((\d+) raised\)\n +acknowledged within 5 minutes +(\d+)", out[2])
    declined = re.findall(r"^    (\S+) +(\d+) of (\d+)\n      (.*)$", out[3], re.MULTILINE)
    lowered = re.search(r"lowered the urgency: (\d+), in (\d+) case.*\n((?:    \S+ .*\n)*) +of these .*: (\d+)", out[4])
    assert settled and worst and within and lowered
    return [
        settled.groups(),
        worst.groups(),
        within.groups(),
        [(rule, times, decided, reasons.split(", ")) for rule, times, decided, reasons in declined],
        (lowered[1], lowered[2], lowered[4], {line.split()[0]: line.split()[1] for line in lowered[3].splitlines()}),
        sorted(re.findall(r"^(.+?):(\d+): (\S+)  (\S+)  (\S+)$", out[5], re.MULTILINE)),
    ]


class Other:
    """Computes the six answers from the files alone."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.settled: list[int] = []
        self.states: dict[str, Counter[str]] = {}
        self.waits: list[int | None] = []
        self.declined: dict[str, Counter[str]] = {}
        self.decided: Counter[str] = Counter()
        self.lowered: list[tuple[str, str, str]] = []
        self.again = 0
        self.left: list[tuple[str, str, str, str, str]] = []

    def read(self, path: Path) -> None:
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        case, spent, settled = None, 0, False
        before: Case | None = None
        decisions: dict[str, tuple[str, str]] = {}
        raised: dict[str, dict[str, Any]] = {}
        lowering: Counter[str] = Counter()
        for number, record in enumerate(records):
            data, type_ = record["data"], record["type"]
            if number and type_ != "case.resumed" and records[number - 1]["type"] != "case.suspended":
                spent += max(0, record["mono_ns"] - records[number - 1]["mono_ns"])
            before, case = case, evolve(self.protocol, case, from_data(type_, record["v"], data))
            if type_.startswith("answer.") and not settled and safety_asked(self.protocol, case.assessment):
                settled = True
                self.settled.append(spent // 1_000_000_000)
            if type_ == "alarm.raised":
                raised |= dict.fromkeys(data["flags"], record)
                self.waits += [None] * len(data["flags"])
            if type_ == "alarm.acknowledged":
                for flag in data["flags"]:
                    self.waits.remove(None)
                    self.waits.append(self._waited(raised.pop(flag), record, records))
            if type_ == "plan.decided":
                decisions[data["rule"]] = (data["decision"], data.get("code", ""))
            if type_ == "safety.left_open":
                self.left.append(
                    (str(path), str(number + 1), records[0]["data"]["case"], data["question"], data["code"])
                )
            if type_ in {"answer.corrected", "answer.withdrawn"}:
                # Whatever lowered the urgency at this question before was corrected again by this.
                self.again += lowering.pop(data["question"], 0)
                assert before is not None
                if self._fell(before, case):
                    lowering[data["question"]] += 1
                    self.lowered.append((str(path), data["question"], data["because"]))
        assert case is not None
        for key, answer in case.answers.items():
            if key in self.protocol.safety_questions and case.assessment.applies[key] is not False:
                state = "known" if answer.value is not None else str(answer.status)
                self.states.setdefault(key, Counter())[state] += 1
        for rule, (decision, code) in decisions.items():
            self.decided[rule] += 1
            if decision == "decline":
                self.declined.setdefault(rule, Counter())[code] += 1

    @staticmethod
    def _waited(first: dict[str, Any], second: dict[str, Any], records: list[dict[str, Any]]) -> int:
        between = records[first["seq"] + 1 : second["seq"] + 1]
        if not any(each["type"] == "case.resumed" for each in between):
            return int(second["mono_ns"] - first["mono_ns"]) // 1_000_000_000
        passed = datetime.fromisoformat(second["t"]) - datetime.fromisoformat(first["t"])
        return int(passed.total_seconds())

    def _fell(self, before: Case, after: Case) -> bool:
        plans = [plan_urgency(self.protocol, each.assessment).rank for each in (before, after)]
        return after.urgency.rank < before.urgency.rank or plans[1] < plans[0]

    def answers(self) -> list[Any]:
        ordered = sorted(self.settled)
        middle, late = (ordered[-(-len(ordered) * each // 100) - 1] for each in (50, 90))
        key, states = min(self.states.items(), key=lambda each: (each[1]["known"] - each[1].total(), each[0]))
        rest = states["not_assessed"] + states["cannot_apply"]
        worst = (key, states.total(), states["unknown"], states["declined"], rest)
        top = sorted(self.declined.items(), key=lambda each: (-each[1].total(), each[0]))[:10]
        why = Counter(because for _, _, because in self.lowered)
        cases = len({path for path, _, _ in self.lowered})
        return [
            (f"{middle / 60:.1f}", f"{late / 60:.1f}", str(len(ordered))),
            tuple(map(str, worst)),
            (str(len(self.waits)), str(sum(each is not None and each <= 300 for each in self.waits))),
            [
                (
                    rule,
                    str(codes.total()),
                    str(self.decided[rule]),
                    [f"{code} {n}" for code, n in sorted(codes.items(), key=lambda each: (-each[1], each[0]))],
                )
                for rule, codes in top
            ],
            (str(len(self.lowered)), str(cases), str(self.again), {code: str(n) for code, n in why.items()}),
            sorted(self.left),
        ]


def computed(folder: Path) -> list[Any]:
    """Return the six answers from the files alone."""
    (kept,) = (folder / "protocols").iterdir()
    other = Other(load_bundle(kept.read_bytes()))
    for path in sorted((folder / "clinical").iterdir()):
        other.read(path)
    return other.answers()


def by_command(words: Sequence[str]) -> str:
    """Run a command of ours and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "chatbot", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--protocol", help="without it the default one")
    parser.add_argument("--folder", type=Path, help="cases that are there already")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary) / "cases"
        if options.folder is None:
            for _ in write_cases(folder, options.cases, options.seed, protocol=load_protocol(options.protocol)):
                pass
        wanted, found = computed(folder), asked(folder, by_command)
    differ = 0
    for title, right, said in zip(TITLES, wanted, found, strict=True):
        differ += right != said
        short = f"{len(said)} lines" if title == "Which cases" else said
        print(f"{'same' if right == said else f'DIFFERS, is {right}'}: {title} … {short}")
    print(f"seed {options.seed}: {6 - differ} of 6 answers agree")
    return 1 if differ else 0


if __name__ == "__main__":
    raise SystemExit(main())
