"""`POST /v1/chat/completions`: the guard on the way to the model, and on the way back.

What is decided is on record before anything leaves: the request before the upstream hears of it, the answer before
its first byte. What became of either is recorded afterwards.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from accord.core.content import Context
from accord.core.decision import Decision
from accord.gateway import strict
from accord.gateway.asgi import EVENTS, Request, Response, as_json
from accord.gateway.chat_answer import Answer, Delta, garbled
from accord.gateway.chat_request import ChatRequest, parse
from accord.gateway.problems import Problem, Stopped
from accord.gateway.services import Caller, Guards, Route, openai_shape, told
from accord.gateway.sse import comment, event
from accord.gateway.texts import released
from accord.gateway.threads import Threads
from accord.guard import Guard

PATIENCE = 1.2
"""Seconds that a text may wait for what comes next, while it does not come."""

LARGE = 100_000
"""Bytes of a body from which on it is parsed in a thread of its own."""


class Upstream(Protocol):
    """An endpoint that speaks this protocol; see `accord.gateway.upstream`."""

    def rename(self, model: str) -> str:
        """What a model is called there."""
        ...

    async def post(self, path: str, body: bytes) -> Any:
        """Ask, and wait for the whole answer."""
        ...

    def stream(self, path: str, body: bytes) -> Any:
        """Ask for a stream: an asynchronous context manager of events."""
        ...


class Upstreams(Protocol):
    """Endpoints by model."""

    def choose(self, model: str) -> Upstream:
        """The endpoint for a model."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was released to the model."""

    asked: ChatRequest
    guard: Guard
    context: Context
    decision: Decision
    answer: Answer
    headers: Mapping[str, str]
    id: str
    threads: Threads


class Chat:
    """The door.

    Args:
        guards: decide.
        upstreams: answer.
        mode: how answers are released now: `window`, `buffer` or `restore_only`.
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
        threads: where inspections run.
    """

    def __init__(
        self,
        guards: Guards,
        upstreams: Upstreams,
        mode: Callable[[], str],
        *,
        body: int,
        seconds: float,
        threads: Threads | None = None,
    ) -> None:
        self._guards, self._upstreams, self._mode = guards, upstreams, mode
        self._body, self._seconds = body, seconds
        self._threads = threads or Threads()

    def routes(self) -> list[Route]:
        """Its doors."""
        said = "Chat with a model; what leaves and what comes back is inspected."
        return [
            Route("POST", path, "chat", self.handle, openai_shape, said)
            for path in ("/v1/chat/completions", "/chat/completions")
        ]

    async def handle(self, request: Request, caller: Caller) -> Response:
        """Answer a request."""
        body = await request.body(self._body, self._seconds)
        asked = (
            parse(strict.loads_object(body)) if len(body) < LARGE else await self._threads.run(lambda: _parsed(body))
        )
        upstream = self._upstreams.choose(asked.model)
        session = request.headers.get("accord-session", "") or asked.session
        context = caller.context(user=asked.user, session=session)
        guard = self._guards.current
        answer = self._answer(guard, context, asked)
        name = upstream.rename(asked.model)
        decision, out = await self._threads.run(lambda: _released(guard, context, asked, name))
        headers = dict(told(decision))
        if decision.content is None:
            raise Stopped(decision, headers)
        exchange = Exchange(asked, guard, context, decision, answer, headers, _new_id(), self._threads)
        if asked.stream:
            return await self._streamed(exchange, upstream, out)
        return await self._whole(exchange, upstream, out)

    def _answer(self, guard: Guard, context: Context, asked: ChatRequest) -> Answer:
        texts = released(self._mode(), guard, context, True if asked.structured else None)
        return Answer(guard, context, texts, choices=asked.choices, tools=asked.tools, logprobs=asked.logprobs)

    async def _whole(self, exchange: Exchange, upstream: Upstream, body: bytes) -> Response:
        try:
            reply = await upstream.post("/chat/completions", body)
            said = _said(reply.body)
        except BaseException:
            await _settled(exchange, "failed")
            raise
        answer = exchange.answer
        try:
            answer.take_whole(said)
        except Problem:
            await _settled(exchange, "delivered")
            raise
        shown, decision = await self._threads.run(lambda: _ended(exchange))
        made: dict[str, Any] = {
            "id": answer.head.get("id", f"chatcmpl-{exchange.id}"),
            "object": "chat.completion",
            "created": answer.head.get("created", int(time.time())),
            "model": exchange.asked.model,
            "choices": assembled(shown),
            **_named(answer),
        }
        if answer.usage:
            made["usage"] = answer.usage
        response = as_json(made, headers={**exchange.headers, "accord-answer": decision.outcome.value})
        response.after = lambda sent: _answered(exchange, decision, sent)
        return response

    async def _streamed(self, exchange: Exchange, upstream: Upstream, body: bytes) -> Response:
        stack = AsyncExitStack()
        try:
            source = await stack.enter_async_context(upstream.stream("/chat/completions", body))
        except BaseException:
            await _settled(exchange, "failed")
            raise
        flow = _Flow(exchange, source, stack)
        return Response(
            200,
            media_type=EVENTS,
            headers={**exchange.headers, "cache-control": "no-store", "x-accel-buffering": "no"},
            stream=flow.events(),
            after=flow.after,
        )


class _Flow:
    """A stream on its way."""

    def __init__(self, exchange: Exchange, source: AsyncIterator[Any], stack: AsyncExitStack) -> None:
        self._exchange, self._source, self._stack = exchange, source, stack
        self._recorded: Decision | None = None
        self._failed = False

    async def events(self) -> AsyncIterator[bytes]:
        """The events that the client gets."""
        answer = self._exchange.answer
        try:
            async for piece in self._pieces():
                yield piece
        except Problem as problem:
            self._failed = True
            yield event(orjson.dumps(orjson.loads(openai_shape(problem).body)))
            return
        finally:
            await self._stack.aclose()
        await self._record()
        if self._exchange.asked.usage and answer.usage is not None:
            yield self._chunk([], usage=answer.usage)
        yield event(b"[DONE]")

    async def _pieces(self) -> AsyncIterator[bytes]:
        answer, threads, waits = self._exchange.answer, self._exchange.threads, _Waiting(self._source)
        while True:
            said = await waits.next(PATIENCE if answer.held else None)
            if said is None:
                shown = await threads.run(answer.hurry)
            elif said.comment is not None:
                yield comment(said.comment)
                continue
            elif said.data == b"[DONE]":
                break
            else:
                answer.take(_said(said.data))
                if waits.waited(answer.held) > PATIENCE:
                    shown = await threads.run(answer.hurry)
                else:
                    shown = await threads.run(answer.work) if answer.due else []
            if shown:
                waits.showed()
                async for piece in self._shown(shown):
                    yield piece
            if answer.over:
                return
        async for piece in self._shown(await threads.run(answer.end)):
            yield piece

    async def _shown(self, shown: list[Delta]) -> AsyncIterator[bytes]:
        if shown:
            await self._record()
        for delta in shown:
            yield self._chunk([delta])

    def _chunk(self, choices: list[Delta], usage: Any = None) -> bytes:
        exchange, head = self._exchange, self._exchange.answer.head
        made: dict[str, Any] = {
            "id": head.get("id", f"chatcmpl-{exchange.id}"),
            "object": "chat.completion.chunk",
            "created": head.setdefault("created", int(time.time())),
            "model": exchange.asked.model,
            **_named(exchange.answer),
            "choices": choices,
        }
        if exchange.asked.usage:
            made["usage"] = usage
        return event(orjson.dumps(made))

    async def _record(self) -> None:
        """Before the first byte: that the request arrived, and that an answer leaves."""
        if self._recorded is None:
            self._recorded = self._exchange.answer.decision(self._exchange.id)
            await _settled(self._exchange, "delivered", self._recorded)

    async def after(self, sent: bool) -> None:
        """What became of it."""
        if self._recorded is None:
            await _settled(self._exchange, "failed")
            return
        await _answered(self._exchange, self._recorded, sent and not self._failed)


class _Waiting:
    """Waits for events, and no longer than wanted: an event that is on its way is not lost."""

    def __init__(self, source: AsyncIterator[Any]) -> None:
        self._source = source
        self._next: asyncio.Future[Any] | None = None
        self._since: float | None = None

    async def next(self, seconds: float | None) -> Any:
        """The next event; None where it does not come in time; one that says so at the end."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._one())
        try:
            done, _ = await asyncio.wait((self._next,), timeout=seconds)
        except asyncio.CancelledError:
            self._next.cancel()
            raise
        if not done:
            return None
        said, self._next = self._next, None
        return said.result()

    async def _one(self) -> Any:
        return await anext(self._source, _DONE)

    def waited(self, held: bool) -> float:
        """For how many seconds something has been held."""
        if not held:
            self._since = None
            return 0.0
        now = time.monotonic()
        self._since = self._since or now
        return now - self._since

    def showed(self) -> None:
        """Something was shown."""
        self._since = None


@dataclass(frozen=True, slots=True)
class _End:
    data: bytes = b"[DONE]"
    comment: bytes | None = None


_DONE = _End()


def assembled(shown: list[Delta]) -> list[dict[str, Any]]:
    """Whole choices out of deltas."""
    choices: dict[int, dict[str, Any]] = {}
    for delta in shown:
        choice = choices.setdefault(
            delta["index"],
            {
                "index": delta["index"],
                "message": {"role": "assistant", "content": None, "refusal": None},
                "logprobs": None,
                "finish_reason": None,
            },
        )
        message = choice["message"]
        for name, piece in delta["delta"].items():
            if name == "tool_calls":
                call = {key: value for key, value in piece[0].items() if key != "index"}
                message.setdefault(name, []).append(call)
            elif name in ("role", "function_call"):
                message[name] = piece
            else:
                message[name] = (message.get(name) or "") + piece
        choice["finish_reason"] = delta["finish_reason"] or choice["finish_reason"]
        choice["logprobs"] = delta["logprobs"] or choice["logprobs"]
    return [choices[index] for index in sorted(choices)]


def _released(guard: Guard, context: Context, asked: ChatRequest, model: str) -> tuple[Decision, bytes]:
    """Inspect, decide, record; and write what goes on anew."""
    decision = guard.inspect(asked.content, context).release("model")
    if decision.content is None:
        return decision, b""
    return decision, orjson.dumps(asked.rebuilt(decision.content, model))


def _ended(exchange: Exchange) -> tuple[list[Delta], Decision]:
    """All that is shown of a whole answer, with the record that it leaves."""
    answer = exchange.answer
    released: tuple[Decision, ...] = ()
    try:
        shown = answer.end()
        decision = answer.decision(exchange.id)
        released = (decision,)
        return shown, decision
    finally:
        delivered = [(exchange.decision, "delivered")]
        exchange.guard.recorder.settle(exchange.context, delivered=delivered, released=released)


def _parsed(body: bytes) -> ChatRequest:
    return parse(strict.loads_object(body))


def _said(body: bytes) -> Mapping[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise garbled() from None
    if not isinstance(said, dict):
        raise garbled()
    return said


async def _settled(exchange: Exchange, status: str, decision: Decision | None = None) -> None:
    """Record what became of the request, and the answer that is about to leave."""
    answers = [decision] if decision is not None else []
    delivered, recorder = [(exchange.decision, status)], exchange.guard.recorder
    await exchange.threads.run(lambda: recorder.settle(exchange.context, delivered=delivered, released=answers))


async def _answered(exchange: Exchange, decision: Decision, sent: bool) -> None:
    """Record what became of the answer, with all that was decided about it in the end."""
    status = "delivered" if sent else "failed"
    final = exchange.answer.decision(exchange.id)
    found = {"outcome": final.outcome.value, "rules": " ".join(final.rules)}
    called = [(one, status) for one in exchange.answer.called if one.outcome.releases]
    both = [*called, (decision, status)] if decision.outcome.releases else called
    recorder = exchange.guard.recorder
    await exchange.threads.run(lambda: recorder.settle(exchange.context, delivered=both, more=found))


def _named(answer: Answer) -> dict[str, Any]:
    return {name: answer.head[name] for name in ("system_fingerprint", "service_tier") if name in answer.head}


def _new_id() -> str:
    return uuid.uuid4().hex
