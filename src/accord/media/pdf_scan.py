"""The text layer of a scan: told from hidden text, and moved to where the ink is.

Recognition programs lay unseen text over or under the picture of a page. Their boxes are rough: many reckon the blank
after a word into its width, so that its letters stand too far left and the last of them is not covered.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from accord.core.media import Pixels
    from accord.media.pdf_text import Frames

CONTRAST = 48
"""Levels between the brightest and the darkest pixel of a place where there is ink."""

_BLANK = 0.15  # of the height of a word: what is left of a gap between two words
_FAR = 1 << 30
_GAP = 0.2  # of the height of a word: a blank this wide is one between words


def is_over_ink(whole: Frames, pictures: Frames, shown: Pixels) -> bool:
    """Whether a piece of text lies on a picture that has ink there.

    Args:
        whole: left, top, right, bottom of it, in pixels.
        pictures: the same of the pictures of its page; shape (n, 4).
        shown: the page as drawn.
    """
    x, y = (whole[0] + whole[2]) / 2, (whole[1] + whole[3]) / 2
    behind = (pictures[:, 0] <= x) & (x <= pictures[:, 2]) & (pictures[:, 1] <= y) & (y <= pictures[:, 3])
    return bool(behind.any()) and _has_ink(whole, shown)


def _inside(box: Frames, shown: Pixels) -> Pixels:
    height, width = shown.shape[:2]
    left, top = max(0, int(np.floor(box[0]))), max(0, int(np.floor(box[1])))
    return shown[top : min(height, int(np.ceil(box[3]))), left : min(width, int(np.ceil(box[2])))]


def _has_ink(box: Frames, shown: Pixels) -> bool:
    inside = _inside(box, shown)
    return bool(inside.size) and int(inside.max()) - int(inside.min()) >= CONTRAST


def widen(words: Sequence[NDArray[np.intp]], boxes: Frames, shown: Pixels) -> None:
    """Stretch words that end before their ink does.

    A word is stretched by one letter at most and never over the next word. Its letters are stretched alike.

    Args:
        words: indices of the characters of each word, in reading order.
        boxes: of all characters, in pixels; changed in place.
        shown: the page as drawn.
    """
    for word, following in pairwise([*words, None]):
        if word is None:
            continue
        left, top = boxes[word, 0].min(), boxes[word, 1].min()
        right, bottom = boxes[word, 2].max(), boxes[word, 3].max()
        if right <= left or (len(word) > 1 and boxes[word[-1], 0] <= boxes[word[0], 0]):
            continue
        reach = right + (right - left) / len(word)
        if following is not None:
            after = boxes[following]
            if min(bottom, after[:, 3].max()) > max(top, after[:, 1].min()) and after[:, 0].min() >= right:
                reach = min(reach, after[:, 0].min() - _BLANK * (bottom - top))
        end = _last_ink(np.array([right + 1, top, reach, bottom]), shown)
        if end is not None:
            for side in (0, 2):
                boxes[word, side] = left + (boxes[word, side] - left) * (end - left) / (right - left)


def _last_ink(box: Frames, shown: Pixels) -> int | None:
    """Where ink that begins at the left of a box ends, in pixels of the page; None where there is none.

    It ends at the first blank as wide as one between words.
    """
    inside, left = _inside(box, shown), max(0, int(np.floor(box[0])))
    if not inside.size:
        return None
    inked = np.flatnonzero(inside.max() - inside.min(axis=(0, 2)) >= CONTRAST)
    ends = np.append(inked, _FAR)
    wide = np.flatnonzero(np.diff(ends, prepend=-1) > 1 + _GAP * inside.shape[0])
    return left + int(ends[wide[0] - 1]) + 1 if wide[0] else None
