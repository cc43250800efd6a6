"""What was not verified says so wherever a line is read, and the page of what was checked is true."""

from __future__ import annotations

import pytest

from campaigns.verification import PAGE, page
from chatbot.content.answers_file import open_case, read_answers
from chatbot.content.library import find_protocol, protocols_folder
from chatbot.core.plan import build_plan
from chatbot.export.markdown import plan_markdown
from chatbot.export.text import plan_text
from chatbot.tui.drawing.plan import draw
from chatbot.tui.lines import plain
from chatbot.tui.words import Words
from tests.shipped import shipped_protocol

ROUTINE = find_protocol(None, protocols_folder()) / "vignettes" / "routine_complete.yaml"


def test_the_page_of_what_was_verified_is_what_the_content_says() -> None:
    true = PAGE.read_text("utf-8") == page()  # not asserted at once: a page is too long to be compared line by line
    assert true, "run python -m campaigns.verification"


def test_every_line_of_a_plan_says_how_sure_it_is_and_whether_that_was_verified(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chatbot.tui.lines._measure", 10_000)  # a line of the plan is one row
    protocol = shipped_protocol()
    file = read_answers(ROUTINE)
    assert file.as_of is not None
    case, _ = open_case(protocol, file, file.as_of)
    plan = build_plan(protocol, case)
    labels, words = protocol.labels, Words(protocol, "clinician")
    text, marked = plan_text(plan, labels, width=1_000_000), plan_markdown(plan, labels)
    drawn = draw(plan, words, 10_000, caret="", opened=frozenset(), decisions={}, all_rules=False)
    screen = plain(drawn.rows).split("\n")
    shown = [each for each in plan["recommendations"] if each["status"] == "recommended"]
    assert {each["verification"] for each in shown} > {"unverified", "expert_opinion"}
    for each in shown:
        caveat = "" if each["verification"] == "verified" else labels[f"verification.{each['verification']}"].clinician
        said = f"{each['strength']} · {each['certainty']}"
        assert said in text and said in marked.replace("\\", ""), each["id"]
        (row,) = (row for row in screen if f" {each['title']['clinician']}" in row and each["strength"] in row)
        assert caveat in row, each["id"]
        lines = [line for line in text.split("\n") if said in line]
        assert any(caveat in line for line in lines), each["id"]
