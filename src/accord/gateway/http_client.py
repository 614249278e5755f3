"""What every request that leaves has in common: how far it got is known, cookies are none, and its end is its end."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import Sequence
from contextvars import ContextVar

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from yarl import URL


class Unasked(Exception):
    """Something came on a kept connection before it was asked for: it is nobody's answer. Nothing was sent."""


class Attempt:
    """How far one attempt to send a request got.

    Attributes:
        sent: whether some of it may have left.
        reused: whether its connection had served another one before.
        at: when it was sent, by `time.monotonic()`.
    """

    __slots__ = ("_transport", "at", "reused", "sent")

    def __init__(self) -> None:
        self.sent = False
        self.reused = False
        self.at = 0.0
        self._transport: asyncio.Transport | None = None

    def begin(self) -> None:
        """Note what the next request of this task does."""
        _attempt.set(self)

    def on(self, protocol: ResponseHandler) -> None:
        """It is sent on this connection now.

        Raises:
            Unasked: something lies there already.
        """
        if protocol.should_close:
            raise Unasked
        self._transport = protocol.transport
        self.reused = protocol in _used
        _used.add(protocol)
        self.sent = True
        self.at = time.monotonic()

    def abandon(self) -> None:
        """Close its connection at once: over TLS, closing would wait for the other side."""
        if self._transport is not None:
            self._transport.abort()


_attempt: ContextVar[Attempt] = ContextVar("accord_attempt")
_used: weakref.WeakSet[asyncio.BaseProtocol] = weakref.WeakSet()


class NotedRequest(ClientRequest):
    """A request of aiohttp that tells the attempt of its task how far it got."""

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        """Send it."""
        if conn.protocol is not None:
            _attempt.get().on(conn.protocol)
        return await super().send(conn)


class NoCookies(aiohttp.DummyCookieJar):
    """Cookies are not even looked at: what cannot be read of one would be logged."""

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: URL) -> None:
        """Nothing."""


def ends_with_its_connection(response: aiohttp.ClientResponse) -> None:
    """Make whoever reads a body hear at once that its connection is gone: malformed chunks go unsaid."""
    content, connection = response.content, response.connection
    closed = connection.protocol.closed if connection is not None and connection.protocol is not None else None
    if closed is None:
        return

    def tell(future: asyncio.Future[None]) -> None:
        if not future.cancelled():
            future.exception()
        if not content.is_eof() and content.exception() is None:
            content.set_exception(aiohttp.ClientPayloadError())

    closed.add_done_callback(tell)


def abandon(response: aiohttp.ClientResponse) -> None:
    """End an answer. A connection on which it is not complete is closed at once."""
    connection = response.connection
    if connection is not None and connection.protocol is not None:
        connection.protocol.abort()
    response.close()
