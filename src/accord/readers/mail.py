"""Electronic mail: header fields, encoded words, and bodies in their transfer encoding.

Sources: RFC 5322 (messages), RFC 2045 to 2047 (MIME, transfer encodings, encoded words), RFC 2231 (parameters).
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Enclosed, Fault
from accord.readers.align import Scan, Swap
from accord.readers.binary import Base64Form, base64_places
from accord.readers.charset import Decoded, decode_with_places

_HEADER = re.compile(r"([!-9;-~]{1,80})[ \t]*:[ \t]*((?:[^\r\n]|\r?\n[ \t])*+)(?:\r?\n|\Z)")
_WORD = re.compile(r"=\?([\w\-]{1,40})(?:\*[\w\-]*)?\?([bBqQ])\?([^?\s]{0,500})\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)(?:\r?\n)?[ \t]+(?==\?[\w\-]{1,40}\?[bBqQ]\?)")
_PARAMETER = re.compile(r""";\s*([\w\-]+)\*?\s*=\s*(?:"([^"]*)"|([^\s;"]+))""")
_QP = re.compile(r"((?:=[0-9A-Fa-f]{2})+)|=[ \t]*\r?\n")
_SIGNIFICANT = re.compile(r"[A-Za-z0-9+/]+")
_MAX_PARTS = 1_000
_MAX_NESTING = 8
_TEXTUAL = frozenset(
    f"application/{kind}"
    for kind in ("json", "ld+json", "xml", "xhtml+xml", "csv", "x-ndjson", "javascript", "x-yaml", "pgp-signature")
)

Plain = Callable[[str, int, int, str], Scan]
"""Scans a body that stands as it is: text, start, end, media type."""


@dataclass(frozen=True, slots=True)
class QuotedPrintableForm:
    """How quoted-printable text was written; calling it writes text the same way (RFC 2045 section 6.7)."""

    charset: str = "utf-8"
    newline: str = "\n"

    def __call__(self, text: str) -> str:
        """Write text in this form."""
        plain = text.replace("\r\n", "\n").encode(self.charset, "replace")
        return quopri.encodestring(plain).decode("ascii").replace("\n", self.newline)


@dataclass(slots=True)
class _Entity:
    """What the headers of a message or part say about its body."""

    media_type: str = "text/plain"
    charset: str = "utf-8"
    boundary: str = ""
    encoding: str = ""
    attached: bool = False
    parameters: dict[str, str] = field(default_factory=dict)


def scan_mail(reading: Reading, plain: Plain) -> Scan:
    """Read a message: headers as fields, encoded bodies as codec readings, other attachments as faults.

    Args:
        reading: the message.
        plain: scans bodies that stand as they are.
    """
    text = reading.text
    start = len(text) - len(text.lstrip())
    if text.startswith("From ", start):
        start = text.find("\n", start) + 1
    scan = Scan()
    _entity(reading, start, len(text), plain, scan, 0)
    return scan


def _entity(reading: Reading, start: int, end: int, plain: Plain, scan: Scan, nesting: int) -> None:
    """Read headers and body of a message or of one part."""
    entity = _Entity()
    body = _headers(reading.text, start, end, entity, scan, nesting)
    if entity.boundary and entity.media_type.startswith("multipart/"):
        if nesting >= _MAX_NESTING:
            scan.faults.append(Fault(Span(body, end), "fault.uninspected", "mail parts are nested too deep"))
            return
        _parts(reading, body, end, entity.boundary, plain, scan, nesting)
    elif entity.media_type == "message/rfc822" and not entity.encoding:
        if nesting < _MAX_NESTING:
            _entity(reading, _skip_blank(reading.text, body, end), end, plain, scan, nesting + 1)
    else:
        _body(reading, body, end, entity, plain, scan)


def _skip_blank(text: str, start: int, end: int) -> int:
    while start < end and text[start] in "\r\n":
        start += 1
    return start


def _headers(text: str, at: int, end: int, entity: _Entity, scan: Scan, nesting: int) -> int:
    while at < end:
        if text.startswith(("\n", "\r\n"), at):
            return min(end, at + (2 if text[at] == "\r" else 1))
        match = _HEADER.match(text, at, end)
        if match is None:
            return at
        name = match[1].lower()
        value = match[2]
        stop = match.start(2) + len(value.rstrip())
        scan.add(match.start(2), stop, f"header.{name}", "header")
        if "=?" in value:
            _encoded_words(text, match.start(2), stop, scan)
        _describe(entity, name, value)
        at = match.end()
    return at


def _describe(entity: _Entity, name: str, value: str) -> None:
    if name == "content-type":
        entity.media_type = value.partition(";")[0].strip().lower() or "text/plain"
        found = {m[1].lower(): m[2] or m[3] or "" for m in _PARAMETER.finditer(value)}
        entity.charset = found.get("charset", "utf-8")
        entity.boundary = found.get("boundary", "")
    elif name == "content-transfer-encoding":
        coded = value.strip().lower()
        entity.encoding = coded if coded in {"base64", "quoted-printable", "x-uuencode", "uuencode"} else ""
    elif name == "content-disposition":
        entity.attached = value.strip().lower().startswith("attachment")


def _encoded_words(text: str, start: int, end: int, scan: Scan) -> None:
    """Decode `=?charset?Q?…?=`; the blank between two of them does not count (RFC 2047 section 6.2)."""
    scan.swaps += ((m.start(), m.end(), "") for m in _BETWEEN_WORDS.finditer(text, start, end))
    for word in _WORD.finditer(text, start, end):
        coded = word[3]
        try:
            if word[2] in "bB":
                found = decode_with_places(base64.b64decode(coded + "=" * (-len(coded) % 4)), word[1])
                places = base64_places(range(len(coded)), len(coded) * 3 // 4)
            else:
                found, places = _q_word(coded, word[1])
        except (binascii.Error, ValueError):
            continue
        if found is not None and found.text:
            scan.swaps += _word_swaps(found, places, word)


def _q_word(coded: str, charset: str) -> tuple[Decoded | None, tuple[array[int], array[int]]]:
    data = bytearray()
    starts, ends = array("i"), array("i")
    at = 0
    while at < len(coded):
        width = 3 if coded[at] == "=" and at + 3 <= len(coded) else 1
        data.append(int(coded[at + 1 : at + 3], 16) if width == 3 else 0x20 if coded[at] == "_" else ord(coded[at]))
        starts.append(at)
        at += width
        ends.append(at)
    return decode_with_places(bytes(data), charset), (starts, ends)


def _word_swaps(found: Decoded, places: tuple[Sequence[int], Sequence[int]], word: re.Match[str]) -> list[Swap]:
    """One swap for each character; base64 shares a character between bytes, so shared ones go to the first."""
    offset, last = word.start(3), word.start()
    swaps: list[Swap] = []
    for index, char in enumerate(found.text):
        end = places[1][found.ends[index] - 1] + offset
        stop = word.end() if index == len(found.text) - 1 else max(last, end)
        swaps.append((last, stop, char))
        last = stop
    return swaps


def _parts(reading: Reading, start: int, end: int, boundary: str, plain: Plain, scan: Scan, nesting: int) -> None:
    text = reading.text
    line = f"--{boundary}"
    marks: list[tuple[int, int, bool]] = []
    at = text.find(line, start, end)
    while at >= 0 and len(marks) <= _MAX_PARTS:
        if at == start or text[at - 1] == "\n":
            newline = text.find("\n", at, end)
            final = text.startswith("--", at + len(line))
            marks.append((at, end if newline < 0 else newline + 1, final))
        at = text.find(line, at + len(line), end)
    for index, (_, begin, final) in enumerate(marks):
        if final:
            break
        stop = marks[index + 1][0] if index + 1 < len(marks) else end
        if index >= _MAX_PARTS:
            scan.faults.append(Fault(Span(begin, end), "fault.uninspected", "mail has too many parts"))
            return
        _entity(reading, begin, stop, plain, scan, nesting + 1)


def _body(reading: Reading, start: int, end: int, entity: _Entity, plain: Plain, scan: Scan) -> None:
    text = reading.text
    start = _skip_blank(text, start, end)
    while end > start and text[end - 1] in "\r\n \t":
        end -= 1
    if start >= end:
        return
    family = entity.media_type.partition("/")[0]
    textual = family in {"text", "message"} or entity.media_type in _TEXTUAL
    if not textual and (entity.encoding or family in {"image", "audio", "video"}):
        kind = entity.media_type if re.fullmatch(r"[a-z]+/[a-z0-9.+\-]{1,80}", entity.media_type) else "unknown type"
        file = _attached(text, start, end, kind) if entity.encoding == "base64" else None
        if file is not None:
            scan.enclosed.append(file)
        else:
            reason = f"attachment of type {kind} is not inspected"
            scan.faults.append(Fault(Span(start, end), "fault.uninspected", reason))
    elif not entity.encoding or (entity.encoding[0] == "q" and text.find("=", start, end) < 0):
        scan.extend(plain(text, start, end, entity.media_type))
    else:
        found = _decoded_body(reading, start, end, entity)
        if found is None:
            reason = "a mail body cannot be decoded"
            scan.faults.append(Fault(Span(start, end), "fault.undecodable", reason))
        else:
            scan.readings.append(found)


def _decoded_body(reading: Reading, start: int, end: int, entity: _Entity) -> Reading | None:
    if entity.encoding == "base64":
        return _base64_body(reading, start, end, entity.charset)
    if entity.encoding == "quoted-printable":
        return _quoted_body(reading, start, end, entity.charset)
    return None


def _attached(text: str, start: int, end: int, kind: str) -> Enclosed | None:
    """A file that is attached as base64."""
    runs = [match.span() for match in _SIGNIFICANT.finditer(text, start, end)]
    data = _decoded_runs(text, runs)
    if not data:
        return None
    return Enclosed(Span(start, end), data, _base64_form(text, runs, start, end).write, f"attachment of type {kind}")


def _decoded_runs(text: str, runs: Sequence[tuple[int, int]]) -> bytes:
    coded = "".join(text[begin:stop] for begin, stop in runs)
    try:
        return base64.b64decode(coded + "=" * (-len(coded) % 4))
    except binascii.Error:
        return b""


def _base64_form(text: str, runs: Sequence[tuple[int, int]], start: int, end: int) -> Base64Form:
    width = runs[0][1] - runs[0][0] if len(runs) > 1 else 0
    return Base64Form(width=width, newline="\r\n" if text.find("\r\n", start, end) >= 0 else "\n")


def _base64_body(reading: Reading, start: int, end: int, charset: str) -> Reading | None:
    text = reading.text
    runs = [match.span() for match in _SIGNIFICANT.finditer(text, start, end)]
    data = _decoded_runs(text, runs)
    found = decode_with_places(data, charset) if data else None
    if found is None:
        return None
    positions = array("i")
    for begin, stop in runs:
        positions.extend(range(begin, stop))
    form = replace(_base64_form(text, runs, start, end), charset=found.charset)
    return _codec(reading, "base64", found, base64_places(positions, len(data)), form, Span(start, end))


def _quoted_body(reading: Reading, start: int, end: int, charset: str) -> Reading | None:
    text = reading.text
    data = bytearray()
    starts, ends = array("i"), array("i")
    at = start
    for match in _QP.finditer(text, start, end):
        _literal(text, at, match.start(), data, starts, ends)
        if match[1]:
            data += bytes.fromhex(match[1].replace("=", ""))
            starts.extend(range(match.start(), match.end(), 3))
            ends.extend(range(match.start() + 3, match.end() + 3, 3))
        at = match.end()
    _literal(text, at, end, data, starts, ends)
    found = decode_with_places(bytes(data), charset)
    if found is None:
        return None
    form = QuotedPrintableForm(found.charset, "\r\n" if text.find("\r\n", start, end) >= 0 else "\n")
    return _codec(reading, "quoted-printable", found, (starts, ends), form, Span(start, end))


def _literal(text: str, start: int, end: int, data: bytearray, starts: array[int], ends: array[int]) -> None:
    if start >= end:
        return
    piece = text[start:end]
    if piece.isascii():
        data += piece.encode("ascii")
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))
        return
    for index, char in enumerate(piece, start):
        coded = char.encode("utf-8", "replace")
        data += coded
        starts.extend([index] * len(coded))
        ends.extend([index + 1] * len(coded))


def _codec(
    reading: Reading,
    reader: str,
    found: Decoded,
    places: tuple[Sequence[int], Sequence[int]],
    form: Base64Form | QuotedPrintableForm,
    region: Span,
) -> Reading:
    starts = array("i", [places[0][i] for i in found.starts])
    ends = array("i", [places[1][i - 1] for i in found.ends])
    return Reading(found.text, reader, reading, starts, ends, encode=form, region=region, role=reading.role)
