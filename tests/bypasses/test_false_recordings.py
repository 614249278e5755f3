"""What is sent as a recording and is none does not leave, whatever else it may be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image as Picture
from tests.unit.media.sounds import file, tone

from accord import Audio, Document, Guard, load
from accord.media.limits import MediaLimits
from accord.media.opener import MediaOpener
from accord.testing import never

SAID = b"my card is 4111 1111 1111 1111, jane@example.org"


def png() -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (60, 20), "red").save(out, "PNG")
    return out.getvalue()


def pdf() -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (60, 20), "red").save(out, "PDF")
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.txt", "hello")
    return out.getvalue()


NONE = {
    "text": SAID,
    "harmless text": b"hello",
    "json": b'{"a": 1}',
    "letters of a signature": b"RIFF4111111111111111",
    "a signature and text": b"RIFFcard:4111111111111111,jane@example.org",
    "half a tag and text": b"ID3" + SAID,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><text>4111111111111111</text></svg>',
    "picture": png(),
    "document": pdf(),
    "archive": archive(),
    "RIFF of something else": b"RIFF\x24\0\0\0WAVEjunk " + SAID,
    "pages without sound": b"OggS" + SAID,
    "frames without sound": b"fLaC" + SAID,
    "zeros": bytes(400),
    "nothing": b"",
}


@pytest.fixture(scope="module")
def opener() -> Iterator[MediaOpener]:
    with MediaOpener(MediaLimits(), workers=1) as made:
        yield made


@pytest.fixture(scope="module")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    folder: Path = tmp_path_factory.mktemp("false")
    text = "version: 1\nextends: default\nreaders: [structure, encoded]\ndetectors: [patterns]\n"
    (folder / "accord.yaml").write_text(text)
    made = load(folder / "accord.yaml", state=folder / "state")
    yield made
    made.close()


@pytest.mark.parametrize("media_type", ["audio/wav", "audio/mpeg"])
@pytest.mark.parametrize("data", NONE.values(), ids=NONE)
def test_what_is_no_recording_does_not_leave_as_one(guard: Guard, data: bytes, media_type: str) -> None:
    decision = guard.inspect([Audio(data, media_type=media_type)]).release("model")
    assert not decision.outcome.releases and decision.content is None
    assert {"fault.uninspected", "fault.undecodable"} & {f.category for f in decision.findings}


@pytest.mark.parametrize(("form", "coding"), [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")])
@pytest.mark.parametrize("media_type", ["audio/wav", "audio/mpeg", "audio/x-any"])
def test_a_recording_of_another_kind_than_it_says_is_one(
    opener: MediaOpener, form: str, coding: str, media_type: str
) -> None:
    assert not opener.open(Audio(file(tone(0.5), form=form, coding=coding), media_type=media_type), never).flaws


def test_a_document_is_what_its_bytes_are(opener: MediaOpener) -> None:
    for data in (b"hello", png(), pdf()):
        assert not opener.open(Document(data, media_type="audio/wav"), never).flaws
