"""Looking at the bytes of a PDF before anything in them is decoded: what unpacks to more than is allowed."""

from __future__ import annotations

import re
import zlib

from accord.core.media import Stop
from accord.media.limits import MediaLimits

DEFLATE = 1032
"""How much larger than its input the output of deflate can be (RFC 1951: 258 bytes for two bits, nearly)."""

_STREAM = re.compile(rb"stream[\r\n]{1,2}")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_HEAD = 4_096  # bytes before a stream in which its dictionary is looked for
_CHAIN = 4  # filters that may be laid over one another
_STEP = 1 << 20  # bytes unpacked at a time
_SLICE = 1 << 16  # packed bytes given at a time


def unpacks_too_far(data: bytes, limits: MediaLimits, stop: Stop) -> bool:
    """Whether streams of a PDF unpack to more bytes than allowed.

    Only streams that could are unpacked, and only in small steps. Pictures may be as large as the pixels allowed; all
    others as large as a file. A stream packed several times over is followed down.

    Args:
        data: the file.
        limits: `bytes` and `pixels` count.
        stop: asked between streams; when it says so the answer is True, since nothing is known.
    """
    end = 0
    for match in _STREAM.finditer(data):
        if not _is_zlib(data[match.end() : match.end() + 2]):
            continue
        if stop():
            return True
        head = data[max(0, match.start() - _HEAD) : match.start()].rsplit(b" obj", 1)[-1]
        allowed = limits.bytes
        if _PICTURE.search(head):
            allowed = max(allowed, 8 * limits.pixels)
        if end < match.end():  # asked anew only when passed, so that a file full of openings is not quadratic
            end = data.find(b"endstream", match.end())
            end = len(data) if end < 0 else end
        packed = memoryview(data)[match.end() : end]
        if _exceeds(packed, allowed):
            return True
    return False


def _is_zlib(start: bytes | memoryview) -> bool:
    return len(start) >= 2 and start[0] & 0x0F == 8 and (start[0] << 8 | start[1]) % 31 == 0


def _exceeds(packed: memoryview, allowed: int) -> bool:
    """Whether a zlib stream, or one packed in it, unpacks to more than `allowed` bytes."""
    level: bytes | memoryview = packed
    for depth in range(_CHAIN):
        if not _is_zlib(level):
            return False
        within = _peek(level)
        if len(level) * DEFLATE <= allowed and not (depth + 1 < _CHAIN and _is_zlib(within)):
            return False
        unpacked = _unpack(level, allowed)
        if unpacked is None:
            return True
        level = unpacked
    return True


def _peek(packed: bytes | memoryview) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed[:4096], 2)
    except zlib.error:
        return b""


def _unpack(packed: bytes | memoryview, allowed: int) -> bytes | None:
    """What a zlib stream holds, as far as it can be read; None when that is more than `allowed` bytes."""
    engine = zlib.decompressobj()
    out = bytearray()
    try:
        for at in range(0, len(packed), _SLICE):
            rest: bytes | memoryview = packed[at : at + _SLICE]
            while len(rest) and not engine.eof:
                out += engine.decompress(rest, _STEP)
                rest = engine.unconsumed_tail
                if len(out) > allowed:
                    return None
    except zlib.error:
        pass
    return bytes(out)
