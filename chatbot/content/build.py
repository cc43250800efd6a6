"""Bundle to protocol: the one way a ``core.protocol.Protocol`` comes to be.

Reads the canonical bundle alone, so that a case resumes under the content it was made with, whatever
stands on disk by now. Needs neither YAML nor pydantic. One builder of one value, so it stays one module past 400 lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from chatbot.content.build_instruments import Instruments
from chatbot.content.build_topics import asks, topic
from chatbot.core import protocol as p
from chatbot.core.condition import Condition
from chatbot.core.resolve import GroupShape, Shape, Symbols, calculation, condition
from chatbot.core.terms import NumberShape, TableShape
from chatbot.core.tree import Constant, Measured
from chatbot.core.values import Source, Urgency, parse_duration

Data = Mapping[str, Any]


def instances(group: Data) -> range:
    """Return the numbers of the rows a group may have."""
    return range(1, int(group["most"]) + 1)


def question_key(group: str, row: int, field: str) -> str:
    """Return the key of a field in one row: ``operations[2].procedure``."""
    return f"{group}[{row}].{field}"


def is_group(entry: Data) -> bool:
    """Whether an entry of a section is a repeated group."""
    return bool(entry["type"] == "group")


def is_instrument(entry: Data) -> bool:
    """Whether an entry of a section asks an instrument."""
    return bool(entry["type"] == "instrument")


# --- names a condition may use --------------------------------------------------------------------


def symbols_of(bundle: Data) -> Symbols:
    """Return every name a condition of this bundle may use."""
    questions: dict[str, Shape] = {}
    groups: dict[str, GroupShape] = {}
    instruments = Instruments(bundle)
    for section in bundle["sections"]:
        for entry in section["questions"]:
            if is_instrument(entry):
                questions[entry["id"]] = instruments.shape(entry)
                continue
            if not is_group(entry):
                questions[entry["id"]] = _shape(entry)
                continue
            fields = tuple(field["id"] for field in entry["fields"])
            groups[entry["id"]] = GroupShape(entry["count"], int(entry["most"]), fields)
            for row in instances(entry):
                for field in entry["fields"]:
                    questions[question_key(entry["id"], row, field["id"])] = _shape(field)
    findings = bundle["findings"]
    return Symbols(
        questions,
        frozenset(name for name, each in findings.items() if "number" not in each) | instruments.truths(),
        groups,
        numbers={name: number_shape(each) for name, each in findings.items() if "number" in each}
        | instruments.numbers(),
        tables={name: _table(each) for name, each in bundle.get("tables", {}).items()},
        regions=tuple(bundle.get("regions", ())),
    )


def number_shape(entry: Data) -> NumberShape:
    """Return what a number finding declares: unit, bounds, decimals."""
    return NumberShape(
        unit=entry.get("unit"),
        minimum=Decimal(entry["range"]["min"]),
        maximum=Decimal(entry["range"]["max"]),
        decimals=int(entry.get("round", "1")),
        empirical=entry.get("empirical", False),
    )


def _table(entry: Data) -> TableShape:
    limits = entry.get("range", {})
    return TableShape(
        values=tuple((option, _decimal(value)) for option, value in entry.get("values", {}).items()),
        bands=tuple((_decimal(band.get("below")), _decimal(band["value"])) for band in entry.get("bands", ())),
        unit=entry.get("unit"),
        key_unit=entry.get("key_unit"),
        minimum=_decimal(limits.get("min")),
        maximum=_decimal(limits.get("max")),
    )


def _shape(entry: Data) -> Shape:
    limits = entry.get("range", {})
    options = entry.get("options", ())
    return Shape(
        type=entry["type"],
        options=("yes", "no") if entry["type"] == "yes_no" else tuple(option["id"] for option in options),
        unit=entry.get("unit"),
        minimum=_decimal(limits.get("min")),
        maximum=_decimal(limits.get("max")),
        rows=tuple(axis["id"] for axis in entry.get("rows", ())),
        columns=tuple(axis["id"] for axis in entry.get("columns", ())),
        grades=tuple((option["id"], Decimal(option["grade"])) for option in options if "grade" in option),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


# --- the protocol ---------------------------------------------------------------------------------


class Conditions:
    """Conditions that were made before, by text, as long as the names they may use stay as they are."""

    def __init__(self) -> None:
        self.symbols: Symbols | None = None
        self.known: dict[tuple[str, str | None], Condition] = {}
        """By text and the row it stands in."""

    def under(self, symbols: Symbols) -> dict[tuple[str, str | None], Condition]:
        """Return what was made under these names; nothing once one of them has changed."""
        if symbols != self.symbols:
            self.symbols, self.known = symbols, {}
        return self.known


def build_protocol(
    bundle: Data, canonical: str, digest: str, *, lenient: bool = False, conditions: Conditions | None = None
) -> p.Protocol:
    """Build a protocol from a checked bundle.

    With *lenient*, a condition that does not resolve never holds, so that checks can look at the rest.
    *conditions* are taken from where their text was resolved before, and added to it.

    Raises: KeyError, ValueError or ConditionSyntaxError for a bundle no check has passed.
    """
    return _Builder(bundle, lenient, conditions or Conditions()).protocol(canonical, digest)


class _Builder:
    def __init__(self, bundle: Data, lenient: bool, conditions: Conditions) -> None:
        self.bundle, self.lenient = bundle, lenient
        self.symbols = symbols_of(bundle)
        self.known = conditions.under(self.symbols)
        self.questions: dict[str, p.Question] = {}
        self.groups: dict[str, p.Group] = {}
        self.instruments = Instruments(bundle)

    def protocol(self, canonical: str, digest: str) -> p.Protocol:
        bundle = self.bundle
        sections = {each["id"]: self.section(each) for each in bundle["sections"]}
        return p.Protocol(
            id=bundle["id"],
            version=bundle["version"],
            language=bundle.get("language", p.Protocol.language),
            digest=digest,
            title=words(bundle["title"]),
            intended_use=words(bundle["intended_use"]),
            disclaimer=words(bundle["disclaimer"]),
            content_status=bundle["content_status"],
            last_updated=bundle["last_updated"],
            editorial_policy=words(bundle["editorial_policy"]),
            scope=self.scope(bundle["scope"]),
            sections=sections,
            questions=self.questions,
            groups=self.groups,
            findings=self.scores() | {name: self.finding(name, each) for name, each in bundle["findings"].items()},
            red_flags={each["id"]: self.red_flag(each) for each in bundle["red_flags"]},
            guards={
                name: p.Guard(name, words(each["title"]), self.condition(each["when"]), _neutral(each))
                for name, each in bundle["guards"].items()
            },
            rules={each["id"]: self.rule(each) for each in bundle["rules"]},
            hypotheses={each["id"]: self.hypothesis(each) for each in bundle["hypotheses"]},
            conflicts={each["id"]: _conflict(each) for each in bundle["conflicts"]},
            references={name: _reference(name, each) for name, each in bundle["references"].items()},
            timeline=tuple(
                p.Period(each["id"], words(each["label"]), each["from_day"], each["to_day"])
                for each in bundle["timeline"]
            ),
            safety_net=tuple(
                p.SafetyNet(each["id"], words(each["title"]), tuple(map(words, each["items"])), cites(each))
                for each in bundle.get("safety_net", ())
            ),
            reassurance=tuple(map(words, bundle.get("reassurance", ()))),
            handover=tuple(
                p.HandoverPart(
                    each["id"], words(each["title"]), _maybe(each, "intro"), tuple(each.get("questions", ()))
                )
                for each in bundle.get("handover", ())
            ),
            labels={
                f"{group}.{name}": words(label)
                for group, labels in bundle["labels"].items()
                for name, label in labels.items()
            },
            recheck=tuple(
                p.RecheckBlock(each["id"], words(each["ask"]), self.keys(each["questions"]))
                for each in bundle.get("recheck", ())
            ),
            refusal=tuple(
                p.Statement(
                    each["id"],
                    words(each["ask"]),
                    each["type"],
                    _maybe(each, "consequence"),
                    each.get("blocks", False),
                )
                for each in bundle.get("refusal", ())
            ),
            emergency=_emergency(bundle),
            actions=frozenset(bundle["actions"]),
            audiences={each["id"]: self.audience(each) for each in bundle.get("audiences", ())},
            site={name: words(each["label"]) for name, each in bundle.get("site", {}).items()},
            regions={name: words(each) for name, each in bundle.get("regions", {}).items()},
            canonical=canonical,
            topics={each["id"]: topic(each) for each in bundle.get("topics", ())},
            asks=asks(bundle["asks"]) if "asks" in bundle else None,
            instruments={
                data["instrument"]: self.instruments.instrument(question)
                for question, data in self.instruments.by_question.items()
            },
        )

    def condition(self, text: str, row_of: str | None = None) -> Condition:
        if (text, row_of) in self.known:
            return self.known[text, row_of]
        symbols = self.symbols
        if row_of is not None:
            symbols = replace(symbols, row_of=row_of)
        try:
            self.known[text, row_of] = found = condition(text, symbols)
            return found
        except ValueError:
            if not self.lenient:
                raise
            return Condition(text, Constant(False))

    def scope(self, data: Data) -> p.Scope:
        return p.Scope(
            self.condition(data["when"]),
            words(data["in_scope"]),
            words(data["out_of_scope"]),
            words(data["unsettled"]),
        )

    def keys(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return question keys; the name of a group stands for every field of every row."""
        return tuple(
            key
            for name in names
            for key in (
                [key for key, question in self.questions.items() if question.group == name]
                if name in self.groups
                else [name]
            )
        )

    # --- questions ---

    def section(self, data: Data) -> p.Section:
        keys: list[str] = []
        for entry in data["questions"]:
            if is_group(entry):
                keys += self.group(entry, data["id"])
            elif is_instrument(entry):
                keys += self.instrument(entry, data["id"])
            else:
                self.questions[entry["id"]] = self.question(entry, entry["id"], data["id"])
                keys.append(entry["id"])
        stage = p.Stage(data["stage"])
        blocks = tuple(
            p.QuestionBlock(each["id"], words(each["ask"]), tuple(each["questions"])) for each in data.get("blocks", ())
        )
        return p.Section(data["id"], words(data["title"]), stage, tuple(keys), _maybe(data, "intro"), blocks)

    def instrument(self, data: Data, section: str) -> list[str]:
        """Make the question of an instrument; none for one that is not known, which a check has said."""
        key = data["id"]
        if key not in self.instruments.by_question:
            return []
        question = self.question({**data, **self.instruments.question_parts(data)}, key, section)
        self.questions[key] = replace(question, rows=self.instruments.items(data), instrument=data["instrument"])
        return [key]

    def group(self, data: Data, section: str) -> list[str]:
        fields = tuple(field["id"] for field in data["fields"])
        name = data["id"]
        self.groups[name] = p.Group(name, words(data["title"]), data["count"], int(data["most"]), fields)
        keys = []
        for row in instances(data):
            for field in data["fields"]:
                key = question_key(name, row, field["id"])
                self.questions[key] = self.question(field, key, section, group=name, row=row, count=data["count"])
                keys.append(key)
        return keys

    def question(
        self, data: Data, key: str, section: str, *, group: str | None = None, row: int = 0, count: str = ""
    ) -> p.Question:
        limits = data.get("range", {})
        options = self.options(data)
        return p.Question(
            id=key,
            section=section,
            type=p.QuestionType(data["type"]),
            ask=_numbered(words(data["ask"]), row),
            why=_numbered(words(data["why"]), row),
            report=_numbered(words(data["report"]), row) if "report" in data else None,
            cites=cites(data),
            options=options,
            rows=tuple(p.Axis(axis["id"], words(axis["label"])) for axis in data.get("rows", ())),
            columns=tuple(
                p.Axis(
                    axis["id"],
                    words(axis["label"]),
                    tuple(each for each in options if each.id in axis.get("options", ())),
                )
                for axis in data.get("columns", ())
            ),
            normal=data.get("normal"),
            figure=_figure(data["figure"]) if "figure" in data else None,
            quick=tuple(
                p.QuickDate(each["id"], words(each["label"]), each.get("oldest"), each["newest"])
                for each in data.get("quick", ())
            ),
            unit=data.get("unit"),
            minimum=_decimal(limits.get("min")),
            maximum=_decimal(limits.get("max")),
            soft_minimum=_decimal(limits.get("soft_min")),
            soft_maximum=_decimal(limits.get("soft_max")),
            when=self.applicability(data.get("when"), group, row, count),
            valid_for=None if "valid_for" not in data else int(parse_duration(data["valid_for"]).total_seconds() // 60),
            carry=data.get("carry"),
            private=data.get("private", False),
            source=Source(data.get("source", "patient")),
            cannot_apply=tuple(
                p.CannotApply(each["id"], words(each["label"]), tuple(each.get("substitute", ())))
                for each in data.get("cannot_apply", ())
            ),
            group=group,
            row=row,
            words=tuple(data.get("words", ())),
        )

    def options(self, data: Data) -> tuple[p.Option, ...]:
        if data["type"] == "yes_no":
            labels = self.bundle["labels"].get("option", {})
            plain = {name: {"clinician": name, "patient": name} for name in ("yes", "no")}
            return tuple(p.Option(name, words(labels.get(name, plain[name]))) for name in plain)
        return tuple(
            p.Option(
                each["id"],
                words(each["label"]),
                each.get("exclusive", False),
                _decimal(each.get("grade")),
                tuple(each.get("synonyms", ())),
            )
            for each in data.get("options", ())
        )

    def applicability(self, text: str | None, group: str | None, row: int, count: str) -> Condition | None:
        """A row of a group applies when the count says there are that many, and its own condition holds."""
        if group is None:
            return None if text is None else self.condition(text)
        exists = f"{count} >= {row}"
        return self.condition(exists if text is None else f"{exists} and ({text})", f"{group}[{row}]")

    # --- what is derived ---

    def scores(self) -> dict[str, p.Finding]:
        """Return what instruments add to the findings: each score, and each band of it."""
        found: dict[str, p.Finding] = {}
        for question in self.instruments.by_question:
            instrument, number = self.instruments.instrument(question), self.instruments.calculation(question)
            known = Condition(number.text, Measured(number.term))
            found[instrument.score] = p.Finding(instrument.score, instrument.title, known, number, instrument.cites)
            bands = {band.id: band for band in instrument.bands}
            for name, text in self.instruments.band_texts(question):
                key = f"{question}.{name}"
                found[key] = p.Finding(key, bands[name].title, self.condition(text), cites=bands[name].cites)
        return found

    def finding(self, name: str, data: Data) -> p.Finding:
        if "number" not in data:
            return p.Finding(name, words(data["title"]), self.condition(data["when"]), cites=cites(data))
        try:
            number = calculation(data["number"], self.symbols, number_shape(data))
        except ValueError:
            if not self.lenient:
                raise
            return p.Finding(name, words(data["title"]), Condition(data["number"], Constant(False)))
        known = Condition(data["number"], Measured(number.term))
        return p.Finding(name, words(data["title"]), known, number, cites(data))

    def red_flag(self, data: Data) -> p.RedFlag:
        urgency = Urgency(data["urgency"])
        if_unknown = data.get("if_unknown", "none" if urgency is Urgency.URGENT else Urgency.SAME_DAY.value)
        return p.RedFlag(
            id=data["id"],
            title=words(data["title"]),
            urgency=urgency,
            when=self.condition(data["when"]),
            unless=self.condition(data["unless"]) if "unless" in data else None,
            if_unknown=None if if_unknown == "none" else Urgency(if_unknown),
            cites=cites(data),
            tell=_maybe(data, "tell"),
            neutral=_neutral(data),
            unsettles=data.get("unsettles", False),
            emergency=_emergency(data),
        )

    def rule(self, data: Data) -> p.Rule:
        return p.Rule(
            id=data["id"],
            kind=p.RuleKind(data["kind"]),
            category=data["category"],
            when=self.condition(data["when"]) if "when" in data else None,
            guards=tuple(
                p.RuleGuard(each["guard"], _maybe(each, "instead"), _maybe(each, "neutral"))
                for each in data.get("guards", ())
            ),
            answers=data.get("answers"),
            within=data["within"],
            verb=data["verb"],
            actions=tuple(data.get("actions", ())),
            title=words(data["title"]),
            text=words(data["text"]),
            strength=data["strength"],
            certainty=data["certainty"],
            cites=cites(data),
            applicability=data["applicability"],
            jurisdiction=data["jurisdiction"],
            topic=data["topic"],
            review_status=data["review_status"],
            reviewed=data.get("reviewed"),
            review_due=data["review_due"],
            origin=data["origin"],
            verification=data["verification"],
            neutral=_neutral(data),
            regions=tuple(data.get("regions", ())),
        )

    def audience(self, data: Data) -> p.Audience:
        may_know = self.condition(data["may_know"]) if "may_know" in data else None
        return p.Audience(
            data["id"], words(data["title"]), may_know, data.get("always", False), data.get("wording", "clinician")
        )

    def hypothesis(self, data: Data) -> p.Hypothesis:
        clues = [
            tuple(p.Clue(words(each["text"]), self.condition(each["when"])) for each in data.get(side, ()))
            for side in ("for", "against")
        ]
        return p.Hypothesis(
            data["id"], words(data["title"]), clues[0], clues[1], words(data["decided_by"]), cites(data)
        )


def _conflict(data: Data) -> p.Conflict:
    return p.Conflict(
        id=data["id"],
        question=words(data["question"]),
        sides=tuple(p.Side(words(side["text"]), cites(side)) for side in data["sides"]),
        rules=tuple(data["rules"]),
        default=words(data["default"]),
    )


def _reference(name: str, data: Data) -> p.Reference:
    return p.Reference(
        id=name,
        citation=data["citation"],
        type=data["type"],
        jurisdiction=data["jurisdiction"],
        year=int(data["year"]),
        applicability=data["applicability"],
        topics=tuple(data["topics"]),
        identifier=data.get("identifier", ""),
        verified=data["verified"],
        verified_note=data["verified_note"],
        superseded=data.get("superseded", ""),
    )


def words(data: Data) -> p.Wording:
    """Return a text in both registers."""
    return p.Wording(data["clinician"], data["patient"])


def _maybe(data: Data, key: str) -> p.Wording | None:
    return words(data[key]) if key in data else None


def _neutral(data: Data) -> p.Neutral | None:
    if "neutral" not in data:
        return None
    neutral = data["neutral"]
    return p.Neutral(words(neutral["title"]), _maybe(neutral, "text"), _maybe(neutral, "tell"), cites(neutral))


def _emergency(data: Data) -> p.Emergency | None:
    if "emergency" not in data:
        return None
    emergency = data["emergency"]
    said = [tuple(map(words, emergency.get(part, ()))) for part in ("call", "ready", "explain")]
    call, ready, explain = said
    return p.Emergency(call, ready, explain, tuple(emergency.get("then_ask", ())), cites(emergency))


def _figure(data: Data) -> p.Figure:
    sides = tuple(p.FigureSide(words(side["title"]), tuple(side["drawing"].split("\n"))) for side in data["sides"])
    return p.Figure(sides, tuple(data["places"].items()))


def _numbered(wording: p.Wording, row: int) -> p.Wording:
    if not row:
        return wording
    return p.Wording(wording.clinician.replace("{n}", str(row)), wording.patient.replace("{n}", str(row)))


def cites(data: Data) -> tuple[p.Citation, ...]:
    """Return the citations of an entry."""
    return tuple(p.Citation(each["reference"], each.get("locator", "")) for each in data.get("cites", ()))
