"""The page on keeping records, the table of codes and the sources say the same."""

from __future__ import annotations

import re
from pathlib import Path

import chatbot.keeping
from chatbot.keeping import CODES
from chatbot.record import journal

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "records.md").read_text("utf-8")
SOURCES = {path.stem: path.read_text("utf-8") for path in Path(chatbot.keeping.__file__).parent.glob("*.py")}


def test_every_code_that_is_raised_is_explained_and_every_code_of_the_page_is_raised() -> None:
    texts = [text for name, text in SOURCES.items() if name != "__init__"]
    texts += [Path(journal.__file__).read_text("utf-8"), (ROOT / "chatbot" / "cli_records.py").read_text("utf-8")]
    raised = {code for text in texts for code in re.findall(r'code="(R\d{3})"', text)}
    assert raised == set(CODES)
    assert re.findall(r"^\| (R\d{3}) \|", PAGE, re.MULTILINE) == list(CODES)


def test_every_module_is_named_in_the_overview() -> None:
    assert chatbot.keeping.__doc__ is not None
    for name in SOURCES.keys() - {"__init__"}:
        assert f"``{name}``" in chatbot.keeping.__doc__, name


def test_what_the_page_says_of_the_journal_is_so() -> None:
    for what in journal.WHATS:
        assert f"``{what}``" in PAGE or what.split("_")[0][:4] in PAGE, what
    assert journal.NAME in PAGE
