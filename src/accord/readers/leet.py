"""Leetspeak: words in which digits and signs stand for letters."""

from __future__ import annotations

import re
from itertools import islice, product

import re2

from accord.core.reading import Reading
from accord.readers.align import Swap, aligned
from accord.readers.words import known

_GATE = re2.compile(
    r"[A-Za-z][0134578$!|][A-Za-z]|(?:^|[^\w])[0134578$!|@][A-Za-z0134578$!|@]?[A-Za-z]|[A-Za-z][0134578][^\w]"
)
_TOKEN = re.compile(
    r"(?<![\w@$!|+./\-&=#%])(?=[0-9@$!|+]*+[A-Za-z])(?=[A-Za-z]*+[0-9@$!|+])[A-Za-z0-9@$!|+]{2,24}(?![\w@$|+/\-&=#%])"
)
_SIGNS = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b", "9": "g",
    "@": "a", "$": "s", "!": "il", "|": "li", "+": "t",
}  # fmt: skip
_MOST_READINGS = 16
_ENOUGH = 2  # words


def read_leet(reading: Reading) -> Reading | None:
    """Read leetspeak where enough of its words are words, or say None."""
    text = reading.text
    if not _GATE.search(text):
        return None
    swaps: list[Swap] = []
    words = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        trimmed = token.rstrip("!")
        word = _word(trimmed if len(trimmed) > 1 else token)
        if word is None and trimmed != token:
            trimmed, word = token, _word(token)
        if word is not None:
            words += 0 if len(word) < 3 else 1 if len(word) < 8 else 2
            swaps.append((match.start(), match.start() + len(word), word))
    if words < _ENOUGH:
        return None
    return aligned(reading, swaps, "leet", fields=reading.fields, disguise=True)


def _word(token: str) -> str | None:
    """The word a token spells, or None."""
    if token.isalpha() or len(token) < 2:
        return None
    lower = token.lower()
    choices = [_SIGNS.get(c, c) for c in lower]
    words = ("".join(letters) for letters in islice(product(*choices), _MOST_READINGS))
    return next((word for word in words if known(word)), None)
