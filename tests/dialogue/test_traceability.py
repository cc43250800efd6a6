"""Every id of the evidence is mapped to content or to a reason, and the page says what the map says."""

from __future__ import annotations

from campaigns.traceability import PAGE, page
from chatbot.content.checks.traceability import expanded


def test_the_page_of_traceability_is_what_the_content_says() -> None:
    true = PAGE.read_text("utf-8") == page()  # not asserted at once: a page is too long to be compared line by line
    assert true, "run python -m campaigns.traceability"


def test_ranges_of_ids_are_written_out() -> None:
    assert expanded(["A1..A3", "R08..R11", "R10a", "pitfall 9..pitfall 10"]) == [
        "A1", "A2", "A3", "R08", "R09", "R10", "R11", "R10a", "pitfall 9", "pitfall 10",
    ]  # fmt: skip
