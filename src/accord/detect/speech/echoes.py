"""Names as they sound: `Priyur Rekhanathan` is the Priya Raghunathan whom the same session has in writing.

Recognisers write a name the way it sounds to them, in one word or in three, and now and then as other words
altogether. Where a name is known from text, from a picture or from before, words of a recording that sound like it
are that name, and get its pseudonym. What is announced in speech is found beside it (`introduced`): names that are
announced are known from then on.

Likeness is the mean of two Jaro-Winkler similarities: of the letters, and of their Metaphone keys (Philips 1990).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import jellyfish

from accord.core.finding import Hit
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Stop
from accord.detect.repeats import COMMON
from accord.detect.speech.introduced import introduced

NAME = "privacy.person.name"

ALIKE = 0.88
"""The likeness from which two spellings are taken for one name."""

SHORTEST = 4
"""Letters; shorter words sound like too many others."""

# Many letters that sound alike are less of a chance than few; a capital says that the recogniser heard a name.
_LONG, _LONG_ALIKE = 9, 0.84
_LOWER_ALIKE, _STRICT, _LOWER_SHORTEST = 0.88, 0.96, 6
_APART = 1.4  # times as long as a name is no name
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SURE = 0.8
_MOST_NAMES = 200
_LONGEST = 5  # words of a name, as they are heard


def known_names(readings: Sequence[Reading], hits: Iterable[Hit], before: Iterable[str]) -> tuple[str, ...]:
    """The names of one inspection, each once: what was written first, then what the session knew, then what was said.

    Args:
        readings: all readings.
        hits: hits in them.
        before: names known from earlier.
    """
    written: list[str] = []
    said: list[str] = []
    for hit in (*hits, *introduced(readings, lambda: False)):
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
    shape, count = _shape(said), len(_WORD.findall(said))
    for name in names:
        words = _WORD.findall(name)
        parts = [word for word in words if len(word) >= SHORTEST] if count == 1 else []
        for option in parts if count == 1 < len(words) else [name]:
            likeness = _likeness(shape, _shape(option))
            if likeness >= best:
                best, found = likeness, option
    return found


def alike(one: str, other: str) -> float:
    """How much two names sound and look alike, 0 to 1, wherever their words end."""
    return _likeness(_shape(one), _shape(other))


def echoes(readings: Sequence[Reading], names: Sequence[str], stop: Stop) -> list[Hit]:
    """Hits in spoken readings: words that sound like a known name or a word of it, and what is announced."""
    targets = _targets(names)
    found: list[Hit] = []
    for index, reading in enumerate(readings):
        if reading.reader == "speech" and targets:
            found += [Hit(index, span, NAME, _SURE) for span in _apart(_candidates(reading.text, targets, stop))]
    return [*found, *introduced(readings, stop)]


def _apart(candidates: Iterable[tuple[float, Span]]) -> list[Span]:
    """Those most like a name, whole ones first, none of which overlaps another, in order."""
    kept: list[Span] = []
    for _, span in sorted(candidates, key=lambda each: (-each[0], each[1].start)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A name without case, accents and borders of words: its letters, and its Metaphone key."""

    letters: str
    key: str


@dataclass(frozen=True, slots=True)
class _Target:
    """A name to listen for: its shape, the number of its words, and how alike must be what is it."""

    shape: _Shape
    words: int
    least: float


def _targets(names: Sequence[str]) -> list[_Target]:
    """Names, and each longer word of those that have several."""
    found: dict[_Shape, _Target] = {}
    for name in names:
        words = _WORD.findall(name)
        parts = [word for word in words if len(word) >= SHORTEST] if len(words) > 1 else []
        for option in (name, *parts):
            shape = _shape(option)
            long = len(words) > 1 and option == name and len(shape.letters) >= _LONG
            if len(shape.letters) >= SHORTEST:
                found.setdefault(shape, _Target(shape, len(_WORD.findall(option)), _LONG_ALIKE if long else ALIKE))
    return list(found.values())


def _candidates(text: str, targets: Sequence[_Target], stop: Stop) -> Iterator[tuple[float, Span]]:
    """Words in a row that are like enough to a name, each with how like they are."""
    words = list(_WORD.finditer(text))
    for at, word in enumerate(words):
        if stop():
            return
        for size in range(1, min(_LONGEST, len(words) - at) + 1):
            span = Span(word.start(), words[at + size - 1].end())
            value = text[span.start : span.end]
            if "\n" in value:
                break
            likeness = 0.0 if size == 1 and value in COMMON else _most_like(value, size, targets)
            if likeness:
                yield likeness, span


def _most_like(value: str, size: int, targets: Sequence[_Target]) -> float:
    """How like some words are to the name they are most like, 1 more for a whole name; 0 where they are like none."""
    shape, capital, best = _shape(value), value[:1].isupper(), 0.0
    if len(shape.letters) < (SHORTEST if capital else _LOWER_SHORTEST):
        return best
    for target in targets:
        if -1 <= size - target.words <= 2 and _near(shape, target.shape):
            likeness = _likeness(shape, target.shape)
            whole = target.words > 1
            least = target.least if capital else _LOWER_ALIKE
            if likeness >= (least if whole or (capital and size == 1) else _STRICT):
                best = max(best, likeness + whole)
    return best


def _near(one: _Shape, other: _Shape) -> bool:
    """Whether two shapes are of about the same length."""
    short, long = sorted((len(one.letters), len(other.letters)))
    return long <= _APART * short


def _likeness(one: _Shape, other: _Shape) -> float:
    if not one.letters or not other.letters:
        return 0.0
    letters = jellyfish.jaro_winkler_similarity(one.letters, other.letters)
    keys = jellyfish.jaro_winkler_similarity(one.key, other.key)
    return float(letters + keys) / 2


@lru_cache(maxsize=4096)
def _shape(value: str) -> _Shape:
    words = [_folded(word) for word in _WORD.findall(value)]
    letters = "".join(words)
    return _Shape(letters, "".join(jellyfish.metaphone(word) for word in words) or letters)


def _folded(word: str) -> str:
    """A word in lower case without accents."""
    return "".join(each for each in unicodedata.normalize("NFKD", word.casefold()) if each.isalpha())


def _letters(value: str) -> int:
    return sum(character.isalpha() for character in value)
