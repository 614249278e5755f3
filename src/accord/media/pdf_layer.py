"""The text layer of a rebuilt page: words where they were read, none of them under a mark.

The one rule: no character whose box touches a mark is in it, whichever reader read it. A mark is taken as large as it
is painted, and a little larger. In its place stands its label, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import bidirectional

import numpy as np

from accord.core.media import Mark, Strip
from accord.media.pdf_font import WIDTH, Codes
from accord.transform.image import padded

if TYPE_CHECKING:
    from numpy.typing import NDArray

MARGIN = 1
"""Pixels by which a mark is larger here than it is painted."""

Rectangle = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""

Row = Sequence[int]
"""Left, top, right, bottom in pixels, and the page."""

_SEEN = "pdf"
_READ = "ocr"
_OVER = 2  # quarter turns: text that stands on its head, unless its script runs leftward anyway
_DESCENT = 0.2  # of the font size, below the baseline


@dataclass(frozen=True, slots=True, repr=False)
class Word:
    """Characters that stand side by side.

    Attributes:
        text: what they say, in reading order.
        box: around them.
        line: around the line they stand on.
        turned: quarter turns clockwise of the direction they run in.
        ends: a new line comes after it.
    """

    text: str
    box: Rectangle
    line: Rectangle
    turned: int = 0
    ends: bool = False


def words_of(page: int, size: tuple[int, int], strips: Sequence[Strip], marks: Sequence[Mark]) -> list[Word]:
    """The words of one page that may stand in its text layer.

    What was in the text layer that a viewer saw comes first; what only recognition read is added where
    nothing stands yet.

    Args:
        page: number of the page.
        size: width and height of its surface.
        strips: of the item; only text with places on this page counts, and no hidden text.
        marks: of the item; only those on this page count.
    """
    places = [(mark, box) for mark in marks if mark.box.page == page and (box := _grown(mark, size))]
    taken = np.zeros((size[1], size[0]), dtype=bool)
    marked = taken.copy()
    for _, (left, top, right, bottom) in places:
        marked[top:bottom, left:right] = True
    words: list[Word] = []
    for reader in (_SEEN, _READ):
        for strip in strips:
            if strip.reader == reader and not strip.hidden and strip.boxes is not None:
                words += _unmarked(strip, page, size, marked, taken)
    return [*words, *_labels(places)]


def _grown(mark: Mark, size: tuple[int, int]) -> Rectangle | None:
    """A mark as it is painted, and a little more; None where it is off the page."""
    box = padded(mark.box, *size)
    if box is None:
        return None
    return (
        max(0, box.left - MARGIN),
        max(0, box.top - MARGIN),
        min(size[0], box.right + MARGIN),
        min(size[1], box.bottom + MARGIN),
    )


def _unmarked(
    strip: Strip, page: int, size: tuple[int, int], marked: NDArray[np.bool_], taken: NDArray[np.bool_]
) -> Iterator[Word]:
    """Words of a strip that touch no mark and stand where nothing stands yet."""
    assert strip.boxes is not None
    here = np.flatnonzero(strip.boxes[:, 4] == page)
    if not len(here):
        return
    first, last = int(here[0]), int(here[-1]) + 1
    text = strip.text[first:last]
    rows: list[Row] = strip.boxes[first:last].tolist()
    found = []
    for line in _lines(text, rows, page):
        around = _around([rows[index] for index in line])
        pieces = list(_pieces(text, rows, line, size, marked))
        for at, piece in enumerate(pieces):
            boxes = [rows[index] for index in piece]
            box = _around(boxes)
            under = taken[_cut(box)]
            if strip.reader != _SEEN and (not under.size or under.mean() > 0.3):
                continue
            turned = _direction(boxes if len(piece) > 1 else [rows[index] for index in line])
            if turned == _OVER and _leftward("".join(text[index] for index in line)):
                turned = 0
            found.append(Word("".join(text[index] for index in piece), box, around, turned, at + 1 == len(pieces)))
    for word in found:  # only now, because neighbours in one strip may overlap
        taken[_cut(word.box)] = True
    yield from found


def _lines(text: str, rows: Sequence[Row], page: int) -> Iterator[list[int]]:
    """Indices of characters on this page, line by line."""
    line: list[int] = []
    for index, (letter, row) in enumerate(zip(text, rows, strict=True)):
        here = row[4] == page and not letter.isspace()
        if line and (letter == "\n" or (here and not _beside(rows[line[-1]], row))):
            yield line
            line = []
        if here:
            line.append(index)
    if line:
        yield line


def _beside(last: Row, box: Row) -> bool:
    """Whether two characters can stand on one line, which may run across or along the page."""
    across = max(box[0] - last[2], last[0] - box[2])
    down = max(box[1] - last[3], last[1] - box[3])
    return down <= 0 or across <= 0


def _pieces(
    text: str, rows: Sequence[Row], line: Sequence[int], size: tuple[int, int], marked: NDArray[np.bool_]
) -> Iterator[list[int]]:
    """Runs of characters of a line that are neither parted by a blank nor touched by a mark."""
    piece: list[int] = []
    for index in line:
        touched = _touched(rows[index], size, marked)
        if piece and (touched or index != piece[-1] + 1):
            yield piece
            piece = []
        if not touched:
            piece.append(index)
    if piece:
        yield piece


def _touched(row: Row, size: tuple[int, int], marked: NDArray[np.bool_]) -> bool:
    """Whether a character touches a mark; one that stands nowhere on the page counts as touched."""
    left, top = max(0, row[0] - 1), max(0, row[1] - 1)
    right, bottom = min(size[0], row[2] + 1), min(size[1], row[3] + 1)
    if row[0] >= row[2] or row[1] >= row[3] or left >= right or top >= bottom:
        return True
    return bool(marked[top:bottom, left:right].any())


def _around(rows: Sequence[Row]) -> Rectangle:
    return (
        min(row[0] for row in rows),
        min(row[1] for row in rows),
        max(row[2] for row in rows),
        max(row[3] for row in rows),
    )


def _cut(box: Rectangle) -> tuple[slice, slice]:
    return (slice(max(0, box[1]), max(0, box[3])), slice(max(0, box[0]), max(0, box[2])))


def _direction(rows: Sequence[Row]) -> int:
    """Quarter turns clockwise of the direction text runs in, told by its first and last character."""
    first, last = rows[0], rows[-1]
    x, y = last[0] + last[2] - first[0] - first[2], last[1] + last[3] - first[1] - first[3]
    if abs(y) > abs(x):
        return 1 if y > 0 else 3
    return 0 if x >= 0 else _OVER


def _labels(places: Sequence[tuple[Mark, Rectangle]]) -> Iterator[Word]:
    """One label for each place: of marks that overlap, the largest names it, as it does in the picture."""
    left = sorted(places, key=lambda place: (-_area(place[1]), place[1], place[0].label))
    named: list[tuple[str, Rectangle]] = []
    for mark, box in left:
        if mark.label and not any(_overlap(box, other) for _, other in named):
            named.append((mark.label, box))
    for label, box in sorted(named, key=lambda place: (place[1][1], place[1][0], place[0])):
        yield Word(" ".join(label.split()), box, box, 0, True)


def _area(box: Rectangle) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlap(one: Rectangle, other: Rectangle) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 0 and down > 0 and 2 * across * down > min(_area(one), _area(other))


def operators(words: Sequence[Word], height: int, scale: float, codes: Codes, font: str) -> str:
    """Content that shows words in render mode 3, which is none (ISO 32000-2, 9.3.6).

    Args:
        words: of one page.
        height: of its surface, in pixels.
        scale: points of one pixel.
        codes: gives characters their numbers.
        font: name of the font among the page's resources.
    """
    shown = [_shown(word, height, scale, codes, font) for word in words if word.text]
    return "\n".join(["BT", "3 Tr", *shown, "ET"]) if shown else ""


def _shown(word: Word, height: int, scale: float, codes: Codes, font: str) -> str:
    left, top, right, bottom = word.box
    upright = word.turned % 2 == 0
    thick = max(1, (word.line[3] - word.line[1]) if upright else (word.line[2] - word.line[0]))
    long = max(1, (right - left) if upright else (bottom - top))
    size = max(0.1, thick * scale)
    text = word.text[::-1] if _leftward(word.text) else word.text
    stretch = 100 * long * scale / (len(text) * size * WIDTH / 1000)
    rise = _DESCENT * thick
    if word.turned == _OVER:
        matrix = f"-1 0 0 -1 {right * scale:.3f} {(height - word.line[1] - rise) * scale:.3f}"
    elif upright:
        matrix = f"1 0 0 1 {left * scale:.3f} {(height - word.line[3] + rise) * scale:.3f}"
    elif word.turned == 1:
        matrix = f"0 -1 1 0 {(word.line[0] + rise) * scale:.3f} {(height - top) * scale:.3f}"
    else:
        matrix = f"0 1 -1 0 {(word.line[2] - rise) * scale:.3f} {(height - bottom) * scale:.3f}"
    gap = "" if word.ends else codes.encode(" ")
    return f"/{font} {size:.3f} Tf {stretch:.2f} Tz {matrix} Tm <{codes.encode(text)}{gap}> Tj"


def _leftward(text: str) -> bool:
    """Whether a word runs from right to left: readers of PDF expect it as it stands, from left to right."""
    kinds = [bidirectional(letter) for letter in text]
    return sum(kind in {"R", "AL"} for kind in kinds) > sum(kind == "L" for kind in kinds)
