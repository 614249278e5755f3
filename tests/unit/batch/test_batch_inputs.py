"""From bytes to parts: no bytes pass as text that detectors would misread."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from accord.batch.inputs import media_type, open_input, read_input, to_input
from accord.batch.kinds import written_as
from accord.core.content import Audio, Document, Image, Role, Text
from accord.errors import ContentError
from accord.guard import Limits
from accord.media.limits import MediaLimits

PNG = b"\x89PNG\r\n\x1a\n\0"
LIMITS = Limits(characters=10, media=MediaLimits(bytes=5000))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"hello\r\n", "hello\r\n"),
        (b"\xef\xbb\xbfhello", "hello"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("utf-16"), "Grüße"),
        (b"\xfe\xff" + "Grüße".encode("utf-16-be"), "Grüße"),
        (b"BM is not always a bitmap", "BM is not always a bitmap"),
        (b"ID3 tags in prose", "ID3 tags in prose"),
        (b"GIF89a said nobody", "GIF89a said nobody"),
    ],
)
def test_text_is_told_by_its_bytes(data: bytes, text: str) -> None:
    given = to_input(data)
    assert isinstance(given.part, Text)
    assert (given.part.reveal(), given.note, given.cut) == (text, "", False)


@pytest.mark.parametrize(
    ("data", "kind", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", Image, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Image, "image/jpeg"),
        (b"GIF89a\x01\0\x01\0\x80", Image, "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", Image, "image/webp"),
        (b"RIFF\x24\0\0\0WAVEfmt \xff", Audio, "audio/wav"),
        (b"ID3\x04\0\0\0\0\0\xff\xff", Audio, "audio/mpeg"),
        (b"OggS\0\x02", Audio, "audio/ogg"),
        (b"\0\0\0\x18ftypheic", Image, "image/heic"),
        (b"%PDF-1.7 plain letters only", Document, "application/pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.7 plain letters only", Document, "application/pdf"),
        (b"{\\rtf1 plain letters only}", Document, "application/rtf"),
        (b"PK\x03\x04\x14\0", Document, "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Document, "application/x-ole-storage"),
    ],
)
def test_the_bytes_say_what_it_is_whatever_the_name(data: bytes, kind: type, media_type: str) -> None:
    for name in ("notes.txt", "photo.png", "paper.pdf", ""):
        given = to_input(data, name=name)
        assert type(given.part) is kind
        assert given.part.media_type == media_type
        assert given.part.reveal() == data
        assert given.note == ""


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01\0",
        b"j\0a\0n\0e\0@\0",  # UTF-16 without a mark: valid UTF-8, and no detector would see a word
        "jane@".encode("utf-32"),
        b"caf\xe9 in Latin-1",
        b"\xed\xa0\x80",  # a lone surrogate
        b"\xff\xfeh",  # UTF-16 cut in half
    ],
)
def test_what_is_no_text_is_never_text(data: bytes) -> None:
    given = to_input(data, name="notes.txt")
    assert type(given.part) is Document
    assert given.part.media_type == "text/plain"
    assert given.note
    assert given.part.reveal() == data


@pytest.mark.parametrize(
    ("name", "kind"), [("a.JPG", Image), ("a.pdf", Document), ("a.docx", Document), ("a.mp3", Audio), ("a", Document)]
)
def test_the_name_says_it_where_the_bytes_do_not(name: str, kind: type) -> None:
    given = to_input(b"\x93 damaged \xff", name=name)
    assert type(given.part) is kind
    assert given.part.media_type == ""


def test_letters_are_text_whatever_the_name_says() -> None:
    assert isinstance(to_input(b"no picture", name="photo.png").part, Text)
    assert isinstance(to_input(b"import re\nPDF = b'%PDF-'", name="read.py").part, Text)
    assert isinstance(to_input(b"junk first, then\n%PDF-1.7", name="paper.pdf").part, Document)


def test_svg_is_text() -> None:
    part = to_input(b"<svg xmlns='http://www.w3.org/2000/svg'/>", name="a.svg").part
    assert (type(part), part.media_type) == (Text, "image/svg+xml")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2", "video (MP4)"),
        (b"\0\0\0\x14ftypqt  \0\0\2\0qt  ", "video (QuickTime)"),
        (b"\x1a\x45\xdf\xa3\x01\0\0webm", "video (WebM)"),
        (b"RIFF\x24\0\0\0AVI LIST\xff", "video (AVI)"),
        (b"OggS\0\x02" + bytes(22) + b"\x80theora", "video (Ogg)"),
    ],
)
def test_video_is_refused_by_name(data: bytes, said: str) -> None:
    with pytest.raises(ContentError, match="video is not inspected") as caught:
        to_input(data, name="notes.txt")
    assert said in str(caught.value)


def test_damaged_video_is_refused_by_its_file_name() -> None:
    with pytest.raises(ContentError, match="this is video, and"):
        to_input(b"\x93 damaged \xff", name="party.MOV")


def test_the_note_says_where_and_never_what() -> None:
    assert to_input(b"secret \xff").note == "not valid UTF-8 at byte 7"


def test_no_more_is_read_than_could_be_inspected() -> None:
    given = read_input(io.BytesIO(b"a" * 1000), LIMITS)
    assert given.cut
    assert len(given.part) > 10  # so that the guard says that it is too long
    assert len(given.part) < 100


def test_pictures_have_a_limit_of_their_own() -> None:
    fits = PNG + bytes(5000 - len(PNG))
    given = read_input(io.BytesIO(fits), LIMITS)
    assert (given.cut, given.note, len(given.part)) == (False, "", 5000)
    given = read_input(io.BytesIO(fits + bytes(10)), LIMITS)
    assert (given.cut, given.note) == (True, "larger than can be inspected")
    assert len(given.part) == 5001  # so that the opener says that it is too large


def test_a_cut_within_a_character_is_no_decoding_error() -> None:
    given = read_input(io.BytesIO("ä".encode() * 100 + b"a"), Limits(characters=2))
    assert given.cut
    assert isinstance(given.part, Text)
    odd = read_input(io.BytesIO(b"a" + "€".encode() * 100), Limits(characters=2))
    assert isinstance(odd.part, Text)


def test_exactly_the_limit_is_not_cut() -> None:
    given = read_input(io.BytesIO("😀".encode() * 10), LIMITS)
    assert not given.cut
    assert len(given.part) == 10


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.JSON", "application/json"), ("a.eml", "message/rfc822"), ("a.txt", ""), ("a", ""), ("a.csv", "text/csv")],
)
def test_media_types_follow_names(name: str, kind: str) -> None:
    assert media_type(name) == kind


def test_a_declared_media_type_and_role_are_kept() -> None:
    part = to_input(b"{}", name="a.txt", role=Role.TOOL, declared="application/json").part
    assert (part.media_type, part.role) == ("application/json", Role.TOOL)


def test_files_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(ContentError, match="No such file"):
        open_input(tmp_path / "nothing", LIMITS)
    with pytest.raises(ContentError, match="folder"):
        open_input(tmp_path, LIMITS)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_that_nobody_writes_into_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "call.wav")
    with pytest.raises(ContentError, match="not a regular file") as refused:
        open_input(tmp_path / "call.wav", LIMITS)
    assert "-" in refused.value.hint
    (tmp_path / "link.wav").symlink_to(tmp_path / "call.wav")
    with pytest.raises(ContentError, match="not a regular file"):
        open_input(tmp_path / "link.wav", LIMITS)


@pytest.mark.skipif(not Path(os.devnull).exists(), reason="no devices here")
def test_a_device_is_not_read() -> None:
    with pytest.raises(ContentError, match="not a regular file"):
        open_input(Path(os.devnull), LIMITS)


@pytest.mark.parametrize(
    ("name", "media_type", "written"),
    [
        ("a.bmp", "image/png", "a.png"),
        ("a.PNG", "image/png", "a.PNG"),
        ("a.jpeg", "image/jpeg", "a.jpeg"),
        ("a.tif", "image/tiff", "a.tif"),
        ("a", "image/png", "a.png"),
        ("v1.2", "application/pdf", "v1.2.pdf"),
        ("a.pdf", "text/plain", "a.txt"),
        ("a.heic", "image/heic", "a.heic"),
        ("Dr. Who", "image/png", "Dr. Who.png"),
    ],
)
def test_suffixes_follow_what_is_written(name: str, media_type: str, written: str) -> None:
    assert written_as(name, media_type) == written
