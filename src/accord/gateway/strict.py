"""JSON as it may come in: one reading only. What two parsers could read differently is refused."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from accord.gateway.problems import bad

MAX_DEPTH = 64
_MAX_DIGITS = 400


def loads(body: bytes) -> Any:
    """Parse a body.

    Refused are repeated keys (RFC 8259, section 4, leaves their meaning open), NaN and Infinity, text that is not
    UTF-8, lone surrogates, numbers of absurd length, and nesting deeper than 64.

    Raises:
        Problem: 400, saying which of these.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise bad("invalid_utf8", "The body is not UTF-8.") from None
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise bad("too_deep", f"The body is nested deeper than {MAX_DEPTH}.") from None
    except ValueError as error:
        place = f" at line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise bad("invalid_json", f"The body is not JSON{place}.") from None
    _check(value)
    return value


def loads_object(body: bytes) -> dict[str, Any]:
    """`loads`, where the whole is an object.

    Raises:
        Problem: 400.
    """
    value = loads(body)
    if not isinstance(value, dict):
        raise bad("invalid_json", "The body is not a JSON object.")
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise bad("repeated_key", "A key stands twice in one object of the body.")
    return made


def _constant(_: str) -> NoReturn:
    raise bad("invalid_json", "NaN and Infinity are not JSON.")


def _number(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise bad("invalid_json", "A number in the body is longer than any program agrees on.")
    return int(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_number)


def _check(value: Any) -> None:
    """Depth, and text that no one else can encode."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                for key in item:
                    _check_text(key)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, str):
                _check_text(item)
        if not below:
            return
        level = below
    raise bad("too_deep", f"The body is nested deeper than {MAX_DEPTH}.")


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise bad("invalid_utf8", "The body holds half of a surrogate pair.") from None
