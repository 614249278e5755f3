"""A picture file made of pixels holds pixels and nothing else."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from accord.media.encode import encode_picture
from accord.media.limits import MediaLimits
from accord.media.metadata import read_metadata
from accord.media.sniff import media_type


def gradient(height: int = 40, width: int = 60) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows * 3, columns * 4, rows + columns], axis=2).astype(np.uint8)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("image/png", "image/png"),
        ("image/jpeg", "image/jpeg"),
        ("image/webp", "image/webp"),
        ("image/tiff", "image/tiff"),
        ("image/gif", "image/png"),
        ("image/bmp", "image/png"),
        ("image/avif", "image/png"),
        ("image/vnd.microsoft.icon", "image/png"),
    ],
)
def test_a_container_holds_the_pixels_and_no_metadata(given: str, made: str) -> None:
    data, named = encode_picture([gradient()], given)
    assert named == made == media_type(data)
    found = read_metadata(data, named, 0, MediaLimits())
    assert not found.keys and not found.strips and not found.embedded
    shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    most = 0 if made in {"image/png", "image/tiff"} else 40
    assert np.abs(shown - gradient()).max() <= most
    assert np.abs(shown - gradient()).mean() <= most / 8


def test_small_letters_keep_their_colours_in_jpeg() -> None:
    pixels = np.zeros((32, 32, 3), dtype=np.uint8)
    pixels[::2] = (255, 0, 0)
    data, _ = encode_picture([pixels], "image/jpeg")
    shown = np.asarray(Image.open(io.BytesIO(data))).astype(int)
    assert np.abs(shown - pixels).mean() < 12


def test_pages_of_a_tiff_stay_pages_and_of_the_rest_the_first_is_kept() -> None:
    pages = [gradient(), gradient(20, 30), 255 - gradient()]
    data, _ = encode_picture(pages, "image/tiff")
    with Image.open(io.BytesIO(data)) as image:
        assert getattr(image, "n_frames", 1) == 3
        for index, page in enumerate(pages):
            image.seek(index)
            assert (np.asarray(image) == page).all()
    still, _ = encode_picture(pages, "image/gif")
    with Image.open(io.BytesIO(still)) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert (np.asarray(image) == pages[0]).all()


def test_sides_a_kind_cannot_have_become_png() -> None:
    assert encode_picture([np.zeros((1, 16_400, 3), dtype=np.uint8)], "image/webp")[1] == "image/png"
    assert encode_picture([np.zeros((1, 65_600, 3), dtype=np.uint8)], "image/jpeg")[1] == "image/png"


def test_no_pages_are_no_picture() -> None:
    with pytest.raises(ValueError, match="at least one page"):
        encode_picture([], "image/png")
