"""New files made of what was inspected, with changes; nothing else of the original survives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from accord.core.media import Changes, Item, Mark, Opening, Patch, Surface
from accord.core.roles import Media
from accord.errors import AccordError, ContentError
from accord.media.limits import MediaLimits
from accord.media.wire import Held

Rewrite = Callable[[bytes, Item, Sequence[Patch], Mapping[str, bytes | None]], bytes]
"""Rewrites an Office file: `rewrite(data, item, patches, replaced)`."""


def rebuild(
    part: Media,
    opening: Opening,
    changes: Changes,
    limits: MediaLimits | None = None,
    *,
    rewrite: Rewrite | None = None,
) -> Media:
    """Build a part anew.

    A picture is painted and encoded from its pixels; a PDF is written from painted pages and the text that was
    read; a recording is cut and encoded from its samples; Office files and text are rewritten. Embedded files
    are built the same way, and left out where they are withheld or cannot be built.

    Args:
        part: the original part.
        opening: what was found in it.
        changes: marks on its surfaces, cuts of its sounds, patches of its strips, items that may not leave.
        limits: bounds it was opened within.
        rewrite: rewrites an Office file; in this process unless another way is given.

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
        data, media_type = _Builder(part.reveal(), opening, changes, limits or MediaLimits(), rewrite).build(
            opening.items[0]
        )
    except AccordError:
        raise
    except (ValueError, OSError, MemoryError, ArithmeticError, LookupError) as error:
        raise ContentError(f"it cannot be built anew: {type(error).__name__}") from None
    return replace(part, _value=data, media_type=media_type, name="")


class _Builder:
    """Builds the items of one opening, embedded files first."""

    def __init__(
        self, data: bytes, opening: Opening, changes: Changes, limits: MediaLimits, rewrite: Rewrite | None
    ) -> None:
        self.data = data
        self.items = opening.items
        self.changes = changes
        self.limits = limits
        self.rewrite = rewrite or self._rewrite

    def build(self, item: Item) -> tuple[bytes, str]:
        """One item as a new file with its media type.

        Raises:
            ContentError: it cannot be built.
        """
        if item.kind == "picture":
            return self._picture(item)
        if item.kind == "sound":
            return self._sound(item)
        if item.kind == "pdf":
            return self._pdf(item), "application/pdf"
        if item.kind == "office":
            return self._office(item), item.media_type
        if item.kind == "text":
            return self._text(item), item.media_type
        raise ContentError("a file of a kind that was not inspected cannot be built anew")

    def _painted(self, item: Item) -> list[Surface]:
        """The pages of an item that are released, in order, painted where there are marks."""
        from accord.transform.image import paint

        marks = self._marks(item)
        pages = []
        for surface in sorted((s for s in item.surfaces if not s.view), key=lambda s: s.page):
            mine = [mark for mark in marks if mark.box.page == surface.page]
            if mine:
                painted = paint(surface.pixels, mine)
                pages.append(Surface.of(painted, item=item.number, page=surface.page))
            else:
                pages.append(surface)
        return pages

    def _marks(self, item: Item) -> list[Mark]:
        return [mark for mark in self.changes.marks if mark.item == item.number]

    def _patches(self, item: Item) -> list[Patch]:
        return [patch for patch in self.changes.patches if patch.item == item.number]

    def _picture(self, item: Item) -> tuple[bytes, str]:
        from accord.media.encode import encode_picture

        if item.media_type != "image/tiff":
            item = replace(item, surfaces=tuple(s for s in item.surfaces if not s.page))
        pages = [surface.pixels for surface in self._painted(item)]
        if not pages:
            raise ContentError("no pixels of the picture were inspected")
        return encode_picture(pages, item.media_type)

    def _sound(self, item: Item) -> tuple[bytes, str]:
        from accord.media.encode_sound import encode_sound
        from accord.transform.audio import applied

        if item.sound is None:
            raise ContentError("no samples of the recording were inspected")
        cuts = [cut for cut in self.changes.cuts if cut.item == item.number]
        return encode_sound(applied(item.sound, cuts), item.media_type)

    def _pdf(self, item: Item) -> bytes:
        from accord.media.pdf_write import write_pdf

        kept = [(key, data) for key, data in self._embedded(item) if data is not None]
        return write_pdf(self._painted(item), item.strips, self._marks(item), kept, self.limits.dpi)

    def _office(self, item: Item) -> bytes:
        if item.number and not isinstance(item, Held):
            raise ContentError("the embedded file is not at hand")
        data = item.data if isinstance(item, Held) else self.data
        return self.rewrite(data, item, self._patches(item), dict(self._embedded(item)))

    def _rewrite(
        self, data: bytes, item: Item, patches: Sequence[Patch], replaced: Mapping[str, bytes | None]
    ) -> bytes:
        from accord.media.office_write import rewrite_office

        return rewrite_office(data, item, patches, replaced, limits=self.limits)

    def _text(self, item: Item) -> bytes:
        if not item.strips:
            raise ContentError("no text of the file was inspected")
        patches = [patch for patch in self._patches(item) if patch.strip == 0]
        return patched(item.strips[0].text, patches).encode()

    def _embedded(self, item: Item) -> list[tuple[str, bytes | None]]:
        """The files embedded in an item with their keys, built anew; None for one that does not leave."""
        children = [child for child in self.items if child.parent == item.number]
        return [(child.key, self._leaving(child)) for child in children]

    def _leaving(self, item: Item) -> bytes | None:
        if item.number in self.changes.withheld:
            return None
        try:
            return self.build(item)[0]
        except ContentError:
            return None


def patched(text: str, patches: Sequence[Patch]) -> str:
    """A text with its patches written into it, which are disjoint."""
    pieces, at = [], 0
    for patch in sorted(patches, key=lambda one: one.span):
        if patch.span.start < at or patch.span.end > len(text):
            raise ContentError("patches overlap, or lie outside the text")
        pieces += [text[at : patch.span.start], patch.text]
        at = patch.span.end
    return "".join(pieces) + text[at:]
