"""Verify kept cases: the one under the mark, or every one listed. Only verdict words, never more than was shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatbot.tui.drawing.home import case_name
from chatbot.tui.lines import BLANK, Line, Seg, hang, line, packed, wrapped
from chatbot.tui.screens.page import Page
from chatbot.tui.words import many

if TYPE_CHECKING:
    from chatbot.record.standing import Verdict
    from chatbot.tui.application import Backstory
    from chatbot.tui.services import CaseSummary

MEANS = {
    "VALID-CLOSED": "The chain holds from the first record to the end of the case, and every plan came out the same.",
    "VALID-OPEN": "The chain holds as far as it goes, and every plan came out the same. The case was not closed: "
    "records missing from its end would not show.",
    "TORN": "The last entry was not completely saved. Everything before it stands; resuming asks for it again.",
    "CORRUPT": "The file was altered or damaged. Do not rely on it.",
    "UNKNOWN-VERSION": "It was written by a newer version. Nothing can be said about it here.",
    "DISPOSED": "The file was done away with, on the authority that the register of cases names.",
    "NO-KEY": "It is encrypted, and none of your keys opens it. Its chain of records holds; what they say was not "
    "checked.",
    "UNREADABLE": "The file, or the content it was made with, could not be read. Nothing can be said about it here.",
}
"""Verdict to what it says."""

ANCHOR = (
    "Whoever can write the folder can write a whole file anew. That shows only where the head code is kept somewhere "
    "else, such as on a printed report: compare it."
)


def role_of(verdict: Verdict) -> str:
    """Return how a verdict is drawn; the word says it without colour."""
    return "good" if verdict.holds else "warn" if verdict.word in {"TORN", "UNKNOWN-VERSION", "NO-KEY"} else "alarm"


def verify_one(app: Backstory, case: CaseSummary) -> str:
    """Verify one case and show what came of it; return what must be said about noting that, if anything."""
    found = app.session.services.verdict(case.path)
    app.push_screen(verdict_page(found, case_name(case), str(case.path)))
    return app.session.services.noted("verify", case.path, 1)


def verdict_page(found: Verdict, name: str, path: str) -> Page:
    """Return the page that says what verifying one case gave."""

    def draw(width: int) -> list[Line]:
        rows = [line(Seg(found.word, role_of(found))), *wrapped(MEANS.get(found.word, ""), width)]
        for problem in found.problems:
            rows += [BLANK, *wrapped(f"! {problem}", width, "warn")]
        if found.head_code:
            said = f"{many(found.records, 'record')}, {many(found.plans, 'plan')} built again"
            rows += [BLANK, *wrapped(said, width), *hang("head code  ", found.head_code, width, "strong")]
            rows += wrapped(ANCHOR, width, "quiet")
        if found.anchored:
            rows += [BLANK, *wrapped(found.anchored, width)]
        return [*rows, BLANK, *wrapped(path, width, "quiet")]

    return Page(f"Verify · {name}", draw, closed_by="verify")


class VerifyAll(Page):
    """Verifies case after case and counts the verdicts; closing it stops it at any time."""

    def __init__(self, cases: Sequence[CaseSummary], *, every: bool) -> None:
        """*every*: these are all cases there are."""
        super().__init__("Verify every case" if every else "Verify the cases found", self._counted)
        self.cases = cases
        self.counts: Counter[str] = Counter()
        self.wrong: list[tuple[CaseSummary, Verdict]] = []
        self.done = 0
        self._waiting = False
        """The next one is asked for already."""

    def on_screen_resume(self) -> None:
        """Begin, and go on where another screen stood in front."""
        self._ask_next()

    def _ask_next(self) -> None:
        if not self._waiting and self.done < len(self.cases):
            self._waiting = True
            self.call_later(self._next)

    def _next(self) -> None:
        """Verify one more; keys come in between."""
        self._waiting = False
        if self.app.screen is not self:
            return
        case = self.cases[self.done]
        found = self.session.services.verdict(case.path)
        self.done += 1
        self.counts[found.word] += 1
        if not found.holds:
            self.wrong.append((case, found))
        self.redraw()
        self._ask_next()

    def _counted(self, width: int) -> list[Line]:
        over = self.done == len(self.cases)
        said = f"{self.done} of {many(len(self.cases), 'case')} verified{'.' if over else ' …'}"
        rows = wrapped(said, width, "strong")
        counted = [line(Seg(f"{count} {word}")) for word, count in sorted(self.counts.items())]
        rows += [BLANK, *packed(counted, width, " · ")] if counted else []
        for case, found in self.wrong:
            rows += [BLANK, *hang(Seg(f"! {found.word}  ", role_of(found)), case_name(case), width, "strong")]
            for problem in found.problems:
                rows += [(Seg("  "), *row) for row in wrapped(problem, width - 2)]
        if over and not self.wrong:
            rows += [BLANK, *wrapped("Nothing is wrong that can be seen in the files alone.", width, "good")]
        if over:
            words = [word for word in MEANS if self.counts[word]]
            rows += [BLANK, *(each for word in words for each in hang(f"{word}: ", MEANS[word], width, "quiet"))]
            rows += [BLANK, *wrapped(ANCHOR, width, "quiet")]
        return rows
