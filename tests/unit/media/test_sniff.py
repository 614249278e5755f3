"""What bytes are is told from the bytes, whatever they are said to be."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from accord.media.sniff import OFFICE, PICTURES, UNKNOWN, media_type, text_of, text_type, words_for


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, kind)
    return out.getvalue()


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, data in members.items():
            zipped.writestr(name.replace("__", "/"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("BMP", "image/bmp"),
        ("TIFF", "image/tiff"),
        ("ICO", "image/vnd.microsoft.icon"),
        ("AVIF", "image/avif"),
    ],
)
def test_pictures_are_told_by_their_bytes(kind: str, expected: str) -> None:
    assert media_type(picture(kind)) == expected
    assert expected in PICTURES


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\n" * 1000 + b"%PDF-1.4", "application/pdf"),
        (b"{\\rtf1\\ansi", "application/rtf"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "image/heic"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x88matroska", "video/x-matroska"),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\x01\xba\x44\0", "video/mpeg"),
        (b"FLV\x01\x05\0\0\0\x09", "video/x-flv"),
        (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", "video/x-ms-wmv"),
        (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\0\0\0", "audio/mpeg"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"OggS\0\x02" + b"\0" * 30 + b"\x01vorbis", "audio/ogg"),
        (b"\x1f\x8b\x08\0\0\0", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07\x01\0", "application/vnd.rar"),
        (b"a" * 257 + b"ustar\x0000", "application/x-tar"),
    ],
)
def test_other_kinds_are_told_by_their_bytes(data: bytes, expected: str) -> None:
    assert media_type(data) == expected


def test_office_files_are_told_by_what_is_in_them() -> None:
    types = b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
    for folder, ending in (
        ("word", "wordprocessingml.document"),
        ("xl", "spreadsheetml.sheet"),
        ("ppt", "presentation"),
    ):
        found = media_type(archive(**{"[Content_Types].xml": types, f"{folder}__main.xml": b"<x/>"}))
        assert found in OFFICE and ending in found
        macro = media_type(
            archive(**{"[Content_Types].xml": types, f"{folder}__main.xml": b"", f"{folder}__vbaProject.bin": b""})
        )
        assert macro in OFFICE and macro.endswith(".macroenabled.12")
    odt = b"application/vnd.oasis.opendocument.text"
    assert media_type(archive(mimetype=odt)) == odt.decode()
    assert media_type(archive(mimetype=b"application/epub+zip")) == "application/epub+zip"
    assert media_type(archive(mimetype=b"image/png")) == "application/zip"


def test_a_plain_or_broken_zip_is_a_zip() -> None:
    assert media_type(archive(a=b"1")) == "application/zip"
    assert media_type(b"PK\x03\x04" + b"\0" * 40) == "application/zip"
    # member names of Word without a list of types: not a Word file
    assert media_type(archive(word__document=b"1")) == "application/zip"


def test_legacy_office_files_are_told_by_their_streams() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    assert media_type(head + "WordDocument".encode("utf-16-le")) == "application/msword"
    assert media_type(head + "Workbook".encode("utf-16-le")) == "application/vnd.ms-excel"
    assert media_type(head + "EncryptedPackage".encode("utf-16-le")) == "application/x-ole-storage; encrypted"
    assert media_type(head) == "application/x-ole-storage"


@pytest.mark.parametrize(
    "data",
    [b"", b"x", b"MZ is a name", b"BM", b"BMW drives", b"PNG", b"BZhello", b"ID3 is a tag", b"GIF", b"\0\0\1\0"],
)
def test_letters_that_start_a_signature_make_no_file(data: bytes) -> None:
    assert media_type(data) == UNKNOWN


def test_text_is_what_decodes_without_control_characters() -> None:
    assert text_of("Grüße".encode()) == "Grüße"
    assert text_of("\ufeffa".encode()) == "a"
    assert text_of("Grüße".encode("utf-16")) == "Grüße"
    assert (
        text_of(b"name;stra\xdfe\nJ\xfcrgen;H\xf6he 1, 12345 Neustadt\n")
        == "name;straße\nJürgen;Höhe 1, 12345 Neustadt\n"
    )
    assert text_of(b"a\0b") is None
    assert text_of(bytes(range(128, 256))) is None
    assert text_of(b"\xff\xfe\x00\xd8") is None


def test_the_suffix_says_what_kind_of_text_it_is() -> None:
    assert text_type("{}", "a.b.JSON") == "application/json"
    assert text_type("a,b", "x.csv") == "text/csv"
    assert text_type("<!DOCTYPE html><p>", "") == "text/html"
    assert text_type("plain", "readme") == "text/plain"


def test_every_refused_kind_has_a_name() -> None:
    assert words_for("video/mp4") == "video (MP4)"
    assert words_for("application/x-something") == "a file of an unknown kind"
