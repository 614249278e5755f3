"""A font without ink, for text that is there to be found and selected, not to be seen.

Any script goes: characters get numbers of their own as they come, and a ToUnicode map says what they are. The font
program is the smallest TrueType file that viewers load (ISO 32000-2, 9.6.3 and 9.7.4): an empty glyph and
one without area.
"""

from __future__ import annotations

import struct
import zlib

WIDTH = 500
"""Advance of every character, in thousandths of the font size."""

NAME = "Unseen"

_EM = 1000

# One contour of two points: it covers nothing, yet has the extent that readers tell places and directions from.
_GLYPH = struct.pack(">hhhhhHHBBhhhh", 1, 0, -200, WIDTH, 800, 1, 0, 1, 1, 0, WIDTH, -200, _EM)

_CODES = 65_000
_BLOCK = 100  # entries of one bfchar section (Adobe Technical Note 5411)


class Codes:
    """Numbers for characters, in the order they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def encode(self, text: str) -> str:
        """Text as a hexadecimal string of two bytes for each character; past 65,000 kinds they are left out."""
        numbers = []
        for letter in text:
            if letter not in self._numbers and len(self._numbers) < _CODES:
                self._numbers[letter] = len(self._numbers) + 1
            if letter in self._numbers:
                numbers.append(self._numbers[letter])
        return "".join(f"{number:04X}" for number in numbers)

    @property
    def count(self) -> int:
        """How many numbers are taken."""
        return len(self._numbers)

    def to_unicode(self) -> bytes:
        """The CMap that says which characters the numbers stand for (ISO 32000-2, 9.10.3)."""
        rows = [
            f"<{number:04X}> <{letter.encode('utf-16-be').hex().upper()}>" for letter, number in self._numbers.items()
        ]
        blocks = [rows[at : at + _BLOCK] for at in range(0, len(rows), _BLOCK)]
        sections = [f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks]
        return "\n".join(
            [
                "/CIDInit /ProcSet findresource begin",
                "12 dict begin",
                "begincmap",
                "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
                "/CMapName /Adobe-Identity-UCS def",
                "/CMapType 2 def",
                "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange",
                *sections,
                "endcmap",
                "CMapName currentdict /CMap defineresource pop",
                "end",
                "end",
            ]
        ).encode("ascii")

    def glyph_map(self) -> bytes:
        """The stream that gives every number the glyph without area (CIDToGIDMap)."""
        return b"\0\0" + b"\0\1" * self.count


def program() -> bytes:
    """The font program: a TrueType file of two glyphs (OpenType 1.9, chapter 'Font file')."""
    tables = {
        b"cmap": struct.pack(">HHHHI", 0, 1, 1, 0, 12) + struct.pack(">HHH", 0, 262, 0) + bytes(256),
        b"glyf": _GLYPH,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0, _EM, 0, 0),
            *(0, -200, WIDTH, 800, 0, 8, 2, 0, 0),
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x00010000, 800, -200, 0, WIDTH, *([0] * 3), 1, *([0] * 7), 1),
        b"hmtx": struct.pack(">Hhh", WIDTH, 0, 0),
        b"loca": struct.pack(">HHH", 0, 0, len(_GLYPH) // 2),
        b"maxp": struct.pack(">IH", 0x00010000, 2) + struct.pack(">13H", 2, 1, 0, 0, 1, *([0] * 8)),
        b"post": struct.pack(">IIhhIIIII", 0x00030000, 0, -100, 50, 1, 0, 0, 0, 0),
    }
    return _assembled(tables)


def _assembled(tables: dict[bytes, bytes]) -> bytes:
    """Tables put together in one file, with their checksums."""
    count = len(tables)
    power = count.bit_length() - 1
    header = struct.pack(">IHHHH", 0x00010000, count, 16 << power, power, 16 * count - (16 << power))
    at = len(header) + 16 * count
    directory, body = b"", b""
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += tag + struct.pack(">III", total, at + len(body), len(data))
        body += padded
    return header + directory + body


def packed(data: bytes) -> bytes:
    """A stream for FlateDecode."""
    return zlib.compress(data, 6)
