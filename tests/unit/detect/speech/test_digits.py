"""Runs of digits in speech are identifiers; amounts, years and measures are not."""

from __future__ import annotations

import pytest

from accord.core.reading import Reading
from accord.detect.speech.digits import SpokenNumberDetector, runs
from accord.testing import never


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It is 4412.", "4412"),
        ("my number is 2-1-2, 5-5-5, 0-1-9-7 thanks", "2-1-2, 5-5-5, 0-1-9-7"),
        ("4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("7, 3, 9, 1", "7, 3, 9, 1"),
        ("the code 1984 opens it", "1984"),
    ],
)
def test_digit_runs_are_found(text: str, value: str) -> None:
    assert [text[s.start : s.end] for s in runs(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "in 1984 we met",
        "it cost $4500 then",
        "about 4,500 people came",
        "1200 miles away",
        "in May 2024",
        "we had 3 or 4",
        "0.12345",
    ],
)
def test_amounts_years_and_measures_are_not(text: str) -> None:
    assert list(runs(text)) == []


def test_only_speech_is_judged() -> None:
    heard, written = Reading("it is 4412", reader="speech"), Reading("it is 4412")
    assert [hit.reading for hit in SpokenNumberDetector().detect([written, heard], never)] == [1]
