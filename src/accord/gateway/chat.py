"""`POST /v1/chat/completions`: the guard on the way to the model, and on the way back.

What is decided is on record before anything leaves: the request before the upstream hears of it, the answer before
its first byte. What became of either is recorded afterwards.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Protocol

import orjson

from accord.core.content import Context
from accord.core.decision import Decision
from accord.gateway import strict
from accord.gateway.asgi import EVENTS, Request, Response, as_json
from accord.gateway.chat_answer import Answer, Delta
from accord.gateway.chat_exchange import (
    Counts,
    Exchange,
    Uncounted,
    answered,
    arrived,
    named,
    noted,
    object_of,
    settled,
)
from accord.gateway.chat_fetch import Elsewhere, Fetch
from accord.gateway.chat_request import ChatRequest, Fetched, addresses, parse
from accord.gateway.chat_stream import Flow
from accord.gateway.problems import Problem, Stopped
from accord.gateway.services import Caller, Guards, Route, openai_shape, told
from accord.gateway.texts import released
from accord.gateway.threads import Threads
from accord.gateway.watch import within
from accord.guard import Guard

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


class Chat:
    """The door.

    Args:
        guards: decide.
        upstreams: answer.
        mode: how answers are released now: `window`, `buffer` or `restore_only`.
        body: largest body, in bytes.
        seconds: how long a client may take to send it.
        threads: where inspections run.
        fetch: fetches what a request names by address: media type and bytes; nothing is fetched without it.
        budget: seconds that a request has to be inspected and decided.
        counts: told of what was held back, and dropped.
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
        fetch: Fetch | None = None,
        budget: float = 30.0,
        counts: Counts | None = None,
    ) -> None:
        self._guards, self._upstreams, self._mode = guards, upstreams, mode
        self._body, self._seconds = body, seconds
        self._threads = threads or Threads()
        self._elsewhere = Elsewhere(fetch, self._threads)
        self._budget = budget
        self._counts = counts or Uncounted()

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
        guard = self._guards.current
        asked = await self._parsed(guard, caller, body)
        upstream = self._upstreams.choose(asked.model)
        session = request.headers.get("accord-session", "") or asked.session
        context = caller.context(user=asked.user, session=session)
        answer = self._answer(guard, context, asked)
        name = upstream.rename(asked.model)
        async with within(self._budget):
            decision, out = await self._threads.run(lambda: _released(guard, context, asked, name))
        headers = dict(told(decision))
        if decision.content is None:
            raise Stopped(decision, headers)
        exchange = Exchange(
            asked,
            guard,
            context,
            decision,
            answer,
            headers,
            _new_id(),
            self._threads,
            self._counts,
            getattr(upstream, "name", ""),
        )
        if asked.stream:
            return await self._streamed(exchange, upstream, out)
        return await self._whole(exchange, upstream, out)

    async def _parsed(self, guard: Guard, caller: Caller, body: bytes) -> ChatRequest:
        if len(body) < LARGE:
            said = strict.loads_object(body)
            elsewhere = addresses(said)
            return parse(said) if not elsewhere else parse(said, await self._fetched(guard, caller, elsewhere))
        said = await self._threads.run(lambda: strict.loads_object(body))
        fetched = await self._fetched(guard, caller, addresses(said))
        return await self._threads.run(lambda: parse(said, fetched))

    async def _fetched(self, guard: Guard, caller: Caller, elsewhere: Mapping[str, str]) -> Fetched:
        return await self._elsewhere.fetched(guard, caller.context(), elsewhere)

    def _answer(self, guard: Guard, context: Context, asked: ChatRequest) -> Answer:
        texts = released(self._mode(), guard, context, True if asked.structured else None)
        return Answer(guard, context, texts, choices=asked.choices, tools=asked.tools, logprobs=asked.logprobs)

    async def _whole(self, exchange: Exchange, upstream: Upstream, body: bytes) -> Response:
        try:
            reply = await upstream.post("/chat/completions", body)
        except BaseException as error:
            await settled(exchange, arrived(error))
            raise
        answer = exchange.answer
        try:
            answer.take_whole(object_of(reply.body))
        except Problem:
            await settled(exchange, "delivered")
            raise
        noted(exchange)
        shown, decision = await self._threads.run(lambda: _ended(exchange))
        made: dict[str, Any] = {
            "id": answer.head.get("id", f"chatcmpl-{exchange.id}"),
            "object": "chat.completion",
            "created": int(time.time()),
            "model": exchange.asked.model,
            "choices": assembled(shown),
            **named(answer),
        }
        if answer.usage:
            made["usage"] = answer.usage
        response = as_json(made, headers={**exchange.headers, "accord-answer": decision.outcome.value})
        response.after = lambda sent: answered(exchange, decision, sent)
        return response

    async def _streamed(self, exchange: Exchange, upstream: Upstream, body: bytes) -> Response:
        stack = AsyncExitStack()
        try:
            source = await stack.enter_async_context(upstream.stream("/chat/completions", body))
        except BaseException as error:
            await settled(exchange, arrived(error))
            raise
        flow = Flow(exchange, source, stack)
        return Response(
            200,
            media_type=EVENTS,
            headers={**exchange.headers, "cache-control": "no-store", "x-accel-buffering": "no"},
            stream=flow.events(),
            after=flow.after,
        )


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
    try:
        return decision, orjson.dumps(asked.rebuilt(decision.content, model))
    except Problem:
        guard.recorder.settle(context, delivered=[(decision, "failed")])
        raise


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


def _new_id() -> str:
    return uuid.uuid4().hex
