"""A sealed line carries the hash of its own content."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.record import chain
from chatbot.record.codec import canonical, parse

BODY = canonical({"actor": "rn:1", "seq": 3, "zeta": "ä"})


def test_a_sealed_line_is_canonical_and_ends_in_the_hash_of_its_body() -> None:
    line, hash_ = chain.seal(BODY)
    assert hash_ == hashlib.sha256(b"backstory/transcript/v1\n" + BODY).hexdigest()
    assert parse(line) == {**json.loads(BODY), "~h": hash_}
    assert line.endswith(hash_.encode() + b'"}')
    assert chain.unseal(line) == (BODY, hash_)


def test_a_hash_of_the_same_bytes_for_another_purpose_is_another_hash() -> None:
    assert chain.digest(BODY) != hashlib.sha256(BODY).hexdigest()


@given(st.data())
def test_no_single_change_of_a_byte_leaves_a_record(data: st.DataObject) -> None:
    line, _ = chain.seal(BODY)
    place = data.draw(st.integers(0, len(line) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != line[place]))
    assert not chain.is_record(line[:place] + bytes([byte]) + line[place + 1 :])


@pytest.mark.parametrize("line", [b"", b"{}", b'"}', b'{"a":1}', b',"~h":"' + b"0" * 64 + b'"}'])
def test_bytes_without_a_seal_are_no_record(line: bytes) -> None:
    assert not chain.is_record(line)


def test_records_are_found_wherever_they_stand() -> None:
    first, _ = chain.seal(canonical({"actor": "a", "seq": 0}))
    second, _ = chain.seal(canonical({"actor": "b", "seq": 1}))
    data = b"junk" + first + b"\0\0" + second[:40] + second + b'{"actor":"c"'
    assert chain.records_inside(data) == [first, second]


def test_a_record_quoted_inside_a_text_is_not_taken_for_one() -> None:
    inner, _ = chain.seal(canonical({"actor": "a", "seq": 0}))
    outer, _ = chain.seal(canonical({"actor": "a", "data": {"text": inner.decode()}}))
    assert chain.records_inside(outer[:-1]) == []
    assert chain.records_inside(outer) == [outer]


def test_a_head_code_gives_the_length_and_a_hundred_bits_of_the_head() -> None:
    assert chain.head_code("00" * 32, 58) == "58-AAAA-AAAA-AAAA-AAAA-AAAA"
    assert chain.head_code("ff" * 32, 1) == "1-7777-7777-7777-7777-7777"
