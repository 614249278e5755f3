"""Tiles cover a picture; one thing keeps one box."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.detect.vision.tiles import suppress, tiles


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(200, 900), st.integers(0, 150))
def test_whatever_is_no_larger_than_the_overlap_lies_whole_in_a_tile(
    width: int, height: int, side: int, overlap: int
) -> None:
    made = tiles(width, height, side, overlap)
    for edges, length in (
        ({(t.left, t.right) for t in made}, width),
        ({(t.top, t.bottom) for t in made}, height),
    ):
        ordered = sorted(edges)
        assert ordered[0][0] == 0
        assert ordered[-1][1] == length
        assert all(end - start <= max(side, 1) for start, end in ordered)
        assert all(
            end - start >= min(overlap, length) for (start, _), (_, end) in zip(ordered[1:], ordered, strict=False)
        )


def test_the_number_of_tiles_is_the_least_there_can_be() -> None:
    assert len(tiles(1000, 500, 500, 0)) == 2
    assert len(tiles(1001, 500, 500, 0)) == 3


@pytest.mark.parametrize(("side", "overlap"), [(10, 10), (10, 11), (10, -1)])
def test_an_overlap_that_never_ends_is_an_error(side: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        tiles(100, 100, side, overlap)


def test_of_boxes_around_one_thing_the_surest_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 1, 11, 11], [2, 2, 6, 6], [30, 0, 40, 10]], np.float32)
    assert suppress(boxes, np.array([0.6, 0.9, 0.5, 0.4], np.float32)) == [1, 3]


def test_neighbours_that_hardly_touch_both_stay() -> None:
    boxes = np.array([[0, 0, 10, 10], [8, 0, 18, 10]], np.float32)
    assert suppress(boxes, np.array([0.6, 0.9], np.float32)) == [1, 0]


def test_no_boxes_are_no_boxes() -> None:
    assert suppress(np.empty((0, 4), np.float32), np.empty(0, np.float32)) == []
