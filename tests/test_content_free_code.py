"""No id and no label of the content occurs in the program: a content author never opens Python."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from chatbot.content.library import protocol_names, protocols_folder
from chatbot.core.protocol import Protocol
from tests.shipped import shipped_protocol

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "chatbot").rglob("*.py"))

WORDS_OF_THE_PROGRAM = frozenset(
    "yes no none all other now normal context safety history examination imaging referral follow_up several plan "
    "documented never sometimes private strength open closed present line left right good earlier clear complete "
    "too_short moved hour not_done settled again differs locked ended standing not_now sitting unclear interpreter "
    "expectations".split()
)
"""Ids of the content that are also plain words of the program or its contract: categories, stages, states, members."""


def names_of(protocol: Protocol) -> set[str]:
    """Return every id of the content that a program could only know from it."""
    fields = {field for group in protocol.groups.values() for field in group.fields}
    names = {key for key in protocol.questions if "[" not in key} | set(protocol.groups) | fields
    names |= {*protocol.findings, *protocol.red_flags, *protocol.guards, *protocol.rules, *protocol.hypotheses}
    names |= {*protocol.conflicts, *protocol.references, *protocol.actions}
    names |= {option.id for question in protocol.questions.values() for option in question.options}
    return {name for name in names if len(name) > 3} - WORDS_OF_THE_PROGRAM


def labels_of(protocol: Protocol) -> set[str]:
    """Return every label of an option, in both registers."""
    labels = {
        text
        for question in protocol.questions.values()
        for option in question.options
        for text in (option.label.clinician, option.label.patient)
    }
    return {label for label in labels if label.count(" ") >= 2} - {"I do not know"}  # the program says it of itself


def texts_of(module: Path) -> set[str]:
    """Return the string constants of a module, docstrings left out."""
    tree = ast.parse(module.read_text("utf-8"))
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    }


@pytest.mark.parametrize("name", protocol_names(protocols_folder()))
def test_no_id_and_no_label_of_the_content_occurs_in_the_program(name: str) -> None:
    protocol = shipped_protocol(name)
    names, labels = names_of(protocol), labels_of(protocol)
    assert len(names) > 50 and labels
    for module in MODULES:
        texts = texts_of(module)
        assert not texts & names, f"{module.relative_to(ROOT)} names content"
        assert not [label for label in labels for text in texts if label in text], module.relative_to(ROOT)
