"""Tags of sound files as keys and text: ID3, APE, Vorbis comments, chunks of WAV and AIFF, covers, trailing bytes.

None of it survives a rebuild. It is read all the same, because what a file says about a person, and what it says to
whoever reads it, is content.
"""

from __future__ import annotations

import base64
import binascii
import re

from accord.media import sniff
from accord.media.container import Block
from accord.media.exif import MOST_TEXT, clean, decoded
from accord.media.id3 import after_id3, read_id3, read_id3v1
from accord.media.leftovers import binary, embed, read_bytes, read_leftover, read_trailing, said
from accord.media.limits import MediaLimits
from accord.media.metadata import Found, Metadata, collected, read_block
from accord.media.mpeg import Frames
from accord.media.ogg import Packets, pages
from accord.media.parts import Embedded
from accord.media.wave import NAMES, Order, chunks, form_end, order_of, recording

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
_AIFF_SOUND = {b"COMM", b"FVER"}
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
_MOST_ENTRIES = 10_000


def read_tags(data: bytes, kind: str, number: int, limits: MediaLimits, frames: Frames | None = None) -> Metadata:
    """Read the tags of a sound file, within bounds, without decoding its samples.

    Args:
        data: the file.
        kind: its media type, as its bytes tell.
        number: the item it is.
        limits: bounds; `characters` bounds the text.
        frames: where the frames of an MP3 file stand.
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
    if frames is not None:
        _mpeg(data, start, end, frames, found)
    return collected(found, number, limits)


def _ending(data: bytes, found: Found) -> int:
    """Read the tags at the end of a file, of whatever kind it is; where they start."""
    end = len(data)
    if data[end - 128 : end - 125] == b"TAG" and end > 128:
        read_id3v1(data[end - 128 : end], found)
        end -= 128
        if data[end - 227 : end - 223] == b"TAG+":
            read_bytes("id3.extended", data[end - 227 : end], found)
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
            title, named, picture = value.partition(b"\0")
            if not named or binary(title):
                title, picture = b"", value
            found.add("ape.picture", decoded(title))
            embed("ape.picture", picture, found)
        else:
            known = _COMMENTS.get(name.lower().replace(" ", ""), "")
            _text(f"ape.{known or 'text'}", value, known or name, found)


def _text(key: str, body: bytes, name: str, found: Found) -> None:
    """An entry that is text, with its name before it."""
    body = body.rstrip(b"\0 ")
    if len(body) > MOST_TEXT:
        found.cut.append(key)
    found.add(key, said(body), name)


def _wave(data: bytes, found: Found) -> None:
    """Chunks of a WAV file: INFO, adtl, bext (EBU Tech 3285), iXML, ID3, XMP, and whatever else there is.

    Chunks are walked on behind the end that the header tells, as far as they are chunks.
    """
    order = order_of(data)
    told, end, sounds = form_end(data, order), 12, 0
    head = b""
    for chunk in chunks(data, order=order):
        if chunk.start - 8 >= told and chunk.name not in NAMES:
            break
        name, body = chunk.name, chunk.body
        end = min(len(data), chunk.end)
        if name == b"fmt " and not head:
            head = body
        elif name == b"data":
            sounds += 1
            if sounds > 1:
                _more_sound(head, data[chunk.start : end], order, found)
        elif name == b"LIST":
            _list(body, found, order)
        elif name == b"bext":
            _broadcast(body, found)
        elif name in {b"iXML", b"axml", b"_PMX"}:
            read_block(Block("xmp", body), found)
        elif name.lower() == b"id3 ":
            read_id3(body, found)
        elif name not in _WAVE_SOUND:
            read_leftover("riff.chunk", body, found)
    read_trailing(data[end:], found)


def _more_sound(head: bytes, samples: bytes, order: Order, found: Found) -> None:
    """A further chunk of samples, which some programs play, is a recording of its own; text is text."""
    if sniff.text_of(samples) is not None or not head:
        read_leftover("riff.data", samples, found)
    elif samples.strip(b"\0"):
        found.add("riff.data")
        found.embedded.append(Embedded("riff.data", recording({b"fmt ": head, b"data": samples}, order)))


def _list(body: bytes, found: Found, order: Order) -> None:
    kind = body[:4]
    for chunk in chunks(body, 4, order=order):
        if kind == b"INFO":
            name = _INFO.get(chunk.name, "")
            _text(f"riff.{name or 'text'}", chunk.body, name or decoded(chunk.name), found)
        elif kind == b"adtl":
            _text("riff.label", chunk.body[20:] if chunk.name == b"ltxt" else chunk.body[4:], "", found)
        else:
            read_leftover("riff.chunk", chunk.body, found)


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
    last, sounds = form_end(data, "big"), 0
    for chunk in chunks(data, end=last, order="big"):
        name = _AIFF_TEXTS.get(chunk.name, "")
        if name:
            _text(f"aiff.{name}", chunk.body, name, found)
        elif chunk.name == b"ID3 ":
            read_id3(chunk.body, found)
        elif chunk.name == b"SSND":
            sounds += 1
            if sounds > 1:
                read_leftover("aiff.data", data[chunk.start : min(last, chunk.end)], found)
        elif chunk.name not in _AIFF_SOUND:
            read_leftover("aiff.chunk", chunk.body, found)
    read_trailing(data[last:], found)


def _au(data: bytes, found: Found) -> None:
    start = int.from_bytes(data[4:8], "big")
    note = data[24 : min(start, len(data))].strip(b"\0 ")
    if note:
        _text("au.annotation", note, "", found)
    size = int.from_bytes(data[8:12], "big")
    if start + size < len(data):
        read_trailing(data[start + size :], found)


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
            read_bytes("flac.cuesheet", body, found)
        elif kind not in {0, 3}:
            read_leftover("flac.block", body, found)
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
    else:
        embed(key, picture, found)


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
        read_leftover("vorbis.rest", body[at:], found)


def _packed_picture(name: str, value: bytes, found: Found) -> None:
    try:
        raw = base64.b64decode(value, validate=False)
    except binascii.Error:
        read_bytes("vorbis.picture", value, found)
        return
    if name == "coverart":
        found.add("vorbis.picture")
        embed("vorbis.picture", raw, found)
    else:
        _picture(raw, "vorbis.picture", found)


def _ogg(data: bytes, found: Found) -> None:
    """The comments of the first stream of an Ogg file, and streams that players go on to."""
    at, packets = 0, Packets()
    for page in pages(data):
        if page.first and page.start:
            found.add("ogg.stream")
            found.embedded.append(Embedded("ogg.stream", data[page.start :]))
            return
        if packets.count < 2:
            second = packets.second(page.lacing, data[page.body : page.end])
            if second is not None:
                _comments(second, found)
        at = page.end
    if at < len(data):
        read_trailing(data[at:], found)


def _mpeg(data: bytes, start: int, end: int, frames: Frames, found: Found) -> None:
    """What stands between and behind the frames of MP3: tags, text, streams of another rate that players go on to."""
    for begin, stop in frames.gaps:
        gap = data[max(start, begin) : min(stop, end)]
        if gap[:3] == b"ID3":
            size = after_id3(gap)
            read_id3(gap[:size], found)
            gap = gap[size:]
        read_trailing(gap, found)
    for begin, stop in frames.others:
        found.add("mpeg.stream")
        found.embedded.append(Embedded("mpeg.stream", data[begin:stop]))


def _comments(packet: bytes, found: Found) -> None:
    for start in (b"\x03vorbis", b"OpusTags"):
        if packet.startswith(start):
            _vorbis(packet[len(start) :], found)
