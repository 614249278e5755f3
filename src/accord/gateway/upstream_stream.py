"""A stream of an upstream over HTTP: read as fast as it is taken, ended as soon as nobody wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp

from accord.gateway.http_client import abandon, ends_with_its_connection
from accord.gateway.upstream import Endpoint, Event, UpstreamFailed
from accord.gateway.upstream_errors import broken, timed_out, too_large
from accord.gateway.upstream_events import EventParser

_DONE = b"[DONE]"


class HttpEvents:
    """The events of one answer, read only as fast as they are taken. `anext` may be cancelled: nothing is lost."""

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        endpoint: Endpoint,
        end: float,
        failed: Callable[[], None],
        succeeded: Callable[[], None],
    ) -> None:
        self._response, self._end, self._idle = response, end, endpoint.idle
        self._left = endpoint.longest_stream
        self._parser = EventParser(endpoint.largest_event)
        self._failed, self._succeeded = failed, succeeded
        self._over = self._well = False
        self._broken: UpstreamFailed | None = None
        ends_with_its_connection(response)

    def __repr__(self) -> str:
        return "<HttpEvents>"

    def __aiter__(self) -> HttpEvents:
        return self

    async def __anext__(self) -> Event:
        """The next event or comment.

        Raises:
            UpstreamFailed: the stream broke, is too slow, too long, or is none.
        """
        ready = self._parser.ready
        while not ready:
            if self._over:
                raise StopAsyncIteration
            if self._broken is None:
                await self._more()
            if self._broken is not None and not ready and not self._over:  # what came before it is given out first
                self._failed()
                self.close()
                raise self._broken
        event = ready.popleft()
        if event.data == _DONE:  # nobody reads on to the end of the connection
            self._told()
        return event

    async def _more(self) -> None:
        try:
            async with asyncio.timeout_at(min(self._end, asyncio.get_running_loop().time() + self._idle)):
                piece = await self._response.content.readany()
            if not piece:
                self._over = True
                self._told()
                return
            self._left -= len(piece)
            if self._left < 0:
                raise too_large()
            self._parser.feed(piece)
        except UpstreamFailed as error:
            self._broken = error
        except TimeoutError:
            self._broken = timed_out("delivered")
        except (aiohttp.ClientError, OSError) as error:
            self._broken = broken(error, sent=True)

    def _told(self) -> None:
        if not self._well:
            self._well = True
            self._succeeded()

    def close(self) -> None:
        """End it; an upstream that is still talking sees its connection closed."""
        self._over = True
        self._parser.ready.clear()
        abandon(self._response)
