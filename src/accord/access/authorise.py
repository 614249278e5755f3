"""May this principal do that: Cedar decides, nothing is permitted by default, and what goes wrong is a no."""

from __future__ import annotations

import functools
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import cedarpy

from accord.access.actions import ACTIONS, Action
from accord.access.extra import added
from accord.access.principals import Forbidden, Principal, Role, Unauthenticated

SYSTEM_ID = "accord"
_REMEMBERED = 4096
_PARENTS: Mapping[Role, tuple[Role, ...]] = {Role.OFFICER: (Role.REVIEWER,)}


@dataclass(frozen=True, slots=True)
class Resource:
    """What something is to be done to; make one with `tenant`, `item`, `grant`, or take `SYSTEM`.

    Attributes:
        type: its entity type in the Cedar schema.
        id: its name.
        attributes: as the schema declares them.
    """

    type: str
    id: str
    attributes: tuple[tuple[str, str | int], ...] = ()

    def entity(self) -> dict[str, Any]:
        """It as Cedar's JSON has entities."""
        return {"uid": _uid(self.type, self.id), "attrs": dict(self.attributes), "parents": []}


SYSTEM = Resource("System", SYSTEM_ID)
"""The whole installation."""


def tenant(name: str) -> Resource:
    """What one tenant has."""
    return Resource("Tenant", name, (("tenant", name),))


def item(id_: str, tenant_: str) -> Resource:
    """One thing in custody."""
    return Resource("Item", id_, (("tenant", tenant_),))


def grant(id_: str, tenant_: str, *, requested_by: str, until: int, approved_by: str | None = None) -> Resource:
    """A request to see raw content.

    Args:
        id_: its name.
        tenant_: whose content.
        requested_by: the `person` of the principal who asked.
        until: when it ends, ms since 1970.
        approved_by: the `person` of the principal who approved it.
    """
    attributes: list[tuple[str, str | int]] = [("tenant", tenant_), ("requested_by", requested_by), ("until", until)]
    if approved_by is not None:
        attributes.append(("approved_by", approved_by))
    return Resource("Grant", id_, tuple(attributes))


@dataclass(frozen=True, slots=True)
class Asked:
    """What else is known about a request, for further policies to speak about.

    Attributes:
        model: name of the model it is for.
        purpose: what the caller says it is for.
        destination: where content is to go.
        address: IP address it came from.
    """

    model: str = ""
    purpose: str = ""
    destination: str = ""
    address: str = ""

    def known(self) -> dict[str, str]:
        """What is known, by its name in the schema."""
        pairs = {name: getattr(self, name) for name in ("model", "purpose", "destination", "address")}
        return {name: value for name, value in pairs.items() if value}


NOTHING_ELSE = Asked()


@dataclass(frozen=True, slots=True)
class Permit:
    """A yes.

    Attributes:
        action: what was asked for.
        principal: id of who asked.
        policies: ids of the policies that permitted it.
        digest: SHA-256 of all policies then in force.
    """

    action: Action
    principal: str
    policies: tuple[str, ...]
    digest: str

    def body(self) -> dict[str, Any]:
        """It as an audit record has it."""
        return {
            "action": self.action.value,
            "principal": self.principal,
            "policies": list(self.policies),
            "access_policy": self.digest,
        }


class Authoriser:
    """Decides by the policies that come with accord, and those that were added to them. Safe for threads.

    Args:
        extra: further policies as Cedar text, by the name of where they came from. They can permit and forbid more;
            what the shipped ones forbid stays forbidden.
        now: the clock, ms since 1970.

    Raises:
        ConfigError: a further policy is not valid; names the place and what is wrong.
    """

    def __init__(self, extra: Mapping[str, str] | None = None, *, now: Callable[[], int] | None = None) -> None:
        shipped, schema = _shipped("roles.cedar"), _shipped("schema.cedarschema")
        self._now = now or _wall
        self._schema = cedarpy.Schema.from_str(schema)
        self._policies = added(shipped, extra or {}, self._schema)
        self.digest = hashlib.sha256(
            json.dumps([shipped, schema, sorted((extra or {}).items())]).encode()
        ).hexdigest()
        self._entities = functools.lru_cache(_REMEMBERED)(self._entities_of)

    def check(
        self,
        principal: Principal,
        action: Action,
        resource: Resource | None = None,
        context: Asked = NOTHING_ELSE,
    ) -> Permit:
        """Permit it, or raise.

        Args:
            principal: who asks.
            action: what for.
            resource: to what; what the principal's own tenant has when not said.
            context: what else is known.

        Raises:
            Forbidden: it may not be done. The error names the policies that forbade it.
            Unauthenticated: what the principal showed has expired since.
        """
        now = self._now()
        if principal.expires is not None and principal.expires <= now:
            raise Unauthenticated("the key or token has expired", hint="ask for a new one")
        permitted, policies = self._decide(principal, action, resource or tenant(principal.tenant), context, now)
        if not permitted:
            raise Forbidden(
                f"one who is {principal.role.value} may not {ACTIONS[action].says} here ({action.value})",
                action=action.value,
                policies=policies,
                hint=f"forbidden by {', '.join(policies)}" if policies else "no policy permits it",
            )
        return Permit(action, principal.id, policies, self.digest)

    def may(
        self,
        principal: Principal,
        action: Action,
        resource: Resource | None = None,
        context: Asked = NOTHING_ELSE,
    ) -> bool:
        """Whether `check` would permit it: for menus, never instead of `check`."""
        try:
            self.check(principal, action, resource, context)
        except (Forbidden, Unauthenticated):
            return False
        return True

    def roles(self, action: Action) -> tuple[Role, ...]:
        """Which roles may do it where nothing else stands against it, within their own tenant."""
        return tuple(role for role in Role if any(self._imagined(role, action, kind) for kind in _KINDS))

    def _imagined(self, role: Role, action: Action, kind: str) -> bool:
        one = Principal("imagined", "imagined", role, person="one")
        other = "one" if action is Action.BREAKGLASS_OPEN else "another"
        approved = "another" if action is Action.BREAKGLASS_OPEN else None
        now = self._now()
        resource = {
            "Tenant": tenant("imagined"),
            "System": SYSTEM,
            "Item": item("imagined", "imagined"),
            "Grant": grant("imagined", "imagined", requested_by=other, until=now + 1, approved_by=approved),
        }[kind]
        return self._decide(one, action, resource, NOTHING_ELSE, now)[0]

    def _decide(
        self, principal: Principal, action: Action, resource: Resource, context: Asked, now: int
    ) -> tuple[bool, tuple[str, ...]]:
        entities = self._entities(principal)
        if (resource.type, resource.id) not in (("System", SYSTEM_ID), ("Tenant", principal.tenant)):
            entities = entities.with_added_json_str(json.dumps([resource.entity()]))
        request = {
            "principal": _uid("Principal", principal.id),
            "action": _uid("Action", action.value),
            "resource": _uid(resource.type, resource.id),
            "context": {"now": now, "names": _NAMES[action], **context.known()},
        }
        result = cedarpy.is_authorized(request, self._policies, entities, self._schema)
        told = result.diagnostics
        policies = tuple(told.id_annotations_by_reason.get(reason, reason) for reason in told.reasons)
        # A policy that failed was skipped; it may have been the one that forbids.
        return result.decision is cedarpy.Decision.Allow and not told.errors, tuple(sorted(policies))

    def _entities_of(self, principal: Principal) -> cedarpy.Entities:
        one = {
            "uid": _uid("Principal", principal.id),
            "attrs": {
                "tenant": principal.tenant,
                "kind": principal.kind.value,
                "person": principal.person,
                "scopes": sorted(principal.scopes),
            },
            "parents": [_uid("Role", principal.role.value)],
        }
        own = tenant(principal.tenant).entity()
        return cedarpy.Entities.from_json_str(json.dumps([one, own, SYSTEM.entity(), *_ROLES]), self._schema)


def _wall() -> int:
    return time.time_ns() // 1_000_000


def _shipped(name: str) -> str:
    return resources.files("accord.access").joinpath(name).read_text(encoding="utf-8")


def _uid(type_: str, id_: str) -> dict[str, str]:
    return {"type": f"Accord::{type_}", "id": id_}


_KINDS = ("Tenant", "System", "Item", "Grant")
_NAMES: Mapping[Action, list[str]] = {action: [action.value, *guarded.groups] for action, guarded in ACTIONS.items()}
_ROLES = [
    {
        "uid": _uid("Role", role.value),
        "attrs": {},
        "parents": [_uid("Role", parent.value) for parent in _PARENTS.get(role, ())],
    }
    for role in Role
]
