"""What stands on or beside the pages of a PDF: comments, form fields, links, bookmarks, scripts, attached files."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2.raw as c

from accord.core.media import Stop
from accord.media.limits import MediaLimits
from accord.media.parts import Embedded
from accord.media.pdf_ledger import Ledger, Place, plain

if TYPE_CHECKING:
    from accord.media.pdf_text import View

ENTRIES = 20_000
"""How many annotations of a page, bookmarks or options are looked at."""

_UNSHOWN = 1 | 2 | 32  # Invisible, Hidden and NoView (ISO 32000-2, table 167)
_TEXTS = (("Contents", ""), ("RC", ""), ("T", "Author"), ("Subj", "Subject"))
_SCRIPTS = (12, 13, 14, 15)  # additional actions of a field: keystroke, format, validate, calculate
_LONGEST = 4_000_000  # characters of one string


def wide(call: Callable[..., int], *arguments: Any) -> str:
    """A string that pdfium writes as UTF-16 into a buffer of which it first tells the size in bytes."""
    size = call(*arguments, None, 0)
    if not 2 < size <= 2 * _LONGEST:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    call(*arguments, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "surrogatepass")


def narrow(call: Callable[..., int], *arguments: Any) -> str:
    """A string of bytes, read as UTF-8 and otherwise as Latin-1."""
    size = call(*arguments, None, 0)
    if not 1 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    call(*arguments, buffer, size)
    found = buffer.raw[: size - 1]
    try:
        return found.decode()
    except UnicodeDecodeError:
        return found.decode("latin-1")


@dataclass(slots=True)
class Files:
    """Files inside a PDF, each once, within bounds.

    Attributes:
        found: what was taken.
        dropped: there were more, or larger ones, than allowed.
    """

    limits: MediaLimits
    found: list[Embedded] = field(default_factory=list)
    dropped: bool = False
    _hashes: set[int] = field(default_factory=set)
    _bytes: int = 0

    def room(self, size: int) -> bool:
        """Whether a file of `size` bytes may still be taken; otherwise it is remembered that one was dropped."""
        fits = len(self.found) < self.limits.files and self._bytes + size <= self.limits.bytes
        self.dropped |= not fits
        return fits

    def take(self, key: str, data: bytes, media_type: str = "") -> None:
        """Take a file, unless the same bytes were taken."""
        if hash(data) in self._hashes or not self.room(len(data)):
            return
        self._hashes.add(hash(data))
        self._bytes += len(data)
        self.found.append(Embedded(key, data, media_type))


def read_annotations(pdf: Any, page: Any, form: Any, number: int, view: View, ledger: Ledger, files: Files) -> None:
    """Read the annotations of a page: comments, links, form fields, attached files.

    Args:
        pdf: the document.
        page: the page.
        form: the form environment, or None.
        number: of the page, from 0.
        view: how it lies on its surface.
        ledger: where they are written.
        files: where attached files go.
    """
    for index in range(min(ENTRIES, max(0, c.FPDFPage_GetAnnotCount(page)))):
        note = c.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        try:
            place, hidden = _place(note, number, view)
            kind = c.FPDFAnnot_GetSubtype(note)
            if kind == c.FPDF_ANNOT_WIDGET:
                _field(note, form, place, hidden, ledger)
            else:
                _comment(note, place, hidden, ledger)
            if kind == c.FPDF_ANNOT_LINK:
                link = c.FPDFAnnot_GetLink(note)
                _action(pdf, c.FPDFLink_GetAction(link) if link else None, place, hidden, ledger)
            elif kind == c.FPDF_ANNOT_FILEATTACHMENT:
                _file(c.FPDFAnnot_GetFileAttachment(note), place, ledger, files)
        finally:
            c.FPDFPage_CloseAnnot(note)


def _place(note: Any, number: int, view: View) -> tuple[Place | None, bool]:
    """Where an annotation stands, and whether it is hidden."""
    hidden = bool(c.FPDFAnnot_GetFlags(note) & _UNSHOWN)
    rect = c.FS_RECTF()
    if not c.FPDFAnnot_GetRect(note, rect):
        return None, hidden
    frame = np.array([[rect.left, rect.bottom, rect.right, rect.top]], dtype=np.float64)
    box = view.boxes(frame)[0]
    if not np.isfinite(box).all():
        return None, True
    left, top = max(0, int(np.floor(box[0]))), max(0, int(np.floor(box[1])))
    right, bottom = min(view.width, int(np.ceil(box[2]))), min(view.height, int(np.ceil(box[3])))
    if left >= right or top >= bottom:
        return None, True
    return (left, top, right, bottom, number), hidden


def _comment(note: Any, place: Place | None, hidden: bool, ledger: Ledger) -> None:
    for key, name in _TEXTS:
        text = wide(c.FPDFAnnot_GetStringValue, note, key.encode())
        if key == "RC":
            text = plain(text)
            if ledger.says(text):
                continue
        ledger.add("pdf.annotation", text, place, name=name, hidden=hidden)


def _field(note: Any, form: Any, place: Place | None, hidden: bool, ledger: Ledger) -> None:
    if not form:
        name = wide(c.FPDFAnnot_GetStringValue, note, b"T")
        ledger.add("pdf.form", wide(c.FPDFAnnot_GetStringValue, note, b"V"), place, name=name, hidden=hidden)
        return
    name = wide(c.FPDFAnnot_GetFormFieldName, form, note)
    title = wide(c.FPDFAnnot_GetFormFieldAlternateName, form, note)
    value = wide(c.FPDFAnnot_GetFormFieldValue, form, note)
    ledger.add("pdf.form", value, place, name=title or name, hidden=hidden)
    ledger.add("pdf.form", name, place, name="Name", hidden=hidden)
    ledger.add("pdf.form", title, place, name="Title", hidden=hidden)
    export = wide(c.FPDFAnnot_GetFormFieldExportValue, form, note)
    if export != value:
        ledger.add("pdf.form", export, place, name=title or name, hidden=hidden)
    ledger.add("pdf.form", plain(wide(c.FPDFAnnot_GetStringValue, note, b"RV")), place, hidden=hidden)
    for option in range(min(ENTRIES, max(0, c.FPDFAnnot_GetOptionCount(form, note)))):
        ledger.add("pdf.form", wide(c.FPDFAnnot_GetOptionLabel, form, note, option), place, hidden=hidden)
    for event in _SCRIPTS:
        script = wide(c.FPDFAnnot_GetFormAdditionalActionJavaScript, form, note, event)
        ledger.add("pdf.script", script, hidden=True)


def _action(pdf: Any, action: Any, place: Place | None, hidden: bool, ledger: Ledger) -> None:
    if not action:
        return
    kind = c.FPDFAction_GetType(action)
    if kind == c.PDFACTION_URI:
        ledger.add("pdf.link", narrow(c.FPDFAction_GetURIPath, pdf, action), place, hidden=hidden)
    elif kind in (c.PDFACTION_REMOTEGOTO, c.PDFACTION_LAUNCH, c.PDFACTION_EMBEDDEDGOTO):
        ledger.add("pdf.link", narrow(c.FPDFAction_GetFilePath, action), place, hidden=hidden)


def read_outline(pdf: Any, ledger: Ledger, stop: Stop) -> None:
    """Read the bookmarks of a document; each is visited once, so a loop among them ends."""
    seen: set[int] = set()
    waiting = [c.FPDFBookmark_GetFirstChild(pdf, None)]
    while waiting and len(seen) < ENTRIES and not stop():
        mark = waiting.pop()
        if not mark or ctypes.addressof(mark.contents) in seen:
            continue
        seen.add(ctypes.addressof(mark.contents))
        ledger.add("pdf.outline", wide(c.FPDFBookmark_GetTitle, mark))
        _action(pdf, c.FPDFBookmark_GetAction(mark), None, False, ledger)
        waiting.append(c.FPDFBookmark_GetNextSibling(pdf, mark))
        waiting.append(c.FPDFBookmark_GetFirstChild(pdf, mark))


def read_scripts(pdf: Any, ledger: Ledger) -> None:
    """Read the scripts that run when a document is opened."""
    for index in range(min(ENTRIES, max(0, c.FPDFDoc_GetJavaScriptActionCount(pdf)))):
        script = c.FPDFDoc_GetJavaScriptAction(pdf, index)
        if script:
            name = wide(c.FPDFJavaScriptAction_GetName, script)
            ledger.add("pdf.script", wide(c.FPDFJavaScriptAction_GetScript, script), name=name, hidden=True)
            c.FPDFDoc_CloseJavaScriptAction(script)


def read_attachments(pdf: Any, ledger: Ledger, files: Files) -> None:
    """Take the files attached to a document."""
    for index in range(max(0, c.FPDFDoc_GetAttachmentCount(pdf))):
        if not files.room(0):
            break
        _file(c.FPDFDoc_GetAttachment(pdf, index), None, ledger, files)


def _file(attached: Any, place: Place | None, ledger: Ledger, files: Files) -> None:
    if not attached:
        return
    name = wide(c.FPDFAttachment_GetName, attached)
    ledger.add("pdf.attachment", name, place, name="File")
    ledger.add("pdf.attachment", wide(c.FPDFAttachment_GetDescription, attached), place, name="Description")
    size = ctypes.c_ulong()
    if not c.FPDFAttachment_GetFile(attached, None, 0, size) or not files.room(size.value):
        return
    buffer = ctypes.create_string_buffer(max(1, size.value))
    if c.FPDFAttachment_GetFile(attached, buffer, size.value, size):
        media_type = wide(c.FPDFAttachment_GetSubtype, attached).removeprefix("/")
        files.take(name, buffer.raw[: size.value], media_type)


def read_labels(pdf: Any, pages: int) -> Iterator[str]:
    """The labels of the first pages, where they are more than numbers."""
    for index in range(pages):
        label = wide(c.FPDF_GetPageLabel, pdf, index)
        if label and not label.isdecimal():
            yield label
