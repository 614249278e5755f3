"""What the reader of letters reads, and where it says it stands."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from accord.core.along import NOWHERE
from accord.core.media import Surface
from accord.readers.ocr.rapid import RapidOcrReader

pytestmark = pytest.mark.models


def drawn(
    text: str, *, size: int = 24, width: int = 640, height: int = 200, paper: str = "white", ink: str = "black"
) -> Image.Image:
    image = Image.new("RGB", (width, height), paper)
    ImageDraw.Draw(image).multiline_text(
        (20, 20), text, font=ImageFont.load_default(size), fill=ink, spacing=size // 2
    )
    return image


def read(image: Image.Image) -> str:
    [strip] = RapidOcrReader().read_picture(Surface.of(np.asarray(image)), lambda: False)
    return strip.text


def test_lines_are_read_in_order_with_words_apart() -> None:
    assert (
        read(drawn("Order 4711 for Jane Doe\njane.doe@example.com"))
        == "Order 4711 for Jane Doe\njane.doe@example.com"
    )


def test_every_letter_has_a_box_that_holds_its_ink_and_blanks_have_none() -> None:
    image = drawn("Order 4711 for Jane Doe")
    [strip] = RapidOcrReader().read_picture(Surface.of(np.asarray(image), page=3), lambda: False)
    assert strip.boxes is not None
    for letter, (left, top, right, bottom, page) in zip(strip.text, strip.boxes, strict=True):
        assert page == (NOWHERE if letter == " " else 3)
        if letter != " ":
            assert np.asarray(image.convert("L"))[top:bottom, left:right].min() < 100


def test_painting_over_the_boxes_leaves_no_ink() -> None:
    image = drawn("IBAN GB82 WEST 1234 5698 7654 32\nCall 020 7946 0018, flat 7")
    [strip] = RapidOcrReader().read_picture(Surface.of(np.asarray(image)), lambda: False)
    assert strip.boxes is not None
    left = np.asarray(image).copy()
    for x0, y0, x1, y1, page in strip.boxes:
        if page != NOWHERE:
            left[max(y0, 0) : y1, max(x0, 0) : x1] = 255
    assert left.min() > 200


def test_an_empty_picture_has_no_text() -> None:
    assert RapidOcrReader().read_picture(Surface.of(np.full((50, 60, 3), 255, np.uint8)), lambda: False).strips == ()


def test_stopping_is_said() -> None:
    with pytest.raises(TimeoutError):
        RapidOcrReader().read_picture(Surface.of(np.asarray(drawn("Order"))), lambda: True)
