"""New files made of what was inspected, with changes; nothing else of the original survives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from accord.core.media import Changes, Item, Mark, Opening, Patch
from accord.core.roles import Media
from accord.errors import AccordError, ContentError
from accord.media.wire import Unpacked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]


def rebuild(part: Media, opening: Opening, changes: Changes) -> Media:
    """Build a part anew.

    A picture is painted and encoded from its pixels; a PDF is written from painted pages and the text that was
    read; Office files and text are rewritten. Embedded files are built the same way, and left out where they are
    withheld or cannot be built.

    Args:
        part: the original part.
        opening: what was found in it.
        changes: marks on its surfaces, patches of its strips, items that may not leave.

    Returns:
        A part of the same class, role and message, with the media type it has now and without a name.

    Raises:
        ContentError: the part itself cannot be built.
    """
    if not opening.items:
        raise ContentError("nothing of it could be inspected, so nothing can be built anew")
    if 0 in changes.withheld:
        raise ContentError("the part itself is withheld")
    try:
        data, media_type = _Builder(part.reveal(), opening, changes).build(opening.items[0])
    except AccordError:
        raise
    except (ValueError, OSError, MemoryError, ArithmeticError, LookupError) as error:
        raise ContentError(f"it cannot be built anew: {type(error).__name__}") from None
    return replace(part, _value=data, media_type=media_type, name="")


class _Builder:
    """Builds the items of one opening, embedded files first."""

    def __init__(self, data: bytes, opening: Opening, changes: Changes) -> None:
        self.items = opening.items
        self.changes = changes
        self.files: dict[int, bytes] = {**(opening.files if isinstance(opening, Unpacked) else {}), 0: data}

    def build(self, item: Item) -> tuple[bytes, str]:
        """One item as a new file with its media type.

        Raises:
            ContentError: it cannot be built.
        """
        if item.kind == "picture":
            return self._picture(item)
        if item.kind == "pdf":
            return self._pdf(item), "application/pdf"
        if item.kind == "office":
            return self._office(item), item.media_type
        if item.kind == "text":
            return self._text(item), item.media_type
        raise ContentError("a file of a kind that was not inspected cannot be built anew")

    def _painted(self, item: Item) -> dict[int, Pixels]:
        """The pages of an item that are released, painted."""
        from accord.transform.image import paint

        marks = self._marks(item)
        return {
            surface.page: paint(surface.pixels, [mark for mark in marks if mark.box.page == surface.page])
            for surface in item.surfaces
            if not surface.view
        }

    def _marks(self, item: Item) -> list[Mark]:
        return [mark for mark in self.changes.marks if mark.item == item.number]

    def _patches(self, item: Item) -> list[Patch]:
        return [patch for patch in self.changes.patches if patch.item == item.number]

    def _picture(self, item: Item) -> tuple[bytes, str]:
        from accord.media.encode import encode_picture

        shown = [s.page for s in item.surfaces if not s.view]
        if not shown:
            raise ContentError("no pixels of the picture were inspected")
        first = item if item.media_type == "image/tiff" else _first_page(item)
        painted = self._painted(first)
        return encode_picture([painted[page] for page in sorted(painted)], item.media_type)

    def _pdf(self, item: Item) -> bytes:
        from accord.media.pdf_write import write_pdf

        painted = self._painted(item)
        pages = [painted[page] for page in sorted(painted)]
        kept = {key: data for key, data in self._embedded(item).items() if data is not None}
        return write_pdf(pages, item.strips, self._marks(item), kept)

    def _office(self, item: Item) -> bytes:
        from accord.media.office_write import rewrite_office

        data = self.files.get(item.number)
        if data is None:
            raise ContentError("the embedded file is not at hand")
        return rewrite_office(data, item, self._patches(item), self._embedded(item))

    def _text(self, item: Item) -> bytes:
        if not item.strips:
            raise ContentError("no text of the file was inspected")
        patches = [patch for patch in self._patches(item) if patch.strip == 0]
        return patched(item.strips[0].text, patches).encode()

    def _embedded(self, item: Item) -> Mapping[str, bytes | None]:
        """The files embedded in an item by their keys, built anew; None for one that does not leave."""
        built: dict[str, bytes | None] = {}
        for child in self.items:
            if child.parent != item.number:
                continue
            built[child.key] = None
            if child.number not in self.changes.withheld:
                try:
                    built[child.key] = self.build(child)[0]
                except ContentError:
                    built[child.key] = None
        return built


def _first_page(item: Item) -> Item:
    first = min(surface.page for surface in item.surfaces if not surface.view)
    return replace(item, surfaces=tuple(s for s in item.surfaces if s.page == first))


def patched(text: str, patches: Sequence[Patch]) -> str:
    """A text with its patches written into it, which are disjoint."""
    pieces, at = [], 0
    for patch in sorted(patches, key=lambda one: one.span):
        if patch.span.start < at or patch.span.end > len(text):
            raise ContentError("patches overlap, or lie outside the text")
        pieces += [text[at : patch.span.start], patch.text]
        at = patch.span.end
    return "".join(pieces) + text[at:]
