"""Whose case it is and who worked on it, as plain rows for the line mode."""

from __future__ import annotations

from collections.abc import Mapping

from chatbot.core.identity import CaseIdentity, Confirmation, marked, masked_code
from chatbot.core.protocol import Wording
from chatbot.core.recap import Recap
from chatbot.export.document import spell
from chatbot.export.lines import BLANK, Row


def identity_text(kind: str, label: str, subject: str, case: str, labels: Mapping[str, Wording], register: str) -> str:
    """Name a case on one line: its kind where it is not clinical, label, subject code, case code."""
    said = "" if kind == "clinical" else spell(labels, f"kind.{kind}", register)
    return " · ".join(filter(None, [said, label, subject, case]))


def marked_text(text: str, other: str) -> str:
    """Return a text with what differs from *other* in brackets: ``AB bed [3]``."""
    return "".join(f"[{piece}]" if differs else piece for piece, differs in marked(text, other))


def confirm_rows(asked: Confirmation) -> list[Row]:
    """Return what a person compares before a case is opened; with look-alikes, what differs stands in brackets."""
    first = asked.look_alikes[0][0].label if asked.look_alikes else asked.chosen.label
    rows: list[Row] = [BLANK, ("", "Is this the person in front of you?")]
    rows += _identity_rows(asked, asked.chosen, first)
    for other, why in asked.look_alikes:
        rows += [BLANK, ("", f"Not to be mistaken for this case ({why}):")]
        rows += _identity_rows(asked, other, asked.chosen.label)
    if asked.notice:
        rows += [BLANK, ("! ", asked.notice)]
    return rows


def _identity_rows(asked: Confirmation, each: CaseIdentity, other: str) -> list[Row]:
    label = marked_text(each.label, other) if asked.look_alikes else each.label
    rows: list[Row] = [("  label    ", label or "none")]
    rows += [(f"  {name:<8} ", code) for name, code in codes(asked, each)]
    rows += [
        ("  kind     ", each.kind),
        ("  day      ", each.as_of.replace("T", " ")),
        ("  phase    ", each.phase),
        ("  answered ", f"last in {each.section}" if each.section else "nothing yet, or it cannot be said"),
    ]
    return rows


def codes(asked: Confirmation, each: CaseIdentity) -> list[tuple[str, str]]:
    """Return the codes to compare, by name. What is to be read off the patient's record is not shown in full."""
    hide = asked.asks_for_code and asked.code_name == "subject"
    subject = masked_code(each.subject, asked.asked) if hide else each.subject
    return [(name, code) for name, code in (("code", subject), ("case", each.case)) if code]


def ask_for_code(asked: Confirmation) -> str:
    """Say what is to be typed to confirm a case that has look-alikes."""
    where = "as the patient's record shows it" if asked.code_name == "subject" else "as printed with the case"
    return f"Type the last {asked.asked} characters of the {asked.code_name} code, {where}, or Enter to leave it:"


def recap_rows(shown: Recap) -> list[Row]:
    """Return the recap for whoever takes over."""
    who = " · ".join(filter(None, [shown.label, shown.subject, shown.case, shown.as_of.replace("T", " ")]))
    rows: list[Row] = [BLANK, ("", f"For {shown.actor}, who takes over"), ("", who), ("", shown.urgency)]
    for part in shown.parts:
        more = (f"and {part.left_out} more",) if part.left_out else ()
        rows.append(("  ", f"{part.title}: {'; '.join((*part.items, *more))}"))
    return rows
