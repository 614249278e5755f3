"""How many people speak, and when each of them does, by how alike their voices are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from accord.core.place import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

ALIKE = 0.66
"""The mean cosine from which on two groups of windows are one voice."""

_FEW = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """A time in which one voice speaks.

    Attributes:
        interval: when, in seconds.
        speaker: its number, from 0 in the order in which they start.
        score: how sure it is that somebody speaks.
    """

    interval: Interval
    speaker: int
    score: float


def grouped(embeddings: Floats, alike: float = ALIKE) -> NDArray[np.int64]:
    """Put windows together whose voices are alike (average linkage).

    Args:
        embeddings: rows of length 1.
        alike: the least mean cosine between two groups that are put together.

    Returns:
        The number of the group of each row, from 0 in order of appearance. Groups of a single window join the one
        they are most like, where there are enough windows to tell: overlaps and laughter are no further speaker.
    """
    count = len(embeddings)
    labels = np.arange(count)
    sizes = np.ones(count)
    mean = (embeddings @ embeddings.T).astype(np.float64)
    np.fill_diagonal(mean, -np.inf)
    for _ in range(count - 1):
        one, other = (int(i) for i in np.unravel_index(int(np.argmax(mean)), mean.shape))
        if mean[one, other] < alike:
            break
        row = (mean[one] * sizes[one] + mean[other] * sizes[other]) / (sizes[one] + sizes[other])
        mean[one], mean[:, one] = row, row
        mean[other], mean[:, other] = -np.inf, -np.inf
        mean[one, one] = -np.inf
        sizes[one] += sizes[other]
        labels[labels == other] = one
    return _in_order(_absorbed(labels, embeddings))


def _absorbed(labels: NDArray[np.int64], embeddings: Floats) -> NDArray[np.int64]:
    names, counts = np.unique(labels, return_counts=True)
    large = names[counts >= _FEW]
    if not len(large) or len(labels) < 2 * _FEW:
        return labels
    centres = np.stack([embeddings[labels == name].mean(axis=0) for name in large])
    merged = labels.copy()
    for name in names[counts < _FEW]:
        at = np.flatnonzero(labels == name)
        merged[at] = large[int(np.argmax(centres @ embeddings[at].mean(axis=0)))]
    return merged


def _in_order(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    known: dict[int, int] = {}
    return np.array([known.setdefault(label, len(known)) for label in labels.tolist()], dtype=np.int64)


def turns(windows: Sequence[tuple[Interval, float]], labels: NDArray[np.int64]) -> list[Turn]:
    """Windows one after the other as turns: neighbours of one voice are one."""
    found: list[Turn] = []
    for (interval, score), speaker in zip(windows, labels.tolist(), strict=True):
        last = found[-1] if found else None
        if last is not None and last.speaker == speaker and interval.start <= last.interval.end + 1e-6:
            found[-1] = Turn(Interval(last.interval.start, interval.end), speaker, max(last.score, score))
        else:
            found.append(Turn(interval, speaker, score))
    return found
