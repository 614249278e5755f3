"""Packages of Office Open XML (ECMA-376 part 2): parts, relationships, and which of them a rebuilt file keeps."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote

from accord.core.media import Stop
from accord.media.office_roles import CONTENT, EMBEDDED, FOLDERS, KEPT, MAIN, METADATA, role_of
from accord.media.office_xml import Element, child, local, parse_xml
from accord.media.office_zip import Unreadable

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES_PART = "[Content_Types].xml"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_MAIN_NAMES = {"word": "word/document.xml", "xl": "xl/workbook.xml", "ppt": "ppt/presentation.xml"}


@dataclass(slots=True, repr=False, eq=False)
class Relation:
    """A relationship of a part.

    Attributes:
        id: by which the part's XML names it.
        kind: its type, a URI.
        target: the part, or the address of something outside.
        external: it leads outside.
        element: where it is written.
    """

    id: str
    kind: str
    target: str
    external: bool
    element: Element

    @property
    def role(self) -> str:
        """What it leads to; empty where its type is not known."""
        return role_of(self.kind)

    @property
    def last(self) -> str:
        """The last word of its type."""
        return self.kind.rstrip("/").rpartition("/")[2]


@dataclass(slots=True, repr=False, eq=False)
class Part:
    """A part that is kept.

    Attributes:
        name: of the member.
        role: what it is to the part that leads to it.
        root: its XML.
        relations: in the order they are written.
    """

    name: str
    role: str
    root: Element
    relations: list[Relation] = field(default_factory=list)


@dataclass(slots=True, repr=False, eq=False)
class Package:
    """An opened package.

    Attributes:
        members: all members of the archive.
        parts: kept parts by name, in the order they were reached.
        embedded: names of the files inside, with their roles.
        main: the main part.
        metadata: names of the parts with properties.
        relations: of the package itself.
        types: content types by member name, as declared.
        main_type: content type of the main part; one of `accord.media.office_roles.MAIN`.
        keys: names of parts that say nothing but what they are, for all members that are read.
    """

    members: Mapping[str, bytes]
    parts: dict[str, Part]
    embedded: dict[str, str]
    main: Part
    metadata: list[str]
    relations: list[Relation]
    types: dict[str, str]
    main_type: str
    keys: dict[str, str] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """`word`, `xl` or `ppt`."""
        for name, folder in FOLDERS.items():
            if name in self.main_type:
                return folder
        return {"word": "word", "excel": "xl"}.get(self.main_type.partition("ms-")[2].partition(".")[0], "ppt")

    def first(self, role: str) -> Part | None:
        """The first part of a role."""
        return next((part for part in self.parts.values() if part.role == role), None)

    def target(self, part: Part, relation: str) -> Part | None:
        """The part that a relationship of `part` leads to, by its id."""
        found = next((each for each in part.relations if each.id == relation and not each.external), None)
        return None if found is None else self.parts.get(found.target)


def read_package(members: Mapping[str, bytes], stop: Stop) -> Package:
    """Follow the relationships of a package.

    Raises:
        Unreadable: it is no Office package, or a part that would be kept cannot be read.
    """
    if members.get("mimetype", b"").startswith(_OPEN_DOCUMENT):
        raise Unreadable("OpenDocument files are not inspected", "fault.uninspected")
    if TYPES_PART not in members:
        raise Unreadable("the archive is no Office package")
    names = {name.lower(): name for name in members}
    types = _content_types(members, names)
    roots = _relations("", members, names)
    main = next((each for each in roots if each.role == "officeDocument" and not each.external), None)
    if main is None or main.target not in members or types.get(main.target, "") not in MAIN:
        raise Unreadable("the archive is no Office package")
    parts: dict[str, Part] = {}
    embedded: dict[str, str] = {}
    queue = [(main.target, "officeDocument")]
    for name, role in queue:
        if name in parts:
            continue
        if stop():
            raise Unreadable("the deadline passed while opening parts", "fault.deadline")
        if not CONTENT.fullmatch(types.get(name, "")) and name != main.target:
            continue
        root = parse_xml(members[name], mend=role == "vmlDrawing")
        parts[name] = part = Part(name, role, root, _relations(name, members, names))
        for each in part.relations:
            if each.external or each.target not in members:
                continue
            if each.role in KEPT and each.role != "officeDocument":
                queue.append((each.target, each.role))
            elif each.role in EMBEDDED:
                embedded.setdefault(each.target, each.role)
    embedded = {name: role for name, role in embedded.items() if name not in parts}
    metadata = {
        each.target: METADATA[each.last]
        for each in roots
        if each.last in METADATA and each.target in members and each.target not in parts
    }
    package = Package(members, parts, embedded, parts[main.target], list(metadata), roots, types, types[main.target])
    package.keys = _keys(package, metadata)
    return package


def _keys(package: Package, metadata: Mapping[str, str]) -> dict[str, str]:
    """What the members are called where they are shown: a name can hold content."""
    keys = given_names(package)
    keys |= {rels_name(old): rels_name(new) for old, new in keys.items()}
    keys |= {TYPES_PART: TYPES_PART, rels_name(""): rels_name("")}
    keys |= {name: f"{place}.xml" for name, place in metadata.items()}
    keys |= {name: f"{package.family}/{EMBEDDED[role]}" for name, role in package.embedded.items()}
    number = 0
    for name in package.members:
        if name not in keys:
            number += 1
            keys[name] = f"{package.family}/part-{number}.xml"
    return keys


def given_names(package: Package, endings: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Names of members in a rebuilt file: those the standard programs give.

    Args:
        package: whose parts are named.
        endings: of the embedded files that are named as well.
    """
    family = package.family
    wanted = {
        part.name: (f"{family}/{KEPT[part.role]}", "vml" if part.role == "vmlDrawing" else "xml")
        for part in package.parts.values()
        if part is not package.main
    }
    wanted |= {old: (f"{family}/{EMBEDDED[package.embedded[old]]}", ending) for old, ending in endings.items()}
    names = {package.main.name: _MAIN_NAMES[family]}
    for old, (base, ending) in wanted.items():
        if re.fullmatch(re.escape(base) + r"\d{0,3}\." + re.escape(ending), old):
            names[old] = old
    taken = set(names.values())
    for old, (base, ending) in wanted.items():
        number = 1
        while old not in names:
            name = f"{base}{number}.{ending}"
            number += 1
            if name not in taken:
                names[old] = name
                taken.add(name)
    return names


def _content_types(members: Mapping[str, bytes], names: Mapping[str, str]) -> dict[str, str]:
    """The declared content type of every member."""
    defaults: dict[str, str] = {}
    overrides: dict[str, str] = {}
    for element in parse_xml(members[TYPES_PART]):
        kind = element.get("ContentType", "")
        if local(element) == "Default":
            defaults[element.get("Extension", "").lower()] = kind
        elif local(element) == "Override":
            overrides[names.get(unquote(element.get("PartName", "")).lstrip("/").lower(), "")] = kind
    return {name: overrides.get(name, defaults.get(name.rpartition(".")[2].lower(), "")) for name in members}


def rels_name(name: str) -> str:
    """The member that holds the relationships of a part; of the package, for an empty name."""
    folder, base = posixpath.split(name)
    return posixpath.join(folder, "_rels", f"{base}.rels")


def _relations(name: str, members: Mapping[str, bytes], names: Mapping[str, str]) -> list[Relation]:
    """The relationships of a part; internal targets as member names."""
    member = names.get(rels_name(name).lower())
    if member is None:
        return []
    found: list[Relation] = []
    for element in parse_xml(members[member]):
        if local(element) != "Relationship":
            continue
        target = element.get("Target", "")
        external = element.get("TargetMode", "") == "External"
        if not external:
            path = posixpath.normpath(posixpath.join("/", posixpath.dirname(name), unquote(target.partition("#")[0])))
            target = names.get(path.lstrip("/").lower(), "")
        found.append(Relation(element.get("Id", ""), element.get("Type", ""), target, external, element))
    return found


def is_kept(relation: Relation, package: Package) -> bool:
    """Whether a rebuilt file holds this relationship: to kept parts and embedded files, and hyperlinks."""
    if relation.external:
        return relation.role == "hyperlink"
    if relation.target in package.parts:
        return relation.role in KEPT
    return relation.target in package.embedded and relation.role in EMBEDDED


def slide_size(package: Package) -> tuple[int, int]:
    """Width and height of the slides in EMU; nothing for other files."""
    size = child(package.main.root, "sldSz")
    if size is None or not (size.get("cx", "").isdigit() and size.get("cy", "").isdigit()):
        return (0, 0)
    return (int(size.get("cx")), int(size.get("cy")))
