"""`GET /v1/models`: what is named in the configuration, and what upstreams say they serve."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.problems import Problem
from accord.gateway.services import Caller, Route, openai_shape
from accord.gateway.upstream import Upstream, UpstreamFailed
from accord.gateway.upstreams import Upstreams

FRESH = 60.0
"""Seconds after which an upstream is asked anew, whether it answered or not."""

PATIENCE = 5.0
"""Seconds that an upstream may take to say what it serves."""

MAX_MODELS = 2000
MAX_BYTES = 2_000_000

_ID = re.compile(r"[A-Za-z0-9_.:/@-]{1,256}\Z")
_UNDER = "/v1/models/"


@dataclass(slots=True)
class _Listed:
    """What one upstream said last."""

    at: float = float("-inf")
    models: dict[str, int] = field(default_factory=dict)
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Models:
    """The door.

    Args:
        upstreams: serve models.
        ticks: seconds that never go back.
    """

    def __init__(self, upstreams: Upstreams, ticks: Callable[[], float] = time.monotonic) -> None:
        self._upstreams, self._ticks = upstreams, ticks
        self._listed: dict[str, _Listed] = {}

    def routes(self) -> list[Route]:
        """Its doors."""
        return [
            Route("GET", "/v1/models", "models", self.list, openai_shape, "The models that are served."),
            Route("GET", "/models", "models", self.list, openai_shape, "The models that are served."),
            Route("GET", _UNDER, "models", self.show, openai_shape, "One model."),
        ]

    async def list(self, _request: Request, _caller: Caller) -> Response:
        """All models."""
        found = await self._models()
        return as_json({"object": "list", "data": [found[name] for name in sorted(found)]})

    async def show(self, request: Request, _caller: Caller) -> Response:
        """One model.

        Raises:
            Problem: 404: it is not served here.
        """
        found = (await self._models()).get(request.path[len(_UNDER) :])
        if found is None:
            raise Problem(404, "model_not_found", "There is no such model here.", param="model")
        return as_json(found)

    async def _models(self) -> dict[str, dict[str, Any]]:
        found = {name: _entry(name, 0, owner) for name, owner in self._upstreams.models}
        every = list(self._upstreams)
        for upstream, said in zip(every, await asyncio.gather(*map(self._said, every)), strict=True):
            for name, created in said.items():
                if self._serves(upstream, name):
                    found[name] = _entry(name, created, upstream.name)
        return found

    def _serves(self, upstream: Upstream, name: str) -> bool:
        """Whether asking for this model asks this upstream for this model."""
        try:
            return self._upstreams.choose(name) is upstream and upstream.rename(name) == name
        except Problem:
            return False

    async def _said(self, upstream: Upstream) -> dict[str, int]:
        listed = self._listed.setdefault(upstream.name, _Listed())
        async with listed.asking:
            if self._ticks() - listed.at >= FRESH:
                try:
                    async with asyncio.timeout(PATIENCE):
                        answer = await upstream.get("/models")
                    if len(answer.body) <= MAX_BYTES:
                        listed.models = _models_of(answer.json())
                except (UpstreamFailed, TimeoutError):
                    pass  # what it said before still holds
                listed.at = self._ticks()
        return listed.models


def _models_of(said: dict[str, Any]) -> dict[str, int]:
    data = said.get("data")
    found: dict[str, int] = {}
    for item in data[:MAX_MODELS] if isinstance(data, list) else ():
        name = item.get("id") if isinstance(item, dict) else None
        if isinstance(name, str) and _ID.match(name):
            created = item.get("created")
            found[name] = created if type(created) is int and 0 <= created < 1 << 40 else 0
    return found


def _entry(name: str, created: int, owner: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": owner}
