"""Who asks: a key, a token, a client certificate, the owner of this machine, or anyone on it; in one role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from accord.errors import AccessDenied, ConfigError

ALL_TENANTS = "*"
"""The tenant of those who run the installation: operators, auditors and administrators only."""


class Role(Enum):
    """What a principal is here for; what that allows is written in `roles.cedar`."""

    APP = "app"
    REVIEWER = "reviewer"
    OFFICER = "officer"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    ADMIN = "admin"


RUNS = frozenset({Role.OPERATOR, Role.AUDITOR, Role.ADMIN})
"""The roles that look after the installation and see no content; they may have all tenants."""


class Kind(Enum):
    """How a principal showed who it is.

    `LOCAL` is whoever may open the state folder, and so the owner of it; `OPEN` is anyone who reaches a server on
    this machine that has no keys yet.
    """

    KEY = "key"
    TOKEN = "token"  # noqa: S105 - the name of a kind
    CERTIFICATE = "certificate"
    LOCAL = "local"
    OPEN = "open"


class Unauthenticated(AccessDenied):
    """Who asks did not say who they are, or what they showed is not valid (HTTP 401)."""

    code = "access.unauthenticated"


class Forbidden(AccessDenied):
    """Who asks is known and may not do this (HTTP 403).

    Args:
        message: what was asked for.
        action: its name.
        policies: ids of the policies that forbade it; empty where none permitted it.
        hint: what the reader can do next.
    """

    code = "access.forbidden"

    def __init__(self, message: str, *, action: str, policies: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.action = action
        self.policies = policies


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        id: what the audit log calls it: the id of a key, or a hash of the issuer and subject of a token.
        tenant: whose data it may deal with; `*` is every tenant, for those who run the installation.
        role: what it is here for.
        scopes: further limits, names of actions or their groups; none where empty.
        kind: how it showed who it is.
        expires: when what it showed ends, ms since 1970; None where it does not.
        person: who is behind it; the same for a key and its successors. Where two persons are needed, these differ.
        end_user: on whose behalf an application asks, where a token says so.
    """

    id: str
    tenant: str
    role: Role
    scopes: frozenset[str] = frozenset()
    kind: Kind = Kind.KEY
    expires: int | None = None
    person: str = ""
    end_user: str = ""

    def __post_init__(self) -> None:
        if not self.person:
            object.__setattr__(self, "person", self.id)
        if self.tenant == ALL_TENANTS and self.role not in RUNS:
            raise ConfigError(
                f"one who is {self.role.value} belongs to one tenant",
                hint="name the tenant; only operator, auditor and admin may have all of them",
            )

    def __repr__(self) -> str:
        # Who a person is, and for whom they ask, is no business of a log.
        return f"<Principal {self.id} {self.role.value} {self.kind.value}>"


def local(role: Role, tenant: str = "", *, user: str = "owner") -> Principal:
    """The owner of the state folder, who runs a command on this machine.

    Args:
        role: the one the command needs.
        tenant: whose data it deals with; `*` for all of them, where the role may.
        user: who that is on this machine.
    """
    return Principal(f"local:{user}", tenant, role, kind=Kind.LOCAL)


def open_loopback(tenant: str = "") -> Principal:
    """Anyone on this machine, while there is no key."""
    return Principal("open", tenant, Role.APP, kind=Kind.OPEN)


def role_of(name: str) -> Role:
    """The role of that name.

    Raises:
        ConfigError: there is none.
    """
    try:
        return Role(name)
    except ValueError:
        raise ConfigError(
            "there is no such role", hint=f"there are {', '.join(role.value for role in Role)}"
        ) from None
