"""Cuts lines out of pixels, upright, and says where in the picture each part of a cut stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Pixels
    from accord.readers.ocr.lines import Quad

_TALL = 1.5
_FAINT = 110
_HIGHEST = 96
_LONGEST = 50


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A line, cut out and upright.

    Attributes:
        pixels: RGB, shape (height, width, 3).
        quad: where its corners are in the picture: top left, top right, bottom right, bottom left as it is read.
    """

    pixels: Pixels
    quad: Quad

    def turned(self, quarters: int) -> Crop:
        """The same line read in another direction: turned left by quarters of a circle."""
        return Crop(np.ascontiguousarray(np.rot90(self.pixels, quarters)), np.roll(self.quad, -quarters, axis=0))

    @property
    def tall(self) -> bool:
        """Whether it is much higher than wide, so that it may run up or down."""
        return bool(self.pixels.shape[0] > _TALL * self.pixels.shape[1])

    def boxes(self, edges: NDArray[np.float32]) -> NDArray[np.int32]:
        """Boxes around parts of the line: `edges` holds, as rows, left, top, right, bottom as shares of the crop.

        Returns:
            Shape (parts, 4): left, top, right, bottom in pixels of the picture, rounded outward.
        """
        left, top, right, bottom = edges.T[..., None]
        one, two, three, four = self.quad.astype(np.float64)
        corners = [
            one * (1 - x) * (1 - y) + two * x * (1 - y) + three * x * y + four * (1 - x) * y
            for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
        ]
        stacked = np.stack(corners)
        low, high = np.floor(stacked.min(axis=0)), np.ceil(stacked.max(axis=0))
        return np.concatenate([low, high], axis=1).astype(np.int32)


def cut(pixels: Pixels, quad: Quad) -> Crop:
    """Cut the rectangle `quad` out of RGB pixels; beyond the border the border is repeated."""
    width = max(1, round(float(np.linalg.norm(quad[1] - quad[0]))))
    height = max(1, round(float(np.linalg.norm(quad[3] - quad[0]))))
    shrink = max(1.0, min(width, height) / _HIGHEST)
    if abs(quad[0, 1] - quad[1, 1]) < 1 and abs(quad[0, 0] - quad[3, 0]) < 1:
        left, top = np.floor(quad.min(axis=0)).astype(int).clip(0)
        right, bottom = np.ceil(quad.max(axis=0)).astype(int)
        right, bottom = min(right, pixels.shape[1]), min(bottom, pixels.shape[0])
        square = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        return Crop(pixels[top : max(bottom, top + 1), left : max(right, left + 1)], square)
    target = np.array([[0, 0], [width, 0], [width, height]], np.float32)
    move = cv2.getAffineTransform(quad[:3], target)
    made = cv2.warpAffine(pixels, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if shrink > 2:
        made = cv2.resize(made, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    return Crop(np.asarray(made, np.uint8), quad)


def parted(crop: Crop) -> list[Crop]:
    """A very long line in pieces, cut where there is least ink, so that what one reading takes is bounded."""
    if crop.tall:
        return [piece.turned(3) for piece in parted(crop.turned(1))] if _slender(crop.turned(1)) else [crop]
    if not _slender(crop):
        return [crop]
    height, width = crop.pixels.shape[:2]
    busy = np.abs(np.diff(crop.pixels.max(axis=2).astype(np.int16), axis=0)).sum(axis=0)
    calm = np.convolve(busy, np.ones(max(1, height // 3)), "same")
    pieces, start = [], 0
    while width - start > _LONGEST * height:
        low = start + _LONGEST * height * 3 // 4
        end = low + int(np.argmin(calm[low : start + _LONGEST * height]))
        pieces.append(_piece(crop, start, end))
        start = end
    return [*pieces, _piece(crop, start, width)]


def _slender(crop: Crop) -> bool:
    return bool(crop.pixels.shape[1] > _LONGEST * crop.pixels.shape[0])


def _piece(crop: Crop, start: int, end: int) -> Crop:
    along = (crop.quad[1] - crop.quad[0], crop.quad[2] - crop.quad[3])
    one, two = start / crop.pixels.shape[1], end / crop.pixels.shape[1]
    first, last = crop.quad[0], crop.quad[3]
    quad = np.array([first + along[0] * one, first + along[0] * two, last + along[1] * two, last + along[1] * one])
    return Crop(crop.pixels[:, start:end], quad.astype(np.float32))


def stretched(pixels: Pixels) -> Pixels:
    """Spread the levels of a faint crop over the whole range; a strong one stays as it is."""
    low, high = np.percentile(pixels, (1, 99))
    if high - low > _FAINT or high - low < 1:
        return pixels
    return np.asarray(((pixels.astype(np.float32) - low) * (255 / (high - low))).clip(0, 255), np.uint8)
