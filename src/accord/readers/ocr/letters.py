"""Gives every character of a read line its own box.

What the network says tells the middle of a character to about eight columns. The borders come from the ink: between
two middles the column with the least ink parts them, and blanks take the gap between words.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Boxes, Pixels
    from accord.readers.ocr.crops import Crop
    from accord.readers.ocr.lines import Quad
    from accord.readers.ocr.recognise import Spelled

    Floats = NDArray[np.float32]

_MARGIN = 2.0
_INKED = 0.04


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Line:
    """A line that was read.

    Attributes:
        text: its characters.
        sure: mean probability of the characters.
        quad: its corners as it is read.
        boxes: for every character left, top, right, bottom in pixels of the picture; blanks have one too.
    """

    text: str
    sure: float
    quad: Quad
    boxes: Boxes


def line_of(crop: Crop, spelled: Spelled) -> Line:
    """Give the characters of a read crop their boxes in the picture."""
    text, centres = spelled.text, spelled.centres
    lead, trail = len(text) - len(text.lstrip()), len(text.rstrip())
    text, centres = text[lead:trail], centres[lead:trail]
    if not text:
        return Line("", 0.0, crop.quad, np.zeros((0, 4), np.int32))
    ink = _ink(crop.pixels)
    rows = np.zeros((len(text), 4), np.float32)
    rows[:, [0, 2]] = _sides(text, centres * len(ink), ink) / len(ink)
    rows[:, 3] = 1.0
    return Line(text, spelled.sure, crop.quad, crop.boxes(rows))


def moved(line: Line, up: Floats, start: Floats) -> Line:
    """The same line in other coordinates: multiplied by `up`, then shifted by `start` (x, y)."""
    low = np.floor(line.boxes[:, :2] * up + start)
    high = np.ceil(line.boxes[:, 2:] * up + start)
    boxes = np.concatenate([low, high], axis=1).astype(np.int32)
    return Line(line.text, line.sure, np.asarray(line.quad * up + start, np.float32), boxes)


def inside(line: Line, shape: tuple[int, ...]) -> Line:
    """The same line with its boxes cut at the borders of a picture of that height and width; none becomes empty."""
    height, width = shape[:2]
    low = line.boxes[:, :2].clip(0, (width - 1, height - 1))
    high = np.maximum(line.boxes[:, 2:].clip(0, (width, height)), low + 1)
    return Line(line.text, line.sure, line.quad, np.concatenate([low, high], axis=1).astype(np.int32))


def _ink(pixels: Pixels) -> Floats:
    """How much every column differs from the paper, shape (width,)."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    paper = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    return np.asarray(np.abs(grey - paper).mean(axis=0), np.float32)


def _sides(text: str, centres: Floats, ink: Floats) -> Floats:
    """Left and right border of every character in columns, shape (len(text), 2)."""
    sides = np.zeros((len(text), 2), np.float32)
    letters = [index for index, letter in enumerate(text) if not letter.isspace()]
    sides[letters[0], 0] = _outer(ink, centres[letters[0]])
    sides[letters[-1], 1] = len(ink) - _outer(ink[::-1], len(ink) - centres[letters[-1]])
    for one, two in pairwise(letters):
        part = _parting if two == one + 1 else _gap
        sides[one, 1], sides[two, 0] = part(ink, centres[one], centres[two])
        sides[one + 1 : two] = sides[one, 1]
    return np.asarray(np.clip(sides, 0, len(ink)), np.float32)


def _gap(ink: Floats, left: float, right: float) -> tuple[float, float]:
    """Where the ink ends and begins again around the widest empty stretch between two words."""
    low, high = int(left), int(np.ceil(right))
    empty = np.flatnonzero(ink[low:high] <= _INKED * ink.max())
    if not len(empty):
        return _parting(ink, left, right)
    runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
    widest = max(runs, key=len)
    return low + float(widest[0]) + _MARGIN, low + float(widest[-1]) + 1 - _MARGIN


def _outer(ink: Floats, middle: float) -> float:
    """Where the ink of the first character begins, less a margin; the end of the crop where paper is not plain."""
    inked = np.flatnonzero(ink[: max(1, int(middle))] > _INKED * ink.max())
    first = float(inked[0]) if len(inked) else middle
    return max(0.0, first - _MARGIN)


def _parting(ink: Floats, left: float, right: float) -> tuple[float, float]:
    """Around the emptiest column between two middles; of several, the one nearest to half way."""
    half = (left + right) / 2
    low, high = int(left + (half - left) / 3), int(np.ceil(right - (right - half) / 3))
    if high - low < 2:
        return half + _MARGIN / 2, half - _MARGIN / 2
    stretch = ink[low:high]
    distance = np.abs(np.arange(low, high) + 0.5 - half) / (high - low)
    at = low + int(np.argmin(stretch + (stretch.max() * 0.2 + 1e-3) * distance)) + 0.5
    return at + _MARGIN / 2, at - _MARGIN / 2
