"""Office files: Office Open XML (ECMA-376) opened within bounds; all their text, and the files embedded in them."""

from __future__ import annotations

from dataclasses import replace

from accord.core.media import Flaw, Item, Stop, Strip
from accord.media.limits import MediaLimits
from accord.media.office_package import Package, Part, is_kept, read_package, rels_name, slide_size
from accord.media.office_pieces import GONE, Piece, Script, Slot
from accord.media.office_roles import PROPERTIES
from accord.media.office_sheet import Book, read_book, read_sheet, unused_strings
from accord.media.office_text import Looks, Walk, hidden_styles
from accord.media.office_xml import Element, attribute, local, parse_xml
from accord.media.office_zip import Unreadable, read_archive
from accord.media.parts import Embedded, Opened

_BEHIND = frozenset(
    "styles settings webSettings fontTable numbering theme themeOverride presProps viewProps tableStyles "
    "chartStyle chartColorStyle diagramLayout diagramQuickStyle diagramColors commentsExtended".split()
)


class Budget:
    """Counts the characters that are read out of one file, and looks at the clock now and then.

    Args:
        most: how many may be.
        stop: whether the deadline has passed.
    """

    def __init__(self, most: int, stop: Stop) -> None:
        self.left = most
        self._stop = stop
        self._calls = 0

    def __call__(self, characters: int) -> None:
        """Count some more.

        Raises:
            Unreadable: there are too many, or the deadline passed.
        """
        self._calls += 1
        if self._calls % 1_000 == 0 and self._stop():
            raise Unreadable("the deadline passed while reading text", "fault.deadline")
        self.left -= characters
        if self.left < 0:
            raise Unreadable("the file holds more text than is read", "fault.uninspected")


def open_office(data: bytes, number: int, parent: int | None, key: str, limits: MediaLimits, stop: Stop) -> Opened:
    """Open an Office file; see `accord.media.parts.Open`.

    Args:
        data: the file.
        number: of the item it becomes.
        parent: the item it is embedded in.
        key: where it stands in there.
        limits: bounds on bytes unpacked, characters and files.
        stop: asked between parts.

    Returns:
        Its strips and embedded files. A file that breaks a bound has neither, and a flaw.
    """
    try:
        if len(data) > limits.bytes:
            raise Unreadable("the file has too many bytes", "fault.uninspected")
        package = read_package(read_archive(data, limits, stop), stop)
        scripts = read_scripts(package, limits, stop)
    except Unreadable as error:
        item = Item(number, parent, "office", "application/zip", key)
        return Opened(item, (Flaw(error.category, error.reason, number),))
    strips = tuple(_strip(script, number) for script in scripts)
    kind = package.main_type.removesuffix("+xml").removesuffix(".main")
    item = Item(
        number, parent, "office", kind, key, strips=strips, metadata=_metadata_keys(package), pages=_pages(package)
    )
    embedded = tuple(Embedded(name, package.members[name], package.types.get(name, "")) for name in package.embedded)
    return Opened(item, (), embedded)


def _strip(script: Script, number: int) -> Strip:
    return Strip(
        script.text,
        script.reader,
        key=script.key,
        item=number,
        media_type=script.media_type,
        writable=script.reader == "office",
        hidden=script.hidden,
    )


def read_scripts(package: Package, limits: MediaLimits, stop: Stop) -> list[Script]:
    """Everything a package says, part after part.

    Raises:
        Unreadable: there is too much of it, or the deadline passed.
    """
    grow = Budget(limits.characters, stop)
    looks = _looks(package)
    book = read_book(package)
    scripts: list[Script] = []
    for part in package.parts.values():
        if stop():
            raise Unreadable("the deadline passed while reading text", "fault.deadline")
        scripts += _part(part, package, looks, book, grow)
        scripts += _addresses(part, package)
    strings = package.first("sharedStrings")
    if strings is not None:
        scripts += unused_strings(strings, package.keys[strings.name], book, grow)
    scripts += _dropped(package, grow)
    for name in package.metadata:
        scripts.append(_properties(name, package, grow))
    return [script for script in scripts if script.pieces]


def _looks(package: Package) -> Looks:
    styles = package.first("styles")
    hidden = hidden_styles(styles.root) if styles is not None and package.family == "word" else frozenset()
    return Looks(hidden, slide_size(package))


def _part(part: Part, package: Package, looks: Looks, book: Book, grow: Budget) -> list[Script]:
    if part.role == "worksheet":
        return read_sheet(part, package.keys[part.name], book, grow)
    if part.role == "sharedStrings":
        return []
    if part.role != "slide":
        looks = replace(looks, slide=(0, 0))
    walk = Walk(package.keys[part.name], looks, grow, hidden=part.role in _BEHIND)
    walk.run(part.root)
    return walk.scripts()


def _addresses(part: Part, package: Package) -> list[Script]:
    """Where the relationships of a part lead outside."""
    script = Script(package.keys[rels_name(part.name)], hidden=True)
    for each in part.relations:
        if each.external and each.target.strip():
            script.line([Piece(each.target, Slot(each.element, "Target" if is_kept(each, package) else GONE))])
    return [script]


def _dropped(package: Package, grow: Budget) -> list[Script]:
    """Text of the members that no rebuilt file holds: custom XML, pivot caches, parts that nothing leads to."""
    read = {rels_name(name) for name in package.parts} | {"[Content_Types].xml", *package.metadata}
    scripts: list[Script] = []
    for name, data in package.members.items():
        if name in read or name in package.parts or name in package.embedded or b"<" not in data[:100]:
            continue
        try:
            root = parse_xml(data)
        except Unreadable:
            continue
        if name.endswith(".rels"):
            scripts.append(_lost_addresses(package.keys[name], root))
            continue
        walk = Walk(package.keys[name], Looks(), grow, hidden=True, dropped=True)
        walk.run(root)
        scripts += walk.scripts()
    return scripts


def _lost_addresses(key: str, root: Element) -> Script:
    """Where relationships lead outside that no rebuilt file holds."""
    script = Script(key, hidden=True)
    for element in root:
        if element.get("TargetMode", "") == "External":
            script.line([Piece(element.get("Target", ""), Slot(element, GONE))])
    return script


def _entries(root: Element) -> list[tuple[str, str]]:
    """Properties as (name, value)."""
    found: list[tuple[str, str]] = []
    for element in root.iter():
        text = (element.text or "").strip() if isinstance(element.tag, str) else ""
        if text:
            named = [attribute(each, "name") for each in (element, *element.iterancestors()) if each.get("name")]
            names = [local(each) for each in (element, *element.iterancestors()) if each.getparent() is root]
            found.append((next(iter([*named, *names]), local(element)), text))
    return found


def _properties(name: str, package: Package, grow: Budget) -> Script:
    """Properties of the file, one a line, each with its name."""
    script = Script(package.keys[name], reader="metadata")
    for label, text in _entries(parse_xml(package.members[name])):
        line = f"{label}: {text}"
        grow(len(line))
        script.line([Piece(line, None)])
    return script


def _metadata_keys(package: Package) -> tuple[str, ...]:
    """Keys of the properties the standard names; those of people's own making are all `office.custom`."""
    keys: list[str] = []
    for name in package.metadata:
        root = parse_xml(package.members[name])
        own = any(element.get("name") for element in root)
        names = [local(element) for element in root if isinstance(element.tag, str)]
        keys += ["office.custom"] if own else [f"office.{name if name in PROPERTIES else 'other'}" for name in names]
    return tuple(dict.fromkeys(keys))


def _pages(package: Package) -> int:
    """How many slides or sheets there are; 1 for text, which has no pages before it is laid out."""
    return max(1, sum(part.role in {"slide", "worksheet"} for part in package.parts.values()))
