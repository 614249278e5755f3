"""Writing that was found and not understood is said, stray marks are not."""

from __future__ import annotations

import numpy as np

from accord.readers.ocr.doubt import doubts
from accord.readers.ocr.letters import Line

SIZE = (400, 300)


def line(text: str, sure: float, top: int = 20, width: int = 200, size: int = 20) -> Line:
    boxes = np.tile(np.array([[10, top, 10 + width, top + size]], np.int32), (len(text), 1))
    quad = np.array([[10, top], [10 + width, top], [10 + width, top + size], [10, top + size]], np.float32)
    return Line(text, sure, quad, boxes)


def test_a_line_nobody_is_sure_of_is_said_with_its_place() -> None:
    [flaw] = doubts([line("TTH: RTRTGHR TH", 0.6), line("+91 98765 43210", 0.99, 60)], 2, 1, SIZE)
    assert (flaw.category, flaw.item) == ("fault.uninspected", 1)
    assert (flaw.place.left, flaw.place.top, flaw.place.page) == (10, 20, 2)  # type: ignore[union-attr]


def test_a_line_with_far_too_few_letters_is_said() -> None:
    assert doubts([line(". , .", 0.97)], 0, 0, SIZE)
    assert not doubts([line("14 22 abc def ghi", 0.97)], 0, 0, SIZE)


def test_one_stray_line_of_a_page_and_short_marks_are_not() -> None:
    page = [line("all of this was read well", 0.99, 30 * i) for i in range(9)]
    assert not doubts([*page, line("zondrenemesses", 0.3)], 0, 0, SIZE)
    assert not doubts([line("CF-ORASLU", 0.6, width=80)], 0, 0, SIZE)
    assert not doubts([], 0, 0, SIZE)
