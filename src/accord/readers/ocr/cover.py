"""Remembers where lines were found already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from accord.core.media import Pixels
    from accord.readers.ocr.lines import Quad

_CELL = 4
_KNOWN = 0.5


class Cover:
    """The part of a picture that lines cover, in cells of four by four pixels.

    Args:
        shape: height and width of the picture.
        quads: lines found already.
    """

    def __init__(self, shape: tuple[int, ...], quads: Iterable[Quad] = ()) -> None:
        self._cells = np.zeros((shape[0] // _CELL + 1, shape[1] // _CELL + 1), np.uint8)
        for quad in quads:
            self.add(quad)

    def add(self, quad: Quad) -> None:
        """Remember a line."""
        cv2.fillConvexPoly(self._cells, np.rint(quad / _CELL).astype(np.int32), 1)

    def knows(self, quad: Quad) -> bool:
        """Whether half of a line or more is covered already."""
        corners = np.rint(quad / _CELL).astype(np.int32)
        left, top = corners.min(axis=0).clip(0)
        right, bottom = corners.max(axis=0) + 1
        part = self._cells[top:bottom, left:right]
        if not part.size:
            return True
        inside = np.zeros(part.shape, np.uint8)
        cv2.fillConvexPoly(inside, corners - (left, top), 1)
        return float(cv2.mean(part, inside)[0]) >= _KNOWN

    def take(self, quads: Iterable[Quad]) -> list[Quad]:
        """Those lines that are new, largest first; they are remembered."""
        new = []
        for quad in sorted(quads, key=lambda q: -abs(cv2.contourArea(q))):
            if not self.knows(quad):
                self.add(quad)
                new.append(quad)
        return new

    def open_cells(self) -> Pixels:
        """1 for every cell no line covers, shape (height / 4, width / 4), rounded up."""
        return np.asarray(1 - self._cells, np.uint8)
