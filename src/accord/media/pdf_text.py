"""The text layer of a PDF page: characters with boxes in the pixels of its surface, seen and unseen kept apart.

A page can carry text that nobody sees: white on white, under a picture, outside the crop box, in a layer that is
switched off, in render mode 3. All of it is told by one question: *does the page look different without it?* The page
is drawn once with and once without its text, and a character whose box did not change is unseen. There is one
exception, the text layer of a scan: it changes nothing, but there is a picture behind it with ink where it stands.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2.raw as c

from accord.core.along import NOWHERE
from accord.core.media import Strip
from accord.media.pdf_scan import is_over_ink, widen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Boxes, Pixels

    Frames = NDArray[np.float64]

CONTRAST = 24
"""Levels by which removing a character must change a pixel for anyone to have seen it."""

SMALLEST = 1.0
"""Points below which text is unseen."""

_THIN = 0.01  # of its place on the line: a glyph this thin is an empty one
_HYPHEN = "\x02"  # what pdfium writes for a hyphen at the end of a line
_UNKNOWN = "\ufffd"
_SYMBOLS = range(0xF020, 0xF0FF)  # where symbolic TrueType fonts keep Latin-1 (cmap platform 3, encoding 0)
_LIGATURES = range(0xFB00, 0xFB07)


@dataclass(frozen=True, slots=True)
class View:
    """How a page lies on its surface.

    Attributes:
        bounds: left, bottom, right, top of what is shown, in the page's own units.
        turns: quarter turns clockwise.
        width: of the surface, in pixels.
        height: of the surface, in pixels.
    """

    bounds: tuple[float, float, float, float]
    turns: int
    width: int
    height: int

    def boxes(self, frames: Frames) -> Frames:
        """Left, top, right, bottom in pixels of rectangles given as left, bottom, right, top; shape (n, 4)."""
        left, bottom, right, top = self.bounds
        u = (frames[:, [0, 2]] - left) / max(right - left, 1e-9)
        v = (top - frames[:, [3, 1]]) / max(top - bottom, 1e-9)
        x, y = ((u, v), (1 - v, u), (1 - u, 1 - v), (v, 1 - u))[self.turns % 4]
        x, y = np.sort(x * self.width, axis=1), np.sort(y * self.height, axis=1)
        return np.stack([x[:, 0], y[:, 0], x[:, 1], y[:, 1]], axis=1)


@dataclass(slots=True)
class Letters:
    """The characters of one page, before anything is known of who sees them.

    Attributes:
        codes: code points, as pdfium has them.
        frames: left, bottom, right, top in the page's units; shape (n, 4); NaN for what pdfium put between words.
        owners: number of the text object each belongs to; -1 for none.
        sizes: of the letters of each text object, in points as shown.
        complete: False where there were more than could be read.
    """

    codes: list[int]
    frames: Frames
    owners: NDArray[np.int32]
    sizes: list[float]
    complete: bool = True


def read_letters(textpage: Any, most: int) -> Letters:
    """Read the characters of a page, `most` at most."""
    count = max(0, c.FPDFText_CountChars(textpage))
    total = min(count, most)
    codes: list[int] = []
    frames = np.full((total, 4), np.nan)
    owners = np.full(total, -1, dtype=np.int32)
    known: dict[int, int] = {}
    sizes: list[float] = []
    for index in range(total):
        codes.append(c.FPDFText_GetUnicode(textpage, index))
        if c.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        frames[index] = _frame(textpage, index)
        owner = c.FPDFText_GetTextObject(textpage, index)
        if owner:
            address = ctypes.addressof(owner.contents)
            if address not in known:
                known[address] = len(sizes)
                sizes.append(_size(textpage, index))
            owners[index] = known[address]
    return Letters(codes, frames, owners, sizes, total == count)


_D = (ctypes.c_double(), ctypes.c_double(), ctypes.c_double(), ctypes.c_double())
_RECT = c.FS_RECTF()


def _frame(textpage: Any, index: int) -> tuple[float, float, float, float]:
    """The box of a glyph, or that of its place on the line where the glyph is empty, as in layers over scans."""
    left, right, bottom, top = _D
    loose = None
    if c.FPDFText_GetLooseCharBox(textpage, index, _RECT):
        loose = (_RECT.left, _RECT.bottom, _RECT.right, _RECT.top)
    if c.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        width, height = right.value - left.value, top.value - bottom.value
        thin = loose is not None and _THIN * max(loose[2] - loose[0], loose[3] - loose[1])
        if width > (thin or 0) and height > (thin or 0):
            return (left.value, bottom.value, right.value, top.value)
    return loose or (np.nan, np.nan, np.nan, np.nan)


def _size(textpage: Any, index: int) -> float:
    size: float = abs(c.FPDFText_GetFontSize(textpage, index))
    matrix = c.FS_MATRIX()
    if c.FPDFText_GetMatrix(textpage, index, matrix):
        size *= float(abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5)
    return size


def unseen(
    letters: Letters, boxes: Frames, view: View, shown: Pixels, without: Pixels, pictures: Frames
) -> NDArray[np.bool_]:
    """Which characters a viewer does not see.

    Args:
        letters: of the page.
        boxes: of the letters, in pixels; those of the text layer of a scan are moved to its ink.
        view: how the page lies on the surface.
        shown: the page as drawn, (height, width, 3).
        without: the page drawn without its text.
        pictures: rectangles of the pictures on it, in pixels; shape (n, 4).

    Returns:
        One answer for each character; blanks are seen.
    """
    placed = ~np.isnan(boxes).any(axis=1)
    hidden = np.zeros(len(letters.codes), dtype=bool)
    changed = _changed(shown, without)
    for index in np.flatnonzero(placed):
        if chr(letters.codes[index]).isspace():
            continue
        left, top, right, bottom = _rounded(boxes[index], view)
        hidden[index] = left >= right or top >= bottom or not changed[top:bottom, left:right].any()
        if letters.owners[index] >= 0 and letters.sizes[letters.owners[index]] < SMALLEST:
            hidden[index] = True
    if len(pictures):
        _spare_scans(letters, boxes, hidden, shown, pictures)
    return hidden


def _changed(shown: Pixels, without: Pixels) -> NDArray[np.bool_]:
    changed = np.zeros(shown.shape[:2], dtype=bool)
    for channel in range(3):
        one, other = shown[:, :, channel], without[:, :, channel]
        changed |= (np.maximum(one, other) - np.minimum(one, other)) >= CONTRAST
    return changed


def _spare_scans(letters: Letters, boxes: Frames, hidden: NDArray[np.bool_], shown: Pixels, pictures: Frames) -> None:
    """Text that changes nothing, but lies over or under a picture with ink there, is the text layer of a scan."""
    spared = np.zeros(len(hidden), dtype=bool)
    for owner in np.unique(letters.owners[hidden]):
        members = np.flatnonzero((letters.owners == owner) & hidden)
        if owner < 0 or letters.sizes[owner] < SMALLEST:
            continue
        around = boxes[members]
        if is_over_ink(np.array([*around[:, :2].min(axis=0), *around[:, 2:].max(axis=0)]), pictures, shown):
            spared[members] = True
    hidden &= ~spared
    widen(_words(letters, spared), boxes, shown)


def _words(letters: Letters, chosen: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Runs of chosen characters that no blank parts."""
    indices = np.flatnonzero(chosen)
    return np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1) if len(indices) else []


def _rounded(box: Sequence[float] | Frames, view: View) -> tuple[int, int, int, int]:
    """Whole pixels around a box, cut to the surface."""
    return (
        max(0, int(np.floor(box[0]))),
        max(0, int(np.floor(box[1]))),
        min(view.width, int(np.ceil(box[2]))),
        min(view.height, int(np.ceil(box[3]))),
    )


@dataclass(slots=True)
class Layer:
    """Text of a document as it grows: one character, one box; blanks in between only where there is something."""

    text: list[str] = field(default_factory=list)
    boxes: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    gap: str = ""
    crossed: bool = False

    def put(self, letter: str, box: tuple[int, int, int, int, int]) -> None:
        """Add a character, after the gap that was waiting for it.

        Where letters of another layer stand in between, a gap may be theirs: then only a gap that shows is one.
        """
        if self.gap and self.text and not (self.crossed and _adjacent(self.boxes[-1], box)):
            self.text.append(self.gap)
            self.boxes.append((0, 0, 0, 0, NOWHERE))
        self.gap, self.crossed = "", False
        self.text.append(letter)
        self.boxes.append(box)

    def part(self, gap: str) -> None:
        """Remember that a blank or a new line comes before the next character."""
        self.gap = "\n" if "\n" in (gap, self.gap) else gap

    def strip(self, item: int, *, hidden: bool) -> Strip | None:
        """What it holds, as a strip; None when it holds nothing."""
        if not self.text:
            return None
        boxes: Boxes = np.array(self.boxes, dtype=np.int32).reshape(-1, 5)
        return Strip("".join(self.text), "pdf.hidden" if hidden else "pdf", boxes, item=item, hidden=hidden)


def lay(
    letters: Letters, boxes: Frames, hidden: NDArray[np.bool_], view: View, page: int, seen: Layer, veiled: Layer
) -> None:
    """Lay the characters of a page on two layers: what a viewer sees, and what not."""
    for index, text in _characters(letters, hidden):
        if text in {" ", "\n"}:
            seen.part(text)
            veiled.part(text)
            continue
        layer, other = (veiled, seen) if hidden[index] else (seen, veiled)
        other.crossed = True
        box = _placed(boxes[index], view, page)
        for letter in text:
            layer.put(letter, box)
    seen.part("\n")
    veiled.part("\n")


def _placed(box: Frames, view: View, page: int) -> tuple[int, int, int, int, int]:
    if np.isnan(box).any():
        return (0, 0, 0, 0, NOWHERE)
    left, top, right, bottom = _rounded(box, view)
    return (left, top, right, bottom, page) if left < right and top < bottom else (0, 0, 0, 0, NOWHERE)


def _adjacent(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether two characters stand so close on one line that no blank is between them."""
    if NOWHERE in (one[4], other[4]) or one[4] != other[4]:
        return False
    across = max(other[0] - one[2], one[0] - other[2])
    down = max(other[1] - one[3], one[1] - other[3])
    tall, broad = max(one[3] - one[1], other[3] - other[1]), max(one[2] - one[0], other[2] - other[0])
    return (down < 0 and 3 * across <= tall) or (across < 0 and 3 * down <= broad)


def _characters(letters: Letters, hidden: NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
    """Characters made fit for reading, with the index each came from; lines cut by a hyphen are whole again."""
    codes = list(_paired(letters.codes))
    cleaned = [(index, _clean(code, bool(hidden[index]))) for index, code in codes]
    cleaned = [(index, text) for index, text in cleaned if text]
    for at, (index, text) in enumerate(cleaned):
        before = cleaned[at - 1][1] if at else " "
        after = cleaned[at + 1][1] if at + 1 < len(cleaned) else " "
        if text == _HYPHEN:
            if not (before[-1].isalpha() and after[0].islower()):
                yield index, "-"
        elif text == "\n" and before == "-" and at > 1 and cleaned[at - 2][1].isdigit() and after.isdigit():
            continue
        else:
            yield index, text


def _paired(codes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Code points with their indices, surrogate pairs joined and lone halves dropped."""
    skip = False
    for index, code in enumerate(codes):
        if skip:
            skip = False
        elif 0xD800 <= code < 0xDC00 and index + 1 < len(codes) and 0xDC00 <= codes[index + 1] < 0xE000:
            skip = True
            yield index, 0x10000 + ((code - 0xD800) << 10) + (codes[index + 1] - 0xDC00)
        elif not 0xD800 <= code < 0xE000 and code <= 0x10FFFF:
            yield index, code


def _clean(code: int, hidden: bool) -> str:
    """What a code point stands for: nothing, a blank, a new line, letters, or a mark that it is unknown."""
    if code in (0x0A, 0x2028, 0x2029):
        return "\n"
    if code == 0xAD:
        return "" if hidden else _HYPHEN
    if code == 0x02:
        return _HYPHEN
    if code == 0x0D:
        return ""
    letter = chr(code)
    if letter.isspace():
        return " "
    if code in _SYMBOLS:
        return _clean(code - 0xF000, hidden)
    if code in _LIGATURES:
        return unicodedata.normalize("NFKC", letter)
    if unicodedata.category(letter) in {"Cc", "Co", "Cn"}:
        return _UNKNOWN if code or not hidden else ""
    return letter
