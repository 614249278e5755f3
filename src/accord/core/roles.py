"""The roles a plugin can play, as protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from accord.core.content import Audio, Document, Image
from accord.core.finding import Hit
from accord.core.media import Changes, Heard, Looked, Noise, Opening, Sight, Sound, Stop, Strip, Surface
from accord.core.place import Span
from accord.core.reading import Field, Reading

__all__ = [
    "Detector",
    "Enclosed",
    "Fault",
    "Media",
    "Opener",
    "PictureDetector",
    "PictureReader",
    "Reader",
    "Readout",
    "SoundDetector",
    "SoundReader",
    "Stop",
]

Media = Image | Audio | Document


@dataclass(frozen=True, slots=True)
class Fault:
    """A span of a reading that could not be read, and why, in fixed words without content."""

    span: Span
    category: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Enclosed:
    """A file written inside a text: a picture in a data URL, an attachment of a mail.

    Attributes:
        region: the characters of the reading that it is written with.
        data: its bytes.
        encode: writes other bytes the same way.
        kind: what it seems to be, in fixed words.
    """

    region: Span
    data: bytes
    encode: Callable[[bytes], str]
    kind: str


@dataclass(frozen=True, slots=True)
class Readout:
    """What a reader made of one reading.

    Attributes:
        fields: named values of the reading itself, sorted and disjoint.
        readings: further readings, whose `source` is the reading that was read.
        faults: spans of it that could not be read.
        enclosed: files written inside it, to be opened like any other.
    """

    fields: tuple[Field, ...] = ()
    readings: tuple[Reading, ...] = ()
    faults: tuple[Fault, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()


@runtime_checkable
class Reader(Protocol):
    """Reads text out of text: structure and disguises."""

    name: str

    def read(self, reading: Reading, media_type: str) -> Readout:
        """Read what `reading` holds. `media_type` may be empty: then look."""
        ...


@runtime_checkable
class Detector(Protocol):
    """Finds categories in readings.

    `floor` is the published reporting floor: a hit below it shows in the scores of an inspection and is never
    judged. `reference` says where the method comes from. `joins` says whether it also reads seams, the text that
    runs over the borders of messages: right for identifiers, wrong for prose.
    """

    name: str
    joins: bool
    categories: frozenset[str]
    floor: float
    reference: str

    def detect(self, readings: Sequence[Reading], stop: Stop) -> Iterable[Hit]:
        """Yield hits in any order. Ask `stop()` between windows of long work and return when it says so."""
        ...


@runtime_checkable
class PictureReader(Protocol):
    """Reads text out of pixels: letters, bar codes."""

    name: str

    def read_picture(self, surface: Surface, stop: Stop) -> Sequence[Strip] | Looked:
        """Read what a surface shows, as strips with boxes in its pixels. Ask `stop()` between pieces of long work.

        What is seen to be writing and cannot be read is a flaw, so that nobody takes it for inspected.

        Raises:
            ModelError: the weights it needs are missing.
        """
        ...


@runtime_checkable
class PictureDetector(Protocol):
    """Finds categories in pixels themselves: faces, unsafe pictures. `floor` and `reference` as for `Detector`."""

    name: str
    categories: frozenset[str]
    floor: float
    reference: str

    def look(self, surface: Surface, stop: Stop) -> Iterable[Sight]:
        """Yield what is seen, in any order, down to scores below the floor.

        Raises:
            ModelError: the weights it needs are missing.
        """
        ...


@runtime_checkable
class SoundReader(Protocol):
    """Reads what is said."""

    name: str

    def read_sound(self, sound: Sound, stop: Stop) -> Heard:
        """Read what is said, as strips with times. Ask `stop()` between pieces of long work.

        Raises:
            ModelError: the weights it needs are missing.
            TimeoutError: `stop()` said so before everything was heard.
        """
        ...


@runtime_checkable
class SoundDetector(Protocol):
    """Finds categories in sound itself: voices. `floor` and `reference` as for `Detector`."""

    name: str
    categories: frozenset[str]
    floor: float
    reference: str

    def listen(self, sound: Sound, stop: Stop) -> Iterable[Noise]:
        """Yield what is heard, in any order, down to scores below the floor.

        Raises:
            ModelError: the weights it needs are missing.
        """
        ...


@runtime_checkable
class Opener(Protocol):
    """Opens parts that are no text, and builds them anew from what was inspected."""

    def open(self, part: Media, stop: Stop) -> Opening:
        """Open a part within bounds. What goes wrong is a flaw of the opening, never an exception."""
        ...

    def rebuild(self, part: Media, opening: Opening, changes: Changes) -> Media:
        """Build a part anew from what was inspected, with changes; nothing else of the original survives.

        Raises:
            ContentError: it cannot be built.
        """
        ...
