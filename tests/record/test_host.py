"""The computer as the recorder sees it, and the one that is the same every run."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

from chatbot import __version__
from chatbot.record.host import CROCKFORD, FixedHost, Host, case_code, plain_code


def test_the_real_host_tells_time_in_utc_and_gives_fresh_names() -> None:
    host = Host()
    assert host.wall().tzinfo is UTC
    assert host.monotonic_ns() <= host.monotonic_ns()
    ids = {host.new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(len(each) == 32 and set(each) <= set(string.hexdigits.lower()) for each in ids)
    codes = {host.new_case() for _ in range(100)}
    assert len(codes) == 100
    assert all(len(each) == 8 and set(each) <= set(CROCKFORD) for each in codes)
    assert host.user()
    assert host.software() == f"backstory {__version__}"
    assert isinstance(host.boot_id(), str)


def test_the_fixed_host_says_the_same_every_run() -> None:
    def said(host: Host) -> list[object]:
        return [host.wall(), host.monotonic_ns(), host.new_id(), host.wall(), host.new_case(), host.user()]

    assert said(FixedHost()) == said(FixedHost())
    assert said(FixedHost(seed=1)) != said(FixedHost(seed=2))
    assert FixedHost().new_case() == "N4W7BZJG"


def test_the_clocks_of_the_fixed_host_agree() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    host = FixedHost(start, timedelta(minutes=3))
    host.wall()
    began = host.monotonic_ns()
    for number in range(1, 5):
        assert host.wall() == start + timedelta(minutes=3 * number)
        assert host.monotonic_ns() - began == 3 * number * 60 * 10**9


def test_a_case_code_is_read_as_it_may_be_typed() -> None:
    assert case_code(0) == "00000000"
    assert case_code(2**40 - 1) == "ZZZZZZZZ"
    assert plain_code(" o1il-abcd ") == "0111ABCD"
