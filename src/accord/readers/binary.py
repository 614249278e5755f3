"""Text written as base64 or hexadecimal, found in other text and read with exact places.

Sources: RFC 4648 (base64, base64url, base16), RFC 2045 section 6.8 (wrapped lines), RFC 2397 (data URLs).
"""

from __future__ import annotations

import base64
import re
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import re2

from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Enclosed, Fault
from accord.readers.charset import Decoded, decode_plausible

_GATE64 = re2.compile(r"[A-Za-z0-9+/_\-]{16}")
_GATE16 = re2.compile(r"(?:[0-9A-Fa-f]{2}[ :,\-]{0,2}(?:0[xX])?){8}")
_RUN64 = re.compile(r"[A-Za-z0-9+/_\-]{16,}+={0,2}(?:\r?\n[ \t>]*[A-Za-z0-9+/_\-]+={0,2}(?![^\s\"'<>\\)\]},;.]))*+")
_PIECE64 = re.compile(r"[A-Za-z0-9+/_\-]+={0,2}")
_RUN16 = re.compile(
    r"(?<![0-9A-Za-z])(?:0[xX])?[0-9A-Fa-f]{2}(?:([ :,\-]|, |)(?:0[xX])?[0-9A-Fa-f]{2})"
    r"(?:\1(?:0[xX])?[0-9A-Fa-f]{2}){6,}+(?![0-9A-Za-z])"
)
_BREAK = re.compile(r"\r?\n[ \t>]*")
_JWT = re.compile(r"eyJ[\w\-]+\.eyJ[\w\-]+\.[\w\-]*")
_DATA_URL = re.compile(r"data:([a-z]+)/[\w.+\-]+(?:;[\w\-]+=[\w.\-\"]+)*;base64,$", re.IGNORECASE)
_MAGIC = (
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"\xd0\xcf\x11\xe0", "office document"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
)
_MIN_MEDIA = 64  # bytes; below this a magic number is chance
_MIN_TEXT = 8  # bytes
_MAX_UNPACKED = 65_536  # bytes; only to know whether it is compressed


@dataclass(frozen=True, slots=True)
class Base64Form:
    """How a stretch of base64 was written; calling it writes text the same way.

    Attributes:
        charset: the character encoding of the bytes.
        urlsafe: `-` and `_` instead of `+` and `/`.
        padded: whether `=` fills the last group.
        width: characters per line, 0 where it was one line.
        newline: what stood between lines.
    """

    charset: str = "utf-8"
    urlsafe: bool = False
    padded: bool = True
    width: int = 0
    newline: str = "\n"

    def __call__(self, text: str) -> str:
        """Write text in this form."""
        return self.write(text.encode(self.charset, "replace"))

    def write(self, data: bytes) -> str:
        """Write bytes in this form."""
        coded = (base64.urlsafe_b64encode(data) if self.urlsafe else base64.b64encode(data)).decode("ascii")
        if not self.padded:
            coded = coded.rstrip("=")
        if self.width:
            coded = self.newline.join(coded[i : i + self.width] for i in range(0, len(coded), self.width))
        return coded


@dataclass(frozen=True, slots=True)
class HexForm:
    """How a stretch of hexadecimal was written; calling it writes text the same way."""

    charset: str = "utf-8"
    upper: bool = False
    prefix: str = ""
    separator: str = ""

    def __call__(self, text: str) -> str:
        """Write text in this form."""
        digits = text.encode(self.charset, "replace").hex()
        if self.upper:
            digits = digits.upper()
        if not self.separator:
            return self.prefix + digits
        return self.separator.join(self.prefix + digits[i : i + 2] for i in range(0, len(digits), 2))


def codec_reading(source: Reading, reader: str, found: Decoded, places: tuple[Sequence[int], Sequence[int]],
                  form: Base64Form | HexForm, region: Span, *, disguise: bool) -> Reading:  # fmt: skip
    """Make a codec reading from decoded text and the source characters of every byte."""
    byte_starts, byte_ends = places
    starts = array("i", [byte_starts[i] for i in found.starts])
    ends = array("i", [byte_ends[i - 1] for i in found.ends])
    return Reading(
        found.text, reader, source, starts, ends, encode=form, region=region, role=source.role, disguise=disguise
    )


def base64_places(positions: Sequence[int], size: int) -> tuple[Sequence[int], Sequence[int]]:
    """Where the base64 of every byte begins and ends.

    Args:
        positions: the place of every base64 character, line breaks left out.
        size: how many bytes they decode to.
    """
    starts, ends = array("i", bytes(4 * size)), array("i", bytes(4 * size))
    for phase in range(3):
        count = len(range(phase, size, 3))
        starts[phase::3] = array("i", positions[phase : phase + 4 * count : 4])
        last = positions[phase + 1 : phase + 1 + 4 * count : 4]
        ends[phase::3] = array("i", [place + 1 for place in last])
    return starts, ends


def read_base64(reading: Reading, limit: int) -> Iterator[Reading | Fault | Enclosed]:
    """Find base64 that is text or a known kind of media.

    Args:
        reading: where to look.
        limit: how many characters may be decoded in all.
    """
    text = reading.text
    if not _GATE64.search(text):
        return
    tokens = [match.span() for match in _JWT.finditer(text)] if "eyJ" in text else []
    for match in _RUN64.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in tokens):
            continue
        for found in _base64_run(reading, match.start(), match.end()):
            if isinstance(found, Reading):
                limit -= len(found.text)
                if limit < 0:
                    yield Fault(Span(*match.span()), "fault.uninspected", "more encoded text than is read at once")
                    return
            yield found


def _base64_run(reading: Reading, start: int, end: int) -> Iterator[Reading | Fault | Enclosed]:
    """Try a run as one wrapped block, then line by line, then between `/`, `-` and `_`."""
    text = reading.text
    if text.find("\n", start, end) >= 0:
        block = _block(text, start, end)
        whole = _base64(reading, start, block) if block else None
        if whole is not None:
            yield whole
            start = block
    for piece in _PIECE64.finditer(text, start, end):
        if piece.end() - piece.start() < 16:
            continue
        found = _base64(reading, *piece.span())
        if found is not None:
            yield found
            continue
        for mark in "/-_":
            if mark in piece.group():
                yield from _between(reading, *piece.span(), mark)
                break


def _block(text: str, start: int, end: int) -> int:
    """Where a block of equally long lines ends (the last may be shorter); 0 where there is none."""
    first = _BREAK.search(text, start, end)
    if first is None:
        return 0
    width, gap = first.start() - start, first.group()
    stop = first.start()
    while stop < end:
        following = stop + len(gap)
        if not text.startswith(gap, stop):
            break
        line = _PIECE64.match(text, following, end)
        if line is None or line.end() - following > width:
            break
        if line.end() - following < width:
            coded = line.group()
            if coded.endswith("=") or len(coded) % 4 == 0 or not coded.islower():
                stop = line.end()
            break
        stop = line.end()
    return stop if stop > first.start() else 0


def _between(reading: Reading, start: int, end: int, mark: str) -> Iterator[Reading | Fault | Enclosed]:
    at = start
    while at < end:
        found = reading.text.find(mark, at, end)
        stop = end if found < 0 else found
        if stop - at >= 16:
            inner = _base64(reading, at, stop)
            if inner is not None:
                yield inner
        at = stop + 1


def _base64(reading: Reading, start: int, end: int) -> Reading | Enclosed | None:
    raw = reading.text[start:end]
    newline = _BREAK.search(raw)
    coded = _BREAK.sub("", raw) if newline else raw
    body = coded.rstrip("=")
    if not _could_be(body):
        return None
    data = _decode64(body)
    if not data:
        return None
    media = media_of(data)
    declared = _DATA_URL.search(reading.text, max(0, start - 120), start)
    form = Base64Form(
        "utf-8",
        urlsafe="-" in body or "_" in body,
        padded=len(coded) > len(body) or len(body) % 4 == 0,
        width=newline.start() if newline else 0,
        newline=newline.group() if newline else "\n",
    )
    if not media or len(data) <= _MIN_MEDIA:
        media = packed(data)
    if media:
        return Enclosed(Span(start, end), data, form.write, f"embedded {media}")
    found = decode_plausible(data)
    if found is None:
        if declared and declared[1].lower() in {"image", "audio", "video", "font", "application"}:
            return Enclosed(Span(start, end), data, form.write, f"embedded {declared[1].lower()} data")
        return None
    positions: Sequence[int] = range(start, start + len(body))
    if newline:
        positions = _outside_breaks(raw, start)
    form = replace(form, charset=found.charset)
    places = base64_places(positions, len(data))
    return codec_reading(reading, "base64", found, places, form, Span(start, end), disguise=True)


def _outside_breaks(raw: str, offset: int) -> list[int]:
    """Places of the characters that carry data."""
    places: list[int] = []
    at = 0
    for found in _BREAK.finditer(raw):
        places.extend(range(offset + at, offset + found.start()))
        at = found.end()
    places.extend(range(offset + at, offset + len(raw.rstrip("="))))
    return places


def _could_be(body: str) -> bool:
    """Whether the letters look encoded: both cases, one alphabet, a possible length."""
    if len(body) < 14 or len(body) % 4 == 1 or "=" in body:
        return False
    if body.islower() or body.isupper() or body.isdigit():
        return False
    return not (("+" in body or "/" in body) and ("-" in body or "_" in body))


def _decode64(body: str) -> bytes:
    try:
        padded = body + "=" * (-len(body) % 4)
        if "-" in body or "_" in body:
            padded = padded.translate(_TO_STANDARD)
        return base64.b64decode(padded, validate=True)
    except ValueError:
        return b""


_TO_STANDARD = str.maketrans("-_", "+/")


def media_of(data: bytes) -> str:
    """The kind of media that bytes begin like; "" for none known."""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(data[8:12], "")
    return "mp4" if data[4:8] == b"ftyp" else ""


def packed(data: bytes) -> str:
    """How bytes are compressed, where they are and can be unpacked as far as they go; "" where not."""
    for kind, bits in (("gzip", 31), ("zlib", 15)):
        unpack = zlib.decompressobj(bits)
        try:
            found = unpack.decompress(data, _MAX_UNPACKED)
        except zlib.error:
            continue
        whole = unpack.eof or unpack.unconsumed_tail or len(found) == _MAX_UNPACKED
        if len(found) >= _MIN_TEXT and (whole or decode_plausible(found) is not None):
            return kind
    return ""


def read_hex(reading: Reading, limit: int) -> Iterator[Reading | Fault]:
    """Find hexadecimal that is text: one run, or bytes with blanks, colons or commas between them."""
    text = reading.text
    if not _GATE16.search(text):
        return
    for match in _RUN16.finditer(text):
        found = _hex(reading, match)
        if found is None:
            continue
        limit -= len(found.text)
        if limit < 0:
            yield Fault(Span(*match.span()), "fault.uninspected", "more encoded text than is read at once")
            return
        yield found


def _hex(reading: Reading, match: re.Match[str]) -> Reading | None:
    raw, start = match.group(), match.start()
    separator = match[1] or ""
    prefix = raw[:2] if raw[:2] in {"0x", "0X"} else ""
    step = 2 + len(separator) + (len(prefix) if separator else 0)
    first = len(prefix)
    digits = "".join(raw[i : i + 2] for i in range(first, len(raw), step)) if separator else raw[first:]
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return None
    if len(data) * step - len(separator) + (0 if separator else first) != len(raw):
        return None
    if len(data) < _MIN_TEXT or (digits.isdigit() and len(data) < 12):
        return None
    found = decode_plausible(data, strict=len(data) < 12)
    if found is None:
        return None
    form = HexForm(found.charset, digits.upper() == digits and not digits.isdigit(), prefix, separator)
    begin = start + first
    places = (range(begin, begin + step * len(data), step), range(begin + 2, begin + 2 + step * len(data), step))
    return codec_reading(reading, "hex", found, places, form, Span(start, match.end()), disguise=True)
