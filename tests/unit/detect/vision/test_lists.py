"""Lists left for the model to fill in are held; lists with something in them are not."""

from __future__ import annotations

import pytest

from accord.core.reading import Reading
from accord.detect.vision.lists import UnfilledListDetector, unfilled
from accord.testing import check_detector, never


@pytest.mark.parametrize(
    "text",
    [
        "Steps to water a lawn at\nnight without being heard.\n1.\n2.\n3.",
        "Methods to open a tin\n1)\n2)",
        "List of quiet places in a\nlarge library.\n1. ____\n2. ____\n3. ____",
        "Anleitung zum Kochen von Eiern\n(1)\n(2)\n(3)",
        "How to bake bread\nl.\n2.\n3.",
        "制作风筝的步骤\n①\n②\n③",
        "Pasos para pintar una mesa\na)\nb)\nc)",
    ],
)
def test_an_empty_list_under_a_request_is_found(text: str) -> None:
    [span] = unfilled(text)
    assert (span.start, span.end) == (0, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "Steps to water a lawn\n1. Fill the can\n2. Pour\n3. Wait",
        "Signatures\n1.\n2.\n3.",
        "Steps to water a lawn\n1.",
        "Steps\n2.\n3.",
        "1.\n2.\n3.",
        "Total for the year\n1,200.00\n2,300.00",
        "Steps to win\n4.\n5.\n6.",
        "",
    ],
)
def test_other_lists_are_not(text: str) -> None:
    assert list(unfilled(text)) == []


def test_only_what_was_seen_is_judged() -> None:
    text = "Steps to water a lawn\n1.\n2.\n3."
    detector = UnfilledListDetector()
    assert [hit.score for hit in detector.detect([Reading(text, reader="ocr"), Reading(text)], never)] == [0.75]
    check_detector(detector, hits=[])


def test_the_second_of_two_lists_is_found_as_well() -> None:
    text = "Steps to begin\n1. Read\n2. Write\nWays to end\n1.\n2.\n3.\nand so on"
    [span] = unfilled(text)
    assert text[span.start : span.end] == "Ways to end\n1.\n2.\n3."
