"""What a PDF says beside its pages, written down entry by entry: comments, fields, links, scripts, properties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from accord.core.along import NOWHERE
from accord.core.media import Strip

if TYPE_CHECKING:
    from accord.core.media import Boxes

Place = tuple[int, int, int, int, int]
"""Left, top, right, bottom in pixels of a surface, and its page."""

KEYS = {"metadata": "pdf.info"}
"""Where entries stand that have no place on a page, where that is not the name of their kind."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85]")
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&amp;": "&"}


def fit(text: str) -> str:
    """Text without what a strip may not hold; UTF-16 pairs that arrived in halves are joined."""
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return _UNFIT.sub("", _LINE_ENDS.sub("\n", joined)).strip()


def plain(markup: str) -> str:
    """What rich text (XHTML in a string, ISO 32000-2, 12.7.4.4) says, tags left out."""
    text = _TAGS.sub(" ", markup)
    for entity, letter in _ENTITIES.items():
        text = text.replace(entity, letter)
    return "\n".join(line for line in (" ".join(row.split()) for row in text.splitlines()) if line)


class Ledger:
    """Entries by kind, each written once.

    Args:
        characters: how many may be written in all; what comes after is left out, and `full` says so.
    """

    def __init__(self, characters: int) -> None:
        self.full = False
        self._left = characters
        self._seen: set[tuple[str, str, Place | None]] = set()
        self._said: set[str] = set()
        self._entries: dict[tuple[str, bool], list[tuple[str, Place | None]]] = {}

    def add(self, kind: str, text: str, place: Place | None = None, *, name: str = "", hidden: bool = False) -> None:
        """Write an entry.

        Args:
            kind: the reader of the strip it goes to (`pdf.link`).
            text: what it says.
            place: the rectangle it has on a page.
            name: what stands before it on its line.
            hidden: a viewer does not see it.
        """
        text = fit(text)
        line = f"{fit(name)}: {text}" if name else text
        if not text or (kind, line, place) in self._seen:
            return
        if len(line) + 1 > self._left:
            self.full = True
            return
        self._left -= len(line) + 1
        self._seen.add((kind, line, place))
        self._said.add(text)
        self._entries.setdefault((kind, hidden), []).append((line, place))

    def says(self, text: str) -> bool:
        """Whether an entry of any kind says exactly this."""
        return fit(text) in self._said

    def strips(self, item: int) -> list[Strip]:
        """One strip for each kind, those that a viewer does not see apart; an entry is a line."""
        return [_strip(kind, entries, item, hidden) for (kind, hidden), entries in sorted(self._entries.items())]


def _strip(kind: str, entries: list[tuple[str, Place | None]], item: int, hidden: bool) -> Strip:
    text = "\n".join(line for line, _ in entries)
    if all(place is None for _, place in entries):
        return Strip(text, kind, key=KEYS.get(kind, kind), item=item, hidden=hidden)
    boxes: Boxes = np.zeros((len(text), 5), dtype=np.int32)
    boxes[:, 4] = NOWHERE
    at = 0
    for line, place in entries:
        if place is not None:
            boxes[at : at + len(line)] = place
        at += len(line) + 1
    return Strip(text, kind, boxes, key=KEYS.get(kind, kind), item=item, hidden=hidden)
