"""Properties and contraindications of a package: read, bound to the protocol, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from chatbot.content.checks.conditions import CODE_OF_KIND, HINT_OF_CODE
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.package import File
from chatbot.content.property_schema import (
    SETS_OF_ANSWERS,
    SETS_OF_QUESTIONS,
    ActionRisksModel,
    ContraindicationModel,
    ContraindicationsModel,
    ForEachModel,
    IndependentModel,
    PropertiesModel,
    PropertyModel,
    RaisesOnlyModel,
)
from chatbot.content.source import at
from chatbot.core.harmless import harmless
from chatbot.core.property_outcomes import outcomes_by_word
from chatbot.core.property_text import negated, resolve_property
from chatbot.core.property_tree import (
    ActionIs,
    AllOf,
    Change,
    Claim,
    Holds,
    Implies,
    IndependentOf,
    MoreFlags,
    NotExcluded,
    NotSo,
    Property,
    PropertyNode,
    RaisesOnly,
)
from chatbot.core.protocol import Protocol, QuestionType, Wording
from chatbot.core.resolve import Symbols, near_miss
from chatbot.core.syntax import ConditionSyntaxError, parse
from chatbot.core.tree import Includes, InState, Node, Not, OneOf

PROPERTIES, CONTRAINDICATIONS, BACKUPS = "properties", "contraindications", "backups"

CODES = {**CODE_OF_KIND, "plan_name": "P501", "plan_word": "P502"}

Path = tuple[str | int, ...]


def flag_of_backup(key: str) -> str:
    """Return the red flag a declared backup is about: ``flag``, or ``flag: what is other`` of one that does less."""
    return key.partition(" ")[0].rstrip(":")


@dataclass
class Binder:
    """Binds the texts of one protocol; what is wrong stands in ``found``."""

    protocol: Protocol
    symbols: Symbols
    found: list[Diagnostic] = field(default_factory=list)

    @cached_property
    def _outcomes(self) -> Mapping[str, tuple[PropertyNode, ...]]:
        return outcomes_by_word(self.protocol)

    # --- properties ---

    def properties(self, file: File[PropertiesModel]) -> Iterator[Property]:
        """Yield the properties of a file; one that is about each red flag gives one for each."""
        for name, model in file.model.properties.items():
            path: Path = (PROPERTIES, name)
            for this in [None] if model.for_each is None else self._flags(model.for_each):
                claim = self._claim(file, path, model, this)
                if claim is not None:
                    title = Wording(model.title.clinician, model.title.patient)
                    own = name if this is None else f"{name}[{this}]"
                    yield Property(own, title, model.states, model.origin, model.kind, claim)

    def backups(self, file: File[PropertiesModel]) -> None:
        """Look whether the red flags declared as backups of others exist."""
        for key in file.model.backups:
            name = flag_of_backup(key)
            if name not in self.protocol.red_flags:
                mark = at(file.root, (BACKUPS, key), key=True)
                hint = near_miss(name, self.protocol.red_flags) or "name a red flag of red_flags.yaml"
                self.found.append(mark.diagnostic("P206", f"no red flag is called {name!r}", hint))

    def _flags(self, each: ForEachModel) -> list[str]:
        return [
            name
            for name, flag in self.protocol.red_flags.items()
            if (not each.urgency or flag.urgency in each.urgency)
            and each.urgency_if_unknown in (None, flag.if_unknown is not None)
        ]

    def _claim(self, file: File[PropertiesModel], path: Path, model: PropertyModel, this: str | None) -> Claim | None:
        if model.raises_only is not None:
            return self._raises_only(file, (*path, "raises_only"), model.raises_only)
        if model.independent_of is not None:
            return self._independent(file, (*path, "independent_of"), model.independent_of)
        before = len(self.found)
        premises = [self._tree(file, (*path, "when"), model.when, this)] if model.when is not None else []
        if model.while_not_excluded is not None:
            possible = self._tree(file, (*path, "while_not_excluded"), model.while_not_excluded, this)
            if possible is not None and not isinstance(possible, Holds):
                mark = at(file.root, (*path, "while_not_excluded"))
                message = "only answers and findings can be excluded"
                self.found.append(mark.diagnostic("P502", message, "write it under 'when:'"))
            elif possible is not None:
                premises.append(NotExcluded(possible.condition))
        part = "always" if model.then is None else "then"
        conclusion = self._tree(file, (*path, part), getattr(model, part), this)
        if len(self.found) > before or conclusion is None:
            return None
        known = [each for each in premises if each is not None]
        return Implies(_all(*known) if known else None, conclusion)

    def _tree(self, file: File[Any], path: Path, text: str, this: str | None = None) -> PropertyNode | None:
        def report(code: str, message: str, start: int, end: int, hint: str) -> None:
            mark = at(file.root, path).within(text, start, end)
            diagnostic = mark.diagnostic(code, message, hint or HINT_OF_CODE.get(code, "docs/proof.md"))
            if diagnostic not in self.found:
                self.found.append(diagnostic)

        try:
            tree = parse(text)
        except ConditionSyntaxError as error:
            report("P120", error.message, error.start, error.end, error.hint)
            return None
        node, problems = resolve_property(tree, self.symbols, self.protocol, this)
        for each in problems:
            report(CODES[each.kind], each.message, each.start, each.end, each.hint)
        return node

    # --- two interviews ---

    def _raises_only(self, file: File[PropertiesModel], path: Path, model: RaisesOnlyModel) -> Claim | None:
        if model.red_flags is not None:
            flags = self._listed(file, (*path, "red_flags"), model.red_flags, self.protocol.red_flags, ("every",))
            if flags is None:
                return None
            return MoreFlags(tuple(self.protocol.red_flags if flags == ["every"] else flags))
        assert model.questions is not None and model.from_ is not None and model.to is not None
        keys = self._questions(file, (*path, "questions"), model.questions)
        changes = []
        for key in keys or ():
            before = self._answers(file, (*path, "from"), model.from_, key)
            after = self._answers(file, (*path, "to"), model.to, key)
            if before is None or after is None:
                return None
            changes.append(Change(key, before, after))
        return RaisesOnly(tuple(changes)) if keys else None

    def _answers(self, file: File[PropertiesModel], path: Path, words: Sequence[str], key: str) -> Node | None:
        """Return the condition that the answer of a question is among those named."""
        question = self.protocol.questions[key]
        if len(words) == 1 and words[0] in SETS_OF_ANSWERS:
            known = InState(key, "known")
            return {"harmless": harmless(self.protocol, key), "a_value": known, "no_value": Not(known)}[words[0]]
        options = [option.id for option in question.options]
        if question.type not in {QuestionType.YES_NO, QuestionType.CHOICE, QuestionType.SEVERAL}:
            options = []
        if self._listed(file, path, words, options, SETS_OF_ANSWERS, "P202") is None:
            return None
        chosen = frozenset(words)
        return Includes(key, chosen, False) if question.type is QuestionType.SEVERAL else OneOf(key, chosen)

    def _questions(self, file: File[PropertiesModel], path: Path, words: Sequence[str]) -> list[str] | None:
        """Return question keys; of a field of a group all rows."""
        fields = {
            f"{name}.{inner}": [f"{name}[{row}].{inner}" for row in range(1, group.most + 1)]
            for name, group in self.protocol.groups.items()
            for inner in group.fields
        }
        plain = {key: [key] for key in self.protocol.questions if "[" not in key}
        known = {**plain, **fields}
        if self._listed(file, path, words, known, SETS_OF_QUESTIONS, "P210") is None:
            return None
        if list(words) == ["every"]:
            return list(self.protocol.questions)
        if list(words) == ["safety_screen"]:
            return [key for key in self.protocol.questions if key in self.protocol.safety_questions]
        return [key for word in words for key in known[word]]

    def _independent(self, file: File[PropertiesModel], path: Path, model: IndependentModel) -> Claim | None:
        keys = self._questions(file, (*path, "questions"), model.questions)
        outcomes: list[PropertyNode] = []
        sets = self._outcomes
        if self._listed(file, (*path, "outcomes"), model.outcomes, sets, (), "P501") is None or keys is None:
            return None
        for word in model.outcomes:
            outcomes += sets[word]
        return IndependentOf(tuple(keys), tuple(dict.fromkeys(outcomes)))

    def _listed(
        self,
        file: File[PropertiesModel],
        path: Path,
        words: Sequence[str],
        known: Iterable[str],
        sets: Iterable[str],
        code: str = "P206",
    ) -> list[str] | None:
        """Return the words of a list where all are known, or one of the names of sets alone."""
        known, sets = set(known), set(sets)
        if len(words) == 1 and words[0] in sets:
            return list(words)
        before = len(self.found)
        for index, word in enumerate(words):
            if word not in known:
                mark = at(file.root, (*path, index))
                hint = near_miss(word, known | sets) or "docs/proof.md says what stands here"
                diagnostic = mark.diagnostic(code, f"{word!r} is not among what may stand here", hint)
                if diagnostic not in self.found:
                    self.found.append(diagnostic)
        return list(words) if len(self.found) == before else None

    # --- contraindications ---

    def contraindications(self, file: File[ContraindicationsModel]) -> Iterator[Property]:
        """Yield two properties of each entry: what follows where it is known, and where it cannot be excluded."""
        for action, risks in file.model.contraindications.items():
            if action not in self.protocol.actions:
                mark = at(file.root, (CONTRAINDICATIONS, action), key=True)
                hint = near_miss(action, self.protocol.actions) or "name an action of protocol.yaml"
                self.found.append(mark.diagnostic("P212", f"no action is called {action!r}", hint))
                continue
            if not self._is_offered(action):
                mark = at(file.root, (CONTRAINDICATIONS, action), key=True)
                message = f"no rule offers {action!r}, so nothing can be against it"
                self.found.append(mark.diagnostic("P503", message, "take it out, or correct the action"))
                continue
            for name, entry in risks.against.items():
                yield from self._contraindication(file, action, name, risks, entry)

    def _is_offered(self, action: str) -> bool:
        return any(action in rule.actions and rule.kind != "avoid" for rule in self.protocol.rules.values())

    def _contraindication(
        self,
        file: File[ContraindicationsModel],
        action: str,
        name: str,
        risks: ActionRisksModel,
        entry: ContraindicationModel,
    ) -> Iterator[Property]:
        path: Path = (CONTRAINDICATIONS, action, "against", name, "when")
        risk = self._tree(file, path, entry.when)
        if risk is None:
            return
        if not isinstance(risk, Holds):
            message = "a contraindication is a condition on answers and findings"
            self.found.append(at(file.root, path).diagnostic("P502", message, "leave out what the plan says"))
            return
        spared: tuple[PropertyNode, ...] = ()
        if entry.unless is not None:
            unless = self._tree(file, (*path[:-1], "unless"), entry.unless)
            if unless is None:
                return
            spared = (negated(unless),)
        title, kind = Wording(risks.title.clinician, risks.title.patient), "contraindication"
        level = "offered" if entry.at_most == "never" else "recommended"
        own = f"{action}: {name}"
        barred = Implies(_all(risk, *spared), NotSo(ActionIs(action, level)))
        yield Property(own, title, entry.states, entry.origin, kind, barred)
        if entry.if_unknown == "check_first":
            checked = Implies(_all(NotExcluded(risk.condition), *spared), NotSo(ActionIs(action, "recommended")))
            yield Property(f"{own} (not excluded)", title, entry.states, entry.origin, kind, checked)


def _all(*items: PropertyNode) -> PropertyNode:
    return items[0] if len(items) == 1 else AllOf(items)


def bound(
    files: Mapping[str, File[Any]], protocol: Protocol, symbols: Symbols
) -> tuple[list[Property], list[Diagnostic]]:
    """Return the properties of a protocol's files by stem, and what is wrong with them."""
    binder = Binder(protocol, symbols)
    found: list[Property] = []
    if PROPERTIES in files:
        found += binder.properties(files[PROPERTIES])
        binder.backups(files[PROPERTIES])
    if CONTRAINDICATIONS in files:
        found += binder.contraindications(files[CONTRAINDICATIONS])
    return found, binder.found
