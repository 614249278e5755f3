"""What is left of a planted value after a picture was redacted: by its ink, and by what an OCR engine still reads.

The ink is judged without OCR: the share of the columns of a value in which there was ink and still is. A mark that
is not of one colour (a label painted into it) would count as ink, so let values be filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
from drawn import Drawn, Edges, Value, turned
from numpy.typing import NDArray
from PIL import Image

from accord.core.media import Strip, Surface
from accord.core.roles import PictureReader

READABLE = 1 / 3
"""A value can be guessed from when this share of its columns still shows ink."""

TOUCHED = 0.05
"""Below this share nothing is left but the rim of a letter."""

_BAND = (0.35, 0.75)  # the middle of a line: a tight mark may end inside the tallest letters
_CONTRAST = 0.4


def upright(drawn: Drawn, picture: Image.Image) -> Image.Image:
    """A picture turned back to how it was drawn."""
    return turned(picture, -drawn.turned, picture.getpixel((1, 1))) if drawn.turned else picture  # type: ignore[arg-type]


def _levels(grey: NDArray[np.int16], box: Edges) -> NDArray[np.int16]:
    """How far each pixel of the middle of a line is from its commonest level."""
    left, top, right, bottom = box
    high = bottom - top
    cut = grey[top + round(high * _BAND[0]) : top + max(1, round(high * _BAND[1])), max(0, left) : right]
    if not cut.size:
        return np.zeros((1, 0), np.int16)
    commonest = int(np.bincount(cut.ravel(), minlength=256).argmax())
    return np.asarray(np.abs(cut - commonest), np.int16)


def ink_left(before: Image.Image, after: Image.Image, values: Sequence[Value]) -> list[float]:
    """For each value the share of its columns with ink that still show some; both pictures are upright."""
    old, new = (np.asarray(picture.convert("L"), np.int16) for picture in (before, after))
    shares = []
    for value in values:
        was, now = _levels(old, value.box), _levels(new, value.box)
        least = max(10.0, _CONTRAST * float(was.max(initial=0)))
        inked = (was >= least).any(axis=0)
        shares.append(float((inked & (now >= least).any(axis=0)).sum() / max(1, inked.sum())))
    return shares


def plain(text: str) -> str:
    """Letters and digits alone, in one case."""
    return "".join(c for c in text.casefold() if c.isalnum())


def read_in(strips: Sequence[Strip], box: Edges, margin: float = 3) -> str:
    """Letters and digits whose middle lies in a box."""
    left, top, right, bottom = box
    found = []
    for strip in strips:
        if strip.boxes is None:
            continue
        middles = (strip.boxes[:, [0, 1]] + strip.boxes[:, [2, 3]]) / 2
        within = (middles[:, 0] >= left - margin) & (middles[:, 0] <= right + margin)
        within &= (middles[:, 1] >= top - margin) & (middles[:, 1] <= bottom + margin)
        found += [c for c, inside, row in zip(strip.text, within, strip.boxes, strict=True) if inside and row[4] >= 0]
    return plain("".join(found))


def legible(reader: PictureReader, picture: Image.Image, values: Sequence[Value]) -> list[bool]:
    """For each value whether an engine reads half of it in one piece, and three characters at least, where it stood."""
    strips = reader.read_picture(Surface.of(np.asarray(picture.convert("RGB"))), lambda: False)
    answers = []
    for value in values:
        wanted, read = plain(value.text), read_in(strips, value.box)
        longest = SequenceMatcher(None, wanted, read, autojunk=False).find_longest_match().size
        answers.append(longest >= max(min(3, len(wanted)), len(wanted) / 2))
    return answers
