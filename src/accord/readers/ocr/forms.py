"""Forms: a label stands left of its value, or above it, and a reader who goes row by row parts the two.

Every short line that could be a label is put before the value that stands beside or below it, as `label: value`, so
that whoever knows the label knows the value. Which labels tell something is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from accord.core.along import NOWHERE
from accord.core.media import Strip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.readers.ocr.letters import Line

READER = "ocr.form"

_LABEL = re.compile(r"[^\W\d_][^\d\n]{1,38}[^\W\d_.,;!?)\]:]?[.)\]]?\s*[:：]?")
_WORDS = 5
_BESIDE = 16.0  # heights of a line between a label and the value right of it
_BELOW = 1.9
_ALIKE = 1.3  # heights by which left edges may differ
_MOST = 2_000  # lines; a page with more is no form


def form_of(lines: Sequence[Line], page: int, item: int) -> Strip | None:
    """A strip of `label: value`, one pair a line; None where nothing looks like a form."""
    if not 2 <= len(lines) <= _MOST:
        return None
    sides = np.array([_sides(line) for line in lines])
    pairs = [(line, lines[at]) for index, line in enumerate(lines) if (at := _value_of(index, lines, sides)) >= 0]
    text: list[str] = []
    boxes: list[NDArray[np.int32]] = []
    for label, value in pairs:
        name = label.text.rstrip(" :：")
        whole = ((name, label.boxes[: len(name)]), (": ", None), (value.text, value.boxes), ("\n", None))
        for piece, placed in whole:
            text.append(piece)
            boxes.append(_rows(piece, placed, page))
    if not text:
        return None
    return Strip("".join(text), READER, np.concatenate(boxes).astype(np.int32), item=item)


def _rows(piece: str, placed: NDArray[np.int32] | None, page: int) -> NDArray[np.int32]:
    rows = np.full((len(piece), 5), NOWHERE, np.int32)
    if placed is not None:
        rows[:, :4], rows[:, 4] = placed, page
        rows[[c.isspace() for c in piece]] = NOWHERE
    return rows


def _sides(line: Line) -> tuple[float, float, float, float]:
    left, top = line.boxes[:, :2].min(axis=0)
    right, bottom = line.boxes[:, 2:4].max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _is_label(text: str) -> bool:
    return _LABEL.fullmatch(text.strip()) is not None and len(text.split()) <= _WORDS


def _value_of(index: int, lines: Sequence[Line], sides: NDArray[np.float64]) -> int:
    """The line that a label is for; -1 where there is none."""
    text = lines[index].text.strip()
    if not _is_label(text):
        return -1
    left, top, right, bottom = sides[index]
    height = bottom - top
    level = np.minimum(sides[:, 3], bottom) - np.maximum(sides[:, 1], top)
    size = np.minimum(sides[:, 3] - sides[:, 1], height)
    ahead = sides[:, 0] - right
    beside = np.flatnonzero((level >= 0.5 * size) & (ahead >= 0) & (ahead <= _BESIDE * height))
    follows = int(beside[np.argmin(sides[beside, 0])]) if len(beside) else -1
    if follows >= 0 and (text.endswith((":", "：")) or not _is_label(lines[follows].text)):
        return follows
    gap = sides[:, 1] - bottom
    under = np.flatnonzero(
        (gap > -0.35 * height) & (gap <= _BELOW * height) & (np.abs(sides[:, 0] - left) <= _ALIKE * height)
    )
    under = under[under != index]
    if not len(under):
        return -1
    below = int(under[np.argmin(sides[under, 1])])
    # Two names under each other are no label and value, unless a label says so.
    return below if text.endswith((":", "：")) or not _is_label(lines[below].text) or _apart(lines, below) else -1


def _apart(lines: Sequence[Line], below: int) -> bool:
    """Whether a line of words could still be a value: a name in capitals or of several words."""
    words = lines[below].text.split()
    return len(words) >= 2 or (lines[below].text.isupper() and len(words) == 1)
