"""Reads text in pictures with the Tesseract that is installed: faster on plain pages, in over a hundred scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

import cv2
import numpy as np

from accord.core.media import Stop, Strip, Surface
from accord.errors import ConfigError, ModelError
from accord.readers.ocr.forms import form_of
from accord.readers.ocr.hocr import Word, words_of
from accord.readers.ocr.layout import strip_of
from accord.readers.ocr.letters import Line, inside

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Pixels

_LANGUAGES = re.compile(r"[A-Za-z]\w*(\+[A-Za-z]\w*)*")
_POLL_S = 0.1
_MARGIN = 2
_LEAST = 30.0
_SMALL = 11
_HEIGHT = 14
_LARGEST_SCALE = 3.0
_BAND = 6000
_WIDEST = 30_000
_DARK = 110


class TesseractReader:
    """Reads text in pictures through the program `tesseract`, run for every picture without files.

    Args:
        languages: traineddata to use, joined with `+` (`eng+deu`).
        executable: name or path of the program.

    Raises:
        ConfigError: `languages` is not such a list.
    """

    name = "tesseract"

    def __init__(self, languages: str = "eng", executable: str = "tesseract") -> None:
        if not _LANGUAGES.fullmatch(languages):
            raise ConfigError("tesseract: languages are names joined with +", hint="for example eng+deu")
        self._languages = languages
        self._executable = executable

    def read_picture(self, surface: Surface, stop: Stop) -> Sequence[Strip]:
        """Read what a surface shows, in reading order, every character with its box.

        Raises:
            ModelError: the program or its language data is missing, or it failed.
            TimeoutError: `stop` said so before everything was read.
        """
        if not surface.ink:
            return []
        grey = _on_light(np.asarray(cv2.cvtColor(surface.pixels, cv2.COLOR_RGB2GRAY), np.uint8))
        lines: list[Line] = []
        for top, bottom in _bands(grey):
            read = self._read(np.asarray(grey[top:bottom], np.uint8), top, stop)
            lines += [inside(line, grey.shape) for line in read]
        strips = (strip_of(lines, surface.page, surface.item), form_of(lines, surface.page, surface.item))
        return [strip for strip in strips if strip is not None and strip.text]

    def _read(self, grey: Pixels, top: int, stop: Stop) -> list[Line]:
        scale = min(_scale(grey), _WIDEST / max(grey.shape))
        looked = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC) if scale != 1 else grey
        said = self._run(b"P5 %d %d 255\n" % (looked.shape[1], looked.shape[0]) + looked.tobytes(), stop)
        found = [[word for word in line if word.sure >= _LEAST] for line in words_of(said)]
        return [_line(words, scale, top) for words in found if words]

    def _run(self, picture: bytes, stop: Stop) -> str:
        program = shutil.which(self._executable)
        if program is None:
            raise ModelError("the program tesseract is not installed", hint="install it, or choose the reader ocr")
        command = [program, "stdin", "stdout", "-l", self._languages, "--dpi", "150"]
        command += ["-c", "hocr_char_boxes=1", "hocr"]
        place = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "HOME") if name in os.environ}
        with (
            _in_memory(picture) as given,
            subprocess.Popen(  # noqa: S603  (the program of the configuration, with arguments built here)
                command,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=place | {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
            ) as running,
        ):
            said = _wait(running, stop)
        if running.returncode:
            raise ModelError(
                f"tesseract ended with code {running.returncode}",
                hint=f"check that the language data {self._languages} is installed: tesseract --list-langs",
            )
        return said.decode("utf-8", "replace")


def _in_memory(picture: bytes) -> BinaryIO:
    """A file that is on no disk, to read `picture` from."""
    made = os.fdopen(os.memfd_create("picture", os.MFD_CLOEXEC), "w+b")
    made.write(picture)
    made.seek(0)
    return made


def _wait(running: subprocess.Popen[bytes], stop: Stop) -> bytes:
    while True:
        if stop():
            running.kill()
            raise TimeoutError("the picture was not read to its end")
        try:
            return running.communicate(timeout=_POLL_S)[0]
        except subprocess.TimeoutExpired:
            continue


def _on_light(grey: Pixels) -> Pixels:
    """Turn dark panels light, because the program reads dark letters on light paper best."""
    height, width = grey.shape
    small = cv2.resize(grey, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    dark = (cv2.medianBlur(np.asarray(small, np.uint8), 5) < _DARK).astype(np.uint8)
    if not dark.any():
        return grey
    mask = cv2.resize(dark, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(np.where(mask > 0, 255 - grey, grey), np.uint8)


def _scale(grey: Pixels) -> float:
    """How much larger a picture must be for most of its letters to be as high as the program reads well."""
    _, inked = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, stats, _ = cv2.connectedComponentsWithStats(inked.astype(np.uint8))
    heights, widths = stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_WIDTH]
    letters = heights[(heights >= 4) & (heights < 60) & (widths < 60)]
    if not len(letters) or (usual := float(np.median(letters))) > _SMALL:
        return 1.0
    return min(_LARGEST_SCALE, max(1.0, _HEIGHT / usual))


def _bands(grey: Pixels) -> Iterator[tuple[int, int]]:
    """Very high pictures in pieces, cut where there is least ink."""
    height, top = grey.shape[0], 0
    while height - top > _BAND:
        tail = grey[top + _BAND * 3 // 4 : top + _BAND].astype(np.int16)
        busy = np.abs(np.diff(tail, axis=1)).sum(axis=1) if tail.shape[1] > 1 else np.zeros(len(tail))
        bottom = top + _BAND * 3 // 4 + int(np.argmin(busy))
        yield top, bottom
        top = bottom
    yield top, height


def _line(words: list[Word], scale: float, top: int) -> Line:
    """A line of words apart by blanks; letters of a word touch each other, so that nothing between them stays."""
    letters: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    for word in words:
        left, upper, _, lower = word.box
        if letters:
            letters.append(" ")
            boxes.append((left, upper, left, lower))
        sides = _sides(word)
        letters += [letter for letter, _ in word.letters]
        boxes += [(sides[i], upper, sides[i + 1], lower) for i in range(len(word.letters))]
    placed = np.array(boxes, np.float64) / scale + (-_MARGIN, top - _MARGIN, _MARGIN, top + _MARGIN)
    placed = np.concatenate([np.floor(placed[:, :2]), np.ceil(placed[:, 2:])], axis=1).clip(0)
    edges: NDArray[np.float64] = np.concatenate([placed[:, :2].min(axis=0), placed[:, 2:].max(axis=0)])
    x0, y0, x1, y1 = edges
    quad = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    sure = sum(word.sure for word in words) / len(words) / 100
    return Line("".join(letters), sure, quad, placed.astype(np.int32))


def _sides(word: Word) -> list[float]:
    """Borders between the letters of a word, its own ends first and last, ascending."""
    middles = [(word.letters[i][1][2] + word.letters[i + 1][1][0]) / 2 for i in range(len(word.letters) - 1)]
    sides = np.maximum.accumulate(np.array([word.box[0], *middles], np.float64))
    return [*np.minimum(sides, word.box[2]).tolist(), float(word.box[2])]
