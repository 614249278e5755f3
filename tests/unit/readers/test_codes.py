"""Codes are read, each in its own box, and nothing of them can be scanned once their box is filled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from accord.core.media import Strip, Surface
from accord.readers import codes
from accord.readers.codes import CodeReader

Pixels = NDArray[np.uint8]

PAYLOAD = "JANE DOE 4111"


def code(payload: str | bytes, kind: str = "QRCode", scale: int = 4) -> Pixels:
    made = zxingcpp.create_barcode(payload, getattr(zxingcpp.BarcodeFormat, kind))
    return np.asarray(made.to_image(scale=scale, add_quiet_zones=True), np.uint8)


def page(*codes: tuple[Pixels, int, int], width: int = 900, height: int = 700, ground: int = 235) -> Pixels:
    pixels = np.full((height, width, 3), ground, np.uint8)
    for grey, left, top in codes:
        pixels[top : top + grey.shape[0], left : left + grey.shape[1]] = grey[..., None]
    return pixels


def read(pixels: Pixels) -> Sequence[Strip]:
    return CodeReader().read_picture(Surface.of(np.ascontiguousarray(pixels), item=0, page=5), lambda: False)


def filled(pixels: Pixels, strips: Sequence[Strip]) -> Pixels:
    """The picture with the boxes of all strips painted over."""
    covered = np.ascontiguousarray(pixels).copy()
    for strip in strips:
        assert strip.boxes is not None
        left, top, right, bottom, _ = strip.boxes[0]
        covered[top:bottom, left:right] = 0
    return covered


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("QRCode", PAYLOAD), ("DataMatrix", PAYLOAD), ("Aztec", PAYLOAD), ("PDF417", PAYLOAD), ("Code128", PAYLOAD),
        ("Code39", PAYLOAD), ("Code93", PAYLOAD), ("EAN13", "4006381333931"), ("UPCA", "0036000291452"),
        ("Codabar", "A12345B"), ("MicroQRCode", "12345"),
    ],
)  # fmt: skip
def test_every_kind_is_read_and_leaves_nothing(kind: str, payload: str) -> None:
    pixels = page((code(payload[-12:] if kind == "UPCA" else payload, kind, 2), 60, 90))
    strips = read(pixels)
    assert [strip.text for strip in strips] == [payload]
    assert not zxingcpp.read_barcodes(filled(pixels, strips))


def test_all_characters_share_the_box_of_the_code() -> None:
    grey = code(PAYLOAD)
    strip = read(page((grey, 300, 200)))[0]
    assert strip.reader == "code"
    assert strip.boxes is not None
    assert strip.boxes.shape == (len(PAYLOAD), 5)
    assert len({tuple(row) for row in strip.boxes.tolist()}) == 1
    left, top, right, bottom, number = strip.boxes[0].tolist()
    assert number == 5
    dark = np.argwhere(grey < 128)
    (first_y, first_x), (last_y, last_x) = dark.min(axis=0), dark.max(axis=0)
    assert left <= 300 + first_x
    assert top <= 200 + first_y
    assert right > 300 + last_x
    assert bottom > 200 + last_y
    assert right - left < 1.2 * grey.shape[1]


def test_several_codes_are_several_strips_from_the_top() -> None:
    pixels = page((code("below"), 600, 400), (code("above"), 40, 40), (code("4006381333931", "EAN13", 2), 300, 450))
    assert [strip.text for strip in read(pixels)] == ["above", "below", "4006381333931"]


@pytest.mark.parametrize("degrees", [20, 45, 70, 90, 180, 270])
@pytest.mark.parametrize("kind", ["QRCode", "Code128"])
def test_turned_codes_are_read(kind: str, degrees: int) -> None:
    grey = code(PAYLOAD, kind, 2)
    canvas = Image.new("L", (900, 900), 235)
    canvas.paste(Image.fromarray(grey), (450 - grey.shape[1] // 2, 450 - grey.shape[0] // 2))
    turned = np.asarray(canvas.rotate(degrees, fillcolor=235, resample=Image.Resampling.BICUBIC), np.uint8)
    pixels = np.dstack([turned] * 3)
    strips = read(pixels)
    assert PAYLOAD in {strip.text for strip in strips}
    assert not zxingcpp.read_barcodes(filled(pixels, strips))


def test_the_box_of_a_slanted_code_in_a_very_large_picture_lies_around_it() -> None:
    grey = code(PAYLOAD, "Code128", 4)
    canvas = Image.new("L", (1200, 1200), 235)
    canvas.paste(Image.fromarray(grey), (200, 500))
    turned = np.asarray(canvas.rotate(45, fillcolor=235, resample=Image.Resampling.BICUBIC), np.uint8)
    pixels = page((turned, 2000, 1000), width=4000, height=3000)
    strips = read(pixels)
    assert [strip.text for strip in strips] == [PAYLOAD]
    assert strips[0].boxes is not None
    left, top, right, bottom, _ = strips[0].boxes[0].tolist()
    dark = np.argwhere(pixels[..., 0] < 120)
    assert (left, top) <= (dark[:, 1].min(), dark[:, 0].min())
    assert right > dark[:, 1].max()
    assert bottom > dark[:, 0].max()
    assert (right - left) * (bottom - top) < 800 * 800


def test_text_of_any_script_is_text() -> None:
    assert read(page((code("Grüße, 山田 😀"), 40, 40)))[0].text == "Grüße, 山田 😀"
    assert read(page((code("Grüße".encode()), 40, 40)))[0].text == "Grüße"


def test_bytes_are_words_and_hexadecimal() -> None:
    data = b"\x00\x01\xfe\xffJane Doe\x00\x80"
    assert read(page((code(data), 40, 40)))[0].text == f"Jane Doe\n{data.hex()}"


def test_no_nul_comes_out_of_a_code() -> None:
    assert "\0" not in read(page((code("a\0b 12345"), 40, 40)))[0].text


def test_pictures_without_codes_have_no_strips() -> None:
    stripes = np.zeros((200, 300, 3), np.uint8)
    stripes[:, ::10] = 255
    for pixels in (page(), stripes, np.zeros((1, 1, 3), np.uint8)):
        assert list(read(pixels)) == []


def test_it_stops_when_told() -> None:
    surface = Surface.of(page((code(PAYLOAD), 40, 40)))
    with pytest.raises(TimeoutError):
        CodeReader().read_picture(surface, lambda: True)


def test_more_codes_than_are_read_are_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "_MOST", 2)
    pieces = [(code(f"number {i}"), 40 + 260 * i, 40) for i in range(3)]
    with pytest.raises(OverflowError):
        read(page(*pieces, width=900))
