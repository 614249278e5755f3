"""Reading a page by where its characters stand, where the order in which they were drawn makes no sense.

A PDF can draw the letters of a line in any order: whoever looks sees a number, whoever reads the text layer finds its
digits strewn about. Such pages are read from the top and from the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import bidirectional

import numpy as np

from accord.core.along import NOWHERE
from accord.core.media import Strip

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = Sequence[int]
"""Left, top, right, bottom in pixels, and the page."""

READER = "pdf.order"

_LEAPS = 3  # leaps back on one line that a page may have: corrections, accents, signs set later
_SHARE = 0.05  # of its characters, likewise
_NEAR = 1.0  # of the height of a line: letters this near belong together
_SCRAP = 3  # letters
_SCRAPS = 0.3  # of its characters: a page of scraps is in no order at all
_NO_ROW: Row = (0, 0, 0, 0, NOWHERE)
_BLANK = 0.28  # of the height of a line: a gap so much wider than others is a blank


def in_order(strip: Strip) -> list[Strip]:
    """A text layer whose pages make sense.

    Where the letters of a page stand on lines of their own, which is also what pdfium makes of some honest pages, the
    page is read by position instead. Where letters leap back and forth, it is read by position as well, in a strip
    of its own, since columns and tables can look like that.

    Args:
        strip: a text layer, with a box for each character, pages one after the other.
    """
    assert strip.boxes is not None
    rows: list[Row] = strip.boxes.tolist()
    pages: dict[int, list[int]] = {}
    for index, row in enumerate(rows):
        if row[4] != NOWHERE:
            pages.setdefault(row[4], []).append(index)
    text, boxes = list(strip.text), list(rows)
    again: list[tuple[str, Row]] = []
    for _, members in sorted(pages.items(), reverse=True):
        scraps, leaps = _disorder(strip.text, rows, members)
        if scraps + leaps <= max(_LEAPS, _SHARE * len(members)):
            continue
        read = list(_read(strip.text, rows, members))
        if scraps > _SCRAPS * len(members) and not strip.hidden:
            text[members[0] : members[-1] + 1] = [letter for letter, _ in read]
            boxes[members[0] : members[-1] + 1] = [row for _, row in read]
        else:
            again = read + ([("\n", _NO_ROW), *again] if again else [])
    whole = _strip(text, boxes, strip, strip.reader)
    return [whole, _strip([one for one, _ in again], [row for _, row in again], strip, READER)] if again else [whole]


def _strip(text: Sequence[str], boxes: Sequence[Row], of: Strip, reader: str) -> Strip:
    rows = np.array(boxes, dtype=np.int32).reshape(-1, 5)
    return Strip("".join(text), reader, rows, item=of.item, hidden=of.hidden)


def _read(text: str, rows: Sequence[Row], members: Sequence[int]) -> Iterator[tuple[str, Row]]:
    first = True
    for gap, index in _by_position(rows, members):
        if gap and not first:
            yield gap, _NO_ROW
        yield text[index], rows[index]
        first = False


def _disorder(text: str, rows: Sequence[Row], members: Sequence[int]) -> tuple[int, int]:
    """How often letters that stand beside one another are parted by a new line, and how often one leaps back."""
    scraps = leaps = 0
    for one, other in pairwise(members):
        last, box = rows[one], rows[other]
        if min(last[3], box[3]) <= max(last[1], box[1]) or {bidirectional(text[i]) for i in (one, other)} & {
            "R",
            "AL",
        }:
            continue
        near = 0 <= box[0] - last[2] <= _NEAR * max(last[3] - last[1], box[3] - box[1])
        leaps += box[2] <= (last[0] + last[2]) // 2
        scraps += near and "\n" in text[one:other] and _short(text, one, other)
    return scraps, leaps


def _short(text: str, one: int, other: int) -> bool:
    """Whether the line that ends at `one`, or the one that begins at `other`, is a scrap of few letters."""
    begin, end = text.rfind("\n", 0, one), text.find("\n", other)
    return one - begin <= _SCRAP or (end if end >= 0 else len(text)) - other <= _SCRAP


def _by_position(rows: Sequence[Row], members: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Characters line by line and from left to right, each with the gap before it."""
    line: list[int] = []
    bottom = 0
    for index in sorted(members, key=lambda member: (rows[member][1] + rows[member][3], rows[member][0])):
        middle = (rows[index][1] + rows[index][3]) / 2
        if line and middle >= bottom:
            yield from _along(rows, line)
            line = []
        line.append(index)
        bottom = max(rows[index][3], bottom) if len(line) > 1 else rows[index][3]
    yield from _along(rows, line)


def _along(rows: Sequence[Row], line: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Characters of a line from left to right; a gap is a blank where it is wider than is usual on the line."""
    ordered = sorted(line, key=lambda member: rows[member][0])
    gaps = [rows[other][0] - rows[one][2] for one, other in pairwise(ordered)]
    wide = max(rows[index][3] - rows[index][1] for index in line) * _BLANK + max(
        0, sorted(gaps)[len(gaps) // 2] if gaps else 0
    )
    yield "\n", ordered[0]
    for gap, index in zip(gaps, ordered[1:], strict=True):
        yield " " if gap > wide else "", index
