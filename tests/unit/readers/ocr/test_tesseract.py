"""Reading with the program that is installed, and what is said where there is none."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from accord.core.along import NOWHERE
from accord.core.media import Surface
from accord.errors import ConfigError, ModelError
from accord.readers.ocr.hocr import words_of
from accord.readers.ocr.tesseract import TesseractReader

HOCR = """<?xml version="1.0" encoding="UTF-8"?>
<html><body><div class='ocr_page' title='image "stdin"; bbox 0 0 400 100'>
<span class='ocr_line' title="bbox 10 20 90 40; baseline 0 0">
 <span class='ocrx_word' title='bbox 10 20 40 40; x_wconf 96'>
  <span class='ocrx_cinfo' title='x_bboxes 10 20 22 40; x_conf 99.1'>A</span>
  <span class='ocrx_cinfo' title='x_bboxes 28 20 40 40; x_conf 98.7'>&amp;</span>
 </span>
 <span class='ocrx_word' title='bbox 60 20 90 40; x_wconf 12.5'>
  <span class='ocrx_cinfo' title='x_bboxes 60 20 90 40; x_conf 3'>&lt;</span>
 </span>
</span>
<span class='ocr_line' title="bbox 0 60 9 70"><span class='ocrx_word' title='bbox 0 60 9 70; x_wconf 95'> </span></span>
</div></body></html>"""

needs_program = pytest.mark.skipif(shutil.which("tesseract") is None, reason="the program tesseract is not installed")


def page(text: str, *, ink: str = "black", paper: str = "white", size: int = 26) -> Surface:
    image = Image.new("RGB", (640, 240), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 10, 630, 230), fill=paper)
    draw.multiline_text((30, 40), text, font=ImageFont.load_default(size), fill=ink, spacing=size // 2)
    return Surface.of(np.asarray(image), item=2, page=4)


def program(folder: Path, script: str) -> str:
    made = folder / "tesseract"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(made.stat().st_mode | stat.S_IXUSR)
    return str(made)


def test_hocr_gives_words_letters_and_boxes() -> None:
    [line] = words_of(HOCR)
    one, two = line
    assert (one.box, one.sure, one.letters) == (
        (10, 20, 40, 40),
        96.0,
        [("A", (10, 20, 22, 40)), ("&", (28, 20, 40, 40))],
    )
    assert (two.sure, [letter for letter, _ in two.letters]) == (12.5, ["<"])


@pytest.mark.parametrize(
    "text", ["", "<html>", "<span class='ocrx_cinfo' title='x_bboxes 1 2 3 4'>a</span>", "\x00<<>>&#0;"]
)
def test_hocr_that_is_none_gives_nothing(text: str) -> None:
    assert words_of(text) == []


def test_unsure_words_are_left_out_and_letters_touch(tmp_path: Path) -> None:
    (tmp_path / "said").write_text(HOCR)
    [strip] = TesseractReader(executable=program(tmp_path, f"cat {tmp_path}/said")).read_picture(
        page("x"), lambda: False
    )
    assert strip.text == "A&"
    assert strip.boxes is not None
    assert strip.boxes.tolist() == [[8, 18, 27, 42, 4], [23, 18, 42, 42, 4]]


def test_a_missing_program_is_named_with_a_way_out() -> None:
    with pytest.raises(ModelError, match="not installed") as caught:
        TesseractReader(executable="no-such-program").read_picture(page("x"), lambda: False)
    assert "ocr" in caught.value.hint


def test_a_program_that_fails_is_an_error_without_its_words(tmp_path: Path) -> None:
    reader = TesseractReader(executable=program(tmp_path, "echo secret >&2; exit 3"))
    with pytest.raises(ModelError) as caught:
        reader.read_picture(page("x"), lambda: False)
    assert "3" in str(caught.value)
    assert "secret" not in str(caught.value) + caught.value.hint


def test_a_program_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    asked = iter([False, False, True])
    reader = TesseractReader(executable=program(tmp_path, "exec sleep 60"))
    with pytest.raises(TimeoutError):
        reader.read_picture(page("x"), lambda: next(asked))


@pytest.mark.parametrize("languages", ["", "eng deu", "../eng", "-c", "eng+", "eng;ls"])
def test_languages_that_are_no_names_are_refused(languages: str) -> None:
    with pytest.raises(ConfigError):
        TesseractReader(languages=languages)


def test_an_empty_picture_starts_no_program() -> None:
    blank = Surface.of(np.full((40, 40, 3), 255, np.uint8))
    assert TesseractReader(executable="no-such-program").read_picture(blank, lambda: False) == []


@pytest.mark.engines
@needs_program
@pytest.mark.parametrize(
    ("ink", "paper", "size"),
    [("black", "white", 26), ("white", "#1f2937", 26), ("black", "white", 13)],
    ids=["plain", "dark", "small"],
)
def test_pages_and_dark_panels_are_read_and_covered(ink: str, paper: str, size: int) -> None:
    surface = page("Order 4711 for Jane Doe\njane.doe@example.com", ink=ink, paper=paper, size=size)
    strip = TesseractReader().read_picture(surface, lambda: False)[0]
    assert strip.text.split("\n") == ["Order 4711 for Jane Doe", "jane.doe@example.com"]
    assert strip.item == 2
    assert strip.boxes is not None
    left = surface.pixels.astype(int)
    ground = left[20, 20]
    for x0, y0, x1, y1, number in strip.boxes.tolist():
        assert number in {4, NOWHERE}
        if number != NOWHERE:
            left[y0:y1, x0:x1] = ground
    inside = left[12:228, 12:628]
    assert int(np.abs(inside - ground).max()) < 100
