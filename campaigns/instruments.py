"""The instruments of the shipped protocol as a page: whose they are, what is shown, how they score, what was verified.

python -m campaigns.instruments [--check]
"""

from __future__ import annotations

import sys

from campaigns.pages import CLINICAL, shipped_package, write_or_check
from chatbot.content.build_instruments import Instruments
from chatbot.content.bundle import bundle_of
from chatbot.content.instrument_schema import InstrumentModel
from chatbot.content.package import Package
from chatbot.content.schema import InstrumentQuestionModel
from chatbot.core.terms import NumberShape
from chatbot.core.values import decimal_text

PAGE = CLINICAL / "instruments.md"

MISSING = {
    "incomplete": "the score is unknown",
    "at_least": "the score is unknown, with the lower end the other items make",
    "prorate": "as at_least; up to {n} missing items give an estimate that nothing reads",
}
"""What a missing item does, in words."""


def asked_by(package: Package) -> dict[str, str]:
    """Return the question of each instrument, in the order of asking."""
    return {
        question.instrument: name
        for _, _, name, question in package.all_questions()
        if isinstance(question, InstrumentQuestionModel)
    }


def scoring(model: InstrumentModel, shape: NumberShape) -> str:
    """Say how a score comes about, and its range."""
    span = f"{decimal_text(shape.minimum)} to {decimal_text(shape.maximum)}"
    if not model.reproduce:
        return f"entered, {span}"
    what = f"{model.scoring} of {len(model.items)} items"
    return f"{what}{f' and the score of `{model.includes}`' if model.includes else ''}, {span}"


def bands(model: InstrumentModel) -> str:
    """Say the bands with both edges."""
    said = []
    for name, band in model.bands.items():
        edges = " ".join(filter(None, (f"from {band.from_}" if band.from_ else "", f"to {band.to}" if band.to else "")))
        cites = ", ".join(f"{each.reference} {each.locator}".rstrip() for each in band.cites)
        said.append(f"- `{name}` {edges}: {band.title.clinician} ({cites})")
    return "\n".join(said) or "The source gives no bands."


def part(name: str, question: str, model: InstrumentModel, shape: NumberShape) -> list[str]:
    """Return what stands on the page of one instrument."""
    missing = MISSING[model.missing].format(n=model.prorated)
    shown = "its items are asked here" if model.reproduce else "score entry only: no text of an item stands here"
    facts = [
        ("Asked by", f"`{question}`, read as `{question}.score`"),
        ("Owner", model.owner),
        ("Licence", model.licence),
        ("Named as", model.attribution.clinician),
        ("Kept at", model.address),
        ("Shown", shown),
        ("Scoring", scoring(model, shape)),
        *([("Missing item", missing)] if model.reproduce else []),
        ("References", ", ".join(each.reference for each in model.cites)),
        ("Verified", f"{model.verified.replace('_', ' ')}. {model.verified_note}"),
    ]
    lines = [
        "",
        f"## {model.title.clinician}",
        "",
        "| | |",
        "|---|---|",
        *(f"| {key} | {text} |" for key, text in facts),
    ]
    lines += ["", bands(model), ""]
    examples = [each for each in model.examples if each.given is not None]
    count = f"{len(examples)} with answers, {len(model.examples) - len(examples)} on edges of bands"
    return [*lines, f"Worked examples that every check recomputes: {count}."]


def page() -> str:
    """Return the page in Markdown."""
    package = shipped_package()
    known, questions = Instruments(bundle_of(package)), asked_by(package)
    models = {name: package.instruments[name].model for name in questions}
    lines = [
        "# Instruments",
        "",
        "Made by `python -m campaigns.instruments` from `instruments/*.yaml`. It is a draft, pending clinical review.",
        "Usual pain of back and leg, 0 to 10, are plain scales without an owner. A score is a screen or a grade, never",
        "a diagnosis and never a reason to withhold care.",
        "",
        "| Instrument | Items shown | Score | Verified |",
        "|---|---|---|---|",
    ]
    for name, model in models.items():
        shown = "yes" if model.reproduce else "no"
        span = scoring(model, known.number(questions[name]))
        lines.append(f"| {model.title.clinician} | {shown} | {span} | {model.verified.replace('_', ' ')} |")
    for name, model in models.items():
        lines += part(name, questions[name], model, known.number(questions[name]))
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the page, or with ``--check`` compare it."""
    return write_or_check(arguments, __doc__, PAGE, page)


if __name__ == "__main__":
    sys.exit(main())
