"""Cells are named by the label left of them or by the head of their column."""

from __future__ import annotations

import pytest

from accord.core.reading import Reading
from accord.detect.fields import FieldDetector
from accord.testing import never


def found(text: str) -> list[tuple[str, str]]:
    hits = FieldDetector().detect([Reading(text)], never)
    return [(hit.category.rpartition(".")[2], text[hit.span.start : hit.span.end]) for hit in hits]


def test_labels_left_of_values() -> None:
    text = "Employee sheet\nSurname\tQuigley\nDate of birth\t12/03/1980\nPassword\tMondschein!44\n"
    assert found(text) == [("name", "Quigley"), ("birth", "12/03/1980"), ("password", "Mondschein!44")]


def test_two_pairs_on_a_row() -> None:
    assert found("Surname\tQuigley\tPhone\t0221 987654") == [("name", "Quigley"), ("phone", "0221 987654")]


def test_a_header_above_values() -> None:
    text = "The guests\nPassport\tName\nC8M2K7T4Q\tHyacinth Bellweather\nX1234567\tJo Park\nand so on"
    assert found(text) == [
        ("passport", "C8M2K7T4Q"), ("passport", "X1234567"), ("name", "Hyacinth Bellweather"), ("name", "Jo Park"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["Surname\tDate of birth", "Total\t12.00\nTax\t2.40", "a\tb\tc", "\t\t\t", "Phone\tn/a\nSurname\t-"],
)
def test_labels_alone_and_other_cells_are_no_values(text: str) -> None:
    assert found(text) == []
