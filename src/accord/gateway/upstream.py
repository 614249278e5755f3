"""What an upstream is: an endpoint that speaks OpenAI's protocol, asked with bytes and answering with bytes.

Whatever goes wrong there is told in our words: nothing of an upstream's error, header or address reaches a client.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from accord.gateway.problems import Problem

ECHO = "echo"
"""The address of the upstream that comes with accord."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How an upstream is reached.

    Attributes:
        url: `https`, or `http` on loopback, with the path before `/chat/completions`; or `echo`.
        key_env: environment variable with its credential.
        key_file: file with its credential, readable by its owner alone; read again when it changes.
        models: names of models it serves, with `*` for any letters.
        rename: what a model is called there.
        timeout: seconds until an answer begins.
        idle: seconds an answer may say nothing.
        total: seconds an answer may take.
        connect: seconds until a connection is made, name resolution and TLS included.
        retries: how often what did not begin there is tried again.
        connections: how many at once.
        plain_http: `http` is allowed although it is not on loopback.
        ca: PEM file of those to trust instead of the system's.
        certificate: PEM file with a client certificate and its key.
        largest: bytes of an answer.
        largest_event: bytes of one event of a stream.
        longest_stream: bytes of a stream.
    """

    url: str
    key_env: str = ""
    key_file: str = ""
    models: tuple[str, ...] = ("*",)
    rename: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 60.0
    idle: float = 60.0
    total: float = 600.0
    connect: float = 10.0
    retries: int = 1
    connections: int = 100
    plain_http: bool = False
    ca: str | None = None
    certificate: str | None = None
    largest: int = 32_000_000
    largest_event: int = 1_000_000
    longest_stream: int = 64_000_000


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A whole answer: always a success, failures are raised.

    Attributes:
        status: HTTP status code, 200 to 299.
        headers: what is known to be harmless: its content type.
        body: as it came, not inspected.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<Answer {self.status}, {len(self.body)} bytes>"

    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            UpstreamFailed: 502: it is none.
        """
        try:
            value = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            raise garbled() from None
        if not isinstance(value, dict):
            raise garbled()
        return value


@dataclass(frozen=True, slots=True, repr=False)
class Event:
    """One server-sent event, or one comment between events.

    Attributes:
        data: its lines, joined by line feeds; valid UTF-8, not inspected.
        comment: the text of a comment; None where it is an event.
        event: its type; "" where it has none.
    """

    data: bytes
    comment: bytes | None = None
    event: str = ""

    def __repr__(self) -> str:
        return f"<Event {len(self.data)} bytes>"


class UpstreamFailed(Problem):
    """An upstream did not answer, or not with what can be used.

    Args:
        status: what the client gets.
        code: a stable word.
        message: our words.
        delivery: what became of the request: `failed` where it surely did not arrive, `delivered` where it surely
            did, else `unknown`; the words of the audit log.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        delivery: str = "unknown",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, code, message, headers=headers)
        self.delivery = delivery


def garbled() -> UpstreamFailed:
    """The upstream answered with something that is no answer."""
    text = "The upstream's answer is not understood; nothing of it was passed on."
    return UpstreamFailed(502, "upstream_garbled", text, delivery="delivered")


class Events(Protocol):
    """A stream of events, read from the upstream only as fast as it is consumed.

    `anext` may be cancelled without losing an event; it raises UpstreamFailed where the stream breaks.
    """

    def __aiter__(self) -> AsyncIterator[Event]:
        """Itself."""
        ...

    async def __anext__(self) -> Event:
        """The next event or comment."""
        ...


class Upstream(Protocol):
    """An endpoint that speaks OpenAI's protocol."""

    @property
    def name(self) -> str:
        """What it is called in the configuration."""
        ...

    def rename(self, model: str) -> str:
        """What a model is called there."""
        ...

    async def get(self, path: str) -> Answer:
        """Ask for something.

        Raises:
            UpstreamFailed: there is no usable answer.
        """
        ...

    async def post(
        self, path: str, body: bytes, *, idempotent: bool = False, accept: str = "application/json"
    ) -> Answer:
        """Ask, and wait for the whole answer.

        Args:
            path: under the address of the upstream, beginning with `/`.
            body: JSON.
            idempotent: asking twice does what asking once does; it is then tried again also where the upstream
                asked for that, or may have seen it.
            accept: media type of the answer.

        Raises:
            UpstreamFailed: there is no usable answer.
        """
        ...

    def stream(self, path: str, body: bytes) -> AbstractAsyncContextManager[Events]:
        """Ask for a stream of events. Leaving the context ends the request at the upstream at once.

        Raises:
            UpstreamFailed: on entering: there is no stream.
        """
        ...

    async def start(self) -> None:
        """Get ready; in the event loop that asks."""
        ...

    async def stop(self) -> None:
        """Let go of connections."""
        ...


class Breaker(Protocol):
    """Leaves an upstream alone for a while after it failed.

    Not every request that is allowed has a result: one that its client gave up tells neither success nor failure.
    """

    def allow(self, name: str) -> bool:
        """Whether to ask it now."""
        ...

    def success(self, name: str) -> None:
        """It answered, if only to refuse."""
        ...

    def failure(self, name: str) -> None:
        """It did not answer, or with garbage, or said that it failed."""
        ...


class NoBreaker:
    """Never leaves an upstream alone."""

    def allow(self, name: str) -> bool:
        """Always."""
        return True

    def success(self, name: str) -> None:
        """Nothing follows."""

    def failure(self, name: str) -> None:
        """Nothing follows."""
