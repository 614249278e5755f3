"""What is built anew holds what was inspected, with the changes, and nothing else."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from PIL import Image as Picture

from accord.core.content import Document, Image, Role
from accord.core.media import Changes, Item, Mark, Opening, Patch, Strip, Surface
from accord.core.place import Box, Span
from accord.errors import ContentError
from accord.media.limits import MediaLimits
from accord.media.rebuild import patched, rebuild
from accord.media.unpack import unpack
from accord.media.wire import hold

LIMITS = MediaLimits()


def opened(data: bytes) -> Opening:
    return unpack(data, LIMITS, lambda: False)


def saved(image: Picture.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def built(data: bytes, *, kind: type[Image] = Image, changes: Changes | None = None) -> bytes:
    return rebuild(kind(data), opened(data), changes or Changes()).reveal()


def filled(left: int, top: int, right: int, bottom: int, page: int = 0, item: int = 0) -> Mark:
    return Mark(Box(left, top, right, bottom, page), "fill", item=item)


def test_marks_are_painted_on_their_page_only() -> None:
    pages = [Picture.new("RGB", (20, 20), "white") for _ in range(3)]
    data = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    changes = Changes((filled(0, 0, 20, 20, page=1), filled(0, 0, 20, 20, page=2, item=1)))
    again = opened(built(data, changes=changes)).items[0]
    assert again.media_type == "image/tiff"
    assert [int(surface.pixels.max()) for surface in again.surfaces] == [255, 0, 255]


def test_of_an_animation_the_first_frame_leaves() -> None:
    frames = [Picture.new("RGB", (60, 60), colour) for colour in ("red", "lime")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    changes = Changes((filled(0, 0, 60, 20, page=1), filled(0, 40, 60, 60, page=0)))
    again = opened(built(data, changes=changes)).items[0]
    assert len(again.surfaces) == 1 and again.pages == 1
    assert (again.surfaces[0].pixels[:30] == (255, 0, 0)).all()
    assert (again.surfaces[0].pixels[40:] == 0).all()


def test_what_is_transparent_is_released_as_it_was_inspected() -> None:
    hidden = Picture.new("RGBA", (20, 20), (200, 10, 10, 0))
    hidden.paste((0, 0, 250, 255), (0, 0, 5, 5))
    found = opened(saved(hidden))
    again = opened(built(saved(hidden))).items[0]
    assert len(again.surfaces) == 1
    assert (again.surfaces[0].pixels == found.items[0].surfaces[0].pixels).all()
    assert not (again.surfaces[0].pixels == (200, 10, 10)).all(axis=2).any()


def test_text_is_rewritten_by_its_patches() -> None:
    part = Document(b"Jane met Karl.", name="Jane.txt", role=Role.TOOL, message=2)
    changes = Changes(
        patches=(Patch(0, Span(9, 13), "P2"), Patch(0, Span(0, 4), "P1"), Patch(0, Span(0, 4), "x", item=1))
    )
    made = rebuild(part, opened(part.reveal()), changes)
    assert made.reveal() == b"P1 met P2."
    assert (type(made), made.name, made.role, made.message, made.media_type) == (
        Document,
        "",
        Role.TOOL,
        2,
        "text/plain",
    )


def test_patches_that_overlap_are_refused() -> None:
    assert patched("abc", [Patch(0, Span(1, 1), "-"), Patch(0, Span(1, 2), "x")]) == "a-xc"
    for bad in ([Patch(0, Span(0, 2), ""), Patch(0, Span(1, 3), "")], [Patch(0, Span(2, 4), "")]):
        with pytest.raises(ContentError):
            patched("abc", bad)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\nbroken", bytes(range(256)), b"PK\x03\x04" + b"\0" * 30])
def test_what_was_not_inspected_is_never_built(data: bytes) -> None:
    with pytest.raises(ContentError) as caught:
        built(data)
    assert "broken" not in str(caught.value)


def test_nothing_is_built_of_nothing_or_of_what_is_withheld() -> None:
    part = Image(saved(Picture.new("L", (3, 3))))
    with pytest.raises(ContentError):
        rebuild(part, Opening(), Changes())
    with pytest.raises(ContentError):
        rebuild(part, opened(part.reveal()), Changes(withheld=frozenset({0})))


Calls = list[tuple[object, ...]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """Writers of documents that only note what they are asked for."""
    seen: Calls = []

    def write_pdf(
        pages: Sequence[Surface], strips: object, marks: Sequence[Mark], files: Sequence[tuple[str, bytes]], dpi: int
    ) -> bytes:
        seen.append(("pdf", list(pages), strips, list(marks), list(files), dpi))
        return b"%PDF-new"

    def rewrite_office(
        data: bytes,
        item: Item,
        patches: Sequence[Patch],
        replaced: Mapping[str, bytes | None],
        *,
        limits: MediaLimits,
    ) -> bytes:
        seen.append(("office", data, item.number, list(patches), dict(replaced), limits))
        return b"new office"

    for name, function in (("pdf_write", write_pdf), ("office_write", rewrite_office)):
        module = ModuleType(f"accord.media.{name}")
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, module.__name__, module)
    return seen


def page(number: int, item: int) -> Surface:
    return Surface.of(np.full((10, 10, 3), 200, dtype=np.uint8), item=item, page=number)


def text(number: int, parent: int, words: str, key: str) -> Item:
    return Item(
        number,
        parent,
        "text",
        "text/plain",
        key,
        strips=(Strip(words, "attachment", key="content", item=number, writable=True),),
    )


def test_a_document_is_built_with_the_files_in_it(calls: Calls) -> None:
    shown = Strip("seen", "ocr", np.zeros((4, 5), dtype=np.int32))
    pdf = Item(0, None, "pdf", "application/pdf", "", (page(1, 0), page(0, 0)), (shown,))
    office = hold(Item(1, 0, "office", "application/x", "a.docx"), b"old office")
    files = (text(2, 0, "of Jane", "b.txt"), text(3, 0, "secret", "c.txt"), text(4, 1, "inner", "word/x.txt"))
    unread = Item(5, 1, "other", "video/mp4", "word/v.mp4")
    opening = Opening((pdf, office, *files, unread))
    changes = Changes(
        (filled(0, 0, 5, 5, page=0),),
        (Patch(0, Span(3, 7), "P1", item=2), Patch(1, Span(0, 1), "", item=1)),
        frozenset({3}),
    )
    made = rebuild(Document(b"%PDF-old"), opening, changes, MediaLimits(dpi=100))
    assert (made.reveal(), made.media_type) == (b"%PDF-new", "application/pdf")
    (_, data, number, patches, replaced, _), (_, pages, strips, marks, attached, dpi) = calls
    assert (data, number, patches) == (b"old office", 1, [Patch(1, Span(0, 1), "", item=1)])
    assert replaced == {"word/x.txt": b"inner", "word/v.mp4": None}
    assert [surface.page for surface in pages] == [0, 1]  # type: ignore[attr-defined]
    assert [int(surface.pixels[2, 2, 0]) for surface in pages] == [0, 200]  # type: ignore[attr-defined]
    assert (strips, marks, dpi) == ((shown,), list(changes.marks), 100)
    assert attached == [("a.docx", b"new office"), ("b.txt", b"of P1")]


def test_an_office_file_is_rewritten_from_its_own_bytes(calls: Calls) -> None:
    office = Item(0, None, "office", "application/x")
    lost = Item(1, 0, "office", "application/x", "word/e.docx")
    rebuild(Document(b"old"), Opening((office, lost)), Changes())
    assert [(call[1], call[4]) for call in calls] == [(b"old", {"word/e.docx": None})]


def test_a_part_keeps_what_it_is(calls: Calls) -> None:
    part = replace(Document(saved(Picture.new("L", (3, 3)))), name="Jane.pdf")
    made = rebuild(part, opened(part.reveal()), Changes())
    assert (type(made), made.media_type, made.name) == (Document, "image/png", "")
