"""What the command does with answers: ``plan`` and ``ask``.

``chatbot.cli`` takes the parsers from here; what the handlers need is imported only when they run.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli_common import (
    FORMATS,
    REGISTERS,
    chosen_protocol,
    common_options,
    complain,
    moment,
    place_options,
    show,
    show_json,
)
from chatbot.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from chatbot.core.case import Case
    from chatbot.core.protocol import Protocol


def add_parsers(commands: Any) -> None:
    """Add ``plan`` and ``ask`` to the command line."""
    _plan_parser(commands)
    _ask_parser(commands)


def _plan_parser(commands: Any) -> None:
    parser = commands.add_parser("plan", help="answers in, plan out", allow_abbrev=False)
    parser.add_argument("--answers", type=Path, metavar="FILE", required=True, help="answers file or vignette")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--as-of", metavar="DATE", help="the day of the interview; overrides the file")
    parser.add_argument("--register", choices=REGISTERS, default="clinician", help="wording of text and md")
    parser.add_argument("--language", metavar="TAG", help="language of text and md; without it that of the content")
    parser.add_argument("--all-rules", action="store_true", help="also what does not apply")
    parser.add_argument("--what-if", action="store_true", help="also which other answers would change the plan")
    place_options(parser)
    parser.add_argument("protocol", nargs="?", help="the protocol; overrides the file")
    common_options(parser, again=True)
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
    common_options(parser, again=True)
    parser.set_defaults(handler=_ask)


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
    show(_rendered(plan, protocol, case, options))
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
    as_of = moment(options.as_of) or file.as_of
    if as_of is None:
        hint = "add 'as_of: 2026-01-31' to it, or give --as-of"
        raise UsageError("the answers do not say for which day they hold", place=file.path, hint=hint)
    protocol = chosen_protocol(options, name or file.protocol, file.home)
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
        said, near = ours.offered(asked)
        if options.json:
            show_json(unsure_json(question, asked, near))
        complain(
            "\n".join(
                [said, *(f"  {place}  {title} (--topic {topic})" for place, (topic, title) in enumerate(near, 1))]
            )
        )
        return ExitCode.USAGE
    answered = ours.answer(topic, asked.kind)
    if options.json:
        show_json(answer_json(question, answered))
        return ExitCode.FINE
    from chatbot.export.markdown import blocks_markdown
    from chatbot.export.text import blocks_text

    show(blocks_markdown(answered.blocks) if options.format == "md" else blocks_text(answered.blocks))
    return ExitCode.FINE


def _topic(name: str | None, protocol: Protocol) -> str | None:
    from chatbot.core.resolve import near_miss

    if name is not None and name not in protocol.topics:
        raise UsageError(f"no topic is called {name!r}", hint=near_miss(name, protocol.topics))
    return name


def _saved(options: argparse.Namespace, name: str) -> tuple[Protocol, Case]:
    """Return a saved case under the content it was made with; nothing is written."""
    from chatbot.cli_replay import note_access
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
    note_access(options, "ask", path)
    if transcript.damage is not None:
        complain(transcript.damage.error(path).render())
    protocol = load_protocol(transcript, cached_bundle)
    for each in concerning(withdrawn_as_far_as_known(options.protocols, complain), protocol):
        complain(each.said(protocol).clinician)
    return protocol, replay(transcript, protocol)[0]
