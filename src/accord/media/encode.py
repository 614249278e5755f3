"""Fresh containers made of pixels, and of nothing else."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_QUALITY = 92
_SMALL = 1_000_000
_MOST_JPEG = 65_500
_MOST_WEBP = 16_383


def encode_picture(pages: Sequence[Pixels], media_type: str) -> tuple[bytes, str]:
    """Encode pixels as a picture file without any metadata.

    JPEG stays JPEG and WebP stays WebP, at a quality at which letters stay sharp; a TIFF of several pages stays
    one. All other kinds (PNG, GIF, BMP, ICO, AVIF) become PNG. Surfaces know neither how long a frame is shown
    nor how it is blended, so of an animation only the first frame is released, as a still picture.

    Args:
        pages: pixels of shape (height, width, 3), RGB, at least one.
        media_type: what the picture was.

    Returns:
        The file and its media type.

    Raises:
        ValueError: there are no pages.
    """
    from PIL import Image

    if not pages:
        raise ValueError("a picture has at least one page")
    first = Image.fromarray(pages[0])
    side = max(first.size)
    if media_type == "image/tiff":
        rest = [Image.fromarray(page) for page in pages[1:]]
        return _saved(
            first, "TIFF", compression="tiff_adobe_deflate", save_all=True, append_images=rest
        ), "image/tiff"
    if media_type == "image/jpeg" and side <= _MOST_JPEG:
        sampling = "4:4:4" if first.width * first.height <= _SMALL else "4:2:0"
        return _saved(first, "JPEG", quality=_QUALITY, subsampling=sampling, optimize=True), "image/jpeg"
    if media_type == "image/webp" and side <= _MOST_WEBP:
        return _saved(first, "WEBP", quality=_QUALITY, method=2), "image/webp"
    return _saved(first, "PNG", compress_level=3), "image/png"


def _saved(image: object, format: str, **options: object) -> bytes:
    from PIL import Image

    assert isinstance(image, Image.Image)
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()
