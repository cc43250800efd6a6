"""An approval is of exact words: one other word and the item is under review again, by itself."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.content.bundle import bundle_of
from chatbot.content.package import read_package
from chatbot.core.approvals import Approval, review_of, state_of, states
from chatbot.core.items import NOT_REVIEWED, REVIEW_MEMBERS, item_digest, items
from chatbot.core.review import APPROVED, DRAFT, STATES, SUBMITTED, UNDER_REVIEW, Review
from tests.small_protocols import SMALL

BUNDLE = bundle_of(read_package(SMALL / "tiny", "tiny"))
DIGESTS = {name: item_digest(content) for name, content in items(BUNDLE).items()}

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> list[Path]:
    """Return where every word of the content stands that a reviewer reads."""
    if isinstance(value, dict):
        left_out = NOT_REVIEWED if not path else REVIEW_MEMBERS | {"id"}
        return [leaf for key in value if key not in left_out for leaf in leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [leaf for index, each in enumerate(value) for leaf in leaves(each, (*path, index))]
    return [path] if isinstance(value, str) else []


def edited(path: Path) -> dict[str, Any]:
    bundle = copy.deepcopy(BUNDLE)
    inner = bundle
    for step in path[:-1]:
        inner = inner[step]  # type: ignore[index]
    inner[path[-1]] += "x"  # type: ignore[index]
    return bundle


def said(item: str, state: str = APPROVED, digest: str | None = None) -> Approval:
    return Approval(item, digest or DIGESTS[item], state, "A. Example", "physician", "2026-02-01")


EVERYTHING = [said(item) for item in DIGESTS]


@settings(max_examples=60)
@given(st.sampled_from(leaves(BUNDLE)))
def test_editing_one_word_takes_back_the_approval_of_that_item_and_of_no_other(path: Path) -> None:
    now = {name: item_digest(content) for name, content in items(edited(path)).items()}
    fallen = {item for item, state in states(now, EVERYTHING).items() if state != APPROVED}
    assert len(fallen) == 1 and states(now, EVERYTHING)[fallen.pop()] == UNDER_REVIEW
    assert not review_of(now, EVERYTHING).approved


def test_a_later_date_for_the_next_review_is_no_other_content() -> None:
    bundle = copy.deepcopy(BUNDLE)
    for rule in bundle["rules"]:
        rule.update(review_due="2031-01-01", reviewed="2026-01-01", review_status="whatever")
    assert {name: item_digest(each) for name, each in items(bundle).items()} == DIGESTS


def test_every_part_of_the_content_belongs_to_an_item() -> None:
    kinds = {name.partition(":")[0] for name in DIGESTS}
    assert {"question", "section", "rule", "red_flag", "guard", "finding", "hypothesis", "conflict"} <= kinds
    assert {"reference", "safety_net", "handover", "labels", "protocol"} <= kinds
    assert "protocol:disclaimer" in DIGESTS and "protocol:scope" in DIGESTS


def test_the_last_word_about_an_item_counts_and_only_of_the_words_it_was_about() -> None:
    item = "guard:weak_kidney"
    assert state_of(DIGESTS[item], None) == DRAFT
    for state in (SUBMITTED, UNDER_REVIEW, APPROVED):
        assert states(DIGESTS, [said(item, state)])[item] == state
    # Words approved once and replaced since are not approved again by going back to them.
    assert states(DIGESTS, [said(item), said(item, APPROVED, "0" * 64)])[item] == UNDER_REVIEW
    assert states(DIGESTS, [said(item, APPROVED, "0" * 64), said(item)])[item] == APPROVED


def test_content_is_approved_only_when_all_of_it_is() -> None:
    assert review_of(DIGESTS, EVERYTHING) == Review(APPROVED)
    assert Review(APPROVED).says("draft, pending clinical review") == APPROVED
    almost = review_of(DIGESTS, EVERYTHING[:-1])
    assert almost == Review(APPROVED, ((EVERYTHING[-1].item, DRAFT),))
    assert almost.says("approved") == "under review, not approved"
    assert Review(DRAFT).says("approved") == "draft"
    assert Review(DRAFT).says("draft, pending clinical review") == "draft, pending clinical review"
    assert Review(SUBMITTED).says("draft") == "submitted, not approved"


@given(st.dictionaries(st.sampled_from(sorted(DIGESTS)), st.sampled_from(STATES[1:])))
def test_what_a_case_pins_says_of_every_item_what_the_entries_say(given_: dict[str, str]) -> None:
    entries = [said(item, state) for item, state in given_.items()]
    review = review_of(DIGESTS, entries)
    assert {item: review.of(item) for item in DIGESTS} == states(DIGESTS, entries)
    assert sum(review.counts(len(DIGESTS)).values()) == len(DIGESTS)
