"""Chunks of WAV and AIFF files, and headers of WAV files that are wrong about what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHUNKS = 10_000
"""Chunks of one file that are walked."""

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


def chunks(data: bytes, start: int = 12, end: int | None = None, order: str = "little") -> Iterator[Chunk]:
    """Walk the chunks of a file (IFF: EA 85; RIFF: Multimedia Programming Interface 1.0; RF64: EBU Tech 3306)."""
    end = len(data) if end is None else min(end, len(data))
    at = start
    for _ in range(MOST_CHUNKS):
        if at + 8 > end:
            return
        name = data[at : at + 4]
        size = int.from_bytes(data[at + 4 : at + 8], "big" if order == "big" else "little")
        if name == b"data" and size == 0xFFFF_FFFF and data[:4] in {b"RF64", b"BW64"}:
            size = _long_size(data)
        sound = name in {b"data", b"SSND"}
        yield Chunk(name, at + 8, size, b"" if sound else data[at + 8 : min(end, at + 8 + size)])
        at += 8 + size + (size & 1)


def form_end(data: bytes, order: str = "little") -> int:
    """Where a file of chunks ends as its header tells; the end of the bytes where that cannot be."""
    size = int.from_bytes(data[4:8], "big" if order == "big" else "little")
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
    if data[:4] not in {b"RIFF", b"RF64", b"BW64"}:
        return data, False
    told: dict[bytes, bytes] = {}
    for chunk in chunks(data):
        if chunk.name in {b"fmt ", b"fact"}:
            told.setdefault(chunk.name, chunk.body)
        elif chunk.name == b"data" and b"fmt " in told:
            there = len(data) - chunk.start
            size = chunk.size if 0 < chunk.size <= there else there
            samples = data[chunk.start : chunk.start + size]
            return _wave({**told, b"data": samples}), there < chunk.size < _OPEN
    return data, False


def _wave(parts: dict[bytes, bytes]) -> bytes:
    made = [b"WAVE"]
    for name, body in parts.items():
        made += [name, len(body).to_bytes(4, "little"), body, b"\0" * (len(body) & 1)]
    return b"".join([b"RIFF", sum(map(len, made)).to_bytes(4, "little"), *made])
