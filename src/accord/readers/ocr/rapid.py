"""Reads text in pictures with PP-OCRv6 weights."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from accord.core.media import Looked, Stop, Strip, Surface
from accord.readers.ocr.cover import Cover, Known
from accord.readers.ocr.doubt import doubts
from accord.readers.ocr.forms import form_of
from accord.readers.ocr.layout import strip_of
from accord.readers.ocr.letters import Line, inside, moved
from accord.readers.ocr.lines import LineFinder
from accord.readers.ocr.spell import Speller
from accord.readers.ocr.views import evened, has_faint, smaller, unread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from accord.core.media import Pixels
    from accord.readers.ocr.lines import Quad

    Floats = NDArray[np.float32]

_SHORT_SIDE = 736
_LARGEST_SCALE = 3.0
_SMALL_LINE = 17
_ENLARGED = 5_000_000
_LEAST_GAIN = 1.3
_OVERVIEWS = (768, 512, 256)
_EVENED_SIDE = 1600
_PLAUSIBLE = 0.5
_FAINT_SURE = 0.8
_HIDDEN_SURE = 0.75
_SAME = 0.5
_HUGE = 120.0
_AS_SURE = 0.02
_ONE = np.ones(2, np.float32)
_ORIGIN = np.zeros(2, np.float32)


class RapidOcrReader:
    """Reads text in pictures: PP-OCRv6 small, run by accord itself.

    Args:
        cache: another model cache than the user's.
    """

    name = "ocr"

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    def read_picture(self, surface: Surface, stop: Stop) -> Looked:
        """Read what a surface shows, in reading order, every character with its box.

        Text that shows only after the picture was made smaller comes as a strip of its own, which is hidden.

        Raises:
            ModelError: the weights are missing or altered.
            TimeoutError: `stop` said so before everything was read.
        """
        if not surface.ink:
            return Looked()
        look = _Look(surface.pixels, LineFinder(self._cache), Speller(self._cache), stop)
        look.large(_HUGE)
        look.plain()
        look.small()
        look.large()
        look.faint()
        strips: list[Strip | None] = [strip_of(look.lines, surface.page, surface.item)]
        strips.append(strip_of(look.hidden(), surface.page, surface.item, "ocr.small", hidden=True))
        strips.append(form_of(look.lines, surface.page, surface.item))
        kept = tuple(strip for strip in strips if strip is not None and strip.text)
        size = (surface.width, surface.height)
        return Looked(kept, doubts([*look.lines, *look.unread()], surface.page, surface.item, size))


class _Look:
    """One picture being read, one way after the other; each way adds what those before did not find."""

    def __init__(self, pixels: Pixels, finder: LineFinder, speller: Speller, stop: Stop) -> None:
        self._pixels = pixels
        self._finder = finder
        self._speller = speller
        self._stop = stop
        self._known = Known(pixels.shape)
        self._scale = min(_LARGEST_SCALE, max(1.0, _SHORT_SIDE / min(pixels.shape[:2])))
        self._overviews: dict[int, tuple[Pixels, list[Quad]]] = {}
        self._worn: list[Line] = []
        self.lines: list[Line] = []

    def plain(self) -> None:
        """At its own size, or larger where it is small."""
        self._add(self._pixels, self._scale, _ONE, _PLAUSIBLE)

    def small(self) -> None:
        """Twice as large, where lines are low or marks were not read."""
        heights = [_height(line.quad) for line in self.lines]
        height, width = self._pixels.shape[:2]
        parts = unread(self._pixels, self._known.all)
        if heights and min(heights) * self._scale < _SMALL_LINE:
            parts = [(0, 0, width, height)]
        for left, top, right, bottom in parts:
            scale = min(2 * self._scale, (_ENLARGED / ((right - left) * (bottom - top))) ** 0.5)
            if scale >= _LEAST_GAIN * self._scale:
                part = self._pixels[top:bottom, left:right]
                self._add(part, scale, _ONE, _PLAUSIBLE, np.array([left, top], np.float32))

    def large(self, lowest: float = 0.0) -> None:
        """As a small picture, where letters too large for the network become small enough.

        Args:
            lowest: only lines this high, in pixels of the picture. The huge ones come first of all, before their
                strokes are taken for letters.
        """
        longest = max(self._pixels.shape[:2])
        for side in _OVERVIEWS:
            if longest > 1.5 * side:
                if side not in self._overviews:
                    made = _shrunk(self._pixels, side / longest)
                    self._overviews[side] = made, self._finder.find(made, self._stop)
                made, found = self._overviews[side]
                up = self._up(made)
                high = [quad for quad in found if _height(quad * up) >= lowest]
                self._spell(made, high, up, _FAINT_SURE)

    def faint(self) -> None:
        """With all contrasts made the same, where something faint was not read."""
        if not has_faint(self._pixels, self._known.all):
            return
        scale = min(self._scale, _EVENED_SIDE / max(self._pixels.shape[:2]))
        made = evened(_shrunk(self._pixels, scale) if scale < 1 else self._pixels)
        self._add(made, max(1.0, scale), self._up(made), _FAINT_SURE)

    def _up(self, view: Pixels) -> Floats:
        """What leads from coordinates of a view to the picture's: x, y."""
        return (np.array(self._pixels.shape[1::-1]) / view.shape[1::-1]).astype(np.float32)

    def _add(self, pixels: Pixels, scale: float, up: Floats, least: float, at: Floats | None = None) -> None:
        """Find lines in a view and read those that are new; `up` and `at` lead to the picture's coordinates."""
        self._spell(pixels, self._finder.find(pixels, self._stop, scale), up, least, at)

    def _spell(self, pixels: Pixels, found: list[Quad], up: Floats, least: float, at: Floats | None = None) -> None:
        start = _ORIGIN if at is None else at
        new = self._known.new([quad * up + start for quad in found])
        for line in self._speller.read(pixels, [(quad - start) / up for quad in new], self._stop):
            placed = inside(moved(line, up, start), self._pixels.shape)
            if line.sure >= least:
                self.lines.append(placed)
                self._known.add(placed.quad)
            elif least == _PLAUSIBLE:
                self._worn.append(placed)

    def unread(self) -> list[Line]:
        """Lines that no way of looking made plausible."""
        return [line for line in self._worn if not self._known.all.knows(line.quad)]

    def hidden(self) -> list[Line]:
        """Lines that resamplers show and an eye does not."""
        found: list[Line] = []
        for view in smaller(self._pixels, self._known.all):
            quads = [quad for quad in self._finder.find(view.pixels, self._stop) if view.differs(quad)]
            for line in self._speller.read(view.pixels, quads, self._stop):
                if line.sure >= _HIDDEN_SURE and sum(map(str.isalnum, line.text)) > 2:
                    found.append(inside(moved(line, view.up, _ORIGIN), self._pixels.shape))
        kept: list[Line] = []
        cover = Cover(self._pixels.shape)
        for line in sorted(found, key=lambda each: -each.sure * len(each.text)):
            if not cover.knows(line.quad) and not self._is_read(line):
                cover.add(line.quad)
                kept.append(line)
        return kept

    def _is_read(self, line: Line) -> bool:
        """Whether full resolution says the same at that place, and as surely."""
        shape = self._pixels.shape
        place = Cover(shape, [line.quad])
        there = [each for each in self.lines if place.knows(each.quad) or Cover(shape, [each.quad]).knows(line.quad)]
        return any(
            SequenceMatcher(None, known.text, line.text, False).ratio() > _SAME
            for known in there
            if known.sure >= line.sure - _AS_SURE
        )


def _height(quad: Quad) -> float:
    """How high a line is, whichever way it runs."""
    return float(min(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[1] - quad[0])))


def _shrunk(pixels: Pixels, scale: float) -> Pixels:
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
