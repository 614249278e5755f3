"""Requests that a page of somebody else has a browser make: where nobody shows a key, they would be let in."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from accord.gateway.asgi import Receive, Scope, Send
from accord.gateway.problems import Problem
from accord.gateway.services import openai_shape

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FOREIGN = frozenset({b"cross-site", b"same-site"})


class OwnPagesOnly:
    """Refuses what pages of other sites ask for, and names that were made to lead here (DNS rebinding).

    Args:
        application: what is asked otherwise.
        names: names that the server answers to, in lower case and without port; any where there are none.
        behind_proxy: the host of a request may be another than what the browser asked.
    """

    def __init__(self, application: Application, names: frozenset[str] = frozenset(), *, behind_proxy: bool) -> None:
        self._application, self._names, self._behind_proxy = application, names, behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event (ASGI 3)."""
        if scope["type"] == "http" and (problem := self._judge(scope)) is not None:
            await openai_shape(problem).send(send)
            return
        await self._application(scope, receive, send)

    def _judge(self, scope: Scope) -> Problem | None:
        said = {name: value for name, value in scope["headers"] if name in _WANTED}
        host = said.get(b"host", b"").decode("latin-1").lower()
        if self._names and not self._ours(host):
            return Problem(421, "host", "This server is not known by that name.")
        if scope["method"] in _SAFE:
            return None
        site, origin = said.get(b"sec-fetch-site"), said.get(b"origin")
        foreign = site in _FOREIGN
        if not foreign and site != b"same-origin" and origin is not None and not self._behind_proxy:
            foreign = _authority(origin.decode("latin-1").lower()) != host
        return Problem(403, "foreign_page", "Pages of other sites may not ask here.") if foreign else None

    def _ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        try:
            return name in self._names or ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


_WANTED = frozenset({b"host", b"origin", b"sec-fetch-site"})


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
