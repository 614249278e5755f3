"""Reading: from the parts of a content to every text that can be read out of them."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from accord.core.content import Content
from accord.core.media import Strip
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Enclosed, Fault, Reader, Readout, Stop
from accord.core.tape import Tape

Strips = Sequence[tuple[int, Strip, int]]
"""What was read out of parts: the part, the strip and its number; see `accord.core.tape.Lane`."""


@dataclass(frozen=True, slots=True, repr=False)
class Reads:
    """Everything that was read.

    Attributes:
        tape: the texts of the content.
        roots: the readings of the tape itself.
        readings: all readings, sources before what was read from them.
        faults: stretches that could not be read, with the index of the reading they stand in.
        enclosed: files written inside readings, with the index of the reading; none overlaps another.
    """

    tape: Tape
    roots: tuple[Reading, ...]
    readings: tuple[Reading, ...]
    faults: tuple[tuple[int, Fault], ...]
    enclosed: tuple[tuple[int, Enclosed], ...] = ()

    def region(self, index: int, file: Enclosed) -> Span:
        """The stretch of tape that an enclosed file is written over."""
        return self.readings[index].tape_span(file.region)

    def pieces(self, index: int, file: Enclosed) -> list[Span]:
        """The characters of the tape that it is written with: several, where it runs over messages."""
        return self.readings[index].tape_spans(file.region)


@dataclass(slots=True)
class _Queue:
    """Readings in the order they were found, each text at each place once."""

    readings: list[Reading] = field(default_factory=list)
    media_types: list[str] = field(default_factory=list)
    seen: set[tuple[str, Span]] = field(default_factory=set)

    def add(self, reading: Reading, media_type: str = "") -> None:
        # Base64 within text that is also read folded would be found, and decoded, twice.
        whole = reading.tape_span(Span(0, len(reading.text)))
        if (reading.text, whole) not in self.seen:
            self.seen.add((reading.text, whole))
            self.readings.append(reading)
            self.media_types.append(media_type)


def read(content: Content, readers: Sequence[Reader], depth: int, stop: Stop, strips: Strips = ()) -> Reads:
    """Read a content, with what was read out of its pictures and documents, down to `depth` readings below the tape.

    What would still be read beyond that depth, or after `stop()`, is a fault: it was not inspected.
    """
    tape = Tape.lay(content, strips)
    roots = tape.roots()
    queue, faults = _Queue(), []
    enclosed: list[tuple[int, Enclosed]] = []
    for root, media_type in roots:
        queue.add(root, media_type)
    for seam in tape.seams():
        queue.add(seam)
    index = 0
    while index < len(queue.readings):
        reading = queue.readings[index]
        if stop():
            faults.append((index, Fault(Span(0, len(reading.text)), "fault.deadline", "reading ran out of time")))
            break
        for reader in readers:
            readout = _readout(reader, reading, queue.media_types[index])
            if readout.fields and not reading.fields:
                reading.name_fields(readout.fields)
            faults += [(index, fault) for fault in readout.faults]
            enclosed += [(index, file) for file in readout.enclosed]
            for child in readout.readings:
                if reading.depth < depth:
                    queue.add(child)
                else:
                    faults.append((index, _too_deep(child, depth)))
        index += 1
    made = Reads(tape, tuple(root for root, _ in roots), tuple(queue.readings), tuple(faults))
    return replace(made, enclosed=tuple(_apart(made, enclosed)))


def _apart(reads: Reads, enclosed: Sequence[tuple[int, Enclosed]]) -> list[tuple[int, Enclosed]]:
    """Each file once: two readers may see the same attachment, and a piece of one is none by itself."""
    kept: list[tuple[int, Enclosed]] = []
    taken: list[Span] = []
    for index, file in sorted(enclosed, key=lambda pair: -len(pair[1].region)):
        pieces = reads.pieces(index, file)
        if not any(touching(taken, piece) for piece in pieces):
            for piece in pieces:
                insort(taken, piece)
            kept.append((index, file))
    return sorted(kept, key=lambda pair: reads.region(*pair))


def covering(spans: Sequence[Span], span: Span) -> bool:
    """Whether one of some sorted, disjoint spans covers every character of another."""
    at = bisect_right(spans, span.start, key=lambda s: s.start) - 1
    return at >= 0 and spans[at].covers(span)


def touching(spans: Sequence[Span], span: Span) -> bool:
    """Whether a span shares a character with one of some sorted, disjoint spans."""
    at = bisect_right(spans, span.start, key=lambda s: s.start) - 1
    return any(0 <= i < len(spans) and spans[i].touches(span) for i in (at, at + 1))


def _readout(reader: Reader, reading: Reading, media_type: str) -> Readout:
    try:
        readout = reader.read(reading, media_type)
        if isinstance(readout, Readout):
            return readout
        raise TypeError("a reader returns a Readout")
    except Exception as error:
        # Whatever goes wrong in a reader, its text was not fully read, and the policy hears of it.
        reason = f"reader {reader.name} failed: {type(error).__name__}"
        return Readout(faults=(Fault(Span(0, len(reading.text)), "fault.detector", reason),))


def _too_deep(child: Reading, depth: int) -> Fault:
    region = child.region or child.source_span(Span(0, len(child.text)))
    return Fault(region, "fault.uninspected", f"encoded more than {depth} layers deep")
