"""What was begun and not given yet, by case and place: in memory only, for as long as the application runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chatbot.core.protocol import QuestionType

if TYPE_CHECKING:
    from chatbot.tui.form import Form


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands at one place and was not given."""

    text: str = ""
    chosen: frozenset[str] | None = None
    """The choices marked; None where they are those of the answer that stands."""
    cells: Mapping[str, str] | None = None
    """The cells or items filled in; None where they are those of the answer that stands."""

    def __bool__(self) -> bool:
        return bool(self.text.strip()) or self.chosen is not None or self.cells is not None


NOTHING = Draft()


@dataclass(slots=True)
class Drafts:
    """The drafts of every case that was on screen."""

    kept: dict[tuple[str, str], Draft] = field(default_factory=dict)

    def keep(self, case: str, place: str, draft: Draft) -> None:
        """Keep what was begun; nothing begun leaves nothing to keep."""
        if draft:
            self.kept[case, place] = draft
        else:
            self.kept.pop((case, place), None)

    def at(self, case: str, place: str) -> Draft:
        return self.kept.get((case, place), NOTHING)


def begun(form: Form, typed: str) -> Draft:
    """Return what was begun at a question. *typed*: what was typed into its field, empty where nothing was."""
    chosen = {each.id for each in form.view.options if each.chosen}
    stored: Any = form.view.stored
    cells = dict(stored) if form.question.is_table and stored is not None else {}
    return Draft(
        typed,
        frozenset(form.chosen) if form.type is QuestionType.SEVERAL and form.chosen != chosen else None,
        dict(form.cells) if form.cells != cells else None,
    )


def resume(form: Form, draft: Draft) -> None:
    """Go on with what was begun at a question."""
    form.resumed, form.draft = bool(draft), draft.text
    if draft.chosen is not None:
        form.chosen = set(draft.chosen)
    if draft.cells is not None:
        form.cells = dict(draft.cells)
        if form.type is QuestionType.INSTRUMENT:
            form.row = next((at for at, each in enumerate(form.view.rows) if each.id not in form.cells), 0)
