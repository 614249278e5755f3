"""What the doors of the gateway are given, and who is asking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from accord.core.content import Context
from accord.core.decision import Decision
from accord.gateway.asgi import Request, Response, as_json
from accord.gateway.problems import Problem
from accord.guard import Guard


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking, once that is known.

    Attributes:
        id: opaque; what stands in the audit log.
        tenant: whose request it is.
        role: what they may do.
        end_user: the person behind an application, where a token names one. It is kept nowhere but as a keyed hash.
        known: whether they showed a key or token. Without one, pseudonyms hold for one request alone.
    """

    id: str
    tenant: str
    role: str
    end_user: str = ""
    known: bool = False

    def context(self, *, user: str = "", session: str = "", purpose: str = "") -> Context:
        """On whose behalf what they send is inspected.

        Args:
            user: the person behind an application, as it says; a token's word goes first.
            session: the conversation, as the application says.
            purpose: what it is for.
        """
        if not self.known:
            return Context(tenant=self.tenant, principal=self.id, purpose=purpose)
        person = self.end_user or user
        return Context(
            tenant=self.tenant,
            principal=self.id,
            end_user=person,
            session=session,
            subject=person,
            purpose=purpose,
        )


class Gate(Protocol):
    """Says who is asking and whether they may."""

    async def admit(self, request: Request, action: str) -> Caller:
        """Let a request in.

        Args:
            request: with its credentials.
            action: what it wants to do: see `accord.access.actions`.

        Raises:
            AccessDenied: nobody is known by these credentials, or they may not do this.
        """
        ...


Handler = Callable[[Request, Caller], Awaitable[Response]]
Shape = Callable[[Problem], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """A door: who comes by this method and path is let in for an action, and answered in its shape.

    Attributes:
        method: of the request.
        path: of the request, or the beginning of it where it ends in `/`.
        action: what one must be allowed to do; "" for doors that are open to everyone.
        handler: answers.
        shape: writes a problem the way clients of this door read it.
        summary: what it does, for the description of the interface.
    """

    method: str
    path: str
    action: str
    handler: Handler
    shape: Shape
    summary: str = ""


class Guards(Protocol):
    """The guard that decides now; another one after a policy was reloaded."""

    @property
    def current(self) -> Guard:
        """The guard for a request that begins now; it keeps it to its end."""
        ...


def openai_shape(problem: Problem) -> Response:
    """An error as OpenAI's clients raise it."""
    error: dict[str, Any] = {
        "message": str(problem),
        "type": problem.kind,
        "param": problem.param or None,
        "code": problem.code,
    }
    decision = getattr(problem, "decision", None)
    if isinstance(decision, Decision):
        error["accord"] = {
            "decision": decision.id,
            "outcome": decision.outcome.value,
            "rules": list(decision.rules),
            **({"item": decision.item} if decision.item else {}),
        }
    return as_json({"error": error}, problem.status, problem.headers)


def told(decision: Decision) -> Mapping[str, str]:
    """What an answer says of the decision about it, in headers."""
    covered = ",".join(f"{m.value}={c.inspected}/{c.total}" for m, c in sorted(decision.coverage.items()))
    return {
        "accord-decision": decision.id,
        "accord-policy": decision.policy_digest[:16],
        **({"accord-coverage": covered} if covered else {}),
        **({"accord-degraded": ",".join(decision.degraded)} if decision.degraded else {}),
    }
