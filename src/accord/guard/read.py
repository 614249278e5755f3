"""Reading: from the parts of a content to every text that can be read out of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from accord.core.content import Content
from accord.core.media import Strip
from accord.core.place import Span
from accord.core.reading import Reading
from accord.core.roles import Fault, Reader, Readout, Stop
from accord.core.tape import Tape

Strips = Mapping[int, Sequence[tuple[Strip, int]]]
"""By part, what was read out of it, each with its number; see `accord.core.tape.Lane`."""


@dataclass(frozen=True, slots=True, repr=False)
class Reads:
    """Everything that was read.

    Attributes:
        tape: the texts of the content.
        roots: the readings of the tape itself.
        readings: all readings, sources before what was read from them.
        faults: stretches that could not be read, with the index of the reading they stand in.
    """

    tape: Tape
    roots: tuple[Reading, ...]
    readings: tuple[Reading, ...]
    faults: tuple[tuple[int, Fault], ...]


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


def read(content: Content, readers: Sequence[Reader], depth: int, stop: Stop, strips: Strips | None = None) -> Reads:
    """Read a content, with what was read out of its pictures and documents, down to `depth` readings below the tape.

    What would still be read beyond that depth, or after `stop()`, is a fault: it was not inspected.
    """
    tape = Tape.lay(content, strips)
    roots = tape.roots()
    queue, faults = _Queue(), []
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
            for child in readout.readings:
                if reading.depth < depth:
                    queue.add(child)
                else:
                    faults.append((index, _too_deep(child, depth)))
        index += 1
    return Reads(tape, tuple(root for root, _ in roots), tuple(queue.readings), tuple(faults))


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
