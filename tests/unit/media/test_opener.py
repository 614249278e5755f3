"""The opener keeps its promises: flaws for everything that goes wrong, bounds before anything is read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from PIL import Image as Picture

from accord.core.content import Audio, Document, Image, Role
from accord.core.media import Changes, Mark, Patch
from accord.core.place import Box, Span
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


def test_a_broken_recording_is_a_fault(opener: MediaOpener) -> None:
    found = opener.open(Audio(b"ID3\x04\0\0\0\0\0\0" + bytes(80)), never)
    assert [flaw.category for flaw in found.flaws] == ["fault.undecodable"]


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


def word(text: str) -> bytes:
    """The smallest Word file with one paragraph."""
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    named = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{named}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{main}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>',
        )
    return out.getvalue()


def test_office_files_are_rewritten_where_they_were_opened(opener: MediaOpener) -> None:
    part = Document(word("Hello Jane Doe"))
    found = opener.open(part, never)
    number, strip = next((n, s) for n, s in enumerate(found.items[0].strips) if "Jane Doe" in s.text)
    start = strip.text.index("Jane Doe")
    made = opener.rebuild(part, found, Changes(patches=(Patch(number, Span(start, start + 8), "PERSON_1"),)))
    again = opener.open(made, never)
    assert any("Hello PERSON_1" in strip.text for strip in again.items[0].strips)
    with zipfile.ZipFile(io.BytesIO(made.reveal())) as archive:
        assert not any(b"Jane" in archive.read(name) for name in archive.namelist())


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
