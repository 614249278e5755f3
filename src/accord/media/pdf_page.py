"""One page of a PDF as a viewer sees it: how large to draw it, drawing it, and what lies on it."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2.raw as c

from accord.media.limits import MediaLimits
from accord.media.pdf_text import View

if TYPE_CHECKING:
    from accord.core.media import Pixels
    from accord.media.pdf_text import Frames

LONGEST = 30_000
"""Pixels along a side of a surface: what picture formats and readers of pictures take."""

SMALL = 1_000
"""Pixels along the longer side below which a page is drawn larger, as a viewer would zoom in on it.

It also covers `UserUnit` (ISO 32000-2, table 31), which pdfium does not know: few large units would be drawn small.
"""

_OBJECTS = 100_000  # of one page
_NESTING = 12  # forms within forms

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Size:
    """How a page is drawn.

    Attributes:
        width: in pixels.
        height: in pixels.
        scale: pixels per unit of the page, usually a point.
        reduced: it is drawn at fewer pixels per inch than was asked for.
    """

    width: int
    height: int
    scale: float
    reduced: bool


def size_of(width: float, height: float, limits: MediaLimits) -> Size | None:
    """How to draw a page of `width` by `height` units; None where it has no area."""
    if not (math.isfinite(width) and math.isfinite(height)) or width <= 0 or height <= 0:
        return None
    wanted = max(limits.dpi / 72, min(SMALL / max(width, height), 64 * limits.dpi / 72))
    scale = min(wanted, LONGEST / max(width, height), math.sqrt(limits.pixels / (width * height)))
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    while across * down > limits.pixels and max(across, down) > 1:
        across, down = (across - 1, down) if across >= down else (across, down - 1)
    return Size(across, down, scale, scale < 0.999 * limits.dpi / 72)


def view_of(page: Any, size: Size) -> View:
    """How a page lies on its surface."""
    rect = c.FS_RECTF()
    bounds = (0.0, 0.0, 612.0, 792.0)
    if c.FPDF_GetPageBoundingBox(page, rect):
        bounds = (rect.left, rect.bottom, rect.right, rect.top)
    return View(bounds, max(0, c.FPDFPage_GetRotation(page)), size.width, size.height)


def draw(page: Any, form: Any, size: Size) -> Pixels:
    """Draw a page on white, with its annotations and form fields.

    Args:
        page: a page of pdfium.
        form: the form environment of its document, or None.
        size: how large.

    Returns:
        Pixels of shape (height, width, 3), RGB.

    Raises:
        MemoryError: there is no room for them.
    """
    stride = size.width * 4
    pixels = np.full((size.height, size.width, 4), 255, dtype=np.uint8)
    bitmap = c.FPDFBitmap_CreateEx(
        size.width, size.height, c.FPDFBitmap_BGRx, pixels.ctypes.data_as(ctypes.c_void_p), stride
    )
    if not bitmap:
        raise MemoryError("no room for a page")
    try:
        flags = c.FPDF_ANNOT
        c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, size.width, size.height, 0, flags)
        if form:
            c.FPDF_FFLDraw(form, bitmap, page, 0, 0, size.width, size.height, 0, flags)
    finally:
        c.FPDFBitmap_Destroy(bitmap)
    return np.ascontiguousarray(pixels[:, :, 2::-1])


@dataclass(frozen=True, slots=True)
class Things:
    """What lies on a page.

    Attributes:
        texts: its text objects, those inside forms included.
        pictures: rectangles of its pictures as left, bottom, right, top in units of the page; shape (n, 4).
        oversized: pictures of more pixels than allowed were taken off it.
        complete: False where there was more on it than is looked at.
    """

    texts: tuple[Any, ...]
    pictures: Frames
    oversized: bool
    complete: bool


def look_over(page: Any, limits: MediaLimits) -> Things:
    """List what lies on a page, and take pictures off it that are too large to decode."""
    texts: list[Any] = []
    pictures: list[tuple[float, float, float, float]] = []
    oversized, count = False, 0
    for thing, matrix in _things(page, None, (1, 0, 0, 1, 0, 0), 0):
        count += 1
        if count > _OBJECTS:
            break
        kind = c.FPDFPageObj_GetType(thing)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            texts.append(thing)
        elif kind == c.FPDF_PAGEOBJ_IMAGE:
            if _pixels(thing) > limits.pixels:
                c.FPDFPageObj_SetIsActive(thing, False)
                oversized = True
            pictures.append(_rectangle(thing, matrix))
    frames = np.array(pictures, dtype=np.float64).reshape(-1, 4)
    return Things(tuple(texts), frames, oversized, count <= _OBJECTS)


def without(things: Things) -> None:
    """Take the text off a page, for it to be drawn without."""
    for text in things.texts:
        c.FPDFPageObj_SetIsActive(text, False)


def _things(page: Any, form: Any, matrix: Matrix, depth: int) -> Iterator[tuple[Any, Matrix]]:
    total = c.FPDFFormObj_CountObjects(form) if form else c.FPDFPage_CountObjects(page)
    for index in range(max(0, total)):
        thing = c.FPDFFormObj_GetObject(form, index) if form else c.FPDFPage_GetObject(page, index)
        if not thing:
            continue
        yield thing, matrix
        if c.FPDFPageObj_GetType(thing) == c.FPDF_PAGEOBJ_FORM and depth < _NESTING:
            own = c.FS_MATRIX()
            inner = matrix
            if c.FPDFPageObj_GetMatrix(thing, own):
                inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
            yield from _things(page, thing, inner, depth + 1)


def _times(first: Matrix, then: Matrix) -> Matrix:
    a, b, d, e, x, y = first
    p, q, r, s, u, v = then
    return (a * p + b * r, a * q + b * s, d * p + e * r, d * q + e * s, x * p + y * r + u, x * q + y * s + v)


def _pixels(picture: Any) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not c.FPDFImageObj_GetImagePixelSize(picture, width, height):
        return 0
    return int(width.value) * int(height.value)


def _rectangle(thing: Any, matrix: Matrix) -> tuple[float, float, float, float]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not c.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return (0.0, 0.0, 0.0, 0.0)
    a, b, d, e, x, y = matrix
    corners = [(u.value, v.value) for u in (left, right) for v in (bottom, top)]
    xs = [a * u + d * v + x for u, v in corners]
    ys = [b * u + e * v + y for u, v in corners]
    return (min(xs), min(ys), max(xs), max(ys))
