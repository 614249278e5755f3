"""The doors of those who run it: health, metrics, the kill switch, reload, and what the shadow policy would do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

from accord.errors import AccordError, AuditError, ConfigError, StoreError
from accord.gateway import strict
from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.health import Health
from accord.gateway.metrics import MEDIA_TYPE, Metrics
from accord.gateway.problems import Problem, bad, fields, unknown
from accord.gateway.reload import Reloading
from accord.gateway.services import Caller, Route, openai_shape
from accord.gateway.shadow import Shadow

LONGEST = 500
"""Characters of a reason."""

_BODY = 16_384
_SECONDS = 10.0
_FRESH: Mapping[str, str] = {"cache-control": "no-store"}


class Switch(Protocol):
    """The kill switch: `accord.switch.Switch`."""

    @property
    def engaged(self) -> bool:
        """Whether nothing is served."""
        ...

    def state(self) -> Any:
        """The engagement, a data class, or None."""
        ...

    def engage(self, by: str, reason: str) -> Any:
        """Engage it, at once."""
        ...

    def release(self, by: str, reason: str) -> bool:
        """Release it, once that is on record."""
        ...


class Admin:
    """The doors.

    Args:
        health: what works.
        metrics: what was counted.
        switch: the kill switch.
        reloading: the policy in force.
        shadow: the shadow policy, where there is one.
        public_metrics: `/metrics` needs no key.
    """

    def __init__(
        self,
        health: Health,
        metrics: Metrics,
        switch: Switch,
        reloading: Reloading,
        shadow: Shadow | None = None,
        *,
        public_metrics: bool = False,
    ) -> None:
        self._health, self._metrics, self._switch = health, metrics, switch
        self._reloading, self._shadow = reloading, shadow
        self._metrics_action = "" if public_metrics else "metrics"

    def routes(self) -> list[Route]:
        """Its doors."""

        def door(method: str, path: str, action: str, handler: Any, says: str) -> Route:
            return Route(method, path, action, handler, openai_shape, says)

        return [
            door("GET", "/healthz", "", self.alive, "Whether the process answers."),
            door("GET", "/readyz", "", self.ready, "Whether every control passed its last self-test; which did not."),
            door("GET", "/metrics", self._metrics_action, self.counted, "Metrics in Prometheus' text format."),
            door("GET", "/admin/switch", "health", self.switch, "How the kill switch stands."),
            door("POST", "/admin/switch", "switch.engage", self.engage, "Stop everything, at once."),
            door("DELETE", "/admin/switch", "switch.release", self.release, "Let everything go on."),
            door("POST", "/admin/reload", "policy.reload", self.reload, "Read the policy anew."),
            door("GET", "/admin/shadow", "policy.show", self.shadow, "What the shadow policy would have decided."),
        ]

    async def alive(self, _request: Request, _caller: Caller) -> Response:
        """Answer, which is all that is asked."""
        return as_json({"alive": True}, headers=_FRESH)

    async def ready(self, _request: Request, _caller: Caller) -> Response:
        """200 where requests should come here, 503 where they should not, and why."""
        said = {**self._health.told(), "reload": self._reloading.problem or "ok"}
        headers = {**_FRESH, "accord-policy": said["policy"][:16]}
        return as_json(said, 200 if said["ready"] else 503, headers)

    async def counted(self, _request: Request, _caller: Caller) -> Response:
        """All metrics of all workers."""
        return Response(200, await asyncio.to_thread(self._metrics.render), MEDIA_TYPE, _FRESH)

    async def switch(self, _request: Request, _caller: Caller) -> Response:
        """Whether it is engaged, by whom, since when and why."""
        state = await asyncio.to_thread(self._switch.state)
        return as_json({"engaged": state is not None, **(asdict(state) if state else {})}, headers=_FRESH)

    async def engage(self, request: Request, caller: Caller) -> Response:
        """Engage it; on record as soon as that can be written."""
        reason = await _reason(request, needed=False)
        made = await asyncio.to_thread(self._switch.engage, caller.id, reason)
        return as_json({"engaged": True, **asdict(made)}, headers=_FRESH)

    async def release(self, request: Request, caller: Caller) -> Response:
        """Release it, once that is on record."""
        reason = await _reason(request, needed=True)
        was = await asyncio.to_thread(self._switch.release, caller.id, reason)
        self._health.soon()
        return as_json({"engaged": self._switch.engaged, "was": was}, headers=_FRESH)

    async def reload(self, request: Request, caller: Caller) -> Response:
        """Read the policy anew, here and in all other processes of this server."""
        await _reason(request, needed=False)
        try:
            done = await asyncio.to_thread(self._reloading.reload, caller.id)
            await asyncio.to_thread(self._reloading.tell)
        except (AuditError, StoreError):
            raise
        except ConfigError as error:
            raise Problem(422, "policy_refused", f"The last policy stays in force. {error}") from None
        except AccordError as error:
            raise Problem(422, "policy_refused", f"The last policy stays in force: {error.code}.") from None
        return as_json({"policy": done.digest, "before": done.before, "changed": done.changed}, headers=_FRESH)

    async def shadow(self, _request: Request, _caller: Caller) -> Response:
        """How the two policies differ, in this process; `/metrics` has the counts of all."""
        if self._shadow is None:
            raise Problem(
                404, "no_shadow", "There is no shadow policy: name one under `shadow` in the configuration."
            )
        return as_json({"live": self._reloading.digest, **self._shadow.report()}, headers=_FRESH)


async def _reason(request: Request, *, needed: bool) -> str:
    """The reason in a body `{"reason": "…"}`.

    Raises:
        Problem: 400: there is something else in it, or none where one is needed.
    """
    body = await request.body(_BODY, _SECONDS)
    said = strict.loads_object(body) if body else {}
    for name in said:
        if name != "reason":
            raise unknown(fields(name))
    reason = said.get("reason", "")
    if not isinstance(reason, str) or len(reason) > LONGEST:
        raise bad("invalid_reason", f"A reason is a text of at most {LONGEST} characters.", "reason")
    if needed and not reason.strip():
        raise bad("missing_reason", "Say why: it goes on record.", "reason")
    return reason
