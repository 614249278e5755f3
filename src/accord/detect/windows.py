"""Where to look in a text: sentences, runs of sentences, pages.

A head judges windows of three sizes: one sentence, a paragraph, a page. Small windows find the one sentence that
does not belong; large ones find what only shows over many.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accord.detect.ngrams import U32

LONGEST = 1000
"""Characters of the largest window; a text up to this long is also judged as a whole."""

SIZES = (200, 450, LONGEST)
"""Characters that a window of each size may have."""

_SENTENCE = 280

Index = NDArray[np.int64]

_STOPS = np.array([ord(c) for c in ".!?…;।॥؟۔"], dtype=np.uint32)
_WIDE_STOPS = np.array([ord(c) for c in "。！？；｡"], dtype=np.uint32)
_BREAKS = np.array([ord(c) for c in "\n\r\u2028\u2029\v\f"], dtype=np.uint32)
_BLANKS = np.array([ord(c) for c in " \t\u00a0\u3000"], dtype=np.uint32)


def segments(raw: U32) -> Index:
    """Borders of sentences and lines: `0 = b[0] < b[1] < … = len`. No segment is longer than 280 characters."""
    size = raw.size
    if size == 0:
        return np.zeros(1, dtype=np.int64)
    breaks = np.isin(raw, _BREAKS)
    blank = breaks | np.isin(raw, _BLANKS)
    ends = breaks | np.isin(raw, _WIDE_STOPS)
    ends[:-1] |= np.isin(raw[:-1], _STOPS) & blank[1:]
    cuts = np.flatnonzero(ends) + 1
    cuts = np.unique(np.concatenate(([0], cuts, [size]))).astype(np.int64)
    if np.diff(cuts).max() <= _SENTENCE:
        return _join_short(cuts)
    blanks = np.flatnonzero(blank) + 1
    borders: list[int] = [0]
    for cut in cuts[1:].tolist():
        while cut - borders[-1] > _SENTENCE:
            limit = borders[-1] + _SENTENCE
            at = int(np.searchsorted(blanks, limit, side="right")) - 1
            found = int(blanks[at]) if at >= 0 else 0
            borders.append(found if found > borders[-1] + _SENTENCE // 2 else limit)
        if cut > borders[-1]:
            borders.append(cut)
    return _join_short(np.array(borders, dtype=np.int64))


def _join_short(borders: Index) -> Index:
    """Join what is too short to judge ("1.", "}", an empty line) to what follows it."""
    if borders.size <= 2:
        return borders
    kept = [0]
    last = int(borders[-1])
    for border in borders[1:-1].tolist():
        if border - kept[-1] >= 40:
            kept.append(border)
    if len(kept) > 1 and last - kept[-1] < 40:
        kept.pop()
    kept.append(last)
    return np.array(kept, dtype=np.int64)


def windows(borders: Index) -> tuple[Index, Index]:
    """Windows over the segments, as starts and ends in characters: sorted, without repeats."""
    starts, ends = borders[:-1], borders[1:]
    if not starts.size:
        return starts, ends
    every = []
    for size in (0, *SIZES):
        last = np.searchsorted(ends, starts + size, side="right") - 1
        every.append(np.stack((starts, ends[np.maximum(last, np.arange(starts.size))]), axis=1))
    pairs = np.unique(np.concatenate(every), axis=0)
    return pairs[:, 0], pairs[:, 1]
