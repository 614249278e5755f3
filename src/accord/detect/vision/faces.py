"""Faces: at every size a viewer could recognise, upright or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from accord.core.media import Sight, Stop, Surface
from accord.core.place import Box
from accord.detect.vision.centerface import CenterFace, center_face
from accord.detect.vision.tiles import Tile, suppress, tiles

if TYPE_CHECKING:
    from accord.core.media import Pixels
    from accord.detect.vision.tiles import Floats

FACE = "privacy.biometric.face"

_LEAST = 0.2
_WHOLE = 608
_CLOSE = 160
_FILLS = 0.4
_TURNED = 320
_SURE = 0.8
_TURNED_LEAST = 0.6
_TILE = 704
_OVERLAP = 96
_FINE = 2112
_GROWTH = 2.0
_MARGIN = 0.15
_FLAT = 16


class FaceDetector:
    """Finds faces with CenterFace; nobody is recognised.

    Three passes over a picture: all of it at 608 pixels for ordinary faces; all of it at 160 pixels for a face that
    fills the picture, which the network misses at more; and, where the picture is larger, tiles of its full
    resolution (of at most 2112 pixels along the longer side, so at most 16 tiles) for small ones. Where none of them
    is sure, three quick passes look at the picture turned by 90, 180 and 270 degrees.

    The floor is the threshold the network's authors show it with; those who hide faces go lower (0.2), at the price
    of patterns taken for faces. Boxes are widened by 0.15 of their size on every side, because the network frames a
    face from brow to chin, while hair, ears and jaw tell who it is too.

    Args:
        cache: folder of pulled weights, where it is not the user's.
        model: name of the model in the register.

    Raises:
        ModelError: the weights are missing or altered.
    """

    name = "faces"
    categories = frozenset({FACE})
    floor = 0.35
    reference = "CenterFace (Xu et al., 2019, arXiv:1911.03599)"

    def __init__(self, cache: str | Path | None = None, model: str = "centerface") -> None:
        self._cache = Path(cache) if cache is not None else None
        self._model = model
        _ = self._network()

    def __repr__(self) -> str:
        return f"<FaceDetector {self._model}>"

    def look(self, surface: Surface, stop: Stop) -> Iterable[Sight]:
        """Yield faces, surest first, down to a score of 0.2; asks `stop()` between passes.

        Raises:
            ModelError: the weights have gone.
        """
        import numpy as np

        if surface.ink < _FLAT:
            return  # no two pixels differ by more than the noise of a sensor
        network, pixels = self._network(), surface.pixels
        passes = [*_looks(network, pixels, stop)]
        found = np.concatenate(passes) if passes else np.empty((0, 5), np.float32)
        if not (found[:, 4] >= _SURE).any():
            found = np.concatenate([found, *_turned(network, pixels, stop)])
        for index in suppress(found[:, :4], found[:, 4]):
            yield Sight(FACE, float(found[index, 4]), _widened(found[index], surface))

    def _network(self) -> CenterFace:
        return center_face(self._model, self._cache)


def _looks(network: CenterFace, pixels: Pixels, stop: Stop) -> Iterator[Floats]:
    """The passes over the upright picture."""
    height, width = pixels.shape[:2]
    longest = max(width, height)
    if stop():
        return
    yield network.faces(pixels, _scaled(width, height, min(_GROWTH, _WHOLE / longest)), _LEAST)
    close = network.faces(pixels, _scaled(width, height, min(_GROWTH, _CLOSE / longest)), _LEAST)
    yield close[close[:, 3] - close[:, 1] >= _FILLS * min(width, height)]
    if longest <= _WHOLE * 1.25:
        return
    scale = min(1.0, _FINE / longest)
    side, overlap = round(_TILE / scale), round(_OVERLAP / scale)
    for tile in tiles(width, height, side, overlap):
        if stop():
            return
        part = pixels[tile.top : tile.bottom, tile.left : tile.right]
        size = _scaled(part.shape[1], part.shape[0], scale)
        yield _placed(network.faces(part, size, _LEAST), tile, width, height)


def _turned(network: CenterFace, pixels: Pixels, stop: Stop) -> Iterator[Floats]:
    """The passes over the picture turned. They must be surer: upside down, much looks like a face."""
    import numpy as np

    height, width = pixels.shape[:2]
    for quarters in (1, 2, 3):
        if stop():
            return
        turned = np.rot90(pixels, quarters)
        high, wide = turned.shape[:2]
        size = _scaled(wide, high, min(_GROWTH, _TURNED / max(wide, high)))
        found = network.faces(np.ascontiguousarray(turned), size, _TURNED_LEAST)
        yield _turned_back(found, quarters, width, height)


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(1, round(width * scale)), max(1, round(height * scale))


def _placed(found: Floats, tile: Tile, width: int, height: int) -> Floats:
    """Boxes of a tile in pixels of the picture, without those its inner edges cut: a neighbour has them whole."""
    import numpy as np

    inside = (
        ((found[:, 0] > 1) | (tile.left == 0))
        & ((found[:, 1] > 1) | (tile.top == 0))
        & ((found[:, 2] < tile.right - tile.left - 1) | (tile.right == width))
        & ((found[:, 3] < tile.bottom - tile.top - 1) | (tile.bottom == height))
    )
    shift = np.array([tile.left, tile.top, tile.left, tile.top, 0], np.float32)
    return found[inside] + shift


def _turned_back(found: Floats, quarters: int, width: int, height: int) -> Floats:
    """Boxes of a picture turned anticlockwise by `quarters` times 90 degrees, in pixels of the picture itself."""
    import numpy as np

    left, top, right, bottom, score = found.T
    if quarters == 1:
        rows = [width - bottom, left, width - top, right, score]
    elif quarters == 2:
        rows = [width - right, height - bottom, width - left, height - top, score]
    else:
        rows = [top, height - right, bottom, height - left, score]
    return np.stack(rows, axis=1)


def _widened(row: Floats, surface: Surface) -> Box:
    """A box with its margin, in whole pixels of the surface and never empty."""
    left, top, right, bottom = (float(value) for value in row[:4])
    across, down = _MARGIN * (right - left), _MARGIN * (bottom - top)
    first = min(max(0, int(left - across)), surface.width - 1), min(max(0, int(top - down)), surface.height - 1)
    last = min(surface.width, int(right + across) + 1), min(surface.height, int(bottom + down) + 1)
    return Box(*first, max(first[0] + 1, last[0]), max(first[1] + 1, last[1]), surface.page)
