"""The opener keeps its promises: flaws for everything that goes wrong, bounds before anything is read."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image as Picture

from accord.core.content import Audio, Document, Image, Role
from accord.core.media import Changes, Mark
from accord.core.place import Box
from accord.core.roles import Opener
from accord.media.limits import MediaLimits
from accord.media.opener import MediaOpener


def png() -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (60, 20), "red").save(out, "PNG")
    return out.getvalue()


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def opener() -> Iterator[MediaOpener]:
    with MediaOpener(MediaLimits(bytes=100_000), workers=1) as made:
        yield made


def test_it_plays_the_role(opener: MediaOpener) -> None:
    assert isinstance(opener, Opener)


def test_audio_is_said_not_to_be_read(opener: MediaOpener) -> None:
    found = opener.open(Audio(b"ID3\x04"), never)
    assert [(flaw.category, flaw.reason) for flaw in found.flaws] == [
        ("fault.uninspected", "nothing here reads audio")
    ]


def test_size_is_checked_before_a_process_is_asked() -> None:
    with MediaOpener(MediaLimits(bytes=10)) as opener:
        assert [flaw.category for flaw in opener.open(Image(b"x" * 11), never).flaws] == ["fault.uninspected"]
        assert [flaw.category for flaw in opener.open(Image(b""), never).flaws] == ["fault.undecodable"]
        assert not opener._decoders._state.all


@pytest.mark.parametrize("kind", [Image, Document])
def test_a_file_is_what_its_bytes_are(opener: MediaOpener, kind: type[Image] | type[Document]) -> None:
    found = opener.open(kind(png(), media_type="application/pdf", name="Jane Doe.pdf"), never)
    assert not found.flaws
    assert (found.items[0].kind, found.items[0].media_type, found.items[0].key) == ("picture", "image/png", "")


def test_the_declared_type_says_what_kind_of_text_it_is(opener: MediaOpener) -> None:
    assert opener.open(Document(b"a,b", name="x.csv"), never).items[0].media_type == "text/csv"
    assert (
        opener.open(Document(b"a,b", media_type="text/csv; charset=utf-8"), never).items[0].media_type == "text/csv"
    )
    assert opener.open(Document(b"a,b", media_type="video/mp4"), never).items[0].media_type == "text/plain"


def test_video_is_refused_by_name(opener: MediaOpener) -> None:
    flaws = opener.open(Document(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", media_type="image/png"), never).flaws
    assert [flaw.reason for flaw in flaws] == ["video (MP4) is not inspected"]


def test_it_opens_and_builds_and_can_be_used_after_it_was_closed(opener: MediaOpener) -> None:
    part = Image(png() + b"after the end", role=Role.TOOL, message=3, name="Jane.png")
    found = opener.open(part, never)
    opener.close()
    made = opener.rebuild(part, found, Changes((Mark(Box(0, 0, 10, 10), "fill"),)))
    assert isinstance(made, Image)
    assert (made.role, made.message, made.name, made.media_type) == (Role.TOOL, 3, "", "image/png")
    again = opener.open(made, never)
    assert not again.items[0].metadata
    assert (again.items[0].surfaces[0].pixels[:10, :10] == 0).all()
    assert (again.items[0].surfaces[0].pixels[:, 30:] == (255, 0, 0)).all()
