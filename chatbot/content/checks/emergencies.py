"""What an emergency wants at hand: no more questions than there is time for, and only where there is an emergency."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.content.checks.links import emergencies
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import Package
from chatbot.content.source import at
from chatbot.core.emergency import MOST
from chatbot.core.values import Urgency


def check(package: Package) -> Iterator[Diagnostic]:
    """Yield lists of questions that are too long, and red flags that say what an emergency wants and raise none."""
    assert package.manifest is not None
    shared = package.manifest.model.emergency
    common = () if shared is None else shared.then_ask
    for file, path, wanted in emergencies(package):
        asked = dict.fromkeys((*common, *wanted.then_ask))
        if len(asked) > MOST:
            message = f"{len(asked)} questions are asked after this emergency; {MOST} is the most"
            hint = "leave what those who receive the person ask themselves"
            yield at(file.root, (*path, "then_ask"), key=True).diagnostic("P530", message, hint)
        if path == ("emergency",):
            continue
        flag = package.entries("red_flags")[str(path[1])]
        if Urgency.EMERGENCY.value not in {flag.urgency, flag.if_unknown}:
            message = f"{path[1]!r} is no emergency, so nobody sees this"
            yield at(file.root, path, key=True).diagnostic("P531", message, "delete it, or correct the urgency")
