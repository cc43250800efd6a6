"""The report in HTML: one page that needs nothing else, whose drawings are there and whose texts stay texts."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chatbot.audit import plots
from chatbot.audit.contents import Contents
from chatbot.audit.find import Cases
from chatbot.audit.markup import el, put
from chatbot.audit.plots import Drawing
from chatbot.audit.report import POLICY, STYLE, VERIFIED, page
from chatbot.audit.tally import Tally
from tests.audit.kit import audit, few_cases

HERE = Path(__file__).parent
DRAWINGS = {"plot-urgency", "plot-safety", "plot-sections", "plot-unknown-safety", "plot-decisions", "plot-order"}
"""What every audit with finished cases draws."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "protocols" / "ottawa_ankle"
    folder.mkdir(parents=True)
    (folder / "protocol.yaml").write_text("id: ottawa_ankle\n")
    shutil.copyfile(HERE / "ankle_standards.yaml", folder / "standards.yaml")
    return folder.parent


@pytest.fixture(scope="module")
def report(home: Path) -> Path:
    """Return a report with standards, made by the command."""
    out = home.parent / "report.html"
    words = ("--standards", "--protocols", home, "--small-numbers", "1", "--format", "html", "--out", out)
    assert audit(few_cases(), *words)[0] == 0
    return out


@pytest.fixture(scope="module")
def text(report: Path) -> str:
    return report.read_text("utf-8")


class Outline(HTMLParser):
    """Reads a page strictly enough to see whether every element that opens also closes."""

    EMPTY = frozenset({"meta", "use", "br", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else(text: str) -> None:
    outline = Outline(text)
    assert outline.open == []
    tags = {tag for tag, _ in outline.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "foreignobject"}
    assert f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">' in text
    assert POLICY == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    for tag, attributes in outline.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in {"href", "src", "xlink:href", "srcset", "action", "data"}:
                assert value is not None and value.startswith("#"), (tag, name, value)
    assert "@import" not in text and "@font-face" not in text
    assert not re.search(r"url\((?!#)", text)


def test_every_drawing_says_what_it_shows_and_has_its_numbers_beside_it(text: str) -> None:
    drawn = re.findall(r'<svg role="img" aria-labelledby="([\w-]+)-title \1-desc" class="plot" id="\1"', text)
    assert set(drawn) > DRAWINGS
    assert any(name.startswith("plot-run-") or name == "plot-standards" for name in drawn)
    assert len(drawn) == len(set(drawn)) == text.count("<svg")
    for name in drawn:
        title = re.search(rf'<title id="{name}-title">([^<]+)</title>', text)
        about = re.search(rf'<desc id="{name}-desc">([^<]+)</desc>', text)
        assert title and about and len(about[1]) > 10
        after = text[text.index(f'id="{name}"') :]
        end = after.index("</svg>")
        assert "<table" in after[end : after.find("<svg", end) if "<svg" in after[end:] else None], name


def test_text_in_drawings_stays_text(text: str) -> None:
    body = text[text.index('id="plot-urgency"') :]
    assert "cases</text>" in body[: body.index("</svg>")]


def test_no_id_stands_twice(text: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_what_refers_to_an_id_finds_it(text: str) -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', text))
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', text))
    assert used and used <= ids


def test_the_same_cases_give_the_same_bytes(home: Path, report: Path) -> None:
    again = home.parent / "again.html"
    words = ("--standards", "--protocols", home, "--small-numbers", "1", "--format", "html", "--out", again)
    assert audit(few_cases(), *words)[0] == 0
    assert again.read_bytes() == report.read_bytes()


def test_the_page_says_what_was_audited_and_never_more_than_was_shown(text: str) -> None:
    assert "<h1>Audit of 16 cases</h1>" in text
    assert html.escape(VERIFIED) in text
    assert "VALID-CLOSED" in text
    assert "draft, pending clinical review" in text
    assert not re.search(r"\bsecure|tamper-?proof|guarantee", text, re.IGNORECASE)


def test_the_page_says_which_small_numbers_it_hides() -> None:
    _, out, _ = audit(few_cases(), "--format", "html")
    assert "Numbers below 5 are hidden by month and in standards." in out


def test_texts_of_content_are_escaped(text: str) -> None:
    assert "Ankle radiograph accepted &lt;where it is asked for&gt;" in text
    assert "A test: &lt;b&gt;bold &amp; &quot;quoted&quot;&lt;/b&gt;." in text


HOSTILE = "<script>alert(1)</script>\"'&\u202e\x1b[31m$x^2$"


def test_hostile_names_of_folders_and_problems_stay_text() -> None:
    tally = Tally()
    tally.problem(HOSTILE)
    made = page(tally, Cases(Path(HOSTILE)), Contents(), (), 5)
    assert "<script" not in made and "\u202e" not in made and "\x1b" not in made
    assert made.count("&lt;script&gt;") == 2


def test_hostile_names_in_drawings_stay_text() -> None:
    drawn = plots.bars(Drawing("plot-x", HOSTILE, HOSTILE), [(HOSTILE, (3,))], ("cases",), HOSTILE[:20])
    assert "<script" not in drawn and "\u202e" not in drawn and "\x1b" not in drawn
    assert "$x^2$" in drawn


def test_attributes_are_escaped_and_markup_is_not_escaped_twice() -> None:
    assert el("p", "a < b", title='"x"') == '<p title="&quot;x&quot;">a &lt; b</p>'
    assert put(el("p", "&")) == "<p>&amp;</p>"


def test_without_matplotlib_it_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, _, err = audit(few_cases(), "--protocols", home, "--format", "html")
    assert code == 10
    assert "pip install 'backstory[audit]'" in err


def test_an_audit_of_nothing_is_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "clinical").mkdir()
    code, out, _ = audit(tmp_path, "--format", "html")
    assert code == 0 and "<h1>Audit of 0 cases</h1>" in out and "<svg" not in out


@pytest.mark.parametrize(
    "words", [("--part", "safety"), ("--list", "problems"), ("--query", "SELECT 1"), ("--standards", "--drill", "x")]
)
def test_the_report_is_asked_for_alone(words: tuple[str, ...], home: Path) -> None:
    code, _, err = audit(few_cases(), "--protocols", home, "--format", "html", *words)
    assert code == 2 and "whole report" in err


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    code, _, err = audit(few_cases(), "--format", "html", "--out", tmp_path / "none" / "r.html")
    assert code == 8 and "error" in err


# --- colours --------------------------------------------------------------------------------------


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((_light(one), _light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("at", range(3), ids=["light", "dark", "print"])
def test_every_text_has_a_contrast_of_seven_to_one(at: int) -> None:
    block = re.findall(r":root\{([^}]*)\}", STYLE)[at]
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", block))
    assert contrast(colours["ink"], colours["paper"]) >= 7
    assert contrast(colours["ink"], colours["fill"]) >= 7
    # What is drawn is no text; three to one tells it from the page.
    assert contrast(colours["s1"], colours["paper"]) >= 3
    assert contrast(colours["soft"], colours["paper"]) >= 3


# --- in a browser ---------------------------------------------------------------------------------

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions"),
)
MEASURING = """<!doctype html><meta charset="utf-8"><pre id="found"></pre>
<iframe id="page" style="width:900px;height:4000px;border:0" srcdoc="{page}"></iframe>
<script>document.getElementById("page").addEventListener("load", event => {{
  const inside = event.target.contentDocument;
  const sizes = [...inside.querySelectorAll("svg.plot")].map(svg => {{
    const box = svg.getBoundingClientRect();
    return [svg.id, Math.round(box.width), Math.round(box.height), svg.querySelectorAll("path,use").length];
  }});
  document.getElementById("found").textContent = JSON.stringify(
    {{sizes, wide: inside.documentElement.scrollWidth, tables: inside.querySelectorAll("table").length}});
}});</script>"""


def chromium(folder: Path, page: Path, *flags: str) -> str:
    """Open a page in a browser of its own; return what it prints."""
    command = ["chromium", *FLAGS, f"--user-data-dir={folder / 'profile'}", *flags, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def requests(folder: Path, page: Path) -> set[str]:
    """Return every address that a page had its browser ask for. What a browser asks for by itself has no origin."""
    log = folder / "net.json"
    chromium(folder, page, f"--log-net-log={log}", "--net-log-capture-mode=Everything", "--dump-dom")
    found = json.loads(log.read_text("utf-8"))
    starts = found["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [each["params"] for each in found["events"] if each["type"] == starts and each.get("params", {}).get("url")]
    return {each["url"] for each in asked if each["initiator"] != "not an origin" and each["url"][:5] != "file:"}


@pytest.mark.component("chromium")
def test_a_browser_shows_every_drawing_with_size(text: str, tmp_path: Path) -> None:
    measuring = tmp_path / "measuring.html"
    measuring.write_text(MEASURING.format(page=html.escape(text)), "utf-8")
    dom = chromium(tmp_path, measuring, "--virtual-time-budget=10000", "--dump-dom")
    found = json.loads(html.unescape(re.search(r'<pre id="found">([^<]*)</pre>', dom)[1]))  # type: ignore[index]
    sizes = {name: (width, height, marks) for name, width, height, marks in found["sizes"]}
    assert len(sizes) == text.count("<svg") and set(sizes) > DRAWINGS
    for name, (width, height, marks) in sizes.items():
        assert width > 400 and height > 60 and marks > 3, name
    assert found["wide"] <= 900
    assert found["tables"] > len(sizes)


@pytest.mark.component("chromium")
def test_a_browser_asks_the_network_for_nothing(report: Path, text: str, tmp_path: Path) -> None:
    assert requests(tmp_path, report) == set()
    # The log does notice a request: the same page with a picture from elsewhere, and without its policy.
    leaking = tmp_path / "leaking.html"
    address = "http://127.0.0.1:9/leak.png"
    policy = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">'
    picture = f'<main><img src="{address}" alt="">'
    leaking.write_text(text.replace(policy, "").replace("<main>", picture), "utf-8")
    assert address in requests(tmp_path, leaking)
    # And with its policy even that is not asked for.
    leaking.write_text(text.replace("<main>", picture), "utf-8")
    assert requests(tmp_path, leaking) == set()
