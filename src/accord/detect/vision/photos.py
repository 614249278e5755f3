"""Where on a page photographs are: regions without one dominant colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accord.detect.vision.tiles import Tile

if TYPE_CHECKING:
    from accord.core.media import Pixels

_BLOCK = 16
_LONGEST = 1024
_LEVELS = 16
_PLAIN = 0.6
_SMALLEST = 192
_FILLED = 0.6
_MOSTLY = 0.4


def photographs(pixels: Pixels, most: int) -> list[Tile]:
    """The regions of a page that look like photographs, largest first; none where all of it is one.

    The page is cut into small blocks. In text, lines and flat drawings most of a block has one shade, its background;
    in a photograph shades spread. Blocks that spread and touch are a region; one of less than 192 pixels is none.
    A surface that is spread all over is no page with photographs but a photograph, and has no regions.

    Args:
        pixels: shape (height, width, 3), RGB.
        most: how many regions to give at most.
    """
    import cv2
    import numpy as np

    step = max(1, -(-max(pixels.shape[:2]) // _LONGEST))  # dropping pixels keeps shades, averaging would mix them
    grey = np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels[::step, ::step]), cv2.COLOR_RGB2GRAY))
    rows, columns = grey.shape[0] // _BLOCK, grey.shape[1] // _BLOCK
    if not rows or not columns:
        return []
    shades = (grey[: rows * _BLOCK, : columns * _BLOCK] // (256 // _LEVELS)).reshape(rows, _BLOCK, columns, _BLOCK)
    counts = np.stack([(shades == level).sum(axis=(1, 3), dtype=np.int32) for level in range(_LEVELS)])
    main = (counts[1:] + counts[:-1]).max(axis=0)  # two neighbouring levels: a background near their border
    spread = (main < _PLAIN * _BLOCK * _BLOCK).astype(np.uint8)
    if spread.mean() > _MOSTLY:
        return []
    closed = cv2.morphologyEx(spread, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, regions, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    size = _BLOCK * step
    found = [
        Tile(int(x) * size, int(y) * size, int(x + wide) * size, int(y + high) * size)
        for x, y, wide, high, area in regions[1:]
        if min(wide, high) * size >= _SMALLEST and area >= _FILLED * wide * high
    ]
    return sorted(found, key=lambda t: (t.left - t.right) * (t.bottom - t.top))[:most]
