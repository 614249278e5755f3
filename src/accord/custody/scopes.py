"""What custody does to pseudonyms and their scopes: removes what has expired and nothing holds."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, and_, delete, exists, not_, select, text, true, update

from accord.custody.common import LOCK
from accord.custody.holds import held
from accord.custody.keys import named_keys
from accord.store.engine import Store
from accord.store.tables.pseudonyms import pseudonyms, scopes
from accord.vault.keys import KeyRing

PSEUDONYMS_LOCK = "pseudonyms"
"""What those who forget pseudonyms queue for in the vault, and those who keep them wait for."""

_FREE = not_(held(scopes.c.tenant, scopes.c.subject))


@contextmanager
def forgetting(store: Store) -> Iterator[Connection]:
    """A transaction in which nobody keeps pseudonyms and nobody places a hold."""
    with store.write(PSEUDONYMS_LOCK) as connection:
        if not store.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": zlib.crc32(LOCK.encode())})
        yield connection


def expired_scopes(connection: Connection, at: int, many: int, tenant: str | None = None) -> list[bytes]:
    """Scopes of which everything has expired and that no hold keeps, the oldest first; of a tenant where named."""
    of = scopes.c.tenant == tenant if tenant is not None else true()
    due = select(scopes.c.scope).where(scopes.c.expires <= at, _FREE, of).order_by(scopes.c.expires, scopes.c.scope)
    return [bytes(scope) for scope in connection.execute(due.limit(many)).scalars()]


def stale_pseudonyms(connection: Connection, at: int, many: int, tenant: str | None = None) -> list[int]:
    """Single pseudonyms that have expired and that no hold keeps; of a tenant where one is named."""
    mine = scopes.c.scope == pseudonyms.c.scope
    kept = exists(select(scopes.c.scope).where(and_(mine, not_(_FREE))))
    of = true() if tenant is None else exists(select(scopes.c.scope).where(and_(mine, scopes.c.tenant == tenant)))
    due = select(pseudonyms.c.id).where(pseudonyms.c.expires <= at, not_(kept), of).order_by(pseudonyms.c.id)
    return list(connection.execute(due.limit(many)).scalars())


def remove_scopes(connection: Connection, ring: KeyRing, found: Sequence[bytes]) -> tuple[int, list[str]]:
    """Destroy the keys of scopes and remove what they hold.

    Returns:
        How many pseudonyms that were, and the ids of the keys: to be settled once this is committed.
    """
    if not found:
        return 0, []
    keys = named_keys(ring, "scope", found)
    ring.destroy(keys)
    count = connection.execute(delete(pseudonyms).where(pseudonyms.c.scope.in_(found))).rowcount
    connection.execute(delete(scopes).where(scopes.c.scope.in_(found)))
    return count, keys


def remove_pseudonyms(connection: Connection, ids: Sequence[int]) -> int:
    """Remove single pseudonyms; other processes notice that their scopes have changed. How many there were."""
    touched = select(pseudonyms.c.scope).where(pseudonyms.c.id.in_(ids)).distinct()
    connection.execute(update(scopes).where(scopes.c.scope.in_(touched)).values(version=scopes.c.version + 1))
    return connection.execute(delete(pseudonyms).where(pseudonyms.c.id.in_(ids))).rowcount


def unused(connection: Connection, ids: Collection[str]) -> list[str]:
    """Those keys under which no pseudonym is sealed."""
    wanted = select(pseudonyms.c.key_id).where(pseudonyms.c.key_id.in_(ids)).distinct()
    used = set(connection.execute(wanted).scalars())
    return [key for key in ids if key not in used]
