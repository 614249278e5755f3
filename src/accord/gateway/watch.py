"""Who is let in while there is room: requests and memory, the kill switch; and what is counted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from typing import Any, Protocol

import orjson

from accord.gateway import logs, tracing
from accord.gateway.asgi import Request, Response
from accord.gateway.metrics import Metrics
from accord.gateway.places import Place, Places
from accord.gateway.problems import Problem
from accord.gateway.room import Memory, Room
from accord.gateway.services import Caller, Handler, Route, openai_shape
from accord.gateway.sse import event

log = logging.getLogger("accord.access")

ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Doors that stay open whatever happens: they tell what happens."""

OPERATE = frozenset({"health", "metrics", "policy.show", "policy.reload", "switch.engage", "switch.release"})
"""Actions that are let in although nothing else is: they are how it ends."""

ALONE = frozenset({"inspect", "moderate"})
"""Actions for which no upstream is asked: all the time they take is ours."""

_REFRESH = 2.0


class Switch(Protocol):
    """The kill switch: `accord.switch.Switch`."""

    @property
    def engaged(self) -> bool:
        """Whether nothing is served."""
        ...

    def watch(self, heard: Callable[[bool], None]) -> Callable[[], None]:
        """Be told of every change, from any thread; gives what ends that."""
        ...


class Watch:
    """Admits requests, ends them when the kill switch engages, and counts. Implements `accord.gateway.app.Watch`.

    Args:
        room: how much this process takes on.
        switch: the kill switch.
        metrics: what is counted.
        memory: how much is in use.
    """

    def __init__(self, room: Room, switch: Switch, metrics: Metrics, memory: Memory | None = None) -> None:
        self._room, self._switch, self._metrics = room, switch, metrics
        self._memory = memory or Memory()
        self.places = Places(room, self._memory)
        self._served: set[_Served] = set()
        self._unwatch: Callable[[], None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        metrics.before(self._measure)

    def __repr__(self) -> str:
        return f"<Watch over {self.inside} requests>"

    @property
    def inside(self) -> int:
        """Requests that are being served."""
        return self.places.inside

    @property
    def full(self) -> bool:
        """Whether there is no memory for another request."""
        return self.places.full

    async def start(self) -> None:
        """Listen to the kill switch, in the event loop that serves."""
        loop = asyncio.get_running_loop()

        def heard(engaged: bool) -> None:
            if engaged:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(self._cut)

        self._unwatch = self._switch.watch(heard)
        self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH)
            try:
                self._metrics.refresh()
            except Exception as error:
                log.error("metrics: %s", type(error).__name__)

    async def stop(self) -> None:
        """Listen no more."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.gather(self._refreshing, return_exceptions=True)
            self._refreshing = None
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def enter(self, route: Route) -> None:
        """A request begins.

        Raises:
            Problem: 503 while the kill switch is engaged, 429 while there is no room.
        """
        logs.begin()
        problem = None if _operates(route) else self._refusal()
        if problem is not None:
            self._metrics.refused(_door(route), problem.status, problem.code)
            problem.headers["accord-request"] = logs.request_id.get()
            log.info(
                "refused", extra={"accord": {"door": _door(route), "status": problem.status, "why": problem.code}}
            )
            raise problem
        self.places.inside += 1

    def leave(self, route: Route, status: int, seconds: float) -> None:
        """A request that was let in has ended."""
        self.places.inside -= 1
        self._metrics.request(_door(route), status, seconds)
        facts = {"door": _door(route), "method": route.method, "status": status, "ms": round(seconds * 1000, 2)}
        log.info("served", extra={"accord": facts})

    def over(self, routes: Iterable[Route]) -> list[Route]:
        """The same doors, with what is behind them watched: their memory, their streams, their traces."""
        return [replace(route, handler=self._watched(route)) for route in routes]

    def _refusal(self) -> Problem | None:
        if self._switch.engaged:
            return stopped()
        return self.places.refusal()

    def _watched(self, route: Route) -> Handler:
        operates = _operates(route)
        inner = self._bounded(route.handler) if route.action in ALONE else route.handler

        async def handle(request: Request, caller: Caller) -> Response:
            served = _Served(self, tracing.begin(route.method, _door(route), request.headers), operates)
            try:
                if not operates and self._switch.engaged:
                    raise stopped()
                served.enter(None if operates else self.places.place(caller.id, request))
                response = await inner(request, caller)
                if served.over:
                    await _dropped(response)
                    raise stopped()
            except asyncio.CancelledError:
                if not served.uncancelled():
                    served.leave(499)
                    raise
                served.leave(503)
                raise _named(stopped()) from None
            except Problem as problem:
                served.leave(problem.status)
                raise _named(problem) from None
            except BaseException:
                served.leave(500)
                raise
            return self._answering(served, response)

        return handle

    def _bounded(self, handler: Handler) -> Handler:
        async def handle(request: Request, caller: Caller) -> Response:
            async with within(self._room.seconds):
                return await handler(request, caller)

        return handle

    def _answering(self, served: _Served, response: Response) -> Response:
        headers = dict(response.headers)
        logs.decision_id.set(headers.get("accord-decision", ""))
        tracing.decided(headers.get("accord-decision", ""), headers.get("accord-policy", ""))
        response.headers = {**headers, "accord-request": logs.request_id.get()}
        if response.stream is None:
            served.leave(response.status)
            return response
        response.stream = _Flow(response, response.stream, served, self._metrics)
        after = response.after
        if after is not None:
            # A stream that was cut is not delivered, although its end was sent.
            response.after = lambda sent: after(sent and not served.cut)
        return response

    def _cut(self) -> None:
        """The kill switch engaged: whatever is under way ends."""
        for served in list(self._served):
            served.end_now()

    def _measure(self) -> None:
        self._metrics.inside(self.inside, self._memory.resident())
        self._metrics.switch(engaged=self._switch.engaged)


class _Served:
    """One request behind its door."""

    __slots__ = ("_operates", "_place", "_span", "_task", "_watch", "cut")

    def __init__(self, watch: Watch, span: tracing.Span, operates: bool) -> None:
        self._watch, self._span, self._operates = watch, span, operates
        self._place: Place | None = None
        self._task: asyncio.Task[Any] | None = None
        self.cut = False

    @property
    def over(self) -> bool:
        """Whether nothing may leave any more."""
        return not self._operates and (self.cut or self._watch._switch.engaged)

    def enter(self, place: Place | None) -> None:
        """It begins."""
        self._place = place
        self.runs()
        self._watch._served.add(self)

    def runs(self) -> None:
        """It goes on in this task."""
        self._task = asyncio.current_task()

    def end_now(self) -> None:
        """The kill switch engaged."""
        if not self._operates and not self.cut:
            self.cut = True
            if self._task is not None and not self._task.done():
                self._task.cancel()

    def uncancelled(self) -> bool:
        """Whether it was cancelled by the kill switch; then it can go on to say so."""
        if not self.cut or self._task is None:
            return False
        self._task.uncancel()
        return True

    def leave(self, status: int) -> None:
        """It is over, one way or another."""
        if self._place is not None:
            self._place.leave()
        self._watch._served.discard(self)
        self._span.end(status)
        self._span = tracing.Span()


class _Flow:
    """A stream that ends when the kill switch engages, with an event that says so."""

    def __init__(self, response: Response, stream: AsyncIterator[bytes], served: _Served, metrics: Metrics) -> None:
        self._stream, self._served, self._metrics = stream, served, metrics
        self._events = response.media_type.startswith("text/event-stream")
        self._status = response.status
        self._over = False
        metrics.stream(1)

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if self._over:
            raise StopAsyncIteration
        self._served.runs()
        try:
            if not self._served.over:
                return await anext(self._stream)
            self._served.cut = True
        except asyncio.CancelledError:
            if not self._served.uncancelled():
                raise
        except StopAsyncIteration:
            self._end(self._status)
            raise
        self._end(503)
        if not self._events:
            raise StopAsyncIteration
        return event(orjson.dumps(orjson.loads(openai_shape(_named(stopped())).body)))

    async def aclose(self) -> None:
        """Nobody wants more of it."""
        close: Any = getattr(self._stream, "aclose", None)
        try:
            if close is not None:
                await close()
        finally:
            self._end(499)

    def _end(self, status: int) -> None:
        if not self._over:
            self._over = True
            self._served.leave(status)
            self._metrics.stream(-1)


@contextlib.asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """The time that a request has to be inspected and decided.

    Raises:
        Problem: 503: it took longer; nothing is released.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        text = "This could not be decided in time; nothing was released."
        raise Problem(503, "too_slow", text, headers={"retry-after": "1"}) from None


def stopped() -> Problem:
    """What is said while the kill switch is engaged."""
    return Problem(503, "kill_switch", "Everything is stopped by the kill switch; nothing leaves.")


async def _dropped(response: Response) -> None:
    """An answer that is not sent."""
    close: Any = getattr(response.stream, "aclose", None)
    if close is not None:
        await close()
    if response.after is not None:
        await response.after(False)


def _named(problem: Problem) -> Problem:
    problem.headers.setdefault("accord-request", logs.request_id.get())
    logs.decision_id.set(problem.headers.get("accord-decision", ""))
    return problem


def _door(route: Route) -> str:
    return route.path or "none"


def _operates(route: Route) -> bool:
    return route.path in ALWAYS or route.action in OPERATE
