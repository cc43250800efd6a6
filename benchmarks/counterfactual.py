"""What would change a plan: every single change of every vignette, beside one whole plan of the same case.

    python -m benchmarks.counterfactual

Prints milliseconds and the ratio to one plan. Aim: all single changes well under 300 ms.
"""

from __future__ import annotations

import statistics

from benchmarks.kit import row, timings
from chatbot.content.answers_file import open_case, read_answers
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.core.counterfactual import no_pairs, what_if
from chatbot.core.plan import build_plan
from chatbot.core.reach import URGENCY
from chatbot.patience import WHAT_IF_MS, for_ms


def main() -> None:
    protocol = load_protocol()
    folder = find_protocol(None, protocols_folder()) / "vignettes"
    print(f"{len(protocol.questions)} questions, {len(protocol.rules)} rules; ratios are to one whole plan")
    for path in sorted(folder.glob("*.yaml")):
        file = read_answers(path)
        assert file.as_of is not None
        case, _ = open_case(protocol, file, file.as_of)
        beside = statistics.median(timings(lambda case=case: build_plan(protocol, case), 10))
        singles = timings(lambda case=case: what_if(protocol, case), 10)
        print(row(f"{path.stem}: all single changes", singles, beside))
        rule = next(iter(protocol.rules))
        one = timings(lambda case=case, rule=rule: what_if(protocol, case, no_pairs, targets=[rule]), 10)
        print(row(f"{path.stem}: single changes of one rule", one, beside))
        found = what_if(protocol, case, for_ms(), targets=[URGENCY]).searched[URGENCY]
        print(f"{'':52} pairs of the urgency in {WHAT_IF_MS} ms: {found.tried:,} of {found.pairs:,}")


if __name__ == "__main__":
    main()
