"""What an earlier visit said of a private question is as private as what this one says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatbot.core.condition import Condition
from chatbot.core.protocol import Protocol
from chatbot.core.resolve import Symbols, condition
from chatbot.core.taint import taint
from tests.core.kit import shapes_of
from tests.shipped import small_protocol

PRIVATE = small_protocol("private")


def read(text: str) -> Condition:
    symbols = Symbols(shapes_of(PRIVATE.questions.values()), frozenset(PRIVATE.findings), {})
    return condition(text, symbols)


def guarded(text: str) -> Protocol:
    """Return the private protocol with a guard that reads *text*."""
    guards = {
        **PRIVATE.guards,
        "seen_before": replace(next(iter(PRIVATE.guards.values())), id="seen_before", when=read(text)),
    }
    return replace(PRIVATE, guards=guards)


@pytest.mark.parametrize(
    ("text", "tainted"),
    [
        ("previous.secret is grave", True),
        ("first.secret is grave", True),
        ("previous is known", False),
        ("days_since(previous) > 3", False),
    ],
)
def test_a_condition_that_reads_a_private_answer_of_an_earlier_case_is_tainted(text: str, tainted: bool) -> None:
    assert ("seen_before" in taint(guarded(text)).guards) is tainted


def test_a_finding_of_an_earlier_case_is_as_private_as_what_it_reads() -> None:
    private = next(name for name in PRIVATE.findings if name in taint(PRIVATE).findings)
    assert "seen_before" in taint(guarded(f"previous.{private}")).guards


def test_a_finding_that_reads_a_private_answer_of_an_earlier_case_is_tainted() -> None:
    finding = replace(next(iter(PRIVATE.findings.values())), id="again", when=read("first.secret is grave"))
    assert "again" in taint(replace(PRIVATE, findings={**PRIVATE.findings, "again": finding})).findings
