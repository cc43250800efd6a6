"""One protocol folder, read file by file into models; what is wrong with the files themselves.

Entries that do not fit are left out and remembered as *broken*, so that one mistake is reported once and
everything else is still checked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from chatbot.content import instrument_schema, language_schema, practice_schema, schema, vignette_schema
from chatbot.content.diagnostics import Diagnostic
from chatbot.content.models import SINGLE_FILES, models
from chatbot.content.source import Mapping, Node, at, parse, plain, read
from chatbot.core.protocol import CATEGORIES
from chatbot.core.resolve import near_miss

Model = TypeVar("Model", bound=BaseModel)
T = TypeVar("T")

MANIFEST = "protocol.yaml"

LANGUAGES = "languages"
"""The folder of translations."""

PRACTICE, VOICES = "practice.yaml", "voices.yaml"
"""How the protocol is practised, and how simulated patients speak."""

CONTAINERS = {"origin": "recommendations", "approvals": "", "withdrawals": "", "prevalence": "", "traceability": ""}
"""The container where it is not called as its file; empty for a list, of which no entry can be left out."""


@dataclass(frozen=True, slots=True)
class File(Generic[T]):
    """One content file that was read."""

    path: str
    root: Node
    model: T


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of reading one file; the same bytes always give the same."""

    data: bytes | None
    """None: it could not be read."""
    file: File[Any] | None
    """None: nothing of it can be used."""
    found: tuple[Diagnostic, ...]
    broken: frozenset[str]
    """Ids of entries that do not fit."""


Key = tuple[str, type[BaseModel]]


@dataclass
class Package:
    """Everything one protocol folder holds, as far as it could be read."""

    folder: Path
    shown: str
    """The folder as the author names it."""
    found: list[Diagnostic] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Ids of entries that stand in a file but do not fit."""
    whole: bool = True
    """False when a file could not be read at all: names it would define are not known."""
    manifest: File[schema.ManifestModel] | None = None
    sections: list[File[schema.SectionModel]] = field(default_factory=list)
    single: dict[str, File[Any]] = field(default_factory=dict)
    """By stem: findings, tables, red_flags … origin, audiences, topics; beside them words, ids, alarm_tables …"""
    rules: list[File[schema.RulesModel]] = field(default_factory=list)
    instruments: dict[str, File[instrument_schema.InstrumentModel]] = field(default_factory=dict)
    """By id."""
    vignettes: list[File[vignette_schema.VignetteModel]] = field(default_factory=list)
    cases: list[File[vignette_schema.CasesModel]] = field(default_factory=list)
    """Read with the vignettes, and outside the digest like them."""
    practice: File[practice_schema.PracticeFileModel] | None = None
    voices: File[practice_schema.VoicesModel] | None = None
    """Both are read with the vignettes, and stand outside the digest."""
    languages: list[File[language_schema.LanguageModel]] = field(default_factory=list)
    """Further languages, by tag; outside the digest."""
    memory: dict[Key, Loaded] = field(default_factory=dict)
    """Files that were read before, by path and shape, with their bytes."""

    def entries(self, stem: str) -> dict[str, Any]:
        """Return the entries of a single file by id; empty when it has none."""
        file = self.single.get(stem)
        return {} if file is None else getattr(file.model, CONTAINERS.get(stem, stem))

    def all_rules(self) -> Iterator[tuple[File[schema.RulesModel], str, schema.RuleModel]]:
        """Yield (file, id, rule) in the order of the plan."""
        for file in self.rules:
            for name, rule in file.model.rules.items():
                yield file, name, rule

    def all_questions(
        self,
    ) -> Iterator[tuple[File[schema.SectionModel], tuple[str, ...], str, schema.QuestionModel | schema.GroupModel]]:
        """Yield (file, path, id, question or group) in the order of the protocol."""
        for file in self.sections:
            for name, question in file.model.questions.items():
                yield file, ("questions", name), name, question


def read_package(
    folder: Path, shown: str, *, vignettes: bool = True, memory: dict[Key, Loaded] | None = None
) -> Package:
    """Read every file of a protocol folder.

    With *memory* a file is read into its model only when its bytes changed since; it is kept up to date here.
    """
    package = Package(folder, shown, memory={} if memory is None else memory)
    manifest = _load(package, folder / MANIFEST, schema.ManifestModel, "")
    package.manifest = manifest
    names = manifest.model.sections if manifest is not None else _stems(folder / "sections")
    for name in names:
        section = _load(package, folder / "sections" / f"{name}.yaml", schema.SectionModel, "questions")
        if section is not None:
            _same_name(package, section, "section", section.model.section, name)
            package.sections.append(section)
    for stem, model in SINGLE_FILES.items():
        path = folder / f"{stem}.yaml"
        if path.exists() or stem in {"references", "red_flags"}:
            single = _load(package, path, model, CONTAINERS.get(stem, stem))
            if single is not None:
                package.single[stem] = single
    for name in _stems(folder / "rules"):
        rules = _load(package, folder / "rules" / f"{name}.yaml", schema.RulesModel, "rules")
        if rules is not None:
            _same_name(package, rules, "category", rules.model.category, name)
            package.rules.append(rules)
    package.rules.sort(key=lambda file: CATEGORIES.index(file.model.category))
    for name in _stems(folder / "instruments"):
        path = folder / "instruments" / f"{name}.yaml"
        instrument = _load(package, path, instrument_schema.InstrumentModel, "")
        if instrument is not None:
            _same_name(package, instrument, "instrument", instrument.model.instrument, name)
            package.instruments[name] = instrument
    if vignettes:
        _read_vignettes(package)
        for name in _stems(folder / LANGUAGES):
            read_language(package, name)
    _unused_files(package, names)
    return package


def read_language(package: Package, tag: str) -> File[language_schema.LanguageModel] | None:
    """Read one further language into a package; None when its file cannot be used."""
    path = package.folder / LANGUAGES / f"{tag}.yaml"
    language = _load(package, path, language_schema.LanguageModel, "texts")
    if language is not None:
        _same_name(package, language, "language", language.model.language, tag)
        package.languages.append(language)
    return language


def _read_vignettes(package: Package) -> None:
    for name in _stems(package.folder / "vignettes"):
        path = package.folder / "vignettes" / f"{name}.yaml"
        vignette = _load(package, path, vignette_schema.VignetteModel, "")
        if vignette is not None:
            _same_name(package, vignette, "vignette", vignette.model.vignette, name)
            package.vignettes.append(vignette)
    for name in _stems(package.folder / "cases"):
        cases = _load(package, package.folder / "cases" / f"{name}.yaml", vignette_schema.CasesModel, "cases")
        if cases is not None:
            package.cases.append(cases)
    if (package.folder / PRACTICE).exists():
        package.practice = _load(package, package.folder / PRACTICE, practice_schema.PracticeFileModel, "")
    if (package.folder / VOICES).exists():
        package.voices = _load(package, package.folder / VOICES, practice_schema.VoicesModel, VOICES[:-5])


def read_beside(path: Path, shown: str, model: type[Model]) -> tuple[File[Model] | None, list[Diagnostic]]:
    """Read one file that stands beside the content by itself. Returns it, and what is wrong with it."""
    root, found = read(path, shown)
    loaded = _fitted(None, shown, root, found, model, "")
    return loaded.file, list(loaded.found)


def _stems(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))


def _same_name(package: Package, file: File[Any], key: str, written: str, expected: str) -> None:
    if written != expected:
        message = f"{key} is {written!r}, but the file is called {expected!r}"
        package.found.append(at(file.root, (key,)).diagnostic("P114", message, "give both the same name"))


def _unused_files(package: Package, sections: Any) -> None:
    known = {MANIFEST, PRACTICE, VOICES, *(f"{stem}.yaml" for stem in SINGLE_FILES)}
    for path in sorted(package.folder.glob("*.yaml")):
        if path.name not in known:
            shown = os.path.join(package.shown, path.name)
            hint = near_miss(path.name, known) or "delete it"
            package.found.append(Diagnostic("P115", f"{path.name} is no file of a protocol", shown, 0, 1, hint=hint))
    for name in _stems(package.folder / "sections"):
        if name not in sections:
            shown = os.path.join(package.shown, "sections", f"{name}.yaml")
            hint = f"add it to 'sections' of {MANIFEST}, or delete the file"
            package.found.append(Diagnostic("P115", f"no section is called {name!r}", shown, 0, 1, hint=hint))


def _load(package: Package, path: Path, model: type[Model], container: str) -> File[Model] | None:
    shown = os.path.join(package.shown, path.relative_to(package.folder))
    try:
        data = path.read_bytes()
    except OSError:
        data = None
    key = (shown, model)
    loaded = package.memory.get(key)
    if loaded is None or data is None or loaded.data != data:
        root, found = read(path, shown) if data is None else parse(data, shown)
        loaded = package.memory[key] = _fitted(data, shown, root, found, model, container)
    package.found += loaded.found
    package.broken |= loaded.broken
    package.whole = package.whole and loaded.file is not None
    return loaded.file


def _fitted(
    data: bytes | None, shown: str, root: Node | None, found: list[Diagnostic], model: type[Model], container: str
) -> Loaded:
    """Type a file, leaving out entries that do not fit."""

    def unusable() -> Loaded:
        return Loaded(data, None, tuple(found), frozenset())

    if root is None:
        return unusable()
    if not isinstance(root, Mapping):
        found.append(root.mark.diagnostic("P112", "a file is a mapping of keys to values"))
        return unusable()
    written = plain(root)
    broken: set[str] = set()
    while True:
        try:
            return Loaded(data, File(shown, root, model.model_validate(written)), tuple(found), frozenset(broken))
        except ValidationError as error:
            reported = [(each["loc"], _diagnostic(root, each)) for each in error.errors(include_url=False)]
        found += [diagnostic for _, diagnostic in reported]
        entries = {loc[1] for loc, _ in reported if len(loc) > 1 and loc[0] == container}
        if not container or any(len(loc) < 2 or loc[0] != container for loc, _ in reported):
            return unusable()
        broken |= {str(name) for name in entries}
        for name in entries:
            written[container].pop(name, None)
        if not written[container]:
            return Loaded(data, None, tuple(found), frozenset(broken))


def _diagnostic(root: Node, error: Any) -> Diagnostic:
    """Turn one pydantic error into a diagnostic at its place in the file."""
    loc, kind = tuple(error["loc"]), error["type"]
    context = error.get("ctx", {})
    if kind.startswith("P"):
        on_key = bool(loc) and loc[-1] == "[key]"
        return at(root, loc, key=on_key).diagnostic(kind, str(context["message"]), str(context["hint"]))
    if kind == "missing":
        return at(root, loc[:-1], key=True).diagnostic("P111", f"{loc[-1]!r} is missing", "add it")
    if kind == "extra_forbidden":
        elsewhere = str(loc[-1]) in _KNOWN_KEYS
        hint = (
            "delete it: it is a key of other entries"
            if elsewhere
            else near_miss(str(loc[-1]), _KNOWN_KEYS) or "delete it"
        )
        return at(root, loc, key=True).diagnostic("P110", f"{loc[-1]!r} is not a key here", hint)
    shapes = {
        "model_type": "a mapping of keys to values is expected here",
        "dict_type": "a mapping of keys to values is expected here",
        "tuple_type": "a list is expected here",
        "string_type": "a text is expected here",
        "too_short": "there must be more entries here",
        "string_too_short": "the text is empty",
    }
    return at(root, loc).diagnostic("P112", shapes.get(kind, error["msg"]))


_KNOWN_KEYS = frozenset(info.alias or name for model in models().values() for name, info in model.model_fields.items())
"""Every key any file may have, for suggestions."""
