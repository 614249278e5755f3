"""Pictures are judged whole, in windows and photograph by photograph."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from accord.core.media import Surface
from accord.core.place import Box
from accord.detect.vision import unsafe
from accord.detect.vision.photos import photographs
from accord.detect.vision.unsafe import GORE, SEXUAL, UnsafePictureDetector
from accord.errors import ModelError

Fed = list[NDArray[np.float32]]


class Sessions:
    """Stands in for ONNX Runtime: more green is more sexual, more red more gory."""

    def __init__(self) -> None:
        self.fed: Fed = []

    def run(self, outputs: None, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        image = inputs["image"]
        assert image.shape == (1, 3, 224, 224)
        assert image.dtype == np.float32
        self.fed.append(image)
        red, green, _ = image[0].mean(axis=(1, 2)) / 510
        return [np.array([[red, green, 1 - red - green]], np.float32)]


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Sessions:
    made = Sessions()
    monkeypatch.setattr(unsafe, "session", lambda *_: made)
    return made


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)


def text_page(width: int = 900, height: int = 1200) -> NDArray[np.uint8]:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for line in range(height // 34):
        words = "The parts were delivered on Monday, and nobody signed for them. "
        draw.text((40, 10 + 34 * line), words, "black", ImageFont.load_default(size=24))
    return np.asarray(image, np.uint8).copy()


def looked(pixels: NDArray[np.uint8]) -> list[Box]:
    seen = list(UnsafePictureDetector().look(Surface.of(pixels, page=2), lambda: False))
    assert [sight.category for sight in seen] == [GORE, SEXUAL] * (len(seen) // 2)
    return [sight.box for sight in seen[::2]]


def test_a_picture_is_judged_once_and_whole(sessions: Sessions) -> None:
    assert looked(noise(300, 400)) == [Box(0, 0, 400, 300, 2)]


def test_scores_are_those_of_the_network(sessions: Sessions) -> None:
    pixels = np.zeros((200, 200, 3), np.uint8)
    pixels[..., 1] = 255
    pixels[0, 0] = (0, 0, 0)
    scores = {s.category: s.score for s in UnsafePictureDetector().look(Surface.of(pixels), lambda: False)}
    assert scores[SEXUAL] == pytest.approx(0.5, abs=0.01)
    assert scores[GORE] == pytest.approx(0, abs=0.01)


def test_pixels_reach_the_network_as_they_are_fitted_on_their_blurred_self(sessions: Sessions) -> None:
    pixels = np.full((100, 200, 3), (250, 0, 0), np.uint8)
    pixels[:, 100:] = (0, 0, 250)
    looked(pixels)
    first: Any = sessions.fed[0][0]
    assert first[0, 112, 40] == pytest.approx(250, abs=3)  # left of the middle: red
    assert first[2, 112, 180] == pytest.approx(250, abs=3)  # right of it: blue
    assert first[0, 20, 112] == pytest.approx(125, abs=40)  # above the picture: blurred together
    assert 0 <= first.min() <= first.max() <= 255


def test_a_long_picture_is_judged_in_windows_that_cover_it(sessions: Sessions) -> None:
    whole, *windows = looked(noise(2000, 300))
    assert whole == Box(0, 0, 300, 2000, 2)
    assert windows[0].top == 0
    assert windows[-1].bottom == 2000
    assert all(below.top <= above.bottom for above, below in zip(windows, windows[1:], strict=False))
    assert looked(noise(300, 2000))[-1].right == 2000


def test_a_photograph_on_a_page_is_judged_by_itself(sessions: Sessions) -> None:
    page = text_page()
    page[400:760, 200:700] = noise(360, 500)
    boxes = looked(page)
    assert len(boxes) == 2
    assert abs(boxes[1].left - 200) <= 32
    assert abs(boxes[1].bottom - 760) <= 32


def test_text_and_photographs_all_over_have_no_regions() -> None:
    assert photographs(text_page(), 6) == []
    assert photographs(noise(600, 800), 6) == []
    assert photographs(np.zeros((5, 5, 3), np.uint8), 6) == []


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 4000), (4000, 1), (3, 7)])
def test_odd_sizes_do_no_harm(sessions: Sessions, height: int, width: int) -> None:
    pixels = noise(height, width)
    pixels[0, 0], pixels[-1, -1] = (0, 0, 0), (255, 255, 255)
    for box in looked(pixels):
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.top < box.bottom <= height


def test_an_empty_page_is_not_judged_and_a_deadline_ends_it(sessions: Sessions) -> None:
    assert looked(np.full((300, 300, 3), 255, np.uint8)) == []
    assert list(UnsafePictureDetector().look(Surface.of(noise(300, 300)), lambda: True)) == []
    assert sessions.fed == []


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not there"):
        UnsafePictureDetector(cache=tmp_path)


@pytest.mark.models
def test_text_drawings_and_noise_are_harmless() -> None:
    chart = Image.new("RGB", (640, 480), "white")
    for index, height in enumerate((100, 250, 180, 330)):
        ImageDraw.Draw(chart).rectangle([60 + 140 * index, 440 - height, 150 + 140 * index, 440], fill=(40, 90, 200))
    detector = UnsafePictureDetector()
    for pixels in (text_page(), np.asarray(chart, np.uint8), noise(400, 400)):
        assert all(sight.score < detector.floor for sight in detector.look(Surface.of(pixels), lambda: False))
