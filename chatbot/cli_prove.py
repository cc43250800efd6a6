"""The command ``prove``: what holds on every possible interview, or an interview on which it does not.

``chatbot.cli`` takes the parser from here; what the handler needs is imported only when it runs, the solver only
when something is to be proved.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import common_options, show, show_json
from chatbot.errors import EnvironmentProblem, ExitCode, StorageError, UsageError

if TYPE_CHECKING:
    from chatbot.core.property_tree import Property
    from chatbot.core.protocol import Protocol
    from chatbot.proof.counterexamples import CounterExample
    from chatbot.proof.proving import Line, Open

WIDTH = 110
EXAMPLES = Path("counter-examples")
HEADINGS = {"property": "Properties", "contraindication": "Contraindications", "theorem": "Theorems"}
MOST_TOLD = 12
"""How many instances of one statement that are not so are listed."""


def add_parser(commands: Any) -> None:
    """Add ``prove`` to the command line."""
    parser = commands.add_parser("prove", help="prove what must hold on every interview", allow_abbrev=False)
    parser.add_argument("protocol", nargs="?", help="one protocol; without it all of them")
    parser.add_argument("--only", nargs="+", default=(), metavar="ID", help="only these properties, actions, theorems")
    parser.add_argument("--afresh", action="store_true", help="prove again what the certificate already says")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes; without it one for each processor")
    parser.add_argument("--seconds", type=float, metavar="S", help="how long to work on one statement (30)")
    parser.add_argument("--examples", type=Path, default=EXAMPLES, metavar="DIR", help="where counter-examples go")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="show a counter-example again, without a solver")
    parser.add_argument("--json", action="store_true", help="print JSON")
    common_options(parser, again=True)
    parser.set_defaults(handler=_prove)


def _prove(options: argparse.Namespace) -> int:
    from chatbot.content.library import find_protocol, load_protocol, protocol_names, protocols_folder

    if options.jobs is not None and options.jobs < 1:
        raise UsageError("--jobs is a number of processes, at least 1", hint="leave it out for one a processor")
    if options.seconds is not None and options.seconds <= 0:
        raise UsageError("--seconds is a time above 0", hint="leave it out for 30 seconds a statement")
    if options.replay is not None:
        return _replay(options)
    home = protocols_folder(options.protocols)
    names = [options.protocol] if options.protocol else protocol_names(home)
    if not names:
        raise UsageError(f"{home} holds no protocol", hint="name a protocol or its folder")
    reports = []
    for name in names:
        folder = find_protocol(name, home)
        report = _Report(options, folder, load_protocol(name, folder=home))
        report.run()
        reports.append(report)
    if options.json:
        show_json({"schema": "backstory.proof/1", "protocols": [each.to_json() for each in reports]})
    return ExitCode.FINE if all(each.holds for each in reports) else ExitCode.DOES_NOT_HOLD


class _Report:
    """The proof of one protocol: from its certificate, or afresh."""

    def __init__(self, options: argparse.Namespace, folder: Path, protocol: Protocol) -> None:
        self.options, self.folder, self.protocol = options, folder, protocol
        self.lines: list[dict[str, Any]] = []
        self.source, self.holds = "", True
        self.examples: list[str] = []
        self.certificate: str | None = None

    def show(self, text: str) -> None:
        if not self.options.json:
            show(text)

    def run(self) -> None:
        self.show(f"{self.protocol.id} {self.protocol.version}, digest {self.protocol.digest[:12]}")
        if self.protocol.certificate is not None and not (self.options.afresh or self.options.only):
            self.from_certificate()
        else:
            self.afresh()

    def from_certificate(self) -> None:
        from chatbot.content.certificate_file import proved_lines

        proof = self.protocol.certificate
        assert proof is not None
        self.source, self.certificate = "certificate", proof.digest
        for line in proved_lines(self.folder):
            self.line(line)
        self.show(
            f"proved: {proof.statements} statements, by the certificate {proof.digest[:12]} ({proof.solver}); nothing"
            " changed since. --afresh proves them again."
        )

    def afresh(self) -> None:
        from concurrent.futures.process import BrokenProcessPool

        from chatbot.content.certificate_file import write_certificate
        from chatbot.proof.properties import load_excuses, load_properties, load_tables

        try:
            from chatbot.proof.proving import SECONDS, Proof, bounds, solver_name
        except ModuleNotFoundError as error:
            raise UsageError("proving needs a solver", hint="pip install 'backstory[proof]'") from error
        began = monotonic()
        properties, tables = load_properties(self.folder, self.protocol), load_tables(self.folder, self.protocol)
        seconds = self.options.seconds or SECONDS
        excuses = load_excuses(self.folder)
        proof = Proof(self.protocol, properties, tables, excuses, seconds=seconds, only=self.options.only)
        self._known(proof)
        self.source = "proof"
        by_name = {each.id: each for each in properties}
        jobs = self.options.jobs or os.cpu_count() or 1
        self.show(f"proving on {jobs} processor{'' if jobs == 1 else 's'}; a large protocol takes a minute or two")
        found: list[Line] = []
        try:
            for line in proof.lines(jobs):
                found.append(line)
                self.line(_json_of(line))
                self.tell(line, by_name)
        except BrokenProcessPool as error:
            message = "a process that proves ended before its time, perhaps for want of memory"
            raise EnvironmentProblem(message, hint="try --jobs 1") from error
        total = sum(line.of for line in found)
        took = f"{monotonic() - began:.0f} s"
        self.holds = all(line.proved for line in found)
        if not self.holds:
            self._withdraw()
            wrong = sum(len(line.open) for line in found)
            self.show(f"not proved: {wrong} of {total} statements, in {took}")
            return
        if self.options.only:
            self.show(f"proved: {total} statements, in {took}; a certificate needs all of them")
            return
        rows = [_certified(line) for line in found]
        try:
            sealed = write_certificate(self.folder, self.protocol, solver_name(), bounds(self.protocol), rows)
        except OSError as error:
            message = f"the certificate cannot be written: {error.strerror}"
            raise StorageError(message, hint=f"make {self.folder} writable") from error
        self.certificate = sealed.seal
        self.show(f"proved: {total} statements, in {took}; certificate {sealed.seal[:12]} written")

    def _known(self, proof: Any) -> None:
        from chatbot.core.resolve import near_miss
        from chatbot.proof.proving import THEOREMS, group_of

        known = {*THEOREMS, *(each.id for each in proof.stated), *(group_of(each) for each in proof.stated)}
        for name in self.options.only:
            if name not in known:
                hint = near_miss(name, known) or f"the theorems are {', '.join(THEOREMS)}"
                raise UsageError(f"{self.protocol.id} states nothing called {name!r}", hint=hint)

    def _withdraw(self) -> None:
        """Take away a certificate of this very content, which says more than can be proved."""
        from chatbot.content.certificate_file import FILE, misfits, read_certificate

        sealed = read_certificate(self.folder)
        if sealed is not None and not misfits(sealed.certificate, self.folder, self.protocol.digest):
            (self.folder / FILE).unlink(missing_ok=True)
            self.show("the certificate said otherwise and is withdrawn")

    # --- lines ---

    def line(self, line: dict[str, Any]) -> None:
        if not self.lines or self.lines[-1]["kind"] != line["kind"]:
            self.show(HEADINGS[line["kind"]])
        self.lines.append(line)
        set_aside = f"{len(line['excused'])} set aside" if line["excused"] else ""
        of = ", ".join(filter(None, ["" if line["of"] == 1 else str(line["of"]), set_aside]))
        self.show(f"  {'NOT SO' if line['open'] else 'proved'}  {line['id']}: {line['says']}{f' ({of})' if of else ''}")

    def tell(self, line: Line, by_name: dict[str, Property]) -> None:
        from chatbot.proof.counterexamples import counter_example

        for each in line.open[:MOST_TOLD]:
            if each.verdict == "undecided":
                self.show(f"      {each.name}: not decided in time; try --seconds 120")
            elif each.name in by_name:
                example = counter_example(self.protocol, by_name[each.name], each.interviews)
                if example is None:
                    # The formulas and the engine disagree: our fault, and to be said, not hidden.
                    raise AssertionError("an interview of the solver does not refute on the engine")
                self._example(example)
            else:
                self.show(f"      {each.name}{f': {each.note}' if each.note else ''}")
                self._interview(each)
        if len(line.open) > MOST_TOLD:
            self.show(f"      … and {len(line.open) - MOST_TOLD} more")

    def _example(self, example: CounterExample) -> None:
        from chatbot.proof.example_file import written
        from chatbot.proof.telling import tell

        told = tell(example, example.situations(self.protocol))
        path = self._path(example.property.id)
        commands = self._commands(path)
        self._write(path, written(self.protocol, example, told, *commands))
        for row in _wrapped([f"{example.property.title.clinician} ({example.property.id})", *told]):
            self.show(f"      {row}")
        self.show(f"      replay it: {commands[0]}")

    def _interview(self, each: Open) -> None:
        """Write the interview that refutes a theorem as a plain answers file."""
        from chatbot.proof.example_file import plainly_written

        for interview in each.interviews:
            path = self._path(each.name)
            command = self._commands(path)[1]
            self._write(path, plainly_written(self.protocol, each.name, each.note, interview, command))
            self.show(f"      its plan: {command}")

    def _path(self, name: str) -> Path:
        safe = "".join(each if each.isalnum() or each in "._-" else "-" for each in name)
        path: Path = self.options.examples / self.protocol.id / f"{safe}.yaml"
        return path

    def _commands(self, path: Path) -> tuple[str, str]:
        name = self.options.protocol or self.protocol.id
        where = f" --protocols {self.options.protocols}" if self.options.protocols else ""
        return f"backstory prove {name}{where} --replay {path}", f"backstory plan --answers {path}{where}"

    def _write(self, path: Path, text: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        except OSError as error:
            message = f"the counter-example cannot be written to {path}: {error.strerror}"
            raise StorageError(message, hint="name a folder with --examples") from error
        self.examples.append(str(path))

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "protocol": self.protocol.identity,
            "from": self.source,
            "holds": self.holds,
            "certificate": self.certificate,
            "statements": self.lines,
            "counter_examples": self.examples,
        }


def _json_of(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "id": line.id,
        "says": line.says,
        "of": line.of,
        "excused": dict(line.excused),
        "open": [{"name": each.name, "verdict": each.verdict, "note": each.note} for each in line.open],
    }


def _certified(line: Line) -> dict[str, Any]:
    found = {"kind": line.kind, "id": line.id, "says": line.says, "of": line.of}
    return {**found, "excused": dict(line.excused)} if line.excused else found


def _wrapped(told: Sequence[str]) -> Iterator[str]:
    from chatbot.core.text import wrap

    for each in told:
        yield from wrap(each, WIDTH, "  " if each.startswith("- ") else "", "")


# --- a counter-example again ----------------------------------------------------------------------


def _replay(options: argparse.Namespace) -> int:
    from chatbot.content.answers_file import read_answers
    from chatbot.content.library import find_protocol, load_protocol, protocols_folder
    from chatbot.proof.properties import load_properties

    file = read_answers(options.replay)
    if not file.refutes or file.as_of is None:
        raise UsageError(
            f"{options.replay} is no counter-example: it does not say what it refutes",
            hint="'backstory plan --answers' shows the plan of any answers file",
        )
    name = options.protocol or file.protocol
    protocol = load_protocol(name, folder=options.protocols)
    folder = find_protocol(name, protocols_folder(options.protocols))
    properties = {each.id: each for each in load_properties(folder, protocol)}
    if file.refutes not in properties:
        raise UsageError(f"{protocol.id} states nothing called {file.refutes!r}", hint="the property was taken out")
    from chatbot.proof.counterexamples import still_refutes
    from chatbot.proof.example_file import read_example
    from chatbot.proof.telling import tell

    example = read_example(protocol, file, properties[file.refutes])
    refutes = still_refutes(protocol, example)
    if options.json:
        show_json({"schema": "backstory.replay_of_proof/1", "property": file.refutes, "refuted": refutes})
    elif refutes:
        show("\n".join(_wrapped(tell(example, example.situations(protocol)))))
    else:
        show(f"{file.refutes} holds on this interview")
    return ExitCode.DOES_NOT_HOLD if refutes else ExitCode.FINE
