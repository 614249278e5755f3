"""Plates: a line of a photograph that is a mark; the same characters on a page are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.reading import Reading
from accord.detect.vision.formats import shape
from accord.detect.vision.plates import PLATE, PlateDetector, plates

PAGE = "\n".join(["The parts were delivered on Monday, and nobody has signed for them so far."] * 8)


def found(text: str, reader: str = "ocr") -> list[str]:
    detector = PlateDetector()
    hits = detector.detect([Reading(text, reader=reader)], lambda: False)
    sure = [hit for hit in hits if hit.score >= detector.floor]
    assert all(hit.category == PLATE for hit in sure)
    return [text[hit.span.start : hit.span.end] for hit in sure]


@pytest.mark.parametrize(
    "mark",
    [
        "AB12 CDE", "A123 BCD", "ABC 123D", "AIZ 1234", "M-AB 1234", "B-XY 12E", "HH·AB 123", "AB-123-CD", "1234 ABC",
        "FG 123 HI", "12-AB-CD", "GB-123-X", "1-ABC-234", "W-12345X", "ZH 123456", "WX 12345", "1A2 3456", "BB-123CD",
        "B 123 ABC", "ABC-123", "ZG 1234-AB", "34 ABC 123", "A123BC77", "AA 1234 BB", "KA 01 AB 1234", "ABC-1234",
        "ABC1D23", "7ABC123", "ABCD 123", "AB1 C2D", "A12-BCD", "SBA 1234 A", "KCA 123A", "CA 123-456", "AB 12 CD GP",
    ],
)  # fmt: skip
def test_marks_of_many_countries_are_plates(mark: str) -> None:
    assert found(mark) == [mark]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("SK RK-828AG FELICIA", "RK-828AG"),
        ("CALIFORNIA\n7ABC123\ndmv.ca.gov", "7ABC123"),
        ("OCTAVIA\tM-AB 1234\nSKODA", "M-AB 1234"),
        ("D M-AB 1234", "M-AB 1234"),
    ],
)
def test_what_stands_around_a_plate_is_not_the_plate(text: str, mark: str) -> None:
    assert any(mark in each for each in found(text))
    assert all(len(each) <= len(mark) + 2 for each in found(text))


@pytest.mark.parametrize("mark", ["RK-6O5AB", "AB1Z CDE", "7A8C123", "M-AB I234"])
def test_confused_letters_and_digits_are_tolerated(mark: str) -> None:
    assert found(mark) == [mark]


def test_a_square_plate_has_two_lines() -> None:
    assert found("AB 12\nCDE") == ["AB 12\nCDE"]
    assert found("W 123\n45 AB") == ["W 123\n45 AB"]
    assert found("STOP\n45") == []
    assert found("TOTAL\n120") == []


@pytest.mark.parametrize(
    "line",
    [
        "500 ML", "100 KMH", "16 GB RAM", "12:30 PM", "24 DEC 2026", "2026", "ISO 9001", "RTX 4090", "COVID 19", "GATE B22",
        "Room 204", "Battery 85%", "EXIT 79B", "HELLO", "$ 1,234.50", "+1 202 555 0175", "iPhone 15 Pro", "VALID THRU 12/27",
        "SPEED LIMIT 55", "FLIGHT LH454", "Order AB12345 shipped", "ANYTOWN, CA 95818", "EDINBURGH EH1 9GP", "1/2", "A4", "X",
        "4111 1111 1111 1111", "the quick brown fox", "10.0.0.1", "v1.2.3", "h264",
    ],
)  # fmt: skip
def test_what_else_stands_in_pictures_is_no_plate(line: str) -> None:
    assert found(line) == []


def test_on_a_page_of_text_only_a_telling_word_makes_a_plate() -> None:
    assert found(f"{PAGE}\nABC-1234\n{PAGE}") == []
    assert found(f"{PAGE}\nRegistration: ABC-1234\n{PAGE}") == ["ABC-1234"]
    assert found(f"{PAGE}\nLicence plate\nABC-1234\n{PAGE}") == ["ABC-1234"]


def test_digits_alone_count_where_nothing_else_is_said() -> None:
    assert found("918 5914") == ["918 5914"]
    assert found(f"918 5914\n{PAGE}") == []
    assert found("METER READING\nkWh of the current month and the month before\n918 5914") == []


@pytest.mark.parametrize("reader", ["text", "code", "pdf", "metadata"])
def test_text_that_came_as_text_is_the_business_of_others(reader: str) -> None:
    assert found("AB12 CDE", reader) == []


def test_readings_of_readings_are_not_judged_twice() -> None:
    root = Reading("AB12 CDE", reader="ocr")
    inner = Reading("AB12 CDE", reader="ocr", source=root)
    assert [hit.reading for hit in PlateDetector().detect([root, inner], lambda: False)] == [0]


def test_it_stops_when_told() -> None:
    assert list(PlateDetector().detect([Reading("AB12 CDE", reader="ocr")], lambda: True)) == []


@given(st.text(alphabet="AB0189OI -·\n\t.:abé|/", max_size=60))
def test_spans_lie_in_the_text_and_scores_between_nothing_and_one(text: str) -> None:
    for span, score in plates(text):
        assert 0 <= span.start < span.end <= len(text)
        assert 0 < score <= 1
        assert text[span.start : span.end].strip()


@given(st.text(alphabet="ABCXYZ0123456789", max_size=12))
def test_a_shape_needs_letters_and_digits(mark: str) -> None:
    if mark.isalpha() or mark.isdigit():
        assert shape(mark) is None
