"""What a PDF says about itself: document information, XMP, and every other text in its objects.

The pages are pdfium's; this walks the graph of objects from the trailer with pypdf, and writes down every string that
nothing else has read: alternative texts, names of layers and destinations, private data, forms in XML.
What it cannot parse is no flaw, because none of it survives a rebuild.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

from accord.core.media import Stop
from accord.media.pdf_extras import Files
from accord.media.pdf_ledger import Ledger, plain

OBJECTS = 50_000
"""How many objects are walked."""

_INFO = re.compile(rb"<x:xmpmeta\b.*?</x:xmpmeta>|<rdf:RDF\b.*?</rdf:RDF>", re.DOTALL)
_PACKET = 4_000_000  # bytes of XMP that are read
_NODE = re.compile(r'<([\w.-]+:[\w.-]+)\b|([\w.-]+:[\w.-]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')|>([^<]+)<')
_DULL = frozenset(
    "/ID /CharSet /Registry /Ordering /DA /Panose /FontFamily /Style /Lookup /CheckSum /Lang "
    "/M /CreationDate /ModDate /NM /Encrypt /CIDSystemInfo /ICCBased /BaseState /DocChecksum /DS".split()
)
_KINDS = {
    "/JS": "pdf.script",
    "/URI": "pdf.link",
    "/F": "pdf.link",
    "/UF": "pdf.link",
    "/V": "pdf.form",
    "/DV": "pdf.form",
    "/TU": "pdf.form",
    "/Opt": "pdf.form",
    "/XFA": "pdf.form",
    "/Contents": "pdf.annotation",
    "/Subj": "pdf.annotation",
    "/ActualText": "pdf.alternative",
    "/Alt": "pdf.alternative",
    "/E": "pdf.alternative",
}
_RICH = ("/RC", "/RV")
_TOLD = {"/PieceInfo": "pdf.PieceInfo", "/Thumb": "pdf.Thumbnail", "/StructTreeRoot": "pdf.Structure"}


@contextmanager
def quiet() -> Iterator[None]:
    """Pypdf tells of broken files in its log and in warnings, with words from inside them."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


def read_info(data: bytes, ledger: Ledger, files: Files, stop: Stop) -> list[str]:
    """Write down what a document says about itself.

    Args:
        data: the file.
        ledger: where it is written.
        files: where files go that no list of attachments names.
        stop: asked between objects.

    Returns:
        Keys of its metadata (`pdf.Author`), in the order they were met.
    """
    keys: dict[str, None] = {}
    with quiet():
        try:
            reader = PdfReader(BytesIO(data), strict=False, root_object_recovery_limit=1000)
            if reader.is_encrypted:
                reader.decrypt("")
            _information(reader.trailer.get("/Info"), ledger, keys)
            for name, thing in _walk(reader.trailer, stop):
                _note(name, thing, ledger, files, keys)
        except Exception:  # noqa: S110 - whatever a hostile file does to the parser, the rest was read
            pass
    for packet in _INFO.finditer(data):
        _xmp(packet[0], ledger, keys)
    return list(keys)


def _information(info: Any, ledger: Ledger, keys: dict[str, None]) -> None:
    info = info.get_object() if isinstance(info, IndirectObject) else info
    if not isinstance(info, DictionaryObject):
        return
    for key in info:
        value = info[key]
        if isinstance(value, (TextStringObject, ByteStringObject)):
            name = str(key).removeprefix("/")
            ledger.add("metadata", _text(value), name=name, hidden=False)
            keys[f"pdf.{name if re.fullmatch(r'[A-Za-z]{1,20}', name) else 'Other'}"] = None


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _walk(root: Any, stop: Stop) -> Iterator[tuple[str, Any]]:
    """Every object reachable from `root`, each once, with the key it stands under; bounded."""
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[str, Any]] = [("", root)]
    for _ in range(OBJECTS):
        if not waiting or stop():
            return
        name, thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if (thing.idnum, thing.generation) in seen:
                continue
            seen.add((thing.idnum, thing.generation))
            thing = _resolved(thing)
        yield name, thing
        if isinstance(thing, DictionaryObject):
            signed = "/ByteRange" in thing
            waiting += [
                (key, thing.raw_get(key))
                for key in thing
                if key not in _DULL and not (signed and key == "/Contents") and key != "/Info"
            ]
        elif isinstance(thing, ArrayObject) and not (thing and thing[0] == "/Indexed"):
            waiting += [
                (name, thing.raw_get(index) if hasattr(thing, "raw_get") else thing[index])
                for index in range(min(len(thing), OBJECTS))
            ]


def _resolved(reference: Any) -> Any:
    try:
        return reference.get_object()
    except Exception:
        return None


def _note(name: str, thing: Any, ledger: Ledger, files: Files, keys: dict[str, None]) -> None:
    """Write down what one object says."""
    if name in _TOLD:
        keys[_TOLD[name]] = None
    if isinstance(thing, StreamObject):
        _stream(name, thing, ledger, files, keys)
    elif isinstance(thing, DictionaryObject):
        for key in ("/UF", "/F"):
            if "/EF" in thing and isinstance(thing.get(key), str):
                ledger.add("pdf.attachment", str(thing[key]), name="File")
                break
    elif isinstance(thing, TextStringObject):
        text = plain(str(thing)) if name in _RICH else str(thing)
        if not ledger.says(text):
            ledger.add(_KINDS.get(name, "pdf.other"), text, hidden=True)


def _stream(name: str, thing: Any, ledger: Ledger, files: Files, keys: dict[str, None]) -> None:
    kind = thing.get("/Type")
    if kind not in ("/Metadata", "/EmbeddedFile") and name not in ("/JS", "/XFA", "/Metadata", *_RICH):
        return
    try:
        data = bytes(thing.get_data())
    except Exception:
        return
    if kind == "/EmbeddedFile":
        files.take("", data, str(thing.get("/Subtype", "")).removeprefix("/"))
    elif kind == "/Metadata" or name == "/Metadata":
        _xmp(data, ledger, keys)
    else:
        text = data[:_PACKET].decode("utf-8", "replace")
        ledger.add(_KINDS.get(name, "pdf.annotation"), text if name == "/JS" else plain(text), hidden=True)


def _xmp(packet: bytes, ledger: Ledger, keys: dict[str, None]) -> None:
    """Write down the values of an XMP packet (ISO 16684-1), each after the property it belongs to."""
    if packet[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = packet[:_PACKET].decode("utf-16", "replace")
    else:
        text = packet[:_PACKET].decode("utf-8", "replace")
    keys["pdf.XMP"] = None
    element = ""
    for tag, attribute, double, single, words in _NODE.findall(text):
        if tag:
            element = element if tag.startswith("rdf:") else tag
        elif attribute and not attribute.startswith(("xmlns:", "rdf:", "xml:")):
            ledger.add("metadata", plain(double or single), name=attribute)
        elif words.strip():
            ledger.add("metadata", plain(words), name=element)
