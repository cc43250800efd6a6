"""The line mode after an emergency was read, and when a plan is signed with something left open."""

from __future__ import annotations

from dataclasses import replace

from chatbot.core.commands import GiveAnswer
from chatbot.core.protocol import Citation, Emergency
from chatbot.core.signing import unsettled
from chatbot.errors import FILE_TAKEN, UsageError
from chatbot.interview import Interview
from tests.plain.kit import PROTOCOL, ROUTINE, answered, say, start
from tests.plain.test_plain import Script, play, types

AT_HAND = Emergency(
    call=(say("fire brigade, 112"),),
    ready=(say("the key of the cellar"),),
    explain=(say("leave by the stairs"),),
    then_ask=("installed", "noise"),
    cites=(Citation("SEEN"),),
)


def played(*lines: str) -> tuple[Script, Interview]:
    return play(["y", "y", *lines], start(replace(PROTOCOL, emergency=AT_HAND)))


def test_whom_to_call_what_to_have_ready_and_what_to_tell_the_person_are_read_out() -> None:
    out = played()[0].out
    said = ["now:", "call:", "  -  fire brigade, 112", "do not:", "ready:", "  -  the key of the cellar", "explain:"]
    assert [out.index(each) for each in said] == sorted(out.index(each) for each in said)


def test_the_handover_is_read_part_by_part() -> None:
    out = played("h")[0].out
    assert out.index("Situation") < out.index("Assessment") < out.index("Recommendation")


def test_afterwards_only_what_the_team_needs_is_asked_with_the_emergency_named_each_time() -> None:
    script, interview = played("read", "2015", "6", "q")
    assert list(interview.case.answers) == ["in_house", "smoke", "installed", "noise"]
    assert "Only what the receiving team needs is asked now." in script.text
    assert script.out.count("! emergency: fire flag (0 of 2 asked for the receiving team)") == 1
    assert "! emergency: fire flag (1 of 2 asked for the receiving team)" in script.out
    assert "Nothing more is asked for the receiving team." in script.text


def test_a_word_goes_on_with_everything_from_a_question_or_from_the_end() -> None:
    for lines in (("read", ":everything", "q"), ("read", "2015", "6", "everything", "q")):
        script, interview = played(*lines)
        assert types(interview).count("interview.widened") == 1
        assert "! emergency: fire flag" in script.out


def test_the_emergency_that_stands_can_be_read_again_and_where_none_stands_it_is_said() -> None:
    assert played("read", ":emergency", "q")[0].out.count("  -  fire brigade, 112") == 2
    assert "no emergency stands" in play(["y", ":emergency", ":everything"])[0].out


def test_the_patients_page_is_printed_and_pages_are_written_to_files() -> None:
    files: dict[str, str] = {}

    def write(text: str, typed: str, replacing: bool) -> str:
        if typed in files and not replacing:
            raise UsageError("a file of that name is there already", code=FILE_TAKEN)
        files[typed] = text
        return f"/home/{typed}"

    case = answered(start(), ROUTINE)
    lines = [
        "page",
        "write",
        "1",
        "",
        ":write page b.txt",
        ":write page b.txt",
        "",
        ":write page b.txt",
        "yes",
        "write",
        "",
    ]
    script, _ = play(lines, case, page_place=lambda of, page: f"{page}.txt", write_page=write)
    assert sorted(files) == ["b.txt", "plan.txt"] and case.case.case in files["plan.txt"]
    assert script.text.count("= Written to /home/b.txt, for you alone") == 2
    assert "! a file of that name is there already" in script.text
    assert files["b.txt"].splitlines()[0] in script.text
    assert "nothing is written to files here" in play(["write"], answered(start(), ROUTINE))[0].text


def test_signing_asks_for_the_reason_of_each_safety_question_that_is_not_settled() -> None:
    whole = {**ROUTINE, "smoke": "?unknown"}
    del whole["smell"]
    case = answered(start(), whole)
    while case.case.next is not None:
        assert case.send(GiveAnswer(case.case.next, status="unknown")) is None
    waiting = len(unsettled(case.plan()))
    assert waiting
    script, _ = play(["plan", "sign", "", "sign", *["6", "asleep"], *["1", ""] * (waiting - 1), "yes"], case)
    assert "Nothing is signed." in script.text and f"Not settled, 1 of {waiting}:" in script.text
    assert case.case.closed and case.case.left_open.keys() == {each["question"] for each in unsettled(case.plan())}
    assert next(iter(case.case.left_open.values())).comment == "asleep"
