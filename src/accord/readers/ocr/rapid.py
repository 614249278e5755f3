"""Reads text in pictures with PP-OCRv6 weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from accord.core.media import Stop, Strip, Surface
from accord.readers.ocr.crops import Crop, cut
from accord.readers.ocr.layout import strip_of
from accord.readers.ocr.letters import Line, line_of
from accord.readers.ocr.lines import LineFinder
from accord.readers.ocr.recognise import Recogniser, Spelled

if TYPE_CHECKING:
    from accord.core.media import Pixels

_SHORT_SIDE = 736
_LARGEST_SCALE = 3.0
_PLAUSIBLE = 0.5
_DOUBTFUL = 0.9


class RapidOcrReader:
    """Reads text in pictures: PP-OCRv6 small, run by accord itself.

    Args:
        cache: another model cache than the user's.
    """

    name = "ocr"

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    def read_picture(self, surface: Surface, stop: Stop) -> Sequence[Strip]:
        """Read what a surface shows, in reading order, every character with its box.

        Raises:
            ModelError: the weights are missing or altered.
            TimeoutError: `stop` said so before everything was read.
        """
        if not surface.ink:
            return []
        finder, recogniser = LineFinder(self._cache), Recogniser(self._cache)
        pixels = surface.pixels
        scale = min(_LARGEST_SCALE, max(1.0, _SHORT_SIDE / min(pixels.shape[:2])))
        lines = _read(pixels, finder, recogniser, stop, scale)
        strip = strip_of(lines, surface.page, surface.item)
        return [strip] if strip.text else []


def _read(pixels: Pixels, finder: LineFinder, recogniser: Recogniser, stop: Stop, scale: float) -> list[Line]:
    crops = [cut(pixels, quad) for quad in finder.find(pixels, stop, scale)]
    spelled = recogniser.read([crop.pixels for crop in crops], stop)
    best = list(zip(crops, spelled, strict=True))
    doubtful = [
        i for i, (crop, read) in enumerate(best) if read.sure < _DOUBTFUL or (crop.tall and len(read.text) < 3)
    ]
    ways: list[tuple[int, Crop]] = []
    for index in doubtful:
        crop = best[index][0]
        ways += [(index, crop.turned(quarters)) for quarters in ((1, 3) if crop.tall else (2,))]
    for (index, crop), read in zip(ways, recogniser.read([crop.pixels for _, crop in ways], stop), strict=True):
        if _better(read, best[index][1]):
            best[index] = crop, read
    return [line_of(crop, read) for crop, read in best if read.sure >= _PLAUSIBLE and read.text.strip()]


def _better(one: Spelled, other: Spelled) -> bool:
    return one.sure * min(len(one.text), 4) > other.sure * min(len(other.text), 4)
