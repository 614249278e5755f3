"""HTTP as the doors see it: a request with a bounded body, an answer that is whole or streams (ASGI 3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import orjson

from accord.gateway.problems import Problem

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Grew = Callable[[int], None]
"""Told how many bytes of a body have come."""

JSON = "application/json"
EVENTS = "text/event-stream; charset=utf-8"


class Disconnected(Exception):
    """The client went away."""


class Request:
    """A request. Its body is read once, and only as far as allowed.

    Attributes:
        arriving: what is entered while the body comes; it may refuse it.
    """

    __slots__ = ("_receive", "arriving", "client", "headers", "method", "path", "query", "scope")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope.get("query_string", b"")
        self.client: str = (scope.get("client") or ("",))[0]
        self.headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            key = name.decode("latin-1").lower()
            if key in self.headers and key in _SINGLE:
                raise Problem(400, "repeated_header", f"The header {key} stands twice.")
            self.headers[key] = value.decode("latin-1")
        self._receive = receive
        self.arriving: Callable[[], AbstractContextManager[Grew]] = lambda: nullcontext(lambda _size: None)

    def __repr__(self) -> str:
        return f"<Request {self.method}>"

    async def body(self, limit: int, seconds: float) -> bytes:
        """The whole body.

        Args:
            limit: bytes.
            seconds: how long the client may take to send it.

        Raises:
            Problem: 413, 408, or 400 where the length is not what was announced.
            Disconnected: the client went away.
        """
        announced = self.headers.get("content-length")
        if announced is not None and (not announced.isdigit() or int(announced) > limit):
            raise _too_large(limit)
        chunks, size = [], 0
        try:
            with self.arriving() as grew:
                async with asyncio.timeout(seconds):
                    while True:
                        message = await self._receive()
                        if message["type"] == "http.disconnect":
                            raise Disconnected
                        chunk = message.get("body", b"")
                        size += len(chunk)
                        if size > limit:
                            raise _too_large(limit)
                        grew(size)
                        chunks.append(chunk)
                        if not message.get("more_body"):
                            break
        except TimeoutError:
            raise Problem(408, "slow_request", "The body did not arrive in time.") from None
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def gone(self) -> None:
        """Return when the client has gone away; only after the body was read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


_SINGLE = frozenset({"content-length", "content-type", "authorization", "host", "transfer-encoding"})


def _too_large(limit: int) -> Problem:
    return Problem(413, "too_large", f"The body is larger than {limit} bytes.")


After = Callable[[bool], Awaitable[None]]


@dataclass(slots=True)
class Response:
    """An answer: `body`, or `stream` where it comes bit by bit.

    Attributes:
        after: called when it was sent, or could not be, with whether all of it was.
    """

    status: int = 200
    body: bytes = b""
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: AsyncIterator[bytes] | None = None
    after: After | None = None

    async def send(self, send: Send) -> None:
        """Send it; back-pressure is that of the client."""
        headers = [(b"content-type", self.media_type.encode("latin-1"))]
        headers += [(k.encode("latin-1"), v.encode("latin-1")) for k, v in self.headers.items()]
        if self.stream is None:
            headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if self.stream is None:
            await send({"type": "http.response.body", "body": self.body})
            return
        async for chunk in self.stream:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(status, orjson.dumps(value), JSON, headers or {})
