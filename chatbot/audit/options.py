"""Which options of an audit go together."""

from __future__ import annotations

import argparse

from chatbot.errors import UsageError


def check_options(options: argparse.Namespace) -> None:
    """Raises: UsageError for options that do not go together."""
    if options.jobs is not None and options.jobs < 1:
        raise UsageError("--jobs is a number from 1 on")
    for name in ("drill", "require_targets"):
        if getattr(options, name) and not options.standards:
            raise UsageError(f"--{name.replace('_', '-')} belongs to --standards", hint="add --standards")
    if options.sample is not None and (options.drill is None or options.seed is None or options.sample < 1):
        hint = "--standards --drill ID --sample 20 --seed 2026"
        raise UsageError("--sample is a number of cases, of one standard, drawn by a seed", hint=hint)
    if options.seed is not None and options.sample is None:
        raise UsageError("--seed belongs to --sample", hint="--standards --drill ID --sample 20 --seed 2026")
    if options.format == "html" and (options.part or options.list or options.query or options.drill):
        raise UsageError("--format html is the whole report", hint="leave out --part, --list, --query and --drill")
    if options.out is not None and (options.list or options.query is not None):
        raise UsageError("--out is for reports", hint="lists and queries go to standard output")
    if options.small_numbers < 1:
        raise UsageError("--small-numbers is a number from 1 on", hint="1 hides nothing")
    if options.format == "csv" and options.query is None:
        raise UsageError("--format csv belongs to --query", hint="json is for machines too")
    if options.state is not None and (options.query is not None or options.parquet is not None):
        raise UsageError("--state keeps counts, not tables", hint="leave --state out with --query and --parquet")
    if options.cluster is not None and (options.state is not None or options.jobs is not None):
        raise UsageError("--jobs and --state belong to this machine", hint="leave them out with --cluster")
    if options.show_private and options.query is None and options.parquet is None:
        raise UsageError("--show-private belongs to --query and --parquet", hint="a report shows no answers")


def check_against(options: argparse.Namespace) -> None:
    """The same where cases are compared with other content. Raises: UsageError."""
    given = [name for name in ("part", "list", "query", "parquet", "state", "drill", "out") if getattr(options, name)]
    given += ["standards"] if options.standards else []
    if given or options.format in {"csv", "html"}:
        hint = "it goes with --accept, --recall, --kind, --jobs, --cluster and --format json"
        raise UsageError("--against is a comparison by itself", hint=hint)
