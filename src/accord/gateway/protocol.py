"""HTTP/1.1 on a connection: one reading of every message, bounded heads, and no more than a while to send one.

What parsers are known to read differently is refused here (RFC 9112, sections 2.2, 5.2, 6.1 and 11.2): llhttp is
strict about lengths, folds and line ends; on top of it come versions, transfer codings, upgrades, hosts and trailers.
"""

from __future__ import annotations

import asyncio
import ipaddress
from asyncio.events import TimerHandle
from typing import Any, NoReturn

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES = 65_536
"""Most bytes of a request line with its headers."""

HEADERS = 128
"""Most headers of a request."""

URL_BYTES = 8_192
"""Longest target of a request."""

HEAD_SECONDS = 15.0
"""How long a head may take to arrive, from the connection or from its first byte on."""

CONNECTIONS = 4_096
"""Most connections of one process."""


class Protocol(HttpToolsProtocol):
    """A connection, as uvicorn serves it.

    Attributes:
        behind_proxy: whether a proxy in front says which address a request came from.
    """

    behind_proxy = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._refusal = (400, "bad_request", "This is no HTTP/1.1 request that can be read in one way only.")
        self._peer: Any = None
        self._waiting = True  # for a request, or for the rest of its head
        self._begun = False  # a head, which is not complete
        self._ended = False  # a request, within what is being read
        self._pending = 0
        self._size = 0
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin; one too many is told so."""
        super().connection_made(transport)
        self._peer = transport.get_extra_info("peercert")
        self._wait()
        if len(self.connections) > CONNECTIONS:
            self._refusal = (503, "overloaded", "There are too many connections; try again.")
            self.send_400_response("")

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._waiting and self._timer is None:
            self._wait()
        self._ended = False
        super().data_received(data)
        # All of it is of one head, unless a request ended in it.
        self._pending = self._pending + len(data) if self._begun and not self._ended else 0
        if self._pending > HEAD_BYTES and not self.transport.is_closing():
            self._refusal = _TOO_LARGE
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._begun, self._size = True, 0
        if self._peer:
            self.scope["extensions"] = {"tls": {"client_cert": self._peer}}

    def on_url(self, url: bytes) -> None:
        """A piece of its target."""
        super().on_url(url)
        if len(self.url) > URL_BYTES:
            self._refuse(414, "too_large", f"The target is longer than {URL_BYTES} bytes.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; what comes after the body is none (RFC 9110, section 6.5.1)."""
        self._size += len(name) + len(value) + 4
        if self._size > HEAD_BYTES or len(self.headers) >= HEADERS:
            self._refuse(*_TOO_LARGE)
        if self._waiting:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Its head is complete."""
        self._waiting = self._begun = False
        self._in_time()
        self._check()
        if self.behind_proxy:
            self._forwarded()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """It is complete."""
        self._waiting = self._ended = True
        super().on_message_complete()

    def _check(self) -> None:
        version = self.parser.get_http_version()
        coding = [value for name, value in self.headers if name == b"transfer-encoding"]
        if version not in ("1.0", "1.1"):
            self._refuse(505, "http_version", "Only HTTP/1.1 is spoken here.")
        if coding and (version == "1.0" or len(coding) > 1 or coding[0].strip().lower() != b"chunked"):
            self._refuse(501, "transfer_encoding", "A body comes with its length, or chunked in HTTP/1.1.")
        if self.parser.should_upgrade():
            self._refuse(501, "upgrade", "Only HTTP/1.1 is spoken here.")
        hosts = sum(name == b"host" for name, _ in self.headers)
        if hosts > 1 or (hosts == 0 and version == "1.1"):
            self._refuse(400, "host", "A request names its host, once.")

    def _forwarded(self) -> None:
        """Who the proxy says it is: the last address, for those before it anyone can write."""
        said = [value for name, value in self.headers if name == b"x-forwarded-for"]
        try:
            address = ipaddress.ip_address(said[-1].decode("ascii").rpartition(",")[2].strip()) if said else None
        except ValueError:
            address = None
        if address is not None:
            self.scope["client"] = (str(address), 0)

    def send_400_response(self, msg: str) -> None:
        """Say what is wrong, unless an answer is under way already, and end the connection."""
        begun = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if not begun and not self.pipeline and not self.transport.is_closing():
            self.transport.write(_written(*self._refusal))
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        """Anyone could fill a log with these."""

    def _refuse(self, status: int, code: str, message: str) -> NoReturn:
        self._refusal = (status, code, message)
        raise ValueError(code)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._late)

    def _in_time(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait()  # while it is answered, it need not say more
        else:
            self.transport.close()


class BehindProxy(Protocol):
    """A connection from a proxy that ends TLS."""

    behind_proxy = True


_TOO_LARGE = (431, "too_large", f"The head has more than {HEADERS} headers or {HEAD_BYTES} bytes.")


def _written(status: int, code: str, message: str) -> bytes:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    body = orjson.dumps({"error": error})
    head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return STATUS_LINE[status] + head.encode("ascii") + body
