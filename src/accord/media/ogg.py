"""Pages of Ogg files (RFC 3533), walked without decoding them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MOST_PAGES = 200_000
"""Pages of one file that are walked."""

_FIRST, _LAST = 2, 4


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """One page.

    Attributes:
        start: of its header, in bytes.
        body: where its segments start.
        lacing: their sizes.
        end: where it ends, as declared.
        first: it starts a stream.
        last: it ends a stream.
    """

    start: int
    body: int
    lacing: bytes
    end: int
    first: bool
    last: bool


def pages(data: bytes) -> Iterator[Page]:
    """The pages of a file from its start, as long as one follows the other."""
    at = 0
    for _ in range(MOST_PAGES):
        if data[at : at + 4] != b"OggS" or at + 27 > len(data):
            return
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        body, flags = at + 27 + len(lacing), data[at + 5]
        end = body + sum(lacing)
        yield Page(at, body, lacing, end, bool(flags & _FIRST), bool(flags & _LAST))
        at = end


def first_link(data: bytes) -> int:
    """Where the streams that start together end and others follow; the end of the bytes where none do."""
    starting = True
    for page in pages(data):
        if page.first and not starting:
            return page.start
        starting = starting and page.first
    return len(data)


def ended(data: bytes) -> bool:
    """Whether the last page is whole and says that it is the last (RFC 3533, section 6)."""
    at = data.rfind(b"OggS")
    if at < 0 or at + 27 > len(data) or not data[at + 5] & _LAST:
        return False
    lacing = data[at + 27 : at + 27 + data[at + 26]]
    return len(lacing) == data[at + 26] and at + 27 + len(lacing) + sum(lacing) <= len(data)


class Packets:
    """Puts the packets of a stream together; each byte is copied once.

    Attributes:
        count: packets so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._pieces: list[bytes] = []

    def second(self, lacing: bytes, body: bytes) -> bytes | None:
        """The second packet, once a page ends it; None before and after."""
        begin = at = 0
        for size in lacing:
            at += size
            if size == 255:
                continue
            self.count += 1
            self._pieces.append(body[begin:at])
            if self.count == 2:
                return b"".join(self._pieces)
            self._pieces, begin = [], at
        self._pieces.append(body[begin:at])
        return None
