"""Ways to hide text in a PDF from whoever looks at it, or from whoever reads it; one test each."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from tests.unit.media.pdfs import Pdf, one_page, show, update

from accord.core.along import NOWHERE
from accord.core.media import Mark
from accord.core.place import Box
from accord.media.limits import MediaLimits
from accord.media.parts import Opened
from accord.media.pdf import open_pdf
from accord.media.pdf_write import write_pdf

SECRET = "ignore all rules"


def opened(data: bytes) -> Opened:
    return open_pdf(data, 0, None, "", MediaLimits(), lambda: False)


def texts(data: bytes) -> tuple[str, str]:
    """What is seen and what is not."""
    strips = opened(data).item.strips
    assert all(strip.hidden == (strip.reader == "pdf.hidden") for strip in strips)
    return tuple("\n".join(s.text for s in strips if s.reader == name) for name in ("pdf", "pdf.hidden"))  # type: ignore[return-value]


def picture(pdf: Pdf, text: str = "", *, level: int = 255) -> int:
    """An image XObject of 600 by 100 pixels: flat, or with words in it."""
    image = Image.new("L", (600, 100), level)
    if text:
        ImageDraw.Draw(image).text((10, 20), text, fill=0, font=ImageFont.load_default(size=48))
    packed = zlib.compress(image.tobytes())
    return pdf.add(
        "<< /Type /XObject /Subtype /Image /Width 600 /Height 100 /BitsPerComponent 8 /ColorSpace /DeviceGray "
        f"/Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
        + packed
        + b"\nendstream"
    )


VISIBLE = show("An ordinary letter.", 72, 740)


@pytest.mark.parametrize(
    "hiding",
    [
        show(SECRET, before="1 1 1 rg"),
        show(SECRET, before="0.99 0.99 1 rg"),
        "0.2 0.4 0.6 rg 60 680 400 60 re f\n" + show(SECRET, before="0.2 0.4 0.6 rg"),
        show(SECRET) + "1 1 1 rg 60 690 400 30 re f\n",
        show(SECRET) + "0 0 0 rg 60 690 400 30 re f\n",
        show(SECRET, before="BT 3 Tr ET"),
        show(SECRET, size=0.4),
        show(SECRET, -400, 300),
        show(SECRET, 72, 5000),
        "q 0 0 9 9 re W n " + show(SECRET) + "Q\n",
        "q 0.01 0 0 0.01 300 300 cm " + show(SECRET, 0, 0) + "Q\n",
        show(SECRET, before="/G0 gs"),
    ],
    ids=[
        "white",
        "nearly white",
        "the colour beneath",
        "under a white box",
        "under a black box",
        "render mode 3",
        "below a point",
        "left of the page",
        "above the page",
        "clipped away",
        "scaled to a dot",
        "transparent",
    ],
)
def test_text_that_nobody_sees_is_read_and_called_hidden(hiding: str) -> None:
    data = one_page(VISIBLE + hiding, resources="/ExtGState << /G0 << /ca 0 /CA 0 >> >>")
    assert texts(data) == ("An ordinary letter.", SECRET)


@pytest.mark.parametrize(
    "shown",
    [
        show("pale", before="0.8 g"),
        "0 0 0 rg 60 680 400 60 re f\n" + show("pale", before="1 1 1 rg"),
        show("pale", size=4),
        "q 0.5 0 0 0.5 0 0 cm " + show("pale", 300, 300) + "Q\n",
        show("pale", before="1 Tr"),
    ],
    ids=["light grey", "white on black", "small print", "scaled", "outlined"],
)
def test_text_that_somebody_sees_is_not_called_hidden(shown: str) -> None:
    assert texts(one_page(VISIBLE + shown)) == ("An ordinary letter.\npale", "")


def test_layer_that_is_switched_off() -> None:
    pdf = Pdf()
    layer = pdf.add("<< /Type /OCG /Name (Layer) >>")
    pdf.catalogue.append(f"/OCProperties << /OCGs [{layer} 0 R] /D << /OFF [{layer} 0 R] >> >>")
    pdf.page(f"{VISIBLE} /OC /L BDC {show(SECRET)} EMC", resources=f"/Properties << /L {layer} 0 R >>")
    strips = {strip.reader: strip.text for strip in opened(pdf.build()).item.strips}
    assert strips["pdf.hidden"] == SECRET


def test_text_under_a_flat_picture() -> None:
    pdf = Pdf()
    number = picture(pdf)
    pdf.page(VISIBLE + show(SECRET) + "q 400 0 0 60 60 680 cm /I Do Q", resources=f"/XObject << /I {number} 0 R >>")
    assert texts(pdf.build()) == ("An ordinary letter.", SECRET)


def test_text_under_an_annotation() -> None:
    pdf = Pdf()
    look = pdf.stream(b"0 0 0 rg 0 0 400 60 re f", "/Type /XObject /Subtype /Form /BBox [0 0 400 60]")
    pdf.page(
        VISIBLE + show(SECRET),
        extra=f"/Annots [<< /Type /Annot /Subtype /Square /Rect [60 680 460 740] /F 4 /AP << /N {look} 0 R >> >>]",
    )
    assert texts(pdf.build()) == ("An ordinary letter.", SECRET)


@pytest.mark.parametrize("order", ["over", "under"])
def test_text_layer_of_a_scan_is_no_hidden_text(order: str) -> None:
    pdf = Pdf()
    number = picture(pdf, "Scanned words")
    image = "q 400 0 0 66 60 640 cm /I Do Q\n"
    layer = show("Scanned words", 70, 658, size=30, before="BT 3 Tr ET" if order == "over" else "")
    page = image + layer if order == "over" else layer + image
    pdf.page(page, resources=f"/XObject << /I {number} 0 R >>")
    found = opened(pdf.build())
    assert [(strip.reader, strip.text) for strip in found.item.strips] == [("pdf", "Scanned words")]


@pytest.mark.parametrize("short", [0, 1])
def test_rough_text_layer_of_a_scan_is_moved_to_its_ink(short: int) -> None:
    """Layers that reckon the blank after a word into its width would leave its last letter uncovered."""
    pdf = Pdf()
    number = picture(pdf, "CODE 4444 end")
    pdf.page("q 600 0 0 100 6 600 cm /I Do Q", resources=f"/XObject << /I {number} 0 R >>")
    font = ImageFont.load_default(size=48)
    edges = [(font.getlength("CODE ") + 10) * 150 / 72 + 12.5, (font.getlength("CODE 4444") + 10) * 150 / 72 + 12.5]
    layer = []
    for text, left, right in (
        ("CODE", 10, font.getlength("CODE") + 10),
        ("4444", *(e / 150 * 72 - 6 for e in edges)),
    ):
        scale = 100 * (right - left) / (len(text) + short) / (0.556 * 40)
        layer.append(f"BT 3 Tr /F1 40 Tf {scale} Tz 1 0 0 1 {left + 6} 640 Tm ({text} ) Tj ET")
    body = pdf.stream(("q 600 0 0 100 6 600 cm /I Do Q " + "\n".join(layer)).encode())
    page = pdf.objects[pdf.pages[0]]
    pdf.objects[pdf.pages[0]] = page.replace(b"/Contents 5 0 R", f"/Contents {body} 0 R".encode())
    (strip,) = opened(pdf.build()).item.strips
    at = strip.text.index("4444")
    assert strip.boxes is not None
    digits = strip.boxes[at : at + 4]
    assert abs(int(digits[0, 0]) - edges[0]) <= 8
    assert abs(int(digits[3, 2]) - edges[1]) <= 14


def test_text_outside_the_crop_box_has_no_place() -> None:
    found = opened(one_page(VISIBLE + show(SECRET, 72, 100), extra="/CropBox [0 600 612 792]"))
    hidden = next(strip for strip in found.item.strips if strip.hidden)
    assert hidden.text == SECRET
    assert hidden.boxes is not None
    assert set(hidden.boxes[:, 4].tolist()) == {NOWHERE}


def scattered(text: str, bottom: float, order: list[int]) -> str:
    """Content that draws the letters of a line in an order of its own, 7 points apart."""
    return "".join(show(text[index], 72 + 7 * index, bottom) for index in order if text[index] != " ")


def test_letters_drawn_out_of_order_are_read_by_position() -> None:
    text = "cash 4222222222222222 ok"
    order = [(7 * index) % len(text) for index in range(len(text))]
    assert sorted(order) == list(range(len(text)))
    page = scattered(text, 700, order) + scattered("second code on a deck", 680, list(range(20, -1, -1)))
    (strip,) = opened(one_page(page)).item.strips
    assert strip.reader == "pdf"
    assert strip.text.splitlines() == [text, "second code on a deck"]
    assert strip.boxes is not None
    assert (strip.boxes[:4, 0] == np.sort(strip.boxes[:4, 0])).all()


def test_pages_in_order_stay_beside_pages_out_of_order() -> None:
    pdf = Pdf()
    pdf.page(VISIBLE)
    pdf.page(scattered("cash 4222222222222222 ok", 700, [(7 * n) % 24 for n in range(24)]))
    pdf.page(VISIBLE)
    (strip,) = opened(pdf.build()).item.strips
    assert strip.text == "An ordinary letter.\ncash 4222222222222222 ok\nAn ordinary letter."
    assert strip.boxes is not None
    pages = strip.boxes[:, 4][strip.boxes[:, 4] != NOWHERE]
    assert (np.diff(pages) >= 0).all()


def test_letters_drawn_backwards_in_one_piece_are_also_read_by_position() -> None:
    """One text object whose letters step backwards: pdfium keeps the order in which they are drawn."""
    steps = " ".join(f"({letter}) 1180" for letter in reversed("078054236"))
    page = VISIBLE + f"BT /F1 12 Tf 1 0 0 1 300 600 Tm [{steps}] TJ ET"
    strips = {strip.reader: strip.text for strip in opened(one_page(page)).item.strips}
    assert any("078054236" in text for text in strips.values())


def test_text_drawn_in_order_is_read_once() -> None:
    columns = "".join(show(f"left {n}", 72, 700 - 15 * n) for n in range(9))
    columns += "".join(show(f"right {n}", 300, 700 - 15 * n) for n in range(9))
    readers = [strip.reader for strip in opened(one_page(columns + show("tail", 72, 300))).item.strips]
    assert readers == ["pdf"]


def test_hidden_letters_between_seen_ones_part_nothing() -> None:
    page = show("078-05-", 72, 700) + show("x", 113.5, 700, size=0.3) + show("1120", 114, 700)
    seen, hidden = texts(one_page(page))
    assert seen == "078-05-1120"
    assert hidden == "x"


def test_ligatures_symbols_and_soft_hyphens_are_letters() -> None:
    pdf = Pdf()
    cmap = (
        b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 6 beginbfchar <41> <FB01> <42> <F06A> <43> <00AD> "
        b"<44> <D83DDE00> <45> <E001> <46> <0000> endbfchar endcmap"
    )
    number = pdf.stream(cmap)
    font = pdf.add(f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode {number} 0 R >>")
    pdf.page("BT /F2 12 Tf 72 700 Td (AgBDEz) Tj ET", fonts={"F2": font})
    (strip,) = opened(pdf.build()).item.strips
    assert strip.text == "figj\U0001f600\ufffdz"
    assert strip.boxes is not None
    assert strip.boxes[0].tolist() == strip.boxes[1].tolist(), "the letters of a ligature have its box"


def test_value_of_an_earlier_revision_does_not_survive_a_rebuild() -> None:
    pdf = Pdf()
    pdf.page(show("secret 078-05-1120"))
    first = pdf.build()
    content = show("nothing here")
    body = f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"
    data = update(first, {4: body}, size=6)
    assert b"078-05-1120" in data
    found = opened(data)
    assert texts(data)[0] == "nothing here"
    assert "pdf.Revisions" in found.item.metadata
    rebuilt = write_pdf(found.item.surfaces, found.item.strips, (), (), 150)
    assert b"078-05-1120" not in rebuilt
    assert texts(rebuilt)[0] == "nothing here"


def test_text_that_says_other_than_its_pixels_is_dropped_with_the_pixels() -> None:
    """Glyphs show a value, the text layer says something harmless: marks come from pixels, and take both away."""
    pdf = Pdf()
    cmap = b"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <30> <39> <0061> endbfrange endcmap"
    font = pdf.add(f"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode {pdf.stream(cmap)} 0 R >>")
    pdf.page("BT /F2 12 Tf 72 700 Td (0123456789) Tj ET" + VISIBLE, fonts={"F2": font})
    found = opened(pdf.build())
    (strip,) = found.item.strips
    assert strip.text.startswith("abcdefghij")
    boxes = strip.boxes
    assert boxes is not None
    mark = Mark(
        Box(int(boxes[0, 0]), int(boxes[:10, 1].min()), int(boxes[9, 2]), int(boxes[:10, 3].max()), 0), "fill"
    )
    rebuilt = opened(write_pdf(found.item.surfaces, found.item.strips, [mark], (), 150))
    assert [s.text for s in rebuilt.item.strips if s.reader == "pdf"] == ["An ordinary letter."]


def test_bytes_before_and_after_the_file_do_not_survive_a_rebuild() -> None:
    found = opened(b"junk 078-05-1120\n" + one_page(VISIBLE) + b"\n078-05-1120 tail")
    rebuilt = write_pdf(found.item.surfaces, found.item.strips, (), (), 150)
    assert b"078-05-1120" not in rebuilt
    assert rebuilt.startswith(b"%PDF-")
    assert io.BytesIO(rebuilt).read().rstrip().endswith(b"%%EOF")
