"""Bytes that no reader knows: words among them are found, letters that stand there by chance are not."""

from __future__ import annotations

import io

import numpy as np
import pytest
from tests.unit.media.sounds import speechlike

from accord.media.leftovers import binary, embed, file_in, legible, read_leftover, said
from accord.media.metadata import Found

NOISE = np.random.default_rng(0).bytes(400_000)


def samples(coding: str, loud: float) -> bytes:
    wave = loud * speechlike(3)[:, 0] / 0.3
    if coding == "ULAW":
        import soundfile

        out = io.BytesIO()
        soundfile.write(out, wave, 16_000, format="RAW", subtype="ULAW")
        return out.getvalue()
    full = {"<i2": 32_767, ">i2": 32_767, "i1": 127, "<f4": 1}[coding]
    return (wave * full).astype(coding).tobytes()


@pytest.mark.parametrize("coding", ["<i2", ">i2", "i1", "<f4", "ULAW"])
@pytest.mark.parametrize("loud", [1.0, 0.3, 0.03, 0.003])
def test_samples_are_no_text(coding: str, loud: float) -> None:
    text, more = legible(samples(coding, loud))
    assert len(text) < 40 and not more


def test_noise_is_no_text_and_no_file() -> None:
    assert legible(NOISE) == ("", False)
    assert file_in(NOISE + b"\xff\xd8\xff\xe0" + NOISE) is None


@pytest.mark.parametrize(
    "words",
    ["write to jane@roe.example", "call Jane Roe at 555-0100", "account 079358146702", "I live in Bern, Jane Roe"],
)
@pytest.mark.parametrize("coding", ["ascii", "utf-16-le"])
def test_words_are_found_in_noise_and_between_zeros(words: str, coding: str) -> None:
    for around in (b"\0" * 5_000, NOISE[:5_000], NOISE):
        assert words in legible(around + b"\1\0" + words.encode(coding) + b"\0\1" + around)[0]


def test_lists_of_short_texts_are_read_whole() -> None:
    raw = b"\0".join([b"Jane Roe", b"Bern, CH", b"Ms Smith"] * 300)
    assert legible(b"\1" + raw)[0].splitlines() == ["Jane Roe", "Bern, CH", "Ms Smith"] * 300


def test_what_is_longer_than_is_read_is_told() -> None:
    text, more = legible(b"\0".join([b"call Jane Roe at home"] * 10_000))
    assert more and len(text) == 100_000


def test_entries_that_are_bytes_are_no_text() -> None:
    assert binary(NOISE[:1_000]) and not binary("Grüße aus Zürich, Jane Roe und Familie".encode("latin-1"))
    assert not binary(b"Jane Roe" + bytes(500))
    assert said(NOISE[:2_000]) == "" and said(b"Jane Roe\0") == "Jane Roe"
    assert said("Привет, это Иван Петров".encode()) == "Привет, это Иван Петров"


def test_files_that_are_none_are_leftovers() -> None:
    found = Found()
    for data in (b"", b"\0\0", NOISE[:3_000]):
        embed("cover", data, found)
    assert not found.embedded and [note.text for note in found.notes] == [""]
    embed("cover", b"words", found)
    embed("cover", b"\x89PNG\r\n\x1a\n" + NOISE[:30], found)
    assert len(found.embedded) == 2


def test_padding_is_nothing() -> None:
    found = Found()
    read_leftover("trailing", b"\0\xff \r\n" * 100, found)
    assert not found.notes
