"""Opening PDF files: what a viewer sees, what nobody sees, and what stands beside the pages."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.media.pdfs import Pdf, one_page, show

from accord.core.media import Strip
from accord.core.place import Box, Span
from accord.media.limits import MediaLimits
from accord.media.parts import Opened
from accord.media.pdf import open_pdf

LIMITS = MediaLimits()


def opened(data: bytes, limits: MediaLimits = LIMITS) -> Opened:
    return open_pdf(data, 0, None, "", limits, lambda: False)


def strip(found: Opened, reader: str) -> Strip:
    strips = [strip for strip in found.item.strips if strip.reader == reader]
    assert len(strips) == 1, [strip.reader for strip in found.item.strips]
    return strips[0]


def text(found: Opened, reader: str = "pdf") -> str:
    return "\n".join(strip.text for strip in found.item.strips if strip.reader == reader)


def box_of(found: Opened, value: str, reader: str = "pdf") -> Box:
    one = next(s for s in found.item.strips if s.reader == reader and value in s.text)
    start = one.text.index(value)
    places = [place for place in one.places(Span(start, start + len(value))) if isinstance(place, Box)]
    assert len({place.page for place in places}) == 1
    return Box(
        min(place.left for place in places),
        min(place.top for place in places),
        max(place.right for place in places),
        max(place.bottom for place in places),
        places[0].page,
    )


def inked(found: Opened, box: Box) -> float:
    """The share of all dark pixels of a page that lie in a box."""
    dark = found.item.surfaces[box.page].pixels.min(axis=2) < 128
    assert dark.any()
    return float(dark[box.top : box.bottom, box.left : box.right].sum() / dark.sum())


def test_text_stands_where_its_ink_is() -> None:
    found = opened(one_page(show("Jane Doe")))
    assert text(found) == "Jane Doe"
    assert not found.flaws
    assert (found.item.surfaces[0].width, found.item.surfaces[0].height) == (1275, 1650)
    assert inked(found, box_of(found, "Jane Doe")) > 0.99


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("extra", ["", "/CropBox [50 600 500 760]", "/UserUnit 2"])
def test_rotated_and_cropped_pages_keep_text_on_its_ink(turn: int, extra: str) -> None:
    found = opened(one_page(show("Jane Doe 0042"), extra=f"/Rotate {turn} {extra}"))
    assert text(found) == "Jane Doe 0042"
    assert inked(found, box_of(found, "Jane Doe 0042")) > 0.99
    first, last = box_of(found, "J"), box_of(found, "2")
    dx, dy = last.left - first.left, last.top - first.top
    assert {0: dx > 99, 90: dy > 99, 180: dx < -99, 270: dy < -99}[turn]


def test_a_page_with_an_offset_box_keeps_text_on_its_ink() -> None:
    found = opened(one_page(show("Jane Doe", -100, 3000), box=(-200, 2900, 100, 3100)))
    assert inked(found, box_of(found, "Jane Doe")) > 0.99


def test_one_strip_runs_over_all_pages() -> None:
    pdf = Pdf()
    pdf.page(show("Account 4111 1111", bottom=40))
    pdf.page(show("1111 1111 closed", bottom=740))
    found = opened(pdf.build())
    assert text(found) == "Account 4111 1111\n1111 1111 closed"
    boxes = strip(found, "pdf").boxes
    assert boxes is not None
    assert sorted(set(boxes[:, 4].tolist())) == [-1, 0, 1]
    assert [surface.page for surface in found.item.surfaces] == [0, 1]


def test_words_cut_at_the_end_of_a_line_are_whole_again() -> None:
    page = show("exam-", 72, 400) + show("ple", 72, 385) + show("123-45-", 72, 350) + show("6789", 72, 335)
    assert text(opened(one_page(page))) == "example\n123-45-6789"


def test_blank_page_has_a_surface_and_no_text() -> None:
    found = opened(one_page(""))
    assert found.item.surfaces[0].ink == 0
    assert np.all(found.item.surfaces[0].pixels == 255)
    assert not found.item.strips
