"""The reader of disguises: what a plain reader would not see in a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from accord.core.reading import Reading
from accord.core.roles import Enclosed, Fault, Readout
from accord.readers.backwards import read_backwards, read_overrides, read_turned
from accord.readers.binary import read_base64, read_hex
from accord.readers.flow import read_flowed
from accord.readers.fold import read_folded
from accord.readers.leet import read_leet
from accord.readers.spaced import read_spaced
from accord.readers.spoken import read_spoken
from accord.readers.unescape import read_escapes

_SHORTEST = 4  # characters; nothing shorter can hide a value


class EncodedReader:
    """Reads text through disguises and encodings; yields nothing where there is nothing.

    Args:
        slack: how many characters may be decoded from one reading beyond twice its own length.
    """

    name = "encoded"

    def __init__(self, *, slack: int = 65_536) -> None:
        self.slack = slack

    def read(self, reading: Reading, media_type: str) -> Readout:
        """Read what `reading` hides. The media type makes no difference here."""
        text = reading.text
        if len(text) < _SHORTEST:
            return Readout()
        readings: list[Reading] = []
        faults: list[Fault] = []
        enclosed: list[Enclosed] = []
        for view in _VIEWS:
            found = view(reading)
            if found is not None:
                readings.append(found)
        limit = 2 * len(text) + self.slack
        for codec in _CODECS:
            for item in codec(reading, limit):
                if isinstance(item, Fault):
                    faults.append(item)
                elif isinstance(item, Enclosed):
                    enclosed.append(item)
                else:
                    readings.append(item)
                    limit -= len(item.text)
        return Readout((), tuple(readings), tuple(faults), tuple(enclosed))


_VIEWS: tuple[Callable[[Reading], Reading | None], ...] = (
    read_folded,
    read_escapes,
    read_spaced,
    read_leet,
    read_overrides,
    read_backwards,
    read_turned,
    read_flowed,
    read_spoken,
)
_CODECS: tuple[Callable[[Reading, int], Iterator[Reading | Fault | Enclosed]], ...] = (read_base64, read_hex)
