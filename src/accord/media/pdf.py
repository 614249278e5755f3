"""Opening PDF files: pages as a viewer sees them, their text layer with places, and all that stands beside them.

Pixels and text of a PDF can disagree, so both are inspected. Nothing here trusts the file: it is measured before
it is decoded, and what goes beyond a bound is left out and said.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
import pypdfium2.raw as c

from accord.core.media import Flaw, Item, Stop, Strip, Surface
from accord.media import pdf_extras
from accord.media.limits import MediaLimits
from accord.media.parts import Opened
from accord.media.pdf_bounds import unpacks_too_far
from accord.media.pdf_info import read_info
from accord.media.pdf_ledger import Ledger
from accord.media.pdf_order import in_order
from accord.media.pdf_page import Size, draw, look_over, size_of, view_of, without
from accord.media.pdf_text import Layer, Letters, View, lay, read_letters, unseen

if TYPE_CHECKING:
    pass

MEDIA_TYPE = "application/pdf"

ENCRYPTED = "encrypted: it opens with a password only"
CORRUPT = "corrupt or truncated: no PDF reader would open it"
LARGE = "larger than is inspected"
UNPACKS = "a stream in it unpacks to more than is allowed"
MORE_PIXELS = "more pixels than are inspected"
MORE_TEXT = "more text than is inspected"
MORE_FILES = "more or larger embedded files than are inspected"
BROKEN_PAGE = "a page could not be read"
LARGE_PICTURE = "a picture on a page has more pixels than are decoded"
SMALL_PRINT = "a page is too large to be drawn so that its print is legible"
LATE = "the time for it was over"

_LEGIBLE = 6.0  # pixels: the size of the smallest letters that recognisers read
_TRAILERS = 64


@dataclass(slots=True)
class _Work:
    """What opening one document has come to so far."""

    number: int
    limits: MediaLimits
    stop: Stop
    ledger: Ledger
    files: pdf_extras.Files
    surfaces: list[Surface] = field(default_factory=list)
    seen: Layer = field(default_factory=Layer)
    veiled: Layer = field(default_factory=Layer)
    pixels: int = 0
    reasons: dict[str, str] = field(default_factory=dict)

    def flaw(self, category: str, reason: str) -> None:
        """Note what could not be read; each reason once."""
        self.reasons.setdefault(reason, category)

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        return tuple(Flaw(category, reason, self.number) for reason, category in self.reasons.items())


def open_pdf(data: bytes, number: int, parent: int | None, key: str, limits: MediaLimits, stop: Stop) -> Opened:
    """Open a PDF; see `accord.media.parts.Open`.

    Surfaces are its pages. Strips are, where there is something: `pdf` (the text layer that a viewer sees, and
    that of scans, in one piece), `pdf.hidden` (the text layer that nobody sees), `metadata`, `pdf.annotation`,
    `pdf.form`, `pdf.link`, `pdf.outline`, `pdf.script`, `pdf.attachment` (names), `pdf.alternative`, `pdf.other`,
    and `pdf.order`: the text layer read by position, for pages drawn in an order that makes little sense.
    """
    work = _Work(number, limits, stop, Ledger(limits.characters), pdf_extras.Files(limits))
    pages = 0
    metadata: list[str] = []
    if len(data) > limits.bytes:
        work.flaw("fault.undecodable", LARGE)
    elif unpacks_too_far(data, limits, stop):
        late = stop()
        work.flaw("fault.deadline" if late else "fault.undecodable", LATE if late else UNPACKS)
    else:
        pages, metadata = _open(data, work)
    strips: list[Strip] = []
    for layer, hidden in ((work.seen, False), (work.veiled, True)):
        strip = layer.strip(number, hidden=hidden)
        if strip is not None:
            strips += in_order(strip)
    strips += work.ledger.strips(number)
    if work.ledger.full:
        work.flaw("fault.uninspected", MORE_TEXT)
    if work.files.dropped:
        work.flaw("fault.uninspected", MORE_FILES)
    item = Item(
        number, parent, "pdf", MEDIA_TYPE, key, tuple(work.surfaces), tuple(strips), tuple(metadata), max(1, pages)
    )
    return Opened(item, work.flaws, tuple(work.files.found))


def _open(data: bytes, work: _Work) -> tuple[int, list[str]]:
    """Read everything there is; how many pages it has, and which metadata."""
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = getattr(error, "err_code", None) in (c.FPDF_ERR_PASSWORD, c.FPDF_ERR_SECURITY)
        work.flaw("fault.undecodable", ENCRYPTED if locked else CORRUPT)
        return 0, []
    try:
        with _quiet(), suppress(pdfium.PdfiumError):
            pdf.init_forms()
        pages = len(pdf)
        if pages <= 0:
            work.flaw("fault.undecodable", CORRUPT)
        if pages > work.limits.pages:
            # Nothing of it can leave whole, so nothing of it is drawn: that alone would take minutes.
            most = work.limits.pages
            work.flaw("fault.uninspected", f"{pages} pages; at most {most} are inspected (limits.media.pages)")
            return pages, []
        for index in range(pages):
            if work.stop():
                work.flaw("fault.deadline", LATE)
                break
            if not _page(pdf, index, work):
                break
        metadata = _beside(pdf, data, pages, work)
        return pages, metadata
    finally:
        pdf.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """pypdfium2 logs a line about forms it does not draw."""
    logger = logging.getLogger("pypdfium2._helpers.document")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _page(pdf: Any, index: int, work: _Work) -> bool:
    """Read one page; False where no more may be drawn."""
    try:
        page = pdf[index]
    except pdfium.PdfiumError:
        work.flaw("fault.undecodable", BROKEN_PAGE)
        return True
    try:
        size = size_of(page.get_width(), page.get_height(), work.limits)
        if size is None:
            work.flaw("fault.undecodable", BROKEN_PAGE)
            return True
        work.pixels += size.width * size.height
        if work.pixels > work.limits.total_pixels:
            work.flaw("fault.uninspected", MORE_PIXELS)
            return False
        view = view_of(page, size)
        _draw(page, pdf.formenv, index, size, view, work)
        pdf_extras.read_annotations(pdf, page, pdf.formenv, index, view, work.ledger, work.files)
    except (pdfium.PdfiumError, MemoryError, ValueError, ArithmeticError, LookupError):
        work.flaw("fault.undecodable", BROKEN_PAGE)
    finally:
        page.close()
    return True


def _draw(page: Any, form: Any, index: int, size: Size, view: View, work: _Work) -> None:
    """Draw a page and lay its text."""
    things = look_over(page, work.limits)
    if things.oversized:
        work.flaw("fault.uninspected", LARGE_PICTURE)
    textpage = page.get_textpage()
    room = work.limits.characters - len(work.seen.text) - len(work.veiled.text)
    letters = read_letters(textpage, max(0, room))
    textpage.close()
    if not letters.complete:
        work.flaw("fault.uninspected", MORE_TEXT)
    shown = draw(page, form, size)
    work.surfaces.append(Surface.of(shown, item=work.number, page=index))
    if letters.codes:
        without(things)
        boxes = view.boxes(letters.frames)
        hidden = unseen(letters, boxes, view, shown, draw(page, form, size), view.boxes(things.pictures))
        lay(letters, boxes, hidden, view, index, work.seen, work.veiled)
    if size.reduced and _small_print(letters, size, work.limits):
        work.flaw("fault.uninspected", SMALL_PRINT)


def _small_print(letters: Letters, size: Size, limits: MediaLimits) -> bool:
    """Whether letters of a page, or a page without a text layer, are drawn too small to be read."""
    print_sizes = [points for points in letters.sizes if points >= 1]
    if print_sizes:
        return min(print_sizes) * size.scale < _LEGIBLE
    return size.scale < limits.dpi / 72 / 2


def _beside(pdf: Any, data: bytes, pages: int, work: _Work) -> list[str]:
    """Read what stands beside the pages; the keys of the metadata."""
    pdf_extras.read_outline(pdf, work.ledger, work.stop)
    pdf_extras.read_scripts(pdf, work.ledger)
    pdf_extras.read_attachments(pdf, work.ledger, work.files)
    metadata = read_info(data, work.ledger, work.files, work.stop)
    for name, value in pdf.get_metadata_dict(skip_empty=True).items():
        if f"pdf.{name}" not in metadata:
            work.ledger.add("metadata", value, name=name)
            metadata.append(f"pdf.{name}")
    for label in pdf_extras.read_labels(pdf, pages):
        work.ledger.add("pdf.other", label)
    ends = (ctypes.c_uint * _TRAILERS)()
    if min(c.FPDF_GetTrailerEnds(pdf, ends, _TRAILERS), _TRAILERS) > 1:
        metadata.append("pdf.Revisions")
    return metadata
