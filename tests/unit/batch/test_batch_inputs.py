"""From bytes to parts: no bytes pass as text that detectors would misread."""

from __future__ import annotations

import io

import pytest

from accord.batch.inputs import media_type, open_input, read_input, to_input
from accord.core.content import Audio, Document, Image, Role, Text
from accord.errors import ContentError


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
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0", Image),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Image),
        (b"GIF89a\x01\0\x01\0\x80", Image),
        (b"RIFF\x24\0\0\0WEBPVP8 ", Image),
        (b"RIFF\x24\0\0\0WAVEfmt \xff", Audio),
        (b"ID3\x04\0\0\xff", Audio),
        (b"OggS\0\x02", Audio),
        (b"\0\0\0\x18ftypheic", Image),
        (b"%PDF-1.7 plain letters only", Document),
        (b"{\\rtf1 plain letters only}", Document),
        (b"PK\x03\x04\x14\0", Document),
        (b"\x7fELF\x02\x01\x01\0", Document),
        (b"j\0a\0n\0e\0@\0", Document),  # UTF-16 without a mark: valid UTF-8, and no detector would see a word
        ("jane@".encode("utf-32"), Document),
        (b"caf\xe9 in Latin-1", Document),
        (b"\xed\xa0\x80", Document),  # a lone surrogate
        (b"\xff\xfeh", Document),  # UTF-16 cut in half
    ],
)
def test_what_is_no_text_is_never_text(data: bytes, kind: type) -> None:
    given = to_input(data, name="notes.txt")
    assert type(given.part) is kind
    assert given.note
    assert given.part.reveal() == data


def test_the_note_says_where_and_never_what() -> None:
    assert to_input(b"secret \xff").note == "not valid UTF-8 at byte 7"


def test_no_more_is_read_than_could_be_inspected() -> None:
    given = read_input(io.BytesIO(b"a" * 1000), limit=10)
    assert given.cut
    assert len(given.part) > 10  # so that the guard says that it is too long
    assert len(given.part) < 100


def test_a_cut_within_a_character_is_no_decoding_error() -> None:
    given = read_input(io.BytesIO("ä".encode() * 100 + b"a"), limit=2)
    assert given.cut
    assert isinstance(given.part, Text)
    odd = read_input(io.BytesIO(b"a" + "€".encode() * 100), limit=2)
    assert isinstance(odd.part, Text)


def test_exactly_the_limit_is_not_cut() -> None:
    given = read_input(io.BytesIO("😀".encode() * 10), limit=10)
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
        open_input(tmp_path / "nothing", 10)
    with pytest.raises(ContentError, match="folder"):
        open_input(tmp_path, 10)
