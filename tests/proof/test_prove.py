"""``backstory prove``: a line a statement, counter-examples that replay, a certificate that fits or is not cited."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from chatbot.cli import main
from chatbot.content.certificate_file import certificate_of
from chatbot.content.evaluator import EVALUATOR, PACKAGE, evaluator_digest
from chatbot.content.library import find_protocol, load_protocol, protocols_folder
from tests.small_protocols import SMALL, edit

ROOT = Path(__file__).resolve().parents[2]

PROPERTIES = """\
properties:
  smoke_is_acted_on:
    title: {clinician: Thick smoke is an emergency, patient: Thick smoke is an emergency}
    states: Thick smoke is an emergency at any hour.
    origin: [a test]
    when: smoke is thick
    then: urgency is emergency
  smoke_calls:
    title: {clinician: Smoke brings a tablet, patient: Smoke brings a tablet}
    states: An adult who sees thick smoke and is in pain is recommended a tablet.
    origin: [a test]
    when: smoke is thick and pain >= 6 and grown_up is yes
    then: action.tablet is recommended
  unknown_never_reassures:
    title: {clinician: Unknown never reassures, patient: Not knowing never makes it less urgent}
    states: A value that raises nothing, turned into none, never lowers the urgency.
    origin: [a test]
    raises_only: {questions: every, from: harmless, to: no_value}
  kidneys_change_nothing:
    title: {clinician: The kidneys change no rule, patient: The kidneys change nothing}
    states: No recommendation hangs on the kidneys.
    origin: [a test]
    independent_of: {questions: [kidney], outcomes: [rules]}
"""
WRONG = {"smoke_calls", "kidneys_change_nothing"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of protocols with ``tiny`` in it, of which four things are stated; two of them are wrong."""
    shutil.copytree(SMALL / "tiny", tmp_path / "protocols" / "tiny")
    (tmp_path / "protocols" / "tiny" / "properties.yaml").write_text(PROPERTIES, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "protocols"


Prove = Callable[..., tuple[int, str]]


@pytest.fixture
def prove(home: Path, capsys: pytest.CaptureFixture[str]) -> Prove:
    def run(*arguments: str | Path) -> tuple[int, str]:
        code = main(["prove", "--protocols", str(home), "--jobs", "1", *map(str, arguments)])
        return code, capsys.readouterr().out

    return run


def without_faults(home: Path) -> None:
    """Take out of ``tiny`` what is stated and is not so, and say what is asked for the record alone."""
    path, lines, skipping = home / "tiny" / "properties.yaml", [], False
    for line in path.read_text("utf-8").splitlines(keepends=True):
        if line.startswith("  ") and not line.startswith("   "):
            skipping = line.strip().rstrip(":") in WRONG
        lines += [] if skipping else [line]
    path.write_text("".join(lines), "utf-8")
    report = "    report: power\n"
    edit(home / "tiny", "sections/story.yaml", report, f"{report}    recorded_only: kept for a test\n")


# --- what is not so -------------------------------------------------------------------------------


def test_what_is_not_so_ends_with_one_and_is_told_with_a_patient(prove: Prove, home: Path) -> None:
    code, out = prove("tiny")
    assert code == 1
    assert "proved  smoke_is_acted_on: Thick smoke is an emergency" in out
    assert "NOT SO  smoke_calls: Smoke brings a tablet" in out
    assert "A patient of whom this is known and nothing else:" in out
    assert "- pain: 6" in out
    assert "“A tablet” is to be checked first by the guard “weak kidney”" in out
    assert not (home / "tiny" / "certificate.yaml").exists()


def test_a_counter_example_replays_without_a_solver_until_it_is_mended(
    prove: Prove, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prove("tiny")
    written = sorted(path.stem for path in Path("counter-examples/tiny").iterdir())
    assert written == sorted(WRONG)
    monkeypatch.setitem(sys.modules, "z3", None)
    for name in WRONG:
        path = Path("counter-examples/tiny") / f"{name}.yaml"
        code, out = prove("tiny", "--replay", path)
        assert code == 1 and "comes out as" in out
        first = next(line for line in path.read_text("utf-8").splitlines() if line.startswith("# Replay it:"))
        assert first.endswith(f"backstory prove tiny --protocols {home} --replay {path}")
        assert main(["plan", "--protocols", str(home), "--answers", str(path), "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out)["protocol"]["id"] == "tiny"
    edit(home / "tiny", "guards.yaml", "when: kidney is yes", "when: smoke is none")
    for name in WRONG:
        code, out = prove("tiny", "--replay", Path("counter-examples/tiny") / f"{name}.yaml")
        assert (code, out) == (0, f"{name} holds on this interview\n")


def test_two_interviews_are_told_apart_by_what_differs(prove: Prove) -> None:
    _, out = prove("tiny", "--only", "kidneys_change_nothing")
    told = out[out.index("(kidneys_change_nothing)") :]
    assert "The first:" in told and "The second differs in this:" in told
    assert "- of the first, “A tablet” is" in told and "- of the second, “A tablet” is" in told


def test_what_makes_no_difference_is_named_unless_the_content_says_why_it_is_asked(prove: Prove) -> None:
    code, out = prove("tiny", "--only", "needed")
    assert code == 1 and "question power: no decision and no question hangs on it" in out
    assert "question remark" not in out and "6 set aside" in out


def test_a_name_that_nothing_has_is_wrong_use(prove: Prove, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["prove", "tiny", "--protocols", "protocols", "--only", "smoke_call"])
    assert code == 2 and "did you mean 'smoke_calls'?" in capsys.readouterr().err


def test_an_answers_file_that_refutes_nothing_is_not_replayed(
    prove: Prove, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("as_of: 2026-01-01\nanswers: {smoke: none}\n", "utf-8")
    code = main(["prove", "tiny", "--protocols", "protocols", "--replay", str(file)])
    assert code == 2 and "is no counter-example" in capsys.readouterr().err


def test_several_processes_find_what_one_finds(prove: Prove) -> None:
    reports = []
    for jobs in ("1", "2"):
        code, out = prove("tiny", "--json", "--jobs", jobs, "--only", "smoke_calls", "needed", "ends")
        (report,) = json.loads(out)["protocols"]
        reports.append((code, report["holds"], report["statements"]))
    assert reports[0] == reports[1] and reports[0][:2] == (1, False)


# --- the certificate ------------------------------------------------------------------------------


@pytest.fixture
def proved(prove: Prove, home: Path) -> Prove:
    without_faults(home)
    code, out = prove("tiny")
    assert code == 0, out
    return prove


def test_what_is_proved_is_answered_from_the_certificate(
    proved: Prove, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    code, out = proved("tiny")
    assert code == 0 and "by the certificate" in out and "proved  smoke_is_acted_on" in out
    assert "set aside" in out


@pytest.mark.parametrize(
    ("file", "find", "put"),
    [
        ("red_flags.yaml", "tell: There is a fire.", "tell: A fire."),
        ("properties.yaml", "any hour", "any time"),
        ("certificate.yaml", '"of": 1}', '"of": 2}'),
    ],
    ids=["content", "statements", "certificate"],
)
def test_a_certificate_of_something_else_is_not_cited(
    proved: Prove, home: Path, file: str, find: str, put: str
) -> None:
    folder = home / "tiny"
    assert certificate_of(folder, load_protocol("tiny", folder=home)) is not None
    edit(folder, file, find, put)
    protocol = (
        load_protocol("tiny", folder=home)
        if file != "certificate.yaml"
        else load_protocol("tiny", folder=home, cache=False)
    )
    assert protocol.certificate is None
    assert certificate_of(folder, protocol) is None


def test_a_plan_cites_the_certificate_and_keeps_its_digest(
    proved: Prove, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["plan", "--protocols", str(home), "--answers", str(home / "tiny/vignettes/calm.yaml")]
    assert main([*arguments, "--format", "json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    cited = plan["produced_by"]["certificate"]
    assert cited["solver"].startswith("z3 ") and cited["evaluator"] == evaluator_digest() and cited["statements"] > 50
    assert main(arguments) == 0
    assert cited["digest"] in capsys.readouterr().out.replace("\n", "")


def test_check_says_what_is_proved_and_what_is_stale(
    proved: Prove, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "tiny", "--protocols", str(home)]) == 0
    assert "proved: " in capsys.readouterr().out
    edit(home / "tiny", "red_flags.yaml", "tell: There is a fire.", "tell: A fire.")
    assert main(["check", "tiny", "--protocols", str(home)]) == 0
    assert "proved: stale, the content changed since; run 'backstory prove tiny'" in capsys.readouterr().out


def test_a_certificate_of_what_is_refuted_is_withdrawn(proved: Prove, home: Path) -> None:
    from chatbot.content.certificate_file import write_certificate

    folder = home / "tiny"
    (folder / "properties.yaml").write_text(PROPERTIES, "utf-8")
    protocol = load_protocol("tiny", folder=home)
    row = {"kind": "theorem", "id": "total", "says": "nothing is true and false at once", "of": 1}
    write_certificate(folder, protocol, "z3 0", ["none"], [row])
    code, out = proved("tiny", "--afresh")
    assert code == 1 and "withdrawn" in out and not (folder / "certificate.yaml").exists()


@pytest.mark.parametrize("name", ["post_surgical_back_pain", "ottawa_ankle"])
def test_the_shipped_protocols_carry_a_certificate_that_fits(name: str) -> None:
    fits = certificate_of(find_protocol(name, protocols_folder()), load_protocol(name)) is not None
    assert fits, f"run 'backstory prove {name}'"


# --- the program ----------------------------------------------------------------------------------


def _imports(module: str) -> set[str]:
    tree = ast.parse((PACKAGE / f"{module}.py").read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("chatbot."):
            within = str(node.module).removeprefix("chatbot.").replace(".", "/")
            inner = {f"{within}/{each.name}" for each in node.names}
            found |= {each for each in inner if (PACKAGE / f"{each}.py").exists()} or {within}
    return found


def _closure(roots: Iterable[str], parts: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        if module not in found and module.startswith(parts):
            found.add(module)
            waiting += _imports(module)
    return found


def test_the_program_a_proof_is_about_is_all_that_gives_content_its_meaning() -> None:
    stems = ("outcome", "findings", "urgency", "property_text", "property_outcomes", "harmless")
    meaning = _closure(["content/build", *(f"core/{stem}" for stem in stems)], ("core/", "content/build"))
    formulas = _closure(["proof/proving", "proof/properties"], ("proof/",))
    assert set(EVALUATOR) == meaning | formulas
