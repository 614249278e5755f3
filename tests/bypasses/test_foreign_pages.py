"""Pages of other sites in a browser on this machine: an open server is not open to them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from accord.gateway.origin import OwnPagesOnly

NAMES = frozenset({"localhost", "127.0.0.1"})


def asked(method: str = "POST", *, names: frozenset[str] = NAMES, behind_proxy: bool = False, **headers: str) -> int:
    """The status with which a request ends; 200 where it is let through."""
    sent: list[Any] = []

    async def application(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(event: Any) -> None:
        sent.append(event)

    async def receive() -> Any:
        return {"type": "http.request"}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/v1/chat/completions", "headers": raw}
    asyncio.run(OwnPagesOnly(application, names, behind_proxy=behind_proxy)(scope, receive, send))
    return int(sent[0]["status"])


def test_clients_that_are_no_browser_are_served() -> None:
    assert asked(host="localhost:8080") == asked(host="127.0.0.1:8080") == asked(host="[::1]:8080") == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_is_refused(site: str) -> None:
    assert asked(host="localhost:8080", origin="https://evil.example", sec_fetch_site=site) == 403


def test_an_old_browser_says_only_where_the_page_is_from() -> None:
    assert asked(host="localhost:8080", origin="https://evil.example") == 403
    assert asked(host="localhost:8080", origin="null") == 403
    assert asked(host="localhost:8080", origin="http://localhost:9090") == 403, "another server of this machine"
    assert asked(host="localhost:8080", origin="http://localhost:8080") == 200


def test_a_page_of_ours_is_served() -> None:
    assert asked(host="localhost:8080", origin="http://localhost:8080", sec_fetch_site="same-origin") == 200
    assert asked("GET", host="localhost:8080", sec_fetch_site="none") == 200


def test_a_name_that_was_made_to_lead_here_is_refused() -> None:
    for host in ("evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1", "0x7f.1"):
        assert asked("GET", host=host) == 421, host


def test_behind_a_proxy_the_host_says_nothing() -> None:
    proxied = {"host": "inner:8080", "origin": "https://accord.example"}
    assert asked(names=frozenset(), behind_proxy=True, **proxied) == 200
    assert asked(names=frozenset(), behind_proxy=True, sec_fetch_site="cross-site", **proxied) == 403
