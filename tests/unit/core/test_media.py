"""Where characters of a strip stand: joined along their lines, whichever way those run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.along import NOWHERE
from accord.core.media import Sound, Strip, Surface
from accord.core.place import Box, Interval, Meta, Span


def strip(text: str, rows: list[list[int]]) -> Strip:
    return Strip(text, "ocr", np.array(rows, dtype=np.int32).reshape(-1, 5))


def test_a_value_on_two_lines_has_two_boxes() -> None:
    rows = [
        [100, 0, 110, 20, 0],
        [112, 0, 122, 20, 0],
        [0, 0, 0, 0, NOWHERE],
        [0, 30, 10, 50, 0],
        [12, 30, 22, 50, 0],
    ]
    assert strip("ab\ncd", rows).places(Span(0, 5)) == [Box(100, 0, 122, 20, 0), Box(0, 30, 22, 50, 0)]


@pytest.mark.parametrize("upwards", [False, True])
def test_text_that_runs_up_or_down_is_one_box(upwards: bool) -> None:
    rows = [[50, 10 + 12 * i, 70, 20 + 12 * i, 0] for i in range(5)]
    found = strip("abcde", rows[::-1] if upwards else rows).places(Span(0, 5))
    assert found == [Box(50, 10, 70, 68, 0)]


def test_a_wide_gap_and_another_page_part_boxes() -> None:
    rows = [[0, 0, 10, 20, 0], [200, 0, 210, 20, 0], [0, 0, 10, 20, 1]]
    assert len(strip("abc", rows).places(Span(0, 3))) == 3


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(1, 40), st.integers(1, 40)),
        min_size=1,
        max_size=30,
    )
)
def test_boxes_of_a_span_cover_every_character(places: list[tuple[int, int, int, int]]) -> None:
    rows = [[x, y, x + w, y + h, 0] for x, y, w, h in places]
    found = strip("x" * len(rows), rows).places(Span(0, len(rows)))
    for left, top, right, bottom, _ in rows:
        assert any(
            b.left <= left and b.top <= top and right <= b.right and bottom <= b.bottom
            for b in found
            if isinstance(b, Box)
        )


def test_pauses_part_what_was_said() -> None:
    times = np.array([[0.0, 0.2], [0.2, 0.5], [-1, -1], [6.0, 6.5]], dtype=np.float32)
    said = Strip("ab c", "speech", times=times)
    assert said.places(Span(0, 4)) == [Interval(0.0, 0.5), Interval(6.0, 6.5)]
    assert said.places(Span(2, 3)) == [Meta("speech")]


def test_pixels_and_samples_come_back_as_they_were() -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    surface = Surface.of(pixels)
    assert np.array_equal(surface.pixels, pixels) and surface.ink == 17
    assert "17" not in repr(surface)
    samples = np.array([[0.5, -0.5], [1.5, 0.0]], dtype=np.float32)
    sound = Sound.of(samples, 8000)
    assert np.allclose(sound.samples, np.clip(samples, -1, 1), atol=1e-4)
    assert (sound.frames, sound.loudness) == (2, 1.0)


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_a_strip_holds_text_only(text: str) -> None:
    with pytest.raises(ValueError, match="NUL"):
        Strip(text, "pdf")


def test_a_strip_has_one_place_for_each_character() -> None:
    with pytest.raises(ValueError, match="box"):
        Strip("ab", "ocr", np.zeros((1, 5), np.int32))
    with pytest.raises(ValueError, match="time"):
        Strip("ab", "speech", times=np.zeros((1, 2), np.float32))
