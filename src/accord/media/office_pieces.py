"""Text of an office part of which every character knows the node it stands in, and edits of those nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from accord.core.place import Span
from accord.media.office_xml import Element

TEXT = ""
"""The place of an element's own text."""
TAIL = "\x00tail"
"""The place of the text after an element."""
MARK = "\x00mark"
"""An element that stands for characters: a tab, a line break, a symbol."""
GONE = "\x00gone"
"""Text that no rebuilt file holds: a comment of XML, a part that is dropped."""
CELL = "\x00cell"
"""A run of the text a cell of a sheet shows; followed by the number of the run."""
FORMULA = "\x00formula"
"""The formula of a cell."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Slot:
    """A node that holds text.

    Attributes:
        element: the element.
        where: a place (`TEXT`, `TAIL`, …) or the key of an attribute.
    """

    element: Element
    where: str = TEXT


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Piece:
    """Some text, as it is shown.

    Attributes:
        text: as many characters as stand in the slot.
        slot: where it stands; None for what stands between values.
    """

    text: str
    slot: Slot | None = None


BREAK = Piece("\n")
STOP = Piece("\t")
BLANK = Piece(" ")


@dataclass(slots=True, repr=False, eq=False)
class Script:
    """A strip to be: its pieces in order.

    Attributes:
        key: the part it was read from.
        pieces: in reading order.
        hidden: a viewer does not see it.
        reader: `office` or `metadata`.
        media_type: of its text, where it has one.
    """

    key: str
    pieces: list[Piece] = field(default_factory=list)
    hidden: bool = False
    reader: str = "office"
    media_type: str = ""

    @property
    def text(self) -> str:
        """What it says."""
        return "".join(piece.text for piece in self.pieces)

    def line(self, pieces: Iterable[Piece]) -> None:
        """Add a line, unless nothing is on it."""
        kept = [piece for piece in pieces if piece.text]
        if any(not piece.text.isspace() for piece in kept):
            self.pieces += kept
            self.pieces.append(BREAK)


@dataclass(frozen=True, slots=True, repr=False)
class Edit:
    """Characters of a slot and what is written there instead."""

    start: int
    end: int
    text: str


class Edits:
    """Edits of all slots of a file; two that touch the same characters are one."""

    def __init__(self) -> None:
        self.slots: dict[tuple[int, str], tuple[Slot, list[Edit]]] = {}

    def patch(self, script: Script, spans: Iterable[tuple[Span, str]]) -> None:
        """Note patches of one script: the first slot that is touched takes the text, the others lose characters.

        Args:
            script: what was patched.
            spans: characters of its text and what replaces them, sorted and disjoint.
        """
        wanted = list(spans)
        at = index = 0
        written = False
        for piece in script.pieces:
            end = at + len(piece.text)
            while index < len(wanted) and wanted[index][0].start < end:
                span, text = wanted[index]
                if piece.slot is not None and (span.end > at):
                    low, high = max(span.start, at) - at, min(span.end, end) - at
                    self._add(piece.slot, Edit(low, high, "" if written else text))
                    written = True
                if span.end > end:
                    break
                index, written = index + 1, False
            at = end

    def _add(self, slot: Slot, edit: Edit) -> None:
        self.slots.setdefault((id(slot.element), slot.where), (slot, []))[1].append(edit)

    def of(self, slot: Slot) -> list[Edit]:
        """The edits of a slot, sorted and disjoint."""
        return merged(self.slots.get((id(slot.element), slot.where), (slot, []))[1])


def merged(edits: Iterable[Edit]) -> list[Edit]:
    """Join edits that share characters; the text of the first that has one stays."""
    joined: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        last = joined[-1] if joined else None
        if last is not None and (edit.start < last.end or (edit.start, edit.end) == (last.start, last.end)):
            joined[-1] = Edit(last.start, max(last.end, edit.end), last.text or edit.text)
        else:
            joined.append(edit)
    return joined


def edited(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made that are sorted and disjoint."""
    pieces: list[str] = []
    at = 0
    for edit in edits:
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])
