"""Letters that stand one below the other, laid side by side so that they can be read as a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from accord.readers.ocr.letters import Line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Pixels
    from accord.readers.ocr.crops import Crop
    from accord.readers.ocr.recognise import Spelled

_INKED = 0.06
_SIDE = 48
_LETTERS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Letters laid side by side.

    Attributes:
        pixels: RGB.
        rows: for every letter, where it began and ended in the height of the crop, as shares.
        ends: where every letter ends in the width of `pixels`, as shares.
    """

    pixels: Pixels
    rows: NDArray[np.float32]
    ends: NDArray[np.float32]


def unstacked(pixels: Pixels) -> Laid | None:
    """Lay the letters of a standing crop side by side; None when they are not apart."""
    height, width = pixels.shape[:2]
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    paper = float(np.median(np.concatenate([grey[:, 0], grey[:, -1]])))
    ink = np.abs(grey - paper).mean(axis=1)
    inked = np.flatnonzero(ink > _INKED * ink.max())
    if not len(inked):
        return None
    runs = _joined(np.split(inked, np.flatnonzero(np.diff(inked) > 1) + 1), width)
    if not 2 <= len(runs) <= _LETTERS or max(end - start for start, end in runs) > 1.8 * width:
        return None
    side = max(_SIDE // 2, int(np.median([end - start for start, end in runs]) * 1.5))
    colour = np.median(np.concatenate([pixels[:, 0], pixels[:, -1]]), axis=0)
    sheet = np.full((side, len(runs) * (width + 2), 3), colour, np.uint8)
    for index, (start, end) in enumerate(runs):
        letter = pixels[start:end][:side]
        top = (side - len(letter)) // 2
        sheet[top : top + len(letter), index * (width + 2) + 1 :][:, :width] = letter
    ends = np.arange(1, len(runs) + 1) / len(runs)
    return Laid(sheet, (np.array(runs) / height).astype(np.float32), ends.astype(np.float32))


def _joined(runs: list[NDArray[np.int64]], width: int) -> list[tuple[int, int]]:
    """Runs of inked rows as letters: a dot belongs to what follows it close below."""
    letters: list[tuple[int, int]] = []
    for run in runs:
        start, end = int(run[0]), int(run[-1]) + 1
        if letters and end - letters[-1][0] <= width and start - letters[-1][1] < 0.12 * width:
            letters[-1] = letters[-1][0], end
        else:
            letters.append((start, end))
    return [(start, end) for start, end in letters if end - start >= 3]


def line_of_stack(crop: Crop, laid: Laid, spelled: Spelled) -> Line:
    """Give every letter the place its picture was taken from."""
    kept = [index for index, letter in enumerate(spelled.text) if not letter.isspace()]
    which = np.searchsorted(laid.ends, spelled.centres[kept]).clip(0, len(laid.rows) - 1)
    parts = np.zeros((len(kept), 4), np.float32)
    parts[:, 2] = 1.0
    parts[:, [1, 3]] = laid.rows[which] + (-0.01, 0.01)
    return Line("".join(spelled.text[i] for i in kept), spelled.sure, crop.quad, crop.boxes(parts))
