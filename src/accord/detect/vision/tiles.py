"""Cuts pictures into overlapping tiles, and makes one of several boxes around one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_SAME = 0.3
_INSIDE = 0.6


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle `[left, right) × [top, bottom)` of a picture, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


def tiles(width: int, height: int, side: int, overlap: int) -> list[Tile]:
    """Cover a picture with as few tiles of at most `side` pixels as it takes, of which neighbours share `overlap`.

    All tiles are of about one size, so the last one is no sliver and none is larger than it needs to be.

    Raises:
        ValueError: `overlap` is not below `side`, or a size is not positive.
    """
    if not 0 <= overlap < side or width < 1 or height < 1:
        raise ValueError("tiles have a positive side above their overlap")
    rows, columns = _cuts(height, side, overlap), _cuts(width, side, overlap)
    return [Tile(left, top, right, bottom) for top, bottom in rows for left, right in columns]


def _cuts(length: int, side: int, overlap: int) -> list[tuple[int, int]]:
    if length <= side:
        return [(0, length)]
    count = -(-(length - overlap) // (side - overlap))
    even = -(-(length - overlap) // count) + overlap
    starts = [round(index * (length - even) / (count - 1)) for index in range(count)]
    return [(start, start + even) for start in starts]


def suppress(boxes: Floats, scores: Floats) -> list[int]:
    """The indices of boxes to keep, surest first: one for each thing (greedy non-maximum suppression).

    A box yields to a surer one that shares 0.3 of their union with it, or that holds 0.6 of the smaller of the two:
    the same face seen in two tiles or at two scales is framed differently.

    Args:
        boxes: left, top, right, bottom as rows, shape (n, 4).
        scores: shape (n,).
    """
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    areas = np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(axis=1)
    kept: list[int] = []
    while order.size:
        best, rest = int(order[0]), order[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.maximum(high - low, 0).prod(axis=1)
        union = areas[best] + areas[rest] - shared
        smaller = np.minimum(areas[best], areas[rest])
        order = rest[(shared <= _SAME * union) & (shared <= _INSIDE * smaller)]
    return kept
