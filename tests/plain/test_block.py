"""A list of yes/no questions in the line mode: read out whole, then one line says which are yes."""

from __future__ import annotations

import pytest

from chatbot.interview import Interview
from chatbot.plain import run
from tests.core.test_blocks import answered, before_the_block, content


def play(*lines: str) -> tuple[str, Interview]:
    case, out, typed = before_the_block(content(4)), [], iter([*lines, ":quit"])  # type: ignore[var-annotated]

    def read(prompt: str) -> str:
        out.append(prompt)
        return next(typed)

    assert run(case, read=read, write=out.append) == 0
    return "\n".join(out), case


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("none", ["no", "no", "no", "no"]),
        ("2, 4", ["no", "yes", "no", "yes"]),
        ("u1 3 d4 x2", ["unknown", "not_assessed", "yes", "declined"]),
    ],
)
def test_one_line_answers_the_list(line: str, said: list[str]) -> None:
    text, case = play(line)
    assert list(answered(case).values()) == said
    assert {case.case.answers[key].via for key in answered(case)} == {"block"}
    for number in range(1, 5):
        assert f"Is sign number {number} there" in text


@pytest.mark.parametrize("line", ["5", "u", "1 1", "1 d1", "yes", "0"])
def test_what_cannot_be_read_records_nothing(line: str) -> None:
    text, case = play(line)
    assert not answered(case) and "type numbers from 1 to 4, none, or Enter" in text


def test_enter_asks_one_by_one() -> None:
    _, case = play("", "2")
    assert answered(case) == {"sign_1": "no"} and case.case.answers["sign_1"].via == "key"
