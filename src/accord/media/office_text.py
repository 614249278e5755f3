"""Text of word-processing, drawing and other parts (ECMA-376 part 1): whole values, and all that is never shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from accord.media.office_forms import is_form
from accord.media.office_kinds import contents
from accord.media.office_pieces import BLANK, GONE, MARK, STOP, TEXT, Piece, Script, Slot
from accord.media.office_pieces import TAIL as AFTER
from accord.media.office_words import is_token
from accord.media.office_xml import Element, attribute, child, is_dropped, is_on, local, space

_RUNS = frozenset({"t", "delText"})
_CODES = frozenset({"instrText", "delInstrText"})
_MARKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_PARAGRAPHS = frozenset({"p", "si", "is", "text", "oMath"})
_BOXES = frozenset({"txbxContent", "textbox", "drawing", "pict", "object", "Fallback", "p", "si", "is", "tbl"})
_PLACES = frozenset(
    "posOffset align pctWidth pctHeight col row colOff rowOff Anchor Row Column formatCode idx order ptCount".split()
)
_LABELLED = frozenset({"author", "creator", "lastModifiedBy"})
_CLIENT = "urn:schemas-microsoft-com:office:excel"
_WHITE = re.compile(r"(?:[0-9A-Fa-f]{2})?[Ff]{6}")
_MOST_TABLES = 200  # that are scripts of their own
_SEEN, _GONE, _NEW, _CODE = range(4)


@dataclass(frozen=True, slots=True)
class Looks:
    """What a part must know of others.

    Attributes:
        hidden_styles: ids of styles whose text is not shown.
        slide: width and height of slides in EMU; nothing for other files.
    """

    hidden_styles: frozenset[str] = frozenset()
    slide: tuple[int, int] = (0, 0)


class Walk:
    """One walk over one part. Every text node and every attribute with content ends on a line.

    Args:
        key: the part.
        looks: what it must know of other parts.
        hidden: nothing of the part is shown.
        grow: told how many characters were read; raises where they are too many.
        special: elements that are read elsewhere, by local name.
        dropped: no rebuilt file holds the part.
    """

    def __init__(
        self,
        key: str,
        looks: Looks,
        grow: Callable[[int], None],
        *,
        hidden: bool = False,
        special: frozenset[str] = frozenset(),
        dropped: bool = False,
    ) -> None:
        self.shown = Script(key, hidden=hidden)
        self.secret = Script(key, hidden=True)
        self.tables: list[Script] = []
        self.looks = looks
        self.hidden = hidden
        self.special = special
        self.dropped = dropped
        self._grow = grow
        self._row: list[Piece] | None = None
        self._shaded: dict[Element, bool] = {}
        self._row_hidden = False

    def scripts(self) -> list[Script]:
        """What was read, without what is empty."""
        return [script for script in (self.shown, *self.tables, self.secret) if script.pieces]

    def run(self, root: Element) -> None:
        """Read everything under an element."""
        self._visit(root, self.hidden)

    def attributes(self, element: Element) -> None:
        """Read the attributes of an element that hold content."""
        for key, value in contents(element):
            name = key.rpartition("}")[2]
            label = [Piece(f"{name}: ")] if name in _LABELLED else []
            self._line(self.secret, [*label, Piece(value, Slot(element, key))])

    def loose(self, element: Element) -> None:
        """Read the text nodes of an element that stand in none of its children."""
        self._rest(element.text or "", Slot(element), True)
        for part in element:
            self._rest(part.tail or "", Slot(part, AFTER), True)

    def _visit(self, element: Element, hidden: bool) -> None:
        name = local(element)
        if name in self.special:
            return
        if not isinstance(element.tag, str):
            self._rest(str(element.text or ""), Slot(element, GONE), True)
            return
        hidden = hidden or self._hides(element, name)
        self.attributes(element)
        if name in _PARAGRAPHS and (name != "text" or len(element)):
            self._paragraph(element, hidden)
            return
        if name == "tbl" and self._row is None:
            self._table(element, hidden)
            return
        self._within(element, hidden or is_dropped(element))

    def _within(self, element: Element, hidden: bool) -> None:
        self._rest(element.text or "", Slot(element), hidden)
        for part in element:
            self._visit(part, hidden)
            self._rest(part.tail or "", Slot(part, AFTER), True)

    def _rest(self, text: str, slot: Slot, hidden: bool) -> None:
        """A text node that is no run of a paragraph."""
        if not text.strip():
            return
        placed = local(slot.element) in _PLACES or space(slot.element) == _CLIENT
        if placed and slot.where == TEXT and all(is_token(word) for word in text.split()):
            return
        self._line(self.secret if hidden else self.shown, [Piece(text, slot)])

    def _line(self, script: Script, pieces: list[Piece]) -> None:
        self._grow(sum(len(piece.text) for piece in pieces))
        if self.dropped:
            pieces = [Piece(piece.text, Slot(piece.slot.element, GONE) if piece.slot else None) for piece in pieces]
        script.line(pieces)

    def _paragraph(self, element: Element, hidden: bool) -> None:
        found, boxes = self._pieces(element)
        shown = [piece for piece, state in found if state in {_SEEN, _NEW}]
        row, self._row = self._row, None
        if row is None or (hidden and not self._row_hidden):
            self._line(self.secret if hidden else self.shown, shown)
        elif shown:
            row += [BLANK, *map(_flat, shown)] if row else map(_flat, shown)
        self._unseen(found)
        for box in boxes:
            self._visit(box, hidden)
        self._row = row

    def _unseen(self, found: list[tuple[Piece, int]]) -> None:
        """What a paragraph holds besides what it shows: alone, and in its place."""
        codes = [piece for piece, state in found if state == _CODE]
        if codes:
            self._line(self.secret, codes)
        gone = [piece for piece, state in found if state == _GONE]
        if any(not piece.text.isspace() for piece in gone):
            self._line(self.secret, gone)
            self._line(self.secret, [piece for piece, state in found if state in {_SEEN, _GONE}])

    def _pieces(self, element: Element) -> tuple[list[tuple[Piece, int]], list[Element]]:
        """The runs of a paragraph with how they are shown, and the boxes that hang on it."""
        boxes: list[Element] = []
        return list(self._runs(element, _SEEN, boxes)), boxes

    def _runs(self, element: Element, state: int, boxes: list[Element]) -> Iterator[tuple[Piece, int]]:
        if element.text and not element.text.isspace():
            yield Piece(element.text, Slot(element)), state
        for part in element:
            name = local(part)
            if name in _BOXES or is_dropped(part):
                boxes.append(part)
            else:
                yield from self._run(part, name, state, boxes)
            if part.tail and not part.tail.isspace():
                yield Piece(part.tail, Slot(part, AFTER)), state

    def _run(self, part: Element, name: str, state: int, boxes: list[Element]) -> Iterator[tuple[Piece, int]]:
        self.attributes(part)
        if name in _RUNS or name in _CODES:
            state = _CODE if name in _CODES else _GONE if name == "delText" else state
            if part.text:
                yield Piece(part.text, Slot(part)), state
            for inner in part:
                boxes.append(inner)
                if inner.tail:
                    yield Piece(inner.tail, Slot(inner, AFTER)), state
        elif name in _MARKS and local(part.getparent()) not in {"tabs", "tabLst"}:
            yield Piece(_MARKS[name], Slot(part, MARK)), state
        elif name == "sym":
            yield Piece(_symbol(attribute(part, "char")), Slot(part, MARK)), state
        else:
            if name in {"del", "moveFrom"} or (name in {"r", "rPh", "fld"} and self._hides(part, name)):
                state = _GONE
            elif name in {"ins", "moveTo"} and state == _SEEN:
                state = _NEW
            yield from self._runs(part, state, boxes)

    def _table(self, table: Element, hidden: bool) -> None:
        """A table: rows are lines, cells are apart by tabs; one of three columns and more is a script of its own."""
        rows = [
            [self._cell(cell, hidden) for cell in self._children(row, "tc", hidden)]
            for row in self._children(table, "tr", hidden)
        ]
        target = self.secret if hidden else self.shown
        if max(map(len, rows), default=0) >= 3 and len(self.tables) < _MOST_TABLES:
            target = Script(self.shown.key, hidden=hidden)
            self.tables.append(target)
        for pieces in laid_rows(rows):
            self._line(target, pieces)

    def _children(self, element: Element, name: str, hidden: bool) -> Iterator[Element]:
        """Rows of a table, cells of a row; content controls and changes around them are looked through."""
        self.loose(element)
        for part in element:
            found = local(part)
            if found == name:
                self.attributes(part)
                yield part
            elif found in {"sdt", "sdtContent", "customXml", "ins", "del", "smartTag"}:
                self.attributes(part)
                yield from self._children(part, name, hidden)
            else:
                self._visit(part, hidden)

    def _cell(self, cell: Element, hidden: bool) -> list[Piece]:
        """All a cell shows, on one line; what is hidden in it stands on lines of its own."""
        pieces: list[Piece] = []
        self._row, self._row_hidden = pieces, hidden
        self._within(cell, hidden)
        self._row = None
        return pieces

    def _hides(self, element: Element, name: str) -> bool:
        """Whether a viewer does not show what is in an element."""
        if name in {"r", "p", "fld"}:
            properties = child(element, "rPr") if name != "p" else child(element, "pPr")
            return properties is not None and self._vanishes(element, properties)
        if name == "sp":
            return self._off(element)
        return name in {"Fallback", "rPh", "docVars", "dataValidations", "extLst"} or (
            name in {"sld"} and attribute(element, "show") in {"0", "false"}
        )

    def _vanishes(self, run: Element, properties: Element) -> bool:
        if any(is_on(child(properties, name)) for name in ("vanish", "webHidden", "specVanish")):
            return True
        style = child(properties, "rStyle") if local(run) == "r" else child(properties, "pStyle")
        if style is not None and attribute(style, "val") in self.looks.hidden_styles:
            return True
        size = child(properties, "sz")
        if size is not None and attribute(size, "val") in {"0", "1", "2", "3", "4"}:
            return True
        color = child(properties, "color")
        white = color is not None and bool(_WHITE.fullmatch(attribute(color, "val")))
        return white and not self._is_shaded(run)

    def _is_shaded(self, element: Element) -> bool:
        """Whether something dark may lie behind the text of an element."""
        shaded = False
        for each in reversed([element, *element.iterancestors()]):
            if each not in self._shaded:
                self._shaded[each] = shaded or _shades(each)
            shaded = self._shaded[each]
        return shaded

    def _off(self, shape: Element) -> bool:
        """Whether a shape of a slide is marked hidden or stands outside of it."""
        name = child(shape, "nvSpPr", "cNvPr")
        if name is not None and attribute(name, "hidden") in {"1", "true"}:
            return True
        transform = child(shape, "spPr", "xfrm")
        width, height = self.looks.slide
        if transform is None or not width or local(shape.getparent()) != "spTree":
            return False
        offset, extent = child(transform, "off"), child(transform, "ext")
        if offset is None or extent is None:
            return False
        x, y = _number(attribute(offset, "x")), _number(attribute(offset, "y"))
        wide, high = _number(attribute(extent, "cx")), _number(attribute(extent, "cy"))
        return x >= width or y >= height or x + wide <= 0 or y + high <= 0


def laid_rows(rows: Sequence[Sequence[list[Piece]]]) -> Iterator[list[Piece]]:
    """Rows of a table as lines: cells apart by tabs, or a colon between a label and its value.

    Args:
        rows: pieces of every cell, row after row.
    """
    form = is_form([["".join(piece.text for piece in cell) for cell in row] for row in rows[:500]])
    for row in rows:
        line: list[Piece] = []
        for number, cell in enumerate(row):
            label = form and number % 2 == 0 and any(not piece.text.isspace() for piece in cell)
            colon = Piece(" ") if cell and cell[-1].text.rstrip().endswith(":") else Piece(": ")
            line += [*cell, colon if label else STOP]
        yield line[:-1]


def _flat(piece: Piece) -> Piece:
    """A piece of a table cell: what would end the line or the cell is a blank."""
    if "\n" not in piece.text and "\t" not in piece.text:
        return piece
    return Piece(piece.text.replace("\n", " ").replace("\t", " "), piece.slot)


def _symbol(code: str) -> str:
    """The character of `w:sym`; symbol fonts stand at U+F000 (ECMA-376 part 1, 17.3.3.30)."""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    value = value & 0xFF if 0xF000 <= value <= 0xF0FF else value
    return chr(value) if 0x20 <= value < 0xD800 or 0xE000 <= value < 0xFFFE else ""


def _shades(element: Element) -> bool:
    """Whether an element itself lays something behind its text."""
    if local(element) == "txbxContent" or "drawingml" in space(element):
        return True
    if local(element) not in {"r", "p", "tc", "tbl"}:
        return False
    properties = child(element, f"{local(element)}Pr")
    return properties is not None and any(local(part) in {"shd", "highlight"} for part in properties)


def _number(text: str) -> int:
    try:
        return int(text[:12])
    except ValueError:
        return 0


def hidden_styles(styles: Element) -> frozenset[str]:
    """Ids of the styles whose text is not shown, whether by themselves or by the style they are based on."""
    based: dict[str, str] = {}
    hidden: set[str] = set()
    for style in styles:
        if local(style) != "style":
            continue
        name, base = attribute(style, "styleId"), child(style, "basedOn")
        based[name] = attribute(base, "val") if base is not None else ""
        properties = child(style, "rPr")
        if properties is not None and is_on(child(properties, "vanish")):
            hidden.add(name)
    for name in based:
        seen: set[str] = set()
        at = name
        while at and at not in seen and at not in hidden:
            seen.add(at)
            at = based.get(at, "")
        if at in hidden:
            hidden.add(name)
    return frozenset(hidden)
