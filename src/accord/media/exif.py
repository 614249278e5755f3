"""EXIF as text: names beside values, positions as decimal degrees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accord.media.directories import Entry, directories

MOST_TEXT = 100_000
"""Characters of one entry that are read."""

_XP = range(0x9C9B, 0x9CA0)
_CHARSET = {0x9286, 0x001B, 0x001C}
_MAKER_NOTE = 0x927C
_BLOCKS = {700, 33723, 34377, 34675}
_STRUCTURE = {273, 279, 324, 325, 330, 34665, 34853, 40965, 513, 514, 347, 320}
_PLAIN = {
    254,
    255,
    256,
    257,
    258,
    259,
    262,
    266,
    277,
    278,
    282,
    283,
    284,
    292,
    293,
    296,
    297,
    317,
    322,
    323,
    338,
    339,
    318,
    319,
    529,
    530,
    531,
    532,
}
"""Tags that say how the pixels stand in the file: no metadata."""


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """One entry of metadata.

    Attributes:
        key: from a fixed vocabulary, never content (`exif.Artist`).
        text: what it says with its name before it; empty where it holds no text.
    """

    key: str
    text: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Exif:
    """What EXIF, or the directories of a TIFF file, hold.

    Attributes:
        notes: entries in order.
        thumbnail: an encoded picture; empty where there is none.
        blocks: other metadata kept in entries: (`xmp`, `iptc`, `photoshop` or `icc`, bytes).
    """

    notes: tuple[Note, ...]
    thumbnail: bytes = b""
    blocks: tuple[tuple[str, bytes], ...] = ()


def read_exif(data: bytes) -> Exif:
    """Read the body of an EXIF block (CIPA DC-008), or a whole TIFF file."""
    notes: list[Note] = []
    blocks: list[tuple[str, bytes]] = []
    thumbnail: dict[int, int] = {}
    position: dict[int, Entry] = {}
    names = {700: "xmp", 33723: "iptc", 34377: "photoshop", 34675: "icc"}
    for entry in directories(data):
        if entry.directory == "gps":
            position[entry.tag] = entry
        if entry.directory == "next" and entry.tag in {513, 514}:
            thumbnail[entry.tag] = (entry.numbers(data) or [0])[0]
        if entry.tag in _BLOCKS and entry.directory != "gps":
            blocks.append((names[entry.tag], entry.value(data, 16_000_000)))
        elif entry.tag not in _STRUCTURE and (entry.directory == "gps" or entry.tag not in _PLAIN):
            notes.append(_note(entry, data))
    where = _position(position, data)
    if where:
        notes.append(Note("exif.GPSInfo", f"GPSPosition: {where}"))
    start, size = thumbnail.get(513, 0), thumbnail.get(514, 0)
    return Exif(tuple(notes), data[start : start + size] if start and size else b"", tuple(blocks))


def _note(entry: Entry, data: bytes) -> Note:
    name = _name(entry)
    text = _text(entry, data).strip()
    return Note(f"exif.{name}", f"{name}: {text}" if text else "")


def _name(entry: Entry) -> str:
    from PIL import ExifTags

    if entry.directory == "gps":
        return ExifTags.GPSTAGS.get(entry.tag, f"GPS0x{entry.tag:04x}")
    return ExifTags.TAGS.get(entry.tag, f"0x{entry.tag:04x}")


def _text(entry: Entry, data: bytes) -> str:
    """The text of an entry; empty where it holds numbers only."""
    raw = entry.value(data, MOST_TEXT)
    if entry.tag in _XP and entry.kind in {1, 7} and entry.directory != "gps":
        return clean(raw[: len(raw) & ~1].decode("utf-16-le", "replace"))
    if entry.tag in _CHARSET and entry.kind in {2, 7} and len(raw) >= 8:
        return _with_charset(raw, "utf-16-le" if entry.order == "little" else "utf-16-be")
    if entry.directory == "gps" and entry.tag in {1, 3} and entry.kind == 2:
        return ""
    if entry.kind == 2:
        return decoded(raw)
    if entry.kind in {1, 7}:
        whole = raw.rstrip(b"\0")
        if len(whole) > 3 and entry.tag != _MAKER_NOTE and re.fullmatch(rb"[\t\r\n\x20-\x7e\x80-\xff]+", whole):
            return decoded(whole)
        return runs(raw)
    return ""


def _with_charset(raw: bytes, utf16: str) -> str:
    """Text with a character code of eight bytes before it (CIPA DC-008, UserComment)."""
    code, body = raw[:8], raw[8:]
    if code.startswith(b"UNICODE"):
        if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
            utf16 = "utf-16"
        return clean(body[: len(body) & ~1].decode(utf16, "replace"))
    if code.startswith(b"JIS"):
        return clean(body.decode("iso2022_jp", "replace"))
    if code.startswith(b"ASCII") or not code.strip(b"\0"):
        return decoded(body)
    return decoded(raw)


def _position(entries: dict[int, Entry], data: bytes) -> str:
    """Latitude and longitude as decimal degrees; empty where there is none."""
    found = []
    for reference, value, negative, most in ((1, 2, b"S", 90), (3, 4, b"W", 180)):
        if value not in entries:
            return ""
        pairs = entries[value].numbers(data)[:6]
        parts = [top / bottom if bottom else 0.0 for top, bottom in zip(pairs[::2], pairs[1::2], strict=False)]
        degrees = sum(part / 60**power for power, part in enumerate(parts))
        if not parts or not 0 <= degrees <= most:
            return ""
        sign = entries[reference].value(data, 1).upper() if reference in entries else b""
        found.append(-degrees if sign == negative else degrees)
    return f"{found[0]:.6f}, {found[1]:.6f}"


def decoded(raw: bytes) -> str:
    """Bytes as text: UTF-8 where they are, Latin-1 otherwise; up to the last NUL at the end."""
    raw = raw[:MOST_TEXT].rstrip(b"\0")
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(raw.decode("latin-1"))


def clean(text: str) -> str:
    """Text without NUL, lone surrogates and control characters, within `MOST_TEXT`."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+", " ", text[:MOST_TEXT]).strip()


def runs(raw: bytes) -> str:
    """What can be read in bytes of an unknown make: runs of at least six letters of ASCII, also as UTF-16."""
    return "\n".join(_runs(raw[:1_000_000]))[:MOST_TEXT]


def _runs(raw: bytes) -> Iterator[str]:
    for found in re.finditer(rb"[\x20-\x7e]{6,}|(?:[\x20-\x7e]\0){6,}", raw):
        text = found[0].replace(b"\0", b"").decode("ascii").strip()
        if len(text) >= 6 and re.search(r"[A-Za-z]{3}|\d{6}|@", text):
            yield text
