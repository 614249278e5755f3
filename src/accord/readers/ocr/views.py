"""Other ways to look at a picture: evened out, and made smaller the ways models make it smaller.

A picture can hold text that is there only after it was made smaller (Quiring et al., *Adversarial Preprocessing*,
USENIX Security 2020): resamplers that skip pixels let the few pixels they keep say something else. What an eye sees
from further away is the mean of the pixels; where a resampler differs from that mean, its picture is looked at, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Pixels
    from accord.readers.ocr.cover import Cover
    from accord.readers.ocr.lines import Quad

SIDES = (512, 768)
"""Long sides, in pixels, that models commonly reduce pictures to."""

_QUOTIENTS = (2, 3, 4)
_SMALLEST = 160
_RESAMPLERS = (cv2.INTER_NEAREST, cv2.INTER_NEAREST_EXACT, cv2.INTER_LINEAR, cv2.INTER_CUBIC)
_SLIGHT = 20
_CLEAR = 50
_CHANGED = 0.0015
_ALIKE = 0.55
_PICKED = 3
_WINDOW = 41
_QUIET = 2.0
_WEAK = (3, 70)
_WEAK_SHARE = 0.0005
_NEAR = 6


@dataclass(frozen=True, slots=True, eq=False)
class Smaller:
    """A picture made smaller.

    Attributes:
        pixels: RGB, as a resampler gives them.
        mean: the same size, every pixel the mean of those it stands for.
        up: what to multiply coordinates with to come back to the picture: x, y.
    """

    pixels: Pixels
    mean: Pixels
    up: NDArray[np.float32]

    def differs(self, quad: Quad) -> bool:
        """Whether the resampler shows something else here than an eye sees."""
        left, top = np.floor(quad.min(axis=0)).astype(int).clip(0)
        right, bottom = np.ceil(quad.max(axis=0)).astype(int)
        one, two = (
            cv2.GaussianBlur(cv2.cvtColor(each[top:bottom, left:right], cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
            .astype(np.float64)
            .ravel()
            for each in (self.pixels, self.mean)
        )
        # What a resampler picks out stands in the mean too, but many times fainter.
        if one.std() > _PICKED * two.std() + 4:
            return True
        if one.std() < 1 or two.std() < 1:
            return False
        return float(np.corrcoef(one, two)[0, 1]) < _ALIKE


def smaller(pixels: Pixels, cover: Cover) -> Iterator[Smaller]:
    """Smaller pictures in which a resampler shows something else than the mean; none for most pictures.

    Args:
        pixels: RGB.
        cover: where lines were read; their edges always differ a little, so there more is asked.
    """
    height, width = pixels.shape[:2]
    longest = max(height, width)
    sides = {side for side in SIDES if side < longest} | {longest // quotient for quotient in _QUOTIENTS}
    for side in sorted(side for side in sides if side >= _SMALLEST):
        size = max(1, round(width * side / longest)), max(1, round(height * side / longest))
        mean = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        free = cv2.resize(cover.open_cells(), size, interpolation=cv2.INTER_NEAREST) > 0
        up = np.array([width / size[0], height / size[1]], np.float32)
        for method in _RESAMPLERS:
            made = np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)
            apart = np.abs(cv2.blur(made.astype(np.int16) - mean.astype(np.int16), (5, 5))).max(axis=2)
            if ((apart > _CLEAR) | (free & (apart > _SLIGHT))).mean() > _CHANGED:
                yield Smaller(made, mean, up)


def has_faint(pixels: Pixels, cover: Cover) -> bool:
    """Whether something faint stands where no line was read."""
    cells = cover.open_cells()
    most = _spread(pixels, cells.shape)
    weak = ((most >= _WEAK[0]) & (most <= _WEAK[1]) & (cells > 0)).astype(np.uint8)
    # Letters fill a patch of cells; rules and the borders of panels do not.
    patches = cv2.morphologyEx(weak, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return float(patches.mean()) > _WEAK_SHARE


def unread(pixels: Pixels, cover: Cover) -> list[tuple[int, int, int, int]]:
    """Parts of the picture where marks stand close together and no line was read: left, top, right, bottom."""
    cells = cover.open_cells()
    marks = ((_spread(pixels, cells.shape) > _WEAK[1]) & (cells > 0)).astype(np.uint8)
    joined = cv2.morphologyEx(marks, cv2.MORPH_CLOSE, np.ones((3, 9), np.uint8))
    # A word is a few cells wide; a dot or a rule is not a word.
    words = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((2, 4), np.uint8))
    near = cv2.dilate(words, np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(near)
    height, width = pixels.shape[:2]
    return [
        (4 * left, 4 * top, min(width, 4 * (left + wide)), min(height, 4 * (top + high)))
        for left, top, wide, high, _ in stats[1:].tolist()
    ]


def _spread(pixels: Pixels, shape: tuple[int, ...]) -> Pixels:
    """How far levels are apart in every cell of four by four pixels, in the channel where they are furthest."""
    size = shape[0] * 4 - pixels.shape[0], shape[1] * 4 - pixels.shape[1]
    padded = cv2.copyMakeBorder(pixels, 0, size[0], 0, size[1], cv2.BORDER_REPLICATE)
    kernel = np.ones((3, 3), np.uint8)
    apart = (cv2.dilate(padded, kernel) - cv2.erode(padded, kernel)).max(axis=2)
    return np.asarray(apart.reshape(shape[0], 4, shape[1], 4).max(axis=(1, 3)), np.uint8)


def evened(pixels: Pixels) -> Pixels:
    """The picture with the contrast of every neighbourhood made the same; the strongest channel wins."""
    kernel = (_WINDOW, _WINDOW)
    best: NDArray[np.float32] | None = None
    for channel in cv2.split(pixels):
        levels = channel.astype(np.float32)
        mean = cv2.blur(levels, kernel)
        spread = np.sqrt(np.maximum(cv2.blur(levels * levels, kernel) - mean * mean, 0))
        scaled = np.asarray((levels - mean) / (spread + _QUIET), np.float32)
        best = scaled if best is None else np.where(np.abs(scaled) > np.abs(best), scaled, best)
    grey = np.asarray((best * 45 + 128).clip(0, 255), np.uint8) if best is not None else pixels[..., 0]
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
