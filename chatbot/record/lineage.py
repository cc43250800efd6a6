"""Cases that belong together: visits that follow one another, and versions of one visit. Read from headers alone.

What does not fit (a case that is not there, two amendments of one case, a circle, different kinds) is said in words
and never hides a case: every file is in exactly one lineage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from chatbot.core.events import KINDS
from chatbot.core.lineage import Place
from chatbot.errors import BackstoryError
from chatbot.record.cases import summarise, transcript_files
from chatbot.record.codec import CodecProblem, parse
from chatbot.record.tombstones import tombstones

_LONGEST_HEADER = 64 * 1024


class Listed(Protocol):
    """What a lineage needs to know of a case; ``CaseSummary`` has it."""

    @property
    def case(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def phase(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def last(self) -> str: ...

    @property
    def amends(self) -> str: ...

    @property
    def follows(self) -> str: ...

    @property
    def began(self) -> str: ...

    @property
    def opened(self) -> str: ...


C = TypeVar("C", bound=Listed)


@dataclass(frozen=True, slots=True)
class Visit(Generic[C]):
    """One visit in all its versions."""

    versions: tuple[C, ...]
    """The one first signed, then its amendments; abandoned ones among them."""

    @property
    def counted(self) -> tuple[C, ...]:
        """The versions that count: an abandoned amendment is none."""
        return tuple(each for each in self.versions if each.phase != "abandoned") or self.versions[:1]

    @property
    def latest(self) -> C:
        """The version that holds: the last one signed, else the last."""
        signed = [each for each in self.counted if each.phase == "signed"]
        return (signed or list(self.counted))[-1]


@dataclass(frozen=True, slots=True)
class Lineage(Generic[C]):
    """Everything that belongs to one person's story, as far as the headers say."""

    visits: tuple[Visit[C], ...]
    problems: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[C, ...]:
        """Every case, visit by visit, version by version."""
        return tuple(each for visit in self.visits for each in visit.versions)

    @property
    def counted(self) -> tuple[Visit[C], ...]:
        """The visits that count: one that was abandoned as a whole is none, unless there is no other."""
        whole = tuple(visit for visit in self.visits if any(each.phase != "abandoned" for each in visit.versions))
        return whole or self.visits[:1]

    @property
    def latest(self) -> C:
        """The case where the story stands: what is being worked on, else the latest version of the last visit."""
        last = self.counted[-1]
        unfinished = [each for each in last.counted if each.phase not in {"signed", "abandoned"}]
        return unfinished[-1] if unfinished else last.latest

    @property
    def root(self) -> str:
        """The code of the first case: the name of the lineage."""
        return self.visits[0].versions[0].case

    def place(self, case: C) -> Place:
        """Return where one of its members stands."""
        visit = next(visit for visit in self.visits if any(each is case for each in visit.versions))
        counted = visit.counted
        at = [each is case for each in counted]
        # An abandoned amendment is not counted; it stands where it would have stood.
        version = at.index(True) + 1 if True in at else len(counted) + 1
        newer = counted[version:]
        signed = [each for each in newer if each.phase == "signed"]
        open_ = [each for each in newer if each.phase != "signed"]
        places = [each is visit for each in self.counted]
        number = places.index(True) + 1 if True in places else len(self.counted) + 1
        return Place(
            version=version,
            of=max(len(counted), version),
            visit=number,
            visits=max(len(self.counted), number),
            superseded_by=signed[-1].case if signed else "",
            in_progress=open_[-1].case if open_ and not signed else "",
            problems=self.problems,
        )


def lineages(cases: Sequence[C], gone: Mapping[str, str] | None = None) -> tuple[Lineage[C], ...]:
    """Group cases into lineages, in the order in which their last written case stands in *cases*.

    Of several files of one case, the one that is sound and written last stands for it; the others are told apart.
    *gone*: code to day of cases that were disposed of: they are not missing.
    """
    return _Grouping(cases, gone or {}).lineages()


def days_of_disposal(folder: Path) -> dict[str, str]:
    """Return the code and the day of every case of a folder that was disposed of; nothing where that cannot be told."""
    try:
        return {each.case: each.when[:10] for each in tombstones(folder)}
    except BackstoryError:
        return {}


class _Grouping(Generic[C]):
    def __init__(self, cases: Sequence[C], gone: Mapping[str, str]) -> None:
        self.cases, self.gone = cases, gone
        self.by_code: dict[str, C] = {}
        self.doubles: list[C] = []
        self.problems: dict[str, list[str]] = {}
        """Case code to what is wrong at it."""
        for each in cases:
            if not each.case:
                continue
            known = self.by_code.get(each.case)
            if known is None:
                self.by_code[each.case] = each
            elif (each.state != "damaged", each.last) > (known.state != "damaged", known.last):
                self.doubles.append(known)
                self.by_code[each.case] = each
            else:
                self.doubles.append(each)
        self.parent = {code: self.link(each) for code, each in self.by_code.items()}
        self.break_circles()

    def problem(self, code: str, text: str) -> None:
        self.problems.setdefault(code, []).append(text)

    def link(self, each: C) -> tuple[str, str] | None:
        """Return ("amends" or "follows", the code of a case that is there), or None."""
        for how, named in (("amends", each.amends), ("follows", each.follows)):
            if not named:
                continue
            other = self.by_code.get(named)
            if other is None and named in self.gone:
                self.problem(each.case, f"{each.case} {how} {named}, which was disposed of on {self.gone[named]}")
            elif other is None:
                self.problem(each.case, f"{each.case} {how} {named}, which is not in this folder")
            elif other.kind != each.kind:
                self.problem(each.case, f"{each.case} ({each.kind}) {how} {named} ({other.kind}): kinds never mix")
            else:
                return how, named
        return None

    def break_circles(self) -> None:
        for code in sorted(self.by_code, key=self.age):
            seen = {code}
            at = code
            while (link := self.parent[at]) is not None:
                if link[1] in seen:
                    names = ", ".join(sorted(seen))
                    self.problem(at, f"{names} name one another in a circle")
                    self.parent[at] = None
                    break
                at = link[1]
                seen.add(at)

    def age(self, code: str) -> tuple[str, str, str]:
        each = self.by_code[code]
        return each.began, each.opened, code

    def children(self, code: str, how: str) -> list[str]:
        found = [other for other, link in self.parent.items() if link == (how, code)]
        return sorted(found, key=lambda other: (self.by_code[other].opened, other))

    def lineages(self) -> tuple[Lineage[C], ...]:
        found: list[Lineage[C]] = []
        for root in (code for code, link in self.parent.items() if link is None):
            visits: list[Visit[C]] = []
            codes = self.visit(root, visits)
            problems = [text for code in codes for text in self.problems.get(code, ())]
            found.append(Lineage(tuple(visits), tuple(dict.fromkeys(problems))))
        for double in self.doubles:
            found.append(Lineage((Visit((double,)),), (f"another file of case {double.case}",)))
        found += [Lineage((Visit((each,)),)) for each in self.cases if not each.case]
        order = {id(each): index for index, each in enumerate(self.cases)}
        return tuple(sorted(found, key=lambda each: min(order[id(member)] for member in each.members)))

    def visit(self, root: str, visits: list[Visit[C]]) -> list[str]:
        """Add the visit that begins with a case, and every one after it; return the codes met."""
        versions = [root]
        for code in versions:
            amending = self.children(code, "amends")
            standing = [other for other in amending if self.by_code[other].phase != "abandoned"]
            if len(standing) > 1:
                self.problem(code, f"{' and '.join(standing)} both amend {code}")
            versions += amending
        visits.append(Visit(tuple(self.by_code[code] for code in versions)))
        met = list(versions)
        following = [other for code in versions for other in self.children(code, "follows")]
        standing = [other for other in following if self.by_code[other].phase != "abandoned"]
        if len(standing) > 1:
            self.problem(root, f"{' and '.join(standing)} both follow {root}")
        for other in sorted(following, key=self.age):
            met += self.visit(other, visits)
        return met


# --- files ----------------------------------------------------------------------------------------


def folder_of(path: Path) -> Path:
    """Return the folder of cases a transcript stands in: that of its kind is inside it."""
    parent = path.absolute().parent
    return parent.parent if parent.name in KINDS else parent


def place_of(path: Path, folder: Path | None = None) -> Place:
    """Return where a transcript stands among the cases of a folder; None: its own.

    Only files that belong to it are read whole. What is wrong with any of them is said in the place.
    """
    lineage = lineage_of(path, folder)
    if lineage is None:
        return Place()
    real = path.resolve()
    member = next((each for each in lineage.members if each.path.resolve() == real), None)
    return Place() if member is None else lineage.place(member)


def lineage_of(path: Path, folder: Path | None = None) -> Lineage[Any] | None:
    """Return the lineage a transcript belongs to; None when its header cannot be read."""
    own = peek(path)
    if own is None:
        return None
    paths = {path.resolve(): own}
    for each in transcript_files(folder or folder_of(path)):
        if (header := peek(each)) is not None:
            paths.setdefault(each.resolve(), header)
    links = {each: {header["case"], header["amends"], header["follows"]} - {None} for each, header in paths.items()}
    related, codes = {path.resolve()}, set(links[path.resolve()])
    while more := {each for each, named in links.items() if each not in related and named & codes}:
        related |= more
        codes |= {code for each in more for code in links[each]}
    found = lineages([summarise(each) for each in sorted(related)], days_of_disposal(folder or folder_of(path)))
    real = path.resolve()
    return next((each for each in found if any(member.path.resolve() == real for member in each.members)), None)


def peek(path: Path) -> dict[str, Any] | None:
    """Return case, kind, amends and follows from a transcript's first line, unchecked, and whether it is encrypted.

    None when there are none.
    """
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            line = file.readline(_LONGEST_HEADER + 1)
    except OSError:
        return None
    try:
        data = parse(line.rstrip(b"\n"), strict=False)["data"]
        found = {name: data[name] for name in ("case", "kind", "amends", "follows")}
    except (CodecProblem, LookupError, TypeError):
        return None
    sound = all(isinstance(each, str | None) for each in found.values()) and found["case"]
    return {**found, "sealed": data.get("enc") is not None} if sound else None


def files_of(case: str, folder: Path) -> list[Path]:
    """Return the transcripts of a case in a folder, by their headers."""
    return [each for each in transcript_files(folder) if (known := peek(each)) and known["case"] == case]
