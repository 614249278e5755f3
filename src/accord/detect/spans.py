"""From pieces to words: windows over a text, and what a token classifier thinks of every word in it.

A text is cut into blocks, blocks into windows that fit the model, at the best border in reach: a line's end, a
sentence's end, a space. Where the cut falls inside a sentence, windows overlap, and a piece counts in the window
in which it stands further from the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from accord.detect.noise import views
from accord.models.runtime import TokenClassifier, Tokens

Floats = NDArray[np.float32]
Stop = Callable[[], bool]

BLOCK = 2_000
"""Characters that are cut into pieces at a time; bounds memory whatever the size of the text."""

WINDOW = 126
"""Pieces of one window, without the two special ones."""

OVERLAP = 16
"""Pieces two windows share where a sentence had to be cut."""

_LINE, _SENTENCE, _SPACE, _INSIDE = 3, 2, 1, 0
_WIDE_STOPS = frozenset("。！？；।॥؟۔")
_STOPS = _WIDE_STOPS | frozenset(".!?…;")
_REMEMBERED = 4_096  # windows; at most 9 kB each
_LONGEST_NUMBER = 64


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a single sign, and the probability of each group of labels.

    Attributes:
        start: first character.
        end: behind the last character.
        odds: probability of each group, in the order of the groups.
    """

    start: int
    end: int
    odds: list[float]


def blocks(text: str, size: int = BLOCK) -> Iterator[tuple[int, int]]:
    """Cut a text into stretches of at most `size` characters, at the best border in the last half of each."""
    start = 0
    while start < len(text):
        end = min(start + size, len(text))
        if end < len(text):
            end = _cut(text, start + size // 2, end)
        yield start, end
        start = end


def _cut(text: str, low: int, high: int) -> int:
    at = text.rfind("\n", low, high)
    if at >= 0:
        return at + 1
    # Only where a word begins is a border looked for, so that each run of blanks is walked over once.
    space = 0
    for at in range(high - 1, low, -1):
        if text[at].isspace() or not (text[at - 1].isspace() or text[at - 1] in _WIDE_STOPS):
            continue
        rank = border(text, at)
        if rank >= _SENTENCE:
            return at
        if rank == _SPACE and not space:
            space = at
    return space or high


def border(text: str, at: int) -> int:
    """How good a border stands before character `at`: 3 a line's end, 2 a sentence's, 1 a space, 0 none."""
    blank = at
    while blank > 0 and text[blank - 1].isspace():
        if text[blank - 1] in "\n\r\u2028\u2029":
            return _LINE
        blank -= 1
    before = text[blank - 1] if blank else "\n"
    if before in _WIDE_STOPS or (blank < at and before in _STOPS):
        return _SENTENCE
    return _SPACE if blank < at else _INSIDE


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces `[start, end)` are shown to the model; those of `[keep, until)` count."""

    start: int
    end: int
    keep: int
    until: int


def windows(text: str, tokens: Tokens, size: int = WINDOW, overlap: int = OVERLAP) -> list[Window]:
    """Cover all pieces with windows of at most `size`, of about the same length, cut at the best borders."""
    count = len(tokens)
    found: list[Window] = []
    start = keep = 0
    while keep < count:
        if count - start <= size:
            found.append(Window(start, count, keep, count))
            break
        left = -(-(count - start) // size)
        even = -(-(count - start) // left)
        cut, rank = _best_cut(text, tokens, max(keep + 1, start + even // 2), start + size)
        if rank >= _SENTENCE:
            found.append(Window(start, cut, keep, cut))
            start = keep = cut
        else:
            shared = min(overlap, (cut - keep) // 2)
            until = cut - shared // 2
            found.append(Window(start, cut, keep, until))
            start, keep = cut - shared, until
    return found


def _best_cut(text: str, tokens: Tokens, low: int, high: int) -> tuple[int, int]:
    best, best_rank = high, -1
    for piece in range(high, low - 1, -1):
        rank = border(text, tokens.offsets[piece][0])
        if rank > best_rank and (piece == high or tokens.words[piece] != tokens.words[piece - 1]):
            best, best_rank = piece, rank
            if rank == _LINE:
                break
    return best, best_rank


class WordReader:
    """Reads what a model thinks of the words of texts; remembers windows it has seen within its own life.

    Args:
        model: the token classifier.
        groups: for each label of the model, the group it counts towards.
        stop: asked before each window; when it says so, nothing more is read.
    """

    def __init__(self, model: TokenClassifier, groups: Sequence[int], stop: Stop) -> None:
        self._model = model
        self._stop = stop
        self._groups = np.zeros((len(groups), max(groups) + 1), dtype=np.float32)
        self._groups[np.arange(len(groups)), list(groups)] = 1
        self._seen: dict[tuple[int, ...], Floats] = {}

    def words(self, text: str) -> Iterator[list[Word]]:
        """The words of a text in order, block by block, as long as there is time."""
        for start, end in blocks(text):
            block = text[start:end]
            if self._stop():
                return
            found: list[Word] = []
            for begin, view in views(block):
                found += self._view(view, start + begin)
            if found:
                yield [_whole_number(text, word) for word in found]

    def _view(self, text: str, offset: int) -> list[Word]:
        tokens = self._model.encode(text)
        parts = []
        for window in windows(text, tokens, min(WINDOW, self._model.limit)):
            if self._stop():
                return []
            odds = self._odds(tokens.ids[window.start : window.end])
            parts.append(odds[window.keep - window.start : window.until - window.start])
        if not parts:
            return []
        numbers = np.asarray(tokens.words)
        first = np.flatnonzero(np.diff(numbers, prepend=-1))
        counts = np.diff(first, append=len(numbers))
        means = np.add.reduceat(np.concatenate(parts), first, axis=0) / counts[:, None].astype(np.float32)
        places = [
            (offset + tokens.offsets[piece][0], offset + tokens.offsets[piece + count - 1][1])
            for piece, count in zip(first.tolist(), counts.tolist(), strict=True)
        ]
        return [Word(start, end, odds) for (start, end), odds in zip(places, means.tolist(), strict=True)]

    def _odds(self, ids: list[int]) -> Floats:
        key = tuple(ids)
        found = self._seen.get(key)
        if found is None:
            found = np.asarray(self._model.probabilities(ids) @ self._groups, dtype=np.float32)
            if len(self._seen) >= _REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._seen[key] = found
        return found


def _whole_number(text: str, word: Word) -> Word:
    """A number of which a view showed less than there is, whole again."""
    end = word.end
    if end < len(text) and text[end - 1].isdigit() and text[end].isdigit():
        while end < len(text) and end < word.end + _LONGEST_NUMBER and text[end].isdigit():
            end += 1
        return Word(word.start, end, word.odds)
    return word
