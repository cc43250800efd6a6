"""The command ``backstory``: arguments, exit codes, and one clear message for whatever goes wrong.

Each handler imports what it needs, so that ``--help`` and ``check`` never wait for a screen. Parser and handler of
every command stand here together, a little past 400 lines.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot import __version__
from chatbot.errors import BackstoryError, ExitCode, UsageError

if TYPE_CHECKING:
    from datetime import date

    from chatbot.authoring.commands import Console
    from chatbot.core.case import Case
    from chatbot.core.protocol import Protocol
    from chatbot.desk import Desk
    from chatbot.interview import Interview

FORMATS = ("text", "md", "json")
REGISTERS = ("clinician", "patient")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        options = _parser().parse_args(arguments)
        handler: Callable[[argparse.Namespace], int] = options.handler
        code = handler(options)
        sys.stdout.flush()
        return code
    except BackstoryError as error:
        _complain(error.render())
        return int(error.exit_code)
    except KeyboardInterrupt:
        _complain("interrupted; every acknowledged answer is saved")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has gone; keep the interpreter from complaining when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FINE
    except Exception as error:
        _complain(_fault(error))
        return ExitCode.INTERNAL


def _complain(message: str) -> None:
    print(message, file=sys.stderr)


def _fault(error: Exception) -> str:
    """Say where a fault of ours happened without any of the values that were being worked on."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
    return (
        f"error: a fault in backstory {__version__}: {type(error).__name__} at {place}\n"
        "  Every acknowledged answer is saved. Please report this line."
    )


# --- arguments ------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    from chatbot.core.events import KINDS

    parser = argparse.ArgumentParser(
        prog="backstory", description="Structured history-taking after spine surgery.", allow_abbrev=False
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print version, intended use and status")
    _common(parser)
    parser.set_defaults(handler=_home)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _interview_parser(commands)
    _plan_parser(commands)
    _ask_parser(commands)
    _check_parser(commands)
    _replay_parser(commands)
    _export_parser(commands)
    _authoring_parsers(commands)
    _governance_parsers(commands)
    cases = commands.add_parser("cases", help="list saved cases", allow_abbrev=False)
    cases.add_argument("case", nargs="?", help="one case: lists its visits and versions")
    cases.add_argument("--json", action="store_true", help="print JSON")
    cases.add_argument("--kind", choices=KINDS, help="only cases of this kind")
    _common(cases, again=True)
    cases.set_defaults(handler=_cases)
    _keys_parser(commands)
    return parser


def _common(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    default: Any = argparse.SUPPRESS if again else None
    parser.add_argument("--transcripts", type=Path, metavar="DIR", default=default, help="where cases are kept")
    parser.add_argument("--protocols", type=Path, metavar="DIR", default=default, help="where protocols are")
    parser.add_argument("--settings", type=Path, metavar="FILE", default=default, help="your settings")
    parser.add_argument("--keys", type=Path, metavar="FILE", default=default, help="the site key")


def _place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--site", type=Path, metavar="FILE", help="local facts: whom to call, numbers, hours")
    parser.add_argument("--region", metavar="REGION", help="where you work, such as UK; overrides the local facts")


def _interview_parser(commands: Any) -> None:
    from chatbot.core.events import KINDS

    parser = commands.add_parser("interview", help="interview a patient", allow_abbrev=False)
    parser.add_argument("protocol", nargs="?", help="the protocol; without it the one that settings or content name")
    parser.add_argument("--plain", action="store_true", help="line by line, without a screen")
    parser.add_argument("--register", choices=REGISTERS, help="wording of the questions")
    parser.add_argument("--language", metavar="TAG", help="language of the texts; without it that of case or content")
    parser.add_argument("--as-of", metavar="DATE", help="the day of the interview; without it now")
    whence = parser.add_mutually_exclusive_group()
    whence.add_argument("--resume", metavar="CASE", help="go on with a saved case: its code or its file")
    whence.add_argument("--follow-up", metavar="CASE", help="the next visit of a finished case")
    whence.add_argument("--amend", metavar="CASE", help="a new version of a signed case")
    parser.add_argument("--kind", choices=KINDS, help="kind of a new case (clinical), or of the one to go on with")
    parser.add_argument("--label", default="", help="what staff recognise: initials, bed; never a name")
    parser.add_argument("--label-is-no-name", action="store_true", help="the label reads like a name and is none")
    parser.add_argument("--subject", default="", help="a code of the person that was made elsewhere")
    parser.add_argument("--record-number", metavar="N", help="gives the code, is not kept; - asks for it unseen")
    parser.add_argument("--actor", default="", help="who interviews: name or initials")
    parser.add_argument("--role", default="", help="their role")
    _place(parser)
    _common(parser, again=True)
    parser.set_defaults(handler=_interview)


def _keys_parser(commands: Any) -> None:
    keys = commands.add_parser("keys", help="the site key, from which codes of people are made", allow_abbrev=False)
    what = keys.add_subparsers(title="keys", metavar="WHAT", required=True)
    new = what.add_parser("new", help="make a site key", allow_abbrev=False)
    new.add_argument("--out", type=Path, metavar="FILE", help="where to keep it; never written over")
    for each in (keys, new):
        _common(each, again=True)
    new.set_defaults(handler=_keys_new)


def _plan_parser(commands: Any) -> None:
    parser = commands.add_parser("plan", help="answers in, plan out", allow_abbrev=False)
    parser.add_argument("--answers", type=Path, metavar="FILE", required=True, help="answers file or vignette")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--as-of", metavar="DATE", help="the day of the interview; overrides the file")
    parser.add_argument("--register", choices=REGISTERS, default="clinician", help="wording of text and md")
    parser.add_argument("--language", metavar="TAG", help="language of text and md; without it that of the content")
    parser.add_argument("--all-rules", action="store_true", help="also what does not apply")
    parser.add_argument("--what-if", action="store_true", help="also which other answers would change the plan")
    _place(parser)
    parser.add_argument("protocol", nargs="?", help="the protocol; overrides the file")
    _common(parser, again=True)
    parser.set_defaults(handler=_plan)


def _ask_parser(commands: Any) -> None:
    parser = commands.add_parser("ask", help="a follow-up question about a case", allow_abbrev=False)
    parser.add_argument("words", nargs="+", metavar="CASE QUESTION", help="a saved case, by code or file; a question")
    parser.add_argument("--answers", type=Path, metavar="FILE", help="instead of CASE: an answers file or vignette")
    parser.add_argument("--topic", metavar="TOPIC", help="the topic that is meant, where the question leaves it open")
    parser.add_argument("--format", choices=("text", "md"), default="text")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--as-of", metavar="DATE", help="with --answers: the day; overrides the file")
    parser.add_argument("--register", choices=REGISTERS, default="clinician", help="wording of text and md")
    _common(parser, again=True)
    parser.set_defaults(handler=_ask)


def _check_parser(commands: Any) -> None:
    parser = commands.add_parser("check", help="check protocols", allow_abbrev=False)
    parser.add_argument("protocol", nargs="?", help="one protocol; without it all of them")
    parser.add_argument("--watch", action="store_true", help="check again on every save; name what came out anew")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--as-of", metavar="DATE", help="the day review dates are held against; without it today")
    parser.add_argument("--release", action="store_true", help="as a release: no warning, approved, every id kept")
    parser.add_argument("--reading", action="store_true", help="name each patient's text that reads above the target")
    parser.add_argument("--coverage", action="store_true", help="what vignettes and cases show; exit 1 on a gap")
    parser.add_argument("--write-ids", action="store_true", help="add new ids to the ledger of released ids")
    parser.add_argument("--write-language", metavar="TAG", help="add every text that a language lacks to its file")
    _common(parser, again=True)
    parser.set_defaults(handler=_check)


def _replay_parser(commands: Any) -> None:
    parser = commands.add_parser("replay", help="verify a saved case", allow_abbrev=False)
    parser.add_argument("transcript", type=Path)
    parser.add_argument("--verify", action="store_true", help="check chain, state and plan digests (the default)")
    parser.add_argument("--events", action="store_true", help="who did what: every event in words")
    parser.add_argument("--show-private", action="store_true", help="with --events: private answers too")
    parser.add_argument("--register", choices=REGISTERS, help="with --events: wording of the questions")
    parser.add_argument("--salvage", type=Path, metavar="OUT", help="copy what can be read of a damaged transcript")
    parser.add_argument("--json", action="store_true", help="print JSON")
    _common(parser, again=True)
    parser.set_defaults(handler=_replay)


def _export_parser(commands: Any) -> None:
    parser = commands.add_parser("export", help="write a saved case out for somebody", allow_abbrev=False)
    parser.add_argument("transcript", type=Path, help="a saved case: its code or its file")
    parser.add_argument("--to", choices=FORMATS, default="text", help="the format")
    parser.add_argument("--audience", metavar="WHO", help="who will read it; without it the full record, for yourself")
    parser.add_argument("--register", choices=REGISTERS, help="wording of text and md")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write it; without it to standard output")
    _common(parser, again=True)
    parser.set_defaults(handler=_export)


def _authoring_parsers(commands: Any) -> None:
    from chatbot.authoring.commands import add_parsers

    add_parsers(commands, _console())


def _governance_parsers(commands: Any) -> None:
    from chatbot.cli_governance import add_parsers

    add_parsers(commands, _common, _print, _day)


def _console() -> Console:
    from chatbot.authoring.commands import Console

    return Console(_common, _protocol, _moment, _print, _complain, _needs_terminal)


class _Version(argparse.Action):
    """Print version, intended use, status and disclaimer, and end."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"backstory {__version__}")
        try:
            protocol = _protocol(argparse.Namespace(protocol=None, protocols=None, settings=None))
        except BackstoryError as error:
            _complain(error.render())
            parser.exit(int(error.exit_code))
        for line in about(protocol):
            print(line)
        parser.exit(0)


def about(protocol: Protocol) -> list[str]:
    """Return what every output says about a protocol: title, status, intended use, disclaimer."""
    from chatbot.core.approvals import with_review
    from chatbot.core.text import visible

    protocol = with_review(protocol, protocol.review)
    lines = [
        f"{protocol.title.clinician} {protocol.version}, {protocol.last_updated}",
        protocol.content_status,
        protocol.intended_use.clinician,
        protocol.disclaimer.clinician,
    ]
    return [visible(line) for line in lines]


def _protocol(options: argparse.Namespace, name: str | None = None, home: Path | None = None) -> Protocol:
    from chatbot.content.library import load_protocol
    from chatbot.settings import read_settings

    chosen = getattr(options, "protocol", None) or name
    if chosen is None and home is None:
        chosen = read_settings(options.settings).protocol
    return load_protocol(chosen, folder=options.protocols, home=home)


# --- plan and check -------------------------------------------------------------------------------


def _plan(options: argparse.Namespace) -> int:
    from chatbot.content.in_use import withdrawn_content
    from chatbot.core.plan import build_plan
    from chatbot.core.withdrawals import told

    protocol, case = _answered(options, options.protocol)
    if options.language is not None:
        from chatbot.content.language_file import in_language
        from chatbot.content.library import find_protocol, protocols_folder

        if options.format == "json" and options.language != protocol.language:
            hint = "a translation is a view of it: choose text or md"
            raise UsageError(f"a plan as JSON is in the protocol's own language, {protocol.language!r}", hint=hint)
        name = options.protocol or protocol.id
        where = protocols_folder(options.protocols)
        protocol = in_language(protocol, options.language, lambda: find_protocol(name, where))
    plan = told(build_plan(protocol, case), withdrawn_content(options.protocols), protocol)
    _print(_rendered(plan, protocol, case, options))
    return ExitCode.FINE


def _answered(options: argparse.Namespace, name: str | None = None) -> tuple[Protocol, Case]:
    """Return the case that an answers file describes, with its protocol and the local facts."""
    from chatbot.content.answers_file import open_case, read_answers
    from chatbot.content.in_use import refuse_withdrawn, withdrawn_content
    from chatbot.content.site_file import in_region, site_facts
    from chatbot.core.case import evolve
    from chatbot.core.navigation import pinned, pinned_review
    from chatbot.settings import read_settings

    file = read_answers(options.answers)
    as_of = _moment(options.as_of) or file.as_of
    if as_of is None:
        hint = "add 'as_of: 2026-01-31' to it, or give --as-of"
        raise UsageError("the answers do not say for which day they hold", place=file.path, hint=hint)
    protocol = _protocol(options, name or file.protocol, file.home)
    refuse_withdrawn(withdrawn_content(options.protocols), protocol)
    case, _ = open_case(protocol, file, as_of)
    settings = read_settings(options.settings)
    named = getattr(options, "site", None) or settings.site
    facts = site_facts(protocol, Path(named) if named else None, folder=options.protocols)
    region = getattr(options, "region", None) or (file.region.text if file.region else None)
    site = in_region(protocol, facts, region, remembered=settings.region)
    for event in pinned(protocol, case, site or {}):
        case = evolve(protocol, case, event)
    for reviewed in pinned_review(protocol.review):
        case = evolve(protocol, case, reviewed)
    return protocol, case


def _ask(options: argparse.Namespace) -> int:
    from chatbot import patience
    from chatbot.export.reply import FollowUp, answer_json, unsure_json

    if options.answers is None:
        name, *words = options.words
        if not words:
            raise UsageError("there is no question", hint='write: backstory ask CASE "why no …?"')
        protocol, case = _saved(options, name)
    else:
        words = options.words
        protocol, case = _answered(options)
    question = " ".join(words)
    ours = FollowUp(protocol, case, options.register, keep_going=patience.for_ms, ms=patience.WHAT_IF_MS)
    asked = ours.recognise(question)
    topic = _topic(options.topic, protocol) or asked.topic
    if topic is None:
        said, near = ours.unsure(asked)
        if options.json:
            _print_json(unsure_json(question, asked, near))
        _complain(
            "\n".join(
                [said, *(f"  {place}  {title} (--topic {topic})" for place, (topic, title) in enumerate(near, 1))]
            )
        )
        return ExitCode.USAGE
    answered = ours.answer(topic, asked.kind)
    if options.json:
        _print_json(answer_json(question, answered))
        return ExitCode.FINE
    from chatbot.export.markdown import blocks_markdown
    from chatbot.export.text import blocks_text

    _print(blocks_markdown(answered.blocks) if options.format == "md" else blocks_text(answered.blocks))
    return ExitCode.FINE


def _topic(name: str | None, protocol: Protocol) -> str | None:
    from chatbot.core.resolve import near_miss

    if name is not None and name not in protocol.topics:
        raise UsageError(f"no topic is called {name!r}", hint=near_miss(name, protocol.topics))
    return name


def _saved(options: argparse.Namespace, name: str) -> tuple[Protocol, Case]:
    """Return a saved case under the content it was made with; nothing is written."""
    from chatbot.content.in_use import withdrawn_as_far_as_known
    from chatbot.core.withdrawals import concerning
    from chatbot.desk import cached_bundle
    from chatbot.record.cases import find_case, transcripts_folder
    from chatbot.record.read import read_transcript
    from chatbot.record.replay import load_protocol, replay

    path = Path(name)
    if not path.exists():
        path = find_case(transcripts_folder(options.transcripts, os.environ), name)
    transcript = read_transcript(path)
    if transcript.damage is not None:
        _complain(transcript.damage.error(path).render())
    protocol = load_protocol(transcript, cached_bundle)
    for each in concerning(withdrawn_as_far_as_known(options.protocols, _complain), protocol):
        _complain(each.said(protocol).clinician)
    return protocol, replay(transcript, protocol)[0]


def _print_json(data: Any) -> None:
    import json

    _print(json.dumps(data, indent=2, ensure_ascii=False))


def _rendered(plan: dict[str, Any], protocol: Protocol, case: Case, options: argparse.Namespace) -> str:
    from chatbot.core.counterfactual import what_if
    from chatbot.export.whatif import WhatIfWords
    from chatbot.patience import WHAT_IF_MS, for_ms

    found = what_if(protocol, case, for_ms()) if options.what_if else None
    words = WhatIfWords(protocol, case, options.register, ms=WHAT_IF_MS)
    if options.format == "json":
        import json

        more = {} if found is None else {"what_if": words.to_json(found)}
        return json.dumps({**plan, **more}, indent=2, ensure_ascii=False) + "\n"
    from chatbot.export.markdown import blocks_markdown, plan_markdown
    from chatbot.export.text import blocks_text, plan_text

    render = plan_markdown if options.format == "md" else plan_text
    text = render(plan, protocol.labels, register=options.register, all_rules=options.all_rules)
    if found is None:
        return text
    section = words.blocks(found, all_rules=options.all_rules)
    return f"{text}\n{blocks_markdown(section) if options.format == 'md' else blocks_text(section)}"


def _moment(text: str | None) -> str | None:
    from chatbot.core.values import ValueProblem, moment_text, parse_moment

    if text is None:
        return None
    try:
        return moment_text(parse_moment(text))
    except ValueProblem as error:
        raise UsageError(f"--as-of: {error}") from error


def _print(text: str) -> None:
    """Write text as UTF-8 whatever the locale says: the same bytes everywhere."""
    sys.stdout.flush()
    data = text if text.endswith("\n") else text + "\n"
    if hasattr(sys.stdout, "buffer"):
        sys.stdout.buffer.write(data.encode("utf-8"))
        sys.stdout.buffer.flush()
    else:
        sys.stdout.write(data)


def _check(options: argparse.Namespace) -> int:
    from chatbot.content.checks.report import add_ids, check_protocol
    from chatbot.content.library import find_protocol, protocol_names, protocols_folder, shown_path

    folder = protocols_folder(options.protocols)
    names = [options.protocol] if options.protocol else protocol_names(folder)
    if not names:
        raise UsageError(f"there is no protocol in {folder}", hint="a protocol is a folder with a protocol.yaml")
    paths = [find_protocol(name, folder) for name in names]
    if options.watch:
        from chatbot.authoring.commands import watch_command

        return watch_command(paths, options.json, _console())
    if options.write_ids:
        for path in paths:
            for line in add_ids(path) or ["no new id"]:
                _print(f"{shown_path(path)}: {line}")
        return ExitCode.FINE
    if options.write_language:
        from chatbot.content.language_file import write_language

        for path in paths:
            _print(f"{shown_path(path)}: {write_language(path, options.write_language)} texts to translate")
        return ExitCode.FINE
    today = _day(options.as_of)
    wanted = {"release": options.release, "listed": options.reading, "covered": options.coverage}
    reports = [check_protocol(path, today=today, **wanted) for path in paths]
    if options.json:
        import json

        _print(json.dumps([report.to_json() for report in reports], indent=2, ensure_ascii=False))
    else:
        _print("\n".join(report.render() for report in reports))
    if any(report.failed for report in reports):
        return ExitCode.CONTENT
    return ExitCode.DOES_NOT_HOLD if any(not report.holds for report in reports) else ExitCode.FINE


def _day(text: str | None) -> date:
    """Return the day that was asked for, else the host's."""
    from chatbot.core.values import parse_moment
    from chatbot.record.host import Host

    moment = _moment(text)
    return Host().wall().astimezone().date() if moment is None else parse_moment(moment).date()


# --- cases ----------------------------------------------------------------------------------------


def _home(options: argparse.Namespace) -> int:
    from chatbot.desk import Desk

    _needs_terminal("backstory plan --answers FILE needs none")
    return _screen(options, Desk.from_options(options), None)


def _interview(options: argparse.Namespace) -> int:
    from chatbot.cli_people import open_again, open_new
    from chatbot.cli_visits import open_from_another
    from chatbot.core.commands import Suspend
    from chatbot.desk import Desk

    if not options.plain:
        _needs_terminal("add --plain for the line mode")
    desk = Desk.from_options(options, as_of=_moment(options.as_of))
    interview: Interview | None = None
    path: Path | None = None
    try:
        if options.resume:
            path, interview = open_again(options, desk)
        else:
            interview = open_from_another(options, desk) or open_new(options, desk)
        if not options.plain:
            return _screen(options, desk, interview, options.register, resume=path)
        return ExitCode.FINE if interview is None else _lines(options, desk, interview)
    except KeyboardInterrupt:
        if interview is not None:
            interview.send(Suspend())
        raise
    finally:
        desk.close()


def _needs_terminal(hint: str) -> None:
    from chatbot.errors import EnvironmentProblem

    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise EnvironmentProblem("the screen needs a terminal", code="U001", hint=hint)


def _lines(options: argparse.Namespace, desk: Desk, interview: Interview) -> int:
    import shutil

    from chatbot import plain
    from chatbot.settings import read_settings

    return plain.run(
        interview,
        register=options.register or read_settings(options.settings).register or "clinician",
        read=plain.read_line,
        write=plain.write_line,
        width=max(40, min(100, shutil.get_terminal_size().columns)),
        encoding=sys.stdout.encoding or "ascii",
        notices=desk.notices,
        events=lambda register: desk.event_lines(register=register),
        named=desk.named,
        story=desk.story,
    )


def _screen(
    options: argparse.Namespace,
    desk: Desk,
    interview: Interview | None,
    register: str | None = None,
    resume: Path | None = None,
) -> int:
    from chatbot.tui.start import run_screen

    return run_screen(desk, interview, register, options.settings, resume=resume)


def _replay(options: argparse.Namespace) -> int:
    from chatbot.content.in_use import withdrawn_as_far_as_known
    from chatbot.core.text import visible
    from chatbot.core.withdrawals import withdrawn_json
    from chatbot.desk import cached_bundle
    from chatbot.record.replay import verify
    from chatbot.record.salvage import salvage

    path = _transcript(options)
    if options.salvage is not None:
        saved = salvage(path, options.salvage)
        _print(
            f"{saved.path}: {saved.records} records copied; "
            f"{saved.lost_bytes} bytes from line {saved.line} on were lost"
        )
        return ExitCode.FINE
    if options.events:
        from chatbot.cli_people import print_events

        return print_events(options, path, _print, _complain)
    report = verify(path, cached_bundle)
    withdrawn = withdrawn_json(withdrawn_as_far_as_known(options.protocols, _complain), report.protocol)
    if options.json:
        _print_json({**report.to_json(), **({"withdrawn": withdrawn} if withdrawn else {})})
    else:
        _print(
            f"{path}: {report.verdict}\n"
            f"  case {visible(report.whose)}, {report.records} records, phase {report.phase}, "
            f"urgency {report.urgency}, {report.plan_digests_checked} plan digests checked\n"
            f"  head {report.head_code}"
        )
        for line in (*about(report.protocol), *(each["text"]["clinician"] for each in withdrawn)):
            _print(f"  {line}")
        for problem in report.problems:
            _complain(problem)
    return int(report.exit_code)


def _export(options: argparse.Namespace) -> int:
    from chatbot.content.in_use import withdrawn_as_far_as_known
    from chatbot.export_command import FORMATS as WRITERS
    from chatbot.export_command import load_export, write_export

    path = _transcript(options)
    withdrawals = withdrawn_as_far_as_known(options.protocols, _complain)
    export = load_export(path, options.audience, options.register, withdrawals)
    text = WRITERS[options.to](export)
    if options.out is None:
        _print(text)
    else:
        write_export(text, options.out, path)
    return ExitCode.FINE


def _transcript(options: argparse.Namespace) -> Path:
    """Return the file of a saved case that was named by its file or its code."""
    from chatbot.record.cases import find_case, transcripts_folder

    path: Path = options.transcript
    if path.exists() or os.sep in str(path):
        return path
    return find_case(transcripts_folder(options.transcripts, os.environ), str(path))


def _cases(options: argparse.Namespace) -> int:
    from chatbot.cli_visits import print_cases

    return print_cases(options, _print, _complain)


def _keys_new(options: argparse.Namespace) -> int:
    from chatbot.cli_people import make_key

    return make_key(options, _print)
