"""Lines, columns and masked excerpts."""

from __future__ import annotations

import pytest

from accord.cli.report import Lines, hidden_of, place_object, place_words
from accord.core.finding import Finding
from accord.core.place import Box, Interval, Meta, Span


def finding(start: int, end: int, category: str = "privacy.person.name", part: int = 0) -> Finding:
    return Finding(category, 1.0, "d", part, Span(start, end))


@pytest.mark.parametrize(("position", "place"), [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (4, (3, 1)), (6, (3, 3))])
def test_lines_and_columns_count_from_1(position, place) -> None:
    assert Lines("ab\n\ncde").at(position) == place


def test_an_excerpt_masks_everything_private_on_its_line() -> None:
    text = "first line\ncall Jane or John at noon\nlast"
    hidden = hidden_of([finding(16, 20), finding(24, 28)])[0]
    assert Lines(text).around(Span(16, 20), hidden) == "call [PERSON] or [PERSON] at noon"
    assert Lines(text).around(Span(24, 28), hidden) == "call [PERSON] or [PERSON] at noon"


def test_an_excerpt_never_starts_or_ends_within_a_value() -> None:
    text = (
        "x" * 40 + "SECRETSECRETSECRETSECRETSECRET" + "y" * 10 + "FOUND" + "z" * 5 + "SECRETSECRETSECRETSECRETSECRET"
    )
    hidden = hidden_of([finding(40, 70), finding(80, 85), finding(90, 120)])[0]
    shown = Lines(text).around(Span(80, 85), hidden)
    assert "SECRET" not in shown
    assert "FOUND" not in shown


def test_places_that_overlap_are_named_after_the_longest() -> None:
    found = [finding(0, 4), finding(2, 12, "privacy.contact.email"), finding(11, 13), finding(20, 22, part=1)]
    assert hidden_of(found) == {0: [(Span(0, 13), "EMAIL")], 1: [(Span(20, 22), "PERSON")]}
    assert hidden_of([finding(0, 4, "safety.injection")]) == {}


@pytest.mark.parametrize(
    ("place", "found", "said"),
    [
        (
            Box(1, 2, 3, 4),
            {"kind": "box", "left": 1, "top": 2, "right": 3, "bottom": 4, "page": 0},
            "1,2–3,4",
        ),
        (
            Box(1, 2, 3, 4, 2),
            {"kind": "box", "left": 1, "top": 2, "right": 3, "bottom": 4, "page": 2},
            "page 3, 1,2–3,4",
        ),
        (Interval(0.5, 2.0), {"kind": "interval", "start": 0.5, "end": 2.0}, "0:00.5–0:02.0"),
        (Meta("exif.GPSInfo"), {"kind": "meta", "key": "exif.GPSInfo"}, "exif.GPSInfo"),
        (Meta("content"), {"kind": "meta", "key": "content"}, "all of it"),
    ],
)
def test_other_places(place, found, said) -> None:
    assert place_object(place, None) == found
    assert place_words(place, None) == said
