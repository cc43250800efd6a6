"""One spelling for every value, and no other is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.record.codec import LARGEST_INTEGER, CodecProblem, canonical, parse

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_reads_back_the_same(value: Any) -> None:
    assert parse(canonical(value)) == value


@given(VALUES)
def test_the_same_value_has_one_spelling_whatever_the_order_of_its_members(value: Any) -> None:
    def turned(each: Any) -> Any:
        if isinstance(each, dict):
            return {key: turned(each[key]) for key in reversed(list(each))}
        return [turned(item) for item in each] if isinstance(each, list) else each

    assert canonical(turned(value)) == canonical(value)


SPELLED = [
    ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
    ('\u20ac$\u000f\nA\'B"\\\\"/', '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()),
    ("\x7f\u2028\u0085", '"\x7f\u2028\u0085"'.encode()),
    ("\b\t\n\f\r\x00", b'"\\b\\t\\n\\f\\r\\u0000"'),
    ({"~": 1, "z": 2, "A": 3, "": 4}, b'{"":4,"A":3,"z":2,"~":1}'),
    (("a", "b"), b'["a","b"]'),
    (-0, b"0"),
]


@pytest.mark.parametrize(("value", "spelled"), SPELLED)
def test_values_are_spelled_as_rfc_8785_spells_them(value: Any, spelled: bytes) -> None:
    assert canonical(value) == spelled


REFUSED_VALUES = [
    1.0,
    float("nan"),
    2**53,
    -(2**53),
    {"ü": 1},
    {1: 1},
    "\ud800",
    ["\udfff"],
    {"\udc00": 1},
    b"bytes",
    {1, 2},
    object(),
    "x" * (16 * 1024 + 1),
    "ü" * (8 * 1024 + 1),
]


@pytest.mark.parametrize("value", REFUSED_VALUES, ids=lambda value: repr(value)[:20])
def test_a_value_without_a_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(CodecProblem):
        canonical({"deep": [value]})


def test_the_longest_text_is_accepted() -> None:
    assert parse(canonical("ü" * (8 * 1024))) == "ü" * (8 * 1024)


REFUSED_BYTES = {
    "spaces": b'{"a": 1}',
    "order": b'{"b":1,"a":2}',
    "twice": b'{"a":1,"a":1}',
    "float": b'{"a":1.5}',
    "whole float": b'{"a":1.0}',
    "exponent": b'{"a":1e3}',
    "nan": b'{"a":NaN}',
    "infinity": b"[-Infinity]",
    "minus zero": b"[-0]",
    "large": b"[9007199254740992]",
    "very large": b"[" + b"9" * 5000 + b"]",
    "leading zero": b"[01]",
    "escaped letter": b'["\\u0041"]',
    "escaped slash": b'["\\/"]',
    "capital escape": b'["\\u000F"]',
    "raw control": b'["\x01"]',
    "lone surrogate": b'["\\ud800"]',
    "encoded surrogate": b'["\xed\xa0\x80"]',
    "latin-1": b'["\xe4"]',
    "key": '{"ä":1}'.encode(),
    "nested key": '[{"a":{"ä":1}}]'.encode(),
    "deep": b"[" * 20_000 + b"]" * 20_000,
    "open": b'{"a":1',
    "two values": b"1 2",
    "mark": b"\xef\xbb\xbf1",
    "empty": b"",
}


@pytest.mark.parametrize("data", REFUSED_BYTES.values(), ids=REFUSED_BYTES.keys())
def test_bytes_in_any_other_spelling_are_refused(data: bytes) -> None:
    with pytest.raises(CodecProblem):
        parse(data)


@given(st.binary(max_size=60))
def test_no_bytes_lead_to_anything_but_a_value_or_a_problem(data: bytes) -> None:
    try:
        value = parse(data)
    except CodecProblem:
        return
    assert canonical(value) == data


def test_a_looser_reading_accepts_another_spelling_but_still_no_floats() -> None:
    assert parse(b'{"b": 1, "a": 2}', strict=False) == {"a": 2, "b": 1}
    with pytest.raises(CodecProblem):
        parse(b"[1.5]", strict=False)


def test_strings_of_our_enumerations_are_stored_as_plain_text() -> None:
    from chatbot.core.values import Urgency

    assert json.loads(canonical([Urgency.URGENT])) == ["urgent"]
