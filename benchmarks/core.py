"""One answer folded (with findings, urgency and next question), and a whole plan, on the full protocol.

    python -m benchmarks.core

Prints microseconds and the ratio to a yardstick taken in the same run. Aims: 100 µs and 2 ms.
"""

from __future__ import annotations

from benchmarks.kit import row, timings, yardstick
from chatbot.content.answers_file import open_case, read_answers
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from chatbot.core.canonical import canonical_json
from chatbot.core.case import evolve, fold
from chatbot.core.commands import GiveAnswer
from chatbot.core.events import AnswerGiven
from chatbot.core.plan import build_plan
from chatbot.core.present import present
from chatbot.core.preview import consequences


def main() -> None:
    protocol = load_protocol()
    folder = find_protocol(None, protocols_folder()) / "vignettes"
    beside = yardstick()
    print(f"yardstick {beside * 1e3:.2f} ms; ratios are to it; {len(protocol.questions)} questions")
    for path in sorted(folder.glob("*.yaml")):
        file = read_answers(path)
        assert file.as_of is not None
        case, events = open_case(protocol, file, file.as_of)
        given = [index for index, event in enumerate(events) if isinstance(event, AnswerGiven)]
        before = [(fold(protocol, events[:index]), events[index]) for index in given]
        per_answer = [
            min(timings(lambda case=case, event=event: evolve(protocol, case, event), 5)) for case, event in before
        ]
        print(row(f"{path.stem}: one answer folded ({len(given)} answers)", per_answer, beside, "µs"))
        print(row(f"{path.stem}: view", timings(lambda case=case: present(protocol, case), 30), beside))
        print(row(f"{path.stem}: plan", timings(lambda case=case: build_plan(protocol, case), 30), beside))
        previews = [
            min(timings(lambda case=case, key=key: consequences(protocol, case, GiveAnswer(key, status="unknown")), 3))
            for key in case.answers
        ]
        print(row(f"{path.stem}: preview of a correction, each answer", previews, beside))
        plan = build_plan(protocol, case)
        print(row(f"{path.stem}: plan as canonical JSON", timings(lambda plan=plan: canonical_json(plan), 30), beside))


if __name__ == "__main__":
    main()
