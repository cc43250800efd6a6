"""The audit as one page that stands by itself: no script, nothing fetched, every text escaped at one place."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot import __version__
from chatbot.audit.contents import Contents
from chatbot.audit.find import Cases
from chatbot.audit.markup import Safe, Words, el, joined, put, table
from chatbot.audit.report_counts import counts
from chatbot.audit.report_standards import standards_part
from chatbot.audit.standards_shown import Shown
from chatbot.audit.tally import Tally, ranked

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What the page may load: nothing."""

MEANS = {
    "VALID-CLOSED": "every hash, event and plan came out the same; signed or abandoned",
    "VALID-OPEN": "every hash, event and plan came out the same; not finished",
    "TORN": "the last entry was not completely saved; counted up to there",
    "CORRUPT": "damaged or altered; not counted",
    "UNKNOWN-VERSION": "written by a newer version; not counted",
    "NO-KEY": "encrypted, and no key that was given opens it; its chain holds; not counted below",
    "UNREADABLE": "it, or the protocol kept beside it, cannot be read; not counted",
    "DISPOSED": "done away with, as the register of cases says; there is no file",
    "FAULT": "the program failed at it; not counted",
}
"""What a verdict says."""

ANCHORED = {
    "ANCHORED": "the register of cases agrees with it",
    "UNANCHORED": "no register of cases knows it: whole records cut off its end would not show",
    "DIFFERS": "it is not what was registered",
}
"""What the register says."""

SIGNED = {
    "SIGNED": "a trusted key signed it, at least in part",
    "UNSIGNED": "no signed checkpoint stands beside it",
    "REFUSED": "a signature does not count, or is missing",
}
"""What signed checkpoints show, where a key is trusted."""

VERIFIED = (
    "Valid means: the chain of hashes in the file is whole, every event fits the content it was made with, and every "
    "plan came out the same when it was worked out again. It does not show that nobody has written a whole file anew; "
    "only a register or a signature kept elsewhere can show that."
)
"""What verifying shows, and what not."""

STYLE = """
:root{color-scheme:light dark;--paper:#ffffff;--ink:#1b1b1b;--soft:#767676;--line:#c9c9c9;--fill:#f2f2f2;
--s1:#174a73;--s2:#c77f00;--s3:#9db8d0;--s4:#5c5c5c}
@media (prefers-color-scheme:dark){:root{--paper:#131313;--ink:#f1f1f1;--soft:#9a9a9a;--line:#4a4a4a;--fill:#222222;
--s1:#8fc1ea;--s2:#f2b24a;--s3:#3f6b90;--s4:#b5b5b5}}
body{background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:0 auto;
padding:1.5rem 1rem 4rem}
h1{font-size:1.7rem;margin:.2rem 0}h2{font-size:1.25rem;margin:2.4rem 0 .4rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.8rem 0 .2rem}p{margin:.4rem 0}a{color:inherit}
table{border-collapse:collapse;font-size:.9rem;margin:.6rem 0;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.2rem 0}
th,td{text-align:left;padding:.15rem .8rem .15rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right}td.n{white-space:nowrap}thead th{border-bottom:2px solid var(--ink)}
.note{border-left:4px solid var(--ink);background:var(--fill);padding:.6rem .9rem;margin:.8rem 0}
.plot{display:block;width:100%;height:auto;max-width:46rem;margin:.6rem 0}
summary{cursor:pointer;padding:.2rem 0}.wide{overflow-x:auto}
@media print{:root{--paper:#ffffff;--ink:#000000;--soft:#767676;--line:#c9c9c9;--fill:#ffffff;--s1:#174a73;--s2:#c77f00;
--s3:#9db8d0;--s4:#5c5c5c}body{font-size:10pt;max-width:none;padding:0}h2,h3{break-after:avoid}
.plot,tr,.note{break-inside:avoid}}
"""


def page(tally: Tally, cases: Cases, contents: Contents, standards: Sequence[Shown], least: int) -> str:
    """Return the report. *standards*: those to be told; *least*: numbers below it are hidden in groups."""
    words = Words(contents.protocols())
    hiding = (
        f"Numbers below {least} are hidden by month and in standards. All other counts are of the whole folder, and "
        "are shown however small: think of that before passing this page on."
    )
    parts = [
        *_head(tally, cases, contents, words),
        el("p", hiding) if least > 1 and tally.sound else Safe(""),
        *([] if not tally.sound else counts(tally, least, words)),
        *(standards_part(standards, least, words) if standards else ()),
        _problems(tally),
    ]
    title = f"Audit of {tally.files:,} cases"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{put(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"{el('title', title)}\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{el('h1', title)}\n{joined(part for part in parts if part)}\n</main>\n</body>\n</html>\n"
    )


# --- what was audited -----------------------------------------------------------------------------


def _head(tally: Tally, cases: Cases, contents: Contents, words: Words) -> list[Safe]:
    left_out = ", ".join(f"{number:,} {kind}" for kind, number in sorted(cases.left_out.items()))
    facts = [
        ("Folder", str(cases.folder)),
        ("Cases", f"{tally.files:,}, of which {tally.sound:,} were replayed and are counted below"),
        *([("Not asked for", left_out)] if left_out else []),
        ("Signed", f"{tally.signed:,}; with a plan {tally.plans:,}; records {tally.records:,}"),
        *[
            ("Content", f"{each.protocol} {each.version}, {each.digest[:12]}: {each.cases:,} cases")
            for each in contents.listed()
        ],
        ("Made by", f"backstory {__version__}"),
    ]
    notes = [
        el(
            "div",
            el("p", el("strong", f"{protocol.title.clinician} {protocol.version}: {protocol.content_status}")),
            el("p", protocol.intended_use.clinician),
            el("p", protocol.disclaimer.clinician),
            class_="note",
        )
        for protocol in words.protocols
    ]
    verdicts = [(name, MEANS.get(name, ""), f"{number:,}") for name, number in tally.verdict_counts().items()]
    return [
        *notes,
        table("What was audited", ("", ""), facts, texts=2),
        el("h2", "What verifying gave"),
        table("Verdicts", ("Verdict", "What it says", "Cases"), verdicts, texts=2),
        *_anchors(tally),
        el("p", VERIFIED),
    ]


def _anchors(tally: Tally) -> list[Safe]:
    rows = [(state, says, f"{tally.anchors[state]:,}") for state, says in ANCHORED.items() if tally.anchors[state]]
    rows += [(state, SIGNED.get(state, ""), f"{number:,}") for state, number in ranked(tally.signatures)]
    if tally.sealed:
        rows.append(("encrypted", "nobody reads it without a key", f"{tally.sealed:,}"))
    return (
        [table("Register, signatures, encryption", ("State", "What it says", "Cases"), rows, texts=2)] if rows else []
    )


def _problems(tally: Tally) -> Safe:
    gone = (
        joined([el("h2", f"Disposed of ({len(tally.disposed):,})"), el("ul", *(el("li", e) for e in tally.disposed))])
        if tally.disposed
        else Safe("")
    )
    if not tally.problem_count:
        return gone
    said = [el("li", each) for each in tally.problems]
    more = tally.problem_count - len(tally.problems)
    rest = el("p", f"and {more:,} more: backstory audit --list problems") if more > 0 else Safe("")
    return joined([el("h2", f"Problems ({tally.problem_count:,})"), el("ul", *said), rest, gone])
