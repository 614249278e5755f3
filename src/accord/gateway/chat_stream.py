"""A streamed answer on its way: events in, inspected, events out, as fast as the client takes them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import orjson

from accord.core.decision import Decision
from accord.gateway.chat_answer import Delta
from accord.gateway.chat_exchange import Exchange, answered, named, noted, object_of, settled
from accord.gateway.chat_said import broke_off
from accord.gateway.problems import Problem
from accord.gateway.services import openai_shape
from accord.gateway.sse import comment, event

PATIENCE = 1.2
"""Seconds that a text may wait for what comes next, while it does not come."""


class Flow:
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
        noted(self._exchange)
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
                if said is _DONE and not (answer.complete or answer.over):
                    raise broke_off()
                break
            else:
                answer.take(object_of(said.data))
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
            self._exchange.counts.held(self._exchange.answer.waiting)
        for delta in shown:
            yield self._chunk([delta])

    def _chunk(self, choices: list[Delta], usage: Any = None) -> bytes:
        exchange, head = self._exchange, self._exchange.answer.head
        made: dict[str, Any] = {
            "id": head.get("id", f"chatcmpl-{exchange.id}"),
            "object": "chat.completion.chunk",
            "created": head.setdefault("created", int(time.time())),
            "model": exchange.asked.model,
            **named(exchange.answer),
            "choices": choices,
        }
        if exchange.asked.usage:
            made["usage"] = usage
        return event(orjson.dumps(made))

    async def _record(self) -> None:
        """Before the first byte: that the request arrived, and that an answer leaves."""
        if self._recorded is None:
            self._recorded = self._exchange.answer.decision(self._exchange.id)
            await settled(self._exchange, "delivered", self._recorded)

    async def after(self, sent: bool) -> None:
        """What became of it."""
        if self._recorded is None:
            await settled(self._exchange, "delivered")  # the upstream had begun to answer
            return
        await answered(self._exchange, self._recorded, sent and not self._failed)


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
