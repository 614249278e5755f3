"""Pictures as a viewer would see them: oriented, on a background, in eight bits of RGB."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from accord.core.media import Flaw, Item, Stop, Surface
from accord.core.place import Meta
from accord.media import sniff
from accord.media.container import without_texts
from accord.media.limits import MediaLimits
from accord.media.metadata import Metadata, read_info, read_metadata
from accord.media.parts import Opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]

_DECODERS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
    "image/vnd.microsoft.icon": "ICO",
    "image/avif": "AVIF",
}

_MOST_PROFILE = 8_000_000
_LIGHT = 176
_VISIBLE = 8
_ROWS = 256

TOO_LARGE = "the picture has more pixels than are read"
"""The reason given for pictures over the limit."""
BROKEN = "the picture cannot be decoded"
"""The reason given for corrupt and truncated pictures."""
MORE_FRAMES = "the picture has more frames than are read"
"""The reason given for pictures with too many frames."""


def open_picture(data: bytes, number: int, parent: int | None, key: str, limits: MediaLimits, stop: Stop) -> Opened:
    """Open a picture; see `accord.media.parts.Open`.

    The size is checked in the header, before anything is decoded. Every frame and page is a surface of its own.
    Of an animation, a frame that looks like the one before it is left out, because it shows nothing new; pages of
    a TIFF are all kept, because all of them are released. Transparency is laid on white, or on black where what
    is opaque is so light that it would vanish on white; where the other background shows a different picture,
    that is a further surface with its `view` named.
    """
    kind = sniff.media_type(data)
    metadata = _guarded(lambda: read_metadata(data, kind, number, limits)) or _unread(number)
    surfaces: tuple[Surface, ...] = ()
    pages = 1
    if kind not in _DECODERS:
        flaws: list[Flaw] = [Flaw("fault.uninspected", f"{sniff.words_for(kind)} is not inspected", number)]
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frames = _Frames(number, kind, limits, stop)
            frames.read(data)
        surfaces, pages, flaws = tuple(frames.surfaces), max(frames.pages, 1), frames.flaws
        if kind == "image/avif":
            more = read_info(frames.info, number, limits)
            metadata = Metadata(more.keys + metadata.keys, more.strips + metadata.strips, metadata.embedded)
    item = Item(number, parent, "picture", kind, key, surfaces, metadata.strips, metadata.keys, pages)
    return Opened(item, (*flaws, *metadata.flaws), metadata.embedded)


def _guarded(work: Callable[[], Metadata]) -> Metadata | None:
    """Metadata of a broken file may be broken in any way; the pixels are read all the same."""
    try:
        return work()
    except MemoryError:
        raise
    except Exception:
        return None


def _unread(number: int) -> Metadata:
    return Metadata(flaws=(Flaw("fault.uninspected", "the metadata cannot be read", number, Meta("metadata")),))


class _Frames:
    """The frames of one picture as surfaces, within bounds."""

    def __init__(self, number: int, kind: str, limits: MediaLimits, stop: Stop) -> None:
        self.number = number
        self.kind = kind
        self.limits = limits
        self.stop = stop
        self.surfaces: list[Surface] = []
        self.flaws: list[Flaw] = []
        self.info: dict[str, bytes] = {}
        self.pages = 0
        self.left = limits.total_pixels

    def flaw(self, category: str, reason: str) -> None:
        self.flaws.append(Flaw(category, reason, self.number))

    def read(self, data: bytes) -> None:
        """Read all frames; what goes wrong is a flaw."""
        from PIL import Image

        try:
            if self._too_large(*_header(data, self.kind)):
                return
            lean = without_texts(data) if self.kind == "image/png" else data
            with Image.open(io.BytesIO(lean), formats=[_DECODERS[self.kind]]) as image:
                self._keep_info(image)
                self._read_frames(image)
        except Image.DecompressionBombError:
            self.flaw("fault.uninspected", TOO_LARGE)
        except MemoryError:
            self.flaw("fault.undecodable", "decoding the picture takes more memory than it may")
        except Exception:  # decoders raise whatever they like for broken bytes
            self.flaw("fault.undecodable", BROKEN)

    def _keep_info(self, image: Image.Image) -> None:
        for name, kind in (("exif", "exif"), ("xmp", "xmp"), ("icc_profile", "icc")):
            body = image.info.get(name)
            if isinstance(body, bytes):
                self.info[kind] = body

    def _too_large(self, width: int, height: int) -> bool:
        if width * height <= min(self.limits.pixels, self.left):
            return False
        self.flaw("fault.uninspected", TOO_LARGE)
        return True

    def _read_frames(self, image: Image.Image) -> None:
        # Pictures that stand after the first one in a JPEG are opened as files of their own.
        single = self.kind in {"image/jpeg", "image/vnd.microsoft.icon", "image/bmp"}
        most = 1 if single else self.limits.pages
        last: tuple[Surface, ...] = ()
        for index in range(most + 1):
            if index and not _seek(image, index):
                break
            self.pages = index + 1
            if self.stop():
                self.flaw("fault.deadline", "the picture has frames that there was no time for")
                break
            if index == most:
                self.flaw("fault.uninspected", MORE_FRAMES)
                break
            if self._too_large(*image.size):
                break
            image.load()
            views = self._views(image, index)
            if self.kind == "image/tiff" or [v.packed for v in views] != [v.packed for v in last]:
                self.surfaces += views
                self.left -= sum(v.width * v.height for v in views)
            last = views
            if single:
                break

    def _views(self, image: Image.Image, page: int) -> tuple[Surface, ...]:
        pixels, alpha = to_rgb(_oriented(image))
        if alpha is None:
            return (Surface.of(pixels, item=self.number, page=page),)
        base, other, view = flatten(pixels, alpha)
        surface = Surface.of(base, item=self.number, page=page)
        if other is None:
            return (surface,)
        return surface, Surface.of(other, item=self.number, page=page, view=view)


def _header(data: bytes, kind: str) -> tuple[int, int]:
    """Width and height where a decoder would trust another header than the one it allocates by; else 0.

    The pictures in an icon say their own size, whatever the list of them says (and a PNG in it may be of any size).
    """
    if kind != "image/vnd.microsoft.icon":
        return 0, 0
    largest = (0, 0)
    for at in range(6, min(len(data), 6 + 16 * int.from_bytes(data[4:6], "little")), 16):
        start = int.from_bytes(data[at + 12 : at + 16], "little")
        head = data[start : start + 24]
        if head.startswith(b"\x89PNG"):
            size = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
        else:
            size = int.from_bytes(head[4:8], "little"), int.from_bytes(head[8:12], "little") // 2
        largest = max(largest, size, key=lambda both: both[0] * both[1])
    return largest


def _seek(image: Image.Image, index: int) -> bool:
    """Go to a frame; whether there is one."""
    try:
        image.seek(index)
    except EOFError:
        return False
    return True


def _oriented(image: Image.Image) -> Image.Image:
    """The picture turned the way its EXIF says it is to be shown."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except MemoryError:
        raise
    except Exception:  # broken EXIF says nothing
        return image


def to_rgb(image: Image.Image) -> tuple[Pixels, Pixels | None]:
    """Eight bits of RGB and, where something is transparent, the alpha of every pixel.

    Sixteen bits are scaled, not clipped; floats and 32 bits are scaled from the range they use where they do not
    keep to a usual one; a colour profile is applied where it can be.

    Returns:
        Pixels of shape (height, width, 3) and alpha of shape (height, width) or None.
    """
    import numpy as np

    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        return _deep(image)
    if image.mode not in {"RGB", "L", "1", "CMYK", "YCbCr", "LAB", "HSV"} or "transparency" in image.info:
        image = _converted(image, image.convert("RGBA"))
        pixels = np.asarray(image, dtype=np.uint8)
        alpha = pixels[..., 3]
        return np.ascontiguousarray(pixels[..., :3]), None if int(alpha.min()) == 255 else alpha
    return np.array(_converted(image, image).convert("RGB"), dtype=np.uint8), None


def _deep(image: Image.Image) -> tuple[Pixels, Pixels | None]:
    import numpy as np

    values = np.asarray(image)
    alpha = None
    clear = image.info.get("transparency")
    if isinstance(clear, int):
        alpha = np.where(values == clear, 0, 255).astype(np.uint8)
    if values.dtype.kind == "u" and values.dtype.itemsize == 2:
        grey = ((values.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
    else:
        grey = _stretched(values.astype(np.float32))
    return np.repeat(grey[..., None], 3, axis=2), alpha


def _stretched(values: Any) -> Pixels:
    """Values of any range in 0 to 255: as they are, from 0 to 1, from 0 to 65535, or from the range they use."""
    import numpy as np

    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 65535:
        values = (values - low) * (255 / max(high - low, 1e-30))
    elif high > 255:
        values = values * (255 / 65535)
    elif high <= 1 and values.dtype.kind == "f":
        values = values * 255
    grey: Pixels = np.rint(np.clip(values, 0, 255)).astype(np.uint8)
    return grey


def _converted(source: Image.Image, image: Image.Image) -> Image.Image:
    """Colours as sRGB, by the profile of the picture; as they are where there is none that fits."""
    profile = source.info.get("icc_profile")
    if not isinstance(profile, bytes) or not 128 < len(profile) <= _MOST_PROFILE or image.mode not in _SPACES:
        return image
    if profile[16:20] != _SPACES[image.mode] or b"sRGB" in profile or b"s\0R\0G\0B" in profile:
        return image
    from PIL import ImageCms

    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if image.mode != "RGBA":
            return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
        shown = ImageCms.profileToProfile(image.convert("RGB"), given, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    if shown is not None:
        shown.putalpha(image.getchannel("A"))
    return shown or image


_SPACES = {"RGB": b"RGB ", "RGBA": b"RGB ", "CMYK": b"CMYK", "L": b"GRAY"}


def flatten(pixels: Pixels, alpha: Pixels) -> tuple[Pixels, Pixels | None, str]:
    """Lay transparent pixels on a background; the colour under fully transparent ones never shows.

    Args:
        pixels: shape (height, width, 3), not premultiplied.
        alpha: shape (height, width).

    Returns:
        The picture that is released; the same on the other background, None where no pixel shows a difference;
        and the name of that other background, `black` or `white`.
    """
    import numpy as np

    white, black = np.empty_like(pixels), np.empty_like(pixels)
    seen = opaque = 0
    for top in range(0, len(pixels), _ROWS):  # in bands, because the products take eight times the room
        rows = slice(top, top + _ROWS)
        weight = alpha[rows].astype(np.uint16)[..., None]
        laid = pixels[rows] * weight
        white[rows] = (laid + 255 * (255 - weight) + 127) // 255
        black[rows] = (laid + 127) // 255
        seen += int(laid.sum(dtype=np.int64))
        opaque += int(weight.sum(dtype=np.int64))
    light = opaque > 0 and seen / (3 * opaque) > _LIGHT
    base, other, view = (black, white, "white") if light else (white, black, "black")
    differs = int(alpha.min()) <= 255 - _VISIBLE
    return base, other if differs else None, view
