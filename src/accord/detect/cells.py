"""Cells parted by tabs: a label stands left of its value, or above a column of values.

Sheets, tables in documents and rows that were read from pixels come as lines of cells. Whether a cell is a label is
asked of the table of field names; everything else is left to whoever judges the field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from accord.core.place import Span
from accord.core.reading import Field

_ROW = re.compile(r"[^\n]*\t[^\n]*")
_CELL = re.compile(r"[^\t\n]+")
_LONGEST = 48  # characters of a label
_WORDS = 6
_ROWS = 5_000  # rows a header names at most

Row = list[tuple[int, int, int]]
"""Cells as column, start and end."""


def cell_fields(text: str, is_label: Callable[[str], bool]) -> Iterator[Field]:
    """Named cells of every run of rows.

    Args:
        text: the text.
        is_label: whether a name says what a value is.
    """
    if "\t" not in text:
        return
    block: list[Row] = []
    last = -1
    for match in _ROW.finditer(text):
        if block and match.start() != last + 1:
            yield from _named(text, block, is_label)
            block = []
        block.append(_cells(text, *match.span()))
        last = match.end()
    yield from _named(text, block, is_label)


def _cells(text: str, start: int, end: int) -> Row:
    cells: Row = []
    column, at = 0, start
    while at <= end:
        tab = text.find("\t", at, end)
        stop = end if tab < 0 else tab
        value = text[at:stop]
        left = len(value) - len(value.lstrip())
        if value.strip():
            cells.append((column, at + left, at + left + len(value.strip())))
        column, at = column + 1, stop + 1
    return cells


def _named(text: str, block: list[Row], is_label: Callable[[str], bool]) -> Iterator[Field]:
    """Cells right of a label, and below one where another label stands right of it."""
    labels = [
        {column: _name(text[start:end]) for column, start, end in row if _could_be(text[start:end], is_label)}
        for row in block
    ]
    for number, row in enumerate(block):
        for position, (column, _, _) in enumerate(row):
            name = labels[number].get(column)
            if name is None:
                continue
            after = row[position + 1] if position + 1 < len(row) else None
            if after is not None and after[0] not in labels[number]:
                yield Field(Span(after[1], after[2]), name)
            else:
                yield from _column(block, labels, number, column, name)


def _column(block: list[Row], labels: list[dict[int, str]], header: int, column: int, name: str) -> Iterator[Field]:
    for number in range(header + 1, min(len(block), header + _ROWS)):
        if column in labels[number]:
            return
        for at, start, end in block[number]:
            if at == column:
                yield Field(Span(start, end), name)


def _could_be(cell: str, is_label: Callable[[str], bool]) -> bool:
    short = len(cell) <= _LONGEST and len(cell.split()) <= _WORDS and cell[:1].isalpha()
    return short and is_label(_name(cell))


def _name(cell: str) -> str:
    return "cell." + cell.strip(" .:：*").lower().replace(".", " ")
