"""XML of office files: parsed within bounds, and which of its values are content rather than structure."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from accord.media.office_words import STRUCTURAL
from accord.media.office_zip import Unreadable

Element = Any
"""An element of lxml, which has no types."""

_MOST_ELEMENTS = 4_000_000
_KNOWN_SPACES = re.compile(
    r"(?:https?://(?:schemas\.openxmlformats\.org|schemas\.microsoft\.com|purl\.oclc\.org/ooxml|www\.w3\.org"
    r"|purl\.org/dc)/|urn:schemas-microsoft-com:|urn:oasis:names:tc:opendocument:xmlns:)[\w/:.\-]{0,100}[#/]?"
    r"|https?://openoffice\.org/[\w/\-]{1,30}"
)
_DROPPED_ATTRIBUTES = frozenset({"date", "dateUtc", "dT", "dt", "cm", "vm"})
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
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def space(element: Element) -> str:
    """The namespace of an element; empty where it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def is_known_space(uri: str) -> bool:
    """Whether a namespace is one of an office standard or of a maker of office programs."""
    return not uri or _KNOWN_SPACES.fullmatch(uri) is not None


def child(element: Element, *names: str) -> Element | None:
    """The descendant along a path of local names; None where there is none."""
    for name in names:
        element = next((found for found in element if local(found) == name), None)
        if element is None:
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
    """Whether no rebuilt part holds such an element: comments, foreign markup, links to what is dropped."""
    return (
        not isinstance(element.tag, str) or local(element) in _DROPPED_ELEMENTS or not is_known_space(space(element))
    )


def clean(root: Element) -> None:
    """Take out of a part what no rebuilt part holds."""
    for element in [found for found in root.iter() if found is not root and is_dropped(found)]:
        if element.getparent() is not None:
            remove(element)
    for element in root.iter():
        for key in [key for key in element.attrib if is_dropped_attribute(key)]:
            del element.attrib[key]
    if not all(is_known_space(uri) for element in root.iter() for uri in element.nsmap.values()):
        known = [key for element in root.iter() for key, uri in element.nsmap.items() if key and is_known_space(uri)]
        etree.cleanup_namespaces(root, keep_ns_prefixes=list(dict.fromkeys(known)))


def is_dropped_attribute(key: str) -> bool:
    """Whether no rebuilt part holds such an attribute: times of edits, foreign ones."""
    uri, _, name = key.rpartition("}")
    return name in _DROPPED_ATTRIBUTES or not is_known_space(uri.removeprefix("{"))


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


_STRUCTURE = re.compile(
    r"[+\-]?\d{1,8}(?:\.\d{1,20})?(?:[eE][+\-]?\d{1,3})?(?:pt|in|cm|mm|px|em|pc|pi|%|f|fd)?"  # numbers and lengths
    r"|429496\d{4}|214748\d{4}"  # the ends of 32 bit
    r"|#?[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}|[0-9A-Fa-f]{20}|[0-9A-F]{4}"  # colours, ids of revisions, PANOSE
    r"|\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?"
    r"|[a-z][A-Za-z]{0,44}(?:\d{1,3}[A-Za-z]{0,10}\d{0,2})?|\+m[nj]-(?:lt|ea|cs)"  # names of enumerations
    r"|(?:rId|rel|R|id|Id)\d{1,6}|R[0-9a-f]{16}|R[0-9a-f]{32}"
    r"|_x0000_[a-z]{1,3}\d{1,6}|#?_x0000_t\d{1,4}"
    r"|[a-z]{2,3}(?:-[A-Za-z]{2,4}){0,2}"  # languages (BCP 47)
    r"|(?:\$?[A-Z]{1,3}\$?\d{1,7}|\$[A-Z]{1,3}|\$\d{1,7})(?::(?:\$?[A-Z]{1,3}\$?\d{1,7}|\$[A-Z]{1,3}|\$\d{1,7}))?"
    r"(?: \$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?)*"
    r"|(?:%\d[.):\-]?\s?){1,9}"  # numbering
    r"|\d{1,5}(?:[:,; ]{1,2}-?\d{1,5}){1,12}"  # spans, anchors
    r"|https?://schemas\.(?:openxmlformats\.org|microsoft\.com)/[a-zA-Z/]{1,60}\d{0,4}(?:/[a-zA-Z\d]{1,30}){0,4}"
)
_STYLE = re.compile(r"(?:[a-z\-]{1,40}:\s?[a-z\d.\-#%]{0,24}(?:;\s*|$))+")
_SHAPE = re.compile(r"[\s\d@,.\-#]*(?:[a-z]{1,2}[\s\d@,.\-#]*)*")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[^\W\d_A-Za-z]+|\d+")
_TOKENS = frozenset({"Ignorable", "Requires", "ProcessContent", "MustUnderstand"})
_SHAPES = frozenset({"path", "eqn", "adj", "coordsize", "coordorigin", "textboxrect", "connectlocs", "v", "limo"})
_FREE = frozenset({"descr", "title", "author", "initials", "userId", "alt", "Target"})
_NUMBERED = frozenset({"axId", "crossAx", "creationId", "modId", "sldId", "sldMasterId", "sldLayoutId", "uniqueId"})
_UNSIGNED = re.compile(r"-?\d{9,10}")


def is_structure(value: str) -> bool:
    """Whether a value can only be structure: a number, a colour, a name of an enumeration, a word of a vocabulary."""
    if len(value) <= 2 or value.isspace() or _STRUCTURE.fullmatch(value):
        return True
    if len(value) > 80 or "@" in value:
        return False
    words = _WORD.findall(value)
    digits = sum(len(word) for word in words if word.isdigit())
    return digits <= 4 and all(word.isdigit() or word.lower() in STRUCTURAL for word in words)


def contents(element: Element) -> Iterator[tuple[str, str]]:
    """The attributes of an element that hold content, as (key, value).

    Everything is content that is not known to be structure: text can be put into any attribute.
    """
    for key, value in element.attrib.items():
        if is_dropped_attribute(key):
            continue
        name = key.rpartition("}")[2]
        if name in _FREE:
            if value.strip():
                yield key, value
        elif not (is_structure(value) or _is_technical(element, name, value)):
            yield key, value


def _is_technical(element: Element, name: str, value: str) -> bool:
    """Whether a value is structure by the attribute it stands in."""
    return bool(
        (local(element) in _NUMBERED and _UNSIGNED.fullmatch(value))
        or (name == "style" and _STYLE.fullmatch(value))
        or (name in _SHAPES and len(value) < 2_000 and _SHAPE.fullmatch(value))
        or (name in _TOKENS and all(len(part) <= 8 and part in element.nsmap for part in value.split()))
    )
