"""Sheets (ECMA-376 part 1, 18): rows as lines, cells as they are shown, hidden ones apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from accord.media.office_numbers import shown_number
from accord.media.office_package import Package, Part
from accord.media.office_pieces import CELL, FORMULA, Piece, Script, Slot
from accord.media.office_text import Looks, Walk, laid_rows
from accord.media.office_xml import Element, attribute, child, children, local

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_TYPES = frozenset({"s", "n", "b", "e", "d", "str", "inlineStr"})
_NULL = str.maketrans("\t\n\r", "   ")
_MOST_TABLES = 20
_WIDEST = 200  # columns that a row is padded to


@dataclass(slots=True, repr=False, eq=False)
class Book:
    """What the sheets of a workbook share.

    Attributes:
        strings: items of the table of shared strings.
        formats: number format of every cell style, as (id, code).
        unseen: cell styles whose text is not shown.
        since_1904: days are counted from 1904 on.
        hidden: names of sheet parts that are not shown.
        used: numbers of the shared strings that cells show.
    """

    strings: list[Element] = field(default_factory=list)
    formats: list[tuple[int, str]] = field(default_factory=list)
    unseen: frozenset[int] = frozenset()
    since_1904: bool = False
    hidden: frozenset[str] = frozenset()
    used: set[int] = field(default_factory=set)

    def style(self, cell: Element) -> int:
        """The number of a cell's style."""
        return _int(cell.get("s", "0"))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class _Cell:
    column: int
    pieces: list[Piece]
    hidden: bool


def read_book(package: Package) -> Book:
    """Read what sheets share."""
    book = Book()
    strings = package.first("sharedStrings")
    if strings is not None:
        book.strings = [item for item in strings.root if local(item) == "si"]
    styles = package.first("styles")
    if styles is not None:
        _read_styles(book, styles.root)
    settings = child(package.main.root, "workbookPr")
    book.since_1904 = settings is not None and settings.get("date1904", "") in {"1", "true"}
    hidden: set[str] = set()
    for sheet in children(package.main.root, "sheets"):
        part = package.target(package.main, attribute(sheet, "id"))
        if part is not None and sheet.get("state", "visible") != "visible":
            hidden.add(part.name)
    book.hidden = frozenset(hidden)
    return book


def _read_styles(book: Book, root: Element) -> None:
    codes = {_int(each.get("numFmtId", "")): each.get("formatCode", "") for each in children(root, "numFmts")}
    fonts = [_is_white(font) for font in children(root, "fonts")]
    unseen: set[int] = set()
    for number, style in enumerate(children(root, "cellXfs")):
        kind, font = _int(style.get("numFmtId", "0")), _int(style.get("fontId", "0"))
        code = codes.get(kind, "")
        book.formats.append((kind, code))
        white = 0 <= font < len(fonts) and fonts[font] and _int(style.get("fillId", "0")) < 2
        if white or re.fullmatch(r"\s*;\s*;\s*;?\s*", code):
            unseen.add(number)
    book.unseen = frozenset(unseen)


def _is_white(font: Element) -> bool:
    color = child(font, "color")
    return color is not None and color.get("rgb", "").upper() in {"FFFFFFFF", "00FFFFFF", "FFFFFF"}


def _int(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def read_sheet(part: Part, key: str, book: Book, grow: Callable[[int], None]) -> list[Script]:
    """The scripts of one sheet: blocks of rows, what is hidden, formulas, and all else a sheet holds.

    Args:
        part: the sheet.
        key: what it is called.
        book: what it shares with others; notes which shared strings it shows.
        grow: told how many characters were read; raises where they are too many.
    """
    all_hidden = part.name in book.hidden
    walk = Walk(key, Looks(), grow, hidden=True, special=frozenset({"sheetData"}))
    walk.run(part.root)
    columns = _hidden_columns(part.root)
    formulas = Script(key, hidden=True)
    blocks: list[list[list[_Cell]]] = []
    last = -2
    for number, row in _rows(child(part.root, "sheetData")):
        _leftovers(row, walk)
        row_hidden = _flag(row, "hidden")
        cells = [
            _Cell(column, pieces, all_hidden or row_hidden or column in columns or book.style(cell) in book.unseen)
            for column, cell, pieces in _cells(row, book, formulas, grow)
        ]
        if not cells:
            continue
        fresh = number > last + 1 or (len(cells) > 1 and len(blocks[-1][-1]) == 1)
        if not blocks or (fresh and len(blocks) < _MOST_TABLES):
            blocks.append([])
        blocks[-1].append(cells)
        last = number
    scripts: list[Script] = []
    for block in blocks:
        scripts += _laid(key, block)
    scripts += [script for script in (*walk.scripts(), formulas) if script.pieces]
    return scripts


def _flag(element: Element, name: str) -> bool:
    """Whether a Boolean attribute is true."""
    return element.get(name, "") in {"1", "true"}


def _hidden_columns(root: Element) -> set[int]:
    hidden: set[int] = set()
    for columns in (element for element in root if local(element) == "cols"):
        for each in columns:
            if _flag(each, "hidden") or each.get("width", "") in {"0", "0.0"}:
                hidden.update(range(_int(each.get("min", "")), min(_int(each.get("max", "")), 16_384) + 1))
    return hidden


def _rows(data: Element | None) -> Iterator[tuple[int, Element]]:
    number = 0
    for row in data if data is not None else ():
        if local(row) == "row":
            number = _int(row.get("r", "")) or number + 1
            yield number, row


def _leftovers(row: Element, walk: Walk) -> None:
    """What a row or a cell holds besides values: odd attributes, text between elements, unknown elements."""
    walk.attributes(row)
    walk.loose(row)
    for cell in row:
        if local(cell) != "c":
            walk.run(cell)
            continue
        if not _is_plain(cell):
            walk.attributes(cell)
        walk.loose(cell)
        own = cell.get("t", "") == "inlineStr"
        seen = {"is" if not own else "v"}
        for part in cell:
            name = local(part)
            if name in seen or name not in {"v", "f", "is"}:
                walk.run(part)
            elif name == "is":
                _odd_text(part, walk)
            elif part.attrib or len(part):
                walk.attributes(part)
                for inner in part:
                    walk.run(inner)
            seen.add(name)


def _is_plain(cell: Element) -> bool:
    """Whether a cell has nothing but a place, a number of a style and a type."""
    for key, value in cell.items():
        if key == "r":
            if not _REFERENCE.fullmatch(value):
                return False
        elif not (key == "s" and value.isdigit() and len(value) < 7) and not (key == "t" and value in _TYPES):
            return False
    return True


def _odd_text(item: Element, walk: Walk) -> None:
    """What a string item holds besides its runs: phonetic runs, text between elements."""
    shown = runs(item)
    for element in item.iter():
        walk.attributes(element)
        if element not in shown:
            walk.loose(element)
        else:
            for part in element:
                walk.run(part)


def _cells(
    row: Element, book: Book, formulas: Script, grow: Callable[[int], None]
) -> Iterator[tuple[int, Element, list[Piece]]]:
    """Column, element and text of the cells that show something."""
    column = 0
    for cell in row:
        if local(cell) != "c":
            continue
        found = _REFERENCE.fullmatch(cell.get("r", ""))
        column = column_number(found[1]) if found else column + 1
        formula = child(cell, "f")
        if formula is not None and formula.text:
            grow(len(formula.text))
            formulas.line([Piece(formula.text.translate(_NULL), Slot(formula, FORMULA))])
        pieces = _pieces(cell, book)
        if any(not piece.text.isspace() for piece in pieces):
            grow(sum(len(piece.text) for piece in pieces))
            yield column, cell, pieces


def column_number(letters: str) -> int:
    """`A` is 1, `AA` is 27."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def _pieces(cell: Element, book: Book) -> list[Piece]:
    """What a cell shows; every run is a slot of the cell, so that cells that share a string are edited apart."""
    source = string_of(cell, book)
    if source is not None:
        return [
            Piece(run.text.translate(_NULL), Slot(cell, f"{CELL}{number}"))
            for number, run in enumerate(runs(source))
            if run.text
        ]
    value = child(cell, "v")
    raw = (value.text or "") if value is not None else ""
    kind = cell.get("t", "n")
    if kind == "n" and raw:
        style = book.style(cell)
        number_format = book.formats[style] if style < len(book.formats) else (0, "")
        raw = shown_number(raw, *number_format, since_1904=book.since_1904)
    elif kind == "b":
        raw = {"1": "TRUE", "0": "FALSE"}.get(raw, raw)
    return [Piece(raw.translate(_NULL), Slot(cell, f"{CELL}0"))] if raw else []


def cell_text(cell: Element, book: Book) -> str:
    """What a cell shows, on one line."""
    return "".join(piece.text for piece in _pieces(cell, book))


def string_of(cell: Element, book: Book) -> Element | None:
    """The string item that a cell shows, shared or its own; None for numbers and the like."""
    if cell.get("t", "") == "inlineStr":
        return child(cell, "is")
    value = child(cell, "v")
    if cell.get("t", "") != "s" or value is None:
        return None
    text = (value.text or "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not 0 <= number < len(book.strings):
        return None
    book.used.add(number)
    return book.strings[number]


def runs(item: Element) -> list[Element]:
    """The text elements of a string item, without its phonetic runs."""
    found: list[Element] = []
    for part in item:
        if local(part) == "t":
            found.append(part)
        elif local(part) == "r":
            found += [text for text in part if local(text) == "t"]
    return found


def _laid(key: str, block: list[list[_Cell]]) -> list[Script]:
    """One block of rows as text: what is shown, and what is hidden with the header above it."""
    shown, secret = Script(key), Script(key, hidden=True)
    _lay(shown, [[cell for cell in row if not cell.hidden] for row in block])
    hidden = {cell.column for row in block for cell in row if cell.hidden}
    if hidden:
        rows = [[cell for cell in row if cell.hidden] for row in block]
        if len(block) > 1 and not all(cell.hidden for cell in block[0]):
            rows[0] = [cell for cell in block[0] if cell.column in hidden]
        _lay(secret, rows)
    return [script for script in (shown, secret) if script.pieces]


def _lay(script: Script, rows: Iterable[list[_Cell]]) -> None:
    filled = [row for row in rows if row]
    columns = sorted({cell.column for row in filled for cell in row})
    wide = len(columns) > _WIDEST
    lines: list[list[list[Piece]]] = []
    for row in filled:
        cells = {cell.column: cell.pieces for cell in row}
        lines.append([cells.get(column, []) for column in (cells if wide else columns)])
    for line in laid_rows(lines):
        script.line(line)


def unused_strings(part: Part, key: str, book: Book, grow: Callable[[int], None]) -> list[Script]:
    """Text of the table of shared strings that no cell shows: odd text in it, phonetic runs, forgotten strings."""
    walk = Walk(key, Looks(), grow, hidden=True, special=frozenset({"si"}))
    walk.run(part.root)
    rest = Walk(key, Looks(), grow, hidden=True)
    for number, item in enumerate(book.strings):
        if number not in book.used:
            rest.run(item)
        elif len(item) != 1 or item.attrib:
            _odd_text(item, rest)
    return [*walk.scripts(), *rest.scripts()]
