"""Edits made in the XML of an Office package, so that it stays a file that office programs open."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping

from lxml import etree

from accord.media.office_package import Package, Part
from accord.media.office_pieces import CELL, FORMULA, GONE, MARK, TAIL, TEXT, Edit, Edits, Slot, edited, merged
from accord.media.office_sheet import Book, cell_text, column_number, runs, string_of
from accord.media.office_xml import Element, child, children, is_reference, local, remove, space

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_UNIQUE = frozenset({"sheet", "definedName", "table", "tableColumn"})
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']+")
_FORMULAS = frozenset({"f", "definedName", "formula", "formula1", "formula2", "calculatedColumnFormula"})
_ONLY_ATTRIBUTE = frozenset(
    {
        "pageSetup",
        "blip",
        "imagedata",
        "hyperlink",
        "hlinkClick",
        "hlinkHover",
        "hlinkMouseOver",
        "fill",
        "background",
    }
)
_CLIMB = {"oleObj": "graphicFrame", "control": "control", "externalData": "externalData"}
_CONTAINERS = frozenset(
    "oleObjects controls externalReferences pivotCaches extLst ext tableParts custDataLst embeddedFont "
    "embeddedFontLst smartTags".split()
)


def apply_edits(package: Package, book: Book, edits: Edits) -> None:
    """Make edits in the parts of a package.

    Args:
        package: whose parts are changed.
        book: what its sheets share.
        edits: as noted from the scripts of this very package.
    """
    cells: dict[int, tuple[Element, dict[int, list[Edit]]]] = {}
    formulas: list[Element] = []
    before = [sheet.get("name", "") for sheet in children(package.main.root, "sheets")]
    literal: list[tuple[Element, str, list[Edit]]] = []
    for slot, found in list(edits.slots.values()):
        wanted = merged(found)
        if slot.where.startswith(CELL):
            cells.setdefault(id(slot.element), (slot.element, {}))[1][int(slot.where.removeprefix(CELL))] = wanted
        elif slot.where == FORMULA:
            formulas.append(slot.element)
        elif slot.where == TEXT and local(slot.element) in _FORMULAS:
            literal.append((slot.element, slot.element.text or "", wanted))
        else:
            _apply(slot, wanted)
    touched = [(cell, _write_cell(cell, runs_of, book)) for cell, runs_of in cells.values()]
    formulas += [formula for _, formula in touched if formula is not None]
    _drop_formulas(formulas)
    renamed = _rename_sheets(package, before)
    _rename(package, renamed)
    for element, text, wanted in literal:
        element.text = _formula(text, wanted, renamed)
    for part in package.parts.values():
        if part.role == "table":
            _match_header(part, package, book, {id(cell) for cell, _ in touched}, edits)
    _forget_strings(package, book)


def _apply(slot: Slot, wanted: list[Edit]) -> None:
    element = slot.element
    if slot.where == GONE:
        return
    if slot.where == MARK:
        _replace_mark(element, _legal("".join(edit.text for edit in wanted)))
    elif slot.where == TAIL:
        element.tail = _legal(edited(element.tail or "", wanted))
    elif slot.where == TEXT:
        number = local(element) == "v" and any("num" in local(parent) for parent in element.iterancestors())
        element.text = "0" if number else _legal(edited(element.text or "", wanted))
        if local(element) in {"t", "delText", "instrText", "delInstrText"} and "drawingml" not in space(element):
            element.set(_SPACE, "preserve")
    elif slot.where in element.attrib:
        text = _legal(edited(element.get(slot.where), wanted))
        element.set(slot.where, _named(text) if slot.where == "name" and local(element) in _UNIQUE else text)


def _named(text: str) -> str:
    return _FORBIDDEN.sub("_", text).strip("_ ")[:31] or "Name"


def _legal(text: str) -> str:
    """Only characters that XML 1.0 may hold."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r" or " " <= char < "\ud800" or "\ue000" <= char < "\ufffe" or char > "\uffff"
    )


def _replace_mark(mark: Element, text: str) -> None:
    """Put a run of text where an element stood for a character; nothing for an empty text."""
    parent = mark.getparent()
    if parent is None:
        return
    if text:
        uri = space(mark)
        run = etree.Element(f"{{{uri}}}t")
        run.text = text
        if "drawingml" in uri:
            outer = etree.Element(f"{{{uri}}}r")
            outer.append(run)
            parent.insert(parent.index(mark), outer)
        else:
            run.set(_SPACE, "preserve")
            parent.insert(parent.index(mark), run)
    remove(mark)


def _write_cell(cell: Element, edits: Mapping[int, list[Edit]], book: Book) -> Element | None:
    """Make a cell one with a string of its own; returns its formula, which is to be dropped."""
    uri = space(cell)
    source = string_of(cell, book)
    item = etree.Element(f"{{{uri}}}is")
    if source is None:
        text = etree.SubElement(item, f"{{{uri}}}t")
        text.text = _legal(edited(cell_text(cell, book), edits.get(0, [])))
        text.set(_SPACE, "preserve")
    else:
        for part in source:
            if local(part) in {"t", "r"}:
                item.append(copy.deepcopy(part))
        for number, run in enumerate(runs(item)):
            if number in edits:
                run.text = _legal(edited(run.text or "", edits[number]))
                run.set(_SPACE, "preserve")
    formula = child(cell, "f")
    for part in list(cell):
        if local(part) in {"v", "is"}:
            remove(part)
    cell.insert(0 if formula is None else 1, item)
    cell.set("t", "inlineStr")
    return formula


def _drop_formulas(formulas: Iterable[Element]) -> None:
    """Take out formulas; where others repeat one (shared formulas), those as well. Values stay."""
    repeated: dict[Element, dict[str, list[Element]]] = {}
    for formula in formulas:
        cell = formula.getparent()
        if cell is None:
            continue
        group = [formula]
        if formula.get("t") == "shared" and formula.text:
            data = cell.getparent().getparent()
            if data not in repeated:
                repeated[data] = _shared(data, formula.tag)
            group = [each for each in repeated[data][formula.get("si", "")] if each.getparent() is not None]
        for each in group:
            owner = each.getparent()
            remove(each)
            if owner.get("t") == "str":
                _plain_string(owner)


def _shared(data: Element, tag: str) -> dict[str, list[Element]]:
    """The formulas of a sheet by the number under which cells repeat them."""
    groups: dict[str, list[Element]] = {}
    for formula in data.iter(tag):
        groups.setdefault(formula.get("si", ""), []).append(formula)
    return groups


def _plain_string(cell: Element) -> None:
    """A cell that held the text its formula gave: its own string from now on."""
    value = child(cell, "v")
    uri = space(cell)
    item = etree.Element(f"{{{uri}}}is")
    text = etree.SubElement(item, f"{{{uri}}}t")
    text.text = value.text if value is not None else ""
    text.set(_SPACE, "preserve")
    if value is not None:
        remove(value)
    cell.insert(0, item)
    cell.set("t", "inlineStr")


def _rename_sheets(package: Package, before: list[str]) -> dict[str, str]:
    """Names of sheets that were edited: made ones that programs accept; returns old and new."""
    sheets = children(package.main.root, "sheets")
    taken = {name.lower() for name, sheet in zip(before, sheets, strict=True) if sheet.get("name", "") == name}
    renamed: dict[str, str] = {}
    for old, sheet in zip(before, sheets, strict=True):
        name = sheet.get("name", "")
        if name == old:
            continue
        number, fresh = 1, name
        while fresh.lower() in taken:
            number += 1
            fresh = f"{name[:26]} {number}"
        taken.add(fresh.lower())
        sheet.set("name", fresh)
        renamed[old] = fresh
    return renamed


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        quoted = old.replace("'", "''")
        text = text.replace(f"'{quoted}'!", f"'{new}'!")
        text = re.sub(rf"(?<![\w'.]){re.escape(old)}!", f"'{new}'!", text)
    return text


def _rename(package: Package, names: Mapping[str, str]) -> None:
    """Follow sheets to their new names in formulas, charts and links."""
    if not names:
        return
    for part in package.parts.values():
        for element in part.root.iter():
            if local(element) in _FORMULAS and element.text:
                element.text = _renamed(element.text, names)
            elif local(element) == "hyperlink" and element.get("location"):
                element.set("location", _renamed(element.get("location"), names))


def _formula(text: str, wanted: list[Edit], renamed: Mapping[str, str]) -> str:
    """A formula outside of cells: a literal is edited; what else was touched leaves an error value."""
    after = _renamed(text, renamed)
    values = [text[edit.start : edit.end] for edit in wanted]
    if not any(value in after for value in values):
        return after
    if text.count('"') == 2 and text.startswith('"') and not any('"' in edit.text for edit in wanted):
        return _legal(edited(text, wanted))
    return "#REF!"


def _match_header(table: Part, package: Package, book: Book, touched: set[int], edits: Edits) -> None:
    """Columns of a table are called what stands above them, or office programs call the file damaged."""
    owner = next(
        (part for part in package.parts.values() if any(r.target == table.name for r in part.relations)), None
    )
    found = re.match(r"([A-Z]{1,3})(\d{1,7}):", table.root.get("ref", ""))
    if owner is None or found is None or table.root.get("headerRowCount", "1") == "0":
        return
    row = next((each for each in children(owner.root, "sheetData") if each.get("r") == found[2]), None)
    if row is None:
        return
    cells = {column_number(re.sub(r"\d", "", cell.get("r", ""))): cell for cell in row if local(cell) == "c"}
    first = column_number(found[1])
    for number, column in enumerate(children(table.root, "tableColumns")):
        cell = cells.get(first + number)
        if cell is None:
            continue
        if id(cell) in touched:
            column.set("name", cell_text(cell, book))
        elif (id(column), "name") in edits.slots:
            whole = cell_text(cell, book)
            _write_cell(cell, {0: [Edit(0, len(whole), column.get("name"))]}, Book())


def _forget_strings(package: Package, book: Book) -> None:
    """Empty the shared strings that no cell shows any more."""
    used: set[str] = set()
    for part in package.parts.values():
        if part.role == "worksheet":
            for cell in part.root.iter("{*}c"):
                value = child(cell, "v") if cell.get("t") == "s" else None
                if value is not None:
                    used.add((value.text or "").strip().lstrip("0") or "0")
    for number, item in enumerate(book.strings):
        if str(number) not in used:
            for part in list(item):
                remove(part)
            item.text = None
            etree.SubElement(item, f"{{{space(item)}}}t")


def drop_references(root: Element, ids: set[str]) -> None:
    """Take out what names relationships that are no longer there."""
    if not ids:
        return
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        keys = [key for key, value in element.attrib.items() if value in ids and is_reference(key)]
        for key in keys:
            del element.attrib[key]
        if keys and local(element) not in _ONLY_ATTRIBUTE:
            _take_out(element)


def _take_out(element: Element) -> None:
    """Remove an element, with those around it that make no sense without it."""
    target = _CLIMB.get(local(element), "")
    around = [each for each in element.iterancestors() if local(each) in {target, "ext"} and target != local(element)]
    element = around[0] if around else element
    while (parent := element.getparent()) is not None:
        remove(element)
        if len(parent) or local(parent) not in _CONTAINERS:
            return
        element = parent
