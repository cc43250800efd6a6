"""Canonical JSON: RFC 8785 restricted to integers, strings, booleans, None, lists and mappings with ASCII keys.

Inside these limits Python's own encoder gives the canonical bytes; outside them it would not, so there are
no floats and no other keys. Nothing here knows what a record is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from chatbot.core.canonical import spell

LARGEST_INTEGER = 2**53 - 1
"""The largest integer every JSON library reads exactly."""

LONGEST_STRING = 16 * 1024
"""Bytes of one string in UTF-8."""

_LONGEST_DIGITS = len(str(LARGEST_INTEGER)) + 1


class CodecProblem(ValueError):
    """A value without a canonical form, or bytes that are not in canonical form."""


def canonical(value: object, *, longest: int = LONGEST_STRING) -> bytes:
    """Return the one spelling of *value*. *longest*: bytes of one string, which a ciphertext may exceed.

    Raises: CodecProblem for floats, integers past 2^53-1, keys that are not ASCII text, surrogates, strings
    over 16 KiB, and anything else that is not JSON.
    """
    return spell(_plain(value, longest)).encode("utf-8")


def _plain(value: object, longest: int) -> object:
    """Return *value* as built-in types, having checked all of it."""
    match value:
        case None | bool():
            return value
        case str():
            return _text(value, longest)
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise CodecProblem(f"{value} is too large for an integer; write it as text")
            return int(value)
        case list() | tuple():
            return [_plain(each, longest) for each in value]
        case Mapping():
            return {_key(key): _plain(each, longest) for key, each in value.items()}
        case float():
            raise CodecProblem(f"{value!r} is a float; write decimals as text")
        case _:
            raise CodecProblem(f"a {type(value).__name__} cannot be stored")


def _text(value: str, longest: int) -> str:
    try:
        size = len(value.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise CodecProblem("a text contains half of a surrogate pair") from error
    if size > longest:
        raise CodecProblem(f"a text of {size} bytes is too long (at most {longest})")
    return str(value)


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise CodecProblem(f"{key!r} cannot be a key; keys are ASCII text")
    return str(key)


def _refused_float(_: str) -> object:
    raise CodecProblem("a number is not an integer")


def _integer(text: str) -> int:
    if len(text) > _LONGEST_DIGITS or abs(number := int(text)) > LARGEST_INTEGER:
        raise CodecProblem("an integer is too large")
    return number


_DECODER = json.JSONDecoder(parse_float=_refused_float, parse_constant=_refused_float, parse_int=_integer)
_scan = _DECODER.scan_once  # type: ignore[attr-defined]
"""What ``raw_decode`` wraps; it ends with StopIteration where no value begins."""


def spelled(value: Any) -> bytes:
    """Return the one spelling of what ``parse`` returned, or parts of it, without checking it again."""
    return spell(value).encode("utf-8")


def parse(data: bytes, *, strict: bool = True) -> Any:
    """Read canonical JSON. Without *strict* another spelling of the same value passes too.

    Raises: CodecProblem saying what is wrong, never anything else, whatever the bytes.
    """
    try:
        text = data.decode("utf-8")
        value, end = _scan(text, 0)
        if strict:
            if end != len(text) or spell(value).encode("utf-8") != data:
                raise CodecProblem("not in canonical form")
            if not data.isascii():
                _check_keys(value)
        elif text[end:].strip():
            raise CodecProblem("something follows the value")
    except CodecProblem:
        raise
    except UnicodeDecodeError as error:
        raise CodecProblem(f"byte 0x{data[error.start]:02X} is not UTF-8") from error
    except UnicodeEncodeError as error:
        raise CodecProblem("a text contains half of a surrogate pair") from error
    except RecursionError as error:
        raise CodecProblem("nested too deeply") from error
    except (ValueError, StopIteration) as error:
        raise CodecProblem("not JSON") from error
    return value


def _check_keys(value: Any) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            _key(key)
            _check_keys(each)
    elif isinstance(value, list):
        for each in value:
            _check_keys(each)
