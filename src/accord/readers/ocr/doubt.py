"""Writing that was found and could not be read: another script, or letters too worn.

A recogniser always says something. Two signs tell that it does not mean it: it is unsure of a whole line, or it has
far fewer letters than the line has room for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from accord.core.media import Flaw
from accord.core.place import Box

if TYPE_CHECKING:
    from accord.readers.ocr.letters import Line

REASON = "writing that could not be read"

_SURE = 0.75
_LETTERS = 12  # a shorter doubtful line is a logo, a stain or a pattern
_SLIM = 8.0  # heights a line is long, from which letters can be missed
_ROOM = 0.45  # letters for each height of a line; Latin has about two, Chinese one
_SHARE = 0.2  # of all that was found on the picture


def doubts(lines: Sequence[Line], page: int, item: int, size: tuple[int, int]) -> tuple[Flaw, ...]:
    """One flaw for each line that could not be read, where they are more than a stray one.

    Args:
        lines: everything that was read.
        page: which page that is.
        item: of which item.
        size: width and height of the picture.
    """
    found = [line for line in lines if _doubtful(line)]
    length = sum(_length(line) for line in lines)
    if not found or sum(_length(line) for line in found) < _SHARE * length:
        return ()
    return tuple(Flaw("fault.uninspected", REASON, item, _box(line, page, size)) for line in found)


def _doubtful(line: Line) -> bool:
    letters = len("".join(line.text.split()))
    if line.sure < _SURE and letters >= _LETTERS:
        return True
    slim = _length(line) / max(1.0, float(np.linalg.norm(line.quad[3] - line.quad[0])))
    return slim >= _SLIM and letters < _ROOM * slim


def _length(line: Line) -> float:
    return float(np.linalg.norm(line.quad[1] - line.quad[0]))


def _box(line: Line, page: int, size: tuple[int, int]) -> Box:
    left, top = np.clip(np.floor(line.quad.min(axis=0)), 0, (size[0] - 1, size[1] - 1)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(line.quad.max(axis=0)), (left + 1, top + 1), size).astype(int).tolist()
    return Box(left, top, right, bottom, page)
