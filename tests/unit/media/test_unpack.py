"""Files within files are opened by what their bytes are, and the walk always ends."""

from __future__ import annotations

import io
import sys
from types import ModuleType

import pytest
from PIL import Image

from accord.core.media import Item, Opening
from accord.media import parts
from accord.media.limits import MediaLimits
from accord.media.unpack import unpack
from accord.media.wire import Held

LIMITS = MediaLimits()


def png(colour: str = "red", size: int = 8) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(out, "PNG")
    return out.getvalue()


def walk(data: bytes, limits: MediaLimits = LIMITS, hint: str = "") -> Opening:
    return unpack(data, limits, lambda: False, hint)


def nested(depth: int) -> bytes:
    """A picture with a picture after its end, and so on."""
    data = png()
    for _ in range(depth):
        data = png() + b"\x01\x02" + data
    return data


def test_a_picture_is_item_0() -> None:
    found = walk(png())
    assert [(item.number, item.parent, item.kind, item.key) for item in found.items] == [(0, None, "picture", "")]
    assert not found.flaws


def test_embedded_files_are_numbered_as_they_are_opened() -> None:
    found = walk(nested(2))
    assert [(item.number, item.parent, item.key) for item in found.items] == [
        (0, None, ""),
        (1, 0, "trailing"),
        (2, 1, "trailing"),
    ]
    assert all(strip.item == item.number for item in found.items for strip in item.strips)
    assert all(surface.item == item.number for item in found.items for surface in item.surfaces)


def test_files_too_deep_are_not_opened() -> None:
    found = walk(nested(6), MediaLimits(depth=2))
    assert len(found.items) == 3
    assert [(flaw.category, flaw.item) for flaw in found.flaws] == [("fault.uninspected", 2)]
    assert not walk(nested(2), MediaLimits(depth=2)).flaws


def test_bounds_hold_for_all_files_together() -> None:
    data = nested(3)
    assert walk(data, MediaLimits(bytes=len(nested(2)) + 10)).flaws[0].reason.startswith("embedded files are larger")
    few = walk(data, MediaLimits(files=1))
    assert len(few.items) == 2 and few.flaws[-1].reason == "there are more embedded files than are opened"
    small = walk(data, MediaLimits(total_pixels=2 * 64))
    assert [len(item.surfaces) for item in small.items] == [1, 1, 0, 0]
    assert {flaw.item for flaw in small.flaws} == {2, 3}


def test_no_time_ends_the_walk() -> None:
    found = unpack(nested(3), LIMITS, lambda: True)
    assert len(found.items) == 1
    assert {flaw.category for flaw in found.flaws} == {"fault.deadline"}


def test_text_is_one_strip_that_can_be_rewritten() -> None:
    found = walk("Grüße, Jane".encode(), hint="content.csv")
    strip = found.items[0].strips[0]
    assert (found.items[0].kind, strip.text, strip.reader, strip.writable) == (
        "text",
        "Grüße, Jane",
        "attachment",
        True,
    )
    assert strip.media_type == found.items[0].media_type == "text/csv"
    assert walk(b"{}", hint="x.json").items[0].media_type == "application/json"
    assert walk(b"<!doctype html><p>hi").items[0].media_type == "text/html"


def test_text_that_is_too_long_is_not_read_in_part() -> None:
    found = walk(b"a" * 1001, MediaLimits(characters=1000))
    assert not found.items[0].strips
    assert [flaw.category for flaw in found.flaws] == ["fault.uninspected"]
    assert walk(b"a" * 1000, MediaLimits(characters=1000)).items[0].strips


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video (MP4) is not inspected"),
        (b"#!AMR\n" + bytes(20), "audio (AMR) is not inspected"),
        (b"PK\x03\x04" + b"\0" * 30, "an archive (zip) is not inspected"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            "a legacy Word file (.doc) is not inspected",
        ),
        (bytes(range(256)), "a file of an unknown kind is not inspected"),
    ],
)
def test_what_is_not_inspected_is_named(data: bytes, reason: str) -> None:
    found = walk(data)
    assert [(flaw.category, flaw.reason) for flaw in found.flaws] == [("fault.uninspected", reason)]
    assert found.items[0].kind == "other" and not found.items[0].strips


def test_an_empty_file_holds_nothing() -> None:
    found = walk(b"")
    assert [flaw.reason for flaw in found.flaws] == ["the file is empty"]


def stand_in(monkeypatch: pytest.MonkeyPatch, opens: parts.Open) -> None:
    module = ModuleType("accord.media.pdf")
    module.open_pdf = opens  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "accord.media.pdf", module)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(MemoryError, "opening the file takes more memory than it may"), (ValueError, "the file cannot be opened")],
)
def test_a_reader_that_raises_loses_its_file_only(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], reason: str
) -> None:
    def fails(*_: object) -> parts.Opened:
        raise error("Jane")

    stand_in(monkeypatch, fails)
    found = walk(png() + b"\x01%PDF-1.7 ...\0")
    assert [item.kind for item in found.items] == ["picture", "other"]
    assert [(flaw.item, flaw.reason) for flaw in found.flaws] == [(1, reason)]


def test_a_file_that_holds_itself_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(
        data: bytes, number: int, parent: int | None, key: str, limits: MediaLimits, stop: object
    ) -> parts.Opened:
        return parts.Opened(Item(number, parent, "pdf", "application/pdf", key), (), (parts.Embedded("a", data),) * 3)

    stand_in(monkeypatch, endless)
    found = walk(b"%PDF-1.7", MediaLimits(depth=30, files=50))
    assert len(found.items) == 51
    assert found.flaws


def test_embedded_office_files_keep_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    def office(
        data: bytes, number: int, parent: int | None, key: str, limits: MediaLimits, stop: object
    ) -> parts.Opened:
        return parts.Opened(Item(number, parent, "office", "application/x", key))

    stand_in(monkeypatch, office)
    assert not isinstance(walk(b"%PDF-1.7").items[0], Held)
    inner = walk(png() + b"\x01%PDF-1.7\0").items[1]
    assert isinstance(inner, Held) and inner.data == b"%PDF-1.7\0" and (inner.number, inner.parent) == (1, 0)
    assert "PDF" not in repr(inner)


@pytest.mark.parametrize(
    "drawn", ['<path d="M0 0L9 9"/>', "<script>x</script>", '<use href="#a"/>', '<g><image href="x"/></g>']
)
def test_what_svg_draws_is_not_inspected(drawn: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><text>hello</text>{drawn}</svg>'.encode()
    opening = walk(svg)
    assert [(f.category, f.reason) for f in opening.flaws] == [
        ("fault.uninspected", "drawings in SVG are not inspected")
    ]


def test_svg_of_words_is_text() -> None:
    opening = walk(b'<svg xmlns="http://www.w3.org/2000/svg"><text>hello</text></svg>')
    assert not opening.flaws and opening.items[0].strips[0].writable
