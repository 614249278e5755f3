"""ID3 tags: version 2 with its frames, version 1 at the end."""

from __future__ import annotations

import re

from accord.media.exif import MOST_TEXT, clean, decoded
from accord.media.leftovers import binary, embed, file_in, legible, read_bytes, read_leftover
from accord.media.metadata import Found

_NAMES = {
    "TIT2": "Title",
    "TT2": "Title",
    "TPE1": "Artist",
    "TP1": "Artist",
    "TPE2": "AlbumArtist",
    "TP2": "AlbumArtist",
    "TPE3": "Conductor",
    "TCOM": "Composer",
    "TEXT": "Author",
    "TALB": "Album",
    "TAL": "Album",
    "TOWN": "Owner",
    "TCOP": "Copyright",
    "TENC": "Encoder",
    "TSSE": "Software",
    "TDRC": "Date",
    "TYER": "Date",
    "TCON": "Genre",
    "TRCK": "Track",
    "COMM": "Comment",
    "COM": "Comment",
    "USLT": "Lyrics",
    "ULT": "Lyrics",
}
_CODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_MOST_FRAMES = 10_000
_MOST_TAGS = 8


def after_id3(data: bytes) -> int:
    """Where a file goes on after the ID3 tags it starts with; 0 where there are none."""
    at = 0
    for _ in range(_MOST_TAGS):
        if data[at : at + 3] != b"ID3" or len(data) < at + 10 or data[at + 3] > 15:
            break
        at += 10 + _safe(data[at + 6 : at + 10]) + (10 if data[at + 5] & 0x10 else 0)
    return min(at, len(data))


def _safe(four: bytes) -> int:
    """A number of seven bits in each byte (ID3v2.4, section 6.2)."""
    size = 0
    for byte in four:
        size = size << 7 | byte & 127
    return size


def read_id3v1(data: bytes, found: Found) -> None:
    """The last 128 bytes of many files: title, artist, album, year, comment."""
    for name, start, end in (
        ("Title", 3, 33),
        ("Artist", 33, 63),
        ("Album", 63, 93),
        ("Date", 93, 97),
        ("Comment", 97, 127),
    ):
        value = data[start:end].split(b"\0")[0].strip()
        if value:
            found.add(f"id3.{name}", decoded(value), name)
        elif data[start:end].strip(b"\0 ") and name != "Comment":
            read_bytes("id3.hidden", data[start:end], found)


def read_id3(data: bytes, found: Found) -> None:
    """Read tags of version 2.2 to 2.4 that stand one after the other."""
    at = 0
    for _ in range(_MOST_TAGS):
        if data[at : at + 3] != b"ID3" or len(data) < at + 10:
            break
        size = _safe(data[at + 6 : at + 10])
        _tag(data[at + 3], data[at + 5], data[at + 10 : at + 10 + size], found)
        at += 10 + size + (10 if data[at + 5] & 0x10 else 0)


def _tag(version: int, flags: int, body: bytes, found: Found) -> None:
    if flags & 0x80 and version < 4:
        body = body.replace(b"\xff\0", b"\xff")
    at = 0
    if flags & 0x40 and version > 2:
        at = _safe(body[:4]) if version == 4 else 4 + int.from_bytes(body[:4], "big")
    head, wide = (6, 3) if version == 2 else (10, 4)
    for _ in range(_MOST_FRAMES):
        name = body[at : at + wide]
        if at + head > len(body) or not re.fullmatch(rb"[A-Z0-9]{3,4}", name):
            break
        raw = body[at + wide : at + 2 * wide]
        size = _safe(raw) if version == 4 and max(raw) < 128 else int.from_bytes(raw, "big")
        marks = body[at + 9] if version > 2 else 0
        _frame(name.decode("ascii"), _unpacked(version, marks, body[at + head : at + head + size], found), found)
        at += head + size
    read_leftover("id3.rest", body[at:], found)


def _unpacked(version: int, marks: int, body: bytes, found: Found) -> bytes:
    """The content of a frame without what its flags say was done to it."""
    if version == 4:
        body = body[1:] if marks & 0x40 else body
        body = body[4:] if marks & 0x01 else body
        body = body.replace(b"\xff\0", b"\xff") if marks & 0x02 else body
        packed = marks & 0x08
    else:
        packed = marks & 0x80
        body = body[4:] if packed else body
    if not packed:
        return body
    unpacked, more = found.inflate(body)
    if more:
        found.cut.append("id3.frame")
    return unpacked


def _frame(name: str, body: bytes, found: Found) -> None:
    """One frame by its name (ID3v2.3 and 2.4, section 4)."""
    if name in {"APIC", "PIC"}:
        _picture(name, body, found)
    elif name in {"GEOB", "GEO"}:
        _object(body, found)
    elif name[0] == "W" and name not in {"WXXX", "WXX"}:
        found.add("id3.link", decoded(body))
    elif name[0] == "T" or name in {"COMM", "COM", "USLT", "ULT", "WXXX", "WXX", "USER", "IPLS", "IPL"}:
        skip = 4 if name in {"COMM", "COM", "USLT", "ULT", "USER"} else 1
        known = _NAMES.get(name, "")
        key = f"id3.{known or 'text'}"
        if len(body) > 2 * MOST_TEXT:
            found.cut.append(key)
        found.add(key, _said(body[0] if body else 0, body[skip:]), known)
    else:
        read_bytes("id3.frame", body, found)
        start = file_in(body)
        if start is not None:
            embed("id3.frame", body[start:], found)


def _said(coding: int, body: bytes) -> str:
    """Texts of a frame, which NUL parts, as lines."""
    if coding not in {1, 2} and binary(body):
        return legible(body)[0]
    text = body[: 2 * MOST_TEXT].decode(_CODINGS.get(coding, "latin-1"), "replace")
    lines = (clean(line.strip("\ufeff")) for line in text.split("\0"))
    return "\n".join(line for line in lines if line)


def _ended(coding: int, body: bytes) -> tuple[bytes, bytes]:
    """A text that ends with NUL, one or two bytes wide, and what follows."""
    if coding not in {1, 2}:
        text, _, rest = body.partition(b"\0")
        return text, rest
    at = 0
    while at + 1 < len(body) and body[at : at + 2] != b"\0\0":
        at += 2
    return body[:at], body[at + 2 :]


def _picture(name: str, body: bytes, found: Found) -> None:
    coding = body[0] if body else 0
    kind, rest = (body[1:4], body[4:]) if name == "PIC" else _ended(0, body[1:])
    title, picture = _ended(coding, rest[1:])
    found.add("id3.picture", _said(coding, title))
    if kind == b"-->":
        found.add("id3.picture", decoded(picture))
    else:
        embed("id3.picture", picture, found)


def _object(body: bytes, found: Found) -> None:
    coding = body[0] if body else 0
    _, rest = _ended(0, body[1:])
    name, rest = _ended(coding, rest)
    title, content = _ended(coding, rest)
    found.add("id3.object", "\n".join(filter(None, (_said(coding, name), _said(coding, title)))))
    embed("id3.object", content, found)
