"""The plan as Markdown: the same words as the text, and foreign text that stays text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chatbot.core.text import visible
from chatbot.export.markdown import escaped, plan_markdown
from tests.plain.kit import PROTOCOL, ROUTINE, answered, start

COMMONMARK = MarkdownIt("commonmark")


def inline_tokens(source: str) -> list[Any]:
    return [child for token in COMMONMARK.parse(source) for child in token.children or []]


@given(st.text(st.characters()) | st.text(st.sampled_from("<>&*_`[]()!#|~\\-+=1.) \nab:/w")))
@example("[x](javascript:alert(1))")
@example("<script>alert(1)</script>")
@example("1. not a list")
@example("- - - ")
@example("&amp; &lt;")
@example("\\*")
@example("***")
def test_escaped_text_reads_as_itself_and_nothing_else(text: str) -> None:
    words = " ".join(visible(text).split())
    for source in (escaped(text), f"- {escaped(text)}", f"**{escaped(text)}**" if words else ""):
        tokens = inline_tokens(source)
        assert "".join(token.content for token in tokens) == (words if source else "")
        assert {token.type for token in tokens} <= {"text", "text_special", "strong_open", "strong_close"}


def test_addresses_in_foreign_text_are_not_made_links() -> None:
    assert escaped("see https://evil.example and www.evil.example") == (
        "see https\\://evil.example and www\\.evil.example"
    )


def test_the_plan_has_headings_lists_and_references() -> None:
    text = plan_markdown(answered(start(), ROUTINE).plan(), PROTOCOL.labels, case="7F3K")
    assert text.startswith("# Boiler check\n\n**7F3K · test · 2025-11-12 09:30 · planned**\n\n")
    assert "\n### Today\n\n- oil title\n  - oil text. \\[2\\]\n" in text
    assert "\n- \\[1\\] Author SEEN. A title. J Boil. 2020;1:1-2. doi:10.1/x · guideline · UK · Text seen.\n" in text


def test_lists_nest_as_they_are_meant() -> None:
    html = COMMONMARK.render(plan_markdown(answered(start(), ROUTINE).plan(), PROTOCOL.labels))
    assert "<li>oil title\n<ul>\n<li>oil text. [2]</li>" in html
    assert html.count("<h1>") == 1


@pytest.mark.parametrize("register", ["clinician", "patient"])
def test_hostile_answers_and_labels_stay_text(register: str) -> None:
    hostile = "<img src=x onerror=alert(1)> [a](javascript:b) \x1b[31m `c` **d**"
    interview = answered(start(), {**ROUTINE, "remark": "# x <b>y</b> [z](http://q)"})
    text = plan_markdown(interview.plan(), PROTOCOL.labels, register=register, case=hostile, all_rules=True)
    types = {token.type for token in inline_tokens(text)}
    assert types <= {"text", "strong_open", "strong_close", "softbreak"}
    assert not [token for token in COMMONMARK.parse(text) if token.type in {"html_block", "code_block", "fence"}]
    assert "\\x1b" in "".join(token.content for token in inline_tokens(text))
