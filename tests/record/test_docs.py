"""The table of codes, the sources and the documentation say the same."""

from __future__ import annotations

import re
from pathlib import Path

import chatbot.record
from chatbot.core.events import EVENT_TYPES
from chatbot.record.problems import CODES
from chatbot.record.store import _CAUSES

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "transcript-format.md").read_text("utf-8")
SOURCES = {path.stem: path.read_text("utf-8") for path in Path(chatbot.record.__file__).parent.glob("*.py")}


def test_every_code_that_is_raised_stands_in_the_table_and_every_code_of_the_table_is_raised() -> None:
    raised = {
        code for name, text in SOURCES.items() if name != "problems" for code in re.findall(r'"([TFLK]\d{3})"', text)
    }
    assert raised == set(CODES)


def test_every_code_is_explained() -> None:
    rows = re.findall(r"^\| ([TFLK]\d{3}) \| [\d, ]+ \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)
    assert [code for code, _, _ in rows] == list(CODES)


def test_every_event_member_and_cause_is_described() -> None:
    for word in (*EVENT_TYPES, *_CAUSES):
        assert f"`{word}`" in TEXT, word


def test_every_module_is_named_in_the_overview() -> None:
    assert chatbot.record.__doc__ is not None
    for name in SOURCES.keys() - {"__init__"}:
        assert re.search(rf"\b{name}\b", chatbot.record.__doc__), name


def test_no_message_or_page_calls_a_transcript_secure() -> None:
    for text in (TEXT, *SOURCES.values()):
        assert not re.search(r"\b(secure|tamper-proof|blockchain)\b", text)
