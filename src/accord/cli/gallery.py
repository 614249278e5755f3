"""Pictures and documents on the page of the demo: their pages, where on them something was found, and their texts."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accord.core.finding import Finding
from accord.core.media import Item, Opening, Strip, Surface
from accord.core.place import Box, Meta, Span
from accord.guard import Inspection

if TYPE_CHECKING:
    from accord.core.media import Pixels

_WIDEST = 1240
_QUALITY = 82
_MARGIN = 12
_MOST = 12
"""How many pages of one file are shown."""


@dataclass(frozen=True, slots=True, repr=False)
class Leaf:
    """One page or picture, ready to be shown.

    Attributes:
        source: the picture as a data URI.
        width: in pixels of the surface it shows.
        height: likewise.
        item: the file it belongs to, 0 for the part itself.
        page: which page of that.
    """

    source: str
    width: int
    height: int
    item: int
    page: int


@dataclass(frozen=True, slots=True)
class Area:
    """A place on a leaf, with the numbers of all findings that stand there."""

    box: Box
    findings: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """A text of a document that has no pages of its own.

    Attributes:
        key: where it stands in the file.
        text: the text.
        hidden: a viewer does not show it.
        placed: the numbers of the findings in it, each with its characters.
    """

    key: str
    text: str
    hidden: bool = False
    placed: tuple[tuple[int, Span], ...] = ()


def leaves(opening: Opening) -> list[Leaf]:
    """The pages of a file as a viewer shows them, embedded pictures after them."""
    shown = [surface for item in opening.items for surface in item.surfaces if not surface.view]
    return [Leaf(_source(s), s.width, s.height, s.item, s.page) for s in shown[:_MOST]]


def crop(opening: Opening, item: int, box: Box) -> Leaf | None:
    """A place on a page with a little around it; None where there is no such page."""
    for each in opening.items:
        for surface in each.surfaces:
            if (surface.item, surface.page, surface.view) != (item, box.page, ""):
                continue
            left, top = max(0, box.left - _MARGIN), max(0, box.top - _MARGIN // 2)
            pixels = surface.pixels[top : box.bottom + _MARGIN // 2, left : box.right + 4 * _MARGIN]
            height, width = pixels.shape[:2]
            return Leaf(_encoded(pixels), width, height, item, box.page) if height and width else None
    return None


def _source(surface: Surface) -> str:
    return _encoded(surface.pixels)


def _encoded(pixels: Pixels) -> str:
    from PIL import Image

    picture = Image.fromarray(pixels)
    picture.thumbnail((_WIDEST, 2 * _WIDEST))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=4)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


def areas(leaf: Leaf, found: Sequence[tuple[int, Finding]]) -> list[Area]:
    """Where on a leaf something was found, the largest first, so that the small ones lie on top."""
    places: dict[Box, list[int]] = {}
    for number, finding in found:
        if isinstance(finding.place, Box) and (finding.item, finding.place.page) == (leaf.item, leaf.page):
            places.setdefault(finding.place, []).append(number)
    made = [Area(box, tuple(numbers)) for box, numbers in places.items()]
    return sorted(made, key=lambda a: ((a.box.left - a.box.right) * (a.box.bottom - a.box.top), a.box))


def sheets(opening: Opening, inspection: Inspection | None = None, part: int = 0) -> list[Sheet]:
    """The texts of a file that stand on no page, and what was found in them."""
    made = []
    for item, strip in _texts(opening):
        placed = () if inspection is None else _placed(inspection, part, item, strip)
        made.append(Sheet(strip.key, strip.text, strip.hidden, tuple(placed)))
    return made


def _texts(opening: Opening) -> Iterator[tuple[Item, Strip]]:
    for item in opening.items:
        for strip in item.strips:
            if strip.boxes is None and strip.writable and strip.text.strip():
                yield item, strip


def _placed(inspection: Inspection, part: int, item: Item, strip: Strip) -> Iterator[tuple[int, Span]]:
    for number, finding in enumerate(inspection.findings):
        mine = (finding.part, finding.item) == (part, item.number) and finding.place == Meta(strip.key)
        if not mine or finding.reading is None or finding.span is None:
            continue
        reading = inspection.readings[finding.reading]
        root = reading.root
        on_tape = reading.tape_span(finding.span)
        if root.text == strip.text and on_tape.start >= root.offset:
            yield number, Span(on_tape.start - root.offset, on_tape.end - root.offset)


def text_layer(opening: Opening) -> str:
    """The text that stands on the pages of a PDF, for whoever selects or extracts it."""
    layers = [strip.text for item in opening.items[:1] for strip in item.strips if strip.reader == "pdf"]
    return "\n".join(layer.strip() for layer in layers if layer.strip())


def beside(found: Sequence[tuple[int, Finding]], shown: Sequence[str]) -> dict[str, list[int]]:
    """What was found neither on a page nor in a text that is shown: by metadata key, the numbers of the findings."""
    keys: dict[str, list[int]] = {}
    for number, finding in found:
        place = finding.place
        if isinstance(place, Meta) and place.key not in shown:
            keys.setdefault("all of it" if place.key == "content" else place.key, []).append(number)
    return keys


def metadata_of(opening: Opening) -> list[str]:
    """The keys of the metadata of a file, with what is embedded in it."""
    return sorted({key for item in opening.items for key in item.metadata})
