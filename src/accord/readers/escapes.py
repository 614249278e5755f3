"""Escapes: what stands for another character in JSON, source code, HTML and addresses.

Sources: RFC 8259 section 7 (JSON strings), the HTML standard section 13.2.5.72 (character references),
RFC 3986 section 2.1 (percent-encoding).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from accord.readers.align import Swap

_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "a": "\a", "v": "\v", "\n": ""}
_BACKSLASH = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u\{[0-9a-fA-F]{1,6}\}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2}|\\.",
    re.DOTALL,
)
_NUMERIC = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u\{[0-9a-fA-F]{1,6}\}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2}"
)
_HEX_RUN = re.compile(r"(?:\\x[0-9a-fA-F]{2}){2,}+")
_ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6};?|#[0-9]{1,7};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_PERCENT_RUN = re.compile(r"(?:%[0-9A-Fa-f]{2})++")


def character(code: int) -> str:
    """The character of a code point, or "" where text cannot hold it (surrogates, beyond Unicode)."""
    if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
        return ""
    return chr(code)


def _numeric(escape: str) -> str:
    if len(escape) == 12:
        high, low = int(escape[2:6], 16), int(escape[8:], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    return character(int(escape[2:].strip("{}"), 16))


def backslashes(text: str, start: int, end: int) -> Iterator[Swap]:
    """Escapes inside a string literal of JSON or source code."""
    for match in _BACKSLASH.finditer(text, start, end):
        escape = match.group()
        new = _SIMPLE.get(escape[1], escape[1]) if len(escape) == 2 else _numeric(escape)
        if new or escape[1] == "\n":
            yield match.start(), match.end(), new


def numeric_backslashes(text: str) -> Iterator[Swap]:
    r"""Escapes by number (`\u0041`, `\x41`) in any text; runs of `\x` are read as UTF-8 where they are UTF-8."""
    at = 0
    for run in _HEX_RUN.finditer(text):
        yield from _numeric_between(text, at, run.start())
        data = bytes.fromhex(run.group().replace("\\x", ""))
        decoded = list(_utf8(data, run.start(), 4))
        yield from decoded if decoded else _numeric_between(text, run.start(), run.end())
        at = run.end()
    yield from _numeric_between(text, at, len(text))


def _numeric_between(text: str, start: int, end: int) -> Iterator[Swap]:
    for match in _NUMERIC.finditer(text, start, end):
        new = _numeric(match.group())
        if new:
            yield match.start(), match.end(), new


@cache
def _names() -> dict[str, str]:
    from html.entities import html5  # two thousand names, only where an entity was seen

    return {name[:-1]: value for name, value in html5.items() if name.endswith(";")}


def entities(text: str, start: int, end: int) -> Iterator[Swap]:
    """HTML character references; numbers may lack the semicolon, as browsers allow."""
    for match in _ENTITY.finditer(text, start, end):
        body = match.group()[1:].rstrip(";")
        if body[0] != "#":
            new = _names().get(body, "")
        elif body[1] in "xX":
            new = character(int(body[2:], 16))
        else:
            new = character(int(body[1:]))
        if new:
            yield match.start(), match.end(), new


def percents(text: str) -> Iterator[Swap]:
    """Percent-encoded UTF-8; bytes that are not UTF-8 stay as they are."""
    for match in _PERCENT_RUN.finditer(text):
        yield from _utf8(bytes.fromhex(match.group().replace("%", "")), match.start(), 3)


def _utf8(data: bytes, start: int, width: int) -> Iterator[Swap]:
    """Characters of UTF-8 data of which every byte takes `width` characters of the source."""
    if data.isascii():
        for index, byte in enumerate(data):
            yield start + index * width, start + (index + 1) * width, chr(byte)
        return
    index = 0
    while index < len(data):
        lead = data[index]
        size = 1 if lead < 0x80 else 2 if 0xC2 <= lead < 0xE0 else 3 if lead < 0xF0 else 4
        try:
            new = data[index : index + size].decode()
        except UnicodeDecodeError:
            index += 1
            continue
        yield start + index * width, start + (index + size) * width, new
        index += size
