"""YAML is read as its author wrote it: texts stay texts, and what is dangerous is refused before anything is built."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.content.source import MOST_DEPTH, MOST_EVENTS, Mapping, Scalar, at, parse, plain

TRAPS = (
    "no yes on off y n true false null ~ 1:30 12:30:45 010 0x1f 1_000 1e3 .5 5. .inf .nan 0b1 0o7 2015-03-12 "
    "2015-03-12T10:30:00Z 12.0 +1 -0 NO Yes True NULL Null"
).split()
"""Plain scalars that YAML 1.1 turns into something other than the text that was written."""


@pytest.mark.parametrize("text", TRAPS)
def test_a_plain_scalar_stays_the_text_that_was_written(text: str) -> None:
    root, found = parse(f"key: {text}\n".encode(), "x.yaml")
    assert not found and root is not None and plain(root) == {"key": text}


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_without_building_anything(opening: str) -> None:
    root, found = parse((opening * 100_000).encode(), "x.yaml")
    assert root is None and [each.code for each in found] in (["P103"], ["P102"])


def test_too_many_parts_are_refused() -> None:
    root, found = parse(("- a\n" * (MOST_EVENTS + 1)).encode(), "x.yaml")
    assert root is None and [each.code for each in found] == ["P103"]


def test_the_deepest_nesting_allowed_is_read() -> None:
    root, found = parse(("[" * MOST_DEPTH + "a" + "]" * MOST_DEPTH).encode(), "x.yaml")
    assert root is not None and not found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\nb: *x\n", "P104"),
        ("a: {<<: {b: c}}\n", "P104"),
        ("a: !!python/object/apply:os.system [ls]\n", "P105"),
        ("a: 1\n---\nb: 2\n", "P106"),
        ("%TAG ! tag:x,2000:\n---\na: 1\n", "P106"),
        ("? [a, b]\n: c\n", "P112"),
        ("a: 1\na: 2\n", "P107"),
        ("", "P109"),
        ("a:\n", "P109"),
        ("a: |\n  x\x1b[31m\n", "P108"),
    ],
)
def test_what_is_dangerous_or_ambiguous_is_refused(text: str, code: str) -> None:
    root, found = parse(text.encode(), "x.yaml")
    assert root is None and code in {each.code for each in found}


def test_windows_line_ends_are_read() -> None:
    root, found = parse(b"a: b\r\nc: d\r\n", "x.yaml")
    assert root is not None and not found and plain(root) == {"a": "b", "c": "d"}


@pytest.mark.parametrize(
    "written",
    ["key: one two three", "key: 'one two three'", "key: >-\n  one\n  two three", "key: |\n  one two\n  three"],
)
def test_a_word_is_found_again_whatever_the_style(written: str) -> None:
    root, _ = parse(written.encode(), "x.yaml")
    assert isinstance(root, Mapping)
    value = root.value("key")
    assert isinstance(value, Scalar)
    start = value.text.index("three")
    mark = at(root, ("key",)).within(value.text, start, start + 5)
    assert mark.source.text[mark.start : mark.end] == "three"
    assert mark.source.lines[mark.line - 1][mark.column - 1 :].startswith("three")


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    root, found = parse(data, "x.yaml")
    assert (root is None) == bool(found)


@given(st.text(alphabet="abc:-[]{}#&*!|>'\"%@`,? \n\t\\", max_size=80))
def test_no_text_makes_it_raise(text: str) -> None:
    root, found = parse(text.encode(), "x.yaml")
    assert (root is None) == bool(found)
