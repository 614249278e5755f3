"""Which words and which doubts lie in a part of a recording."""

from __future__ import annotations

from collections.abc import Sequence

from accord.readers.speech.activity import Stretch
from accord.readers.speech.words import Hearing, Word


def inside(words: Sequence[Word], start: float, end: float) -> list[Word]:
    """The words whose middle lies between two times."""
    return [word for word in words if start <= middle(word) < end]


def replaced(words: Sequence[Word], before: Sequence[Word], after: Sequence[Word]) -> list[Word]:
    """Words in order, with some put in the place of others."""
    return sorted([word for word in words if word not in before] + list(after), key=lambda word: word.start)


def middle(word: Word) -> float:
    """Half way through a word, in seconds."""
    return (word.start + word.end) / 2


def meets(part: Stretch, hearing: Hearing) -> bool:
    """Whether something that was not understood lies in a part."""
    return any(start < part.end and part.start < end for start, end in hearing.doubts)


def clipped(times: Sequence[tuple[float, float]], start: float, end: float) -> list[tuple[float, float]]:
    """What of some intervals lies within another."""
    return [(max(low, start), min(high, end)) for low, high in times if low < end and start < high]


def outside(times: Sequence[tuple[float, float]], start: float, end: float) -> list[tuple[float, float]]:
    """What of some intervals lies outside another."""
    left = [(low, min(high, start)) for low, high in times if low < start]
    return left + [(max(low, end), high) for low, high in times if high > end]
