"""Whose case it is: labels that could be mistaken for each other, labels that say too much, and the confirmation.

Pure comparisons of what staff type and read. Codes are made elsewhere (``chatbot.record.subject``); nothing here
knows a record number for longer than one call.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import pairwise

LONGEST_LABEL = 40
"""Characters of a label or of a subject code, so that both stand whole in a header."""

ASKED = 3
"""Characters of a code that are typed to confirm a case with look-alikes."""

MANY_DIGITS = 6
"""Digits in a row, spaces and dashes aside, that make a record number, a telephone number or a date of birth."""

SHARED = 5
"""Characters in a row that a label may not share with the record number: four last digits are allowed."""

_PLACES = frozenset(
    "bay bed bett block box bunk chair clinic corner cubicle curtain desk door floor left level lounge right room seat "
    "side site suite theatre trolley unit wall wing ward window zone north south east west upper lower new old".split()
)
"""Words that stand before a number or a letter in a label and are never taken for a part of a name."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TITLE = frozenset("mr mrs ms miss dr prof sir lady lord herr frau".split())


# --- labels that say too much ---------------------------------------------------------------------


class DoubtKind(StrEnum):
    """What is wrong with a label."""

    NUMBER = "number"
    """It holds a number long enough to identify a person. Never accepted."""
    RECORD = "record"
    """It holds the record number or part of it. Never accepted."""
    NAME = "name"
    """It reads like a person's name. Accepted when somebody confirms that it is not one."""


@dataclass(frozen=True, slots=True)
class LabelDoubt:
    """Why a label should not enter a transcript. The text does not repeat the label."""

    kind: DoubtKind
    message: str
    hint: str

    @property
    def may_be_confirmed(self) -> bool:
        """Whether a person may say that it is right all the same."""
        return self.kind is DoubtKind.NAME


def label_doubt(label: str, record_number: str = "") -> LabelDoubt | None:
    """Return what speaks against a label; None when nothing does.

    A heuristic for names: two words of a name beside each other, a title before one, a surname with an initial.
    One surname alone is not recognised. Digits are exact.
    """
    if record_number and _shares(label, record_number):
        hint = "use initials, a bed, or at most the last four digits"
        return LabelDoubt(DoubtKind.RECORD, "the label holds the record number, or a part of it", hint)
    if longest_digits(label) >= MANY_DIGITS:
        hint = "use initials, a bed, or at most the last four digits"
        return LabelDoubt(DoubtKind.NUMBER, f"the label holds a number of {MANY_DIGITS} digits or more", hint)
    if reads_like_a_name(label):
        hint = "use initials and a bed, such as AB bed 3; or say that it is not a name"
        return LabelDoubt(DoubtKind.NAME, "the label reads like a person's name", hint)
    return None


def longest_digits(text: str) -> int:
    """Return the length of the longest run of digits, with the separators of numbers and dates left out."""
    runs = re.findall(r"\d(?:[\s.,/\\\-–—_:]*\d)*", unicodedata.normalize("NFKC", text))
    return max((sum(character.isdigit() for character in run) for run in runs), default=0)


def reads_like_a_name(text: str) -> bool:
    """Whether words in a text look like a full name: ``Anna Smith``, ``SMITH Anna``, ``Smith, A``, ``Mrs Smith``."""
    found = list(_WORD.finditer(unicodedata.normalize("NFC", text)))
    for here, after in pairwise(found):
        word, following = here.group(), after.group()
        between = here.string[here.end() : after.start()].strip()
        if word.casefold() in _TITLE and between in {"", "."} and following[0].isupper():
            return True
        if not _capitalised(word) or word.casefold() in _PLACES | _TITLE:
            continue
        if between in {"", ",", "-"} and _capitalised(following) and not _initials_beside(word, following):
            return True
        if len(word) >= 3 and between == "," and len(following) == 1:
            return True
    return False


def _capitalised(word: str) -> bool:
    return len(word) >= 2 and word[0].isupper()


def _initials_beside(word: str, following: str) -> bool:
    """Whether two words are initials with a place, or with other initials: ``AB Window``, ``AB CD``."""
    return _short(word) and (_short(following) or following.casefold() in _PLACES)


def _short(word: str) -> bool:
    """Initials, or an abbreviation: two or three capitals."""
    return len(word) <= 3 and word.isupper()


def plain_text(text: str) -> str:
    """Return a text for comparison: compatibility forms folded, one case, letters and digits only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _shares(label: str, record_number: str) -> bool:
    said, number = plain_text(label), plain_text(record_number)
    if not number:
        return False
    if len(number) < SHARED:
        return number in said
    return any(number[start : start + SHARED] in said for start in range(len(number) - SHARED + 1))


# --- labels that are easily mistaken --------------------------------------------------------------


def alike(one: str, other: str) -> str:
    """Return why two labels are easily mistaken for each other; empty when they are not.

    Symmetric. The same but for case, spaces and punctuation; the same letters with other numbers; one inside the
    other; or few changes relative to the length: one in four characters, two in eight and more.
    """
    first, second = plain_text(one), plain_text(other)
    if not first or not second:
        return "no label" if first == second else ""
    if first == second:
        return "the same label"
    shorter, longer = sorted((first, second), key=lambda text: (len(text), text))
    letters = _letters(shorter)
    if letters and letters == _letters(longer):
        return "the same letters, other numbers"
    if len(shorter) >= 2 and shorter in longer:
        return "one holds the other"
    allowed = 0 if len(longer) < 4 else 1 if len(longer) < 8 else 2
    if allowed and distance(first, second) <= allowed:
        return "nearly the same"
    return ""


def _letters(text: str) -> str:
    return "".join(character for character in text if not character.isdigit())


def distance(one: str, other: str) -> int:
    """Return the least number of characters to insert, delete, replace or swap with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]


def marked(text: str, other: str) -> tuple[tuple[str, bool], ...]:
    """Split a text into pieces and say of each whether it differs from *other*. Joined they are the text."""
    # Lower case may lengthen a text; then it is compared as it is, so that the pieces are pieces of the text.
    folded = text.lower() if len(text.lower()) == len(text) else text
    steps = SequenceMatcher(None, folded, other.lower(), autojunk=False).get_opcodes()
    return tuple((text[start:end], tag != "equal") for tag, start, end, _, _ in steps if end > start)


# --- the confirmation -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseIdentity:
    """One case as it is recognised before anything of it is opened."""

    case: str
    label: str
    subject: str
    kind: str
    as_of: str
    """Clinical moment of its last sitting."""
    phase: str
    section: str = ""
    """Title of the section of the last answer; empty when there is none, or its protocol cannot be read."""

    @property
    def code(self) -> str:
        """The code staff compare: that of the person where there is one, otherwise that of the case."""
        return self.subject or self.case


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is asked before a case is opened for another sitting."""

    chosen: CaseIdentity
    look_alikes: tuple[tuple[CaseIdentity, str], ...] = ()
    """Other cases in progress that are easily mistaken for it, each with the reason."""
    notice: str = ""
    """What else the person must know, such as a file in the folder of another kind."""

    @property
    def asks_for_code(self) -> bool:
        """Whether a yes is not enough."""
        return bool(self.look_alikes)

    @property
    def code_name(self) -> str:
        """Which code is asked for: ``subject`` or ``case``. One person's two cases differ in the latter only."""
        same = any(other.subject == self.chosen.subject for other, _ in self.look_alikes)
        return "subject" if self.chosen.subject and not same else "case"

    @property
    def code(self) -> str:
        """The whole code of which the end is asked for."""
        return self.chosen.subject if self.code_name == "subject" else self.chosen.case

    @property
    def asked(self) -> int:
        """How many last characters are asked for: more than usual where those of a look-alike are the same."""
        own = plain_code(self.code)
        others = [
            plain_code(other.subject if self.code_name == "subject" else other.case) for other, _ in self.look_alikes
        ]
        count = ASKED
        while count < len(own) and any(other[-count:] == own[-count:] for other in others):
            count += 1
        return min(count, len(own))

    def accepts(self, typed: str) -> bool:
        """Whether what was typed is the end of the right code, or all of it. Case and separators do not matter."""
        said, own = plain_code(typed), plain_code(self.code)
        return bool(said) and (said == own[-self.asked :] or said == own)


_READ_AS = str.maketrans("ILO", "110")


def plain_code(code: str) -> str:
    """Return a code for comparison: capitals, no separators, letters read as the digits they look like."""
    return plain_text(code).upper().translate(_READ_AS)


def masked_code(code: str, count: int) -> str:
    """Return a code with its last *count* letters and digits as dots: what is to be read off paper is not shown."""
    shown, left = [], count
    for character in reversed(code):
        hide = left > 0 and character.isalnum()
        shown.append("·" if hide else character)
        left -= hide
    return "".join(reversed(shown))


def confirmation(chosen: CaseIdentity, others: Sequence[CaseIdentity], notice: str = "") -> Confirmation:
    """Return what is to be confirmed. *others* are the cases in progress; copies of the chosen one are left out."""
    found = [(other, alike(chosen.label, other.label)) for other in others if other.case != chosen.case]
    return Confirmation(chosen, tuple((other, why) for other, why in found if why), notice)
