"""A picture built anew shows what was inspected, and holds nothing of the file it was."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture
from PIL import PngImagePlugin

from accord.core.content import Image
from accord.core.media import Changes, Opening
from accord.media.limits import MediaLimits
from accord.media.rebuild import rebuild
from accord.media.unpack import unpack


def opened(data: bytes) -> Opening:
    return unpack(data, MediaLimits(), lambda: False)


def saved(image: Picture.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


LETTERS = st.text(st.characters(codec="latin-1", categories=["L", "N"]), min_size=6, max_size=20).map(
    lambda s: "zq" + s + "qz"
)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[bytes, str, list[str]]:
    """A small picture of a lossless kind, with metadata of all sorts; and the words that stand in it."""
    kind = draw(st.sampled_from(["PNG", "TIFF", "BMP", "GIF"]))
    mode = draw(st.sampled_from(["RGB", "L", "P", "1", "RGBA"] if kind in {"PNG", "TIFF"} else ["RGB", "L"]))
    width, height = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    noise = np.frombuffer(draw(st.binary(min_size=width * height * 4, max_size=width * height * 4)), dtype=np.uint8)
    image = Picture.fromarray(noise.reshape(height, width, 4).copy()).convert(mode)
    words = draw(st.lists(LETTERS, min_size=4, max_size=4, unique=True))
    exif = Picture.Exif()
    exif[0x013B] = words[0]
    exif[0x0112] = draw(st.integers(1, 8))
    options: dict[str, object] = {}
    if kind in {"PNG", "TIFF"}:
        options["exif"] = exif
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("Comment", words[1], zip=draw(st.booleans()))
        options["pnginfo"] = info
    if kind == "GIF":
        options["comment"] = words[1].encode("latin-1")
    data = saved(image, kind, **options)
    if draw(st.booleans()):
        data += words[2].encode()
    if draw(st.booleans()):
        data += b"\x01" + saved(Picture.new("L", (2, 2)))
    return data, kind, words


@given(pictures())
def test_what_is_built_shows_the_same_and_holds_nothing_else(made: tuple[bytes, str, list[str]]) -> None:
    data, _, words = made
    before = opened(data)
    assert not before.flaws
    again = rebuild(Image(data), before, Changes()).reveal()
    after = opened(again)
    assert len(after.items) == 1 and not after.flaws
    item = after.items[0]
    assert not item.metadata and not item.strips
    assert not any(word.encode(code) in again for word in words for code in ("latin-1", "utf-8"))
    assert (item.surfaces[0].pixels == before.items[0].surfaces[0].pixels).all()
    assert [s.view for s in item.surfaces] == [""]
