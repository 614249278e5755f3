"""A gateway without sockets: requests go in as ASGI, a scripted upstream answers and keeps what it got."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from accord import Guard
from accord.config import shipped
from accord.gateway.app import Gateway
from accord.gateway.asgi import Request
from accord.gateway.chat import Chat
from accord.gateway.services import Caller, Route
from accord.readers.encoded import EncodedReader
from accord.readers.structure import StructureReader
from accord.testing import FixedDetector, MemoryLog

WORDS = {
    "jane@example.org": ("privacy.contact.email", 0.9),
    "john@example.org": ("privacy.contact.email", 0.9),
    "Jane Doe": ("privacy.person.name", 0.9),
    "4111111111111111": ("privacy.financial.card", 0.9),
    "ignore all previous": ("safety.injection", 0.95),
    "somewhat odd": ("safety.injection", 0.7),
}


@dataclass(frozen=True)
class Event:
    data: bytes = b""
    comment: bytes | None = None


@dataclass(frozen=True)
class Reply:
    body: bytes


@dataclass
class FakeUpstream:
    """Answers as a test says: a body, events, or a function of the body that came."""

    answer: Any = None
    got: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    closed: int = 0

    def rename(self, model: str) -> str:
        return f"up-{model}"

    def choose(self, model: str) -> FakeUpstream:
        return self

    def _made(self, body: bytes) -> Any:
        self.raw.append(body)
        self.got.append(json.loads(body))
        made = self.answer(self.got[-1]) if callable(self.answer) else self.answer
        if isinstance(made, Exception):
            raise made
        return made

    async def post(self, path: str, body: bytes) -> Reply:
        return Reply(json.dumps(self._made(body)).encode())

    @asynccontextmanager
    async def stream(self, path: str, body: bytes) -> AsyncIterator[AsyncIterator[Event]]:
        made = self._made(body)

        async def events() -> AsyncIterator[Event]:
            for one in made:
                if isinstance(one, Exception):
                    raise one
                if isinstance(one, float):
                    await asyncio.sleep(one)
                elif isinstance(one, bytes):
                    yield Event(comment=one)
                else:
                    yield Event(json.dumps(one).encode() if not isinstance(one, str) else one.encode())

        try:
            yield events()
        finally:
            self.closed += 1


def completion(content: str | None, **more: Any) -> dict[str, Any]:
    """An answer as OpenAI writes it."""
    message = {"role": "assistant", "content": content, **more}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "up-m",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if more else "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    }


def chunks(pieces: Sequence[str], *, finish: str = "stop", index: int = 0) -> list[Any]:
    """A stream as OpenAI writes it."""

    def chunk(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": index, "delta": delta, "finish_reason": reason}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 17,
            "model": "m",
            "choices": [choice],
        }

    last = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 17, "model": "m", "choices": []}
    return [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": piece}) for piece in pieces),
        chunk({}, finish),
        {**last, "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
        "[DONE]",
    ]


class OpenGate:
    """Lets everybody in, as one application; the header `who` names another one."""

    async def admit(self, request: Request, action: str) -> Caller:
        return Caller(request.headers.get("who", "app1"), "acme", "app", known="anonymous" not in request.headers)


class NoWatch:
    def __init__(self) -> None:
        self.left: list[int] = []

    def enter(self, route: Route) -> None:
        pass

    def leave(self, route: Route, status: int, seconds: float) -> None:
        self.left.append(status)


class OneGuard:
    def __init__(self, guard: Guard) -> None:
        self.current = guard


@dataclass
class Answered:
    """What a client got."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        found = [line[6:] for line in self.body.split(b"\n\n") if line.startswith(b"data: ")]
        return [json.loads(line) if line != b"[DONE]" else "[DONE]" for line in found]

    def text(self, index: int = 0, name: str = "content") -> str:
        deltas = [
            c["delta"] for e in self.events if e != "[DONE]" for c in e.get("choices", []) if c["index"] == index
        ]
        return "".join(delta.get(name) or "" for delta in deltas)

    def finish(self, index: int = 0) -> str | None:
        choices = [c for e in self.events if e != "[DONE]" for c in e.get("choices", []) if c["index"] == index]
        return choices[-1]["finish_reason"] if choices else None


@dataclass
class Client:
    """Talks to a gateway as a server would let it."""

    gateway: Gateway
    log: MemoryLog
    upstream: FakeUpstream
    guard: Guard

    def post(self, path: str, body: Any, *, leave_after: int | None = None, **headers: str) -> Answered:
        return asyncio.run(self.apost("POST", path, body, leave_after=leave_after, **headers))

    def chat(self, text: Any, **more: Any) -> Answered:
        messages = text if isinstance(text, list) else [{"role": "user", "content": text}]
        return self.post("/v1/chat/completions", {"model": "m", "messages": messages, **more})

    async def apost(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        leave_after: int | None = None,
        until: asyncio.Event | None = None,
        **headers: str,
    ) -> Answered:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        answered, gone, sent = Answered(), asyncio.Event(), False

        async def receive() -> dict[str, Any]:
            nonlocal sent, until
            if until is not None:
                await until.wait()
                until = None
            if not sent:
                sent = True
                return {"type": "http.request", "body": raw, "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                answered.status = message["status"]
                answered.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            elif message.get("body"):
                answered.pieces.append(message["body"])
                if leave_after is not None and len(answered.pieces) >= leave_after:
                    gone.set()
                    await asyncio.sleep(0.05)

        given = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": [(b"content-type", b"application/json"), *given],
            "client": ("127.0.0.1", 5),
        }
        await self.gateway(scope, receive, send)
        return answered

    @property
    def records(self) -> list[dict[str, Any]]:
        return list(self.log.records())


@pytest.fixture
def make_client() -> Iterator[Callable[..., Client]]:
    made: list[Guard] = []

    def make(answer: Any = None, *, mode: str = "window", policy: Any = None, **more: Any) -> Client:
        log, upstream = MemoryLog(), FakeUpstream(answer)
        chosen = policy or shipped("default").policy()
        guard = Guard(chosen, [StructureReader(), EncodedReader()], [FixedDetector(WORDS)], log)
        made.append(guard)
        chat = Chat(OneGuard(guard), upstream, lambda: mode, body=10_000_000, seconds=5.0, **more)
        return Client(Gateway(chat.routes(), OpenGate(), NoWatch()), log, upstream, guard)

    yield make
    for guard in made:
        guard.close()
