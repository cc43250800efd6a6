"""JSON Schemas for editors and the description of every content file, made from the models that read the content.

An editor sees YAML with types: ``2026.1`` is a number and, for some readers, ``no`` a boolean; the loader takes every
scalar as text. So the schemas admit both spellings of a value.

    python -m campaigns.schemas [--check]
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from campaigns.pages import ROOT
from chatbot.content import fields, instrument_schema, language_schema, practice_schema, schema, vignette_schema
from chatbot.content.models import SINGLE_FILES, models
from chatbot.core.values import RESERVED_WORDS

FOLDER = ROOT / "docs" / "schema"
PAGE = ROOT / "docs" / "content-files.md"
KEYS = Path(__file__).parent / "content_keys.yaml"

FILES: dict[str, type[BaseModel]] = {
    "protocol": schema.ManifestModel,
    "section": schema.SectionModel,
    **SINGLE_FILES,
    "rules": schema.RulesModel,
    "instrument": instrument_schema.InstrumentModel,
    "vignette": vignette_schema.VignetteModel,
    "cases": vignette_schema.CasesModel,
    "language": language_schema.LanguageModel,
    "practice": practice_schema.PracticeFileModel,
    "voices": practice_schema.VoicesModel,
}
"""Name of a schema to the model of the files it describes."""

TEXT = {"type": ["string", "number", "boolean"]}
ID = r"^[a-z][a-z0-9_]*$"
NAME = rf"^(?!(?:{'|'.join(sorted(RESERVED_WORDS))})$)[a-z][a-z0-9_]*$"
DURATION = r"^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(0S)?)?$"

Schema = dict[str, Any]

SCALARS: dict[str, tuple[str, Schema]] = {
    "_one_line": ("text", {**TEXT, "minLength": 1}),
    "_identifier": ("id", {"type": "string", "pattern": ID}),
    "_name": ("id", {"type": "string", "pattern": NAME}),
    "_finding_name": ("id", {"type": "string", "pattern": NAME.replace("*$", r"*(\.[a-z][a-z0-9_]*)?$")}),
    "_option_id": (
        "id",
        {"anyOf": [{"type": "string", "pattern": "^[a-z0-9][a-z0-9_]*$"}, {"type": ["integer", "boolean"]}]},
    ),
    "_reference_id": ("reference id", {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"}),
    "_region_id": ("region", {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"}),
    "_yes_no": ("yes or no", {"enum": ["yes", "no", True, False]}),
    "_yes_no_or_why": ("yes, no or a reason", {**TEXT, "minLength": 1}),
    "_truth": ("true, false or unknown", {"enum": ["true", "false", "unknown", True, False]}),
    "_whole": (
        "whole number",
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]{1,6}$"}]},
    ),
    "_decimal": ("number", {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}]}),
    "_decimal_or_none": (
        "number or none",
        {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^(-?[0-9]+(\.[0-9]+)?|none)$"}]},
    ),
    "_duration": ("duration", {"type": "string", "pattern": DURATION}),
    "_day": ("day", {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
    "_moment": ("day or moment", {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?$"}),
    "_language": (
        "language tag",
        {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
    ),
    "_item": ("item", {"type": "string", "pattern": "^[a-z][a-z0-9_]*:[A-Za-z0-9_]+$"}),
    "_digest": ("digest", {"type": "string", "pattern": "^[0-9a-f]{64}$"}),
    "_digest_start": ("digest", {"type": "string", "pattern": "^[0-9a-f]{12,64}$"}),
    "_drawing": ("drawing", {**TEXT, "minLength": 1}),
    "_letter": ("letter", {"type": "string", "pattern": "^[A-Za-z]$"}),
    "_cell": ("cell", {"type": "string", "pattern": "^[a-z][a-z0-9_]*[.][a-z][a-z0-9_]*$"}),
    "_fragment": ("text, or empty", dict(TEXT)),
    "_limit": ("duration, or none", {"type": "string", "pattern": rf"{DURATION}|^none$"}),
    "_difficulty": ("1 to 5", {"enum": [*"12345", *range(1, 6)]}),
    "_citation": ("citation", {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*(:.*)?$"}),
}
"""Validator to what the page calls it, and its schema."""


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by the key an author writes."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


@cache
def meanings() -> dict[str, dict[str, Any]]:
    """Return what every key means: model to key to [meaning, example]."""
    found: dict[str, dict[str, Any]] = yaml.load(KEYS.read_text("utf-8"), yaml.BaseLoader)
    return found


# --- JSON Schemas ---------------------------------------------------------------------------------


def schema_of(model: type[BaseModel]) -> Schema:
    """Return the JSON Schema of one kind of file."""
    definitions: dict[str, Schema] = {}
    root = _object(model, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def _object(model: type[BaseModel], definitions: dict[str, Schema]) -> Schema:
    said = meanings()[model.__name__]
    properties = {}
    for key, info in keys_of(model).items():
        properties[key] = {"description": said[key][0], **_type(info.annotation, tuple(info.metadata), definitions)}
    needed = [key for key, info in keys_of(model).items() if info.is_required()]
    return {
        "description": said["about"],
        "type": "object",
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }


GATHERED = frozenset({"said", "questions"})
"""Keys that are not written: what belongs to them stands beside the others."""


def _open(model: type[BaseModel], definitions: dict[str, Schema]) -> Schema:
    """Return the schema of a mapping that has ids of the content beside its own keys."""
    found = _object(model, definitions)
    (gathered,) = GATHERED & found["properties"].keys()
    found["additionalProperties"] = found["properties"].pop(gathered)["additionalProperties"]
    return found


def _refer(model: type[BaseModel], definitions: dict[str, Schema]) -> Schema:
    name = model.__name__
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = _object(model, definitions)
    return {"$ref": f"#/$defs/{name}"}


def validator_in(metadata: tuple[Any, ...]) -> Callable[..., Any] | None:
    """Return the function that reads a value of ours, where one is attached."""
    return next((each.func for each in metadata if isinstance(each, BeforeValidator)), None)


def words_of(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """Return the closed list behind a validator made by ``one_of``."""
    words = inspect.getclosurevars(function).nonlocals.get("words")
    return words if isinstance(words, tuple) else None


def _type(annotation: Any, metadata: tuple[Any, ...], definitions: dict[str, Schema]) -> Schema:
    function = validator_in(metadata)
    if function is not None:
        return _read_by(function, annotation, definitions)
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(parts[0], (*parts[1:], *metadata), definitions)
    if origin in (Union, UnionType):
        kinds = [_type(part, (), definitions) for part in parts if part is not NoneType]
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if origin is dict:
        names = _type(parts[0], (), definitions)
        found: Schema = {"type": "object", "additionalProperties": _type(parts[1], (), definitions)}
        if "pattern" in names or "enum" in names:
            found["propertyNames"] = names
        return found
    if origin is tuple:
        return {"type": "array", "items": _type(parts[0], (), definitions)}
    if origin is Literal:
        return {"enum": list(parts)}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _refer(annotation, definitions)
    return dict(TEXT) if annotation is str else {}


def _read_by(function: Callable[..., Any], annotation: Any, definitions: dict[str, Schema]) -> Schema:
    name = function.__name__
    if (words := words_of(function)) is not None:
        return {"enum": [*map(str, words), *(int(word) for word in words if str(word).isdigit())]}
    if name in SCALARS:
        return dict(SCALARS[name][1])
    words_model = _refer(fields.WordsModel, definitions)
    match name:
        case "_same_in_both":
            return {"anyOf": [TEXT, words_model]}
        case "_both_registers":
            return words_model
        case "drawn" | "_wanted":
            return {"anyOf": [TEXT, {"type": "array", "items": TEXT}, _refer(annotation, definitions)]}
        case "labelled":
            return {"anyOf": [TEXT, words_model, _refer(annotation, definitions)]}
        case "_rule_guard":
            more = _object(annotation, definitions)
            more["properties"].pop("guard")
            more["required"].remove("guard")
            return {
                "anyOf": [SCALARS["_name"][1], {"type": "object", "maxProperties": 1, "additionalProperties": more}]
            }
        case "table_key":
            return {"anyOf": [SCALARS["_name"][1], {"type": "array", "items": SCALARS["_option_id"][1]}]}
        case "_reply" | "_template":
            return {"anyOf": [TEXT, _refer(annotation, definitions)]}
        case "_voice" | "_interpreter":
            return _open(annotation, definitions)
        case "_listed":
            return {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
    raise NotImplementedError(f"no schema says what {name} reads")


# --- the page -------------------------------------------------------------------------------------


def page() -> str:
    """Return ``docs/content-files.md``."""
    said = meanings()
    lines = [
        "# The content files, key by key",
        "",
        "Made from the models that read the content by `python -m campaigns.schemas`, like the JSON Schemas in",
        "`docs/schema/`. [authoring.md](authoring.md) is the introduction; diagnostics are in",
        "[diagnostics.md](diagnostics.md). *A text* is written once, or as `{clinician: …, patient: …}`; *two texts*",
        "always so. A key that is not needed may be left out; its default follows.",
        "",
        "## Files",
        "",
        "| File | Holds | Schema |",
        "|---|---|---|",
    ]
    for name, model in FILES.items():
        file = said[model.__name__]["about"]
        lines.append(f"| {file.rstrip('.')} | {_link(model)} | `docs/schema/{name}.schema.json` |")
    for name, model in models().items():
        lines += [
            "",
            f"## {name}",
            "",
            said[name]["about"],
            "",
            "| Key | Type | Needed | Meaning | Example |",
            "|---|---|---|---|---|",
        ]
        for key, info in keys_of(model).items():
            meaning, example = said[name][key]
            kind = called(info.annotation, tuple(info.metadata))
            lines.append(f"| `{key}` | {kind} | {_needed(info)} | {meaning} | `{example}` |")
    return "\n".join(lines) + "\n"


def _needed(info: FieldInfo) -> str:
    if info.is_required():
        return "yes"
    if info.default in (None, "") or info.default == () or info.default == {}:
        return "no"
    shown = (
        {True: "yes", False: "no"}.get(info.default, info.default) if isinstance(info.default, bool) else info.default
    )
    return f"no: `{shown}`"


def called(annotation: Any, metadata: tuple[Any, ...]) -> str:
    """Return what the page calls a type."""
    function = validator_in(metadata)
    if function is not None:
        name = function.__name__
        if (words := words_of(function)) is not None:
            return "one of " + ", ".join(f"`{word}`" for word in words) if len(words) < 6 else "one of a list"
        if name in {"labelled", "_rule_guard", "drawn", "_wanted", "_reply", "_template", "_voice", "_interpreter"}:
            return _link(annotation)
        own = {
            "_same_in_both": "a text",
            "_both_registers": "two texts",
            "table_key": "id, or list of ids",
            "_listed": "text, or list of texts",
        }
        return own[name] if name in own else SCALARS[name][0]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return called(parts[0], (*parts[1:], *metadata))
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(called(part, ()) for part in parts if part is not NoneType))
    if origin is dict:
        return f"{called(parts[1], ())} by {called(parts[0], ())}"
    if origin is tuple:
        return f"list of {called(parts[0], ())}"
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _link(annotation)
    return "text" if annotation is str else "anything"


def _link(model: type[BaseModel]) -> str:
    return f"[{model.__name__}](#{model.__name__.lower()})"


# --- files ----------------------------------------------------------------------------------------


def outputs() -> Iterator[tuple[Path, str]]:
    """Yield (path, text) of everything this module writes."""
    for name, model in FILES.items():
        text = json.dumps(schema_of(model), indent=1, ensure_ascii=False) + "\n"
        yield FOLDER / f"{name}.schema.json", text
    yield PAGE, page()


def schema_for(path: Path) -> str:
    """Return the name of the schema of a content file, by where it stands."""
    folders = {
        "sections": "section",
        "rules": "rules",
        "instruments": "instrument",
        "vignettes": "vignette",
        "cases": "cases",
        "languages": "language",
    }
    if path.parent.name in folders:
        return folders[path.parent.name]
    return path.stem


def main(arguments: list[str] | None = None) -> int:
    """Write the schemas and the page, or with ``--check`` compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare what stands there")
    options = parser.parse_args(arguments)
    stale = 0
    for path, text in outputs():
        if options.check:
            same = path.exists() and path.read_text("utf-8") == text
            stale += not same
            print(f"{path.relative_to(ROOT)}: {'true' if same else 'out of date'}")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
