"""What screens say of the content itself: where its review stands, what is past its date, what was withdrawn."""

from __future__ import annotations

from dataclasses import replace

from chatbot.core.commands import DecideRule
from chatbot.core.protocol import Wording
from chatbot.core.withdrawals import Withdrawal
from chatbot.interview import Interview
from tests.tui import kit
from tests.tui.kit import House, screen_text
from tests.tui.test_plan_screen import finished

LATE = Wording("Review overdue: 1 of 3.", "Ask if it still holds.")


class Told(House):
    """Services whose content is past its date."""

    def services(self):  # type: ignore[no-untyped-def]
        found = super().services()
        about = replace(found.protocol_about, states="2 approved, 5 draft", next_due="2026-12-01", warnings=(LATE,))
        return replace(found, protocol_about=about)


async def test_home_says_what_is_past_its_date_and_one_key_leads_to_the_editorial_policy() -> None:
    app = kit.application(house=Told())
    async with app.run_test(size=(100, 40)) as pilot:
        assert "! Review overdue: 1 of 3." in screen_text(app)
        await pilot.press("f3")
        shown = screen_text(app)
        assert "Editorial policy" in shown and "Written for tests." in shown
        assert "2 approved, 5 draft; the next review is due on 2026-12-01" in shown
        assert kit.protocol().last_updated in shown and "! Review overdue" in shown


async def test_the_first_page_of_the_interview_says_what_is_past_its_date_and_the_next_one_not_again() -> None:
    content = kit.protocol()
    late = replace(content, rules={k: replace(each, review_due="2025-01-01") for k, each in content.rules.items()})
    app = kit.application(kit.interview(late))
    async with app.run_test(size=(100, 30)) as pilot:
        assert "! Review overdue" in screen_text(app)
        await pilot.press("2")
        assert "Review overdue" not in screen_text(app)


def under(rule: str | None) -> Interview:
    case = finished()
    protocol = case.protocol.id
    case.withdrawals = [Withdrawal(protocol, "2025-11-01", Wording("It was wrong.", "It was wrong."), rule=rule)]
    return case


async def test_signing_under_withdrawn_content_is_refused_on_the_screen_with_the_reason() -> None:
    case = under("walk")
    app = kit.application(case)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("f5")
        assert "! Withdrawn on 2025-11-01: “Keep walking”. It was wrong." in screen_text(app)
        await pilot.press("f8")
        assert "decline the withdrawn advice" in " ".join(screen_text(app).split()) and not case.case.closed
        assert case.send(DecideRule("walk", "decline", "clinical_judgement")) is None
        assert case.withdrawn() is None
