"""What a vignette or a case takes over from a vignette it is ``like``.

Answers override one by one, a grid cell by cell; ``without`` leaves out what is taken over. Everything keeps its
place in the file in which it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from chatbot.content.diagnostics import Diagnostic
from chatbot.content.source import Mapping, Node, Scalar, Sequence, read
from chatbot.core.resolve import near_miss

DETAILED = frozenset({"value", "status"})
"""A mapping with one of these is an answer with details, not a grid."""


class Vignettes:
    """The vignettes of a protocol by name, read when they are asked for."""

    def __init__(self, names: Iterable[str], root: Callable[[str], Mapping | None]) -> None:
        self.names = tuple(names)
        self._root = root

    def root(self, name: str) -> Mapping | None:
        """Return the file of a vignette; None when there is none, or it cannot be read."""
        return self._root(name) if name in self.names else None

    @classmethod
    def of_folder(cls, folder: Path) -> Vignettes:
        """Return the vignettes in a folder."""

        def root(name: str) -> Mapping | None:
            path = folder / f"{name}.yaml"
            found, _ = read(path, str(path))
            return found if isinstance(found, Mapping) else None

        return cls(sorted(path.stem for path in folder.glob("*.yaml")), root)


NO_VIGNETTES = Vignettes((), lambda _: None)


@dataclass(frozen=True, slots=True)
class Inherited:
    """The answers of a vignette or a case, with what it takes over."""

    answers: Mapping
    taken_over: frozenset[str]
    """Ids of answers that are not its own."""
    as_of: Scalar | None
    """The moment of the interview: its own, or that of the nearest vignette that says one."""
    roots: tuple[Mapping, ...]
    """The vignettes it hangs on, the nearest first."""
    region: Scalar | None = None
    """Where it is, said likewise."""


def inherit(entry: Mapping, own: Mapping, name: str, vignettes: Vignettes, found: list[Diagnostic]) -> Inherited:
    """Return what *entry*, a vignette or a case called *name* whose answers are *own*, says with what it takes over.

    What is wrong is added to *found*: a vignette that does not exist (P470), a circle (P471), something left out
    that is not taken over (P472).
    """
    return _inherit(entry, own, (name,), vignettes, found)


def _inherit(
    entry: Mapping, own: Mapping, trail: tuple[str, ...], vignettes: Vignettes, found: list[Diagnostic]
) -> Inherited:
    base = _base(entry, trail, vignettes, found)
    taken = {} if base is None else {key.text: (key, node) for key, node in base.answers.entries}
    for name in _left_out(entry):
        if taken.pop(name.text, None) is None:
            hint = near_miss(name.text, taken) or "delete it"
            found.append(name.mark.diagnostic("P472", f"{name.text!r} is not taken over from anything", hint))
    said = dict(taken)
    for key, node in own.entries:
        # Behind what is taken over: of a group and its count, the one written here counts.
        before = said.pop(key.text, None)
        said[key.text] = (key, node if before is None else _cells(before[1], node))
    as_of, region = entry.value("as_of"), entry.value("region")
    if not isinstance(as_of, Scalar):
        as_of = None if base is None else base.as_of
    if not isinstance(region, Scalar):
        region = None if base is None else base.region
    return Inherited(
        answers=Mapping(tuple(said.values()), own.mark),
        taken_over=frozenset(said) - {key.text for key, _ in own.entries},
        as_of=as_of,
        roots=() if base is None else base.roots,
        region=region,
    )


def _base(entry: Mapping, trail: tuple[str, ...], vignettes: Vignettes, found: list[Diagnostic]) -> Inherited | None:
    like = entry.value("like")
    if not isinstance(like, Scalar):
        return None
    if like.text in trail:
        message = f"{trail[0]} is like itself: {' → '.join((*trail, like.text))}"
        found.append(like.mark.diagnostic("P471", message, "let one of them write out its answers"))
        return None
    root = vignettes.root(like.text)
    if root is None:
        hint = near_miss(like.text, vignettes.names) or "name a vignette of this protocol"
        found.append(like.mark.diagnostic("P470", f"no vignette is called {like.text!r}", hint))
        return None
    answers = root.value("answers")
    own = answers if isinstance(answers, Mapping) else Mapping((), root.mark)
    base = _inherit(root, own, (*trail, like.text), vignettes, found)
    return replace(base, roots=(root, *base.roots))


def _left_out(entry: Mapping) -> list[Scalar]:
    node = entry.value("without")
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []


def _cells(before: Node, own: Node) -> Node:
    """Return an answer with the cells of a grid it takes over; its own cells stand behind them and count."""
    if isinstance(before, Mapping) and isinstance(own, Mapping):
        keys = {key.text for key, _ in (*before.entries, *own.entries)}
        if not keys & DETAILED:
            return Mapping((*before.entries, *own.entries), own.mark)
    return own
