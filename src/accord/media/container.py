"""Where the metadata of a picture file stands and where the picture ends, without decoding the picture."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from accord.media.directories import end_of

MOST_BLOCKS = 100_000
"""Blocks of one file that are walked; a file with more is not walked to its end."""

_PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")


@dataclass(frozen=True, slots=True, repr=False)
class Block:
    """One piece of a picture file that holds no pixels.

    Attributes:
        kind: what it is, in fixed words (`exif`, `xmp`, `iptc`, `icc`, `jfif`, `comment`, `text`, `time`, `chunk`).
        data: its bytes, without the header of the block.
    """

    kind: str
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Walk:
    """What a walk over a file found.

    Attributes:
        blocks: metadata in the order of the file.
        end: the first byte after the picture; None where the end is not known.
    """

    blocks: tuple[Block, ...] = ()
    end: int | None = None


def walk(data: bytes, media_type: str) -> Walk:
    """Walk the blocks of a picture file. Broken blocks end the walk; nothing is raised."""
    walker = {
        "image/png": _png,
        "image/jpeg": _jpeg,
        "image/gif": _gif,
        "image/webp": _webp,
        "image/bmp": _bmp,
        "image/avif": _boxes,
        "image/vnd.microsoft.icon": _ico,
        "image/tiff": _tiff,
    }.get(media_type)
    return walker(data) if walker else Walk()


_PNG_PIXELS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs hIST sPLT acTL fcTL fdAT cICP".split()
)
_PNG_KINDS = {b"tEXt": "text", b"zTXt": "ztext", b"iTXt": "itext", b"eXIf": "exif", b"iCCP": "iccp", b"tIME": "time"}


def _png(data: bytes) -> Walk:
    """PNG chunks (ISO/IEC 15948, section 5.3)."""
    blocks: list[Block] = []
    at = 8
    for _ in range(MOST_BLOCKS):
        if at + 8 > len(data):
            return Walk(tuple(blocks))
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if name not in _PNG_PIXELS:
            blocks.append(Block(_PNG_KINDS.get(name, "chunk"), data[at + 8 : at + 8 + size]))
        at += 12 + size
        if name == b"IEND":
            return Walk(tuple(blocks), min(at, len(data)))
    return Walk(tuple(blocks))


def without_texts(data: bytes) -> bytes:
    """A PNG without its text chunks, which a decoder would unpack, or refuse, together with the picture."""
    pieces, start, at = [], 0, 8
    for _ in range(MOST_BLOCKS):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if name in _PNG_TEXTS:
            pieces.append(data[start:at])
            start = at + 12 + size
        at += 12 + size
        if at >= len(data) or name == b"IEND":
            break
    return b"".join([*pieces, data[start:]]) if pieces else data


def _jpeg(data: bytes) -> Walk:
    """JPEG segments (ITU-T T.81, annex B), to the end of the first picture."""
    blocks: list[Block] = []
    at = 2
    for _ in range(MOST_BLOCKS):
        found = _MARKER.search(data, at)
        if found is None:
            return Walk(tuple(blocks))
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            return Walk(tuple(blocks), at)
        if marker in {0x01, 0xD8}:
            continue
        size = int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : at + size]
        if marker == 0xFE:
            blocks.append(Block("comment", body))
        elif 0xE0 <= marker <= 0xEF:
            blocks.append(_application(marker - 0xE0, body))
        at += max(2, size)
    return Walk(tuple(blocks))


def _application(number: int, body: bytes) -> Block:
    """What an application segment of a JPEG holds, by how it starts."""
    for start, kind in (
        (b"Exif\0\0", "exif"),
        (b"http://ns.adobe.com/xap/1.0/\0", "xmp"),
        (b"http://ns.adobe.com/xmp/extension/\0", "xmpext"),
        (b"Photoshop 3.0\0", "photoshop"),
        (b"ICC_PROFILE\0", "icc"),
        (b"JFIF\0", "jfif"),
        (b"JFXX\0", "jfxx"),
        (b"MPF\0", "mpf"),
        (b"Adobe", "adobe"),
    ):
        if body.startswith(start):
            return Block(kind, body[len(start) :])
    return Block(f"app{number}", body)


def _gif(data: bytes) -> Walk:
    """GIF blocks (GIF89a specification, sections 15 to 27)."""
    if len(data) < 13:
        return Walk()
    at = 13 + _table(data[10])
    blocks: list[Block] = []
    for _ in range(MOST_BLOCKS):
        first = data[at : at + 1]
        if first == b";":
            return Walk(tuple(blocks), at + 1)
        if first == b"," and at + 10 <= len(data):
            at = _sub_blocks(data, at + 11 + _table(data[at + 9]))[1]
        elif first == b"!":
            label = data[at + 1 : at + 2]
            body, at = _sub_blocks(data, at + 2)
            if label == b"\xfe":
                blocks.append(Block("comment", body))
            elif label == b"\x01":
                blocks.append(Block("plaintext", body[12:]))
            elif label == b"\xff" and not body.startswith((b"NETSCAPE2.0", b"ANIMEXTS1.0")):
                blocks.append(Block("xmp" if body.startswith(b"XMP DataXMP") else "application", body[11:]))
        else:
            return Walk(tuple(blocks))
    return Walk(tuple(blocks))


def _table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks(data: bytes, at: int) -> tuple[bytes, int]:
    """The joined sub-blocks from `at` on and where they end."""
    pieces = []
    while at < len(data) and data[at]:
        pieces.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(pieces), at + 1


_WEBP_KINDS = {b"EXIF": "exif", b"XMP ": "xmp", b"ICCP": "icc"}
_WEBP_PIXELS = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"})


def _webp(data: bytes) -> Walk:
    """RIFF chunks of WebP (RFC 9649, section 2)."""
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    end += end & 1 if end < len(data) else 0
    blocks, at = [], 12
    for _ in range(MOST_BLOCKS):
        if at + 8 > end:
            break
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name not in _WEBP_PIXELS:
            body = data[at + 8 : min(end, at + 8 + size)]
            if name == b"EXIF":
                body = body.removeprefix(b"Exif\0\0")
            blocks.append(Block(_WEBP_KINDS.get(name, "chunk"), body))
        at += 8 + size + (size & 1)
    return Walk(tuple(blocks), end)


def _bmp(data: bytes) -> Walk:
    declared = int.from_bytes(data[2:6], "little")
    return Walk((), declared if 26 <= declared <= len(data) else None)


def _ico(data: bytes) -> Walk:
    count = int.from_bytes(data[4:6], "little")
    entries = [data[at : at + 16] for at in range(6, min(len(data), 6 + 16 * count), 16)]
    ends = [int.from_bytes(e[8:12], "little") + int.from_bytes(e[12:16], "little") for e in entries if len(e) == 16]
    return Walk((), max(ends) if ends and max(ends) <= len(data) else None)


def _boxes(data: bytes) -> Walk:
    """Boxes of ISO base media files (ISO/IEC 14496-12, section 4.2)."""
    at = 0
    for _ in range(MOST_BLOCKS):
        size = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0 and name == b"mdat":  # to the end of the file
            return Walk((), len(data))
        if len(name) < 4 or size < 8 or at + size > len(data) or not re.fullmatch(rb"[\x20-\x7e]{4}", name):
            break
        at += size
    return Walk((), at or None)


def _tiff(data: bytes) -> Walk:
    return Walk((), end_of(data))


def inflate(data: bytes, most: int) -> tuple[bytes, bool]:
    """Decompress a zlib stream up to `most` bytes; whether there was more, or it was broken."""
    stream = zlib.decompressobj()
    try:
        out = stream.decompress(data, most)
    except zlib.error:
        return b"", True
    return out, not stream.eof
