"""What is wrong with content: numbered diagnostics with their place, rendered or as JSON.

Codes are for ever. Each has an entry in ``docs/diagnostics.md`` and a failing example that is its test.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chatbot.core.text import visible
from chatbot.errors import ContentError

ERROR, WARNING = "error", "warning"

CODES: dict[str, str] = {
    "P101": "the file is not UTF-8 text",
    "P102": "the file is not YAML",
    "P103": "the file is too large, too deep or too long",
    "P104": "an anchor, an alias or a merge key",
    "P105": "a tag",
    "P106": "more than one document, or a directive",
    "P107": "a key stands twice",
    "P108": "a control or bidirectional character",
    "P109": "a key without a value",
    "P110": "an unknown key",
    "P111": "a key is missing",
    "P112": "the wrong shape: a text, a list or a mapping is expected",
    "P113": "a file is missing or cannot be read",
    "P114": "an id and the name of its file differ",
    "P115": "a file the protocol does not use",
    "P120": "a condition that cannot be read",
    "P201": "a name that nothing defines",
    "P202": "an option that does not exist",
    "P203": "a question's own condition reads a question asked later",
    "P204": "a cycle",
    "P205": "a guard that nothing defines",
    "P206": "a red flag that nothing defines",
    "P207": "a reference that nothing defines",
    "P208": "a reference that nothing cites",
    "P209": "a rule that nothing defines",
    "P210": "a question that nothing defines",
    "P211": "an id that is used twice",
    "P212": "an action that is not on the protocol's list",
    "P213": "an id that was released and is gone",
    "P214": "an id that comes back with another meaning",
    "P215": "a former id that was never released",
    "P216": "a finding that nothing reads",
    "P217": "a guard that no rule uses",
    "P218": "an action that no rule asks for",
    "P219": "a question that nothing reads",
    "P221": "an entry that stands twice in a list",
    "P222": "a handover without its four parts",
    "P223": "a list to confirm with a question that stands elsewhere",
    "P224": "a list of yes/no questions that may not be read out as one",
    "P301": "a value that does not fit",
    "P302": "a comparison of things that cannot be compared",
    "P303": "a unit that does not fit",
    "P304": "a limit that is never reached",
    "P305": "an id that is misspelt or reserved",
    "P306": "a question whose parts do not fit its type",
    "P307": "a division by what may be zero",
    "P308": "a number that can leave its declared range",
    "P309": "a table without an entry for an option",
    "P310": "a worked example that does not come out",
    "P311": "a look-up that does not fit its table",
    "P312": "a number used as a truth, or a truth as a number",
    "P313": "an earlier case whose absence could lower an urgency",
    "P320": "a rule that comes too late for its red flag",
    "P321": "a group that cannot hold what is counted, or holds more",
    "P322": "quick dates out of order",
    "P323": "a range that makes no sense",
    "P324": "a review that is due before it was made",
    "P325": "an unknown that is more urgent than the red flag itself",
    "P326": "a shelf life of nothing",
    "P328": "stretches of the timeline that overlap or leave a gap",
    "P330": "an instrument that is not there, is asked twice, or is never asked",
    "P331": "an instrument whose parts do not fit together",
    "P332": "bands that leave a score out or claim it twice",
    "P333": "a worked example of an instrument that does not come out",
    "P334": "an edge of a band that no worked example shows",
    "P336": "something scored before safety is settled",
    "P401": "a rule without a reference",
    "P402": "a negation in what raises a red flag",
    "P403": "a reference cited for a topic that is not on its list",
    "P404": "a recommendation of the source that no rule carries and no reason explains",
    "P405": "a red flag that no safety rule answers",
    "P406": "a safety rule with a guard that says nothing instead",
    "P407": "a word the screens need is missing",
    "P409": "a vignette that does not come out as expected",
    "P410": "a vignette whose answers do not fit",
    "P411": "a text without one of its registers",
    "P412": "two labels of one question that read the same",
    "P413": "a review date that has passed",
    "P414": "a stigmatising word",
    "P415": "a reassuring phrase outside the reassurance",
    "P416": "a negation in one register only",
    "P417": "a number or unit in one register only",
    "P418": "a long text that stands for both registers",
    "P419": "an option that nothing tells from another",
    "P420": "a conflict whose rules never meet",
    "P421": "a condition that can never be true",
    "P422": "a condition that can never be false",
    "P423": "an empty cell in the table of an alarm symptom",
    "P424": "a table of an alarm symptom that says nothing",
    "P425": "a red flag answered outside the safety rules",
    "P426": "an emergency without a sentence to hand over",
    "P427": "a grid without a normal",
    "P428": "a handover that would read out a question",
    "P429": "content that is not approved",
    "P430": "a release without its lists",
    "P431": "a safety question that is asked by a test of state",
    "P435": "an answer that never withholds care, in a condition that does",
    "P436": "an old dose that a break in use does not hold back",
    "P437": "a break in use that is missed, or told by its cause",
    "P438": "a promise that names what nothing defines",
    "P439": "a trace to content that does not exist",
    "P440": "a list of evidence with a gap",
    "P441": "a constant nobody checked, used without saying so",
    "P442": "a recommendation without evidence",
    "P443": "a recommendation that claims more than was checked",
    "P444": "a jurisdiction that no source has",
    "P445": "a direct recommendation without a direct source",
    "P446": "a recommendation whose sources have all lapsed",
    "P447": "a constant that names something nothing defines",
    "P448": "danger that hangs on the region",
    "P449": "a region that nothing declares, or in which a red flag is not answered",
    "P450": "no neutral words for what hangs on a private answer",
    "P451": "a neutral text that names something private",
    "P452": "a scope that hangs on a private answer",
    "P453": "an audience whose rights hang on a private answer",
    "P454": "a local fact that nothing declares, or that is misspelt",
    "P455": "a local fact where none may be named",
    "P456": "a local fact that no text names",
    "P460": "a topic that names something nothing defines",
    "P461": "a phrasing that stands under two topics, or two kinds of question",
    "P462": "a topic, or a kind of question, without phrasings in a register",
    "P463": "a rule that no topic reaches",
    "P464": "a kind of question that nobody can ask",
    "P465": "a phrasing that says nothing",
    "P466": "a synonym that is no single word, or has two meanings",
    "P467": "a conflict that no topic names",
    "P468": "a synonym that fits two options, or is a way to answer without a value",
    "P470": "a vignette to be like that does not exist",
    "P471": "a vignette that is like itself",
    "P472": "an answer left out that is not taken over",
    "P473": "an expectation of something nothing defines",
    "P474": "a prevalence of something nothing defines",
    "P475": "shares that do not add up",
    "P476": "a question whose answer earlier ones imply",
    "P477": "an implication of something asked before",
    "P480": "a patient's text above the limit of reading ease",
    "P481": "a patient's text above the target of reading ease",
    "P482": "a release whose reading ease was not measured",
    "P483": "a word barred from the patient's register",
    "P484": "a patient's text that cannot be read aloud",
    "P485": "a language that lacks texts",
    "P486": "a translation of another wording",
    "P487": "a translation of nothing",
    "P488": "a translation with other blanks than its source",
    "P489": "a language that nobody may be shown",
    "P490": "an approval of an item that does not exist",
    "P491": "approved words that are not kept",
    "P492": "content that calls itself approved",
    "P493": "a version that was withdrawn",
    "P494": "a rule that was withdrawn and is still there",
    "P495": "a withdrawal of a rule that does not exist",
    "P496": "a withdrawn rule whose replacement does not exist",
    "P500": "a property that states nothing, or two things",
    "P501": "a property of something the plan does not have",
    "P502": "something that cannot be said in a property",
    "P503": "a contraindication of an action that no rule offers",
    "P504": "a property that repeats one rule",
    "P510": "content of which nothing is proved, or no longer",
    "P511": "a certificate that was changed",
    "P520": "a measure of the record, or a decision, that does not exist",
    "P521": "something that cannot be said of a record",
    "P522": "a standard that does not say where it comes from",
    "P523": "a target that is no percentage",
    "P524": "a standard that every case meets",
    "P530": "more questions after an emergency than there is time for",
    "P531": "what an emergency wants, at a red flag that raises none",
    "P540": "a weight of practice that is missing",
    "P541": "a part of a profile that counts nowhere, or twice",
    "P542": "an action that no plan item stands for",
    "P543": "a section, persona or move that nothing defines",
    "P544": "a time limit that a trainee cannot choose",
    "P545": "a line of a voice that is never said",
    "P546": "a patient to practise with, in a protocol without practice",
    "P547": "words for a fact that the patient does not have",
    "P548": "a refusal for good of what is answered",
    "P549": "a fact that the patient has no words for",
    "P550": "a fact that nobody can get, or that is told and held back",
    "P551": "a reply that gives a fact away",
}
"""Every code with what it stands for."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing wrong with content, and where."""

    code: str
    message: str
    path: str
    """As the author names it."""
    line: int
    """From 1; 0 when the whole file is meant."""
    column: int
    """From 1."""
    width: int = 1
    """Characters underlined."""
    text: str = ""
    """The line it stands in."""
    hint: str = ""
    """What to do."""
    severity: str = ERROR

    def render(self) -> str:
        """Return ``path:line:col: error P201: message``, the line with carets, and what to do."""
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        lines = [f"{place}: {self.severity} {self.code}: {visible(self.message)}"]
        if self.text:
            before = "".join("\t" if character == "\t" else " " for character in self.text[: self.column - 1])
            width = max(1, min(self.width, len(self.text) - self.column + 1))
            lines += [f"    {visible(self.text)}", f"    {before}{'^' * width}"]
        if self.hint:
            lines.append(f"  {visible(self.hint)}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the members of one entry of ``check --json``."""
        return {
            "code": self.code,
            "severity": self.severity,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "hint": self.hint,
        }


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return diagnostics by place, each once."""
    return sorted(dict.fromkeys(found), key=lambda each: (each.path, each.line, each.column, each.code, each.message))


def errors(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return those that keep the content from loading."""
    return [each for each in found if each.severity == ERROR]


def refuse(found: Iterable[Diagnostic]) -> None:
    """Raise ContentError with every rendered diagnostic when one of them is an error."""
    ordered = in_order(found)
    wrong = errors(ordered)
    if wrong:
        count = f"{len(wrong)} problem{'' if len(wrong) == 1 else 's'}"
        raise ContentError("\n".join([*(each.render() for each in ordered), f"{count}: the content was not loaded"]))
