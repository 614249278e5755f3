"""Everything a sound file says beside its samples is read, and nothing of it leaves."""

from __future__ import annotations

import base64
import io
import zlib

import numpy as np
import pytest
from PIL import Image
from tests.unit.media.sounds import chunk, file, kinds, tone, with_chunks

from accord.core.content import Audio
from accord.core.media import Changes, Opening
from accord.media.limits import MediaLimits
from accord.media.rebuild import rebuild
from accord.media.unpack import unpack

SECRET = "Jane Roe 555-0100"


def opened(data: bytes) -> Opening:
    return unpack(data, MediaLimits(), lambda: False)


def said(found: Opening) -> str:
    return "\n".join(strip.text for item in found.items for strip in item.strips)


def gone(data: bytes, found: Opening) -> None:
    """What is built anew holds nothing but samples."""
    made = rebuild(Audio(data), found, Changes())
    assert b"Jane" not in made.reveal() and "Jane".encode("utf-16-le") not in made.reveal()
    again = opened(made.reveal())
    assert not again.flaws and not again.items[0].metadata and not again.items[0].strips and len(again.items) == 1


def cover() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def safe(size: int) -> bytes:
    return bytes(size >> shift & 127 for shift in (21, 14, 7, 0))


def id3(*frames: tuple[bytes, bytes], version: int = 4) -> bytes:
    body = b""
    for name, content in frames:
        if version == 2:
            body += name + len(content).to_bytes(3, "big") + content
        else:
            size = safe(len(content)) if version == 4 else len(content).to_bytes(4, "big")
            body += name + size + b"\0\0" + content
    return b"ID3" + bytes([version, 0, 0]) + safe(len(body)) + body


@pytest.mark.parametrize(("form", "coding", "kind"), [k for k in kinds() if k[0] not in {"AU"}])
def test_titles_and_artists_of_every_kind(form: str, coding: str, kind: str) -> None:
    tags = {} if form == "RF64" else {"title": "A call", "artist": SECRET}
    data = file(tone(0.4), form=form, coding=coding, **tags)
    found = opened(data)
    if tags:
        assert "A call" in said(found) and SECRET in said(found)
        assert any(key.endswith((".Artist", ".Author")) for key in found.items[0].metadata)
    gone(data, found)


@pytest.mark.parametrize(
    ("name", "body", "key"),
    [
        (b"bext", SECRET.encode().ljust(602, b"\0"), "bext.Description"),
        (b"iXML", f"<BWFXML><NOTE>{SECRET}</NOTE></BWFXML>".encode(), "xmp"),
        (b"LIST", b"adtl" + chunk(b"labl", b"\1\0\0\0" + SECRET.encode() + b"\0"), "riff.label"),
        (b"LIST", b"INFO" + chunk(b"ICMT", SECRET.encode() + b"\0"), "riff.Comment"),
        (b"id3 ", id3((b"TPE1", b"\3" + SECRET.encode())), "id3.Artist"),
        (b"junk", SECRET.encode(), "riff.chunk"),
    ],
)
def test_chunks_of_wav(name: bytes, body: bytes, key: str) -> None:
    data = with_chunks(file(tone(0.3)), chunk(name, body))
    found = opened(data)
    assert key in found.items[0].metadata
    assert SECRET in said(found)
    gone(data, found)


@pytest.mark.parametrize("version", [2, 3, 4])
def test_id3_of_every_version(version: int) -> None:
    names = (b"TP1", b"COM", b"TXX") if version == 2 else (b"TPE1", b"COMM", b"TXXX")
    tag = id3(
        (names[0], b"\1" + "Jane Roe".encode("utf-16")),
        (names[1], b"\0eng\0call 555-0100"),
        (names[2], b"\3where\0Bern"),
        version=version,
    )
    data = tag + file(tone(0.5), form="MP3", coding="MPEG_LAYER_III")
    found = opened(data)
    assert all(each in said(found) for each in ("Jane Roe", "call 555-0100", "Bern"))
    assert {"id3.Artist", "id3.Comment", "id3.text"} <= set(found.items[0].metadata)
    gone(data, found)


def test_packed_and_unsynchronised_frames() -> None:
    text = b"\3" + SECRET.encode() * 3
    packed = zlib.compress(text)
    frame = b"TIT2" + safe(len(packed) + 4) + b"\0\x09" + safe(len(text)) + packed
    data = b"ID3\4\0\0" + safe(len(frame)) + frame + file(tone(0.5), form="MP3", coding="MPEG_LAYER_III")
    assert SECRET in said(opened(data))


def test_tags_at_the_end() -> None:
    mp3 = file(tone(0.5), form="MP3", coding="MPEG_LAYER_III")
    old = b"TAG" + b"A title".ljust(30, b"\0") + b"Jane Roe".ljust(30, b"\0") + bytes(65)
    item = (8).to_bytes(4, "little") + bytes(4) + b"Artist\0" + b"Jane Doe"
    foot = b"APETAGEX" + (2000).to_bytes(4, "little") + (len(item) + 32).to_bytes(4, "little") + bytes([1, 0, 0, 0])
    ape = item + foot + bytes(12)
    found = opened(mp3 + ape + old)
    assert "Jane Roe" in said(found) and "Jane Doe" in said(found)
    assert {"id3.Artist", "ape.Artist"} <= set(found.items[0].metadata)
    gone(mp3 + ape + old, found)


@pytest.mark.parametrize("where", ["id3", "flac", "ogg", "object"])
def test_covers_and_objects_are_opened(where: str) -> None:
    picture = b"\0\0\0\3" + b"\0\0\0\x09image/png" + b"\0\0\0\4Jane" + bytes(16)
    picture += len(cover()).to_bytes(4, "big") + cover()
    if where == "flac":
        flac = file(tone(0.3), form="FLAC")
        data = flac[:42] + b"\6" + len(picture).to_bytes(3, "big") + picture + flac[42:]
        data = data[:4] + bytes([data[4] & 127]) + data[5:]
    elif where == "ogg":
        data = file(tone(0.3), form="OGG", coding="VORBIS", comment="x")
        text = b"METADATA_BLOCK_PICTURE=" + base64.b64encode(picture)
        data = _with_comment(data, text)
    else:
        body = b"\0image/png\0\3Jane\0" + cover()
        frame = (b"APIC", body) if where == "id3" else (b"GEOB", b"\0image/png\0name\0Jane\0" + cover())
        data = id3(frame) + file(tone(0.3), form="MP3", coding="MPEG_LAYER_III")
    found = opened(data)
    assert [item.kind for item in found.items] == ["sound", "picture"]
    assert found.items[1].parent == 0 and found.items[1].surfaces
    gone(data, found)


def _with_comment(data: bytes, text: bytes) -> bytes:
    """An Ogg file whose second packet, on a page of its own, holds one comment more."""
    pages, at = [], 0
    while at < len(data):
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        pages.append((data[at : at + 26], list(lacing), data[at + 27 + len(lacing) : end]))
        at = end
    head, lacing, body = pages[1]
    first = lacing.index(next(size for size in lacing if size < 255)) + 1
    packet, rest = body[: sum(lacing[:first])], body[sum(lacing[:first]) :]
    vendor = 11 + int.from_bytes(packet[7:11], "little")
    count = int.from_bytes(packet[vendor : vendor + 4], "little") + 1
    packet = (
        packet[:vendor] + count.to_bytes(4, "little") + len(text).to_bytes(4, "little") + text + packet[vendor + 4 :]
    )
    laced = [255] * (len(packet) // 255) + [len(packet) % 255] + lacing[first:]
    pages[1] = (head, laced, packet + rest)
    return _summed(b"".join(h + bytes([len(lace)]) + bytes(lace) + b for h, lace, b in pages))


def test_comments_that_are_no_known_ones_keep_their_names_out_of_keys() -> None:
    data = _with_comment(file(tone(0.3), form="OGG", coding="VORBIS", comment="x"), b"JANE_ROE=secret")
    found = opened(data)
    assert "vorbis.text" in found.items[0].metadata
    assert not any("jane" in key.lower() for key in found.items[0].metadata)
    assert "jane_roe: secret" in said(found)


def test_what_stands_behind_the_end_is_read() -> None:
    for data in (file(tone(0.3)), file(tone(0.3), form="OGG", coding="VORBIS"), file(tone(0.3), form="AIFF")):
        found = opened(data + SECRET.encode())
        assert SECRET in said(found) and "trailing" in found.items[0].metadata
        gone(data + SECRET.encode(), found)
        assert [item.kind for item in opened(data + bytes(9) + cover()).items] == ["sound", "picture"]


def test_a_second_stream_of_ogg_is_a_recording_of_its_own() -> None:
    one = file(tone(0.3), form="OGG", coding="VORBIS")
    other = file(tone(0.8, hertz=900), form="OGG", coding="VORBIS")
    other = b"".join(
        piece if not index else b"OggS" + piece[:10] + b"\x77\0\0\1" + piece[14:]
        for index, piece in enumerate(other.split(b"OggS"))
    )
    found = opened(one + _summed(other))
    assert [item.kind for item in found.items] == ["sound", "sound"]
    assert found.items[1].sound is not None and found.items[1].sound.seconds == pytest.approx(0.8, abs=0.01)


def _summed(data: bytes) -> bytes:
    from accord.media.encode_sound import _renumbered

    made = _renumbered(data)
    assert len(made) == len(data)
    return made


def test_metadata_of_garbage_never_raises() -> None:
    rng = np.random.default_rng(1)
    for form, coding, _ in kinds():
        tags = {} if form in {"AU", "RF64"} else {"title": "A", "comment": "B" * 300}
        data = file(tone(0.2), form=form, coding=coding, **tags)
        for _ in range(15):
            hurt = bytearray(id3((b"APIC", b"\1image/png\0\3J"), (b"COMM", b"\2")) + data if form == "MP3" else data)
            for at in rng.integers(4, min(len(hurt), 600), 12).tolist():
                hurt[at] = int(rng.integers(0, 256))
            assert opened(bytes(hurt)).items[0].number == 0
