"""Real clients against a real server, before an upstream that keeps every byte it got."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.engines.running import Running, accord_server
from tests.upstream import FakeUpstream


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to this machine alone; unlike elsewhere its own address may be looked up, as real clients do."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connecting(one: socket.socket, address: Any) -> None:
        assert one.family == socket.AF_UNIX or address[0] in ("127.0.0.1", "::1"), "a test tried to leave the machine"
        return connect(one, address)

    def looking(host: Any, *more: Any, **named: Any) -> Any:
        assert host in (None, "127.0.0.1", "::1", "localhost", b"127.0.0.1"), "a test tried to look up a name"
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", connecting)
    monkeypatch.setattr(socket, "getaddrinfo", looking)


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    """Answers with what it was told last, and keeps every byte that came."""
    with FakeUpstream() as made:
        yield made


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of the server."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def server(state: Path, upstream: FakeUpstream) -> Iterator[Running]:
    """`accord serve` with the default policy and all it finds things with."""
    with accord_server(state, upstream.url) as made:
        yield made


@pytest.fixture
def kept_back(upstream: FakeUpstream) -> Iterator[Callable[..., None]]:
    """Name values; when the test is over, none of them may be in any byte that arrived since it began."""
    before = len(upstream.received)
    planted: list[str] = []
    yield lambda *values: planted.extend(values)
    received = upstream.received[before:]
    for value in planted:
        for form in forms(value):
            assert form not in received, "a planted value reached the upstream"


def forms(value: str) -> set[bytes]:
    """How a value may be written in a request."""
    import base64
    import json
    import urllib.parse

    raw = value.encode()
    # Base64 depends on where in a longer text the value begins: its middle, in each of three shifts.
    shifted = {base64.b64encode(b"x" * n + raw)[4 if n else 0 : -4].rstrip(b"=") for n in range(3)}
    return {
        raw,
        json.dumps(value)[1:-1].encode(),
        urllib.parse.quote(value).encode(),
        raw.hex().encode(),
        *(one for one in shifted if len(one) > 6),
    }
