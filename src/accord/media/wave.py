"""Chunks of WAV and AIFF files, and headers of WAV files that are wrong about what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Order = Literal["little", "big"]
"""Which byte of a number comes first."""

MOST_CHUNKS = 10_000
"""Chunks of one file that are walked."""

NAMES = frozenset({b"data", b"LIST", b"bext", b"iXML", b"axml", b"_PMX", b"id3 ", b"ID3 ", b"fact", b"JUNK"})
"""Chunks of WAV files that are taken for chunks behind the end that the header tells, too."""

_OPEN = 0x7FFF_F000  # sizes from here on, and 0, are what writers leave that did not know how much would come


@dataclass(frozen=True, slots=True, repr=False)
class Chunk:
    """One chunk of a file.

    Attributes:
        name: four characters.
        start: of its body, in bytes.
        size: of its body, as declared.
        body: as much of it as is there.
    """

    name: bytes
    start: int
    size: int
    body: bytes

    @property
    def end(self) -> int:
        """Where it ends, as declared, in bytes."""
        return self.start + self.size


def order_of(data: bytes) -> Order:
    """Which byte of a number comes first in a WAV file."""
    return "big" if data[:4] == b"RIFX" else "little"


def chunks(data: bytes, start: int = 12, end: int | None = None, order: Order = "little") -> Iterator[Chunk]:
    """Walk the chunks of a file (IFF: EA 85; RIFF: Multimedia Programming Interface 1.0; RF64: EBU Tech 3306).

    A chunk of samples whose writer did not know its size goes on to the end of the file.
    """
    end = len(data) if end is None else min(end, len(data))
    at = start
    for _ in range(MOST_CHUNKS):
        if at + 8 > end:
            return
        name = data[at : at + 4]
        size = int.from_bytes(data[at + 4 : at + 8], order)
        if name == b"data" and size == 0xFFFF_FFFF and data[:4] in {b"RF64", b"BW64"}:
            size = _long_size(data)
        if name == b"data" and size == 0 and start == 12:
            size = end - at - 8
        sound = name in {b"data", b"SSND"}
        yield Chunk(name, at + 8, size, b"" if sound else data[at + 8 : min(end, at + 8 + size)])
        at += 8 + size + (size & 1)


def form_end(data: bytes, order: Order = "little") -> int:
    """Where a file of chunks ends as its header tells; the end of the bytes where that cannot be."""
    size = int.from_bytes(data[4:8], order)
    if data[:4] in {b"RF64", b"BW64"} and size == 0xFFFF_FFFF and data[12:16] == b"ds64":
        size = int.from_bytes(data[20:28], "little")
    end = 8 + size + (size & 1)
    return end if 12 < end < len(data) else len(data)


def _long_size(data: bytes) -> int:
    """The size of the samples that a `ds64` chunk gives, in 64 bits."""
    return int.from_bytes(data[28:36], "little") if data[12:16] == b"ds64" else 0xFFFF_FFFF


def cut_off(data: bytes, kind: str) -> bool:
    """Whether an AIFF or AU file ends before the samples that its header announces."""
    if kind == "audio/basic":
        start, size = int.from_bytes(data[4:8], "big"), int.from_bytes(data[8:12], "big")
        return size < _OPEN and start + size > len(data)
    if kind == "audio/aiff":
        return any(c.name == b"SSND" and c.start + c.size > len(data) for c in chunks(data, order="big"))
    return False


def mended(data: bytes) -> tuple[bytes, bool]:
    """A WAV file of nothing but its format and its first samples, and whether some are missing that it announces.

    A recorder that was interrupted, or wrote into a pipe, leaves a size of 0 or of all ones; players read on to the
    end of the file then, so that is what has to be inspected. Chunks that hold no samples are left out, so that no
    decoder stumbles over them.
    """
    order = order_of(data)
    told: dict[bytes, bytes] = {}
    for chunk in chunks(data, order=order):
        if chunk.name in {b"fmt ", b"fact"}:
            told.setdefault(chunk.name, chunk.body)
        elif chunk.name == b"data" and b"fmt " in told:
            there = len(data) - chunk.start
            size = chunk.size if 0 < chunk.size <= there else there
            samples = memoryview(data)[chunk.start : chunk.start + size]
            return recording({**told, b"data": samples}, order), there < chunk.size < _OPEN
    return data, False


def recording(parts: Mapping[bytes, bytes | memoryview], order: Order = "little") -> bytes:
    """A WAV file of some chunks.

    Args:
        parts: bodies by names.
        order: which byte of a number comes first; big makes RIFX.
    """
    made: list[bytes | memoryview] = [b"WAVE"]
    for name, body in parts.items():
        made += [name, len(body).to_bytes(4, order), body, b"\0" * (len(body) & 1)]
    return b"".join([b"RIFX" if order == "big" else b"RIFF", sum(map(len, made)).to_bytes(4, order), *made])
