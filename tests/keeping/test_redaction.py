"""Redacted and teaching exports: nothing tells whose it is, and the case still comes to the same."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chatbot.cli import main
from chatbot.core import events as ev
from chatbot.core.outcome import outcome
from chatbot.core.taint import taint
from chatbot.core.values import Span
from chatbot.desk import cached_bundle
from chatbot.errors import UsageError
from chatbot.export.redact import LABEL, REMOVED, Redactor
from chatbot.keeping.redaction import NEAREST, as_text, redacted
from chatbot.record.read import read_transcript
from chatbot.record.replay import load_protocol as protocol_of
from chatbot.record.replay import replay, verify
from tests.keeping.kit import OTHER, PERSON, SITE, People
from tests.record import golden, kit

NAMES = (
    "Quillfeather",
    "Thistlewood",
    "Brackenridge",
    "Quince",
    "QF bed 4",
    "QF practice",
    PERSON,
    OTHER,
    *SITE.values(),
)
DAYS = re.compile(r"2025-12|2026-0[1-4]|2026030|2026032")
FORMATS = ("transcript", "text", "md", "json")
CASES = ("first", "second", "amended", "practice")


def folded(path: Path) -> tuple[Any, Any]:
    transcript = read_transcript(path)
    protocol = protocol_of(transcript, cached_bundle)
    return protocol, replay(transcript, protocol)[0]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("teaching", [False, True])
def test_no_name_text_code_local_fact_or_day_is_left_in_any_format(written: People, name: str, teaching: bool) -> None:
    made = redacted(written.path(name), teaching=teaching, seed=5)
    transcript = read_transcript(written.path(name))
    secrets = [*NAMES, *written.seeded, *written.codes.values(), transcript.head, transcript.head_code]
    secrets += [entry.id for entry in transcript.entries] + [entry.hash for entry in transcript.entries]
    for format_ in FORMATS:
        text = as_text(made, format_)
        for secret in secrets:
            assert secret.casefold() not in text.casefold(), (format_, secret)
        body = text.replace(str(transcript.digest), "").replace(written.protocol.last_updated, "")
        body = re.sub(r'"[0-9a-f]{32,}"', "", body)
        assert not DAYS.search(body), (format_, DAYS.search(body))
        top = " ".join(text.split())[:900]
        assert LABEL in top and (format_ == "transcript" or "anybody's record" in top.replace("> ", ""))


@pytest.mark.parametrize("name", [*CASES, "other"])
def test_a_redacted_case_verifies_and_comes_to_the_same(folk: People, name: str, tmp_path: Path) -> None:
    written = folk
    out = tmp_path / "handed-on.jsonl"
    words = ["export", str(written.path(name)), "--redact", "--to", "transcript", "--out", str(out)]
    assert main(words) == 0
    report = verify(out, cached_bundle)
    assert (report.kind, report.label, report.subject) == ("practice", LABEL, "") and report.exit_code == 0
    before, after = verify(written.path(name), cached_bundle), report
    assert (after.urgency, after.phase, after.records) == (before.urgency, before.phase, before.records)
    assert after.plan_digests_checked == before.plan_digests_checked
    protocol, case = folded(out)
    _, original = folded(written.path(name))
    assert outcome(protocol, case.assessment) == outcome(protocol, original.assessment)
    assert case.answers.keys() == original.answers.keys()
    for key, answer in case.answers.items():
        if protocol.questions[key].type.value not in {"text", "date"}:
            assert (answer.value, answer.status) == (original.answers[key].value, original.answers[key].status)


def test_distances_between_days_stay_and_the_days_do_not(written: People) -> None:
    _, before = folded(written.path("first"))
    after = redacted(written.path("first")).case
    moved = before.as_of - after.as_of
    assert moved.days >= NEAREST and moved.seconds == 0
    earlier, later = before.answers["began"].value, after.answers["began"].value
    assert isinstance(earlier, Span) and isinstance(later, Span) and earlier.first - later.first == moved
    assert all(before.answers[key].given - after.answers[key].given == moved for key in after.answers)
    assert len({redacted(written.path("first")).case.as_of for _ in range(4)}) > 1
    assert redacted(written.path("first"), seed=3).data == redacted(written.path("first"), seed=3).data


def test_json_tells_days_as_distances_from_the_opening(written: People) -> None:
    data = json.loads(as_text(redacted(written.path("first")), "json"))
    events = data["events"]
    assert events[0]["data"]["as_of"] == "day 0 09:00" and data["kind"] == "practice" and data["redacted"]
    (began,) = [each["data"] for each in events if each["data"].get("question") == "began" and "value" in each["data"]]
    remarks = [each["data"] for each in events if each["data"].get("question") == "remark" and "value" in each["data"]]
    assert remarks and all(each["value"] == REMOVED for each in remarks)
    assert began["value"] == "day -68" and began["on"] == "day 0 09:00"
    assert not re.search(r"\b(19|20)\d\d-\d\d", json.dumps(data["events"]))
    later = json.loads(as_text(redacted(written.path("second")), "json"))["events"]
    (pinned,) = [each["data"] for each in later if each["type"] == "previous.pinned"]
    assert pinned["previous"]["as_of"] == "day -18 09:00" and pinned["previous"]["answers"]["began"] == "day -86"


def test_a_teaching_case_has_no_private_answer_and_nothing_that_hangs_on_one(written: People) -> None:
    for name in CASES:
        made = redacted(written.path(name), teaching=True)
        hidden = taint(made.protocol)
        said = json.dumps([[ev.to_data(event), event.type] for event in made.transcript.events])
        for each in (*hidden.questions, *hidden.rules, *hidden.red_flags, *hidden.findings):
            assert f'"{each}"' not in said, each
        assert "Private answers are removed too" in as_text(made, "text")
        assert made.case.answers.keys() & {"smoke", "pain", "amount"} and "secret" not in made.case.answers


class _Events:
    """One of every event, full of words that must not come through."""

    bad = "Zebedee Nightshade 2026-03-02"

    @classmethod
    def all(cls) -> list[ev.Event]:
        steps = (
            *golden.EVERY_EVENT,
            *golden.REFUSED,
            *golden.SIGNED_OPEN,
            golden.FOLLOW_UP,
            golden.AMENDMENT,
            *golden.PRACTICE,
        )
        told = [event for step in steps for event in step]
        told += [
            kit.opened(case="Zebedee", amends="Night", follows="Shade"),
            ev.NoteAdded(cls.bad, "first"),
            ev.AnswerGiven("remark", cls.bad, None, "patient", "key", "2026-03-02T09:00", cls.bad, cls.bad),
            ev.AnswerCorrected("remark", cls.bad, None, "patient", "key", "2026-03-02", cls.bad, cls.bad, cls.bad),
            ev.AnswerWithdrawn("first", cls.bad),
            ev.CaseAbandoned(cls.bad),
            ev.CaseResumed("2026-03-02T09:00"),
            ev.ActorChanged(cls.bad, cls.bad, "typed"),
            ev.SitePinned({"desk": cls.bad}),
            ev.ApprovalsPinned("draft", {}),
            ev.PlanDecided("look_again", "decline", cls.bad, cls.bad),
            ev.RefusalInformed("look_again", {"told": cls.bad, "yes": "yes"}, cls.bad),
            ev.OutcomeRecorded("look_again", "done", cls.bad, "2026-03-02"),
            ev.SafetyLeftOpen("first", cls.bad, cls.bad),
            ev.InterviewWidened(["danger"]),
            ev.RecapRead("aa" * 32),
            ev.SafetyReadBack("aa" * 32),
            ev.PracticeAsked("ask", "first", cls.bad, "No.", "yes"),
            ev.PracticeCommitted("routine", "none", [], [], [], cls.bad),
            ev.PracticeTime("extra", 5, cls.bad),
            ev.PracticeMarked(cls.bad, 3, {"urgency": 1}, {"urgency": cls.bad}, cls.bad),
            ev.StorageRelocated(cls.bad, "aa" * 32),
            ev.StorageRecovered(3, "aa" * 32),
        ]
        return told


def test_every_kind_of_event_is_redacted() -> None:
    events = _Events.all()
    assert {event.type for event in events} == set(ev.EVENT_TYPES)
    redactor = Redactor(kit.PROTOCOL, lambda: "NEWCODE0", days=-400)
    for event in events:
        made = redactor.event(event)
        assert made is not None
        said = json.dumps(ev.to_data(made), ensure_ascii=False)
        for bad in ("Zebedee", "Night", "Shade", "2026-", "aa" * 32, golden.DIGEST, "bed 4", "rn:4711", "daughter"):
            assert bad not in said, (event.type, bad, said)


REFUSED = [
    (("--redact", "--audience", "x"), "nobody in particular"),
    (("--to", "transcript"), "only redacted"),
    (("--seed", "3"), "only redacted"),
    (("--redact", "--out", "{inside}"), "R007"),
    (("--redact", "--out", "{taken}"), "X006"),
]


@pytest.mark.parametrize(("words", "said"), REFUSED)
def test_what_cannot_be_is_refused(
    folk: People, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "taken").write_text("mine")
    places = {"inside": str(folk.folder / "practice" / "x.jsonl"), "taken": str(tmp_path / "taken")}
    code = main(["export", str(folk.path("first")), *(each.format(**places) for each in words)])
    assert code == 2 and said in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "mine" and not Path(places["inside"]).exists()


def test_a_case_that_hangs_on_the_calendar_is_not_handed_on(written: People, monkeypatch: pytest.MonkeyPatch) -> None:
    from chatbot.keeping import redaction

    monkeypatch.setattr(redaction, "same_outcome", lambda *_: False)
    with pytest.raises(UsageError) as caught:
        redacted(written.path("first"))
    assert caught.value.code == "R008"
