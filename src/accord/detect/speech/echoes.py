"""Names as they sound: `Priyur Rekhanathan` is the Priya Raghunathan whom the same session has in writing.

Recognisers write a name the way it sounds to them. Where a name is known from text, from a picture or from before,
words of a recording that sound like it are that name, and get its pseudonym.

Likeness is the mean of two Jaro-Winkler similarities: of the letters, and of their Metaphone keys (Philips 1990).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import jellyfish

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.repeats import COMMON

NAME = "privacy.person.name"

ALIKE = 0.88
"""The likeness from which two spellings are taken for one name."""

SHORTEST = 4
"""Letters; shorter words sound like too many others."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SURE = 0.8
_MOST_NAMES = 200
_LONGEST = 4  # words of a name


def known_names(readings: Sequence[Reading], hits: Iterable[Hit], before: Iterable[str]) -> tuple[str, ...]:
    """The names of one inspection, each once: what was written first, then what the session knew, then what was said.

    Args:
        readings: all readings.
        hits: hits in them.
        before: names known from earlier.
    """
    written: list[str] = []
    said: list[str] = []
    for hit in hits:
        if hit.category == NAME and hit.score >= _SURE:
            reading = readings[hit.reading]
            value = reading.text[hit.span.start : hit.span.end]
            (said if reading.root.reader == "speech" else written).append(value)
    names: list[str] = []
    for value in (*written, *before, *said):
        if len(names) >= _MOST_NAMES:
            break
        if _letters(value) >= SHORTEST and sounds_like(value, names) is None:
            names.append(value)
    return tuple(names)


def sounds_like(said: str, names: Iterable[str]) -> str | None:
    """The known name that a spoken one most sounds like; None where none is like enough.

    A single word is compared with each word of a name, and stands for that word.
    """
    best, found = ALIKE, None
    count = len(_WORD.findall(said))
    for name in names:
        words = _WORD.findall(name)
        options = [name] if count == len(words) else [w for w in words if len(w) >= SHORTEST] if count == 1 else []
        for option in options:
            likeness = alike(said, option)
            if likeness >= best:
                best, found = likeness, option
    return found


def alike(one: str, other: str) -> float:
    """How much two names sound and look alike, 0 to 1."""
    a, b = _plain(one), _plain(other)
    if not a or not b:
        return 0.0
    letters = jellyfish.jaro_winkler_similarity(a, b)
    keys = jellyfish.jaro_winkler_similarity(_key(a), _key(b))
    return float(letters + keys) / 2


def echoes(readings: Sequence[Reading], names: Sequence[str], stop: Stop) -> list[Hit]:
    """Hits for words of spoken readings that sound like a known name, whole or a word of it."""
    shapes = {len(_WORD.findall(name)) for name in names} | {1}
    found: list[Hit] = []
    for index, reading in enumerate(readings):
        if reading.reader != "speech" or not names:
            continue
        words = list(_WORD.finditer(reading.text))
        past = 0
        for at in range(len(words)):
            if stop():
                return found
            if words[at].start() < past:
                continue
            for size in sorted(shapes & set(range(1, _LONGEST + 1)), reverse=True):
                span = _window(reading.text, words, at, size)
                if span is not None and sounds_like(reading.text[span.start : span.end], names) is not None:
                    found.append(Hit(index, span, NAME, _SURE))
                    past = span.end
                    break
    return found


def _window(text: str, words: Sequence[re.Match[str]], at: int, size: int) -> Span | None:
    """Some words in a row that could be a name: in capitals, as recognisers write names, or at least long."""
    if at + size > len(words):
        return None
    span = Span(words[at].start(), words[at + size - 1].end())
    value = text[span.start : span.end]
    if _letters(value) < SHORTEST or "\n" in value or not value[:1].isupper():
        return None
    return None if size == 1 and value in COMMON else span


def _letters(value: str) -> int:
    return sum(character.isalpha() for character in value)


def _plain(value: str) -> str:
    return " ".join(_WORD.findall(value)).casefold()


def _key(value: str) -> str:
    return jellyfish.metaphone(value).replace(" ", "") or value
