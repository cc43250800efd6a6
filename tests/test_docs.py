"""The documents tell the truth: commands, options, exit codes, keys, and what must not stand in the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from chatbot.cli import _parser
from chatbot.errors import ExitCode

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
TEXTS = [ROOT / name for name in TRACKED if name and (ROOT / name).is_file() and not name.startswith("transcripts/")]


WHENCE = re.compile("--(extra-)?index" + "-url|--find" + "-links|simple" + "/|file:" + "///")
"""Where packages were fetched from; spelled in parts, so that this file is held to it too."""


def test_the_readme_opens_with_two_commands_of_one_line() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 2 and all(block.count("\n") == 1 for block in blocks[:2])
    assert blocks[0].rstrip().endswith(".venv/bin/backstory") and "-m pytest" in blocks[1]
    assert README.index(blocks[1]) < 700


def options_of(command: str | None) -> set[str]:
    parser = _parser()
    if command is not None:
        (subparsers,) = (action for action in parser._actions if action.choices and not action.option_strings)
        parser = subparsers.choices[command]  # type: ignore[index]
    return {option for action in parser._actions for option in action.option_strings if option.startswith("--")}


COMMANDS = "interview plan ask check review diff try eval new graph replay audit export cases keys checkpoint".split()


RECORDS = "subject hold retention dispose inventory backup restore".split()


@pytest.mark.parametrize("command", [None, *COMMANDS, *RECORDS])
def test_the_readme_names_every_command_and_option(command: str | None) -> None:
    assert command is None or f"backstory {command}" in README
    undocumented = options_of(command) - {"--help", "--json", "--all-rules"}
    assert {option for option in undocumented if option not in README} == set()


@pytest.mark.parametrize(
    "protocol", sorted((ROOT / "dialogue").glob("*/protocol.yaml")), ids=lambda path: path.parent.name
)
def test_the_editorial_policy_says_what_the_application_says(protocol: Path) -> None:
    page = " ".join(
        line.removeprefix("> ") for line in (ROOT / "docs" / "editorial-policy.md").read_text("utf-8").split("\n")
    )
    policy = yaml.safe_load(protocol.read_text("utf-8"))["editorial_policy"]
    for register in ("clinician", "patient"):
        assert " ".join(policy[register].split()) in page, "copy the text of protocol.yaml into the page"


def test_the_readme_names_every_exit_code() -> None:
    said = README[README.index("Exit codes:") :]
    assert all(re.search(rf"\b{code.value}\b", said) for code in ExitCode)


@pytest.mark.parametrize("name", re.findall(r"\]\(([^)#:]+)\)", README))
def test_every_link_of_the_readme_leads_somewhere(name: str) -> None:
    assert (ROOT / name).exists()


def test_the_changelog_has_headings_for_content_and_format() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    for heading in ("## [Unreleased]", "### Added", "### Clinical content", "### Transcript format"):
        assert heading in changelog


def test_versions_are_pinned_and_nothing_says_where_they_came_from() -> None:
    pinned = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert pinned and all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+-]+", line) for line in pinned)
    assert not {Path(name).name for name in TRACKED} & {"uv.lock", "poetry.lock", "pylock.toml", "package-lock.json"}
    for path in TEXTS:
        if path.suffix not in {".bin", ".jsonl"}:
            assert not WHENCE.search(path.read_text("utf-8", "replace")), path


def test_every_module_stays_short_or_says_why() -> None:
    for path in sorted((ROOT / "chatbot").rglob("*.py")):
        text = path.read_text("utf-8")
        if text.count("\n") > 400:
            assert "400" in text.split('"""')[1], f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines"


def test_the_tests_that_the_page_on_robustness_names_are_there() -> None:
    page = (ROOT / "docs" / "robustness.md").read_text("utf-8")
    named = re.findall(r"`((?:tui|record|plain)/\w+\.py)`((?: `test_\w+`,?)*)", page)
    assert len(named) > 15
    for path, tests in named:
        source = (ROOT / "tests" / path).read_text("utf-8")
        assert all(f"def {test}(" in source for test in re.findall(r"test_\w+", tests)), (path, tests)
