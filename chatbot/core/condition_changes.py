"""How one condition differs from another, in plain words: what it now also holds for, and what it no longer does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from chatbot.core import syntax as s
from chatbot.core.content_words import IDS, Words

Say = Callable[[s.Tree], str]


def condition_changes(old: str | None, new: str | None, verb: str, before: Words, after: Words) -> list[str]:
    """Say what changed between two conditions, a clause each. None stands for *always*.

    *verb*: what happens while it holds, with a star where *now also* goes: ``is * asked``. *before* and *after* say
    the names of each.
    """
    if new is None:
        return [f"{_with(verb, 'now always')}, before only when {before.condition(str(old))}"]
    if old is None:
        return [f"{_with(verb, 'now only')} when {after.condition(new)}, before always"]
    try:
        return _changes(s.parse(old), s.parse(new), verb, before.said, after.said)
    except s.ConditionSyntaxError:
        return [f"{_with(verb, 'now')} when {new}; before: when {old}"]


def _with(verb: str, adverb: str) -> str:
    return " ".join(verb.replace("*", adverb).split())


def _changes(old: s.Tree, new: s.Tree, verb: str, before: Say, after: Say) -> list[str]:
    for word, more, less in (
        ("or", f"{_with(verb, 'now also')} when", f"{_with(verb, 'no longer')} merely because"),
        ("and", f"{_with(verb, 'now')} only when also", f"{_with(verb, 'now')} without asking that"),
    ):
        gone, come, kept = _compared(_parts(old, word), _parts(new, word))
        if not gone and not come:
            return [f"{_with(verb, '')} as before: its condition is only written in another way"]
        if not kept:
            continue
        members = all(isinstance(each, s.IsTest | s.IncludesTest) for each in (*gone, *come))
        inside = _inside(gone[0], come[0]) if len(gone) == len(come) == 1 and not members else None
        if inside is not None:
            rest = "the rest of its condition is as it was"
            return [f"{_with(verb, 'now')} when {after(inside[1])}; before: when {before(inside[0])} ({rest})"]
        found = [f"{more} {_said(come, word, after)}"] if come else []
        return [*found, *([f"{less} {_said(gone, word, before)}"] if gone else [])]
    return [f"{_with(verb, 'now')} when {after(new)}; before: when {before(old)}"]


def _inside(old: s.Tree, new: s.Tree) -> tuple[s.Tree, s.Tree] | None:
    """Return the one part in which two alternatives differ; None where they differ in more, or altogether."""
    for word in ("and", "or"):
        gone, come, kept = _compared(_parts(old, word), _parts(new, word))
        if kept and len(gone) == len(come) == 1:
            return _inside(gone[0], come[0]) or (gone[0], come[0])
    if _about(old) is not None and _about(old) == _about(new):
        return old, new
    return None


def _about(tree: s.Tree) -> str | None:
    """Return the one name a part tests; None for a part that is made of others."""
    match tree:
        case s.IsTest(name) | s.InTest(name) | s.IncludesTest(name):
            return name.text
        case s.Comparison(left):
            return IDS.said(s.Comparison(left, s.Word("==", 0, 0), left))
    return None


def _compared(old: Sequence[s.Tree], new: Sequence[s.Tree]) -> tuple[list[s.Tree], list[s.Tree], bool]:
    """Return what is gone, what has come, and whether anything stayed."""
    were, are = {IDS.said(each) for each in old}, {IDS.said(each) for each in new}
    gone = [each for each in old if IDS.said(each) not in are]
    come = [each for each in new if IDS.said(each) not in were]
    return gone, come, bool(were & are)


def _parts(tree: s.Tree, word: str) -> list[s.Tree]:
    """Return what a condition joins by a word; *one of* a set is its members joined by *or*."""
    match tree:
        case s.Joined(joins, parts) if joins == word:
            return [inner for each in parts for inner in _parts(each, word)]
        case s.InTest(name, options, False) if word == "or":
            return [s.IsTest(name, each, False) for each in options]
        case s.IncludesTest(name, options, every) if every == (word == "and"):
            return [s.IncludesTest(name, (each,), False) for each in options]
    return [tree]


def _said(parts: Iterable[s.Tree], word: str, say: Say) -> str:
    found = _together(list(parts), word)
    return say(found[0]) if len(found) == 1 else say(s.Joined(word, tuple(found)))


def _together(parts: list[s.Tree], word: str) -> list[s.Tree]:
    """Put members of one set together again."""
    found: dict[str, s.Tree] = {}
    for part in parts:
        match part, found.get(key := f"{type(part).__name__} {_about(part) or IDS.said(part)}"):
            case s.IsTest(name, option, False), s.IsTest(_, first, False) if word == "or":
                found[key] = s.InTest(name, (first, option), False)
            case s.IsTest(name, option, False), s.InTest(_, options, False) if word == "or":
                found[key] = s.InTest(name, (*options, option), False)
            case s.IncludesTest(name, options, _), s.IncludesTest(_, others, _):
                found[key] = s.IncludesTest(name, (*others, *options), word == "and")
            case _, None:
                found[key] = part
            case _:
                found[f"{key} {len(found)}"] = part
    return list(found.values())
