"""Finding by words: always the same order, a slip is offered and never taken for something."""

from __future__ import annotations

import pytest

from chatbot.core.find import Fit, Kind, Target, find

THINGS = [
    Target(Kind.REFERENCE, "ALPHA", "Alpha A. On water and pain. J Alpha 2020.", ("doi:1", "guideline")),
    Target(Kind.RECOMMENDATION, "tablet", "Offer a tablet", ("for strong pain",)),
    Target(Kind.SECTION, "history", "History of the pain"),
    Target(Kind.QUESTION, "pain", "How strong is the pain?", ("0 to 10",)),
    Target(Kind.QUESTION, "painless", "Is it painless at night?", ("nachts früher",)),
    Target(Kind.COMMAND, "plan", "plan", ("What to do.",), ("F5",)),
    Target(Kind.COMMAND, "stop_here", "stop here", ("Issue the plan of what is there.",), ("F6",)),
]

ORDER = [
    ("pain", [("pain", Fit.EXACT), ("painless", 1), ("history", 1), ("ALPHA", 1), ("tablet", 2)]),
    ("how", [("pain", Fit.BEGINS)]),
    ("PLAN", [("plan", Fit.EXACT), ("stop_here", Fit.ANYWHERE)]),
    ("f5", [("plan", Fit.EXACT)]),
    ("str pai", [("pain", Fit.BEGINS), ("tablet", Fit.ANYWHERE)]),
    ("here stop", [("stop_here", Fit.BEGINS)]),
    ("früher", [("painless", Fit.ANYWHERE)]),
    ("fruher", [("painless", Fit.ANYWHERE)]),
    ("ight", [("painless", Fit.ANYWHERE)]),
    ("alpha", [("ALPHA", Fit.EXACT)]),
    ("tabelt", [("tablet", Fit.NEAR)]),
    ("taplet", [("tablet", Fit.NEAR)]),
    ("ablet", [("tablet", Fit.ANYWHERE)]),
    ("tblet", [("tablet", Fit.NEAR)]),
    ("histroy pain", [("history", Fit.NEAR)]),
    ("tabbelt", []),
    ("pn", []),
    ("zzzz", []),
    ("  ", []),
    ("?!", []),
]


@pytest.mark.parametrize(("typed", "wanted"), ORDER)
def test_what_fits_better_stands_first_and_what_does_not_fit_is_not_there(
    typed: str, wanted: list[tuple[str, int]]
) -> None:
    assert [(each.target.id, each.fit) for each in find(THINGS, typed)] == wanted


def test_equally_good_ones_stand_by_kind_and_then_in_the_order_given() -> None:
    many = [Target(kind, f"{kind}{n}", f"same {n}") for n in range(2) for kind in reversed(Kind)]
    assert [each.target.kind for each in find(many, "same")] == [kind for kind in Kind for _ in range(2)]
    assert [each.target.id[-1] for each in find(many, "same")] == ["0", "1"] * len(Kind)


def test_near_ones_are_few_and_only_there_when_nothing_has_the_words() -> None:
    near = [Target(Kind.QUESTION, f"q{n}", f"walking {n}") for n in range(9)]
    assert [each.fit for each in find(near, "walkign")] == [Fit.NEAR] * 5
    assert [each.fit for each in find([*near, Target(Kind.SECTION, "walkign", "Walkign")], "walkign")] == [Fit.EXACT]
