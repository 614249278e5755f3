"""What every test shares: derandomised properties and closed sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "accord", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100
)
settings.load_profile("accord")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing here may open a connection beyond this machine: offline is a promise."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a test tried to open a network connection")

    real = socket.socket.connect

    def connect(one: socket.socket, address: object) -> None:
        if one.family == socket.AF_UNIX or (isinstance(address, tuple) and address[0] == "127.0.0.1"):
            return real(one, address)
        return refuse()

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL server; ends with the tests."""
    from tests.servers import postgres_server

    with postgres_server() as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.engines)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of its own, of each kind in turn."""
    if request.param == "sqlite":
        from accord.store.engine import file_url

        yield file_url(tmp_path / "state" / "state.sqlite")
        return
    from tests.servers import empty_database

    with empty_database(request.getfixturevalue("postgres")) as address:
        yield address
