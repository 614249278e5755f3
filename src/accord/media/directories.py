"""The directories of a TIFF file, which EXIF is made of, read within bounds and without following loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MOST_ENTRIES = 20_000
"""Entries of all directories of one file that are read."""

_MOST_NUMBERS = 100_000
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_BELOW = {330: "sub", 34665: "exif", 34853: "gps", 40965: "interop"}
_PIXELS = {273: 279, 324: 325, 513: 514}
"""Where pixels stand and how many bytes they take: strips, tiles, a thumbnail (TIFF 6.0, sections 8, 15 and 22)."""

Order = Literal["little", "big"]


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One entry of a directory.

    Attributes:
        directory: `main`, `next` (thumbnail of EXIF, later page of a TIFF), `exif`, `gps`, `interop` or `sub`.
        tag: its number.
        kind: its type (2 is text, 5 and 10 are fractions, 7 is anything).
        start: where its value begins.
        size: bytes of its value, as far as the file reaches.
        order: byte order of the file.
    """

    directory: str
    tag: int
    kind: int
    start: int
    size: int
    order: Order

    def value(self, data: bytes, most: int) -> bytes:
        """The first bytes of the value."""
        return data[self.start : self.start + min(self.size, most)]

    def numbers(self, data: bytes) -> list[int]:
        """The value as whole numbers; for fractions, numerators and denominators in turn."""
        width = 4 if self.kind in {5, 10} else _SIZES.get(self.kind, 1)
        raw = self.value(data, width * _MOST_NUMBERS)
        signed = self.kind in {6, 8, 9, 10, 17}
        return [
            int.from_bytes(raw[at : at + width], self.order, signed=signed)
            for at in range(0, len(raw) - width + 1, width)
        ]


def directories(data: bytes) -> Iterator[Entry]:
    """Read the entries of a TIFF or BigTIFF file (TIFF 6.0, section 2), or of the body of an EXIF block.

    Every directory is read once, so that loops end; there are at most `MOST_ENTRIES` entries.
    """
    shape = _shape(data)
    if shape is None:
        return
    order, wide = shape
    pointer, width, inline = (8, 20, 8) if wide else (4, 12, 4)

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], order)

    waiting, seen, budget = [("main", number(8 if wide else 4, pointer))], set[int](), MOST_ENTRIES
    while waiting:
        name, at = waiting.pop()
        if at in seen or not 8 <= at < len(data) - 2:
            continue
        seen.add(at)
        lead = 8 if wide else 2
        first, many = at + lead, number(at, lead)
        after = first + width * many
        for place in range(first, min(after, len(data) - width + 1), width):
            budget -= 1
            if budget < 0:
                return
            tag, kind, count = number(place, 2), number(place + 2, 2), number(place + 4, pointer)
            size = _SIZES.get(kind, 1) * count
            start = place + 4 + pointer if size <= inline else number(place + 4 + pointer, pointer)
            entry = Entry(name, tag, kind, start, max(0, min(size, len(data) - start)), order)
            yield entry
            if tag in _BELOW:
                waiting += [(_BELOW[tag], below) for below in entry.numbers(data)[:64]]
        if name in {"main", "next"}:
            waiting.append(("next", number(after, pointer)))


def _shape(data: bytes) -> tuple[Order, bool] | None:
    """Byte order and whether offsets are 8 bytes long; None where it is no TIFF."""
    orders: dict[bytes, Order] = {b"II": "little", b"MM": "big"}
    order = orders.get(data[:2])
    if order is None or len(data) < 10:
        return None
    version = int.from_bytes(data[2:4], order)
    return (order, version == 43) if version in {42, 43} else None


def end_of(data: bytes) -> int | None:
    """The first byte that no directory names; None where there are more entries than are read."""
    end, found, pixels = 8, 0, dict[tuple[str, int], list[int]]()
    for entry in directories(data):
        found += 1
        end = max(end, entry.start + entry.size)
        if entry.tag in _PIXELS or entry.tag in _PIXELS.values():
            pixels.setdefault((entry.directory, entry.tag), []).extend(entry.numbers(data))
        if found >= MOST_ENTRIES:
            return None
    for (directory, tag), starts in pixels.items():
        sizes = pixels.get((directory, _PIXELS.get(tag, -1)), [])
        end = max([end, *(start + size for start, size in zip(starts, sizes, strict=False))])
    # a directory may stand behind its values, and its link to the next one ends it
    return min(len(data), end + 8) if found else None
