"""What a format reader returns, so that one walk can open files within files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accord.core.media import Flaw, Item, Stop
from accord.media.limits import MediaLimits


@dataclass(frozen=True, slots=True, repr=False)
class Embedded:
    """A file inside a file.

    Attributes:
        key: where it stands in there; content, so it is never shown.
        data: its bytes.
        media_type: as declared; its bytes are looked at all the same.
    """

    key: str
    data: bytes
    media_type: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """One opened file.

    Attributes:
        item: what is in it; surfaces, strips and flaws carry its number.
        flaws: what could not be read.
        embedded: files inside it, not opened yet.
    """

    item: Item
    flaws: tuple[Flaw, ...] = ()
    embedded: tuple[Embedded, ...] = ()


Open = Callable[[bytes, int, int | None, str, MediaLimits, Stop], Opened]
"""Opens one file: `open(data, number, parent, key, limits, stop)`.

It never raises for what the bytes are: what cannot be opened is a flaw. Bounds are checked before decoding.
"""
