"""Diagrams of the question graph and of the case machine say what the protocol and the tables say."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from chatbot.content.answers_file import answers_in, open_case
from chatbot.content.source import parse
from chatbot.core.phases import OPEN_PHASES, TRANSITIONS, URGENCY_MOVES, Phase, UrgencyTrigger
from chatbot.core.protocol import Protocol, Wording
from chatbot.core.values import Urgency
from chatbot.errors import UsageError
from chatbot.export import diagram_svg as drawing
from chatbot.export.diagram import (
    ANSWERED,
    NOT_APPLICABLE,
    NOT_ASKED,
    WITHOUT_VALUE,
    Arrow,
    Box,
    Diagram,
    Row,
    Step,
    bare,
    overview,
    path_of,
    section_graph,
)
from chatbot.export.diagram_layout import laid_out
from chatbot.export.diagram_machine import ANY, case_machine, urgency_machine
from chatbot.export.diagram_mermaid import diagram_mermaid
from chatbot.export.diagram_svg import DARK, LIGHT, diagram_svg
from chatbot.export.diagram_tree import machine_tree, protocol_tree, tree_text
from tests.shipped import shipped_protocol, small_protocol

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def tiny() -> Protocol:
    return small_protocol()


@pytest.fixture(scope="module")
def shipped() -> Protocol:
    return shipped_protocol()


def all_of(protocol: Protocol) -> list[Diagram]:
    return [overview(protocol), *(section_graph(protocol, name) for name in protocol.sections), case_machine(),
            urgency_machine()]  # fmt: skip


# --- what is drawn --------------------------------------------------------------------------------


def test_the_overview_has_every_question_flag_and_rule_once(shipped: Protocol) -> None:
    found = overview(shipped)
    rows = [row.text for box in found.boxes for row in box.rows if row.text]
    expected = [*dict.fromkeys(map(bare, shipped.questions)), *shipped.red_flags, *shipped.rules]
    assert sorted(rows) == sorted(expected)


def test_a_section_draws_an_arrow_for_everything_a_condition_reads(tiny: Protocol) -> None:
    found = {(arrow.source, arrow.target) for arrow in section_graph(tiny, "alarm").arrows}
    assert found == {
        ("smoke", "smoke_since"),
        ("smoke", "alone"),
        ("smoke", "fire"),
        ("smoke_since", "fire"),
        ("fire", "flag burning"),
        ("smoke", "flag old_smoke"),
        ("fire", "flag old_smoke"),
        ("flag burning", "rule call"),
        ("flag old_smoke", "rule look"),
        ("smoke", "rule look"),
    }


def test_questions_of_other_sections_stand_beside_as_neighbours(shipped: Protocol) -> None:
    boxes = {box.id: box for box in section_graph(shipped, "surgery").boxes}
    own = {bare(key) for key in shipped.sections["surgery"].questions}
    neighbours = {box.id for box in boxes.values() if box.kind == "neighbour"}
    assert neighbours and not neighbours & own
    assert own == {box.id for box in boxes.values() if box.kind == "question"}


@pytest.mark.parametrize("name", ["tiny", "post_surgical_back_pain"])
def test_every_arrow_leads_to_the_right_from_one_box_to_another(name: str) -> None:
    protocol = small_protocol() if name == "tiny" else shipped_protocol(name)
    for found in all_of(protocol):
        layer = {box.id: box.layer for box in found.boxes}
        assert len(layer) == len(found.boxes)
        for arrow in found.arrows:
            assert arrow.source != arrow.target
            if found.layered:
                assert layer[arrow.source] <= layer[arrow.target], arrow


def test_the_case_machine_is_the_table_that_runs() -> None:
    """Every transition of the table is drawn, and nothing else: read back from the arrows."""
    found = case_machine()
    drawn: dict[tuple[str, str], str] = {}
    for arrow in found.arrows:
        sources = [phase.value for phase in OPEN_PHASES] if arrow.source == ANY else [arrow.source]
        for source in sources:
            for trigger in arrow.label.split(", "):
                assert (source, trigger) not in drawn
                drawn[source, trigger] = arrow.target
    table = {(phase.value, trigger.value): target.value for (phase, trigger), target in TRANSITIONS.items()}
    stays = {key: target for key, target in table.items() if key not in drawn}
    assert {key: target for key, target in table.items() if key in drawn} == drawn
    assert all(key[0] == target for key, target in stays.items())
    for (phase, trigger), _ in stays.items():
        (note,) = [note for note in found.notes if note.startswith(f"{trigger}:")]
        assert phase in note
    assert {box.id for box in found.boxes} == {ANY, *(phase.value for phase in Phase)}


def test_the_urgency_machine_is_the_table_that_runs() -> None:
    found = urgency_machine()
    drawn = {(arrow.source, arrow.target) for arrow in found.arrows}
    moves = {
        (level.value, other.value)
        for level in Urgency
        for other in URGENCY_MOVES[level, UrgencyTrigger.SITTING]
        if other is not level
    }
    assert drawn == moves
    assert any(UrgencyTrigger.ANSWER.value in note for note in found.notes)


# --- the path of a case ---------------------------------------------------------------------------


def test_the_path_says_what_became_of_every_question(tiny: Protocol) -> None:
    text = b"answers: {grown_up: yes, smoke: none, kidney: declined, pain: 5}"
    root, _ = parse(text, "answers.yaml")
    assert root is not None
    case, _ = open_case(tiny, answers_in(root, "answers.yaml", "test"), "2026-03-15T10:30")
    path = path_of(tiny, case, ["grown_up", "smoke", "kidney", "pain"], {"pain": "5"})
    assert path["smoke"] == Step(ANSWERED, 2) and path["pain"] == Step(ANSWERED, 4, "5")
    assert path["kidney"] == Step(WITHOUT_VALUE, 3)
    assert path["weight"] == Step(NOT_ASKED) and path["alone"] == Step(NOT_APPLICABLE)
    tree = tree_text([protocol_tree(tiny, section="story", path=path)])
    assert "3? kidney (yes/no)" in tree and "– weight" in tree and "4✓ pain" in tree
    for drawn in (diagram_svg([section_graph(tiny, "alarm", path)]), diagram_svg([overview(tiny, path)])):
        assert "2✓" in drawn and "×" in drawn
    mermaid = diagram_mermaid([section_graph(tiny, "alarm", path)])
    assert ":::answered" in mermaid and ":::doesnotapply" in mermaid and "classDef answered" in mermaid


# --- tree -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_tree_keeps_to_the_width(shipped: Protocol, width: int) -> None:
    text = tree_text([protocol_tree(shipped), *machine_tree([case_machine(), urgency_machine()])], width)
    assert max(map(len, text.split("\n"))) <= width


def test_the_tree_is_plain_where_the_terminal_is(shipped: Protocol) -> None:
    text = tree_text([protocol_tree(shipped)], 80, "ascii")
    assert text.isascii() and "|- " in text.replace("+- ", "|- ")


def test_the_tree_says_what_reads_and_what_is_read(tiny: Protocol) -> None:
    lines = tree_text([protocol_tree(tiny)], 100).splitlines()
    at = next(index for index, line in enumerate(lines) if "smoke_since (date)" in line)
    assert "if smoke in {thin, thick}" in lines[at + 1] and "read by finding fire" in lines[at + 2]
    assert any("burning (emergency)" in line for line in lines)


# --- Mermaid --------------------------------------------------------------------------------------

NODE = re.compile(r'^(\w+)(\(\[|\{\{|\[/|\[|\()"([^"]*)"(\]\)|\}\}|/\]|\]|\))(:::\w+)?$')
LINK = re.compile(r'^(\w+) -->(?:\|"([^"]*)"\|)? (\w+)$')
FRAME = re.compile(r'^subgraph (\w+) \["([^"]*)"\]$')
PAIRS = {"([": "])", "{{": "}}", "[/": "/]", "[": "]", "(": ")"}


def read_mermaid(text: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Read what ``diagram_mermaid`` may write, and fail on anything else; returns labels by node and the links."""
    lines = text.split("\n")
    if lines[0] == "---":
        assert lines[1].startswith("title: ") and lines[2] == "---"
        lines = lines[3:]
    assert lines[0] == "flowchart LR" and lines[-1] == ""
    nodes: dict[str, str] = {}
    links: list[tuple[str, str]] = []
    depth, classes, used = 0, set(), set()
    for line in (line.strip() for line in lines[1:-1]):
        if frame := FRAME.match(line):
            assert frame[1] not in nodes
            nodes[frame[1]] = frame[2]
            depth += 1
        elif line == "end":
            depth -= 1
        elif node := NODE.match(line):
            assert node[1] not in nodes and PAIRS[node[2]] == node[4]
            nodes[node[1]] = node[3]
            used |= {node[5].removeprefix(":::")} if node[5] else set()
        elif link := LINK.match(line):
            links.append((link[1], link[3]))
        elif line.startswith("classDef "):
            classes.add(line.split()[1])
        else:
            assert line == "direction TB" or line.startswith("%% "), line
    assert depth == 0 and used <= classes
    assert all(end in nodes for pair in links for end in pair)
    return nodes, links


def test_mermaid_is_well_formed_and_complete(shipped: Protocol) -> None:
    for found in all_of(shipped):
        nodes, links = read_mermaid(diagram_mermaid([found]))
        assert len(links) == len(found.arrows) and len(nodes) >= len(found.boxes)
    read_mermaid(diagram_mermaid([case_machine(), urgency_machine()]))


NASTY = 'a "quoted" <b>bold</b> & `code`; [x](y) {z} | #35; end\nsubgraph \u202e'


@pytest.fixture
def nasty(tiny: Protocol) -> Diagram:
    word = Wording(NASTY, NASTY)
    section = replace(tiny.sections["alarm"], title=word)
    smoke = replace(tiny.questions["smoke"], report=word)
    flag = replace(tiny.red_flags["burning"], title=word)
    changed = replace(
        tiny,
        title=word,
        sections={**tiny.sections, "alarm": section},
        questions={**tiny.questions, "smoke": smoke},
        red_flags={**tiny.red_flags, "burning": flag},
    )
    return section_graph(changed, "alarm", {"smoke": Step(ANSWERED, 1, NASTY)})


def test_no_label_is_taken_for_syntax(nasty: Diagram) -> None:
    nodes, _ = read_mermaid(diagram_mermaid([nasty]))
    assert all("<b>" not in label and "`" not in label for label in nodes.values())
    root = ElementTree.fromstring(diagram_svg([nasty]))
    texts = " ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert "<b>bold</b>" in texts and "\u202e" not in texts and "<U+202E>" in texts
    assert not root.findall(f".//{SVG}b")


# --- SVG ------------------------------------------------------------------------------------------


def rectangles(found: Diagram) -> list[tuple[float, float, float, float]]:
    sizes = [drawing._size(drawing._lines(box)) for box in found.boxes]
    layout = laid_out(found, sizes)
    corners = zip(layout.corners, sizes, strict=True)
    return [(x, y, x + width, y + height) for (x, y), (width, height) in corners]


def test_no_box_overlaps_another_and_every_text_fits_in_its_box(shipped: Protocol) -> None:
    for found in all_of(shipped):
        rects = rectangles(found)
        for one, other in combinations(rects, 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, found.title
        for box, (left, top, right, bottom) in zip(found.boxes, rects, strict=True):
            lines = drawing._lines(box)
            assert max(line.width for line in lines) <= right - left
            assert sum(line.height for line in lines) <= bottom - top


def test_arrows_pass_beside_boxes_not_through_them(shipped: Protocol) -> None:
    for found in all_of(shipped):
        sizes = [drawing._size(drawing._lines(box)) for box in found.boxes]
        layout = laid_out(found, sizes)
        rects = rectangles(found)
        for route in layout.routes:
            for (x, y), (to_x, to_y) in pairwise(route):
                if y == to_y and x != to_x:
                    low, high = sorted((x, to_x))
                    inside = [r for r in rects if r[0] < high - 1 and r[2] > low + 1 and r[1] < y < r[3]]
                    assert not inside, found.title


def test_the_svg_is_whole_and_stays_inside_its_frame(shipped: Protocol) -> None:
    for found in all_of(shipped):
        root = ElementTree.fromstring(diagram_svg([found]))
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        assert root.find(f"{SVG}title") is not None
        for text in root.iter(f"{SVG}text"):
            assert 0 <= float(text.attrib["x"]) + float(text.attrib["textLength"]) <= width
            assert 0 <= float(text.attrib["y"]) <= height


def test_the_same_diagram_is_the_same_bytes(shipped: Protocol) -> None:
    assert diagram_svg([section_graph(shipped, "surgery")]) == diagram_svg([section_graph(shipped, "surgery")])


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_and_lines_stand_out_in_both_schemes(scheme: dict[str, str]) -> None:
    for ink in ("ink", "quiet", "strong"):
        assert min(contrast(scheme[ink], scheme["fill"]), contrast(scheme[ink], scheme["paper"])) >= 4.5
    assert contrast(scheme["line"], scheme["paper"]) >= 3


def test_states_differ_without_colour() -> None:
    box = Box("q", "question", "question", "q", (Row("q"),))
    outlines = set()
    for state, number in ((ANSWERED, 1), (WITHOUT_VALUE, 2), (NOT_ASKED, 0)):
        drawn = drawing._outline(replace(box, step=Step(state, number)), 0, 0, 10, 10)
        outlines.add(re.sub(r'class="[^"]*"', "", drawn))
    assert len(outlines) == 3


def test_a_diagram_of_nothing_can_be_drawn() -> None:
    ElementTree.fromstring(diagram_svg([Diagram("empty", (), ())]))
    one = Diagram("one", (Box("a", "question", "question", "a"),), ())
    ElementTree.fromstring(diagram_svg([one]))


def test_arrows_that_go_back_or_round_can_be_drawn() -> None:
    boxes = tuple(Box(name, "phase", "phase", name) for name in "abc")
    arrows = tuple(Arrow(*pair, "again and again") for pair in ("ab", "bc", "ca", "ba"))
    ElementTree.fromstring(diagram_svg([Diagram("round", boxes, arrows, layered=False)]))


def test_without_igraph_it_is_said_how_to_install_it(tiny: Protocol, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "igraph", None)
    with pytest.raises(UsageError) as raised:
        diagram_svg([overview(tiny)])
    assert "pip install 'backstory[graph]'" in raised.value.hint and "--to mermaid" in raised.value.hint
