"""Tags of sound files as keys and text: ID3, APE, Vorbis comments, chunks of WAV and AIFF, covers, trailing bytes.

None of it survives a rebuild. It is read all the same, because what a file says about a person, and what it says to
whoever reads it, is content.
"""

from __future__ import annotations

import base64
import binascii
import re

from accord.media.container import Block
from accord.media.exif import MOST_TEXT, clean, decoded, runs
from accord.media.id3 import after_id3, read_id3, read_id3v1
from accord.media.limits import MediaLimits
from accord.media.metadata import Found, Metadata, collected, read_block, read_trailing
from accord.media.parts import Embedded
from accord.media.wave import chunks, form_end

_INFO = {
    b"IART": "Artist",
    b"INAM": "Title",
    b"ICMT": "Comment",
    b"ICOP": "Copyright",
    b"ICRD": "Date",
    b"IENG": "Engineer",
    b"IGNR": "Genre",
    b"IKEY": "Keywords",
    b"IPRD": "Album",
    b"ISBJ": "Subject",
    b"ISFT": "Software",
    b"ISRC": "Source",
    b"ITCH": "Technician",
}
_WAVE_SOUND = {b"fmt ", b"fact", b"data", b"PEAK", b"ds64", b"slnt"}
_AIFF_SOUND = {b"COMM", b"SSND", b"FVER"}
_AIFF_TEXTS = {b"NAME": "Title", b"AUTH": "Author", b"(c) ": "Copyright", b"ANNO": "Comment"}
_COMMENTS = {
    "title": "Title",
    "artist": "Artist",
    "albumartist": "AlbumArtist",
    "performer": "Performer",
    "composer": "Composer",
    "author": "Author",
    "album": "Album",
    "date": "Date",
    "genre": "Genre",
    "comment": "Comment",
    "description": "Description",
    "copyright": "Copyright",
    "license": "License",
    "organization": "Organization",
    "location": "Location",
    "contact": "Contact",
    "isrc": "ISRC",
    "lyrics": "Lyrics",
    "encoder": "Encoder",
    "tracknumber": "TrackNumber",
}
_PICTURES = {"metadata_block_picture", "coverart"}
_ENCODERS = re.compile(r"(Xiph\.Org libVorbis|libopus|reference libFLAC|libsndfile|Lavf|Lavc)[\w. :()-]{0,60}\Z")
"""What encoders call themselves: no metadata."""
_MOST_PAGES = 200_000
_MOST_ENTRIES = 10_000


def read_tags(data: bytes, kind: str, number: int, limits: MediaLimits) -> Metadata:
    """Read the tags of a sound file, within bounds, without decoding its samples.

    Args:
        data: the file.
        kind: its media type, as its bytes tell.
        number: the item it is.
        limits: bounds; `characters` bounds the text.
    """
    found = Found()
    start = after_id3(data)
    if start:
        read_id3(data[:start], found)
    end = _ending(data, found)
    body = data[start:end]
    reader = {
        "audio/wav": _wave,
        "audio/aiff": _aiff,
        "audio/flac": _flac,
        "audio/ogg": _ogg,
        "audio/basic": _au,
    }.get(kind)
    if reader is not None:
        reader(body, found)
    return collected(found, number, limits)


def _ending(data: bytes, found: Found) -> int:
    """Read the tags at the end of a file, of whatever kind it is; where they start."""
    end = len(data)
    if data[end - 128 : end - 125] == b"TAG" and end > 128:
        read_id3v1(data[end - 128 : end], found)
        end -= 128
        if data[end - 227 : end - 223] == b"TAG+":
            found.add("id3.extended", runs(data[end - 227 : end]))
            end -= 227
    if data[end - 9 : end] == b"LYRICS200" and data[end - 15 : end - 9].isdigit():
        size = int(data[end - 15 : end - 9]) + 15
        found.add("lyrics3", decoded(data[max(0, end - size) : end - 15]))
        end = max(0, end - size)
    if data[end - 32 : end - 24] == b"APETAGEX":
        size = min(end, int.from_bytes(data[end - 20 : end - 16], "little"))
        head = 32 if data[end - size - 32 : end - size - 24] == b"APETAGEX" else 0
        _ape(data[end - size : end - 32], found)
        end -= size + head
    return max(0, end)


def _ape(data: bytes, found: Found) -> None:
    """Items of an APEv2 tag: size, flags, key, value."""
    at = 0
    for _ in range(_MOST_ENTRIES):
        zero = data.find(b"\0", at + 8, at + 8 + 256)
        if at + 8 > len(data) or zero < 0:
            return
        size, flags = int.from_bytes(data[at : at + 4], "little"), int.from_bytes(data[at + 4 : at + 8], "little")
        name, value = clean(decoded(data[at + 8 : zero])), data[zero + 1 : zero + 1 + size]
        at = zero + 1 + size
        if (flags >> 1) & 3 == 1:
            title, _, picture = value.partition(b"\0")
            found.add("ape.picture", decoded(title))
            found.embedded.append(Embedded("ape.picture", picture))
        else:
            known = _COMMENTS.get(name.lower().replace(" ", ""), "")
            _text(f"ape.{known or 'text'}", value, known or name, found)


def _text(key: str, body: bytes, name: str, found: Found) -> None:
    """An entry that is text, with its name before it."""
    body = body.rstrip(b"\0 ")
    if len(body) > MOST_TEXT:
        found.cut.append(key)
    found.add(key, decoded(body), name)


def _wave(data: bytes, found: Found) -> None:
    """Chunks of a WAV file: INFO, adtl, bext (EBU Tech 3285), iXML, ID3, XMP, and whatever else there is."""
    last = form_end(data)
    sounds = 0
    for chunk in chunks(data, end=last):
        name, body = chunk.name, chunk.body
        sounds += name == b"data"
        if name == b"LIST":
            _list(body, found)
        elif name == b"bext":
            _broadcast(body, found)
        elif name in {b"iXML", b"axml", b"_PMX"}:
            read_block(Block("xmp", body), found)
        elif name.lower() == b"id3 ":
            read_id3(body, found)
        elif name == b"data" and sounds > 1:
            found.add("riff.data", runs(data[chunk.start : min(len(data), chunk.start + chunk.size)]))
        elif name not in _WAVE_SOUND and body.strip(b"\0"):
            found.add("riff.chunk", runs(body))
    read_trailing(data[last:], found)


def _list(body: bytes, found: Found) -> None:
    kind = body[:4]
    for chunk in chunks(body, 4):
        if kind == b"INFO":
            name = _INFO.get(chunk.name, "")
            _text(f"riff.{name or 'text'}", chunk.body, name or decoded(chunk.name), found)
        elif kind == b"adtl":
            _text("riff.label", chunk.body[20:] if chunk.name == b"ltxt" else chunk.body[4:], "", found)
        elif chunk.body.strip(b"\0"):
            found.add("riff.chunk", runs(chunk.body))


def _broadcast(body: bytes, found: Found) -> None:
    for name, start, end in (
        ("Description", 0, 256),
        ("Originator", 256, 288),
        ("OriginatorReference", 288, 320),
        ("OriginationDate", 320, 338),
        ("CodingHistory", 602, len(body)),
    ):
        value = body[start:end].rstrip(b"\0 ")
        if value:
            _text(f"bext.{name}", value, name, found)


def _aiff(data: bytes, found: Found) -> None:
    """Chunks of an AIFF file (Apple, AIFF 1.3)."""
    last = form_end(data, "big")
    for chunk in chunks(data, end=last, order="big"):
        name = _AIFF_TEXTS.get(chunk.name, "")
        if name:
            _text(f"aiff.{name}", chunk.body, name, found)
        elif chunk.name == b"ID3 ":
            read_id3(chunk.body, found)
        elif chunk.name not in _AIFF_SOUND and chunk.body.strip(b"\0"):
            found.add("aiff.chunk", runs(chunk.body))
    read_trailing(data[last:], found)


def _au(data: bytes, found: Found) -> None:
    start = int.from_bytes(data[4:8], "big")
    note = data[24 : min(start, len(data))].strip(b"\0 ")
    if note:
        _text("au.annotation", note, "", found)


def _flac(data: bytes, found: Found) -> None:
    """Metadata blocks of FLAC (RFC 9639, section 8)."""
    at = 4
    for _ in range(_MOST_ENTRIES):
        if at + 4 > len(data):
            return
        kind, size = data[at] & 127, int.from_bytes(data[at + 1 : at + 4], "big")
        body = data[at + 4 : at + 4 + size]
        if kind == 4:
            _vorbis(body, found)
        elif kind == 6:
            _picture(body, "flac.picture", found)
        elif kind == 5:
            found.add("flac.cuesheet", runs(body))
        elif kind not in {0, 3} and body.strip(b"\0"):
            found.add("flac.block", runs(body))
        if data[at] & 128:
            return
        at += 4 + size


def _picture(body: bytes, key: str, found: Found) -> None:
    """A picture block of FLAC (RFC 9639, section 8.8)."""
    at, texts = 4, []
    for _ in range(2):
        size = int.from_bytes(body[at : at + 4], "big")
        texts.append(body[at + 4 : at + 4 + size])
        at += 4 + size
    at += 16
    picture = body[at + 4 : at + 4 + int.from_bytes(body[at : at + 4], "big")]
    found.add(key, decoded(texts[1]))
    if texts[0] == b"-->":
        found.add(key, decoded(picture))
    elif picture:
        found.embedded.append(Embedded(key, picture))


def _vorbis(body: bytes, found: Found) -> None:
    """Comments of Vorbis, Opus and FLAC (Vorbis I specification, section 5)."""
    at = 4 + int.from_bytes(body[:4], "little")
    vendor = decoded(body[4:at])
    if not _ENCODERS.match(vendor):
        found.add("vorbis.vendor", vendor)
    count = int.from_bytes(body[at : at + 4], "little")
    at += 4
    for _ in range(min(count, _MOST_ENTRIES)):
        if at + 4 > len(body):
            break
        size = int.from_bytes(body[at : at + 4], "little")
        name, _, value = body[at + 4 : at + 4 + size].partition(b"=")
        at += 4 + size
        plain = name.decode("ascii", "replace").lower()
        if plain in _PICTURES:
            _packed_picture(plain, value, found)
        elif plain != "encoder" or not _ENCODERS.match(decoded(value)):
            known = _COMMENTS.get(plain, "")
            _text(f"vorbis.{known or 'text'}", value, known or clean(plain), found)
    if body[at:].strip(b"\0\1"):
        found.add("vorbis.rest", runs(body[at:]))


def _packed_picture(name: str, value: bytes, found: Found) -> None:
    try:
        raw = base64.b64decode(value, validate=False)
    except binascii.Error:
        found.add("vorbis.picture", runs(value))
        return
    if name == "coverart":
        found.add("vorbis.picture")
        found.embedded.append(Embedded("vorbis.picture", raw))
    else:
        _picture(raw, "vorbis.picture", found)


def _ogg(data: bytes, found: Found) -> None:
    """Pages of Ogg (RFC 3533): the comments of the first stream, and streams that players go on to."""
    packet, packets, at = b"", 0, 0
    first = data[14:18]
    for _ in range(_MOST_PAGES):
        if data[at : at + 4] != b"OggS" or at + 27 > len(data):
            break
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        start = at + 27 + len(lacing)
        if data[at + 14 : at + 18] != first and data[at + 5] & 2:
            found.add("ogg.stream")
            found.embedded.append(Embedded("ogg.stream", data[at:]))
            return
        if packets < 2:
            place = start
            for size in lacing:
                packet += data[place : place + size]
                place += size
                if size < 255:
                    packets += 1
                    if packets == 2:
                        _comments(packet, found)
                        break
                    packet = b""
        at = start + sum(lacing)
    if at < len(data):
        read_trailing(data[at:], found)


def _comments(packet: bytes, found: Found) -> None:
    for start in (b"\x03vorbis", b"OpusTags"):
        if packet.startswith(start):
            _vorbis(packet[len(start) :], found)
