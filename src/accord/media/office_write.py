"""Office files written anew: only inspected text and embedded files, patched, in a fresh archive."""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Mapping, Sequence
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from accord.core.media import Item, Patch
from accord.core.place import Span
from accord.errors import ContentError
from accord.media.limits import MediaLimits
from accord.media.office import read_scripts
from accord.media.office_apply import apply_edits, drop_references
from accord.media.office_clean import fresh
from accord.media.office_package import (
    RELATIONS,
    Package,
    Part,
    Relation,
    given_names,
    is_kept,
    read_package,
    rels_name,
)
from accord.media.office_pieces import Edits
from accord.media.office_roles import TYPES, content_type
from accord.media.office_sheet import read_book
from accord.media.office_xml import write_xml
from accord.media.office_zip import Unreadable, read_archive, write_archive

WHITE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTjQBAAAAABJRU5ErkJggg=="
)
"""A white picture of one pixel, PNG."""

_KINDS = ((b"\x89PNG", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"), (b"BM", "bmp"), (b"II*\0", "tiff"))
_NOT_EMBEDDED = frozenset({"xml", "rels", "vml"})


def rewrite_office(
    data: bytes,
    item: Item,
    patches: Sequence[Patch],
    replaced: Mapping[str, bytes | None],
    *,
    limits: MediaLimits | None = None,
) -> bytes:
    """Write an Office file anew with patches made.

    Args:
        data: the file that `accord.media.office.open_office` opened.
        item: the item it became.
        patches: characters of its strips and what is written there, sorted and disjoint within each strip.
        replaced: embedded files by the key they were opened under; None, or none at all, for one that may not leave.
        limits: bounds the file was opened within.

    Returns:
        A file of the same kind. The same arguments give the same bytes.

    Raises:
        ContentError: the file does not hold what was inspected.
    """
    bounds = limits or MediaLimits()
    try:
        package = read_package(read_archive(data, bounds, _never), _never)
        scripts = read_scripts(package, bounds, _never)
    except Unreadable as error:
        raise ContentError(f"the file cannot be written anew: {error.reason}") from error
    if [(script.text, script.key) for script in scripts] != [(strip.text, strip.key) for strip in item.strips]:
        raise ContentError("the file does not hold what was inspected")
    edits = Edits()
    for number, script in enumerate(scripts):
        spans: list[tuple[Span, str]] = [(patch.span, patch.text) for patch in patches if patch.strip == number]
        edits.patch(script, sorted(spans, key=lambda pair: pair[0]))
    apply_edits(package, read_book(package), edits)
    return _written(package, _chosen(package, replaced))


def _never() -> bool:
    return False


def _chosen(package: Package, replaced: Mapping[str, bytes | None]) -> dict[str, tuple[bytes, str]]:
    """What stands in the rebuilt file for each embedded one, with its ending; nothing for those that are left out."""
    chosen: dict[str, tuple[bytes, str]] = {}
    for name, role in package.embedded.items():
        data = replaced.get(name)
        before = name.rpartition(".")[2].lower()
        if data is None and role == "image" and before != "svg":
            data = WHITE
        if data is None:
            continue
        ending = next((ending for start, ending in _KINDS if data.startswith(start)), "")
        if before == "svg" and ending:
            continue
        chosen[name] = (data, ending or (before if before in TYPES and before not in _NOT_EMBEDDED else "bin"))
    return chosen


def _written(package: Package, chosen: Mapping[str, tuple[bytes, str]]) -> bytes:
    ids: dict[str, dict[str, str]] = {}
    for part in package.parts.values():
        kept: dict[str, Relation] = {}
        for each in part.relations:
            if is_kept(each, package) and (each.target not in package.embedded or each.target in chosen):
                kept.setdefault(each.id, each)
        drop_references(part.root, {each.id for each in part.relations} - set(kept))
        part.relations = list(kept.values())
        ids[part.name] = {old: f"rId{number}" for number, old in enumerate(kept, 1)}
    names = given_names(package, {old: ending for old, (_, ending) in chosen.items()})
    members: dict[str, bytes] = {"_rels/.rels": _root_relations(package, names)}
    types: dict[str, str] = {}
    for part in package.parts.values():
        name = names[part.name]
        members[name] = write_xml(fresh(part.root, ids[part.name]))
        types[name] = package.main_type if part is package.main else content_type(part.role, package.family)
        if part.relations:
            members[rels_name(name)] = _part_relations(part, names, ids[part.name])
    for old, (data, ending) in chosen.items():
        members[names[old]] = data
        types[names[old]] = TYPES[ending]
    ordered = {"[Content_Types].xml": _content_types(types)}
    ordered |= {name: members[name] for name in sorted(members)}
    return write_archive(ordered)


def _root_relations(package: Package, names: Mapping[str, str]) -> bytes:
    kind = next(each.kind for each in package.relations if each.role == "officeDocument")
    return _relationships([("rId1", kind, names[package.main.name], False)])


def _part_relations(part: Part, names: Mapping[str, str], ids: Mapping[str, str]) -> bytes:
    folder = posixpath.dirname(names[part.name])
    rows = []
    for each in part.relations:
        if each.external:
            target = quote(_legal(each.element.get("Target", "")), safe="%/:=&?~#+!$,;'@()*")
        else:
            target = posixpath.relpath(names[each.target], folder)
        rows.append((ids[each.id], each.kind, target, each.external))
    return _relationships(rows)


def _legal(text: str) -> str:
    return "".join(char for char in text if char.isprintable())


def _relationships(rows: Sequence[tuple[str, str, str, bool]]) -> bytes:
    lines = [
        f"<Relationship Id={quoteattr(name)} Type={quoteattr(kind)} Target={quoteattr(target)}"
        + (' TargetMode="External"/>' if external else "/>")
        for name, kind, target, external in rows
    ]
    return _document(f'<Relationships xmlns="{RELATIONS}">{"".join(lines)}</Relationships>')


def _content_types(types: Mapping[str, str]) -> bytes:
    space = "http://schemas.openxmlformats.org/package/2006/content-types"
    defaults = {"rels": TYPES["rels"], "xml": TYPES["xml"]}
    overrides = []
    for name, kind in sorted(types.items()):
        ending = name.rpartition(".")[2]
        if defaults.setdefault(ending, kind) != kind:
            overrides.append(f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>")
    lines = [
        f'<Default Extension="{ending}" ContentType={quoteattr(kind)}/>' for ending, kind in sorted(defaults.items())
    ]
    return _document(f'<Types xmlns="{space}">{"".join([*lines, *overrides])}</Types>')


def _document(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'.encode()
