"""Faces: every place of a picture is looked at, and boxes land where the faces are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.unit.detect.vision.conftest import drawn_face

from accord.core.media import Surface
from accord.core.place import Box
from accord.detect.vision import faces
from accord.detect.vision.centerface import CenterFace, any_size
from accord.detect.vision.faces import FACE, FaceDetector
from accord.errors import ModelError

GREY = 128


def never() -> bool:
    return False


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch, red_network: CenterFace) -> FaceDetector:
    monkeypatch.setattr(faces, "center_face", lambda *_: red_network)
    return FaceDetector()


def spotted(width: int, height: int, *spots: tuple[int, int], side: int = 24) -> Surface:
    """A grey surface with red squares around the given middles."""
    pixels = np.full((height, width, 3), GREY, np.uint8)
    for x, y in spots:
        pixels[max(0, y - side // 2) : y + side // 2, max(0, x - side // 2) : x + side // 2] = (255, 0, 0)
    return Surface.of(pixels, page=3)


def middles(surface: Surface, detector: FaceDetector) -> list[tuple[float, float]]:
    seen = [sight.box for sight in detector.look(surface, never) if sight.score >= detector.floor]
    return [((box.left + box.right) / 2, (box.top + box.bottom) / 2) for box in seen]


def near(found: list[tuple[float, float]], *spots: tuple[int, int]) -> bool:
    """Whether every spot has something found within a face's size, and nothing else was found."""
    return all(any(abs(x - a) < 20 and abs(y - b) < 20 for a, b in found) for x, y in spots) and all(
        any(abs(x - a) < 20 and abs(y - b) < 20 for x, y in spots) for a, b in found
    )


def test_a_face_is_boxed_with_a_margin_on_its_page(detector: FaceDetector) -> None:
    sight = next(iter(detector.look(spotted(640, 640, (200, 300)), never)))
    assert sight.category == FACE
    assert sight.box.page == 3
    assert sight.box.right - sight.box.left == pytest.approx(24 * 1.3, abs=3)
    assert abs((sight.box.left + sight.box.right) / 2 - 200) <= 12
    assert abs((sight.box.top + sight.box.bottom) / 2 - 300) <= 12


@pytest.mark.parametrize("spot", [(60, 60), (1500, 40), (2960, 1970), (704, 704), (1060, 1010), (20, 1000)])
def test_a_small_face_is_seen_anywhere_in_a_large_picture(detector: FaceDetector, spot: tuple[int, int]) -> None:
    assert near(middles(spotted(3000, 2000, spot, side=32), detector), spot)


def test_a_face_that_two_tiles_share_is_seen_once(detector: FaceDetector) -> None:
    surface = spotted(1300, 700, (650, 350))
    assert len(middles(surface, detector)) == 1


def test_several_faces_are_several(detector: FaceDetector) -> None:
    spots = ((100, 100), (300, 120), (500, 400))
    assert near(middles(spotted(640, 480, *spots), detector), *spots)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_boxes_of_turned_pictures_are_turned_back(
    detector: FaceDetector, red_network: CenterFace, quarters: int
) -> None:
    pixels = spotted(400, 300, (60, 220)).pixels
    turned = np.ascontiguousarray(np.rot90(pixels, quarters))
    rows = red_network.faces(turned, (turned.shape[1], turned.shape[0]), 0.5)
    back = faces._turned_back(rows, quarters, 400, 300)
    x, y = (back[:, 0] + back[:, 2]) / 2, (back[:, 1] + back[:, 3]) / 2
    assert abs(float(x.mean()) - 60) < 4
    assert abs(float(y.mean()) - 220) < 4


def test_the_picture_is_turned_only_where_nobody_sure_was_seen(
    detector: FaceDetector, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    monkeypatch.setattr(faces, "_turned", lambda *_: looks.append(1) or [])
    assert middles(spotted(300, 300, (100, 100)), detector)
    assert not looks
    assert not middles(Surface.of(np.linspace(0, 255, 300 * 300 * 3).astype(np.uint8).reshape(300, 300, 3)), detector)
    assert looks


@pytest.mark.parametrize(("width", "height"), [(1, 1), (1, 900), (900, 1), (33, 7)])
def test_odd_sizes_do_no_harm(detector: FaceDetector, width: int, height: int) -> None:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = 255
    pixels[0, 0] = 0
    for sight in detector.look(Surface.of(pixels), never):
        box = sight.box
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.top < box.bottom <= height


def test_an_empty_page_is_not_looked_at(detector: FaceDetector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector, "_network", lambda: pytest.fail("the network was asked"))
    assert list(detector.look(Surface.of(np.full((900, 700, 3), 250, np.uint8)), never)) == []


def test_it_stops_when_told(detector: FaceDetector) -> None:
    assert list(detector.look(spotted(640, 640, (200, 300)), lambda: True)) == []


def test_boxes_stay_within_the_picture(detector: FaceDetector) -> None:
    box = next(iter(detector.look(spotted(640, 480, (4, 476)), never))).box
    assert box.left == 0
    assert box.bottom == 480
    assert isinstance(box, Box)


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(ModelError):
        any_size(b"no graph")


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not there"):
        FaceDetector(cache=tmp_path)


@pytest.mark.models
@pytest.mark.parametrize("size", [20, 60, 160])
def test_the_network_sees_a_drawn_face_of_any_size_in_a_large_picture(size: int) -> None:
    page = np.full((1200, 1800, 3), 200, np.uint8)
    face = np.asarray(Image.fromarray(drawn_face(160)).resize((size * 2, int(size * 2.2))), np.uint8)
    left, top = 1100, 600
    page[top : top + face.shape[0], left : left + face.shape[1]] = face
    detector = FaceDetector()
    seen = [sight.box for sight in detector.look(Surface.of(page), never) if sight.score >= detector.floor]
    assert len(seen) == 1
    assert left <= seen[0].left <= left + 0.65 * size
    assert top <= seen[0].top <= top + 0.6 * size
    assert seen[0].right >= left + 1.3 * size
    assert seen[0].bottom >= top + 1.5 * size


@pytest.mark.models
def test_text_shows_no_face() -> None:
    from PIL import ImageDraw, ImageFont

    image = Image.new("RGB", (900, 700), "white")
    draw = ImageDraw.Draw(image)
    for line in range(20):
        draw.text(
            (30, 20 + 32 * line), "The parts were delivered on Monday. " * 2, "black", ImageFont.load_default(size=22)
        )
    detector = FaceDetector()
    surface = Surface.of(np.asarray(image, np.uint8))
    assert not [sight for sight in detector.look(surface, never) if sight.score >= detector.floor]
