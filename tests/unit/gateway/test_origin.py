"""Pages of other sites, and names made to lead here, get nowhere."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from accord.gateway.origin import OwnPagesOnly

NAMES = frozenset({"localhost", "box.test"})


def asked(method: str = "POST", *, names: frozenset[str] = NAMES, proxy: bool = False, **headers: str) -> int:
    status = 0

    async def served(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    given = {"host": "localhost:8080", **{k.replace("_", "-"): v for k, v in headers.items()}}
    scope = {
        "type": "http",
        "method": method,
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in given.items()],
    }
    asyncio.run(OwnPagesOnly(served, names, behind_proxy=proxy)(scope, None, send))  # type: ignore[arg-type]
    return status


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "box.test"]
)
def test_own_names_are_served(host: str) -> None:
    assert asked(host=host) == 200


@pytest.mark.parametrize(
    "host", ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "10.0.0.1", "", "[::1", "0.0.0.0", "\xff"]
)
def test_names_that_were_made_to_lead_here_are_not(host: str) -> None:
    assert asked("GET", host=host) == 421
    assert asked("GET", host=host, names=frozenset()) == 200


def test_pages_of_others_cannot_ask() -> None:
    assert asked(sec_fetch_site="cross-site") == 403
    assert asked(sec_fetch_site="none", origin="https://evil.example") == 403
    assert asked(sec_fetch_site="same-site", origin="http://localhost:8080") == 403
    assert asked(origin="http://evil.test") == 403
    assert asked(origin="http://localhost:9999") == 403
    assert asked(origin="null") == 403
    assert asked(origin="http://[") == 403


def test_own_pages_and_programs_can() -> None:
    assert asked() == 200
    assert asked(origin="http://localhost:8080") == 200
    assert asked(sec_fetch_site="same-origin", origin="http://localhost:8080") == 200
    assert asked(sec_fetch_site="none") == 200
    assert asked("GET", sec_fetch_site="cross-site") == 200


def test_behind_a_proxy_the_host_is_another_one() -> None:
    assert asked(names=frozenset(), proxy=True, origin="https://accord.example") == 200
    assert asked(names=frozenset(), proxy=True, origin="https://evil.example", sec_fetch_site="cross-site") == 403


def test_what_is_no_request_passes() -> None:
    seen: list[str] = []

    async def served(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(OwnPagesOnly(served, NAMES, behind_proxy=False)({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
