"""The gateway as one ASGI application: doors by path, errors in the shape of the door, no content in logs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Protocol

from accord.access.principals import Unauthenticated
from accord.errors import AccessDenied, AccordError, AuditError, StoreError
from accord.gateway.asgi import Disconnected, Receive, Request, Response, Scope, Send
from accord.gateway.problems import Problem
from accord.gateway.services import Caller, Gate, Route, openai_shape

log = logging.getLogger("accord.gateway")

NOBODY = Caller("", "", "")

Hook = Callable[[], Awaitable[None]]


class Watch(Protocol):
    """Admits requests while there is room for them, and hears how each one ended."""

    def enter(self, route: Route) -> None:
        """A request begins.

        Raises:
            Problem: there is no room for it now, or nothing is served now.
        """
        ...

    def leave(self, route: Route, status: int, seconds: float) -> None:
        """A request that was let in has ended."""
        ...


class Gateway:
    """An ASGI application.

    Args:
        routes: the doors.
        gate: says who may come in.
        watch: admits and counts.
        start: run before the first request, in order.
        stop: run after the last one, in order.
    """

    def __init__(
        self, routes: Iterable[Route], gate: Gate, watch: Watch, start: Iterable[Hook] = (), stop: Iterable[Hook] = ()
    ) -> None:
        self._gate, self._watch = gate, watch
        self._start, self._stop = list(start), list(stop)
        self._exact: dict[tuple[str, str], Route] = {}
        self._under: list[Route] = []
        for route in routes:
            if route.path.endswith("/") and route.path != "/":
                self._under.append(route)
            else:
                self._exact[route.method, route.path] = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    @property
    def routes(self) -> list[Route]:
        """All doors."""
        return [*self._exact.values(), *self._under]

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        route = self._route(scope["method"], scope["path"])
        try:
            self._watch.enter(route)
        except Problem as problem:
            await route.shape(problem).send(send)
            return
        status = 500
        try:
            request, response = await self._answered(route, scope, receive)
            status = response.status
            await _sent(request, response, send)
        except Disconnected:
            status = 499
        finally:
            self._watch.leave(route, status, time.perf_counter() - began)

    async def _answered(self, route: Route, scope: Scope, receive: Receive) -> tuple[Request | None, Response]:
        request = None
        try:
            request = Request(scope, receive)
            caller = await self._gate.admit(request, route.action) if route.action else NOBODY
            return request, await route.handler(request, caller)
        except Problem as problem:
            return request, route.shape(problem)
        except AccessDenied as error:
            return request, route.shape(_denied(error))
        except (AuditError, StoreError) as error:
            log.error("not served: %s", error.code)
            text = "This cannot be recorded now, and what is not recorded does not leave."
            return request, route.shape(Problem(503, error.code, text, headers={"retry-after": "1"}))
        except AccordError as error:
            return request, route.shape(Problem(500, error.code, "This cannot be decided now."))
        except Disconnected:
            raise
        except Exception as error:
            # Its message may quote content.
            log.error("not served: %s", type(error).__name__)
            return request, route.shape(Problem(500, "internal", "Something went wrong here; nothing was released."))

    def _route(self, method: str, path: str) -> Route:
        """The door, or one that says that there is none."""
        found = self._exact.get((method, path))
        if found is None:
            found = next((r for r in self._under if r.method == method and path.startswith(r.path)), None)
        if found is not None:
            return found
        allowed = sorted({m for m, p in self._exact if p == path})
        if allowed:
            problem = Problem(405, "method", "Not with this method.", headers={"allow": ", ".join(allowed)})
        else:
            problem = Problem(404, "not_found", "There is no such door.")
        return Route(method, "", "", _refusing(problem), openai_shape)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            hooks = self._start if message["type"] == "lifespan.startup" else self._stop
            try:
                for hook in hooks:
                    await hook()
            except Exception as error:
                said = str(error) if isinstance(error, AccordError) else type(error).__name__
                await send({"type": f"{message['type']}.failed", "message": said})
                return
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def _refusing(problem: Problem) -> Callable[[Request, Caller], Awaitable[Response]]:
    async def refuse(_request: Request, _caller: Caller) -> Response:
        raise problem

    return refuse


def _denied(error: AccessDenied) -> Problem:
    if not isinstance(error, Unauthenticated):
        return Problem(403, "not_allowed", str(error))
    return Problem(401, "invalid_api_key", str(error), headers={"www-authenticate": "Bearer"})


async def _sent(request: Request | None, response: Response, send: Send) -> None:
    """Send an answer, and tell whoever wants to know how that went."""
    sent = False
    try:
        await (_streamed(request, response, send) if response.stream is not None else response.send(send))
        sent = True
    except OSError:
        raise Disconnected from None
    finally:
        if response.after is not None:
            await asyncio.shield(response.after(sent))


async def _streamed(request: Request | None, response: Response, send: Send) -> None:
    """Send a stream; it ends, and what feeds it is told, as soon as the client goes away."""
    sending = asyncio.ensure_future(response.send(send))
    gone = asyncio.ensure_future(request.gone()) if request else asyncio.get_running_loop().create_future()
    try:
        await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        if not sending.done():
            raise Disconnected
        await sending
    finally:
        for task in (sending, gone):
            task.cancel()
        await asyncio.gather(sending, gone, return_exceptions=True)
        if response.stream is not None:
            await _closed(response.stream)


async def _closed(stream: AsyncIterator[bytes]) -> None:
    close: Any = getattr(stream, "aclose", None)
    if close is not None:
        await close()
