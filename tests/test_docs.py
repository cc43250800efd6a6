"""The documents tell the truth: commands, options, exit codes, keys, and what must not stand in the repository."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

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


# --- links ------------------------------------------------------------------------------------------

PAGES = [ROOT / name for name in TRACKED if re.fullmatch(r"README\.md|CONTRIBUTING\.md|docs/(.*/)?[^/]+\.md", name)]
LINK = re.compile(
    r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)|^\[[^\]]+\]: <?(\S+?)>?$", re.MULTILINE
)
BLOCK = re.compile(r"^(```+|~~~+).*?^\1", re.MULTILINE | re.DOTALL)


def links(text: str) -> list[str]:
    """Return where a page leads inside the repository, as it spells it; what stands in code leads nowhere."""
    shown = re.sub(r"(`+)(?:(?!`).)+?\1(?!`)", "", BLOCK.sub("", text))
    found = [first or second for first, second in LINK.findall(shown)]
    return [each for each in found if not re.match(r"[a-z][a-z0-9+.-]*:", each)]


def anchors(text: str) -> set[str]:
    """Return the names of a page's headings as GitHub makes them, and those it names itself."""
    named = set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))
    counted = Counter[str]()
    for heading in re.findall(r"^#{1,6} +(.+?)(?: +#+)?$", BLOCK.sub("", text), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        named.add(f"{name}-{counted[name]}" if counted[name] else name)
        counted[name] += 1
    return named


def broken(page: Path, text: str) -> list[str]:
    """Return the links of a page that lead nowhere."""
    lost = []
    for link in links(text):
        name, _, heading = link.partition("#")
        target = (page.parent / unquote(name)).resolve() if name else page
        there = target == page or (target.is_relative_to(ROOT) and target.exists())
        if there and heading and target.suffix == ".md":
            there = heading in anchors(text if target == page else target.read_text("utf-8"))
        if not there:
            lost.append(link)
    return lost


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    assert broken(page, page.read_text("utf-8")) == []


def test_links_are_read_as_they_are_shown() -> None:
    assert ROOT / "README.md" in PAGES and len(PAGES) > 30
    assert sum(len(links(page.read_text("utf-8"))) for page in PAGES) > 60
    text = (
        "# Here `it` is\n# Here it is\n[a](keys.md) [b](#here-it-is-1) [c](https://x.y/z) `[d](code.md)`\n"
        "```\n[e](block.md)\n```\n[f](no.md) [g](keys.md#nowhere) [h](#nor-this) [i](../../outside.md)\n"
        "![j](gone.png) [k [l]](lost.md)\n[m]: ref.md\n"
    )
    lost = ["no.md", "keys.md#nowhere", "#nor-this", "../../outside.md", "gone.png", "lost.md", "ref.md"]
    assert broken(ROOT / "docs" / "made_up.md", text) == lost


@pytest.mark.parametrize("page", ["hazard-log", "alcoa"])
def test_the_tests_and_scripts_that_a_page_gives_as_proof_are_there(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text("utf-8")
    named = set(re.findall(r"`((?:tests/)?(?:\w+/)*test_\w+\.py)(?:::(\w+))?`", text))
    assert len(named) > 5
    for name, test in named:
        path = ROOT / "tests" / name.removeprefix("tests/")
        assert path.is_file(), name
        assert f"def {test}" in path.read_text("utf-8"), (name, test)
    for script in re.findall(r"`(?:python -m )?((?:campaigns|benchmarks)[./]\w+)(?:\.py)?", text):
        assert (ROOT / f"{script.replace('.', '/')}.py").is_file(), script


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
