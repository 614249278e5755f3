"""An upstream over HTTP/1.1: kept connections, bounds on time and size, and only what is surely safe is tried again.

When a request is tried again, up to `retries` times:

- no connection could be made, so that nothing of it left: always;
- a kept connection was closed under it before any byte of an answer, within a second: always, once. An endpoint that
  closes idle connections does so without having read the request, and ours are kept for less time than usual;
- it broke off otherwise, or 429, 502, 503 or 504 was answered: only if asking twice does what asking once does, and
  after the time that the upstream asked for, at most five seconds.

Nothing is tried again once the beginning of an answer was seen. Proxies of the environment, redirects, cookies and
compressed answers are not used.
"""

from __future__ import annotations

import asyncio
import io
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from yarl import URL

from accord.access.tls import client_context
from accord.errors import ConfigError
from accord.gateway.http_client import Attempt, NoCookies, NotedRequest, Unasked, abandon, ends_with_its_connection
from accord.gateway.upstream import Answer, Breaker, Endpoint, UpstreamFailed, garbled
from accord.gateway.upstream_errors import answered, broken, busy, paused, timed_out, too_large, waits
from accord.gateway.upstream_key import Credential
from accord.gateway.upstream_stream import HttpEvents

KEPT = 4.0
"""Seconds that a connection is kept unused: less than what servers keep it for, mostly five or more."""

_STALE = 1.0
_MAX_WAIT = 5.0
_ERROR_BYTES = 65_536
_ERROR_SECONDS = 5.0
_READ = 65_536
_HEADER_BYTES = 16_384
_HEADERS = 128
_LARGE_BODY = 1 << 20
_AGAIN = frozenset({429, 502, 503, 504})
_JSON = "application/json"
_EVENTS = "text/event-stream"


class HttpUpstream:
    """An endpoint over HTTP.

    Args:
        name: what it is called in the configuration.
        endpoint: how it is reached.
        breaker: leaves it alone after failures.

    Raises:
        ConfigError: its credential or certificates cannot be used.
    """

    def __init__(self, name: str, endpoint: Endpoint, breaker: Breaker) -> None:
        self._name, self._endpoint, self._breaker = name, endpoint, breaker
        self._key = Credential(env=endpoint.key_env, file=endpoint.key_file)
        self._key.header()
        self._base = endpoint.url.rstrip("/")
        own = Path(endpoint.certificate) if endpoint.certificate else None
        ca = Path(endpoint.ca) if endpoint.ca else None
        self._tls = client_context(ca=ca, certificate=own, key=own) if self._base.startswith("https:") else None
        self._urls: dict[str, URL] = {}
        self._session: aiohttp.ClientSession | None = None
        self._room = asyncio.Semaphore(endpoint.connections)

    def __repr__(self) -> str:
        return f"<HttpUpstream {self._name}>"

    @property
    def name(self) -> str:
        """What it is called in the configuration."""
        return self._name

    def rename(self, model: str) -> str:
        """What a model is called there."""
        return self._endpoint.rename.get(model, model)

    async def start(self) -> None:
        """Get ready; in the event loop that asks."""
        if self._session is not None:
            return
        self._room = asyncio.Semaphore(self._endpoint.connections)
        connector = aiohttp.TCPConnector(
            limit=self._endpoint.connections,
            ssl=self._tls or True,
            keepalive_timeout=KEPT,
            ttl_dns_cache=30,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=NoCookies(),
            auto_decompress=False,
            trust_env=False,
            request_class=NotedRequest,
            timeout=aiohttp.ClientTimeout(total=None, connect=self._endpoint.connect),
            read_bufsize=_READ,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
            max_headers=_HEADERS,
        )

    async def stop(self) -> None:
        """Let go of connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, path: str) -> Answer:
        """Ask for something.

        Raises:
            UpstreamFailed: there is no usable answer.
        """
        return await self._whole("GET", path, None, idempotent=True, accept=_JSON)

    async def post(self, path: str, body: bytes, *, idempotent: bool = False, accept: str = _JSON) -> Answer:
        """Ask, and wait for the whole answer; see `Upstream.post`.

        Raises:
            UpstreamFailed: there is no usable answer.
        """
        return await self._whole("POST", path, body, idempotent=idempotent, accept=accept)

    @asynccontextmanager
    async def stream(self, path: str, body: bytes) -> AsyncIterator[HttpEvents]:
        """Ask for a stream of events; see `Upstream.stream`.

        Raises:
            UpstreamFailed: on entering: there is no stream.
        """
        await self._enter()
        try:
            end = _now() + self._endpoint.total
            response = await self._begun("POST", path, body, end, idempotent=False, accept=_EVENTS)
            events = HttpEvents(response, self._endpoint, end, self._failed, self._succeeded)
            try:
                yield events
            finally:
                events.close()
        finally:
            self._room.release()

    async def _whole(self, method: str, path: str, body: bytes | None, *, idempotent: bool, accept: str) -> Answer:
        await self._enter()
        try:
            end = _now() + self._endpoint.total
            response = await self._begun(method, path, body, end, idempotent=idempotent, accept=accept)
            try:
                data = await self._read(response, end)
            except BaseException:
                abandon(response)
                raise
            self._succeeded()
            return Answer(response.status, {"content-type": accept}, data)
        finally:
            self._room.release()

    async def _enter(self) -> None:
        """Wait for room among the connections, not longer than for a connection."""
        if not self._breaker.allow(self._name):
            raise paused()
        if not self._room.locked():
            await self._room.acquire()
            return
        try:
            async with asyncio.timeout(self._endpoint.connect):
                await self._room.acquire()
        except TimeoutError:
            raise busy() from None

    async def _begun(
        self, method: str, path: str, body: bytes | None, end: float, *, idempotent: bool, accept: str
    ) -> aiohttp.ClientResponse:
        """The head of a success; what failed is tried again where that is safe."""
        left = self._endpoint.retries
        while True:
            noted = Attempt()
            pause = 0.0
            try:
                response = await self._asked(method, path, body, end, accept, noted)
                if 200 <= response.status < 300:
                    self._check(response, accept)
                    return response
                failure = await _refusal(response, end)
                if idempotent and response.status in _AGAIN:
                    pause = _pause(response.headers.get("Retry-After"), self._endpoint.retries - left)
                again = idempotent and response.status in _AGAIN and pause <= _MAX_WAIT
                bad = response.status >= 500
            except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
                failure, bad = broken(error, sent=noted.sent), True
                slow = isinstance(error, TimeoutError) and noted.sent
                again = not noted.sent or _stale(error, noted) or (idempotent and not slow)
                pause = 0.0 if noted.sent else 0.05 * (self._endpoint.retries - left)
            except Unasked:
                continue  # that connection is closed now
            except UpstreamFailed:
                self._failed()
                raise
            if left <= 0 or not again or _now() + pause >= end:
                (self._failed if bad else self._succeeded)()
                raise failure
            left -= 1
            await asyncio.sleep(pause)

    async def _asked(
        self, method: str, path: str, body: bytes | None, end: float, accept: str, noted: Attempt
    ) -> aiohttp.ClientResponse:
        """One attempt, up to the head of the answer."""
        if self._session is None:
            raise UpstreamFailed(503, "upstream_unreachable", "This is not serving.", delivery="failed")
        headers = {
            "Accept": accept,
            "Accept-Encoding": "identity",
            "User-Agent": "accord",
            "X-Request-Id": os.urandom(16).hex(),
        }
        data: bytes | io.BytesIO | None = body
        if body is not None:
            headers["Content-Type"] = _JSON
            if len(body) > _LARGE_BODY:
                data = io.BytesIO(body)  # is sent in pieces
        self._authorise(headers)
        noted.begin()
        try:
            async with asyncio.timeout_at(min(end, _now() + self._endpoint.connect + self._endpoint.timeout)):
                return await self._session.request(
                    method, self._url(path), data=data, headers=headers, allow_redirects=False
                )
        except BaseException:
            noted.abandon()
            raise

    def _authorise(self, headers: dict[str, str]) -> None:
        try:
            authorization = self._key.header()
        except ConfigError:
            text = "The credentials for the upstream cannot be read."
            raise UpstreamFailed(502, "upstream_credentials", text, delivery="failed") from None
        if authorization:
            headers["Authorization"] = authorization

    def _url(self, path: str) -> URL:
        found = self._urls.get(path)
        if found is None:
            found = URL(self._base + path)
            if len(self._urls) < 64:
                self._urls[path] = found
        return found

    def _check(self, response: aiohttp.ClientResponse, accept: str) -> None:
        """That the body is of the kind that was asked for, and in clear."""
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        coding = response.headers.get("Content-Encoding", "identity").strip().lower()
        length = response.content_length
        if kind != accept or coding != "identity":
            abandon(response)
            raise garbled()
        if length is not None and length > (
            self._endpoint.longest_stream if accept == _EVENTS else self._endpoint.largest
        ):
            abandon(response)
            raise too_large()

    async def _read(self, response: aiohttp.ClientResponse, end: float) -> bytes:
        """The body, as far as allowed."""
        chunks: list[bytes] = []
        size, content, idle = 0, response.content, self._endpoint.idle
        if content.is_eof() and content.exception() is None:  # it came with its head, as most do
            if content.total_bytes > self._endpoint.largest:
                self._failed()
                raise too_large()
            return content.read_nowait()
        ends_with_its_connection(response)
        try:
            async with asyncio.timeout_at(min(end, _now() + idle)) as clock:
                while chunk := await content.readany():
                    size += len(chunk)
                    if size > self._endpoint.largest:
                        raise too_large()
                    chunks.append(chunk)
                    clock.reschedule(min(end, _now() + idle))
        except UpstreamFailed:
            self._failed()
            raise
        except TimeoutError:
            self._failed()
            raise timed_out() from None
        except (aiohttp.ClientError, OSError) as error:
            self._failed()
            raise broken(error, sent=True) from None
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _failed(self) -> None:
        self._breaker.failure(self._name)

    def _succeeded(self) -> None:
        self._breaker.success(self._name)


async def _refusal(response: aiohttp.ClientResponse, end: float) -> UpstreamFailed:
    """An answer that is no success, in our words; its body is read as far as it is worth it."""
    body = bytearray()
    try:
        async with asyncio.timeout_at(min(end, _now() + _ERROR_SECONDS)):
            while len(body) < _ERROR_BYTES and (chunk := await response.content.readany()):
                body += chunk
    except (aiohttp.ClientError, OSError):
        body.clear()
    finally:
        abandon(response)
    return answered(response.status, bytes(body), response.headers.get("Retry-After"))


def _stale(error: Exception, noted: Attempt) -> bool:
    """Whether a kept connection had been closed when the request was written to it."""
    closed = isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError)
    return closed and noted.reused and time.monotonic() - noted.at < _STALE


def _pause(retry_after: str | None, attempt: int) -> float:
    asked = waits(retry_after)
    return float(asked) if asked is not None else min(_MAX_WAIT, 0.25 * 2**attempt)


def _now() -> float:
    return asyncio.get_running_loop().time()
