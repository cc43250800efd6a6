"""Do the same answers give the same case, plan and transcript, whatever machine, clock, zone, language or Python?

    python -m campaigns.determinism [--protocol NAME ...] [--only N] [--without-cases] [--jobs N]

Processes of their own, each under one setting, compute of every vignette of every shipped protocol: every field of the
folded case, the canonical plan, the plan as text, and a transcript written with a fixed host, with the case that its
replay comes to; and of every hand-written case the state and the plan. They print SHA-256 digests, which are compared
with those of the first process. Order counts: what comes out in another order is another result.

The settings: ``PYTHONHASHSEED``; ``TZ``, with and without summer time; the locale, with Python's own UTF-8 mode
switched off; the clock of the machine, moved before anything of the program is imported; and every other Python there
is. The YAML is read and checked by the first process and under one setting of each kind; the others take what the first
has checked, as a second start of the program does.

Controls: a process that lets its hash seed, zone, locale or clock into one plan must be told from the others, or the
setting never reached it and the comparison shows nothing. Ends with 1 on a difference, and on a control that is missed.
A small dose runs in ``tests/test_determinism.py``.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import datetime as datetime_module
import enum
import hashlib
import json
import locale
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chatbot.content.answers_file import AnswersFile
    from chatbot.core.case import Case
    from chatbot.core.protocol import Protocol

# Nothing of the program is imported up here: a child moves its clock first.

ROOT = Path(__file__).resolve().parents[1]

DAY = datetime_module.date
"""As Python has it, before any clock is moved; a moment is one too."""

QUIET = {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
"""The first process, with which all others are compared."""

BARE_C = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""ASCII, as Python itself would otherwise prevent."""

LOCALES = ("POSIX", "C.UTF-8", "tr_TR.UTF-8", "de_DE.ISO-8859-1")
"""Turkish has a dotless i; German in Latin-1 cannot spell every letter of the content."""

PYTHONS = ("3.12", "3.13", "3.14")

LEAKS = ("hash", "zone", "locale", "clock")


@dataclass(frozen=True)
class Setting:
    """What one process runs under."""

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    clock: str = ""
    """The moment, in UTC, that the machine's clock is moved to; empty: left alone."""
    python: str = sys.executable
    leak: str = ""
    """Of a control: what gets into its first plan."""
    reads: bool = False
    """Whether it reads and checks the YAML itself, which takes longest."""

    @property
    def as_here(self) -> bool:
        """Whether it runs under the Python of this process."""
        return self.python == sys.executable


# --- in a process of its own ----------------------------------------------------------------------


def move_clock(moment: datetime_module.datetime) -> None:
    """Move every clock that Python code can read by name, as if the machine's date had been set.

    What has been imported by value already keeps the old one, so this comes first.
    """
    ahead = moment.timestamp() - time.time()
    real_time, real_ns, real_local, real_utc, real_spell = (
        time.time,
        time.time_ns,
        time.localtime,
        time.gmtime,
        time.strftime,
    )
    real = datetime_module.datetime

    class Moved(real):
        @classmethod
        def now(cls, tz: datetime_module.tzinfo | None = None) -> Moved:
            return cls.fromtimestamp(real_time() + ahead, tz)

        @classmethod
        def utcnow(cls) -> Moved:
            return cls.now(datetime_module.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Moved:
            return cls.now()

    class MovedDay(datetime_module.date):
        @classmethod
        def today(cls) -> MovedDay:
            day = Moved.now()
            return cls(day.year, day.month, day.day)

    for made, name in ((Moved, "datetime"), (MovedDay, "date")):
        made.__name__ = made.__qualname__ = name
        made.__module__ = "datetime"
        setattr(datetime_module, name, made)
    changed: dict[str, Any] = {
        "time": lambda: real_time() + ahead,
        "time_ns": lambda: real_ns() + int(ahead * 1e9),
        "localtime": lambda at=None: real_local(real_time() + ahead if at is None else at),
        "gmtime": lambda at=None: real_utc(real_time() + ahead if at is None else at),
        "strftime": lambda form, at=None: real_spell(form, time.localtime() if at is None else at),
    }
    for name, function in changed.items():
        setattr(time, name, function)


def leaked(kind: str) -> object:
    """Return what a careless program would let into a plan."""
    match kind:
        case "hash":
            return list({"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"})
        case "zone":
            return time.strftime("%Y-%m-%dT%H:%M", time.localtime(1_770_000_000))
        case "locale":
            locale.setlocale(locale.LC_ALL, "")
            return [locale.getpreferredencoding(False), locale.setlocale(locale.LC_CTYPE)]
        case _:
            return datetime_module.date.today().isoformat()


def plain(value: object) -> object:
    """Return a value as JSON data: every field of a dataclass, the order of a mapping kept, sets in order.

    Raises: TypeError for what has no spelling of its own, so that no address in memory is ever compared.
    """
    if isinstance(value, enum.Enum):
        return [type(value).__name__, value.name]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if dataclasses.is_dataclass(value):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return [[plain(key), plain(each)] for key, each in value.items()]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(each) for each in value), key=spelled)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, DAY):
        return value.isoformat()
    if isinstance(value, (Decimal, Fraction)):
        return [type(value).__name__, str(value)]
    if repr(value) == "NOT_APPLICABLE":
        return ["NotApplicable"]
    raise TypeError(f"a {type(value).__name__} has no spelling of its own")


def spelled(value: object) -> str:
    """Return JSON data in one spelling, lists in their order."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(value: object) -> str:
    """Return SHA-256 in hex of JSON data, text or bytes."""
    data = value if isinstance(value, bytes) else spelled(value).encode()
    return hashlib.sha256(data).hexdigest()


class Computing:
    """What a process computes of one protocol."""

    def __init__(self, protocol: Protocol, folder: Path, scratch: Path, leak: str) -> None:
        self.protocol, self.folder, self.scratch, self.leak = protocol, folder, scratch, leak

    def plan_digests(self, case: Case) -> dict[str, str]:
        """Return the digests of a case: every field of it, its plan, and the plan as text."""
        from chatbot.core.plan import build_plan
        from chatbot.export.text import plan_text

        plan = build_plan(self.protocol, case)
        shown = plan_text(plan, self.protocol.labels)
        if self.leak:
            plan, self.leak = plan | {"leaked": leaked(self.leak)}, ""
        return {"state": digest(plain(case)), "plan": digest(plan), "text": digest(shown)}

    def vignettes(self, only: int | None) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the digests of each vignette, its transcript's with them."""
        from chatbot.content.answers_file import open_case, read_answers

        for path in sorted((self.folder / "vignettes").glob("*.yaml"))[:only]:
            file = read_answers(path)
            assert file.as_of is not None
            case, events = open_case(self.protocol, file, file.as_of)
            yield f"vignettes/{path.stem}", self.plan_digests(case) | self.transcript(case, events)

    def transcript(self, case: Case, events: Sequence[Any]) -> dict[str, str]:
        """Write a case, replay it, and return the digests of the file and of the case it comes to."""
        from chatbot.core import commands as cmd
        from chatbot.core.navigation import decide
        from chatbot.record.host import FixedHost
        from chatbot.record.replay import verify
        from chatbot.record.store import TranscriptWriter

        host = FixedHost(datetime_module.datetime.combine(case.as_of.date(), NOON, datetime_module.UTC))
        opened = dataclasses.replace(events[0], case=host.new_case())
        issued = decide(self.protocol, case, cmd.IssuePlan())
        with TranscriptWriter.create(self.scratch, opened, self.protocol, host, actor="example") as writer:
            writer.append(events[1:])
            if isinstance(issued, tuple):
                writer.append(issued)
        states: list[Case] = []
        report = verify(
            writer.path,
            lambda data: self.protocol,
            watch=lambda _protocol, _record, _before, after: states.append(after),
        )
        found = {"transcript": digest(writer.path.read_bytes()), "replayed": digest([report.head, plain(states[-1])])}
        writer.path.unlink()
        return found | {"plans verified": str(report.plan_digests_checked)}

    def cases(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield the digests of each hand-written case."""
        from chatbot.content.answers_file import answers_of_case, assessed_case
        from chatbot.content.inherit import Vignettes
        from chatbot.content.source import read

        vignettes = Vignettes.of_folder(self.folder / "vignettes")
        for path in sorted((self.folder / "cases").glob("*.yaml")):
            root, found = read(path, path.name)
            assert root is not None and not found
            for name in [key.text for key, _ in root.value("cases").entries]:  # type: ignore[union-attr]
                file: AnswersFile = answers_of_case(root, path.name, name, vignettes)
                assert file.as_of is not None
                yield f"cases/{path.stem}:{name}", self.plan_digests(assessed_case(self.protocol, file, file.as_of))


NOON = datetime_module.time(12, 0)


def child(arguments: argparse.Namespace) -> int:
    """Print the digests of one setting, a line of JSON for each vignette and case."""
    if arguments.clock:
        move_clock(datetime_module.datetime.fromisoformat(arguments.clock).replace(tzinfo=datetime_module.UTC))
    for folder in arguments.libraries:
        sys.path.append(folder)
    from chatbot.content.library import find_protocol, load_protocol, protocols_folder

    if arguments.clock:
        moved = datetime_module.datetime.fromisoformat(arguments.clock).replace(tzinfo=datetime_module.UTC)
        assert abs(datetime_module.datetime.now(datetime_module.UTC) - moved) < datetime_module.timedelta(hours=1)
    for name in arguments.protocol:
        # The first one remembers what it has checked, for a Python that cannot check.
        protocol = load_protocol(name, cache=arguments.cache)
        with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
            computing = Computing(protocol, find_protocol(name, protocols_folder()), Path(scratch), arguments.leak)
            results = [("content", {"content": protocol.digest}), *computing.vignettes(arguments.only)]
            if not arguments.without_cases:
                results += computing.cases()
        for what, digests in results:
            print(json.dumps([f"{name}/{what}", digests]))
    return 0


# --- in the process that compares -----------------------------------------------------------------

Digests = dict[str, dict[str, str]]


class Runner:
    """Runs settings, each in a process of its own."""

    def __init__(self, scratch: Path, protocols: Sequence[str], options: Sequence[str] = ()) -> None:
        self.scratch, self.protocols, self.options = scratch, protocols, options

    def run(self, setting: Setting, *, first: bool = False) -> Digests:
        """Return the digests that one setting gives. *first*: the process that checks the content for other Pythons.

        Raises: RuntimeError with what the process said when it failed.
        """
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
        environment = {**kept, **QUIET, "XDG_CACHE_HOME": str(self.scratch / "cache"), **setting.environment}
        environment["PYTHONPATH"] = str(ROOT)
        command = [setting.python, "-W", "error", "-m", "campaigns.determinism", "--child"]
        command += [f"--protocol={name}" for name in self.protocols]
        command += [f"--scratch={self.scratch}", f"--clock={setting.clock}", f"--leak={setting.leak}", *self.options]
        if first or not setting.reads:
            command.append("--cache")
        if not setting.as_here:
            command += [f"--library={path}" for path in sys.path if path.endswith("site-packages")]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.decode("utf-8", "replace").strip() or f"ended with {done.returncode}")
        return dict(json.loads(line) for line in done.stdout.splitlines())


def differences(expected: Digests, found: Digests) -> list[str]:
    """Return what differs: ``post_surgical_back_pain/vignettes/all_unknown: plan``."""
    lines = [f"{name}: only in one of the two" for name in sorted(expected.keys() ^ found.keys())]
    for name in expected.keys() & found.keys():
        lines += [f"{name}: {what}" for what, value in expected[name].items() if found[name].get(what) != value]
    return sorted(lines)


def turkish_and_german(folder: Path) -> dict[str, str]:
    """Build the locales that the machine does not have, where it can; return each with the ``LOCPATH`` it needs."""
    had = {each.lower().replace("-", "") for each in _said("locale", "-a").split()}
    places = {}
    for name in LOCALES:
        stem, _, letters = name.partition(".")
        if name.lower().replace("-", "") in had:
            places[name] = ""
        elif letters and shutil.which("localedef"):
            folder.mkdir(exist_ok=True)
            _said("localedef", "-c", "-i", stem, "-f", letters, str(folder / name))
            if (folder / name / "LC_CTYPE").exists():
                places[name] = str(folder)
    return places


def other_pythons() -> dict[str, str]:
    """Return the interpreters of other versions that start, by version."""
    found = {}
    for version in PYTHONS:
        pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        for path in filter(None, [shutil.which(f"python{version}"), *map(str, pyenv)]):
            if _said(path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip() == version:
                found.setdefault(version, path)
    return found


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""


def settings(locales: Mapping[str, str], pythons: Mapping[str, str]) -> list[Setting]:
    """Return everything that the first process is compared with."""
    seeds = ("1", "20260315", "4294967295", "random")
    found = [Setting(f"hash seed {seed}", {"PYTHONHASHSEED": seed}, reads=seed == "random") for seed in seeds]
    zones = ("Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago")
    found += [Setting(f"zone {zone}", {"TZ": zone}, reads=zone == "Pacific/Kiritimati") for zone in zones]
    found.append(Setting("locale C without UTF-8 mode", BARE_C, reads=True))
    for name, place in locales.items():
        spoken = {"LC_ALL": name, "LANG": name, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
        found.append(Setting(f"locale {name}", spoken | ({"LOCPATH": place} if place else {})))
    found += [Setting(f"clock {moment}", clock=moment) for moment in ("2000-02-29T23:59:59", "2038-01-19T03:14:08")]
    # Within the hour that Berlin leaves out in spring.
    found.append(Setting("clock in a missing hour", {"TZ": "Europe/Berlin"}, clock="2026-03-29T01:30:00"))
    found += [Setting(f"Python {version}", python=path) for version, path in pythons.items()]
    mixed = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", **BARE_C}
    found.append(Setting("all at once", mixed, clock="2099-12-31T23:30:00", reads=True))
    return found


CONTROLS = {
    "hash": Setting("hash seed let in", {"PYTHONHASHSEED": "1"}),
    "zone": Setting("zone let in", {"TZ": "Pacific/Kiritimati"}),
    "locale": Setting("locale let in", BARE_C),
    "clock": Setting("clock let in", clock="2038-01-19T03:14:08"),
}
"""Each is run twice, once as the first process and once so; with what it lets in the two must differ."""


def missed_controls(runner: Runner, leaks: Sequence[str] = LEAKS) -> list[str]:
    """Return the controls whose leak was not noticed, or changed anything but the one plan it went into."""
    missed = []
    for leak in leaks:
        one = runner.run(Setting("", leak=leak))
        other = runner.run(dataclasses.replace(CONTROLS[leak], leak=leak))
        found = differences(one, other)
        if [line.rpartition(": ")[2] for line in found] != ["plan"] * len(runner.protocols):
            missed.append(f"{leak}: {found or 'no difference'}")
    return missed


def main() -> int:
    """Run the campaign; 0 when every setting gives the same and every control is told apart."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", action="append", help="default: every protocol that is shipped")
    parser.add_argument("--only", type=int, help="so many vignettes of each protocol")
    parser.add_argument("--without-cases", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    for hidden in ("--clock", "--leak", "--scratch"):
        parser.add_argument(hidden, default="", help=argparse.SUPPRESS)
    for hidden in ("--child", "--cache"):
        parser.add_argument(hidden, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--library", dest="libraries", action="append", default=[], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    return child(arguments) if arguments.child else compare(arguments)


def compare(arguments: argparse.Namespace) -> int:
    """Run every setting and every control, and print what came out."""
    from chatbot.content.library import protocol_names, protocols_folder

    names = arguments.protocol or protocol_names(protocols_folder(None))
    options = [f"--only={arguments.only}"] * (arguments.only is not None)
    options += ["--without-cases"] * arguments.without_cases
    with tempfile.TemporaryDirectory(prefix="determinism-") as folder:
        scratch = Path(folder)
        locales, pythons = turkish_and_german(scratch / "locales"), other_pythons()
        for name in LOCALES:
            built = ", built for this run" if locales.get(name) else ""
            print(f"locale {name}: {f'there{built}' if name in locales else 'NOT FOUND'}")
        for version in PYTHONS:
            print(f"Python {version}: {pythons.get(version, 'NOT FOUND')}")
        runner = Runner(scratch, names, options)
        expected = runner.run(Setting("as it comes"), first=True)
        count = Counter(what for digests in expected.values() for what in digests)
        plans = sum(int(digests.get("plans verified", 0)) for digests in expected.values())
        print(f"{', '.join(f'{number} × {what}' for what, number in count.items())}; {plans} plans verified in replay")
        fine = True
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for setting, told in pool.map(
                lambda each: (each, _told(runner, each, expected)), settings(locales, pythons)
            ):
                print(f"{setting.name}: {told or 'the same'}", flush=True)
                fine = fine and not told
        missed = missed_controls(Runner(scratch, names, ["--only=1", "--without-cases"]))
    print("\n".join(f"control missed: {each}" for each in missed) or f"controls told apart: {', '.join(LEAKS)}")
    return 0 if fine and not missed else 1


def _told(runner: Runner, setting: Setting, expected: Digests) -> str:
    try:
        found = differences(expected, runner.run(setting))
    except RuntimeError as error:
        return f"FAILED: {error}"
    return f"{len(found)} DIFFERENCES\n  " + "\n  ".join(found[:20]) if found else ""


if __name__ == "__main__":
    sys.exit(main())
