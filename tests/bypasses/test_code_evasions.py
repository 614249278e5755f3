"""Codes that a scanner reads and a careless reader does not."""

from __future__ import annotations

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from accord.core.media import Surface
from accord.readers.codes import CodeReader

SECRET = "https://evil.example/?card=4111111111111111"


def code(payload: str, scale: int = 4) -> NDArray[np.uint8]:
    made = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode)
    return np.asarray(made.to_image(scale=scale, add_quiet_zones=True), np.uint8)


def texts(pixels: NDArray[np.uint8]) -> set[str]:
    surface = Surface.of(np.ascontiguousarray(pixels))
    return {strip.text for strip in CodeReader().read_picture(surface, lambda: False)}


def test_light_on_dark() -> None:
    assert SECRET in texts(np.dstack([255 - code(SECRET)] * 3))


def test_colours_of_equal_brightness() -> None:
    dark = code(SECRET) < 128
    pixels = np.where(dark[..., None], np.array([200, 60, 60]), np.array([20, 130, 120])).astype(np.uint8)
    assert SECRET in texts(pixels)


def test_faint_on_white() -> None:
    grey = np.where(code(SECRET) < 128, 238, 252).astype(np.uint8)
    assert SECRET in texts(np.dstack([grey] * 3))


def test_an_easy_code_beside_a_tiny_one() -> None:
    pixels = np.full((600, 800, 3), 255, np.uint8)
    easy, tiny = code("hello", 8), code(SECRET, 2)
    pixels[: easy.shape[0], : easy.shape[1]] = easy[..., None]
    pixels[450 : 450 + tiny.shape[0], 600 : 600 + tiny.shape[1]] = tiny[..., None]
    assert {"hello", SECRET} <= texts(pixels)


def test_mirrored() -> None:
    assert SECRET in texts(np.dstack([code(SECRET)[:, ::-1]] * 3))


def test_blurred_and_tilted() -> None:
    image = (
        Image.fromarray(code(SECRET, 6)).rotate(12, expand=True, fillcolor=255).filter(ImageFilter.GaussianBlur(1.5))
    )
    assert SECRET in texts(np.dstack([np.asarray(image, np.uint8)] * 3))
