"""Other ways to look at a picture are taken only where they can show something."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from accord.readers.ocr.cover import Cover, Known
from accord.readers.ocr.views import evened, has_faint, smaller, unread


def quad(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def words(ink: int, size: int = 20) -> np.ndarray:
    image = Image.new("RGB", (800, 600), "white")
    ImageDraw.Draw(image).text(
        (100, 300), "Meet me at the harbour", font=ImageFont.load_default(size), fill=(ink,) * 3
    )
    return np.asarray(image)


def test_a_smooth_picture_looks_the_same_however_it_is_made_smaller() -> None:
    ramp = np.linspace(0, 255, 1200).astype(np.uint8)
    picture = np.broadcast_to(ramp[None, :, None], (900, 1200, 3)).copy()
    assert list(smaller(picture, Cover(picture.shape))) == []


def test_pixels_only_a_resampler_keeps_are_looked_at() -> None:
    picture = np.full((1536, 2048, 3), 240, np.uint8)
    picture[400:800:4, 400:1200:4] = 0
    views = list(smaller(picture, Cover(picture.shape)))
    assert views
    assert any(view.differs(quad(80, 80, 320, 220)) for view in views if view.pixels.shape[1] == 512)
    assert not any(view.differs(quad(400, 300, 500, 350)) for view in views)


def test_faint_letters_are_noticed_and_a_rule_is_not() -> None:
    faint = words(245)
    assert has_faint(faint, Cover(faint.shape))
    ruled = np.full((600, 800, 3), 255, np.uint8)
    ruled[100:102], ruled[:, 300:301] = 230, 230
    assert not has_faint(ruled, Cover(ruled.shape))


def test_evening_out_brings_faint_letters_to_full_contrast() -> None:
    faint = words(250)
    assert int(evened(faint)[290:330].min()) < 60


def test_marks_are_unread_until_a_line_covers_them() -> None:
    picture = words(0)
    cover = Known(picture.shape)
    [(left, top, right, bottom)] = unread(picture, cover.all)
    assert left <= 100 and top <= 303 and right >= 300 and bottom >= 318
    cover.add(quad(left, top, right, bottom))
    assert unread(picture, cover.all) == []


def test_closely_set_lines_do_not_hide_each_other() -> None:
    known = Known((200, 400, 3))
    known.add(quad(10, 10, 300, 27))
    known.add(quad(10, 36, 300, 53))
    between = quad(10, 23, 300, 40)
    assert len(known.new([between])) == 1
    assert known.new([quad(12, 11, 290, 26)]) == []


def test_large_letters_are_new_where_only_their_strokes_were_read() -> None:
    known = Known((800, 800, 3))
    known.add(quad(100, 300, 200, 340))
    assert len(known.new([quad(90, 200, 700, 460)])) == 1
