"""Labels and values of a form are paired, whether the label stands left or above."""

from __future__ import annotations

import numpy as np

from accord.core.place import Box, Span
from accord.readers.ocr.forms import form_of
from accord.readers.ocr.letters import Line


def line(text: str, left: int, top: int, size: int = 20) -> Line:
    """Text whose letters are ten pixels wide."""
    boxes = np.array([[left + 10 * i, top, left + 10 * i + 10, top + size] for i in range(len(text))], np.int32)
    right = left + 10 * len(text)
    quad = np.array([[left, top], [right, top], [right, top + size], [left, top + size]], np.float32)
    return Line(text, 0.9, quad, boxes)


def pairs(*lines: Line) -> list[str]:
    strip = form_of(list(lines), 0, 0)
    return strip.text.splitlines() if strip else []


def test_labels_above_their_values_in_two_columns() -> None:
    found = pairs(
        line("Date of birth", 20, 20), line("Passport No.", 400, 20),
        line("17/05/1979", 20, 48), line("C4J7K2M9T", 400, 48),
    )  # fmt: skip
    assert {"Date of birth: 17/05/1979", "Passport No.: C4J7K2M9T"} <= set(found)


def test_labels_left_of_their_values() -> None:
    found = pairs(
        line("Steuer-ID:", 20, 20), line("47036892816", 260, 22), line("Telefon:", 20, 60), line("0221 98", 260, 61)
    )
    assert found == ["Steuer-ID: 47036892816", "Telefon: 0221 98"]


def test_a_value_keeps_its_place() -> None:
    strip = form_of([line("PIN:", 20, 20), line("4412", 100, 20)], 3, 1)
    assert strip is not None and strip.item == 1
    assert strip.places(Span(5, 9)) == [Box(100, 20, 140, 40, 3)]


def test_running_text_is_no_form() -> None:
    assert (
        pairs(
            line("Nobody minded that the meeting was moved by an hour, not even", 20, 20),
            line("those who had come by train and had to wait in the cold hall.", 20, 50),
        )
        == []
    )
    assert pairs(line("alone", 20, 20)) == []


def test_a_list_of_single_names_is_no_form() -> None:
    assert pairs(line("Leonie", 20, 20), line("Tobias", 20, 48), line("Saskia", 20, 76)) == []
