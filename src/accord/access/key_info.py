"""What is known of an API key, and how it stands in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from accord.access import secrets
from accord.access.principals import Kind, Principal, Role, role_of

_ROLES = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What is known of a key; all but the key.

    Attributes:
        id: its name.
        tenant: whose it is; `*` for every tenant.
        role: what it may do.
        scopes: further limits.
        holder: who holds it and its successors.
        created: ms since 1970, as all times here.
        expires: when it stops working; None where it does not.
        revoked: when it was revoked.
        successor: the key that replaced it.
        altered: the row was edited in the database, or put back after it was revoked: nobody gets in with it.
    """

    id: str
    tenant: str
    role: Role
    scopes: frozenset[str]
    holder: str
    created: int
    expires: int | None
    revoked: int | None
    successor: str | None
    altered: bool = False

    def state(self, now: int) -> str:
        """`altered`, `revoked`, `expired`, `replaced` (still working, for a while) or `active`."""
        if self.altered:
            return "altered"
        if self.revoked is not None:
            return "revoked"
        if self.expires is not None and self.expires <= now:
            return "expired"
        return "replaced" if self.successor else "active"

    def principal(self) -> Principal:
        """Who asks with it."""
        return Principal(self.id, self.tenant, self.role, self.scopes, Kind.KEY, self.expires, person=self.holder)


def row_of(info: KeyInfo, key: str) -> dict[str, Any]:
    """The row that keeps a new key: its digest, never the key."""
    return {
        "id": info.id,
        "digest": secrets.digest(key),
        "tenant": info.tenant,
        "role": info.role.value,
        "scopes": " ".join(sorted(info.scopes)),
        "holder": info.holder,
        "created": info.created,
        "expires": info.expires,
    }


def info_of(row: Row[Any], *, altered: bool) -> KeyInfo:
    """What a row says of a key; `altered` where it may not be believed."""
    return KeyInfo(
        id=row.id,
        tenant=row.tenant,
        role=role_of(row.role) if not altered or row.role in _ROLES else Role.APP,
        scopes=frozenset(row.scopes.split()),
        holder=row.holder,
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
        successor=row.successor,
        altered=altered,
    )
