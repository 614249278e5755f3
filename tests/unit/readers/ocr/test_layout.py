"""Lines come in the order they are read."""

from __future__ import annotations

import numpy as np

from accord.core.along import NOWHERE
from accord.core.place import Span
from accord.readers.ocr.layout import strip_of
from accord.readers.ocr.letters import Line, moved


def line(text: str, left: float, top: float, *, height: float = 20, angle: float = 0.0) -> Line:
    """A line of letters half as wide as high, from a corner, turned by `angle` around the origin."""
    width = height * 0.5 * len(text)
    corners = np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    boxes = np.zeros((len(text), 4), np.int32)
    for index in range(len(text)):
        part = corners[:, 0].min() + np.array([index, index + 1]) * height * 0.5
        square = np.array([[x, y] for x in part for y in (top, top + height)]) @ turn
        boxes[index] = [*np.floor(square.min(axis=0)), *np.ceil(square.max(axis=0))]
    return Line(text, 1.0, (corners @ turn).astype(np.float32), boxes)


def text(*lines: Line) -> str:
    return strip_of(lines, 0, 0).text


def test_lines_come_from_the_top_whatever_order_they_were_found_in() -> None:
    assert text(line("second", 0, 40), line("third", 0, 80), line("first", 0, 0)) == "first\nsecond\nthird"


def test_a_sentence_stays_together_in_its_column() -> None:
    left = [line("this is the left column", 0, y * 30) for y in range(3)]
    right = [line("this is the right column", 400, y * 30) for y in range(3)]
    assert text(*right, *left).split("\n") == [each.text for each in (*left, *right)]


def test_a_heading_over_columns_comes_first_and_a_footer_last() -> None:
    columns = [line(f"column {x} line {y} of text", x * 400, 60 + y * 30) for y in range(3) for x in range(2)]
    wide = "a heading that runs over both of the columns below it"
    read = text(line("f" * 60, 0, 200), *columns, line(wide, 0, 0)).split("\n")
    assert read[0] == wide
    assert read[-1] == "f" * 60
    assert [each[7] for each in read[1:-1]] == ["0", "0", "0", "1", "1", "1"]


def test_labels_are_read_with_what_stands_beside_them() -> None:
    rows = [line("Name", 0, 0), line("Jane Doe", 300, 2), line("Born", 0, 30), line("3 June 1987", 300, 31)]
    rows += [line("Town", 0, 60), line("Springfield", 300, 60)]
    assert text(*rows) == "Name\tJane Doe\nBorn\t3 June 1987\nTown\tSpringfield"


def test_pieces_of_one_line_are_joined_by_a_blank() -> None:
    assert text(line("jane.doe", 0, 0), line("writes", 100, 1)) == "jane.doe writes"


def test_slanted_and_turned_lines_keep_their_order() -> None:
    for angle in (0.1, 0.5, 0.9, np.pi / 2, np.pi, -np.pi / 2):
        lines = [line("the first line", 0, 0, angle=angle), line("the second", 0, 30, angle=angle)]
        assert text(*reversed(lines)) == "the first line\nthe second"


def test_blanks_have_no_place_and_letters_carry_the_page() -> None:
    strip = strip_of([line("a b", 0, 0), line("c", 0, 40)], 5, 2, "ocr.small", hidden=True)
    assert strip.boxes is not None
    assert [int(page) for page in strip.boxes[:, 4]] == [5, NOWHERE, 5, NOWHERE, 5]
    assert (strip.item, strip.reader, strip.hidden) == (2, "ocr.small", True)


def test_a_span_that_wraps_has_a_box_for_each_line() -> None:
    strip = strip_of([line("call Jane", 0, 0), line("Doe now", 0, 40)], 0, 0)
    at = strip.text.index("Jane")
    first, second = strip.places(Span(at, at + len("Jane\nDoe")))
    assert (first.left, first.top, first.right) == (50, 0, 90)
    assert (second.left, second.top, second.right) == (0, 40, 30)


def test_a_moved_line_covers_at_least_what_it_covered() -> None:
    one = line("abc", 10, 10)
    two = moved(one, np.array([1.5, 1.5], np.float32), np.array([7, 0], np.float32))
    assert two.boxes[0].tolist() == [22, 15, 37, 45]
    assert two.quad[0].tolist() == [22, 15]


def test_many_lines_are_laid_out_without_recursion() -> None:
    assert len(text(*(line("x" * 20, 0, y * 30) for y in range(1500))).split("\n")) == 1500
