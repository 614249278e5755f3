"""JSON and JSON Lines: where every value stands and which keys lead to it (RFC 8259).

A scanner of its own, because what is needed are places, and because a hundred thousand open brackets must not
end a process: it keeps its stack in a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from accord.core.reading import Field
from accord.readers.align import Scan
from accord.readers.escapes import backslashes

_TOKEN = re.compile(
    r'[ \t\r\n\ufeff]*+(?:([{}\[\],:])|"((?:[^"\\]++|\\.)*+)"|(-?[0-9][0-9.eE+\-]*+|true|false|null|NaN|-?Infinity))',
    re.DOTALL,
)
_BLANK = re.compile(r"[ \t\r\n\ufeff]*+")
_PATH_LENGTH = 200  # keys further out than this are cut, so that deep nesting costs nothing


def scan_json(text: str, start: int, end: int, prefix: str = "") -> Scan | None:
    """Find the values of JSON, of JSON Lines, or of several JSON values in a row.

    Args:
        text: the text.
        start: where to begin.
        end: where to stop.
        prefix: names that lead here.

    Returns:
        The values and escapes, or None when this is not JSON. Broken lines among JSON Lines are passed over.
    """
    scan = Scan()
    at = _blank(text, start, end)
    values = broken = 0
    if at < end and text[at] == '"':
        return _text_value(text, at, end)
    while at < end:
        if text[at] not in "{[":
            return None
        found = Scan()
        stop, whole = _value(text, at, end, prefix, found)
        if whole:
            scan.extend(found)
            values += 1
        else:
            newline = text.find("\n", at, end)
            if newline < stop:
                return None  # it broke beyond its first line: no JSON Lines
            broken += 1
            stop = newline
        at = _blank(text, stop, end)
    return scan if values and values >= broken else None


def _text_value(text: str, at: int, end: int) -> Scan | None:
    """JSON that is one string, as a program writes JSON into JSON: what matters is what it says."""
    token = _TOKEN.match(text, at, end)
    if token is None or token.lastindex != 2 or _blank(text, token.end(), end) < end or "\\" not in token[2]:
        return None
    start, stop = token.span(2)
    scan = Scan()
    scan.swaps.append((start - 1, start, ""))
    _escaped(text, start, stop, scan)
    scan.swaps.append((stop, stop + 1, ""))
    return scan


def _blank(text: str, at: int, end: int) -> int:
    match = _BLANK.match(text, at, end)
    return match.end() if match else at


def _value(text: str, at: int, end: int, prefix: str, scan: Scan) -> tuple[int, bool]:
    """Scan one value; returns where it ended, and whether it was JSON up to there."""
    stack: list[tuple[str, str]] = []
    path, expect = prefix, "value"
    while True:
        token = _TOKEN.match(text, at, end)
        if token is None:
            return at, False
        at, kind, sign = token.end(), token.lastindex, token[1]
        if kind == 1 and sign in "{[" and expect == "value":
            stack.append((sign, path))
            expect = "key" if sign == "{" else "value"
        elif kind == 1 and sign in "}]" and _closes(stack, sign, expect):
            stack.pop()
            if not stack:
                return at, True
            expect = "comma"
        elif sign == "," and expect == "comma":
            expect = "key" if stack[-1][0] == "{" else "value"
        elif sign == ":" and expect == "colon":
            expect = "value"
        elif kind == 2 and expect == "key":
            path = _join(stack[-1][1], token[2])
            _escaped(text, token.start(2), token.end(2), scan)
            expect = "colon"
        elif kind != 1 and expect == "value":
            if stack[-1][0] == "[":
                path = stack[-1][1]
            scan.add(*token.span(2 if kind == 2 else 3), path, "json.string" if kind == 2 else "json.scalar")
            if kind == 2:
                _escaped(text, token.start(2), token.end(2), scan)
            expect = "comma"
        else:
            return at, False


def _closes(stack: list[tuple[str, str]], sign: str, expect: str) -> bool:
    if not stack or expect == "colon":
        return False
    opened = stack[-1][0]
    if sign == "}":
        return opened == "{" and expect in {"key", "comma"}
    return opened == "[" and expect in {"value", "comma"}


def _join(prefix: str, key: str) -> str:
    name = key.strip().lower()
    return f"{prefix}.{name}"[-_PATH_LENGTH:] if prefix else name[-_PATH_LENGTH:]


def _escaped(text: str, start: int, end: int, scan: Scan) -> None:
    if text.find("\\", start, end) >= 0:
        scan.swaps += backslashes(text, start, end)


def nested_json(text: str, fields: Iterable[Field]) -> list[Field]:
    """Open string values that are JSON themselves, such as the arguments of a tool call.

    Args:
        text: a text whose escapes have been decoded.
        fields: its fields.

    Returns:
        The fields, those that hold JSON replaced by the fields found in them.
    """
    found: list[Field] = []
    for item in fields:
        start, end = item.span.start, item.span.end
        if end - start > 8 and text[start] in "{[" and text[end - 1] in "}]":
            inner = scan_json(text, start, end, item.name)
            if inner is not None and inner.fields:
                found += inner.fields
                continue
        found.append(item)
    return found
