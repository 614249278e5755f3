"""An upstream for tests: a real HTTP server on this machine that records every byte and answers as it is told.

    with FakeUpstream() as upstream:
        upstream.will(answer({"id": "1"}), events([chunk("Hello")], pause=0.1))
        ...                                    # upstream.url is where it is
        assert b"secret" not in upstream.received

A reply is a list of steps: `Send`, `Wait`, `Repeat`, `Reset`, `Close`. What is not planned is answered with `default`,
a function of what was asked. Connections are kept unless a step closes them.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Send:
    """Send these bytes."""

    data: bytes


@dataclass(frozen=True)
class Wait:
    """Do nothing for so many seconds, or until the other side is gone."""

    seconds: float


@dataclass(frozen=True)
class Repeat:
    """Send these bytes again and again, without end unless `times` is given, `pause` seconds apart."""

    data: bytes
    pause: float = 0.0
    times: int = 1 << 60


@dataclass(frozen=True)
class Reset:
    """Break the connection (TCP RST)."""


@dataclass(frozen=True)
class Close:
    """End the connection."""


Step = Send | Wait | Repeat | Reset | Close
Reply = list[Step]


@dataclass
class Seen:
    """A request that arrived.

    Attributes:
        method: of the request.
        path: with its query.
        headers: names in lower case.
        body: its bytes.
        connection: number of the connection it came by.
        at: `time.monotonic()` when it was complete.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int
    at: float = field(default_factory=time.monotonic)

    def json(self) -> Any:
        return json.loads(self.body)


def answer(value: Any = None, status: int = 200, headers: Mapping[str, str] | None = None, **how: Any) -> Reply:
    """A whole answer, in JSON unless `body` is given; `cut` sends it in pieces of so many bytes, `pause` apart."""
    body: bytes = how.get("body", json.dumps(value).encode())
    named = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    return _head(status, named) + _pieces(body, how.get("cut", 0), how.get("pause", 0.0))


def events(data: Iterable[Any], **how: Any) -> Reply:
    """A stream of events, each JSON or raw bytes, then `[DONE]` unless `done=False`; chunked as `cut` and `pause` say.

    `cut=1` sends every byte alone, so that characters and lines are cut in two. `end=False` leaves the stream open.
    """
    whole = [_event(one) for one in data] + ([b"data: [DONE]\n\n"] if how.get("done", True) else [])
    pause, cut = how.get("pause", 0.0), how.get("cut", 0)
    steps = _head(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
    for one in whole:
        for piece in _pieces(one, cut, 0.0):
            steps.append(Send(b"%x\r\n%b\r\n" % (len(piece.data), piece.data)) if isinstance(piece, Send) else piece)
        if pause:
            steps.append(Wait(pause))
    return [*steps, Send(b"0\r\n\r\n")] if how.get("end", True) else steps


def stream_head(media_type: str = "text/event-stream") -> Reply:
    """The head of a stream that lasts until the connection closes."""
    return _head(200, {"Content-Type": media_type, "Connection": "close"})


def chunk(content: str | None = None, index: int = 0, finish: str | None = None, **delta: Any) -> dict[str, Any]:
    """One event of a chat."""
    said = {**({"content": content} if content is not None else {}), **delta}
    choice = {"index": index, "delta": said, "finish_reason": finish}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def completion(content: str | None, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """A whole chat answer."""
    said = {"role": "assistant", "content": content, **message}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    choice = {"index": 0, "message": said, "finish_reason": finish}
    made = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"}
    return {**made, "choices": [choice], "usage": usage}


def error(status: int, code: str | None = None, text: str = "", headers: Mapping[str, str] | None = None) -> Reply:
    """An error as OpenAI writes it."""
    return answer({"error": {"message": text, "type": "t", "param": None, "code": code}}, status, headers)


def gzip_bomb(size: int = 200_000_000) -> Reply:
    """Some kilobytes that become so many."""
    packed = gzip.compress(b" " * size, 9)
    return answer(body=packed, headers={"Content-Encoding": "gzip"})


def echo_default(seen: Seen) -> Reply:
    """What is answered where nothing is planned: a chat, streamed if asked, an embedding, or the models."""
    if seen.path.endswith("/models"):
        return answer({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "o"}]})
    if not seen.body:
        return error(404)
    asked = seen.json()
    if seen.path.endswith("/embeddings"):
        given = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        made = [{"object": "embedding", "index": i, "embedding": [0.5, -0.25]} for i in range(len(given))]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return answer({"object": "list", "data": made, "model": "m", "usage": usage})
    said = asked["messages"][-1].get("content")
    text = said if isinstance(said, str) else json.dumps(said)
    if asked.get("stream"):
        return events([chunk(role="assistant"), *(chunk(word + " ") for word in text.split()), chunk(finish="stop")])
    return answer(completion(text))


class FakeUpstream:
    """The server, in a thread of its own, from entering the context to leaving it."""

    def __init__(self, tls: ssl.SSLContext | None = None, default: Callable[[Seen], Reply] = echo_default) -> None:
        self.default = default
        self.requests: list[Seen] = []
        self.opened = 0
        self.closed = 0
        self.sent = 0
        self._raw: list[bytes] = []
        self._planned: deque[Reply] = deque()
        self._tls = tls
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fake-upstream", daemon=True)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._connections: set[_Connection] = set()

    @property
    def url(self) -> str:
        """Its address, for a configuration."""
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/v1"

    @property
    def received(self) -> bytes:
        """Every byte that arrived, on all connections."""
        return b"".join(self._raw)

    def will(self, *replies: Reply) -> None:
        """Plan the next replies, in order."""
        self._planned.extend(replies)

    def wait(self, condition: Callable[[], bool], seconds: float = 5.0) -> bool:
        """Wait until something holds of it, such as `lambda: upstream.closed == 1`; whether it does."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    def drop(self) -> None:
        """Close all connections from this side, as a server does that has waited long enough."""
        self._loop.call_soon_threadsafe(lambda: [one.transport.close() for one in list(self._connections)])

    def __enter__(self) -> FakeUpstream:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening and close all connections."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def _run(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(
            loop.create_server(lambda: _Connection(self), sock=self._socket, ssl=self._tls)
        )
        loop.call_soon(self._ready.set)
        loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        for connection in list(self._connections):
            connection.transport.abort()
        # Connections in the middle of a TLS handshake are known to the server alone.
        for _ in range(200):
            loop.run_until_complete(asyncio.sleep(0.005))
            if not getattr(server, "_active_count", 0):
                break
        loop.close()

    def _note(self, raw: bytes = b"", seen: Seen | None = None, **counts: int) -> None:
        with self._changed:
            if raw:
                self._raw.append(raw)
            if seen is not None:
                self.requests.append(seen)
            for name, more in counts.items():
                setattr(self, name, getattr(self, name) + more)
            self._changed.notify_all()

    def _reply(self, seen: Seen) -> Reply:
        return self._planned.popleft() if self._planned else self.default(seen)


class _Connection(asyncio.Protocol):
    def __init__(self, server: FakeUpstream) -> None:
        self._server = server
        self._buffer = b""
        self._arrived = asyncio.Event()
        self._gone = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._server._connections.add(self)
        self._server._note(opened=1)
        self._number = self._server.opened
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        self._server._note(raw=data)
        self._buffer += data
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set()
        self._arrived.set()
        self._writable.set()
        self._server._connections.discard(self)
        self._server._note(closed=1)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def _serve(self) -> None:
        while not self._gone.is_set():
            seen = await self._request()
            if seen is None:
                return
            self._server._note(seen=seen)
            for step in self._server._reply(seen):
                if self._gone.is_set():
                    return
                await self._do(step)

    async def _request(self) -> Seen | None:
        head = await self._until(lambda: self._buffer.find(b"\r\n\r\n") + 4 if b"\r\n\r\n" in self._buffer else 0)
        if head is None:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        body = await self._until(lambda: length if len(self._buffer) >= length else 0) if length else b""
        return None if body is None else Seen(method, path, headers, body, self._number)

    async def _until(self, ready: Callable[[], int]) -> bytes | None:
        while not (size := ready()):
            if self._gone.is_set():
                return None
            self._arrived.clear()
            await self._arrived.wait()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    async def _do(self, step: Step) -> None:
        if isinstance(step, Send):
            await self._send(step.data)
        elif isinstance(step, Wait):
            await self._pause(step.seconds)
        elif isinstance(step, Repeat):
            for _ in range(step.times):
                if self._gone.is_set():
                    return
                await self._send(step.data)
                await self._pause(step.pause)
        elif isinstance(step, Reset):
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
            await self._gone.wait()
        else:
            self.transport.close()
            await self._gone.wait()

    async def _send(self, data: bytes) -> None:
        await self._writable.wait()
        if not self._gone.is_set():
            self.transport.write(data)
            self._server._note(sent=len(data))

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), seconds) if seconds else await asyncio.sleep(0)


_REASONS = {200: "OK", 400: "Bad Request", 429: "Too Many Requests", 503: "Service Unavailable"}


def _head(status: int, headers: Mapping[str, str]) -> Reply:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}", *(f"{k}: {v}" for k, v in headers.items())]
    return [Send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))]


def _pieces(data: bytes, cut: int, pause: float) -> Reply:
    steps: Reply = []
    for at in range(0, len(data), cut or len(data) or 1):
        steps.append(Send(data[at : at + cut] if cut else data))
        if pause:
            steps.append(Wait(pause))
    return steps


def _event(one: Any) -> bytes:
    return one if isinstance(one, bytes) else b"data: " + json.dumps(one, ensure_ascii=False).encode() + b"\n\n"
