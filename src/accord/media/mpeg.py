"""Frames of MP3 files, walked without decoding them: how long a file is, whatever its headers say about it.

Decoders go by the number of frames that a header tells, and stop in front of whatever is appended; players play it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from accord.media.id3 import after_id3

_RATES = (44_100, 48_000, 32_000)
_BITS = {  # kilobits per second (ISO/IEC 11172-3, 2.4.2.3 and 13818-3, 2.4.2.3)
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SYNC = re.compile(rb"\xff[\xe2-\xff]")
_MOST_SYNCS = 1_000_000
_TOLD = 1  # frames that headers are out by


@dataclass(frozen=True, slots=True)
class _Frame:
    """One frame header: what has to stay the same (version, layer, rate, mono), its size and its samples."""

    like: tuple[int, int, int, bool]
    size: int
    samples: int


@dataclass(slots=True, repr=False)
class Frames:
    """What a walk over an MP3 file found.

    Attributes:
        spans: bytes of frames that are one stream, as (start, end).
        gaps: bytes that are no frames.
        others: streams of another rate, layer or number of channels.
        count: frames of the stream.
        seconds: how long they last.
        cut: the last frame, or some that the header tells of, are missing.
        told: what the header frame tells of them can be trusted.
        header: bytes of the header frame; 0 where there is none.
    """

    spans: list[tuple[int, int]] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    others: list[tuple[int, int]] = field(default_factory=list)
    count: int = 0
    seconds: float = 0.0
    cut: bool = False
    told: bool = False
    header: int = 0

    def lean(self, data: bytes) -> bytes:
        """The frames alone, after a header that tells how many there are; without one decoders guess.

        Args:
            data: the file that was walked.
        """
        if not self.spans:
            return data
        pieces = [memoryview(data)[start:end] for start, end in self.spans]
        if not self.told:
            pieces[0] = pieces[0][self.header :]
            pieces.insert(0, memoryview(_header(data, self.spans[0][0], self.count - bool(self.header))))
        return b"".join(pieces)


def walk(data: bytes, most: float) -> Frames:
    """Walk the frames of a file.

    Args:
        data: the file.
        most: seconds after which the walk ends, because nobody listens to more.
    """
    found = Frames()
    at = after_id3(data)
    like: tuple[int, int, int, bool] | None = None
    syncs = [_MOST_SYNCS]
    while at < len(data) and found.seconds <= most:
        start = _next(data, at, not found.spans, like, syncs)
        if start is None:
            found.gaps.append((at, len(data)))
            break
        if start > at:
            found.gaps.append((at, start))
        first = _frame(data, start)
        assert first is not None
        like = like or first.like
        end, count = _run(data, start, first, most)
        if first.like == like:
            found.spans.append((start, end))
            found.count += count
            found.seconds += count * first.samples / first.like[2]
            found.cut = _whole(data, end, like) is False
            if found.cut:
                break
        else:
            found.others.append((start, end))
        at = end if end > start else len(data)
    if found.spans:
        _compare(data, found)
    return found


def _compare(data: bytes, found: Frames) -> None:
    """Compare what was found with what the header frame tells."""
    told = _told(data, found.spans[0][0])
    if told is None:
        return
    first = _frame(data, found.spans[0][0])
    found.header = first.size if first else 0
    found.cut = found.cut or told > found.count - 1 + _TOLD
    found.told = told >= found.count - 1 - _TOLD


def _header(data: bytes, at: int, count: int) -> bytes:
    """A frame of silence that tells how many frames follow (Xing); nothing where the layer knows none."""
    first = _frame(data, at)
    if first is None or first.like[1] != 3:
        return b""
    head = bytearray(data[at : at + 4])
    head[1] |= 1  # no checksum
    head[2] = head[2] & 0x0D | 0x80  # a rate of bits at which there is room for what is told
    frame = _frame(bytes(head), 0)
    assert frame is not None
    head += bytes(_side(first)) + b"Info\0\0\0\1" + count.to_bytes(4, "big")
    return bytes(head.ljust(frame.size, b"\0"))


def _side(frame: _Frame) -> int:
    """Bytes of side information (ISO/IEC 11172-3, 2.4.1.7)."""
    old, mono = frame.like[0] == 3, frame.like[3]
    return (17 if mono else 32) if old else (9 if mono else 17)


def _run(data: bytes, at: int, first: _Frame, most: float) -> tuple[int, int]:
    """Where frames that follow each other end, and how many there are."""
    count, limit = 0, int(most * first.like[2] / first.samples) + 2
    while count < limit:
        frame = _frame(data, at)
        if frame is None or frame.like != first.like or at + frame.size > len(data):
            break
        at, count = at + frame.size, count + 1
    return at, count


def _whole(data: bytes, at: int, like: tuple[int, int, int, bool]) -> bool | None:
    """Whether a frame that starts there ends within the file; None where none starts there."""
    frame = _frame(data, at)
    return None if frame is None or frame.like != like else at + frame.size <= len(data)


def _next(data: bytes, at: int, first: bool, like: tuple[int, int, int, bool] | None, syncs: list[int]) -> int | None:
    """Where the next frames start: three in a row, or fewer that fill the file to its end."""
    for start in _syncs(data, at):
        syncs[0] -= 1
        if syncs[0] < 0:
            return None
        if _follows(data, start, first and start == at, like):
            return start
    return None


def _syncs(data: bytes, at: int) -> Iterator[int]:
    return (match.start() for match in _SYNC.finditer(data, at))


def _follows(data: bytes, at: int, first: bool, like: tuple[int, int, int, bool] | None) -> bool:
    frame = _frame(data, at)
    if frame is None or at + frame.size > len(data):
        return False
    if like is not None and frame.like == like and at + frame.size == len(data):
        return True
    for _ in range(2):
        at += frame.size
        then = _frame(data, at)
        if then is None or then.like != frame.like:
            return first and at + 4 > len(data)
        frame = then
    return True


def _frame(data: bytes, at: int) -> _Frame | None:
    """The header of a frame (ISO/IEC 11172-3, 2.4.1.3); None where there is none, or its size is not told."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE2:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer == 4 or bits in {0, 15} or rate == 3:
        return None
    old = version == 3
    hertz = _RATES[rate] >> (0 if old else 1 if version == 2 else 2)
    padding, kilobits = head[2] >> 1 & 1, _BITS[1 if old else 2, layer][bits]
    samples = 384 if layer == 1 else 1152 if layer == 2 or old else 576
    size = (12_000 * kilobits // hertz + padding) * 4 if layer == 1 else samples * 125 * kilobits // hertz + padding
    return _Frame((version, layer, hertz, head[3] >> 6 == 3), size, samples)


def _told(data: bytes, at: int) -> int | None:
    """How many frames a header frame (Xing, Info or VBRI) tells of; None where there is none."""
    frame = _frame(data, at)
    if frame is None:
        return None
    place = at + 4 + _side(frame)
    if data[place : place + 4] in {b"Xing", b"Info"} and data[place + 7] & 1:
        return int.from_bytes(data[place + 8 : place + 12], "big")
    if data[at + 36 : at + 40] == b"VBRI":
        return int.from_bytes(data[at + 50 : at + 54], "big")
    return None
