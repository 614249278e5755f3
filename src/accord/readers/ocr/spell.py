"""Reads found lines whichever way they run: upright, turned, upside down, or with letters stacked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from accord.core.media import Stop
from accord.models.runtime import session
from accord.readers.ocr.crops import Crop, cut, parted
from accord.readers.ocr.letters import Line, line_of
from accord.readers.ocr.recognise import Recogniser, Spelled
from accord.readers.ocr.stack import line_of_stack, unstacked

if TYPE_CHECKING:
    from accord.core.media import Pixels
    from accord.readers.ocr.lines import Quad

_DOUBTFUL = 0.88
_LONG = 2.5
_ASKED = 9
_TRIED = 3
_DIRECTION = (192, 48)

_Read = tuple[Crop, Spelled]


class Speller:
    """Reads lines of a picture.

    Args:
        cache: another model cache than the user's.

    Raises:
        ModelError: the weights are missing or altered.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._recogniser = Recogniser(cache)
        self._direction = session("rapidocr", "cls.onnx", cache)

    def read(self, pixels: Pixels, quads: Sequence[Quad], stop: Stop) -> list[Line]:
        """Read lines of RGB pixels; those without letters are left out.

        Raises:
            TimeoutError: `stop` said so.
        """
        crops = [part for quad in quads for part in parted(cut(pixels, quad))]
        lying = [crop for crop in crops if _slim(crop) < _LONG]
        standing = [crop.turned(1) for crop in crops if _slim(crop) >= _LONG]
        crops = [*self._upright(lying, stop), *self._upright(standing, stop)]
        best = list(zip(crops, self._recogniser.read([crop.pixels for crop in crops], stop), strict=True))
        stood = range(len(lying), len(crops))
        best = self._again(best, stop)
        lines = [line_of(crop, read) for crop, read in best]
        for index in stood:
            if best[index][1].sure < _DOUBTFUL:
                lines[index] = self._stacked(best[index][0].turned(3), lines[index], stop)
        return [line for line in lines if line.text]

    def _upright(self, crops: list[Crop], stop: Stop) -> list[Crop]:
        """Turn all by half a circle when most of the longest look and read as if they stood on their heads."""
        asked = sorted(crops, key=lambda crop: -crop.pixels.shape[1] / crop.pixels.shape[0])[:_ASKED]
        asked = [crop for crop in asked if crop.pixels.shape[1] > 2 * crop.pixels.shape[0]]
        if not asked or 2 * self._turned(asked) <= len(asked):
            return crops
        tried = asked[:_TRIED]
        read = self._recogniser.read([crop.pixels for crop in [*tried, *(crop.turned(2) for crop in tried)]], stop)
        here, there = read[: len(tried)], read[len(tried) :]
        if sum(map(_weight, there)) <= sum(map(_weight, here)):
            return crops
        return [crop.turned(2) for crop in crops]

    def _turned(self, crops: list[Crop]) -> int:
        """How many of some lines look upside down."""
        heads = [cv2.resize(crop.pixels[:, : 4 * crop.pixels.shape[0]], _DIRECTION) for crop in crops]
        blob = cv2.dnn.blobFromImages(heads, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True)
        return int((self._direction.run(None, {"x": blob})[0][:, 1] > 0.5).sum())

    def _again(self, best: list[_Read], stop: Stop) -> list[_Read]:
        """Read doubtful lines in other directions, and keep what is surer."""
        ways: list[tuple[int, Crop]] = []
        for index, (crop, read) in enumerate(best):
            if read.sure < _DOUBTFUL:
                ways.append((index, crop.turned(2)))
                if crop.tall:
                    ways += [(index, crop.turned(1)), (index, crop.turned(3))]
        for (index, crop), read in zip(
            ways, self._recogniser.read([crop.pixels for _, crop in ways], stop), strict=True
        ):
            if _weight(read) > _weight(best[index][1]):
                best[index] = crop, read
        return best

    def _stacked(self, crop: Crop, line: Line, stop: Stop) -> Line:
        """Read a standing line as letters one below the other, where that is surer."""
        laid = unstacked(crop.pixels)
        if laid is None:
            return line
        [read] = self._recogniser.read([laid.pixels], stop)
        return line_of_stack(crop, laid, read) if read.sure > line.sure else line


def _slim(crop: Crop) -> float:
    return float(crop.pixels.shape[0] / crop.pixels.shape[1])


def _weight(read: Spelled) -> float:
    """How good a reading is; one letter can always be seen in anything."""
    return read.sure * min(len(read.text.replace(" ", "")), 4)
