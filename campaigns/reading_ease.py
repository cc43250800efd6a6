"""The reading ease of the patient's texts of the shipped protocol as a page: distribution and the hardest.

python -m campaigns.reading_ease [--check]
"""

from __future__ import annotations

import statistics
import sys
from collections import Counter
from importlib.metadata import version

from campaigns.pages import CLINICAL, shipped_package, write_or_check
from chatbot.content.checks.reading import Measured, Passage, measure

PAGE = CLINICAL / "reading_ease.md"

HARDEST = 10
LONGEST = 160
"""Characters of a text that are printed."""


def shipped() -> Measured:
    """Measure the shipped protocol."""
    return measure(shipped_package())


def page(measured: Measured) -> str:
    """Return the page in Markdown."""
    limits = measured.limits
    if limits is None or not measured.passages:
        raise SystemExit("nothing was measured: words.yaml states no limits, or textstat is not installed")
    grades = [each.grade for each in measured.passages]
    tally = Counter(max(0, min(int(limits.limit) + 1, int(-(-grade // 1)))) for grade in grades)
    target, limit = float(limits.target), float(limits.limit)
    formulas = ", ".join(limits.formulas).replace("flesch_kincaid", "Flesch-Kincaid").replace("_", " ")
    lines = [
        "# Reading ease of what patients hear and read",
        "",
        f"Made by `python -m campaigns.reading_ease` with textstat {version('textstat')} and the limits in",
        f"`words.yaml`: the grade is the median of {formulas};",
        f"target grade {limits.target}, none above grade {limits.limit}. A text of {limits.fewest_words} words or more",
        "is measured alone, shorter ones of the same question or rule together; questionnaires, whose words are their",
        "owners', are left out.",
        "",
        f"- {len(grades)} texts measured, {measured.short} too short",
        f"- median grade {statistics.median(grades):.1f}, 90th percentile {statistics.quantiles(grades, n=10)[8]:.1f}",
        f"- above the target: {len(measured.above(target))}; above the limit: {len(measured.above(limit))}",
        "",
        "| Grade | Texts | Share |",
        "|---|---|---|",
    ]
    for rank in sorted(tally):
        name = (
            "0 and below" if rank == 0 else f"above {limits.limit}" if rank > limit else f"above {rank - 1} to {rank}"
        )
        lines.append(f"| {name} | {tally[rank]} | {100 * tally[rank] / len(grades):.1f} % |")
    lines += ["", f"## The {HARDEST} hardest", "", "| Grade | Words | Where | Text |", "|---|---|---|---|"]
    lines += [_row(each) for each in measured.above(-1000)[:HARDEST]]
    return "\n".join(lines) + "\n"


def _row(passage: Passage) -> str:
    first = passage.parts[0]
    where = f"{first.file.path}: {'.'.join(map(str, first.path[:-1]))}"
    text = passage.text if len(passage.text) <= LONGEST else passage.text[: LONGEST - 1] + "…"
    return f"| {passage.grade:.1f} | {passage.words} | `{where}` | {text.replace('|', '/')} |"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with ``--check`` compare it."""
    return write_or_check(arguments, __doc__, PAGE, lambda: page(shipped()))


if __name__ == "__main__":
    sys.exit(main())
