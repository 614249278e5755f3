"""Metadata of picture files as keys and text: EXIF, XMP, IPTC, comments, colour profiles, bytes after the end.

None of it survives a rebuild. It is read all the same, because what a file says about a person, and what it
says to whoever reads it, is content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accord.core.media import Flaw, Strip
from accord.core.place import Meta
from accord.media import sniff
from accord.media.container import Block, inflate, walk
from accord.media.exif import MOST_TEXT, Note, clean, decoded, read_exif, runs
from accord.media.leftovers import read_trailing
from accord.media.limits import MediaLimits
from accord.media.parts import Embedded

MOST_STRIPS = 256
"""Entries of one file that are read as text of their own; further ones share the last."""

_MOST_BYTES = 4_000_000

_PNG_KEYWORDS = {
    "title": "Title",
    "author": "Author",
    "description": "Description",
    "copyright": "Copyright",
    "creation time": "CreationTime",
    "software": "Software",
    "disclaimer": "Disclaimer",
    "warning": "Warning",
    "source": "Source",
    "comment": "Comment",
    "parameters": "parameters",
    "prompt": "prompt",
    "workflow": "workflow",
}

_IPTC_NAMES = {
    5: "ObjectName",
    7: "EditStatus",
    15: "Category",
    20: "SupplementalCategories",
    25: "Keywords",
    26: "ContentLocationCode",
    27: "ContentLocationName",
    40: "SpecialInstructions",
    55: "DateCreated",
    60: "TimeCreated",
    65: "OriginatingProgram",
    80: "By-line",
    85: "By-lineTitle",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    100: "CountryCode",
    101: "CountryName",
    103: "OriginalTransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption-Abstract",
    122: "Writer-Editor",
}


@dataclass(frozen=True, slots=True, repr=False)
class Metadata:
    """Metadata of one file.

    Attributes:
        keys: what was there, in fixed words.
        strips: its text.
        embedded: pictures and files kept in it.
        flaws: what of it was not read.
    """

    keys: tuple[str, ...] = ()
    strips: tuple[Strip, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    flaws: tuple[Flaw, ...] = ()


class Found:
    """What the readers of blocks put together.

    Attributes:
        notes: entries.
        embedded: pictures and files kept in them.
        cut: keys of what was not read to its end.
        room: bytes that packed texts may still unpack to.
    """

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.embedded: list[Embedded] = []
        self.cut: list[str] = []
        self.room = 8 * _MOST_BYTES

    def inflate(self, data: bytes) -> tuple[bytes, bool]:
        """Unpack within what is left of the room that all packed texts share; whether there was more."""
        if self.room <= 0:
            return b"", True
        body, more = inflate(data, min(_MOST_BYTES, self.room))
        self.room -= len(body)
        return body, more

    def add(self, key: str, text: str = "", name: str = "") -> None:
        """Note an entry: its key, its text, and the name that is put before it."""
        text = clean(text)
        self.notes.append(Note(key, f"{name}: {text}" if text and name else text))


def read_metadata(data: bytes, media_type: str, number: int, limits: MediaLimits) -> Metadata:
    """Read the metadata of a picture file, within bounds, without decoding its pixels.

    Args:
        data: the file.
        media_type: what it is, as its bytes tell.
        number: the item it is.
        limits: bounds; `characters` bounds the text.
    """
    found = Found()
    walked = walk(data, media_type)
    if media_type == "image/tiff":
        read_block(Block("exif", data), found)
    extended: list[tuple[int, bytes]] = []
    for block in walked.blocks:
        if block.kind == "xmpext":
            extended.append((int.from_bytes(block.data[36:40], "big"), block.data[40:]))
        else:
            read_block(block, found)
    if extended:
        read_block(Block("xmp", b"".join(piece for _, piece in sorted(extended))), found)
    if walked.end is not None and walked.end < len(data):
        read_trailing(data[walked.end :], found)
    return collected(found, number, limits)


def read_info(info: dict[str, bytes], number: int, limits: MediaLimits) -> Metadata:
    """Read metadata that a decoder took out of its container: `exif`, `xmp` and `icc` bodies by name."""
    found = Found()
    for kind, body in info.items():
        read_block(Block(kind, body.removeprefix(b"Exif\0\0") if kind == "exif" else body), found)
    return collected(found, number, limits)


def collected(found: Found, number: int, limits: MediaLimits) -> Metadata:
    """Number what was found and keep it within bounds."""
    strips: list[Strip] = []
    rest: list[str] = []
    left = limits.characters
    for note in found.notes:
        text = note.text[:left]
        left -= len(text)
        if len(text) < len(note.text):
            found.cut.append(note.key)
        if text and len(strips) < MOST_STRIPS:
            strips.append(Strip(text, "metadata", key=note.key, item=number, hidden=note.key == "trailing"))
        elif text:
            rest.append(text)
    if rest:
        strips.append(Strip("\n".join(rest)[: limits.characters], "metadata", key="metadata", item=number))
    reason = "there is more metadata than is read"
    flaws = tuple(Flaw("fault.uninspected", reason, number, Meta(key)) for key in dict.fromkeys(found.cut))
    keys = tuple(dict.fromkeys(note.key for note in found.notes))
    return Metadata(keys, tuple(strips), tuple(found.embedded), flaws)


def read_block(block: Block, found: Found) -> None:
    """Read one block; of one that is broken in a way nobody thought of, what letters there are."""
    try:
        _read_block(block, found)
    except MemoryError:
        raise
    except Exception:
        found.add(block.kind, runs(block.data))
        found.cut.append(block.kind)


def _read_block(block: Block, found: Found) -> None:
    """Read one block by its kind."""
    kind, data = block.kind, block.data
    if kind == "exif":
        _exif(data, found)
    elif kind == "xmp":
        _xmp(data, found)
    elif kind == "iptc":
        _iptc(data, found)
    elif kind == "photoshop":
        _photoshop(data, found)
    elif kind in {"icc", "iccp"}:
        _icc(data, kind, found)
    elif kind in {"text", "ztext", "itext"}:
        _png_text(data, kind, found)
    elif kind in {"comment", "plaintext"}:
        _long(data, "comment", "Comment", found)
    elif kind in {"jfif", "jfxx"}:
        _thumbnail(data, kind, found)
    elif kind == "time":
        found.add("png.tIME")
    elif kind not in {"adobe", "mpf"}:
        found.add(kind, runs(data))


def _long(data: bytes, key: str, name: str, found: Found) -> None:
    if len(data) > MOST_TEXT:
        found.cut.append(key)
    found.add(key, decoded(data), name)


def _thumbnail(data: bytes, kind: str, found: Found) -> None:
    """Thumbnails of JFIF (ITU-T T.871, section 10)."""
    if kind == "jfxx":
        found.add("jfif.thumbnail")
        if data[:1] == b"\x10":
            found.embedded.append(Embedded("jfif.thumbnail", data[1:]))
    elif len(data) > 9 and data[7] and data[8]:
        found.add("jfif.thumbnail")
        width, height = data[7], data[8]
        pixels = data[9 : 9 + 3 * width * height]
        if len(pixels) == 3 * width * height:
            found.embedded.append(Embedded("jfif.thumbnail", _bitmap(width, height, pixels)))


def _bitmap(width: int, height: int, pixels: bytes) -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(out, "PNG")
    return out.getvalue()


def _exif(data: bytes, found: Found) -> None:
    exif = read_exif(data)
    found.notes += exif.notes
    if exif.thumbnail:
        found.add("exif.thumbnail")
        if sniff.media_type(exif.thumbnail) in sniff.PICTURES:
            found.embedded.append(Embedded("exif.thumbnail", exif.thumbnail))
    for kind, body in exif.blocks:
        read_block(Block(kind, body), found)


def _iptc(data: bytes, found: Found) -> None:
    """Data sets of IPTC-IIM (version 4.2, section 1.5)."""
    at, utf8 = 0, b"\x1b%G" in data[:64]
    while data[at : at + 1] == b"\x1c" and at + 5 <= len(data):
        record, number, size = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        at += 5
        if size & 0x8000:
            width = min(size & 0x7FFF, 8)
            size, at = int.from_bytes(data[at : at + width], "big"), at + width
        body = data[at : at + size]
        at += size
        if record != 2 or number == 0:
            continue
        name = _IPTC_NAMES.get(number, f"{record}:{number}")
        text = body[:MOST_TEXT].decode("utf-8", "replace") if utf8 else decoded(body)
        found.add(f"iptc.{name}", text, name)


def _photoshop(data: bytes, found: Found) -> None:
    """Image resource blocks, among them IPTC (1028) and thumbnails (1033, 1036)."""
    at = 0
    while data[at : at + 4] == b"8BIM" and at + 12 <= len(data):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6 + ((data[at + 6] + 2) & ~1)
        size = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 4 + size]
        at += 4 + size + (size & 1)
        if number == 1028:
            _iptc(body, found)
        elif number in {1033, 1036}:
            found.add("photoshop.thumbnail")
            found.embedded.append(Embedded("photoshop.thumbnail", body[28:]))
        else:
            found.add("photoshop", runs(body))


def _icc(data: bytes, kind: str, found: Found) -> None:
    """The texts of a colour profile (ICC.1, section 9.2), without the blanks that fill it up."""
    if kind == "iccp":
        name, _, packed = data.partition(b"\0")
        data, _ = found.inflate(packed[1:])
        found.add("icc", decoded(name))
    found.add("icc", "\n".join(dict.fromkeys(runs(data).splitlines())))


def _png_text(data: bytes, kind: str, found: Found) -> None:
    """Texts of PNG (ISO/IEC 15948, section 11.3.4), which may be packed."""
    keyword, _, rest = data.partition(b"\0")
    body, more = rest, False
    if kind == "ztext":
        body, more = found.inflate(rest[1:])
    elif kind == "itext":
        packed = rest[:1] == b"\1"
        _, _, body = rest[2:].partition(b"\0")
        _, _, body = body.partition(b"\0")
        if packed:
            body, more = found.inflate(body)
    name = clean(keyword[:80].decode("utf-8", "replace"))
    profile = re.fullmatch(r"Raw profile type (\w+)", name)
    if name == "XML:com.adobe.xmp":
        _xmp(body, found)
    elif profile:
        _raw_profile(profile[1].lower(), body, found)
    else:
        known = _PNG_KEYWORDS.get(name.lower(), "")
        key = f"png.{known or 'text'}"
        more = more or len(body) > MOST_TEXT
        found.add(key, decoded(body), known or name)
        if more:
            found.cut.append(key)


def _raw_profile(kind: str, body: bytes, found: Found) -> None:
    """Other metadata written into a PNG text as hexadecimal digits after two lines: name and length."""
    lines = body.decode("ascii", "replace").strip().split("\n", 2)
    digits = re.sub(r"[^0-9A-Fa-f]", "", lines[2]) if len(lines) == 3 else ""
    raw = bytes.fromhex(digits[: len(digits) & ~1])
    if kind in {"exif", "app1"}:
        start = raw.removeprefix(b"Exif\0\0")
        _xmp(raw, found) if b"<x:xmpmeta" in raw[:200] else _exif(start, found)
    elif kind == "xmp":
        _xmp(raw, found)
    elif kind in {"iptc", "8bim"}:
        _photoshop(raw.removeprefix(b"Photoshop 3.0\0"), found) if b"8BIM" in raw[:32] else _iptc(raw, found)
    else:
        found.add("png.profile", runs(raw))


def _xmp(data: bytes, found: Found) -> None:
    """Properties of an XMP packet (ISO 16684-1) as lines with their names."""
    if len(data) > _MOST_BYTES:
        found.cut.append("xmp")
    text = "\n".join(_properties(data[:_MOST_BYTES]))
    if len(text) > MOST_TEXT:
        found.cut.append("xmp")
    found.add("xmp", text)


def _properties(data: bytes) -> Iterator[str]:
    from lxml import etree

    start = max(0, data.find(b"<"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(data[start:], parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        yield decoded(data)
        return
    for element in root.iter():
        if not isinstance(element.tag, str):
            yield clean(str(element.text or ""))
            continue
        name = _local(element.tag)
        if name in {"li", "Alt", "Bag", "Seq"}:
            above = [up for up in element.iterancestors() if isinstance(up.tag, str)]
            named = [_local(up.tag) for up in above]
            name = next((n for n in named if n not in {"li", "Alt", "Bag", "Seq"}), name)
        for attribute, value in element.attrib.items():
            local = _local(str(attribute))
            if str(value).strip() and local not in {"about", "lang", "xmptk", "parseType"}:
                yield f"{local}: {clean(str(value))}"
        if element.text and element.text.strip():
            yield f"{name}: {clean(element.text)}"
        if element.tail and element.tail.strip():
            yield clean(element.tail)


def _local(name: str) -> str:
    """A name without its namespace, or without the prefix that was never declared."""
    return name.rpartition("}")[2].rpartition(":")[2]
