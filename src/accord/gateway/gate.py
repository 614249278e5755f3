"""The gate: who is asking, and whether they may come in by this door."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from accord.access.actions import Action
from accord.access.authenticate import Authenticator
from accord.access.authorise import SYSTEM, Asked, Authoriser, Resource, tenant
from accord.access.principals import Kind, Principal
from accord.gateway.asgi import Request
from accord.gateway.services import Caller

_OWN_HEADERS = ("authorization", "x-api-key", "api-key")
_OF_THE_SYSTEM = frozenset({"switch", "health", "metrics", "policy"})


class AccessGate:
    """Lets requests in by API key, token or client certificate, as the access policies say.

    Args:
        authenticator: finds out who asks.
        authoriser: decides whether they may.
    """

    def __init__(self, authenticator: Authenticator, authoriser: Authoriser) -> None:
        self._authenticator, self._authoriser = authenticator, authoriser

    async def admit(self, request: Request, action: str) -> Caller:
        """Let a request in for an action.

        Raises:
            AccessDenied: nobody is known by what was shown, or they may not do this.
        """
        shown = next((request.headers[name] for name in _OWN_HEADERS if request.headers.get(name)), None)
        # A key or a token that was seen lately costs microseconds; one that was not may cost a query or a signature.
        who = await asyncio.to_thread(self._authenticator.who, shown, _peer(request))
        wanted = Action(action)
        self._authoriser.check(who, wanted, _resource(who, wanted), Asked(address=request.client))
        return Caller(who.person, who.tenant, who.role.value, who.end_user, known=who.kind is not Kind.OPEN)


def _resource(who: Principal, action: Action) -> Resource:
    return SYSTEM if action.value.partition(".")[0] in _OF_THE_SYSTEM else tenant(who.tenant)


def _peer(request: Request) -> Mapping[str, Any] | None:
    """The certificate of the client, where the server asked for one."""
    found = request.scope.get("extensions", {}).get("tls", {}).get("client_cert")
    return found if isinstance(found, Mapping) else None
