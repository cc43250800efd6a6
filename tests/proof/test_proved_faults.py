"""Faults that no static check can see are each refuted by a proof, with an interview that replays on the engine."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatbot.content.checks import check_all
from chatbot.content.diagnostics import errors
from chatbot.content.library import find_protocol, load_checked, protocols_folder
from chatbot.content.package import read_package
from chatbot.proof.counterexamples import counter_example
from chatbot.proof.properties import load_properties
from chatbot.proof.proving import THEOREMS, Proof
from chatbot.proof.situation import broken
from chatbot.proof.telling import tell
from tests.small_protocols import edit

FAULTS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("proved_faults.yaml").read_text("utf-8"))


def with_fault(fault: dict[str, Any], folder: Path) -> Path:
    """Return a copy of a shipped protocol with one fault, without the patients written for it."""
    shipped = find_protocol(fault["protocol"], protocols_folder())
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns("vignettes", "cases", "certificate.yaml"))
    edit(folder, fault["file"], fault["find"], fault["put"])
    return folder


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"])
def test_a_fault_that_checks_pass_is_refuted_by_an_interview(fault: dict[str, Any], tmp_path: Path) -> None:
    folder = with_fault(fault, tmp_path / fault["protocol"])
    assert not errors(check_all(read_package(folder, str(folder))))
    protocol = load_checked(folder)
    stated = {each.id: each for each in load_properties(folder, protocol)}
    (line,) = Proof(protocol, tuple(stated.values()), only=[fault["refutes"]]).lines()
    refuted = {each.name: each for each in line.open}
    assert refuted and all(each.verdict == "refuted" and each.interviews for each in refuted.values())
    if fault["refutes"] in THEOREMS:
        return
    example = counter_example(protocol, stated[fault["refutes"]], refuted[fault["refutes"]].interviews)
    assert example is not None
    situations = example.situations(protocol)
    assert len(situations) == 2 or broken(example.property, situations[0])
    told = tell(example, situations)
    assert any("comes out as" in each for each in told) and f"It should be so: {example.property.states}" in told
