"""Parts of Office files written anew: known elements, attributes and namespaces, renumbered references."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from accord.media.office_spaces import SPACES, XML
from accord.media.office_xml import Element, is_dropped, is_dropped_attribute, is_reference, local, space_of

_PREFIXES = frozenset({"Ignorable", "Requires"})
_EMPTY = frozenset({"ext", "extLst"})


def fresh(root: Element, ids: Mapping[str, str]) -> Element:
    """Copy a part.

    Prefixes are those of `accord.media.office_spaces`, because a prefix can hold content as well.

    Args:
        root: of the part.
        ids: new ids of its relationships by the old ones; references to others are left out.

    Returns:
        The root of the copy.
    """
    prefixes = _prefixes(root)
    spaces = {prefix or None: uri for uri, prefix in prefixes.items()}
    copy = etree.Element(root.tag, _attributes(root, ids, prefixes), nsmap=spaces)
    _fill(copy, root, ids, prefixes)
    return copy


def _prefixes(root: Element) -> dict[str, str]:
    """Prefixes of the namespaces a part uses, by URI; an empty one for the namespace that has none."""
    tags: set[str] = set()
    keys: set[str] = set()
    used: dict[str, None] = {}
    for element in root.iter("*"):
        tags.add(element.tag)
        for key, value in element.attrib.items():
            keys.add(key)
            if key.rpartition("}")[2] in _PREFIXES:
                used.update(dict.fromkeys(element.nsmap.get(part, "") for part in value.split()))
    qualified = {space_of(key) for key in keys}
    used.update(dict.fromkeys(sorted(qualified | {space_of(tag) for tag in tags})))
    plain = root.nsmap.get(None, "")
    prefixes: dict[str, str] = {}
    taken: set[str] = set()
    for uri in used:
        if uri not in SPACES or uri in {"", XML}:
            continue
        prefix = "" if uri == plain and uri not in qualified else SPACES[uri]
        while prefix in taken:
            prefix += "s"
        taken.add(prefix)
        prefixes[uri] = prefix
    return prefixes


def _fill(copy: Element, element: Element, ids: Mapping[str, str], prefixes: Mapping[str, str]) -> None:
    copy.text = element.text
    for part in element:
        if is_dropped(part) or not _is_readable(part):
            _append(copy, part.tail)
            continue
        inner = etree.SubElement(copy, part.tag, _attributes(part, ids, prefixes))
        _fill(inner, part, ids, prefixes)
        if local(part) in _EMPTY and len(part) and not len(inner) and not (inner.text or "").strip():
            copy.remove(inner)
            _append(copy, part.tail)
        else:
            inner.tail = part.tail


def _attributes(element: Element, ids: Mapping[str, str], prefixes: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in element.attrib.items():
        kept = None if is_dropped_attribute(key) else _kept(element, key, value, ids, prefixes)
        if kept is not None:
            found[key] = kept
    return found


def _kept(element: Element, key: str, value: str, ids: Mapping[str, str], prefixes: Mapping[str, str]) -> str | None:
    """The value of an attribute in the copy; None for one that is left out."""
    if is_reference(key):
        return ids.get(value) if value else ""
    if key.rpartition("}")[2] in _PREFIXES:
        spaces = [element.nsmap.get(part, "") for part in value.split()]
        return " ".join(dict.fromkeys(prefixes[uri] for uri in spaces if uri in prefixes)) or None
    return value


def _is_readable(element: Element) -> bool:
    """Whether a choice of markup (ECMA-376 part 3) asks only for namespaces that are kept."""
    if local(element) != "Choice":
        return True
    return all(element.nsmap.get(part, "") in SPACES for part in element.get("Requires", "").split())


def _append(copy: Element, text: str | None) -> None:
    """Text that stood after an element that is left out."""
    if not text:
        return
    if len(copy):
        copy[-1].tail = (copy[-1].tail or "") + text
    else:
        copy.text = (copy.text or "") + text
