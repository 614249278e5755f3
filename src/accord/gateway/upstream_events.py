"""Server-sent events as they are read (WHATWG HTML, section 9.2.6), with bounds."""

from __future__ import annotations

import re
from collections import deque

from accord.gateway.upstream import Event, UpstreamFailed, garbled

_END_OF_LINE = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class EventParser:
    """Turns pieces of a stream into events, wherever it was cut.

    Args:
        largest: bytes of one event.
    """

    __slots__ = ("_after_cr", "_buffer", "_data", "_first", "_largest", "_scanned", "_size", "_type", "ready")

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._buffer = bytearray()
        self._scanned = 0
        self._after_cr = False
        self._first = True
        self._data: list[bytes] = []
        self._type = b""
        self._size = 0
        self.ready: deque[Event] = deque()
        """Events that are complete, oldest first."""

    def feed(self, piece: bytes) -> None:
        """Take what arrived. An event that is not complete when the stream ends never becomes ready.

        Raises:
            UpstreamFailed: an event is too large, or not UTF-8.
        """
        if self._after_cr and piece:
            self._after_cr = False
            if piece[0] == 0x0A:
                piece = piece[1:]
        buffer = self._buffer
        buffer += piece
        start = 0
        # What was searched is not searched again, so that a long line in small pieces costs no more than a short one.
        for found in _END_OF_LINE.finditer(buffer, self._scanned):
            self._line(bytes(buffer[start : found.start()]))
            start = found.end()
            self._after_cr = found.group() == b"\r" and start == len(buffer)
        del buffer[:start]
        self._scanned = len(buffer)
        if self._size + len(buffer) > self._largest:
            raise _too_large()

    def _line(self, line: bytes) -> None:
        if self._first:
            self._first = False
            line = line.removeprefix(_BOM)
        if not line:
            self._dispatch()
            return
        if line[0] == 0x3A:
            self.ready.append(Event(b"", comment=line[1:].removeprefix(b" ")))
            return
        name, _, value = line.partition(b":")
        if name == b"data":
            self._size += len(line)
            if self._size > self._largest:
                raise _too_large()
            self._data.append(value.removeprefix(b" "))
        elif name == b"event":
            self._type = value.removeprefix(b" ")[:64]

    def _dispatch(self) -> None:
        if not self._data:
            self._type = b""
            return
        data, kind = b"\n".join(self._data), self._type
        self._data, self._type, self._size = [], b"", 0
        try:
            data.decode()
            self.ready.append(Event(data, None, kind.decode("ascii")))
        except UnicodeDecodeError:
            raise garbled() from None


def _too_large() -> UpstreamFailed:
    text = "An event of the upstream's stream is larger than allowed."
    return UpstreamFailed(502, "upstream_too_large", text, delivery="delivered")
