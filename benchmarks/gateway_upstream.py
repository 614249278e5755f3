"""A fast upstream for measurements: always the same short chat answer, whole or as a stream, on 127.0.0.1.

    python benchmarks/gateway_upstream.py [--pause-ms 20] [--events 48]

Prints its port. The model `slow` pauses between the events of a stream, every other one does not. `GET /stamps` gives,
for every stream of `slow` so far, when each of its events was sent (`time.monotonic()`, which all processes share).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

WORDS = "The parcel has left the harbour and will reach the warehouse within two working days as planned ".split()
_STREAM = re.compile(rb'"stream"\s*:\s*true')
_SLOW = re.compile(rb'"model"\s*:\s*"slow"')
_LENGTH = re.compile(rb"(?i)\r\ncontent-length:[ \t]*(\d+)")
_STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_LAST = b"0\r\n\r\n"


def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """One event, as a chunk of HTTP/1.1."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    made = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return _chunk(b"data: " + json.dumps(made).encode() + b"\n\n")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def whole(body: bytes) -> bytes:
    """A whole answer in JSON."""
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


@dataclass(slots=True)
class Plan:
    """What is answered.

    Attributes:
        pause: seconds between the events of a slow stream.
        events: of a stream, in order.
        stamps: when the events of each slow stream were sent.
        connections: those that are open.
    """

    pause: float
    events: list[bytes]
    stamps: list[list[float]] = field(default_factory=list)


def plan(pause: float, count: int) -> Plan:
    """A stream of so many words."""
    words = [event({"content": word + " "}) for word in islice(cycle(WORDS), count)]
    return Plan(
        pause, [event({"role": "assistant", "content": ""}), *words, event({}, "stop"), _chunk(b"data: [DONE]\n\n")]
    )


def completion() -> bytes:
    """The whole answer."""
    message = {"role": "assistant", "content": " ".join(WORDS)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    made = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    return whole(json.dumps({**made, "usage": usage}).encode())


class Upstream(asyncio.Protocol):
    """One connection."""

    def __init__(self, made: Plan) -> None:
        self._plan, self._buffer, self._whole = made, b"", completion()
        self._transport: Any = None
        self._streaming: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._streaming is not None:
            self._streaming.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer what is complete; a body comes with its length."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(self._buffer, 0, end)
            size = end + 4 + (int(found[1]) if found else 0)
            if len(self._buffer) < size:
                return
            request, self._buffer = self._buffer[:size], self._buffer[size:]
            self._answer(request)

    def _answer(self, request: bytes) -> None:
        if request.startswith(b"GET /stamps"):
            self._transport.write(whole(json.dumps(self._plan.stamps).encode()))
        elif _STREAM.search(request):
            self._streaming = asyncio.ensure_future(self._stream(bool(_SLOW.search(request))))
        else:
            self._transport.write(self._whole)

    async def _stream(self, slow: bool) -> None:
        sent: list[float] = []
        if slow:
            self._plan.stamps.append(sent)
        self._transport.write(_STREAM_HEAD)
        for one in self._plan.events:
            sent.append(time.monotonic())
            self._transport.write(one)
            if slow:
                await asyncio.sleep(self._plan.pause)
        self._transport.write(_LAST)


async def serve(made: Plan) -> None:
    """Serve until ended."""
    server = await asyncio.get_running_loop().create_server(lambda: Upstream(made), "127.0.0.1", 0, backlog=1024)
    print(f"port {server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pause-ms", type=float, default=20.0)
    parser.add_argument("--events", type=int, default=48)
    given = parser.parse_args()
    with contextlib.suppress(ImportError):
        import uvloop

        uvloop.install()
    asyncio.run(serve(plan(given.pause_ms / 1000, given.events)))


if __name__ == "__main__":
    main()
