"""Bar codes and QR codes: what is printed for machines is read like text.

A code whose bytes are no text is read as the words that stand in them, and as hexadecimal, so that it is never seen
as nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accord.core.media import Stop, Strip, Surface
from accord.core.place import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from accord.core.media import Pixels

    Matrix = NDArray[np.float64]

_FLAT = 8
_MARGIN = 0.06
_ROUNDS = 4
_MOST = 200
_ENLARGED = 1400
_REDUCED = 2400
_COLOURED = 24
_COLOURED_PIXELS = 200
_SLANTS = (-22.5, 22.5, 45.0)
_WORDS = re.compile(rb"[\x20-\x7e]{4,}")
_SCANNED = ("AllLinear", "PDF417")
_CHECKED = ("QRCode", "MicroQRCode", "DataMatrix", "Aztec", "PDF417")  # noise never passes their error correction
_CONTRAST = 16.0
_GROUP = "\x1d"


class CodeReader:
    """Reads all linear and matrix codes zxing-cpp knows: turned, inverted, small, several in one picture.

    A picture is looked at in grey; twice as large, where it is small; in each colour that grey does not show; with
    its contrast raised; and slanted, for codes that are scanned along lines. What was found is painted over and the
    picture is looked at again, so that one code does not hide another, and so that no row of a linear code stays that
    could be scanned.

    Each code is a strip of its own, all of whose characters stand in the box of the code, widened by a margin, so
    that whatever is found in it hides the whole code.
    """

    name = "codes"

    def read_picture(self, surface: Surface, stop: Stop) -> Sequence[Strip]:
        """Read the codes of a surface, from the top; asks `stop()` between passes.

        Raises:
            OverflowError: there are more than are read of one picture.
            TimeoutError: `stop()` said so before everything was looked at.
        """
        if surface.ink < _FLAT:
            return []
        found: list[tuple[Box, str]] = []
        for look in _looks(surface.pixels):
            for _ in range(_ROUNDS):
                if stop():
                    raise TimeoutError
                if len(found) > _MOST:
                    raise OverflowError(f"more than {_MOST} codes in one picture")
                codes = look.codes()
                for code in codes:
                    box, text = look.take(code, surface), _text(code)
                    if not any(_covers(other, box) and text == known for other, known in found):
                        found.append((box, text))
                if not codes:
                    break
        found.sort(key=lambda each: (each[0].top, each[0].left))
        return [_strip(box, text) for box, text in found]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class _Look:
    """One way to look at a surface.

    Attributes:
        grey: shape (height, width); painted over as codes are taken.
        back: shape (2, 3), takes its pixels to those of the surface.
        kinds: names of the formats to look for; none means all.
        slanted: turned, so that what is upright in it is not on the surface.
    """

    grey: Pixels
    back: Matrix
    kinds: tuple[str, ...] = ()
    slanted: bool = False

    def codes(self) -> list[Any]:
        import zxingcpp

        kinds = [getattr(zxingcpp.BarcodeFormat, kind) for kind in self.kinds]
        return list(
            zxingcpp.read_barcodes(
                self.grey,
                formats=zxingcpp.BarcodeFormats(kinds),
                text_mode=zxingcpp.TextMode.Plain,
                try_downscale=not self.slanted,
            )
        )

    def take(self, code: Any, surface: Surface) -> Box:
        """Paint a code over, and give the upright box around it with its margin, in pixels of the surface."""
        import cv2
        import numpy as np

        place = code.position
        corners = np.array(
            [(p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left)], np.float64
        )
        margin = max(2.0, _MARGIN * float(np.ptp(corners, axis=0).max()))
        low, high = corners.min(axis=0) - margin, corners.max(axis=0) + margin
        middle = corners.mean(axis=0)
        around = corners + margin * np.sign(corners - middle)
        cv2.fillConvexPoly(self.grey, np.rint(around).astype(np.int32), 128)
        if not self.slanted:
            around = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
        there = around @ self.back[:, :2].T + self.back[:, 2]
        (left, top), (right, bottom) = np.floor(there.min(axis=0)), np.ceil(there.max(axis=0))
        left, top = min(max(0, int(left)), surface.width - 1), min(max(0, int(top)), surface.height - 1)
        right, bottom = min(surface.width, int(right)), min(surface.height, int(bottom))
        return Box(left, top, max(left + 1, right), max(top + 1, bottom), surface.page)


def _looks(pixels: Pixels) -> Iterator[_Look]:
    """Grey; twice as large; the colours grey does not show; faint things raised; slanted.

    Only the first look is at all pixels of a very large picture: a code that fine is read by no other look.
    """
    import cv2
    import numpy as np

    same = np.eye(2, 3)
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    yield _Look(grey.copy(), same)
    longest = max(grey.shape)
    if longest > _REDUCED:
        pixels = np.asarray(
            cv2.resize(pixels, None, fx=_REDUCED / longest, fy=_REDUCED / longest, interpolation=cv2.INTER_AREA),
            np.uint8,
        )
        same = same * (longest / _REDUCED)
        grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    if longest <= _ENLARGED:
        yield _Look(np.asarray(cv2.resize(grey, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8), same / 2)
    for channel in range(3):
        single = np.ascontiguousarray(pixels[:, :, channel])
        if np.count_nonzero(cv2.absdiff(single, grey) > _COLOURED) > _COLOURED_PIXELS:
            yield _Look(single, same)
    faint = cv2.createCLAHE(_CONTRAST, (8, 8)).apply(grey)
    yield _Look(np.asarray(faint, np.uint8), same, _CHECKED)
    for degrees in _SLANTS:
        yield _slanted(grey, degrees, same)


def _slanted(grey: Pixels, degrees: float, same: Matrix) -> _Look:
    """The whole picture turned about its middle."""
    import cv2
    import numpy as np

    height, width = grey.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    wide = int(abs(turn[0, 0]) * width + abs(turn[0, 1]) * height) + 1
    high = int(abs(turn[0, 1]) * width + abs(turn[0, 0]) * height) + 1
    turn[:, 2] += ((wide - width) / 2, (high - height) / 2)
    turned = cv2.warpAffine(grey, turn, (wide, high), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    back = same[0, 0] * np.asarray(cv2.invertAffineTransform(turn), np.float64)
    return _Look(np.asarray(turned, np.uint8), back, _SCANNED, slanted=True)


def _covers(outer: Box, inner: Box) -> bool:
    """Whether two looks saw the same code: most of one lies in the other."""
    across = min(outer.right, inner.right) - max(outer.left, inner.left)
    down = min(outer.bottom, inner.bottom) - max(outer.top, inner.top)
    area = (inner.right - inner.left) * (inner.bottom - inner.top)
    return across > 0 and down > 0 and across * down >= 0.8 * area


def _text(code: Any) -> str:
    """The payload as text without NUL; of bytes that are no text, their words and their hexadecimal form."""
    import zxingcpp

    if code.content_type not in (zxingcpp.ContentType.Binary, zxingcpp.ContentType.Mixed):
        return _plain(code.text)
    data: bytes = code.bytes
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text and all(char.isprintable() or char in "\r\n\t" + _GROUP for char in text):
        return _plain(text)
    words = [word.decode("ascii") for word in _WORDS.findall(data)]
    return "\n".join([*words, data.hex()])


def _plain(text: str) -> str:
    """Without NUL and lone surrogates; the separator of GS1 elements ends a line."""
    return "".join("�" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text).replace(
        _GROUP, "\n"
    )


def _strip(box: Box, text: str) -> Strip:
    import numpy as np

    row = [box.left, box.top, box.right, box.bottom, box.page]
    return Strip(text, "code", np.tile(np.array(row, np.int32), (len(text), 1)))
