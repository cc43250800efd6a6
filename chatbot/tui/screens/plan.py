"""The plan: what to do by when, what is held back and why; accept, modify, decline, sign."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from chatbot.core.commands import DECISION_REASONS, DecideRule, IssuePlan, OpenReason, RecordOutcome, Refusal, Sign
from chatbot.core.counterfactual import WhatIf, what_if
from chatbot.core.events import OUTCOMES
from chatbot.core.navigation import decide
from chatbot.core.signing import unsettled
from chatbot.core.telling import word
from chatbot.errors import BackstoryError
from chatbot.export.whatif import WhatIfWords
from chatbot.patience import WHAT_IF_MS, for_ms
from chatbot.tui.drawing import plan as drawing
from chatbot.tui.drawing import standing
from chatbot.tui.lines import Line, wrapped
from chatbot.tui.screens.fault import Fault
from chatbot.tui.screens.prompt import Prompt, Send
from chatbot.tui.screens.refusal import Declining
from chatbot.tui.screens.scroll import OpenedLines

FEW = 3
"""Changes that an opened line names; the page of its own has more."""


class PlanScreen(OpenedLines[None]):
    """Shows the plan of the answers as they stand."""

    NAMES_CASE: ClassVar[bool] = True
    PLACES: ClassVar[tuple[str, ...]] = ("plan",)
    may_be_left = True
    HERE: ClassVar[str] = "the plan"

    def __init__(self, rule: str = "") -> None:
        """*rule*: the recommendation whose line is opened at once."""
        super().__init__()
        self.caret = rule
        self.opened: frozenset[str] = frozenset({rule} - {""})
        self.all_rules = False
        self.searched: dict[str, WhatIf] = {}
        """What would change a rule whose line was opened."""
        self.said: tuple[str, str] | None = None
        """What was refused, or done."""
        self.reasons: dict[str, OpenReason] = {}
        """Why safety questions are left open, as far as it was said."""
        self.caret_row = 0
        """The row of the body the mark stands on."""

    @cached_property
    def plan(self) -> dict[str, Any]:
        return self.interview.plan()

    def on_mount(self) -> None:
        if self.caret:
            # A rule that waits or does not apply stands among all rules only.
            self.all_rules = self.caret not in self.order
            self.focus_rows = (0, 0)
        self.fresh()

    @property
    def order(self) -> list[str]:
        """The rules on screen, from top to bottom."""
        shown = drawing.groups(self.plan, self.words, self.all_rules)
        return [item["id"] for group in shown for item in group.items]

    def header(self, width: int) -> list[Line]:
        view = self.case_view()
        rows = [*standing.header(view, width, self.narrow), *drawing.top(self.plan, self.words, width)]
        rows += [] if self.tight else self._terms(width)
        if self.said is not None:
            rows += wrapped(" ".join(part for part in self.said if part), width, "warn")
        return rows

    def _terms(self, width: int) -> list[Line]:
        issued = self.interview.case.plan_digest is not None
        return drawing.terms(self.plan, self.words, width, issued=issued)

    def lines(self, width: int) -> list[Line]:
        # Where rows are few the terms scroll with the plan, at its beginning.
        terms = self._terms(width) if self.tight else []
        drawn = drawing.draw(
            self.plan,
            self.words,
            width,
            caret=self.caret,
            opened=self.opened,
            decisions=self.interview.case.decisions,
            all_rules=self.all_rules,
            would_change=self.would_change,
        )
        first, last = (row + len(terms) for row in drawn.spans.get(self.caret, (0, 0)))
        self.caret_row = first
        if self.focus_rows is not None and self.caret in drawn.spans:
            self.focus_rows = (first, min(last, first + max(self.height - 3, 0)))
        return [*terms, *drawn.rows]

    # --- keys ---

    def places(self) -> tuple[str, ...]:
        # A line out of sight is not decided by a key meant for what is in sight.
        in_sight = self.top <= self.caret_row < self.top + self.height
        return (*(("line",) if self.caret in self.opened and in_sight else ()), "plan", "scroll")

    def can(self, action: str) -> bool:
        case = self.interview.case
        match action:
            case "accept" | "modify" | "decline":
                return not case.closed
            case "open_line":
                return bool(self.caret)
            case "sign":
                return not case.closed and case.plan_digest is not None
            case "changes":
                return case.previous is not None or case.amends is not None
            case "outcome":
                return not case.closed and case.previous is not None and bool(case.previous["rules"])
        return True

    def act_open_line(self) -> None:
        self.open_or_close()

    def act_all_rules(self) -> None:
        self.all_rules = not self.all_rules
        self.redraw()

    def act_register(self) -> None:
        self.session.switch_register()
        self.redraw()

    def act_ask(self) -> None:
        from chatbot.tui.screens.follow_up import ask

        ask(self)

    def act_handover(self) -> None:
        from chatbot.tui.screens.page import handover_page

        self.app.push_screen(handover_page(self.plan, self.words))

    def act_full_text(self) -> None:
        from chatbot.tui.screens.page import Page

        text = self.session.services.plan_text(self.interview, self.session.register)
        self.app.push_screen(Page("The plan as text", lambda width: wrapped(text, width), closed_by="full_text"))

    def act_page(self) -> None:
        """The person's own page, in plain words."""
        from chatbot.export.pages import person_blocks
        from chatbot.tui.screens.page import blocks_page

        title, *rest = person_blocks(self.plan, self.interview.protocol.labels)
        self.app.push_screen(blocks_page(getattr(title, "text", ""), rest, closed_by="page"))

    def act_write(self) -> None:
        from chatbot.tui.screens.pages import write

        write(self, self._said)

    def act_copy(self) -> None:
        from chatbot.tui.screens.pages import copy

        copy(self, self._said)

    def _said(self, text: str) -> None:
        self.said = (text, "")
        self.redraw()

    def act_changes(self) -> None:
        from chatbot.tui.screens.page import story_page

        try:
            story = self.session.services.story(self.interview)
        except BackstoryError as error:
            self.app.push_screen(Fault(error))
            return
        if story is not None:
            self.app.push_screen(story_page(story, self.words))

    def act_what_if(self) -> None:
        from chatbot.tui.screens.page import blocks_page

        words = self._what_if_words()
        found = what_if(self.interview.protocol, self.interview.case, for_ms())
        self.app.push_screen(blocks_page(words.text("heading"), words.blocks(found)[1:], closed_by="what_if"))

    def _what_if_words(self) -> WhatIfWords:
        return WhatIfWords(self.interview.protocol, self.interview.case, self.session.register, ms=WHAT_IF_MS)

    def would_change(self, rule: str) -> list[str]:
        """Return the first few single changes that would change a rule, searched when its line is first opened."""
        if rule not in self.searched:
            self.searched[rule] = what_if(self.interview.protocol, self.interview.case, targets=[rule])
        words, found = self._what_if_words(), self.searched[rule]
        said = words.lines(found.found[rule], FEW)
        return said or [words.searched((), found.searched[rule])]

    def act_dismiss(self) -> None:
        self.dismiss(None)

    def returned(self) -> None:
        self.__dict__.pop("plan", None)
        super().returned()

    # --- what became of the earlier plan ---

    def act_outcome(self) -> None:
        from chatbot.tui.screens.choose import Choose

        case, rules = self.interview.case, self.interview.protocol.rules
        asked = () if case.previous is None else tuple(case.previous["rules"])
        titles = [(each, self.words.say(rules[each].title) if each in rules else each) for each in asked]
        self.app.push_screen(
            Choose("What became of which recommendation?", titles),
            lambda rule: self._ask_outcome(rule) if rule is not None else None,
        )

    def _ask_outcome(self, rule: str) -> None:
        from chatbot.tui.screens.choose import Choose

        labels = self.interview.protocol.labels
        choices = [(each, word(labels, f"outcome_{each}", self.session.register)) for each in OUTCOMES]

        def chosen(made: str | None) -> None:
            if made is not None:
                told = "What was found, in words. Enter alone leaves it out."
                self.app.push_screen(Prompt("Outcome", told, send_as(made)), lambda _: self._fresh_plan())

        def send_as(made: str) -> Send:
            return lambda text, prompt: self.attempt(RecordOutcome(rule, made, text.strip() or None), prompt.settled)

        self.app.push_screen(Choose("What became of it?", choices), chosen)

    def _fresh_plan(self) -> None:
        """What was recorded is part of the plan: issue it anew where it had been issued."""
        case = self.interview.case
        if case.plan_digest is None and case.next is None and not case.closed:
            self.attempt(IssuePlan(), lambda _: None)
        self.__dict__.pop("plan", None)
        self.redraw()

    # --- decisions ---

    def act_accept(self) -> None:
        self._decide(DecideRule(self.caret, "accept"))

    def act_modify(self) -> None:
        self._ask_reason("modify")

    def act_decline(self) -> None:
        self._ask_reason("decline")

    def _ask_reason(self, decision: str) -> None:
        from chatbot.tui.screens.choose import Choose

        rule = self.caret
        choices = [(code, self.words.label(f"decision_reason.{code}")) for code in DECISION_REASONS]
        title = self.words.say(self.interview.protocol.rules[rule].title)

        def chosen(code: str | None) -> None:
            if code is not None and decision == "decline":
                Declining(self, [rule], code, self._told).begin()
            elif code is not None:
                self._ask_comment(rule, decision, code)

        self.app.push_screen(Choose(f"{self.words.label(f'decision.{decision}')}: why?", choices, title), chosen)

    def _ask_comment(self, rule: str, decision: str, code: str) -> None:
        def send(text: str, prompt: Prompt) -> None:
            self.attempt(DecideRule(rule, decision, code, text.strip() or None), prompt.settled)

        told = "A comment, in words. Enter alone leaves it out; an emergency action needs one."
        self.app.push_screen(Prompt("Comment", told, send), lambda _: self._told())

    def _told(self) -> None:
        """Show the plan as it stands now: an informed refusal stands in it."""
        self.__dict__.pop("plan", None)
        self.redraw()

    def _decide(self, command: DecideRule) -> None:
        self.attempt(command, self._decided)

    def _decided(self, refusal: Refusal | None) -> None:
        self.said = None if refusal is None else (refusal.message, refusal.hint)
        self._told()

    def act_sign(self) -> None:
        refused = self.interview.withdrawn() or decide(self.interview.protocol, self.interview.case, Sign())
        if isinstance(refused, Refusal) and refused.code == "read_back_waiting":
            self._read_back()
            return
        if isinstance(refused, Refusal) and refused.code != "needs_reasons":
            self._signed(refused)
            return
        from chatbot.tui.screens.sign_off import SignOff

        waiting = unsettled(self.plan)
        keys = {each["question"] for each in waiting}
        self.reasons = {key: reason for key, reason in self.reasons.items() if key in keys}
        self.app.push_screen(SignOff(waiting, self.reasons), self._sign)

    def _read_back(self) -> None:
        """Read the safety answers to the person first, then sign; what was corrected there may need answers first."""
        from chatbot.tui.screens.read_back import OVERTAKEN, RIGHT, ReadBackScreen

        def told(said: str | None) -> None:
            if said == OVERTAKEN:
                self.act_dismiss()
                return
            self._fresh_plan()
            if said == RIGHT:
                self.act_sign()

        self.app.push_screen(ReadBackScreen(), told)

    def _sign(self, agreed: bool | None) -> None:
        if agreed:
            self.attempt(Sign(dict(self.reasons)), self._signed)

    def _signed(self, refusal: Refusal | None) -> None:
        self.said = ("Signed.", "") if refusal is None else (refusal.message, refusal.hint)
        self.redraw()
