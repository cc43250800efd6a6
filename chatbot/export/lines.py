"""Questions and alarms as plain rows, one after the other, for the line mode.

A row is what stands at its beginning (a key, a number, nothing) and its text; the shell breaks it to its width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chatbot.core.changes import Story
from chatbot.core.entry import entry_hint, option_keys
from chatbot.core.lineage import Place
from chatbot.core.preview import Consequences, consequence_details, consequence_text
from chatbot.core.protocol import Protocol, QuestionType, Wording
from chatbot.core.telling import place_line, story_told, word
from chatbot.core.view import AlarmView, AxisView, BlockView, QuestionView, ReadBackView, RecheckView, View
from chatbot.export.document import spell

Row = tuple[str, str]

BLANK: Row = ("", "")


def head_rows(view: View, intended_use: str, labels: Mapping[str, Wording], register: str) -> list[Row]:
    """Return what is said once at the beginning of a sitting."""
    kind = "" if view.kind == "clinical" else spell(labels, f"kind.{view.kind}", register)
    case = " · ".join(filter(None, [kind, view.case, view.label, view.subject, view.as_of.replace("T", " ")]))
    return [
        ("", f"{view.title} {view.version}"),
        ("", view.content_status),
        *([("! ", view.overdue)] if view.overdue else []),
        ("", intended_use),
        ("", view.disclaimer),
        ("", case),
        *([("", where)] if (where := _where(view, labels, register)) else []),
        ("", f"answered: {view.done} of {view.expected}"),
    ]


def _where(view: View, labels: Mapping[str, Wording], register: str) -> str:
    """Say which visit and version this is; empty for a first one."""
    place = Place(view.case_version, view.case_version, view.visit, view.visit)
    return place_line(place, labels, register)


def carried_rows(view: View, keys: Sequence[str], labels: Mapping[str, Wording], register: str) -> list[Row]:
    """Return carried answers with the day they were given, to be read through before they are confirmed."""
    known = {each.id: each for each in view.answered}
    rows: list[Row] = [("", f"{word(labels, 'to_confirm', register, n=len(keys))}:")]
    found = [known[key] for key in keys if key in known]
    return [*rows, *(("  ", f"{each.text} {each.answer} ({each.given[:10]})") for each in found)]


def recheck_rows(view: RecheckView) -> list[Row]:
    """Return a list to confirm, each line with its number."""
    lines = [(f"  {place}  ", f"{each.text}: {each.answer}") for place, each in enumerate(view.lines, 1)]
    return [BLANK, ("", view.text), *lines]


def block_rows(view: BlockView) -> list[Row]:
    """Return a list of yes/no questions, each with its number and in full."""
    lines = [(f"  {place}  ", each.text) for place, each in enumerate(view.lines, 1)]
    return [BLANK, ("", f"{view.section}. {view.text}"), *lines]


def read_back_rows(view: ReadBackView) -> list[Row]:
    """Return what is read back, each line with its number; what is not clear or has changed is marked in words."""
    rows: list[Row] = [BLANK, ("", "Read this back to the person:")]
    for place, each in enumerate(view.lines, 1):
        if view.again and not each.changed:
            continue
        rows.append((f"  {place}  ", f"{'' if each.settled else '? '}{each.text}: {each.answer}"))
    if view.again:
        rows[1] = ("", "Changed since it was read back to the person:")
        rows.append(("  ", f"The other {sum(not each.changed for each in view.lines)} lines are as read before."))
    unclear = sum(not each.settled for each in view.lines if each.changed or not view.again)
    return [*rows, *([("  ", f"Without a clear answer (?): {unclear}")] if unclear else [])]


def story_rows(story: Story, labels: Mapping[str, Wording], register: str) -> list[Row]:
    """Return where a case stands and what differs from those before it; private answers in full."""
    rows: list[Row] = [("", place_line(story.place, labels, register))]
    for part in story_told(story, labels, register, private=True):
        rows += [BLANK, ("", part.heading), *(("  - ", said) for said in part.lines)]
    return [*rows, *(("! ", problem) for problem in (*story.problems, *story.place.problems))]


def urgency_row(view: View, labels: Mapping[str, Wording], register: str) -> Row:
    heading = spell(labels, "heading.urgency", register)
    return ("", f"{heading}: {view.urgency_symbol} {view.urgency_label}. {view.urgency_text}")


def flag_rows(view: View, labels: Mapping[str, Wording], register: str) -> list[Row]:
    """Return where each red flag stands: the read-back at the end of the safety screen."""
    rows = [("  ", f"{flag.title}: {spell(labels, f'flag.{flag.state}', register)}") for flag in view.flags]
    return [("", spell(labels, "heading.red_flags", register)), *rows] if rows else []


def preview_rows(protocol: Protocol, found: Consequences, register: str) -> list[Row]:
    """Return what a correction brings with it, first counted, then by name."""
    rows: list[Row] = [("! ", f"This correction {consequence_text(protocol, found, register)}.")]
    for heading, names in consequence_details(protocol, found, register):
        rows += [("", f"{heading}:"), *(("  - ", name) for name in names)]
    return rows


def question_rows(asked: QuestionView, labels: Mapping[str, Wording], register: str, mark: str = "") -> list[Row]:
    """Return a question with everything that may be typed; *mark* stands first in its heading."""
    place = f"{asked.section}, {asked.index} of {asked.of}"
    rows: list[Row] = [BLANK, ("", " · ".join(filter(None, [mark, place])))]
    if asked.section_intro:
        rows.append(("", asked.section_intro))
    rows.append(("", asked.text))
    if any(column.options for column in asked.columns):
        rows += _record_rows(asked)
    else:
        for key, option in zip(option_keys(asked), asked.options, strict=True):
            rows.append((f"  {key}  ", option.label))
        if asked.type == QuestionType.GRID.value:
            rows.append(("  ", f"{', '.join(row.label for row in asked.rows)}"))
            rows.append(("  ", f"({', '.join(column.label for column in asked.columns)})"))
    if asked.type == QuestionType.INSTRUMENT.value:
        rows += item_rows(asked)
    if asked.range and asked.type == QuestionType.NUMBER.value:
        rows.append(("  ", asked.range))
    if asked.type not in {QuestionType.YES_NO.value, QuestionType.CHOICE.value}:
        rows.append(("  ", entry_hint(asked)))
    if asked.credit:
        rows.append(("  ", asked.credit))
    colon = ":" if asked.type == QuestionType.TEXT.value else ""
    rows.append(("  ", ", ".join(f"{colon}{each.key} {each.label}" for each in asked.statuses)))
    if asked.answer:
        still = "; type = when it is still so" if asked.expired or asked.carried else ""
        still = f" ({word(labels, 'carried', register)}){still}" if asked.carried else still
        rows.append(("  ", f"recorded: {asked.answer}{still}"))
    return rows


def item_rows(asked: QuestionView) -> list[Row]:
    """Return the items of an instrument with their numbers; choices that all of them share stand once, before them."""
    shared = all(each.options == asked.rows[0].options for each in asked.rows)
    rows = choice_rows(asked.rows[0]) if shared else []
    for place, item in enumerate(asked.rows, 1):
        rows.append((f"  {place}. ", item.label))
        rows += [] if shared else [(f"  {begin}", label) for begin, label in choice_rows(item)]
    return rows


def choice_rows(item: AxisView) -> list[Row]:
    """Return the choices of one item of an instrument, each with what is typed for it; a scale in one row."""
    typed = {each.id: "10" if each.id == "10" else each.key for each in item.options}
    worded = [each for each in item.options if each.label != each.id]
    if len(worded) < len(item.options):
        ends = ", ".join(f"{typed[each.id]} {each.label.removeprefix(each.id).strip()}" for each in worded)
        return [("  ", f"{item.options[0].id} to {item.options[-1].id}: {ends}")]
    return [(f"  {typed[each.id]}  ", each.label) for each in item.options]


def _record_rows(asked: QuestionView) -> list[Row]:
    """Return the rows of a table of records, and what each of its columns takes."""
    rows: list[Row] = [("  ", f"{', '.join(row.label for row in asked.rows)}")]
    keys = dict(zip((each.id for each in asked.options), option_keys(asked), strict=True))
    for column in asked.columns:
        taking = [f"{each.key} {each.label}" for each in column.options]
        taking = taking or [f"{keys[each.id]} {each.label}" for each in asked.options]
        rows.append(("  ", f"{column.label}: {', '.join(taking)}"))
    return rows


def normal_name(asked: QuestionView) -> str:
    """Return how the normal option of a table is called: of records by its label; empty where there is none."""
    if asked.normal is None:
        return ""
    if not any(column.options for column in asked.columns):
        return "normal"
    return next(each.label for each in asked.options if each.id == asked.normal).casefold()


def alarm_rows(alarm: AlarmView, labels: Mapping[str, Wording], register: str, mark: str = "") -> list[Row]:
    """Return an emergency in full: what, why, what now and by when, what not, and what to tell them."""

    def say(key: str) -> str:
        return spell(labels, key, register)

    emergency = f"{say('symbol.emergency')} {say('urgency.emergency')}"
    rows: list[Row] = [BLANK, *(("", f"{emergency}: {title}") for title in alarm.titles)]
    if mark:
        rows.insert(1, ("", mark))
    if alarm.causes:
        rows.append(("", f"{say('heading.because')}:"))
    for place, cause in enumerate(alarm.causes, 1):
        given = cause.given.replace("T", " ")
        rows.append((f"  {place}  ", f"{cause.text}: {cause.answer} ({cause.source}, {given})"))
    to_do = [each for each in alarm.actions if each.kind != "avoid"]
    if to_do:
        rows.append(("", f"{say('heading.now')}:"))
    for place, action in enumerate(to_do, 1):
        numbers = "".join(f"[{n}]" for n in action.numbers)
        within = f"{action.within}: " if action.kind == "do" else ""
        rows.append((f"  {place}  ", f"{within}{action.text} {numbers}"))
        if action.declined:
            rows.append(("     ! ", action.declined))
    rows += _listed(say("heading.call"), alarm.call)
    avoided = [each for each in alarm.actions if each.kind == "avoid"]
    if avoided:
        rows.append(("", f"{say('heading.do_not')}:"))
    rows += [("  -  ", f"{each.text} {''.join(f'[{n}]' for n in each.numbers)}") for each in avoided]
    rows += [*_listed(say("heading.ready"), alarm.ready), *_listed(say("heading.explain"), alarm.explain)]
    if alarm.handover:
        rows.append(("", f"{say('heading.tell_them')}:"))
    rows += [("  ", sentence) for sentence in alarm.handover]
    if alarm.references:
        rows.append(("", f"{say('heading.references')}:"))
    return [*rows, *(("  ", reference) for reference in alarm.references)]


def _listed(heading: str, said: Sequence[str]) -> list[Row]:
    return [("", f"{heading}:"), *(("  -  ", each) for each in said)] if said else []


def team_rows(view: View, labels: Mapping[str, Wording], register: str) -> list[Row]:
    """Return what stands before every question while an emergency stands; nothing otherwise."""
    if not view.emergency:
        return []
    said = f"{spell(labels, 'urgency.emergency', register)}: {'; '.join(view.emergency)}"
    more = f" ({view.done} of {view.expected} asked for the receiving team)" if view.for_team else ""
    return [("! ", said + more)]


def handover_rows(alarm: AlarmView) -> list[Row]:
    """Return the handover of an emergency, to read over the telephone part by part."""
    return [row for part in alarm.parts for row in (("", part.title), *(("  ", said) for said in part.lines))]
