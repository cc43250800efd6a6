"""Fold events that were recorded before: what follows from the answers is worked out only where it is looked at.

``evolve`` brings everything up to date at each event, because a screen shows it. Whoever folds a whole transcript looks
at few of the states between: an answer then costs a change to a mapping, and what hangs on the answers is evaluated
once for all that changed since. The case is the same in every member at every place where it is looked at.

Two things depend on every state in between, and are the only reason to evaluate earlier:

- an emergency that was acknowledged and clears, alarms again when it comes back. So an answer that can move one of
  those flags is evaluated by itself (``_may_settle``);
- a case counts as reviewed once nothing was left to ask. While a question that is always asked stands open that cannot
  be, so one such question is kept in view (``_something_left``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from chatbot.core import events as ev
from chatbot.core.case import RECENT, Case, advance, answer_in, evolve
from chatbot.core.findings import is_aged, network, reassess
from chatbot.core.phases import OPEN_PHASES
from chatbot.core.protocol import Protocol
from chatbot.core.read_back import Said, said
from chatbot.core.values import Answer

_NOTHING = (ev.AlarmRaised, ev.StorageRelocated, ev.StorageRecovered, ev.ClockJumped)
"""Events that change no case."""

_ANSWERS = (ev.AnswerGiven, ev.AnswerCorrected, ev.AnswerCarried)


class Refolding:
    """Folds one transcript. ``add`` its events in order; ``case`` is the case after them."""

    def __init__(self, protocol: Protocol, *, one_by_one: bool = False) -> None:
        """*one_by_one*: bring everything up to date at each event, so that what does not fit is raised by its own."""
        self.protocol = protocol
        self._one_by_one = one_by_one
        self._case: Case | None = None
        """As it stood before the changes that wait."""
        self._answers: dict[str, Answer] = {}
        self._changed: set[str] = set()
        """Questions whose answer changed since; while it is not empty the other members below stand for the case's."""
        self._shown: str | None = None
        self._recent: tuple[str, ...] = ()
        self._acknowledged: dict[str, str] = {}
        """Emergencies whose alarm was read since, with who read it."""
        self._read: list[ev.AlarmAcknowledged] = []
        """Those of them that were read after the last answer."""
        self._heard: dict[str, Said] = {}
        self._left: str | None = None
        """A question that is asked whatever the answers are, and that stood open when it was last looked at."""

    @property
    def case(self) -> Case:
        """The case after the events so far.

        Raises: ValueError when there were none.
        """
        if self._case is None:
            raise ValueError("a case begins with case.opened")
        return self._settle() if self._changed else self._case

    def add(self, event: ev.Event) -> None:
        """Apply one event.

        Raises: what ``evolve`` raises; for some events only when ``case`` is looked at next.
        """
        if self._case is None or self._one_by_one:
            self._case = evolve(self.protocol, self._case, event)
        elif isinstance(event, ev.QuestionShown) and self._changed:
            self._shown = event.question or None
        elif isinstance(event, ev.AlarmAcknowledged) and self._changed:
            self._read.append(event)
        elif isinstance(event, _ANSWERS) and self._case.phase in OPEN_PHASES:
            self._answer(self._case, event)
        elif not isinstance(event, _NOTHING):
            self._case = evolve(self.protocol, self.case, event)

    def _answer(self, case: Case, event: ev.AnswerGiven | ev.AnswerCorrected | ev.AnswerCarried) -> None:
        key = event.question
        answer = answer_in(self.protocol, case, event)
        alone = self._may_settle(case, key, answer)
        if alone:
            case = self.case
        if not self._changed:
            self._answers, self._heard, self._acknowledged = dict(case.answers), {}, {}
            self._shown, self._recent = case.shown, case.recent
        for each in self._read:
            self._acknowledged |= dict.fromkeys(each.flags, case.actor)
        self._read = []
        self._answers[key] = answer
        self._changed.add(key)
        if isinstance(event, ev.AnswerCarried) and event.standing == "stands":
            self._heard[key] = said(answer)
        if self._shown == key:
            self._shown = None
        self._recent = (*(each for each in self._recent if each != key), key)[-RECENT:]
        if alone or not self._something_left(case):
            self._settle()

    def _settle(self) -> Case:
        """Bring the case up to date with the changes that wait."""
        case, answers = self._case, self._answers
        assert case is not None
        after = replace(
            case,
            answers=answers,
            assessment=reassess(self.protocol, case.assessment, answers, self._changed),
            postponed=case.postponed - self._changed,
            plan_digest=None,
            shown=self._shown,
            recent=self._recent,
            recap_due=False,
            read_back={**case.read_back, **self._heard} if self._heard else case.read_back,
            acknowledged=case.acknowledged | self._acknowledged.keys(),
            acknowledged_by={**case.acknowledged_by, **self._acknowledged},
        )
        after = advance(self.protocol, after)
        for event in self._read:
            after = evolve(self.protocol, after, event)
        self._case, self._changed, self._read = after, set(), []
        return after

    def _may_settle(self, case: Case, key: str, answer: Answer) -> bool:
        """Whether an answer may clear an emergency that was acknowledged, or bring it back."""
        read = (flag for each in self._read for flag in each.flags)
        noted = case.acknowledged.union(case.widened, self._acknowledged if self._changed else (), read)
        if not noted:
            return False
        # Whether an answer past its shelf life reassures may hang on any other.
        if case.assessment.aged or is_aged(self.protocol, key, answer, case.as_of):
            return True
        return not noted.isdisjoint(_moves(self.protocol)[key])

    def _something_left(self, case: Case) -> bool:
        """Whether something is left to ask for certain, or it no longer matters whether there is."""
        if case.reviewed:
            return True
        if self._left is None or self._left in self._answers or self._left in case.postponed:
            self._left = next(
                (key for key in _always_asked(self.protocol) if key not in self._answers and key not in case.postponed),
                None,
            )
        return self._left is not None


@lru_cache(maxsize=8)
def _always_asked(protocol: Protocol) -> tuple[str, ...]:
    """Return the questions without a condition, those asked last first."""
    return tuple(key for key in reversed(network(protocol).ask_order) if protocol.questions[key].when is None)


@lru_cache(maxsize=8)
def _moves(protocol: Protocol) -> dict[str, frozenset[str]]:
    """Return by question the red flags that an answer to it can move: what is reached when it is evaluated again."""
    net = network(protocol)
    reached: list[frozenset[str]] = [frozenset()] * len(net.names)
    for position in reversed(range(len(net.names))):  # what depends on a position stands after it
        kind, name = net.names[position]
        own = {name} if kind == "flag" else set()
        reached[position] = frozenset(own.union(*(reached[each] for each in net.dependents[position])))
    return {
        key: reached[position].union(*(reached[net.questions[each]] for each in net.substitutes.get(key, ())))
        for key, position in net.questions.items()
    }
