"""Hands the desk and the settings to the application as plain functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from chatbot import encryption
from chatbot.core.approvals import states_text, with_review
from chatbot.core.changes import Story
from chatbot.core.overdue import next_due, overdue_text
from chatbot.core.protocol import Protocol
from chatbot.core.review import Review
from chatbot.core.values import moment_text, parse_moment
from chatbot.core.withdrawals import Withdrawal, concerning
from chatbot.desk import Desk, remember_actor
from chatbot.errors import UsageError
from chatbot.export.pages import page_name, page_text, whose
from chatbot.export.text import plan_text
from chatbot.interview import Interview
from chatbot.keymap_file import keymap_path, read_keymap, write_keymap
from chatbot.record.pages import default_page, write_page
from chatbot.record.recording import Recording
from chatbot.settings import Kept
from chatbot.settings import settings_file as place_of_settings
from chatbot.tui.app import run
from chatbot.tui.services import About, Services, Start

if TYPE_CHECKING:
    from chatbot.practice_desk import PracticeDesk
    from chatbot.practising import Practising
    from chatbot.tui.practice import PracticeDesk as ForScreens


def run_screen(
    desk: Desk,
    interview: Interview | None,
    register: str | None,
    settings_file: Path | None,
    *,
    resume: Path | None = None,
    practice: PracticeDesk | None = None,
) -> int:
    """Run the application on the home screen, on a case, or on one to *resume* once confirmed; return the exit code.

    *practice*: the desk of practice that home offers; None: there is none.

    Raises: EnvironmentProblem without a terminal; ContentError when there is no protocol to work with.
    """
    protocol = desk.protocol if interview is None else interview.protocol
    choices = Kept(settings_file)
    services = replace(services_of(desk, protocol, settings_file), practice=_practice(practice))
    return run(services, Start(interview, resume, register or choices.now().register or "clinician"))


def run_practice(practice: PracticeDesk, practising: Practising | None, settings_file: Path | None) -> int:
    """Run the application on an attempt, or with None on the list of patients, until it is left; return the exit code.

    Raises: EnvironmentProblem without a terminal.
    """
    protocol = practice.desk.protocol if practising is None else practising.protocol
    services = replace(services_of(practice.desk, protocol, settings_file), practice=_practice(practice))
    register = Kept(settings_file).now().register or "clinician"
    return run(services, Start(register=register, practising=practising, patients=practising is None))


def _practice(desk: PracticeDesk | None) -> ForScreens | None:
    if desk is None:
        return None
    # Deferred: what practice is made of is needed by few.
    from chatbot.tui.practice_start import practice_of

    return practice_of(desk)


def run_replay(
    desk: Desk, recording: Recording, at: int, register: str | None, settings_file: Path | None, told: str = ""
) -> int:
    """Play a kept case from a record on, until the player is left; return the exit code. *told* is said at its top.

    Raises: EnvironmentProblem without a terminal.
    """
    choices = Kept(settings_file)
    services = services_of(desk, recording.protocol, settings_file)
    start = Start(register=register or choices.now().register or "clinician", replay=recording, at=at, told=told)
    return run(services, start)


def run_trial(
    interview: Interview,
    reload: Callable[[], Interview | None],
    notices: Callable[[], Sequence[str]],
    where: str,
    register: str | None,
    settings_file: Path | None,
) -> int:
    """Run the application on a case that is kept in memory; return the exit code.

    *reload* is asked again and again for the interview to go on with; *where* says where answers are kept.

    Raises: EnvironmentProblem without a terminal.
    """
    choices = Kept(settings_file)
    keys = keymap_path(place_of_settings(settings_file), choices.now().keymap)
    services = Services(
        list_cases=tuple,
        start_case=_only_this_one,
        resume_case=_only_this_one,
        close=lambda: None,
        plan_text=whole_plan,
        page_text=page_of,
        look=_only_this_one,
        who=lambda: ("", ""),
        set_who=lambda name, role: None,
        has_key=lambda: False,
        subject_code=lambda text: text,
        event_lines=lambda path, wording: (),
        now=lambda: moment_text(interview.case.as_of),
        transcripts=where,
        protocol_about=_about(interview.protocol, interview.case.as_of.date(), interview.case.review),
        get_setting=choices.text,
        set_setting=choices.choose,
        read_keys=partial(read_keymap, keys),
        write_keys=partial(write_keymap, path=keys),
        keys_place="" if keys is None else str(keys),
        notices=notices,
        notices_title="About this trial",
        reload=reload,
        kept=False,
        settings_place=choices.place,
    )
    return run(services, Start(interview, register=register or choices.now().register or "clinician"))


def _only_this_one(*_: object) -> NoReturn:
    raise UsageError("a trial has no other cases")


def services_of(desk: Desk, protocol: Protocol, settings_file: Path | None) -> Services:
    """Return what the application may ask of the desk and the settings."""
    choices = Kept(settings_file)
    keys = keymap_path(place_of_settings(settings_file), choices.now().keymap)
    return Services(
        list_cases=desk.cases,
        start_case=desk.start,
        resume_case=desk.resume,
        close=desk.close,
        plan_text=lambda of, wording: whole_plan(of, wording, desk.story(of)),
        look=desk.look,
        who=lambda: (desk.actor, desk.role),
        set_who=lambda name, role: _named(desk, settings_file, name, role),
        has_key=lambda: desk.has_key,
        subject_code=desk.subject,
        event_lines=desk.event_lines,
        now=desk.now,
        transcripts=str(desk.transcripts),
        protocol_about=_about(protocol, parse_moment(desk.now()).date(), protocol.review, desk.withdrawals),
        get_setting=choices.text,
        set_setting=choices.choose,
        read_keys=partial(read_keymap, keys),
        write_keys=partial(write_keymap, path=keys),
        keys_place="" if keys is None else str(keys),
        notices=desk.notices,
        follow_up=desk.follow_up,
        amend=desk.amend,
        read_plan=desk.read_plan,
        page_text=lambda of, page, wording: page_of(of, page, wording, desk.story(of)),
        page_place=lambda of, page: str(default_page(page_name(of.case, page), desk.transcripts)),
        write_page=lambda text, typed, replacing: str(write_page(text, typed, desk.transcripts, replace=replacing)),
        story=desk.story,
        settings_place=choices.place,
        protocol_names=desk.protocol_names,
        standing=desk.standing,
        turns=desk.turns,
        verdict=desk.verdict,
        recording=desk.recording,
        noted=desk.noted,
        demonstration=desk.demonstration,
        encrypt=None if place_of_settings(settings_file) is None else partial(_encrypted, settings_file),
        encryption=lambda: encryption.standing(choices.now()),
    )


def _encrypted(settings_file: Path | None, on: bool) -> str:
    """Turn the encryption of new cases on or off; return what must be told."""
    if on:
        return encryption.turn_on(settings_file).said
    encryption.turn_off(settings_file)
    return ""


def whole_plan(of: Interview, register: str, story: Story | None = None) -> str:
    """Return the plan of a case as text, with whose it is and what was decided."""
    case = of.case
    return plan_text(
        of.printed_plan(),
        of.protocol.labels,
        register=register,
        case=whose(case),
        decisions=case.decisions,
        story=story,
        left_open=case.left_open,
    )


def page_of(of: Interview, page: str, register: str, story: Story | None = None) -> str:
    """Return a page of a case as text, as it is written to a file."""
    return page_text(page, of.printed_plan(), of.protocol.labels, of.case, register=register, story=story)


def _named(desk: Desk, settings_file: Path | None, name: str, role: str) -> None:
    desk.named(name, role)
    remember_actor(settings_file, name, role)


def _about(
    protocol: Protocol, day: date, review: Review | None = None, withdrawals: Sequence[Withdrawal] = ()
) -> About:
    """Say what content says of itself, on a day, where its *review* stands so."""
    protocol = with_review(protocol, review)
    late = overdue_text(protocol, day)
    gone = [each.said(protocol) for each in concerning(withdrawals, protocol)]
    return About(
        states="" if review is None else states_text(protocol, review),
        next_due=next_due(protocol) or "",
        warnings=(*gone, *(() if late is None else (late,))),
        title=protocol.title,
        version=protocol.version,
        intended_use=protocol.intended_use,
        disclaimer=protocol.disclaimer,
        content_status=protocol.content_status,
        last_updated=protocol.last_updated,
        editorial_policy=protocol.editorial_policy,
    )
