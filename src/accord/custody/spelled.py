"""Whether a value stands in something, however it is written there."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote_plus

FORMS = (
    "case, width, accents' form and invisible characters",
    "percent encoding, HTML entities, JSON and backslash escapes, base64; up to three of them in each other",
    "(at) and (dot), in brackets or between spaces",
    "numbers without their separators",
)
"""The ways of writing a value that are seen through; in every record of an erasure."""

_DEEP = 3
_MOST = 64
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([/\"'\\]))")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_OPEN, _CLOSE = r"\s*[\[({<]\s*", r"\s*[\])}>]\s*"
_SPELLED = (
    (re.compile(rf"{_OPEN}(?:at|\u00e4t|@){_CLOSE}|\s+at\s+", re.IGNORECASE), "@"),
    (re.compile(rf"{_OPEN}(?:dot|punkt|point|\.){_CLOSE}|\s+(?:dot|punkt)\s+", re.IGNORECASE), "."),
)
_NUMBER = 6  # digits; shorter ones stand in too much
_BETWEEN = re.compile(r"(?<=\d)[\s.\-/():\u2010-\u2015]+(?=\d)")


def teller(value: str) -> Callable[[str], bool]:
    """Says of texts whether a value stands in them, as a word of its own.

    Args:
        value: the value, in any spelling.
    """
    plain = _folded(value)
    joined = _BETWEEN.sub("", plain)
    numbers = sum(character.isdigit() for character in plain) >= _NUMBER
    whole = re.compile(rf"(?<![^\W_]){re.escape(plain)}(?![^\W_])")
    number = re.compile(rf"(?<!\d){re.escape(joined)}(?!\d)")

    def tells(text: str) -> bool:
        for form in _forms(text):
            folded = _folded(form)
            if whole.search(folded) or (numbers and number.search(_BETWEEN.sub("", folded))):
                return True
        return False

    return tells if plain else lambda _text: False


def _folded(text: str) -> str:
    shown = "".join(character for character in text if unicodedata.category(character) != "Cf")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", shown).casefold())
    return " ".join(folded.split())


def _forms(text: str) -> Iterator[str]:
    """A text, and what it says once it is decoded; each once."""
    known, level = {text}, [text]
    yield text
    for _ in range(_DEEP):
        found = [form for one in level for form in _decoded(one) if form not in known]
        level = list(dict.fromkeys(found))[:_MOST]
        known.update(level)
        yield from level


def _decoded(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote_plus(text)
    if "&" in text:
        yield html.unescape(text)
    if "\\" in text:
        yield _ESCAPE.sub(lambda m: m[3] or chr(int(m[1] or m[2], 16)), text)
    spelled = text
    for pattern, sign in _SPELLED:
        spelled = pattern.sub(sign, spelled)
    yield spelled
    inside = [plain for found in _BASE64.finditer(text) if (plain := _plain(found[0]))]
    if inside:
        yield "\n".join(inside)


def _plain(run: str) -> str:
    """What a run of base64 says, when it is text."""
    bare = run.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        said = base64.b64decode(bare[: len(bare) - (len(bare) % 4 == 1)] + "=" * (-len(bare) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return said if said.isprintable() or "\n" in said else ""
