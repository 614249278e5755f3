"""Readings that look at their source differently, built from small swaps.

Every reader of this room describes what it changed as *swaps*: characters `[start, end)` of the source read as
other text. From those one aligned reading is made whose characters know exactly which source characters they
came from.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accord.core.place import Span
from accord.core.reading import Field, Reading
from accord.core.roles import Enclosed, Fault

Swap = tuple[int, int, str]
"""Source characters `[start, end)` and what they read as.

When both sides are equally long they correspond one to one; otherwise every new character came from all of
`[start, end)`. Swaps are sorted and disjoint.
"""


@dataclass(slots=True)
class Scan:
    """What a scanner of structure collects from one text, in the characters of that text.

    Attributes:
        fields: named values.
        swaps: stretches that read as something else (escapes, entities).
        readings: codec readings (transfer encodings).
        faults: stretches that cannot be read.
        enclosed: files written inside it.
    """

    fields: list[Field] = field(default_factory=list)
    swaps: list[Swap] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    enclosed: list[Enclosed] = field(default_factory=list)

    def add(self, start: int, end: int, name: str, syntax: str) -> None:
        """Note a value with a name beside it; JSON keeps its syntax without one, as in a list."""
        if start < end and (name or syntax.startswith("json.")):
            self.fields.append(Field(Span(start, end), name, syntax))

    def extend(self, other: Scan) -> None:
        """Take over everything another scan of the same text found."""
        self.fields += other.fields
        self.swaps += other.swaps
        self.readings += other.readings
        self.faults += other.faults
        self.enclosed += other.enclosed


def realign(text: str, swaps: Iterable[Swap]) -> tuple[str, Sequence[int], Sequence[int]]:
    """Apply swaps to a text.

    Returns:
        The new text and, for each of its characters, where its source begins and ends.
    """
    pieces: list[str] = []
    starts, ends = array("i"), array("i")
    at = 0
    for start, end, new in swaps:
        if start > at:
            pieces.append(text[at:start])
            starts.extend(range(at, start))
            ends.extend(range(at + 1, start + 1))
        at = end
        if not new:
            continue
        pieces.append(new)
        if len(new) == end - start:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(new))
            ends.extend([end] * len(new))
    if at < len(text):
        pieces.append(text[at:])
        starts.extend(range(at, len(text)))
        ends.extend(range(at + 1, len(text) + 1))
    return "".join(pieces), starts, ends


def mapped(fields: Iterable[Field], starts: Sequence[int]) -> list[Field]:
    """Carry fields of a source over to a reading with rising `starts`; those left empty are dropped."""
    found = []
    for item in fields:
        start = bisect_left(starts, item.span.start)
        end = bisect_left(starts, item.span.end, start)
        if start < end:
            found.append(Field(Span(start, end), item.name, item.syntax))
    return found


def aligned(
    source: Reading, swaps: Iterable[Swap], reader: str, *, fields: Iterable[Field] = (), disguise: bool = False
) -> Reading:
    """Make the aligned reading of a source that swaps describe.

    Args:
        source: the reading that was read.
        swaps: what reads differently, sorted and disjoint.
        reader: the name of the new reading.
        fields: fields in the characters of the source, carried over.
        disguise: whether the difference hides something from a plain reader.
    """
    text, starts, ends = realign(source.text, swaps)
    return Reading(
        text,
        reader,
        source,
        starts,
        ends,
        fields=tuple(mapped(fields, starts)),
        role=source.role,
        disguise=disguise,
    )


def disjoint(fields: Iterable[Field], taken: Sequence[Field] = ()) -> list[Field]:
    """Sort fields and drop those that share characters with an earlier one or with one already taken."""
    found: list[Field] = []
    last = 0
    index = 0
    for item in sorted(fields, key=lambda f: (f.span.start, -f.span.end)):
        if item.span.start < last:
            continue
        while index < len(taken) and taken[index].span.end <= item.span.start:
            index += 1
        if index < len(taken) and taken[index].span.touches(item.span):
            continue
        found.append(item)
        last = item.span.end
    return found


def settled(swaps: Iterable[Swap]) -> list[Swap]:
    """Sort swaps and drop those that overlap an earlier one."""
    found: list[Swap] = []
    last = 0
    for swap in sorted(swaps):
        if swap[0] >= last:
            found.append(swap)
            last = swap[1]
    return found
