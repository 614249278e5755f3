"""A picture is opened as a viewer would see it, within bounds, whatever its bytes are."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw

from accord.core.media import Surface
from accord.media.limits import MediaLimits
from accord.media.parts import Opened
from accord.media.picture import BROKEN, MORE_FRAMES, TOO_LARGE, open_picture

LIMITS = MediaLimits()


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes, limits: MediaLimits = LIMITS) -> Opened:
    return open_picture(data, 2, 1, "a", limits, lambda: False)


def only(data: bytes) -> Surface:
    found = opened(data)
    assert not found.flaws
    assert len(found.item.surfaces) == 1
    surface = found.item.surfaces[0]
    assert (surface.item, surface.page, surface.view) == (2, 0, "")
    return surface


def reasons(found: Opened) -> list[str]:
    assert all(flaw.item == 2 for flaw in found.flaws)
    return [flaw.reason for flaw in found.flaws]


def corner() -> Image.Image:
    """Red in the top left quarter, else blue; wider than high."""
    image = Image.new("RGB", (32, 16), "blue")
    image.paste("red", (0, 0, 16, 8))
    return image


RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF", "ICO"])
def test_lossless_kinds_show_their_pixels(kind: str) -> None:
    image = corner().resize((32, 32), Image.Resampling.NEAREST)
    options = {"sizes": [(32, 32)]} if kind == "ICO" else {}
    assert (only(saved(image, kind, **options)).pixels == np.asarray(image)).all()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_lossy_kinds_show_nearly_their_pixels(kind: str) -> None:
    shown = only(saved(corner(), kind, quality=95)).pixels.astype(int)
    assert abs(shown[3, 5] - RED).max() < 12
    assert abs(shown[12, 25] - BLUE).max() < 12


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize(("orientation", "row", "column"), [(3, -1, -1), (6, 0, -1), (8, -1, 0), (2, 0, -1)])
def test_the_picture_is_turned_as_its_exif_says(kind: str, orientation: int, row: int, column: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    shown = only(saved(corner(), kind, exif=exif)).pixels.astype(int)
    assert shown.shape[:2] == ((32, 16) if orientation in {6, 8} else (16, 32))
    assert abs(shown[row, column] - RED).max() < 40


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_not_clipped(kind: str) -> None:
    levels = np.array([[0, 256, 32768, 65535]], dtype=np.uint16)
    assert only(saved(Image.fromarray(levels), kind)).pixels[0, :, 0].tolist() == [0, 1, 128, 255]


def test_a_clear_level_of_sixteen_bits_never_shows() -> None:
    levels = np.full((4, 4), 40000, dtype=np.uint16)
    levels[0] = 7
    found = opened(saved(Image.fromarray(levels), "PNG", transparency=7)).item.surfaces
    assert [surface.view for surface in found] == ["", "black"]
    assert found[0].pixels[0].min() == 255 and found[1].pixels[0].max() == 0


def test_floats_and_large_integers_use_the_range_they_have() -> None:
    unit = np.array([[0.0, 0.5, 1.0]], dtype=np.float32)
    assert only(saved(Image.fromarray(unit), "TIFF")).pixels[0, :, 0].tolist() == [0, 128, 255]
    wide = np.array([[-10.0, 0.0, 10.0, np.nan]], dtype=np.float32)
    assert only(saved(Image.fromarray(wide), "TIFF")).pixels[0, :3, 0].tolist() == [0, 128, 255]
    whole = np.array([[0, 100, 200_000]], dtype=np.int32)
    assert only(saved(Image.fromarray(whole), "TIFF")).pixels[0, :, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_printing_colours_are_shown_right(kind: str) -> None:
    cyan = only(saved(Image.new("CMYK", (8, 8), (255, 0, 0, 0)), kind)).pixels.astype(int)
    assert abs(cyan[4, 4] - (0, 255, 255)).max() < 5
    white = only(saved(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), kind)).pixels
    assert white.min() > 250


def test_other_modes_are_shown_right() -> None:
    grey = Image.new("L", (5, 5), 77)
    assert (only(saved(grey, "PNG")).pixels == 77).all()
    bits = Image.new("1", (5, 5), 1)
    assert (only(saved(bits, "PNG")).pixels == 255).all()
    lab = Image.new("LAB", (5, 5), (255, 128, 128))
    assert only(saved(lab, "TIFF")).pixels.shape == (5, 5, 3)
    palette = corner().quantize(4)
    assert (only(saved(palette, "PNG")).pixels == np.asarray(corner())).all()


def test_one_pixel_is_a_picture() -> None:
    assert only(saved(Image.new("RGB", (1, 1), (1, 2, 3)), "PNG")).pixels.tolist() == [[[1, 2, 3]]]


def test_a_colour_profile_is_applied() -> None:
    from PIL import ImageCms

    bad = b"\0" * 16 + b"RGB " + b"\0" * 300
    plain = Image.new("RGB", (4, 4), (200, 30, 40))
    assert (only(saved(plain, "PNG", icc_profile=bad)).pixels == (200, 30, 40)).all()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert (only(saved(plain, "PNG", icc_profile=srgb)).pixels == (200, 30, 40)).all()
    swapped = srgb.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
    swapped = swapped.replace(b"sRGB", b"xRGB").replace("sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be"))
    shown = only(saved(plain, "PNG", icc_profile=swapped)).pixels.astype(int)
    assert shown[0, 0, 2] > 150 > shown[0, 0, 0]


def words(ink: Sequence[int], *, ground: Sequence[int] = (0, 0, 0, 0)) -> Image.Image:
    image = Image.new("RGBA", (60, 24), tuple(ground))
    ImageDraw.Draw(image).rectangle((10, 6, 50, 18), fill=tuple(ink))
    return image


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_transparency_is_shown_on_both_backgrounds(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    dark = opened(saved(words((10, 10, 10, 255)), kind, **options)).item.surfaces
    assert [surface.view for surface in dark] == ["", "black"]
    assert dark[0].pixels[0, 0].tolist() == [255, 255, 255]
    assert dark[1].pixels[0, 0].tolist() == [0, 0, 0]
    assert dark[0].pixels[10, 20].tolist() == dark[1].pixels[10, 20].tolist() == [10, 10, 10]


def test_light_letters_are_released_on_black() -> None:
    light = opened(saved(words((250, 250, 250, 255)), "PNG")).item.surfaces
    assert [surface.view for surface in light] == ["", "white"]
    assert light[0].pixels[0, 0].tolist() == [0, 0, 0]
    assert light[0].ink == 250


def test_the_colour_under_what_is_transparent_never_shows() -> None:
    hidden = words((255, 0, 0, 0), ground=(0, 255, 0, 255))
    for surface in opened(saved(hidden, "PNG")).item.surfaces:
        assert surface.pixels[10, 20].tolist() in ([255, 255, 255], [0, 0, 0])
    nothing = opened(saved(words((255, 0, 0, 0), ground=(0, 255, 0, 0)), "PNG")).item.surfaces
    assert [surface.ink for surface in nothing] == [0, 0]


def test_opaque_alpha_is_one_surface() -> None:
    assert (only(saved(Image.new("RGBA", (4, 4), (9, 8, 7, 255)), "PNG")).pixels == (9, 8, 7)).all()
    assert only(saved(Image.new("LA", (4, 4), (9, 255)), "PNG")).pixels.max() == 9


def test_half_transparent_pixels_are_mixed() -> None:
    found = opened(saved(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "PNG")).item.surfaces
    assert found[0].pixels[0, 0, 0] == 127
    assert found[1].pixels.max() == 0


def test_transparent_palettes_are_flattened() -> None:
    palette = Image.new("P", (6, 6), 1)
    palette.putpalette([255, 0, 0, 0, 0, 99])
    palette.paste(0, (0, 0, 3, 3))
    for kind in ("PNG", "GIF"):
        found = opened(saved(palette, kind, transparency=0)).item.surfaces
        assert [surface.view for surface in found] == ["", "black"]
        assert found[0].pixels[0, 0].tolist() == [255, 255, 255]
        assert found[0].pixels[5, 5].tolist() == [0, 0, 99]


FRAMES = [Image.new("RGB", (12, 12), colour) for colour in ("red", "red", "lime", "blue")]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_every_frame_of_an_animation_is_seen_once(kind: str) -> None:
    frames = [frame.copy() for frame in FRAMES]
    for index, frame in enumerate(frames):
        frame.putpixel((index, 11), (255, 255, 255))
    options = {"lossless": True} if kind == "WEBP" else {}
    data = saved(frames[0], kind, save_all=True, append_images=[frames[0], *frames[2:]], duration=50, **options)
    found = opened(data)
    assert not found.flaws
    assert [surface.pixels[0, 6].tolist() for surface in found.item.surfaces] == [list(RED), [0, 255, 0], list(BLUE)]
    assert found.item.pages >= 3


def test_every_page_of_a_tiff_is_kept() -> None:
    data = saved(FRAMES[0], "TIFF", save_all=True, append_images=[*FRAMES[1:], Image.new("L", (5, 7), 3)])
    found = opened(data)
    assert [surface.page for surface in found.item.surfaces] == [0, 1, 2, 3, 4]
    assert found.item.surfaces[4].pixels.shape == (7, 5, 3)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_too_many_frames_are_said_not_to_be_seen(kind: str) -> None:
    frames = [Image.new("RGB", (12, 12), (40 * i, 0, 0)) for i in range(6)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    found = opened(data, MediaLimits(pages=4))
    assert reasons(found) == [MORE_FRAMES]
    assert len(found.item.surfaces) == 4
    assert found.item.pages == 5
    assert not opened(data, MediaLimits(pages=6)).flaws


def test_all_frames_together_are_bounded() -> None:
    frames = [Image.new("RGB", (100, 100), (40 * i, 0, 0)) for i in range(6)]
    found = opened(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), MediaLimits(total_pixels=35_000))
    assert reasons(found) == [TOO_LARGE]
    assert len(found.item.surfaces) == 3


def test_no_time_for_further_frames_is_a_flaw() -> None:
    data = saved(FRAMES[0], "GIF", save_all=True, append_images=FRAMES[1:])
    found = open_picture(data, 0, None, "", LIMITS, lambda: True)
    assert [flaw.category for flaw in found.flaws] == ["fault.deadline"]


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, rows: int) -> bytes:
    """A grey PNG of any size in a small file."""
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(b"\0" * min(width + 1, 100_000)) for _ in range(rows)) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(10_000, 6_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_sixty_megapixels_in_a_small_file_are_never_decoded(width: int, height: int) -> None:
    data = png_of(width, height, 6_000 if width == 10_000 else 1)
    assert len(data) < 100_000
    found = opened(data)
    assert [flaw.category for flaw in found.flaws] == ["fault.uninspected"]
    assert reasons(found) == [TOO_LARGE]
    assert not found.item.surfaces


def test_giant_texts_do_not_keep_a_png_from_being_seen() -> None:
    data = saved(corner(), "PNG")
    texts = b"".join(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 3_000_000)) for _ in range(30))
    found = opened(data[:33] + texts + data[33:])
    assert (found.item.surfaces[0].pixels == np.asarray(corner())).all()
    assert [flaw.category for flaw in found.flaws] == ["fault.uninspected"]
    assert "png.Comment" in found.item.metadata


def test_metadata_of_an_avif_is_read() -> None:
    exif = Image.Exif()
    exif[0x013B] = "Jane Doe"
    item = opened(saved(corner(), "AVIF", exif=exif)).item
    assert [strip.text for strip in item.strips] == ["Artist: Jane Doe"]
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    assert len(opened(saved(frames[0], "AVIF", save_all=True, append_images=frames[1:])).item.surfaces) == 3


def test_a_jpeg_that_says_it_is_huge_is_never_decoded() -> None:
    data = bytearray(saved(corner(), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65_500, 65_500)
    assert reasons(opened(bytes(data))) == [TOO_LARGE]


def test_a_gif_with_a_huge_screen_is_never_decoded() -> None:
    data = bytearray(saved(corner(), "GIF"))
    data[6:10] = struct.pack("<HH", 65_535, 65_535)
    assert reasons(opened(bytes(data))) == [TOO_LARGE]


def test_an_icon_that_hides_a_huge_png_is_never_decoded() -> None:
    inner = png_of(60_000, 60_000, 1)
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(inner), 22)
    assert reasons(opened(b"\0\0\1\0\1\0" + entry + inner)) == [TOO_LARGE]


def test_a_tiff_whose_directories_loop_ends() -> None:
    data = bytearray(saved(FRAMES[0], "TIFF", compression="tiff_adobe_deflate"))
    first = struct.unpack("<I", data[4:8])[0]
    count = struct.unpack("<H", data[first : first + 2])[0]
    data[first + 2 + 12 * count : first + 6 + 12 * count] = struct.pack("<I", first)
    found = opened(bytes(data))
    assert len(found.item.surfaces) == 1


def test_what_only_looks_like_a_picture_is_a_flaw() -> None:
    for data in (
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0 no",
        b"GIF89a",
        b"RIFF\x04\0\0\0WEBP",
        b"II*\0\x08\0\0\0\0\0\0\0",
    ):
        found = opened(data)
        assert reasons(found) == [BROKEN]
        assert found.flaws[0].category == "fault.undecodable"
        assert not found.item.surfaces


def test_kinds_that_are_not_read_are_named() -> None:
    assert reasons(opened(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")) == ["a picture (HEIC) is not inspected"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "AVIF"])
def test_a_file_cut_at_any_tenth_is_a_flaw_or_the_whole_picture(kind: str) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    data = saved(image, kind)
    whole = opened(data).item.surfaces[0].pixels
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for tenth in range(1, 10):
            found = opened(data[: len(data) * tenth // 10])
            if found.item.surfaces:
                assert (found.item.surfaces[0].pixels == whole).all()
            else:
                assert [flaw.category for flaw in found.flaws] in (["fault.undecodable"], ["fault.uninspected"])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "ICO", "AVIF"])
def test_bytes_changed_at_random_are_never_an_error(kind: str) -> None:
    random = np.random.default_rng(9)
    data = np.frombuffer(saved(corner(), kind), dtype=np.uint8)
    for _ in range(40):
        hurt = data.copy()
        places = random.integers(12, len(hurt), 4)
        hurt[places] = random.integers(0, 256, 4)
        found = opened(hurt.tobytes(), MediaLimits(pixels=100_000, total_pixels=300_000, pages=5))
        assert found.item.surfaces or found.flaws
