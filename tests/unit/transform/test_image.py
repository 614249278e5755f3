"""Painting over places of a picture: nothing of what stood there is left, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from accord.core.edit import IMAGE_TRANSFORMS
from accord.core.media import Mark
from accord.core.place import Box
from accord.transform.image import BLACK, CELL, CELLS, INK, LIGHT, padded, paint

WIDTH, HEIGHT = 96, 72

boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.integers(-10, WIDTH + 5),
    st.integers(-10, HEIGHT + 5),
    st.integers(0, 60),
    st.integers(0, 40),
)


def marks(transforms: tuple[str, ...]) -> st.SearchStrategy[list[Mark]]:
    labels = st.sampled_from(["", "[EMAIL_A2B3]", "[CARD]"])
    return st.lists(st.builds(Mark, boxes, st.sampled_from(transforms), labels), min_size=1, max_size=6)


def noise(seed: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def covered(made: list[Mark]) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    for mark in made:
        if box := padded(mark.box, WIDTH, HEIGHT):
            mask[box.top : box.bottom, box.left : box.right] = True
    return mask


@given(marks(("replace", "fill", "remove")), st.integers(0, 9))
def test_what_is_painted_depends_on_nothing_inside(made: list[Mark], seed: int) -> None:
    one, other, inside = noise(seed), noise(seed), covered(made)
    other[inside] = noise(seed + 100)[inside]
    assert np.array_equal(paint(one, made), paint(other, made))


@given(marks(IMAGE_TRANSFORMS), st.integers(0, 9))
def test_nothing_else_changes_and_the_original_stays(made: list[Mark], seed: int) -> None:
    before = noise(seed)
    kept = before.copy()
    after, outside = paint(before, made), ~covered(made)
    assert np.array_equal(before, kept)
    assert np.array_equal(after[outside], before[outside])
    assert after.shape == before.shape
    assert after.dtype == np.uint8


@given(marks(IMAGE_TRANSFORMS), st.integers(0, 9), st.randoms(use_true_random=False))
def test_the_order_of_marks_never_matters(made: list[Mark], seed: int, random) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)
    assert np.array_equal(paint(noise(seed), made), paint(noise(seed), shuffled))


@given(marks(IMAGE_TRANSFORMS), st.integers(0, 9))
@settings(max_examples=60)
def test_a_mosaic_beside_leaks_nothing_of_what_is_filled(made: list[Mark], seed: int) -> None:
    strong = [mark for mark in made if mark.transform != "pixelate"]
    one, other, inside = noise(seed), noise(seed), covered(strong)
    other[inside] = noise(seed + 100)[inside]
    assert np.array_equal(paint(one, made), paint(other, made))


@given(st.integers(0, 9), st.integers(13, 60), st.integers(13, 60))
def test_a_mosaic_has_few_large_cells(seed: int, width: int, height: int) -> None:
    after = paint(noise(seed), [Mark(Box(8, 8, 8 + width, 8 + height), "pixelate")])
    box = padded(Box(8, 8, 8 + width, 8 + height), WIDTH, HEIGHT)
    assert box is not None
    inside = after[box.top : box.bottom, box.left : box.right]
    rows = 1 + int((np.diff(inside.astype(int), axis=0) != 0).any(axis=(1, 2)).sum())
    columns = 1 + int((np.diff(inside.astype(int), axis=1) != 0).any(axis=(0, 2)).sum())
    assert min(rows, columns) <= CELLS
    assert rows <= max(1, inside.shape[0] // CELL)
    assert columns <= max(1, inside.shape[1] // CELL)


def test_a_fill_is_black_and_padded() -> None:
    after = paint(noise(1), [Mark(Box(20, 20, 60, 40), "fill", "[EMAIL]")])
    assert padded(Box(20, 20, 60, 40), WIDTH, HEIGHT) == Box(18, 18, 62, 42)
    assert (after[18:42, 18:62] == BLACK).all()


@pytest.mark.parametrize(
    ("box", "grown"),
    [
        (Box(10, 10, 40, 14), Box(8, 8, 42, 16)),  # at least two pixels
        (Box(30, 0, 40, 72), Box(28, 0, 42, 72)),  # a column of letters grows by their size, not by its own
        (Box(-5, -5, 4, 4), Box(0, 0, 6, 6)),
        (Box(20, 20, 70, 60), Box(16, 16, 74, 64)),
        (Box(40, 14, 10, 10), Box(8, 8, 42, 16)),  # the wrong way round
        (Box(5, 5, 5, 5), Box(3, 3, 7, 7)),  # an empty box is still a place
        (Box(200, 10, 220, 20), None),
    ],
)
def test_padding(box: Box, grown: Box | None) -> None:
    assert padded(box, WIDTH, HEIGHT) == grown


def test_what_is_larger_than_letters_grows_more_slowly() -> None:
    assert padded(Box(100, 100, 900, 600), 1000, 1000) == Box(74, 74, 926, 626)


def test_no_marks_no_change() -> None:
    assert np.array_equal(paint(noise(1), []), noise(1))
    assert np.array_equal(paint(noise(1), [Mark(Box(500, 500, 600, 600), "fill")]), noise(1))


def labelled(label: str, width: int = 200, height: int = 30) -> np.ndarray:
    after = paint(noise(1, 300, 80), [Mark(Box(20, 20, 20 + width, 20 + height), "replace", label)])
    return after[20 : 20 + height, 20 : 20 + width]


def test_a_label_is_drawn_in_a_light_box() -> None:
    drawn = labelled("[PERSON_K7QX]")
    assert (drawn == LIGHT).all(axis=2).mean() > 0.5
    assert (drawn == INK).all(axis=2).any()
    assert not np.array_equal(drawn, labelled("[PERSON_M3TB]"))


def test_a_label_in_a_column_is_drawn_upwards() -> None:
    after = paint(noise(1, 80, 300), [Mark(Box(20, 20, 50, 220), "replace", "[PERSON_K7QX]")])
    rows = (after[20:220, 20:50] == INK).all(axis=2).any(axis=1)
    assert rows.sum() > 100


@pytest.mark.parametrize(("width", "height", "label"), [(30, 12, "[PERSON_K7QX]"), (200, 3, "[A]"), (90, 30, "")])
def test_without_a_legible_label_the_box_is_black(width: int, height: int, label: str) -> None:
    assert (labelled(label, width, height) == BLACK).all()


def test_a_removed_value_leaves_no_mark() -> None:
    page = np.full((80, 200, 3), (240, 244, 230), dtype=np.uint8)
    written = page.copy()
    written[30:44, 40:120] = noise(1, 80, 14)
    assert np.array_equal(paint(written, [Mark(Box(40, 30, 120, 44), "remove")]), page)


def test_a_removed_picture_is_black() -> None:
    assert not paint(noise(1), [Mark(Box(0, 0, WIDTH, HEIGHT), "remove")]).any()


def test_overlapping_marks_are_one_with_the_strongest_transform() -> None:
    made = [Mark(Box(10, 20, 60, 40), "replace", "[PERSON_K7QX]"), Mark(Box(50, 20, 80, 40), "fill")]
    assert (paint(noise(1), made)[18:42, 8:82] == BLACK).all()


def test_the_largest_finding_names_the_label() -> None:
    long, short = Mark(Box(20, 20, 220, 50), "replace", "[PERSON_K7QX]"), Mark(Box(20, 20, 60, 50), "replace", "[X]")
    alone, both = paint(noise(1, 300, 80), [long]), paint(noise(1, 300, 80), [short, long])
    assert np.array_equal(alone, both)


def test_lines_that_merely_touch_stay_two() -> None:
    made = [Mark(Box(10, 10, 80, 30), "replace", "[EMAIL]"), Mark(Box(10, 31, 80, 51), "fill")]
    after = paint(noise(1), made)
    assert (after[12:28, 12:78] == INK).all(axis=2).any()
    assert (after[31:51, 10:80] == BLACK).all()


def test_neighbours_on_a_line_keep_their_labels() -> None:
    made = [Mark(Box(20, 20, 140, 50), "replace", "[NAME_A2B3]"), Mark(Box(142, 20, 290, 50), "replace", "[X_C4D5]")]
    after = paint(noise(1, 300, 80), made)
    for mark in made:
        assert np.array_equal(
            after[20:50, mark.box.left + 8 : mark.box.right - 8],
            paint(noise(1, 300, 80), [mark])[20:50, mark.box.left + 8 : mark.box.right - 8],
        )


def test_a_label_is_not_cut_by_the_line_below() -> None:
    lines = [
        Mark(Box(20, 20, 220, 50), "replace", "[EMAIL_A2B3]"),
        Mark(Box(20, 44, 220, 74), "replace", "[CARD_C4D5]"),
    ]
    both = (paint(noise(1, 300, 100), lines) == INK).all(axis=2)
    for line in lines:
        alone = (paint(noise(1, 300, 100), [line]) == INK).all(axis=2)
        inside = slice(line.box.top, line.box.bottom), slice(20, 220)
        assert alone[inside].sum() > 50
        assert both[inside][alone[inside]].all()


def test_a_label_is_drawn_on_nothing_but_its_box() -> None:
    made = [Mark(Box(20, 20, 220, 50), "replace", "[EMAIL_A2B3]"), Mark(Box(60, 44, 180, 74), "fill")]
    after = paint(noise(1, 300, 100), made)
    assert (after[44:74, 60:180] == BLACK).all()


def test_a_transform_of_text_takes_its_form_in_pictures() -> None:
    box = Box(10, 10, 80, 40)
    assert np.array_equal(
        paint(noise(1), [Mark(box, "pseudonymise", "[A]")]), paint(noise(1), [Mark(box, "replace", "[A]")])
    )
    assert np.array_equal(paint(noise(1), [Mark(box, "mask")]), paint(noise(1), [Mark(box, "fill")]))


def test_many_marks_on_a_page() -> None:
    page = np.full((1754, 1240, 3), 255, dtype=np.uint8)
    made = [Mark(Box(x, y, x + 50, y + 9), "replace", "[A]") for x in range(0, 1200, 60) for y in range(0, 1750, 12)]
    after = paint(page, made)
    assert not (after == 255).all(axis=2)[:1740, :1190].reshape(-1)[::997].all()


def test_letters_under_a_mark_are_gone() -> None:
    picture = Image.new("RGB", (300, 60), "white")
    ImageDraw.Draw(picture).text((20, 15), "5555 5555 5555 4444", fill="black", font=ImageFont.load_default(24))
    before = np.asarray(picture)
    ink = np.argwhere((before < 128).all(axis=2))
    (top, left), (bottom, right) = ink.min(axis=0), ink.max(axis=0) + 1
    for transform in ("replace", "fill", "remove"):
        mark = Mark(Box(int(left), int(top), int(right), int(bottom)), transform, "[CARD_K7QX]")
        blank = np.full_like(before, 255)
        assert np.array_equal(paint(before, [mark]), paint(blank, [mark]))
