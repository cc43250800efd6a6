"""Which cases are one person's: those that name one another, and those that share a subject code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from chatbot.record.cases import CaseSummary, list_cases
from chatbot.record.host import plain_code
from chatbot.record.tombstones import Tombstone, tombstones


class Families:
    """Cases grouped by person, as far as headers and tombstones say.

    Cases are joined when one names the other as the case it follows or amends, when a case that was disposed of stood
    between them, or when both carry one subject code, whatever their kinds. A case whose header cannot be read is
    joined to nothing.
    """

    def __init__(self, cases: Sequence[CaseSummary], gone: Sequence[Tombstone] = ()) -> None:
        """*gone*: cases that were disposed of."""
        self.cases, self.gone = cases, gone
        self._leader: dict[str, str] = {}
        for marks in (*map(_marks, cases), *([_case(each.case), *map(_case, each.comes_from)] for each in gone)):
            for mark in marks:
                self._join(marks[0], mark)
        self._members: dict[str, list[CaseSummary]] = {}
        for each in cases:
            if marks := _marks(each):
                self._members.setdefault(self._find(marks[0]), []).append(each)

    def of(self, case: CaseSummary) -> list[CaseSummary]:
        """Return every case of the person whose case this is, itself included, in the order they were given."""
        marks = _marks(case)
        return self._members.get(self._find(marks[0]), [case]) if marks else [case]

    def named(self, codes: Iterable[str] = (), subjects: Iterable[str] = ()) -> list[CaseSummary]:
        """Return every case of the persons that these case codes and subject codes mean."""
        asked = {self._find(mark) for mark in (*map(_case, codes), *map(_subject, subjects)) if mark in self._leader}
        return [each for each in self.cases if (marks := _marks(each)) and self._find(marks[0]) in asked]

    def disposed(self, cases: Iterable[CaseSummary]) -> list[Tombstone]:
        """Return the tombstones that belong to the persons of these cases."""
        asked = {self._find(marks[0]) for each in cases if (marks := _marks(each))}
        return [each for each in self.gone if each.case and self._find(_case(each.case)) in asked]

    def _find(self, mark: str) -> str:
        while (leader := self._leader.setdefault(mark, mark)) != mark:
            # Halving the way each time keeps it short.
            self._leader[mark] = self._leader[leader]
            mark = leader
        return mark

    def _join(self, left: str, right: str) -> None:
        self._leader[self._find(left)] = self._find(right)


def _case(code: str) -> str:
    return f"case:{plain_code(code)}"


def _subject(code: str) -> str:
    return f"subject:{plain_code(code)}"


def _marks(case: CaseSummary) -> list[str]:
    if not case.case:
        return []
    codes = [_case(each) for each in (case.case, case.amends, case.follows) if each]
    return codes + ([_subject(case.subject)] if case.subject.strip() else [])


def is_shut(case: CaseSummary) -> bool:
    """Whether a case is encrypted and no key here opens it: then it carries no label and no code of a person."""
    return bool(getattr(case, "shut", False))


def families_of(folder: Path) -> Families:
    """Return the cases of a folder grouped by person. Raises: CorruptTranscript (R001), StorageError."""
    return Families(list_cases(folder), tombstones(folder))
