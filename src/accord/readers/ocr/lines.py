"""Finds lines of text in pixels: differentiable binarisation (Liao et al., AAAI 2020) with PP-OCRv6 weights.

The network gives, for every pixel, how likely it lies in the middle of a line of text. Connected pixels make one
line; its rectangle is widened again by what the network was taught to shrink it. Large pictures are looked at in
overlapping tiles whose *maps* are put together before lines are made, so that no line is cut by a tile.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from accord.models.runtime import session

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Pixels, Stop

    Quad = NDArray[np.float32]
    """Corners of a line in pixels, shape (4, 2): top left, top right, bottom right, bottom left as it is read."""

_INK = 0.3
_SURE = 0.5
_WIDEN = 1.6
_SMALLEST = 3
_MULTIPLE = 32
_WHOLE = 2_400_000
_TILE = 1280
_OVERLAP = 192


class LineFinder:
    """Finds lines of text.

    Args:
        cache: another model cache than the user's.

    Raises:
        ModelError: the weights are missing or altered.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._session = session("rapidocr", "det.onnx", cache)

    def find(self, pixels: Pixels, stop: Stop, scale: float = 1.0) -> list[Quad]:
        """Lines of RGB pixels of shape (height, width, 3), looked at `scale` times as large.

        Raises:
            TimeoutError: `stop` said so.
        """
        looked = pixels if scale == 1.0 else _scaled(pixels, scale)
        likely = self._map(looked, stop)
        down = np.array([pixels.shape[1] / looked.shape[1], pixels.shape[0] / looked.shape[0]], np.float32)
        return [quad * down for quad in _quads(likely)]

    def _map(self, pixels: Pixels, stop: Stop) -> Pixels:
        """How likely every pixel lies inside a line, 0 to 255, shape (height, width)."""
        height, width = pixels.shape[:2]
        if height * width <= _WHOLE:
            return self._look(pixels, stop)
        likely = np.zeros((height, width), np.uint8)
        for top, bottom in _cuts(height):
            for left, right in _cuts(width):
                seen = self._look(pixels[top:bottom, left:right], stop)
                up, side = _OVERLAP // 2 if top else 0, _OVERLAP // 2 if left else 0
                likely[top + up : bottom, left + side : right] = seen[up:, side:]
        return likely

    def _look(self, pixels: Pixels, stop: Stop) -> Pixels:
        if stop():
            raise TimeoutError("the picture was not read to its end")
        height, width = pixels.shape[:2]
        padded = cv2.copyMakeBorder(pixels, 0, -height % _MULTIPLE, 0, -width % _MULTIPLE, cv2.BORDER_REPLICATE)
        blob = cv2.dnn.blobFromImage(padded, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True)
        likely = self._session.run(None, {"x": blob})[0][0, 0, :height, :width]
        return np.asarray(likely * 255, np.uint8)


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)


def _cuts(length: int) -> Iterator[tuple[int, int]]:
    """Tiles along one side, overlapping."""
    start = 0
    while True:
        end = min(length, start + _TILE)
        yield start, end
        if end == length:
            return
        start = end - _OVERLAP


def _quads(likely: Pixels) -> Iterator[Quad]:
    inked = cv2.dilate((likely > _INK * 255).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(inked, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in contours:
        centre, (width, height), angle = cv2.minAreaRect(contour)
        if min(width, height) < _SMALLEST or _score(likely, np.asarray(contour, np.int32)) < _SURE:
            continue
        reach = width * height * _WIDEN / (width + height)
        yield _ordered(np.asarray(cv2.boxPoints((centre, (width + reach, height + reach), angle)), np.float32))


def _score(likely: Pixels, contour: NDArray[np.int32]) -> float:
    """The mean of the map inside a contour."""
    left, top, width, height = cv2.boundingRect(contour)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [contour - (left, top)], 1)
    return float(cv2.mean(likely[top : top + height, left : left + width], inside)[0]) / 255


def _ordered(corners: NDArray[np.float32]) -> Quad:
    """Begin at the top left of text that runs as horizontally as the rectangle allows."""
    sides = np.roll(corners, -1, axis=0) - corners
    first = int(np.argmax(sides[:, 0] - np.abs(sides[:, 1])))
    return np.asarray(np.roll(corners, -first, axis=0), np.float32)
