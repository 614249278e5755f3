"""Building a PDF anew from painted pages and from text that was inspected.

A page of the new file is one picture, the surface as it was painted, with the text that was read on it laid over it
unseen, so that it can still be searched, selected and read aloud. **Nothing else is carried over**: no text that a
viewer does not see, no metadata, no comments, form fields, links, bookmarks, scripts, layers, earlier revisions or
signatures; neither do dates or identifiers stand in it, so the same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from accord.core.media import Mark, Strip, Surface
from accord.errors import ContentError
from accord.media.pdf_font import NAME, WIDTH, Codes, packed, program
from accord.media.pdf_layer import operators, words_of
from accord.media.sniff import UNKNOWN, media_type, text_of, text_type

if TYPE_CHECKING:
    from accord.core.media import Pixels

QUALITY = 85
"""JPEG quality of pages that are photographs."""

LONGEST = 14_400
"""Units along a side of a page that viewers take (ISO 32000-2, annex C)."""

_FONT = "F"
_GAIN = 0.75  # JPEG has to be this much smaller before anything is lost for it
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/tiff": ".tiff",
    "text/plain": ".txt",
    "text/html": ".html",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}


def write_pdf(
    pages: Sequence[Surface],
    strips: Sequence[Strip],
    marks: Sequence[Mark],
    attachments: Sequence[tuple[str, bytes]],
    dpi: int,
) -> bytes:
    """Build a PDF.

    No character whose box touches a mark stands in its text layer, whichever strip it comes from. Where a mark has a
    label, the label stands there once. Attachments get names that only say what they are.

    Args:
        pages: surfaces as painted, in order. `Surface.page` is what places in strips and marks refer to.
        strips: of the item: `pdf` for what a viewer saw of its text layer, `ocr` for what was recognised.
        marks: of the item, as painted.
        attachments: names and bytes of files that were inspected themselves. Names are content and are not used.
        dpi: pixels per inch of the surfaces.

    Raises:
        ContentError: there is no page.
    """
    if not pages or dpi <= 0:
        raise ContentError("a document without a page cannot be built", hint="nothing of it could be opened")
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    writer.metadata = {"/Producer": "accord"}
    codes = Codes()
    font = DictionaryObject()
    reference = writer._add_object(font)
    for surface in pages:
        _page(writer, surface, strips, marks, dpi, codes, reference)
    _font(writer, font, codes)
    for count, (_, data) in enumerate(attachments, 1):
        writer.add_attachment(f"attachment-{count}{_extension(data)}", data)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _extension(data: bytes) -> str:
    """How the name of a file ends, told by its bytes alone."""
    kind = media_type(data)
    if kind == UNKNOWN and (text := text_of(data)) is not None:
        kind = text_type(text)
    return _EXTENSIONS.get(kind, ".txt" if kind.startswith("text/") else ".bin")


def _page(
    writer: PdfWriter,
    surface: Surface,
    strips: Sequence[Strip],
    marks: Sequence[Mark],
    dpi: int,
    codes: Codes,
    font: Any,
) -> None:
    scale = min(72 / dpi, LONGEST / max(surface.width, surface.height))
    width, height = surface.width * scale, surface.height * scale
    page = writer.add_blank_page(width, height)
    picture = writer._add_object(_picture(surface.pixels))
    words = words_of(surface.page, (surface.width, surface.height), strips, marks)
    content = f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /P Do Q\n" + operators(
        words, surface.height, scale, codes, _FONT
    )
    page[NameObject("/Contents")] = writer._add_object(_stream(packed(content.encode("ascii")), "/FlateDecode"))
    page[NameObject("/Resources")] = _dictionary(XObject=_dictionary(P=picture), Font=_dictionary(**{_FONT: font}))


def _dictionary(**entries: Any) -> DictionaryObject:
    """A dictionary object; plain numbers, and names that begin with a slash, are made objects."""
    made = DictionaryObject()
    for key, value in entries.items():
        made[NameObject(f"/{key}")] = _object(value)
    return made


def _object(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, NumberObject):
        return NumberObject(value)
    if isinstance(value, float) and not isinstance(value, FloatObject):
        return FloatObject(value)
    if type(value) is str:
        return NameObject(value) if value.startswith("/") else TextStringObject(value)
    if type(value) is list:
        return ArrayObject(_object(one) for one in value)
    return value


def _stream(data: bytes, filtered: str, **entries: Any) -> StreamObject:
    stream = StreamObject()
    stream.update(_dictionary(Filter=filtered, **entries))
    stream._data = data
    return stream


def _font(writer: PdfWriter, font: DictionaryObject, codes: Codes) -> None:
    """Fill in the font, once it is known which characters were used."""
    file = program()
    descriptor = _dictionary(
        Type="/FontDescriptor",
        FontName=f"/{NAME}",
        Flags=4,
        FontBBox=[0, -200, WIDTH, 800],
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=800,
        StemV=80,
        FontFile2=writer._add_object(_stream(packed(file), "/FlateDecode", Length1=len(file))),
    )
    descendant = _dictionary(
        Type="/Font",
        Subtype="/CIDFontType2",
        BaseFont=f"/{NAME}",
        CIDSystemInfo=_dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=writer._add_object(descriptor),
        DW=WIDTH,
        CIDToGIDMap=writer._add_object(_stream(packed(codes.glyph_map()), "/FlateDecode")),
    )
    font.update(
        _dictionary(
            Type="/Font",
            Subtype="/Type0",
            BaseFont=f"/{NAME}",
            Encoding="/Identity-H",
            DescendantFonts=[writer._add_object(descendant)],
            ToUnicode=writer._add_object(_stream(packed(codes.to_unicode()), "/FlateDecode")),
        )
    )


def _picture(pixels: Pixels) -> StreamObject:
    """A page as a picture: without loss where it is flat, as JPEG where that is a good deal smaller."""
    image = Image.fromarray(pixels)
    grey = bool((pixels[:, :, 0] == pixels[:, :, 1]).all() and (pixels[:, :, 1] == pixels[:, :, 2]).all())
    colours = image.getcolors(256)
    entries = {"Type": "/XObject", "Subtype": "/Image", "Width": image.width, "Height": image.height}
    if colours is not None and (not grey or len(colours) <= 16):
        return _indexed(pixels, sorted(colour for _, colour in colours), entries)
    plain = image.convert("L") if grey else image
    space = "/DeviceGray" if grey else "/DeviceRGB"
    flat = packed(plain.tobytes())
    lossy = BytesIO()
    plain.save(lossy, "JPEG", quality=QUALITY, optimize=False)
    if lossy.tell() < _GAIN * len(flat):
        return _stream(lossy.getvalue(), "/DCTDecode", ColorSpace=space, BitsPerComponent=8, **entries)
    return _stream(flat, "/FlateDecode", ColorSpace=space, BitsPerComponent=8, **entries)


def _indexed(pixels: Pixels, colours: Sequence[Any], entries: dict[str, Any]) -> StreamObject:
    """A picture of few colours, with as few bits for each pixel as they need."""
    known = np.array(colours, dtype=np.uint32)
    keys = known[:, 0] << 16 | known[:, 1] << 8 | known[:, 2]
    wide = pixels.astype(np.uint32)
    numbers = np.searchsorted(keys, wide[:, :, 0] << 16 | wide[:, :, 1] << 8 | wide[:, :, 2]).astype(np.uint8)
    bits = next(bits for bits in (1, 2, 4, 8) if len(colours) <= 1 << bits)
    if bits < 8:
        share = 8 // bits
        filled = np.pad(numbers, ((0, 0), (0, -numbers.shape[1] % share)))
        parts = filled.reshape(filled.shape[0], -1, share)
        shifts = np.arange(share - 1, -1, -1, dtype=np.uint8) * bits
        numbers = (parts << shifts).sum(axis=2).astype(np.uint8)
    palette = ByteStringObject(known.astype(np.uint8).tobytes())
    space = ["/Indexed", "/DeviceRGB", len(colours) - 1, palette]
    return _stream(packed(numbers.tobytes()), "/FlateDecode", ColorSpace=space, BitsPerComponent=bits, **entries)
