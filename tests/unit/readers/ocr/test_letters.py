"""Cutting lines out and giving letters their boxes."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from accord.readers.ocr.crops import Crop, cut, parted, stretched
from accord.readers.ocr.letters import line_of
from accord.readers.ocr.recognise import Spelled
from accord.readers.ocr.stack import line_of_stack, unstacked


def quad(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def bars(starts: list[int], width: int, *, wide: int = 4) -> Crop:
    """Black bars on white, one for a letter."""
    pixels = np.full((20, width, 3), 255, np.uint8)
    for start in starts:
        pixels[4:16, start : start + wide] = 0
    return Crop(pixels, quad(100, 50, 100 + width, 70))


def test_borders_between_letters_fall_where_there_is_no_ink() -> None:
    crop = bars([10, 20, 40], 60)
    # The network tells middles only roughly: here each is three columns off.
    spelled = Spelled("ab c", 1.0, np.array([15, 25, 31, 39], np.float32) / 60)
    boxes = line_of(crop, spelled).boxes
    for index, start in ((0, 10), (1, 20), (3, 40)):
        assert boxes[index][0] <= 100 + start
        assert boxes[index][2] >= 100 + start + 4
    # A margin of two columns is allowed, so that no edge of a letter stays.
    assert boxes[0][2] <= 122
    assert boxes[1][2] <= 142
    assert boxes[3][0] >= 122


def test_blanks_around_a_line_are_dropped() -> None:
    line = line_of(bars([10], 40), Spelled(" a ", 1.0, np.array([0.1, 0.3, 0.8], np.float32)))
    assert line.text == "a"
    assert len(line.boxes) == 1


def test_a_crop_without_letters_is_an_empty_line() -> None:
    assert line_of(bars([10], 40), Spelled("  ", 0.0, np.array([0.1, 0.3], np.float32))).text == ""


def test_turning_a_crop_keeps_its_place() -> None:
    crop = bars([10], 40)
    for quarters in (1, 2, 3):
        whole = crop.turned(quarters).boxes(np.array([[0, 0, 1, 1]], np.float32))
        assert whole.tolist() == [[100, 50, 140, 70]]
    upright = crop.turned(1).turned(3)
    assert (upright.pixels == crop.pixels).all()
    assert upright.quad.tolist() == crop.quad.tolist()


def test_a_slanted_line_is_cut_upright() -> None:
    image = Image.new("RGB", (400, 400), "white")
    ImageDraw.Draw(image).line((100, 100, 300, 300), fill="black", width=8)
    corners = np.array([[110, 90], [310, 290], [290, 310], [90, 110]], np.float32)
    crop = cut(np.asarray(image), corners)
    assert crop.pixels.shape[1] > 9 * crop.pixels.shape[0]
    middle = crop.pixels[crop.pixels.shape[0] // 2, 20:-20]
    assert middle.mean() < 60


def test_a_very_long_line_is_parted_between_words() -> None:
    starts = [start for start in range(10, 3990, 20) if start // 20 % 5]
    crop = bars(starts, 4000)
    pieces = parted(crop)
    assert len(pieces) > 3
    assert sum(piece.pixels.shape[1] for piece in pieces) == 4000
    for one, two in zip(pieces, pieces[1:], strict=False):
        assert one.quad[1].tolist() == two.quad[0].tolist()
        assert one.pixels[:, -1].min() == 255
    standing = parted(crop.turned(3))
    assert len(standing) == len(pieces)


def test_faint_levels_are_spread_and_strong_ones_stay() -> None:
    strong = bars([10, 20], 40).pixels
    assert stretched(strong) is strong
    faint = (250 + strong.astype(int) // 64).astype(np.uint8)
    assert int(stretched(faint).min()) == 0
    flat = np.full((20, 40, 3), 9, np.uint8)
    assert stretched(flat) is flat


def test_stacked_letters_are_laid_side_by_side_and_placed_again() -> None:
    image = Image.new("RGB", (40, 240), "white")
    draw = ImageDraw.Draw(image)
    for index, letter in enumerate("KEY"):
        draw.text((20, 30 + 70 * index), letter, font=ImageFont.load_default(36), fill="black", anchor="mm")
    crop = Crop(np.asarray(image), quad(0, 0, 40, 240))
    laid = unstacked(crop.pixels)
    assert laid is not None
    assert len(laid.rows) == 3
    line = line_of_stack(crop, laid, Spelled("KEY", 0.9, np.array([1, 3, 5], np.float32) / 6))
    for (_, top, _, bottom), middle in zip(line.boxes, (30, 100, 170), strict=True):
        assert top < middle < bottom
        assert bottom - top < 60


def test_a_standing_line_without_gaps_is_no_stack() -> None:
    assert unstacked(np.zeros((200, 20, 3), np.uint8)) is None
    assert unstacked(np.full((200, 20, 3), 255, np.uint8)) is None
