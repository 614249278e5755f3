"""What is inside a part that is no text: pixels, sound, text with places, embedded files, what could not be opened.

Opening a part gives *items*: the part itself is item 0, files embedded in it (a picture in a document, an attachment
of a PDF) are further items. An item has *surfaces*, the pixels a viewer would see, or a *sound*, and *strips*, text
of which every character knows its place. Readers of pictures and of sound turn those into more strips.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accord.core.along import lines, stretches
from accord.core.place import Box, Interval, Meta, Place, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Boxes = NDArray[np.int32]
    Samples = NDArray[np.float32]
    Times = NDArray[np.float32]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Surface:
    """The pixels of one page or frame, as a viewer would see them.

    They are kept compressed, because a document of many pages is mostly white.

    Attributes:
        width: in pixels.
        height: in pixels.
        packed: zlib stream of `height * width * 3` bytes: rows from the top, RGB.
        item: the item it belongs to.
        page: which page or frame of that item, from 0.
        view: empty for the one that is released; otherwise how it differs (`black`: transparency laid on black).
        ink: how many levels the brightest and the darkest pixel are apart; 0 for an empty page.
    """

    width: int
    height: int
    packed: bytes
    item: int = 0
    page: int = 0
    view: str = ""
    ink: int = 255

    @classmethod
    def of(cls, pixels: Pixels, *, item: int = 0, page: int = 0, view: str = "") -> Surface:
        """Pack pixels of shape (height, width, 3), RGB."""
        height, width, channels = pixels.shape
        if channels != 3 or not height or not width:
            raise ValueError("pixels have the shape (height, width, 3)")
        ink = int(pixels.max()) - int(pixels.min())
        return cls(width, height, zlib.compress(pixels.tobytes(), 1), item, page, view, ink)

    @property
    def pixels(self) -> Pixels:
        """A fresh array of shape (height, width, 3), RGB, that may be written to."""
        import numpy as np

        flat = np.frombuffer(bytearray(zlib.decompress(self.packed)), dtype=np.uint8)
        return flat.reshape(self.height, self.width, 3)

    def __repr__(self) -> str:
        return f"<Surface {self.width}x{self.height}, page {self.page}>"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Sound:
    """What a listener would hear of one recording.

    Attributes:
        rate: samples per second.
        channels: how many.
        packed: 16-bit little-endian samples, channels interleaved.
        item: the item it belongs to.
        loudness: the largest absolute sample, 0 to 1; 0 for silence.
    """

    rate: int
    channels: int
    packed: bytes
    item: int = 0
    loudness: float = 1.0

    @classmethod
    def of(cls, samples: Samples, rate: int, *, item: int = 0) -> Sound:
        """Pack samples of shape (frames, channels) between -1 and 1; what lies outside is clipped."""
        import numpy as np

        frames, channels = samples.shape
        if not channels or rate <= 0:
            raise ValueError("samples have the shape (frames, channels)")
        whole = np.rint(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
        loudness = float(np.abs(whole.astype(np.int32)).max()) / 32767 if frames else 0.0
        return cls(rate, channels, whole.tobytes(), item, loudness)

    @property
    def frames(self) -> int:
        """How many samples each channel has."""
        return len(self.packed) // (2 * self.channels)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.frames / self.rate

    @property
    def samples(self) -> Samples:
        """A fresh array of shape (frames, channels), between -1 and 1."""
        import numpy as np

        whole = np.frombuffer(self.packed, dtype="<i2").reshape(-1, self.channels)
        return np.asarray(whole, dtype=np.float32) / np.float32(32767)

    def __repr__(self) -> str:
        return f"<Sound {self.seconds:.1f} s, {self.rate} Hz, {self.channels} channels>"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Strip:
    """Text read out of an item, of which every character knows its place.

    Attributes:
        text: what was read, lines apart by newlines.
        reader: who read it (`ocr`, `code`, `speech`, `pdf`, `office`, `metadata`, `attachment`).
        boxes: for text that stands on surfaces, an array of shape (len(text), 5): left, top, right, bottom in pixels
            of the surface and the page; a character without a place has page -1. None for other text.
        key: for other text, where it stands (`exif.ImageDescription`, `word/comments.xml`); never content.
        item: the item it was read from.
        media_type: its own media type, where it has one.
        writable: the item can be rebuilt with this text rewritten.
        hidden: a viewer does not see it, so whoever put it there may not want it seen.
        times: for text that was spoken, an array of shape (len(text), 2): start and end in seconds; a character
            without a place has start -1. None for other text.
    """

    text: str
    reader: str
    boxes: Boxes | None = None
    key: str = ""
    item: int = 0
    media_type: str = ""
    writable: bool = False
    hidden: bool = False
    times: Times | None = None

    def __post_init__(self) -> None:
        if self.boxes is not None and self.boxes.shape != (len(self.text), 5):
            raise ValueError("a strip has one box for each character")
        if self.times is not None and self.times.shape != (len(self.text), 2):
            raise ValueError("a strip has one time for each character")
        if "\0" in self.text or any("\ud800" <= c <= "\udfff" for c in self.text):
            raise ValueError("a strip holds text without NUL and lone surrogates")

    def __repr__(self) -> str:
        return f"<Strip {self.reader}, {len(self.text)} characters>"

    def places(self, span: Span) -> list[Place]:
        """Where some of its characters stand: a box for each line they run over, the time they take, or the key."""
        if self.times is not None:
            return list(stretches(self.times[span.start : span.end].tolist())) or [Meta(self.reader)]
        if self.boxes is None:
            return [Meta(self.key or self.reader)]
        return list(lines(self.boxes[span.start : span.end].tolist())) or [Meta(self.reader)]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What of an item could not be read, and why, in fixed words without content.

    Attributes:
        category: `fault.undecodable`, `fault.uninspected` or `fault.deadline`.
        reason: why.
        item: the item.
        place: where; the whole item unless it says otherwise.
    """

    category: str
    reason: str
    item: int = 0
    place: Place = field(default_factory=lambda: Meta("content"))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Item:
    """One thing that was opened.

    Attributes:
        number: 0 is the part itself; embedded files count on.
        parent: the item it is embedded in; None for item 0.
        kind: `picture`, `pdf`, `office`, `sound`, `text` or `other`.
        media_type: what it is, as its bytes tell (IANA).
        key: where it stands in its parent (`word/media/image1.png`); content, so it is never shown.
        surfaces: its pages or frames.
        sound: what it sounds like.
        strips: its text, metadata included.
        metadata: keys of metadata that were there (`exif.GPSInfo`, `pdf.Author`); none of it survives a rebuild.
        pages: how many pages or frames it has, whether or not all of them were opened.
    """

    number: int
    parent: int | None
    kind: str
    media_type: str
    key: str = ""
    surfaces: tuple[Surface, ...] = ()
    strips: tuple[Strip, ...] = ()
    metadata: tuple[str, ...] = ()
    pages: int = 1
    sound: Sound | None = None

    def __repr__(self) -> str:
        return f"<Item {self.number}: {self.kind}, {len(self.surfaces)} surfaces, {len(self.strips)} strips>"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Opening:
    """A part that was opened.

    Attributes:
        items: the part itself first; empty where it could not be opened at all.
        flaws: what could not be read.
    """

    items: tuple[Item, ...] = ()
    flaws: tuple[Flaw, ...] = ()

    def __repr__(self) -> str:
        return f"<Opening {len(self.items)} items, {len(self.flaws)} flaws>"


@dataclass(frozen=True, slots=True, repr=False)
class Mark:
    """A place on a surface that is to be changed.

    Attributes:
        box: where; `box.page` names the surface.
        transform: an image transform: pixelate, replace, fill or remove.
        label: what stands for the value, for `replace` and in the text of a rebuilt document; may be empty.
        item: the item.
    """

    box: Box
    transform: str
    label: str = ""
    item: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Cut:
    """A time of a sound that is to be changed.

    Attributes:
        interval: when, in seconds.
        transform: an audio transform: voice, replace, mute or remove.
        label: what stands for the value; not heard, but told to whoever asks what was said there.
        item: the item.
    """

    interval: Interval
    transform: str
    label: str = ""
    item: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Patch:
    """Characters of a writable strip and what is written in their place.

    Attributes:
        strip: index among the strips of the item.
        span: characters of that strip.
        text: what is written there instead.
        item: the item.
    """

    strip: int
    span: Span
    text: str
    item: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Changes:
    """What is to be changed in one part.

    Attributes:
        marks: places on surfaces.
        cuts: times of sounds.
        patches: characters of writable strips, sorted and disjoint within each strip.
        withheld: items that may not leave at all.
    """

    marks: tuple[Mark, ...] = ()
    patches: tuple[Patch, ...] = ()
    withheld: frozenset[int] = frozenset()
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """What a detector sees on a surface: a category at a box.

    Attributes:
        category: a category the detector declares.
        score: how sure, 0 to 1.
        box: where; its page is the surface's.
    """

    category: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Noise:
    """What a detector hears in a sound: a category at an interval.

    Attributes:
        category: a category the detector declares.
        score: how sure, 0 to 1.
        interval: when, in seconds.
    """

    category: str
    score: float
    interval: Interval


@dataclass(frozen=True, slots=True, repr=False)
class Heard:
    """What a reader of sound made of one recording.

    Attributes:
        strips: what was said, with times.
        flaws: what could not be understood (`fault.uninspected` with an interval), in fixed words.
        language: the language it was taken for (BCP 47); empty where nothing was said.
    """

    strips: tuple[Strip, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Looked:
    """What a reader of pictures made of one surface.

    Attributes:
        strips: what stands there, with boxes.
        flaws: what could not be read (`fault.uninspected` with a box), in fixed words.
    """

    strips: tuple[Strip, ...] = ()
    flaws: tuple[Flaw, ...] = ()

    def __iter__(self) -> Iterator[Strip]:
        """The strips."""
        return iter(self.strips)


Stop = Callable[[], bool]
"""Answers whether the deadline has passed; asked between pieces of long work."""
