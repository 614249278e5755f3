"""Building a PDF anew: painted pixels, a text layer without marked characters, and nothing else."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.unit.media.pdfs import Pdf, one_page, show

from accord.core.along import NOWHERE
from accord.core.media import Mark, Strip, Surface
from accord.core.place import Box, Span
from accord.errors import ContentError
from accord.media.limits import MediaLimits
from accord.media.parts import Opened
from accord.media.pdf import open_pdf
from accord.media.pdf_layer import words_of
from accord.media.pdf_write import write_pdf
from accord.transform.image import padded, paint

DPI = 150
WORDS = [
    "plain",
    "Привет",
    "мир",
    "日本語",
    "한국어",
    "ελληνικά",
    "naïve",
    "\U0001f600ok",
    "I\u0307stanbul",
    "<&>()\\",
]


def opened(data: bytes) -> Opened:
    return open_pdf(data, 0, None, "", MediaLimits(), lambda: False)


def white(width: int = 1275, height: int = 1650, page: int = 0) -> Surface:
    return Surface.of(np.full((height, width, 3), 255, dtype=np.uint8), page=page)


def laid(lines: Sequence[str], reader: str = "pdf", *, page: int = 0, left: int = 40, top: int = 30) -> Strip:
    """A strip of lines whose characters are 20 by 24 pixels, 44 pixels apart from line to line."""
    boxes = []
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            x, y = left + 20 * column, top + 44 * row
            boxes.append((x, y, x + 20, y + 24, NOWHERE if letter == " " else page))
        boxes.append((0, 0, 0, 0, NOWHERE))
    return Strip("\n".join(lines), reader, np.array(boxes[:-1], dtype=np.int32).reshape(-1, 5))


def layer(data: bytes) -> str:
    """The text layer as pdfium reads it, whether or not there is ink beneath."""
    return "\n".join(strip.text for strip in opened(data).item.strips if strip.reader in {"pdf", "pdf.hidden"})


def bytes_within(data: bytes) -> bytes:
    """All bytes of a file, and what its streams unpack to, twice over."""
    found = [data]
    for level in (data,):
        for match in re.finditer(rb"stream\r?\n", level):
            try:
                found.append(zlib.decompressobj().decompress(level[match.end() :]))
            except zlib.error:
                continue
    return b"\n".join(found)


def text_of_content(data: bytes) -> str:
    """The text layer as pypdf reads it."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


@pytest.mark.parametrize("word", WORDS)
def test_any_script_is_read_back(word: str) -> None:
    data = write_pdf([white()], [laid([word])], (), (), DPI)
    assert layer(data) == word
    assert text_of_content(data).strip() == word


@pytest.mark.parametrize("word", ["שלום", "مرحبا"])
def test_words_that_run_leftward_are_read_back(word: str) -> None:
    strip = laid([word])
    assert strip.boxes is not None
    turned = Strip(strip.text, "pdf", strip.boxes[::-1].copy())
    assert layer(write_pdf([white()], [turned], (), (), DPI)) == word


def test_words_stand_where_they_were_read() -> None:
    strip = laid(["first line here", "second"])
    found = opened(write_pdf([white()], [strip], (), (), DPI))
    again = next(one for one in found.item.strips if one.reader == "pdf.hidden")
    assert again.text == strip.text
    assert again.boxes is not None
    assert strip.boxes is not None
    placed = strip.boxes[:, 4] == 0
    assert np.abs(again.boxes[placed][:, [0, 2]] - strip.boxes[placed][:, [0, 2]]).max() <= 3
    middle = (again.boxes[placed][:, 1] + again.boxes[placed][:, 3]) / 2
    assert (np.abs(middle - (strip.boxes[placed][:, 1] + strip.boxes[placed][:, 3]) / 2) <= 6).all()


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_text_of_turned_pages_stays_where_it_was_read(turn: int) -> None:
    first = opened(one_page(show("Jane Doe was here"), extra=f"/Rotate {turn}"))
    again = opened(write_pdf(first.item.surfaces, first.item.strips, (), (), DPI))
    (text,) = [one.text for one in again.item.strips if one.reader == "pdf"]
    words = text.split()
    assert (words if turn != 180 else words[::-1]) == ["Jane", "Doe", "was", "here"], (
        "pdfium reads such lines backwards"
    )


def test_marked_characters_are_gone_and_the_label_stands_once() -> None:
    strip = laid(["name Jane Doe", "Jane again"])
    marks = [
        Mark(Box(140, 30, 300, 54), "replace", "[PERSON_1]"),
        Mark(Box(142, 31, 296, 52), "replace", "[PERSON_1]"),
    ]
    data = write_pdf([white()], [strip], marks, (), DPI)
    text = layer(data)
    assert sorted(text.split()) == sorted(["name", "[PERSON_1]", "Jane", "again"])
    assert b"Jane Doe" not in bytes_within(data)


def test_marks_of_other_pages_take_nothing() -> None:
    strips = [laid(["page one"], page=0), laid(["page two"], page=1)]
    mark = Mark(Box(0, 0, 1275, 1650, 1), "fill")
    assert layer(write_pdf([white(page=0), white(page=1)], strips, [mark], (), DPI)) == "page one"


def test_recognised_text_fills_what_the_text_layer_lacks() -> None:
    strips = [laid(["typed here"]), laid(["typed here"], "ocr"), laid(["seal 42"], "ocr", top=300)]
    assert layer(write_pdf([white()], strips, (), (), DPI)).split() == ["typed", "here", "seal", "42"]


def test_mark_takes_text_of_every_reader() -> None:
    strips = [laid(["Jane"]), laid(["Jane"], "ocr", left=43)]
    assert layer(write_pdf([white()], strips, [Mark(Box(40, 30, 120, 54), "fill")], (), DPI)) == ""


@pytest.mark.parametrize("reader", ["pdf.hidden", "pdf.form", "pdf.link", "metadata", "code"])
def test_what_no_page_shows_is_not_carried_over(reader: str) -> None:
    strip = laid(["Jane"], reader)
    data = write_pdf([white()], [strip], (), (), DPI)
    assert layer(data) == ""


def test_hidden_strip_of_the_text_layer_is_not_carried_over() -> None:
    base = laid(["Jane"])
    hidden = Strip(base.text, "pdf", base.boxes, hidden=True)
    assert layer(write_pdf([white()], [hidden], (), (), DPI)) == ""


letters = st.sampled_from("abcXYZ0189-.@ ")
marks = st.builds(
    lambda left, top, width, height, label: Mark(Box(left, top, left + width, top + height, 0), "fill", label),
    st.integers(-20, 420),
    st.integers(-20, 200),
    st.integers(1, 200),
    st.integers(1, 60),
    st.sampled_from(["", "", "[L]"]),
)


@settings(max_examples=60)
@given(
    lines=st.lists(st.text(letters, min_size=1, max_size=16), min_size=1, max_size=4),
    others=st.lists(st.text(letters, min_size=1, max_size=16), min_size=0, max_size=4),
    shift=st.integers(0, 30),
    placed=st.lists(marks, max_size=5),
)
def test_no_character_that_touches_a_mark_is_in_the_layer(
    lines: list[str], others: list[str], shift: int, placed: list[Mark]
) -> None:
    size = (460, 260)
    strips = [laid(lines), laid(others, "ocr", top=30 + shift)] if others else [laid(lines)]
    words = words_of(0, size, strips, placed)
    grown = [box for mark in placed if (box := padded(mark.box, *size))]
    labels = [word for word in words if word.text == "[L]"]
    for word in words:
        if word in labels:
            continue
        for box in grown:
            apart = (
                word.box[2] <= box.left
                or box.right <= word.box[0]
                or word.box[3] <= box.top
                or box.bottom <= word.box[1]
            )
            assert apart
    for strip in strips:
        assert strip.boxes is not None
    seen = sorted("".join(word.text for word in words if word not in labels and word.text))
    untouched = sum(
        1
        for left, top, right, bottom, page in laid(lines).boxes.tolist()  # type: ignore[union-attr]
        if page == 0
        and right <= size[0]
        and bottom <= size[1]
        and not any(
            left - 2 < box.right + 2
            and box.left - 2 < right + 2
            and top - 2 < box.bottom + 2
            and box.top - 2 < bottom + 2
            for box in grown
        )
    )
    assert len(seen) >= untouched, "what no mark is near stays"


def test_same_input_gives_the_same_bytes_without_dates_or_identifiers() -> None:
    arguments = (
        [white()],
        [laid(["plain text"])],
        [Mark(Box(1, 1, 9, 9), "fill")],
        [("a.png", b"\x89PNG\r\n\x1a\n")],
        DPI,
    )
    first = write_pdf(*arguments)
    assert first == write_pdf(*arguments)
    assert not re.search(rb"/ID\b|Date|/Author|pypdf|/XMP|/Metadata", bytes_within(first))
    assert pypdf.PdfReader(io.BytesIO(first)).metadata == {"/Producer": "accord"}


def test_attachments_are_named_by_what_they_are() -> None:
    png = io.BytesIO()
    Image.new("L", (2, 2)).save(png, "PNG")
    data = write_pdf(
        [white()], (), (), [("Jane Doe.png", png.getvalue()), ("x", b"a,b\n1,2\n"), ("y", b"\x00\x9c\x01")], DPI
    )
    found = opened(data)
    assert [file.data for file in found.embedded] == [png.getvalue(), b"a,b\n1,2\n", b"\x00\x9c\x01"]
    assert [file.key.rsplit(".")[0] for file in found.embedded] == ["attachment-1", "attachment-2", "attachment-3"]
    assert found.embedded[0].key.endswith(".png")
    assert found.embedded[2].key.endswith(".bin")
    assert b"Jane" not in bytes_within(data)


def noise(channels: int) -> np.ndarray:
    values = np.random.default_rng(7).normal(128, 30, (60, 40, channels)).clip(0, 255).astype(np.uint8)
    smooth = np.asarray(Image.fromarray(values.squeeze()).resize((640, 960), Image.Resampling.BICUBIC))
    return smooth if channels == 3 else np.repeat(smooth[:, :, None], 3, axis=2)


def flat(colours: int) -> np.ndarray:
    levels = np.array([[(37 * n) % 256, (91 * n) % 256, n] for n in range(colours)], dtype=np.uint8)
    return levels[np.arange(503 * 301).reshape(503, 301) % colours]


@pytest.mark.parametrize("colours", [1, 2, 3, 4, 5, 16, 17, 256])
def test_flat_pages_lose_nothing(colours: int) -> None:
    pixels = flat(colours)
    (surface,) = opened(write_pdf([Surface.of(pixels)], (), (), (), DPI)).item.surfaces
    drawn = (
        surface.pixels if surface.width == 301 else np.asarray(Image.fromarray(surface.pixels).resize((301, 503), 0))
    )
    if surface.width == 301:
        assert np.array_equal(drawn, pixels)
    else:
        image = next(
            iter(pypdf.PdfReader(io.BytesIO(write_pdf([Surface.of(pixels)], (), (), (), DPI))).pages[0].images)
        )
        assert np.array_equal(np.asarray(image.image.convert("RGB")), pixels)


@pytest.mark.parametrize("channels", [1, 3])
def test_photographs_are_stored_as_jpeg(channels: int) -> None:
    pixels = noise(channels)
    data = write_pdf([Surface.of(pixels)], (), (), (), DPI)
    assert b"/DCTDecode" in data
    assert (b"/DeviceGray" in data) == (channels == 1)
    image = next(iter(pypdf.PdfReader(io.BytesIO(data)).pages[0].images)).image
    assert np.abs(np.asarray(image.convert("RGB")).astype(int) - pixels).mean() < 3


def test_page_is_as_large_as_it_was() -> None:
    first = opened(one_page(show("Jane Doe"), box=(0, 0, 595, 842)))
    again = opened(write_pdf(first.item.surfaces, first.item.strips, (), (), DPI))
    assert abs(again.item.surfaces[0].width - first.item.surfaces[0].width) <= 1
    assert abs(again.item.surfaces[0].height - first.item.surfaces[0].height) <= 1


def test_page_too_long_for_viewers_is_made_smaller() -> None:
    pixels = np.full((1, 30_000, 3), 255, dtype=np.uint8)
    box = pypdf.PdfReader(io.BytesIO(write_pdf([Surface.of(pixels)], (), (), (), 72))).pages[0].mediabox
    assert box.width <= 14_400


def test_document_without_a_page_is_an_error() -> None:
    with pytest.raises(ContentError, match="without a page"):
        write_pdf((), (), (), (), DPI)


def planted() -> tuple[bytes, list[str]]:
    """A document with values in every corner of it."""
    pdf = Pdf()
    values = ["078-05-1120", "4111111111111111", "jane@example.org", "DE89370400440532013000", "Zebulon"]
    file = pdf.stream(b"file of Zebulon", "/Type /EmbeddedFile")
    info = pdf.add("<< /Author (Zebulon) /Title (078-05-1120) >>")
    pdf.trailer.append(f"/Info {info} 0 R")
    pdf.catalogue.append(
        "/OpenAction << /S /JavaScript /JS (mail\\('jane@example.org'\\)) >> /Names << /EmbeddedFiles << /Names "
        f"[(Zebulon) << /Type /Filespec /F (Zebulon.txt) /EF << /F {file} 0 R >> >>] >> >>"
    )
    pdf.page(
        show("SSN 078-05-1120 of Zebulon", 72, 700)
        + show("card 4111111111111111", 72, 660)
        + show("IBAN DE89370400440532013000", 72, 620, before="1 1 1 rg")
        + show("a harmless sentence", 72, 580),
        extra="/Annots [<< /Type /Annot /Subtype /Link /Rect [300 570 390 590] /A << /S /URI "
        "/URI (mailto:jane@example.org) >> >> << /Type /Annot /Subtype /Text /Rect [9 9 30 30] /Contents (Zebulon) >>]",
    )
    return pdf.build(), values


def redacted(data: bytes, values: list[str]) -> bytes:
    found = opened(data)
    marked = []
    for strip in found.item.strips:
        for value in values:
            for match in re.finditer(re.escape(value), strip.text):
                places = strip.places(Span(*match.span()))
                marked += [Mark(place, "replace", "[ID]") for place in places if isinstance(place, Box)]
    pages = [Surface.of(paint(surface.pixels, marked)) for surface in found.item.surfaces]
    return write_pdf(pages, found.item.strips, marked, (), DPI)


def test_no_planted_value_is_left_in_bytes_or_text() -> None:
    data, values = planted()
    rebuilt = redacted(data, values)
    inside = bytes_within(rebuilt)
    text = layer(rebuilt)
    assert "a harmless sentence" in text
    for value in values:
        assert value.encode() not in inside
        assert value not in text
        assert value not in text_of_content(rebuilt)


@pytest.mark.engines
def test_pdftotext_finds_no_planted_value(tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed")
    data, values = planted()
    file = tmp_path / "rebuilt.pdf"
    file.write_bytes(redacted(data, values))
    said = subprocess.run([program, "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
    assert "a harmless sentence" in said
    assert "[ID]" in said
    for value in values:
        assert value not in said


@pytest.mark.engines
def test_pdftotext_reads_any_script(tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext is not installed")
    file = tmp_path / "scripts.pdf"
    file.write_bytes(write_pdf([white()], [laid(WORDS)], (), (), DPI))
    run = subprocess.run([program, "-enc", "UTF-8", str(file), "-"], capture_output=True, text=True, check=True)
    assert run.stderr == ""
    assert run.stdout.split() == WORDS
