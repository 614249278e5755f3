"""Remembers where lines were read already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from accord.core.media import Pixels
    from accord.readers.ocr.lines import Quad

_CELL = 2
_CORE = 0.35
_COMMON = 6
_KNOWN = 0.5


class Cover:
    """The part of a picture that lines cover.

    Args:
        shape: height and width of the picture.
        quads: lines read already.
    """

    def __init__(self, shape: tuple[int, ...], quads: Iterable[Quad] = ()) -> None:
        # An even number of cells in both directions, so that they can be taken two by two.
        self._cells = np.zeros((2 * (shape[0] // 4 + 1), 2 * (shape[1] // 4 + 1)), np.uint8)
        for quad in quads:
            self.add(quad)

    def add(self, quad: Quad) -> None:
        """Remember a line."""
        cv2.fillConvexPoly(self._cells, np.rint(quad / _CELL).astype(np.int32), 1)

    def knows(self, quad: Quad) -> bool:
        """Whether half of the middle of a line or more is covered; lines set close overlap."""
        corners = np.rint(_core(quad) / _CELL).astype(np.int32)
        left, top = corners.min(axis=0).clip(0)
        right, bottom = corners.max(axis=0) + 1
        part = self._cells[top:bottom, left:right]
        if not part.size:
            return True
        inside = np.zeros(part.shape, np.uint8)
        cv2.fillConvexPoly(inside, corners - (left, top), 1)
        return float(cv2.mean(part, inside)[0]) >= _KNOWN

    def open_cells(self) -> Pixels:
        """1 for every square of four by four pixels that no line covers, shape (height // 4 + 1, width // 4 + 1)."""
        height, width = self._cells.shape
        taken = self._cells.reshape(height // 2, 2, width // 2, 2).max(axis=(1, 3))
        return np.asarray(1 - taken, np.uint8)


class Known:
    """The lines that were read, and whether another one says something new.

    Only lines of about the same height say the same: strokes of large letters look like small ones, and small
    letters stand under large ones, as under the word that is laid over a draft.

    Args:
        shape: height and width of the picture.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._quads: list[Quad] = []
        self._layers: dict[int, Cover] = {}
        self.all = Cover(shape)
        """What lines of common height cover; under very large letters there may be others."""

    def add(self, quad: Quad) -> None:
        """Remember a line."""
        self._quads.append(quad)
        height = _level(quad)
        if height <= _COMMON:
            self.all.add(quad)
        for level, cover in self._layers.items():
            if abs(level - height) <= 1:
                cover.add(quad)

    def new(self, quads: Iterable[Quad]) -> list[Quad]:
        """Those of the lines of one look that say something new."""
        return [quad for quad in quads if not self._layer(_level(quad)).knows(quad)]

    def _layer(self, level: int) -> Cover:
        """What lines of about one height cover, between half of it and double."""
        if level not in self._layers:
            near = [quad for quad in self._quads if abs(_level(quad) - level) <= 1]
            self._layers[level] = Cover(self._shape, near)
        return self._layers[level]


def _level(quad: Quad) -> int:
    """How high a line is, as a power of two in pixels."""
    low = min(float(np.linalg.norm(quad[3] - quad[0])), float(np.linalg.norm(quad[1] - quad[0])))
    return max(0, int(np.log2(max(1.0, low))))


def _core(quad: Quad) -> Quad:
    """The middle of a line, without its upper and lower third."""
    one, two, three, four = quad
    share = np.float32(_CORE)
    upper, lower = (four - one) * share, (three - two) * share
    return np.stack([one + upper, two + lower, three - lower, four - upper])
