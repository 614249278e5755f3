"""Reads the letters of lines: PP-OCRv6 weights with connectionist temporal classification (Graves et al., ICML 2006).

The network says, for every eight columns of a line scaled to 48 pixels, which character it sees there or that it
sees none. The same character in neighbouring columns is one character; the columns say where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from accord.models.runtime import session
from accord.readers.ocr.crops import stretched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Pixels, Stop

_HEIGHT = 48
_NARROWEST = 48
_GRID = 16
_BATCH = 2560
_NONE = 0
# A letter takes two to three steps of eight columns; where it takes fewer, equal neighbours become one.
_SQUEEZE = 0.9
_DENSE = 8 * 1.75
_WIDER = 1.5
_FEW = 5
_SLACK = 0.03
_SURE = 0.97


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spelled:
    """What was read in one crop.

    Attributes:
        text: the characters, blanks included.
        sure: mean probability of the letters, 0 to 1; lower where most are blanks, 0 where there are none.
        centres: for every character, the middle of where it was seen, as a share of the width of the crop.
    """

    text: str
    sure: float
    centres: NDArray[np.float32]


class Recogniser:
    """Reads crops of lines.

    Args:
        cache: another model cache than the user's.

    Raises:
        ModelError: the weights are missing or altered.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._session = session("rapidocr", "rec.onnx", cache)
        known = self._session.get_modelmeta().custom_metadata_map["character"].split("\n")
        self._characters = ["", *known, " "]

    def read(self, crops: Sequence[Pixels], stop: Stop) -> list[Spelled]:
        """Read crops (RGB, upright), in their order; what was dense is read again wider.

        Raises:
            TimeoutError: `stop` said so.
        """
        widths = [_width(crop, _SQUEEZE) for crop in crops]
        read = self._read(crops, widths, stop)
        dense = [
            i
            for i, each in enumerate(read)
            if len(each.text) > _FEW and (widths[i] < _DENSE * len(each.text) or each.sure < _SURE)
        ]
        wider = [_width(crops[i], _SQUEEZE * _WIDER) for i in dense]
        for index, again in zip(dense, self._read([crops[i] for i in dense], wider, stop), strict=True):
            if again.sure >= read[index].sure - _SLACK:
                read[index] = again
        return read

    def _read(self, crops: Sequence[Pixels], widths: Sequence[int], stop: Stop) -> list[Spelled]:
        read: dict[int, Spelled] = {}
        for width, batch in _batches(widths):
            if stop():
                raise TimeoutError("the picture was not read to its end")
            lines = [_fit(stretched(crops[i]), width) for i in batch]
            blob = cv2.dnn.blobFromImages(lines, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True)
            likely = self._session.run(None, {"x": blob})[0]
            best = likely.argmax(axis=-1)
            heights = np.take_along_axis(likely, best[..., None], axis=-1)[..., 0]
            for row, index in enumerate(batch):
                read[index] = self._spell(best[row], heights[row])
        return [read[index] for index in range(len(crops))]

    def _spell(self, best: NDArray[np.int64], heights: NDArray[np.float32]) -> Spelled:
        """Join runs of the same character; where it stands is the middle of its run, weighed by probability."""
        starts = np.flatnonzero(np.diff(best, prepend=-1))
        ends = np.append(starts[1:], len(best))
        letters, centres, sure = [], [], []
        for start, end in zip(starts, ends, strict=True):
            if best[start] == _NONE:
                continue
            letters.append(self._characters[best[start]])
            weights = heights[start:end]
            centres.append(float((np.arange(start, end) + 0.5) @ weights / weights.sum()) / len(best))
            if not letters[-1].isspace():
                sure.append(float(weights.max()))
        blanks = len(letters) - len(sure)
        mean = sum(sure) / max(len(letters), 1) if blanks > len(sure) else sum(sure) / max(len(sure), 1)
        return Spelled("".join(letters), mean, np.array(centres, np.float32))


def _width(crop: Pixels, stretch: float) -> int:
    """How wide a crop becomes at the height the network wants, on a grid, so that neighbours share a batch."""
    height, width = crop.shape[:2]
    exact = max(_NARROWEST, width * _HEIGHT / height * stretch)
    step = max(_GRID, 2 ** int(np.log2(exact / 32)) * _GRID // 8 * 2)
    return int(-(-exact // step) * step)


def _fit(crop: Pixels, width: int) -> Pixels:
    method = cv2.INTER_AREA if crop.shape[0] > _HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(crop, (width, _HEIGHT), interpolation=method), np.uint8)


def _batches(widths: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Crops of one width together, widest first, in batches whose memory is bounded."""
    order = sorted(range(len(widths)), key=lambda i: -widths[i])
    batch: list[int] = []
    for index in order:
        if batch and (widths[batch[0]] != widths[index] or (len(batch) + 1) * widths[index] > _BATCH):
            yield widths[batch[0]], batch
            batch = []
        batch.append(index)
    if batch:
        yield widths[batch[0]], batch
