"""Painting over places of a picture, so that nothing of what stood there is left.

Four transforms, weakest first:

* `pixelate`: a mosaic of few cells. **It can be undone.** It is a function of what it hides, so whoever knows the
  font can search for the characters that give the same cells (Hill et al., "On the (In)effectiveness of Mosaicing and
  Blurring as Tools for Document Redaction", PoPETs 2016), and faces in a known circle are told apart by their cells
  (McPherson et al., "Defeating Image Obfuscation with Deep Learning", 2016). Offered, never a default.
* `replace`: a plain light box with a label in it. Where no legible label fits, a plain black one.
* `fill`: a plain black box.
* `remove`: painted in the colour around it, so that no mark is left.

But for `pixelate`, what is painted depends on nothing inside any mark: colours and labels are constants or come from
pixels outside all of them. Marks in any order give the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from accord.core.content import Modality
from accord.core.edit import IMAGE_TRANSFORMS, strongest
from accord.core.media import Mark
from accord.core.place import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Pixels

    Mask = NDArray[np.bool_]

BLACK = (0, 0, 0)
LIGHT = (226, 233, 241)
INK = (22, 45, 70)

LEGIBLE = 8
"""The smallest size, in pixels, at which a label is drawn."""

CELLS = 6
"""The most cells of a mosaic along the shorter side of a mark."""

CELL = 12
"""The fewest pixels along a side of such a cell."""

_SHARE = 0.1  # of its height, by which a box grows: recognisers cut descenders and soft edges
_LETTERS = 100  # pixels: what is higher is no line of letters, and grows more slowly
_SLOWLY = 0.04
_LEAST = 2
_SLIM = 2  # a box this many times as tall as wide is a column, whose height says nothing about its letters
_LINE = 0.6  # of the height of a line is the size of its letters
_TIGHT = 0.8
_LARGEST = 512  # pixels: no label is drawn larger
_RING = 4  # pixels around a removed place that tell its colour


@dataclass(frozen=True, slots=True)
class _Place:
    """Marks that are one place: its boxes, what happens to it, what names it, and the box that stands in."""

    boxes: tuple[Box, ...]
    transform: str
    label: str
    named: Box

    @property
    def frame(self) -> Box:
        """The smallest box around it."""
        left, top = min(box.left for box in self.boxes), min(box.top for box in self.boxes)
        return Box(left, top, max(box.right for box in self.boxes), max(box.bottom for box in self.boxes))

    @property
    def key(self) -> tuple[int, tuple[Box, ...], str]:
        """Strongest first, then by where it is: an order that the order of marks cannot change."""
        return (-IMAGE_TRANSFORMS.index(self.transform), self.boxes, self.label)


def padded(box: Box, width: int, height: int) -> Box | None:
    """The pixels that are painted for a box: it grows by a share of its height, and is cut at the edges.

    Args:
        box: in pixels; sides the wrong way round are put right.
        width: of the picture.
        height: of the picture.

    Returns:
        None where nothing of it is in the picture.
    """
    left, top, right, bottom = _sides(box)
    size = min(bottom - top, _SLIM * (right - left))
    by = max(_LEAST, round(_SHARE * min(size, _LETTERS) + _SLOWLY * max(0, size - _LETTERS)))
    grown = Box(max(0, left - by), max(0, top - by), min(width, right + by), min(height, bottom + by), box.page)
    return grown if grown.left < grown.right and grown.top < grown.bottom else None


def paint(pixels: Pixels, marks: Sequence[Mark]) -> Pixels:
    """Paint over the marks of one surface.

    Marks that stand on one line and overlap, or of which one lies mostly in the other, are one place: all of their
    pixels are painted, the strongest transform applies once, and the largest of them names the label (law 4 of the
    policy). Where other marks share pixels, those go to the stronger transform.

    Args:
        pixels: shape (height, width, 3), uint8, RGB; left as it is.
        marks: in pixels of this surface, whatever page they name.

    Returns:
        A new array of the same shape.
    """
    painted = np.array(pixels, dtype=np.uint8, order="C")
    height, width = painted.shape[:2]
    inside = [(mark, box) for mark in marks if (box := padded(mark.box, width, height))]
    if not inside:
        return painted
    taken = np.zeros((height, width), dtype=np.bool_)
    everything = taken.copy()
    for _, box in inside:
        everything[_cut(box)] = True
    light, labels = np.zeros_like(taken), []
    for place in sorted(_places(inside), key=lambda place: place.key):
        frame = _cut(place.frame)
        region = np.zeros_like(taken[frame])
        for box in place.boxes:
            region[_cut(_within(box, place.frame))] = True
        region &= ~taken[frame]
        taken[frame] |= region
        tile = _tile(place) if place.transform == "replace" else None
        if tile is None:
            _paint_one(painted, place, region, everything)
        else:
            _put(painted[frame], region, LIGHT)
            light[frame] |= region
            labels.append((_cut(place.named), tile))
    # The letters come last, so that the box of the line below does not cut them.
    for at, tile in labels:
        ink = light[at] & (tile != LIGHT).any(axis=2)
        painted[at][ink] = tile[ink]
    return painted


def _paint_one(painted: Pixels, place: _Place, region: Mask, everything: Mask) -> None:
    """Paint those pixels of the frame of a place that are in its region."""
    view = painted[_cut(place.frame)]
    match place.transform:
        case "remove":
            _put(view, region, _around(painted, place, everything))
        case "pixelate":
            _mosaic(view, region)
        case _:
            _put(view, region, BLACK)


def _put(view: Pixels, region: Mask, colour: tuple[int, int, int]) -> None:
    if region.all():
        view[:] = colour  # many times faster than through the mask
    else:
        view[region] = colour


def _within(box: Box, frame: Box) -> Box:
    return Box(box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top)


def _cut(box: Box) -> tuple[slice, slice]:
    return slice(box.top, box.bottom), slice(box.left, box.right)


def _places(inside: Sequence[tuple[Mark, Box]]) -> list[_Place]:
    """Marks that are one place, put together."""
    sides = np.array([_sides(mark.box) for mark, _ in inside], dtype=np.int64)
    group = np.arange(len(inside))
    for index in range(len(inside)):
        for other in np.flatnonzero(_joined(sides[index], sides[index + 1 :])) + index + 1:
            if group[other] != group[index]:
                group[group == group[other]] = group[index]
    made = []
    for number in np.unique(group):
        members = [inside[i] for i in np.flatnonzero(group == number).tolist()]
        named, box = max(members, key=lambda pair: (_area(pair[0].box), pair[1], pair[0].label))
        transform = strongest((mark.transform for mark, _ in members), Modality.IMAGE)
        made.append(_Place(tuple(sorted({box for _, box in members})), transform, named.label, box))
    return made


def _joined(one: NDArray[np.int64], others: NDArray[np.int64]) -> Mask:
    """Which of some boxes are one place with another: neighbours and lines that merely touch are not."""
    wide = np.minimum(one[2], others[:, 2]) - np.maximum(one[0], others[:, 0])
    high = np.minimum(one[3], others[:, 3]) - np.maximum(one[1], others[:, 1])
    lower = np.minimum(one[3] - one[1], others[:, 3] - others[:, 1])
    smaller = np.minimum(
        (one[2] - one[0]) * (one[3] - one[1]), (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    )
    line = (2 * high >= lower) & (4 * wide >= lower)
    joined: Mask = (wide > 0) & (high > 0) & (line | (2 * wide * high >= smaller))
    return joined


def _sides(box: Box) -> tuple[int, int, int, int]:
    left, right = sorted((box.left, box.right))
    top, bottom = sorted((box.top, box.bottom))
    return left, top, right, bottom


def _area(box: Box) -> int:
    return abs(box.right - box.left) * abs(box.bottom - box.top)


def _around(painted: Pixels, place: _Place, everything: Mask) -> tuple[int, int, int]:
    """The colour around a place: the median of pixels near it that no mark covers; black where there are none."""
    frame = place.frame
    ring = _cut(Box(max(0, frame.left - _RING), max(0, frame.top - _RING), frame.right + _RING, frame.bottom + _RING))
    seen = painted[ring][~everything[ring]]
    if not len(seen):
        return BLACK
    red, green, blue = np.median(seen, axis=0).astype(int).tolist()
    return red, green, blue


def _mosaic(view: Pixels, region: Mask) -> None:
    """Averages of even cells. What stronger transforms painted is painted already, so no average leaks it."""
    height, width = region.shape
    cell = max(CELL, -(-min(height, width) // CELLS))
    rows = np.linspace(0, height, max(1, height // cell) + 1).round().astype(int).tolist()
    columns = np.linspace(0, width, max(1, width // cell) + 1).round().astype(int).tolist()
    for top, bottom in pairwise(rows):
        for left, right in pairwise(columns):
            at = (slice(top, bottom), slice(left, right))
            view[at][region[at]] = view[at].reshape(-1, 3).mean(axis=0).round()


def _tile(place: _Place) -> Pixels | None:
    """The label of a place, drawn as large as fits; upwards in a column; None where it would not be legible."""
    label, width, height = place.label, place.named.right - place.named.left, place.named.bottom - place.named.top
    if not label:
        return None
    upwards = height > 2 * width and _size(label, height, width) > _size(label, width, height)
    across, high = (height, width) if upwards else (width, height)
    size = _size(label, across, high)
    if size < LEGIBLE:
        return None
    picture = Image.new("RGB", (across, high), LIGHT)
    ImageDraw.Draw(picture).text(
        (across / 2, high / 2), label, fill=INK, font=ImageFont.load_default(size), anchor="mm"
    )
    if upwards:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    return np.asarray(picture, dtype=np.uint8)


def _size(label: str, width: int, height: int) -> int:
    """The size of letters, in pixels, at which a label fits, and looks like the line it stands in."""
    left, _, right, _ = ImageFont.load_default(100).getbbox(label)
    share = _LINE if _LINE * height >= LEGIBLE else _TIGHT
    return min(_LARGEST, int(share * height), int(100 * (width - 2) / (right - left)))
