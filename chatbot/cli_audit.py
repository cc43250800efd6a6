"""``backstory audit``: many cases at once. What the handler needs is imported only when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import common_options, complain, show
from chatbot.errors import ExitCode, KeyProblem

if TYPE_CHECKING:
    from chatbot.audit.bulk import Engine
    from chatbot.audit.contents import Contents
    from chatbot.audit.find import Cases
    from chatbot.audit.query import Database
    from chatbot.audit.standards_command import StandardsRun
    from chatbot.audit.tally import Tally
    from chatbot.audit.work import Done
    from chatbot.record.checkpoint import Trusted
    from chatbot.record.identities import Identity

FORMATS = ("table", "json", "csv", "html")
SMALL = 5
"""Numbers below this say too much of few people where cases are grouped."""

PARTS = (
    *("verdicts", "urgency", "safety", "questions", "alarms", "corrections", "decisions", "left-open"),
    *("sections", "order", "flags", "groups", "problems"),
)
LISTS = ("problems", "left-open", "declined", "lowered", "late-alarms", "early")


def add_parser(commands: Any) -> None:
    """Add ``audit`` to the command line."""
    from chatbot.cli_against import against_options
    from chatbot.core.events import KINDS

    parser = commands.add_parser("audit", help="verify, replay and count many cases", allow_abbrev=False)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder of cases, or one transcript")
    parser.add_argument("--kind", choices=(*KINDS, "all"), default="clinical", help="kind of cases (clinical)")
    parser.add_argument("--jobs", type=int, metavar="N", help="processes; without it one for each core")
    parser.add_argument("--cluster", metavar="ADDRESS", help="let the workers of a Dask scheduler do the work")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep finished cases here, and go on from there")
    parser.add_argument("--format", choices=FORMATS, default="table", help="csv with --query only")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--part", choices=PARTS, help="only this part of the report")
    what.add_argument("--list", choices=LISTS, help="one line for each thing found, with its place")
    what.add_argument("--standards", action="store_true", help="count by the standards of the protocols")
    what.add_argument("--query", metavar="SQL", help="one SELECT over the tables; - reads it from standard input")
    parser.add_argument("--by", choices=("month", "actor"), default="month", help="what the part 'groups' groups by")
    parser.add_argument("--small-numbers", type=int, default=SMALL, metavar="N", help="hide numbers of groups below N")
    parser.add_argument("--drill", metavar="ID", help="with --standards: the cases that do not meet this one")
    parser.add_argument("--sample", type=int, metavar="N", help="with --drill: draw N cases to review by hand")
    parser.add_argument("--seed", metavar="S", help="with --sample: the same seed draws the same cases")
    parser.add_argument("--require-targets", action="store_true", help="end with 1 where a target is not reached")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument("--parquet", type=Path, metavar="DIR", help="write the tables there as Parquet files")
    parser.add_argument("--identities", action="store_true", help="labels, subject codes and names of actors too")
    parser.add_argument("--show-private", action="store_true", help="in tables: private answers and free text too")
    parser.add_argument("--memory", default="2GB", metavar="SIZE", help="what --query may use (2GB)")
    parser.add_argument(
        "--trust", action="append", default=[], metavar="KEY", help="a verifier key, or a file of them, to trust"
    )
    against_options(parser)
    common_options(parser, again=True)
    parser.set_defaults(handler=_audit)


@dataclass
class _Run:
    """One audit and where its results go."""

    options: argparse.Namespace
    tally: Tally
    takers: list[Callable[[Done], None]] = field(default_factory=list)
    standards: StandardsRun | None = None
    done: int = 0


def _audit(options: argparse.Namespace) -> int:
    if options.against is not None or options.recall or options.accept is not None:
        return _against(options)
    from chatbot.audit.across import registered, root_of
    from chatbot.audit.bulk import Engine, all_cores, worst
    from chatbot.audit.contents import Contents
    from chatbot.audit.find import find_cases
    from chatbot.audit.options import check_options
    from chatbot.audit.tally import Tally
    from chatbot.audit.work import Wanted
    from chatbot.cli_replay import note_access
    from chatbot.core.events import KINDS
    from chatbot.record.checkpoint import read_trust

    check_options(options)
    kinds = KINDS if options.kind == "all" else (options.kind,)
    with suppress(_Interrupted), ExitStack() as stack:
        run = _Run(options, Tally(by=options.by))
        database, run.standards = _database(options, stack), _standards(options)
        cases = find_cases(options.folder, kinds)
        tables = _table_takers(options, run, database, stack)
        identities = options.identities or options.by == "actor"
        trusted, keys = read_trust(options.trust), _keys(cases, stack)
        engine = Engine(
            wanted=Wanted(
                identities=identities,
                tables=tables,
                show_private=options.show_private,
                trusted=trusted,
                measures={} if run.standards is None else run.standards.measures,
            ),
            jobs=min(options.jobs or all_cores(), max(1, len(cases))),
            state=_state(options, identities, run.standards, trusted, stack),
            identities=keys,
        )
        note_access(
            options, "audit", *((cases.folder / cases.names[0][1][0],) if cases.one else (root_of(cases), len(cases)))
        )
        for path, what in cases.others:
            run.tally.other(f"{path}: {what}")
        for name, count in cases.doubles.items():
            run.tally.problem(f"{cases.folder}: {count} files hold case {name}", ExitCode.DOES_NOT_HOLD)
        for said, ends in registered(cases, kinds):
            if ends is None:
                run.tally.dispose(said)
            else:
                run.tally.problem(said, ends)
        if options.list:
            run.takers.append(_lister(options))
        contents = Contents()
        if options.format == "html":
            run.takers.append(lambda done: contents.add(done.row))
        if run.standards is not None:
            judged = run.standards.add
            run.takers.append(lambda done: judged(done.row))
        _go(_results(engine, cases, options, stack), cases, run)
        code = worst(each for each, count in run.tally.codes.items() if count)
        if database is not None:
            _answer(database, options.format)
        elif not options.list:
            _report(run, cases, contents, int(code))
        if engine.reused:
            complain(f"{engine.reused} of {len(cases)} cases were taken from {options.state}")
        if database is not None or options.list or run.standards is not None:
            _summary(run, cases)
        if code == ExitCode.FINE and options.require_targets and run.standards is not None and run.standards.missed:
            code = ExitCode.DOES_NOT_HOLD
        return int(code)
    return ExitCode.INTERRUPTED


def _against(options: argparse.Namespace) -> int:
    """Compare cases with other content, on all cores; one file alone as ``replay`` does."""
    from chatbot.audit.across import registered, root_of
    from chatbot.audit.bulk import Engine, all_cores, worst
    from chatbot.audit.find import find_cases
    from chatbot.audit.options import check_against
    from chatbot.audit.tally import Tally
    from chatbot.audit.work import Wanted
    from chatbot.cli_against import AGAINST, Comparing, print_against
    from chatbot.cli_replay import note_access
    from chatbot.core.events import KINDS
    from chatbot.record.checkpoint import read_trust

    check_against(options)
    if options.folder.is_file():
        return print_against(options, options.folder, note_access)
    with suppress(_Interrupted), ExitStack() as stack:
        comparing = Comparing(options)
        kinds = KINDS if options.kind == "all" else (options.kind,)
        cases = find_cases(options.folder, kinds)
        run = _Run(options, Tally())
        for said, ends in registered(cases, kinds):
            if ends is not None:
                run.tally.problem(said, ends)
                complain(said)
        engine = Engine(
            Wanted(trusted=read_trust(options.trust), measures={AGAINST: comparing.measure}),
            jobs=min(options.jobs or all_cores(), max(1, len(cases))),
            identities=_keys(cases, stack),
        )
        note_access(options, "audit", root_of(cases), len(cases))
        run.takers.append(lambda done: comparing.add(done.row))
        _go(_results(engine, cases, options, stack), cases, run)
        return comparing.say(worst(each for each, count in run.tally.codes.items() if count))
    return ExitCode.INTERRUPTED


def _report(run: _Run, cases: Cases, contents: Contents, code: int) -> None:
    """Print the report, or write it where it was asked for."""
    from chatbot.audit.lines import render
    from chatbot.core.text import visible

    options = run.options
    if options.format == "html":
        from chatbot.audit.report import page

        standards = () if run.standards is None else run.standards.shown()
        said = page(run.tally, cases, contents, standards, options.small_numbers)
    elif run.standards is not None:
        said = run.standards.text(options.format)
    else:
        said = render(run.tally, cases, options.format, options.small_numbers, code, options.part)
    if options.format == "table":
        said = visible(said)
    if options.out is None:
        show(said)
    else:
        from chatbot.audit.output import write_report

        write_report(options.out, said)


def _standards(options: argparse.Namespace) -> StandardsRun | None:
    if not options.standards:
        return None
    from chatbot.audit.standards_command import StandardsRun

    return StandardsRun(options.protocols, options.small_numbers, options.drill, options.sample, options.seed or "")


def _database(options: argparse.Namespace, stack: ExitStack) -> Database | None:
    if options.query is None:
        return None
    from chatbot.audit.query import Database

    sql = sys.stdin.read() if options.query == "-" else options.query
    database = Database(sql, memory=options.memory)
    stack.callback(database.close)
    return database


def _table_takers(
    options: argparse.Namespace, run: _Run, database: Database | None, stack: ExitStack
) -> frozenset[str]:
    """Let the tables take what comes; return which are to be filled."""
    from chatbot.audit.tables import COLUMNS, case_row

    wanted: frozenset[str] = frozenset()
    if database is not None:
        takes = database.add
        wanted |= database.tables
        run.takers.append(lambda done: takes(done.tables or {"cases": [case_row(done.row)]}))
    if options.parquet is not None:
        from chatbot.audit.parquet import Parquet

        parquet = stack.enter_context(Parquet(options.parquet))
        wanted |= frozenset(COLUMNS)
        run.takers.append(lambda done: parquet.add(done.tables or {"cases": [case_row(done.row)]}))
    return wanted


def _keys(cases: Cases, stack: ExitStack) -> tuple[Identity, ...]:
    """Return what opens encrypted cases, unlocked once; where that fails it is said once, and they stay shut."""
    from chatbot.record.identities import Keyring, keyring, using

    found: tuple[Identity, ...] = ()
    if cases.sealed:
        try:
            found = keyring().identities()
        except KeyProblem as problem:
            complain(problem.render())
        stack.enter_context(using(Keyring(identities=found)))
    return found


def _state(
    options: argparse.Namespace,
    identities: bool,
    standards: StandardsRun | None,
    trusted: tuple[Trusted, ...],
    stack: ExitStack,
) -> Any:
    if options.state is None:
        return None
    from chatbot.audit.state import State

    by = {} if standards is None else {"standards": standards.digest}
    return stack.enter_context(State(options.state, {"identities": identities, **by}, trusted))


def _lister(options: argparse.Namespace) -> Callable[[Done], None]:
    import json

    from chatbot.audit.lists import LISTS as MADE
    from chatbot.core.text import visible

    def take(done: Done) -> None:
        if options.list == "problems":
            for said in done.row.problems:
                show(
                    json.dumps({"file": done.row.file, "verdict": done.row.verdict, "said": said}, ensure_ascii=False)
                    if options.format == "json"
                    else visible(said)
                )
            return
        for item in MADE[options.list](done.row):
            show(json.dumps(item.to_json(), ensure_ascii=False) if options.format == "json" else visible(item.text()))

    return take


class _Interrupted(Exception):
    """The keyboard ended the audit; it was said. What was being written is thrown away on the way out."""


def _results(
    engine: Engine, cases: Cases, options: argparse.Namespace, stack: ExitStack
) -> Generator[Done, None, None]:
    """Return what comes of the cases, as it comes, from this machine or a cluster."""
    if options.cluster is None:
        return engine.run(cases)
    from chatbot.audit import cluster

    client = cluster.connect(options.cluster)
    stack.callback(client.close)
    return cluster.run(client, cases, engine.wanted, engine.identities)


def _go(results: Generator[Done, None, None], cases: Cases, run: _Run) -> None:
    """Run an audit to its end. Raises: _Interrupted."""
    try:
        with _progress(len(cases), run) as step:
            for done in results:
                run.tally.add(done.row)
                for take in run.takers:
                    take(done)
                run.done += 1
                step(run.done)
    except KeyboardInterrupt as error:
        _say_interrupted(run, cases)
        raise _Interrupted from error
    finally:
        results.close()


def _say_interrupted(run: _Run, cases: Cases) -> None:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in run.tally.verdict_counts().items()) or "none"
    complain(f"interrupted after {run.done} of {len(cases)} cases: {counts}")
    if run.options.state is not None:
        complain(f"  the same command goes on from there: they are kept in {run.options.state}")
    else:
        complain("  nothing is kept; with --state FILE the same command goes on where it was interrupted")


def _summary(run: _Run, cases: Cases) -> None:
    """Say on standard error what the files were, where standard output holds something else."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in run.tally.verdict_counts().items()) or "none"
    complain(f"{len(cases)} files: {counts}")
    if run.tally.problem_count and run.options.list != "problems":
        complain(f"  {run.tally.problem_count} problems: --list problems tells them")


def _answer(database: Database, form: str) -> None:
    from chatbot.audit.query import written

    for line in written(database.ask(), form):
        show(line)


@contextmanager
def _progress(total: int, run: _Run) -> Iterator[Callable[[int], None]]:
    """Show how far an audit is: a bar on a terminal, else a count now and then. Only on standard error."""
    # A list that is written to the same terminal would be drawn over.
    listing = run.options.list is not None and sys.stdout.isatty()
    if sys.stderr.isatty() and not listing and os.environ.get("TERM", "dumb") != "dumb":
        from chatbot.audit.progress import bar

        with bar(total, lambda: run.tally.verdict_counts()) as step:
            yield step
        return
    every = max(1_000, total // 10)

    def count(done: int) -> None:
        if done % every == 0 and done < total:
            complain(f"{done} of {total} cases")

    yield count
