"""What patients of the shipped protocol hear and read is written for them, and the page about it is true."""

from __future__ import annotations

from campaigns.reading_ease import PAGE, page, shipped


def test_no_patient_text_reads_above_the_eighth_grade_and_nine_in_ten_reach_the_sixth() -> None:
    measured = shipped()
    assert measured.limits is not None and measured.limits.target == 6 and measured.limits.limit == 8
    assert measured.above(8) == []
    assert len(measured.above(6)) < len(measured.passages) / 10


def test_the_page_of_reading_ease_is_what_the_content_says() -> None:
    true = PAGE.read_text("utf-8") == page(
        shipped()
    )  # not asserted at once: a page is too long to be compared line by line
    assert true, "run python -m campaigns.reading_ease"
