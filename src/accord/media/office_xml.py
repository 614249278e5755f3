"""XML of office files: parsed within bounds, and which of its values are content rather than structure."""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import Any

from lxml import etree

from accord.media.office_spaces import SPACES
from accord.media.office_words import is_known
from accord.media.office_zip import Unreadable

Element = Any
"""An element of lxml, which has no types."""

_REFERENCES = ("officeDocument/2006/relationships", "ooxml/officeDocument/relationships")
_MOST_ELEMENTS = 4_000_000
_DROPPED_ATTRIBUTES = frozenset(
    "date dateUtc dT dt cm vm gfxdata ProcessContent MustUnderstand PreserveElements PreserveAttributes".split()
)
_DROPPED_ELEMENTS = frozenset(
    {"latentStyles", "dataBinding", "placeholder", "attachedTemplate", "mailMerge", "fileSharing", "pivotCaches"}
)


def parse_xml(data: bytes, *, mend: bool = False) -> Element:
    """Parse one part: no document type, no entities, no network; at most 4 million elements.

    Args:
        data: UTF-8 or UTF-16, as ECMA-376 part 2 demands.
        mend: accept what is not well-formed (VML drawings that Excel wrote).

    Returns:
        The root element.

    Raises:
        Unreadable: it is no XML, or not within bounds.
    """
    text = _decoded(data)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable("a part declares entities or a document type")
    if text.count("<") > 2 * _MOST_ELEMENTS:
        raise Unreadable("a part has too many elements", "fault.uninspected")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=mend, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("a part is not well-formed XML, or nested too deep") from error
    if root is None or root.getroottree().docinfo.doctype:
        raise Unreadable("a part is not well-formed XML, or nested too deep")
    return root


def _decoded(data: bytes) -> str:
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = data.decode("utf-16")
        elif data[:4] in {b"<\0?\0", b"\0<\0?"}:
            text = data.decode("utf-16-le" if data[0] else "utf-16-be")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("a part is neither UTF-8 nor UTF-16") from error
    return text


def write_xml(root: Element) -> bytes:
    """One part as bytes: UTF-8, without comments and processing instructions outside the root."""
    body: bytes = etree.tostring(root, encoding="UTF-8", with_tail=False)
    head, _, rest = body.partition(b"?>")
    if head.startswith(b"<?xml"):
        body = rest.lstrip()
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + body


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for comments, instructions and entities."""
    tag = element.tag
    return _last(tag) if isinstance(tag, str) else ""


@lru_cache(maxsize=4096)
def _last(tag: str) -> str:
    return tag.rpartition("}")[2]


def space(element: Element) -> str:
    """The namespace of an element; empty where it has none."""
    tag = element.tag
    return space_of(tag) if isinstance(tag, str) else ""


def space_of(name: str) -> str:
    """The namespace of a qualified name (`{uri}local`); empty where it has none."""
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def child(element: Element, *names: str) -> Element | None:
    """The descendant along a path of local names; None where there is none."""
    for name in names:
        for found in element:
            if local(found) == name:
                element = found
                break
        else:
            return None
    return element


def children(element: Element, *names: str) -> list[Element]:
    """The elements in the descendant along a path of local names; none where there is no such."""
    found = child(element, *names)
    return [] if found is None else [each for each in found if isinstance(each.tag, str)]


def attribute(element: Element, name: str) -> str:
    """The value of the first attribute of that local name; empty where there is none."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def is_on(element: Element | None) -> bool:
    """Whether a toggle property (`<w:vanish/>`) is there and not switched off."""
    return element is not None and attribute(element, "val").lower() not in {"0", "false", "off", "none"}


def is_dropped(element: Element) -> bool:
    """Whether no rebuilt part holds such an element: comments, unknown markup, links to what is dropped."""
    tag = element.tag
    return not isinstance(tag, str) or _is_dropped(tag)


@lru_cache(maxsize=4096)
def _is_dropped(tag: str) -> bool:
    uri, _, name = tag.rpartition("}")
    return name in _DROPPED_ELEMENTS or uri.removeprefix("{") not in SPACES or not is_known(name)


@lru_cache(maxsize=4096)
def is_dropped_attribute(key: str) -> bool:
    """Whether no rebuilt part holds such an attribute: times of edits, foreign and unknown ones."""
    uri, _, name = key.rpartition("}")
    return name in _DROPPED_ATTRIBUTES or uri.removeprefix("{") not in SPACES or not is_known(name)


def is_reference(key: str) -> bool:
    """Whether an attribute names a relationship of its part."""
    uri, _, name = key.rpartition("}")
    return uri.endswith(_REFERENCES) or name in {"relId", "relid"}


def remove(element: Element) -> None:
    """Take out an element with all in it; text after it stays."""
    parent = element.getparent()
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
        element.tail = None
    parent.remove(element)
