"""What the looks promise: no colour where none is wanted, no motion, whole characters, rows of a comfortable length."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.filter import NoColor

from campaigns.pictures import MAIN
from chatbot.tui.drawing.question import above
from chatbot.tui.form import Form
from chatbot.tui.lines import MEASURE, centred, clusters, fit, fold, hang, pad, plain, rule, width_of, wrapped
from chatbot.tui.safe import cells, safe
from chatbot.tui.themes import COLOURS
from chatbot.tui.words import Words
from tests.tui import gallery, kit

TUI = Path(__file__).resolve().parents[2] / "chatbot" / "tui"

PEOPLE = ["各位患者", "e\u0301tude", "👍🏽 ok", "🇩🇪🇫🇷", "❤️ heart", "ﾊﾟｽﾜｰﾄﾞ", "क्षि", "a\u0308\u0323b"]
"""Wide signs, letters with accents of their own, coloured and paired emoji."""

WIDE_TEXT = st.lists(st.sampled_from([*PEOPLE, "word", " "]), max_size=12).map("".join)


@given(WIDE_TEXT, st.integers(2, 20))
def test_a_character_is_never_cut_in_the_middle(text: str, width: int) -> None:
    whole = set(clusters(safe(text)))
    assert all(set(clusters(row)) <= whole for row in fold(text, width))
    assert set(clusters(fit(text, width))) <= whole | {"…"}


@given(WIDE_TEXT, st.integers(1, 20))
def test_every_way_to_fill_a_row_counts_columns_not_letters(text: str, width: int) -> None:
    assert cells(fit(text, width)) <= width
    assert cells(pad(text, width)) == cells(centred(text, width)) == width
    assert width_of(rule(width + 8, text)) == width + 8


def test_accents_flags_and_colours_belong_to_their_sign() -> None:
    assert list(clusters("e\u0301a")) == ["e\u0301", "a"]
    assert list(clusters("🇩🇪🇫🇷")) == ["🇩🇪", "🇫🇷"]
    assert list(clusters("👍🏽!")) == ["👍🏽", "!"]


@given(st.text("abc de", max_size=600), st.integers(20, 240))
def test_running_text_keeps_a_comfortable_length(text: str, width: int) -> None:
    assert all(width_of(row) <= min(width, MEASURE) for row in wrapped(text, width))
    assert all(width_of(row) <= min(width, MEASURE + 2) for row in hang("· ", text, width))


async def test_on_a_very_wide_screen_rows_stay_short_and_the_case_beside_the_question() -> None:
    house = kit.House()
    app = gallery.application(house)
    scenes = [scene for scene in gallery.SCENES if scene.name in {"question_choice", "why", "plan"}]
    async with app.run_test(size=(200, 50)) as pilot:
        async for scene in gallery.walk(app, pilot, house, scenes):
            rows = kit.screen_text(app).split("\n")
            body = rows[len(app.screen.header_pane.drawn) : -len(app.screen.footer_pane.drawn)]
            assert max(map(cells, body)) <= (140 if scene.name == "question_choice" else 100), scene.name


LOOKS_LEN = re.compile(r"\.(center|ljust|rjust)\(|len\((text|label|title|said|name|row)\)|\{[a-z_.]+:[<>^]\d")
"""Ways to measure or fill text that count letters. What is shown is measured by ``cells``."""

NOT_TEXT = {
    "lines.py": "places in a text",
    "safe.py": "measures for all",
    "key_names.py": "the names of keys",
    "figure.py": "signs of a drawing, one a column",
    "page.py": "the names of keys",
    "confirm.py": "the names of fields",
    "people.py": "numbers and times",
    "commit.py": "characters of the handover, as its limit counts them",
    "patients.py": "digits of a number",
}
"""Files that count or fill up something else, and what."""


@pytest.mark.parametrize("path", sorted(TUI.rglob("*.py")), ids=lambda path: path.name)
def test_text_is_measured_in_columns(path: Path) -> None:
    found = LOOKS_LEN.findall(path.read_text("utf-8"))
    assert not found or path.name in NOT_TEXT, found


async def test_no_color_sends_no_colour_and_loses_no_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    house = kit.House()
    app = gallery.application(house)
    assert app.look == "mono" and any(isinstance(each, NoColor) for each in app.get_line_filters())
    scenes = [scene for scene in gallery.SCENES if scene.name in {"alarm", "question_text"}]
    async with app.run_test(size=(80, 24)) as pilot:
        async for scene in gallery.walk(app, pilot, house, scenes):
            assert kit.screen_text(app) == gallery.read(scene.name, (80, 24))
            styles = {seg.style for strip in app.screen._compositor.render_strips() for seg in strip if seg.style}
            assert not [style for style in styles if style.color and not style.color.is_default], scene.name
            assert not [style for style in styles if style.bgcolor and not style.bgcolor.is_default], scene.name
            assert any(style.reverse for style in styles), "the banner and the cursor are turned round"


def test_nothing_moves_by_itself() -> None:
    app = kit.application(kit.interview())
    assert app.animation_level == "none"
    source = "\n".join(path.read_text("utf-8") for path in TUI.rglob("*.py"))
    assert "cursor_blink = False" in source and ".animate(" not in source and "transition" not in source


def test_every_theme_has_its_pictures_and_none_is_heavy() -> None:
    folder = TUI.parents[1] / "docs" / "pictures"
    names = {f"{name}_{theme}.png" for name in MAIN.values() for theme in COLOURS}
    assert {path.name for path in folder.glob("*.png")} == names
    assert all((folder / name).stat().st_size < 150_000 for name in names)
    page = (folder / "README.md").read_text("utf-8")
    assert all(f"]({name})" in page for name in names)


TWICE = {
    "feeling": ("normal", "none"),
    "signs": (["tingling"], ["burning"]),
    "pain": (3, 7),
    "power": ({"hip.left": "g5"}, {"hip.left": "g4"}),
}
"""A question of each type that is answered by choosing, with two answers."""


@pytest.mark.parametrize("name", TWICE)
def test_an_answer_that_stands_is_told_in_signs(name: str) -> None:
    drawn = set()
    for value in TWICE[name]:
        case = gallery.small("power", **({name: value} if name != "power" else {}))
        if name == "power":
            case = gallery.small("", power=value)
        gallery.show(case, name)
        view = case.view().question
        assert view is not None
        form = Form(view, case.protocol.questions[name], case.case.as_of)
        drawn.add(plain(above(form, Words(case.protocol, "clinician"), 70, False).lines))
    assert len(drawn) == 2
